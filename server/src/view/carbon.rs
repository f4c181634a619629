//! What the energy of a scope emitted, and how far that is from where it is to be: footprint and net
//! zero.
//!
//! The arithmetic is `rules::carbon`. Here sites are added up, with whatever is not known of them told
//! beside the sums. Pooled entries count, because they are part of what a return reports.

use super::View;
use super::filter::SiteFilter;
use super::national::National;
use crate::error::Error;
use rayon::prelude::*;
use siteworthy_rules::carbon::Unknown;
use siteworthy_rules::carbon::crrem::{Asset, Projection, Published, pathway_of, project_with};
use siteworthy_rules::carbon::demand::{Carrier, Demand, FuelFactors};
use siteworthy_rules::carbon::energy::{Energy, energy_of};
use siteworthy_rules::carbon::footprint::{Part, footprint, fuel_factors};
use siteworthy_rules::carbon::value::carbon_npv;
use siteworthy_rules::cost::Estimate;
use siteworthy_rules::deployment::Item;
use siteworthy_rules::factor::discount::{IN_FORCE, STANDARD};
use siteworthy_rules::factor::pathway::HEALTHCARE;
use siteworthy_rules::factor::{
    CalendarYear, Carbon, Crrem, Factor, Missing, PriceBase, Purpose, Real, SetYear,
};
use std::collections::{BTreeMap, BTreeSet};

/// The deflator by which carbon values would be moved to other prices than their own.
const DEFLATOR: &str = "hmt-2025-12";

/// The year from which excess is valued and to which it is discounted.
pub const BASE_YEAR: CalendarYear = CalendarYear(2026);

/// One part of a footprint over several sites.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PartOfScope {
    /// What is known, in kg of CO2 equivalent.
    pub kg: f64,
    /// Sites of which some of it is not known.
    pub sites_unknown: usize,
}

/// What one carrier came to over several sites.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CarrierOfScope {
    /// What was taken, in kWh, where it is known.
    pub kwh: f64,
    /// What that emitted in all parts that count in the total, in kg of CO2 equivalent.
    pub kg: f64,
    /// Sites where what was taken is not known, or what it emits.
    pub sites_unknown: usize,
}

impl CarrierOfScope {
    /// What was emitted as far as it is known, in kg; none where something was taken and it is known of
    /// nothing.
    #[must_use]
    pub fn known_kg(&self) -> Option<f64> {
        let is_unknown = self.kg == 0.0 && self.sites_unknown > 0 && self.kwh > 0.0;
        (!is_unknown).then_some(self.kg)
    }
}

/// The footprint of the energy of a scope.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FootprintOfScope {
    /// Sites in scope, pooled entries among them.
    pub sites: usize,
    /// Sites of which every carrier, every factor and the floor area are known.
    pub sites_whole: usize,
    /// What those emitted, in kg of CO2 equivalent.
    pub whole_kg: f64,
    /// Their floor area, in m2.
    pub whole_m2: f64,
    /// By part.
    pub parts: BTreeMap<Part, PartOfScope>,
    /// By carrier.
    pub carriers: BTreeMap<Carrier, CarrierOfScope>,
    /// The sum of all parts that count in the total, as far as they are known, in kg.
    pub total_kg: f64,
    /// Sites of which some of it is not known.
    pub sites_unknown: usize,
    /// The sets of conversion factors that were used.
    pub sets: BTreeSet<SetYear>,
    /// Why something is not known, each reason with the number of sites.
    pub reasons: BTreeMap<String, usize>,
}

impl FootprintOfScope {
    /// What the sites of which everything is known emitted for each square metre, in kg of CO2
    /// equivalent; none where there is no such site.
    #[must_use]
    pub fn whole_kg_per_m2(&self) -> Option<f64> {
        (self.whole_m2 > 0.0).then(|| self.whole_kg / self.whole_m2)
    }
}

/// How a scope stands against both kinds of path: that of CRREM, and those of its nation.
#[derive(Clone, Debug, PartialEq)]
pub struct NetZero {
    /// What is asked of, taken as one building.
    pub scope: ScopeEnergy,
    /// As it is, against CRREM.
    pub without: Result<Projection, Vec<Unknown>>,
    /// What a deployment does; none where none was asked.
    pub deployed: Option<Deployed>,
    /// What the excess over CRREM from the base year to 2050 is worth; none where it cannot be told.
    pub excess: Option<Excess>,
    /// The same questions against the targets of its nation.
    pub national: National,
}

