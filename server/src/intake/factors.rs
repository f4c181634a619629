//! A published workbook of conversion factors as one year's set: which of our factors it gives, from
//! which rows, and everything that is wrong with it.
//!
//! Pure, as all of `intake`: bytes and the layout in, a [`FactorSet`] with its problems out. Which row
//! is which factor is data (`layout`), and a row is known by its words, never by its number. What the
//! set replaces, and writing it, is `adopt`.
//!
//! The sheet, its heading and its year are found, not assumed. An empty factor is empty, and not zero;
//! a factor that the workbook does not give is missing in the set, whatever other years say.

mod layout;
mod workbook;

#[cfg(test)]
mod tests;

pub use layout::{FactorLayout, FactorPlace, Heading};
pub use workbook::is_workbook;

use super::report::{Fault, Report, code, shorten};
use super::{file_name, hash};
use siteworthy_rules::factor::SetYear;
use siteworthy_rules::factor::conversion::Scope;
use siteworthy_rules::problem::Problem;
use std::collections::BTreeMap;
use workbook::{Content, Sheet, SheetRow, read_sheets};

/// The heading stands among so many rows from the top; the published one is in row 6.
const ROWS_SEARCHED: usize = 100;
/// A row with so many of the headings is the heading row; those that it lacks are then named.
const LEAST_HEADINGS: usize = 5;
/// Sets are named by a year of these.
const YEARS: std::ops::RangeInclusive<i32> = 2000..=2099;

/// One year's set as a workbook gives it.
#[derive(Clone, Debug, PartialEq)]
pub struct FactorSet {
    /// Name of the file, without any folder.
    pub file_name: String,
    /// SHA-256 of the bytes, in lower-case hexadecimal.
    pub sha256: String,
    /// The sheet that holds the factors.
    pub sheet: String,
    /// The row of its headings.
    pub heading_row: u32,
    /// The year that the heading names.
    pub year: SetYear,
    /// The version that the front page names.
    pub version: Option<String>,
    /// Rows below the heading, down to the row that ends them.
    pub rows_read: usize,
    /// The factors that it gives, by our id.
    pub factors: BTreeMap<String, FactorRow>,
    /// Those that it does not give, or not soundly; why is among the problems.
    pub missing: Vec<String>,
    /// Everything that is wrong or noteworthy, in file order.
    pub problems: Vec<Problem>,
}

impl FactorSet {
    /// What the publisher calls it: title, year, kind of file and version.
    #[must_use]
    pub fn title(&self, layout: &FactorLayout) -> String {
        let version = self.version.as_ref().map(|version| format!(" v{version}"));
        format!("{} {}, {}{}", layout.title, self.year, layout.kind, version.unwrap_or_default())
    }
}

/// One factor with the row that it comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct FactorRow {
    /// In which part of a footprint it counts.
    pub scope: Scope,
    /// In the unit beside it.
    pub value: f64,
    /// Our unit, such as kgCO2e/kWh.
    pub unit: String,
    /// Row as the spreadsheet numbers it.
    pub row: u32,
    /// The publisher's id of the row, where it has one.
    pub source_id: Option<String>,
}

/// Reads the set of a workbook.
///
/// # Errors
/// Every problem that was found, where the workbook as a whole cannot be trusted: it cannot be read, no
/// sheet has the headings, headings or the year are missing, or the sheet ends early.
pub fn read_factors(
    name: &str,
    bytes: &[u8],
    layout: &FactorLayout,
) -> Result<FactorSet, Vec<Problem>> {
    let name = file_name(name);
    let alone = |fault| {
        let mut report = Report::new(&name);
        report.add_to_file(fault);
        report.into_problems()
    };
    let sheets = read_sheets(bytes).map_err(alone)?;
    let table = find_table(&sheets, layout).ok_or_else(|| alone(no_heading(layout)))?;
    let mut report = Report::new(&format!("{name}, sheet {}", table.sheet.name));
    let is_complete = table.check_headings(layout, &mut report);
    let year = table.find_year(&sheets, layout, &mut report);
    let rows = table.rows(layout, &mut report);
    let found = is_complete.then(|| {
        let (rows, is_whole) = (rows.unwrap_or(table.below()), rows.is_some());
        let reading = Reading { table: &table, layout, rows, is_whole };
        reading.read(&mut report)
    });
    match (found, year, rows) {
        (Some(factors), Some(year), Some(rows)) => {
            let missing = layout.factors.iter().map(|place| &place.id);
            Ok(FactorSet {
                sha256: hash(bytes),
                sheet: table.sheet.name.clone(),
                heading_row: table.heading().number,
                year,
                version: find_beside(&sheets, &layout.front_version).map(Content::shown),
                rows_read: rows.len(),
                missing: missing.filter(|id| !factors.contains_key(*id)).cloned().collect(),
                factors,
                problems: report.into_problems(),
                file_name: name,
            })
        }
        _ => Err(report.into_problems()),
    }
}

