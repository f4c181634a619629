//! What would lower the emissions of a scope, in what order, and the cheapest set that meets a path by a
//! year; what no set reaches is told in tonnes and valued apart.
//!
//! The arithmetic is `rules::carbon`: `saving` for one site, `bundle` for many. Here sites are found,
//! sized and added up, and what is left out is told with its reason. Pooled entries count, as in every
//! sum of carbon.

use super::View;
use super::carbon::BASE_YEAR;
use super::filter::SiteFilter;
use crate::error::Error;
use crate::render::report::PathYear;
use rayon::prelude::*;
use siteworthy_rules::carbon::Unknown;
use siteworthy_rules::carbon::bundle::{
    Beside, Bundle, Case, Cheapest, Part, Step, Sum, Total, Totals, at_site, bundles, cheapest,
    curve, unbeaten,
};
use siteworthy_rules::carbon::crrem::{LAST_YEAR, pathway_of};
use siteworthy_rules::carbon::demand::KnownDemand;
use siteworthy_rules::carbon::energy::energy_of;
use siteworthy_rules::carbon::footprint::fuel_factors;
use siteworthy_rules::carbon::path::{Choice, Pace, TargetPath};
use siteworthy_rules::carbon::saving::{Kind, LeftOut, Priced, SiteUse, Terms, fit, price, use_of};
use siteworthy_rules::carbon::value::carbon_npv;
use siteworthy_rules::cost::Estimate;
use siteworthy_rules::deployment::Item;
use siteworthy_rules::factor::discount::{IN_FORCE, STANDARD};
use siteworthy_rules::factor::grid::GridPath;
use siteworthy_rules::factor::pathway::{HEALTHCARE, Pathways};
use siteworthy_rules::factor::{CalendarYear, Carbon, Pinned, PriceBase, Purpose, Real, SetYear};
use siteworthy_rules::investment::NetZeroWork;
use siteworthy_rules::place::Nation;
use std::collections::{BTreeMap, BTreeSet};

/// The deflator by which rates and carbon values are moved to the price base: the one published with the
/// carbon values.
const DEFLATOR: &str = "desnz-2023-11";

/// The year by which a path is to be met where nobody says: that of the NHS in England for the emissions
/// that it controls.
pub const DEFAULT_YEAR: i32 = 2040;

/// The years that can be asked for: those after the base year that every grid path has.
pub const YEARS: std::ops::RangeInclusive<i32> = BASE_YEAR.0 + 1..=LAST_YEAR.0;

/// Of how many sites all bundles are held at once before they are added up: 64 sites x 4,096 bundles x
/// 6 remedies of about half a kilobyte is the most, some 800 MB, and 16 bundles take 2 MB.
const SITES_AT_ONCE: usize = 64;

/// What is asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// Which path is to be met.
    pub path: Choice,
    /// By which year.
    pub year: i32,
    /// What the sites emitted in the baseline year of the nation's target, in tonnes.
    pub baseline_t: Option<f64>,
}

impl Default for Question {
    fn default() -> Self {
        Self { path: Choice::Crrem, year: DEFAULT_YEAR, baseline_t: None }
    }
}

/// A remedy that is not applied, at some sites or at all.
#[derive(Clone, Debug, PartialEq)]
pub struct RemedyLeftOut {
    /// The remedy, by its place in the rulebook.
    pub remedy: usize,
    /// Why.
    pub why: LeftOut,
    /// At how many of the sites that are counted.
    pub sites: usize,
}

/// One remedy of the cheapest set.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// The remedy, by its place in the rulebook.
    pub remedy: usize,
    /// What it does within the set.
    pub part: Part,
}

/// A set of remedies that no other beats.
#[derive(Clone, Debug, PartialEq)]
pub struct ChoiceOfSet {
    /// Its remedies, by their places in the rulebook.
    pub remedies: Vec<usize>,
    /// What they do together, in three runs.
    pub sum: Estimate<Sum>,
    /// What they save in the year in the central run, in tonnes.
    pub saved_t: f64,
}

/// Tonnes and what they are worth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Valued {
    /// Tonnes of CO2 equivalent.
    pub tonnes: f64,
    /// Pounds at low, central and high carbon values; none where a value is missing.
    pub gbp: Option<Estimate<f64>>,
}

