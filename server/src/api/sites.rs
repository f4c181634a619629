//! Sites: `sites`, `site`.

use super::gap::SiteGapNode;
use super::organisations::OrganisationNode;
use super::peers::PeersNode;
use super::pools::PoolNode;
use super::readiness::SiteReadinessNode;
use super::words::{Level, Method, Nation, Readiness, Setting, SpaceKind};
use super::{fail, page_size, view};
use crate::view::explain::{describe_value, plain};
use crate::view::facts::Current;
use crate::view::filter::{ReadinessFilter, SiteFilter};
use crate::view::gap::PricingAsked;
use crate::view::{Site, Space, View};
use async_graphql::connection::{Connection, Edge, EmptyFields};
use async_graphql::{Context, Enum, InputObject, Object, SimpleObject};
use chrono::NaiveDate;
use siteworthy_rules::estate::code;
use siteworthy_rules::observation::Value;
use siteworthy_rules::place;
use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Queries of sites.
#[derive(Default)]
pub struct SiteQuery;

/// Which sites.
#[derive(InputObject, Clone, Default)]
pub struct SiteFilterInput {
    /// Code of an organisation: its own sites and those of everything below it.
    organisation: Option<String>,
    /// Nation.
    nation: Option<Nation>,
    /// Setting.
    setting: Option<Setting>,
    /// Readiness for a technology.
    readiness: Option<ReadinessFilterInput>,
    /// Whether to take pooled entries in, which are never judged.
    #[graphql(default)]
    with_pooled: bool,
}

/// Sites whose readiness for a technology is one of a list.
#[derive(InputObject, Clone)]
pub struct ReadinessFilterInput {
    /// Id of the profile.
    technology: String,
    /// The readiness wanted.
    any_of: Vec<Readiness>,
}

impl From<SiteFilterInput> for SiteFilter {
    fn from(input: SiteFilterInput) -> Self {
        Self {
            organisation: input.organisation,
            nation: input.nation.map(Into::into),
            setting: input.setting.map(Into::into),
            readiness: input.readiness.map(|readiness| ReadinessFilter {
                technology: readiness.technology,
                any_of: readiness.any_of.into_iter().map(Into::into).collect(),
            }),
            with_pooled: input.with_pooled,
        }
    }
}

/// In which order.
#[derive(InputObject, Clone)]
pub struct SiteOrderInput {
    /// By what.
    by: SiteOrderBy,
    /// Id of the profile whose score counts, for SCORE.
    technology: Option<String>,
    /// Whether the order is turned round: names from Z to A, lowest score first.
    #[graphql(default)]
    reverse: bool,
}

/// By what sites are ordered.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
pub enum SiteOrderBy {
    /// Code.
    Code,
    /// Name, then code.
    Name,
    /// Score for a technology, highest first; sites without a score come last either way.
    Score,
}

/// What a page of sites also says.
#[derive(SimpleObject)]
pub struct SitesFields {
    /// How many sites the filter chooses.
    total_count: usize,
}

type Sites = Connection<String, SiteNode, SitesFields, EmptyFields>;

#[Object]
impl SiteQuery {
    /// Sites, a page at a time.
    #[graphql(complexity = "super::page_complexity(first, child_complexity)")]
    async fn sites(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "How many, up to 1,000.")] first: Option<i32>,
        #[graphql(desc = "The cursor of the last item of the page before.")] after: Option<String>,
        filter: Option<SiteFilterInput>,
        order: Option<SiteOrderInput>,
    ) -> async_graphql::Result<Sites> {
        let view = view(context)?;
        let first = page_size(first).map_err(fail)?;
        let filter = SiteFilter::from(filter.unwrap_or_default());
        let chosen = filter.find(view).map_err(fail)?;
        let mut sites: Vec<u32> = chosen.sites(view).map(|(at, _)| at).collect();
        if let Some(order) = order {
            sort(view, &mut sites, &order)?;
        }
        let start = match &after {
            None => 0,
            Some(code) => {
                let at = sites.iter().position(|at| view.site(*at).code == *code);
                let unknown =
                    || crate::error::Error::Invalid(format!("there is no page after {code:?}"));
                at.ok_or_else(unknown).map_err(fail)? + 1
            }
        };
        let end = sites.len().min(start + first);
        let fields = SitesFields { total_count: sites.len() };
        let mut connection =
            Connection::with_additional_fields(start > 0, end < sites.len(), fields);
        connection.edges.extend(sites[start..end].iter().map(|at| {
            Edge::new(view.site(*at).code.clone(), SiteNode { view: Arc::clone(view), at: *at })
        }));
        Ok(connection)
    }

    /// One site by its code.
    async fn site(
        &self,
        context: &Context<'_>,
        code: String,
    ) -> async_graphql::Result<Option<SiteNode>> {
        let view = view(context)?;
        Ok(view.find_site(&code).map(|at| SiteNode { view: Arc::clone(view), at }))
    }
}

