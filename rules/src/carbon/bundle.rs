//! Many remedies at many sites: their curve of marginal abatement cost, and the cheapest set that meets
//! a path.
//!
//! A remedy is taken at every site of the scope where it can be sized, or at none. Because remedies
//! interact (`saving`), no figure of one remedy stands by itself: every set of them that can be carried
//! out together, a bundle, is worked out whole, site by site, and both answers come from these. A step
//! of the curve is what a remedy adds to those on it already, so that the steps add up to their bundle.
//! The cheapest set is the cheapest bundle that saves enough, found among all of them and so proved.
//!
//! How a set is chosen among alternatives with known figures is `abatement`.

use super::Unknown;
use super::abatement::{self, Abatement, LeftOut as NotOnCurve, abatement_curve, cheapest_set};
use super::demand::{Carrier, FuelFactors};
use super::saving::{Effect, Priced, Run, SiteUse, apply};
use crate::cost::{Estimate, Pence};
use crate::factor::grid::GridPath;
use crate::factor::{CalendarYear, Carbon, Marginal, Missing, Purpose};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

/// How many bundles are worked out at most: twelve remedies that do not exclude each other.
pub const MAX_BUNDLES: usize = 4096;

/// Remedies by their places in the list, in rising order.
pub type Bundle = Vec<usize>;

/// Every set of the remedies that `is_open` somewhere, with at most one of each group, the empty one
/// first. The remedies must be in the order in which they are applied.
///
/// # Errors
/// [`Unknown`] where there are more than [`MAX_BUNDLES`].
pub fn bundles(priced: &[Priced], is_open: impl Fn(usize) -> bool) -> Result<Vec<Bundle>, Unknown> {
    let mut all: Vec<Bundle> = vec![Vec::new()];
    for (at, one) in priced.iter().enumerate().filter(|(at, _)| is_open(*at)) {
        let is_rival = |other: &usize| one.group.is_some() && priced[*other].group == one.group;
        let with: Vec<Bundle> = all
            .iter()
            .filter(|bundle| !bundle.iter().any(is_rival))
            .map(|bundle| bundle.iter().copied().chain([at]).collect())
            .collect();
        all.extend(with);
        if all.len() > MAX_BUNDLES {
            let what = format!("the best of more than {MAX_BUNDLES} sets of remedies");
            return Err(Unknown::NotKnown(what));
        }
    }
    Ok(all)
}

/// A site of the scope.
#[derive(Clone, Debug, PartialEq)]
pub struct Case<P> {
    /// What it takes.
    pub site: SiteUse,
    /// Each remedy there, by its place in the list; none where it is not applied.
    pub fits: Vec<Option<Estimate<Run>>>,
    /// What its fuels emit by the factors of the path.
    pub fuels: FuelFactors<P>,
}

/// What a remedy or a bundle does over a scope.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sum {
    /// Quantities, money, energy and carbon at the margin.
    pub effect: Effect,
    /// What is saved of fuels in a year by the factors of the path, in kg.
    fuels_kg: f64,
}

impl std::ops::Add for Sum {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self { effect: self.effect + other.effect, fuels_kg: self.fuels_kg + other.fuels_kg }
    }
}

impl Sum {
    /// What is saved in a year of the path.
    ///
    /// # Errors
    /// [`Missing`] where the path of the grid does not have the year.
    pub fn saved_in<P: Purpose>(
        &self,
        year: CalendarYear,
        grid: &GridPath<P>,
    ) -> Result<Carbon<P>, Missing> {
        let electricity = grid.factor(year)?.of_kwh(self.effect.saved.of(Carrier::Electricity));
        Ok(electricity + Carbon::from_kg(self.fuels_kg))
    }

    fn minus(self, other: &Self) -> Self {
        let mut saved = self.effect.saved;
        for (carrier, kwh) in other.effect.saved.any() {
            saved.add(carrier, -kwh);
        }
        let (one, two) = (self.effect, other.effect);
        let effect = Effect {
            quantity: one.quantity - two.quantity,
            saved,
            capital_gbp: one.capital_gbp - two.capital_gbp,
            running_gbp_per_year: one.running_gbp_per_year - two.running_gbp_per_year,
            energy_gbp_per_year: one.energy_gbp_per_year - two.energy_gbp_per_year,
            net_cost_gbp: one.net_cost_gbp - two.net_cost_gbp,
            marginal_kg: one.marginal_kg - two.marginal_kg,
        };
        Self { effect, fuels_kg: self.fuels_kg - other.fuels_kg }
    }
}

/// One remedy within a bundle.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Part {
    /// Sites where it does something.
    pub sites: usize,
    /// What it does there, in three runs.
    pub sum: Estimate<Sum>,
}

/// What a bundle does, remedy by remedy in the order of the bundle.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Total {
    /// One part a remedy.
    pub parts: Vec<Part>,
}

impl Total {
    /// All of it, in three runs.
    #[must_use]
    pub fn sum(&self) -> Estimate<Sum> {
        self.parts.iter().map(|part| part.sum).sum()
    }

