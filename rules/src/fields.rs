//! Reads one table of a rule file key by key, and collects every problem on the way.
//!
//! A derived deserializer stops at the first mistake; people who edit rules want them all at once,
//! each with its file and key. What the keys mean is decided by the callers.

use crate::problem::{Position, Problem, Severity};
use chrono::NaiveDate;
use std::collections::{BTreeSet, HashMap};
use std::str::FromStr;
use toml::de::{DeTable, DeValue};
use toml::{Table, Value};

/// The problems of a set of files, with the line of every key of the files that were parsed.
#[derive(Debug, Default)]
pub struct Problems {
    list: Vec<Problem>,
    /// By file and path of the key. A rule file is read once, so that none is overwritten.
    lines: HashMap<(String, String), u32>,
}

impl Problems {
    /// Adds a problem at a key of a file. Its line is that of the key or, where the key is missing,
    /// of the table that lacks it.
    pub fn add(
        &mut self,
        file: &str,
        key: &str,
        value: Option<String>,
        message: String,
        advice: &str,
    ) {
        let column = (!key.is_empty()).then(|| key.to_owned());
        self.list.push(Problem {
            severity: Severity::Refused,
            code: "rule",
            position: Position { file: file.to_owned(), row: self.line_of(file, key), column },
            value,
            message,
            advice: advice.to_owned(),
        });
    }

    /// Adds a problem at a row of a table, as a spreadsheet numbers it.
    pub fn add_at_row(
        &mut self,
        file: &str,
        row: u32,
        column: Option<&str>,
        value: Option<String>,
        message: String,
        advice: &str,
    ) {
        self.list.push(Problem {
            severity: Severity::Refused,
            code: "rule",
            position: Position {
                file: file.to_owned(),
                row: Some(row),
                column: column.map(str::to_owned),
            },
            value,
            message,
            advice: advice.to_owned(),
        });
    }

    fn line_of(&self, file: &str, key: &str) -> Option<u32> {
        let mut key = key;
        loop {
            if let Some(line) = self.lines.get(&(file.to_owned(), key.to_owned())) {
                return Some(*line);
            }
            let end = key.rfind(['.', '['])?;
            key = &key[..end];
        }
    }

    /// Adds a sentence to the advice of every problem.
    pub(crate) fn advise(&mut self, sentence: &str) {
        for problem in &mut self.list {
            problem.advice.push(' ');
            problem.advice.push_str(sentence);
        }
    }

    /// Everything found so far, in the order of finding.
    #[must_use]
    pub fn into_vec(self) -> Vec<Problem> {
        self.list
    }

    /// Whether nothing was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
}

/// Parses a whole file; a syntax error is a problem at its line.
pub fn parse_table(file: &str, text: &str, problems: &mut Problems) -> Option<Table> {
    match text.parse::<Table>() {
        Ok(table) => {
            note_lines(file, text, problems);
            Some(table)
        }
        Err(error) => {
            let line = line_at(text, error.span().map_or(0, |span| span.start));
            problems.list.push(Problem {
                severity: Severity::Refused,
                code: "rule",
                position: Position { file: file.to_owned(), row: Some(line), column: None },
                value: None,
                message: format!(
                    "This is not valid TOML: {}.",
                    error.message().trim_end_matches('.')
                ),
                advice: "Mend the syntax at this line.".to_owned(),
            });
            None
        }
    }
}

fn line_at(text: &str, offset: usize) -> u32 {
    let before = &text.as_bytes()[..offset.min(text.len())];
    let breaks = before.iter().filter(|byte| **byte == b'\n').count();
    u32::try_from(breaks + 1).unwrap_or(u32::MAX)
}

/// Notes the line of every key of a file, by the paths that [`Fields`] gives to keys.
fn note_lines(file: &str, text: &str, problems: &mut Problems) {
    let Ok(table) = DeTable::parse(text) else { return };
    let starts: Vec<usize> =
        text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at).collect();
    let mut note = |path: &str, offset: usize| {
        let line = starts.partition_point(|at| *at < offset) + 1;
        let key = (file.to_owned(), path.to_owned());
        problems.lines.insert(key, u32::try_from(line).unwrap_or(u32::MAX));
    };
    note_table(table.get_ref(), "", &mut note);
}

