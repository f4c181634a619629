//! The schema of `rules/reliability.toml`.

use super::{
    as_of, evidence, id, is, may, must, number, reference, some, table, tables, with_cases, word,
};
use serde_json::Value;
use siteworthy_rules::reliability::Role;

pub fn file() -> Value {
    let given = |role: &Role| some("default", is("id", role.word()));
    with_cases(
        table(
            "What the probability of carrying an outage is worked out from.",
            [
                must("as_of", as_of()),
                must("measures", measures()),
                may("default", tables(default())),
            ],
        ),
        Role::WITH_DEFAULT.iter().map(given).collect::<Vec<_>>(),
    )
}

fn measures() -> Value {
    let measure_of = |role: &Role| {
        let description = match role.unit_symbol() {
            "" => format!("The measure that tells {role}: a choice."),
            symbol => format!("The measure that tells {role}, in {symbol}."),
        };
        must(role.word(), id(&description))
    };
    table(
        "The measure that tells each part of how a site stands.",
        Role::ALL.iter().map(measure_of),
    )
}

fn default() -> Value {
    table(
        "A published figure that stands in where a site has not measured its own. Each of the keys that \
         can have one has one.",
        [
            must("id", word("The key of [measures] for which it stands in.", &Role::WITH_DEFAULT)),
            must("value", number("The figure, in the unit of the measure.")),
            must("reference", reference()),
            must("evidence", evidence()),
        ],
    )
}
