//! How far readiness hangs on single figures of the rules: which sites change if one weight or one
//! threshold moves by a tenth.
//!
//! The figures of a rulebook are judgements, many of them policy. A readiness that turns on the third
//! digit of one of them is a weaker one than a readiness that none of them moves.

use crate::batch::Batch;
use crate::estate::Estate;
use crate::judge::{Outcome, Readiness};
use crate::measure::{Domain, Kind, Scale};
use crate::profile::{Limits, Profile, Question, Requirement, Threshold};
use crate::rulebook::Rulebook;
use crate::words::words;

/// The share by which a figure is moved.
pub const STEP_FRACTION: f64 = 0.1;

/// All weights are multiplied by this, so that the step of each is a whole number: 1 / [`STEP_FRACTION`].
const FINENESS: u32 = 10;

words! {
    /// Which way a figure is moved.
    Move {
        /// A threshold becomes harder to meet, a weight greater.
        Up = "up",
        /// A threshold becomes easier to meet, a weight smaller.
        Down = "down",
    }
}

/// A figure of a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Figure {
    /// Floor, minimum and target of a requirement, moved together.
    Threshold(usize),
    /// Weight of a requirement within its domain.
    Weight(usize),
    /// Weight of a domain.
    DomainWeight(Domain),
}

/// A site whose readiness changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Changed {
    /// The site.
    pub site: u32,
    /// As the rules are.
    pub from: Readiness,
    /// With the figure moved.
    pub to: Readiness,
}

/// What moving one figure does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sensitivity {
    /// The figure.
    pub figure: Figure,
    /// Which way it was moved.
    pub moved: Move,
    /// The sites whose readiness changes.
    pub changed: Vec<Changed>,
}

/// Moves every figure of a profile both ways, one at a time, and judges the sites that `asks` takes.
/// Figures that are no numbers, such as the choices of a threshold, have no tenth and are left out.
#[must_use]
pub fn sensitivity(
    rulebook: &Rulebook,
    estate: &Estate,
    profile: usize,
    asks: impl Fn(u32) -> bool,
) -> Vec<Sensitivity> {
    let base = fine(&rulebook.profiles[profile]);
    let mut rules = Rulebook { profiles: vec![base.clone()], ..rulebook.clone() };
    let before = judge(&rules, estate);
    let mut found = Vec::new();
    for figure in figures(&base) {
        for moved in Move::ALL {
            let Some(profile) = vary(rulebook, &base, figure, *moved) else { continue };
            rules.profiles[0] = profile;
            let after = judge(&rules, estate);
            let sites = (0..).zip(before.iter().zip(&after)).filter(|(site, _)| asks(*site));
            let changed = sites
                .map(|(site, (before, after))| {
                    let (from, to) = (before.score.readiness, after.score.readiness);
                    Changed { site, from, to }
                })
                .filter(|changed| changed.from != changed.to)
                .collect();
            found.push(Sensitivity { figure, moved: *moved, changed });
        }
    }
    found
}

fn judge(rulebook: &Rulebook, estate: &Estate) -> Vec<Outcome> {
    let mut outcomes = vec![Outcome::unjudged(); estate.sites() as usize];
    Batch::new(rulebook, estate).judge(0, &mut [&mut outcomes]);
    outcomes
}

/// The profile with all weights multiplied: its scores are the same.
fn fine(profile: &Profile) -> Profile {
    let mut fine = profile.clone();
    for requirement in &mut fine.requirements {
        requirement.weight *= FINENESS;
    }
    for weight in &mut fine.weights {
        *weight *= FINENESS;
    }
    fine
}

fn figures(profile: &Profile) -> Vec<Figure> {
    let domains = Domain::ALL.iter().filter(|domain| {
        profile.requirements.iter().any(|requirement| requirement.domain == **domain)
    });
    let all = 0..profile.requirements.len();
    let thresholds = all.clone().map(Figure::Threshold);
    let weights = all.map(Figure::Weight);
    thresholds.chain(weights).chain(domains.map(|domain| Figure::DomainWeight(*domain))).collect()
}

/// A fine profile with one figure moved; none where it is no number.
fn vary(rulebook: &Rulebook, base: &Profile, figure: Figure, moved: Move) -> Option<Profile> {
    let mut profile = base.clone();
    match figure {
        Figure::Threshold(at) => {
            let moved = move_threshold(rulebook, &profile.requirements[at], moved)?;
            profile.requirements[at].threshold = moved;
        }
        Figure::Weight(at) => {
            let weight = &mut profile.requirements[at].weight;
            *weight = move_weight(*weight, moved);
        }
        Figure::DomainWeight(domain) => {
            let weight = &mut profile.weights[domain as usize];
            *weight = move_weight(*weight, moved);
        }
    }
    Some(profile)
}

const fn move_weight(weight: u32, moved: Move) -> u32 {
    let step = weight / FINENESS;
    match moved {
        Move::Up => weight + step,
        Move::Down => weight - step,
    }
}

/// Moves all limits of a threshold on the scale of what is asked, and no further than its values go: an
/// availability by a tenth of the time out of service, everything else by a tenth of itself.
fn move_threshold(
    rulebook: &Rulebook,
    requirement: &Requirement,
    moved: Move,
) -> Option<Threshold> {
    let step = match moved {
        Move::Up => STEP_FRACTION,
        Move::Down => -STEP_FRACTION,
    };
    let range = match &requirement.asks {
        Question::Checklist(_) => (0.0, 1.0),
        Question::Headroom(_) => (0.0, f64::INFINITY),
        Question::Measure(measure) => match rulebook.dictionary.get(*measure).kind {
            Kind::Quantity { range, .. } => range,
            _ => return None,
        },
    };
    let shift = |limits: Limits, step: f64| {
        let shift = |limit: f64| match requirement.scale {
            Scale::Nines => 100.0 - (100.0 - limit) * (1.0 - step),
            Scale::Linear | Scale::Log10 => (limit + step * limit.abs()).clamp(range.0, range.1),
        };
        Limits {
            floor: shift(limits.floor),
            minimum: shift(limits.minimum),
            target: shift(limits.target),
        }
    };
    Some(match &requirement.threshold {
        Threshold::AtLeast(limits) => Threshold::AtLeast(shift(*limits, step)),
        Threshold::AtMost(limits) => Threshold::AtMost(shift(*limits, -step)),
        Threshold::Within { low, high } => {
            let (mut from, mut to) = (shift(*low, step), shift(*high, -step));
            meet(&mut from.minimum, &mut to.minimum);
            meet(&mut from.target, &mut to.target);
            // Floors stay outside the minimum and targets within it.
            let (least, most) = (from.minimum, to.minimum);
            from = Limits {
                floor: from.floor.min(least),
                target: from.target.clamp(least, most),
                ..from
            };
            to = Limits { floor: to.floor.max(most), target: to.target.clamp(least, most), ..to };
            Threshold::Within { low: from, high: to }
        }
        Threshold::Choices(_) | Threshold::Is(_) => return None,
    })
}

/// Edges that have passed each other meet half-way.
const fn meet(low: &mut f64, high: &mut f64) {
    if *low > *high {
        let middle = f64::midpoint(*low, *high);
        (*low, *high) = (middle, middle);
    }
}
