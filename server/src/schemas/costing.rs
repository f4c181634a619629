//! The schema of `rules/costing.toml`.

use super::{
    any_of, as_of, evidence, id, ids, may, must, number_from_to, reference, table, tables, text,
    whole_number, with_cases, word,
};
use serde_json::{Value, json};
use siteworthy_rules::costing::pricing::{Allowance, Bound, Treatment};
use siteworthy_rules::costing::simulation::{MAX_DRAWS, MIN_DRAWS};
use siteworthy_rules::place::Nation;

pub fn file() -> Value {
    table(
        "On which terms the investment gap is priced, and when it is spent, where nobody asks for others.",
        [
            must("as_of", as_of()),
            must("risk", risk()),
            must("fees", fees()),
            must("vat", vat()),
            must("prices", prices()),
            must("spend", spend()),
            must("simulation", simulation()),
            must("backlog", backlog()),
            may("location", tables(location())),
        ],
    )
}

fn risk() -> Value {
    table(
        "What is allowed for the risk that work costs more than thought.",
        [
            must("allow", word("Optimism bias or a contingency, never both.", Allowance::ALL)),
            must("bound", word("Which end of the published optimism bias is taken.", Bound::ALL)),
            must("mitigated", number_from_to("Share of the bias that is mitigated.", 0, 1)),
            must("contingency", number_from_to("The contingency where one is asked for.", 0, 1)),
            must("reference", reference()),
            must("evidence", evidence()),
        ],
    )
}

fn fees() -> Value {
    let keys = [
        may("share", number_from_to("Professional fees as a share of work and risk.", 0, 1)),
        may(
            "unknown",
            text("Why no share is known. It stands where no share does, and only there."),
        ),
    ];
    let one = json!({ "required": ["share"], "not": { "required": ["unknown"] } });
    let other = json!({ "required": ["unknown"], "not": { "required": ["share"] } });
    with_cases(table("Professional fees.", keys), vec![any_of([one, other])])
}

fn vat() -> Value {
    table(
        "Value added tax.",
        [
            must("treatment", word("What happens to it.", Treatment::ALL)),
            must("rate", number_from_to("The rate, as a share.", 0, 1)),
            must("reason", text("Why it is treated so.")),
            must("reference", reference()),
            must("evidence", evidence()),
        ],
    )
}

fn prices() -> Value {
    table(
        "How money is moved to other prices.",
        [
            must("deflator", id("A vintage of datasets/prices/deflators.csv.")),
            must("reference", reference()),
            must("evidence", evidence()),
        ],
    )
}

fn spend() -> Value {
    table(
        "When money is spent.",
        [
            must(
                "start",
                json!({
                    "type": "string",
                    "description": "The first financial year, such as 2026-27.",
                    "pattern": "^[0-9]{4}-[0-9]{2}$",
                }),
            ),
            must("years", whole_number("Over how many years capital is spent.", 1, 20)),
            must("running_years", whole_number("How many years of running cost are shown.", 1, 60)),
            must("reference", reference()),
            must("evidence", evidence()),
        ],
    )
}

fn simulation() -> Value {
    table(
        "How totals are simulated.",
        [
            must("seed", whole_number("Where the random numbers begin.", 1, u32::MAX)),
            must("draws", whole_number("How often the total is drawn.", MIN_DRAWS, MAX_DRAWS)),
            must("rho", number_from_to("Correlation between any two lines.", 0, 1)),
            must("reference", reference()),
            must("evidence", evidence()),
        ],
    )
}

fn backlog() -> Value {
    let mut measures = ids("The measures of backlog, in pounds, in the order of their risk.");
    measures["minItems"] = json!(1);
    measures["uniqueItems"] = json!(true);
    table(
        "What is worn out.",
        [
            must("measures", measures),
            must("project", id("The kind of project that it is when it is grossed up.")),
            must("reference", reference()),
            must("evidence", evidence()),
        ],
    )
}

fn location() -> Value {
    table(
        "By which place a nation is priced.",
        [
            must("nation", word("The nation.", Nation::ALL)),
            must("place", id("A place of datasets/costs/locations.csv.")),
        ],
    )
}
