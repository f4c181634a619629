//! The schemas of the files of `rules/profiles/` and of `rules/preconditions.toml`, which both hold
//! requirements.

use super::{
    Key, all_of, any_of, anything, as_of, at_least_one, case, date, evidence, flag, has, id, ids,
    lacks, may, must, number, number_above_zero, number_from_to, number_or_range, one_of, range,
    reference, table, table_of_names, tables, text, title, unknown, weights, whole_number,
    with_cases, word,
};
use serde_json::{Value, json};
use siteworthy_rules::judge::MAX_CHECKLIST;
use siteworthy_rules::place::SpaceKind;
use siteworthy_rules::profile::{AdoptionStatus, Horizon, MAX_WEIGHT, Place};

pub fn file() -> Value {
    table(
        "One edition of what one technology demands.",
        [
            must(
                "id",
                id(
                    "Stable id in kebab-case, which is the name of the file too: ID.toml, or ID.EDITION.toml \
                    where several editions are kept.",
                ),
            ),
            must("title", title()),
            must("edition", text("The edition of this profile, such as 2026.1.")),
            must("as_of", as_of()),
            must("in_force_from", date("The day from which this edition holds.")),
            must("place", place()),
            must(
                "horizon",
                word(
                    "now: it can be deployed today; future: it cannot yet, and is shown apart and never in \
                     totals.",
                    Horizon::ALL,
                ),
            ),
            must("summary", text("What the technology is, in a sentence.")),
            may("adoption", adoption()),
            may(
                "weights",
                weights::of_domains(
                    "Weights of domains in place of the defaults of weights.toml. A domain that is asked \
                     about needs one above 0.",
                ),
            ),
            may("demand", tables(demand())),
            must("requirement", at_least_one(tables(requirement()))),
            may("lifecycle", lifecycle()),
        ],
    )
}

fn place() -> Value {
    let kinds = SpaceKind::ALL.iter().map(|kind| Place::Space(*kind));
    let words: Vec<&str> = std::iter::once(Place::Site).chain(kinds).map(Place::word).collect();
    word(
        "Where it is judged: at the site as a whole, or in every space of a kind, of which the site shows \
         the best.",
        &words,
    )
}

fn adoption() -> Value {
    table(
        "How far the technology has come in the health service, where a source says so.",
        [
            must(
                "status",
                word(
                    "approved: for use; innovator-passport: proved at one trust, taken on trust by the \
                     others; research: trials only.",
                    AdoptionStatus::ALL,
                ),
            ),
            must("reference", reference()),
            must("evidence", evidence()),
        ],
    )
}

fn demand() -> Value {
    table(
        "What one unit takes of a shared resource. Exactly one requirement must ask for the headroom of \
         each resource that is taken.",
        [
            must("resource", id("The id of a resource in resources.toml.")),
            must(
                "per_unit",
                number_above_zero("What one unit takes at full use, in the unit of the resource."),
            ),
            must(
                "diversity",
                number_from_to(
                    "The share of full use that falls together with the site's own peak: 80 per cent is \
                     0.8.",
                    0,
                    1,
                ),
            ),
            must("reference", reference()),
            must("evidence", evidence()),
        ],
    )
}

fn lifecycle() -> Value {
    let reasons = has(&["reference", "evidence"]);
    with_cases(
        table(
            "Life, energy and embodied carbon of one unit. Leave out what no source gives.",
            [
                may("life_years", number_or_range("Years in service.")),
                may("annual_kwh", number_or_range("Electricity in use, in kWh a year.")),
                may("embodied", id("An item of datasets/carbon/embodied.csv that one unit is.")),
                may("reference", reference()),
                may("evidence", evidence()),
            ],
        ),
        [case(
            any_of([has(&["life_years"]), has(&["annual_kwh"]), has(&["embodied"])]),
            reasons,
            anything(),
        )],
    )
}

// --- Requirements -----------------------------------------------------------------------------------

const QUESTIONS: [&str; 3] = ["measure", "headroom", "checklist"];
const THRESHOLDS: [&str; 5] = ["at_least", "at_most", "within", "choices", "is"];
const REASONS: [&str; 3] = ["evidence", "reference", "why"];

