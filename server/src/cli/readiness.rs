//! `siteworthy readiness`: who stands where, how many stand where, and why a site stands as it does.

use super::tables::{Choice, new_table, right, two_decimals};
use super::{Ending, open_existing};
use crate::config::Config;
use crate::error::Error;
use crate::render::csv::inert;
use crate::view::explain::{Explained, explain};
use crate::view::filter::{ReadinessFilter, SiteFilter};
use crate::view::geojson::encode_sites;
use crate::view::{SiteResult, View};
use clap::{Args, ValueEnum};
use comfy_table::Cell;
use serde::Serialize;
use siteworthy_rules::judge::{self, percent};
use siteworthy_rules::place::Nation;

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
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

    /// Count the sites in place of listing them
    #[arg(long, conflicts_with = "format")]
    summary: bool,

    /// Say why this site stands as it does: every requirement with its value, its threshold and
    /// the row of the file that it comes from
    #[arg(long, value_name = "CODE", conflicts_with_all = ["summary", "format", "is"])]
    explain: Option<String>,

    /// How to write the answer
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

/// One line of the answer for programs.
#[derive(Serialize)]
struct Row<'a> {
    site_code: &'a str,
    site: &'a str,
    organisation: &'a str,
    nation: Option<Nation>,
    technology: &'a str,
    readiness: judge::Readiness,
    score: Option<f64>,
    score_low: f64,
    score_high: f64,
    coverage: f64,
}

impl Readiness {
    /// Answers.
    pub async fn run(self, config: &Config) -> Result<Ending, Error> {
        let app = open_existing(config).await?;
        let view = app.view();
        let filter = self.filter()?;
        let technologies = &self.choice.technologies;
        let bytes = if let Some(code) = &self.explain {
            explanation(&view, code, technologies)?.into_bytes()
        } else if self.summary {
            format!("{}\n", summary_table(&view, &filter, technologies)?).into_bytes()
        } else {
            match self.format {
                Format::Geojson => encode_sites(&view, &filter, technologies)?,
                Format::Table => {
                    format!("{}\n", sites_table(&view, &filter, technologies)?).into_bytes()
                }
                Format::Csv => csv(&rows(&view, &filter, technologies)?)?,
                Format::Json => serde_json::to_vec_pretty(&rows(&view, &filter, technologies)?)
                    .map_err(Error::internal)?,
            }
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
}

/// A line a site and technology.
fn rows<'a>(
    view: &'a View,
    filter: &SiteFilter,
    technologies: &[String],
) -> Result<Vec<Row<'a>>, Error> {
    let profiles = view.find_technologies(technologies)?;
    let mut rows = Vec::new();
    for (at, site) in filter.find(view)?.sites(view) {
        for profile in &profiles {
            let Some(result) = view.result(*profile, at) else { continue };
            let outcome = &result.outcome;
            rows.push(Row {
                site_code: &site.code,
                site: &site.name,
                organisation: view.organisation_name(site),
                nation: site.nation,
                technology: &view.rulebook.profiles[*profile].id,
                readiness: outcome.score.readiness,
                score: outcome.score.score_bp.map(percent),
                score_low: percent(outcome.score.low_bp),
                score_high: percent(outcome.score.high_bp),
                coverage: percent(outcome.score.coverage_bp),
            });
        }
    }
    Ok(rows)
}

