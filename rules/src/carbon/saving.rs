//! What a remedy saves at one site, and what that costs over its life.
//!
//! **How remedies interact.** Each is applied to what the ones before it leave: first those that lower
//! what the building needs, then plant, then generation ([`Stage`]), and by id within a stage. A heat
//! pump after insulation is smaller and saves less gas than alone, and two remedies together never save
//! more of a carrier than is taken. What a remedy takes instead, such as electricity for gas, is there
//! for the ones after it.
//!
//! **What can be saved.** Of gas only what boilers burn: combined heat and power makes electricity of
//! the rest. Of electricity only what comes from the grid beyond what the site exports, so that no saving
//! counts twice with the credit for exports. What a deployment adds is there to be saved like the rest.
//!
//! **Three runs.** Low, central and high are whole runs by cost: the low one takes low rates and the end
//! of each assumption that makes a tonne cheap, the high one the opposite. They bound what may come and
//! are no percentiles. Energy prices are one figure and the same in all three.
//!
//! **Money** is real, in one price base. Capital falls in the base year; what is paid and saved each year
//! falls in each year of the life after it, at the prices of today held flat, and is discounted. Fees,
//! contingency, optimism bias, VAT and location are not in it, as with every benchmark cost here. What
//! carbon is worth is not in it either.
//!
//! **Carbon over the life** is by marginal factors, for valuing, and what is saved in a year of a path by
//! the factors of that path: the two are never mixed. In years of which no marginal factor is published
//! electricity that is saved counts nothing.
//!
//! Many sites and many remedies are `bundle`.

use super::Unknown;
use super::demand::{Carrier, FuelFactors};
use super::energy::{CHP_GAS, CHP_UNITS, Energy};
use crate::appraisal::annuity_factor;
use crate::cost::{Estimate, Money};
use crate::dated::Evidence;
use crate::factor::deflator::Deflator;
use crate::factor::discount::DiscountSchedule;
use crate::factor::grid::GridPath;
use crate::factor::price::PriceCarrier;
use crate::factor::{CalendarYear, Marginal, Missing, PriceBase, Real};
use crate::measure::MeasureIndex;
use crate::remedy::saves::{Favours, Of, Saves, Stage};
use crate::remedy::{Basis, Remedy};
use crate::rulebook::Rulebook;
use crate::words::words;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use std::collections::BTreeMap;

/// An amount of each carrier, in kWh a year.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Kwh([f64; Carrier::ALL.len()]);

impl Kwh {
    /// That of one carrier.
    #[must_use]
    pub const fn of(&self, carrier: Carrier) -> f64 {
        self.0[carrier as usize]
    }

    /// Adds to one carrier.
    pub const fn add(&mut self, carrier: Carrier, kwh: f64) {
        self.0[carrier as usize] += kwh;
    }

    /// The carriers of which there is any, and how much.
    pub fn any(&self) -> impl Iterator<Item = (Carrier, f64)> {
        Carrier::ALL.iter().map(|carrier| (*carrier, self.of(*carrier))).filter(|one| one.1 != 0.0)
    }

    /// The two together.
    #[must_use]
    pub fn plus(mut self, other: &Self) -> Self {
        for (carrier, kwh) in other.any() {
            self.add(carrier, kwh);
        }
        self
    }
}

words! {
    /// What kind of reason keeps a remedy out.
    Kind {
        /// There is nothing for it to do, as far as is known.
        NothingToDo = "nothing-to-do",
        /// A measure must be surveyed first.
        ToSurvey = "to-survey",
        /// Nobody can say what it saves or costs.
        Unknown = "unknown",
    }
}

/// Why a remedy is not applied: at a site, or anywhere.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LeftOut {
    /// What kind of reason.
    pub kind: Kind,
    /// The reason, as a sentence.
    pub reason: String,
}

impl LeftOut {
    fn unknown(reason: impl Into<String>) -> Self {
        Self { kind: Kind::Unknown, reason: reason.into() }
    }

    fn to_survey(id: &str, what: &str) -> Self {
        Self { kind: Kind::ToSurvey, reason: format!("Not surveyed: {what} ({id}).") }
    }

    fn nothing(reason: impl Into<String>) -> Self {
        Self { kind: Kind::NothingToDo, reason: reason.into() }
    }
}

/// In whose prices and by which factors remedies are priced.
#[derive(Clone, Copy, Debug)]
pub struct Terms<'a> {
    /// The price base of every amount of money.
    pub base: PriceBase,
    /// By which rates of other prices are moved to it.
    pub deflator: &'a Deflator,
    /// How the future is discounted.
    pub schedule: &'a DiscountSchedule,
    /// The year in which remedies are bought: what they save begins in the next.
    pub base_year: CalendarYear,
    /// What a kWh of electricity more or less emits.
    pub marginal: &'a GridPath<Marginal>,
}

