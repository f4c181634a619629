//! What the energy of a scope emitted, and how far that is from where it is to be: footprint and net
//! zero.
//!
//! The arithmetic is `rules::carbon`. Here sites are added up, with whatever is not known of them told
//! beside the sums. Pooled entries count, because they are part of what a return reports.

use super::View;
use super::filter::SiteFilter;
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
use siteworthy_rules::factor::{CalendarYear, Carbon, Crrem, Factor, Missing, PriceBase, SetYear};
use std::collections::{BTreeMap, BTreeSet};

/// The deflator by which carbon values are moved to other prices; named in every answer.
pub const DEFLATOR: &str = "hmt-2025-12";

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
    /// Sites where what was taken is not known.
    pub sites_unknown: usize,
}

/// The footprint of the energy of a scope.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FootprintOfScope {
    /// Sites in scope, pooled entries among them.
    pub sites: usize,
    /// Sites of which every carrier, every factor and the floor area are known.
    pub sites_whole: usize,
    /// What those emitted for each square metre, in kg of CO2 equivalent.
    pub whole_kg_per_m2: Option<f64>,
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

/// How a scope stands against CRREM.
#[derive(Clone, Debug, PartialEq)]
pub struct NetZero {
    /// What is asked of, taken as one building.
    pub scope: ScopeEnergy,
    /// As it is.
    pub without: Result<Projection, Vec<Unknown>>,
    /// With the deployment, by the low and the high figure of what it takes; none where none was asked.
    pub with: Option<[Result<Projection, Vec<Unknown>>; 2]>,
    /// What the deployment takes a year, in kWh, from and to; the technologies of which nobody tells are
    /// named in the error.
    pub added_kwh: Option<Result<(f64, f64), String>>,
    /// What the excess from the base year to 2050 costs at the carbon values, in pounds of 2022, as a
    /// present value; none where it cannot be told.
    pub excess_cost_gbp: Option<Estimate<f64>>,
    /// Tonnes above the pathway from the base year to 2050.
    pub excess_tonnes: Option<f64>,
    /// Why the path of the nation is not told.
    pub national_unknown: String,
}

