//! The codes of every problem that reading can find, and the list in which they are collected.
//!
//! Codes are stable: people filter by them, and the interface links help to them. What leads to a
//! problem stands where it is found.

use super::number::write_number;
use siteworthy_rules::problem::{Position, Problem, Severity};
use std::borrow::Cow;
use std::collections::BTreeMap;

macro_rules! codes {
    ($($(#[$meta:meta])* $name:ident = $code:literal,)+) => {
        $($(#[$meta])* pub const $name: &str = $code;)+
        /// Every code, in alphabetical order.
        pub const ALL: &[&str] = &[$($code,)+];
    };
}

/// One constant a code.
pub mod code {
    codes! {
        /// A value above the measure that limits it.
        ABOVE_CEILING = "above-ceiling",
        /// A column without a heading.
        BLANK_HEADING = "blank-heading",
        /// A site or organisation that two rows describe differently.
        CONTRADICTORY_SITE = "contradictory-site",
        /// A space with two kinds.
        CONTRADICTORY_SPACE = "contradictory-space",
        /// Two values of one measure at one place on one date.
        CONTRADICTORY_VALUES = "contradictory-values",
        /// A heading that occurs twice.
        DUPLICATE_COLUMN = "duplicate-column",
        /// A postcode that a gazetteer has in two rows.
        DUPLICATE_POSTCODE = "duplicate-postcode",
        /// A second row for a site where each has one.
        DUPLICATE_SITE = "duplicate-site",
        /// A file without content.
        EMPTY_FILE = "empty-file",
        /// More bytes or columns than can be numbered.
        FILE_TOO_LARGE = "file-too-large",
        /// An observation dated after its receipt.
        FUTURE_DATE = "future-date",
        /// A value outside the measure's plausible limits.
        IMPLAUSIBLE_VALUE = "implausible-value",
        /// A sheet without the row that ends it.
        INCOMPLETE_FILE = "incomplete-file",
        /// Latitude without longitude, or the reverse.
        INCOMPLETE_POINT = "incomplete-point",
        /// A sum of several columns of which some are missing.
        INCOMPLETE_SUM = "incomplete-sum",
        /// Headings that the layout needs are missing.
        LAYOUT_DOES_NOT_FIT = "layout-does-not-fit",
        /// A site, space or organisation code that cannot be one.
        MALFORMED_CODE = "malformed-code",
        /// A postcode that is not in its normal form.
        MALFORMED_POSTCODE = "malformed-postcode",
        /// Quotation marks that do not pair.
        MALFORMED_QUOTES = "malformed-quotes",
        /// A cell that every row needs is empty.
        MISSING_CELL = "missing-cell",
        /// A column that the layout reads is not there.
        MISSING_COLUMN = "missing-column",
        /// A conversion factor that a file of factors does not give.
        MISSING_FACTOR = "missing-factor",
        /// A gazetteer entry without a position.
        NO_POSITION = "no-position",
        /// A heading with no rows below it.
        NO_ROWS = "no-rows",
        /// A cell that should hold a date.
        NOT_A_DATE = "not-a-date",
        /// A cell that should hold yes or no.
        NOT_A_FLAG = "not-a-flag",
        /// A cell that should hold a number.
        NOT_A_NUMBER = "not-a-number",
        /// An answer for one technology to what is not asked of one.
        NOT_OF_TECHNOLOGY = "not-of-technology",
        /// Content that is no text.
        NOT_TEXT = "not-text",
        /// A part of a thing, where things are counted.
        NOT_WHOLE = "not-whole",
        /// A point outside the United Kingdom or off the national grid.
        POINT_OUTSIDE_UK = "point-outside-uk",
        /// Rows that stand for many minor sites.
        POOLED_ROWS = "pooled-rows",
        /// A row with more or fewer cells than the heading.
        RAGGED_ROW = "ragged-row",
        /// The same value given twice.
        REPEATED_VALUE = "repeated-value",
        /// An observation older than 24 months.
        STALE_OBSERVATION = "stale-observation",
        /// Text that was not UTF-8.
        TEXT_ENCODING = "text-encoding",
        /// A text longer than is kept.
        TEXT_TOO_LONG = "text-too-long",
        /// A separator that may stand for decimals or thousands.
        UNCLEAR_SEPARATOR = "unclear-separator",
        /// Well formed, but with a letter that no postcode has there.
        UNISSUED_POSTCODE = "unissued-postcode",
        /// A choice that the measure does not have.
        UNKNOWN_CHOICE = "unknown-choice",
        /// A column that the layout does not know.
        UNKNOWN_COLUMN = "unknown-column",
        /// A layout that does not exist.
        UNKNOWN_LAYOUT = "unknown-layout",
        /// A measure that the dictionary does not have.
        UNKNOWN_MEASURE = "unknown-measure",
        /// A method that is not one of the four.
        UNKNOWN_METHOD = "unknown-method",
        /// A nation that is not one of the four.
        UNKNOWN_NATION = "unknown-nation",
        /// An organisation that is neither described nor known.
        UNKNOWN_ORGANISATION = "unknown-organisation",
        /// A region that the layout does not list.
        UNKNOWN_REGION = "unknown-region",
        /// A setting that does not exist.
        UNKNOWN_SETTING = "unknown-setting",
        /// A site that is neither described nor known.
        UNKNOWN_SITE = "unknown-site",
        /// A space that is neither described nor known.
        UNKNOWN_SPACE = "unknown-space",
        /// A kind of space that does not exist.
        UNKNOWN_SPACE_KIND = "unknown-space-kind",
        /// An answer for a technology that does not exist.
        UNKNOWN_TECHNOLOGY = "unknown-technology",
        /// A unit that does not exist.
        UNKNOWN_UNIT = "unknown-unit",
        /// A measure of the whole site given for a space.
        WRONG_SCOPE = "wrong-scope",
        /// A unit of another dimension than the measure's.
        WRONG_UNIT = "wrong-unit",
    }
}

/// Headings, cells and names longer than this are shown cut off.
const SHOWN_CHARS: usize = 100;

/// So many problems of one kind are listed for each column; the rest are counted. A file may have a
/// million cells with the same mistake, and nobody reads more than the first few.
const MOST_ALIKE: u32 = 1_000;

/// What is wrong, before it is known where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// How far it reaches.
    pub severity: Severity,
    /// One of [`code::ALL`].
    pub code: &'static str,
    /// A full sentence.
    pub message: String,
    /// A full sentence.
    pub advice: Cow<'static, str>,
}

impl Fault {
    /// Something is set aside.
    pub fn refused(
        code: &'static str,
        message: impl Into<String>,
        advice: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { severity: Severity::Refused, code, message: message.into(), advice: advice.into() }
    }

    /// Something is kept that a person should look at.
    pub fn warning(
        code: &'static str,
        message: impl Into<String>,
        advice: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { severity: Severity::Warning, ..Self::refused(code, message, advice) }
    }

    /// Something was done that is worth saying.
    pub fn note(
        code: &'static str,
        message: impl Into<String>,
        advice: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { severity: Severity::Note, ..Self::refused(code, message, advice) }
    }
}

/// The problems of one file.
#[derive(Debug, Default)]
pub struct Report {
    file: String,
    problems: Vec<Problem>,
    alike: BTreeMap<Kind, Alike>,
    refusals: usize,
}

/// Code, severity and column: problems that have all three in common are of one kind.
type Kind = (&'static str, Severity, Option<String>);

/// The problems of one kind.
#[derive(Debug, Default)]
struct Alike {
    count: u32,
    /// The row of the first that is not listed.
    unlisted_row: Option<u32>,
}

impl Report {
    /// Starts an empty report on a file.
    #[must_use]
    pub fn new(file: &str) -> Self {
        Self { file: file.to_owned(), ..Self::default() }
    }

    /// Adds a problem of the whole file.
    pub fn add_to_file(&mut self, fault: Fault) {
        self.add(None, None, None, fault);
    }

    /// Adds a problem of a whole row.
    pub fn add_to_row(&mut self, row: u32, fault: Fault) {
        self.add(Some(row), None, None, fault);
    }

    /// Adds a problem of a cell.
    pub fn add_to_cell(&mut self, row: u32, column: &str, value: &str, fault: Fault) {
        self.add(Some(row), Some(column), Some(value), fault);
    }

    /// Adds a problem wherever it is. After [`MOST_ALIKE`] of its kind it is only counted.
    pub fn add(
        &mut self,
        row: Option<u32>,
        column: Option<&str>,
        value: Option<&str>,
        fault: Fault,
    ) {
        self.refusals += usize::from(fault.severity == Severity::Refused);
        let column = column.map(shorten);
        let alike = self.alike.entry((fault.code, fault.severity, column.clone())).or_default();
        alike.count = alike.count.saturating_add(1);
        if alike.count > MOST_ALIKE {
            alike.unlisted_row = alike.unlisted_row.or(row);
            return;
        }
        self.problems.push(Problem {
            severity: fault.severity,
            code: fault.code,
            position: Position { file: self.file.clone(), row, column },
            value: value.map(shorten),
            message: fault.message,
            advice: fault.advice.into_owned(),
        });
    }

    /// How many things were set aside so far.
    #[must_use]
    pub const fn refusals(&self) -> usize {
        self.refusals
    }

    /// Everything, in file order: first what concerns the whole file. Where problems of a kind are
    /// not listed, one more of that kind says how many.
    #[must_use]
    pub fn into_problems(mut self) -> Vec<Problem> {
        for (kind, alike) in std::mem::take(&mut self.alike) {
            if let Some(more) = alike.count.checked_sub(MOST_ALIKE).filter(|more| *more > 0) {
                self.problems.push(count_unlisted(&self.file, kind, more, alike.unlisted_row));
            }
        }
        self.problems.sort_by_key(|problem| problem.position.row);
        self.problems
    }
}

fn count_unlisted(file: &str, kind: Kind, more: u32, row: Option<u32>) -> Problem {
    let (code, severity, column) = kind;
    let more = write_number(f64::from(more));
    let place = if column.is_some() { " in this column" } else { "" };
    Problem {
        severity,
        code,
        position: Position { file: file.to_owned(), row, column },
        value: None,
        message: format!(
            "From here on there are {more} more problems of this kind{place}; they are not listed."
        ),
        advice: "Mend the cause that they share, and upload the file again.".to_owned(),
    }
}

/// A text as it is shown in a message: whole, or its beginning and an ellipsis.
#[must_use]
pub fn shorten(text: &str) -> String {
    match text.char_indices().nth(SHOWN_CHARS) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

/// The candidate that is closest to what was written, if it is close enough to be meant.
#[must_use]
pub fn find_nearest<'a>(
    written: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let limit = (written.chars().count() / 3).max(2);
    // Words whose lengths differ by more than the limit need more edits than that.
    let is_alike =
        |candidate: &&str| candidate.chars().count().abs_diff(written.chars().count()) <= limit;
    candidates
        .into_iter()
        .filter(is_alike)
        .map(|candidate| (count_edits(written, candidate), candidate))
        .filter(|(edits, _)| *edits <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Levenshtein distance.
fn count_edits(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut above: Vec<usize> = (0..=right.len()).collect();
    for (row, from) in left.chars().take(SHOWN_CHARS).enumerate() {
        let mut diagonal = above[0];
        above[0] = row + 1;
        for (column, to) in right.iter().enumerate() {
            let replaced = diagonal + usize::from(from != *to);
            diagonal = above[column + 1];
            above[column + 1] = replaced.min(diagonal + 1).min(above[column] + 1);
        }
    }
    above[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_sorted_and_kebab_case() {
        assert!(code::ALL.is_sorted());
        for code in code::ALL {
            assert!(siteworthy_rules::measure::is_kebab_case(code), "{code}");
        }
    }

    #[test]
    fn no_code_vanishes_unseen() {
        let golden = include_str!("codes.txt");
        assert_eq!(code::ALL.join("\n"), golden.trim_end());
    }

    #[test]
    fn the_nearest_word_is_offered_only_when_it_is_near() {
        let ids = ["max-demand-kva", "max-demand-kw", "annual-gas-kwh"];
        assert_eq!(find_nearest("max-demnd-kva", ids), Some("max-demand-kva"));
        assert_eq!(find_nearest("lunch", ids), None);
    }

    #[test]
    fn long_values_are_cut() {
        assert_eq!(shorten(&"é".repeat(200)).chars().count(), SHOWN_CHARS + 1);
    }
}
