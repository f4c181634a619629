//! The investment gap of a scope: what is missing, what it costs, and what the figures rest on.
//!
//! The arithmetic is `rules::gap`; how the report looks is `render`.

use super::filter::SiteFilter;
use super::{Site, View};
use crate::error::Error;
use crate::render::report::{GapLine, GapReport, OrganisationTotal, SiteTotal, Standing, Totals};
use crate::render::workbook;
use chrono::Datelike;
use rayon::prelude::*;
use rust_decimal::Decimal;
use rust_xlsxwriter::XlsxError;
use siteworthy_rules::cost::{Estimate, Pence};
use siteworthy_rules::dated::Evidence;
use siteworthy_rules::gap::{Level, Line, Need, SiteGap, profile_of, site_gap};
use siteworthy_rules::judge::{for_each_measure_read, percent, place_of};
use siteworthy_rules::place::SpaceKind;
use siteworthy_rules::profile::{AdoptionStatus, Horizon, Place};
use siteworthy_rules::remedy::Basis;
use siteworthy_rules::rulebook::Rulebook;
use siteworthy_rules::unit::Unit;
use std::collections::BTreeMap;

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GapQuestion {
    /// Which sites.
    pub filter: SiteFilter,
    /// Ids of the technologies, one unit of each at every site; empty for all that can be deployed now.
    pub technologies: Vec<String>,
    /// How far gaps are closed.
    pub level: Level,
}

/// Finds a profile of a rulebook by id.
///
/// # Errors
/// `NotFound` with the ids that there are.
pub fn find_technology(rulebook: &Rulebook, id: &str) -> Result<usize, Error> {
    rulebook.find_profile(id).ok_or_else(|| {
        // The editions stand in the order in which they come into force.
        if let Some(first) = rulebook.editions.iter().find(|edition| edition.id == id) {
            let from = first.in_force_from;
            return Error::NotFound(format!("the rules of {id:?} hold only from {from}"));
        }
        let known: Vec<&str> = rulebook.profiles.iter().map(|profile| &*profile.id).collect();
        let known = known.join(", ");
        Error::NotFound(format!("there is no technology {id:?}; use one of {known}"))
    })
}