/// A text as it is compared: small letters without blanks, dashes and colons, "&" as "and", lowered and
/// raised digits as plain ones.
fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '-' | '_' | ':' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{200b}' | '\u{feff}' => {}
            '&' => folded.push_str("and"),
            '\u{b2}' | '\u{2082}' => folded.push('2'),
            '\u{b3}' => folded.push('3'),
            '\u{2084}' => folded.push('4'),
            _ if sign.is_whitespace() => {}
            _ => folded.extend(sign.to_lowercase()),
        }
    }
    folded
}

fn is_one_of(text: &str, spellings: &[String]) -> bool {
    let text = fold(text);
    spellings.iter().any(|spelling| fold(spelling) == text)
}

fn no_heading(layout: &FactorLayout) -> Fault {
    let headings: Vec<&str> = Heading::ALL
        .iter()
        .filter_map(|heading| layout.spellings(*heading).first())
        .map(String::as_str)
        .collect();
    Fault::refused(
        code::LAYOUT_DOES_NOT_FIT,
        format!(
            "This workbook is no {} of conversion factors: no sheet has its headings, which are {}.",
            layout.kind,
            headings.join(", ")
        ),
        "Only that flat file is read as a workbook, as it is published, and not the condensed or the \
         full set. Save any other sheet, such as that of a survey, as CSV UTF-8.",
    )
}

/// The sheet that holds the factors, and where their columns are.
struct Table<'a> {
    sheet: &'a Sheet,
    /// Place of the heading among the rows of the sheet.
    at: usize,
    /// The columns of each heading; sound where there is one.
    columns: BTreeMap<Heading, Vec<u32>>,
}

/// The row with most of the headings, wherever it stands.
fn find_table<'a>(sheets: &'a [Sheet], layout: &FactorLayout) -> Option<Table<'a>> {
    let mut best: Option<Table<'a>> = None;
    for sheet in sheets {
        for (at, row) in sheet.rows.iter().take(ROWS_SEARCHED).enumerate() {
            let columns = find_columns(row, layout);
            let most = best.as_ref().map_or(LEAST_HEADINGS - 1, |best| best.columns.len());
            if columns.len() > most {
                best = Some(Table { sheet, at, columns });
            }
        }
    }
    best
}

fn find_columns(row: &SheetRow, layout: &FactorLayout) -> BTreeMap<Heading, Vec<u32>> {
    let mut columns: BTreeMap<Heading, Vec<u32>> = BTreeMap::new();
    for (column, content) in &row.cells {
        let Content::Text(text) = content else { continue };
        let is_named = |heading: &&Heading| match heading {
            Heading::Factor => behind(text, layout.spellings(Heading::Factor)).is_some(),
            heading => is_one_of(text, layout.spellings(**heading)),
        };
        if let Some(heading) = Heading::ALL.iter().find(is_named) {
            columns.entry(*heading).or_default().push(*column);
        }
    }
    columns
}

/// What follows one of these beginnings.
fn behind(text: &str, beginnings: &[String]) -> Option<String> {
    let text = fold(text);
    beginnings.iter().find_map(|from| text.strip_prefix(&fold(from)).map(str::to_owned))
}

/// The filled cell to the right of one of these words, on any sheet.
fn find_beside<'a>(sheets: &'a [Sheet], words: &[String]) -> Option<&'a Content> {
    let rows = sheets.iter().flat_map(|sheet| sheet.rows.iter().take(ROWS_SEARCHED));
    rows.flat_map(|row| row.cells.windows(2))
        .find(|pair| matches!(&pair[0].1, Content::Text(text) if is_one_of(text, words)))
        .map(|pair| &pair[1].1)
}

/// The year with which a text begins.
fn parse_year(text: &str) -> Option<SetYear> {
    let digits = text.find(|sign: char| !sign.is_ascii_digit()).unwrap_or(text.len());
    let year = text[..digits].parse().ok().filter(|year| YEARS.contains(year))?;
    (digits == 4).then_some(SetYear(year))
}

