//! The lines of the investment-gap report as CSV.
//!
//! A cell that a spreadsheet would take for a formula is given a leading apostrophe, because names
//! come from uploaded files.

use super::report::{GapLine, GapReport};
use rust_decimal::Decimal;
use siteworthy_rules::cost::{Estimate, Pence};
use siteworthy_rules::costing::Parts;
use std::borrow::Cow;
use std::io::{self, Write};

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
    /// Money.
    Pounds(Pence),
    /// A quantity in thousandths.
    Milli(i64),
    /// A number of things.
    Count(usize),
    /// Nothing is known.
    Empty,
}

/// The cells of a line, in the order of [`LINE_HEADINGS`].
#[must_use]
pub fn line_cells(number: usize, line: &GapLine) -> [Cell<'_>; LINE_HEADINGS.len()] {
    let [quantity_low, quantity_central, quantity_high] =
        estimate(line.quantity_milli, Cell::Milli);
    let part = |pick: fn(&Parts) -> Pence| match &line.capital {
        Some(capital) => Cell::Pounds(pick(&capital.central)),
        None => Cell::Empty,
    };
    let capital = line.capital.map(|parts| parts.map(|parts| parts.total()));
    let [capital_low, capital_central, capital_high] = estimate(capital, Cell::Pounds);
    let [running_low, running_central, running_high] = estimate(line.running, Cell::Pounds);
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
        Cell::Count(number),
    ]
}

fn estimate<T>(
    estimate: Option<Estimate<T>>,
    cell: impl Fn(T) -> Cell<'static>,
) -> [Cell<'static>; 3] {
    match estimate {
        Some(Estimate { low, central, high }) => [low, central, high].map(cell),
        None => [Cell::Empty, Cell::Empty, Cell::Empty],
    }
}

/// Writes the report's lines, row after row.
///
/// # Errors
/// Where a row cannot be written; nothing is left out in silence.
pub fn write(report: &GapReport, to: impl Write) -> io::Result<()> {
    let mut writer =
        ::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).from_writer(to);
    let made_by = ["Revision", "Rulebook hash", "Prices", "Terms"];
    writer.write_record(LINE_HEADINGS.into_iter().chain(made_by))?;
    let revision = report.revision.to_string();
    for (at, line) in report.lines.iter().enumerate() {
        for cell in line_cells(at + 1, line) {
            writer.write_field(&*text_of(cell))?;
        }
        writer.write_record([&*revision, &report.rulebook, &report.prices, &report.terms])?;
    }
    writer.flush()
}

/// The report's lines as bytes.
///
/// # Errors
/// As [`write()`].
pub fn encode(report: &GapReport) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    write(report, &mut bytes)?;
    Ok(bytes)
}

fn text_of(cell: Cell<'_>) -> Cow<'_, str> {
    match cell {
        Cell::Text(text) => inert(text),
        Cell::Pounds(pence) => pence.pounds().to_string().into(),
        Cell::Milli(milli) => Decimal::new(milli, 3).to_string().into(),
        Cell::Count(count) => count.to_string().into(),
        Cell::Empty => Cow::Borrowed(""),
    }
}

/// A text that no spreadsheet runs as a formula.
#[must_use]
pub fn inert(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}").into()
    } else {
        text.into()
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