/// A remedy that saves, with its rates in one price base.
#[derive(Clone, Debug, PartialEq)]
pub struct Priced {
    /// Its place in the rulebook.
    pub remedy: usize,
    /// When it is applied.
    pub stage: Stage,
    /// Of one group at most one is carried out.
    pub group: Option<String>,
    /// Capital for one unit, in pounds.
    pub capital_gbp: Estimate<f64>,
    /// Running cost of a year for one unit, in pounds.
    pub running_gbp_per_year: Estimate<f64>,
    /// Years in service: the shortest of its capital rates.
    pub life_years: u32,
    /// What a pound in each year of its life is worth in the base year.
    pub annuity: f64,
    /// What a kWh of electricity a year emits at the margin over its life, in kg.
    pub marginal_kg_per_kwh: f64,
    /// Years of its life of which no marginal factor is published: there that is nothing.
    pub years_without_factor: u32,
    /// Carbon that one unit embodies, in kg, where a source gives it.
    pub embodied_kg: Estimate<Option<f64>>,
    /// The weakest evidence of its quantity, assumptions and rates.
    pub evidence: Evidence,
}

/// Prices a remedy that saves; of one that does not, nothing.
///
/// # Errors
/// Why nobody can say what it saves or costs.
pub fn price(rulebook: &Rulebook, at: usize, terms: &Terms<'_>) -> Option<Result<Priced, LeftOut>> {
    let remedy = &rulebook.remedies[at];
    let saves = remedy.saves.as_ref()?;
    Some(price_saving(rulebook, at, remedy, saves, terms))
}

/// Years that a remedy is in service: the shortest life of its capital rates; none where no source
/// gives one.
#[must_use]
pub fn life_years(rulebook: &Rulebook, remedy: &Remedy) -> Option<u32> {
    let rates = remedy.costs.iter().filter(|cost| cost.money == Money::Capital);
    let lives = rates.filter_map(|cost| rulebook.benchmarks[cost.benchmark].life_years);
    lives.min().filter(|life| *life > 0)
}

fn price_saving(
    rulebook: &Rulebook,
    at: usize,
    remedy: &Remedy,
    saves: &Saves,
    terms: &Terms<'_>,
) -> Result<Priced, LeftOut> {
    if let Some(reason) = saves.unknown.as_ref().or(remedy.cost_unknown.as_ref()) {
        return Err(LeftOut::unknown(reason));
    }
    if let Some(reason) = &remedy.running_unknown {
        return Err(LeftOut::unknown(format!("Its running cost is not known: {reason}")));
    }
    let rates = |money| remedy.costs.iter().filter(move |cost| cost.money == money);
    let benchmark = |cost: &crate::remedy::Cost| &rulebook.benchmarks[cost.benchmark];
    let life_years = life_years(rulebook, remedy)
        .ok_or_else(|| LeftOut::unknown("No source gives the years that it is in service."))?;
    let sum = |money| -> Result<Estimate<f64>, Missing> {
        let mut sum = Estimate::default();
        for cost in rates(money) {
            let rate = benchmark(cost);
            let base = PriceBase::Calendar(CalendarYear(rate.price_base_year));
            let moved = |pounds: Decimal| -> Result<f64, Missing> {
                let real = terms.deflator.rebase(Real { pounds, base }, terms.base)?;
                real.pounds.to_f64().ok_or_else(|| Missing(format!("the rate {}", rate.id)))
            };
            sum = sum
                + Estimate {
                    low: moved(rate.rate.low)?,
                    central: moved(rate.rate.central)?,
                    high: moved(rate.rate.high)?,
                };
        }
        Ok(sum)
    };
    let unpriced = |missing: Missing| LeftOut::unknown(format!("Not priced: {missing}."));
    let evidence = saves.assumptions.iter().map(|one| one.evidence);
    let evidence = evidence.chain(remedy.costs.iter().map(|cost| benchmark(cost).evidence));
    let (marginal_kg_per_kwh, years_without_factor) = over_life(terms, life_years);
    let adds = saves.more.iter().any(|more| more.carrier == Carrier::Electricity);
    if adds && years_without_factor > 0 {
        let reason = "It takes electricity in years of which no marginal factor is published.";
        return Err(LeftOut::unknown(reason));
    }
    Ok(Priced {
        remedy: at,
        stage: saves.stage,
        group: saves.group.clone(),
        capital_gbp: sum(Money::Capital).map_err(unpriced)?,
        running_gbp_per_year: sum(Money::Running).map_err(unpriced)?,
        life_years,
        annuity: annuity_factor(life_years, |index| terms.schedule.factor(index)),
        marginal_kg_per_kwh,
        years_without_factor,
        embodied_kg: embodied(rulebook, saves),
        evidence: evidence.fold(remedy.quantity.evidence, Evidence::max),
    })
}

