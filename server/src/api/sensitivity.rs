//! How far readiness hangs on single figures of the rules: `sensitivity`.

use super::profiles::{ProfileNode, RequirementNode};
use super::sites::{SiteFilterInput, SiteNode};
use super::words::{Domain, Move, Readiness};
use super::{fail, in_turn, page_size, view};
use crate::error::Error;
use crate::view::View;
use crate::view::filter::SiteFilter;
use crate::view::gap::find_judged_at_sites;
use async_graphql::{Context, Enum, Object, SimpleObject};
use siteworthy_rules::profile::Horizon;
use siteworthy_rules::sensitivity::{Figure, STEP_FRACTION, Sensitivity, sensitivity};
use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Queries of sensitivity.
#[derive(Default)]
pub struct SensitivityQuery;

#[Object]
impl SensitivityQuery {
    /// Which sites change their readiness for a technology if one threshold or one weight moves by a
    /// tenth. A readiness that turns on one such figure is a weaker one than one that none of them moves.
    #[graphql(
        complexity = "super::HEAVY_COMPLEXITY + super::page_complexity(first, child_complexity)"
    )]
    async fn sensitivity(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Id of the profile.")] technology: String,
        filter: Option<SiteFilterInput>,
        #[graphql(desc = "How many figures, up to 1,000.")] first: Option<i32>,
    ) -> async_graphql::Result<SensitivityNode> {
        let view = view(context)?;
        let first = page_size(first).map_err(fail)?;
        let filter = SiteFilter::from(filter.unwrap_or_default());
        let profile =
            find_judged_at_sites(&view.rulebook, &[technology], Horizon::Now).map_err(fail)?[0];
        in_turn(context, || judge(view, profile, &filter, first)).await
    }
}

fn judge(
    view: &Arc<View>,
    profile: usize,
    filter: &SiteFilter,
    first: usize,
) -> Result<SensitivityNode, Error> {
    let chosen = filter.find(view)?;
    let takes = |at: u32| {
        let site = view.site(at);
        !site.is_pooled && chosen.takes(view, at, site)
    };
    let mut found = sensitivity(&view.rulebook, &view.estate, profile, takes);
    let moved = found.iter().flat_map(|one| &one.changed).map(|changed| changed.site);
    let moved_by_any = moved.collect::<BTreeSet<u32>>().len();
    // Figures that move nothing, or as much, keep the order of the profile.
    found.sort_by_key(|one| Reverse(one.changed.len()));
    found.truncate(first);
    Ok(SensitivityNode {
        view: Arc::clone(view),
        profile,
        sites: chosen.sites(view).filter(|(_, site)| !site.is_pooled).count(),
        moved_by_any,
        found,
    })
}

/// How far a technology's readiness hangs on single figures.
pub struct SensitivityNode {
    view: Arc<View>,
    profile: usize,
    sites: usize,
    moved_by_any: usize,
    found: Vec<Sensitivity>,
}

/// How far the readiness of sites for a technology hangs on single figures of its rules.
#[Object(name = "Sensitivity")]
impl SensitivityNode {
    /// The technology.
    async fn profile(&self) -> ProfileNode {
        ProfileNode { view: Arc::clone(&self.view), at: self.profile }
    }

    /// The share by which a figure is moved.
    async fn step_fraction(&self) -> f64 {
        STEP_FRACTION
    }

    /// How many sites were judged.
    async fn sites(&self) -> usize {
        self.sites
    }

    /// How many of them change their readiness with at least one figure. Of the others none of these
    /// figures alone decides.
    async fn moved_by_any(&self) -> usize {
        self.moved_by_any
    }

    /// The figures, each moved both ways, by how many sites change. Choices and flags have no tenth and
    /// are left out.
    async fn figures(&self) -> Vec<FigureNode<'_>> {
        self.found.iter().map(|found| FigureNode { of: self, found }).collect()
    }
}

/// One figure moved one way.
struct FigureNode<'a> {
    of: &'a SensitivityNode,
    found: &'a Sensitivity,
}

/// What kind of figure is moved.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
enum FigureKind {
    /// Floor, minimum and target of a requirement, moved together.
    Threshold,
    /// Weight of a requirement within its domain.
    Weight,
    /// Weight of a domain.
    DomainWeight,
}

/// A site whose readiness changes.
#[derive(SimpleObject)]
struct ChangedNode {
    /// The site.
    site: SiteNode,
    /// As the rules are.
    from: Readiness,
    /// With the figure moved.
    to: Readiness,
}

/// What moving one figure one way does.
#[Object(name = "MovedFigure")]
impl FigureNode<'_> {
    /// What kind of figure it is.
    async fn kind(&self) -> FigureKind {
        match self.found.figure {
            Figure::Threshold(_) => FigureKind::Threshold,
            Figure::Weight(_) => FigureKind::Weight,
            Figure::DomainWeight(_) => FigureKind::DomainWeight,
        }
    }

    /// The requirement whose figure it is; none for the weight of a domain.
    async fn requirement(&self) -> Option<RequirementNode> {
        let (Figure::Threshold(requirement) | Figure::Weight(requirement)) = self.found.figure
        else {
            return None;
        };
        let view = Arc::clone(&self.of.view);
        Some(RequirementNode { view, profile: self.of.profile, requirement })
    }

    /// The domain whose weight it is, or in which the requirement counts.
    async fn domain(&self) -> Domain {
        let profile = &self.of.view.rulebook.profiles[self.of.profile];
        match self.found.figure {
            Figure::Threshold(at) | Figure::Weight(at) => profile.requirements[at].domain.into(),
            Figure::DomainWeight(domain) => domain.into(),
        }
    }

    /// The weight as it is; none for a threshold, which stands with its requirement.
    async fn weight(&self) -> Option<u32> {
        let profile = &self.of.view.rulebook.profiles[self.of.profile];
        match self.found.figure {
            Figure::Threshold(_) => None,
            Figure::Weight(at) => Some(profile.requirements[at].weight),
            Figure::DomainWeight(domain) => Some(profile.weights[domain as usize]),
        }
    }

    /// Which way it was moved.
    async fn moved(&self) -> Move {
        self.found.moved.into()
    }

    /// How many sites change their readiness.
    async fn changed_count(&self) -> usize {
        self.found.changed.len()
    }

    /// The first of them, by code.
    #[graphql(complexity = "super::page_complexity(Some(first), child_complexity)")]
    async fn changed(
        &self,
        #[graphql(default = 10, desc = "How many, up to 1,000.")] first: i32,
    ) -> async_graphql::Result<Vec<ChangedNode>> {
        let first = page_size(Some(first)).map_err(fail)?;
        let changed = self.found.changed.iter().take(first);
        Ok(changed
            .map(|changed| ChangedNode {
                site: SiteNode { view: Arc::clone(&self.of.view), at: changed.site },
                from: changed.from.into(),
                to: changed.to.into(),
            })
            .collect())
    }
}
