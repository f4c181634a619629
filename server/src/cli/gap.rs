//! `siteworthy gap`: what is missing and what it costs.

use super::choice::{Choice, Output};
use super::tables::{Answer, Cell, Table};
use super::{Ending, open_existing};
use crate::config::Config;
use crate::error::Error;
use crate::render::report::{GapReport, Totals};
use crate::render::{self, csv::LINE_HEADINGS};
use crate::view::View;
use crate::view::gap::GapQuestion;
use clap::{Args, ValueEnum};
use siteworthy_rules::cost::Estimate;
use siteworthy_rules::gap::Level;

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

    /// How to write the answer
    #[arg(long, value_enum, default_value = "table", requires_if("xlsx", "output"))]
    format: Format,

    #[command(flatten)]
    output: Output,
}

impl Gap {
    /// Answers.
    pub async fn run(self, config: &Config) -> Result<Ending, Error> {
        let app = open_existing(config).await?;
        let view = app.view();
        let technologies = self.choice.technologies.clone();
        let question =
            GapQuestion { filter: self.choice.filter(), technologies, level: self.level };
        let report = view.gap_report(&question)?;
        let bytes = match self.format {
            // The very bytes that the service sends.
            Format::Csv => render::csv::encode(&report),
            Format::Xlsx => view.gap_workbook(&report)?,
            Format::Json => gap_answer(&view, &report).to_json()?,
            Format::Table => gap_answer(&view, &report).to_text().into_bytes(),
        };
        self.output.write(&bytes)
    }
}

/// The gap by organisation, with what the figures rest on, and its lines for files.
pub fn gap_answer(view: &View, report: &GapReport) -> Answer {
    let mut answer = Answer::new(view);
    answer.add(organisations(report));
    answer.add(lines(report));
    let mut statement = Table::new("statement", "", &[("label", ""), ("text", "")]).for_files();
    for (label, text) in &report.statement {
        statement.add([Cell::from(label), Cell::from(text)]);
        // The revision and the rulebook stand below every table.
        let said = [
            "Price base",
            "Shortfalls that no remedy here closes",
            "Not in these figures",
            "Technologies still in research",
        ];
        if said.contains(&label.as_str()) {
            answer.say(format!("{label}: {}", with_stop(text)));
        }
    }
    answer.add(statement);
    answer
}

fn with_stop(text: &str) -> String {
    if text.ends_with('.') { text.to_owned() } else { format!("{text}.") }
}

fn organisations(report: &GapReport) -> Table {
    let columns = [
        ("organisation_code", "Code"),
        ("organisation", "Organisation"),
        ("sites", "Sites"),
        ("sites_with_gap", "Sites with a gap"),
        ("capital_low_gbp", "Capital low £"),
        ("capital_central_gbp", "Capital central £"),
        ("capital_high_gbp", "Capital high £"),
        ("lines_without_cost", "Lines without a cost"),
        ("without_remedy", "Shortfalls without a remedy"),
        ("not_known", "Requirements not known"),
    ];
    let money = ["organisation", "capital_low_gbp", "capital_central_gbp", "capital_high_gbp"];
    let counts = [
        "organisation",
        "sites",
        "sites_with_gap",
        "lines_without_cost",
        "without_remedy",
        "not_known",
    ];
    let mut table = Table::new("organisations", "Investment gap by organisation", &columns)
        .showing(&money)
        .and_showing("What is behind it, and what is not in it", &counts, None);
    let organisations = report
        .organisations
        .iter()
        .map(|organisation| (Some(&organisation.code), &*organisation.name, &organisation.totals));
    for (code, name, totals) in organisations.chain([(None, "Total", &report.total)]) {
        table.add(totals_row(code, name, totals));
    }
    table
}

fn totals_row(code: Option<&String>, name: &str, totals: &Totals) -> Vec<Cell> {
    let capital = totals.capital.map_or([const { None }; 3], |Estimate { low, central, high }| {
        [low, central, high].map(Some)
    });
    [code.into(), name.into(), totals.sites.into(), totals.sites_with_gap.into()]
        .into_iter()
        .chain(capital.map(Cell::from))
        .chain([
            totals.lines_without_cost.into(),
            totals.without_remedy.into(),
            totals.not_known.into(),
        ])
        .collect()
}

/// The keys of a line, in the order of [`LINE_HEADINGS`].
const LINE_KEYS: [&str; LINE_HEADINGS.len()] = [
    "organisation_code",
    "organisation",
    "site_code",
    "site",
    "place",
    "remedy_id",
    "remedy",
    "quantity_low",
    "quantity_central",
    "quantity_high",
    "unit",
    "capital_low_gbp",
    "capital_central_gbp",
    "capital_high_gbp",
    "running_low_gbp_per_year",
    "running_central_gbp_per_year",
    "running_high_gbp_per_year",
    "technologies",
    "requirements",
    "survey_rows",
    "reference",
    "evidence",
    "remark",
    "line",
];

fn lines(report: &GapReport) -> Table {
    let columns: Vec<(&str, &str)> = LINE_KEYS.into_iter().zip(LINE_HEADINGS).collect();
    let mut table = Table::new("lines", "", &columns).for_files();
    for (at, line) in report.lines.iter().enumerate() {
        table.add(render::csv::line_cells(at + 1, line).into_iter().map(|cell| match cell {
            render::csv::Cell::Text(text) => text.into(),
            render::csv::Cell::Number(text) => text.parse::<f64>().ok().into(),
            render::csv::Cell::Empty => Cell::None,
        }));
    }
    table
}