/// What a deployment takes and does.
#[derive(Clone, Debug, PartialEq)]
pub struct Deployed {
    /// Electricity a year, in kWh, from and to; in the error the technologies of which nobody tells.
    pub kwh: Result<(f64, f64), String>,
    /// How the scope then stands against CRREM, by the low and the high figure.
    pub with: [Result<Projection, Vec<Unknown>>; 2],
    /// What the excess over CRREM is then worth.
    pub excess: [Option<Excess>; 2],
}

/// What is emitted above a path, and its worth.
#[derive(Clone, Debug, PartialEq)]
pub struct Excess {
    /// The first year that counts: the base year, or the first after it of which the path tells.
    pub from: CalendarYear,
    /// The last year of which the path tells.
    pub to: CalendarYear,
    /// Tonnes in those years.
    pub tonnes: f64,
    /// Pounds at the carbon values, as a present value in the base year.
    pub cost_gbp: Estimate<f64>,
    /// The year whose prices those are: that of the newest carbon values.
    pub price_base: CalendarYear,
}

/// The energy and floor area of a scope, added up over what is known.
#[derive(Clone, Debug, PartialEq)]
pub struct ScopeEnergy {
    /// Sites in scope.
    pub sites: usize,
    /// Sites that do not give every carrier. What they do give, and their floor area, is in the sums,
    /// which are too low by what they leave out.
    pub sites_with_gaps: usize,
    /// Sites that give no floor area. Their energy is in the sums all the same, so that what is shown for
    /// a square metre is too high.
    pub sites_without_area: usize,
    /// By carrier, in kWh; none where no site gives it.
    pub carriers: BTreeMap<Carrier, Option<f64>>,
    /// Renewable electricity used on site, in kWh; none where no site gives it. It then counts in no
    /// intensity of energy.
    pub onsite_kwh: Option<f64>,
    /// Renewable electricity exported, in kWh; none where no site gives it. No credit is then taken,
    /// which is the safe side.
    pub exported_kwh: Option<f64>,
    /// Floor area, in m2; none where no site gives it.
    pub floor_area_m2: Option<f64>,
    /// The set of conversion factors of the fuels: the newest year that a site reports.
    pub set: Option<SetYear>,
}

impl View {
    /// The footprint of what a scope took, each site by the set of its own year or all by one set.
    ///
    /// # Errors
    /// `NotFound` for what the filter names and the view does not have, `Invalid` for a set that is not
    /// there.
    pub fn footprint(
        &self,
        filter: &SiteFilter,
        set: Option<SetYear>,
    ) -> Result<FootprintOfScope, Error> {
        if let Some(year) = set {
            self.rulebook.factors.conversion.of(year).map_err(invalid)?;
        }
        let mut scope = FootprintOfScope::default();
        for energy in self.energies(&self.sites_with_pooled(filter)?) {
            self.add_to_footprint(&mut scope, &energy, set);
        }
        Ok(scope)
    }

    /// The sites of a filter, pooled entries among them.
    pub(super) fn sites_with_pooled(&self, filter: &SiteFilter) -> Result<Vec<u32>, Error> {
        let filter = SiteFilter { with_pooled: true, ..filter.clone() };
        Ok(filter.find(self)?.sites(self).map(|(at, _)| at).collect())
    }

    fn energies(&self, sites: &[u32]) -> Vec<Energy> {
        sites.par_iter().map(|at| energy_of(&self.rulebook, &self.estate, *at)).collect()
    }

    fn add_to_footprint(
        &self,
        scope: &mut FootprintOfScope,
        energy: &Energy,
        set: Option<SetYear>,
    ) {
        let set = set
            .or_else(|| energy.set_year())
            .ok_or_else(|| Missing("the year of a site of which no energy is known".to_owned()))
            .and_then(|year| self.rulebook.factors.conversion.of(year));
        scope.sets.extend(set.as_ref().ok().map(|set| set.year));
        let (mut kg, mut open, mut reasons) = (0.0, BTreeSet::new(), BTreeSet::new());
        for (carrier, kwh) in &energy.carriers {
            let alone = footprint(&[(*carrier, *kwh)].into_iter().collect(), set.clone());
            let of_carrier = scope.carriers.entry(*carrier).or_default();
            of_carrier.kwh += kwh.unwrap_or(0.0);
            of_carrier.sites_unknown += usize::from(!alone.total().unknown.is_empty());
            of_carrier.kg += alone.total().known.kg();
            kg += alone.total().known.kg();
            for part in Part::ALL {
                let Some(sum) = alone.part(*part) else { continue };
                scope.parts.entry(*part).or_default().kg += sum.known.kg();
                if !sum.unknown.is_empty() {
                    open.insert(*part);
                }
                reasons.extend(sum.unknown.iter().map(|(_, why)| why.to_string()));
            }
        }
        for part in &open {
            scope.parts.entry(*part).or_default().sites_unknown += 1;
        }
        for reason in reasons {
            *scope.reasons.entry(reason).or_default() += 1;
        }
        let is_open = Part::IN_TOTAL.iter().any(|part| open.contains(part));
        scope.sites += 1;
        scope.total_kg += kg;
        scope.sites_unknown += usize::from(is_open);
        if let (false, Some(m2)) = (is_open, energy.floor_area_m2) {
            scope.sites_whole += 1;
            scope.whole_kg += kg;
            scope.whole_m2 += m2;
        }
    }

