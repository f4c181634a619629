//! Deciding on a survey: accepting makes a draft part of the record, withdrawing takes a survey out.
//! Both publish what has changed before they answer, so that the caller's next question sees it.

use crate::app::App;
use crate::error::Error;
use crate::publish::extend;
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// What is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// A draft becomes part of the record.
    Accept,
    /// A survey is taken out of the record, or a draft is discarded.
    Withdraw,
}

/// Carries out a decision; the new revision is returned.
///
/// # Errors
/// `NotFound`, `Conflict` where the survey's status does not allow it, `Unavailable`, `Internal`.
pub async fn decide(
    app: &App,
    survey: Uuid,
    decision: Decision,
    by: &str,
    at: DateTime<Utc>,
) -> Result<i64, Error> {
    let revision = match decision {
        Decision::Accept => app.store.accept(survey, by, at).await?,
        Decision::Withdraw => app.store.withdraw(survey, by, at).await?,
    };
    tracing::info!(survey.id = %survey, revision, "survey {survey}: {decision:?}");
    if let Err(error) = extend(app, survey, revision).await {
        // The decision stands. The follower publishes it as soon as the record can be read again.
        crate::telemetry::log_error(&error);
    }
    Ok(revision)
}
