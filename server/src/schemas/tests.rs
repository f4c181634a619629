//! Holds the schemas against the readers: what the project's files hold is allowed, every table knows
//! the same keys to both, and what is wrong is refused by the schema too, where one file can show it.

use super::{FileKind, all};
use crate::corpus::Corpus;
use crate::intake::{FactorLayout, Layouts};
use jsonschema::Validator;
use serde_json::{Map, Value, json};
use siteworthy_rules::fields::Problems;
use siteworthy_rules::problem::Problem;
use siteworthy_rules::rulebook::{FOLDERS, RuleFile, Rulebook};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Broken rule sets that no schema can see, by the reason. All others must be refused by one.
const UNSEEN: &[(&str, &[&str])] = &[
    (
        "published factors are tables in CSV, which no JSON Schema sees",
        &[
            "factor-estimates-fall",
            "factor-file-missing",
            "factor-headings",
            "factor-not-a-number",
            "factor-shares-not-whole",
            "factor-short-row",
            "factor-steps-end",
            "factor-steps-gap",
            "factor-steps-overlap",
            "factor-twice",
            "factor-unknown-estimate",
            "factor-unknown-evidence",
            "factor-without-source",
            "factor-wrong-unit",
            "factor-year-missing",
            "factor-year-not-financial",
        ],
    ),
    (
        "it takes another file to see whether there is such an id",
        &[
            "benchmark-unknown",
            "ceiling-unknown",
            "closes-unknown",
            "costing-backlog-not-money",
            "costing-deflator-unknown",
            "costing-place-unknown",
            "costing-spend-profile-unknown",
            "embodied-item-unknown",
            "lifecycle-item-unknown",
            "measure-unknown",
            "remedy-project-unknown",
            "measure-unknown-in-checklist",
            "precondition-broken",
            "precondition-unknown",
            "resource-unknown",
            "resource-unknown-in-headroom",
        ],
    ),
    (
        "it takes another file to see the unit, kind, range or choices of what is named",
        &[
            "area-in-another-unit",
            "area-of-another-scope",
            "can-never-fail",
            "choice-missing",
            "choice-unknown",
            "closes-what-each-technology-owes",
            "default-outside-the-range",
            "done-in-another-unit",
            "embodied-item-in-another-unit",
            "headroom-below-zero",
            "lifecycle-item-in-another-unit",
            "limit-of-a-hundred-on-nines",
            "limit-of-zero-on-log10",
            "limit-outside-the-range",
            "measure-of-another-domain-in-checklist",
            "quantity-in-another-unit-than-the-area",
            "quantity-in-another-unit-than-the-demand",
            "quantity-in-another-unit-than-the-headroom",
            "quantity-in-another-unit-than-the-measure",
            "quantity-of-a-gap-without-a-unit",
            "rate-in-another-unit",
            "resource-in-another-unit",
            "role-in-another-unit",
            "role-without-choices",
            "threshold-does-not-fit",
            "threshold-turned-round-at-least",
            "threshold-turned-round-at-most",
        ],
    ),
    (
        "entries of one list, or of two lists or files, are not compared with each other",
        &[
            "asks-the-same-twice",
            "assumption-twice",
            "demand-without-headroom",
            "domain-weight-zero",
            "editions-of-one-day",
            "headroom-without-demand",
            "id-twice-measure",
            "id-twice-requirement",
            "id-twice-resource",
            "more-for-a-carrier-not-saved",
            "quantity-of-a-carrier-not-saved",
            "saving-by-an-unknown-assumption",
        ],
    ),
    (
        "two numbers are not compared with each other",
        &[
            "bands-out-of-order",
            "assumption-falls",
            "choice-attains-less-than-a-worse-one",
            "limits-out-of-order-falling",
            "limits-out-of-order-range",
            "limits-out-of-order-rising",
            "range-falling",
            "saving-above-all-there-is",
        ],
    ),
    (
        "a file's name, and whether it is there, is not in the file",
        &[
            "file-missing-benchmarks",
            "file-missing-costing",
            "file-missing-measures",
            "file-missing-reliability",
            "file-missing-resources",
            "file-missing-weights",
            "file-mistyped",
            "folder-mistyped",
            "id-differs-from-file-profile",
            "id-differs-from-file-remedy",
            "no-profile",
        ],
    ),
    ("rates are CSV", &["price-bases-mixed", "rate-out-of-order", "rate-without-source"]),
    ("it is not TOML at all", &["syntax", "syntax-key-twice"]),
];

/// Preconditions that may be asked and are not, so that their tables are read too.
const MORE_PRECONDITIONS: &str = "
    [[precondition]]
    id = \"more-at-most\"
    measure = \"rtt-p95-ms\"
    at_most = { minimum = 100 }
    [[precondition]]
    id = \"more-within\"
    measure = \"relative-humidity-percent\"
    within = { minimum = [35, 60] }
