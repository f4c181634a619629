//! Judging: is a place good enough for a technology, how sure are we, and what decides it.
//!
//! Here one site is judged at a time, for explanations and questions about a site; `batch` judges the
//! estate by the same parts: `curve` says what a value attains, `tally` adds it up. What it costs to
//! close a gap is `gap`.
//!
//! Whatever is answered later, a score stays within the range that stands beside it.

use crate::curve::{self, Curve};
use crate::dated::Evidence;
use crate::estate::{Estate, PlaceRow};
use crate::measure::{Kind, MeasureIndex};
use crate::observation::Method;
use crate::profile::{Place, Profile, Question, Requirement, is_read_of_site};
use crate::resource::Reading;
use crate::rulebook::Rulebook;
use crate::tally::{Score, Sums, conclude};
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

impl Verdict {
    /// Whether it counts in the score.
    #[inline]
    #[must_use]
    pub const fn is_answered(self) -> bool {
        matches!(self, Self::MeetsTarget | Self::MeetsMinimum | Self::Short)
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
    let curve = Curve::of(requirement);
    match reading {
        Reading::Unknown => curve::UNKNOWN,
        Reading::NotApplicable => curve::NOT_APPLICABLE,
        Reading::Known { low, high, .. } if low.to_bits() == high.to_bits() => curve.judge(low),
        Reading::Known { low, high, .. } => curve.judge_between(low, high),
    }
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
    let count =
        |item: &MeasureIndex| count_of_item(&rulebook.dictionary.get(*item).kind, value(*item));
    reading_of_counts(items.iter().map(count).sum())
}

/// The most items of a checklist: their counts are kept in a byte each, halves apart.
pub const MAX_CHECKLIST: usize = 100;

/// One item of a checklist as counts that add up: halves met in the lowest byte, items not known in
/// the second, applicable items in the third.
#[must_use]
pub fn count_of_item(kind: &Kind, value: f64) -> u32 {
    const NOT_KNOWN: u32 = 1 << 8;
    const APPLICABLE: u32 = 1 << 16;
    if value.is_nan() {
        return NOT_KNOWN | APPLICABLE;
    }
    match checklist_share(kind, value) {
        None => 0,
        Some(share) if share >= 1.0 => APPLICABLE | 2,
        Some(share) if share >= 0.5 => APPLICABLE | 1,
        Some(_) => APPLICABLE,
    }
}

/// What the counts of all items come to.
#[inline]
#[must_use]
pub fn reading_of_counts(counts: u32) -> Reading {
    let byte = |shift: u32| f64::from(counts >> shift & 0xFF);
    let (met, unknown, applicable) = (byte(0) / 2.0, byte(8), byte(16));
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

/// Readiness of one profile at one site, with what decides it. There is one for every site and
/// technology, so it is kept small: a million sites have eighteen million.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Readiness, score and range.
    pub score: Score,
    /// Spaces of the profile's kind on record; of more than 65,535 no more are counted.
    pub spaces: u16,
    /// How many of them are ready.
    pub spaces_ready: u16,
    site: u32,
    /// The row of the space, `NO_SPACE` or `WHOLE_SITE`.
    space: u32,
}

const WHOLE_SITE: u32 = u32::MAX;
const NO_SPACE: u32 = u32::MAX - 1;

impl Outcome {
    /// A score at one spot. Where no space of the profile's kind is on record nobody can tell of it,
    /// whatever is known of the site, unless a gate of the site fails already.
    #[inline]
    #[must_use]
    pub const fn new(score: Score, spot: Spot) -> Self {
        let readiness = match spot {
            Spot::NoSpace { .. } if score.gates_failed > 0 => Readiness::NotReady,
            Spot::NoSpace { .. } => Readiness::Indeterminate,
            Spot::Site(_) | Spot::Space { .. } => score.readiness,
        };
        let (site, space) = match spot {
            Spot::Site(site) => (site, WHOLE_SITE),
            Spot::NoSpace { site } => (site, NO_SPACE),
            Spot::Space { site, space } => (site, space),
        };
        Self { score: Score { readiness, ..score }, spaces: 0, spaces_ready: 0, site, space }
    }

    /// What stands in a list of outcomes until it is judged: nothing is known, of the first site.
    #[must_use]
    pub const fn unjudged() -> Self {
        Self::new(Score::UNKNOWN, Spot::NoSpace { site: 0 })
    }