/// The profiles of a list of ids that a rulebook judges at sites; for an empty list all of a horizon.
///
/// # Errors
/// `NotFound` for an id that no profile has, `Invalid` for what is deployed in homes.
pub fn find_judged_at_sites(
    rulebook: &Rulebook,
    ids: &[String],
    horizon: Horizon,
) -> Result<Vec<usize>, Error> {
    let is_home = |at: usize| rulebook.profiles[at].place == Place::Space(SpaceKind::Home);
    if ids.is_empty() {
        let is_of_horizon = |at: usize| rulebook.profiles[at].horizon == horizon;
        let all = 0..rulebook.profiles.len();
        return Ok(all.filter(|at| is_of_horizon(*at) && !is_home(*at)).collect());
    }
    let mut found = Vec::new();
    for id in ids {
        let at = find_technology(rulebook, id)?;
        if is_home(at) {
            return Err(Error::Invalid(format!(
                "{id} is deployed in homes, which are judged in pools; ask a site for its pools"
            )));
        }
        found.push(at);
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

impl View {
    /// Finds a profile by id.
    ///
    /// # Errors
    /// `NotFound` with the ids that there are.
    pub fn find_profile(&self, id: &str) -> Result<usize, Error> {
        find_technology(&self.rulebook, id)
    }

    /// The profiles of a list of ids; all that can be deployed now for an empty list.
    ///
    /// # Errors
    /// `NotFound` for an id that no profile has.
    pub fn find_technologies(&self, ids: &[String]) -> Result<Vec<usize>, Error> {
        if ids.is_empty() {
            let now = |at: &usize| self.rulebook.profiles[*at].horizon == Horizon::Now;
            return Ok((0..self.rulebook.profiles.len()).filter(now).collect());
        }
        let mut found =
            ids.iter().map(|id| self.find_profile(id)).collect::<Result<Vec<_>, _>>()?;
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }

    /// Which of these technologies are still in research, as far as a source says, in a sentence; none
    /// where none is. Their figures stand beside those of technologies in use and are not to be taken
    /// for them.
    #[must_use]
    pub fn still_in_research(&self, profiles: &[usize]) -> Option<String> {
        let is_in_research = |at: &&usize| {
            let adoption = &self.rulebook.profiles[**at].adoption;
            adoption.as_ref().is_some_and(|one| one.status == AdoptionStatus::Research)
        };
        let titles: Vec<&str> = profiles
            .iter()
            .filter(is_in_research)
            .map(|at| self.rulebook.profiles[*at].title.as_str())
            .collect();
        (!titles.is_empty())
            .then(|| format!("Still in research, and in these figures: {}.", titles.join("; ")))
    }

    /// What is missing at one site for one unit of each of these profiles.
    #[must_use]
    pub fn gap_at(&self, site: u32, profiles: &[usize], level: Level) -> SiteGap {
        let deployed: Vec<_> = profiles
            .iter()
            .filter_map(|profile| Some((*profile, self.result(*profile, site)?.outcome)))
            .collect();
        site_gap(&self.rulebook, &self.estate, &deployed, level)
    }

    /// A line of the gap with everything that a reader needs beside it.
    #[must_use]
    pub fn describe_line(&self, at: u32, line: &Line) -> GapLine {
        let site = self.site(at);
        let remedy = &self.rulebook.remedies[line.remedy];
        let benchmarks: Vec<_> =
            remedy.costs.iter().map(|cost| &self.rulebook.benchmarks[cost.benchmark]).collect();
        let sources: Vec<String> = benchmarks
            .iter()
            .map(|benchmark| {
                format!(
                    "{} ({}, prices of {}): {}",
                    benchmark.id, benchmark.unit, benchmark.price_base_year, benchmark.source
                )
            })
            .collect();
        let evidence = benchmarks
            .iter()
            .map(|benchmark| benchmark.evidence)
            .chain([remedy.quantity.evidence])
            .max()
            .unwrap_or(Evidence::Policy);
        let already =
            line.already_milli.map(|already| describe_already(already, &remedy.quantity.unit));
        let asked = |need: &Need| &profile_of(&self.rulebook, *need).requirements[need.requirement];
        let asked = line.needs.iter().map(asked);
        let reserve = self.reserve_in_words(line.remedy, asked, line.quantity_milli);
        let remark =
            [&reserve, &already, &line.unknown_reason, &remedy.caution, &remedy.running_unknown];
        let organisation = site.organisation.map(|own| self.organisations.get(own));
        GapLine {
            organisation_code: organisation.map(|own| own.code.clone()).unwrap_or_default(),
            organisation: self.organisation_name(site).to_owned(),
            site_code: site.code.clone(),
            site: site.name.clone(),
            place: self.place_name(line.place).to_owned(),
            remedy_id: remedy.id.clone(),
            remedy: remedy.title.clone(),
            quantity_milli: line.quantity_milli,
            unit: remedy.quantity.unit.symbol().to_owned(),
            capital: line.capital,
            running: line.running,
            technologies: distinct(line.needs.iter().map(|need| self.technology_title(*need))),
            requirements: distinct(line.needs.iter().map(|need| self.requirement_id(*need))),
            rows: self.survey_rows(at, line),
            reference: sources.join("; "),
            evidence: evidence.word(),
            remark: remark.into_iter().flatten().cloned().collect::<Vec<_>>().join(" "),
        }
    }

    /// The files, rows and dates of the observations that a line follows from, each once.
    fn survey_rows(&self, at: u32, line: &Line) -> String {
        let mut rows = Vec::new();
        let mut see = |measure, place| {
            if let Some(source) = self.estate.source(measure, place) {
                rows.push(self.row_of(source));
            }
        };
        for need in &line.needs {
            let asks = &profile_of(&self.rulebook, *need).requirements[need.requirement].asks;
            // The place where it was judged: a room, although the remedy may go to the whole site.
            let spot = self.result(need.profile, at).map(|result| result.outcome.spot());
            let Some(place) = spot.and_then(|spot| place_of(&self.rulebook, asks, spot)) else {
                continue;
            };
            for_each_measure_read(&self.rulebook, &self.estate, asks, place, |measure| {
                see(measure, place);
            });
        }
        if self.rulebook.remedies[line.remedy].quantity.basis == Basis::Area {
            let areas = &self.rulebook.areas;
            let is_room = self.estate.kind(line.place).is_some();
            see(if is_room { areas.space } else { areas.site }, line.place);
        }
        rows.sort();
        rows.dedup();
        rows.join("; ")
    }

    fn technology_title(&self, need: Need) -> String {
        profile_of(&self.rulebook, need).title.clone()
    }

    /// `profile/requirement`, as the rule files name it.
    #[must_use]
    pub fn requirement_id(&self, need: Need) -> String {
        let profile = profile_of(&self.rulebook, need);
        format!("{}/{}", profile.id, profile.requirements[need.requirement].id)
    }

    /// The whole report.
    ///
    /// # Errors
    /// `NotFound` where the question names what the view does not have.
    pub fn gap_report(&self, question: &GapQuestion) -> Result<GapReport, Error> {
        let profiles = self.find_technologies(&question.technologies)?;
        let sites: Vec<(u32, &Site)> = question.filter.find(self)?.sites(self).collect();
        let gaps: Vec<SiteGap> =
            sites.par_iter().map(|(at, _)| self.gap_at(*at, &profiles, question.level)).collect();
        let mut organisations: BTreeMap<(String, String), Totals> = BTreeMap::new();
        let mut total = Totals::default();
        let mut lines = Vec::new();
        let mut site_totals = Vec::with_capacity(sites.len());
        for ((at, site), gap) in sites.iter().zip(&gaps) {
            let totals = totals_of(gap);
            total.add(&totals);
            organisations.entry(self.organisation_key(site)).or_default().add(&totals);
            lines.extend(gap.lines.iter().map(|line| self.describe_line(*at, line)));
            site_totals.push(self.site_total(*at, site, &profiles, totals));
        }
        let organisations = organisations
            .into_iter()
            .map(|((name, code), totals)| OrganisationTotal { code, name, totals })
            .collect();
        let statement = self.statement(question, &profiles, &total, lines.len());
        Ok(GapReport {
            statement,
            revision: self.facts.revision,
            rulebook: self.rulebook.hash.clone(),
            technologies: profiles
                .iter()
                .map(|at| self.rulebook.profiles[*at].title.clone())
                .collect(),
            organisations,
            sites: site_totals,
            lines,
            total,
        })
    }

    /// The report as a workbook, dated by the last change of the record.
    ///
    /// # Errors
    /// `TooLarge` where the report has more rows than a sheet.
    pub fn gap_workbook(&self, report: &GapReport) -> Result<Vec<u8>, Error> {
        let date = self.facts.revised_at.map(|at| at.date_naive()).unwrap_or_default();
        let part = |number: u32| u8::try_from(number).unwrap_or(1);
        let year = u16::try_from(date.year()).unwrap_or(1970);
        let created = (year, part(date.month()), part(date.day()));
        workbook::encode(report, created).map_err(|error| match error {
            XlsxError::RowColumnLimitError => Error::TooLarge(
                "the report has more rows than a sheet can hold; choose fewer sites".to_owned(),
            ),
            other => Error::internal(other),
        })
    }

    fn organisation_key(&self, site: &Site) -> (String, String) {
        site.organisation.map_or_else(
            || ("Not known".to_owned(), String::new()),
            |own| {
                (self.organisations.get(own).name.clone(), self.organisations.get(own).code.clone())
            },
        )
    }

    fn site_total(&self, at: u32, site: &Site, profiles: &[usize], totals: Totals) -> SiteTotal {
        let standings = profiles
            .iter()
            .filter_map(|profile| self.result(*profile, at))
            .map(|result| Standing {
                readiness: result.outcome.score.readiness.word(),
                score: result.outcome.score.told_bp().map(percent),
                coverage: percent(result.outcome.score.coverage_bp),
            })
            .collect();
        SiteTotal {
            code: site.code.clone(),
            name: site.name.clone(),
            organisation: self.organisation_name(site).to_owned(),
            nation: site.nation.map_or("", |nation| nation.word()),
            setting: site.setting.map_or("", |setting| setting.word()),
            standings,
            totals,
        }
    }

    fn statement(
        &self,
        question: &GapQuestion,
        profiles: &[usize],
        total: &Totals,
        lines: usize,
    ) -> Vec<(String, String)> {
        let technologies: Vec<String> = profiles
            .iter()
            .map(|at| &self.rulebook.profiles[*at])
            .map(|profile| {
                format!("{} ({} edition {})", profile.title, profile.id, profile.edition)
            })
            .collect();
        let revised = self.facts.revised_at.map_or_else(
            || "no survey accepted yet".to_owned(),
            |at| at.format("%Y-%m-%d %H:%M:%S UTC").to_string(),
        );
        let as_of = self.facts.as_of.map_or_else(String::new, |day| {
            format!(", as the record stood at the end of {day} (UTC)")
        });
        let describe = |capital: Option<Estimate<Pence>>, pick: fn(Estimate<Pence>) -> Pence| {
            capital.map_or_else(|| "not known".to_owned(), |all| money(pick(all)))
        };
        [
            ("Revision of the record", format!("{}{as_of}", self.facts.revision)),
            ("Revised at", revised),
            ("Rulebook hash (BLAKE3)", self.rulebook.hash.clone()),
            ("Program", format!("Siteworthy {}", env!("CARGO_PKG_VERSION"))),
            ("Sites in scope", question.filter.describe()),
            ("Technologies, one unit of each a site", technologies.join("; ")),
            (
                "Technologies still in research",
                self.still_in_research(profiles).unwrap_or_else(|| "none of these".to_owned()),
            ),
            ("Gaps closed to", question.level.word().to_owned()),
            ("Price base", format!("prices of {}, no deflator applied", self.rulebook.price_base_year)),
            ("Number of sites", total.sites.to_string()),
            ("Number of lines", lines.to_string()),
            ("Capital, low", describe(total.capital, |all| all.low)),
            ("Capital, central", describe(total.capital, |all| all.central)),
            ("Capital, high", describe(total.capital, |all| all.high)),
            ("Running cost a year, central", describe_running(total, lines)),
            ("Lines without a cost", format!("{}; see their remarks", total.lines_without_cost)),
            (
                "Shortfalls that no remedy here closes",
                format!("{}; no sum in this report mends them, and explain names them", total.without_remedy),
            ),
            (
                "Requirements not known",
                format!("{}; what is not surveyed is not costed, so surveying more may raise the gap, and correcting a survey may lower it", total.not_known),
            ),
            (
                "Not in these figures",
                "Optimism bias, contingency, fees, VAT, decanting and location factors. Capital and running cost are separate ledgers and are never added together.".to_owned(),
            ),
            (
                "What the range holds",
                "Low, central and high rates. Where a demand is known in kW only, also the power factor: its plausible range for low and high, and the central value of the rulebook; measuring it narrows the range.".to_owned(),
            ),
            (
                "How lines are counted",
                "A remedy is counted once a place: what several technologies share is paid once. Headroom is taken for all technologies together. Low, central and high are three estimates of the whole and are not to be mixed.".to_owned(),
            ),
        ]
        .into_iter()
        .map(|(label, text)| (label.to_owned(), text))
        .chain(self.facts.surveys.iter().map(|survey| {
            ("Survey in force".to_owned(), format!("{} ({})", survey.file_name, survey.id))
        }))
        .collect()
    }
}

/// What a site lacks anyway is not the price of a technology, and the reader is told so.
fn describe_already(already: Estimate<i64>, unit: &Unit) -> String {
    let amount = |milli: i64| Decimal::new(milli, 3).normalize().to_string();
    let unit = unit.symbol();
    let amount = if already.low == already.high {
        format!("{} {unit}", amount(already.low))
    } else {
        format!("{} to {} {unit}", amount(already.low), amount(already.high))
    };
    format!("Of this quantity, {amount} is missing already, before any of these technologies.")
}

fn money(pence: Pence) -> String {
    format!("{} GBP", pence.pounds())
}

/// A sum over some of the lines says so: it must not be read as the whole.
fn describe_running(total: &Totals, lines: usize) -> String {
    let open = total.lines_without_running;
    match total.running {
        None if lines == 0 => "none: there is nothing to run".to_owned(),
        None => "not known: no published figure for any of these remedies".to_owned(),
        Some(running) if open == 0 => money(running.central),
        Some(running) => format!(
            "{} for {} of {lines} lines; not known for the other {open}, so this is not the whole",
            money(running.central),
            lines - open
        ),
    }
}

fn totals_of(gap: &SiteGap) -> Totals {
    Totals {
        sites: 1,
        sites_with_gap: usize::from(!gap.lines.is_empty()),
        capital: gap.capital(),
        running: gap.running(),
        lines_without_cost: gap.lines_without_cost(),
        lines_without_running: gap.lines_without_running(),
        without_remedy: gap.without_remedy.len(),
        not_known: gap.not_known.len(),
    }
}

fn distinct(texts: impl Iterator<Item = String>) -> String {
    let mut texts: Vec<String> = texts.collect();
    texts.dedup();
    texts.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use siteworthy_rules::cost::Estimate;

    #[test]
    fn a_running_cost_of_some_lines_is_not_shown_as_the_whole() {
        let pounds = |central| {
            let [low, central, high] = [central - 1, central, central + 1].map(Pence);
            Some(Estimate { low, central, high })
        };
        for (running, lines_without_running, lines, expected) in [
            (None, 0, 0, "none: there is nothing to run"),
            (None, 3, 3, "not known: no published figure for any of these remedies"),
            (pounds(12_050), 0, 3, "120.50 GBP"),
            (
                pounds(12_050),
                2,
                3,
                "120.50 GBP for 1 of 3 lines; not known for the other 2, so this is not the whole",
            ),
        ] {
            let total = Totals { running, lines_without_running, ..Totals::default() };
            assert_eq!(describe_running(&total, lines), expected);
        }
    }
}
