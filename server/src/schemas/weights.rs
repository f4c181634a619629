//! The schema of `rules/weights.toml`, and of the weights that a profile sets.

use super::{as_of, evidence, may, must, number_from_to, table, text, whole_number};
use serde_json::Value;
use siteworthy_rules::measure::Domain;
use siteworthy_rules::profile::MAX_WEIGHT_OF_DOMAIN;

pub fn file() -> Value {
    table(
        "The default weights of the domains, and the bands of readiness.",
        [
            must("as_of", as_of()),
            must(
                "domains",
                of_domains(
                    "The weights of the domains, relative to each other. A domain left out has 0.",
                ),
            ),
            must("bands", bands()),
            must("reference", basis()),
        ],
    )
}

/// A table of weights whose keys are domains.
pub fn of_domains(description: &str) -> Value {
    let weight = |domain: &Domain| {
        let description = format!("The weight of {domain}: a whole number.");
        may(domain.word(), whole_number(&description, 0, MAX_WEIGHT_OF_DOMAIN))
    };
    table(description, Domain::ALL.iter().map(weight))
}

fn bands() -> Value {
    table(
        "Where readiness changes.",
        [
            must("ready", number_from_to("The least score for ready, from 0 to 100.", 0, 100)),
            must(
                "ready_with_actions",
                number_from_to(
                    "The least score for ready-with-actions, from 0 to 100, at most that for ready.",
                    0,
                    100,
                ),
            ),
            must(
                "coverage",
                number_from_to(
                    "The share of the weight that must be known, from 0 to 1. Below it the verdict is \
                     indeterminate.",
                    0,
                    1,
                ),
            ),
        ],
    )
}

fn basis() -> Value {
    table(
        "Where the weights and bands come from.",
        [
            must("text", text("Document, edition and clause, or whose policy it is.")),
            must("evidence", evidence()),
        ],
    )
}
