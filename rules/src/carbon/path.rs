//! How far a site is from its targets: the path of its nation, and the CRREM pathway, always both,
//! without a deployment and with it.
//!
//! The two differ widely, because the national path begins at the site's own past and CRREM at what
//! any building of its class may emit; to show one alone would choose the answer. A straight line
//! between two targets is a policy of this project: nations publish the points and no line.
//!
//! Alignment is worked out by average factors. What a deployment changes is also given by marginal
//! factors, apart: that is what a business case values, and it enters no gap. Targets and paths are
//! data; what a building takes is `demand`.

use super::crrem::{Asset, Projection, Published, project, project_with};
use super::demand::FuelFactors;
use super::{Unknown, at_least_zero, years_of};
use crate::dated::Evidence;
use crate::factor::grid::GridPath;
use crate::factor::target::{Target, TargetKind};
use crate::factor::{Average, CalendarYear, Carbon, Marginal, Purpose};
use crate::place::Nation;
use crate::words::words;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

words! {
    /// Which path a need is measured from.
    Choice {
        /// The pathway of CRREM, which begins at what any building of the class may emit.
        Crrem = "crrem",
        /// The target of the nation, which begins at what the sites themselves emitted.
        National = "national",
    }
}

/// One published target: emissions must be lower by a fraction, within some years.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Milestone {
    /// The earliest year of the range; the stretch ambition.
    pub year_from: CalendarYear,
    /// The latest year, which the target must be met in.
    pub year_to: CalendarYear,
    /// By how much of the baseline emissions must have fallen, 0 to 1.
    pub reduction: f64,
    /// How well it is supported.
    pub evidence: Evidence,
}

/// What a nation asks for one path: which of its published targets make it up, a policy of this project, for no
/// nation publishes one for a single site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pledge {
    /// Stable kebab-case id.
    pub id: &'static str,
    /// What it is called.
    pub title: &'static str,
    /// What its targets cover, of which the energy of a site is a part.
    pub covers: &'static str,
    /// The footprints in the file of targets.
    footprints: &'static [&'static str],
}

impl Pledge {
    /// Whether a row of the file of targets is one of its targets.
    #[must_use]
    pub fn is_of(&self, nation: Nation, target: &Target) -> bool {
        target.nation == nation && self.footprints.contains(&target.footprint.as_str())
    }
}

/// The paths of a nation; the first is the one that a need is measured from. Scotland's target for
/// buildings leads to that of the whole NHS; Wales publishes none after 2030 for its NHS, and its aim
/// for the whole public sector without a baseline; Northern Ireland's cover all sectors. What the two
/// footprints of England cover: NHS England, Delivering a Net Zero National Health Service (2020).
#[must_use]
pub const fn pledges(nation: Nation) -> &'static [Pledge] {
    match nation {
        Nation::England => &[
            Pledge {
                id: "nhs-carbon-footprint",
                title: "NHS Carbon Footprint",
                covers: "energy, and also fleet, anaesthetic gases, inhalers, business travel, water \
                         and waste",
                footprints: &["nhs-carbon-footprint"],
            },
            Pledge {
                id: "nhs-carbon-footprint-plus",
                title: "NHS Carbon Footprint Plus",
                covers: "all of the NHS Carbon Footprint, and also what is bought and the travel of \
                         staff, patients and visitors",
                footprints: &["nhs-carbon-footprint-plus"],
            },
        ],
        Nation::Scotland => &[Pledge {
            id: "nhs-scotland",
            title: "NHS Scotland, buildings and then all of it",
            covers: "the buildings of NHS Scotland up to the first target, and all of NHS Scotland \
                     after it",
            footprints: &["nhs-buildings", "nhs-total"],
        }],
        Nation::Wales => &[
            Pledge {
                id: "nhs-wales",
                title: "NHS Wales",
                covers: "all of NHS Wales",
                footprints: &["nhs-wales"],
            },
            Pledge {
                id: "public-sector",
                title: "Public sector of Wales",
                covers: "the whole public sector of Wales together",
                footprints: &["public-sector"],
            },
        ],
        Nation::NorthernIreland => &[Pledge {
            id: "all-sectors",
            title: "All sectors of Northern Ireland",
            covers: "all sectors of Northern Ireland, and not health alone",
            footprints: &["all-sectors"],
        }],
    }
}

