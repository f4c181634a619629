//! The sheet Summary: the gap on one page, its checks, and a chart of those who need most.

use super::super::report::{GapReport, GroupTotal};
use super::lists::lines_column;
use super::pen::{Pen, Row, Styles, cell, row_of, runs};
use super::totals::{
    CAPITAL, FIRST, FIRST_PART, REMEDY_CAPITAL, RUNNING, WORK, organisations_total, remedies_total,
};
use super::years::{CUMULATIVE, REQUIRED, places, title_of};
use rust_xlsxwriter::{
    Chart, ChartAxisLabelPosition, ChartLegendPosition, ChartSolidFill, ChartType, Formula,
    Worksheet, XlsxError,
};
use siteworthy_rules::cost::{Estimate, Money, Pence};
use siteworthy_rules::costing::Parts;
use siteworthy_rules::investment::Part;

/// From 10 million pounds, in pence, a chart is marked in millions.
const IN_MILLIONS: i64 = 10_000_000 * 100;

/// How many organisations the chart shows.
const IN_CHART: usize = 15;

/// What the reader must know before any figure: labels of the statement.
const TERMS: [&str; 6] = [
    "Sites in scope",
    "What is in it",
    "Price base",
    "Allowance for risk",
    "Value added tax",
    "Allocated money",
];

/// Longer terms stand on the sheet Statement only.
const MOST_ON_A_LINE: usize = 300;

const RUNS: [&str; 4] = ["", "Low (GBP)", "Central (GBP)", "High (GBP)"];

/// The column of the chart.
const ASIDE: u16 = 6;

const fn title_of_part(part: Part) -> &'static str {
    match part {
        Part::Backlog => "Backlog",
        Part::Readiness => "Readiness",
        Part::NetZero => "Net zero",
        Part::Both => "Readiness and net zero at once",
    }
}

pub fn write(sheet: &mut Worksheet, report: &GapReport, styles: &Styles) -> Result<(), XlsxError> {
    let mut pen = Pen::new(sheet, styles, "Summary")?;
    pen.widths(&[(0, 54.0), (1, 20.0), (2, 20.0), (3, 20.0), (4, 20.0), (5, 4.0)])?;
    let largest = largest(report);
    insert_chart(&mut pen, report, &largest)?;
    let note = format!(
        "Revision {} of the record, rulebook {}. An empty cell is not known, and not nothing. What all this \
         rests on: sheets Statement and Assumptions.",
        report.revision,
        report.rulebook.get(..16).unwrap_or(&report.rulebook)
    );
    pen.open("Investment gap", &note)?;
    let mut row = 2;
    for label in TERMS {
        let found = report.statement.iter().find(|(own, _)| own == label);
        let Some((label, text)) = found else { continue };
        row += 1;
        pen.styled(row, 0, label, &styles.label)?;
        let is_short = text.chars().count() <= MOST_ON_A_LINE;
        pen.text(row, 1, if is_short { text } else { "See the sheet Statement." })?;
    }
    let rows = Rows::from(row + 2, report);
    write_parts(&mut pen, report, rows)?;
    write_of_which(&mut pen, report, rows)?;
    write_percentiles(&mut pen, report, rows)?;
    write_unfunded(&mut pen, report, rows)?;
    write_missing(&mut pen, report, rows)?;
    write_checks(&mut pen, report, rows)?;
    write_largest(&mut pen, report, &largest, rows)
}

/// One of the four parts that capital is made up of.
type PickPart = fn(Parts) -> Pence;

/// Where the tables of the sheet begin.
#[derive(Clone, Copy, Debug)]
struct Rows {
    parts: u32,
    of_which: u32,
    percentiles: u32,
    unfunded: u32,
    missing: u32,
    checks: u32,
    largest: u32,
}

impl Rows {
    const fn from(first: u32, report: &GapReport) -> Self {
        let parts = first;
        let of_which = parts + 2 + Part::ALL.len() as u32 + 2;
        let percentiles = of_which + 2 + 5 + 1;
        let unfunded = percentiles + 2 + 3 + 1;
        let missing = unfunded + 2 + 2 * report.ledgers.len() as u32 + 1;
        let checks = missing + 1 + 8 + 1;
        Self { parts, of_which, percentiles, unfunded, missing, checks, largest: checks + 6 }
    }
}

