//! Reading the files of factors: rows with the columns that all of them share.
//!
//! Every row has a figure with unit, evidence, source and year; what the row is about is read by the
//! file of its kind.

use super::{CalendarYear, Figure, FinancialYear, PriceBase};
use crate::dated::Evidence;
use crate::fields::{Problems, is_kebab_case};
use std::collections::BTreeSet;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

/// The columns that every file ends with.
const SHARED: [&str; 6] = ["value", "unit", "evidence", "source", "source_year", "note"];

/// The years that a figure can be about or of: a year outside is a slip of the pen.
const YEARS: RangeInclusive<i32> = 1900..=2200;

/// One row of a file of factors, with what is wrong in it.
pub struct Row<'a> {
    file: &'a str,
    headings: &'a csv::StringRecord,
    record: &'a csv::StringRecord,
    line: u32,
    problems: &'a mut Problems,
}

/// What `read` made of one row.
pub struct Kept<K, T> {
    /// The row, as a spreadsheet numbers it.
    pub line: u32,
    /// What it is about.
    pub key: K,
    /// What it says.
    pub value: T,
}

/// Reads a file whose columns are these and the shared ones: what `read` makes of each row, in order of
/// key. Rows that cannot be read are left out, with their problems; two rows of one key are a problem
/// too.
pub fn read_rows<K: Ord + Clone, T>(
    file: &str,
    text: &str,
    own: &[&str],
    problems: &mut Problems,
    mut read: impl FnMut(&mut Row<'_>) -> Option<(K, T)>,
) -> Vec<Kept<K, T>> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let wanted: Vec<&str> = own.iter().copied().chain(SHARED).collect();
    let headings = reader.headers().cloned().unwrap_or_default();
    if !headings.iter().eq(wanted.iter().copied()) {
        let message = "Its columns are not those of such a file.".to_owned();
        let advice = format!("Let row 1 be {}.", wanted.join(","));
        problems.add_at_row(file, 1, None, None, message, &advice);
        return Vec::new();
    }
    let (mut found, mut seen) = (Vec::new(), BTreeSet::new());
    for (line, record) in (2..).zip(reader.records()) {
        let record = match record {
            Ok(record) if record.len() == wanted.len() => record,
            Ok(record) => {
                let message = format!("It has {} columns, not {}.", record.len(), wanted.len());
                let advice = "Add what is missing, and put quotes around a text with commas.";
                problems.add_at_row(file, line, None, None, message, advice);
                continue;
            }
            Err(error) => {
                let message = format!("It cannot be read: {error}.");
                problems.add_at_row(file, line, None, None, message, "Correct the row.");
                continue;
            }
        };
        let mut row = Row { file, headings: &headings, record: &record, line, problems };
        let Some((key, value)) = read(&mut row) else { continue };
        if seen.insert(key.clone()) {
            found.push(Kept { line, key, value });
        } else {
            row.problem(
                None,
                "An earlier row is about the same.".to_owned(),
                "Remove one of the two.",
            );
        }
    }
    found.sort_by(|one, other| one.key.cmp(&other.key));
    found
}

/// A path has every year from its first to its last: a year in between would be missing in every sum.
/// `years` are in order, each with its row.
pub fn check_whole(
    file: &str,
    what: &str,
    years: impl Iterator<Item = (i32, u32)>,
    problems: &mut Problems,
) {
    let mut last = None;
    for (year, line) in years {
        if let Some(last) = last
            && year > last + 1
        {
            let message = format!("{what} goes from {last} to {year}, and has nothing in between.");
            let advice = "Add the years in between.";
            problems.add_at_row(file, line, Some("year"), None, message, advice);
        }
        last = Some(year);
    }
    if last.is_none() {
        let message = format!("There is no row for {what}.");
        problems.add(file, "", None, message, "Add its rows.");
    }
}

