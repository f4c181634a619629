//! Why a site stands as it does for a technology: every requirement with its value, threshold,
//! verdict, gap and sources, and a sentence that a board member can read.
//!
//! The verdicts are those of `rules::judge::judge`, to which a test holds the batch equal.

use super::View;
use super::headline::Headline;
use siteworthy_rules::estate::{PlaceRow, Source};
use siteworthy_rules::gap::{Level, closing, gap_size};
use siteworthy_rules::judge::{
    Judged, Outcome, Verdict, for_each_measure, for_each_measure_read, judge, place_of, read,
};
use siteworthy_rules::measure::{Domain, FOR_TECHNOLOGY, Kind, Measure, MeasureIndex};
use siteworthy_rules::profile::{Limits, Profile, Question, Requirement, Threshold};
use siteworthy_rules::remedy::Remedy;
use siteworthy_rules::resource::Reading;
use siteworthy_rules::rulebook::Rulebook;
use siteworthy_rules::trace::{DomainPart, Part, trace};

/// A score, explained.
pub struct Explanation<'a> {
    /// The whole in a sentence that a board member can read.
    pub headline: String,
    /// Every requirement: failing gates first, then gates that are not known, then those of the weakest
    /// domain, then the others; among those what is short, then what is not known, before the rest.
    pub requirements: Vec<Explained<'a>>,
    /// How each domain stands: the weakest first, and last those of which nothing is known.
    pub domains: Vec<DomainPart>,
    /// The domain with the lowest mean.
    pub weakest: Option<Domain>,
}

/// One requirement, explained.
pub struct Explained<'a> {
    /// The requirement.
    pub requirement: &'a Requirement,
    /// What is asked: the heading of a measure or resource, or "checklist".
    pub title: String,
    /// Unit of reading, threshold and gap.
    pub unit: &'a str,
    /// Where it was read; none where no such space is on record.
    pub place: Option<PlaceRow>,
    /// What is known.
    pub reading: Reading,
    /// The verdict with its attainment.
    pub judged: Judged,
    /// What it brought to the score, and the most that it could bring.
    pub part: Part,
    /// The observations that the reading rests on; where it is not known, those that are there.
    pub inputs: Vec<Input<'a>>,
    /// How far from the minimum, in the unit; none where the gap has no size.
    pub gap_to_minimum: Option<f64>,
    /// How far from the target.
    pub gap_to_target: Option<f64>,
    /// The remedy that closes the gap.
    pub remedy: Option<&'a Remedy>,
    /// What is known, in words.
    pub value: String,
    /// The threshold in words.
    pub threshold: String,
    /// The whole in a sentence.
    pub sentence: String,
}

/// For whom a place answered what is asked of a technology.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnsweredFor {
    /// For this technology.
    Technology,
    /// For all technologies of which it gives no answer apart.
    All,
}

impl AnsweredFor {
    /// In words.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Technology => "this technology",
            Self::All => "all technologies",
        }
    }
}

/// One observation behind a reading.
pub struct Input<'a> {
    /// The measure: the answer that counted, for the technology or for all.
    pub measure: &'a Measure,
    /// The value as text with its unit.
    pub value: String,
    /// Where it comes from.
    pub source: &'a Source,
}

/// Explains the outcome of a profile: what decided it, and every requirement.
#[must_use]
pub fn explain<'a>(view: &'a View, profile: &'a Profile, outcome: &Outcome) -> Explanation<'a> {
    let read_one =
        |requirement: &Requirement| read(&view.rulebook, &view.estate, requirement, outcome.spot());
    let readings: Vec<Reading> = profile.requirements.iter().map(read_one).collect();
    let judged: Vec<Judged> = profile
        .requirements
        .iter()
        .zip(&readings)
        .map(|(requirement, reading)| judge(requirement, *reading))
        .collect();
    let mut trace = trace(profile, &judged, &outcome.score);
    trace.domains.sort_by_key(|part| (part.mean_bp.is_none(), part.mean_bp));
    let weakest = trace.weakest().map(|part| part.domain);
    let mut requirements: Vec<Explained<'a>> = profile
        .requirements
        .iter()
        .zip(readings.into_iter().zip(judged).zip(&trace.parts))
        .map(|(requirement, ((reading, judged), part))| {
            explain_one(view, profile, requirement, outcome, (reading, judged), *part)
        })
        .collect();
    let headline =
        Headline { view, profile, outcome, requirements: &requirements, weakest }.write();
    requirements.sort_by_key(|one| rank(one, weakest));
    Explanation { headline, requirements, domains: trace.domains, weakest }
}

