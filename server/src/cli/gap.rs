//! `siteworthy gap`: what is missing and what it costs.

use super::choice::{Choice, Output};
use super::tables::{Answer, Cell, Table};
use super::{Ending, open_existing};
use crate::config::Config;
use crate::error::Error;
use crate::render;
use crate::render::report::{GapReport, Totals};
use crate::view::View;
use crate::view::gap::{GapQuestion, PricingAsked};
use clap::{Args, ValueEnum};
use rust_decimal::Decimal;
use siteworthy_rules::cost::{Estimate, Pence};
use siteworthy_rules::costing::pricing::{Allowance, Treatment, parse_share};
use siteworthy_rules::factor::FinancialYear;
use siteworthy_rules::gap::Level;
use siteworthy_rules::investment::Part;

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Table,
    Csv,
    Json,
    Xlsx,
}

/// Shows the investment gap.
#[derive(Args, Debug)]
#[command(after_help = "Shows the investment gap: by organisation as a table, line by line in\n\
                  files.\n\n\
                  Example: siteworthy gap --technology voice-scribe --level target")]
pub struct Gap {
    #[command(flatten)]
    choice: Choice,

    /// How far gaps are closed: minimum or target
    #[arg(long, default_value = "minimum")]
    level: Level,

    /// What is in it: backlog, readiness or net-zero; may be given several times; all three otherwise
    #[arg(long = "part", value_name = "PART")]
    parts: Vec<Part>,

    /// The year by which the CRREM pathway is to be met; that of `abatement` otherwise
    #[arg(long, value_name = "YEAR")]
    net_zero_year: Option<i32>,

    #[command(flatten)]
    terms: Terms,

    /// How to write the answer
    #[arg(long, value_enum, default_value = "table", requires_if("xlsx", "output"))]
    format: Format,

    #[command(flatten)]
    output: Output,
}

/// On which terms works are priced; those of rules/costing.toml otherwise.
#[derive(Args, Debug)]
struct Terms {
    /// What is allowed for risk: optimism-bias, contingency or none
    #[arg(long, value_name = "ALLOWANCE")]
    allowance: Option<Allowance>,

    /// Share of the optimism bias that is mitigated, such as 0.3
    #[arg(long, value_name = "SHARE", value_parser = parse_share, allow_negative_numbers = true)]
    mitigated: Option<Decimal>,

    /// The contingency, such as 0.1; with --allowance contingency
    #[arg(long, value_name = "SHARE", value_parser = parse_share, allow_negative_numbers = true)]
    contingency: Option<Decimal>,

    /// Professional fees, such as 0.12
    #[arg(long, value_name = "SHARE", value_parser = parse_share, allow_negative_numbers = true)]
    fees: Option<Decimal>,

    /// What happens to VAT: excluded, included or recovered
    #[arg(long, value_name = "TREATMENT")]
    vat: Option<Treatment>,

    /// The prices of the answer: 2025 for a calendar or 2025-26 for a financial year
    #[arg(long, value_name = "YEAR")]
    prices: Option<String>,

    /// Adds to backlog what its definition leaves out: the allowance for risk, fees and VAT
    #[arg(long)]
    gross_up: bool,

    /// The first year in which capital is spent, such as 2027-28
    #[arg(long, value_name = "YEAR")]
    start: Option<FinancialYear>,

    /// Over how many years capital is spent: a length of datasets/costs/spend-profiles.csv
    #[arg(long, value_name = "YEARS")]
    years: Option<u32>,
}

impl Terms {
    fn asked(&self) -> PricingAsked {
        PricingAsked {
            allowance: self.allowance,
            mitigated: self.mitigated,
            contingency: self.contingency,
            fees: self.fees,
            vat: self.vat,
            prices: self.prices.clone(),
            gross_up: self.gross_up,
            start: self.start,
            years: self.years,
        }
    }
}

impl Gap {
    /// Answers.
    pub async fn run(self, config: &Config) -> Result<Ending, Error> {
        let app = open_existing(config).await?;
        let view = app.view();
        let technologies = self.choice.technologies.clone();
        // Lines alone need neither.
        let is_whole = self.format != Format::Csv;
        let question = GapQuestion {
            simulated: is_whole,
            attributed: is_whole,
            filter: self.choice.filter(),
            technologies,
            level: self.level,
            parts: self.parts.clone(),
            net_zero_year: self.net_zero_year,
            terms: self.terms.asked(),
        };
        let report = view.gap_report(&question)?;
        let bytes = match self.format {
            // The very bytes that the service sends.
            Format::Csv => render::csv::encode(&report).map_err(Error::internal)?,
            Format::Xlsx => view.gap_workbook(&report)?,
            Format::Json => {
                render::json::encode(&report, view.facts.as_of).map_err(Error::internal)?
            }
            Format::Table => gap_answer(&view, &report).to_text().into_bytes(),
        };
        self.output.write(&bytes)
    }
}

