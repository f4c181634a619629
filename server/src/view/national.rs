//! How a scope stands against the targets of its nation: what they ask as shares of a baseline, and in
//! tonnes once somebody says what was emitted in the baseline year.
//!
//! What is held against them is the energy of the sites alone, by the appraisal-average grid; the targets
//! cover more. A baseline is never guessed: no survey asks for it. How a path runs between the targets is
//! `rules::carbon::path`; CRREM is `carbon`.

use super::View;
use super::carbon::{BASE_YEAR, Excess, ScopeEnergy, with_each};
use crate::error::Error;
use siteworthy_rules::carbon::Unknown;
use siteworthy_rules::carbon::crrem::LAST_YEAR;
use siteworthy_rules::carbon::demand::KnownDemand;
use siteworthy_rules::carbon::path::{Pace, PathGap, Pledge, TargetPath, path_gap, pledges};
use siteworthy_rules::factor::target::{Target, TargetKind};
use siteworthy_rules::factor::{Average, CalendarYear, Carbon};
use siteworthy_rules::place::Nation;
use std::collections::{BTreeMap, BTreeSet};

/// What is compared with what, in a sentence for every face.
pub const COMPARED: &str = "Held against a national target is the energy of the sites alone, as if it had to \
                            fall by the same share as all that the target covers, which is a policy of this \
                            project. Between the targets the path is straight, which is another.";

/// How a scope stands against the targets of its nation, or of each nation that its sites lie in.
#[derive(Clone, Debug, PartialEq)]
pub struct National {
    /// What its energy emitted in the baseline year, in tonnes, as somebody said.
    pub baseline_t: Option<f64>,
    /// The nations of its sites.
    pub nations: BTreeSet<Nation>,
    /// Why no tonnes can be told of any path; none where they can.
    pub unknown: Option<String>,
    /// Every target of those nations, as it was published or on another baseline.
    pub targets: Vec<Target>,
    /// The paths that they make.
    pub paths: Vec<NationalPath>,
    /// What the energy emits by the average grid in each year, whatever the target.
    pub emitted: Result<Emitted, Vec<Unknown>>,
    /// The same with the deployment, by its low and its high figure; none where none was asked.
    pub emitted_with: Option<[Result<Emitted, Vec<Unknown>>; 2]>,
}

/// Emissions by year.
pub type Emitted = BTreeMap<CalendarYear, Carbon<Average>>;

/// One path of a nation, and how the scope stands against it.
#[derive(Clone, Debug, PartialEq)]
pub struct NationalPath {
    /// Whose.
    pub nation: Nation,
    /// Which.
    pub pledge: &'static Pledge,
    /// The path as shares of the baseline, or why its targets make none.
    pub target: Result<TargetPath, Unknown>,
    /// The scope as it is.
    pub without: Result<Standing, Vec<Unknown>>,
    /// With the deployment, by its low and its high figure; none where none was asked.
    pub with: Option<[Result<Standing, Vec<Unknown>>; 2]>,
}

/// A scope against a path in tonnes.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// Every year that is known, and those that are not.
    pub gap: PathGap<Average>,
    /// What lies above the path from the base year on; none where no year after it is known.
    pub above: Option<Excess>,
}

impl National {
    /// The path that a target is one of, if it counts in any.
    #[must_use]
    pub fn path_of(&self, target: &Target) -> Option<&NationalPath> {
        self.paths.iter().find(|path| path.pledge.is_of(path.nation, target))
    }
}

impl NationalPath {
    /// What its targets ask, in words: by how much less than when, by when.
    #[must_use]
    pub fn asks(&self, targets: &[Target]) -> String {
        let own = |kind: TargetKind| {
            let own = targets.iter().filter(move |one| one.kind == kind);
            own.filter(|one| self.pledge.is_of(self.nation, one))
        };
        let said = own(TargetKind::Target).map(|one| {
            let by = if one.year_from == one.year_to {
                format!("by {}", one.year_to)
            } else {
                format!("between {} and {}", one.year_from, one.year_to)
            };
            if one.figure.value >= 100.0 {
                return format!("net zero {by}");
            }
            let rebased = own(TargetKind::TargetRebased).find(|other| other.year_to == one.year_to);
            let rebased = rebased.map_or_else(String::new, |other| {
                format!(", which is {} % less than in {}", other.figure.value, year(other))
            });
            format!("{} % less than in {} {by}{rebased}", one.figure.value, year(one))
        });
        said.collect::<Vec<_>>().join("; ")
    }
}

fn year(target: &Target) -> String {
    target.baseline_year.map_or_else(|| "a year that is not said".to_owned(), |at| at.to_string())
}

