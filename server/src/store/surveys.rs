//! Surveys as they are uploaded and looked at: saving a draft with all it says, finding, listing,
//! and loading what a survey said, its problems and its original bytes.
//!
//! Accepting and withdrawing are in `decide`; what accepted surveys say together is in `record`.

use super::audit::append_audit;
use super::entities::{
    observation, organisation, original, postcode, problem, site, space, survey,
};
use super::rows::{self, MeasureIds};
use super::{Store, cut, for_each_row};
use crate::error::Error;
use crate::intake::{Draft, SiteEntry};
use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait, Set,
};
use siteworthy_rules::problem::Severity;
use siteworthy_rules::words;
use std::collections::HashMap;
use uuid::{NoContext, Timestamp, Uuid};

/// Rows in one insert statement. Measured: fewer or more are slower on both databases. The widest
/// table has 14 columns, so that 7,000 values are bound at most, of SQLite's 32,766.
const ROWS_PER_INSERT: usize = 500;

/// The most surveys or problems that are read at once: a page of 1,000 and one more, by which a
/// caller sees whether there is another page.
pub const MOST_PER_PAGE: u32 = 1_001;

words! {
    /// Where a survey stands, in the order in which it passes through.
    SurveyStatus {
        /// Uploaded; it counts for nothing yet.
        Draft = "draft",
        /// Part of the record.
        Accepted = "accepted",
        /// Taken out of the record, or never let in.
        Withdrawn = "withdrawn",
    }
}

/// One survey without what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SurveyHead {
    /// Its id; later surveys have greater ids.
    pub id: Uuid,
    /// Where it stands.
    pub status: SurveyStatus,
    /// Id of the layout by which it was read.
    pub layout: String,
    /// Name of the file as uploaded.
    pub file_name: String,
    /// SHA-256 of the bytes, in lower-case hexadecimal.
    pub sha256: String,
    /// Data rows in the file.
    pub rows_read: u32,
    /// Rows that describe pooled entries.
    pub rows_pooled: u32,
    /// Rows of which nothing could be kept.
    pub rows_refused: u32,
    /// When it was uploaded.
    pub uploaded_at: DateTime<Utc>,
    /// Who uploaded it.
    pub uploaded_by: String,
    /// When it was accepted, if it ever was.
    pub accepted_at: Option<DateTime<Utc>>,
    /// When it was withdrawn, if it was.
    pub withdrawn_at: Option<DateTime<Utc>>,
    /// The revision that accepting it made: the order of acceptance.
    pub revision_accepted: Option<i64>,
    /// The revision that withdrawing it made.
    pub revision_withdrawn: Option<i64>,
}

/// One survey in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SurveySummary {
    /// The survey.
    pub head: SurveyHead,
    /// Problems that set something aside.
    pub refused: u64,
    /// Problems that a person should look at.
    pub warnings: u64,
    /// Notes of what the reader did.
    pub notes: u64,
}

/// One problem as the record keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedProblem {
    /// Its place in file order, from 0: the cursor of a page.
    pub ordinal: u32,
    /// How far it reaches.
    pub severity: Severity,
    /// Stable code of the kind of problem.
    pub code: String,
    /// File name as uploaded.
    pub file: String,
    /// Row as a spreadsheet numbers it.
    pub row: Option<u32>,
    /// Heading of the column.
    pub column: Option<String>,
    /// The offending text, as written.
    pub value: Option<String>,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub advice: String,
}

/// What became of an upload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Saved {
    /// A new draft.
    New(SurveyHead),
    /// The same bytes are a draft or accepted already; nothing was written.
    AlreadyThere(SurveyHead),
}

/// Which surveys a list wants.
#[derive(Clone, Copy, Debug, Default)]
pub struct SurveysWanted {
    /// Only those of this status.
    pub status: Option<SurveyStatus>,
    /// Only those older than this one: the last of the page before.
    pub after: Option<Uuid>,
    /// How many; `MOST_PER_PAGE` at most.
    pub first: u32,
}

