//! Whole-life carbon of a technology, and of a remedy at a site or of so many units of it.
//!
//! The arithmetic is `rules::carbon::whole_life`; how a remedy is sized at a site is that of `abatement`,
//! here alone and not after others. What no source gives is unknown and listed.

use super::View;
use crate::error::Error;
use siteworthy_rules::carbon::saving::{Kwh, apply, life_years, price};
use siteworthy_rules::carbon::whole_life::{
    Installed, WholeLife, whole_life_of_remedy, whole_life_of_technology,
};
use siteworthy_rules::cost::Estimate;
use siteworthy_rules::factor::{Average, CalendarYear, PriceBase};

/// The longest study period, in years: that of a building (RICS, 2nd edition).
pub const LONGEST_STUDY_YEARS: u32 = 60;

/// The most units of one technology or remedy that are asked about at once.
pub const MOST_UNITS: u32 = 10_000;

/// The years in which a study period may begin. The grid path has fewer, and says so.
const FIRST_YEARS: std::ops::RangeInclusive<i32> = 2000..=2100;

/// What is asked about, by its place in the rulebook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A technology.
    Technology(usize),
    /// A remedy.
    Remedy(usize),
}

/// How much of a remedy.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Amount<'a> {
    /// What a site can take, by its code.
    At(&'a str),
    /// So many of its units, wherever: what it saves is then unknown.
    Units(f64),
}

/// A study period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// Its first year.
    pub from_year: i32,
    /// How many years it has.
    pub study_years: u32,
}

/// The answer.
#[derive(Clone, Debug, PartialEq)]
pub struct WholeLifeOf {
    /// Of what.
    pub subject: Subject,
    /// At which site; none where none was asked.
    pub site: Option<u32>,
    /// Over which period.
    pub period: Period,
    /// How much of it, in its unit, in each run; none where it cannot be sized.
    pub quantity: Option<Estimate<f64>>,
    /// The unit.
    pub unit: String,
    /// Id of the published item of embodied carbon; none where none is published.
    pub embodied: Option<String>,
    /// What a site no longer takes in a year, below zero what it takes instead; none where nobody can
    /// say.
    pub saved: Option<Estimate<Kwh>>,
    /// The three runs, or why the remedy is not sized at the site.
    pub runs: Result<Estimate<WholeLife<Average>>, String>,
}

impl Period {
    fn check(self) -> Result<(CalendarYear, u32), Error> {
        if !(1..=LONGEST_STUDY_YEARS).contains(&self.study_years) {
            let message =
                format!("studyYears must be a whole number from 1 to {LONGEST_STUDY_YEARS}");
            return Err(Error::Invalid(message));
        }
        let (from, to) = (FIRST_YEARS.start(), FIRST_YEARS.end());
        if !FIRST_YEARS.contains(&self.from_year) {
            return Err(Error::Invalid(format!("the first year must lie from {from} to {to}")));
        }
        Ok((CalendarYear(self.from_year), self.study_years))
    }
}

impl View {
    /// Whole-life carbon of so many units of a technology.
    ///
    /// # Errors
    /// `NotFound` for an id that no technology has, `Invalid` for a quantity or a period out of reach.
    pub fn whole_life_of_technology(
        &self,
        id: &str,
        quantity: u32,
        period: Period,
    ) -> Result<WholeLifeOf, Error> {
        let profile = self.find_profile(id)?;
        if !(1..=MOST_UNITS).contains(&quantity) {
            let message = format!("quantity must be a whole number from 1 to {MOST_UNITS}");
            return Err(Error::Invalid(message));
        }
        let years = period.check()?;
        let of = &self.rulebook.profiles[profile];
        let factors = &self.rulebook.factors;
        let runs =
            whole_life_of_technology(of, &factors.embodied, quantity, years, &factors.average);
        let units = f64::from(quantity);
        Ok(WholeLifeOf {
            subject: Subject::Technology(profile),
            site: None,
            period,
            quantity: Some(Estimate { low: units, central: units, high: units }),
            unit: if quantity == 1 { "unit" } else { "units" }.to_owned(),
            embodied: of.lifecycle.embodied.clone(),
            saved: None,
            runs: Ok(runs),
        })
    }

