//! The investment-gap report as an XLSX workbook: Summary, Sites, Lines and Statement.
//!
//! Sheets are written in constant memory, row after row. The creation date is an argument, so the
//! same report gives the same bytes.

use super::csv::{Cell, LINE_HEADINGS, line_cells};
use super::report::{GapReport, SiteTotal, Totals};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};
use siteworthy_rules::cost::{Estimate, Pence};

/// Texts longer than this are wrapped within their column.
const MOST_ON_A_LINE: usize = 60;

/// Styles of cells, made once.
struct Styles {
    heading: Format,
    money: Format,
    score: Format,
    quantity: Format,
    whole: Format,
    wrapped: Format,
    total: Format,
    title: Format,
}

impl Styles {
    fn new() -> Self {
        let bold = || Format::new().set_bold();
        Self {
            heading: bold()
                .set_background_color(0x00_5E_B8)
                .set_font_color(0xFF_FF_FF)
                .set_text_wrap(),
            money: Format::new().set_num_format("#,##0.00"),
            score: Format::new().set_num_format("0.00"),
            quantity: Format::new().set_num_format("#,##0.000"),
            whole: Format::new().set_num_format("#,##0"),
            wrapped: Format::new().set_text_wrap(),
            total: bold()
                .set_num_format("#,##0.00")
                .set_border_top(rust_xlsxwriter::FormatBorder::Thin),
            title: bold().set_font_size(16),
        }
    }
}

/// Encodes the report. `created` is year, month and day for the document's properties.
///
/// # Errors
/// When the writer refuses, for instance above 1,048,576 rows.
pub fn encode(report: &GapReport, created: (u16, u8, u8)) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let date = ExcelDateTime::from_ymd(created.0, created.1, created.2)?;
    workbook.set_properties(
        &DocProperties::new()
            .set_title("Investment gap")
            .set_author("Siteworthy")
            .set_creation_datetime(&date),
    );
    let styles = Styles::new();
    write_summary(workbook.add_worksheet_with_constant_memory()?, report, &styles)?;
    write_sites(workbook.add_worksheet_with_constant_memory()?, report, &styles)?;
    write_lines(workbook.add_worksheet_with_constant_memory()?, report, &styles)?;
    write_statement(workbook.add_worksheet_with_constant_memory()?, report, &styles)?;
    workbook.save_to_buffer()
}

const TOTAL_HEADINGS: [&str; 12] = [
    "Sites",
    "Sites with a gap",
    "Capital low (GBP)",
    "Capital central (GBP)",
    "Capital high (GBP)",
    "Running low (GBP a year)",
    "Running central (GBP a year)",
    "Running high (GBP a year)",
    "Lines without a cost",
    "Lines without a running cost",
    "Shortfalls without a remedy",
    "Requirements not known",
];

/// Columns are as wide as what usually stands in them, in characters.
fn width_of(heading: &str) -> f64 {
    match heading {
        "Site" | "Organisation" => 42.0,
        "Remedy" | "Technologies" | "Survey rows" => 36.0,
        "Requirements" | "Reference" | "Remark" => 60.0,
        "Nation" | "Setting" | "Place" | "Remedy id" => 18.0,
        heading if heading.contains("GBP") => 16.0,
        heading if heading.ends_with("readiness") => 20.0,
        _ => 12.0,
    }
}

fn write_headings<'a>(
    sheet: &mut Worksheet,
    row: u32,
    headings: impl Iterator<Item = &'a str>,
    styles: &Styles,
) -> Result<(), XlsxError> {
    for (column, heading) in (0..).zip(headings) {
        sheet.set_column_width(column, width_of(heading))?;
        sheet.write_string_with_format(row, column, heading, &styles.heading)?;
    }
    Ok(())
}

fn write_summary(
    sheet: &mut Worksheet,
    report: &GapReport,
    styles: &Styles,
) -> Result<(), XlsxError> {
    sheet.set_name("Summary")?;
    sheet.write_string_with_format(0, 0, "Investment gap by organisation", &styles.title)?;
    sheet.write_string(
        1,
        0,
        "What this rests on, and what is not in it: see the sheet Statement.",
    )?;
    write_headings(
        sheet,
        3,
        ["Organisation code", "Organisation"].into_iter().chain(TOTAL_HEADINGS),
        styles,
    )?;
    sheet.set_freeze_panes(4, 2)?;
    let mut row = 4;
    for organisation in &report.organisations {
        sheet.write_string(row, 0, &organisation.code)?;
        sheet.write_string(row, 1, &organisation.name)?;
        write_totals(sheet, row, 2, &organisation.totals, &styles.money)?;
        row += 1;
    }
    sheet.write_string_with_format(row, 0, "Total", &styles.total)?;
    sheet.write_string_with_format(row, 1, "", &styles.total)?;
    write_totals(sheet, row, 2, &report.total, &styles.total)
}

fn write_totals(
    sheet: &mut Worksheet,
    row: u32,
    first: u16,
    totals: &Totals,
    money: &Format,
) -> Result<(), XlsxError> {
    sheet.write_number(row, first, count(totals.sites))?;
    sheet.write_number(row, first + 1, count(totals.sites_with_gap))?;
    write_money(sheet, row, first + 2, totals.capital, money)?;
    // Where no running cost is published the cells stay empty: a zero would claim that there is none.
    write_money(sheet, row, first + 5, totals.running, money)?;
    sheet.write_number(row, first + 8, count(totals.lines_without_cost))?;
    sheet.write_number(row, first + 9, count(totals.lines_without_running))?;
    sheet.write_number(row, first + 10, count(totals.without_remedy))?;
    sheet.write_number(row, first + 11, count(totals.not_known))?;
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "a sheet holds far fewer than 2^53 rows")]
const fn count(value: usize) -> f64 {
    value as f64
}

