//! The sheets Years and Net zero: what happens year by year, each with a chart.

use super::super::report::{GapReport, LedgerGap};
use super::pen::{Pen, Row, Styles, cell, column_range, row_of, runs};
use rust_xlsxwriter::{
    Chart, ChartLegendPosition, ChartLine, ChartSolidFill, ChartType, Formula, Worksheet, XlsxError,
};
use siteworthy_rules::cost::{Estimate, Money, Pence};

const HEADINGS: [&str; 12] = [
    "Year",
    "Required low (GBP)",
    "Required central (GBP)",
    "Required high (GBP)",
    "Lines without a price",
    "Allocated (GBP)",
    "Gap of the year low (GBP)",
    "Gap of the year central (GBP)",
    "Gap of the year high (GBP)",
    "Unfunded so far low (GBP)",
    "Unfunded so far central (GBP)",
    "Unfunded so far high (GBP)",
];

/// Where the columns of a ledger stand.
pub const REQUIRED: u16 = 1;
const UNPRICED: u16 = 4;
const ALLOCATED: u16 = 5;
const GAP: u16 = 6;
pub const CUMULATIVE: u16 = 9;

/// Rows that a chart covers, with one to spare.
const CHART_ROWS: u32 = 17;

/// Where a ledger stands on its sheet.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// The row of its first year.
    first: u32,
    /// The row of the sums; the two below tell what is unfunded.
    pub sum: u32,
}

impl Place {
    /// The row that tells what is unfunded after the last year.
    pub const fn closing(self) -> u32 {
        self.sum + 1
    }

    /// The row that tells the most that is unfunded after any year.
    pub const fn peak(self) -> u32 {
        self.sum + 2
    }
}

/// Where each ledger of the sheet Years stands, in their order.
///
/// # Errors
/// Where a sheet does not have so many rows.
pub fn places(report: &GapReport) -> Result<Vec<Place>, XlsxError> {
    let mut next = 3;
    let mut places = Vec::new();
    for ledger in &report.ledgers {
        // A title and the headings stand above the years, three rows and a chart below them.
        let first = next + 2;
        let place = Place { first, sum: first + row_of(ledger.years.len())? };
        next = place.peak() + 2 + CHART_ROWS;
        places.push(place);
    }
    Ok(places)
}

/// What a kind of money is called.
pub const fn title_of(money: Money) -> &'static str {
    match money {
        Money::Capital => "Capital",
        Money::Running => "Running cost",
    }
}

pub fn write_years(
    sheet: &mut Worksheet,
    report: &GapReport,
    styles: &Styles,
) -> Result<(), XlsxError> {
    let mut pen = Pen::new(sheet, styles, "Years")?;
    pen.widths(&[(0, 36.0), (UNPRICED, 12.0)])?;
    for column in (REQUIRED..UNPRICED).chain(ALLOCATED..HEADINGS.len() as u16) {
        pen.width(column, 18.0)?;
    }
    pen.open(
        "What must be spent and what is allocated, by year",
        "Capital may not be spent as running cost, nor the other way round: the two are never added together. \
         An empty cell is not known, or not on record.",
    )?;
    for (ledger, place) in report.ledgers.iter().zip(places(report)?) {
        write_ledger(&mut pen, report, ledger, place)?;
    }
    Ok(())
}

