//! The sheets Organisations, Remedies and Technologies: what the lines add up to.
//!
//! Organisations and remedies are added up from the sheet Lines by formula. A line does not say its
//! region; regions and nations are values, and a formula shows that they come to the same.

use super::super::report::{GapReport, GroupTotal, Totals};
use super::lists::{lines_column, lines_counted_in};
use super::pen::{Pen, Row, Styles, cell, column_range, row_of, runs};
use rust_xlsxwriter::{Worksheet, XlsxError};
use siteworthy_rules::cost::{Estimate, Pence};
use siteworthy_rules::investment::Part;

/// Headings of the central capital of each part, in the order of [`Part::ALL`].
pub const PARTS: [&str; Part::ALL.len()] = [
    "Backlog central (GBP)",
    "Readiness central (GBP)",
    "Net zero central (GBP)",
    "Readiness and net zero central (GBP)",
];

/// The headings of a group; columns below name them.
const HEADINGS: [&str; 28] = [
    "No.",
    "Code",
    "Name",
    "Sites",
    "Sites with a gap",
    PARTS[0],
    PARTS[1],
    PARTS[2],
    PARTS[3],
    "Capital low (GBP)",
    "Capital central (GBP)",
    "Capital high (GBP)",
    "Work central (GBP)",
    "Allowance for risk central (GBP)",
    "Fees central (GBP)",
    "VAT central (GBP)",
    "May be in backlog too, central (GBP)",
    "Running low (GBP a year)",
    "Running central (GBP a year)",
    "Running high (GBP a year)",
    "Lines",
    "Lines without a cost",
    "Lines priced in part",
    "Lines without a running cost",
    "Shortfalls without a remedy",
    "Requirements not known",
    "Sites without a backlog on record",
    "Sites of which net zero is not known",
];

/// Where a group's columns stand.
pub const NAME: u16 = 2;
pub const FIRST_PART: u16 = 5;
const LAST_PART: u16 = 8;
pub const CAPITAL: u16 = 9;
pub const WORK: u16 = 12;
const MAY_BE_IN_BACKLOG: u16 = 16;
pub const RUNNING: u16 = 17;
const COUNTS: u16 = 20;

/// The row of the first organisation.
pub const FIRST: u32 = 4;

/// The row of the total of the sheet Organisations.
///
/// # Errors
/// Where a sheet does not have so many rows.
pub fn organisations_total(report: &GapReport) -> Result<u32, XlsxError> {
    Ok(FIRST + row_of(report.organisations.len())?)
}

/// The row of the total of the sheet Remedies.
///
/// # Errors
/// Where a sheet does not have so many rows.
pub fn remedies_total(report: &GapReport) -> Result<u32, XlsxError> {
    Ok(FIRST + row_of(report.remedies.len())?)
}

/// Where the capital of a remedy stands.
pub const REMEDY_CAPITAL: u16 = 7;

/// The headings of lines whose amounts a group adds up, and the columns that show them.
const FROM_LINES: [(&str, u16); 9] = [
    ("Capital low (GBP)", CAPITAL),
    ("Capital high (GBP)", CAPITAL + 2),
    ("Work central (GBP)", WORK),
    ("Allowance for risk central (GBP)", WORK + 1),
    ("Fees central (GBP)", WORK + 2),
    ("VAT central (GBP)", WORK + 3),
    ("Running low (GBP a year)", RUNNING),
    ("Running central (GBP a year)", RUNNING + 1),
    ("Running high (GBP a year)", RUNNING + 2),
];

/// The amounts of a group by column.
fn amounts(totals: &Totals) -> [(u16, Option<Pence>); 15] {
    let central = |amount: Option<Estimate<Pence>>| amount.map(|amount| amount.central);
    let [backlog, readiness, net_zero, both] = totals.by_part.map(central);
    let [low, middle, high] = runs(totals.capital);
    let [running_low, running, running_high] = runs(totals.running);
    // Parts of a capital that is not known are not known either.
    let of = |part: Pence| totals.capital.map(|_| part);
    let parts = totals.of_capital.central;
    [
        (FIRST_PART, backlog),
        (FIRST_PART + 1, readiness),
        (FIRST_PART + 2, net_zero),
        (LAST_PART, both),
        (CAPITAL, low),
        (CAPITAL + 1, middle),
        (CAPITAL + 2, high),
        (WORK, of(parts.work)),
        (WORK + 1, of(parts.risk)),
        (WORK + 2, of(parts.fees)),
        (WORK + 3, of(parts.vat)),
        (MAY_BE_IN_BACKLOG, of(totals.may_be_in_backlog.central)),
        (RUNNING, running_low),
        (RUNNING + 1, running),
        (RUNNING + 2, running_high),
    ]
}

const fn counts(totals: &Totals) -> [(u16, usize); 10] {
    [
        (3, totals.sites),
        (4, totals.sites_with_gap),
        (COUNTS, totals.lines),
        (COUNTS + 1, totals.lines_without_cost),
        (COUNTS + 2, totals.lines_in_part),
        (COUNTS + 3, totals.lines_without_running),
        (COUNTS + 4, totals.without_remedy),
        (COUNTS + 5, totals.not_known),
        (COUNTS + 6, totals.sites_without_backlog),
        (COUNTS + 7, totals.sites_without_net_zero),
    ]
}