/// Cells hold doubles; pence below 2^53 are exact in them.
#[expect(clippy::cast_precision_loss, reason = "pence below 2^53 are exact")]
fn write_money(
    sheet: &mut Worksheet,
    row: u32,
    first: u16,
    money: Option<Estimate<Pence>>,
    format: &Format,
) -> Result<(), XlsxError> {
    let Some(money) = money else { return Ok(()) };
    for (column, pence) in (first..).zip([money.low, money.central, money.high]) {
        sheet.write_number_with_format(row, column, pence.0 as f64 / 100.0, format)?;
    }
    Ok(())
}

fn write_sites(
    sheet: &mut Worksheet,
    report: &GapReport,
    styles: &Styles,
) -> Result<(), XlsxError> {
    sheet.set_name("Sites")?;
    let per_technology: Vec<String> = report
        .technologies
        .iter()
        .flat_map(|title| {
            [
                format!("{title}: readiness"),
                format!("{title}: score"),
                format!("{title}: coverage (%)"),
            ]
        })
        .collect();
    let headings = ["Site code", "Site", "Organisation", "Nation", "Setting"]
        .into_iter()
        .chain(per_technology.iter().map(String::as_str))
        .chain(TOTAL_HEADINGS[2..].iter().copied());
    write_headings(sheet, 0, headings, styles)?;
    sheet.set_freeze_panes(1, 2)?;
    for (row, site) in (1..).zip(&report.sites) {
        write_site(sheet, row, site, styles)?;
    }
    Ok(())
}

fn write_site(
    sheet: &mut Worksheet,
    row: u32,
    site: &SiteTotal,
    styles: &Styles,
) -> Result<(), XlsxError> {
    let texts = [&site.code, &site.name, &site.organisation, site.nation, site.setting];
    let mut column = 0;
    for text in texts {
        sheet.write_string(row, column, text)?;
        column += 1;
    }
    for standing in &site.standings {
        let Some(standing) = standing else {
            column += 3;
            continue;
        };
        sheet.write_string(row, column, standing.readiness)?;
        if let Some(score) = standing.score {
            sheet.write_number_with_format(row, column + 1, score, &styles.score)?;
        }
        sheet.write_number_with_format(row, column + 2, standing.coverage, &styles.score)?;
        column += 3;
    }
    // Where no cost is known and something may be missing the cells stay empty.
    write_money(sheet, row, column, site.totals.capital, &styles.money)?;
    write_money(sheet, row, column + 3, site.totals.running, &styles.money)?;
    sheet.write_number(row, column + 6, count(site.totals.lines_without_cost))?;
    sheet.write_number(row, column + 7, count(site.totals.lines_without_running))?;
    sheet.write_number(row, column + 8, count(site.totals.without_remedy))?;
    sheet.write_number(row, column + 9, count(site.totals.not_known))?;
    Ok(())
}

fn write_lines(
    sheet: &mut Worksheet,
    report: &GapReport,
    styles: &Styles,
) -> Result<(), XlsxError> {
    sheet.set_name("Lines")?;
    write_headings(sheet, 0, LINE_HEADINGS.into_iter(), styles)?;
    sheet.set_freeze_panes(1, 4)?;
    let last = u32::try_from(report.lines.len()).map_err(|_| XlsxError::RowColumnLimitError)?;
    sheet.autofilter(0, 0, last, LINE_HEADINGS.len() as u16 - 1)?;
    for (at, line) in report.lines.iter().enumerate() {
        let row = u32::try_from(at + 1).map_err(|_| XlsxError::RowColumnLimitError)?;
        for (column, cell) in (0..).zip(line_cells(at + 1, line)) {
            write_cell(sheet, row, column, cell, styles)?;
        }
    }
    Ok(())
}

fn write_cell(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    cell: Cell<'_>,
    styles: &Styles,
) -> Result<(), XlsxError> {
    match cell {
        Cell::Text(text) if text.len() > MOST_ON_A_LINE => {
            sheet.write_string_with_format(row, column, text, &styles.wrapped)?
        }
        Cell::Text(text) => sheet.write_string(row, column, text)?,
        Cell::Number(text) => {
            let heading = LINE_HEADINGS[usize::from(column)];
            let format = match heading {
                "Line" => &styles.whole,
                heading if heading.contains("GBP") => &styles.money,
                _ => &styles.quantity,
            };
            let number: f64 = text.parse().map_err(|_| XlsxError::ParameterError(text))?;
            sheet.write_number_with_format(row, column, number, format)?
        }
        Cell::Empty => sheet,
    };
    Ok(())
}

fn write_statement(
    sheet: &mut Worksheet,
    report: &GapReport,
    styles: &Styles,
) -> Result<(), XlsxError> {
    sheet.set_name("Statement")?;
    sheet.set_column_width(0, 34)?;
    sheet.set_column_width(1, 110)?;
    sheet.write_string_with_format(0, 0, "What this report rests on", &styles.title)?;
    for (row, (label, text)) in (2..).zip(&report.statement) {
        sheet.write_string_with_format(row, 0, label, &styles.heading)?;
        sheet.write_string_with_format(row, 1, text, &styles.wrapped)?;
    }
    Ok(())
}
