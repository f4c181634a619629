//! What to measure next, and the rooms of which no survey speaks: `nextMeasures`, `missingRooms`.

use super::measures::MeasureNode;
use super::sites::SiteFilterInput;
use super::words::SpaceKind;
use super::{fail, in_turn, page_size, view};
use crate::error::Error;
use crate::view::View;
use crate::view::filter::SiteFilter;
use crate::view::next::{MissingRooms, Worth, missing_rooms, next_measures};
use async_graphql::{Context, Object};
use siteworthy_rules::measure::MeasureIndex;
use siteworthy_rules::place;
use std::sync::Arc;

/// Queries of what to measure next.
#[derive(Default)]
pub struct NextQuery;

#[Object]
impl NextQuery {
    /// Which measures to survey next at a site, or over many: those without which most gates are not
    /// known first, then those that may settle most readinesses, then those that narrow most scores.
    #[graphql(
        complexity = "super::HEAVY_COMPLEXITY + super::page_complexity(first, child_complexity)"
    )]
    async fn next_measures(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Code of one site; leave the filter out then.")] site: Option<String>,
        filter: Option<SiteFilterInput>,
        #[graphql(default, desc = "Ids of profiles; all of now where none is named.")]
        technologies: Vec<String>,
        #[graphql(desc = "How many, up to 1,000.")] first: Option<i32>,
    ) -> async_graphql::Result<Vec<NextMeasure>> {
        let view = view(context)?;
        let first = page_size(first).map_err(fail)?;
        let profiles = view.find_technologies(&technologies).map_err(fail)?;
        let filter = filter.map(SiteFilter::from);
        let found = in_turn(context, || {
            let sites = sites_of(view, site.as_deref(), filter.as_ref())?;
            Ok(next_measures(view, &profiles, sites.into_iter()))
        });
        let found = found.await?;
        Ok(found.into_iter().take(first).map(|one| NextMeasure::new(view, one)).collect())
    }

    /// Kinds of room that technologies are judged in and that sites have none of on record: no measure
    /// settles these, only a survey that names a room.
    #[graphql(complexity = "super::HEAVY_COMPLEXITY + child_complexity")]
    async fn missing_rooms(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Code of one site; leave the filter out then.")] site: Option<String>,
        filter: Option<SiteFilterInput>,
        #[graphql(default, desc = "Ids of profiles; all of now where none is named.")]
        technologies: Vec<String>,
    ) -> async_graphql::Result<Vec<MissingRoomsNode>> {
        let view = view(context)?;
        let profiles = view.find_technologies(&technologies).map_err(fail)?;
        let filter = filter.map(SiteFilter::from);
        let found = in_turn(context, || {
            let sites = sites_of(view, site.as_deref(), filter.as_ref())?;
            Ok(missing_rooms(view, &profiles, &sites))
        });
        let node = |(kind, missing)| MissingRoomsNode { view: Arc::clone(view), kind, missing };
        Ok(found.await?.into_iter().map(node).collect())
    }
}

/// The judged site of a code, or the sites of a filter.
fn sites_of(
    view: &View,
    site: Option<&str>,
    filter: Option<&SiteFilter>,
) -> Result<Vec<u32>, Error> {
    match (site, filter) {
        (Some(_), Some(_)) => Err(Error::Invalid("name a site or a filter, not both".to_owned())),
        (Some(code), None) => Ok(vec![view.find_judged_site(code)?]),
        (None, filter) => {
            let everywhere = SiteFilter::default();
            let chosen = filter.unwrap_or(&everywhere).find(view)?;
            Ok(chosen.sites(view).map(|(at, _)| at).collect())
        }
    }
}

/// Rooms of a kind of which no survey speaks.
pub struct MissingRoomsNode {
    view: Arc<View>,
    kind: place::SpaceKind,
    missing: MissingRooms,
}

/// Rooms of a kind of which no survey speaks, at the sites that were asked about.
#[Object(name = "MissingRooms")]
impl MissingRoomsNode {
    /// The kind of room.
    async fn kind(&self) -> SpaceKind {
        self.kind.into()
    }

    /// How many of the sites have none on record.
    async fn sites(&self) -> usize {
        self.missing.sites
    }

    /// Ids of the technologies that are judged in such rooms.
    async fn technologies(&self) -> Vec<&str> {
        let profiles = self.missing.profiles.iter();
        profiles.map(|at| self.view.rulebook.profiles[*at].id.as_str()).collect()
    }

    /// The same as a sentence.
    async fn sentence(&self) -> String {
        self.missing.sentence(&self.view, self.kind)
    }
}

/// What it is worth to survey one measure.
pub struct NextMeasure {
    view: Arc<View>,
    index: MeasureIndex,
    worth: Worth,
}

impl NextMeasure {
    /// A measure with what it is worth.
    pub fn new(view: &Arc<View>, (index, worth): (MeasureIndex, Worth)) -> Self {
        Self { view: Arc::clone(view), index, worth }
    }
}

/// What it is worth to survey one measure, over the sites and technologies that were asked about.
#[Object]
impl NextMeasure {
    /// The measure.
    async fn measure(&self) -> MeasureNode {
        MeasureNode { view: Arc::clone(&self.view), index: self.index }
    }

    /// How many sites lack it.
    async fn sites(&self) -> usize {
        self.worth.sites.len()
    }

    /// Ids of the technologies that ask for it.
    async fn technologies(&self) -> Vec<&str> {
        let profiles = self.worth.profiles.iter();
        profiles.map(|at| self.view.rulebook.profiles[*at].id.as_str()).collect()
    }

    /// Gates that are not known without it, over all sites and technologies.
    async fn gates(&self) -> u32 {
        self.worth.gates
    }

    /// Readinesses that cannot be told now and that it may settle, with what must be surveyed with it.
    async fn may_settle(&self) -> u32 {
        self.worth.may_settle
    }

    /// By how many points of 100 it narrows the ranges of scores, added up over all sites and
    /// technologies. What several measures narrow together is shared among them.
    async fn narrows(&self) -> f64 {
        self.worth.narrows()
    }

    /// Ids of the measures that must be surveyed with it for some of this.
    async fn together_with(&self) -> Vec<&str> {
        let dictionary = &self.view.rulebook.dictionary;
        self.worth.together_with.iter().map(|other| dictionary.get(*other).id.as_str()).collect()
    }
}
