//! The audit: a line for every change, each with a hash that covers the line before, so that
//! nobody can alter, insert or remove one unseen.
//!
//! The hash of a line is SHA-256, in lower-case hexadecimal, over the UTF-8 text of the JSON array
//! `[seq, at, actor, action, subject, revision, previous_hash]` without spaces, `at` in the form
//! `2026-11-22T10:00:00.000000Z`. The first line's previous hash is 64 zeros. The row in `revision`
//! holds the last line's number and hash, so that cutting lines off the end is seen as well.

use super::entities::audit;
use super::{Store, find_revision, lock_revision, rows};
use crate::error::Error;
use chrono::{DateTime, SecondsFormat, Utc};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect, Set,
};
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// Lines that are verified at a time.
const LINES_AT_A_TIME: u64 = 10_000;

/// One line of the audit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditLine {
    /// Its number, from 1, without gaps.
    pub seq: i64,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// Who did it.
    pub actor: String,
    /// What was done: `upload`, `accept`, `withdraw`, `allocate`.
    pub action: String,
    /// What it was done to: the id of a survey, or organisation, year and kind of an allocation.
    pub subject: String,
    /// The revision of the record after it.
    pub revision: i64,
    /// The hash of the line before.
    pub previous_hash: String,
    /// The hash of this line.
    pub hash: String,
}

/// What verifying the audit found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuditState {
    /// Every line follows from the one before, up to the last.
    Whole {
        /// How many lines there are.
        lines: i64,
    },
    /// The chain breaks.
    Broken {
        /// The number of the first line that does not follow.
        seq: i64,
        /// In which way it does not.
        why: String,
    },
}

impl Store {
    /// Recomputes the whole chain.
    ///
    /// # Errors
    /// Unavailable or Internal. A broken chain is no error but the answer.
    pub async fn verify_audit(&self) -> Result<AuditState, Error> {
        let snapshot = self.begin_snapshot().await?;
        let end = find_revision(&snapshot).await?;
        let (mut seq, mut hash) = (0, "0".repeat(64));
        loop {
            let lines = audit::Entity::find()
                .filter(audit::Column::Seq.gt(seq))
                .order_by_asc(audit::Column::Seq)
                .limit(LINES_AT_A_TIME)
                .all(&snapshot)
                .await?;
            if lines.is_empty() {
                break;
            }
            for line in lines {
                let why = fault(&line, seq, &hash);
                seq += 1;
                if let Some(why) = why {
                    return Ok(AuditState::Broken { seq, why: why.to_owned() });
                }
                hash = line.hash;
            }
        }
        snapshot.commit().await?;
        Ok(if (seq, &hash) == (end.audit_seq, &end.audit_hash) {
            AuditState::Whole { lines: seq }
        } else {
            AuditState::Broken { seq: seq + 1, why: "lines are missing at the end".to_owned() }
        })
    }

    /// A page of the audit, newest line first: those before line `before`; `MOST_PER_PAGE` at most.
    ///
    /// # Errors
    /// Unavailable or Internal.
    pub async fn load_audit(
        &self,
        before: Option<i64>,
        first: u32,
    ) -> Result<Vec<AuditLine>, Error> {
        let lines = audit::Entity::find()
            .filter(audit::Column::Seq.lt(before.unwrap_or(i64::MAX)))
            .order_by_desc(audit::Column::Seq)
            .limit(u64::from(first.min(super::MOST_PER_PAGE)))
            .all(&self.reader)
            .await?;
        Ok(lines.into_iter().map(read_line).collect())
    }
}

/// Adds a line within a transaction that changes something, and keeps other changes waiting until
/// that transaction ends. `at` is cut to microseconds by the caller.
pub(super) async fn append_audit(
    transaction: &DatabaseTransaction,
    at: DateTime<Utc>,
    actor: &str,
    action: &str,
    subject: &str,
) -> Result<(), Error> {
    let end = lock_revision(transaction).await?;
    let mut line = audit::Model {
        seq: end.audit_seq + 1,
        at,
        actor: rows::text(actor),
        action: action.to_owned(),
        subject: rows::text(subject),
        revision: end.number,
        previous_hash: end.audit_hash.clone(),
        hash: String::new(),
    };
    line.hash = hash_of(&line);
    let mut end = end.into_active_model();
    end.audit_seq = Set(line.seq);
    end.audit_hash = Set(line.hash.clone());
    end.update(transaction).await?;
    let line = line.into_active_model().reset_all();
    audit::Entity::insert(line).exec_without_returning(transaction).await?;
    Ok(())
}

/// Why `line` does not follow the line `seq` with `hash`, if it does not.
fn fault(line: &audit::Model, seq: i64, hash: &str) -> Option<&'static str> {
    if line.seq != seq + 1 {
        Some("the line is missing")
    } else if line.previous_hash != hash {
        Some("the line does not cover the one before")
    } else if line.hash != hash_of(line) {
        Some("the line has been altered")
    } else {
        None
    }
}

fn hash_of(line: &audit::Model) -> String {
    let at = line.at.to_rfc3339_opts(SecondsFormat::Micros, true);
    let covered = serde_json::json!([
        line.seq,
        at,
        line.actor,
        line.action,
        line.subject,
        line.revision,
        line.previous_hash
    ]);
    let digest = Sha256::digest(covered.to_string().as_bytes());
    digest.iter().fold(String::with_capacity(64), |mut hex, byte| {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn read_line(line: audit::Model) -> AuditLine {
    AuditLine {
        seq: line.seq,
        at: line.at,
        actor: line.actor,
        action: line.action,
        subject: line.subject,
        revision: line.revision,
        previous_hash: line.previous_hash,
        hash: line.hash,
    }
}