/// What decides comes first; among alike, what is short, then what is not known.
fn rank(one: &Explained<'_>, weakest: Option<Domain>) -> (u8, u8) {
    let group = match one.judged.verdict {
        Verdict::Short if one.requirement.gate => 0,
        Verdict::Unknown if one.requirement.gate => 1,
        _ if Some(one.requirement.domain) == weakest => 2,
        _ => 3,
    };
    let verdict = match one.judged.verdict {
        Verdict::Short => 0,
        Verdict::Unknown => 1,
        Verdict::MeetsMinimum => 2,
        Verdict::MeetsTarget => 3,
        Verdict::NotApplicable => 4,
    };
    (group, verdict)
}

fn explain_one<'a>(
    view: &'a View,
    profile: &'a Profile,
    requirement: &'a Requirement,
    outcome: &Outcome,
    (reading, judged): (Reading, Judged),
    part: Part,
) -> Explained<'a> {
    let rulebook = &view.rulebook;
    let place = place_of(rulebook, &requirement.asks, outcome.spot());
    let (title, unit) = heading(rulebook, &requirement.asks);
    // Where it cannot be told whether anything is missing there is no gap to state.
    let is_told = judged.verdict != Verdict::Unknown;
    let size =
        |level| gap_size(requirement, reading, level).filter(|_| is_told).map(|gap| gap.high);
    let threshold = describe_threshold(rulebook, requirement, unit);
    let inputs = place.map(|place| inputs(view, &requirement.asks, place)).unwrap_or_default();
    let value = if reading == Reading::Unknown && !inputs.is_empty() {
        "surveyed in part, or with figures that contradict each other".to_owned()
    } else {
        describe_reading(rulebook, requirement, reading, unit)
    };
    Explained {
        requirement,
        sentence: sentence(&title, &value, &threshold, judged.verdict),
        title,
        value,
        unit,
        place,
        reading,
        judged,
        part,
        inputs,
        gap_to_minimum: size(Level::Minimum),
        gap_to_target: size(Level::Target),
        remedy: closing(rulebook, &view.estate, profile, requirement, outcome.spot())
            .map(|at| &rulebook.remedies[at]),
        threshold,
    }
}

/// What a requirement is called, and its unit.
#[must_use]
pub fn heading<'a>(rulebook: &'a Rulebook, asks: &Question) -> (String, &'a str) {
    match asks {
        Question::Measure(measure) => {
            let measure = rulebook.dictionary.get(rulebook.dictionary.general(*measure));
            (measure.title.clone(), measure.unit_symbol())
        }
        Question::Headroom(resource) => {
            let resource = &rulebook.resources[resource.at()];
            (format!("{}, what is left", resource.title), resource.unit.symbol())
        }
        Question::Checklist(items) => {
            let first = &rulebook.dictionary.get(rulebook.dictionary.general(items[0])).title;
            (format!("Checklist of {} items from \"{first}\"", items.len()), "share met")
        }
    }
}

impl Input<'_> {
    /// For whom the place answered what is asked of a technology; none of anything else.
    #[must_use]
    pub fn answered_for(&self) -> Option<AnsweredFor> {
        let is_apart = self.measure.id.contains(FOR_TECHNOLOGY);
        let answered = if is_apart { AnsweredFor::Technology } else { AnsweredFor::All };
        self.measure.per_technology.then_some(answered)
    }
}

/// What the reading rests on; where nothing could be read, what is there all the same.
fn inputs<'a>(view: &'a View, asks: &Question, place: PlaceRow) -> Vec<Input<'a>> {
    let mut measures = Vec::new();
    for_each_measure_read(&view.rulebook, &view.estate, asks, place, |measure| {
        measures.push(measure);
    });
    if measures.is_empty() {
        for_each_measure(&view.rulebook, asks, |measure| measures.push(measure));
    }
    let input = |measure| {
        let source = view.estate.source(measure, place)?;
        let value = view.estate.value(measure, place);
        let value = describe_value(&view.rulebook, measure, value);
        let counted = view.rulebook.dictionary.get(view.estate.counted(measure, place));
        Some(Input { measure: counted, value, source })
    };
    measures.into_iter().filter_map(input).collect()
}

