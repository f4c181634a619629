//! What if the rules said otherwise: `whatIf`. Nothing is changed by asking.

use super::sites::{SiteFilterInput, SiteNode};
use super::words::{MoneyEstimate, ReadinessCounts, Standing};
use super::{app, fail, in_turn, page_size, view};
use crate::error::Error;
use crate::view::View;
use crate::view::filter::SiteFilter;
use crate::view::gap::find_judged_at_sites;
use crate::view::what_if::WhatIf;
use async_graphql::indexmap::IndexMap;
use async_graphql::{Context, ErrorExtensions, InputObject, Name, Object, SimpleObject, Value};
use siteworthy_rules::change::Change;
use siteworthy_rules::problem::Problem;
use siteworthy_rules::profile::Horizon;
use siteworthy_rules::rulebook::Rulebook;
use std::sync::Arc;

/// The most changes in one question: each reads its file anew.
const MAX_CHANGES: usize = 100;

/// Queries of what if.
#[derive(Default)]
pub struct WhatIfQuery;

/// One figure of the rules replaced.
#[derive(InputObject, Clone)]
pub struct ChangeInput {
    /// Path of the file, such as `rules/profiles/voice-scribe.toml`.
    file: String,
    /// Path of the key in it, such as `requirement[speech-above-noise].at_least.minimum`, or in a table of
    /// rates the rate and its estimate, such as `ups-modular-with-battery.central`.
    key: String,
    /// The new value as it would stand in the file: a number, true or false, a date, or a text between
    /// quotation marks.
    value: String,
}

impl From<ChangeInput> for Change {
    fn from(ChangeInput { file, key, value }: ChangeInput) -> Self {
        Self { file, key, value }
    }
}

#[Object]
impl WhatIfQuery {
    /// What changed rules would say of the estate beside the rules in force, and which sites that moves.
    /// The record and the rules stay as they are. Changes that cannot be made are an error with the code
    /// INVALID, whose extension `problems` lists what is wrong with all of them, each with file, key,
    /// value, message and advice.
    #[graphql(
        complexity = "super::HEAVY_COMPLEXITY + super::page_complexity(first_moved, child_complexity)"
    )]
    async fn what_if(
        &self,
        context: &Context<'_>,
        changes: Vec<ChangeInput>,
        #[graphql(desc = "Which sites; their readiness is that by the rules in force.")]
        filter: Option<SiteFilterInput>,
        #[graphql(default, desc = "Ids of profiles; all of now where none is named.")]
        technologies: Vec<String>,
        #[graphql(desc = "How many sites that move are listed, up to 1,000.")] first_moved: Option<
            i32,
        >,
    ) -> async_graphql::Result<WhatIfNode> {
        let (app, view) = (app(context)?, view(context)?);
        let first_moved = page_size(first_moved).map_err(fail)?;
        if changes.len() > MAX_CHANGES {
            let message = format!("a question has at most {MAX_CHANGES} changes");
            return Err(fail(Error::Invalid(message)));
        }
        let changes: Vec<Change> = changes.into_iter().map(Into::into).collect();
        let filter = SiteFilter::from(filter.unwrap_or_default());
        let answered = in_turn(context, || {
            Ok(match app.rules.suppose(&changes, view.facts.as_of) {
                Err(problems) => Err(problems),
                Ok(rulebook) => Ok(compare(view, rulebook, &filter, &technologies, first_moved)?),
            })
        });
        answered.await?.map_err(|problems| refuse(&problems))
    }
}

/// Changes that cannot be made, with everything that is wrong with them.
fn refuse(problems: &[Problem]) -> async_graphql::Error {
    let text = |text: &str| Value::from(text);
    let listed = problems.iter().map(|problem| {
        let position = &problem.position;
        let members = [
            ("file", text(&position.file)),
            ("key", position.column.as_deref().map_or(Value::Null, text)),
            ("value", problem.value.as_deref().map_or(Value::Null, text)),
            ("message", text(&problem.message)),
            ("advice", text(&problem.advice)),
        ];
        let members = members.map(|(name, value)| (Name::new(name), value));
        Value::Object(members.into_iter().collect::<IndexMap<_, _>>())
    });
    let listed = Value::List(listed.collect());
    let error = Error::Invalid(format!(
        "the rules cannot be changed so: {}",
        problems.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    ));
    fail(error).extend_with(|_, extensions| extensions.set("problems", listed.clone()))
}

