//! What two sets of rules say differently: each key with its old and its new value.
//!
//! The files are compared as they are written, key by key, by the path that problems use, such as
//! `requirement[theatre-area].at_least.target`; in a table of rates the key is the rate and its
//! estimate. So a line whose figure only changed is a [`Change`](crate::change::Change) that leads
//! from the one to the other. Comments, order and the way a number is written make no difference.
//!
//! Of each technology the editions in force are compared, whatever their files are called; which day
//! counts is decided by whoever gives the rulebooks. What the difference does to sites is the server's.

use crate::fields::item_path;
use crate::profile::Profile;
use crate::rulebook::{
    BENCHMARKS, COSTING, MEASURES, PRECONDITIONS, PROFILES, RELIABILITY, REMEDIES, RESOURCES,
    Rulebook, WEIGHTS,
};
use crate::words::words;
use std::collections::{BTreeMap, BTreeSet};
use toml::{Table, Value};

words! {
    /// What a difference is about.
    Subject {
        /// A technology came or went.
        Technology = "technology",
        /// An edition of a technology: another is in force, or one that is not came or went.
        Edition = "edition",
        /// A requirement or a shared precondition came or went.
        Requirement = "requirement",
        /// What is asked, or what is good enough.
        Threshold = "threshold",
        /// How heavily a requirement or a domain counts.
        Weight = "weight",
        /// Whether a minimum must be met whatever the score.
        Gate = "gate",
        /// How well a figure is supported.
        Evidence = "evidence",
        /// What a technology takes of a shared resource.
        Demand = "demand",
        /// A score or a coverage at which readiness changes.
        Band = "band",
        /// A share of capacity that is kept for growth.
        Reserve = "reserve",
        /// A shared resource, but for its reserve.
        Resource = "resource",
        /// A published rate.
        Rate = "rate",
        /// A way to close a gap.
        Remedy = "remedy",
        /// A figure that stands in for one that was not measured, and what is read in its place.
        Default = "default",
        /// On which terms works are priced and when money is spent.
        Costing = "costing",
        /// A measure.
        Measure = "measure",
        /// Where a technology is judged, whether it can be deployed, how long it lasts.
        Profile = "profile",
        /// A title, a reason, a reference or a date of checking: no answer hangs on it.
        Text = "text",
    }
}

/// One key that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Path of the file from the root of the project: of the new one where there is one.
    pub file: String,
    /// Path of the key in it; empty for the whole file.
    pub key: String,
    /// What it is about.
    pub subject: Subject,
    /// Id of the technology, in the file of one.
    pub technology: Option<String>,
    /// What stood there, as it stands in a file; none where nothing did.
    pub old: Option<String>,
    /// What stands there; none where nothing does.
    pub new: Option<String>,
}

/// Rules with the texts that they were read from.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// The rules; their profiles are the editions in force.
    pub rulebook: &'a Rulebook,
    /// Path and text of every file.
    pub files: &'a [(String, String)],
}

/// Everything that differs, by file and key.
#[must_use]
pub fn find_differences(old: Side<'_>, new: Side<'_>) -> Vec<Difference> {
    let mut found = Vec::new();
    compare_technologies(old, new, &mut found);
    compare_other_editions(old, new, &mut found);
    let (old, new) = (shared_files(old), shared_files(new));
    let paths: BTreeSet<&str> = old.keys().chain(new.keys()).copied().collect();
    for path in paths {
        let read = |files: &BTreeMap<&str, &str>| match files.get(path) {
            None => BTreeMap::new(),
            Some(text) if path == BENCHMARKS => read_rates(text),
            Some(text) => read_keys(text),
        };
        compare_keys(path, None, &read(&old), &read(&new), &mut found);
    }
    found.sort_by(|a, b| (&a.file, &a.key).cmp(&(&b.file, &b.key)));
    found
}

/// The values of a file by the paths of their keys. A table in a list, such as a requirement, has an
/// entry of its own too, so that one that comes or goes is told as one.
type Keys = BTreeMap<String, String>;

fn compare_technologies(old: Side<'_>, new: Side<'_>, found: &mut Vec<Difference>) {
    let (old, new) = (technologies(old), technologies(new));
    let ids: BTreeSet<&str> = old.keys().chain(new.keys()).copied().collect();
    for id in ids {
        match (old.get(id), new.get(id)) {
            (Some((_, before)), Some((path, after))) => {
                compare_keys(path, Some(id), &read_keys(before), &read_keys(after), found);
            }
            (before, after) => {
                let named = |side: Option<&(&str, &str)>| side.map(|(_, text)| name_of(text));
                let Some((path, _)) = after.or(before) else { continue };
                found.push(Difference {
                    file: (*path).to_owned(),
                    key: String::new(),
                    subject: Subject::Technology,
                    technology: Some(id.to_owned()),
                    old: named(before),
                    new: named(after),
                });
            }
        }
    }
}

