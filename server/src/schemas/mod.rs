//! JSON Schemas (2020-12) of the rule files and layouts, for editors that complete and check while
//! one writes.
//!
//! The readers in `siteworthy_rules` and `intake` decide what holds. A schema knows one file
//! at a time: which keys there are, what each takes, which go together. What takes several files to
//! see, such as whether a measure exists, is left to `siteworthy rules check`. Words, units and limits
//! come from the readers' own lists, and a test holds the keys against what the readers know.
//!
//! Advice to the next editor: keep to keywords that draft 7 has too, and to no `$ref`, because not
//! every editor knows more. Let every key of a table stand in its `properties`, whatever the case, so
//! that an editor completes it without weighing cases, and let cases narrow it down: `unknown` takes a
//! key away, as where the reader does not know it; `lacks` refuses a key that the reader knows.

mod costing;
mod flat_file;
mod layout;
mod measures;
mod profile;
mod reliability;
mod remedy;
mod resources;
mod weights;

#[cfg(test)]
mod tests;

use serde_json::{Map, Value, json};
use siteworthy_rules::dated::Evidence;
use siteworthy_rules::unit::Unit;
use siteworthy_rules::words;
use std::fmt::Display;

words! {
    /// A kind of file that has a schema.
    FileKind {
        /// `rules/measures.toml`.
        Measures = "measures",
        /// `rules/weights.toml`.
        Weights = "weights",
        /// `rules/resources.toml`.
        Resources = "resources",
        /// `rules/preconditions.toml`.
        Preconditions = "preconditions",
        /// `rules/reliability.toml`.
        Reliability = "reliability",
        /// `rules/costing.toml`.
        Costing = "costing",
        /// Each file of `rules/profiles/`.
        Profile = "profile",
        /// Each file of `rules/remedies/`.
        Remedy = "remedy",
        /// Each file of `datasets/layouts/`.
        Layout = "layout",
        /// Each file of `datasets/flat-files/`.
        FlatFile = "flat-file",
    }
}

impl FileKind {
    /// The schema of such files.
    #[must_use]
    pub fn schema(self) -> Value {
        let mut schema = match self {
            Self::Measures => measures::file(),
            Self::Weights => weights::file(),
            Self::Resources => resources::file(),
            Self::Preconditions => profile::preconditions_file(),
            Self::Reliability => reliability::file(),
            Self::Costing => costing::file(),
            Self::Profile => profile::file(),
            Self::Remedy => remedy::file(),
            Self::Layout => layout::file(),
            Self::FlatFile => flat_file::file(),
        };
        schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
        schema["title"] = json!(format!("Siteworthy: {self}"));
        schema
    }
}

/// Every schema by the word of its kind.
#[must_use]
pub fn all() -> Value {
    FileKind::ALL.iter().map(|kind| (kind.word(), kind.schema())).collect()
}

// --- Tables -----------------------------------------------------------------------------------------

/// A key of a table.
struct Key {
    name: &'static str,
    schema: Value,
    is_required: bool,
}

/// A key that must be there.
const fn must(name: &'static str, schema: Value) -> Key {
    Key { name, schema, is_required: true }
}

/// A key that may be missing.
const fn may(name: &'static str, schema: Value) -> Key {
    Key { name, schema, is_required: false }
}