fn note_table(table: &DeTable<'_>, path: &str, note: &mut impl FnMut(&str, usize)) {
    for (key, value) in table {
        let name = key.get_ref();
        let path = if path.is_empty() { name.to_string() } else { format!("{path}.{name}") };
        note(&path, key.span().start);
        match value.get_ref() {
            DeValue::Table(inner) => note_table(inner, &path, note),
            DeValue::Array(items) => {
                for (at, item) in items.iter().enumerate() {
                    let DeValue::Table(inner) = item.get_ref() else { continue };
                    let text = |key| inner.get(key)?.get_ref().as_str();
                    let name = text("id").or_else(|| text("precondition"));
                    let path = path_of_item(&path, name, at);
                    note(&path, item.span().start);
                    note_table(inner, &path, note);
                }
            }
            _ => {}
        }
    }
}

/// The path of an item of a list of tables: by its `id`, or by the precondition that it takes in,
/// where it has one, else by its place.
#[must_use]
pub fn item_path(list: &str, item: &Table, at: usize) -> String {
    let text = |key| item.get(key).and_then(Value::as_str);
    path_of_item(list, text("id").or_else(|| text("precondition")), at)
}

fn path_of_item(list: &str, name: Option<&str>, at: usize) -> String {
    name.map_or_else(|| format!("{list}[{at}]"), |name| format!("{list}[{name}]"))
}

/// One table being read. Keys that nobody asked for are reported by [`Fields::finish`].
pub struct Fields<'a> {
    table: &'a Table,
    file: &'a str,
    path: String,
    asked: BTreeSet<&'static str>,
    /// Where problems go.
    pub problems: &'a mut Problems,
}

impl<'a> Fields<'a> {
    /// Starts to read `table`, which stands at `path` in `file` (empty for the whole file).
    pub fn new(
        table: &'a Table,
        file: &'a str,
        path: impl Into<String>,
        problems: &'a mut Problems,
    ) -> Self {
        Self { table, file, path: path.into(), asked: BTreeSet::new(), problems }
    }

    /// The full path of a key, such as `requirement[standby-start].weight`.
    #[must_use]
    pub fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// Reports a problem with a key.
    pub fn problem(&mut self, key: &str, message: impl Into<String>, advice: &str) {
        let shown = self.table.get(key).and_then(shown);
        let path = if key.is_empty() { self.path.clone() } else { self.path_of(key) };
        self.problems.add(self.file, &path, shown, message.into(), advice);
    }

    /// Whether the table has the key.
    pub fn has(&mut self, key: &'static str) -> bool {
        self.asked.insert(key);
        self.table.contains_key(key)
    }

