//! What would make a site ready at the least cost: `whatWouldItTake`.

use super::deployment::{DeployedInput, find_deployment};
use super::measures::MeasureNode;
use super::profiles::{ProfileNode, RequirementNode};
use super::sites::SiteNode;
use super::words::{Level, MoneyEstimate, QuantityEstimate, Readiness, Standing};
use super::{fail, in_turn, view};
use crate::error::Error;
use crate::view::View;
use async_graphql::{Context, Object, SimpleObject};
use rust_decimal::Decimal;
use siteworthy_rules::deployment::{Item, strict};
use siteworthy_rules::judge::place_of;
use siteworthy_rules::remedy::Remedy;
use siteworthy_rules::takes::{Bill, Prospect, Taken, Takes, Want, takes};
use siteworthy_rules::unknowns::missing;
use std::sync::Arc;

/// Queries of what it would take.
#[derive(Default)]
pub struct TakesQuery;

#[Object]
impl TakesQuery {
    /// The least-cost set of works that makes a site ready for a deployment as a whole, with how sure it
    /// is that nothing cheaper does, what must be measured first, and what nothing on offer closes.
    #[graphql(complexity = "super::HEAVY_COMPLEXITY + (10 + deployment.len()) * child_complexity")]
    async fn what_would_it_take(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Code of the site.")] site: String,
        deployment: Vec<DeployedInput>,
    ) -> async_graphql::Result<TakesNode> {
        let view = Arc::clone(view(context)?);
        let (site, items) = find_deployment(&view, &site, &deployment).map_err(fail)?;
        if items.is_empty() {
            let message = "name at least one technology that the site is to be ready for";
            return Err(fail(Error::Invalid(message.to_owned())));
        }
        in_turn(context, || {
            let takes = takes(&strict(&view.rulebook), &view.estate, &items);
            Ok(TakesNode { view, site, items, takes })
        })
        .await
    }
}

/// What would make a site ready for a deployment.
pub struct TakesNode {
    view: Arc<View>,
    site: u32,
    items: Vec<Item>,
    takes: Takes,
}

/// A sum of works, those of which no cost is known apart.
#[derive(SimpleObject)]
struct BillNode {
    /// Works of which no capital cost is known.
    works_without_cost: u32,
    /// Central capital of the others in pounds, as an exact decimal text.
    capital: Decimal,
}

impl From<Bill> for BillNode {
    fn from(bill: Bill) -> Self {
        Self { works_without_cost: bill.works_without_cost, capital: bill.capital.pounds() }
    }
}

/// What would make a site ready for a deployment. Of two sets of works the one with fewer works of
/// unknown cost is taken, and of those the one with the lower central capital.
#[Object(name = "WhatItTakes")]
impl TakesNode {
    /// The site.
    async fn site(&self) -> SiteNode {
        SiteNode { view: Arc::clone(&self.view), at: self.site }
    }

    /// The works, by remedy and then by place.
    async fn works(&self) -> Vec<WorkNode<'_>> {
        self.takes.works.iter().map(|taken| WorkNode { of: self, taken }).collect()
    }

    /// Capital of the works whose cost is known; none where there are works and no work's is known.
    async fn capital(&self) -> Option<MoneyEstimate> {
        let works = &self.takes.works;
        let is_nothing = works.is_empty() && !self.takes.is_out_of_reach();
        let is_known = is_nothing || works.iter().any(|work| work.size.capital.is_some());
        is_known.then(|| self.takes.capital().into())
    }

    /// Running cost a year of the works whose cost is known; none where no work's is.
    async fn running(&self) -> Option<MoneyEstimate> {
        self.takes.running().map(Into::into)
    }

    /// What the works cost: the sum that was made as small as can be.
    async fn bill(&self) -> BillNode {
        self.takes.bill.into()
    }

    /// No set of works that reaches the same costs less than this.
    async fn bound(&self) -> BillNode {
        self.takes.bound.into()
    }

    /// Whether the bill is proven to be the least.
    async fn is_proven(&self) -> bool {
        self.takes.is_proven
    }

    /// How each technology stands, in the order of the deployment: by year, then as listed.
    async fn technologies(&self) -> Vec<ProspectNode<'_>> {
        let prospects = self.items.iter().zip(&self.takes.prospects);
        prospects.map(|(item, prospect)| ProspectNode { of: self, item, prospect }).collect()
    }

    /// Requirements that must be measured before readiness can be said: gates that are not known, and
    /// whatever is not known of a technology of which too little is.
    async fn must_measure(&self) -> Vec<WantNode> {
        self.takes.must_measure.iter().map(|want| self.want(*want)).collect()
    }

    /// Other requirements that are not known.
    async fn may_measure(&self) -> Vec<WantNode> {
        self.takes.may_measure.iter().map(|want| self.want(*want)).collect()
    }

    /// Requirements that are short and that nothing on offer closes.
    async fn impossible(&self) -> Vec<ImpossibleNode> {
        let impossible = self.takes.impossible.iter();
        impossible
            .map(|one| ImpossibleNode {
                technology: self.technology_id(one.want).to_owned(),
                requirement: self.requirement(one.want),
                is_gate: one.is_gate,
                reason: one.reason.clone(),
            })
            .collect()
    }
}