/// How the path is met, as far as it can be.
#[derive(Clone, Debug, PartialEq)]
pub struct Met {
    /// What is emitted in the year without any remedy, in tonnes.
    pub emitted_t: f64,
    /// What the path allows, in tonnes.
    pub allowed_t: f64,
    /// What must be saved, in tonnes.
    pub needed_t: f64,
    /// The remedies of the cheapest set, in the order in which they are applied.
    pub set: Vec<Member>,
    /// What they do together, in three runs.
    pub sum: Estimate<Sum>,
    /// What they save in the year in the central run, in tonnes.
    pub saved_t: f64,
    /// The sets that no other beats, by what they save in the year: what more saving costs.
    pub choices: Vec<ChoiceOfSet>,
    /// What no set reaches in the year, worth what carbon is worth in that year, not discounted.
    pub residual: Valued,
    /// What is emitted, without and with the set, beside what the path allows, year by year as far as
    /// the path tells.
    pub years: Vec<PathYear>,
    /// How much of each remedy of the set each site takes, by site.
    pub works: BTreeMap<u32, Vec<NetZeroWork>>,
    /// Sites where some remedy is left out because something is not known or not surveyed.
    pub unsized_at: BTreeSet<u32>,
    /// What the set saves of what is emitted, over the same years and valued likewise; none where the
    /// grid does not tell every year.
    pub saved_to_2050: Option<Valued>,
    /// What stays above the path with the set from the year after the base year to 2050, as a present
    /// value in the base year; none where the path does not tell every year.
    pub to_2050: Option<Valued>,
}

/// The answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Abatement {
    /// What was asked.
    pub question: Question,
    /// Sites in scope.
    pub sites: usize,
    /// Sites of which enough is known; the others are in no figure.
    pub sites_counted: usize,
    /// Why the others are not, each reason with the number of sites.
    pub sites_left_out: BTreeMap<String, usize>,
    /// Each remedy that can be priced, in the order in which they are applied.
    pub priced: Vec<Priced>,
    /// The curve; remedies by their places in [`Self::priced`].
    pub steps: Result<Vec<Step>, Unknown>,
    /// What is left out, and why.
    pub left_out: Vec<RemedyLeftOut>,
    /// How the path is met, or why nobody can say.
    pub met: Result<Met, Vec<String>>,
    /// What a deployment adds, in kWh a year: the upper figure, where there are two.
    pub added_kwh: f64,
    /// The price base of every amount of money.
    pub base: PriceBase,
    /// The sets of factors, paths and prices that it rests on.
    pub pinned: Vec<String>,
}

/// A site with what it emits by the factors of the path.
pub(super) struct Known<P> {
    site: u32,
    pub(super) case: Case<P>,
    demand: KnownDemand<P>,
    set: SetYear,
    pub(super) left_out: Vec<(usize, LeftOut)>,
}

/// What the sites may emit in a year, in kg.
type Allowed<'a> = dyn Fn(CalendarYear) -> Result<f64, Unknown> + 'a;

impl View {
    /// What would lower the emissions of a scope.
    ///
    /// # Errors
    /// `NotFound` for what the filter names and the view does not have, `Invalid` for a year out of
    /// reach or a baseline that is no amount.
    pub fn abatement(&self, filter: &SiteFilter, question: &Question) -> Result<Abatement, Error> {
        self.abatement_of(&self.sites_with_pooled(filter)?, &[], question)
    }

    /// The same of one site with a deployment, whose electricity is the site's to save.
    ///
    /// # Errors
    /// As [`Self::abatement`], and `Invalid` where nobody tells what a technology takes.
    pub fn abatement_at(
        &self,
        site: u32,
        items: &[Item],
        question: &Question,
    ) -> Result<Abatement, Error> {
        self.abatement_of(&[site], items, question)
    }