fn sort(view: &View, sites: &mut [u32], order: &SiteOrderInput) -> async_graphql::Result<()> {
    match order.by {
        SiteOrderBy::Code => {}
        SiteOrderBy::Name => sites.sort_by(|one, other| {
            let key = |at: u32| (&view.site(at).name, at);
            key(*one).cmp(&key(*other))
        }),
        SiteOrderBy::Score => {
            let id = order.technology.as_deref().unwrap_or_default();
            let profile = view.find_profile(id).map_err(fail)?;
            let score = |at: u32| {
                view.result(profile, at).and_then(|result| result.outcome.score.told_bp())
            };
            // Where the order is turned round below, the sites without a score must come first here.
            sites.sort_by_key(|at| {
                let score = score(*at);
                (score.is_none() != order.reverse, Reverse(score), *at)
            });
        }
    }
    if order.reverse {
        sites.reverse();
    }
    Ok(())
}

/// One place where care is given.
pub struct SiteNode {
    /// The view it is read from.
    pub view: Arc<View>,
    /// Its place in the view's list.
    pub at: u32,
}

impl SiteNode {
    fn site(&self) -> &Site {
        self.view.site(self.at)
    }
}

/// A room or zone.
#[derive(SimpleObject)]
struct SpaceNode {
    /// Code within the site.
    code: String,
    /// Name.
    name: String,
    /// What kind of space it is.
    kind: SpaceKind,
}

/// The current value of one measure.
#[derive(SimpleObject)]
struct ObservationNode {
    /// Id of the measure.
    measure: String,
    /// Code of the space; none for the whole site.
    space: Option<String>,
    /// The value of a quantity, in the measure's unit.
    value: Option<f64>,
    /// The value in words, with its unit.
    text: String,
    /// The date on which it was true.
    observed_on: NaiveDate,
    /// How it was obtained.
    method: Method,
    /// Id of the survey that says it.
    survey: String,
    /// Row of the survey's file.
    row: u32,
    /// Column of the survey's file, from 1.
    column: u16,
}

/// One place where care is given, or a pooled entry for many.
#[Object(name = "Site")]
impl SiteNode {
    /// Site code.
    async fn code(&self) -> &str {
        &self.site().code
    }

    /// Name; the code where no survey names it.
    async fn name(&self) -> &str {
        &self.site().name
    }

    /// Its organisation.
    async fn organisation(&self) -> Option<OrganisationNode> {
        let at = self.site().organisation?;
        Some(OrganisationNode { view: Arc::clone(&self.view), at })
    }

    /// Its nation.
    async fn nation(&self) -> Option<Nation> {
        self.site().nation.map(Into::into)
    }

    /// What kind of care it gives.
    async fn setting(&self) -> Option<Setting> {
        self.site().setting.map(Into::into)
    }

    /// Its postcode.
    async fn postcode(&self) -> Option<&str> {
        self.site().postcode.as_deref()
    }

    /// Degrees north (WGS84); none where it is not placed.
    async fn latitude(&self) -> Option<f64> {
        self.site().point.map(|point| point.latitude)
    }

    /// Degrees east (WGS84); none where it is not placed.
    async fn longitude(&self) -> Option<f64> {
        self.site().point.map(|point| point.longitude)
    }

    /// Who commissions it, as the return names them.
    async fn commissioner(&self) -> Option<&str> {
        self.site().commissioner.as_deref()
    }

    /// Whether it stands for many minor sites; such an entry is never judged or drawn.
    async fn is_pooled(&self) -> bool {
        self.site().is_pooled
    }

    /// Its rooms and zones. The homes of a pooled entry are not among them: `pools` counts them.
    #[graphql(complexity = "10 * child_complexity")]
    async fn spaces(&self) -> Vec<SpaceNode> {
        let spaces = self.site().spaces.iter().filter(|space| !self.is_hidden(space));
        spaces
            .map(|space| SpaceNode {
                code: space.code.clone(),
                name: space.name.clone(),
                kind: space.kind.into(),
            })
            .collect()
    }

    /// The current value of every measure surveyed here, with the file, row and column that say it. What
    /// was observed in the homes of a pooled entry is not shown.
    #[graphql(complexity = "30 * child_complexity")]
    async fn observations(
        &self,
        #[graphql(desc = "Only these measures.")] measures: Option<Vec<String>>,
    ) -> Vec<ObservationNode> {
        let facts = self.view.facts.sites.get(&self.site().code);
        let wanted = |measure: &String| measures.as_ref().is_none_or(|list| list.contains(measure));
        let current = facts.into_iter().flat_map(|facts| &facts.current);
        let hidden: BTreeSet<&str> = self
            .site()
            .spaces
            .iter()
            .filter(|space| self.is_hidden(space))
            .map(|space| space.code.as_str())
            .collect();
        current
            .filter(|((space, measure), _)| wanted(measure) && !hidden.contains(space.as_str()))
            .map(|((space, measure), current)| self.observation(space, measure, current))
            .collect()
    }