impl Store {
    /// Writes a draft with all it says and the bytes that it was read from, in one transaction.
    /// Where the same bytes are a draft or accepted already, also by an upload at the same moment,
    /// nothing is written and that survey is returned.
    ///
    /// # Errors
    /// Invalid for a value that is no number; TooLarge beyond 2^31 rows; Unavailable; Internal.
    pub async fn save_draft(
        &self,
        draft: &Draft,
        bytes: Vec<u8>,
        uploaded_by: &str,
        at: DateTime<Utc>,
    ) -> Result<Saved, Error> {
        let head = new_head(draft, uploaded_by, cut(at));
        loop {
            let transaction = self.begin().await?;
            // The head goes first: another upload of the same bytes waits here, not after its rows.
            if insert_head(&transaction, &head).await? {
                insert_contents(&transaction, head.id, draft, bytes).await?;
                let subject = head.id.to_string();
                append_audit(&transaction, head.uploaded_at, uploaded_by, "upload", &subject)
                    .await?;
                transaction.commit().await?;
                return Ok(Saved::New(head));
            }
            transaction.rollback().await?;
            if let Some(there) = self.find_by_sha256(&draft.sha256).await? {
                return Ok(Saved::AlreadyThere(there));
            }
            // It was withdrawn between the two questions: the bytes are free again.
        }
    }

    /// The survey with this id.
    ///
    /// # Errors
    /// Unavailable or Internal.
    pub async fn find_survey(&self, id: Uuid) -> Result<Option<SurveyHead>, Error> {
        let found = survey::Entity::find_by_id(id).one(&self.reader).await?;
        found.map(read_head).transpose()
    }

    /// The draft or accepted survey that was read from these bytes.
    ///
    /// # Errors
    /// Unavailable or Internal.
    pub async fn find_by_sha256(&self, sha256: &str) -> Result<Option<SurveyHead>, Error> {
        let living = [SurveyStatus::Draft.word(), SurveyStatus::Accepted.word()];
        let found = survey::Entity::find()
            .filter(survey::Column::Sha256.eq(sha256))
            .filter(survey::Column::Status.is_in(living))
            .one(&self.reader)
            .await?;
        found.map(read_head).transpose()
    }

    /// A page of surveys, newest first, with counts of their problems.
    ///
    /// # Errors
    /// Unavailable or Internal.
    pub async fn list_surveys(&self, wanted: SurveysWanted) -> Result<Vec<SurveySummary>, Error> {
        let snapshot = self.begin_snapshot().await?;
        let heads = survey::Entity::find()
            .apply_if(wanted.status, |query, status| {
                query.filter(survey::Column::Status.eq(status.word()))
            })
            .apply_if(wanted.after, |query, after| query.filter(survey::Column::Id.lt(after)))
            .order_by_desc(survey::Column::Id)
            .limit(u64::from(wanted.first.min(MOST_PER_PAGE)))
            .all(&snapshot)
            .await?;
        let counts = count_problems(&snapshot, heads.iter().map(|head| head.id)).await?;
        snapshot.commit().await?;
        heads.into_iter().map(|head| Ok(summary(read_head(head)?, &counts))).collect()
    }

    /// The survey with this id and the counts of its problems.
    ///
    /// # Errors
    /// NotFound, Unavailable or Internal.
    pub async fn load_summary(&self, id: Uuid) -> Result<SurveySummary, Error> {
        let head = self.find_survey(id).await?.ok_or_else(|| no_such_survey(id))?;
        let counts = count_problems(&self.reader, std::iter::once(id)).await?;
        Ok(summary(head, &counts))
    }

    /// A page of a survey's problems in file order: those after the ordinal `after`, of one
    /// severity or of all; `MOST_PER_PAGE` at most.
    ///
    /// # Errors
    /// Unavailable or Internal.
    pub async fn load_problems(
        &self,
        survey: Uuid,
        severity: Option<Severity>,
        after: Option<u32>,
        first: u32,
    ) -> Result<Vec<SavedProblem>, Error> {
        let found = problem::Entity::find()
            .filter(problem::Column::SurveyId.eq(survey))
            .apply_if(severity, |query, severity| {
                query.filter(problem::Column::Severity.eq(severity.word()))
            })
            .apply_if(after, |query, after| {
                query.filter(problem::Column::Ordinal.gt(i64::from(after)))
            })
            .order_by_asc(problem::Column::Ordinal)
            .limit(u64::from(first.min(MOST_PER_PAGE)))
            .all(&self.reader)
            .await?;
        found.into_iter().map(rows::read_problem).collect()
    }

    /// The bytes of the file, exactly as they were uploaded.
    ///
    /// # Errors
    /// NotFound, Unavailable or Internal.
    pub async fn load_original(&self, survey: Uuid) -> Result<Vec<u8>, Error> {
        let found = original::Entity::find_by_id(survey).one(&self.reader).await?;
        found.map(|original| original.bytes).ok_or_else(|| no_such_survey(survey))
    }