impl Row<'_> {
    fn cell(&self, column: &str) -> &str {
        let at = self.headings.iter().position(|heading| heading == column);
        at.and_then(|at| self.record.get(at)).map_or("", str::trim)
    }

    /// Notes what is wrong in a column of the row, or in the row as a whole.
    pub fn problem(&mut self, column: Option<&str>, message: String, advice: &str) {
        let value = column.map(|column| self.cell(column).to_owned());
        self.problems.add_at_row(self.file, self.line, column, value, message, advice);
    }

    /// The text of a column that must not be empty.
    pub fn text(&mut self, column: &str) -> Option<String> {
        let text = self.cell(column).to_owned();
        if text.is_empty() {
            self.problem(Some(column), format!("Its {column} is empty."), "Fill it in.");
            return None;
        }
        Some(text)
    }

    /// The text of a column, which may be empty.
    pub fn text_if_any(&self, column: &str) -> String {
        self.cell(column).to_owned()
    }

    /// A number, a year or a word of a column.
    pub fn parsed<T: FromStr>(&mut self, column: &str, what: &str) -> Option<T> {
        let text = self.text(column)?;
        let parsed = text.parse().ok();
        if parsed.is_none() {
            self.problem(Some(column), format!("This is not {what}."), "Correct it.");
        }
        parsed
    }

    /// An id in kebab-case.
    pub fn id(&mut self, column: &str) -> Option<String> {
        let id = self.text(column)?;
        let is_id = is_kebab_case(&id);
        if !is_id {
            let message = "An id is made of small letters, digits and single hyphens.".to_owned();
            self.problem(Some(column), message, "Write it in kebab-case.");
        }
        is_id.then_some(id)
    }

    /// A finite number.
    pub fn number(&mut self, column: &str) -> Option<f64> {
        let number: f64 = self.parsed(column, "a number")?;
        if !number.is_finite() {
            self.problem(Some(column), "This is not a finite number.".to_owned(), "Correct it.");
        }
        number.is_finite().then_some(number)
    }

    /// A calendar year, or that of a set.
    pub fn year(&mut self, column: &str) -> Option<i32> {
        let year: i32 = self.parsed(column, "a year")?;
        self.in_range(column, year)
    }

    /// The year of a column that may be empty.
    pub fn year_if_any(&mut self, column: &str) -> Option<Option<i32>> {
        if self.cell(column).is_empty() { Some(None) } else { self.year(column).map(Some) }
    }

    /// A financial year, such as 2025-26.
    pub fn financial_year(&mut self, column: &str) -> Option<FinancialYear> {
        let year: FinancialYear = self.parsed(column, "a financial year such as 2025-26")?;
        self.in_range(column, year.0).map(FinancialYear)
    }

    /// The financial year of a column that may be empty.
    pub fn financial_year_if_any(&mut self, column: &str) -> Option<Option<FinancialYear>> {
        if self.cell(column).is_empty() {
            Some(None)
        } else {
            self.financial_year(column).map(Some)
        }
    }

    /// A calendar year or a financial one: its form says which.
    pub fn price_base(&mut self, column: &str) -> Option<PriceBase> {
        if self.cell(column).contains('-') {
            self.financial_year(column).map(PriceBase::Financial)
        } else {
            self.year(column).map(|year| PriceBase::Calendar(CalendarYear(year)))
        }
    }

    fn in_range(&mut self, column: &str, year: i32) -> Option<i32> {
        let is_near = YEARS.contains(&year);
        if !is_near {
            let (first, last) = (YEARS.start(), YEARS.end());
            let message = format!("This year lies outside {first} to {last}.");
            self.problem(Some(column), message, "Correct it.");
        }
        is_near.then_some(year)
    }

    /// A word of a closed vocabulary.
    pub fn word<T: FromStr<Err = String>>(&mut self, column: &str) -> Option<T> {
        match self.text(column)?.parse() {
            Ok(word) => Some(word),
            Err(message) => {
                self.problem(Some(column), format!("{message}."), "Use one of the words listed.");
                None
            }
        }
    }

    /// The same of a column that may be empty.
    pub fn word_if_any<T: FromStr<Err = String>>(&mut self, column: &str) -> Option<Option<T>> {
        if self.cell(column).is_empty() { Some(None) } else { self.word(column).map(Some) }
    }

    /// What is read of a column that may be empty.
    pub fn parsed_if_any<T: FromStr>(&mut self, column: &str, what: &str) -> Option<Option<T>> {
        if self.cell(column).is_empty() { Some(None) } else { self.parsed(column, what).map(Some) }
    }

    /// One of a closed list of words.
    pub fn one_of(&mut self, column: &str, words: &[&str]) -> Option<String> {
        let text = self.text(column)?;
        if words.contains(&text.as_str()) {
            return Some(text);
        }
        let known = words.join(", ");
        self.problem(
            Some(column),
            format!("{text:?} is not known here."),
            &format!("Use one of {known}."),
        );
        None
    }

    /// The figure of the row, which must be a finite number in one of these units.
    pub fn figure(&mut self, units: &[impl AsRef<str> + Display]) -> Option<Figure> {
        let value = self.number("value");
        let unit = self.text("unit").and_then(|unit| {
            let is_known = units.iter().any(|known| known.as_ref() == unit);
            if !is_known {
                let known: Vec<String> = units.iter().map(ToString::to_string).collect();
                let advice = format!("Give the figure in {}.", known.join(" or "));
                self.problem(
                    Some("unit"),
                    format!("{unit} is not a unit of such a figure."),
                    &advice,
                );
            }
            is_known.then_some(unit)
        });
        let evidence: Option<Evidence> = self.parsed(
            "evidence",
            "a grade of evidence: verified, second-hand, derived, recalled, policy",
        );
        let source = self.text("source");
        let source_year = self.year("source_year");
        Some(Figure {
            value: value?,
            unit: unit?,
            evidence: evidence?,
            source: source?,
            source_year: source_year?,
            note: self.text_if_any("note"),
        })
    }
}