    /// What makes one space better than another: readiness, then the score, then how much is known.
    #[inline]
    #[must_use]
    pub const fn rank(&self) -> (std::cmp::Reverse<Readiness>, Option<u16>, u16) {
        (std::cmp::Reverse(self.score.readiness), self.score.score_bp, self.score.coverage_bp)
    }

    /// Where it was judged: the best space, for a profile that is judged in spaces.
    #[inline]
    #[must_use]
    pub const fn spot(&self) -> Spot {
        match self.space {
            WHOLE_SITE => Spot::Site(self.site),
            NO_SPACE => Spot::NoSpace { site: self.site },
            space => Spot::Space { site: self.site, space },
        }
    }
}

/// Judges one profile at one spot.
#[must_use]
pub fn assess_spot(rulebook: &Rulebook, estate: &Estate, profile: &Profile, spot: Spot) -> Outcome {
    let judged = profile
        .requirements
        .iter()
        .map(|requirement| judge(requirement, read(rulebook, estate, requirement, spot)));
    Outcome::new(add_up(rulebook, profile, judged), spot)
}

/// The score of a profile whose requirements are judged so, in their order.
#[must_use]
pub fn add_up(
    rulebook: &Rulebook,
    profile: &Profile,
    judged: impl Iterator<Item = Judged>,
) -> Score {
    conclude(&rulebook.bands, &profile.weights, &sum_up(rulebook, profile, judged))
}

/// The sums of which such a score is made.
#[must_use]
pub fn sum_up(
    rulebook: &Rulebook,
    profile: &Profile,
    judged: impl Iterator<Item = Judged>,
) -> Sums {
    let mut sums = Sums::default();
    for (requirement, judged) in profile.requirements.iter().zip(judged) {
        let is_soft = evidence_of(rulebook, requirement).is_soft();
        sums.add(judged, requirement.domain, requirement.weight, is_soft, requirement.gate);
    }
    sums
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

/// Where the verdict of a requirement comes from: the reference of its threshold and, for headroom, that
/// of the formula of the resource.
#[must_use]
pub fn reference_of(rulebook: &Rulebook, requirement: &Requirement) -> String {
    match requirement.asks {
        Question::Headroom(resource) => {
            let resource = &rulebook.resources[resource.at()];
            let formula = format!("{}, formula: {}", resource.title, resource.reference);
            format!("{}. {formula}", requirement.reference)
        }
        Question::Measure(_) | Question::Checklist(_) => requirement.reference.clone(),
    }
}

/// Judges one profile at one site: at the site itself, or in its best space of the profile's kind.
/// Best is the better readiness, then the higher score, then the higher coverage, then the first.
#[must_use]
pub fn assess(rulebook: &Rulebook, estate: &Estate, profile: &Profile, site: u32) -> Outcome {
    if profile.place == Place::Site {
        return assess_spot(rulebook, estate, profile, Spot::Site(site));
    }
    assess_spaces(rulebook, estate, profile, site)
        .fold(None, |best, here| Some(best_of(best, here)))
        .unwrap_or_else(|| assess_spot(rulebook, estate, profile, Spot::NoSpace { site }))
}

/// Judges one profile in each space of its kind at one site, in the order in which they are on record;
/// nothing for one that is judged for the site as a whole.
pub fn assess_spaces(
    rulebook: &Rulebook,
    estate: &Estate,
    profile: &Profile,
    site: u32,
) -> impl Iterator<Item = Outcome> {
    let kind = match profile.place {
        Place::Space(kind) => Some(kind),
        Place::Site => None,
    };
    let spaces = estate.spaces_of(site).filter(move |space| estate.kind(*space) == kind);
    spaces.map(move |space| assess_spot(rulebook, estate, profile, Spot::Space { site, space }))
}

/// The better of the spaces seen so far and one more, with the counts of both.
#[inline]
#[must_use]
pub fn best_of(best: Option<Outcome>, here: Outcome) -> Outcome {
    let ready = u16::from(here.score.readiness == Readiness::Ready);
    let Some(best) = best else {
        return Outcome { spaces: 1, spaces_ready: ready, ..here };
    };
    let better = if here.rank() > best.rank() { here } else { best };
    Outcome {
        spaces: best.spaces.saturating_add(1),
        spaces_ready: best.spaces_ready.saturating_add(ready),
        ..better
    }
}

/// The weakest method and the oldest date among the observations on which a profile's readings at a
/// spot rest.
#[must_use]
pub fn provenance(
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
    use crate::measure::{Domain, Scale};
    use crate::profile::{Limits, Threshold};

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
