//! Several technologies at one site: `resourceHeadroom`, and a deployment as it is asked about.

use super::measures::MeasureNode;
use super::profiles::ProfileNode;
use super::sites::SiteNode;
use super::words::{Evidence, Fit, KnownBetween, Readiness, Standing};
use super::{fail, view};
use crate::error::Error;
use crate::view::View;
use crate::view::deployment::Asked;
use async_graphql::{Context, InputObject, Object, SimpleObject};
use siteworthy_rules::deployment::{
    Item, Judgement, Placed, Use, judge_deployment, untold_in_words,
};
use siteworthy_rules::resource::{MakeUp, Reading, ResourceIndex};
use std::sync::Arc;

/// What a deployment counts in a query's complexity, whatever is read of it: its technologies may go
/// into as many rooms as a deployment has items, and each is judged beside all others.
const DEPLOYMENT_COMPLEXITY: usize = 1_000;

/// Queries of deployments.
#[derive(Default)]
pub struct DeploymentQuery;

/// One technology of a deployment.
#[derive(InputObject, Clone)]
pub struct DeployedInput {
    /// Id of the profile.
    technology: String,
    /// How many of it.
    #[graphql(default = 1)]
    quantity: i32,
    /// Code of the space. Where none is given, as many of the best spaces for the technology as there
    /// are units of it: two robots are put into the two best theatres.
    space: Option<String>,
    /// The calendar year from which it is there: earlier ones take of a resource first.
    from_year: Option<i32>,
}

impl From<&DeployedInput> for Asked {
    fn from(input: &DeployedInput) -> Self {
        Self {
            technology: input.technology.clone(),
            // Below nothing is as impossible as nothing, and is refused with it.
            quantity: u32::try_from(input.quantity).unwrap_or(0),
            space: input.space.clone(),
            from_year: input.from_year,
        }
    }
}

/// The site of a question and the items of its deployment, in the order in which they come.
///
/// # Errors
/// `NotFound` for an unknown site, technology or space, `Invalid` for what is not possible.
pub fn find_deployment(
    view: &View,
    site: &str,
    deployment: &[DeployedInput],
) -> Result<(u32, Vec<Item>), Error> {
    let at = view.find_judged_site(site)?;
    let asked: Vec<Asked> = deployment.iter().map(Into::into).collect();
    Ok((at, view.find_items(at, &asked)?))
}

#[Object]
impl DeploymentQuery {
    /// What a deployment does to the resources of a site, and whether the technologies still fit and are
    /// ready once they share them. Without a deployment: what is left of every resource.
    #[graphql(complexity = "DEPLOYMENT_COMPLEXITY + (10 + deployment.len()) * child_complexity")]
    async fn resource_headroom(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Code of the site.")] site: String,
        #[graphql(default)] deployment: Vec<DeployedInput>,
    ) -> async_graphql::Result<HeadroomNode> {
        let view = Arc::clone(view(context)?);
        let (site, items) = find_deployment(&view, &site, &deployment).map_err(fail)?;
        let judgement = judge_deployment(&view.rulebook, &view.estate, &items);
        Ok(HeadroomNode { view, site, items, judgement })
    }
}

/// A deployment at a site, judged.
pub struct HeadroomNode {
    view: Arc<View>,
    site: u32,
    items: Vec<Item>,
    judgement: Judgement,
}

/// What is left of the resources of a site, before and after a deployment.
#[Object(name = "ResourceHeadroom")]
impl HeadroomNode {
    /// The site.
    async fn site(&self) -> SiteNode {
        SiteNode { view: Arc::clone(&self.view), at: self.site }
    }

    /// Every resource: the one that is used most first, and last those that nothing takes of.
    async fn uses(&self) -> Vec<UseNode<'_>> {
        let used = self.judgement.uses.iter().map(|used| (used.resource, Some(used)));
        let is_idle =
            |at: &ResourceIndex| self.judgement.uses.iter().all(|used| used.resource != *at);
        let all = (0..).map(ResourceIndex).zip(&self.view.rulebook.resources).map(|(at, _)| at);
        let idle = all.filter(is_idle).map(|at| (at, None));
        used.chain(idle).map(|(at, used)| UseNode { of: self, at, used }).collect()
    }

    /// The items of the deployment, in the order in which they take of a resource: by year, then as
    /// listed.
    async fn items(&self) -> Vec<ItemNode<'_>> {
        let placed = self.items.iter().zip(&self.judgement.items);
        placed.map(|(item, placed)| ItemNode { of: self, item, placed }).collect()
    }

    /// Technologies whose demand on electrical supply no source tells, in a sentence: they are in no use,
    /// so what is left of the supply is at most what is said. None where all is told.
    async fn untold(&self) -> Option<String> {
        untold_in_words(&self.view.rulebook, &self.items)
    }

    /// Readiness of the deployment as a whole: the worst of its items beside each other; none without a
    /// deployment.
    async fn readiness(&self) -> Option<Readiness> {
        let together = self.judgement.items.iter().map(|placed| placed.together.score.readiness);
        together.max().map(Into::into)
    }
}

/// What a deployment does to one resource.
struct UseNode<'a> {
    of: &'a HeadroomNode,
    at: ResourceIndex,
    /// None where no item takes of it.
    used: Option<&'a Use>,
}

impl UseNode<'_> {
    fn before_reading(&self) -> Reading {
        self.used.map_or_else(|| self.of.view.headroom(self.of.site, self.at), |used| used.before)
    }

    fn made_of(&self) -> MakeUp {
        let estate = &self.of.view.estate;
        self.rule().make_up(|measure| estate.value(measure, self.of.site))
    }

    fn rule(&self) -> &siteworthy_rules::resource::Resource {
        &self.of.view.rulebook.resources[self.at.at()]
    }
}