/// A table with these keys and no others.
fn table(description: &str, keys: impl IntoIterator<Item = Key>) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for key in keys {
        if key.is_required {
            required.push(key.name);
        }
        properties.insert(key.name.to_owned(), key.schema);
    }
    json!({
        "type": "object",
        "description": description,
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

/// A table whose keys are names of the writer's own, all with the same kind of value.
fn table_of_names(description: &str, value: Value) -> Value {
    json!({ "type": "object", "description": description, "additionalProperties": value })
}

/// What must hold of a table beside what its keys take.
fn with_cases(mut table: Value, cases: impl Into<Vec<Value>>) -> Value {
    table["allOf"] = Value::Array(cases.into());
    table
}

/// A list of tables.
fn tables(item: Value) -> Value {
    json!({ "type": "array", "description": item["description"], "items": item })
}

/// A list with at least one item.
fn at_least_one(mut list: Value) -> Value {
    list["minItems"] = json!(1);
    list
}

// --- Cases ------------------------------------------------------------------------------------------

fn case(condition: Value, then: Value, otherwise: Value) -> Value {
    json!({ "if": condition, "then": then, "else": otherwise })
}

/// All of these keys are there.
fn has(keys: &[&str]) -> Value {
    json!({ "required": keys })
}

/// The key is not there, though the table has it in other cases.
fn lacks(key: &str) -> Value {
    json!({ "properties": { key: { "not": {} } } })
}

/// Here these keys are as unknown as any that the table does not list.
fn unknown(keys: &[&str]) -> Value {
    let refused: Map<String, Value> =
        keys.iter().map(|key| ((*key).to_owned(), Value::Bool(false))).collect();
    json!({ "properties": refused })
}

/// The key is there with this value.
fn is(key: &str, value: impl Into<Value>) -> Value {
    json!({ "properties": { key: { "const": value.into() } }, "required": [key] })
}

/// Exactly one of these keys is there.
fn one_of(keys: &[&str]) -> Value {
    json!({ "oneOf": keys.iter().map(|key| has(&[key])).collect::<Vec<_>>() })
}

/// At least one table of the list under this key is so.
fn some(key: &str, item: Value) -> Value {
    json!({ "properties": { key: { "contains": item } }, "required": [key] })
}

fn all_of(rules: impl Into<Vec<Value>>) -> Value {
    json!({ "allOf": rules.into() })
}

fn any_of(rules: impl Into<Vec<Value>>) -> Value {
    json!({ "anyOf": rules.into() })
}

/// Whatever the table holds.
const fn anything() -> Value {
    Value::Bool(true)
}

// --- Values -----------------------------------------------------------------------------------------

/// One id: small letters, digits and single hyphens.
const KEBAB_CASE: &str = "[a-z0-9]+(-[a-z0-9]+)*";

/// A text that is not blank.
fn text(description: &str) -> Value {
    json!({ "type": "string", "description": description, "pattern": "\\S" })
}

fn texts(description: &str) -> Value {
    json!({ "type": "array", "description": description, "items": { "type": "string" } })
}

/// An id, or what refers to one.
fn id(description: &str) -> Value {
    json!({ "type": "string", "description": description, "pattern": format!("^{KEBAB_CASE}$") })
}

fn ids(description: &str) -> Value {
    json!({ "type": "array", "description": description, "items": id("An id.") })
}

/// A word of a closed vocabulary.
fn word(description: &str, vocabulary: &[impl Display]) -> Value {
    let words: Vec<String> = vocabulary.iter().map(ToString::to_string).collect();
    json!({ "type": "string", "description": description, "enum": words })
}

/// A unit by its symbol. The readers know other spellings too; files here keep to one.
fn unit(description: &str) -> Value {
    let symbols: Vec<&str> = Unit::ALL.iter().map(Unit::symbol).collect();
    word(description, &symbols)
}

fn flag(description: &str) -> Value {
    json!({ "type": "boolean", "description": description })
}

fn number(description: &str) -> Value {
    json!({ "type": "number", "description": description })
}

fn number_above_zero(description: &str) -> Value {
    json!({ "type": "number", "description": description, "exclusiveMinimum": 0 })
}

fn number_from_to(description: &str, low: u32, high: u32) -> Value {
    json!({ "type": "number", "description": description, "minimum": low, "maximum": high })
}

fn whole_number(description: &str, low: u32, high: u32) -> Value {
    json!({ "type": "integer", "description": description, "minimum": low, "maximum": high })
}

/// Two numbers. That they rise is for the reader to see.
fn range(description: &str) -> Value {
    json!({
        "type": "array",
        "description": description,
        "items": { "type": "number" },
        "minItems": 2,
        "maxItems": 2,
    })
}

fn number_or_range(description: &str) -> Value {
    json!({
        "description": description,
        "anyOf": [number("One figure."), range("From and to, as [low, high].")],
    })
}

/// A date of TOML, which editors hold against a schema as a text.
fn date(description: &str) -> Value {
    json!({
        "type": "string",
        "description": format!("{description} Written as 2026-11-25, without quotation marks."),
        "format": "date",
        "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    })
}

// --- Keys that many tables share --------------------------------------------------------------------

fn as_of() -> Value {
    date("The day on which this was last checked.")
}

fn title() -> Value {
    text("The heading under which it is shown.")
}

fn reference() -> Value {
    text(
        "Where the figures come from: document, edition and clause. Where there are several, which is \
         which.",
    )
}

fn evidence() -> Value {
    let description = "How well the weakest of the figures is supported. verified: read in the \
                       originating document; second-hand: read where the origin is quoted; derived: \
                       worked out from such figures; recalled: known from general practice, not seen in \
                       print; policy: a choice of this rulebook.";
    word(description, Evidence::ALL)
}
