//! Logs: plain lines on standard error. Tables and files that commands write go to standard output.

use crate::error::Error;
use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;

/// Starts logging by a filter such as `info`. A filter that cannot be read is an error.
///
/// # Errors
/// `Invalid` where the filter cannot be read.
pub fn start(filter: &str) -> Result<(), Error> {
    let filter = EnvFilter::try_new(filter)
        .map_err(|error| Error::Invalid(format!("the log filter cannot be read: {error}")))?;
    // A second start, as in tests, keeps the first subscriber.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false)
        .try_init();
    Ok(())
}

/// Logs what a caller is not told: the whole chain of an internal error or a lost database. Errors
/// that the caller can mend are theirs, and are not logged here.
pub fn log_error(error: &Error) {
    match error {
        Error::Internal(_) => {
            tracing::error!(error.causes = error.causes().join(": "), "internal error")
        }
        Error::Unavailable(_) => {
            tracing::warn!(error.causes = error.causes().join(": "), "the record is out of reach")
        }
        Error::Invalid(_)
        | Error::Unauthenticated
        | Error::Forbidden
        | Error::NotFound(_)
        | Error::Conflict(_)
        | Error::TooLarge(_) => {}
    }
}
