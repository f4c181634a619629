//! The technologies: `profiles`.

use super::view;
use super::words::{AdoptionStatus, Domain, Evidence, Horizon};
use crate::view::View;
use crate::view::explain::describe_threshold;
use async_graphql::{Context, Object, SimpleObject};
use chrono::NaiveDate;
use siteworthy_rules::judge::{evidence_of, reference_of};
use siteworthy_rules::measure;
use siteworthy_rules::profile::{Profile, Question, Requirement};
use std::sync::Arc;

/// Queries of profiles.
#[derive(Default)]
pub struct ProfileQuery;

#[Object]
impl ProfileQuery {
    /// Every technology, in order of id. Those of the future are to be shown apart: they never enter
    /// totals, and lists of results leave them out unless they are named.
    #[graphql(complexity = "20 * child_complexity")]
    async fn profiles(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Only those that can be deployed now, or only those of the future.")]
        horizon: Option<Horizon>,
    ) -> async_graphql::Result<Vec<ProfileNode>> {
        let view = view(context)?;
        let profiles = view.rulebook.profiles.iter().enumerate();
        let wanted = profiles.filter(|(_, profile)| {
            horizon.is_none_or(|horizon| Horizon::from(profile.horizon) == horizon)
        });
        Ok(wanted.map(|(at, _)| ProfileNode { view: Arc::clone(view), at }).collect())
    }

    /// One technology by its id, of now or of the future.
    async fn profile(
        &self,
        context: &Context<'_>,
        id: String,
    ) -> async_graphql::Result<Option<ProfileNode>> {
        let view = view(context)?;
        let found = view.rulebook.find_profile(&id);
        Ok(found.map(|at| ProfileNode { view: Arc::clone(view), at }))
    }
}

/// What one technology demands.
pub struct ProfileNode {
    /// The view it is read from.
    pub view: Arc<View>,
    /// Its place in the rulebook.
    pub at: usize,
}

impl ProfileNode {
    fn profile(&self) -> &Profile {
        &self.view.rulebook.profiles[self.at]
    }
}

/// How far a technology has come.
#[derive(SimpleObject)]
struct AdoptionNode {
    /// How far.
    status: AdoptionStatus,
    /// Who says so.
    reference: String,
    /// How well that is supported.
    evidence: Evidence,
}

/// Life and energy of one unit. What has no published figure is not known and is left out.
#[derive(SimpleObject)]
struct LifecycleNode {
    /// Years in service, at the least.
    life_years_from: Option<f64>,
    /// Years in service, at the most.
    life_years_to: Option<f64>,
    /// Electricity in use a year, in kWh, at the least.
    annual_kwh_from: Option<f64>,
    /// Electricity in use a year, in kWh, at the most.
    annual_kwh_to: Option<f64>,
    /// Where the figures come from.
    reference: Option<String>,
    /// How well they are supported.
    evidence: Option<Evidence>,
}

/// One edition of a profile.
#[derive(SimpleObject)]
struct EditionNode {
    /// Edition.
    edition: String,
    /// The day from which it holds.
    in_force_from: NaiveDate,
    /// Whether this is the one by which sites are judged in this answer: on the day of asOf, where one
    /// is given.
    is_in_force: bool,
}

/// How much a domain counts in a profile.
#[derive(SimpleObject)]
struct DomainWeightNode {
    /// The domain.
    domain: Domain,
    /// Its weight, relative to those of the other domains.
    weight: u32,
}

/// What one technology takes of a shared resource.
#[derive(SimpleObject)]
struct DemandNode {
    /// Id of the resource.
    resource: String,
    /// In the resource's unit, for one unit at full use.
    per_unit: f64,
    /// Unit.
    unit: String,
    /// Share of full use that falls together with the site's peak.
    diversity: f64,
    /// Where the figure comes from.
    reference: String,
    /// How well it is supported.
    evidence: Evidence,
}

/// What one technology demands.
#[Object(name = "Profile")]
impl ProfileNode {
    /// Stable id.
    async fn id(&self) -> &str {
        &self.profile().id
    }

    /// Heading.
    async fn title(&self) -> &str {
        &self.profile().title
    }

    /// Edition of the profile.
    async fn edition(&self) -> &str {
        &self.profile().edition
    }

    /// The day from which this edition holds.
    async fn in_force_from(&self) -> NaiveDate {
        self.profile().in_force_from
    }

    /// Every edition on file, in the order in which they come into force.
    async fn editions(&self) -> Vec<EditionNode> {
        let own = self.profile();
        let editions = self.view.rulebook.editions.iter();
        editions
            .filter(|edition| edition.id == own.id)
            .map(|edition| EditionNode {
                edition: edition.edition.clone(),
                in_force_from: edition.in_force_from,
                is_in_force: edition.in_force_from == own.in_force_from,
            })
            .collect()
    }