/// What one kWh in each year of a life emits at the margin, and in how many years that is not known.
fn over_life(terms: &Terms<'_>, life_years: u32) -> (f64, u32) {
    let first = terms.base_year.0 + 1;
    let years = (0..life_years).map(|year| CalendarYear(first + year.cast_signed()));
    years.fold((0.0, 0), |(kg, missing), year| match terms.marginal.factor(year) {
        Ok(factor) => (kg + factor.kg_per_kwh(), missing),
        Err(_) => (kg, missing + 1),
    })
}

fn embodied(rulebook: &Rulebook, saves: &Saves) -> Estimate<Option<f64>> {
    let item = saves.embodied.as_ref().and_then(|id| rulebook.factors.embodied.get(id));
    let Some(item) = item else { return Estimate::default() };
    item.estimate.clone().map(|figure| figure.map(|figure| figure.value))
}

/// What a site takes, as far as remedies can save it.
#[derive(Clone, Debug, PartialEq)]
pub struct SiteUse {
    /// What can be saved.
    pub reach: Kwh,
    /// Why nobody can say how much gas boilers burn; then none is in [`Self::reach`].
    pub gas_unknown: Option<LeftOut>,
    /// Gross internal area, in m2.
    pub floor_area_m2: f64,
    /// What a kWh costs, in pounds of the price base.
    pub price_gbp_per_kwh: BTreeMap<Carrier, f64>,
    /// What a kWh of each fuel, and of heat, emits at the margin.
    pub marginal: FuelFactors<Marginal>,
}

/// What a site takes, with `added_kwh` of electricity of a deployment. `value` finds a measure of the
/// site.
///
/// # Errors
/// Everything that is unknown of electricity, gas and floor area: nothing can be sized without them.
pub fn use_of(
    rulebook: &Rulebook,
    energy: &Energy,
    added_kwh: f64,
    base: PriceBase,
    marginal: FuelFactors<Marginal>,
    value: impl Fn(MeasureIndex) -> Option<f64>,
) -> Result<SiteUse, Vec<Unknown>> {
    let taken = |carrier: Carrier| energy.carriers.get(&carrier).copied().flatten();
    let electricity =
        super::at_least_zero(taken(Carrier::Electricity), "the electricity taken from the grid");
    let gas = super::at_least_zero(taken(Carrier::NaturalGas), "the consumption of natural-gas");
    let area = super::above_zero(energy.floor_area_m2, "the floor area");
    let (electricity, gas, floor_area_m2) = match (electricity, gas, area) {
        (Ok(electricity), Ok(gas), Ok(area)) => (electricity, gas, area),
        (one, two, three) => {
            return Err([one.err(), two.err(), three.err()].into_iter().flatten().collect());
        }
    };
    let electricity = electricity + added_kwh;
    let boilers = boiler_gas(gas, |id| value(rulebook.dictionary.find(id)?.0));
    let mut reach = Kwh::default();
    let exported = energy.exported_kwh.unwrap_or(0.0);
    reach.add(Carrier::Electricity, (electricity - exported).max(0.0));
    reach.add(Carrier::NaturalGas, *boilers.as_ref().unwrap_or(&0.0));
    let charged = |carrier, kwh| {
        let price = rulebook.factors.prices.charged(carrier, base, kwh).ok()?;
        (price.price_base == base && price.figure.unit == "GBP/kWh").then_some(price.figure.value)
    };
    let prices = [
        (Carrier::Electricity, charged(PriceCarrier::Electricity, electricity)),
        (Carrier::NaturalGas, charged(PriceCarrier::Gas, gas)),
    ];
    Ok(SiteUse {
        reach,
        gas_unknown: boilers.err(),
        floor_area_m2,
        price_gbp_per_kwh: prices
            .into_iter()
            .filter_map(|(one, price)| Some((one, price?)))
            .collect(),
        marginal,
    })
}

/// The gas that boilers burn: all of it where there is no combined heat and power.
fn boiler_gas(gas: f64, value: impl Fn(&str) -> Option<f64>) -> Result<f64, LeftOut> {
    if gas == 0.0 {
        return Ok(0.0);
    }
    let units = value(CHP_UNITS).ok_or_else(|| {
        LeftOut::to_survey(CHP_UNITS, "whether combined heat and power burns some of the gas")
    })?;
    if units == 0.0 {
        return Ok(gas);
    }
    let burned = value(CHP_GAS).ok_or_else(|| {
        LeftOut::to_survey(CHP_GAS, "how much of the gas combined heat and power burns")
    })?;
    Ok((gas - burned).max(0.0))
}