fn csv(rows: &[Row<'_>]) -> Result<Vec<u8>, Error> {
    let mut writer = ::csv::WriterBuilder::new().has_headers(false).from_writer(Vec::new());
    let headings = "site_code site organisation nation technology readiness score score_low score_high coverage";
    writer.write_record(headings.split_whitespace()).map_err(Error::internal)?;
    for row in rows {
        let nation = row.nation.map_or("", |nation| nation.word());
        let texts = [
            row.site_code,
            row.site,
            row.organisation,
            nation,
            row.technology,
            row.readiness.word(),
        ];
        let numbers = [row.score, Some(row.score_low), Some(row.score_high), Some(row.coverage)];
        let numbers =
            numbers.map(|number| number.map_or_else(String::new, |number| format!("{number:.2}")));
        let cells = texts.map(inert).into_iter().chain(numbers);
        writer.write_record(cells).map_err(Error::internal)?;
    }
    writer.into_inner().map_err(|error| Error::internal(error.to_string()))
}

/// A line a site, a column a technology: readiness and score.
pub fn sites_table(
    view: &View,
    filter: &SiteFilter,
    technologies: &[String],
) -> Result<String, Error> {
    let profiles = view.find_technologies(technologies)?;
    let ids = profiles.iter().map(|profile| view.rulebook.profiles[*profile].id.as_str());
    let headings: Vec<&str> = ["Site code", "Site"].into_iter().chain(ids).collect();
    let mut table = new_table(&headings);
    for (at, site) in filter.find(view)?.sites(view) {
        let standings = profiles
            .iter()
            .map(|profile| view.result(*profile, at).map_or_else(String::new, standing));
        let cells = [site.code.clone(), site.name.clone()].into_iter().chain(standings);
        table.add_row(cells);
    }
    Ok(table.to_string())
}

/// Such as `ready 93.33`, and for a profile judged in spaces how many of them are ready.
fn standing(result: &SiteResult) -> String {
    let outcome = &result.outcome;
    let mut text = outcome.score.readiness.word().to_owned();
    if let Some(score) = outcome.score.score_bp {
        text.push_str(&format!(" {}", two_decimals(score)));
    }
    if outcome.spaces > 0 {
        text.push_str(&format!(" ({}/{})", outcome.spaces_ready, outcome.spaces));
    }
    text
}

/// How many of the chosen sites stand where for each technology.
pub fn summary_table(
    view: &View,
    filter: &SiteFilter,
    technologies: &[String],
) -> Result<String, Error> {
    let chosen = filter.find(view)?;
    let headings = ["Technology", "Ready", "With actions", "Indeterminate", "Not ready"];
    let mut table = new_table(&headings);
    for at in view.find_technologies(technologies)? {
        let profile = &view.rulebook.profiles[at];
        let mut counts = [0_u32; judge::Readiness::ALL.len()];
        for (site, _) in chosen.sites(view) {
            if let Some(result) = view.result(at, site) {
                counts[result.outcome.score.readiness as usize] += 1;
            }
        }
        let mut row = vec![Cell::new(&profile.title)];
        row.extend(counts.map(right));
        table.add_row(row);
    }
    let (sites, unplaced) = chosen.sites(view).fold((0, 0), |(sites, unplaced), (_, site)| {
        (sites + 1, unplaced + u32::from(site.point.is_none()))
    });
    Ok(format!("{table}\n{sites} sites, {unplaced} of them without a position on the map."))
}

/// Why a site stands as it does for each technology.
pub fn explanation(view: &View, code: &str, technologies: &[String]) -> Result<String, Error> {
    let site = view
        .find_site(code)
        .ok_or_else(|| Error::NotFound(format!("there is no site {code:?}")))?;
    let mut text = String::new();
    for at in view.find_technologies(technologies)? {
        let profile = &view.rulebook.profiles[at];
        let Some(result) = view.result(at, site) else {
            return Err(Error::Invalid(format!("{code} stands for many sites and is not judged")));
        };
        let outcome = &result.outcome;
        let place = outcome
            .spot
            .space()
            .map_or_else(String::new, |space| format!(", {}", view.place_name(space)));
        text.push_str(&format!(
            "{}{place}: {}\n{}: score range {} to {}, coverage {} %\n",
            view.site(site).name,
            standing(result),
            profile.title,
            two_decimals(outcome.score.low_bp),
            two_decimals(outcome.score.high_bp),
            two_decimals(outcome.score.coverage_bp),
        ));
        let mut table =
            new_table(&["Requirement", "Known", "Asked", "Verdict", "Evidence", "From"]);
        let explained = explain(view, profile, outcome);
        text.push_str(&format!("{}\n", explained.headline));
        for one in &explained.requirements {
            table.add_row([
                one.title.clone(),
                one.value.clone(),
                one.threshold.clone(),
                verdict(one),
                one.requirement.evidence.word().to_owned(),
                sources(view, one),
            ]);
        }
        text.push_str(&format!("{table}\n\n"));
    }
    Ok(text)
}

fn verdict(one: &Explained<'_>) -> String {
    let gate = if one.requirement.gate { " (gate)" } else { "" };
    format!("{}{gate}", one.judged.verdict)
}

/// The files and rows that the value comes from, each once.
fn sources(view: &View, one: &Explained<'_>) -> String {
    let mut sources: Vec<String> = one
        .inputs
        .iter()
        .map(|input| format!("{}:{}", view.survey(input.source).file_name, input.source.row))
        .collect();
    sources.dedup();
    sources.join(" ")
}
