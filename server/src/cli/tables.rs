//! `siteworthy readiness` and `siteworthy gap`: tables on a terminal, or files.

use super::{Ending, open, write_out};
use crate::config::Config;
use crate::error::Error;
use crate::http::encode_workbook;
use crate::render::csv::inert;
use crate::render::{self, report::GapReport};
use crate::view::View;
use crate::view::filter::{ReadinessFilter, SiteFilter};
use crate::view::gap::GapQuestion;
use crate::view::geojson::encode_sites;
use clap::{Args, ValueEnum};
use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, presets};
use serde_json::json;
use siteworthy_rules::cost::Pence;
use siteworthy_rules::gap::Level;
use siteworthy_rules::judge::{self, percent};
use siteworthy_rules::place::{Nation, Setting};
use std::fs;
use std::path::{Path, PathBuf};

/// Which sites and technologies, and where the answer goes.
#[derive(Args, Debug)]
struct Choice {
    /// Code of an organisation: its own sites and those of everything below it
    #[arg(long, value_name = "CODE")]
    organisation: Option<String>,

    /// england, scotland, wales or northern-ireland
    #[arg(long, value_name = "NATION")]
    nation: Option<Nation>,

    /// Setting, such as acute
    #[arg(long, value_name = "SETTING")]
    setting: Option<Setting>,

    /// Id of a technology; may be given several times; all of them otherwise
    #[arg(long = "technology", value_name = "ID")]
    technologies: Vec<String>,

    /// Where to write; standard output otherwise
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Choice {
    fn filter(&self) -> SiteFilter {
        SiteFilter {
            organisation: self.organisation.clone(),
            nation: self.nation,
            setting: self.setting,
            readiness: None,
            with_pooled: false,
        }
    }

    fn write(&self, bytes: &[u8]) -> Result<Ending, Error> {
        match &self.output {
            Some(path) => write_file(path, bytes),
            None => write_out(bytes).map(|()| Ending::Clean),
        }
    }
}

/// Writes a file and says so on standard error.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<Ending, Error> {
    fs::write(path, bytes)
        .map_err(|error| Error::Invalid(format!("cannot write {}: {error}", path.display())))?;
    eprintln!("Wrote {}.", path.display());
    Ok(Ending::Clean)
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum ReadinessFormat {
    Table,
    Csv,
    Json,
    Geojson,
}

/// Shows readiness.
#[derive(Args, Debug)]
pub struct Readiness {
    #[command(flatten)]
    choice: Choice,

    /// Only sites that stand so for the one technology given: ready, ready-with-actions,
    /// indeterminate or not-ready; may be given several times
    #[arg(long = "is", value_name = "READINESS", requires = "technologies")]
    is: Vec<judge::Readiness>,

    /// Count sites by nation in place of listing them
    #[arg(long)]
    summary: bool,

    /// How to write the answer
    #[arg(long, value_enum, default_value = "table")]
    format: ReadinessFormat,
}

impl Readiness {
    /// Answers.
    pub async fn run(self, config: &Config) -> Result<Ending, Error> {
        let app = open(config).await?;
        let view = app.view();
        let filter = self.filter()?;
        if self.summary {
            return self.choice.write(format!("{}\n", summary_table(&view, &filter)?).as_bytes());
        }
        let technologies = &self.choice.technologies;
        let bytes = match self.format {
            ReadinessFormat::Geojson => encode_sites(&view, &filter, technologies)?,
            format => self.rows(&view, &filter, format)?,
        };
        self.choice.write(&bytes)
    }

    fn filter(&self) -> Result<SiteFilter, Error> {
        let mut filter = self.choice.filter();
        if !self.is.is_empty() {
            let [technology] = &self.choice.technologies[..] else {
                return Err(Error::Invalid("--is needs exactly one --technology".to_owned()));
            };
            filter.readiness =
                Some(ReadinessFilter { technology: technology.clone(), any_of: self.is.clone() });
        }
        Ok(filter)
    }

