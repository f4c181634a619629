//! Judging: is a place good enough for a technology, how sure are we, and what decides it.
//!
//! [`judge`] is the one function that judges a requirement; the batch over the estate and the
//! explanation of one site both call it, so what is shown as the reason is what was counted.
//! What it costs to close a gap is `gap`.
//!
//! The arithmetic, for a requirement with floor, minimum and target: attainment is 0 at or below the
//! floor, 0.5 at the minimum, 1 at or above the target, and linear between. A profile's score is the
//! domain-weighted mean of the attainments that are known. Beside it stands the range that it would
//! have if every unknown were 0 or 1: whatever is answered later, the score stays within it.

use crate::dated::Evidence;
use crate::estate::{Estate, PlaceRow};
use crate::measure::{Domain, Kind, MeasureIndex, Scale};
use crate::observation::Method;
use crate::profile::{Limits, Place, Profile, Question, Requirement, Threshold, is_read_of_site};
use crate::resource::Reading;
use crate::rulebook::{Bands, Rulebook};
use crate::words::words;
use chrono::NaiveDate;

words! {
    /// What is said of one requirement.
    Verdict {
        /// At or beyond the target.
        MeetsTarget = "meets-target",
        /// At or beyond the minimum.
        MeetsMinimum = "meets-minimum",
        /// Short of the minimum.
        Short = "short",
        /// Not surveyed, or not surveyed well enough to tell.
        Unknown = "unknown",
        /// The question does not arise here.
        NotApplicable = "not-applicable",
    }
}

words! {
    /// What is said of one profile at one place, best first.
    Readiness {
        /// All gates pass, enough is known and the score is high.
        Ready = "ready",
        /// All gates pass, enough is known and the score is fair.
        ReadyWithActions = "ready-with-actions",
        /// Too little is known, or a gate is unknown.
        Indeterminate = "indeterminate",
        /// A gate fails, or the score is low.
        NotReady = "not-ready",
    }
}

/// The whole of a share, in basis points.
pub const WHOLE_BP: u16 = 10_000;

/// Basis points in per cent, as every face shows them.
#[must_use]
pub fn percent(bp: u16) -> f64 {
    f64::from(bp) / 100.0
}

/// The verdict of one requirement with its attainment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judged {
    /// What is said.
    pub verdict: Verdict,
    /// From 0 to 10,000 basis points; 0 where unknown or not applicable.
    pub attainment_bp: u16,
    /// The most that it can turn out to attain: as above where the value is known exactly, that of
    /// the better end of a reading between limits, everything where unknown.
    pub at_best_bp: u16,
}

/// Judges one requirement by what is known.
///
/// A reading between limits has a verdict only where both ends agree on whether the minimum is met;
/// its attainment is then that of the end that attains less.
#[must_use]
pub fn judge(requirement: &Requirement, reading: Reading) -> Judged {
    match reading {
        Reading::Unknown => {
            Judged { verdict: Verdict::Unknown, attainment_bp: 0, at_best_bp: WHOLE_BP }
        }
        Reading::NotApplicable => {
            Judged { verdict: Verdict::NotApplicable, attainment_bp: 0, at_best_bp: 0 }
        }
        Reading::Known { low, high, .. } => {
            let at_low = judge_value(requirement, low);
            if low.to_bits() == high.to_bits() {
                return at_low;
            }
            let at_high = judge_value(requirement, high);
            if (at_low.verdict == Verdict::Short) != (at_high.verdict == Verdict::Short) {
                return Judged {
                    verdict: Verdict::Unknown,
                    attainment_bp: 0,
                    at_best_bp: WHOLE_BP,
                };
            }
            let (worse, better) = if at_low.attainment_bp <= at_high.attainment_bp {
                (at_low, at_high)
            } else {
                (at_high, at_low)
            };
            Judged { at_best_bp: better.attainment_bp, ..worse }
        }
    }
}

