//! The schema of the files of `datasets/layouts/`.

use super::{
    all_of, any_of, anything, at_least_one, case, date, flag, has, id, is, may, must, some, table,
    table_of_names, tables, text, texts, title, unit, unknown, whole_number, with_cases, word,
};
use crate::intake::{Attribute, Form, MAX_COLUMNS};
use serde_json::{Value, json};
use siteworthy_rules::observation::Method;
use siteworthy_rules::place::Nation;

pub fn file() -> Value {
    let mut cases = vec![columns_by_number_or_heading(), separators_differ(), dated_and_obtained()];
    cases.extend(Form::ALL.iter().map(|form| needs(*form)));
    with_cases(
        table(
            "How one kind of file is read.",
            [
                must("id", text("Stable id in kebab-case.")),
                must("title", title()),
                must("help", text("What the file is and how to get it.")),
                must(
                    "form",
                    word(
                        "wide: one row a place, a column a measure; long: one row a value; gazetteer: one \
                         row a postcode.",
                        Form::ALL,
                    ),
                ),
                may(
                    "columns_without_headings",
                    whole_number("How many columns a file without headings has.", 1, MAX_COLUMNS),
                ),
                may("missing", texts("What stands for missing, beside an empty cell.")),
                may("decimal", word("The decimal sign; a full stop if not given.", &[".", ","])),
                may(
                    "thousands",
                    word(
                        "The sign between thousands; that which is not the decimal sign.",
                        &[".", ","],
                    ),
                ),
                may("one_row_a_site", flag("Whether a second row for the same site is a mistake.")),
                may(
                    "measures_as_headings",
                    flag("Whether every further heading is the id of a measure."),
                ),
                may("constants", constants()),
                may("attribute", tables(attribute())),
                may("measure", tables(measure())),
                may("ignored", texts("Headings that are known and not read.")),
            ],
        ),
        cases,
    )
}

fn constants() -> Value {
    table(
        "What holds for every row.",
        [
            may("nation", word("The nation of every site.", Nation::ALL)),
            may("method", word("How every value was obtained.", Method::ALL)),
            may("observed_on", date("The day for which every value stands.")),
        ],
    )
}

fn attribute() -> Value {
    let region = table(
        "The region that this word of the file stands for.",
        [
            must("code", text("The code of the region.")),
            must("name", text("The name of the region.")),
        ],
    );
    table(
        "A column that says something other than the value of a measure.",
        [
            must("is", word("What the column says.", Attribute::ALL)),
            may("heading", text("The heading of the column.")),
            may(
                "column",
                whole_number(
                    "In a file without headings: which column it is, from 1.",
                    1,
                    MAX_COLUMNS,
                ),
            ),
            may("required", flag("Whether a file without this column is of another kind.")),
            may(
                "words",
                table_of_names(
                    "From the file's words to ours; a file without it uses ours.",
                    json!({ "type": "string" }),
                ),
            ),
            may("regions", table_of_names("From the file's words for regions to ours.", region)),
        ],
    )
}

fn measure() -> Value {
    with_cases(
        table(
            "The columns that make up one measure.",
            [
                must("id", id("The id of a measure in measures.toml.")),
                must(
                    "columns",
                    at_least_one(texts(
                        "The headings of its columns. Those of several are added up.",
                    )),
                ),
                may(
                    "unit",
                    unit(
                        "The unit of the columns; what stands in the last brackets of each heading if not \
                          given.",
                    ),
                ),
                may(
                    "zero_means_missing",
                    flag("Whether a zero says that nothing was measured; it then needs a why."),
                ),
                may("why", text("Why zero cannot be a measured value here.")),
            ],
        ),
        [case(is("zero_means_missing", true), has(&["why"]), anything())],
    )
}

// --- What goes together -----------------------------------------------------------------------------

fn columns_by_number_or_heading() -> Value {
    let attributes =
        |rules: [Value; 2]| json!({ "properties": { "attribute": { "items": all_of(rules) } } });
    case(
        has(&["columns_without_headings"]),
        attributes([has(&["column"]), unknown(&["heading"])]),
        attributes([has(&["heading"]), unknown(&["column"])]),
    )
}

/// The decimal sign is a full stop where none is given.
fn separators_differ() -> Value {
    let full_stop_if_any = json!({ "properties": { "decimal": { "const": "." } } });
    all_of([
        case(is("thousands", "."), is("decimal", ","), anything()),
        case(is("thousands", ","), full_stop_if_any, anything()),
    ])
}

/// Every value of a survey has a date and a method, from a column or from the constants.
fn dated_and_obtained() -> Value {
    let said = |constant: &str, attribute: Attribute| {
        let constants =
            json!({ "properties": { "constants": has(&[constant]) }, "required": ["constants"] });
        any_of([constants, has_column(attribute)])
    };
    let rules = [said("observed_on", Attribute::Date), said("method", Attribute::Method)];
    case(is("form", Form::Gazetteer.word()), anything(), all_of(rules))
}

fn needs(form: Form) -> Value {
    let columns: Vec<Value> = form.needs().iter().map(|attribute| has_column(*attribute)).collect();
    case(is("form", form.word()), all_of(columns), anything())
}

fn has_column(attribute: Attribute) -> Value {
    some("attribute", is("is", attribute.word()))
}
