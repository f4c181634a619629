//! What is not known, and what it would do to know it: which measures to survey next.
//!
//! A requirement that is not answered leaves its weight open in the range of the score, and may keep
//! a gate shut. Here each is answered at its worst and at its best in turn, and what that does to the
//! range and to the readiness is what a survey of its missing measures is worth.

use crate::estate::{Estate, PlaceRow};
use crate::judge::{
    Judged, Outcome, Readiness, Verdict, WHOLE_BP, evidence_of, for_each_measure, judge, place_of,
    read, sum_up,
};
use crate::measure::MeasureIndex;
use crate::profile::{Profile, Question, Requirement};
use crate::rulebook::Rulebook;
use crate::tally::{Score, Sums, conclude};

/// What it is worth to answer one requirement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gain {
    /// The requirement, by its place in the profile.
    pub requirement: usize,
    /// Where it would be surveyed; none where no space of the profile's kind is on record.
    pub place: Option<PlaceRow>,
    /// What must be surveyed for the answer, all of it.
    pub measures: Vec<MeasureIndex>,
    /// By how much the range of the score would become narrower, in basis points.
    pub narrows_bp: u16,
    /// Whether it is a gate that is not known.
    pub opens_gate: bool,
    /// The readiness if the answer were the worst that it can be.
    pub if_worst: Readiness,
    /// The readiness if the answer were the best that it can be.
    pub if_best: Readiness,
}

impl Gain {
    /// Whether this answer alone could settle a readiness that cannot be told now.
    #[must_use]
    pub fn may_settle(&self) -> bool {
        self.if_worst != Readiness::Indeterminate || self.if_best != Readiness::Indeterminate
    }
}

/// What each unanswered requirement of a profile would be worth where it was judged: gates first, then
/// those that could settle the readiness, then by how far they narrow the range.
#[must_use]
pub fn gains(
    rulebook: &Rulebook,
    estate: &Estate,
    profile: &Profile,
    outcome: &Outcome,
) -> Vec<Gain> {
    let judged: Vec<Judged> = profile
        .requirements
        .iter()
        .map(|requirement| judge(requirement, read(rulebook, estate, requirement, outcome.spot())))
        .collect();
    let sums = sum_up(rulebook, profile, judged.iter().copied());
    let mut gains: Vec<Gain> = (0..judged.len())
        .filter(|at| is_open(judged[*at]))
        .map(|at| gain(rulebook, estate, profile, outcome, (at, judged[at]), &sums))
        .filter(|gain| !gain.measures.is_empty())
        .collect();
    gains.sort_by_key(|gain| {
        use std::cmp::Reverse;
        let worth = (gain.opens_gate, gain.may_settle(), gain.narrows_bp);
        (Reverse(worth), gain.requirement)
    });
    gains
}

/// Whether an answer would change anything: it is not known, or known only between limits.
fn is_open(judged: Judged) -> bool {
    judged.verdict == Verdict::Unknown || judged.at_best_bp > judged.attainment_bp
}

/// `sums` are those of all requirements of the profile, the one at `at` as it stands now among them.
fn gain(
    rulebook: &Rulebook,
    estate: &Estate,
    profile: &Profile,
    outcome: &Outcome,
    (at, now): (usize, Judged),
    sums: &Sums,
) -> Gain {
    let requirement = &profile.requirements[at];
    let place = place_of(rulebook, &requirement.asks, outcome.spot());
    let with = |answer: Judged| {
        let mut sums = *sums;
        let is_soft = evidence_of(rulebook, requirement).is_soft();
        let Requirement { domain, weight, gate, .. } = *requirement;
        sums.remove(now, domain, weight, is_soft, gate);
        sums.add(answer, domain, weight, is_soft, gate);
        let score = conclude(&rulebook.bands, &profile.weights, &sums);
        Outcome::new(score, outcome.spot()).score
    };
    let (worst, best) = (with(at_worst(now)), with(at_best(now)));
    Gain {
        requirement: at,
        place,
        measures: missing(rulebook, estate, requirement, place),
        narrows_bp: width(&outcome.score).saturating_sub(width(&best)),
        opens_gate: requirement.gate && now.verdict == Verdict::Unknown,
        if_worst: worst.readiness,
        if_best: best.readiness,
    }
}

const fn width(score: &Score) -> u16 {
    score.high_bp - score.low_bp
}

/// The worst that an open requirement can turn out to be. Where it is known between limits, both ends
/// agree on whether the minimum is met.
const fn at_worst(now: Judged) -> Judged {
    let verdict = match now.verdict {
        Verdict::Unknown => Verdict::Short,
        known => known,
    };
    Judged { verdict, at_best_bp: now.attainment_bp, ..now }
}

/// The best that it can turn out to be.
const fn at_best(now: Judged) -> Judged {
    let verdict = match now.verdict {
        Verdict::Short => Verdict::Short,
        _ if now.at_best_bp == WHOLE_BP => Verdict::MeetsTarget,
        _ => Verdict::MeetsMinimum,
    };
    Judged { verdict, attainment_bp: now.at_best_bp, ..now }
}

/// The measures without which a requirement cannot be answered exactly at a place; all that it reads
/// where the place is not on record. What is asked of a technology is to be answered for all of them at
/// once, or for this one where the place answers it by technology already.
#[must_use]
pub fn missing(
    rulebook: &Rulebook,
    estate: &Estate,
    requirement: &Requirement,
    place: Option<PlaceRow>,
) -> Vec<MeasureIndex> {
    let value =
        |measure: MeasureIndex| place.map_or(f64::NAN, |place| estate.value(measure, place));
    if let Question::Headroom(resource) = requirement.asks {
        return rulebook.resources[resource.at()].missing(value);
    }
    let mut missing = Vec::new();
    for_each_measure(rulebook, &requirement.asks, |measure| {
        if value(measure).is_nan() {
            missing.push(match place {
                Some(place) => estate.to_ask(&rulebook.dictionary, measure, place),
                None => rulebook.dictionary.general(measure),
            });
        }
    });
    missing
}
