//! An answer of the command line as plain values, and the three ways in which it is written: tables for
//! the eye, CSV and JSON.
//!
//! Files hold every column at full precision; for the eye a table may be shown in several looks, each a
//! choice of its columns, and numbers are rounded here, once. What is in an answer is each command's.

use crate::error::Error;
use crate::render::csv::inert;
use crate::view::View;
use crate::view::explain::plain;
use crate::view::pounds;
use chrono::NaiveDate;
use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Width, presets};
use serde::ser::{Serialize, SerializeMap, Serializer};
use siteworthy_rules::cost::Pence;
use siteworthy_rules::judge::percent;
use siteworthy_rules::profile::Profile;
use siteworthy_rules::remedy::Remedy;
use siteworthy_rules::rulebook::Rulebook;
use siteworthy_rules::words::with_commas;

/// How wide a table is where there is no terminal to ask, as in a file or before a pager: what still fits a
/// printed page across or a window of today.
const WIDTH_ELSEWHERE: u16 = 140;

/// One value of a table.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Not known, or there is nothing to say.
    None,
    /// Text.
    Text(String),
    /// What files know by an id, and the eye by a title.
    Named {
        /// For files.
        id: String,
        /// For the eye.
        title: String,
    },
    /// A number in the unit that its heading or its row names.
    Number(f64),
    /// A share in per cent, or a score of 100.
    Percent(f64),
    /// Money.
    Pounds(Pence),
    /// A day.
    Date(NaiveDate),
}

impl Cell {
    /// Basis points as per cent.
    pub fn bp(bp: u16) -> Self {
        Self::Percent(percent(bp))
    }

    /// "yes" or "no".
    pub fn yes(is_so: bool) -> Self {
        if is_so { "yes" } else { "no" }.into()
    }

    /// What files know by an id, and the eye by a title.
    pub fn named(id: impl Into<String>, title: impl Into<String>) -> Self {
        Self::Named { id: id.into(), title: title.into() }
    }

    const fn is_number(&self) -> bool {
        matches!(self, Self::Number(_) | Self::Percent(_) | Self::Pounds(_))
    }

    /// The value as a number, for programs; none for texts and days.
    fn number(&self) -> Option<serde_json::Number> {
        let value = match self {
            Self::Number(value) | Self::Percent(value) => *value,
            Self::Pounds(pence) => pounds(*pence),
            Self::None | Self::Text(_) | Self::Named { .. } | Self::Date(_) => return None,
        };
        // Whole numbers are written without a point.
        const EXACT: f64 = 9_007_199_254_740_992.0;
        #[expect(clippy::cast_possible_truncation, reason = "whole and below 2^53")]
        if value.fract() == 0.0 && value.abs() < EXACT {
            Some((value as i64).into())
        } else {
            serde_json::Number::from_f64(value)
        }
    }

    /// The value as it is shown, rounded.
    pub fn for_the_eye(&self) -> String {
        match self {
            Self::None => String::new(),
            Self::Text(text) | Self::Named { title: text, .. } => text.clone(),
            Self::Number(value) => grouped(&plain(*value)),
            Self::Percent(value) => two_decimals(*value),
            Self::Pounds(pence) => whole_pounds(*pence),
            Self::Date(date) => date.to_string(),
        }
    }

    fn for_csv(&self) -> String {
        match self {
            Self::Text(text) | Self::Named { id: text, .. } => inert(text).into_owned(),
            Self::Date(date) => date.to_string(),
            Self::Pounds(pence) => pence.pounds().to_string(),
            other => other.number().map_or_else(String::new, |number| number.to_string()),
        }
    }
}

impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) | Self::Named { id: text, .. } => serializer.serialize_str(text),
            Self::Date(date) => serializer.collect_str(date),
            other => other.number().serialize(serializer),
        }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&String> for Cell {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<f64> for Cell {
    fn from(value: f64) -> Self {
        if value.is_finite() { Self::Number(value) } else { Self::None }
    }
}

impl From<u32> for Cell {
    fn from(count: u32) -> Self {
        Self::Number(f64::from(count))
    }
}

impl From<usize> for Cell {
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
    fn from(count: usize) -> Self {
        Self::Number(count as f64)
    }
}

impl From<NaiveDate> for Cell {
    fn from(date: NaiveDate) -> Self {
        Self::Date(date)
    }
}

impl From<Pence> for Cell {
    fn from(pence: Pence) -> Self {
        Self::Pounds(pence)
    }
}

/// A technology, by its id in files and its title for the eye.
impl From<&Profile> for Cell {
    fn from(profile: &Profile) -> Self {
        Self::named(&profile.id, &profile.title)
    }
}

/// A remedy, by its id in files and its title for the eye.
impl From<&Remedy> for Cell {
    fn from(remedy: &Remedy) -> Self {
        Self::named(&remedy.id, &remedy.title)
    }
}

impl<T: Into<Self>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::None, Into::into)
    }
}

/// What a column is called: its key in files, its heading for the eye.
pub type Column = (&'static str, &'static str);

/// A table as it is shown: some of its columns under a title.
#[derive(Clone, Debug)]
struct Look {
    title: String,
    columns: Vec<&'static str>,
    /// Rows without a value in this column are left out.
    where_known: Option<&'static str>,
}

/// Rows of one kind.
#[derive(Clone, Debug)]
pub struct Table {
    key: &'static str,
    columns: Vec<(&'static str, String)>,
    rows: Vec<Vec<Cell>>,
    looks: Vec<Look>,
    in_files: bool,
}

impl Table {
    /// An empty table. `key` names it in files, `title` for the eye, where all its columns are shown.
    pub fn new(key: &'static str, title: impl Into<String>, columns: &[Column]) -> Self {
        let look = Look {
            title: title.into(),
            columns: columns.iter().map(|(key, _)| *key).collect(),
            where_known: None,
        };
        let columns = columns.iter().map(|(key, heading)| (*key, (*heading).to_owned())).collect();
        Self { key, columns, rows: Vec::new(), looks: vec![look], in_files: true }
    }

    /// Gives a column another heading.
    pub fn rename(&mut self, key: &str, heading: &str) {
        if let Some(at) = self.at(key) {
            heading.clone_into(&mut self.columns[at].1);
        }
    }

    /// Adds a row, a cell a column.
    pub fn add(&mut self, cells: impl IntoIterator<Item = Cell>) {
        let row: Vec<Cell> = cells.into_iter().collect();
        assert_eq!(row.len(), self.columns.len(), "{}: a cell a column", self.key);
        self.rows.push(row);
    }