    /// The sites that a survey describes or names, in file order, whatever its status.
    ///
    /// # Errors
    /// Unavailable or Internal.
    pub async fn load_draft_sites(&self, survey: Uuid) -> Result<Vec<SiteEntry>, Error> {
        load_sites(&self.reader, survey).await
    }

    /// All that a survey says, whatever its status, but for its problems: `load_problems` pages
    /// those.
    ///
    /// # Errors
    /// NotFound, Unavailable or Internal.
    pub async fn load_draft(&self, id: Uuid) -> Result<Draft, Error> {
        let snapshot = self.begin_snapshot().await?;
        let head = survey::Entity::find_by_id(id).one(&snapshot).await?;
        let head = read_head(head.ok_or_else(|| no_such_survey(id))?)?;
        let organisations = organisation::Entity::find()
            .filter(organisation::Column::SurveyId.eq(id))
            .order_by_asc(organisation::Column::Ordinal)
            .all(&snapshot)
            .await?;
        let spaces = space::Entity::find()
            .filter(space::Column::SurveyId.eq(id))
            .order_by_asc(space::Column::Ordinal)
            .all(&snapshot)
            .await?;
        let postcodes = postcode::Entity::find()
            .filter(postcode::Column::SurveyId.eq(id))
            .order_by_asc(postcode::Column::FileRow)
            .all(&snapshot)
            .await?;
        // In file order, so that the measures are met in the order of the file as well.
        let found = observation::Entity::find()
            .select_only()
            .expr(Expr::cust(rows::OBSERVATION_WORDS))
            .columns([observation::Column::Value, observation::Column::TextValue])
            .filter(observation::Column::SurveyId.eq(id))
            .order_by_asc(observation::Column::Ordinal)
            .into_query();
        let mut measures = MeasureIds::default();
        let mut observations = Vec::new();
        for_each_row(&snapshot, &found, |row| {
            let (_, entry) = rows::read_observation(row, 0, &mut measures)?;
            observations.push(entry);
            Ok(())
        })
        .await?;
        let sites = load_sites(&snapshot, id).await?;
        snapshot.commit().await?;
        Ok(Draft {
            layout: head.layout,
            file_name: head.file_name,
            sha256: head.sha256,
            rows_read: head.rows_read,
            rows_pooled: head.rows_pooled,
            rows_refused: head.rows_refused,
            organisations: collect(organisations, rows::read_organisation)?,
            sites,
            spaces: collect(spaces, rows::read_space)?,
            measures: measures.into_list(),
            observations,
            postcodes: collect(postcodes, rows::read_postcode)?,
            problems: Vec::new(),
        })
    }
}

pub(super) fn no_such_survey(id: Uuid) -> Error {
    Error::NotFound(format!("there is no survey {id}"))
}

pub(super) fn read_head(row: survey::Model) -> Result<SurveyHead, Error> {
    Ok(SurveyHead {
        id: row.id,
        status: rows::word(&row.status)?,
        layout: row.layout,
        file_name: row.file_name,
        sha256: row.sha256,
        rows_read: rows::unsigned(row.rows_read)?,
        rows_pooled: rows::unsigned(row.rows_pooled)?,
        rows_refused: rows::unsigned(row.rows_refused)?,
        uploaded_at: row.uploaded_at,
        uploaded_by: row.uploaded_by,
        accepted_at: row.accepted_at,
        withdrawn_at: row.withdrawn_at,
        revision_accepted: row.revision_accepted,
        revision_withdrawn: row.revision_withdrawn,
    })
}

pub(super) fn collect<R, T>(
    rows: Vec<R>,
    read: impl Fn(R) -> Result<T, Error>,
) -> Result<Vec<T>, Error> {
    rows.into_iter().map(read).collect()
}

/// The head of a new draft. Its id is made from the time of upload, so that ids sort by it.
fn new_head(draft: &Draft, uploaded_by: &str, at: DateTime<Utc>) -> SurveyHead {
    let seconds = u64::try_from(at.timestamp()).unwrap_or_default();
    let timestamp = Timestamp::from_unix(NoContext, seconds, at.timestamp_subsec_nanos());
    SurveyHead {
        id: Uuid::new_v7(timestamp),
        status: SurveyStatus::Draft,
        layout: rows::text(&draft.layout),
        file_name: rows::text(&draft.file_name),
        sha256: draft.sha256.clone(),
        rows_read: draft.rows_read,
        rows_pooled: draft.rows_pooled,
        rows_refused: draft.rows_refused,
        uploaded_at: at,
        uploaded_by: rows::text(uploaded_by),
        accepted_at: None,
        withdrawn_at: None,
        revision_accepted: None,
        revision_withdrawn: None,
    }
}