impl<'a> Table<'a> {
    fn heading(&self) -> &'a SheetRow {
        &self.sheet.rows[self.at]
    }

    fn below(&self) -> &'a [SheetRow] {
        &self.sheet.rows[self.at + 1..]
    }

    fn column(&self, heading: Heading) -> Option<u32> {
        self.columns.get(&heading).and_then(|columns| columns.first().copied())
    }

    /// The heading as the file writes it.
    fn name(&self, heading: Heading) -> String {
        let found = self.column(heading).and_then(|column| self.heading().find(column));
        found.map_or_else(|| heading.word().to_owned(), Content::shown)
    }

    /// What a row says under a heading; empty where it says nothing.
    fn text(&self, row: &SheetRow, heading: Heading) -> String {
        let found = self.column(heading).and_then(|column| row.find(column));
        found.map(Content::shown).unwrap_or_default()
    }

    /// Whether every column is there once. The publisher's ids are only a second check.
    fn check_headings(&self, layout: &FactorLayout, report: &mut Report) -> bool {
        let row = self.heading().number;
        let mut is_complete = true;
        for heading in Heading::ALL {
            let wanted = layout.spellings(*heading).join(" or ");
            match self.columns.get(heading).map_or(&[][..], Vec::as_slice) {
                [_] => {}
                [] if *heading == Heading::Id => report.add_to_row(
                    row,
                    Fault::note(
                        code::MISSING_COLUMN,
                        format!(
                            "There is no column {wanted}; rows are known by their words alone."
                        ),
                        "Nothing is to be done.",
                    ),
                ),
                [] => {
                    is_complete = false;
                    let message = format!("The heading {wanted} is missing.");
                    let advice = "Get the file again: as it is published, it has this column.";
                    report.add_to_row(row, Fault::refused(code::MISSING_COLUMN, message, advice));
                }
                [_, second, ..] => {
                    is_complete = false;
                    let written = self.heading().find(*second).map(Content::shown);
                    let message = format!("There are two columns {wanted}.");
                    let advice = "Keep the column of the year that is to be imported.";
                    let fault = Fault::refused(code::DUPLICATE_COLUMN, message, advice);
                    report.add_to_cell(row, &wanted, &written.unwrap_or_default(), fault);
                }
            }
        }
        is_complete
    }

    /// The year in the heading of the factors; the front page must not name another.
    fn find_year(
        &self,
        sheets: &[Sheet],
        layout: &FactorLayout,
        report: &mut Report,
    ) -> Option<SetYear> {
        let column = self.column(Heading::Factor)?;
        let written = self.heading().find(column).map(Content::shown).unwrap_or_default();
        let rest = behind(&written, layout.spellings(Heading::Factor))?;
        let row = self.heading().number;
        let Some(year) = parse_year(&rest) else {
            let message = "The heading of the factors names no year.";
            let advice = "Get the file again: as it is published, a year with four digits follows.";
            let fault = Fault::refused(code::LAYOUT_DOES_NOT_FIT, message, advice);
            report.add_to_cell(row, &written, &written, fault);
            return None;
        };
        let front = find_beside(sheets, &layout.front_year).map(Content::shown);
        if let Some(front) = front.filter(|front| parse_year(front) != Some(year)) {
            let message = format!(
                "The heading names the year {year}, and the front page {}.",
                shorten(&front)
            );
            let advice = "Get the file again: which year's set this is cannot be told.";
            let fault = Fault::refused(code::CONTRADICTORY_VALUES, message, advice);
            report.add_to_cell(row, &written, &written, fault);
            return None;
        }
        Some(year)
    }

    /// The rows below the heading, down to the row that ends them; none where that row is missing.
    fn rows(&self, layout: &FactorLayout, report: &mut Report) -> Option<&'a [SheetRow]> {
        let is_end = |row: &SheetRow| matches!(row.cells.as_slice(), [(_, Content::Text(text))] if fold(text) == fold(&layout.end));
        let below = self.below();
        let end = below.iter().position(is_end);
        if end.is_none() {
            let last = below.last().unwrap_or(self.heading()).number;
            let message =
                format!("The sheet ends with this row, and no row {} follows.", layout.end);
            let advice = "Get the file again: what comes after this row is lost.";
            report.add_to_row(last, Fault::refused(code::INCOMPLETE_FILE, message, advice));
        }
        end.map(|end| &below[..end])
    }
}

/// What the rows hold of one factor.
#[derive(Clone, Debug, Default)]
struct Hits<'a> {
    /// Rows with all its words and its unit.
    rows: Vec<&'a SheetRow>,
    /// Rows with all its words and another unit.
    other_units: Vec<&'a SheetRow>,
    /// A row with its id of earlier years.
    of_its_id: Option<&'a SheetRow>,
}

