//! Surveys: `surveys`, `survey`, `uploadSurvey`, `acceptSurvey`, `withdrawSurvey`.

use super::words::Severity;
use super::{app, app_of_now, fail, page_size};
use crate::app::{App, NOBODY};
use crate::decide::{Decision, decide};
use crate::error::Error;
use crate::store::{self, SavedProblem, SurveyHead, SurveySummary, SurveysWanted};
use crate::upload::{ReceivedFile, Uploaded, upload};
use async_graphql::connection::{Connection, Edge};
use async_graphql::{Context, Enum, ID, Object, SimpleObject, Upload};
use chrono::{DateTime, Utc};
use siteworthy_rules::problem::Problem;
use std::io::Read;
use std::sync::Arc;
use uuid::Uuid;

/// Queries of surveys.
#[derive(Default)]
pub struct SurveyQuery;

/// Changes of surveys.
#[derive(Default)]
pub struct SurveyMutation;

/// Where a survey stands.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "store::SurveyStatus")]
pub enum SurveyStatus {
    /// Uploaded; it counts for nothing yet.
    Draft,
    /// Part of the record.
    Accepted,
    /// Taken out of the record, or never let in.
    Withdrawn,
}

#[Object]
impl SurveyQuery {
    /// Surveys, newest first, a page at a time.
    #[graphql(complexity = "super::page_complexity(first, child_complexity)")]
    async fn surveys(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "How many, up to 1,000.")] first: Option<i32>,
        #[graphql(desc = "The cursor of the last item of the page before.")] after: Option<String>,
        #[graphql(desc = "Only surveys of this status.")] status: Option<SurveyStatus>,
    ) -> async_graphql::Result<Connection<String, SurveyNode>> {
        let app = app_of_now(context)?;
        let first = page_size(first).map_err(fail)?;
        let after = after.map(|cursor| parse_id(&cursor)).transpose().map_err(fail)?;
        let has_previous = after.is_some();
        let more = u32::try_from(first + 1).unwrap_or(u32::MAX);
        let wanted = SurveysWanted { status: status.map(Into::into), after, first: more };
        let mut found = app.store.list_surveys(wanted).await.map_err(fail)?;
        let mut connection = Connection::new(has_previous, found.len() > first);
        found.truncate(first);
        connection.edges.extend(found.into_iter().map(|summary| {
            let id = summary.head.id.to_string();
            Edge::new(id, SurveyNode { app: Arc::clone(app), summary })
        }));
        Ok(connection)
    }

    /// One survey by its id.
    async fn survey(
        &self,
        context: &Context<'_>,
        id: ID,
    ) -> async_graphql::Result<Option<SurveyNode>> {
        let app = app_of_now(context)?;
        let id = parse_id(&id).map_err(fail)?;
        match SurveyNode::load(app, id).await {
            Ok(node) => Ok(Some(node)),
            Err(Error::NotFound(_)) => Ok(None),
            Err(error) => Err(fail(error)),
        }
    }
}

fn parse_id(text: &str) -> Result<Uuid, Error> {
    text.parse().map_err(|_| Error::Invalid(format!("{text:?} is not the id of a survey")))
}

/// What became of an upload.
#[derive(SimpleObject)]
struct UploadResult {
    /// The survey; none where nothing in the file could be read.
    survey: Option<SurveyNode>,
    /// Whether the same bytes were on record already, so that nothing has changed.
    already_there: bool,
    /// Why nothing could be read. The problems of a file that was read are those of its survey.
    problems: Vec<ProblemNode>,
}

#[Object]
impl SurveyMutation {
    /// Reads a file and keeps it as a draft: it counts for nothing until it is accepted.
    async fn upload_survey(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The file, by the GraphQL multipart request specification.")] file: Upload,
        #[graphql(desc = "Id of the layout; leave it out to find the one that fits.")]
        layout: Option<String>,
    ) -> async_graphql::Result<UploadResult> {
        let app = app(context)?;
        let value = file.value(context)?;
        let name = value.filename;
        let content = value.content;
        let bytes = tokio::task::spawn_blocking(move || read_all(content)).await;
        let bytes = bytes.map_err(Error::internal).and_then(|bytes| bytes).map_err(fail)?;
        let at = Utc::now();
        let file = ReceivedFile { name, bytes, layout, by: NOBODY.to_owned(), at };
        let uploaded = upload(app, file, |_| {}).await.map_err(fail)?;
        let (head, already_there, problems) = match uploaded {
            Uploaded::Draft { survey, .. } => (Some(survey), false, Vec::new()),
            Uploaded::AlreadyThere(survey) => (Some(survey), true, Vec::new()),
            Uploaded::Unreadable(problems) => (None, false, problems),
        };
        let survey = match head {
            Some(head) => Some(SurveyNode::load(app, head.id).await.map_err(fail)?),
            None => None,
        };
        let problems = problems.into_iter().map(Into::into).collect();
        Ok(UploadResult { survey, already_there, problems })
    }

    /// Makes a draft part of the record.
    async fn accept_survey(
        &self,
        context: &Context<'_>,
        id: ID,
    ) -> async_graphql::Result<SurveyNode> {
        decide_on(context, &id, Decision::Accept).await.map_err(fail)
    }

    /// Takes an accepted survey out of the record, as if it had never been, or discards a draft.
    async fn withdraw_survey(
        &self,
        context: &Context<'_>,
        id: ID,
    ) -> async_graphql::Result<SurveyNode> {
        decide_on(context, &id, Decision::Withdraw).await.map_err(fail)
    }
}

fn read_all(mut content: std::fs::File) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    content.read_to_end(&mut bytes).map_err(Error::internal)?;
    Ok(bytes)
}

