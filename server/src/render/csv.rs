//! The lines of the investment-gap report as CSV.
//!
//! A cell that a spreadsheet would take for a formula is given a leading apostrophe, because names
//! come from uploaded files.

use super::report::{GapLine, GapReport};
use siteworthy_rules::cost::{Estimate, Pence};
use siteworthy_rules::costing::Parts;

/// Headings of a line, shared by the CSV and the workbook.
pub const LINE_HEADINGS: [&str; 30] = [
    "Organisation code",
    "Organisation",
    "Site code",
    "Site",
    "Nation",
    "Place",
    "Part",
    "Remedy id",
    "Remedy",
    "Quantity low",
    "Quantity central",
    "Quantity high",
    "Unit",
    "Work central (GBP)",
    "Allowance for risk central (GBP)",
    "Fees central (GBP)",
    "VAT central (GBP)",
    "Capital low (GBP)",
    "Capital central (GBP)",
    "Capital high (GBP)",
    "Running low (GBP a year)",
    "Running central (GBP a year)",
    "Running high (GBP a year)",
    "Technologies",
    "Requirements",
    "Survey rows",
    "Reference",
    "Evidence",
    "Remark",
    "Line",
];

/// One cell of a line.
pub enum Cell<'a> {
    /// Text.
    Text(&'a str),
    /// A number as an exact decimal text.
    Number(String),
    /// Nothing is known.
    Empty,
}

/// The cells of a line, in the order of [`LINE_HEADINGS`].
#[must_use]
pub fn line_cells(number: usize, line: &GapLine) -> [Cell<'_>; LINE_HEADINGS.len()] {
    let [quantity_low, quantity_central, quantity_high] =
        estimate(line.quantity_milli, |milli| decimal(*milli, 3));
    let part = |pick: fn(&Parts) -> Pence| match &line.capital {
        Some(capital) => Cell::Number(pounds(&pick(&capital.central))),
        None => Cell::Empty,
    };
    let capital = line.capital.map(|parts| parts.map(|parts| parts.total()));
    let [capital_low, capital_central, capital_high] = estimate(capital, pounds);
    let [running_low, running_central, running_high] = estimate(line.running, pounds);
    [
        Cell::Text(&line.organisation_code),
        Cell::Text(&line.organisation),
        Cell::Text(&line.site_code),
        Cell::Text(&line.site),
        Cell::Text(line.nation),
        Cell::Text(&line.place),
        Cell::Text(line.part.word()),
        Cell::Text(&line.remedy_id),
        Cell::Text(&line.remedy),
        quantity_low,
        quantity_central,
        quantity_high,
        Cell::Text(&line.unit),
        part(|parts| parts.work),
        part(|parts| parts.risk),
        part(|parts| parts.fees),
        part(|parts| parts.vat),
        capital_low,
        capital_central,
        capital_high,
        running_low,
        running_central,
        running_high,
        Cell::Text(&line.technologies),
        Cell::Text(&line.requirements),
        Cell::Text(&line.rows),
        Cell::Text(&line.reference),
        Cell::Text(line.evidence),
        Cell::Text(&line.remark),
        Cell::Number(number.to_string()),
    ]
}

fn estimate<T>(estimate: Option<Estimate<T>>, text: impl Fn(&T) -> String) -> [Cell<'static>; 3] {
    match estimate {
        Some(estimate) => [&estimate.low, &estimate.central, &estimate.high]
            .map(|value| Cell::Number(text(value))),
        None => [Cell::Empty, Cell::Empty, Cell::Empty],
    }
}

fn pounds(pence: &Pence) -> String {
    decimal(pence.0, 2)
}

fn decimal(value: i64, places: u32) -> String {
    rust_decimal::Decimal::new(value, places).to_string()
}

/// Encodes the report's lines.
#[must_use]
pub fn encode(report: &GapReport) -> Vec<u8> {
    let mut writer =
        ::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).from_writer(Vec::new());
    let mut write = |cells: Vec<String>| writer.write_record(cells).is_ok();
    let made_by = ["Revision", "Rulebook hash"];
    write(LINE_HEADINGS.into_iter().chain(made_by).map(str::to_owned).collect());
    for (at, line) in report.lines.iter().enumerate() {
        let cells = line_cells(at + 1, line).into_iter().map(text_of);
        let made_by = [report.revision.to_string(), report.rulebook.clone()];
        write(cells.chain(made_by).collect());
    }
    writer.into_inner().unwrap_or_default()
}

fn text_of(cell: Cell<'_>) -> String {
    match cell {
        Cell::Text(text) => inert(text),
        Cell::Number(text) => text,
        Cell::Empty => String::new(),
    }
}

/// A text that no spreadsheet runs as a formula.
#[must_use]
pub fn inert(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_looks_like_a_formula_is_made_inert() {
        assert_eq!(inert("=HYPERLINK(\"http://example\")"), "'=HYPERLINK(\"http://example\")");
        assert_eq!(inert("St Mary's"), "St Mary's");
    }
}