fn judge_value(requirement: &Requirement, value: f64) -> Judged {
    let scale = requirement.scale;
    let (verdict, attainment) = match &requirement.threshold {
        Threshold::AtLeast(limits) => attain(value, *limits, scale, 1.0),
        Threshold::AtMost(limits) => attain(value, *limits, scale, -1.0),
        Threshold::Within { low, high } => {
            let from_below = attain(value, *low, scale, 1.0);
            let from_above = attain(value, *high, scale, -1.0);
            if from_below.1 <= from_above.1 { from_below } else { from_above }
        }
        Threshold::Choices(attainments) => {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "choices are coded by their place in the list"
            )]
            let chosen = attainments.get(value as usize).copied().flatten();
            match chosen {
                None => (Verdict::NotApplicable, 0.0),
                Some(share) => (verdict_of_share(share), share),
            }
        }
        Threshold::Is(wanted) => {
            let share = f64::from(u8::from((value != 0.0) == *wanted));
            (verdict_of_share(share), share)
        }
    };
    let attainment_bp = share_bp(attainment);
    Judged { verdict, attainment_bp, at_best_bp: attainment_bp }
}

fn verdict_of_share(share: f64) -> Verdict {
    match share {
        share if share >= 1.0 => Verdict::MeetsTarget,
        share if share >= 0.5 => Verdict::MeetsMinimum,
        _ => Verdict::Short,
    }
}

/// Attainment of a value; `sign` is 1 where more is better and -1 where less is.
fn attain(value: f64, limits: Limits, scale: Scale, sign: f64) -> (Verdict, f64) {
    let reaches = |limit: f64| value * sign >= limit * sign;
    let share = |from: f64, to: f64| {
        (scale.place(value) - scale.place(from)) / (scale.place(to) - scale.place(from))
    };
    if reaches(limits.target) {
        (Verdict::MeetsTarget, 1.0)
    } else if reaches(limits.minimum) {
        (Verdict::MeetsMinimum, 0.5 + 0.5 * share(limits.minimum, limits.target))
    } else if value * sign <= limits.floor * sign || limits.floor == limits.minimum {
        (Verdict::Short, 0.0)
    } else {
        (Verdict::Short, 0.5 * share(limits.floor, limits.minimum))
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to 0 to 10,000"
)]
fn share_bp(share: f64) -> u16 {
    (share * f64::from(WHOLE_BP)).round_ties_even().clamp(0.0, f64::from(WHOLE_BP)) as u16
}

/// What is known of what a requirement asks, at a place.
///
/// `space` is the row of the space in which the profile is judged, or none where no such space is
/// recorded; what is measured in a room is then unknown. A profile judged at the site reads the
/// site's own row throughout.
#[must_use]
pub fn read(
    rulebook: &Rulebook,
    estate: &Estate,
    requirement: &Requirement,
    spot: Spot,
) -> Reading {
    let Some(place) = place_of(rulebook, &requirement.asks, spot) else {
        return Reading::Unknown;
    };
    match &requirement.asks {
        Question::Measure(measure) => Reading::exact(estate.value(*measure, place)),
        Question::Headroom(resource) => {
            rulebook.resources[resource.at()].headroom(|measure| estate.value(measure, place))
        }
        Question::Checklist(measures) => {
            read_checklist(rulebook, measures, |measure| estate.value(measure, place))
        }
    }
}

/// The row at which a question is read; none where its space is not recorded.
#[must_use]
pub fn place_of(rulebook: &Rulebook, asks: &Question, spot: Spot) -> Option<PlaceRow> {
    match spot {
        Spot::Site(site) => Some(site),
        Spot::Space { site, .. } | Spot::NoSpace { site }
            if is_read_of_site(asks, &rulebook.dictionary) =>
        {
            Some(site)
        }
        Spot::Space { space, .. } => Some(space),
        Spot::NoSpace { .. } => None,
    }
}

/// Where a profile is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spot {
    /// At the site as a whole.
    Site(u32),
    /// In a space of the site.
    Space {
        /// The site.
        site: u32,
        /// The row of the space.
        space: PlaceRow,
    },
    /// The profile wants a kind of space of which the site has none on record.
    NoSpace {
        /// The site.
        site: u32,
    },
}

impl Spot {
    /// The site.
    #[must_use]
    pub const fn site(self) -> u32 {
        match self {
            Self::Site(site) | Self::Space { site, .. } | Self::NoSpace { site } => site,
        }
    }

    /// The row of the space, where there is one.
    #[must_use]
    pub const fn space(self) -> Option<PlaceRow> {
        match self {
            Self::Space { space, .. } => Some(space),
            Self::Site(_) | Self::NoSpace { .. } => None,
        }
    }
}

