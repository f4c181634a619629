//! The schema of `rules/resources.toml`.

use super::{
    all_of, as_of, case, evidence, has, id, may, must, number_from_to, reference, table, tables,
    text, title, unit, unknown, with_cases,
};
use serde_json::{Value, json};

pub fn file() -> Value {
    table(
        "What technologies share and exhaust together, and how much of it a site has left.",
        [must("as_of", as_of()), must("areas", areas()), may("resource", tables(resource()))],
    )
}

fn areas() -> Value {
    table(
        "The measures of floor area, in square metres, by which remedies by area are counted.",
        [
            must("site", id("The measure of the floor area of a whole site.")),
            must("space", id("The measure of the floor area of a room or zone.")),
        ],
    )
}

fn resource() -> Value {
    let of_active_demand = ["power_factor", "central_power_factor"];
    let of_balance =
        ["capacity", "demand", "active_demand", "power_factor", "central_power_factor"];
    with_cases(
        table(
            "A shared resource, such as electrical supply. Its headroom is a measure of its own, or \
             capacity x (1 - growth_reserve) - demand.",
            [
                must("id", id("Stable id in kebab-case. It is never used again.")),
                must("title", title()),
                must("unit", unit("The unit of its headroom and of what technologies take of it.")),
                may(
                    "headroom",
                    id("The measure of what is left, where that is measured directly."),
                ),
                may("capacity", id("The measure of what there is, in the unit of the resource.")),
                must("growth_reserve", growth_reserve()),
                may(
                    "demand",
                    id("The measure of what is taken at present, in the unit of the resource."),
                ),
                may(
                    "active_demand",
                    id(
                        "The measure in kW of the present demand, for sites that know no demand in kVA.",
                    ),
                ),
                may("power_factor", id("The measure of the power factor, which makes kVA of kW.")),
                may(
                    "central_power_factor",
                    number_from_to(
                        "The power factor of a central cost estimate where none was measured. No verdict \
                         rests on it.",
                        0,
                        1,
                    ),
                ),
                must("help", text("What it is, in a sentence or two.")),
                must("reference", reference()),
                must("evidence", evidence()),
            ],
        ),
        [case(
            has(&["headroom"]),
            all_of([
                unknown(&of_balance),
                json!({ "properties": { "growth_reserve": { "maximum": 0 } } }),
            ]),
            all_of([
                has(&of_balance[..2]),
                case(has(&["active_demand"]), has(&of_active_demand), unknown(&of_active_demand)),
            ]),
        )],
    )
}

fn growth_reserve() -> Value {
    json!({
        "type": "number",
        "description": "The share of capacity that is kept for growth: 20 per cent is 0.20. A headroom \
                        that is measured directly has none, so it is 0 there.",
        "minimum": 0,
        "exclusiveMaximum": 1,
    })
}