    /// How a scope stands against CRREM, as one building, and against the targets of its nation.
    /// `baseline_t` is what its energy emitted in the baseline year of those, in tonnes.
    ///
    /// # Errors
    /// `NotFound` for what the filter names and the view does not have, `Invalid` for a baseline that is
    /// no amount.
    pub fn net_zero(&self, filter: &SiteFilter, baseline_t: Option<f64>) -> Result<NetZero, Error> {
        self.net_zero_of(&self.sites_with_pooled(filter)?, &[], baseline_t)
    }

    /// The same of one site, without a deployment and with it.
    ///
    /// # Errors
    /// `Invalid` for a baseline that is no amount.
    pub fn net_zero_at(
        &self,
        site: u32,
        items: &[Item],
        baseline_t: Option<f64>,
    ) -> Result<NetZero, Error> {
        self.net_zero_of(&[site], items, baseline_t)
    }

    fn net_zero_of(
        &self,
        sites: &[u32],
        items: &[Item],
        baseline_t: Option<f64>,
    ) -> Result<NetZero, Error> {
        let scope = self.scope_energy(sites);
        let added = (!items.is_empty()).then(|| self.added_kwh(items));
        let national = self.national(sites, &scope, added.as_ref(), baseline_t)?;
        let pathway = pathway_of(&self.rulebook.factors.pathways, HEALTHCARE);
        let pathway = pathway.map_err(|why| vec![Unknown::from(why)]);
        let ready = self.asset(&scope).and_then(|asset| Ok((asset, pathway?)));
        let run = |more_kwh: f64| {
            let ((asset, fuels), pathway) = ready.as_ref().map_err(Clone::clone)?;
            let grid = &self.rulebook.factors.crrem;
            project_with(asset, |_| more_kwh, &Published { grid, fuels, pathway })
        };
        let excess = |found: &Result<Projection, Vec<Unknown>>| {
            found.as_ref().ok().and_then(|found| self.excess_of(&excess_from_base(found)))
        };
        let without = run(0.0);
        let deployed = added.map(|kwh| {
            let with = with_each(&kwh, run);
            let excess = with.each_ref().map(excess);
            Deployed { kwh, with, excess }
        });
        let excess = excess(&without);
        Ok(NetZero { scope, without, deployed, excess, national })
    }

    pub(super) fn scope_energy(&self, sites: &[u32]) -> ScopeEnergy {
        let energies = self.energies(sites);
        let sum = |pick: &dyn Fn(&Energy) -> Option<f64>| -> Option<f64> {
            energies.iter().filter_map(pick).reduce(|sum, one| sum + one)
        };
        let count = |is_unknown: &dyn Fn(&Energy) -> bool| {
            energies.iter().filter(|one| is_unknown(one)).count()
        };
        let carriers: BTreeSet<Carrier> =
            energies.iter().flat_map(|one| one.carriers.keys().copied()).collect();
        ScopeEnergy {
            sites: sites.len(),
            sites_with_gaps: count(&|one| one.carriers.values().any(Option::is_none)),
            sites_without_area: count(&|one| one.floor_area_m2.is_none()),
            carriers: carriers
                .into_iter()
                .map(|carrier| (carrier, sum(&|one| *one.carriers.get(&carrier)?)))
                .collect(),
            onsite_kwh: sum(&|one| one.onsite_kwh),
            exported_kwh: sum(&|one| one.exported_kwh),
            floor_area_m2: sum(&|one| one.floor_area_m2),
            set: energies.iter().filter_map(Energy::set_year).max(),
        }
    }

