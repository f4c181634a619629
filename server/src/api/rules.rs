//! What the rules of two days say differently, and which sites that moves: `rulesDifference`.

use super::sites::SiteNode;
use super::words::{Readiness, ReadinessCounts};
use super::{HEAVY_COMPLEXITY, app, fail, in_turn, page_size, view};
use crate::view::View;
use crate::view::rules_change::{TechnologyChange, compare_rules};
use async_graphql::{ComplexObject, Context, Object, SimpleObject};
use chrono::NaiveDate;
use siteworthy_rules::difference::{Difference, Side, find_differences};
use std::sync::Arc;

/// What judging the estate twice counts in a query's complexity, whatever is read from the answer.
const DIFFERENCE_COMPLEXITY: usize = 2 * HEAVY_COMPLEXITY;

/// Queries of the rules themselves.
#[derive(Default)]
pub struct RulesQuery;

#[Object]
impl RulesQuery {
    /// What the rules in force on one day and on another say differently, and which sites stand otherwise
    /// by them. Either day may lie in the future, for rules that are yet to come into force. The record
    /// is that of the question.
    #[graphql(complexity = "DIFFERENCE_COMPLEXITY + child_complexity")]
    async fn rules_difference(
        &self,
        context: &Context<'_>,
        from: NaiveDate,
        to: NaiveDate,
    ) -> async_graphql::Result<RulesDifferenceNode> {
        let (app, view) = (app(context)?, view(context)?);
        let old = app.rules.on(from).map_err(fail)?;
        let new = app.rules.on(to).map_err(fail)?;
        let answered = in_turn(context, || {
            let files = app.rules.files();
            let (old, new) = (Side { rulebook: &old, files }, Side { rulebook: &new, files });
            let changes = compare_rules(view, old.rulebook, new.rulebook);
            Ok(RulesDifferenceNode {
                from,
                to,
                differences: find_differences(old, new).into_iter().map(Into::into).collect(),
                technologies: changes
                    .into_iter()
                    .map(|change| TechnologyChangeNode::of(view, change))
                    .collect(),
            })
        });
        answered.await
    }
}

/// What the rules of two days say differently.
#[derive(SimpleObject)]
#[graphql(name = "RulesDifference")]
struct RulesDifferenceNode {
    /// The day of the old rules.
    from: NaiveDate,
    /// The day of the new rules.
    to: NaiveDate,
    /// Every key that differs, by file and key.
    #[graphql(complexity = "100 * child_complexity")]
    differences: Vec<DifferenceNode>,
    /// The technologies by which a site stands otherwise.
    #[graphql(complexity = "20 * child_complexity")]
    technologies: Vec<TechnologyChangeNode>,
}

/// One key that differs.
#[derive(SimpleObject)]
#[graphql(name = "RuleDifference")]
struct DifferenceNode {
    /// Path of the file.
    file: String,
    /// Path of the key in it; empty for the whole file.
    key: String,
    /// What it is about, such as threshold, weight, gate, band, reserve or rate.
    subject: &'static str,
    /// Id of the technology, in the file of one.
    technology: Option<String>,
    /// What stood there, as in the file; none where nothing did.
    old: Option<String>,
    /// What stands there; none where nothing does.
    new: Option<String>,
}

impl From<Difference> for DifferenceNode {
    fn from(difference: Difference) -> Self {
        let Difference { file, key, subject, technology, old, new } = difference;
        Self { file, key, subject: subject.word(), technology, old, new }
    }
}

/// One technology by which sites stand otherwise.
#[derive(SimpleObject)]
#[graphql(name = "TechnologyChange", complex)]
struct TechnologyChangeNode {
    /// Id of the technology.
    technology: String,
    /// How many sites stand where by the old rules; none where they do not have the technology.
    before: Option<ReadinessCounts>,
    /// By the new rules; none where they do not have it.
    after: Option<ReadinessCounts>,
    /// How many sites change their readiness.
    moved_count: usize,
    #[graphql(skip)]
    view: Arc<View>,
    #[graphql(skip)]
    change: TechnologyChange,
}

#[ComplexObject]
impl TechnologyChangeNode {
    /// The first sites that change their readiness, by code.
    #[graphql(complexity = "super::page_complexity(first, child_complexity)")]
    async fn moved(
        &self,
        #[graphql(desc = "How many, up to 1,000.")] first: Option<i32>,
    ) -> async_graphql::Result<Vec<MovedSiteNode>> {
        let first = page_size(first).map_err(fail)?;
        let moved = self.change.moved.iter().take(first);
        Ok(moved
            .map(|moved| MovedSiteNode {
                site: SiteNode { view: Arc::clone(&self.view), at: moved.site },
                before: moved.before.map(Into::into),
                after: moved.after.map(Into::into),
            })
            .collect())
    }
}

impl TechnologyChangeNode {
    fn of(view: &Arc<View>, change: TechnologyChange) -> Self {
        Self {
            technology: change.technology.clone(),
            before: change.before.map(Into::into),
            after: change.after.map(Into::into),
            moved_count: change.moved.len(),
            view: Arc::clone(view),
            change,
        }
    }
}

/// A site whose readiness changes.
#[derive(SimpleObject)]
#[graphql(name = "MovedSite")]
struct MovedSiteNode {
    /// The site.
    site: SiteNode,
    /// By the old rules; none where they do not have the technology.
    before: Option<Readiness>,
    /// By the new rules; none where they do not have it.
    after: Option<Readiness>,
}