    /// Whole-life carbon of a remedy.
    ///
    /// # Errors
    /// `NotFound` for a remedy or site that is not there, `Invalid` for a quantity or a period out of
    /// reach.
    pub fn whole_life_of_remedy(
        &self,
        id: &str,
        amount: Amount<'_>,
        period: Period,
    ) -> Result<WholeLifeOf, Error> {
        let all = &self.rulebook.remedies;
        let at = all.iter().position(|remedy| remedy.id == id);
        let at = at.ok_or_else(|| Error::NotFound(format!("there is no remedy {id:?}")))?;
        let years = period.check()?;
        let remedy = &all[at];
        let factors = &self.rulebook.factors;
        let embodied = remedy.saves.as_ref().and_then(|saves| saves.embodied.clone());
        let item = embodied.as_ref().and_then(|id| factors.embodied.get(id));
        let (site, installed) = match amount {
            Amount::At(code) => {
                let site = self.find_judged_site(code)?;
                (Some(site), self.installed(at, site)?)
            }
            Amount::Units(units) => {
                if !(units > 0.0 && units <= f64::from(MOST_UNITS)) {
                    let message = format!("quantity must lie above 0 and up to {MOST_UNITS}");
                    return Err(Error::Invalid(message));
                }
                let one = Installed { quantity: units, saved: None };
                (None, Ok(Estimate { low: one, central: one, high: one }))
            }
        };
        // Fuels keep the factors of the year that the site reports; without a site none is asked for.
        let fuels = site.map(|site| self.asset::<Average>(&self.scope_energy(&[site])));
        let fuels = fuels.and_then(Result::ok).map(|(_, fuels)| fuels).unwrap_or_default();
        let life = life_years(&self.rulebook, remedy);
        let runs = installed.as_ref().map_err(Clone::clone).map(|installed| {
            whole_life_of_remedy(
                &remedy.id,
                item,
                *installed,
                life,
                years,
                (&fuels, &factors.average),
            )
        });
        let saved = installed.as_ref().ok().and_then(|runs| {
            let [low, central, high] = [runs.low.saved?, runs.central.saved?, runs.high.saved?];
            Some(Estimate { low, central, high })
        });
        Ok(WholeLifeOf {
            subject: Subject::Remedy(at),
            site,
            period,
            quantity: installed.ok().map(|runs| runs.map(|one| one.quantity)),
            unit: remedy.quantity.unit.symbol().to_owned(),
            embodied,
            saved,
            runs,
        })
    }

    /// How much of a remedy a site takes alone and what that saves, in three runs, or why nobody can say.
    fn installed(
        &self,
        at: usize,
        site: u32,
    ) -> Result<Result<Estimate<Installed>, String>, Error> {
        let base = PriceBase::Calendar(CalendarYear(self.rulebook.price_base_year));
        let priced = match price(&self.rulebook, at, &self.terms(base)?) {
            None => {
                let why =
                    "No rule says how much of it a site takes or what it saves: give a quantity.";
                return Ok(Err(why.to_owned()));
            }
            Some(Err(why)) => return Ok(Err(why.reason)),
            Some(Ok(priced)) => priced,
        };
        let known = match self.known_site::<Average>(site, 0.0, &[priced], base) {
            Ok(known) => known,
            Err(unknown) => {
                let why: Vec<String> = unknown.iter().map(ToString::to_string).collect();
                return Ok(Err(why.join("; ")));
            }
        };
        let taken = &known.case.site;
        let run = |run| {
            let effect = apply(run, &mut taken.reach.clone(), taken);
            Installed { quantity: effect.quantity, saved: Some(effect.saved) }
        };
        let left_out = || known.left_out.first().map(|(_, why)| why.reason.clone());
        Ok(match known.case.fits.first() {
            Some(Some(runs)) => Ok(Estimate {
                low: run(&runs.low),
                central: run(&runs.central),
                high: run(&runs.high),
            }),
            _ => Err(left_out().unwrap_or_else(|| "It is not sized there.".to_owned())),
        })
    }
}