/// The share of a checklist that is met: (met + partly / 2) / applicable. Items that are not known
/// widen the reading from "not met" to "met".
fn read_checklist(
    rulebook: &Rulebook,
    items: &[MeasureIndex],
    value: impl Fn(MeasureIndex) -> f64,
) -> Reading {
    let (mut met, mut unknown, mut applicable) = (0.0, 0.0, 0.0);
    for item in items {
        let value = value(*item);
        if value.is_nan() {
            unknown += 1.0;
            applicable += 1.0;
            continue;
        }
        if let Some(share) = checklist_share(&rulebook.dictionary.get(*item).kind, value) {
            met += share;
            applicable += 1.0;
        }
    }
    if applicable == 0.0 {
        return Reading::NotApplicable;
    }
    if unknown == applicable {
        return Reading::Unknown;
    }
    Reading::Known {
        low: met / applicable,
        central: met / applicable,
        high: (met + unknown) / applicable,
    }
}

/// How far one item of a checklist is met: the first choice not at all, the last wholly, what lies
/// between by half, whichever place the choice "not applicable" has. None where the item does not
/// apply.
#[must_use]
pub fn checklist_share(kind: &Kind, value: f64) -> Option<f64> {
    let Kind::Choice { choices, not_applicable } = kind else {
        return Some(value);
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "choices are coded by their place in the list"
    )]
    let chosen = value as usize;
    if Some(chosen) == *not_applicable {
        return None;
    }
    let mut applicable = (0..choices.len()).filter(|at| Some(*at) != *not_applicable);
    let (worst, best) = (applicable.next(), applicable.next_back());
    Some(match Some(chosen) {
        chosen if chosen == worst => 0.0,
        chosen if chosen == best => 1.0,
        _ => 0.5,
    })
}

/// Readiness of one profile at one site, with what decides it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// What is said.
    pub readiness: Readiness,
    /// The score over what is known, in basis points; none where nothing is known.
    pub score_bp: Option<u16>,
    /// The score if every unknown were 0, and every reading between limits at its worse end.
    pub low_bp: u16,
    /// The score if every unknown were 1, and every reading between limits at its better end.
    pub high_bp: u16,
    /// Weight answered / weight applicable.
    pub coverage_bp: u16,
    /// Share of the answered weight that rests on recalled or policy thresholds or formulas.
    pub soft_bp: u16,
    /// Gates whose minimum is not met.
    pub gates_failed: u16,
    /// Gates that are not known.
    pub gates_unknown: u16,
    /// Where it was judged: the best space, for a profile that is judged in spaces.
    pub spot: Spot,
    /// Spaces of the profile's kind on record.
    pub spaces: u32,
    /// How many of them are ready.
    pub spaces_ready: u32,
    /// The weakest method among the observations used.
    pub weakest_method: Option<Method>,
    /// The oldest date among the observations used.
    pub oldest_on: Option<NaiveDate>,
}

#[derive(Clone, Copy, Default)]
struct DomainTally {
    applicable: u32,
    answered: u32,
    /// Weight x attainment in basis points.
    attained: u64,
    /// Weight x the most that can be attained, in basis points.
    at_best: u64,
}

/// Judges one profile at one spot.
#[must_use]
pub fn assess_spot(rulebook: &Rulebook, estate: &Estate, profile: &Profile, spot: Spot) -> Outcome {
    let mut tallies = [DomainTally::default(); Domain::ALL.len()];
    let (mut soft, mut gates_failed, mut gates_unknown) = (0_u32, 0_u16, 0_u16);
    for requirement in &profile.requirements {
        let judged = judge(requirement, read(rulebook, estate, requirement, spot));
        let tally = &mut tallies[requirement.domain as usize];
        match judged.verdict {
            Verdict::NotApplicable => continue,
            Verdict::Unknown => gates_unknown += u16::from(requirement.gate),
            Verdict::Short | Verdict::MeetsMinimum | Verdict::MeetsTarget => {
                tally.answered += requirement.weight;
                tally.attained += u64::from(requirement.weight) * u64::from(judged.attainment_bp);
                let is_soft = evidence_of(rulebook, requirement).is_soft();
                soft += if is_soft { requirement.weight } else { 0 };
                gates_failed += u16::from(requirement.gate && judged.verdict == Verdict::Short);
            }
        }
        tally.applicable += requirement.weight;
        tally.at_best += u64::from(requirement.weight) * u64::from(judged.at_best_bp);
    }
    let answered: u32 = tallies.iter().map(|tally| tally.answered).sum();
    let applicable: u32 = tallies.iter().map(|tally| tally.applicable).sum();
    let score_bp = mean(profile, &tallies, |tally| (tally.attained, tally.answered));
    let low_bp = mean(profile, &tallies, |tally| (tally.attained, tally.applicable)).unwrap_or(0);
    let high_bp = mean(profile, &tallies, |tally| (tally.at_best, tally.applicable));
    let coverage_bp = ratio_bp(answered, applicable).unwrap_or(WHOLE_BP);
    Outcome {
        readiness: decide(&rulebook.bands, gates_failed, gates_unknown, coverage_bp, score_bp),
        score_bp,
        low_bp,
        high_bp: high_bp.unwrap_or(WHOLE_BP),
        coverage_bp,
        soft_bp: ratio_bp(soft, answered).unwrap_or(0),
        gates_failed,
        gates_unknown,
        spot,
        spaces: 0,
        spaces_ready: 0,
        weakest_method: None,
        oldest_on: None,
    }
}

