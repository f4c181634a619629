//! The long sheets: Sites, Lines, Assumptions and Statement.

use super::super::csv::{Cell, LINE_HEADINGS, line_cells};
use super::super::report::{GapReport, SiteTotal};
use super::pen::{MOST_IN_A_CELL, Pen, Row, Styles, cell, column_of, row_of};
use super::totals::PARTS;
use rust_xlsxwriter::{Worksheet, XlsxError, column_number_to_name};
use std::collections::BTreeMap;

/// The column of Lines that says on which row of Organisations a line is counted. A code would not do:
/// spreadsheets compare `5E1` and `50` as equal numbers, take `*` for any text and never find an empty
/// one.
const COUNTED_IN: &str = "Organisation no.";

/// The cells of one column of Lines that hold the lines, as formulas name them.
pub fn lines_column(report: &GapReport, heading: &str) -> String {
    let at = LINE_HEADINGS.iter().position(|own| *own == heading);
    let name = column_number_to_name(at.unwrap_or(LINE_HEADINGS.len()) as u16);
    let last = report.lines.len().max(1) + 1;
    format!("Lines!${name}$2:${name}${last}")
}

/// The cells that say on which row of Organisations each line is counted.
pub fn lines_counted_in(report: &GapReport) -> String {
    lines_column(report, COUNTED_IN)
}

/// Columns are as wide as what usually stands in them, in characters.
fn width_of(heading: &str) -> f64 {
    match heading {
        "Site" | "Organisation" => 42.0,
        "Remedy" | "Technologies" | "Survey rows" => 36.0,
        "Requirements" | "Reference" | "Remark" => 60.0,
        "Nation" | "Setting" | "Place" | "Remedy id" | "Part" => 18.0,
        heading if heading.contains("GBP") => 16.0,
        heading if heading.ends_with("readiness") => 20.0,
        _ => 12.0,
    }
}

const SITE_TOTALS: [&str; 16] = [
    "Capital low (GBP)",
    "Capital central (GBP)",
    "Capital high (GBP)",
    "Running low (GBP a year)",
    "Running central (GBP a year)",
    "Running high (GBP a year)",
    "Lines",
    "Lines without a cost",
    "Lines priced in part",
    "Lines without a running cost",
    "Shortfalls without a remedy",
    "Requirements not known",
    PARTS[0],
    PARTS[1],
    PARTS[2],
    PARTS[3],
];

pub fn write_sites(
    sheet: &mut Worksheet,
    report: &GapReport,
    styles: &Styles,
) -> Result<(), XlsxError> {
    let mut pen = Pen::new(sheet, styles, "Sites")?;
    let of_technology = |title: &String| {
        ["readiness", "score", "coverage (%)"].map(|what| format!("{title}: {what}"))
    };
    let standings: Vec<String> = report.technologies.iter().flat_map(of_technology).collect();
    let headings = ["Site code", "Site", "Organisation", "Nation", "Setting"].into_iter();
    let headings: Vec<&str> =
        headings.chain(standings.iter().map(String::as_str)).chain(SITE_TOTALS).collect();
    for (column, heading) in (0..).zip(&headings) {
        pen.width(column, width_of(heading))?;
    }
    pen.headings(0, headings.iter().copied())?;
    pen.sheet.set_freeze_panes(1, 2)?;
    let last = row_of(report.sites.len())?;
    pen.sheet.autofilter(0, 0, last, column_of(headings.len() - 1)?)?;
    for (row, site) in (1..).zip(&report.sites) {
        write_site(&mut pen, row, site)?;
    }
    Ok(())
}

/// One site, in values: a formula a site over all lines would take spreadsheets minutes.
fn write_site(pen: &mut Pen<'_>, row: u32, site: &SiteTotal) -> Result<(), XlsxError> {
    let styles = pen.styles;
    let texts = [&site.code, &site.name, &site.organisation, site.nation, site.setting];
    for (column, text) in (0..).zip(texts) {
        pen.text(row, column, text)?;
    }
    let mut column = 5;
    for standing in &site.standings {
        if let Some(standing) = standing {
            pen.text(row, column, standing.readiness)?;
            if let Some(score) = standing.score {
                pen.number(row, column + 1, score, &styles.score)?;
            }
            pen.number(row, column + 2, standing.coverage, &styles.score)?;
        }
        column += 3;
    }
    let totals = &site.totals;
    pen.estimate(row, column, totals.capital)?;
    pen.estimate(row, column + 3, totals.running)?;
    let counts = [
        totals.lines,
        totals.lines_without_cost,
        totals.lines_in_part,
        totals.lines_without_running,
        totals.without_remedy,
        totals.not_known,
    ];
    for (column, count) in (column + 6..).zip(counts) {
        pen.count(row, column, count)?;
    }
    for (column, amount) in (column + 12..).zip(totals.by_part) {
        pen.money(row, column, amount.map(|amount| amount.central))?;
    }
    Ok(())
}