/// Which end of a range of years a path is held to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// The latest year of every range.
    Required,
    /// The earliest.
    Stretch,
}

/// Allowed emissions as a share of the baseline, by year.
#[derive(Clone, Debug, PartialEq)]
pub struct TargetPath {
    /// The baseline with 1, then the targets; years rise.
    points: Vec<(CalendarYear, f64)>,
    /// The weakest evidence of a target; what lies between them is policy.
    evidence: Evidence,
}

impl TargetPath {
    /// The first path of a nation from its published targets.
    ///
    /// Where the targets were also counted from a later year, that year is the baseline, because a
    /// site knows its own emissions of 2019-20 and not those of 1990. A target of net zero is the same
    /// from every baseline.
    ///
    /// # Errors
    /// [`Unknown`] where the nation has no target, or its targets have several baselines.
    pub fn of(targets: &[Target], nation: Nation, pace: Pace) -> Result<Self, Unknown> {
        Self::of_pledge(targets, nation, &pledges(nation)[0], pace)
    }

    /// The same of one of the paths of the nation.
    ///
    /// # Errors
    /// As [`Self::of`].
    pub fn of_pledge(
        targets: &[Target],
        nation: Nation,
        pledge: &Pledge,
        pace: Pace,
    ) -> Result<Self, Unknown> {
        let own: Vec<&Target> = targets.iter().filter(|one| pledge.is_of(nation, one)).collect();
        let is_rebased = own.iter().any(|one| one.kind == TargetKind::TargetRebased);
        let counts = |one: &&Target| match one.kind {
            TargetKind::TargetRebased => true,
            TargetKind::Target => !is_rebased || one.figure.value >= 100.0,
            TargetKind::Outturn | TargetKind::Share => false,
        };
        let mut own: Vec<&Target> = own.into_iter().filter(counts).collect();
        own.sort_by_key(|one| (one.year_to, one.year_from));
        let partial = own.iter().filter(|one| one.figure.value < 100.0);
        let mut baselines: Vec<Option<i32>> = partial.map(|one| one.baseline_year).collect();
        baselines.sort_unstable();
        baselines.dedup();
        let baseline_year = match baselines.as_slice() {
            [Some(year)] => CalendarYear(*year),
            [] | [None] => {
                return Err(Unknown::NotKnown(format!("the baseline year of {nation}")));
            }
            _ => return Err(Unknown::NotPlausible(format!("the baseline years of {nation}"))),
        };
        let milestones: Vec<Milestone> = own
            .iter()
            .map(|one| Milestone {
                year_from: CalendarYear(one.year_from),
                year_to: CalendarYear(one.year_to),
                reduction: one.figure.value / 100.0,
                evidence: one.figure.evidence,
            })
            .collect();
        Self::new(baseline_year, &milestones, pace)
    }

    /// The path from a baseline year through targets, straight between them.
    ///
    /// # Errors
    /// [`Unknown`] where there is no target, years do not rise, or a reduction is not a fraction or
    /// less than the one before.
    pub fn new(
        baseline_year: CalendarYear,
        milestones: &[Milestone],
        pace: Pace,
    ) -> Result<Self, Unknown> {
        if milestones.is_empty() {
            return Err(Unknown::NotKnown("the target of this nation".to_owned()));
        }
        let mut points = vec![(baseline_year, 1.0)];
        for one in milestones {
            let year = match pace {
                Pace::Required => one.year_to,
                Pace::Stretch => one.year_from,
            };
            let is_later = points.last().is_none_or(|(before, share)| {
                year > *before && one.reduction >= 1.0 - *share - 1e-12
            });
            if !is_later || !(0.0..=1.0).contains(&one.reduction) {
                let what = format!("a target of {} for {}", one.reduction, year.0);
                return Err(Unknown::NotPlausible(what));
            }
            points.push((year, 1.0 - one.reduction));
        }
        let evidence = milestones.iter().map(|one| one.evidence).max();
        Ok(Self { points, evidence: evidence.unwrap_or(Evidence::Policy) })
    }