/// How well the verdict of a requirement is supported: by its threshold and, for headroom, by the
/// formula of the resource, whichever is weaker.
#[must_use]
pub fn evidence_of(rulebook: &Rulebook, requirement: &Requirement) -> Evidence {
    match requirement.asks {
        Question::Headroom(resource) => {
            requirement.evidence.max(rulebook.resources[resource.at()].evidence)
        }
        Question::Measure(_) | Question::Checklist(_) => requirement.evidence,
    }
}

fn decide(
    bands: &Bands,
    gates_failed: u16,
    gates_unknown: u16,
    coverage_bp: u16,
    score_bp: Option<u16>,
) -> Readiness {
    if gates_failed > 0 {
        return Readiness::NotReady;
    }
    let Some(score_bp) =
        score_bp.filter(|_| gates_unknown == 0 && coverage_bp >= bands.coverage_bp)
    else {
        return Readiness::Indeterminate;
    };
    if score_bp >= bands.ready_bp {
        Readiness::Ready
    } else if score_bp >= bands.ready_with_actions_bp {
        Readiness::ReadyWithActions
    } else {
        Readiness::NotReady
    }
}

/// The mean of the domains' means, by the profile's domain weights; none where no domain counts.
fn mean(
    profile: &Profile,
    tallies: &[DomainTally; Domain::ALL.len()],
    part: impl Fn(&DomainTally) -> (u64, u32),
) -> Option<u16> {
    let (mut sum, mut weights) = (0.0, 0.0);
    for (tally, weight) in tallies.iter().zip(profile.weights) {
        let (attained, of) = part(tally);
        if of > 0 {
            #[expect(
                clippy::cast_precision_loss,
                reason = "weights x basis points stay far below 2^53"
            )]
            let domain_mean = attained as f64 / f64::from(of);
            sum += f64::from(weight) * domain_mean;
            weights += f64::from(weight);
        }
    }
    (weights > 0.0).then(|| share_bp(sum / weights / f64::from(WHOLE_BP)))
}

fn ratio_bp(part: u32, whole: u32) -> Option<u16> {
    (whole > 0).then(|| share_bp(f64::from(part) / f64::from(whole)))
}

/// Judges one profile at one site: at the site itself, or in its best space of the profile's kind.
/// Best is the better readiness, then the higher score, then the higher coverage, then the first.
#[must_use]
pub fn assess(rulebook: &Rulebook, estate: &Estate, profile: &Profile, site: u32) -> Outcome {
    let mut outcome = match profile.place {
        Place::Site => assess_spot(rulebook, estate, profile, Spot::Site(site)),
        Place::Space(kind) => {
            let mut best: Option<Outcome> = None;
            let (mut spaces, mut spaces_ready) = (0, 0);
            for space in estate.spaces_of(site).filter(|space| estate.kind(*space) == Some(kind)) {
                let here = assess_spot(rulebook, estate, profile, Spot::Space { site, space });
                spaces += 1;
                spaces_ready += u32::from(here.readiness == Readiness::Ready);
                if best.is_none_or(|best| is_better(&here, &best)) {
                    best = Some(here);
                }
            }
            let best = best
                .unwrap_or_else(|| assess_spot(rulebook, estate, profile, Spot::NoSpace { site }));
            Outcome { spaces, spaces_ready, ..best }
        }
    };
    (outcome.weakest_method, outcome.oldest_on) =
        weakest_and_oldest(rulebook, estate, profile, outcome.spot);
    outcome
}

