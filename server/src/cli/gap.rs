//! `siteworthy gap`: what is missing and what it costs.

use super::tables::{Choice, new_table, right};
use super::{Ending, open_existing};
use crate::config::Config;
use crate::error::Error;
use crate::render::{self, report::GapReport};
use crate::view::gap::GapQuestion;
use clap::{Args, ValueEnum};
use comfy_table::Cell;
use siteworthy_rules::cost::{Estimate, Pence};
use siteworthy_rules::gap::Level;

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Table,
    Csv,
    Xlsx,
}

/// Shows the investment gap.
#[derive(Args, Debug)]
pub struct Gap {
    #[command(flatten)]
    choice: Choice,

    /// How far gaps are closed: minimum or target
    #[arg(long, default_value = "minimum")]
    level: Level,

    /// How to write the answer
    #[arg(long, value_enum, default_value = "table", requires_if("xlsx", "output"))]
    format: Format,
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
            Format::Csv => render::csv::encode(&report),
            Format::Xlsx => view.gap_workbook(&report)?,
            Format::Table => format!("{}\n", gap_table(&report)).into_bytes(),
        };
        self.choice.write(&bytes)
    }
}

/// The gap by organisation, with what the figures rest on below.
pub fn gap_table(report: &GapReport) -> String {
    let headings = [
        "Organisation",
        "Sites",
        "With a gap",
        "Capital low £",
        "Central £",
        "High £",
        "Uncosted",
        "Not known",
    ];
    let mut table = new_table(&headings);
    let organisations =
        report.organisations.iter().map(|organisation| (&*organisation.name, &organisation.totals));
    for (name, totals) in organisations.chain([("Total", &report.total)]) {
        let pounds = |pick: fn(Estimate<Pence>) -> Pence| {
            totals.capital.map_or_else(|| "not known".to_owned(), |all| whole_pounds(pick(all)))
        };
        table.add_row(vec![
            Cell::new(name),
            right(totals.sites),
            right(totals.sites_with_gap),
            right(pounds(|capital| capital.low)),
            right(pounds(|capital| capital.central)),
            right(pounds(|capital| capital.high)),
            right(totals.lines_without_cost),
            right(totals.not_known),
        ]);
    }
    let notes =
        ["Revision of the record", "Rulebook hash (BLAKE3)", "Price base", "Not in these figures"];
    let statement: String = report
        .statement
        .iter()
        .filter(|(label, _)| notes.contains(&label.as_str()))
        .map(|(label, text)| format!("\n{label}: {text}"))
        .collect();
    format!("{table}{statement}")
}

/// Pounds to the whole pound with thousands separators, for the eye; files carry the pence.
fn whole_pounds(pence: Pence) -> String {
    let pounds = pence.pounds().round().to_string();
    let digits = pounds.trim_start_matches('-');
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if pounds.starts_with('-') { format!("-{text}") } else { text }
}
