//! The GraphQL API: one file a noun. Queries are nouns, mutations verb and noun.
//!
//! A resolver reads the view that its request began with, or calls a verb. HTTP is `http`.

mod abatement;
mod carbon;
mod deployment;
mod funding;
mod gap;
mod measures;
mod national;
mod next;
mod organisations;
mod peers;
mod pools;
mod profiles;
mod readiness;
mod resilience;
mod rules;
mod sensitivity;
mod sites;
mod surveys;
mod takes;
mod what_if;
mod whole_life;
mod words;

use crate::app::App;
use crate::error::Error;
use crate::view::View;
use async_graphql::{Context, EmptySubscription, ErrorExtensions, MergedObject, Object, Schema};
use chrono::NaiveDate;
use std::sync::Arc;

/// The deepest nesting of a query. The question by which explorers learn the schema has 15 levels:
/// `__schema`, `types`, `fields`, `args`, `type`, nine times `ofType`, and a name.
pub const MAX_DEPTH: usize = 16;

/// The greatest complexity of a query: about one a field, times the size of each page.
pub const MAX_COMPLEXITY: usize = 400_000;

/// The most items in a page.
pub const MAX_PAGE: usize = 1_000;

/// The items in a page where the caller does not say.
pub const DEFAULT_PAGE: usize = 100;

/// What a question over the whole estate counts in a query's complexity, whatever is read from its
/// answer: twenty of them are the most that one query may ask.
const HEAVY_COMPLEXITY: usize = MAX_COMPLEXITY / 20;

/// What can be asked.
#[derive(MergedObject, Default)]
pub struct Query(
    RecordQuery,
    organisations::OrganisationQuery,
    sites::SiteQuery,
    measures::MeasureQuery,
    profiles::ProfileQuery,
    readiness::ReadinessQuery,
    gap::GapQuery,
    carbon::CarbonQuery,
    abatement::AbatementQuery,
    whole_life::WholeLifeQuery,
    funding::FundingQuery,
    rules::RulesQuery,
    deployment::DeploymentQuery,
    resilience::ResilienceQuery,
    next::NextQuery,
    what_if::WhatIfQuery,
    sensitivity::SensitivityQuery,
    takes::TakesQuery,
    surveys::SurveyQuery,
);

/// What can be done.
#[derive(MergedObject, Default)]
pub struct Mutation(surveys::SurveyMutation, funding::FundingMutation);

/// The schema.
pub type ApiSchema = Schema<Query, Mutation, EmptySubscription>;

/// Builds the schema, once for all workers.
#[must_use]
pub fn build(app: Arc<App>) -> ApiSchema {
    limited(Schema::build(Query::default(), Mutation::default(), EmptySubscription))
        .data(app)
        .finish()
}

/// The schema in its definition language.
#[must_use]
pub fn sdl() -> String {
    limited(Schema::build(Query::default(), Mutation::default(), EmptySubscription)).finish().sdl()
}

type Builder = async_graphql::SchemaBuilder<Query, Mutation, EmptySubscription>;

fn limited(builder: Builder) -> Builder {
    builder.limit_depth(MAX_DEPTH).limit_complexity(MAX_COMPLEXITY).limit_directives(8)
}

/// The view that the request began with.
fn view<'a>(context: &Context<'a>) -> async_graphql::Result<&'a Arc<View>> {
    context.data()
}

fn app<'a>(context: &Context<'a>) -> async_graphql::Result<&'a Arc<App>> {
    context.data()
}

/// The app, for a question about what the record keeps beside the estate, such as its surveys: that is
/// told as it stands now, and never beside a day in the past.
fn app_of_now<'a>(context: &Context<'a>) -> async_graphql::Result<&'a Arc<App>> {
    match view(context)?.facts.as_of {
        None => app(context),
        Some(_) => Err(fail(Error::Invalid(
            "surveys are shown as they stand now, with the days on which they were accepted and \
             withdrawn; leave asOf out"
                .to_owned(),
        ))),
    }
}

/// An error as GraphQL shows it. The source of an internal error goes to the log only.
fn fail(error: Error) -> async_graphql::Error {
    crate::telemetry::log_error(&error);
    let code = error.code_and_status().0;
    async_graphql::Error::new(error.to_string())
        .extend_with(|_, extensions| extensions.set("code", code))
}

/// Does something heavy in its turn, so that what several requests need of memory at once is bounded.
///
/// A request is on a thread where it may compute (`http::graphql`), so nothing is handed to another:
/// the turn then lasts as long as the work, even where nobody waits for the answer any more.
async fn in_turn<T>(
    context: &Context<'_>,
    work: impl FnOnce() -> Result<T, Error> + Send,
) -> async_graphql::Result<T> {
    let _turn = app(context)?.turn().await.map_err(fail)?;
    work().map_err(fail)
}

/// The size of a page.
fn page_size(first: Option<i32>) -> Result<usize, Error> {
    let first = first.map_or(Ok(DEFAULT_PAGE), usize::try_from);
    first
        .ok()
        .filter(|first| (1..=MAX_PAGE).contains(first))
        .ok_or_else(|| Error::Invalid(format!("first must be a whole number from 1 to {MAX_PAGE}")))
}

/// What a page counts in a query's complexity, however large a page is asked for.
fn page_complexity(first: Option<i32>, each: usize) -> usize {
    let first = first.map_or(DEFAULT_PAGE, |first| usize::try_from(first).unwrap_or(0));
    first.min(MAX_PAGE + 1).saturating_mul(each)
}

/// The record that answers come from.
#[derive(Default)]
struct RecordQuery;

#[Object]
impl RecordQuery {
    /// Number of the last accepted change of the record that this answer was read at.
    async fn revision(&self, context: &Context<'_>) -> async_graphql::Result<i64> {
        Ok(view(context)?.facts.revision)
    }

    /// The day at whose end the record stood as this answer says; none for the record as it stands now.
    async fn as_of(&self, context: &Context<'_>) -> async_graphql::Result<Option<NaiveDate>> {
        Ok(view(context)?.facts.as_of)
    }

    /// Hash of the rulebook that this answer was judged by.
    async fn rulebook_hash(&self, context: &Context<'_>) -> async_graphql::Result<String> {
        Ok(view(context)?.rulebook.hash.clone())
    }
}