    /// Whether it has no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Shows only these columns to the eye.
    #[must_use]
    pub fn showing(mut self, columns: &[&'static str]) -> Self {
        for look in &mut self.looks {
            look.columns = columns.to_vec();
        }
        self
    }

    /// Shows the same rows a second time with other columns: those rows that have a value in the
    /// column `where_known`, where it is given.
    #[must_use]
    pub fn and_showing(
        mut self,
        title: &str,
        columns: &[&'static str],
        where_known: Option<&'static str>,
    ) -> Self {
        let look = Look { title: title.to_owned(), columns: columns.to_vec(), where_known };
        self.looks.push(look);
        self
    }

    /// For files alone.
    #[must_use]
    pub fn for_files(mut self) -> Self {
        self.looks.clear();
        self
    }

    /// For the eye alone.
    #[must_use]
    pub const fn for_the_eye(mut self) -> Self {
        self.in_files = false;
        self
    }

    fn at(&self, key: &str) -> Option<usize> {
        self.columns.iter().position(|(own, _)| *own == key)
    }

    /// The widest number, day or mark of a column, which is never broken, or else its longest word.
    fn least(&self, at: usize, rows: &[&Vec<Cell>]) -> (usize, bool) {
        let is_fixed = rows.iter().all(|row| match &row[at] {
            Cell::Text(text) | Cell::Named { title: text, .. } => {
                text.split(' ').all(|word| word.chars().count() == 1)
            }
            _ => true,
        });
        let texts = rows.iter().map(|row| row[at].for_the_eye());
        let longest =
            |text: &str| text.split(' ').map(|word| word.chars().count()).max().unwrap_or(0);
        let widest = if is_fixed {
            texts.map(|text| text.chars().count()).max()
        } else {
            texts.map(|text| longest(&text)).max()
        };
        (widest.unwrap_or(0).max(longest(&self.columns[at].1)), is_fixed)
    }

    /// How it looks; nothing for rows without what a look is about.
    fn draw(&self, look: &Look) -> Option<String> {
        let columns: Vec<usize> = look.columns.iter().filter_map(|key| self.at(key)).collect();
        let needed = look.where_known.and_then(|key| self.at(key));
        let is_shown = |row: &&Vec<Cell>| needed.is_none_or(|at| row[at] != Cell::None);
        let rows: Vec<&Vec<Cell>> = self.rows.iter().filter(is_shown).collect();
        if rows.is_empty() {
            return needed.is_none().then(|| format!("{}: none\n", look.title));
        }
        let is_number = |at: usize| rows.iter().any(|row| row[at].is_number());
        let aligned = |text: &str, at: usize| {
            let cell = comfy_table::Cell::new(text);
            if is_number(at) { cell.set_alignment(CellAlignment::Right) } else { cell }
        };
        let mut drawn = comfy_table::Table::new();
        drawn
            .load_preset(presets::UTF8_FULL_CONDENSED)
            .set_content_arrangement(ContentArrangement::Dynamic);
        if drawn.width().is_none() {
            drawn.set_width(WIDTH_ELSEWHERE);
        }
        drawn.set_header(columns.iter().map(|at| aligned(&self.columns[*at].1, *at)));
        for row in &rows {
            drawn.add_row(columns.iter().map(|at| aligned(&row[*at].for_the_eye(), *at)));
        }
        if let Some(width) = drawn.width() {
            let least: Vec<(usize, bool)> =
                columns.iter().map(|at| self.least(*at, &rows)).collect();
            for (place, width) in share(usize::from(width), &least).into_iter().enumerate() {
                if let Some(column) = drawn.column_mut(place) {
                    column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(width)));
                }
            }
        }
        let title = if look.title.is_empty() { String::new() } else { format!("{}\n", look.title) };
        Some(format!("{title}{drawn}\n"))
    }
}

/// The least width of each column. What must not be broken has its own; the longest words of the
/// others have what is left, shared evenly among those that want more.
fn share(width: usize, least: &[(usize, bool)]) -> Vec<u16> {
    const PADDING: usize = 2;
    const NARROWEST: usize = 6;
    let borders = least.len() * (PADDING + 1) + 1;
    let fixed: usize = least.iter().filter(|(_, is_fixed)| *is_fixed).map(|(width, _)| width).sum();
    let mut left = width.saturating_sub(borders + fixed);
    let mut words: Vec<usize> =
        least.iter().filter(|(_, is_fixed)| !is_fixed).map(|(width, _)| *width).collect();
    words.sort_unstable();
    let mut most = usize::MAX;
    for (at, word) in words.iter().enumerate() {
        let even = left / (words.len() - at);
        if *word > even {
            most = even.max(NARROWEST);
            break;
        }
        left -= word;
    }
    let width = |(least, is_fixed): &(usize, bool)| {
        let width = if *is_fixed { *least } else { most.min(*least) };
        u16::try_from(width + PADDING).unwrap_or(u16::MAX)
    };
    least.iter().map(width).collect()
}

/// Everything that a command answers.
#[derive(Clone, Debug)]
pub struct Answer {
    /// None for an answer of the rules alone.
    revision: Option<i64>,
    rulebook: String,
    /// The day as of which the record was asked.
    as_of: Option<NaiveDate>,
    says: Vec<String>,
    tables: Vec<Table>,
}

impl Answer {
    /// An empty answer from a view.
    pub fn new(view: &View) -> Self {
        Self {
            revision: Some(view.facts.revision),
            as_of: view.facts.as_of,
            says: nothing_yet(view).into_iter().collect(),
            ..Self::of_rules(&view.rulebook)
        }
    }