    fn abatement_of(
        &self,
        sites: &[u32],
        items: &[Item],
        question: &Question,
    ) -> Result<Abatement, Error> {
        let (from, to) = (YEARS.start(), YEARS.end());
        if !YEARS.contains(&question.year) {
            return Err(Error::Invalid(format!("the year must lie from {from} to {to}")));
        }
        if question.baseline_t.is_some_and(|tonnes| !tonnes.is_finite() || tonnes < 0.0) {
            return Err(Error::Invalid("a baseline is an amount of tonnes".to_owned()));
        }
        // The upper figure: what is added must then be saved as well.
        let (_, added_kwh) = self.added_kwh(items).map_err(|why| {
            Error::Invalid(format!("{why} is not known, so that no figure with it can be given"))
        })?;
        let factors = &self.rulebook.factors;
        match question.path {
            Choice::Crrem => {
                let pathway = pathway_of(&factors.pathways, HEALTHCARE);
                let allowed = |area: f64| {
                    let pathway = pathway.clone();
                    move |year: CalendarYear| {
                        let pathway = pathway.clone()?;
                        let limit = pathway.get(&year).ok_or_else(|| {
                            Unknown::NotKnown(format!("what the pathway allows in {year}"))
                        })?;
                        Ok(limit * area)
                    }
                };
                let pinned = Pathways::pinned();
                self.answer(sites, added_kwh, question, &factors.crrem, pinned.to_string(), allowed)
            }
            Choice::National => {
                let target = self.national_target(sites, question.baseline_t);
                let allowed = |_area: f64| {
                    let target = target.clone();
                    move |year: CalendarYear| {
                        let (target, kg) = target.clone()?;
                        let share = target.share(year).ok_or_else(|| {
                            Unknown::NotKnown(format!("the national target for {year}"))
                        })?;
                        Ok(share * kg)
                    }
                };
                let pinned = "targets of the nation (datasets/carbon/targets.csv)".to_owned();
                self.answer(sites, added_kwh, question, &factors.average, pinned, allowed)
            }
        }
    }

    /// The path of the nation of the sites, and what they emitted in its baseline year, in kg.
    fn national_target(
        &self,
        sites: &[u32],
        baseline_t: Option<f64>,
    ) -> Result<(TargetPath, f64), Unknown> {
        let tonnes = baseline_t.ok_or_else(|| {
            Unknown::NotKnown(
                "what the sites emitted in the baseline year of the nation's target".to_owned(),
            )
        })?;
        let nations: BTreeSet<Option<Nation>> =
            sites.iter().map(|site| self.site(*site).nation).collect();
        let nation = match nations.into_iter().collect::<Vec<_>>().as_slice() {
            [Some(nation)] => *nation,
            _ => {
                let what = "one nation of all the sites, which its target needs,".to_owned();
                return Err(Unknown::NotKnown(what));
            }
        };
        let target = TargetPath::of(&self.rulebook.factors.targets, nation, Pace::Required)?;
        Ok((target, tonnes * 1000.0))
    }

    fn answer<P, F>(
        &self,
        sites: &[u32],
        added_kwh: f64,
        question: &Question,
        grid: &GridPath<P>,
        path: String,
        allowed: impl FnOnce(f64) -> F,
    ) -> Result<Abatement, Error>
    where
        P: Purpose + Send + Sync,
        F: Fn(CalendarYear) -> Result<f64, Unknown>,
    {
        let base = PriceBase::Calendar(CalendarYear(self.rulebook.price_base_year));
        let terms = self.terms(base)?;
        let (priced, mut left_out) = self.priced(&terms);
        let found: Vec<Result<Known<P>, Vec<Unknown>>> =
            sites.par_iter().map(|site| self.known_site(*site, added_kwh, &priced, base)).collect();
        let mut sites_left_out = BTreeMap::new();
        let mut known = Vec::with_capacity(found.len());
        for one in found {
            match one {
                Ok(one) => known.push(one),
                Err(unknown) => {
                    let reasons: Vec<String> = unknown.iter().map(ToString::to_string).collect();
                    *sites_left_out.entry(reasons.join("; ")).or_default() += 1;
                }
            }
        }
        for one in &mut left_out {
            one.sites = known.len();
        }
        left_out.extend(of_sites(&known, &priced));
        let is_sized = |at: usize| known.iter().any(|one| one.case.fits[at].is_some());
        let all = bundles(&priced, is_sized);
        let totals = all.as_ref().map(|all| add_up(&known, all)).map_err(Clone::clone);
        let ids: Vec<String> =
            priced.iter().map(|one| self.rulebook.remedies[one.remedy].id.clone()).collect();
        let steps = totals.as_ref().map(|totals| {
            let (steps, beside) = curve(&priced, &ids, totals);
            left_out.extend(self.beside(&known, &priced, &beside));
            steps
        });
        let steps = steps.map_err(Clone::clone);
        let area = known.iter().map(|one| one.case.site.floor_area_m2).sum();
        let allowed = allowed(area);
        let met = match &totals {
            Ok(totals) if !known.is_empty() => self
                .meet(&known, added_kwh, (totals, &priced), question, grid, &allowed, &terms)
                .map_err(|why| vec![why.to_string()]),
            Ok(_) => Err(vec!["the energy of these sites is not known".to_owned()]),
            Err(why) => Err(vec![why.to_string()]),
        };
        let mut pinned = vec![path, grid.pinned().to_string()];
        pinned.extend(self.pinned(&terms, &known));
        Ok(Abatement {
            question: question.clone(),
            sites: sites.len(),
            sites_counted: known.len(),
            sites_left_out,
            priced,
            steps,
            left_out,
            met,
            added_kwh,
            base,
            pinned,
        })
    }