pub fn write_organisations(
    sheet: &mut Worksheet,
    report: &GapReport,
    styles: &Styles,
) -> Result<(), XlsxError> {
    let mut pen = Pen::new(sheet, styles, "Organisations")?;
    for column in 3..HEADINGS.len() as u16 {
        let is_money = (FIRST_PART..COUNTS).contains(&column);
        pen.width(column, if is_money { 18.0 } else { 13.0 })?;
    }
    pen.widths(&[(0, 6.0), (1, 12.0), (NAME, 52.0)])?;
    pen.open(
        "Investment gap by organisation, region and nation",
        "Amounts of organisations are added up from the sheet Lines by their No.; an empty cell is not known, \
         and not nothing. Capital and running cost are never added together.",
    )?;
    pen.headings(3, HEADINGS)?;
    pen.sheet.set_freeze_panes(FIRST, NAME + 1)?;
    let counted_in = lines_counted_in(report);
    let part = lines_column(report, "Part");
    let capital = lines_column(report, "Capital central (GBP)");
    let from_lines = FROM_LINES.map(|(heading, column)| (lines_column(report, heading), column));
    let mut row = FIRST;
    for (at, group) in report.organisations.iter().enumerate() {
        pen.count(row, 0, at + 1)?;
        write_names(&mut pen, row, group)?;
        let own = cell(row, 0);
        for (column, amount) in amounts(&group.totals) {
            let formula = match column {
                FIRST_PART..=LAST_PART => {
                    let word = Part::ALL[usize::from(column - FIRST_PART)].word();
                    format!("SUMIFS({capital},{counted_in},${own},{part},\"{word}\")")
                }
                _ if column == CAPITAL + 1 => {
                    format!("SUM({}:{})", cell(row, FIRST_PART), cell(row, LAST_PART))
                }
                MAY_BE_IN_BACKLOG => {
                    pen.money(row, column, amount)?;
                    continue;
                }
                _ => {
                    let found = from_lines.iter().find(|(_, own)| *own == column);
                    let amounts = found.map(|(amounts, _)| amounts.as_str()).unwrap_or_default();
                    format!("SUMIFS({amounts},{counted_in},${own})")
                }
            };
            pen.amount(row, column, &formula, amount, Row::One)?;
        }
        for (column, count) in counts(&group.totals) {
            pen.count(row, column, count)?;
        }
        row += 1;
    }
    write_total(&mut pen, row, FIRST, &report.total)?;
    for (title, groups) in [("Regions", &report.regions), ("Nations", &report.nations)] {
        row += 2;
        pen.styled(row, 0, title, &styles.section)?;
        row += 1;
        pen.headings(row, HEADINGS)?;
        let first = row + 1;
        for group in groups {
            row += 1;
            write_names(&mut pen, row, group)?;
            for (column, amount) in amounts(&group.totals) {
                pen.money(row, column, amount)?;
            }
            for (column, count) in counts(&group.totals) {
                pen.count(row, column, count)?;
            }
        }
        row += 1;
        write_total(&mut pen, row, first, &report.total)?;
    }
    Ok(())
}

fn write_names(pen: &mut Pen<'_>, row: u32, group: &GroupTotal) -> Result<(), XlsxError> {
    pen.text(row, 1, &group.code)?;
    pen.text(row, NAME, &group.name)
}

/// The sums of the rows from `first` to the one above.
fn write_total(pen: &mut Pen<'_>, row: u32, first: u32, total: &Totals) -> Result<(), XlsxError> {
    let styles = pen.styles;
    pen.styled(row, 0, "Total", &styles.total)?;
    pen.styled(row, 1, "", &styles.total)?;
    pen.styled(row, NAME, "", &styles.total)?;
    let sum = |column| match row.checked_sub(1) {
        Some(last) if last >= first => format!("SUM({})", column_range(column, first, last)),
        _ => "0".to_owned(),
    };
    for (column, amount) in amounts(total) {
        pen.amount(row, column, &sum(column), amount, Row::Total)?;
    }
    for (column, count) in counts(total) {
        pen.counted(row, column, &sum(column), count, Row::Total)?;
    }
    Ok(())
}

const REMEDY_HEADINGS: [&str; 22] = [
    "Id",
    "Remedy or band of backlog",
    "Unit",
    "Quantity low",
    "Quantity central",
    "Quantity high",
    "Lines",
    "Capital low (GBP)",
    "Capital central (GBP)",
    "Capital high (GBP)",
    "Work central (GBP)",
    "Allowance for risk central (GBP)",
    "Fees central (GBP)",
    "VAT central (GBP)",
    "Running low (GBP a year)",
    "Running central (GBP a year)",
    "Running high (GBP a year)",
    "Lines without a cost",
    "Life (years)",
    "Even cost low (GBP a year)",
    "Even cost central (GBP a year)",
    "Even cost high (GBP a year)",
];