fn write_ledger(
    pen: &mut Pen<'_>,
    report: &GapReport,
    ledger: &LedgerGap,
    place: Place,
) -> Result<(), XlsxError> {
    let styles = pen.styles;
    let is_known = report.is_known(ledger.money);
    let known = |amount: Estimate<Pence>| runs(Some(amount).filter(|_| is_known));
    let title = title_of(ledger.money);
    let note =
        if is_known { "" } else { ": what must be spent is not known, as no line has a price" };
    pen.styled(place.first - 2, 0, &format!("{title}{note}"), &styles.section)?;
    pen.headings(place.first - 1, HEADINGS)?;
    for (row, year) in (place.first..).zip(&ledger.years) {
        pen.text(row, 0, &year.year)?;
        for (column, amount) in (REQUIRED..).zip(known(year.required)) {
            pen.money(row, column, amount)?;
        }
        pen.count(row, UNPRICED, year.unpriced)?;
        pen.money(row, ALLOCATED, year.allocated)?;
        let lacking = |run: u16| format!("{}-${}", cell(row, REQUIRED + run), cell(row, ALLOCATED));
        for (run, amount) in (0..).zip(known(year.yearly_gap)) {
            let formula = format!("MAX(0,{})", lacking(run));
            pen.amount(row, GAP + run, &formula, amount, Row::One)?;
        }
        for (run, amount) in (0..).zip(known(year.cumulative)) {
            let before = if row == place.first {
                String::new()
            } else {
                format!("{}+", cell(row - 1, CUMULATIVE + run))
            };
            let formula = format!("{before}{}", lacking(run));
            pen.amount(row, CUMULATIVE + run, &formula, amount, Row::One)?;
        }
    }
    if ledger.years.is_empty() {
        return Ok(());
    }
    let years = |column| column_range(column, place.first, place.sum - 1);
    pen.styled(place.sum, 0, "Sum", &styles.total)?;
    let sum = |pick: fn(&super::super::report::YearGap) -> Estimate<Pence>| {
        let all: Estimate<Pence> = ledger.years.iter().map(pick).sum();
        runs(Some(all).filter(|_| is_known))
    };
    for (column, amount) in (REQUIRED..).zip(sum(|year| year.required)) {
        pen.amount(place.sum, column, &format!("SUM({})", years(column)), amount, Row::Total)?;
    }
    pen.styled(place.sum, UNPRICED, "", &styles.total)?;
    let allocated = ledger.years.iter().filter_map(|year| year.allocated);
    let allocated = allocated.reduce(|one, other| one + other);
    let formula = format!("SUM({})", years(ALLOCATED));
    pen.amount(place.sum, ALLOCATED, &formula, allocated, Row::Total)?;
    for (column, amount) in (GAP..).zip(known(ledger.sum_yearly)) {
        pen.amount(place.sum, column, &format!("SUM({})", years(column)), amount, Row::Total)?;
    }
    pen.styled(place.closing(), 0, "Unfunded after the last year", &styles.label)?;
    for (column, amount) in (CUMULATIVE..).zip(known(ledger.closing)) {
        let formula = format!("MAX(0,{})", cell(place.sum - 1, column));
        pen.amount(place.closing(), column, &formula, amount, Row::One)?;
    }
    pen.styled(place.peak(), 0, "Most that is unfunded after any year", &styles.label)?;
    for (column, amount) in (CUMULATIVE..).zip(known(ledger.peak)) {
        let formula = format!("MAX(0,{})", years(column));
        pen.amount(place.peak(), column, &formula, amount, Row::One)?;
    }
    let mut chart = Chart::new(ChartType::Column);
    let (first, last) = (place.first, place.sum - 1);
    for (column, name, colour) in
        [(REQUIRED + 1, "Required, central", 0x00_5E_B8), (ALLOCATED, "Allocated", 0x41_B6_E6)]
    {
        chart
            .add_series()
            .set_name(name)
            .set_categories(("Years", first, 0, last, 0))
            .set_values(("Years", first, column, last, column))
            .set_format(ChartSolidFill::new().set_color(colour));
    }
    chart.title().set_name(&format!("{title}: required and allocated"));
    chart.y_axis().set_name("GBP").set_num_format("#,##0");
    chart.legend().set_position(ChartLegendPosition::Bottom);
    chart.set_width(980).set_height(320);
    chart.set_alt_text(format!("{title} by year: what must be spent and what is allocated"));
    pen.sheet.insert_chart(place.peak() + 1, 0, &chart)?;
    Ok(())
}

const PATH_HEADINGS: [&str; 6] = [
    "Year",
    "Emitted without the works (t CO2e)",
    "Emitted with the works (t CO2e)",
    "Allowed by the path (t CO2e)",
    "Saved by the works (t CO2e)",
    "Above the path with the works (t CO2e)",
];

pub fn write_net_zero(
    sheet: &mut Worksheet,
    report: &GapReport,
    styles: &Styles,
) -> Result<(), XlsxError> {
    let mut pen = Pen::new(sheet, styles, "Net zero")?;
    pen.widths(&[(0, 12.0)])?;
    for column in 1..PATH_HEADINGS.len() as u16 {
        pen.width(column, 22.0)?;
    }
    pen.open("What the sites emit beside what the path allows", &report.path.note)?;
    let years = &report.path.years;
    if years.is_empty() {
        return Ok(());
    }
    pen.headings(3, PATH_HEADINGS)?;
    pen.sheet.set_freeze_panes(4, 1)?;
    for (row, year) in (4..).zip(years) {
        pen.number(row, 0, f64::from(year.year), &rust_xlsxwriter::Format::new())?;
        let tonnes = [year.emitted_t, year.with_works_t, year.allowed_t];
        for (column, tonnes) in (1..).zip(tonnes) {
            pen.number(row, column, tonnes, &styles.quantity)?;
        }
        let saved =
            (year.emitted_t - year.with_works_t, format!("{}-{}", cell(row, 1), cell(row, 2)));
        let above =
            (year.with_works_t - year.allowed_t, format!("{}-{}", cell(row, 2), cell(row, 3)));
        for (column, (tonnes, formula)) in (4..).zip([saved, above]) {
            let formula = Formula::new(formula).set_result(tonnes.to_string());
            pen.sheet.write_formula_with_format(row, column, formula, &styles.quantity)?;
        }
    }
    let last = 3 + row_of(years.len())?;
    let mut chart = Chart::new(ChartType::Line);
    for (column, colour) in [(1, 0xDA_29_1C), (2, 0x00_5E_B8), (3, 0x00_96_39)] {
        chart
            .add_series()
            .set_name(("Net zero", 3, column))
            .set_categories(("Net zero", 4, 0, last, 0))
            .set_values(("Net zero", 4, column, last, column))
            .set_format(ChartLine::new().set_color(colour).set_width(2.25));
    }
    chart.title().set_name("Emissions and the path of net zero");
    chart.y_axis().set_name("t CO2e a year").set_num_format("#,##0").set_min(0);
    chart.legend().set_position(ChartLegendPosition::Bottom);
    chart.set_width(860).set_height(440);
    chart.set_alt_text(
        "Tonnes emitted by year without and with the works, and what the path allows",
    );
    pen.sheet.insert_chart(3, 7, &chart)?;
    Ok(())
}
