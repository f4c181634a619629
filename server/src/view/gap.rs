//! The investment gap of a scope, site by site: backlog, what readiness needs and what net zero needs, on
//! the terms that are asked for.
//!
//! The arithmetic is `rules::gap` and `rules::investment`; what the lines add up to is `gap_report`, and
//! how the report looks is `render`.

use super::View;
use super::abatement::{self, Met};
use super::filter::SiteFilter;
use crate::error::Error;
use crate::render::report::{GapLine, Path};
use chrono::{Datelike, NaiveDate};
use rayon::prelude::*;
use rust_decimal::Decimal;
use siteworthy_rules::carbon::path::Choice;
use siteworthy_rules::cost::Estimate;
use siteworthy_rules::costing::Unpriced;
use siteworthy_rules::costing::pricing::{Allowance, Pricing, Treatment, prices_of, share};
use siteworthy_rules::dated::Evidence;
use siteworthy_rules::factor::FinancialYear;
use siteworthy_rules::gap::{Level, Need, SiteGap, profile_of, site_gap};
use siteworthy_rules::investment::{Backlog, Item, Line, NetZeroWork, Part, Prices, SiteNeeds};
use siteworthy_rules::judge::{for_each_measure_read, place_of};
use siteworthy_rules::measure::MeasureIndex;
use siteworthy_rules::place::SpaceKind;
use siteworthy_rules::profile::{AdoptionStatus, Horizon, Place};
use siteworthy_rules::remedy::Basis;
use siteworthy_rules::rulebook::Rulebook;
use siteworthy_rules::unit::Unit;
use siteworthy_rules::words::with_commas;
use std::collections::{BTreeMap, BTreeSet};

/// What is asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct GapQuestion {
    /// Which sites.
    pub filter: SiteFilter,
    /// Ids of the technologies, one unit of each at every site; empty for all that can be deployed now.
    pub technologies: Vec<String>,
    /// How far gaps are closed.
    pub level: Level,
    /// What is in it: backlog, readiness, net zero; empty for all of them.
    pub parts: Vec<Part>,
    /// By which year the CRREM pathway is to be met; none for the usual one.
    pub net_zero_year: Option<i32>,
    /// On which terms it is priced.
    pub terms: PricingAsked,
    /// Whether capital is simulated: it takes long where there are many lines.
    pub simulated: bool,
    /// Whether it is told what each technology adds: it takes long where there are many technologies.
    pub attributed: bool,
}

impl GapQuestion {
    /// What is asked where nothing is said: everything, on the usual terms.
    #[must_use]
    pub fn of(filter: SiteFilter, technologies: Vec<String>, level: Level) -> Self {
        Self {
            filter,
            technologies,
            level,
            parts: Vec::new(),
            net_zero_year: None,
            terms: PricingAsked::default(),
            simulated: true,
            attributed: true,
        }
    }

    /// Terms that would change nothing are refused: whoever gives them expects that they do.
    fn check(&self) -> Result<(), Error> {
        let terms = &self.terms;
        let is_asked = |part| self.asks_for(part);
        let wrong = [
            (
                self.parts.contains(&Part::Both),
                "what serves both is in readiness and in net-zero; ask for these",
            ),
            (
                terms.gross_up && !is_asked(Part::Backlog),
                "only backlog is grossed up; ask for the part backlog too, or leave it as published",
            ),
            (
                self.net_zero_year.is_some() && !is_asked(Part::NetZero),
                "a year for net zero needs the part net-zero; ask for it too, or leave the year out",
            ),
            (
                !self.technologies.is_empty() && !is_asked(Part::Readiness),
                "technologies are a matter of readiness; ask for the part readiness too, or leave \
                 them out",
            ),
        ];
        let wrong: Vec<&str> =
            wrong.into_iter().filter_map(|(is_wrong, why)| is_wrong.then_some(why)).collect();
        if wrong.is_empty() { Ok(()) } else { Err(Error::Invalid(wrong.join("; "))) }
    }