    fn rows(
        &self,
        view: &View,
        filter: &SiteFilter,
        format: ReadinessFormat,
    ) -> Result<Vec<u8>, Error> {
        let profiles = view.find_technologies(&self.choice.technologies)?;
        let headings = [
            "Site code",
            "Site",
            "Organisation",
            "Nation",
            "Technology",
            "Readiness",
            "Score",
            "Low",
            "High",
            "Coverage %",
        ];
        let mut rows: Vec<[String; 10]> = Vec::new();
        for (at, site) in filter.find(view)?.sites(view) {
            for profile in &profiles {
                let Some(result) = view.result(*profile, at) else { continue };
                let outcome = &result.outcome;
                rows.push([
                    site.code.clone(),
                    site.name.clone(),
                    view.organisation_name(site).to_owned(),
                    site.nation.map_or_else(String::new, |nation| nation.word().to_owned()),
                    view.rulebook.profiles[*profile].id.clone(),
                    outcome.readiness.word().to_owned(),
                    outcome.score_bp.map_or_else(|| "not known".to_owned(), two_decimals),
                    two_decimals(outcome.low_bp),
                    two_decimals(outcome.high_bp),
                    two_decimals(outcome.coverage_bp),
                ]);
            }
        }
        encode(&headings, &rows, format)
    }
}

fn two_decimals(bp: u16) -> String {
    format!("{:.2}", percent(bp))
}

fn encode<const N: usize>(
    headings: &[&str; N],
    rows: &[[String; N]],
    format: ReadinessFormat,
) -> Result<Vec<u8>, Error> {
    match format {
        ReadinessFormat::Csv => {
            let mut writer = csv::Writer::from_writer(Vec::new());
            writer.write_record(headings).map_err(Error::internal)?;
            for row in rows {
                writer.write_record(row.iter().map(|cell| inert(cell))).map_err(Error::internal)?;
            }
            writer.into_inner().map_err(|error| Error::internal(error.to_string()))
        }
        ReadinessFormat::Json => {
            let objects: Vec<_> = rows
                .iter()
                .map(|row| {
                    headings
                        .iter()
                        .zip(row)
                        .map(|(heading, cell)| ((*heading).to_owned(), json!(cell)))
                        .collect::<serde_json::Map<_, _>>()
                })
                .collect();
            serde_json::to_vec_pretty(&objects).map_err(Error::internal)
        }
        ReadinessFormat::Table | ReadinessFormat::Geojson => {
            let mut table = new_table(headings);
            for row in rows {
                table.add_row(row);
            }
            Ok(format!("{table}\n").into_bytes())
        }
    }
}

fn new_table(headings: &[&str]) -> Table {
    let mut table = Table::new();
    table
        .load_preset(presets::UTF8_FULL_CONDENSED)
        .set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(headings);
    table
}

fn right(text: impl ToString) -> Cell {
    Cell::new(text).set_alignment(CellAlignment::Right)
}

/// How many of the chosen sites stand where for each technology.
pub fn summary_table(view: &View, filter: &SiteFilter) -> Result<String, Error> {
    let chosen = filter.find(view)?;
    let mut table =
        new_table(&["Technology", "Ready", "With actions", "Indeterminate", "Not ready"]);
    for (at, profile) in view.rulebook.profiles.iter().enumerate() {
        let mut counts = [0_u32; judge::Readiness::ALL.len()];
        for (site, _) in chosen.sites(view) {
            if let Some(result) = view.result(at, site) {
                counts[result.outcome.readiness as usize] += 1;
            }
        }
        let mut row = vec![Cell::new(&profile.title)];
        row.extend(counts.map(right));
        table.add_row(row);
    }
    Ok(table.to_string())
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum GapFormat {
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
    #[arg(long, value_enum, default_value = "table")]
    format: GapFormat,
}

impl Gap {
    /// Answers.
    pub async fn run(self, config: &Config) -> Result<Ending, Error> {
        if self.format == GapFormat::Xlsx && self.choice.output.is_none() {
            return Err(Error::Invalid("a workbook needs --output FILE".to_owned()));
        }
        let app = open(config).await?;
        let view = app.view();
        let technologies = self.choice.technologies.clone();
        let question =
            GapQuestion { filter: self.choice.filter(), technologies, level: self.level };
        let report = view.gap_report(&question)?;
        let bytes = match self.format {
            GapFormat::Csv => render::csv::encode(&report),
            GapFormat::Xlsx => encode_workbook(&view, &report)?,
            GapFormat::Table => format!("{}\n", gap_table(&report)).into_bytes(),
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
        table.add_row(vec![
            Cell::new(name),
            right(totals.sites),
            right(totals.sites_with_gap),
            right(whole_pounds(totals.capital.low)),
            right(whole_pounds(totals.capital.central)),
            right(whole_pounds(totals.capital.high)),
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
