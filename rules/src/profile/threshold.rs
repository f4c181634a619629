//! How the threshold of a requirement is read: it must fit what is asked, its limits must be in order
//! and lie where values lie, and some value must meet it and some miss it.

use super::reading::{ProfileContext, domain_and_scale};
use super::{Demand, Limits, Question, Threshold, demand_on};
use crate::fields::{Fields, number};
use crate::measure::{Better, Kind, Scale};

/// What limits are held against when they are read.
#[derive(Clone, Copy)]
struct Ruler {
    scale: Scale,
    /// The values that can come up at all. A limit outside them is met always or never.
    range: (f64, f64),
}

fn ruler_of(asks: &Question, context: &ProfileContext<'_>) -> Ruler {
    let scale = domain_and_scale(asks, context).1;
    let unbounded = (f64::NEG_INFINITY, f64::INFINITY);
    let range = match asks {
        Question::Checklist(_) => (0.0, 1.0),
        Question::Measure(index) => match context.dictionary.get(*index).kind {
            Kind::Quantity { range, .. } => range,
            _ => unbounded,
        },
        // In multiples of the profile's own demand.
        Question::Headroom(_) => (0.0, f64::INFINITY),
    };
    Ruler { scale, range }
}

/// The forms of a threshold.
pub(super) const THRESHOLDS: [&str; 5] = ["at_least", "at_most", "within", "choices", "is"];

/// Reads the threshold of what is asked. `demands` are those of the profile; none where they could not
/// be read, or do not matter.
pub(super) fn read_threshold(
    fields: &mut Fields<'_>,
    context: &ProfileContext<'_>,
    demands: Option<&[Demand]>,
    asks: &Question,
) -> Option<Threshold> {
    let given: Vec<&str> = THRESHOLDS.into_iter().filter(|key| fields.has(key)).collect();
    let [form] = given[..] else {
        fields.problem(
            "",
            "A requirement has exactly one threshold.",
            "Give one of at_least, at_most, within, choices or is.",
        );
        return None;
    };
    let kind = match asks {
        Question::Measure(index) => Some(&context.dictionary.get(*index).kind),
        Question::Headroom(_) | Question::Checklist(_) => None,
    };
    let fits = matches!(
        (form, kind),
        ("at_least", None | Some(Kind::Quantity { .. }))
            | ("at_most" | "within", Some(Kind::Quantity { .. }))
            | ("choices", Some(Kind::Choice { .. }))
            | ("is", Some(Kind::Flag))
    );
    if !fits {
        fields.problem(form, "This form of threshold does not fit what is asked.", "Quantities take at_least, at_most or within; choices take choices; flags take is; headroom and checklists take at_least.");
        return None;
    }
    if let Some(Kind::Quantity { better, .. }) = kind
        && matches!((form, better), ("at_least", Better::Lower) | ("at_most", Better::Higher))
    {
        let message = format!("Of what this measures, {better} is better.");
        fields.problem(form, message, "Turn the threshold round, or correct the measure.");
        return None;
    }
    let ruler = ruler_of(asks, context);
    let threshold = match (form, kind) {
        ("choices", Some(Kind::Choice { choices, not_applicable })) => {
            read_choices(fields, choices, *not_applicable)
        }
        ("is", _) => fields.flag_if_any("is").map(Threshold::Is),
        ("within", _) => read_within(fields, ruler),
        ("at_most", _) => read_limits(fields, "at_most", ruler, -1.0).map(Threshold::AtMost),
        _ => {
            let limits = read_limits(fields, "at_least", ruler, 1.0)?;
            let Question::Headroom(resource) = asks else {
                return check_can_fire(fields, form, ruler.range, Threshold::AtLeast(limits));
            };
            let demand = demand_on(demands?, *resource);
            if demand <= 0.0 {
                fields.problem(
                    "headroom",
                    "The profile demands nothing of this resource.",
                    "Add a [[demand]] on it.",
                );
                return None;
            }
            Some(Threshold::AtLeast(limits.times(demand)))
        }
    };
    check_can_fire(fields, form, ruler.range, threshold?)
}

fn read_limits(
    fields: &mut Fields<'_>,
    key: &'static str,
    ruler: Ruler,
    sign: f64,
) -> Option<Limits> {
    let (entry, path) = fields.table_if_any(key)?;
    fields.within(entry, path, |fields| {
        let minimum = fields.number("minimum");
        let floor = fields.number_if_any("floor").or(minimum);
        let target = fields.number_if_any("target").or(minimum);
        let limits = Limits { floor: floor?, minimum: minimum?, target: target? };
        check_limits(fields, limits, ruler, sign).then_some(limits)
    })
}