    /// Says that these keys are known here, for a reader that gives up before it asks for them.
    pub fn knows(&mut self, keys: &[&'static str]) {
        self.asked.extend(keys);
    }

    fn value(&mut self, key: &'static str) -> Option<&'a Value> {
        self.asked.insert(key);
        self.table.get(key)
    }

    fn required<T>(&mut self, key: &'static str, found: Option<T>) -> Option<T> {
        if !self.table.contains_key(key) {
            self.problem(key, "This key is missing.", "Add it.");
        }
        found
    }

    /// A text, which may be missing.
    pub fn text_if_any(&mut self, key: &'static str) -> Option<String> {
        match self.value(key)? {
            Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
            _ => {
                self.problem(
                    key,
                    "This must be a text that is not empty.",
                    "Write it between quotation marks.",
                );
                None
            }
        }
    }

    /// A text.
    pub fn text(&mut self, key: &'static str) -> Option<String> {
        let found = self.text_if_any(key);
        self.required(key, found)
    }

    /// A stable id in kebab-case.
    pub fn id(&mut self) -> Option<String> {
        let id = self.text("id")?;
        if !is_kebab_case(&id) {
            self.problem(
                "id",
                "An id is made of small letters, digits and single hyphens.",
                "Write it in kebab-case.",
            );
        }
        Some(id)
    }

    /// The id of a file that is named after what it defines: by its id or, where several editions of
    /// it are kept, by its id, a full stop and its edition.
    pub fn id_of_file(&mut self, edition: Option<&str>) -> Option<String> {
        let id = self.id()?;
        let name = self.file.rsplit('/').next().unwrap_or_default();
        let stem = name.strip_suffix(".toml").unwrap_or(name);
        let of_edition = edition.and_then(|edition| stem.strip_suffix(edition)?.strip_suffix('.'));
        let expected = of_edition.unwrap_or(stem);
        if id != expected {
            self.problem(
                "id",
                format!("The id differs from the file name {expected:?}."),
                "Make the two alike; an edition of its own may be named id.edition.toml.",
            );
        }
        Some(id)
    }

    /// A word of a closed vocabulary, which may be missing.
    pub fn word_if_any<T: FromStr<Err = String>>(&mut self, key: &'static str) -> Option<T> {
        let text = self.text_if_any(key)?;
        match text.parse() {
            Ok(word) => Some(word),
            Err(message) => {
                self.problem(key, format!("{message}."), "Use one of the words listed.");
                None
            }
        }
    }

    /// A word of a closed vocabulary.
    pub fn word<T: FromStr<Err = String>>(&mut self, key: &'static str) -> Option<T> {
        let found = self.word_if_any(key);
        self.required(key, found)
    }

    /// A finite number, which may be missing.
    pub fn number_if_any(&mut self, key: &'static str) -> Option<f64> {
        let found = number(self.value(key)?);
        if found.is_none() {
            self.problem(
                key,
                "This must be a number.",
                "Write it without quotation marks or separators.",
            );
        }
        found
    }

    /// A finite number.
    pub fn number(&mut self, key: &'static str) -> Option<f64> {
        let found = self.number_if_any(key);
        self.required(key, found)
    }

    /// A number, or two in rising order, which may be missing: from and to.
    pub fn number_or_range_if_any(&mut self, key: &'static str) -> Option<(f64, f64)> {
        if self.value(key)?.is_array() {
            self.range_if_any(key)
        } else {
            self.number_if_any(key).map(|number| (number, number))
        }
    }

    /// Yes or no, which may be missing.
    pub fn flag_if_any(&mut self, key: &'static str) -> Option<bool> {
        let found = self.value(key)?.as_bool();
        if found.is_none() {
            self.problem(
                key,
                "This must be true or false.",
                "Write true or false without quotation marks.",
            );
        }
        found
    }

    /// A flag.
    pub fn flag(&mut self, key: &'static str) -> Option<bool> {
        let found = self.flag_if_any(key);
        self.required(key, found)
    }

    /// A date, which may be missing.
    pub fn date_if_any(&mut self, key: &'static str) -> Option<NaiveDate> {
        let found = match self.value(key)? {
            Value::Datetime(datetime) => datetime.date.and_then(|date| {
                NaiveDate::from_ymd_opt(
                    i32::from(date.year),
                    u32::from(date.month),
                    u32::from(date.day),
                )
            }),
            _ => None,
        };
        if found.is_none() {
            self.problem(
                key,
                "This must be a date.",
                "Write it as 2026-11-22, without quotation marks.",
            );
        }
        found
    }

    /// A date.
    pub fn date(&mut self, key: &'static str) -> Option<NaiveDate> {
        let found = self.date_if_any(key);
        self.required(key, found)
    }

    /// A list of texts, which may be missing.
    pub fn texts_if_any(&mut self, key: &'static str) -> Option<Vec<String>> {
        let found: Option<Vec<String>> = self
            .value(key)?
            .as_array()
            .and_then(|list| list.iter().map(|item| item.as_str().map(str::to_owned)).collect());
        if found.is_none() {
            self.problem(key, "This must be a list of texts.", "Write it as [\"one\", \"two\"].");
        }
        found
    }

    /// Two numbers in rising order, which may be missing.
    pub fn range_if_any(&mut self, key: &'static str) -> Option<(f64, f64)> {
        let found = match self.value(key)?.as_array().map(Vec::as_slice) {
            Some([low, high]) => number(low).zip(number(high)).filter(|(low, high)| low <= high),
            _ => None,
        };
        if found.is_none() {
            self.problem(
                key,
                "This must be two numbers in rising order.",
                "Write it as [low, high].",
            );
        }
        found
    }

    /// The tables of a list of tables, each with its own path: by its `id` where it has one.
    pub fn tables(&mut self, key: &'static str) -> Vec<(&'a Table, String)> {
        let Some(value) = self.value(key) else {
            return Vec::new();
        };
        let Some(list) = value.as_array().filter(|list| list.iter().all(Value::is_table)) else {
            self.problem(
                key,
                "This must be a list of tables.",
                "Write each one under its own [[heading]].",
            );
            return Vec::new();
        };
        let path = self.path_of(key);
        list.iter()
            .enumerate()
            .filter_map(|(at, item)| item.as_table().map(|table| (at, table)))
            .map(|(at, table)| (table, item_path(&path, table, at)))
            .collect()
    }

    /// A table inside this one, with its path.
    pub fn table_if_any(&mut self, key: &'static str) -> Option<(&'a Table, String)> {
        let path = self.path_of(key);
        let found = self.value(key)?.as_table();
        if found.is_none() {
            self.problem(
                key,
                "This must be a table.",
                "Write it as { key = value } or under its own [heading].",
            );
        }
        found.map(|table| (table, path))
    }

    /// Reads a table inside this one, with problems going to the same list.
    pub fn within<T>(
        &mut self,
        table: &Table,
        path: String,
        read: impl FnOnce(&mut Fields<'_>) -> T,
    ) -> T {
        let mut fields = Fields::new(table, self.file, path, self.problems);
        let value = read(&mut fields);
        fields.finish();
        value
    }

    /// The entries of this table, for tables whose keys are names.
    pub fn entries(&self) -> impl Iterator<Item = (&'a str, &'a Value)> + use<'a> {
        self.table.iter().map(|(key, value)| (key.as_str(), value))
    }

    /// Says that every key is a name, so that none is unknown.
    pub fn all_keys_are_names(&mut self) {
        self.asked.insert("*");
    }

    /// Reports every key that nobody asked for.
    pub fn finish(mut self) {
        if self.asked.contains("*") {
            return;
        }
        let unknown: Vec<String> =
            self.table.keys().filter(|key| !self.asked.contains(key.as_str())).cloned().collect();
        let known = self.asked.iter().copied().collect::<Vec<_>>().join(", ");
        for key in unknown {
            self.problem(
                &key,
                format!("This key is not known here; known are: {known}."),
                "Correct its spelling or remove it.",
            );
        }
    }
}

/// A value as a problem shows it; nothing for tables, whose keys have problems of their own.
fn shown(value: &Value) -> Option<String> {
    match value {
        Value::Table(_) => None,
        Value::Array(list) if list.iter().any(Value::is_table) => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// Whether a text is small letters, digits and single hyphens.
#[must_use]
pub fn is_kebab_case(text: &str) -> bool {
    !text.is_empty()
        && text.split('-').all(|part| {
            !part.is_empty()
                && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        })
}

/// A finite number from an integer or a float.
#[must_use]
pub fn number(value: &Value) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "rule files hold no integers above 2^53")]
    let found = value.as_float().or_else(|| value.as_integer().map(|integer| integer as f64));
    found.filter(|number| number.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_syntax_error_is_reported_at_its_own_line() {
        for (text, row) in [
            ("a = ", 1),
            ("a = 1\nb c", 2),
            ("a = 1\n= 2", 2),
            ("\n\n# words\na = 1\na = 2\n", 5),
            ("a = \"\u{00e9}\"\n\n[b", 3),
        ] {
            let mut problems = Problems::default();
            assert!(parse_table("a.toml", text, &mut problems).is_none());
            let rows: Vec<_> =
                problems.into_vec().iter().map(|problem| problem.position.row).collect();
            assert_eq!(rows, [Some(row)], "{text:?}");
        }
    }
}