/// The rows of a table being read.
struct Reading<'a> {
    table: &'a Table<'a>,
    layout: &'a FactorLayout,
    rows: &'a [SheetRow],
    /// Whether the sheet ends as it should: else nothing can be said of what is not there.
    is_whole: bool,
}

impl<'a> Reading<'a> {
    fn read(&self, report: &mut Report) -> BTreeMap<String, FactorRow> {
        let hits = self.find_hits();
        let places = self.layout.factors.iter().zip(&hits);
        places
            .filter_map(|(place, hits)| Some((place.id.clone(), self.pick(place, hits, report)?)))
            .collect()
    }

    /// What there is of each factor, in the order of the layout.
    fn find_hits(&self) -> Vec<Hits<'a>> {
        let mut hits = vec![Hits::default(); self.layout.factors.len()];
        let mut by_words: BTreeMap<Vec<String>, Vec<usize>> = BTreeMap::new();
        let mut by_id: BTreeMap<&str, usize> = BTreeMap::new();
        for (at, place) in self.layout.factors.iter().enumerate() {
            for key in keys(place) {
                by_words.entry(key).or_default().push(at);
            }
            by_id.extend(place.ids.iter().map(|id| (id.as_str(), at)));
        }
        for row in self.rows {
            let cells = [Heading::Scope].into_iter().chain(Heading::WORDS);
            let key: Vec<String> =
                cells.map(|heading| fold(&self.table.text(row, heading))).collect();
            let uom = self.table.text(row, Heading::Uom);
            for at in by_words.get(&key).map_or(&[][..], Vec::as_slice) {
                if is_one_of(&uom, &self.layout.factors[*at].uom) {
                    hits[*at].rows.push(row);
                } else {
                    hits[*at].other_units.push(row);
                }
            }
            if let Some(at) = by_id.get(self.table.text(row, Heading::Id).as_str()) {
                hits[*at].of_its_id = hits[*at].of_its_id.or(Some(row));
            }
        }
        hits
    }

    /// The one value of a factor, or why there is none.
    fn pick(&self, place: &FactorPlace, hits: &Hits<'a>, report: &mut Report) -> Option<FactorRow> {
        if hits.rows.is_empty() {
            if self.is_whole {
                self.tell_missing(place, hits, report);
            }
            return None;
        }
        let column = self.table.name(Heading::Factor);
        let (mut picked, mut is_sound): (Option<FactorRow>, bool) = (None, true);
        for row in &hits.rows {
            let content = self.table.column(Heading::Factor).and_then(|column| row.find(column));
            let shown = content.map(Content::shown).unwrap_or_default();
            let mut tell = |fault| report.add_to_cell(row.number, &column, &shown, fault);
            let value = match content {
                None => {
                    tell(empty(place));
                    continue;
                }
                Some(Content::Number(value)) if *value >= 0.0 => *value,
                Some(Content::Number(_)) => {
                    tell(below_zero(place));
                    is_sound = false;
                    continue;
                }
                Some(Content::Text(_) | Content::Other(_)) => {
                    tell(not_a_number(place));
                    is_sound = false;
                    continue;
                }
            };
            match &picked {
                Some(first) if first.value == value => tell(repeated(place, first)),
                Some(first) => {
                    tell(contradictory(place, first));
                    is_sound = false;
                }
                None => {
                    let id = self.table.text(row, Heading::Id);
                    picked = Some(FactorRow {
                        scope: place.scope,
                        value,
                        unit: place.unit.clone(),
                        row: row.number,
                        source_id: (!id.is_empty()).then_some(id),
                    });
                }
            }
        }
        let picked = picked.filter(|_| is_sound)?;
        self.check_id(place, &picked, report);
        Some(picked)
    }

    /// An id that is new says nothing; one that was another factor's wants a look.
    fn check_id(&self, place: &FactorPlace, picked: &FactorRow, report: &mut Report) {
        let Some(id) = &picked.source_id else { return };
        let other = self.layout.factors.iter().find(|other| other.ids.contains(id));
        if let Some(other) = other.filter(|other| other.id != place.id) {
            let message = format!(
                "By its words this row is {}, and by its ID of earlier years {}; the words were followed.",
                place.id, other.id
            );
            let advice = "Compare the row with the published tables.";
            let fault = Fault::warning(code::CONTRADICTORY_VALUES, message, advice);
            report.add_to_cell(picked.row, &self.table.name(Heading::Id), id, fault);
        }
    }

    fn tell_missing(&self, place: &FactorPlace, hits: &Hits<'a>, report: &mut Report) {
        let (id, path) = (&place.id, &self.layout.path);
        if let Some(row) = hits.other_units.first() {
            let mut units: Vec<String> = Vec::new();
            for row in &hits.other_units {
                let unit = self.table.text(row, Heading::Uom);
                if !units.contains(&unit) {
                    units.push(unit);
                }
            }
            let message = format!(
                "{id} is wanted for {}, and is given here for {}; it is left out of the set.",
                place.uom.join(" or "),
                units.join(", ")
            );
            let advice = format!(
                "If one of these is the wanted unit in other words, add it to uom of {id} in {path}."
            );
            let fault = Fault::refused(code::WRONG_UNIT, message, advice);
            let (column, unit) =
                (self.table.name(Heading::Uom), self.table.text(row, Heading::Uom));
            return report.add_to_cell(row.number, &column, &unit, fault);
        }
        let moved = hits.of_its_id.and_then(|row| Some((row, self.find_difference(place, row)?)));
        if let Some((row, (heading, spellings))) = moved {
            let (column, written) = (self.table.name(heading), self.table.text(row, heading));
            let known: Vec<String> =
                spellings.iter().map(|spelling| format!("{spelling:?}")).collect();
            let message = format!(
                "{id} is not in this file. This row has its ID of earlier years, and not the words {}.",
                known.join(" or ")
            );
            let advice = format!(
                "If it is the same factor, add its words to {id} in {path}; if not, the factor is unknown \
                 in this set."
            );
            let fault = Fault::warning(code::MISSING_FACTOR, message, advice);
            return report.add_to_cell(row.number, &column, &written, fault);
        }
        report.add_to_file(Fault::warning(
            code::MISSING_FACTOR,
            format!("{id} is not in this file; it is unknown in this set."),
            format!("If the file has it in other words, add them to {id} in {path}."),
        ));
    }

    /// The first cell of a row that a factor has in other words, and those words.
    fn find_difference<'b>(
        &self,
        place: &'b FactorPlace,
        row: &SheetRow,
    ) -> Option<(Heading, &'b [String])> {
        let scope = (Heading::Scope, place.scopes.as_slice());
        let words = Heading::WORDS.into_iter().zip(place.words.iter().map(Vec::as_slice));
        let uom = (Heading::Uom, place.uom.as_slice());
        [scope]
            .into_iter()
            .chain(words)
            .chain([uom])
            .find(|(heading, spellings)| !is_one_of(&self.table.text(row, *heading), spellings))
    }
}