/// Path and text of the edition in force of each technology, by id.
fn technologies<'a>(side: Side<'a>) -> BTreeMap<&'a str, (&'a str, &'a str)> {
    let find = |profile: &'a Profile| {
        let (path, text) = profile_files(side).find(|(_, text)| is_text_of(text, profile))?;
        Some((profile.id.as_str(), (path, text)))
    };
    side.rulebook.profiles.iter().filter_map(find).collect()
}

fn profile_files<'a>(side: Side<'a>) -> impl Iterator<Item = (&'a str, &'a str)> {
    let files = side.files.iter().map(|(path, text)| (path.as_str(), text.as_str()));
    files.filter(|(path, _)| is_profile(path))
}

fn is_profile(path: &str) -> bool {
    path.starts_with(PROFILES) && path.ends_with(".toml")
}

fn is_text_of(text: &str, profile: &Profile) -> bool {
    text.parse::<Table>().is_ok_and(|table| {
        let is = |key: &str, value: &str| table.get(key).and_then(Value::as_str) == Some(value);
        let from = table.get("in_force_from").map(Value::to_string);
        is("id", &profile.id)
            && is("edition", &profile.edition)
            && from == Some(profile.in_force_from.to_string())
    })
}

/// How a whole technology is told: its title and edition.
fn name_of(text: &str) -> String {
    let table: Table = text.parse().unwrap_or_default();
    let part = |key: &str| table.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    format!("{}, edition {}", part("title"), part("edition"))
}

/// Editions that one side has and the other has not, and that are not in force: a change that is yet
/// to come, or of the past.
fn compare_other_editions(old: Side<'_>, new: Side<'_>, found: &mut Vec<Difference>) {
    let others = |side: Side<'_>, other: Side<'_>| -> Vec<Profile> {
        let is_on = |list: &[Profile], edition: &Profile| {
            list.iter().any(|one| one.id == edition.id && one.edition == edition.edition)
        };
        let all = side.rulebook.editions.iter();
        all.filter(|edition| !is_on(&side.rulebook.profiles, edition))
            .filter(|edition| !is_on(&other.rulebook.editions, edition))
            .cloned()
            .collect()
    };
    for (side, other, is_new) in [(old, new, false), (new, old, true)] {
        for edition in others(side, other) {
            let file = profile_files(side).find(|(_, text)| is_text_of(text, &edition));
            let text = Some(format!("in force from {}", edition.in_force_from));
            let (before, after) = if is_new { (None, text) } else { (text, None) };
            found.push(Difference {
                file: file.map_or_else(String::new, |(path, _)| path.to_owned()),
                key: "edition".to_owned(),
                subject: Subject::Edition,
                technology: Some(edition.id),
                old: before,
                new: after,
            });
        }
    }
}

/// The files that are not of one technology alone.
fn shared_files<'a>(side: Side<'a>) -> BTreeMap<&'a str, &'a str> {
    let files = side.files.iter().map(|(path, text)| (path.as_str(), text.as_str()));
    files.filter(|(path, _)| !is_profile(path)).collect()
}

fn compare_keys(
    path: &str,
    technology: Option<&str>,
    old: &Keys,
    new: &Keys,
    found: &mut Vec<Difference>,
) {
    let keys: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let mut whole: Option<&str> = None;
    for key in keys {
        let (before, after) = (old.get(key), new.get(key));
        // What belongs to an item or a rate that came or went is told by it.
        if whole.is_some_and(|item| key.starts_with(item) && key[item.len()..].starts_with('.')) {
            continue;
        }
        let is_item = key.ends_with(']');
        if before.is_some() && after.is_some() && (is_item || before == after) {
            continue;
        }
        whole = (before.is_none() || after.is_none()).then_some(key);
        found.push(Difference {
            file: path.to_owned(),
            key: key.clone(),
            subject: subject_of(path, key),
            technology: technology.map(str::to_owned),
            old: before.cloned(),
            new: after.cloned(),
        });
    }
}

