//! What stops a request, cut by what the caller can do about it, and the one table that gives each
//! error its GraphQL code and HTTP status.
//!
//! What is wrong in a user's file is a problem, which is data, and belongs to `siteworthy_rules`.
//! Database errors become these errors in `store`, where the database is named.

/// The cause of an error, for the log. It is never shown to the caller.
pub type Source = Box<dyn std::error::Error + Send + Sync>;

/// What stops a request. Texts are for the caller; sources are for the log.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The request cannot be understood or asks for the impossible; the text says what to change.
    #[error("{0}")]
    Invalid(String),
    /// The caller has not said who they are, or no longer.
    #[error("sign in first")]
    Unauthenticated,
    /// The caller may not do this.
    #[error("this account may not do that")]
    Forbidden,
    /// There is no such thing, as far as the caller may know.
    #[error("{0}")]
    NotFound(String),
    /// The request does not fit the state of the record; the text says the state.
    #[error("{0}")]
    Conflict(String),
    /// The request is larger than a limit; the text says the limit.
    #[error("{0}")]
    TooLarge(String),
    /// The database is busy or cannot be reached. The same request may succeed later.
    #[error("the record cannot be reached at the moment; try again shortly")]
    Unavailable(#[source] Source),
    /// A fault of the program or its data, which the caller can only report.
    #[error("internal error")]
    Internal(#[source] Source),
}

impl Error {
    /// A fault of the program; `source` goes to the log only.
    pub fn internal(source: impl Into<Source>) -> Self {
        Self::Internal(source.into())
    }

    /// The causes of this error, nearest first: for the log and for the operator.
    #[must_use]
    pub fn causes(&self) -> Vec<String> {
        let mut causes = Vec::new();
        let mut next = std::error::Error::source(self);
        while let Some(cause) = next {
            causes.push(cause.to_string());
            next = cause.source();
        }
        causes
    }

    /// The word in GraphQL's `extensions.code`, and the HTTP status number.
    #[must_use]
    pub const fn code_and_status(&self) -> (&'static str, u16) {
        match self {
            Self::Invalid(_) => ("INVALID", 400),
            Self::Unauthenticated => ("UNAUTHENTICATED", 401),
            Self::Forbidden => ("FORBIDDEN", 403),
            Self::NotFound(_) => ("NOT_FOUND", 404),
            Self::Conflict(_) => ("CONFLICT", 409),
            Self::TooLarge(_) => ("TOO_LARGE", 413),
            Self::Unavailable(_) => ("UNAVAILABLE", 503),
            Self::Internal(_) => ("INTERNAL", 500),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_source_of_an_internal_error_is_never_shown() {
        let error = Error::internal("password is hunter2");
        assert_eq!(error.to_string(), "internal error");
        assert_eq!(error.code_and_status(), ("INTERNAL", 500));
    }
}