/// How much of a carrier is saved.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Amount {
    /// A share of what is left.
    Share(f64),
    /// So many kWh, as far as they are left.
    Fixed(f64),
}

/// What a quantity follows from.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Size {
    /// So much for each kWh saved of a carrier.
    OfSaved(Carrier, f64),
    /// So much, whatever is saved.
    Fixed(f64),
}

/// A remedy at a site in one of the three runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    less: Vec<(Carrier, Amount)>,
    more: Vec<(Carrier, Carrier, f64)>,
    size: Size,
    capital_gbp: f64,
    running_gbp_per_year: f64,
    annuity: f64,
    life_years: f64,
    marginal_kg_per_kwh: f64,
}

/// What a remedy does at a site, or many remedies at many sites; in one of the three runs.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Effect {
    /// How much of it, in its unit; of several remedies this says nothing.
    pub quantity: f64,
    /// What is no longer taken in a year; below zero what is taken instead.
    pub saved: Kwh,
    /// Capital, in pounds.
    pub capital_gbp: f64,
    /// Running cost of a year, in pounds.
    pub running_gbp_per_year: f64,
    /// What energy costs less in a year, in pounds.
    pub energy_gbp_per_year: f64,
    /// Present value of capital and running cost less the energy that is saved, over the life.
    pub net_cost_gbp: f64,
    /// What is saved over the life by marginal factors, in kg.
    pub marginal_kg: f64,
}

impl std::ops::Add for Effect {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self {
            quantity: self.quantity + other.quantity,
            saved: self.saved.plus(&other.saved),
            capital_gbp: self.capital_gbp + other.capital_gbp,
            running_gbp_per_year: self.running_gbp_per_year + other.running_gbp_per_year,
            energy_gbp_per_year: self.energy_gbp_per_year + other.energy_gbp_per_year,
            net_cost_gbp: self.net_cost_gbp + other.net_cost_gbp,
            marginal_kg: self.marginal_kg + other.marginal_kg,
        }
    }
}

/// Sizes a remedy at a site, in three runs.
///
/// # Errors
/// Why it cannot be sized there, or has nothing to do.
pub fn fit(
    rulebook: &Rulebook,
    priced: &Priced,
    site: &SiteUse,
    value: impl Fn(MeasureIndex) -> Option<f64>,
) -> Result<Estimate<Run>, LeftOut> {
    let remedy = &rulebook.remedies[priced.remedy];
    let Some(saves) = &remedy.saves else { return Err(LeftOut::nothing("It saves nothing.")) };
    let survey = |measure: MeasureIndex| {
        let measure = rulebook.dictionary.get(measure);
        LeftOut::to_survey(&measure.id, &measure.title)
    };
    if let Some(measure) = saves.only_where
        && value(measure).ok_or_else(|| survey(measure))? == 0.0
    {
        return Err(LeftOut::nothing("The site has none of what it replaces."));
    }
    let open = match saves.done {
        None => 1.0,
        Some(measure) => 1.0 - value(measure).ok_or_else(|| survey(measure))? / 100.0,
    };
    if open <= 0.0 {
        return Err(LeftOut::nothing("It is done already."));
    }
    let has_gas = saves.less.iter().any(|less| less.carrier == Carrier::NaturalGas);
    if let (true, Some(why)) = (has_gas, &site.gas_unknown) {
        return Err(why.clone());
    }
    if saves.less.iter().all(|less| site.reach.of(less.carrier) <= 0.0) {
        return Err(LeftOut::nothing("The site takes none of the energy that it would save."));
    }
    let touched = saves.less.iter().map(|less| less.carrier);
    for carrier in touched.chain(saves.more.iter().map(|more| more.carrier)) {
        if !site.price_gbp_per_kwh.contains_key(&carrier) {
            return Err(LeftOut::unknown(format!("What {carrier} costs is not known.")));
        }
        if carrier != Carrier::Electricity && !site.marginal.contains_key(&carrier) {
            return Err(LeftOut::unknown(format!("What {carrier} emits is not known.")));
        }
    }
    let basis = match remedy.quantity.basis {
        Basis::Area => Some(site.floor_area_m2 * open),
        Basis::Measure => match remedy.quantity.measure {
            Some(measure) => Some(value(measure).ok_or_else(|| survey(measure))? * open),
            None => None,
        },
        Basis::Gap | Basis::Demand | Basis::Saved => None,
    };
    if basis == Some(0.0) {
        return Err(LeftOut::nothing("There is room for none of it."));
    }
    let parts = (remedy, saves, priced);
    Ok(Estimate {
        low: run(parts, basis, open, Rank::Low),
        central: run(parts, basis, open, Rank::Central),
        high: run(parts, basis, open, Rank::High),
    })
}