    /// An empty answer that no record is asked for.
    pub fn of_rules(rulebook: &Rulebook) -> Self {
        Self {
            revision: None,
            rulebook: rulebook.hash.clone(),
            as_of: None,
            says: Vec::new(),
            tables: Vec::new(),
        }
    }

    /// Adds a full sentence, shown before the tables.
    pub fn say(&mut self, sentence: impl Into<String>) {
        self.says.push(sentence.into());
    }

    /// Adds a table.
    pub fn add(&mut self, table: Table) {
        self.tables.push(table);
    }

    /// Adds a table if it has rows.
    pub fn add_if_any(&mut self, table: Table) {
        if !table.is_empty() {
            self.tables.push(table);
        }
    }

    /// Sentences, then tables, without the line that says what they rest on.
    pub fn body(&self) -> String {
        let width = comfy_table::Table::new().width().map_or(usize::MAX, usize::from);
        let says: String =
            self.says.iter().map(|sentence| wrapped(sentence, width) + "\n").collect();
        let looks = self
            .tables
            .iter()
            .flat_map(|table| table.looks.iter().filter_map(move |look| table.draw(look)));
        let parts: Vec<String> =
            Some(says).into_iter().filter(|says| !says.is_empty()).chain(looks).collect();
        parts.join("\n")
    }

    /// For the eye.
    pub fn to_text(&self) -> String {
        let as_of = self.as_of.map_or_else(String::new, |day| format!(" as it stood on {day}"));
        let revision = self.revision.map_or_else(String::new, |revision| {
            format!("Revision {revision} of the record{as_of}, rulebook ")
        });
        let revision = if revision.is_empty() { "Rulebook " } else { &revision };
        format!("{}\n{revision}{}\n", self.body(), &self.rulebook[..16])
    }

    /// As CSV: one heading for all tables, with every column that one of them has; which table a row
    /// is of stands in the column `part`.
    ///
    /// # Errors
    /// `Internal`, which cannot happen.
    pub fn to_csv(&self) -> Result<Vec<u8>, Error> {
        let mut keys: Vec<&str> = Vec::new();
        let tables = || self.tables.iter().filter(|table| table.in_files);
        for (key, _) in tables().flat_map(|table| &table.columns) {
            if !keys.contains(key) {
                keys.push(key);
            }
        }
        let mut writer =
            ::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).from_writer(Vec::new());
        let ends = ["says", "part", "revision", "rulebook", "as_of"];
        writer.write_record(keys.iter().copied().chain(ends)).map_err(Error::internal)?;
        let mut write = |cells: Vec<String>, says: &str, part: &str| {
            let as_of = self.as_of.map_or_else(String::new, |day| day.to_string());
            let revision = self.revision.map_or_else(String::new, |number| number.to_string());
            let made_by = [revision, self.rulebook.clone(), as_of];
            let ends = [inert(says).into_owned(), part.to_owned()].into_iter().chain(made_by);
            writer.write_record(cells.into_iter().chain(ends)).map_err(Error::internal)
        };
        for sentence in &self.says {
            write(vec![String::new(); keys.len()], sentence, "says")?;
        }
        for table in tables() {
            for row in &table.rows {
                let cell =
                    |key: &&str| table.at(key).map_or_else(String::new, |at| row[at].for_csv());
                write(keys.iter().map(cell).collect(), "", table.key)?;
            }
        }
        writer.into_inner().map_err(|error| Error::internal(error.to_string()))
    }