    pub(super) fn terms(&self, base: PriceBase) -> Result<Terms<'_>, Error> {
        let factors = &self.rulebook.factors;
        let missing = |why: siteworthy_rules::factor::Missing| Error::Invalid(why.to_string());
        Ok(Terms {
            base,
            deflator: factors.deflators.of(DEFLATOR).map_err(missing)?,
            schedule: factors.discount.of(IN_FORCE, STANDARD).map_err(missing)?,
            base_year: BASE_YEAR,
            marginal: &factors.marginal,
        })
    }

    /// The remedies that save, in the order in which they are applied, and those that nobody can price.
    fn priced(&self, terms: &Terms<'_>) -> (Vec<Priced>, Vec<RemedyLeftOut>) {
        let (mut priced, mut left_out) = (Vec::new(), Vec::new());
        for remedy in 0..self.rulebook.remedies.len() {
            match price(&self.rulebook, remedy, terms) {
                None => {}
                Some(Ok(one)) => priced.push(one),
                Some(Err(why)) => left_out.push(RemedyLeftOut { remedy, why, sites: 0 }),
            }
        }
        // Remedies are in the order of their ids, which settles what is of one stage.
        priced.sort_by_key(|one| one.stage);
        (priced, left_out)
    }

    pub(super) fn known_site<P: Purpose>(
        &self,
        site: u32,
        added_kwh: f64,
        priced: &[Priced],
        base: PriceBase,
    ) -> Result<Known<P>, Vec<Unknown>> {
        let scope = self.scope_energy(&[site]);
        let (asset, fuels) = self.asset::<P>(&scope)?;
        let demand = asset.demand.known(&fuels)?;
        let year = scope.set.ok_or_else(|| vec![Unknown::NotKnown("its year".to_owned())])?;
        let set = self.rulebook.factors.conversion.of(year).map_err(|why| vec![why.into()])?;
        let energy = energy_of(&self.rulebook, &self.estate, site);
        let value = |measure| {
            let value = self.estate.value(measure, site);
            (!value.is_nan()).then_some(value)
        };
        let taken: SiteUse =
            use_of(&self.rulebook, &energy, added_kwh, base, fuel_factors(set), value)?;
        let (mut fits, mut left_out) = (Vec::with_capacity(priced.len()), Vec::new());
        for (at, one) in priced.iter().enumerate() {
            match fit(&self.rulebook, one, &taken, value) {
                Ok(runs) => fits.push(Some(runs)),
                Err(why) => {
                    fits.push(None);
                    left_out.push((at, why));
                }
            }
        }
        Ok(Known { site, case: Case { site: taken, fits, fuels }, demand, set: year, left_out })
    }

    /// The remedies that are sized somewhere and yet stand beside the curve.
    fn beside<P>(
        &self,
        known: &[Known<P>],
        priced: &[Priced],
        beside: &[(usize, Beside)],
    ) -> Vec<RemedyLeftOut> {
        let title = |at: usize| self.rulebook.remedies[priced[at].remedy].title.clone();
        let sized = |at: usize| known.iter().filter(|one| one.case.fits[at].is_some()).count();
        let left_out = beside.iter().filter(|(at, _)| sized(*at) > 0).map(|(at, why)| {
            let (kind, reason) = match why {
                Beside::Displaced { by } => {
                    let by = title(*by);
                    (Kind::NothingToDo, format!("{by} takes its place and costs less for a tonne."))
                }
                Beside::SavesNothing => {
                    (Kind::NothingToDo, "It saves no carbon beside the others.".to_owned())
                }
                Beside::NotCounted => {
                    (Kind::Unknown, "Its figures are too large to be counted.".to_owned())
                }
            };
            let why = LeftOut { kind, reason };
            RemedyLeftOut { remedy: priced[*at].remedy, why, sites: sized(*at) }
        });
        left_out.collect()
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "one question in its parts, asked from one place"
    )]
    fn meet<P: Purpose>(
        &self,
        known: &[Known<P>],
        added_kwh: f64,
        (totals, priced): (&Totals, &[Priced]),
        question: &Question,
        grid: &GridPath<P>,
        allowed: &Allowed<'_>,
        terms: &Terms<'_>,
    ) -> Result<Met, Unknown> {
        let emitted = |year: CalendarYear| -> Result<f64, Unknown> {
            let each = known.iter().map(|one| one.demand.with_grid_kwh(added_kwh).net(year, grid));
            each.map(|carbon| carbon.map(Carbon::kg)).sum()
        };
        let year = CalendarYear(question.year);
        let (emitted_kg, allowed_kg) = (emitted(year)?, allowed(year)?);
        let needed = Carbon::from_kg((emitted_kg - allowed_kg).max(0.0));
        let Cheapest { bundle, total, saved, residual } = cheapest(totals, needed, year, grid)?;
        let sum = total.sum();
        let left_in = |year| -> Result<Carbon<P>, Unknown> {
            let saved = sum.central.saved_in(year, grid)?.kg();
            Ok(Carbon::from_kg((emitted(year)? - saved - allowed(year)?).max(0.0)))
        };
        let years = (YEARS).map(CalendarYear);
        let in_year = |year: CalendarYear| {
            let (emitted, allowed) = (emitted(year).ok()?, allowed(year).ok()?);
            let saved = sum.central.saved_in(year, grid).ok()?.kg();
            let [emitted_t, with_works_t, allowed_t] =
                [emitted, emitted - saved, allowed].map(|kg| kg / 1000.0);
            Some(PathYear { year: year.0, emitted_t, with_works_t, allowed_t })
        };
        let path_years = years.clone().filter_map(in_year).collect();
        let to_2050: Option<BTreeMap<CalendarYear, Carbon<P>>> =
            years.map(|year| Some((year, left_in(year).ok()?))).collect();
        let saved_to_2050: Option<BTreeMap<CalendarYear, Carbon<P>>> = (YEARS)
            .map(CalendarYear)
            .map(|year| Some((year, sum.central.saved_in(year, grid).ok()?)))
            .collect();
        let of_year = BTreeMap::from([(year, residual)]);
        let set = bundle.iter().zip(&total.parts);
        Ok(Met {
            emitted_t: emitted_kg / 1000.0,
            allowed_t: allowed_kg / 1000.0,
            needed_t: needed.tonnes(),
            set: set.map(|(at, part)| Member { remedy: priced[*at].remedy, part: *part }).collect(),
            sum,
            saved_t: saved.tonnes(),
            choices: unbeaten(totals, year, grid)?
                .into_iter()
                .map(|one| ChoiceOfSet {
                    remedies: one.bundle.iter().map(|at| priced[*at].remedy).collect(),
                    sum: one.sum,
                    saved_t: one.saved.tonnes(),
                })
                .collect(),
            residual: self.valued(&of_year, terms, |_| 1.0),
            years: path_years,
            works: works_of(known, &bundle, priced),
            unsized_at: unsized_at(known),
            saved_to_2050: saved_to_2050
                .map(|tonnes| self.valued(&tonnes, terms, |index| terms.schedule.factor(index))),
            to_2050: to_2050
                .map(|tonnes| self.valued(&tonnes, terms, |index| terms.schedule.factor(index))),
        })
    }

    fn valued<P: Purpose>(
        &self,
        emitted: &BTreeMap<CalendarYear, Carbon<P>>,
        terms: &Terms<'_>,
        discount: impl Fn(u32) -> f64,
    ) -> Valued {
        let values = &self.rulebook.factors.values;
        let value = |pick: fn(Estimate<Real>) -> Real| {
            let (series, _) = values.newest()?;
            let found = carbon_npv(
                emitted,
                |year| values.of(series, year).map(pick),
                terms.deflator,
                terms.base,
                BASE_YEAR,
                &discount,
            );
            found.ok().map(|value| -value.pounds)
        };
        let all = || {
            Some(Estimate {
                low: value(|all| all.low)?,
                central: value(|all| all.central)?,
                high: value(|all| all.high)?,
            })
        };
        Valued { tonnes: emitted.values().map(|one| one.tonnes()).sum(), gbp: all() }
    }

    fn pinned<P>(&self, terms: &Terms<'_>, known: &[Known<P>]) -> Vec<String> {
        let factors = &self.rulebook.factors;
        let sets: BTreeSet<SetYear> = known.iter().map(|one| one.set).collect();
        let sets = sets.into_iter().filter_map(|set| factors.conversion.of(set).ok());
        let mut pinned: Vec<Pinned> = sets.map(|set| set.pinned()).collect();
        pinned.push(terms.marginal.pinned());
        pinned.push(terms.deflator.pinned());
        pinned.push(terms.schedule.pinned());
        let mut said: Vec<String> = pinned.iter().map(ToString::to_string).collect();
        if let Some((series, _)) = factors.values.newest() {
            said.push(format!(
                "Green Book carbon values in prices of {series} (datasets/carbon/carbon-values.csv)"
            ));
        }
        said.push(format!(
            "energy prices of {} by size of customer, DESNZ Quarterly Energy Prices Table 3.4.2, held flat \
             (datasets/prices/energy.csv)",
            terms.base.year_text()
        ));
        said
    }
}

