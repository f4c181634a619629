//! What a building takes of each energy carrier in a year, held flat, and what it emits by it as the
//! grid changes.
//!
//! Electricity follows a path by year; the factors of fuels and of heat stay as they are, which is
//! how CRREM projects (Technical Blueprint, projection: demand flat, grid factor by its own path,
//! fuels constant) and a policy of this project for the other paths. The kWh are said once and serve
//! every question; only the factors differ. Which path they are held against is `crrem` and `path`.

use super::{Unknown, at_least_zero};
use crate::factor::grid::GridPath;
use crate::factor::{CalendarYear, Carbon, Factor, Purpose};
use crate::words::words;
use std::collections::BTreeMap;
use std::marker::PhantomData;

words! {
    /// What energy comes as.
    Carrier {
        /// Electricity from the grid.
        Electricity = "electricity",
        /// Natural gas, by gross calorific value.
        NaturalGas = "natural-gas",
        /// Gas oil, by gross calorific value.
        GasOil = "gas-oil",
        /// Burning oil, by gross calorific value.
        BurningOil = "burning-oil",
        /// Liquefied petroleum gas, by gross calorific value.
        Lpg = "lpg",
        /// Heat or steam from a network.
        DistrictHeat = "district-heat",
        /// Biogas.
        Biogas = "biogas",
        /// Wood chips.
        WoodChips = "wood-chips",
        /// Wood pellets.
        WoodPellets = "wood-pellets",
        /// Wood logs.
        WoodLogs = "wood-logs",
        /// Wood, biogas or the like, where nobody says which.
        RenewableFuel = "renewable-fuel",
    }
}

/// What a building takes and gives in a year. Nothing stands for unknown; zero is said as zero.
#[derive(Clone, Debug, PartialEq)]
pub struct Demand {
    /// Energy bought, in kWh. A carrier that is not named is not asked about; electricity must be.
    pub bought_kwh: BTreeMap<Carrier, Option<f64>>,
    /// Renewable energy made and used on site, in kWh.
    pub renewables_used_kwh: Option<f64>,
    /// Renewable electricity made on site and given to the grid, in kWh.
    pub renewables_exported_kwh: Option<f64>,
}

/// What one kWh of each fuel, or of heat, emits in every year.
pub type FuelFactors<P> = BTreeMap<Carrier, Factor<P>>;

/// A demand of which every figure is known, with the factors of one purpose.
#[derive(Clone, Debug, PartialEq)]
pub struct KnownDemand<P> {
    grid_kwh: f64,
    fuels_kwh: f64,
    fuels_kg: f64,
    renewables_used_kwh: f64,
    renewables_exported_kwh: f64,
    purpose: PhantomData<P>,
}

impl Demand {
    /// The demand, if all of it is known. A fuel of which nothing is taken needs no factor.
    ///
    /// # Errors
    /// Every figure that is unknown or cannot be right, and every factor that is missing.
    pub fn known<P: Purpose>(
        &self,
        factors: &FuelFactors<P>,
    ) -> Result<KnownDemand<P>, Vec<Unknown>> {
        let mut unknown = Vec::new();
        let mut take = |figure: Result<f64, Unknown>| match figure {
            Ok(value) => value,
            Err(why) => {
                unknown.push(why);
                0.0
            }
        };
        let electricity = self.bought_kwh.get(&Carrier::Electricity).copied().flatten();
        let grid_kwh = take(at_least_zero(electricity, "the electricity taken from the grid"));
        let (mut fuels_kwh, mut fuels_kg) = (0.0, 0.0);
        for (carrier, kwh) in &self.bought_kwh {
            if *carrier == Carrier::Electricity {
                continue;
            }
            let kwh = take(at_least_zero(*kwh, format!("the consumption of {carrier}")));
            if kwh > 0.0 {
                let factor = factors.get(carrier).map(|factor| factor.kg_per_kwh());
                fuels_kwh += kwh;
                fuels_kg += kwh * take(at_least_zero(factor, format!("the factor of {carrier}")));
            }
        }
        let renewables_used_kwh =
            take(at_least_zero(self.renewables_used_kwh, "the renewable energy used on site"));
        let renewables_exported_kwh =
            take(at_least_zero(self.renewables_exported_kwh, "the renewable energy exported"));
        let known = KnownDemand {
            grid_kwh,
            fuels_kwh,
            fuels_kg,
            renewables_used_kwh,
            renewables_exported_kwh,
            purpose: PhantomData,
        };
        if unknown.is_empty() { Ok(known) } else { Err(unknown) }
    }
}

impl<P: Purpose> KnownDemand<P> {
    /// All carriers and the renewable energy used on site, without what is exported, in kWh a year:
    /// CRREM Technical Blueprint, total energy.
    #[must_use]
    pub fn total_kwh(&self) -> f64 {
        self.grid_kwh + self.fuels_kwh + self.renewables_used_kwh
    }

    /// The same demand with so much more electricity from the grid every year.
    #[must_use]
    pub fn with_grid_kwh(&self, more_kwh: f64) -> Self {
        Self { grid_kwh: self.grid_kwh + more_kwh, ..self.clone() }
    }

    /// The credit for what is exported: by the factor of the grid, and no more than what the
    /// electricity taken from the grid emits, so that electricity never counts below zero (CRREM
    /// Technical Blueprint, net emissions: sum(energy x factor) - min(exported x grid factor, grid
    /// electricity x grid factor)).
    ///
    /// # Errors
    /// The factor of the year that is missing.
    pub fn export_credit(
        &self,
        year: CalendarYear,
        grid: &GridPath<P>,
    ) -> Result<Carbon<P>, Unknown> {
        let factor = grid.factor(year)?.kg_per_kwh();
        Ok(Carbon::from_kg(self.credited_kwh() * factor))
    }

    /// What is emitted in a year, net of the credit.
    ///
    /// # Errors
    /// The factor of the year that is missing.
    pub fn net(&self, year: CalendarYear, grid: &GridPath<P>) -> Result<Carbon<P>, Unknown> {
        let factor = grid.factor(year)?.kg_per_kwh();
        let grid_kwh = self.grid_kwh - self.credited_kwh();
        Ok(Carbon::from_kg(grid_kwh * factor + self.fuels_kg))
    }

    /// Both sides of the rule are by the factor of the grid, so the lesser energy is the lesser
    /// carbon.
    fn credited_kwh(&self) -> f64 {
        self.renewables_exported_kwh.min(self.grid_kwh)
    }
}