/// Capital by what it is spent for, from the lines; the whole, from the organisations.
fn write_parts(pen: &mut Pen<'_>, report: &GapReport, rows: Rows) -> Result<(), XlsxError> {
    let styles = pen.styles;
    pen.styled(rows.parts, 0, "Capital by what it is spent for", &styles.section)?;
    pen.headings(rows.parts + 1, RUNS)?;
    let part_of = lines_column(report, "Part");
    let headings = ["Capital low (GBP)", "Capital central (GBP)", "Capital high (GBP)"];
    let capital = headings.map(|heading| lines_column(report, heading));
    let mut row = rows.parts + 2;
    for (part, amount) in Part::ALL.iter().zip(report.total.by_part) {
        pen.text(row, 0, title_of_part(*part))?;
        for ((column, amount), amounts) in (1..).zip(runs(amount)).zip(&capital) {
            let formula = format!("SUMIFS({amounts},{part_of},\"{}\")", part.word());
            pen.amount(row, column, &formula, amount, Row::One)?;
        }
        row += 1;
    }
    pen.styled(row, 0, "Capital in all", &styles.total)?;
    let total = organisations_total(report)?;
    for (run, amount) in (0..).zip(runs(report.total.capital)) {
        let formula = format!("Organisations!{}", cell(total, CAPITAL + run));
        pen.amount(row, 1 + run, &formula, amount, Row::Total)?;
    }
    Ok(())
}

fn write_of_which(pen: &mut Pen<'_>, report: &GapReport, rows: Rows) -> Result<(), XlsxError> {
    let styles = pen.styles;
    let title = "Of which, and the running cost, which is never added to it";
    pen.styled(rows.of_which, 0, title, &styles.section)?;
    pen.headings(rows.of_which + 1, RUNS)?;
    let total = organisations_total(report)?;
    let of_capital = report.total.capital_parts();
    let own: [(&str, PickPart); 4] = [
        ("Work", |parts| parts.work),
        ("Allowance for risk", |parts| parts.risk),
        ("Fees", |parts| parts.fees),
        ("VAT", |parts| parts.vat),
    ];
    for ((row, place), (label, pick)) in (rows.of_which + 2..).zip(0..).zip(own) {
        pen.text(row, 0, label)?;
        // Lines tell their parts in the central run only.
        let amount = of_capital.map(|parts| parts.map(pick));
        pen.money(row, 1, amount.map(|amount| amount.low))?;
        let formula = format!("Organisations!{}", cell(total, WORK + place));
        pen.amount(row, 2, &formula, amount.map(|amount| amount.central), Row::One)?;
        pen.money(row, 3, amount.map(|amount| amount.high))?;
    }
    let row = rows.of_which + 6;
    pen.text(row, 0, "Running cost a year, as far as it is known")?;
    for (run, amount) in (0..).zip(runs(report.total.running)) {
        let formula = format!("Organisations!{}", cell(total, RUNNING + run));
        pen.amount(row, 1 + run, &formula, amount, Row::One)?;
    }
    Ok(())
}

fn write_percentiles(pen: &mut Pen<'_>, report: &GapReport, rows: Rows) -> Result<(), XlsxError> {
    let styles = pen.styles;
    pen.styled(rows.percentiles, 0, "What capital stays below, simulated", &styles.section)?;
    let percentiles = match &report.percentiles {
        Ok(percentiles) => percentiles,
        Err(why) => return pen.text(rows.percentiles + 1, 0, &format!("Not known: {why}.")),
    };
    pen.headings(rows.percentiles + 1, ["", "", "GBP"])?;
    let own = [
        ("In one of ten draws (P10)", percentiles.p10),
        ("In five of ten draws (P50)", percentiles.p50),
        ("In nine of ten draws (P90)", percentiles.p90),
    ];
    for (row, (label, amount)) in (rows.percentiles + 2..).zip(own) {
        pen.text(row, 0, label)?;
        pen.money(row, 2, Some(amount))?;
    }
    Ok(())
}