";

/// The kind of a file by its path.
fn kind_of(path: &str) -> Option<FileKind> {
    match path.strip_suffix(".toml")? {
        "rules/measures" => Some(FileKind::Measures),
        "rules/weights" => Some(FileKind::Weights),
        "rules/resources" => Some(FileKind::Resources),
        "rules/preconditions" => Some(FileKind::Preconditions),
        "rules/reliability" => Some(FileKind::Reliability),
        "rules/costing" => Some(FileKind::Costing),
        path if path.starts_with("rules/profiles/") => Some(FileKind::Profile),
        path if path.starts_with("rules/remedies/") => Some(FileKind::Remedy),
        path if path.starts_with("datasets/layouts/") => Some(FileKind::Layout),
        path if path.starts_with("datasets/flat-files/") => Some(FileKind::FlatFile),
        _ => None,
    }
}

/// The embedded rule files, rates and layouts, by path.
fn files() -> BTreeMap<String, String> {
    let corpus = Corpus::load(None, None).expect("the embedded files");
    FOLDERS
        .into_iter()
        .chain(["datasets/layouts/", "datasets/flat-files/"])
        .flat_map(|folder| corpus.below(folder))
        .map(|file| (file.path.to_owned(), file.text.to_owned()))
        .collect()
}

/// As editors hold TOML against a schema: a date is a text.
fn json_of(value: &toml::Value) -> Value {
    match value {
        toml::Value::Datetime(date) => json!(date.to_string()),
        toml::Value::Array(list) => list.iter().map(json_of).collect(),
        toml::Value::Table(table) => json_of_table(table),
        other => serde_json::to_value(other).expect("a plain value"),
    }
}

fn json_of_table(table: &toml::Table) -> Value {
    table.iter().map(|(key, value)| (key.clone(), json_of(value))).collect()
}

fn validator(schema: &Value) -> Validator {
    jsonschema::options()
        .with_draft(jsonschema::Draft::Draft202012)
        .should_validate_formats(true)
        .build(schema)
        .expect("a sound schema")
}

fn validators() -> BTreeMap<&'static str, Validator> {
    FileKind::ALL.iter().map(|kind| (kind.word(), validator(&kind.schema()))).collect()
}

/// What the schema of its kind says of a text; nothing where it has no kind or is no TOML at all.
fn refusals(validators: &BTreeMap<&str, Validator>, path: &str, text: &str) -> Vec<String> {
    let Some(kind) = kind_of(path) else { return Vec::new() };
    let Ok(table) = text.parse::<toml::Table>() else { return Vec::new() };
    let file = json_of_table(&table);
    let errors = validators[kind.word()].iter_errors(&file);
    errors.map(|error| format!("{path}{}: {error}", error.instance_path())).collect()
}

#[test]
fn every_schema_is_one_by_its_own_standard() {
    for kind in FileKind::ALL {
        assert!(jsonschema::meta::is_valid(&kind.schema()), "{kind}");
    }
    let words: Vec<&str> = FileKind::ALL.iter().map(|kind| kind.word()).collect();
    let printed = all();
    let keys: BTreeSet<&str> =
        printed.as_object().expect("a table").keys().map(String::as_str).collect();
    assert_eq!(keys, words.into_iter().collect());
}

#[test]
fn the_project_s_own_files_are_valid() {
    let validators = validators();
    let mut seen = BTreeSet::new();
    for (path, text) in files().iter().filter(|(path, _)| path.ends_with(".toml")) {
        let kind = kind_of(path).unwrap_or_else(|| panic!("{path} has no schema"));
        assert_eq!(refusals(&validators, path, text), [""; 0]);
        seen.insert(kind);
    }
    assert_eq!(seen.len(), FileKind::ALL.len());
}

// --- Keys -------------------------------------------------------------------------------------------

/// The parts of a schema that hold for one value: the schema itself, then those of its cases.
fn in_force<'a>(schemas: &[&'a Value], value: &Value) -> Vec<&'a Value> {
    let mut found = Vec::new();
    for schema in schemas {
        found.push(*schema);
        let cases = schema["allOf"].as_array().into_iter().flatten().collect::<Vec<_>>();
        found.extend(in_force(&cases, value));
        if let Some(condition) = schema.get("if") {
            let branch = if validator(condition).is_valid(value) { "then" } else { "else" };
            found.extend(in_force(&[&schema[branch]], value));
        }
    }
    found
}

/// The schemas of the value under a key, or with no key of the items of a list.
fn inside<'a>(schemas: &[&'a Value], key: Option<&str>) -> Vec<&'a Value> {
    let found = schemas.iter().filter_map(|schema| match key {
        None => schema.get("items"),
        Some(key) => schema["properties"].get(key).or_else(|| {
            schema.get("additionalProperties").filter(|_| schema["properties"].get(key).is_none())
        }),
    });
    found.collect()
}