    /// Readiness for each technology that can be deployed now, or for one, of the future too; empty for
    /// a pooled entry, and for technologies that are deployed in homes.
    #[graphql(
        complexity = "if technology.is_some() { child_complexity } else { 20 * child_complexity }"
    )]
    async fn readiness(
        &self,
        #[graphql(desc = "Id of one profile.")] technology: Option<String>,
    ) -> async_graphql::Result<Vec<SiteReadinessNode>> {
        let named: Vec<String> = technology.into_iter().collect();
        let profiles = self.view.find_technologies(&named).map_err(fail)?;
        let judged = profiles.into_iter().filter_map(|profile| {
            let result = *self.view.result(profile, self.at)?;
            Some(SiteReadinessNode::new(Arc::clone(&self.view), profile, result))
        });
        Ok(judged.collect())
    }

    /// How many places of a pooled entry are ready, for each technology that is deployed in homes; empty
    /// for an ordinary site. The homes themselves are never named.
    #[graphql(complexity = "5 * child_complexity")]
    async fn pools(
        &self,
        #[graphql(default, desc = "Ids of profiles; all of now where none is named.")]
        technologies: Vec<String>,
    ) -> async_graphql::Result<Vec<PoolNode>> {
        let profiles = self.view.find_technologies(&technologies).map_err(fail)?;
        let pools = profiles.into_iter().filter_map(|profile| {
            let pool = *self.view.pool(profile, self.at)?;
            Some(PoolNode { view: Arc::clone(&self.view), profile, pool })
        });
        Ok(pools.collect())
    }

    /// How a score, or quantities measured at the whole site, stand among sites of the same nation and
    /// setting and of about the same size. Where too few are alike nothing is shown but the reason.
    #[graphql(
        complexity = "(1 + measures.len()) * (super::peers::PEERS_COMPLEXITY + child_complexity)"
    )]
    async fn peers(
        &self,
        #[graphql(desc = "Id of the profile whose score is compared.")] technology: Option<String>,
        #[graphql(default, desc = "Ids of the measures whose values are compared.")] measures: Vec<
            String,
        >,
    ) -> async_graphql::Result<Vec<PeersNode>> {
        super::peers::among_peers(&self.view, self.at, technology.as_deref(), &measures)
            .map_err(fail)
    }

    /// What is missing here for one unit of each of these technologies (all that can be deployed now
    /// where none is named), and what it costs on the usual terms. Backlog and net zero are in
    /// `investmentGap`.
    #[graphql(complexity = "10 * child_complexity")]
    async fn gap(
        &self,
        #[graphql(default)] technologies: Vec<String>,
        #[graphql(default_with = "Level::Minimum")] level: Level,
    ) -> async_graphql::Result<SiteGapNode> {
        let profiles = self.view.find_technologies(&technologies).map_err(fail)?;
        let gap = self.view.gap_at(self.at, &profiles, level.into());
        let prices = self.view.prices(&PricingAsked::default()).map_err(fail)?;
        let lines = self.view.readiness_lines(self.at, &gap, &prices);
        Ok(SiteGapNode { view: Arc::clone(&self.view), site: self.at, gap, lines })
    }
}

impl SiteNode {
    /// Homes of a pooled entry are somebody's: they are counted, never shown one by one.
    fn is_hidden(&self, space: &Space) -> bool {
        self.site().is_pooled && space.kind == place::SpaceKind::Home
    }

    fn observation(&self, space: &str, measure: &str, current: &Current) -> ObservationNode {
        let rulebook = &self.view.rulebook;
        let coded = rulebook.dictionary.find(measure).and_then(|(index, _)| {
            Some((index, code(&rulebook.dictionary, index, &current.value)?))
        });
        // What the dictionary in force does not know, and free text, is shown as it was written.
        let text = match (coded, &current.value) {
            (Some((index, value)), _) => describe_value(rulebook, index, value),
            (None, Value::Choice(word) | Value::Text(word)) => word.clone(),
            (None, Value::Quantity(value)) => plain(*value),
            (None, Value::Flag(flag)) => if *flag { "yes" } else { "no" }.to_owned(),
            (None, Value::Date(date)) => date.to_string(),
        };
        let value = match current.value {
            Value::Quantity(value) => Some(value),
            _ => None,
        };
        ObservationNode {
            measure: measure.to_owned(),
            space: (!space.is_empty()).then(|| space.to_owned()),
            value,
            text,
            observed_on: current.observed_on,
            method: current.method.into(),
            survey: current.survey.to_string(),
            row: current.row,
            column: current.column,
        }
    }
}