/// A reading that is known exactly or not at all.
const fn exactly(reading: Reading) -> Option<f64> {
    match reading {
        Reading::Known { central, .. } => Some(central),
        Reading::Unknown | Reading::NotApplicable => None,
    }
}

/// One item of a deployment taking of a resource.
#[derive(SimpleObject)]
struct StepNode {
    /// The item, by its place in `items`, from 0.
    item: usize,
    /// Id of its technology.
    technology: String,
    /// What it takes at the site's peak, in the unit of the resource.
    demand: f64,
    /// What is left then; none where that is not known.
    after: Option<KnownBetween>,
}

/// What a deployment does to one resource.
#[Object(name = "ResourceUse")]
impl UseNode<'_> {
    /// Id of the resource.
    async fn resource(&self) -> &str {
        &self.rule().id
    }

    /// Heading.
    async fn title(&self) -> &str {
        &self.rule().title
    }

    /// Unit of all figures.
    async fn unit(&self) -> &str {
        self.rule().unit.symbol()
    }

    /// The capacity; none where it is not known, or the headroom itself is measured.
    async fn capacity(&self) -> Option<f64> {
        exactly(self.made_of().capacity)
    }

    /// Share of the capacity that is kept back for growth, 0 to 1; none where the headroom itself is
    /// measured. `reference` and `evidence` say where it comes from.
    async fn growth_reserve(&self) -> Option<f64> {
        self.rule().growth_reserve()
    }

    /// What is kept back of the capacity for growth.
    async fn kept_back(&self) -> Option<f64> {
        exactly(self.made_of().kept_back)
    }

    /// Present demand; none where it is not known, or the headroom itself is measured. Capacity less what is
    /// kept back and less this is `before`.
    async fn present_demand(&self) -> Option<KnownBetween> {
        KnownBetween::of(self.made_of().demand)
    }

    /// What is left before the deployment, a reserve for growth kept back; none where that is not known.
    async fn before(&self) -> Option<KnownBetween> {
        KnownBetween::of(self.before_reading())
    }

    /// What is left after the whole of it.
    async fn after(&self) -> Option<KnownBetween> {
        KnownBetween::of(self.used.map_or_else(|| self.before_reading(), |used| used.after))
    }

    /// What is left after each item, in order; items that take nothing of it are left out.
    async fn steps(&self) -> Vec<StepNode> {
        let steps = self.used.into_iter().flat_map(|used| &used.steps);
        steps
            .map(|step| StepNode {
                item: step.item,
                technology: self.of.technology_id(step.item).to_owned(),
                demand: step.demand,
                after: KnownBetween::of(step.after),
            })
            .collect()
    }

    /// Id of the technology that exhausts it: the first after which nothing is left, at best.
    async fn exhausted_by(&self) -> Option<&str> {
        Some(self.of.technology_id(self.used?.exhausting()?.item))
    }

    /// Share of what was left before that the deployment takes, 0 to 1 and beyond; none where that is not
    /// known or nothing was left.
    async fn used_fraction(&self) -> Option<f64> {
        match self.used {
            Some(used) => used.used_fraction.filter(|share| share.is_finite()),
            None => KnownBetween::of(self.before_reading()).map(|_| 0.0),
        }
    }

    /// What must be surveyed for what is left to be known exactly.
    async fn to_measure(&self) -> Vec<MeasureNode> {
        let missing = self.of.view.missing_for(self.of.site, self.at).into_iter();
        missing.map(|index| MeasureNode { view: Arc::clone(&self.of.view), index }).collect()
    }

    /// Where the way of working it out comes from.
    async fn reference(&self) -> &str {
        &self.rule().reference
    }

    /// How well that is supported.
    async fn evidence(&self) -> Evidence {
        self.rule().evidence.into()
    }
}

impl HeadroomNode {
    fn technology_id(&self, item: usize) -> &str {
        &self.view.rulebook.profiles[self.items[item].profile].id
    }
}

/// One technology of a deployment, judged.
struct ItemNode<'a> {
    of: &'a HeadroomNode,
    item: &'a Item,
    placed: &'a Placed,
}

/// One technology of a deployment, alone and beside the others.
#[Object(name = "DeployedItem")]
impl ItemNode<'_> {
    /// The technology.
    async fn profile(&self) -> ProfileNode {
        ProfileNode { view: Arc::clone(&self.of.view), at: self.item.profile }
    }

    /// How many of it.
    async fn quantity(&self) -> u32 {
        self.item.quantity
    }

    /// Code of the space; none for the site as a whole, and where no such space is on record.
    async fn space(&self) -> Option<&str> {
        self.of.view.space_code(self.item.spot)
    }

    /// The calendar year from which it is there; none for from the start.
    async fn from_year(&self) -> Option<i32> {
        self.item.from_year
    }

    /// Whether there is room for it beside those before it that fit.
    async fn fit(&self) -> Fit {
        self.placed.fit.into()
    }

    /// Id of the resource for which it does not fit, or of which too little is known.
    async fn limiting(&self) -> Option<&str> {
        let at = self.placed.limiting?;
        Some(&self.of.view.rulebook.resources[at.at()].id)
    }

    /// How it stands with nothing else deployed.
    async fn alone(&self) -> Standing {
        (&self.placed.alone.score).into()
    }

    /// How it stands beside all others.
    async fn together(&self) -> Standing {
        (&self.placed.together.score).into()
    }
}