/// A table of a file, and the keys that its schema knows there.
struct Place {
    /// Such as `profile.requirement.at_least`.
    path: String,
    known: BTreeSet<String>,
}

/// Puts a key that nobody knows into every table whose keys are fixed. It is named after the table's
/// place in `places`.
fn spoil(value: &mut toml::Value, schemas: &[&Value], path: &str, places: &mut Vec<Place>) {
    let schemas = in_force(schemas, &json_of(value));
    match value {
        toml::Value::Array(items) => {
            let schemas = inside(&schemas, None);
            items.iter_mut().for_each(|item| spoil(item, &schemas, path, places));
        }
        toml::Value::Table(table) => {
            for (key, value) in table.iter_mut() {
                let is_named = schemas[0]["properties"].get(key).is_some();
                let path = if is_named { format!("{path}.{key}") } else { path.to_owned() };
                spoil(value, &inside(&schemas, Some(key)), &path, places);
            }
            if schemas[0]["additionalProperties"] == false {
                let refused = |key: &str| schemas.iter().any(|one| one["properties"][key] == false);
                let keys = schemas[0]["properties"].as_object().map(Map::keys);
                let known = keys.into_iter().flatten().filter(|key| !refused(key)).cloned();
                table.insert(format!("unknown-{}", places.len()), toml::Value::Integer(1));
                places.push(Place { path: path.to_owned(), known: known.collect() });
            }
        }
        _ => {}
    }
}

/// The paths of all tables of a schema whose keys are fixed.
fn closed_tables(schema: &Value, path: &str, found: &mut BTreeSet<String>) {
    if schema["additionalProperties"] == false {
        found.insert(path.to_owned());
    }
    for part in ["items", "additionalProperties"] {
        schema.get(part).into_iter().for_each(|part| closed_tables(part, path, found));
    }
    for (key, part) in schema["properties"].as_object().into_iter().flatten() {
        closed_tables(part, &format!("{path}.{key}"), found);
    }
}

/// The number of the table in whose unknown key the problem is, and the keys that the reader knows
/// there.
fn known_to_reader(problem: &Problem) -> Option<(usize, BTreeSet<String>)> {
    let key = problem.position.column.as_deref()?.rsplit('.').next()?;
    let number = key.strip_prefix("unknown-")?.parse().ok()?;
    let (_, list) = ["known are: ", "is not one of: "]
        .into_iter()
        .find_map(|words| problem.message.split_once(words))?;
    let keys = list.trim_end_matches('.').split(", ").map(str::to_owned);
    Some((number, keys.collect()))
}

fn problems_of(files: &BTreeMap<String, String>) -> Vec<Problem> {
    let below = |folder: &'static str| files.iter().filter(move |file| file.0.starts_with(folder));
    let rules: Vec<RuleFile<'_>> =
        FOLDERS.into_iter().flat_map(below).map(|(path, text)| RuleFile { path, text }).collect();
    let layouts: Vec<(&str, &str)> =
        below("datasets/layouts/").map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let dictionary = Corpus::load(None, None).expect("the embedded files").dictionary();
    let mut problems = Problems::default();
    let _ = Layouts::read(&layouts, &dictionary, &mut problems);
    for (path, text) in below("datasets/flat-files/") {
        let _ = FactorLayout::read(path, text, &mut problems);
    }
    let mut problems = problems.into_vec();
    problems.extend(Rulebook::read(&rules).err().unwrap_or_default());
    problems
}

#[test]
fn every_table_knows_the_same_keys_to_its_schema_and_to_its_reader() {
    let mut files = files();
    let mut places = Vec::new();
    let mut expected = BTreeSet::new();
    for kind in FileKind::ALL {
        closed_tables(&kind.schema(), kind.word(), &mut expected);
    }
    for (path, text) in files.iter_mut().filter(|(path, _)| path.ends_with(".toml")) {
        let kind = kind_of(path).unwrap_or_else(|| panic!("{path} has no schema"));
        if kind == FileKind::Preconditions {
            text.push_str(MORE_PRECONDITIONS);
        }
        let mut file = toml::Value::Table(text.parse().expect("sound TOML"));
        spoil(&mut file, &[&kind.schema()], kind.word(), &mut places);
        *text = toml::to_string(&file).expect("sound TOML");
    }
    let read: BTreeMap<usize, BTreeSet<String>> =
        problems_of(&files).iter().filter_map(known_to_reader).collect();

    let mut differing = BTreeSet::new();
    for (number, place) in places.iter().enumerate() {
        match read.get(&number) {
            Some(known) if *known == place.known => {}
            known => {
                differing.insert(format!("{}: {:?}, reader {known:?}", place.path, place.known));
            }
        }
    }
    assert!(differing.is_empty(), "{differing:#?}");
    let seen: BTreeSet<String> = places.into_iter().map(|place| place.path).collect();
    assert_eq!(seen, expected, "every table of every schema occurs in some file");
}