/// How much of each remedy of a bundle each site takes.
fn works_of<P: Purpose>(
    known: &[Known<P>],
    bundle: &Bundle,
    priced: &[Priced],
) -> BTreeMap<u32, Vec<NetZeroWork>> {
    let at = |one: &Known<P>| {
        let totals = at_site(&one.case, std::slice::from_ref(bundle));
        let parts = totals.into_iter().flat_map(|total| total.parts);
        let taken = bundle.iter().zip(parts).filter(|(_, part)| part.sites > 0);
        let works = taken.map(|(at, part)| NetZeroWork {
            remedy: priced[*at].remedy,
            quantity: part.sum.map(|sum| sum.effect.quantity),
        });
        (one.site, works.collect())
    };
    known.iter().map(at).collect()
}

/// The sites where nothing to do would be too much to say.
fn unsized_at<P>(known: &[Known<P>]) -> BTreeSet<u32> {
    let is_open =
        |one: &&Known<P>| one.left_out.iter().any(|(_, why)| why.kind != Kind::NothingToDo);
    known.iter().filter(is_open).map(|one| one.site).collect()
}

/// The remedies that are left out at some sites, each reason with their number.
fn of_sites<P>(known: &[Known<P>], priced: &[Priced]) -> Vec<RemedyLeftOut> {
    let mut counted: BTreeMap<(usize, &LeftOut), usize> = BTreeMap::new();
    for (at, why) in known.iter().flat_map(|one| &one.left_out) {
        *counted.entry((priced[*at].remedy, why)).or_default() += 1;
    }
    let left_out = counted.into_iter().map(|((remedy, why), sites)| RemedyLeftOut {
        remedy,
        why: why.clone(),
        sites,
    });
    left_out.collect()
}

/// What every bundle does over all sites; added in the order of the sites, so that the sums are the
/// same each time.
fn add_up<P: Purpose + Send + Sync>(known: &[Known<P>], all: &[Bundle]) -> Totals {
    let mut sums: Vec<Total> = all.iter().map(|_| Total::default()).collect();
    for some in known.chunks(SITES_AT_ONCE) {
        let by_site: Vec<Vec<Total>> = some.par_iter().map(|one| at_site(&one.case, all)).collect();
        for totals in &by_site {
            for (sum, total) in sums.iter_mut().zip(totals) {
                sum.add(total);
            }
        }
    }
    all.iter().cloned().zip(sums).collect()
}