/// A number with at most three decimals and no trailing zeros.
#[must_use]
pub fn plain(number: f64) -> String {
    let text = format!("{number:.3}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

fn with_unit(number: f64, unit: &str) -> String {
    match unit {
        "" | "1" | "count" => plain(number),
        "%" => format!("{} %", plain(number)),
        "share met" => format!("{} %", plain(number * 100.0)),
        unit => format!("{} {unit}", plain(number)),
    }
}

/// A value of the estate's columns in words, with its unit.
#[must_use]
pub fn describe_value(rulebook: &Rulebook, measure: MeasureIndex, value: f64) -> String {
    let measure = rulebook.dictionary.get(measure);
    match &measure.kind {
        Kind::Quantity { unit, .. } => with_unit(value, unit.symbol()),
        Kind::Flag => if value == 0.0 { "no" } else { "yes" }.to_owned(),
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "choices are coded by their place in the list"
        )]
        Kind::Choice { choices, .. } => choices.get(value as usize).cloned().unwrap_or_default(),
        #[expect(clippy::cast_possible_truncation, reason = "dates are coded as whole days")]
        Kind::Date => chrono::NaiveDate::from_num_days_from_ce_opt(value as i32)
            .map(|date| date.to_string())
            .unwrap_or_default(),
        Kind::Text => String::new(),
    }
}

fn describe_reading(
    rulebook: &Rulebook,
    requirement: &Requirement,
    reading: Reading,
    unit: &str,
) -> String {
    match (reading, &requirement.asks) {
        (Reading::Unknown, _) => "not surveyed".to_owned(),
        (Reading::NotApplicable, _) => "not applicable".to_owned(),
        (Reading::Known { low, high, .. }, Question::Measure(measure))
            if low.to_bits() == high.to_bits() =>
        {
            describe_value(rulebook, *measure, low)
        }
        (Reading::Known { low, high, .. }, _) if low.to_bits() == high.to_bits() => {
            with_unit(low, unit)
        }
        (Reading::Known { low, high, .. }, _) => {
            let [low, high] = [low, high].map(|end| with_unit(end, unit));
            // Ends that are shown alike are one figure to the eye.
            if low == high { low } else { format!("between {low} and {high}") }
        }
    }
}

/// A threshold in words.
#[must_use]
pub fn describe_threshold(rulebook: &Rulebook, requirement: &Requirement, unit: &str) -> String {
    let both = |word: &str, limits: &Limits| {
        let minimum = with_unit(limits.minimum, unit);
        if limits.minimum.to_bits() == limits.target.to_bits() {
            format!("{word} {minimum}")
        } else {
            format!("{word} {minimum}, wanted {}", with_unit(limits.target, unit))
        }
    };
    match &requirement.threshold {
        Threshold::AtLeast(limits) => both("at least", limits),
        Threshold::AtMost(limits) => both("at most", limits),
        Threshold::Within { low, high } => {
            let range = |from: f64, to: f64| format!("{} to {}", plain(from), with_unit(to, unit));
            let minimum = range(low.minimum, high.minimum);
            let target = range(low.target, high.target);
            if minimum == target { minimum } else { format!("{minimum}, wanted {target}") }
        }
        Threshold::Choices(attainments) => describe_choices(rulebook, requirement, attainments),
        Threshold::Is(wanted) => if *wanted { "yes" } else { "no" }.to_owned(),
    }
}

fn describe_choices(
    rulebook: &Rulebook,
    requirement: &Requirement,
    attainments: &[Option<f64>],
) -> String {
    let Question::Measure(measure) = requirement.asks else {
        return String::new();
    };
    let Kind::Choice { choices, .. } = &rulebook.dictionary.get(measure).kind else {
        return String::new();
    };
    let those = |keep: &dyn Fn(f64) -> bool| {
        choices
            .iter()
            .zip(attainments)
            .filter(|(_, share)| share.is_some_and(keep))
            .map(|(choice, _)| choice.as_str())
            .collect::<Vec<_>>()
            .join(" or ")
    };
    let enough = those(&|share| share >= 0.5);
    let wanted = those(&|share| share >= 1.0);
    if enough == wanted { enough } else { format!("{enough}, wanted {wanted}") }
}

fn sentence(title: &str, value: &str, threshold: &str, verdict: Verdict) -> String {
    let end = match verdict {
        Verdict::MeetsTarget => "this meets the target",
        Verdict::MeetsMinimum => "this meets the minimum but not the target",
        Verdict::Short => "this falls short of the minimum",
        Verdict::Unknown => "this cannot be told from what is surveyed",
        Verdict::NotApplicable => "this does not apply here",
    };
    format!("{title}: {value}. Asked is {threshold}; {end}.")
}