    /// How far it has come in the health service; none where no source says so.
    async fn adoption(&self) -> Option<AdoptionNode> {
        let adoption = self.profile().adoption.as_ref()?;
        Some(AdoptionNode {
            status: adoption.status.into(),
            reference: adoption.reference.clone(),
            evidence: adoption.evidence.into(),
        })
    }

    /// Life and energy of one unit.
    async fn lifecycle(&self) -> LifecycleNode {
        let lifecycle = &self.profile().lifecycle;
        LifecycleNode {
            life_years_from: lifecycle.life_years.map(|(from, _)| from),
            life_years_to: lifecycle.life_years.map(|(_, to)| to),
            annual_kwh_from: lifecycle.annual_kwh.map(|(from, _)| from),
            annual_kwh_to: lifecycle.annual_kwh.map(|(_, to)| to),
            reference: lifecycle.reference.clone(),
            evidence: lifecycle.evidence.map(Into::into),
        }
    }

    /// How much each domain counts of which it asks something.
    #[graphql(complexity = "8 * child_complexity")]
    async fn weights(&self) -> Vec<DomainWeightNode> {
        let profile = self.profile();
        let asked = |domain: &measure::Domain| {
            profile.requirements.iter().any(|requirement| requirement.domain == *domain)
        };
        let domains = measure::Domain::ALL.iter().copied().filter(asked);
        domains
            .map(|domain| DomainWeightNode {
                domain: domain.into(),
                weight: profile.weights[domain as usize],
            })
            .collect()
    }

    /// When it was last checked.
    async fn as_of(&self) -> NaiveDate {
        self.profile().as_of
    }

    /// "site", or the kind of space in which it is judged.
    async fn place(&self) -> &str {
        self.profile().place.word()
    }

    /// Whether it can be deployed today.
    async fn horizon(&self) -> Horizon {
        self.profile().horizon.into()
    }

    /// What the technology is.
    async fn summary(&self) -> &str {
        &self.profile().summary
    }

    /// What must be so.
    #[graphql(complexity = "20 * child_complexity")]
    async fn requirements(&self) -> Vec<RequirementNode> {
        let all = 0..self.profile().requirements.len();
        all.map(|requirement| RequirementNode {
            view: Arc::clone(&self.view),
            profile: self.at,
            requirement,
        })
        .collect()
    }

    /// What it takes of shared resources.
    async fn demands(&self) -> Vec<DemandNode> {
        let resources = &self.view.rulebook.resources;
        let demands = self.profile().demands.iter();
        demands
            .map(|demand| DemandNode {
                resource: resources[demand.resource.at()].id.clone(),
                per_unit: demand.per_unit,
                unit: resources[demand.resource.at()].unit.symbol().to_owned(),
                diversity: demand.diversity,
                reference: demand.reference.clone(),
                evidence: demand.evidence.into(),
            })
            .collect()
    }
}

/// One thing that must be so.
pub struct RequirementNode {
    /// The view it is read from.
    pub view: Arc<View>,
    /// Its profile.
    pub profile: usize,
    /// Its place in the profile.
    pub requirement: usize,
}

impl RequirementNode {
    fn requirement(&self) -> &Requirement {
        &self.view.rulebook.profiles[self.profile].requirements[self.requirement]
    }

    fn unit(&self) -> &str {
        let rulebook = &self.view.rulebook;
        match &self.requirement().asks {
            Question::Measure(measure) => rulebook.dictionary.get(*measure).unit_symbol(),
            Question::Headroom(resource) => rulebook.resources[resource.at()].unit.symbol(),
            Question::Checklist(_) => "share met",
        }
    }
}

/// One thing that must be so.
#[Object(name = "Requirement")]
impl RequirementNode {
    /// Stable id within the profile.
    async fn id(&self) -> &str {
        &self.requirement().id
    }

    /// The domain in which it counts.
    async fn domain(&self) -> Domain {
        self.requirement().domain.into()
    }

    /// The measures that it reads.
    async fn measures(&self) -> Vec<String> {
        let rulebook = &self.view.rulebook;
        let mut ids = Vec::new();
        siteworthy_rules::judge::for_each_measure(rulebook, &self.requirement().asks, |measure| {
            ids.push(rulebook.dictionary.get(rulebook.dictionary.general(measure)).id.clone());
        });
        ids
    }

    /// The threshold in words.
    async fn threshold(&self) -> String {
        describe_threshold(&self.view.rulebook, self.requirement(), self.unit())
    }

    /// Whether its minimum must be met, whatever the score.
    async fn gate(&self) -> bool {
        self.requirement().gate
    }

    /// Weight within the domain, 1 to 10.
    async fn weight(&self) -> u32 {
        self.requirement().weight
    }

    /// Why it matters.
    async fn why(&self) -> &str {
        &self.requirement().why
    }

    /// Where the threshold comes from, and for headroom its formula too.
    async fn reference(&self) -> String {
        reference_of(&self.view.rulebook, self.requirement())
    }

    /// How well they are supported: the weaker of the two.
    async fn evidence(&self) -> Evidence {
        evidence_of(&self.view.rulebook, self.requirement()).into()
    }
}