/// Inserts the head; false where a living survey of the same bytes is in the way.
async fn insert_head(transaction: &DatabaseTransaction, head: &SurveyHead) -> Result<bool, Error> {
    let row = survey::ActiveModel {
        id: Set(head.id),
        status: Set(head.status.word().to_owned()),
        layout: Set(head.layout.clone()),
        file_name: Set(head.file_name.clone()),
        sha256: Set(head.sha256.clone()),
        rows_read: Set(rows::number(head.rows_read)?),
        rows_pooled: Set(rows::number(head.rows_pooled)?),
        rows_refused: Set(rows::number(head.rows_refused)?),
        uploaded_at: Set(head.uploaded_at),
        uploaded_by: Set(head.uploaded_by.clone()),
        accepted_at: Set(None),
        withdrawn_at: Set(None),
        revision_accepted: Set(None),
        revision_withdrawn: Set(None),
    };
    let inserted = survey::Entity::insert(row)
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(transaction)
        .await?;
    Ok(inserted == 1)
}

async fn insert_contents(
    transaction: &DatabaseTransaction,
    id: Uuid,
    draft: &Draft,
    bytes: Vec<u8>,
) -> Result<(), Error> {
    let original = original::ActiveModel { survey_id: Set(id), bytes: Set(bytes) };
    original::Entity::insert(original).exec_without_returning(transaction).await?;
    insert_all(transaction, &draft.organisations, |n, entry| rows::organisation_row(id, n, entry))
        .await?;
    insert_all(transaction, &draft.sites, |n, entry| rows::site_row(id, n, entry)).await?;
    insert_all(transaction, &draft.spaces, |n, entry| rows::space_row(id, n, entry)).await?;
    insert_all(transaction, &draft.observations, |n, entry| {
        rows::observation_row(id, n, entry, draft.measure_of(entry))
    })
    .await?;
    insert_all(transaction, &draft.postcodes, |_, entry| rows::postcode_row(id, entry)).await?;
    insert_all(transaction, &draft.problems, |n, entry| rows::problem_row(id, n, entry)).await
}

/// Inserts an entry a row, `ROWS_PER_INSERT` in a statement. `row` is given each entry's ordinal.
async fn insert_all<T: Sync, A: ActiveModelTrait + Send>(
    transaction: &DatabaseTransaction,
    entries: &[T],
    row: impl Fn(usize, &T) -> Result<A, Error> + Send + Sync,
) -> Result<(), Error> {
    for (chunk, entries) in entries.chunks(ROWS_PER_INSERT).enumerate() {
        let first = chunk * ROWS_PER_INSERT;
        let rows = entries.iter().enumerate().map(|(n, entry)| row(first + n, entry));
        let rows = rows.collect::<Result<Vec<A>, Error>>()?;
        A::Entity::insert_many(rows).exec_without_returning(transaction).await?;
    }
    Ok(())
}

async fn load_sites(
    connection: &impl ConnectionTrait,
    survey: Uuid,
) -> Result<Vec<SiteEntry>, Error> {
    let found = site::Entity::find()
        .filter(site::Column::SurveyId.eq(survey))
        .order_by_asc(site::Column::Ordinal)
        .all(connection)
        .await?;
    collect(found, rows::read_site)
}

fn summary(head: SurveyHead, counts: &HashMap<(Uuid, Severity), u64>) -> SurveySummary {
    let count = |severity: Severity| counts.get(&(head.id, severity)).copied().unwrap_or_default();
    SurveySummary {
        refused: count(Severity::Refused),
        warnings: count(Severity::Warning),
        notes: count(Severity::Note),
        head,
    }
}

async fn count_problems(
    connection: &impl ConnectionTrait,
    surveys: impl Iterator<Item = Uuid>,
) -> Result<HashMap<(Uuid, Severity), u64>, Error> {
    let counts: Vec<(Uuid, String, i64)> = problem::Entity::find()
        .select_only()
        .column(problem::Column::SurveyId)
        .column(problem::Column::Severity)
        .column_as(problem::Column::Ordinal.count(), "count")
        .filter(problem::Column::SurveyId.is_in(surveys))
        .group_by(problem::Column::SurveyId)
        .group_by(problem::Column::Severity)
        .into_tuple()
        .all(connection)
        .await?;
    counts
        .into_iter()
        .map(|(id, severity, count)| {
            let count = u64::try_from(count).map_err(Error::internal)?;
            Ok(((id, rows::word(&severity)?), count))
        })
        .collect()
}