    /// As JSON: an object with the sentences, and a list of objects for each table.
    ///
    /// # Errors
    /// `Internal`, which cannot happen.
    pub fn to_json(&self) -> Result<Vec<u8>, Error> {
        let mut bytes = serde_json::to_vec_pretty(self).map_err(Error::internal)?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}

impl Serialize for Answer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("revision", &self.revision)?;
        map.serialize_entry("rulebook", &self.rulebook)?;
        map.serialize_entry("as_of", &self.as_of.map(|day| day.to_string()))?;
        map.serialize_entry("says", &self.says)?;
        for table in self.tables.iter().filter(|table| table.in_files) {
            let rows: Vec<Row<'_>> =
                table.rows.iter().map(|row| Row { columns: &table.columns, row }).collect();
            map.serialize_entry(table.key, &rows)?;
        }
        map.end()
    }
}

struct Row<'a> {
    columns: &'a [(&'static str, String)],
    row: &'a [Cell],
}

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.columns.iter().map(|(key, _)| key).zip(self.row))
    }
}

/// Why there is nothing to answer from; none where a survey counts.
fn nothing_yet(view: &View) -> Option<String> {
    if !view.facts.surveys.is_empty() {
        return None;
    }
    Some(match view.facts.as_of {
        Some(day) => {
            format!("No survey had been accepted by {day}, or all of them were withdrawn.")
        }
        None => "No survey counts yet; accept one with siteworthy import --accept FILE.".to_owned(),
    })
}

/// Two decimals. What is short of everything, or more than nothing, is never rounded to it.
fn two_decimals(value: f64) -> String {
    let text = format!("{value:.2}");
    match text.as_str() {
        "100.00" if value < 100.0 => ">99.99".to_owned(),
        "0.00" if value > 0.0 => "<0.01".to_owned(),
        _ => text,
    }
}

/// Pounds to the whole pound with thousands separators, for the eye; files carry the pence.
fn whole_pounds(pence: Pence) -> String {
    with_commas(&pence.pounds().round().to_string())
}

/// A number with thousands separators, where it has so many digits that nobody would read them at once.
fn grouped(number: &str) -> String {
    const LONG: usize = 5;
    let (whole, rest) = number.split_at(number.find('.').unwrap_or(number.len()));
    if whole.trim_start_matches('-').len() < LONG {
        return number.to_owned();
    }
    format!("{}{rest}", with_commas(whole))
}