    /// A scope as one building. Fuels keep the factors of the set of its year; renewable fuel counts in
    /// its energy and emits nothing, as CRREM has it. Of what no site gives of renewables nothing is
    /// counted, which can only make the building look worse in carbon; a carrier or floor area that no
    /// site gives makes the whole unknown.
    pub(super) fn asset<P: Purpose>(
        &self,
        scope: &ScopeEnergy,
    ) -> Result<(Asset, FuelFactors<P>), Vec<Unknown>> {
        let nothing = || vec![Unknown::NotKnown("the energy of these sites".to_owned())];
        let year = scope.set.ok_or_else(nothing)?;
        let set = self.rulebook.factors.conversion.of(year).map_err(|why| vec![why.into()])?;
        let mut factors = fuel_factors::<P>(set);
        factors.insert(Carrier::RenewableFuel, Factor::new(0.0));
        let mut bought_kwh = scope.carriers.clone();
        bought_kwh.entry(Carrier::RenewableFuel).and_modify(|kwh| {
            kwh.get_or_insert(0.0);
        });
        let asset = Asset {
            floor_area_m2: scope.floor_area_m2,
            demand: Demand {
                bought_kwh,
                renewables_used_kwh: Some(scope.onsite_kwh.unwrap_or(0.0)),
                renewables_exported_kwh: Some(scope.exported_kwh.unwrap_or(0.0)),
            },
            reporting_year: CalendarYear(year.0),
        };
        Ok((asset, factors))
    }

    /// What a deployment takes a year, from and to, in kWh.
    pub(super) fn added_kwh(&self, items: &[Item]) -> Result<(f64, f64), String> {
        let of = |item: &Item| self.rulebook.profiles[item.profile].lifecycle.annual_kwh;
        let untold = items.iter().filter(|item| of(item).is_none()).map(|item| item.profile);
        if let Some(titles) = self.rulebook.titles_of(untold) {
            return Err(format!("the electricity that is taken a year by {titles}"));
        }
        let all = items.iter().filter_map(|item| Some((of(item)?, f64::from(item.quantity))));
        Ok(all.fold((0.0, 0.0), |(low, high), ((from, to), quantity)| {
            (low + from * quantity, high + to * quantity)
        }))
    }

    /// What lies above a path by year, none before the base year, at the carbon values of the newest
    /// prices; none where there is no such year.
    pub(super) fn excess_of<P: Purpose>(
        &self,
        emitted: &BTreeMap<CalendarYear, Carbon<P>>,
    ) -> Option<Excess> {
        let factors = &self.rulebook.factors;
        let (price_base, _) = factors.values.newest()?;
        let schedule = factors.discount.of(IN_FORCE, STANDARD).ok()?;
        let deflator = factors.deflators.of(DEFLATOR).ok()?;
        let value = |pick: fn(Estimate<Real>) -> Real| {
            let found = carbon_npv(
                emitted,
                |year| factors.values.of(price_base, year).map(pick),
                deflator,
                PriceBase::Calendar(price_base),
                BASE_YEAR,
                |index| schedule.factor(index),
            );
            found.ok().map(|value| -value.pounds)
        };
        let cost_gbp = Estimate {
            low: value(|all| all.low)?,
            central: value(|all| all.central)?,
            high: value(|all| all.high)?,
        };
        let (from, to) = (*emitted.keys().next()?, *emitted.keys().next_back()?);
        let tonnes = emitted.values().map(|carbon| carbon.tonnes()).sum();
        Some(Excess { from, to, tonnes, cost_gbp, price_base })
    }
}

/// What a run gives by the low and the high figure of what a deployment takes, or that nobody tells it.
pub(super) fn with_each<T>(
    kwh: &Result<(f64, f64), String>,
    run: impl Fn(f64) -> Result<T, Vec<Unknown>>,
) -> [Result<T, Vec<Unknown>>; 2] {
    match kwh {
        Ok((low, high)) => [run(*low), run(*high)],
        Err(why) => [(), ()].map(|()| Err(vec![Unknown::NotKnown(why.clone())])),
    }
}

/// What lies above the pathway, by year from the base year.
fn excess_from_base(projection: &Projection) -> BTreeMap<CalendarYear, Carbon<Crrem>> {
    let years = projection.years.iter().filter(|year| year.year >= BASE_YEAR);
    years.map(|year| (year.year, year.excess)).collect()
}

fn invalid(missing: Missing) -> Error {
    Error::Invalid(missing.to_string())
}