/// Keys on which no answer hangs.
const TEXTS: [&str; 10] =
    ["title", "summary", "why", "reference", "as_of", "help", "note", "source", "text", "caution"];

fn subject_of(path: &str, key: &str) -> Subject {
    let last = key.rsplit('.').next().unwrap_or(key);
    let first = key.split(['.', '[']).next().unwrap_or(key);
    let is_item = key.ends_with(']');
    if TEXTS.contains(&last) && !is_item {
        return Subject::Text;
    }
    if last == "evidence" {
        return Subject::Evidence;
    }
    if is_profile(path) || path == PRECONDITIONS {
        return match (first, last) {
            ("requirement" | "precondition", _) if is_item => Subject::Requirement,
            ("requirement" | "precondition", "weight") | ("weights", _) => Subject::Weight,
            ("requirement" | "precondition", "gate") => Subject::Gate,
            ("requirement" | "precondition", _) => Subject::Threshold,
            ("demand", _) => Subject::Demand,
            ("edition" | "in_force_from", _) => Subject::Edition,
            _ => Subject::Profile,
        };
    }
    match path {
        WEIGHTS if first == "bands" => Subject::Band,
        WEIGHTS => Subject::Weight,
        RESOURCES if last == "growth_reserve" => Subject::Reserve,
        RESOURCES => Subject::Resource,
        RELIABILITY => Subject::Default,
        COSTING => Subject::Costing,
        MEASURES => Subject::Measure,
        BENCHMARKS => Subject::Rate,
        remedy if remedy.starts_with(REMEDIES) => Subject::Remedy,
        // A file that the rulebook does not read: no answer hangs on it.
        _ => Subject::Text,
    }
}

fn read_keys(text: &str) -> Keys {
    let mut keys = Keys::new();
    note_keys(&text.parse().unwrap_or_default(), "", &mut keys);
    keys
}

fn note_keys(table: &Table, own: &str, keys: &mut Keys) {
    for (name, value) in table {
        let here = if own.is_empty() { name.clone() } else { format!("{own}.{name}") };
        match value {
            Value::Table(inner) => note_keys(inner, &here, keys),
            Value::Array(items) if items.iter().any(Value::is_table) => {
                for (at, item) in items.iter().enumerate() {
                    let Some(inner) = item.as_table() else { continue };
                    let path = item_path(&here, inner, at);
                    keys.insert(path.clone(), describe_item(inner));
                    note_keys(inner, &path, keys);
                }
            }
            value => {
                keys.insert(here, plain(value).to_string());
            }
        }
    }
}

/// An item as it would stand in one line, without its texts and its name.
fn describe_item(item: &Table) -> String {
    let is_said = |key: &str| !TEXTS.contains(&key) && !["id", "precondition"].contains(&key);
    let said = item.iter().filter(|(key, _)| is_said(key));
    let said: Table = said.map(|(key, value)| (key.clone(), plain(value))).collect();
    Value::Table(said).to_string()
}

/// A value with every number written in one way: 10 and 10.0 are the same threshold.
fn plain(value: &Value) -> Value {
    match value {
        Value::Float(number) if number.fract() == 0.0 && number.abs() < 1e15 => {
            #[expect(clippy::cast_possible_truncation, reason = "a whole number below 2^53")]
            let whole = *number as i64;
            Value::Integer(whole)
        }
        Value::Array(items) => Value::Array(items.iter().map(plain).collect()),
        Value::Table(inner) => {
            Value::Table(inner.iter().map(|(key, value)| (key.clone(), plain(value))).collect())
        }
        other => other.clone(),
    }
}

/// The rates of a table by rate and estimate, and what stands beside them by the heading after that.
fn read_rates(text: &str) -> Keys {
    let mut keys = Keys::new();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let Ok(headings) = reader.headers().cloned() else { return keys };
    for row in reader.records().flatten() {
        let cell = |name: &str| {
            headings.iter().position(|heading| heading == name).and_then(|at| row.get(at))
        };
        let rate = format!("{}.{}", cell("id").unwrap_or(""), cell("estimate").unwrap_or(""));
        for (heading, cell) in headings.iter().zip(&row) {
            match heading {
                "id" | "estimate" => {}
                "value" => {
                    let number = cell.trim().parse::<f64>();
                    let text = number.map_or_else(|_| cell.to_owned(), |number| number.to_string());
                    keys.insert(rate.clone(), text);
                }
                heading => {
                    keys.insert(format!("{rate}.{heading}"), cell.to_owned());
                }
            }
        }
    }
    keys
}