fn write_unfunded(pen: &mut Pen<'_>, report: &GapReport, rows: Rows) -> Result<(), XlsxError> {
    let styles = pen.styles;
    pen.styled(rows.unfunded, 0, "Against what is allocated (sheet Years)", &styles.section)?;
    pen.headings(rows.unfunded + 1, RUNS)?;
    let mut row = rows.unfunded + 2;
    for (ledger, place) in report.ledgers.iter().zip(places(report)?) {
        let is_known = report.is_known(ledger.money) && !ledger.years.is_empty();
        let title = title_of(ledger.money);
        for (what, at, amount) in [
            ("unfunded after the last year", place.closing(), ledger.closing),
            ("most that is unfunded after any year", place.peak(), ledger.peak),
        ] {
            pen.text(row, 0, &format!("{title}: {what}"))?;
            for (run, amount) in (0..).zip(runs(Some(amount).filter(|_| is_known))) {
                let formula = format!("Years!{}", cell(at, CUMULATIVE + run));
                pen.amount(row, 1 + run, &formula, amount, Row::One)?;
            }
            row += 1;
        }
    }
    Ok(())
}

fn write_missing(pen: &mut Pen<'_>, report: &GapReport, rows: Rows) -> Result<(), XlsxError> {
    let styles = pen.styles;
    pen.styled(rows.missing, 0, "What is missing from these figures", &styles.section)?;
    let total = &report.total;
    let own = [
        ("Lines", total.lines),
        ("Lines without a cost", total.lines_without_cost),
        ("Lines priced in part: they cost at least so much", total.lines_in_part),
        ("Lines without a running cost", total.lines_without_running),
        ("Shortfalls that no remedy closes", total.without_remedy),
        ("Requirements not known", total.not_known),
        ("Sites without a backlog on record", total.sites_without_backlog),
        ("Sites of which net zero is not known", total.sites_without_net_zero),
    ];
    for (row, (label, count)) in (rows.missing + 1..).zip(own) {
        pen.text(row, 0, label)?;
        pen.count(row, 2, count)?;
    }
    Ok(())
}

/// Ways to the same total that must not differ.
fn write_checks(pen: &mut Pen<'_>, report: &GapReport, rows: Rows) -> Result<(), XlsxError> {
    let styles = pen.styles;
    let title = "Checks: what differs from the capital in all, in pounds";
    pen.styled(rows.checks, 0, title, &styles.section)?;
    let whole = rows.parts + 2 + Part::ALL.len() as u32;
    let parts =
        |column| format!("SUM({}:{})", cell(rows.parts + 2, column), cell(whole - 1, column));
    let remedies = remedies_total(report)?;
    let years = places(report)?;
    let capital = report.ledgers.iter().zip(&years);
    let capital = capital.filter(|(ledger, _)| ledger.money == Money::Capital);
    let sum = capital.map(|(_, place)| place.sum).next();
    let headings = ["Capital low (GBP)", "Capital central (GBP)", "Capital high (GBP)"];
    let known = report.total.capital;
    let mut row = rows.checks;
    let mut check = |label: &str, of: &dyn Fn(u16) -> String| {
        row += 1;
        pen.text(row, 0, label)?;
        for (run, known) in (0..).zip(runs(known)) {
            let formula = format!("{}-{}", of(run), cell(whole, 1 + run));
            pen.amount(row, 1 + run, &formula, known.map(|_| Pence(0)), Row::One)?;
        }
        Ok::<(), XlsxError>(())
    };
    check("By what it is spent for", &|run| parts(1 + run))?;
    check("By line", &|run| format!("SUM({})", lines_column(report, headings[usize::from(run)])))?;
    check("By remedy", &|run| format!("Remedies!{}", cell(remedies, REMEDY_CAPITAL + run)))?;
    if let Some(sum) = sum {
        check("By year", &|run| format!("Years!{}", cell(sum, REQUIRED + run)))?;
    }
    let lines = lines_column(report, "Line");
    pen.text(row + 1, 0, "Lines that are counted less those on the sheet Lines")?;
    let formula = format!("{}-COUNT({lines})", cell(rows.missing + 1, 2));
    let formula = Formula::new(formula).set_result("0");
    pen.sheet.write_formula(row + 1, 2, formula)?;
    Ok(())
}