    /// The weakest evidence of its targets. A year between two targets is policy besides.
    #[must_use]
    pub const fn evidence(&self) -> Evidence {
        self.evidence
    }

    /// The year that shares refer to.
    #[must_use]
    pub fn baseline_year(&self) -> CalendarYear {
        self.points[0].0
    }

    /// What is allowed in a year as a share of the baseline. Before the baseline nothing is said, and
    /// after the last target only where it is zero, for net zero is to stay.
    #[must_use]
    pub fn share(&self, year: CalendarYear) -> Option<f64> {
        let after = self.points.partition_point(|(point, _)| *point <= year);
        let (from, share) = *self.points.get(after.checked_sub(1)?)?;
        match self.points.get(after) {
            Some((to, next)) => {
                let passed = f64::from(year.0 - from.0) / f64::from(to.0 - from.0);
                Some(share + (next - share) * passed)
            }
            None => (year == from || share == 0.0).then_some(share),
        }
    }
}

/// One year against a target.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct YearGap<P> {
    /// The year.
    pub year: CalendarYear,
    /// What is emitted in it.
    pub emitted: Carbon<P>,
    /// What the target allows.
    pub allowed: Carbon<P>,
    /// What is emitted above it, not below zero.
    pub gap: Carbon<P>,
    /// The gaps up to this year.
    pub cumulative: Carbon<P>,
}

/// A span of years against a target.
#[derive(Clone, Debug, PartialEq)]
pub struct PathGap<P> {
    /// The years that are known, in order.
    pub years: Vec<YearGap<P>>,
    /// The years that are not, and why; they are in no sum.
    pub unknown: Vec<(CalendarYear, Unknown)>,
}

impl<P: Purpose> PathGap<P> {
    /// The sum of the gaps of all years that are known.
    #[must_use]
    pub fn total(&self) -> Carbon<P> {
        self.years.last().map_or(Carbon::from_kg(0.0), |one| one.cumulative)
    }

    /// The first of the years that are known in which more is emitted than allowed, strictly, as with
    /// CRREM.
    #[must_use]
    pub fn first_year_above(&self) -> Option<CalendarYear> {
        self.years_above().next()
    }

    /// What lies above the path in each year that is known, from some year on.
    #[must_use]
    pub fn above_from(&self, from: CalendarYear) -> BTreeMap<CalendarYear, Carbon<P>> {
        let years = self.years.iter().filter(|one| one.year >= from);
        years.map(|one| (one.year, one.gap)).collect()
    }

    /// The years in which more is emitted than allowed.
    pub fn years_above(&self) -> impl Iterator<Item = CalendarYear> {
        self.years.iter().filter(|one| one.gap.kg() > 0.0).map(|one| one.year)
    }
}

/// What a site emits in each year against a share of its own baseline.
///
/// # Errors
/// Where the baseline is unknown, so that no year can be held against it.
pub fn path_gap<P: Purpose>(
    emitted: impl Fn(CalendarYear) -> Result<Carbon<P>, Unknown>,
    baseline: Option<Carbon<P>>,
    target: &TargetPath,
    years: &RangeInclusive<CalendarYear>,
) -> Result<PathGap<P>, Vec<Unknown>> {
    let what = format!("what was emitted in the baseline year {}", target.baseline_year());
    let baseline_kg = at_least_zero(baseline.map(Carbon::kg), what).map_err(|why| vec![why])?;
    let mut gap = PathGap { years: Vec::new(), unknown: Vec::new() };
    let mut cumulative_kg = 0.0;
    for year in years_of(years) {
        let share = target
            .share(year)
            .ok_or_else(|| Unknown::NotKnown(format!("the national target for {}", year.0)));
        match (emitted(year), share) {
            (Ok(emitted), Ok(share)) => {
                let allowed_kg = baseline_kg * share;
                let gap_kg = (emitted.kg() - allowed_kg).max(0.0);
                cumulative_kg += gap_kg;
                gap.years.push(YearGap {
                    year,
                    emitted,
                    allowed: Carbon::from_kg(allowed_kg),
                    gap: Carbon::from_kg(gap_kg),
                    cumulative: Carbon::from_kg(cumulative_kg),
                });
            }
            (Err(why), _) | (_, Err(why)) => gap.unknown.push((year, why)),
        }
    }
    Ok(gap)
}