/// Judges the estate by changed rules and counts.
fn compare(
    view: &Arc<View>,
    rulebook: Rulebook,
    filter: &SiteFilter,
    technologies: &[String],
    first_moved: usize,
) -> Result<WhatIfNode, Error> {
    let chosen = filter.find(view)?;
    let takes = |at: u32| chosen.takes(view, at, view.site(at));
    let profiles = find_judged_at_sites(&rulebook, technologies, Horizon::Now)?;
    let what_if = WhatIf::judge(view, Arc::new(rulebook));
    let rulebook = &what_if.after.rulebook;
    let mut node = WhatIfNode {
        rulebook_hash: rulebook.hash.clone(),
        technologies: Vec::new(),
        no_longer_in_force: no_longer_in_force(view, rulebook),
        moved_count: 0,
        moved: Vec::new(),
    };
    for at in profiles {
        let profile = &rulebook.profiles[at];
        let mut moved_count = 0;
        for compared in what_if.compare(at, takes).filter(crate::view::what_if::Compared::is_moved)
        {
            moved_count += 1;
            if node.moved.len() < first_moved {
                node.moved.push(MovedNode {
                    site: SiteNode { view: Arc::clone(view), at: compared.site },
                    technology: profile.id.clone(),
                    before: compared.before.map(|before| (&before.score).into()),
                    after: (&compared.after.score).into(),
                });
            }
        }
        let [before, after] = what_if.counts(at, takes);
        let [before_capital, after_capital] = what_if.capital(at, takes);
        let is_in_force = view.rulebook.find_profile(&profile.id).is_some();
        node.moved_count += moved_count;
        node.technologies.push(WhatIfTechnology {
            technology: profile.id.clone(),
            title: profile.title.clone(),
            before: is_in_force.then(|| before.into()),
            after: after.into(),
            moved_count,
            capital_before: before_capital.sum.map(Into::into),
            sites_without_capital_before: before_capital.sites_without,
            capital_after: after_capital.sum.map(Into::into),
            sites_without_capital_after: after_capital.sites_without,
        });
    }
    Ok(node)
}

fn no_longer_in_force(view: &View, rulebook: &Rulebook) -> Vec<String> {
    let ids = view.rulebook.profiles.iter().map(|profile| &profile.id);
    ids.filter(|id| rulebook.find_profile(id).is_none()).cloned().collect()
}

/// What changed rules would say.
#[derive(SimpleObject)]
#[graphql(name = "WhatIf")]
pub struct WhatIfNode {
    /// Hash of the changed rules.
    rulebook_hash: String,
    /// How many sites stand where by each technology, before and after.
    #[graphql(complexity = "2 * child_complexity")]
    technologies: Vec<WhatIfTechnology>,
    /// Ids of technologies of which the changed rules have no edition in force.
    no_longer_in_force: Vec<String>,
    /// How many times a site changes its readiness for a technology.
    moved_count: u32,
    /// The first of them, by technology and then by code of the site.
    moved: Vec<MovedNode>,
}

/// What changed rules would say of one technology.
#[derive(SimpleObject)]
struct WhatIfTechnology {
    /// Id of the profile.
    technology: String,
    /// Heading.
    title: String,
    /// By the rules in force; none where they do not have the technology.
    before: Option<ReadinessCounts>,
    /// By the changed rules.
    after: ReadinessCounts,
    /// How many sites change their readiness.
    moved_count: u32,
    /// Capital that closes the known gaps of this technology alone to the minimum at these sites, by the
    /// rules in force; none where no cost is known.
    capital_before: Option<MoneyEstimate>,
    /// How many sites are not in it, because something may be missing there and no cost is known. A
    /// smaller sum with more sites left out of it is no saving.
    sites_without_capital_before: u32,
    /// The same by the changed rules, which may have other rates.
    capital_after: Option<MoneyEstimate>,
    /// How many sites are not in that.
    sites_without_capital_after: u32,
}

/// A site that changes its readiness for a technology.
#[derive(SimpleObject)]
struct MovedNode {
    /// The site.
    site: SiteNode,
    /// Id of the profile.
    technology: String,
    /// By the rules in force; none where they do not have the technology.
    before: Option<Standing>,
    /// By the changed rules.
    after: Standing,
}