pub fn write_lines(
    sheet: &mut Worksheet,
    report: &GapReport,
    styles: &Styles,
) -> Result<(), XlsxError> {
    let mut pen = Pen::new(sheet, styles, "Lines")?;
    let headings = || LINE_HEADINGS.into_iter().chain([COUNTED_IN]);
    for (column, heading) in (0..).zip(headings()) {
        pen.width(column, width_of(heading))?;
    }
    pen.headings(0, headings())?;
    pen.sheet.set_freeze_panes(1, 4)?;
    pen.sheet.autofilter(0, 0, row_of(report.lines.len())?, column_of(LINE_HEADINGS.len())?)?;
    let numbers: BTreeMap<&str, usize> = report
        .organisations
        .iter()
        .enumerate()
        .map(|(at, organisation)| (organisation.code.as_str(), at + 1))
        .collect();
    let of = |heading: &str| LINE_HEADINGS.iter().position(|own| *own == heading);
    let [central, first, last] =
        ["Capital central (GBP)", "Work central (GBP)", "VAT central (GBP)"]
            .map(|heading| of(heading).unwrap_or_default() as u16);
    for (at, line) in report.lines.iter().enumerate() {
        let row = row_of(at + 1)?;
        for (column, value) in (0..).zip(line_cells(at + 1, line)) {
            match value {
                Cell::Text(text) => pen.text(row, column, text)?,
                // What a line costs is what its four parts add up to.
                Cell::Pounds(pence) if column == central => {
                    let sum = format!("SUM({}:{})", cell(row, first), cell(row, last));
                    pen.amount(row, column, &sum, Some(pence), Row::One)?;
                }
                Cell::Pounds(pence) => pen.money(row, column, Some(pence))?,
                #[expect(clippy::cast_precision_loss, reason = "quantities stay below 2^53")]
                Cell::Milli(milli) => {
                    pen.number(row, column, milli as f64 / 1000.0, &styles.quantity)?;
                }
                Cell::Count(count) => pen.count(row, column, count)?,
                Cell::Empty => {}
            }
        }
        // A line that no organisation counts would be missing from every total.
        let number = numbers.get(line.organisation_code.as_str()).ok_or_else(|| {
            XlsxError::ParameterError(format!(
                "line {} is of {}, which is not among the organisations",
                at + 1,
                line.organisation_code
            ))
        })?;
        pen.count(row, column_of(LINE_HEADINGS.len())?, *number)?;
    }
    Ok(())
}

pub fn write_assumptions(
    sheet: &mut Worksheet,
    report: &GapReport,
    styles: &Styles,
) -> Result<(), XlsxError> {
    let mut pen = Pen::new(sheet, styles, "Assumptions")?;
    pen.widths(&[(0, 52.0), (1, 30.0), (2, 16.0), (3, 110.0), (4, 14.0)])?;
    pen.open(
        "Every figure that went into the sums",
        "Evidence, from strong to weak: verified, second-hand, recalled, derived, policy (a choice).",
    )?;
    pen.headings(3, ["What", "Value", "Unit", "Source", "Evidence"])?;
    pen.sheet.set_freeze_panes(4, 1)?;
    for (row, figure) in (4..).zip(&report.figures) {
        let texts = [&*figure.name, &figure.value, &figure.unit, &figure.source, figure.evidence];
        pen.wrapped(row, texts)?;
    }
    Ok(())
}

pub fn write_statement(
    sheet: &mut Worksheet,
    report: &GapReport,
    styles: &Styles,
) -> Result<(), XlsxError> {
    let mut pen = Pen::new(sheet, styles, "Statement")?;
    pen.widths(&[(0, 40.0), (1, 120.0)])?;
    pen.open("What this report rests on", "")?;
    let mut row = 2;
    // What is longer than a cell goes on in the next row.
    for (label, text) in &report.statement {
        let mut rest = text.as_str();
        let mut label = label.clone();
        loop {
            let cut = rest.char_indices().nth(MOST_IN_A_CELL).map_or(rest.len(), |(at, _)| at);
            let (own, others) = rest.split_at(cut);
            pen.wrapped(row, [label.as_str(), own])?;
            pen.styled(row, 0, &label, &styles.label)?;
            row += 1;
            if others.is_empty() {
                break;
            }
            rest = others;
            if !label.ends_with("(continued)") {
                label.push_str(" (continued)");
            }
        }
    }
    Ok(())
}