/// A requirement of a profile: one that is asked here, or a precondition that is taken in.
fn requirement() -> Value {
    let own: Vec<&str> =
        [&["id"][..], &QUESTIONS, &THRESHOLDS, &REASONS].into_iter().flatten().copied().collect();
    let keys = asked().into_iter().chain([
        may(
            "precondition",
            id("The id of a precondition in preconditions.toml, which then says all but weight and gate."),
        ),
        may("gate", flag("Whether its minimum must be met, whatever the score; no if not given.")),
        must(
            "weight",
            whole_number("How much it counts within its domain: a whole number.", 1, MAX_WEIGHT),
        ),
    ]);
    with_cases(
        table(
            "One thing that must be so: one question (measure, headroom or checklist) with one threshold \
             (at_least, at_most, within, choices or is), or a precondition.",
            keys,
        ),
        [case(has(&["precondition"]), unknown(&own), all_of(rules_of_asked()))],
    )
}

pub fn preconditions_file() -> Value {
    let precondition = with_cases(
        table(
            "A requirement that many technologies share. Weight and gate are said by each profile that \
             takes it in.",
            asked(),
        ),
        // The reader knows the key and then finds no resource.
        [rules_of_asked(), vec![lacks("headroom")]].concat(),
    );
    table(
        "Requirements that many technologies share, each said once.",
        [must("as_of", as_of()), may("precondition", tables(precondition))],
    )
}

/// The keys of a question with its threshold and reasons.
fn asked() -> Vec<Key> {
    vec![
        may(
            "id",
            id("Stable id in kebab-case, its own within the profile. It is never used again."),
        ),
        may("measure", id("Asks for the value of this measure: an id of measures.toml.")),
        may(
            "headroom",
            id(
                "Asks for what is left of this resource: an id of resources.toml. Limits are then multiples \
                of the profile's own demand, so only a profile can ask it.",
            ),
        ),
        may("checklist", checklist()),
        may(
            "at_least",
            limits("More is better. Of a checklist, limits are shares of it from 0 to 1.", number),
        ),
        may("at_most", limits("Less is better.", number)),
        may(
            "within",
            limits("Between two values is good. Each limit is a range [low, high].", range),
        ),
        may("choices", attainments()),
        may("is", flag("The flag must have this value.")),
        may("evidence", evidence()),
        may("reference", reference()),
        may("why", text("Why it matters: a plain sentence.")),
    ]
}

/// What must hold of [`asked`]. A measure takes every form of threshold, of which the one that fits is
/// said by its kind in measures.toml.
fn rules_of_asked() -> Vec<Value> {
    vec![
        has(&["id"]),
        has(&REASONS),
        one_of(&QUESTIONS),
        one_of(&THRESHOLDS),
        any_of([has(&["measure"]), has(&["at_least"])]),
        case(has(&["checklist"]), shares_in_at_least(), anything()),
    ]
}

fn shares_in_at_least() -> Value {
    let share = json!({ "minimum": 0, "maximum": 1 });
    let limits = json!({ "floor": share, "minimum": share, "target": share });
    json!({ "properties": { "at_least": { "properties": limits } } })
}

/// At least one choice must reach the minimum, or no site ever could.
fn attainments() -> Value {
    let mut choices = table_of_names(
        "What each choice of the measure attains: 0 nothing, 0.5 the minimum, 1 the target.",
        number_from_to("The attainment of this choice, from 0 to 1.", 0, 1),
    );
    choices["not"] = json!({ "additionalProperties": { "exclusiveMaximum": 0.5 } });
    choices
}

fn checklist() -> Value {
    let mut list = at_least_one(ids(
        "Asks for the share of these measures that is met: flags and choices of one domain and scope.",
    ));
    list["maxItems"] = json!(MAX_CHECKLIST);
    list
}

fn limits(description: &str, limit: fn(&str) -> Value) -> Value {
    table(
        description,
        [
            may("floor", limit("At or beyond it nothing counts; the minimum if not given.")),
            must("minimum", limit("What must be reached: it counts half.")),
            may("target", limit("What is wanted: it counts in full; the minimum if not given.")),
        ],
    )
}