    /// Whether a part is asked for.
    #[must_use]
    pub fn asks_for(&self, part: Part) -> bool {
        self.parts.is_empty() || self.parts.contains(&part)
    }
}

/// On which terms a gap is to be priced, as far as the question says; the rest is that of the rules.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PricingAsked {
    /// What is allowed for risk.
    pub allowance: Option<Allowance>,
    /// Share of the optimism bias that is mitigated.
    pub mitigated: Option<Decimal>,
    /// The contingency, as a fraction.
    pub contingency: Option<Decimal>,
    /// Professional fees, as a fraction.
    pub fees: Option<Decimal>,
    /// What happens to VAT.
    pub vat: Option<Treatment>,
    /// Of which prices the answer is: `2025` or `2025-26`.
    pub prices: Option<String>,
    /// Whether backlog is grossed up.
    pub gross_up: bool,
    /// The first year in which capital is spent.
    pub start: Option<FinancialYear>,
    /// Over how many years capital is spent.
    pub years: Option<u32>,
}

impl PricingAsked {
    /// All of it.
    ///
    /// # Errors
    /// Everything that is wrong with what is asked.
    fn over(&self, rulebook: &Rulebook) -> Result<Pricing, Error> {
        let usual = &rulebook.costing.usual;
        let mut wrong = Vec::new();
        let mut take = |what: &str, asked: Option<Decimal>| {
            asked.and_then(|asked| share(what, asked).map_err(|why| wrong.push(why)).ok())
        };
        let mitigated = take("what is mitigated", self.mitigated);
        let contingency = take("the contingency", self.contingency);
        let fees = take("fees", self.fees);
        let prices = self.prices.as_ref().map(|text| prices_of(text)).transpose();
        let prices = prices.map_err(|why| wrong.push(why)).ok().flatten();
        let years = self.years.unwrap_or(usual.years);
        let risks = &rulebook.factors.cost_risks;
        if risks.spend_shares(years).is_err() {
            let known: Vec<String> = risks.spend.keys().map(ToString::to_string).collect();
            let known = known.join(", ");
            wrong.push(format!("no spend profile of {years} years is known; use one of {known}"));
        }
        let allowance = self.allowance.unwrap_or(usual.allowance);
        if self.contingency.is_some() && allowance != Allowance::Contingency {
            wrong.push(format!(
                "a contingency and {allowance} are two answers to one risk; ask for the allowance \
                 \"contingency\", or leave the contingency out"
            ));
        }
        if self.mitigated.is_some() && allowance != Allowance::OptimismBias {
            wrong.push(format!(
                "what is mitigated is a share of the optimism bias, and the allowance is {allowance}; \
                 leave one of the two out"
            ));
        }
        if !wrong.is_empty() {
            return Err(Error::Invalid(wrong.join("; ")));
        }
        Ok(Pricing {
            allowance,
            mitigated: mitigated.unwrap_or(usual.mitigated),
            contingency: contingency.unwrap_or(usual.contingency),
            fees: fees.or(usual.fees),
            vat: self.vat.unwrap_or(usual.vat),
            prices,
            gross_up: self.gross_up,
            start: self.start.unwrap_or(usual.start),
            years,
        })
    }
}

/// What one site needs, priced.
#[derive(Clone, Debug, PartialEq)]
pub struct SiteLines {
    /// The site.
    pub site: u32,
    /// What readiness needs, and what of it is not known; none where it is not asked for or the entry is
    /// pooled.
    pub gap: Option<SiteGap>,
    /// Whether the backlog of the site is on record; none where it is not asked for.
    pub has_backlog: Option<bool>,
    /// Whether enough is known for its works for net zero; none where they are not asked for.
    pub has_net_zero: Option<bool>,
    /// The lines.
    pub lines: Vec<Line>,
}

