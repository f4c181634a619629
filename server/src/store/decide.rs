//! The two decisions on a survey: accepting and withdrawing. Each is one transaction that changes
//! a status, raises the revision by one and writes an audit line.
//!
//! Who may decide is not asked here.

use super::audit::append_audit;
use super::entities::survey;
use super::surveys::{SurveyStatus, no_such_survey};
use super::{Store, cut, raise_revision, rows};
use crate::error::Error;
use chrono::{DateTime, Utc};
use sea_orm::{ActiveModelTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, Set};
use uuid::Uuid;

/// A decision that has its place in line and has read its survey.
struct Decision {
    transaction: DatabaseTransaction,
    survey: survey::Model,
    status: SurveyStatus,
    /// The revision that it makes.
    number: i64,
}

impl Store {
    /// Makes a draft part of the record; returns the new revision.
    ///
    /// # Errors
    /// NotFound; Conflict where the survey is not a draft; Unavailable; Internal.
    pub async fn accept(&self, id: Uuid, by: &str, at: DateTime<Utc>) -> Result<i64, Error> {
        let decision = self.begin_decision(id, cut(at)).await?;
        let (status, number) = (decision.status, decision.number);
        if status != SurveyStatus::Draft {
            return Err(Error::Conflict(format!(
                "only a draft can be accepted; survey {id} is {status}"
            )));
        }
        let mut change = decision.survey.into_active_model();
        change.status = Set(SurveyStatus::Accepted.word().to_owned());
        change.accepted_at = Set(Some(cut(at)));
        change.revision_accepted = Set(Some(number));
        change.update(&decision.transaction).await?;
        finish(decision.transaction, id, number, by, cut(at), "accept").await
    }

    /// Takes an accepted survey out of the record, which then stands as if the survey had never
    /// been; or discards a draft, so that its file can be uploaded again. Returns the new revision.
    ///
    /// # Errors
    /// NotFound; Conflict where the survey has been withdrawn already; Unavailable; Internal.
    pub async fn withdraw(&self, id: Uuid, by: &str, at: DateTime<Utc>) -> Result<i64, Error> {
        let decision = self.begin_decision(id, cut(at)).await?;
        let (status, number) = (decision.status, decision.number);
        if status == SurveyStatus::Withdrawn {
            return Err(Error::Conflict(format!(
                "only a draft or an accepted survey can be withdrawn; survey {id} is {status}"
            )));
        }
        let mut change = decision.survey.into_active_model();
        change.status = Set(SurveyStatus::Withdrawn.word().to_owned());
        change.withdrawn_at = Set(Some(cut(at)));
        change.revision_withdrawn = Set(Some(number));
        change.update(&decision.transaction).await?;
        finish(decision.transaction, id, number, by, cut(at), "withdraw").await
    }

    /// Takes a place in line, then reads the survey: what it was before the wait does not matter. A
    /// decision that the survey's status does not allow ends without a trace.
    async fn begin_decision(&self, id: Uuid, at: DateTime<Utc>) -> Result<Decision, Error> {
        let transaction = self.begin().await?;
        let number = raise_revision(&transaction, at).await?;
        let survey = survey::Entity::find_by_id(id).one(&transaction).await?;
        let survey = survey.ok_or_else(|| no_such_survey(id))?;
        let status = rows::word(&survey.status)?;
        Ok(Decision { transaction, survey, status, number })
    }
}

async fn finish(
    transaction: DatabaseTransaction,
    id: Uuid,
    number: i64,
    by: &str,
    at: DateTime<Utc>,
    action: &str,
) -> Result<i64, Error> {
    append_audit(&transaction, at, by, action, &id.to_string()).await?;
    transaction.commit().await?;
    Ok(number)
}