/// Which of the three runs.
#[derive(Clone, Copy)]
enum Rank {
    Low,
    Central,
    High,
}

fn run(
    (remedy, saves, priced): (&Remedy, &Saves, &Priced),
    basis: Option<f64>,
    open: f64,
    rank: Rank,
) -> Run {
    let pick = |of: Estimate<f64>, rank| match rank {
        Rank::Low => of.low,
        Rank::Central => of.central,
        Rank::High => of.high,
    };
    let assumed = |at: usize| {
        let one = &saves.assumptions[at];
        match (one.favours, rank) {
            (_, Rank::Central) => one.range.central,
            (Favours::Low, Rank::Low) | (Favours::High, Rank::High) => one.range.low,
            (Favours::High, Rank::Low) | (Favours::Low, Rank::High) => one.range.high,
        }
    };
    let factor = remedy.quantity.factor;
    let size = match (basis, remedy.quantity.carrier) {
        (Some(basis), _) => Size::Fixed(basis * factor),
        (None, Some(carrier)) => {
            Size::OfSaved(carrier, remedy.quantity.formula.value(assumed) * factor)
        }
        (None, None) => Size::Fixed(0.0),
    };
    let less = saves.less.iter().map(|less| {
        let value = less.formula.value(assumed);
        let amount = match (less.of, size) {
            (Of::Quantity, Size::Fixed(quantity)) => Amount::Fixed(value * quantity),
            _ => Amount::Share(value * open),
        };
        (less.carrier, amount)
    });
    let more =
        saves.more.iter().map(|more| (more.carrier, more.for_saved, more.formula.value(assumed)));
    Run {
        less: less.collect(),
        more: more.collect(),
        size,
        capital_gbp: pick(priced.capital_gbp, rank),
        running_gbp_per_year: pick(priced.running_gbp_per_year, rank),
        annuity: priced.annuity,
        life_years: f64::from(priced.life_years),
        marginal_kg_per_kwh: priced.marginal_kg_per_kwh,
    }
}

/// Applies a remedy to what is left of a site's energy, and takes from it.
#[must_use]
pub fn apply(run: &Run, left: &mut Kwh, site: &SiteUse) -> Effect {
    let mut saved = Kwh::default();
    for (carrier, amount) in &run.less {
        let there = (left.of(*carrier) - saved.of(*carrier)).max(0.0);
        let kwh = match amount {
            Amount::Share(share) => there * share,
            Amount::Fixed(kwh) => kwh.min(there),
        };
        saved.add(*carrier, kwh);
    }
    let of_saved: Kwh = saved;
    for (carrier, for_saved, kwh_per_kwh) in &run.more {
        saved.add(*carrier, -of_saved.of(*for_saved) * kwh_per_kwh);
    }
    for (carrier, kwh) in saved.any() {
        left.add(carrier, -kwh);
    }
    let quantity = match run.size {
        Size::OfSaved(carrier, per_kwh) => of_saved.of(carrier) * per_kwh,
        // Where nothing is left to save nothing is bought.
        Size::Fixed(_) if of_saved == Kwh::default() => 0.0,
        Size::Fixed(quantity) => quantity,
    };
    let price = |carrier| site.price_gbp_per_kwh.get(&carrier).copied().unwrap_or(f64::NAN);
    let energy_gbp_per_year: f64 = saved.any().map(|(carrier, kwh)| kwh * price(carrier)).sum();
    let marginal = |carrier| match carrier {
        Carrier::Electricity => run.marginal_kg_per_kwh,
        fuel => {
            let factor = site.marginal.get(&fuel).map_or(f64::NAN, |factor| factor.kg_per_kwh());
            factor * run.life_years
        }
    };
    let capital_gbp = quantity * run.capital_gbp;
    let running_gbp_per_year = quantity * run.running_gbp_per_year;
    Effect {
        quantity,
        saved,
        capital_gbp,
        running_gbp_per_year,
        energy_gbp_per_year,
        net_cost_gbp: capital_gbp + run.annuity * (running_gbp_per_year - energy_gbp_per_year),
        marginal_kg: saved.any().map(|(carrier, kwh)| kwh * marginal(carrier)).sum(),
    }
}