/// The energy and floor area of a scope, added up over what is known.
#[derive(Clone, Debug, PartialEq)]
pub struct ScopeEnergy {
    /// Sites in scope.
    pub sites: usize,
    /// Sites that give no electricity from the grid. Their floor area, where it is known, is in the sum.
    pub sites_without_electricity: usize,
    /// Sites that give no floor area. Their energy is in the sum.
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
        let filter = SiteFilter { with_pooled: true, ..filter.clone() };
        let sites: Vec<u32> = filter.find(self)?.sites(self).map(|(at, _)| at).collect();
        let energies: Vec<Energy> =
            sites.par_iter().map(|at| energy_of(&self.rulebook, &self.estate, *at)).collect();
        let mut scope = FootprintOfScope { sites: sites.len(), ..FootprintOfScope::default() };
        let (mut whole_kg, mut whole_m2) = (0.0, 0.0);
        for energy in &energies {
            self.add_to_footprint(&mut scope, energy, set, &mut whole_kg, &mut whole_m2);
        }
        scope.whole_kg_per_m2 = (whole_m2 > 0.0).then(|| whole_kg / whole_m2);
        Ok(scope)
    }

    fn add_to_footprint(
        &self,
        scope: &mut FootprintOfScope,
        energy: &Energy,
        set: Option<SetYear>,
        whole_kg: &mut f64,
        whole_m2: &mut f64,
    ) {
        let year = set.or_else(|| energy.set_year());
        let set = year
            .ok_or_else(|| Missing("the year of a site of which no energy is known".to_owned()))
            .and_then(|year| self.rulebook.factors.conversion.of(year));
        if let Ok(set) = &set {
            scope.sets.insert(set.year);
        }
        let whole = footprint(&energy.carriers, set.clone());
        let total = whole.total();
        scope.total_kg += total.known.kg();
        scope.sites_unknown += usize::from(!total.unknown.is_empty());
        let mut reasons = BTreeSet::new();
        for part in Part::ALL {
            let Some(sum) = whole.part(*part) else { continue };
            let own = scope.parts.entry(*part).or_default();
            own.kg += sum.known.kg();
            own.sites_unknown += usize::from(!sum.unknown.is_empty());
            reasons.extend(sum.unknown.iter().map(|(_, why)| why.to_string()));
        }
        for reason in reasons {
            *scope.reasons.entry(reason).or_default() += 1;
        }
        for (carrier, kwh) in &energy.carriers {
            let own = scope.carriers.entry(*carrier).or_default();
            match kwh {
                Some(kwh) => own.kwh += kwh,
                None => own.sites_unknown += 1,
            }
            let alone = [(*carrier, *kwh)].into_iter().collect();
            own.kg += footprint(&alone, set.clone()).total().known.kg();
        }
        if let (Ok(carbon), Some(m2)) = (total.whole(), energy.floor_area_m2) {
            scope.sites_whole += 1;
            *whole_kg += carbon.kg();
            *whole_m2 += m2;
        }
    }

    /// How a scope stands against the pathway of CRREM, as one building, without and with a deployment.
    ///
    /// # Errors
    /// `NotFound` for what the filter names and the view does not have.
    pub fn net_zero(&self, filter: &SiteFilter, items: &[Item]) -> Result<NetZero, Error> {
        let filter = SiteFilter { with_pooled: true, ..filter.clone() };
        let sites: Vec<u32> = filter.find(self)?.sites(self).map(|(at, _)| at).collect();
        Ok(self.net_zero_of(&sites, items))
    }

    /// The same of these sites.
    #[must_use]
    pub fn net_zero_of(&self, sites: &[u32], items: &[Item]) -> NetZero {
        let scope = self.scope_energy(sites);
        let added_kwh = (!items.is_empty()).then(|| self.added_kwh(items));
        let pathway = pathway_of(&self.rulebook.factors.pathways, HEALTHCARE);
        let pathway = pathway.map_err(|why| vec![Unknown::from(why)]);
        let ready = self.asset(&scope).and_then(|asset| Ok((asset, pathway?)));
        let run = |more_kwh: f64| {
            let ((asset, fuels), pathway) = ready.as_ref().map_err(Clone::clone)?;
            let grid = &self.rulebook.factors.crrem;
            project_with(asset, |_| more_kwh, &Published { grid, fuels, pathway })
        };
        let without = run(0.0);
        let with = added_kwh.as_ref().map(|added| match added {
            Ok((low, high)) => [run(*low), run(*high)],
            Err(why) => {
                let why = vec![Unknown::NotKnown(why.clone())];
                [Err(why.clone()), Err(why)]
            }
        });
        let excess = without.as_ref().ok().map(excess_from_base);
        let excess_cost_gbp = excess.as_ref().and_then(|excess| self.value_of(excess));
        let excess_tonnes =
            excess.map(|excess| excess.values().map(|carbon| carbon.tonnes()).sum());
        NetZero {
            scope,
            without,
            with,
            added_kwh,
            excess_cost_gbp,
            excess_tonnes,
            national_unknown:
                "What was emitted in the baseline year of the nation's target is not \
                               surveyed, so its path cannot be drawn."
                    .to_owned(),
        }
    }

    fn scope_energy(&self, sites: &[u32]) -> ScopeEnergy {
        let energies: Vec<Energy> =
            sites.par_iter().map(|at| energy_of(&self.rulebook, &self.estate, *at)).collect();
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
            sites_without_electricity: count(&|one| one.carriers[&Carrier::Electricity].is_none()),
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
    fn asset(&self, scope: &ScopeEnergy) -> Result<(Asset, FuelFactors<Crrem>), Vec<Unknown>> {
        let nothing = || vec![Unknown::NotKnown("the energy of these sites".to_owned())];
        let year = scope.set.ok_or_else(nothing)?;
        let set = self.rulebook.factors.conversion.of(year).map_err(|why| vec![why.into()])?;
        let mut factors = fuel_factors::<Crrem>(set);
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
    fn added_kwh(&self, items: &[Item]) -> Result<(f64, f64), String> {
        let (mut low, mut high, mut unknown) = (0.0, 0.0, Vec::new());
        for item in items {
            let profile = &self.rulebook.profiles[item.profile];
            match profile.lifecycle.annual_kwh {
                Some((from, to)) => {
                    low += from * f64::from(item.quantity);
                    high += to * f64::from(item.quantity);
                }
                None => unknown.push(profile.title.as_str()),
            }
        }
        unknown.dedup();
        if unknown.is_empty() {
            return Ok((low, high));
        }
        Err(format!("the electricity that is taken a year by {}", unknown.join("; ")))
    }

    /// The present value of emissions by year at the carbon values of the newest prices.
    fn value_of(&self, emitted: &BTreeMap<CalendarYear, Carbon<Crrem>>) -> Option<Estimate<f64>> {
        let factors = &self.rulebook.factors;
        let (base, _) = factors.values.newest()?;
        let schedule = factors.discount.of(IN_FORCE, STANDARD).ok()?;
        let deflator = factors.deflators.of(DEFLATOR).ok()?;
        let value = |pick: fn(
            Estimate<siteworthy_rules::factor::Real>,
        ) -> siteworthy_rules::factor::Real| {
            let found = carbon_npv(
                emitted,
                |year| factors.values.of(base, year).map(pick),
                deflator,
                PriceBase::Calendar(base),
                BASE_YEAR,
                |index| schedule.factor(index),
            );
            found.ok().map(|value| -value.pounds)
        };
        Some(Estimate {
            low: value(|all| all.low)?,
            central: value(|all| all.central)?,
            high: value(|all| all.high)?,
        })
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