/// The organisations with the largest central capital, largest first, by their place.
fn largest(report: &GapReport) -> Vec<(usize, &GroupTotal)> {
    let central = |group: &GroupTotal| group.totals.capital.map(|amount| amount.central);
    let mut found: Vec<(usize, &GroupTotal)> = report
        .organisations
        .iter()
        .enumerate()
        .filter(|(_, group)| central(group).is_some_and(|amount| amount > Pence(0)))
        .collect();
    found.sort_by_key(|(_, group)| std::cmp::Reverse(central(group)));
    found.truncate(IN_CHART);
    found
}

/// The figures behind the chart.
fn write_largest(
    pen: &mut Pen<'_>,
    report: &GapReport,
    largest: &[(usize, &GroupTotal)],
    rows: Rows,
) -> Result<(), XlsxError> {
    let styles = pen.styles;
    let title = format!(
        "Central capital of the {} with most, of {} organisations (GBP)",
        largest.len(),
        report.organisations.len()
    );
    pen.styled(rows.largest + 1, 0, &title, &styles.section)?;
    pen.headings(
        rows.largest + 2,
        ["Organisation"].into_iter().chain(Part::ALL.iter().map(|part| title_of_part(*part))),
    )?;
    for (row, (at, group)) in (rows.largest + 3..).zip(largest) {
        pen.text(row, 0, &group.name)?;
        let own = FIRST + row_of(*at)?;
        for (place, amount) in (0..).zip(group.totals.by_part) {
            let formula = format!("Organisations!{}", cell(own, FIRST_PART + place));
            let amount = amount.map(|Estimate { central, .. }| central);
            pen.amount(row, 1 + place, &formula, amount, Row::One)?;
        }
    }
    Ok(())
}

fn insert_chart(
    pen: &mut Pen<'_>,
    report: &GapReport,
    largest: &[(usize, &GroupTotal)],
) -> Result<(), XlsxError> {
    if largest.is_empty() {
        return Ok(());
    }
    let terms = report.statement.iter().filter(|(label, _)| TERMS.contains(&label.as_str()));
    let begin = 2 + row_of(terms.count())? + 2;
    let rows = Rows::from(begin, report);
    let (first, last) = (rows.largest + 3, rows.largest + 2 + row_of(largest.len())?);
    let mut chart = Chart::new(ChartType::BarStacked);
    let colours = [0x76_86_92, 0x00_5E_B8, 0x00_96_39, 0xFF_B8_1C];
    for ((column, part), colour) in (1..).zip(Part::ALL).zip(colours) {
        chart
            .add_series()
            .set_name(title_of_part(*part))
            .set_categories(("Summary", first, 0, last, 0))
            .set_values(("Summary", first, column, last, column))
            .set_format(ChartSolidFill::new().set_color(colour));
    }
    chart.title().set_name("Central capital by what it is spent for: organisations with most");
    // The axis of the organisations, which begins at the bottom, where nothing is said: the largest
    // stands on top, and the pounds stay below.
    chart.y_axis().set_reverse();
    let label_below = ChartAxisLabelPosition::High;
    let most = largest[0].1.totals.capital.map_or(0, |amount| amount.central.0);
    let (unit, format) =
        if most < IN_MILLIONS { ("GBP", "#,##0") } else { ("GBP million", "#,##0,,") };
    chart.x_axis().set_name(unit).set_num_format(format).set_label_position(label_below);
    chart.legend().set_position(ChartLegendPosition::Bottom);
    chart.set_width(900).set_height(560);
    chart.set_alt_text("Central capital of the organisations with most, by what it is spent for");
    pen.sheet.insert_chart(begin, ASIDE, &chart)?;
    Ok(())
}