/// The gap by organisation, for the eye, with what the figures rest on. Files are written by `render`.
pub fn gap_answer(view: &View, report: &GapReport) -> Answer {
    let mut answer = Answer::new(view);
    answer.add(organisations(report));
    answer.add(remedies(report));
    if !report.attributed.is_empty() {
        answer.add(technologies(report));
    }
    answer.add(years(report));
    for sentence in report.says() {
        answer.say(sentence);
    }
    answer
}

/// The three runs of an amount as cells; nothing where it is not known.
fn runs(amount: Option<Estimate<Pence>>) -> [Cell; 3] {
    let runs = amount.map(|Estimate { low, central, high }| [low, central, high].map(Some));
    runs.unwrap_or([None; 3]).map(Cell::from)
}

const TOTAL_COLUMNS: [(&str, &str); 20] = [
    ("sites", "Sites"),
    ("sites_with_gap", "Sites with a gap"),
    ("backlog_central_gbp", "Backlog £"),
    ("readiness_central_gbp", "Readiness £"),
    ("net_zero_central_gbp", "Net zero £"),
    ("readiness_and_net_zero_central_gbp", "Both £"),
    ("capital_low_gbp", "Capital low £"),
    ("capital_central_gbp", "Capital central £"),
    ("capital_high_gbp", "Capital high £"),
    ("work_central_gbp", "Of which work £"),
    ("risk_central_gbp", "Of which risk £"),
    ("may_be_in_backlog_central_gbp", "May be in backlog too £"),
    ("running_central_gbp_per_year", "Running £ a year"),
    ("lines_without_cost", "Lines without a cost"),
    ("lines_in_part", "Lines that cost at least so much"),
    ("lines_without_running", "Lines without a running cost"),
    ("without_remedy", "Shortfalls without a remedy"),
    ("not_known", "Requirements not known"),
    ("sites_without_backlog", "Sites without a backlog on record"),
    ("sites_without_net_zero", "Sites of which net zero is not known"),
];

fn totals_row(totals: &Totals) -> Vec<Cell> {
    let central = |amount: Option<Estimate<Pence>>| Cell::from(amount.map(|all| all.central));
    let mut row = vec![totals.sites.into(), totals.sites_with_gap.into()];
    row.extend(totals.by_part.map(central));
    row.extend(runs(totals.capital));
    row.extend([
        Cell::from(totals.capital_parts().map(|parts| parts.central.work)),
        Cell::from(totals.capital_parts().map(|parts| parts.central.risk)),
        Cell::from(Some(totals.may_be_in_backlog.central)),
        central(totals.running),
        totals.lines_without_cost.into(),
        totals.lines_in_part.into(),
        totals.lines_without_running.into(),
        totals.without_remedy.into(),
        totals.not_known.into(),
        totals.sites_without_backlog.into(),
        totals.sites_without_net_zero.into(),
    ]);
    row
}

fn organisations(report: &GapReport) -> Table {
    let own = [("organisation_code", "Code"), ("organisation", "Organisation")];
    let columns: Vec<(&str, &str)> = own.into_iter().chain(TOTAL_COLUMNS).collect();
    let money = [
        "organisation",
        "backlog_central_gbp",
        "readiness_central_gbp",
        "net_zero_central_gbp",
        "readiness_and_net_zero_central_gbp",
        "capital_low_gbp",
        "capital_central_gbp",
        "capital_high_gbp",
    ];
    let made_up = [
        "organisation",
        "sites",
        "sites_with_gap",
        "work_central_gbp",
        "risk_central_gbp",
        "may_be_in_backlog_central_gbp",
    ];
    let open = [
        "organisation",
        "lines_without_cost",
        "lines_in_part",
        "without_remedy",
        "not_known",
        "sites_without_backlog",
        "sites_without_net_zero",
    ];
    let title =
        "Investment gap by organisation: central capital by what it is spent for, and the whole";
    let mut table = Table::new("organisations", title, &columns)
        .showing(&money)
        .and_showing("What the central capital is made up of", &made_up, None)
        .and_showing("What is not in it", &open, None);
    let groups =
        report.organisations.iter().map(|group| (Some(&group.code), &*group.name, &group.totals));
    for (code, name, totals) in groups.chain([(None, "Total", &report.total)]) {
        table.add([code.into(), name.into()].into_iter().chain(totals_row(totals)));
    }
    table
}