    /// Adds what the same bundle does elsewhere.
    pub fn add(&mut self, other: &Self) {
        self.parts.resize(self.parts.len().max(other.parts.len()), Part::default());
        for (part, other) in self.parts.iter_mut().zip(&other.parts) {
            part.sites += other.sites;
            part.sum = part.sum + other.sum;
        }
    }
}

/// What each bundle does at one site, in their order.
#[must_use]
pub fn at_site<P: Purpose>(case: &Case<P>, bundles: &[Bundle]) -> Vec<Total> {
    bundles.iter().map(|bundle| total(case, bundle)).collect()
}

fn total<P: Purpose>(case: &Case<P>, bundle: &[usize]) -> Total {
    let reach = case.site.reach;
    let mut left = Estimate { low: reach, central: reach, high: reach };
    let one = |run: &Run, left: &mut super::saving::Kwh| {
        let effect = apply(run, left, &case.site);
        let fuels = effect.saved.any().filter(|(carrier, _)| *carrier != Carrier::Electricity);
        let factor = |carrier| case.fuels.get(&carrier).map_or(f64::NAN, |one| one.kg_per_kwh());
        Sum { effect, fuels_kg: fuels.map(|(carrier, kwh)| kwh * factor(carrier)).sum() }
    };
    let part = |at: &usize| -> Part {
        let Some(runs) = &case.fits[*at] else { return Part::default() };
        let sum = Estimate {
            low: one(&runs.low, &mut left.low),
            central: one(&runs.central, &mut left.central),
            high: one(&runs.high, &mut left.high),
        };
        Part { sites: usize::from(sum.central.effect.quantity > 0.0), sum }
    };
    Total { parts: bundle.iter().map(part).collect() }
}

/// What all bundles do over a scope.
pub type Totals = BTreeMap<Bundle, Total>;

/// One step of a curve.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The remedy, by its place in the list.
    pub remedy: usize,
    /// Sites where it does something.
    pub sites: usize,
    /// How much of it, in its unit, beside those on the curve before it.
    pub quantity: Estimate<f64>,
    /// What it adds to those on the curve before it: also where they become smaller by it.
    pub added: Estimate<Sum>,
    /// Net present cost for a tonne saved over its life, in pounds; none where it then saves none.
    pub gbp_per_tonne: Estimate<Option<f64>>,
    /// What it and all cheaper ones do.
    pub cumulative: Estimate<Sum>,
}

/// Why a remedy that is sized is not on the curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beside {
    /// Another one of its group saves carbon for less.
    Displaced {
        /// Its place in the list.
        by: usize,
    },
    /// It saves no carbon beside those on the curve.
    SavesNothing,
    /// Its figures are too large to be counted.
    NotCounted,
}

/// The curve of a scope, cheapest for a tonne first, and the remedies that are not on it. Each step is
/// chosen as the cheapest next to those before it, by the central run and by marginal factors.
#[must_use]
pub fn curve(
    priced: &[Priced],
    ids: &[String],
    totals: &Totals,
) -> (Vec<Step>, Vec<(usize, Beside)>) {
    let mut steps: Vec<Step> = Vec::new();
    let mut taken: BTreeSet<usize> = BTreeSet::new();
    let sum_of = |bundle: &BTreeSet<usize>| -> Option<Estimate<Sum>> {
        let key: Bundle = bundle.iter().copied().collect();
        Some(totals.get(&key)?.sum())
    };
    let mut before = Estimate::<Sum>::default();
    loop {
        let open: Vec<(usize, Estimate<Sum>)> = (0..priced.len())
            .filter(|at| !taken.contains(at))
            .filter_map(|at| {
                let with: BTreeSet<usize> = taken.iter().copied().chain([at]).collect();
                Some((at, minus(sum_of(&with)?, &before)))
            })
            .collect();
        let measures: Vec<Abatement<Marginal>> = open
            .iter()
            .map(|(at, added)| {
                let life_years = priced[*at].life_years;
                let kg = added.central.effect.marginal_kg / f64::from(life_years);
                Abatement {
                    id: ids[*at].clone(),
                    group: priced[*at].group.clone(),
                    saved_a_year: Some(Carbon::from_kg(kg)),
                    life_years,
                    net_cost: pence(added.central.effect.net_cost_gbp),
                }
            })
            .collect();
        let next = abatement_curve(&measures);
        let Some(first) = next.steps.first() else {
            let beside = (0..priced.len()).filter(|at| !taken.contains(at));
            let beside =
                beside.map(|at| (at, beside_of(at, priced, &taken, &open, &next.left_out)));
            return (steps, beside.collect());
        };
        let (at, added) = open[first.measure];
        taken.insert(at);
        let key: Bundle = taken.iter().copied().collect();
        let place = key.iter().position(|one| *one == at);
        let part = place.and_then(|place| totals.get(&key)?.parts.get(place).copied());
        let part = part.unwrap_or_default();
        let cumulative = before + added;
        steps.push(Step {
            remedy: at,
            sites: part.sites,
            quantity: part.sum.map(|sum| sum.effect.quantity),
            added,
            gbp_per_tonne: added.map(|sum| per_tonne(&sum.effect)),
            cumulative,
        });
        before = cumulative;
    }
}

