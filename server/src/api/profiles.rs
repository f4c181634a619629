//! The technologies: `profiles`.

use super::view;
use super::words::{Domain, Evidence, Horizon};
use crate::view::View;
use crate::view::explain::describe_threshold;
use async_graphql::{Context, Object, SimpleObject};
use chrono::NaiveDate;
use siteworthy_rules::profile::{Profile, Question, Requirement};
use std::sync::Arc;

/// Queries of profiles.
#[derive(Default)]
pub struct ProfileQuery;

#[Object]
impl ProfileQuery {
    /// Every technology, in order of id.
    #[graphql(complexity = "20 * child_complexity")]
    async fn profiles(&self, context: &Context<'_>) -> async_graphql::Result<Vec<ProfileNode>> {
        let view = view(context)?;
        let all = 0..view.rulebook.profiles.len();
        Ok(all.map(|at| ProfileNode { view: Arc::clone(view), at }).collect())
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
            ids.push(rulebook.dictionary.get(measure).id.clone());
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

    /// Where the threshold comes from.
    async fn reference(&self) -> &str {
        &self.requirement().reference
    }

    /// How well it is supported.
    async fn evidence(&self) -> Evidence {
        self.requirement().evidence.into()
    }
}