impl View {
    pub(super) fn national(
        &self,
        sites: &[u32],
        scope: &ScopeEnergy,
        added_kwh: Option<&Result<(f64, f64), String>>,
        baseline_t: Option<f64>,
    ) -> Result<National, Error> {
        if baseline_t.is_some_and(|tonnes| !tonnes.is_finite() || tonnes < 0.0) {
            return Err(Error::Invalid("a baseline is an amount of tonnes".to_owned()));
        }
        let of_sites: BTreeSet<Option<Nation>> =
            sites.iter().map(|site| self.site(*site).nation).collect();
        let nations: BTreeSet<Nation> = of_sites.iter().flatten().copied().collect();
        let is_one = of_sites.len() == 1 && nations.len() == 1;
        let grid = &self.rulebook.factors.average;
        let demand = self
            .asset::<Average>(scope)
            .and_then(|(asset, fuels)| Ok((asset.demand.known(&fuels)?, asset.reporting_year)));
        let emitted_in = |demand: &KnownDemand<Average>, year| demand.net(year, grid);
        let emitted = |more_kwh: f64| -> Result<Emitted, Vec<Unknown>> {
            let (demand, from) = demand.as_ref().map_err(Clone::clone)?;
            let demand = demand.with_grid_kwh(more_kwh);
            let years = (from.0..=LAST_YEAR.0).map(CalendarYear);
            let each =
                years.map(|year| Ok((year, emitted_in(&demand, year).map_err(|why| vec![why])?)));
            each.collect()
        };
        let stand = |target: &Result<TargetPath, Unknown>, more_kwh: f64| {
            if !is_one {
                let what = "one nation of all the sites, which its target needs,".to_owned();
                return Err(vec![Unknown::NotKnown(what)]);
            }
            let target = target.as_ref().map_err(|why| vec![why.clone()])?;
            let (demand, from) = demand.as_ref().map_err(Clone::clone)?;
            let demand = demand.with_grid_kwh(more_kwh);
            let baseline = baseline_t.map(|tonnes| Carbon::from_kg(tonnes * 1000.0));
            let gap =
                path_gap(|year| emitted_in(&demand, year), baseline, target, &(*from..=LAST_YEAR))?;
            let above = self.excess_of(&gap.above_from(BASE_YEAR));
            Ok(Standing { gap, above })
        };
        let targets = &self.rulebook.factors.targets;
        let paths: Vec<NationalPath> = nations
            .iter()
            .flat_map(|nation| pledges(*nation).iter().map(|pledge| (*nation, pledge)))
            .map(|(nation, pledge)| {
                let target = TargetPath::of_pledge(targets, nation, pledge, Pace::Required);
                let without = stand(&target, 0.0);
                let with = added_kwh.map(|kwh| with_each(kwh, |kwh| stand(&target, kwh)));
                NationalPath { nation, pledge, target, without, with }
            })
            .collect();
        let is_asked = |one: &&Target| {
            let is_target = matches!(one.kind, TargetKind::Target | TargetKind::TargetRebased);
            is_target && nations.contains(&one.nation)
        };
        Ok(National {
            baseline_t,
            unknown: reason(&of_sites, &paths, baseline_t),
            targets: targets.iter().filter(is_asked).cloned().collect(),
            paths,
            emitted: emitted(0.0),
            emitted_with: added_kwh.map(|kwh| with_each(kwh, emitted)),
            nations,
        })
    }
}

/// Why no tonnes can be told of any path.
fn reason(
    nations: &BTreeSet<Option<Nation>>,
    paths: &[NationalPath],
    baseline_t: Option<f64>,
) -> Option<String> {
    let named: Vec<String> = nations
        .iter()
        .map(|nation| nation.map_or("no known nation", Nation::title).to_owned())
        .collect();
    match named.as_slice() {
        [] => return Some("There are no sites.".to_owned()),
        [_] if nations.contains(&None) => {
            return Some(
                "The nation of these sites is not known, and each has a target of its own.".into(),
            );
        }
        [_] => {}
        several => {
            return Some(format!(
                "These sites lie in {}, and each nation has a target of its own: ask for one nation at a \
                 time.",
                several.join(", ")
            ));
        }
    }
    if baseline_t.is_some() {
        return None;
    }
    let years: Vec<String> = paths
        .iter()
        .filter_map(|path| {
            let year = path.target.as_ref().ok()?.baseline_year();
            Some(format!("{year} ({})", path.pledge.title))
        })
        .collect();
    Some(format!(
        "What the energy of these sites emitted in the baseline year is not surveyed, so that no tonnes can \
         be told. Give them as the baseline: they are taken as those of {}.",
        years.join(", and of ")
    ))
}