fn beside_of(
    at: usize,
    priced: &[Priced],
    taken: &BTreeSet<usize>,
    open: &[(usize, Estimate<Sum>)],
    left_out: &[(usize, NotOnCurve)],
) -> Beside {
    let rival = taken
        .iter()
        .find(|one| priced[at].group.is_some() && priced[**one].group == priced[at].group);
    if let Some(by) = rival {
        return Beside::Displaced { by: *by };
    }
    let why = left_out.iter().find(|(place, _)| open[*place].0 == at).map(|(_, why)| why);
    match why {
        Some(NotOnCurve::SavesNothing) => Beside::SavesNothing,
        _ => Beside::NotCounted,
    }
}

fn minus(one: Estimate<Sum>, other: &Estimate<Sum>) -> Estimate<Sum> {
    Estimate {
        low: one.low.minus(&other.low),
        central: one.central.minus(&other.central),
        high: one.high.minus(&other.high),
    }
}

fn per_tonne(effect: &Effect) -> Option<f64> {
    (effect.marginal_kg > 0.0).then(|| effect.net_cost_gbp / effect.marginal_kg * 1000.0)
}

/// Pounds in whole pence; nothing where that is no number.
fn pence(pounds: f64) -> Option<Pence> {
    Pence::from_pounds(Decimal::from_f64_retain(pounds)?)
}

/// The cheapest bundle for a need.
#[derive(Clone, Debug, PartialEq)]
pub struct Cheapest<P> {
    /// Its remedies.
    pub bundle: Bundle,
    /// What they do together, remedy by remedy.
    pub total: Total,
    /// What they save in the year asked for, in the central run.
    pub saved: Carbon<P>,
    /// What no bundle saves of what is needed.
    pub residual: Carbon<P>,
}

/// The cheapest bundle that saves at least `needed` in `year` by the factors of a path; where none does,
/// the cheapest of those that save most. By net present cost in the central run; what saves money is in
/// it even where nothing is needed.
///
/// Remedies have lives of their own: one that ends before the year is taken to be renewed, and what that
/// costs is not counted.
///
/// # Errors
/// Where the grid has no factor of the year, or a figure is no number.
pub fn cheapest<P: Purpose>(
    totals: &Totals,
    needed: Carbon<P>,
    year: CalendarYear,
    grid: &GridPath<P>,
) -> Result<Cheapest<P>, Unknown> {
    let bundles: Vec<(&Bundle, &Total)> = totals.iter().collect();
    let mut measures = Vec::with_capacity(bundles.len());
    for (bundle, total) in &bundles {
        let sum = total.sum().central;
        measures.push(Abatement {
            id: format!("{bundle:?}"),
            group: Some("bundle".to_owned()),
            saved_a_year: Some(sum.saved_in(year, grid)?),
            life_years: 1,
            net_cost: pence(sum.effect.net_cost_gbp),
        });
    }
    let found: abatement::CheapestSet<P> = cheapest_set(&measures, needed)
        .ok_or_else(|| Unknown::NotPlausible("what must be saved".to_owned()))?;
    let (bundle, total) = match found.measures.first() {
        Some(at) => (bundles[*at].0.clone(), bundles[*at].1.clone()),
        None => (Vec::new(), Total::default()),
    };
    Ok(Cheapest { bundle, total, saved: found.saved_a_year, residual: found.residual_a_year })
}

/// One bundle that no other beats: none saves as much in the year for less.
#[derive(Clone, Debug, PartialEq)]
pub struct Unbeaten<P> {
    /// Its remedies.
    pub bundle: Bundle,
    /// What they do together, in three runs.
    pub sum: Estimate<Sum>,
    /// What they save in the year, in the central run.
    pub saved: Carbon<P>,
}

/// What more saving costs: the bundles that no other beats in the central run, by what they save in the
/// year. The cheapest set for any need is one of them.
///
/// # Errors
/// Where the grid has no factor of the year.
pub fn unbeaten<P: Purpose>(
    totals: &Totals,
    year: CalendarYear,
    grid: &GridPath<P>,
) -> Result<Vec<Unbeaten<P>>, Missing> {
    let mut all = Vec::with_capacity(totals.len());
    for (bundle, total) in totals {
        let sum = total.sum();
        let saved = sum.central.saved_in(year, grid)?;
        all.push(Unbeaten { bundle: bundle.clone(), sum, saved });
    }
    let cost = |one: &Unbeaten<P>| one.sum.central.effect.net_cost_gbp;
    all.sort_by(|one, other| {
        cost(one).total_cmp(&cost(other)).then(other.saved.kg().total_cmp(&one.saved.kg()))
    });
    let mut most = f64::NEG_INFINITY;
    all.retain(|one| {
        let is_more = one.saved.kg() > most;
        most = most.max(one.saved.kg());
        is_more
    });
    Ok(all)
}