fn remedies(report: &GapReport) -> Table {
    let columns = [
        ("remedy", "Id"),
        ("title", "Remedy"),
        ("lines", "Lines"),
        ("lines_without_cost", "Without a cost"),
        ("capital_low_gbp", "Capital low £"),
        ("capital_central_gbp", "Capital central £"),
        ("capital_high_gbp", "Capital high £"),
        ("running_central_gbp_per_year", "Running £ a year"),
        ("life_years", "Life in years"),
        ("equivalent_annual_central_gbp", "Even cost £ a year"),
    ];
    let shown = [
        "title",
        "lines",
        "lines_without_cost",
        "capital_low_gbp",
        "capital_central_gbp",
        "capital_high_gbp",
        "life_years",
        "equivalent_annual_central_gbp",
    ];
    let title = "By remedy: capital, and as an even amount a year over its life";
    let mut table = Table::new("remedies", title, &columns).showing(&shown);
    for one in &report.remedies {
        let own = [Cell::from(&one.id), Cell::from(&one.title)];
        let counts = [one.lines.into(), one.lines_without_cost.into()];
        let rest = [
            Cell::from(one.running.map(|all| all.central)),
            Cell::from(one.life_years.map(|years| years as usize)),
            Cell::from(one.equivalent_annual.map(|all| all.central)),
        ];
        table.add(own.into_iter().chain(counts).chain(runs(one.capital)).chain(rest));
    }
    table
}

fn technologies(report: &GapReport) -> Table {
    let columns = [
        ("technology", "Id"),
        ("title", "Technology"),
        ("alone_low_gbp", "Alone low £"),
        ("alone_central_gbp", "Alone central £"),
        ("alone_high_gbp", "Alone high £"),
        ("serving_low_gbp", "Lines that serve it, low £"),
        ("serving_central_gbp", "Lines that serve it £"),
        ("serving_high_gbp", "Lines that serve it, high £"),
        ("marginal_low_gbp", "Adds to all others, low £"),
        ("marginal_central_gbp", "Adds to all others £"),
        ("marginal_high_gbp", "Adds to all others, high £"),
        ("lines_in_question", "Lines without a whole price"),
    ];
    let shown = [
        "title",
        "alone_central_gbp",
        "serving_central_gbp",
        "marginal_central_gbp",
        "lines_in_question",
    ];
    let title = "By technology, central capital: as if it came alone; in lines that serve it and perhaps others; \
                 and what it adds to all others";
    let mut table = Table::new("technologies", title, &columns).showing(&shown);
    for one in &report.attributed {
        let own = [Cell::from(&one.id), Cell::from(&one.title)];
        let money = [one.alone, one.serving, one.marginal];
        let money = money.into_iter().flat_map(runs);
        table.add(own.into_iter().chain(money).chain([one.lines_in_question.into()]));
    }
    table
}

fn years(report: &GapReport) -> Table {
    let columns = [
        ("money", "Money"),
        ("year", "Year"),
        ("required_low_gbp", "Required low £"),
        ("required_central_gbp", "Required £"),
        ("required_high_gbp", "Required high £"),
        ("unpriced", "Lines without a price"),
        ("allocated_gbp", "Allocated £"),
        ("gap_low_gbp", "Gap low £"),
        ("gap_central_gbp", "Gap of the year £"),
        ("gap_high_gbp", "Gap high £"),
        ("cumulative_low_gbp", "Unfunded so far, low £"),
        ("cumulative_central_gbp", "Unfunded so far £"),
        ("cumulative_high_gbp", "Unfunded so far, high £"),
    ];
    let shown = [
        "money",
        "year",
        "required_central_gbp",
        "unpriced",
        "allocated_gbp",
        "gap_central_gbp",
        "cumulative_central_gbp",
    ];
    let title = "By year, central run: what must be spent, what is allocated, what the year alone lacks, and what \
                 is unfunded so far if what is left over rolls on";
    let mut table = Table::new("years", title, &columns).showing(&shown);
    for ledger in &report.ledgers {
        for year in &ledger.years {
            let own = [Cell::from(ledger.money.word()), Cell::from(&year.year)];
            let known = |amount| runs(Some(amount).filter(|_| report.is_known(ledger.money)));
            let required = known(year.required);
            let between = [year.unpriced.into(), Cell::from(year.allocated)];
            let gaps = known(year.yearly_gap).into_iter().chain(known(year.cumulative));
            table.add(own.into_iter().chain(required).chain(between).chain(gaps));
        }
    }
    table
}