async fn decide_on(
    context: &Context<'_>,
    id: &str,
    decision: Decision,
) -> Result<SurveyNode, Error> {
    let app = app(context).map_err(|error| Error::internal(error.message))?;
    let id = parse_id(id)?;
    // A decision once begun is carried through, even where the caller's patience ends.
    let own = Arc::clone(app);
    let work = async move { decide(&own, id, decision, NOBODY, Utc::now()).await };
    tokio::spawn(work).await.map_err(Error::internal)??;
    SurveyNode::load(app, id).await
}

/// One uploaded file and what it says.
pub struct SurveyNode {
    app: Arc<App>,
    summary: SurveySummary,
}

impl SurveyNode {
    async fn load(app: &Arc<App>, id: Uuid) -> Result<Self, Error> {
        Ok(Self { app: Arc::clone(app), summary: app.store.load_summary(id).await? })
    }

    const fn head(&self) -> &SurveyHead {
        &self.summary.head
    }
}

/// How many problems of each severity a survey has.
#[derive(SimpleObject)]
struct ProblemCounts {
    /// Values, rows or files that were set aside.
    refused: u64,
    /// Values that were kept and that a person should look at.
    warnings: u64,
    /// What the reader did.
    notes: u64,
}

/// One uploaded file and what it says. It is never edited: a correction is a new survey.
#[Object(name = "Survey")]
impl SurveyNode {
    /// Its id.
    async fn id(&self) -> ID {
        self.head().id.into()
    }

    /// Where it stands.
    async fn status(&self) -> SurveyStatus {
        self.head().status.into()
    }

    /// Name of the file.
    async fn file_name(&self) -> &str {
        &self.head().file_name
    }

    /// Id of the layout by which it was read.
    async fn layout(&self) -> &str {
        &self.head().layout
    }

    /// SHA-256 of the file.
    async fn sha256(&self) -> &str {
        &self.head().sha256
    }

    /// Data rows in the file.
    async fn rows_read(&self) -> u32 {
        self.head().rows_read
    }

    /// Rows that stand for many minor sites and are set apart.
    async fn rows_pooled(&self) -> u32 {
        self.head().rows_pooled
    }

    /// Rows of which nothing could be kept.
    async fn rows_refused(&self) -> u32 {
        self.head().rows_refused
    }

    /// When it was uploaded.
    async fn uploaded_at(&self) -> DateTime<Utc> {
        self.head().uploaded_at
    }

    /// Who uploaded it.
    async fn uploaded_by(&self) -> &str {
        &self.head().uploaded_by
    }

    /// The revision that accepting it made.
    async fn revision_accepted(&self) -> Option<i64> {
        self.head().revision_accepted
    }

    /// The revision that withdrawing it made.
    async fn revision_withdrawn(&self) -> Option<i64> {
        self.head().revision_withdrawn
    }

    /// How many problems it has.
    async fn problem_counts(&self) -> ProblemCounts {
        let SurveySummary { refused, warnings, notes, .. } = self.summary;
        ProblemCounts { refused, warnings, notes }
    }

    /// What is wrong in the file, in file order, a page at a time.
    #[graphql(complexity = "super::page_complexity(first, child_complexity)")]
    async fn problems(
        &self,
        #[graphql(desc = "How many, up to 1,000.")] first: Option<i32>,
        #[graphql(desc = "The cursor of the last item of the page before.")] after: Option<String>,
        #[graphql(desc = "Only problems of this severity.")] severity: Option<Severity>,
    ) -> async_graphql::Result<Connection<String, ProblemNode>> {
        let first = page_size(first).map_err(fail)?;
        let unknown =
            |cursor: &String| Error::Invalid(format!("there is no page after {cursor:?}"));
        let after = after.map(|cursor| cursor.parse().map_err(|_| unknown(&cursor)));
        let after: Option<u32> = after.transpose().map_err(fail)?;
        let more = u32::try_from(first + 1).unwrap_or(u32::MAX);
        let severity = severity.map(Into::into);
        let found = self.app.store.load_problems(self.head().id, severity, after, more);
        let mut found = found.await.map_err(fail)?;
        let mut connection = Connection::new(after.is_some(), found.len() > first);
        found.truncate(first);
        let edges =
            found.into_iter().map(|problem| Edge::new(problem.ordinal.to_string(), problem.into()));
        connection.edges.extend(edges);
        Ok(connection)
    }
}

/// What is wrong in a file, where, and how to mend it.
#[derive(SimpleObject)]
pub struct ProblemNode {
    /// How far it reaches.
    severity: Severity,
    /// Kind of the problem.
    code: String,
    /// Name of the file.
    file: String,
    /// Row as a spreadsheet numbers it.
    row: Option<u32>,
    /// Heading of the column.
    column: Option<String>,
    /// The text as written.
    value: Option<String>,
    /// What is wrong.
    message: String,
    /// What to do.
    advice: String,
}

impl From<Problem> for ProblemNode {
    fn from(problem: Problem) -> Self {
        Self {
            severity: problem.severity.into(),
            code: problem.code.to_owned(),
            file: problem.position.file,
            row: problem.position.row,
            column: problem.position.column,
            value: problem.value,
            message: problem.message,
            advice: problem.advice,
        }
    }
}

impl From<SavedProblem> for ProblemNode {
    fn from(problem: SavedProblem) -> Self {
        Self {
            severity: problem.severity.into(),
            code: problem.code,
            file: problem.file,
            row: problem.row,
            column: problem.column,
            value: problem.value,
            message: problem.message,
            advice: problem.advice,
        }
    }
}