/// What the sites of a scope need.
pub struct ScopeLines<'a> {
    /// On which terms.
    pub prices: Prices<'a>,
    /// The technologies.
    pub profiles: Vec<usize>,
    /// The sites in order of code.
    pub sites: Vec<SiteLines>,
    /// What the sites emit beside the path.
    pub path: Path,
    /// The sets and paths that net zero rests on.
    pub pinned: Vec<String>,
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
        let titles = self.titles_in_research(profiles)?;
        Some(format!("Still in research, and in these figures: {titles}."))
    }

    /// The headings of those that are still in research; none where none is.
    pub(super) fn titles_in_research(&self, profiles: &[usize]) -> Option<String> {
        let is_in_research = |at: &&usize| {
            let adoption = &self.rulebook.profiles[**at].adoption;
            adoption.as_ref().is_some_and(|one| one.status == AdoptionStatus::Research)
        };
        let titles: Vec<&str> = profiles
            .iter()
            .filter(is_in_research)
            .map(|at| self.rulebook.profiles[*at].title.as_str())
            .collect();
        (!titles.is_empty()).then(|| titles.join("; "))
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

    /// Prices on the terms that are asked for.
    ///
    /// # Errors
    /// `Invalid` with everything that is wrong with them.
    pub fn prices(&self, asked: &PricingAsked) -> Result<Prices<'_>, Error> {
        let pricing = asked.over(&self.rulebook)?;
        Prices::new(&self.rulebook, &pricing)
            .map_err(|why: Unpriced| Error::Invalid(why.to_string()))
    }

    /// What readiness needs at one site, priced.
    #[must_use]
    pub fn readiness_lines(&self, site: u32, gap: &SiteGap, prices: &Prices<'_>) -> Vec<Line> {
        let nation = self.site(site).nation;
        let place = site;
        prices.lines(&SiteNeeds { site: place, nation, gap, works: &[], backlog: &[] })
    }

    /// What the sites of a question need.
    ///
    /// # Errors
    /// `NotFound` where the question names what the view does not have, `Invalid` where its terms cannot
    /// be had.
    pub fn scope_lines(&self, question: &GapQuestion) -> Result<ScopeLines<'_>, Error> {
        question.check()?;
        let profiles = find_judged_at_sites(&self.rulebook, &question.technologies, Horizon::Now)?;
        let prices = self.prices(&question.terms)?;
        let is_pooled_asked = question.asks_for(Part::Backlog) || question.asks_for(Part::NetZero);
        let filter = SiteFilter { with_pooled: is_pooled_asked, ..question.filter.clone() };
        let (path, pinned, works) = self.net_zero_works(question, &filter)?;
        let found = filter.find(self)?;
        let sites: Vec<u32> = found.sites(self).map(|(at, _)| at).collect();
        let at = |site: &u32| self.site_lines(*site, question, &profiles, &prices, works.as_ref());
        let sites = sites.par_iter().map(at).collect();
        Ok(ScopeLines { prices, profiles, sites, path, pinned })
    }

    fn site_lines(
        &self,
        at: u32,
        question: &GapQuestion,
        profiles: &[usize],
        prices: &Prices<'_>,
        works: Option<&Works>,
    ) -> SiteLines {
        let site = self.site(at);
        let is_judged = question.asks_for(Part::Readiness) && !site.is_pooled;
        let gap = is_judged.then(|| self.gap_at(at, profiles, question.level));
        let backlog = question.asks_for(Part::Backlog).then(|| self.backlog_at(at));
        let found = works.map(|works| works.at.get(&at));
        // Nothing to do is known only where every remedy could be looked at.
        let has_net_zero = works.zip(found).map(|(works, found)| {
            found.is_some_and(|own| !own.is_empty() || !works.unsized_at.contains(&at))
        });
        let needs = SiteNeeds {
            site: at,
            nation: site.nation,
            gap: gap.as_ref().unwrap_or(&NOTHING),
            works: found.flatten().map_or(&[], Vec::as_slice),
            backlog: backlog.as_deref().unwrap_or_default(),
        };
        SiteLines {
            site: at,
            lines: prices.lines(&needs),
            has_backlog: backlog.as_ref().map(|backlog| !backlog.is_empty()),
            has_net_zero,
            gap,
        }
    }

    /// The backlog of a site, each band that is on record.
    fn backlog_at(&self, site: u32) -> Vec<Backlog> {
        let place = site;
        let bands = self.rulebook.costing.backlog.iter();
        let known = bands.filter_map(|measure| {
            let gbp = self.estate.value(*measure, place);
            let source = self.estate.source(*measure, place)?;
            let year = financial_year_of(source.observed_on);
            (!gbp.is_nan()).then_some(Backlog { measure: *measure, gbp, year })
        });
        known.collect()
    }

    /// What net zero needs of each site, if it is asked for, and how that stands beside the path.
    fn net_zero_works(
        &self,
        question: &GapQuestion,
        filter: &SiteFilter,
    ) -> Result<(Path, Vec<String>, Option<Works>), Error> {
        let none = |note: String| Path { note, years: Vec::new() };
        if !question.asks_for(Part::NetZero) {
            return Ok((
                none("Works for net zero are not asked for.".to_owned()),
                Vec::new(),
                None,
            ));
        }
        let year = question.net_zero_year.unwrap_or(abatement::DEFAULT_YEAR);
        let asked = abatement::Question { path: Choice::Crrem, year, baseline_t: None };
        let found = self.abatement(filter, &asked)?;
        match found.met {
            Err(why) => {
                let note = format!("No path can be drawn: {}.", why.join("; "));
                Ok((none(note), found.pinned, Some(Works::default())))
            }
            Ok(met) => {
                let note = describe_met(&met, year, [found.sites_counted, found.sites]);
                let works = Works { at: met.works, unsized_at: met.unsized_at };
                Ok((Path { note, years: met.years }, found.pinned, Some(works)))
            }
        }
    }

    /// A line of the gap with everything that a reader needs beside it.
    #[must_use]
    pub fn describe_line(&self, at: u32, line: &Line) -> GapLine {
        let index = match line.item {
            Item::Remedy(index) => index,
            Item::Backlog(measure) => return self.describe_backlog(at, measure, line),
        };
        let remedy = &self.rulebook.remedies[index];
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
        let reserve = self.reserve_in_words(index, asked, line.quantity_milli);
        let remark =
            [&reserve, &already, &line.unknown_reason, &remedy.caution, &remedy.running_unknown];
        GapLine {
            remedy_id: remedy.id.clone(),
            remedy: remedy.title.clone(),
            unit: remedy.quantity.unit.symbol().to_owned(),
            technologies: distinct(line.needs.iter().map(|need| self.technology_title(*need))),
            requirements: distinct(line.needs.iter().map(|need| self.requirement_id(*need))),
            rows: self.survey_rows(at, line, remedy.quantity.basis),
            reference: sources.join("; "),
            evidence: evidence.word(),
            remark: remark.into_iter().flatten().cloned().collect::<Vec<_>>().join(" "),
            ..self.begun_line(at, line)
        }
    }

    /// A line of backlog: a sum of a return, which is all that anybody knows of it.
    fn describe_backlog(&self, at: u32, measure: MeasureIndex, line: &Line) -> GapLine {
        let entry = self.rulebook.dictionary.get(measure);
        let source = self.estate.source(measure, line.place);
        let grounds = &self.rulebook.costing.backlog_grounds;
        GapLine {
            remedy_id: entry.id.clone(),
            remedy: entry.title.clone(),
            rows: source.map(|source| self.row_of(source)).unwrap_or_default(),
            reference: grounds.reference.clone(),
            evidence: grounds.evidence.word(),
            remark: line.unknown_reason.clone().unwrap_or_default(),
            ..self.begun_line(at, line)
        }
    }

    /// Where a line is, what it is for and what it costs; the rest follows from what it pays for.
    fn begun_line(&self, at: u32, line: &Line) -> GapLine {
        let site = self.site(at);
        let organisation = site.organisation.map(|own| self.organisations.get(own));
        GapLine {
            organisation_code: organisation.map(|own| own.code.clone()).unwrap_or_default(),
            organisation: self.organisation_name(site).to_owned(),
            site_code: site.code.clone(),
            site: site.name.clone(),
            nation: site.nation.map_or("", |nation| nation.word()),
            part: line.part,
            place: self.place_name(line.place).to_owned(),
            remedy_id: String::new(),
            remedy: String::new(),
            quantity_milli: line.quantity_milli,
            unit: String::new(),
            capital: line.capital,
            running: line.running,
            technologies: String::new(),
            requirements: String::new(),
            rows: String::new(),
            reference: String::new(),
            evidence: "",
            remark: String::new(),
        }
    }

    /// The files, rows and dates of the observations that a line follows from, each once.
    fn survey_rows(&self, at: u32, line: &Line, basis: Basis) -> String {
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
        if basis == Basis::Area {
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
}

/// How far the works meet the path, what energy then costs, and what the saved carbon is worth.
fn describe_met(met: &Met, year: i32, [counted, sites]: [usize; 2]) -> String {
    let tonnes = |tonnes: f64| format!("{} t", with_commas(&format!("{tonnes:.0}")));
    let pounds = |pounds: f64| format!("£{}", with_commas(&format!("{:.0}", pounds.abs())));
    let stays = met.residual.tonnes;
    let (saved, needed) = (tonnes(met.saved_t), tonnes(met.needed_t));
    let how = if stays > 0.0 {
        format!(
            "The works do not meet it, and no others of these rules do: in {year} they save {saved} of the \
             {needed} above the pathway, and {} stay above it.",
            tonnes(stays)
        )
    } else {
        format!("The works meet it: in {year} they save {saved}, and {needed} must be saved.")
    };
    let energy = met.sum.central.effect.energy_gbp_per_year;
    let more = if energy < 0.0 { "more" } else { "less" };
    let worth = met.saved_to_2050.as_ref().map_or_else(String::new, |saved| {
        let at = saved.gbp.map_or_else(String::new, |Estimate { low, central, high }| {
            format!(
                ", worth {} today ({} to {}) at the Green Book's carbon values",
                pounds(central),
                pounds(low),
                pounds(high)
            )
        });
        format!(" To 2050 they save {}{at}.", tonnes(saved.tonnes))
    });
    format!(
        "CRREM pathway for healthcare by {year}, for the {counted} of {sites} sites of which enough is known. \
         {how} Energy then costs {} a year {more}, which is in no other figure here.{worth} A remedy is \
         taken at all sites of the scope or at none, so that a part of it asked alone may get others.",
        pounds(energy)
    )
}

/// What net zero needs.
#[derive(Default)]
struct Works {
    /// How much of each remedy each site takes.
    at: BTreeMap<u32, Vec<NetZeroWork>>,
    /// Sites where some remedy could not be sized.
    unsized_at: BTreeSet<u32>,
}

/// Nothing is missing.
static NOTHING: SiteGap = SiteGap {
    lines: Vec::new(),
    without_remedy: Vec::new(),
    not_known: Vec::new(),
    no_room: Vec::new(),
};

/// The financial year in which a day lies.
fn financial_year_of(day: NaiveDate) -> FinancialYear {
    FinancialYear(day.year() - i32::from(day.month() < 4))
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

fn distinct(texts: impl Iterator<Item = String>) -> String {
    let mut texts: Vec<String> = texts.collect();
    texts.dedup();
    texts.join("; ")
}
