//! How a scope stands against the targets of its nation, as part of `netZero`.

use super::carbon::PoundsRange;
use super::words::{Evidence, Nation};
use crate::view::View;
use crate::view::carbon::Excess;
use crate::view::national::{COMPARED, Emitted, National, NationalPath, Standing};
use async_graphql::{Object, SimpleObject};
use siteworthy_rules::carbon::Unknown;
use siteworthy_rules::factor::target::{Target, TargetKind};
use std::sync::Arc;

/// What lies above a path, and its worth.
#[derive(SimpleObject)]
#[graphql(name = "AbovePath")]
pub(super) struct AboveNode {
    /// The first year that counts.
    from_year: i32,
    /// The last: 2050, or the last of which the path tells.
    to_year: i32,
    /// Tonnes of CO2 equivalent in those years.
    tonnes: f64,
    /// What they are worth at the Green Book carbon values, in pounds, as a present value in the base
    /// year.
    cost: PoundsRange,
    /// The year whose prices those pounds are in.
    price_base_year: i32,
}

impl From<&Excess> for AboveNode {
    fn from(found: &Excess) -> Self {
        Self {
            from_year: found.from.0,
            to_year: found.to.0,
            tonnes: found.tonnes,
            cost: found.cost_gbp.into(),
            price_base_year: found.price_base.0,
        }
    }
}

/// How a scope stands against the targets of its nation.
pub(super) struct NationalNode {
    pub(super) view: Arc<View>,
    pub(super) found: National,
}

#[Object(name = "NationalTargets")]
impl NationalNode {
    /// What the energy of the sites emitted in the baseline year, in tonnes, as it was given.
    async fn baseline_tonnes(&self) -> Option<f64> {
        self.found.baseline_t
    }

    /// Why no tonnes can be told of any path; none where they can.
    async fn unknown(&self) -> Option<&str> {
        self.found.unknown.as_deref()
    }

    /// What is compared with what.
    async fn compared(&self) -> &str {
        COMPARED
    }

    /// Name and vintage of the path of the grid: the average one, and not that of CRREM.
    async fn grid_path(&self) -> &str {
        &self.view.rulebook.factors.average.id
    }

    /// Every target of the nations of the sites, as published or on another baseline.
    async fn targets(&self) -> Vec<TargetNode> {
        self.found.targets.iter().map(|target| TargetNode::new(&self.found, target)).collect()
    }

    /// The paths that the targets make.
    async fn paths(&self) -> Vec<NationalPathNode> {
        self.found.paths.iter().map(|path| NationalPathNode::new(&self.found, path)).collect()
    }
}

/// One target of a nation.
#[derive(SimpleObject)]
#[graphql(name = "NationalTarget")]
struct TargetNode {
    /// Whose.
    nation: Nation,
    /// Of what, such as `nhs-carbon-footprint`.
    footprint: String,
    /// By how much less than in the baseline year, in per cent.
    less_percent: f64,
    /// The year that it is counted from; none where the source does not say.
    baseline_year: Option<i32>,
    /// Whether it was worked out again on a later baseline.
    is_rebased: bool,
    /// The first year in which it is to be reached.
    year_from: i32,
    /// The last.
    year_to: i32,
    /// Id of the path that it counts in; none where it counts in none.
    path: Option<String>,
    /// How well it is supported.
    evidence: Evidence,
    /// Who published it, and when.
    source: String,
    /// Scope and traps; often empty.
    note: String,
}

impl TargetNode {
    fn new(national: &National, target: &Target) -> Self {
        let path = national.path_of(target).filter(|path| path.target.is_ok());
        Self {
            nation: target.nation.into(),
            footprint: target.footprint.clone(),
            less_percent: target.figure.value,
            baseline_year: target.baseline_year,
            is_rebased: target.kind == TargetKind::TargetRebased,
            year_from: target.year_from,
            year_to: target.year_to,
            path: path.map(|path| path.pledge.id.to_owned()),
            evidence: target.figure.evidence.into(),
            source: target.figure.source.clone(),
            note: target.figure.note.clone(),
        }
    }
}