impl TakesNode {
    fn technology_id(&self, want: Want) -> &str {
        &self.view.rulebook.profiles[self.items[want.deployed].profile].id
    }

    fn requirement(&self, want: Want) -> RequirementNode {
        let profile = self.items[want.deployed].profile;
        RequirementNode { view: Arc::clone(&self.view), profile, requirement: want.requirement }
    }

    fn want(&self, want: Want) -> WantNode {
        let rules = &self.view.rulebook;
        let item = &self.items[want.deployed];
        let asked = &rules.profiles[item.profile].requirements[want.requirement];
        let place = place_of(rules, &asked.asks, item.spot);
        let measures = missing(rules, &self.view.estate, asked, place);
        let node = |index| MeasureNode { view: Arc::clone(&self.view), index };
        WantNode {
            technology: self.technology_id(want).to_owned(),
            requirement: self.requirement(want),
            measures: measures.into_iter().map(node).collect(),
        }
    }
}

/// A requirement of a technology of the deployment.
#[derive(SimpleObject)]
#[graphql(name = "DeployedRequirement")]
struct WantNode {
    /// Id of the technology.
    technology: String,
    /// The requirement.
    requirement: RequirementNode,
    /// What is to be measured for it.
    measures: Vec<MeasureNode>,
}

/// A requirement that is short and that nothing on offer closes.
#[derive(SimpleObject)]
#[graphql(name = "ImpossibleRequirement")]
struct ImpossibleNode {
    /// Id of the technology.
    technology: String,
    /// The requirement.
    requirement: RequirementNode,
    /// Whether it is a gate, which no other work makes up for.
    is_gate: bool,
    /// Why nothing closes it.
    reason: String,
}

/// A requirement that a work brings up to a level.
#[derive(SimpleObject)]
struct ServedNode {
    /// Id of the technology.
    technology: String,
    /// The requirement.
    requirement: RequirementNode,
    /// What it then reaches.
    level: Level,
}

/// A remedy that is taken.
struct WorkNode<'a> {
    of: &'a TakesNode,
    taken: &'a Taken,
}

impl WorkNode<'_> {
    fn rule(&self) -> &Remedy {
        &self.of.view.rulebook.remedies[self.taken.remedy]
    }
}

/// A remedy that is taken, with how much of it and what that costs.
#[Object(name = "Work")]
impl WorkNode<'_> {
    /// Id of the remedy.
    async fn remedy(&self) -> &str {
        &self.rule().id
    }

    /// Heading of the remedy.
    async fn title(&self) -> &str {
        &self.rule().title
    }

    /// Where: a space, or the whole site.
    async fn place(&self) -> &str {
        self.of.view.place_name(self.taken.place)
    }

    /// How much of it; none where it cannot be told.
    async fn quantity(&self) -> Option<QuantityEstimate> {
        self.taken.size.quantity_milli.map(Into::into)
    }

    /// Unit of the quantity.
    async fn unit(&self) -> &str {
        self.rule().quantity.unit.symbol()
    }

    /// Capital cost; none where it is not known.
    async fn capital(&self) -> Option<MoneyEstimate> {
        self.taken.size.capital.map(Into::into)
    }

    /// Running cost a year; none where no figure is published.
    async fn running(&self) -> Option<MoneyEstimate> {
        self.taken.size.running.map(Into::into)
    }

    /// Why the quantity cannot be told; none where it can.
    async fn unknown_reason(&self) -> Option<&str> {
        self.taken.size.unknown_reason.as_deref()
    }

    /// Where a share of what is added is kept in reserve: how much is short, and how much is bought for it.
    async fn reserve(&self) -> Option<String> {
        let TakesNode { view, items, .. } = self.of;
        view.reserve_of(items, self.taken)
    }

    /// A warning beside the cost.
    async fn caution(&self) -> Option<&str> {
        self.rule().caution.as_deref()
    }

    /// The requirements that come up to a level which they had not reached.
    async fn serves(&self) -> Vec<ServedNode> {
        let serves = self.taken.size.serves.iter();
        serves
            .map(|served| ServedNode {
                technology: self.of.technology_id(served.want).to_owned(),
                requirement: self.of.requirement(served.want),
                level: served.level.into(),
            })
            .collect()
    }
}

/// How one technology stands before and after the works.
struct ProspectNode<'a> {
    of: &'a TakesNode,
    item: &'a Item,
    prospect: &'a Prospect,
}

/// How one technology of the deployment stands before and after the works.
#[Object(name = "Prospect")]
impl ProspectNode<'_> {
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

    /// Before anything is done, with the whole deployment in place.
    async fn before(&self) -> Standing {
        (&self.prospect.before).into()
    }

    /// Once all works are done.
    async fn after(&self) -> Standing {
        (&self.prospect.after).into()
    }

    /// With everything on offer done: no set of works brings it further.
    async fn at_best(&self) -> Standing {
        (&self.prospect.at_best).into()
    }

    /// What the works bring about; none where neither ready nor ready with actions can be reached.
    async fn goal(&self) -> Option<Readiness> {
        self.prospect.goal.map(Into::into)
    }

    /// What keeps it from being ready, however much is done; empty where it can be ready.
    async fn obstacles(&self) -> Vec<String> {
        self.prospect.obstacles(&self.of.view.rulebook.bands)
    }
}