// --- Mistakes ---------------------------------------------------------------------------------------

/// Changes the files as a broken rule set of the crate of rules says.
fn apply(broken: &toml::Table, files: &mut BTreeMap<String, String>) {
    for change in broken["change"].as_array().expect("changes") {
        let text = |key: &str| change.get(key).and_then(toml::Value::as_str).map(str::to_owned);
        let file = text("file").expect("a file");
        match (text("find"), text("text")) {
            (Some(find), _) => {
                let found = files[&file].replacen(&find, &text("replace").unwrap_or_default(), 1);
                files.insert(file, found);
            }
            (None, Some(text)) => {
                files.insert(file, text);
            }
            (None, None) => {
                files.remove(&file);
            }
        }
    }
}

#[test]
fn a_broken_rule_set_is_refused_by_a_schema_or_listed_with_the_reason_why_not() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../rules/tests/broken");
    let validators = validators();
    let sound = files();
    let mut listed: BTreeSet<&str> = UNSEEN.iter().flat_map(|(_, names)| *names).copied().collect();
    let mut wrong = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).expect("a text");
        let mut files = sound.clone();
        apply(&text.parse().expect("sound TOML"), &mut files);
        let is_refused =
            files.iter().any(|(path, text)| !refusals(&validators, path, text).is_empty());
        let is_listed = listed.remove(name.as_str());
        if is_refused == is_listed {
            wrong.push(format!("{name}: refused is {is_refused}, listed is {is_listed}"));
        }
    }
    wrong.sort();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(listed.is_empty(), "there is no such rule set: {listed:?}");
}

#[test]
fn every_mistake_of_the_broken_layout_that_a_schema_can_see_is_refused() {
    let text = include_str!("../../../tests/broken/layout.toml");
    let mut refusals = refusals(&validators(), "datasets/layouts/own.toml", text);
    refusals.sort();
    insta::assert_snapshot!(refusals.join("\n"));
}

#[test]
fn what_does_not_go_together_is_refused() {
    let validators = validators();
    let files = files();
    for (path, find, replace) in [
        ("rules/measures.toml", "kind = \"flag\"", "kind = \"flag\"\nunit = \"kW\""),
        ("rules/measures.toml", "kind = \"flag\"", "kind = \"quantity\""),
        ("rules/measures.toml", "kind = \"flag\"", "kind = \"choice\""),
        ("rules/measures.toml", "better = \"higher\"", "better = \"higher\"\nchoices = [\"a\"]"),
        ("rules/resources.toml", "central_power_factor = 0.95", ""),
        ("rules/resources.toml", "active_demand = \"max-demand-kw\"", ""),
        ("rules/resources.toml", "headroom = ", "capacity = \"a\"\nheadroom = "),
        ("rules/preconditions.toml", "measure = \"dspt-status\"", "headroom = \"electrical\""),
        (
            "rules/profiles/surgical-robot.toml",
            "headroom = \"electrical\"\nat_least = { minimum = 1.0, target = 1.25 }",
            "headroom = \"electrical\"\nis = true",
        ),
        (
            "rules/profiles/surgical-robot.toml",
            "headroom = \"electrical\"",
            "precondition = \"data-skills\"",
        ),
        ("rules/remedies/ups.toml", "resource = \"electrical\"", ""),
        ("rules/remedies/ups.toml", "basis = \"demand\"", "basis = \"gap\""),
        ("datasets/layouts/siteworthy-survey-long.toml", "thousands = \",\"", "thousands = \".\""),
        ("datasets/layouts/siteworthy-survey-long.toml", "is = \"method\"", "is = \"quality\""),
        ("datasets/layouts/siteworthy-survey-long.toml", "is = \"value\"", "is = \"quality\""),
        ("datasets/layouts/siteworthy-survey-long.toml", "heading = \"value\"", "column = 3"),
        ("datasets/layouts/code-point-open.toml", "column = 4", "heading = \"Northing\""),
        ("datasets/layouts/code-point-open.toml", "is = \"northing\"", "is = \"date\""),
    ] {
        assert!(files[path].contains(find), "{path}: {find:?}");
        let text = files[path].replacen(find, replace, 1);
        assert!(!refusals(&validators, path, &text).is_empty(), "{path}: {replace:?}");
    }
}

#[test]
fn a_schema_is_printed_with_its_keys_words_and_limits() {
    insta::assert_snapshot!(format!("{:#}", FileKind::Weights.schema()));
}