/// Every way in which a row of a factor may be written: scope, then the cells of [`Heading::WORDS`].
fn keys(place: &FactorPlace) -> Vec<Vec<String>> {
    let mut keys = vec![Vec::new()];
    for spellings in [&place.scopes].into_iter().chain(&place.words) {
        let longer = |key: &Vec<String>| -> Vec<Vec<String>> {
            let with = |spelling: &String| [key.as_slice(), &[fold(spelling)]].concat();
            spellings.iter().map(with).collect()
        };
        keys = keys.iter().flat_map(longer).collect();
    }
    keys.sort();
    keys.dedup();
    keys
}

fn empty(place: &FactorPlace) -> Fault {
    Fault::warning(
        code::MISSING_FACTOR,
        format!("{} is empty here, which is not zero; it is unknown in this set.", place.id),
        "Look in the notes of the set why the publisher gives none.",
    )
}

fn below_zero(place: &FactorPlace) -> Fault {
    Fault::refused(
        code::IMPLAUSIBLE_VALUE,
        format!("{} is below zero; it is left out of the set.", place.id),
        "Get the file again, or ask the publisher.",
    )
}

fn not_a_number(place: &FactorPlace) -> Fault {
    Fault::refused(
        code::NOT_A_NUMBER,
        format!("{} is not a number here; it is left out of the set.", place.id),
        "Get the file again: as it is published, factors are numbers.",
    )
}

fn repeated(place: &FactorPlace, first: &FactorRow) -> Fault {
    Fault::note(
        code::REPEATED_VALUE,
        format!("{} is given twice with the same value, here and in row {}.", place.id, first.row),
        "Nothing is to be done.",
    )
}

fn contradictory(place: &FactorPlace, first: &FactorRow) -> Fault {
    Fault::refused(
        code::CONTRADICTORY_VALUES,
        format!(
            "{} is {} in row {}, and something else here; it is left out of the set.",
            place.id, first.value, first.row
        ),
        "Ask the publisher which of the two holds, and remove the other.",
    )
}