fn is_better(one: &Outcome, other: &Outcome) -> bool {
    let key = |outcome: &Outcome| {
        (std::cmp::Reverse(outcome.readiness), outcome.score_bp, outcome.coverage_bp)
    };
    key(one) > key(other)
}

fn weakest_and_oldest(
    rulebook: &Rulebook,
    estate: &Estate,
    profile: &Profile,
    spot: Spot,
) -> (Option<Method>, Option<NaiveDate>) {
    let (mut weakest, mut oldest) = (None, None);
    for requirement in &profile.requirements {
        let Some(place) = place_of(rulebook, &requirement.asks, spot) else {
            continue;
        };
        for_each_measure_read(rulebook, estate, &requirement.asks, place, |measure| {
            let Some(source) = estate.source(measure, place) else {
                return;
            };
            weakest = weakest.max(Some(source.method));
            oldest =
                Some(oldest.map_or(source.observed_on, |oldest: NaiveDate| {
                    oldest.min(source.observed_on)
                }));
        });
    }
    (weakest, oldest)
}

/// Calls `see` with every measure on which the reading of a question at a place rests: of the
/// measures of [`for_each_measure`] those that are known and were used.
pub fn for_each_measure_read(
    rulebook: &Rulebook,
    estate: &Estate,
    asks: &Question,
    place: PlaceRow,
    mut see: impl FnMut(MeasureIndex),
) {
    let value = |measure: MeasureIndex| estate.value(measure, place);
    if let Question::Headroom(resource) = asks {
        rulebook.resources[resource.at()].read_for_headroom(value).for_each(see);
        return;
    }
    for_each_measure(rulebook, asks, |measure| {
        if !value(measure).is_nan() {
            see(measure);
        }
    });
}

/// Calls `see` with every measure that a question may read.
pub fn for_each_measure(rulebook: &Rulebook, asks: &Question, mut see: impl FnMut(MeasureIndex)) {
    match asks {
        Question::Measure(measure) => see(*measure),
        Question::Headroom(resource) => {
            rulebook.resources[resource.at()].measures().for_each(see);
        }
        Question::Checklist(measures) => measures.iter().copied().for_each(see),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// At least 0.5, wanted 1: the shares of a checklist.
    fn share_of_half() -> Requirement {
        Requirement {
            id: "share".to_owned(),
            asks: Question::Checklist(vec![MeasureIndex(0)]),
            domain: Domain::Cyber,
            threshold: Threshold::AtLeast(Limits { floor: 0.0, minimum: 0.5, target: 1.0 }),
            scale: Scale::Linear,
            gate: true,
            weight: 1,
            evidence: Evidence::Policy,
            reference: String::new(),
            why: String::new(),
        }
    }

    #[test]
    fn not_applicable_may_stand_first_or_last_among_the_choices() {
        for (choices, not_applicable, shares) in [
            (
                ["n/a", "not met", "partial", "met"],
                Some(0),
                [None, Some(0.0), Some(0.5), Some(1.0)],
            ),
            (
                ["not met", "partial", "met", "n/a"],
                Some(3),
                [Some(0.0), Some(0.5), Some(1.0), None],
            ),
            (["a", "b", "c", "d"], None, [Some(0.0), Some(0.5), Some(0.5), Some(1.0)]),
        ] {
            let kind =
                Kind::Choice { choices: choices.map(str::to_owned).to_vec(), not_applicable };
            let found = [0.0, 1.0, 2.0, 3.0].map(|value| checklist_share(&kind, value));
            assert_eq!(found, shares, "{choices:?}");
        }
    }

    #[test]
    fn a_reading_between_limits_attains_what_its_worse_end_does_and_at_best_what_its_better_does() {
        for (low, high, verdict, attainment_bp, at_best_bp) in [
            (0.6, 1.0, Verdict::MeetsMinimum, 6_000, 10_000),
            (0.2, 0.4, Verdict::Short, 2_000, 4_000),
            (0.4, 0.6, Verdict::Unknown, 0, 10_000),
            (0.7, 0.7, Verdict::MeetsMinimum, 7_000, 7_000),
        ] {
            let reading = Reading::Known { low, central: low, high };
            let expected = Judged { verdict, attainment_bp, at_best_bp };
            assert_eq!(judge(&share_of_half(), reading), expected, "{low} to {high}");
        }
    }
}
