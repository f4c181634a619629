//! The schema of the files of `rules/remedies/`.

use super::{
    KEBAB_CASE, as_of, at_least_one, case, evidence, has, id, is, lacks, may, must,
    number_above_zero, reference, some, table, tables, text, title, unit, with_cases, word,
};
use serde_json::{Value, json};
use siteworthy_rules::cost::Money;
use siteworthy_rules::remedy::Basis;

pub fn file() -> Value {
    with_cases(
        table(
            "One way to close a gap, and what it costs.",
            [
                must("id", id("Stable id in kebab-case, which is the name of the file too.")),
                must("title", title()),
                must("as_of", as_of()),
                must("summary", text("What it is, in a sentence.")),
                must("closes", closes()),
                must("quantity", quantity()),
                must("cost", at_least_one(tables(cost()))),
                may(
                    "running_unknown",
                    text(
                        "Why its running cost is not known. It stands where no cost is a running one, and \
                          only there.",
                    ),
                ),
                may("caution", text("A warning to show beside the cost.")),
            ],
        ),
        [case(has(&["running_unknown"]), no_running_cost(), some("cost", is_running()))],
    )
}

fn is_running() -> Value {
    is("money", Money::Running.word())
}

fn no_running_cost() -> Value {
    json!({ "properties": { "cost": { "items": { "not": is_running() } } } })
}

fn closes() -> Value {
    at_least_one(json!({
        "type": "array",
        "description": "The gaps that it closes: ids of measures, or headroom:ID for a resource. No other \
                        remedy may close them.",
        "items": { "type": "string", "pattern": format!("^(headroom:)?{KEBAB_CASE}$") },
    }))
}

fn quantity() -> Value {
    with_cases(
        table(
            "How much of it is needed.",
            [
                must(
                    "basis",
                    word(
                        "What the quantity follows from. gap: what is missing; demand: what the \
                         technologies take of a resource; area: the floor area of the place.",
                        Basis::ALL,
                    ),
                ),
                must(
                    "unit",
                    unit(
                        "The unit of what the quantity follows from. Every rate is pounds for one of it.",
                    ),
                ),
                may(
                    "resource",
                    id("The id of a resource. It goes with the basis demand, and only with it."),
                ),
                may(
                    "factor",
                    number_above_zero("What the basis is multiplied by; 1 if not given."),
                ),
                must("reference", reference()),
                must("evidence", evidence()),
            ],
        ),
        [case(is("basis", Basis::Demand.word()), has(&["resource"]), lacks("resource"))],
    )
}

fn cost() -> Value {
    table(
        "One part of the cost. The parts add up, capital and running apart.",
        [
            must(
                "benchmark",
                text(
                    "The id of a rate in datasets/costs/benchmarks.csv, in pounds for one unit of the \
                      quantity.",
                ),
            ),
            must(
                "money",
                word("capital: spent once (CDEL); running: spent each year (RDEL).", Money::ALL),
            ),
            must("why", text("Why this part belongs to the remedy.")),
        ],
    )
}