/// A text broken between words so that no line is wider.
fn wrapped(text: &str, width: usize) -> String {
    let mut lines = String::new();
    let mut used = 0;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if used > 0 && used + 1 + length > width {
            lines.push('\n');
            used = 0;
        } else if used > 0 {
            lines.push(' ');
            used += 1;
        }
        lines.push_str(word);
        used += length;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer() -> Answer {
        let mut answer = Answer {
            revision: Some(7),
            rulebook: "0123456789abcdef0123".to_owned(),
            as_of: None,
            says: vec!["One sentence.".to_owned()],
            tables: Vec::new(),
        };
        let columns = [("name", "Name"), ("share", "Share %"), ("cost_gbp", "Cost £")];
        let mut table = Table::new("things", "Things", &columns).showing(&["name", "cost_gbp"]);
        let third = 100.0 / 3.0;
        table.add(["=A1".into(), Cell::Percent(third), Pence(123_456_789).into()]);
        table.add(["B".into(), Cell::None, Cell::None]);
        answer.add(table);
        let mut other = Table::new("days", "Days", &[("name", "Name"), ("day", "Day")]);
        other.add(["C".into(), NaiveDate::from_ymd_opt(2026, 3, 1).into()]);
        answer.add(other);
        answer
    }

    #[test]
    fn all_three_forms_hold_the_same() {
        let answer = answer();
        let json: serde_json::Value =
            serde_json::from_slice(&answer.to_json().expect("json")).expect("json");
        assert_eq!(json["things"][0]["share"].as_f64(), Some(100.0 / 3.0));
        assert_eq!(json["things"][0]["cost_gbp"].as_f64(), Some(1_234_567.89));
        assert!(json["things"][1]["share"].is_null());
        assert_eq!(json["days"][0]["day"], "2026-03-01");
        let csv = String::from_utf8(answer.to_csv().expect("csv")).expect("text");
        let lines: Vec<&str> = csv.split("\r\n").collect();
        assert_eq!(lines[0], "name,share,cost_gbp,day,says,part,revision,rulebook,as_of");
        assert_eq!(lines[1], ",,,,One sentence.,says,7,0123456789abcdef0123,");
        assert!(lines[2].starts_with("'=A1,33.33333333333333"), "{csv}");
        assert!(lines[2].ends_with(",1234567.89,,,things,7,0123456789abcdef0123,"), "{csv}");
        assert!(lines[4].starts_with("C,,,2026-03-01,"), "{csv}");
        let text = answer.to_text();
        assert!(text.starts_with("One sentence.\n\nThings\n"), "{text}");
        assert!(text.contains("1,234,568 │") && !text.contains("33.33"), "{text}");
        assert!(text.ends_with("Revision 7 of the record, rulebook 0123456789abcdef\n"), "{text}");
    }

    #[test]
    fn short_of_everything_is_never_shown_as_everything() {
        for (value, shown) in [
            (100.0, "100.00"),
            (99.999, ">99.99"),
            (99.99, "99.99"),
            (0.0, "0.00"),
            (0.001, "<0.01"),
        ] {
            assert_eq!(two_decimals(value), shown);
        }
    }

    #[test]
    fn long_numbers_are_grouped_for_the_eye_alone() {
        for (value, shown) in [
            (78_786_500.0, "78,786,500"),
            (-12_345.678, "-12,345.678"),
            (9_999.5, "9999.5"),
            (-1568.733, "-1568.733"),
            (0.5, "0.5"),
        ] {
            assert_eq!(Cell::Number(value).for_the_eye(), shown);
        }
        assert_eq!(Cell::Number(78_786_500.0).for_csv(), "78786500");
    }

    #[test]
    fn an_id_is_for_files_and_a_title_for_the_eye() {
        let cell = Cell::named("ai-ct", "CT with AI");
        assert_eq!((cell.for_the_eye(), cell.for_csv()), ("CT with AI".into(), "ai-ct".into()));
        assert_eq!(serde_json::to_value(&cell).expect("json"), "ai-ct");
    }

    #[test]
    fn a_table_without_a_terminal_is_not_as_wide_as_its_text() {
        let mut table = Table::new("t", "T", &[("a", "A"), ("b", "B")]);
        table.add(["word ".repeat(100).into(), "other ".repeat(100).into()]);
        let drawn = table.draw(&table.looks[0]).expect("a table");
        let widest = drawn.lines().map(|line| line.chars().count()).max();
        assert!(widest.is_some_and(|widest| widest <= usize::from(WIDTH_ELSEWHERE)), "{drawn}");
    }

    #[test]
    fn what_is_left_of_a_terminal_is_shared_among_long_words() {
        for (width, least, shared) in [
            (80, vec![(5, true), (40, false), (8, false)], vec![7, 42, 10]),
            (40, vec![(5, true), (40, false), (8, false)], vec![7, 19, 10]),
            (40, vec![(5, true), (40, false), (30, false)], vec![7, 14, 14]),
            (10, vec![(9, true), (40, false)], vec![11, 8]),
        ] {
            assert_eq!(share(width, &least), shared, "{width} {least:?}");
        }
    }

    #[test]
    fn long_sentences_are_broken_between_words() {
        assert_eq!(wrapped("aa bb cc", 5), "aa bb\ncc");
        assert_eq!(wrapped("aaaaaaa b", 5), "aaaaaaa\nb");
    }
}
