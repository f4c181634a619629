//! The schema of `rules/measures.toml`.

use super::{
    as_of, at_least_one, case, date, evidence, flag, has, id, is, may, must, range, reference,
    table, tables, text, title, unit, unknown, with_cases, word,
};
use serde_json::{Value, json};
use siteworthy_rules::measure::{Better, Domain, KindWord, MAX_CHOICES, Scale, Scope};

pub fn file() -> Value {
    table(
        "The measure dictionary: everything that can be observed at a site or in a space, each said once.",
        [must("as_of", as_of()), may("measure", tables(measure()))],
    )
}

fn measure() -> Value {
    let kind = |word: KindWord| is("kind", word.word());
    let of_quantities = ["unit", "range", "better", "scale"];
    let of_choices = ["choices", "not_applicable"];
    with_cases(
        table(
            "One thing that can be observed.",
            [
                must(
                    "id",
                    id("Stable id in kebab-case, with the unit last. It is never used again."),
                ),
                must("title", title()),
                must(
                    "domain",
                    word("The part of a building or service that it describes.", Domain::ALL),
                ),
                must(
                    "scope",
                    word(
                        "site: read of the whole site; space: read in a room or zone, and perhaps of the \
                         site too.",
                        Scope::ALL,
                    ),
                ),
                must(
                    "kind",
                    word(
                        "What values it takes. quantity: a number with a unit; choice: one of a list; \
                         flag: yes or no; date: a calendar date; text: kept and shown, never judged.",
                        KindWord::ALL,
                    ),
                ),
                may("unit", unit("Of a quantity: the one unit in which its values are kept.")),
                may(
                    "range",
                    range(
                        "Of a quantity: the plausible limits as [low, high], both allowed. A value outside \
                         them is refused.",
                    ),
                ),
                may(
                    "better",
                    word(
                        "Of a quantity: which way is better. neither: only a range is good, or none is.",
                        Better::ALL,
                    ),
                ),
                may(
                    "scale",
                    word(
                        "Of a quantity: the scale on which attainment is linear; linear if not given. \
                         log10 for latency, jitter and bandwidth, nines for availability.",
                        Scale::ALL,
                    ),
                ),
                may("choices", choices()),
                may(
                    "not_applicable",
                    text("Of a choice: the choice that takes the measure out of a checklist."),
                ),
                may(
                    "per_technology",
                    flag(
                        "Of the scope site: true for a fact about one technology and not about the place. A \
                         site may then answer it for each technology, as measure@technology; one answer \
                         stands for all of them.",
                    ),
                ),
                may(
                    "not_above",
                    id(
                        "A measure of the same site above which this one is flagged, such as a demand above \
                        its capacity.",
                    ),
                ),
                must("help", text("What to measure and how, for the surveyor.")),
                must("reference", reference()),
                must("evidence", evidence()),
                may(
                    "as_of",
                    date("The day on which this measure was checked, if not that of the file."),
                ),
            ],
        ),
        [
            case(kind(KindWord::Quantity), has(&of_quantities[..3]), unknown(&of_quantities)),
            case(kind(KindWord::Choice), has(&of_choices[..1]), unknown(&of_choices)),
            case(
                is("scope", Scope::Space.word()),
                json!({ "properties": { "per_technology": { "const": false } } }),
                json!({}),
            ),
        ],
    )
}

fn choices() -> Value {
    at_least_one(json!({
        "type": "array",
        "description": "Of a choice: the choices, worst first.",
        "items": text("A choice as surveys write it."),
        "uniqueItems": true,
        "maxItems": MAX_CHOICES,
    }))
}
