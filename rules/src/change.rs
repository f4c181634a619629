//! What if a rule said otherwise: rule files with single figures replaced, to be read again with every
//! check that the files themselves go through.
//!
//! A change names a file and a key by the path that problems use, such as
//! `requirement[theatre-area].at_least.target`; in a table of rates the key is the rate and its
//! estimate, such as `ups-modular-with-battery.central`. Nothing here decides whether the new figure
//! makes sense: reading the rulebook does. The measures cannot be changed, for by them records are coded.

use crate::fields::{Problems, item_path};
use crate::problem::Problem;
use crate::rulebook::MEASURES;
use toml::{Table, Value};

/// One figure replaced.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Change {
    /// Path of the file from the root of the project, such as `rules/weights.toml`.
    pub file: String,
    /// Path of the key in it.
    pub key: String,
    /// The new value as it would stand in the file: a number, true or false, a date, or a text between
    /// quotation marks.
    pub value: String,
}

/// Makes the changes in a set of files, given as path and text.
///
/// # Errors
/// Every change whose file or key is not there or whose value cannot be read.
pub fn apply(
    files: &[(String, String)],
    changes: &[Change],
) -> Result<Vec<(String, String)>, Vec<Problem>> {
    let mut problems = Problems::default();
    let mut files = files.to_vec();
    for (at, change) in changes.iter().enumerate() {
        let is_same = |other: &Change| other.file == change.file && other.key == change.key;
        if changes[..at].iter().any(is_same) {
            refuse(change, "This key is changed twice.", "Give it one value.", &mut problems);
            continue;
        }
        if change.file == MEASURES {
            let advice = "Change thresholds, weights, bands, reserves or rates.";
            refuse(change, "The measures cannot be changed in a question.", advice, &mut problems);
            continue;
        }
        let Some((_, text)) = files.iter_mut().find(|(path, _)| *path == change.file) else {
            refuse(
                change,
                "There is no such rule file.",
                "Use the path of a rule file, such as rules/weights.toml.",
                &mut problems,
            );
            continue;
        };
        let changed = if change.file.ends_with(".csv") {
            change_rate(text, change, &mut problems)
        } else {
            change_key(text, change, &mut problems)
        };
        if let Some(changed) = changed {
            *text = changed;
        }
    }
    if problems.is_empty() { Ok(files) } else { Err(problems.into_vec()) }
}

fn refuse(change: &Change, message: &str, advice: &str, problems: &mut Problems) {
    let value = Some(change.value.clone());
    problems.add(&change.file, &change.key, value, message.to_owned(), advice);
}

fn change_key(text: &str, change: &Change, problems: &mut Problems) -> Option<String> {
    // A file that cannot be parsed is reported when the rulebook is read.
    let mut table: Table = text.parse().ok()?;
    let Some(place) = find(&mut table, "", &change.key) else {
        let advice = "Name a key that the file has, as problems name it.";
        refuse(change, "There is no such key.", advice, problems);
        return None;
    };
    let Some(value) = parse_value(&change.value) else {
        let advice = "Write it as in the file: a number, true or false, a date, or a text between quotation marks.";
        refuse(change, "This is not a value.", advice, problems);
        return None;
    };
    *place = value;
    let written = toml::to_string(&table).ok();
    if written.is_none() {
        refuse(change, "The changed file cannot be written.", "Change another key.", problems);
    }
    written
}

fn parse_value(text: &str) -> Option<Value> {
    let mut table = format!("value = {text}").parse::<Table>().ok()?;
    // A second line would be left out without a word.
    table.remove("value").filter(|_| table.is_empty())
}

/// Finds the value at a path; `own` is the path of the table itself.
fn find<'a>(table: &'a mut Table, own: &str, path: &str) -> Option<&'a mut Value> {
    for (name, value) in table {
        let here = if own.is_empty() { name.clone() } else { format!("{own}.{name}") };
        if here == path {
            return Some(value);
        }
        match value {
            Value::Table(inner) if path.starts_with(&format!("{here}.")) => {
                return find(inner, &here, path);
            }
            Value::Array(items) if path.starts_with(&format!("{here}[")) => {
                return items.iter_mut().enumerate().find_map(|(at, item)| {
                    let inner = item.as_table_mut()?;
                    let own = item_path(&here, inner, at);
                    path.starts_with(&format!("{own}.")).then(|| find(inner, &own, path)).flatten()
                });
            }
            _ => {}
        }
    }
    None
}

fn change_rate(text: &str, change: &Change, problems: &mut Problems) -> Option<String> {
    let found = change.key.rsplit_once('.').and_then(|(id, estimate)| {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let headings = reader.headers().ok()?.clone();
        let column = |name: &str| headings.iter().position(|heading| heading == name);
        let (id_at, estimate_at, value_at) = (column("id")?, column("estimate")?, column("value")?);
        let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().ok()?;
        let row = rows
            .iter()
            .position(|row| row.get(id_at) == Some(id) && row.get(estimate_at) == Some(estimate))?;
        Some((headings, rows, row, value_at))
    });
    let Some((headings, rows, changed, value_at)) = found else {
        let advice = "Name a rate and its estimate, such as ups-modular-with-battery.central.";
        refuse(change, "There is no such rate.", advice, problems);
        return None;
    };
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(&headings).ok()?;
    for (at, row) in rows.iter().enumerate() {
        let cells = row.iter().enumerate().map(|(column, cell)| {
            if at == changed && column == value_at { change.value.trim() } else { cell }
        });
        writer.write_record(cells).ok()?;
    }
    String::from_utf8(writer.into_inner().ok()?).ok()
}