/// What a site is, for both paths.
#[derive(Clone, Debug, PartialEq)]
pub struct Site {
    /// Its building and what it takes.
    pub asset: Asset,
    /// What it emitted in the baseline year of the national path, by average factors.
    pub baseline: Option<Carbon<Average>>,
}

/// The electricity that technologies add from some year on, in one of the three runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Deployment {
    /// The first year with it.
    pub from: CalendarYear,
    /// Electricity taken in a year, in kWh; nothing where it is unknown.
    pub kwh_per_year: Option<f64>,
}

/// The published paths that a site is held against.
#[derive(Clone, Copy, Debug)]
pub struct Paths<'a> {
    /// The target of its nation.
    pub target: &'a TargetPath,
    /// The average grid.
    pub average: &'a GridPath<Average>,
    /// The factors of fuels and heat that go with it.
    pub fuels: &'a FuelFactors<Average>,
    /// What CRREM publishes.
    pub crrem: Published<'a>,
    /// The marginal grid.
    pub marginal: &'a GridPath<Marginal>,
}

/// An answer without a deployment, and with it.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared<T> {
    /// As the site is.
    pub without: Result<T, Vec<Unknown>>,
    /// With the deployment.
    pub with: Result<T, Vec<Unknown>>,
}

/// Both paths of a site, and what the deployment changes.
#[derive(Clone, Debug, PartialEq)]
pub struct Alignment {
    /// Against the path of its nation.
    pub national: Compared<PathGap<Average>>,
    /// Against CRREM.
    pub crrem: Compared<Projection>,
    /// What the deployment adds in each year, by marginal factors: for valuing, and part of no gap.
    pub added: Result<BTreeMap<CalendarYear, Carbon<Marginal>>, Vec<Unknown>>,
}

/// Holds a site against the path of its nation in `years` and against CRREM from its reporting year
/// to 2050, without the deployment and with it.
#[must_use]
pub fn align(
    site: &Site,
    deployment: &Deployment,
    paths: &Paths<'_>,
    years: &RangeInclusive<CalendarYear>,
) -> Alignment {
    let added_kwh =
        at_least_zero(deployment.kwh_per_year, "the electricity that the deployment takes");
    let national = |more_kwh: &dyn Fn(CalendarYear) -> f64| {
        let demand = site.asset.demand.known(paths.fuels)?;
        let emitted = |year| demand.with_grid_kwh(more_kwh(year)).net(year, paths.average);
        path_gap(emitted, site.baseline, paths.target, years)
    };
    let more = |kwh: f64| move |year| if year >= deployment.from { kwh } else { 0.0 };
    let (national_with, crrem_with, added) = match added_kwh {
        Ok(kwh) => (
            national(&more(kwh)),
            project_with(&site.asset, more(kwh), &paths.crrem),
            marginal(kwh, deployment.from, paths.marginal, years),
        ),
        Err(why) => (Err(vec![why.clone()]), Err(vec![why.clone()]), Err(vec![why])),
    };
    Alignment {
        national: Compared { without: national(&|_| 0.0), with: national_with },
        crrem: Compared { without: project(&site.asset, &paths.crrem), with: crrem_with },
        added,
    }
}

fn marginal(
    kwh: f64,
    from: CalendarYear,
    grid: &GridPath<Marginal>,
    years: &RangeInclusive<CalendarYear>,
) -> Result<BTreeMap<CalendarYear, Carbon<Marginal>>, Vec<Unknown>> {
    let mut added = BTreeMap::new();
    let mut unknown = Vec::new();
    for year in years_of(years).filter(|year| *year >= from) {
        match grid.factor(year) {
            Ok(factor) => {
                added.insert(year, Carbon::from_kg(kwh * factor.kg_per_kwh()));
            }
            Err(missing) => unknown.push(missing.into()),
        }
    }
    if unknown.is_empty() { Ok(added) } else { Err(unknown) }
}