/// Whether floor, minimum and target are in order (rising for sign 1, falling for -1) and have a
/// place on the scale.
fn check_limits(fields: &mut Fields<'_>, limits: Limits, ruler: Ruler, sign: f64) -> bool {
    let Ruler { scale, range: (low, high) } = ruler;
    let all = [limits.floor, limits.minimum, limits.target];
    if !all.map(|limit| limit * sign).is_sorted() {
        fields.problem(
            "",
            "Floor, minimum and target are not in order.",
            "Put the worst first and the best last.",
        );
        return false;
    }
    let has_place = |limit: &f64| scale.place(*limit).is_finite();
    if !all.iter().all(has_place) {
        let message = format!("A limit has no place on the {scale} scale of the measure.");
        fields.problem(
            "",
            message,
            "Use limits above zero for log10 and below 100 per cent for nines.",
        );
        return false;
    }
    if !all.iter().all(|limit| (low..=high).contains(limit)) {
        let message = format!("A limit lies outside {low} to {high}, where all values lie.");
        fields.problem("", message, "Correct the limit, or the range of the measure.");
        return false;
    }
    true
}

/// Whether some value misses the target: a requirement that every value meets in full could never
/// count against anyone, and would only raise scores.
fn check_can_fire(
    fields: &mut Fields<'_>,
    key: &'static str,
    range: (f64, f64),
    threshold: Threshold,
) -> Option<Threshold> {
    let (low, high) = range;
    let never_fires = match &threshold {
        Threshold::AtLeast(limits) => limits.target <= low,
        Threshold::AtMost(limits) => limits.target >= high,
        Threshold::Within { low: from, high: to } => from.target <= low && to.target >= high,
        Threshold::Choices(attainments) => attainments.iter().flatten().all(|share| *share >= 1.0),
        Threshold::Is(_) => false,
    };
    if never_fires {
        let message = "Every value that can come up meets the target, so this can never fail.";
        fields.problem(
            key,
            message,
            "Set a target that some values miss, or remove the requirement.",
        );
        return None;
    }
    let can_be_met = match &threshold {
        Threshold::Choices(attainments) => attainments.iter().flatten().any(|share| *share >= 0.5),
        _ => true,
    };
    if !can_be_met {
        let message = "No choice attains 0.5, so this can never be met.";
        fields.problem(key, message, "Let at least one choice meet the minimum.");
        return None;
    }
    Some(threshold)
}

fn read_within(fields: &mut Fields<'_>, ruler: Ruler) -> Option<Threshold> {
    let (entry, path) = fields.table_if_any("within")?;
    fields.within(entry, path, |fields| {
        let minimum = fields.range_if_any("minimum");
        if !fields.has("minimum") {
            fields.problem(
                "minimum",
                "Give the range that must be kept.",
                "Write it as [low, high].",
            );
        }
        let floor = fields.range_if_any("floor").or(minimum);
        let target = fields.range_if_any("target").or(minimum);
        let (floor, minimum, target) = (floor?, minimum?, target?);
        let low = Limits { floor: floor.0, minimum: minimum.0, target: target.0 };
        let high = Limits { floor: floor.1, minimum: minimum.1, target: target.1 };
        let good = check_limits(fields, low, ruler, 1.0) & check_limits(fields, high, ruler, -1.0);
        good.then_some(Threshold::Within { low, high })
    })
}

fn read_choices(
    fields: &mut Fields<'_>,
    choices: &[String],
    not_applicable: Option<usize>,
) -> Option<Threshold> {
    let (entry, path) = fields.table_if_any("choices")?;
    fields.within(entry, path, |fields| {
        fields.all_keys_are_names();
        let mut attainments = vec![None; choices.len()];
        for (word, value) in fields.entries() {
            let at = choices.iter().position(|choice| choice == word);
            let share = number(value).filter(|share| (0.0..=1.0).contains(share));
            match (at, share) {
                (Some(at), Some(share)) => attainments[at] = Some(share),
                (None, _) => fields.problem(
                    word,
                    format!("This is not a choice of the measure: {}.", choices.join(", ")),
                    "Use its choices.",
                ),
                (_, None) => {
                    fields.problem(word, "An attainment is a number from 0 to 1.", "Write it so.")
                }
            }
        }
        let missing: Vec<&str> = (0..choices.len())
            .filter(|at| attainments[*at].is_none() && Some(*at) != not_applicable)
            .map(|at| choices[at].as_str())
            .collect();
        if !missing.is_empty() {
            fields.problem(
                "",
                format!("No attainment is given for: {}.", missing.join(", ")),
                "Give every choice one.",
            );
            return None;
        }
        let worst_first =
            (0..choices.len()).filter(|at| Some(*at) != not_applicable).map(|at| attainments[at]);
        if !worst_first.is_sorted() {
            let message = format!("Attainments fall along the choices: {}.", choices.join(", "));
            fields.problem("", message, "Choices stand worst first: let no later one attain less.");
            return None;
        }
        Some(Threshold::Choices(attainments))
    })
}
