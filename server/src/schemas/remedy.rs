//! The schema of the files of `rules/remedies/`.

use super::{
    KEBAB_CASE, all_of, any_of, anything, as_of, at_least_one, case, evidence, flag, has, id, ids,
    is, lacks, may, must, number_above_zero, one_of, reference, some, table, tables, text, title,
    unit, with_cases, word,
};
use serde_json::{Value, json};
use siteworthy_rules::carbon::demand::Carrier;
use siteworthy_rules::cost::Money;
use siteworthy_rules::remedy::Basis;
use siteworthy_rules::remedy::saves::{Favours, Of, Stage};

pub fn file() -> Value {
    with_cases(
        table(
            "One way to close a gap or to save carbon, and what it costs.",
            [
                must("id", id("Stable id in kebab-case, which is the name of the file too.")),
                must("title", title()),
                must("as_of", as_of()),
                must("summary", text("What it is, in a sentence.")),
                must("project", project()),
                must(
                    "renews",
                    flag(
                        "Whether it renews what stands, so that a backlog may hold some of it as well.",
                    ),
                ),
                may("closes", closes()),
                may("saves", saves()),
                may("assumption", tables(assumption())),
                must("quantity", quantity()),
                may("cost", at_least_one(tables(cost()))),
                may(
                    "cost_unknown",
                    text("Why its cost is not known. Only of a remedy that saves."),
                ),
                may(
                    "running_none",
                    text(
                        "Why it has no running cost beyond that of today. Only of a remedy that saves.",
                    ),
                ),
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
        [
            case(has(&["saves"]), of_saving(), of_closing()),
            case(has(&["running_unknown"]), no_running_cost(), anything()),
            case(has(&["running_none"]), no_running_cost(), anything()),
        ],
    )
}

/// What closes gaps has costs, and a running one or the reason why none is known.
fn of_closing() -> Value {
    let no_saving = ["assumption", "cost_unknown", "running_none"].map(lacks);
    let basis = json!({ "properties": { "quantity": { "properties": { "basis": {
        "enum": [Basis::Gap.word(), Basis::Demand.word(), Basis::Area.word()],
    } } } } });
    let costs = case(has(&["running_unknown"]), anything(), some("cost", is_running()));
    let keys = has(&["closes", "cost"]);
    all_of(no_saving.into_iter().chain([basis, keys, costs]).collect::<Vec<_>>())
}

/// What saves has costs with the running one, or the reason why none is known.
fn of_saving() -> Value {
    let running =
        any_of([has(&["running_unknown"]), has(&["running_none"]), some("cost", is_running())]);
    case(has(&["cost_unknown"]), lacks("cost"), all_of([has(&["cost"]), running]))
}

fn ids_of_assumptions(description: &str) -> Value {
    ids(&format!("{description}: ids of assumptions of this file."))
}

fn assumption() -> Value {
    table(
        "One number that a saving rests on.",
        [
            must("id", id("Id within the file.")),
            must("what", text("What it is, in words, with its unit if it has one.")),
            must("low", number_above_zero("Low.")),
            must("central", number_above_zero("Central.")),
            must("high", number_above_zero("High.")),
            must("favours", word("Which end makes a tonne cheaper.", Favours::ALL)),
            must("reference", reference()),
            must("evidence", evidence()),
        ],
    )
}

fn saves() -> Value {
    let less = table(
        "Energy that is no longer taken.",
        [
            must("carrier", word("Of which carrier.", Carrier::ALL)),
            may(
                "of",
                word(
                    "carrier, if not given: a share of what is still taken; quantity: so many kWh for \
                      one unit of the remedy.",
                    Of::ALL,
                ),
            ),
            may("times", ids_of_assumptions("What is multiplied; all of it if not given")),
            may("over", ids_of_assumptions("What it is divided by")),
        ],
    );
    let more = table(
        "Energy that is taken instead.",
        [
            must("carrier", word("Of which carrier.", Carrier::ALL)),
            must("for_saved", word("For each kWh saved of this carrier.", Carrier::ALL)),
            may("times", ids_of_assumptions("What is multiplied")),
            may("over", ids_of_assumptions("What it is divided by")),
        ],
    );
    with_cases(
        table(
            "What it saves of a site's energy.",
            [
                must(
                    "stage",
                    word(
                        "When it is applied, each to what earlier stages leave. demand: it lowers what \
                          the building needs; plant: it gives the same with less; generation: it makes \
                          energy.",
                        Stage::ALL,
                    ),
                ),
                may("group", text("Of remedies of one group at most one is carried out.")),
                may("unknown", text("Why nobody can say what it saves.")),
                may("less", at_least_one(tables(less))),
                may("more", tables(more)),
                may("done", id("A measure in per cent: how much of it is done already.")),
                may("only_where", id("A measure that counts what it replaces.")),
                may("embodied", id("An item of datasets/carbon/embodied.csv for one unit.")),
            ],
        ),
        [one_of(&["unknown", "less"])],
    )
}

fn is_running() -> Value {
    is("money", Money::Running.word())
}

fn no_running_cost() -> Value {
    json!({ "properties": { "cost": { "items": { "not": is_running() } } } })
}

fn project() -> Value {
    table(
        "Which kind of project it is, by which its optimism bias is looked up.",
        [
            must("kind", id("A project_type of datasets/costs/optimism-bias.csv.")),
            must("reference", reference()),
            must("evidence", evidence()),
        ],
    )
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
                         technologies take of a resource; area: the floor area of the place; saved: \
                         what it saves of a carrier; measure: a measure of the site. The last two only \
                         of a remedy that saves.",
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
                may("carrier", word("The carrier that is saved.", Carrier::ALL)),
                may("times", ids_of_assumptions("What the saved kWh are multiplied by")),
                may("over", ids_of_assumptions("What they are divided by")),
                may(
                    "measure",
                    id("The measure. It goes with the basis measure, and only with it."),
                ),
                may(
                    "factor",
                    number_above_zero("What the basis is multiplied by; 1 if not given."),
                ),
                must("reference", reference()),
                must("evidence", evidence()),
            ],
        ),
        [
            case(is("basis", Basis::Demand.word()), has(&["resource"]), lacks("resource")),
            case(is("basis", Basis::Saved.word()), has(&["carrier"]), of_no_saving()),
            case(is("basis", Basis::Measure.word()), has(&["measure"]), lacks("measure")),
        ],
    )
}

fn of_no_saving() -> Value {
    all_of(["carrier", "times", "over"].map(lacks))
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