/// One path of a nation, and how the scope stands against it.
#[derive(SimpleObject)]
#[graphql(name = "NationalPath")]
struct NationalPathNode {
    /// Whose.
    nation: Nation,
    /// Its id.
    id: String,
    /// What it is called.
    title: String,
    /// What its targets cover, of which the energy of the sites is a part.
    covers: String,
    /// What its targets ask, in words.
    asks: String,
    /// The year that shares refer to; none where the targets make no path.
    baseline_year: Option<i32>,
    /// The weakest evidence of its targets; between them the straight line is a policy of this project.
    evidence: Option<Evidence>,
    /// The scope as it is.
    without: NationalProjection,
    /// With the deployment, by the low figure of what it takes, in every year; none where none was
    /// asked.
    with_low: Option<NationalProjection>,
    /// The same by the high figure.
    with_high: Option<NationalProjection>,
}

impl NationalPathNode {
    fn new(national: &National, path: &NationalPath) -> Self {
        let target = path.target.as_ref().ok();
        let with = |at: usize| {
            let emitted = national.emitted_with.as_ref()?;
            Some(NationalProjection::new(path, &emitted[at], &path.with.as_ref()?[at]))
        };
        Self {
            nation: path.nation.into(),
            id: path.pledge.id.to_owned(),
            title: path.pledge.title.to_owned(),
            covers: path.pledge.covers.to_owned(),
            asks: path.asks(&national.targets),
            baseline_year: target.map(|target| target.baseline_year().0),
            evidence: target.map(|target| target.evidence().into()),
            without: NationalProjection::new(path, &national.emitted, &path.without),
            with_low: with(0),
            with_high: with(1),
        }
    }
}

/// A scope against a path of its nation, from its reporting year to 2050.
#[derive(SimpleObject)]
struct NationalProjection {
    /// The first year above the path; none where there is none as far as the path tells, or no tonnes
    /// can be told.
    first_year_above: Option<i32>,
    /// What lies above it from the base year on, and its worth; none where it cannot be told.
    above: Option<AboveNode>,
    /// Every year of which the emissions are known.
    years: Vec<NationalYear>,
    /// Why no tonnes can be told; empty where they can.
    unknown: Vec<String>,
}

/// One year of it.
#[derive(SimpleObject)]
struct NationalYear {
    /// The year.
    year: i32,
    /// What the path allows as a share of the baseline, 0 to 1; none where the targets do not say.
    allowed_fraction: Option<f64>,
    /// What it allows, in tonnes.
    allowed_tonnes: Option<f64>,
    /// What the energy emits by the average grid, in tonnes.
    emitted_tonnes: f64,
    /// What lies above the path, in tonnes.
    above_tonnes: Option<f64>,
    /// The same of all years up to this one.
    above_so_far_tonnes: Option<f64>,
}

impl NationalProjection {
    fn new(
        path: &NationalPath,
        emitted: &Result<Emitted, Vec<Unknown>>,
        found: &Result<Standing, Vec<Unknown>>,
    ) -> Self {
        let standing = found.as_ref().ok();
        let unknown = found.as_ref().err();
        let years = emitted.iter().flatten().map(|(year, emitted)| {
            let gap = standing
                .and_then(|standing| standing.gap.years.iter().find(|one| one.year == *year));
            NationalYear {
                year: year.0,
                allowed_fraction: path.target.as_ref().ok().and_then(|path| path.share(*year)),
                allowed_tonnes: gap.map(|gap| gap.allowed.tonnes()),
                emitted_tonnes: emitted.tonnes(),
                above_tonnes: gap.map(|gap| gap.gap.tonnes()),
                above_so_far_tonnes: gap.map(|gap| gap.cumulative.tonnes()),
            }
        });
        Self {
            first_year_above: standing
                .and_then(|standing| standing.gap.first_year_above())
                .map(|year| year.0),
            above: standing.and_then(|standing| standing.above.as_ref()).map(AboveNode::from),
            years: years.collect(),
            unknown: unknown.into_iter().flatten().map(ToString::to_string).collect(),
        }
    }
}