pub fn write_remedies(
    sheet: &mut Worksheet,
    report: &GapReport,
    styles: &Styles,
) -> Result<(), XlsxError> {
    let mut pen = Pen::new(sheet, styles, "Remedies")?;
    for column in 2..REMEDY_HEADINGS.len() as u16 {
        pen.width(column, if column < REMEDY_CAPITAL { 13.0 } else { 18.0 })?;
    }
    pen.widths(&[(0, 34.0), (1, 52.0)])?;
    pen.open(
        "By remedy",
        "Amounts are added up from the sheet Lines by id. The even cost spreads capital over the life of a \
         remedy at the discount rate of the Green Book; where no life is published there is none.",
    )?;
    pen.headings(3, REMEDY_HEADINGS)?;
    pen.sheet.set_freeze_panes(FIRST, 2)?;
    let ids = lines_column(report, "Remedy id");
    let mut row = FIRST;
    for remedy in &report.remedies {
        pen.text(row, 0, &remedy.id)?;
        pen.text(row, 1, &remedy.title)?;
        pen.text(row, 2, &remedy.unit)?;
        if let Some(Estimate { low, central, high }) = remedy.quantity_milli {
            for (column, milli) in (3..).zip([low, central, high]) {
                #[expect(clippy::cast_precision_loss, reason = "quantities stay below 2^53")]
                pen.number(row, column, milli as f64 / 1000.0, &styles.quantity)?;
            }
        }
        let own = cell(row, 0);
        pen.counted(row, 6, &format!("COUNTIF({ids},$A{})", row + 1), remedy.lines, Row::One)?;
        for (column, amount) in
            remedy_amounts(remedy.capital, remedy.of_capital.central, remedy.running)
        {
            let amounts = lines_column(report, REMEDY_HEADINGS[usize::from(column)]);
            let formula = format!("SUMIFS({amounts},{ids},${own})");
            pen.amount(row, column, &formula, amount, Row::One)?;
        }
        pen.count(row, 17, remedy.lines_without_cost)?;
        if let Some(life) = remedy.life_years {
            pen.count(row, 18, life as usize)?;
        }
        pen.estimate(row, 19, remedy.equivalent_annual)?;
        row += 1;
    }
    pen.styled(row, 0, "Total", &styles.total)?;
    for column in 1..6 {
        pen.styled(row, column, "", &styles.total)?;
    }
    let sum = |column| {
        if row == FIRST {
            "0".to_owned()
        } else {
            format!("SUM({})", column_range(column, FIRST, row - 1))
        }
    };
    pen.counted(row, 6, &sum(6), report.total.lines, Row::Total)?;
    let total = &report.total;
    for (column, amount) in remedy_amounts(total.capital, total.of_capital.central, total.running) {
        pen.amount(row, column, &sum(column), amount, Row::Total)?;
    }
    pen.counted(row, 17, &sum(17), total.lines_without_cost, Row::Total)
}

fn remedy_amounts(
    capital: Option<Estimate<Pence>>,
    parts: siteworthy_rules::costing::Parts,
    running: Option<Estimate<Pence>>,
) -> [(u16, Option<Pence>); 10] {
    let [low, central, high] = runs(capital);
    let [running_low, running_central, running_high] = runs(running);
    let of = |part: Pence| capital.map(|_| part);
    [
        (REMEDY_CAPITAL, low),
        (REMEDY_CAPITAL + 1, central),
        (REMEDY_CAPITAL + 2, high),
        (10, of(parts.work)),
        (11, of(parts.risk)),
        (12, of(parts.fees)),
        (13, of(parts.vat)),
        (14, running_low),
        (15, running_central),
        (16, running_high),
    ]
}

pub fn write_technologies(
    sheet: &mut Worksheet,
    report: &GapReport,
    styles: &Styles,
) -> Result<(), XlsxError> {
    let mut pen = Pen::new(sheet, styles, "Technologies")?;
    pen.widths(&[(0, 34.0), (1, 52.0)])?;
    for column in 2..11 {
        pen.width(column, 20.0)?;
    }
    pen.open(
        "By technology: capital",
        "Technologies share works, so that these columns do not add up to the gap: alone is what a technology \
         would take if it came by itself; serving is what stands in lines that it needs, and perhaps others \
         too; adding is what the gap would be less without it.",
    )?;
    let headings = [
        "Id",
        "Technology",
        "Alone low (GBP)",
        "Alone central (GBP)",
        "Alone high (GBP)",
        "Serving low (GBP)",
        "Serving central (GBP)",
        "Serving high (GBP)",
        "Adding low (GBP)",
        "Adding central (GBP)",
        "Adding high (GBP)",
    ];
    pen.headings(3, headings)?;
    pen.sheet.set_freeze_panes(4, 2)?;
    for (row, technology) in (4..).zip(&report.attributed) {
        pen.text(row, 0, &technology.id)?;
        pen.text(row, 1, &technology.title)?;
        pen.estimate(row, 2, technology.alone)?;
        pen.estimate(row, 5, technology.serving)?;
        pen.estimate(row, 8, technology.marginal)?;
    }
    if report.attributed.is_empty() {
        pen.text(4, 0, "Readiness is not asked for.")?;
    }
    Ok(())
}
