//! What a building takes of each energy carrier in a year, held flat, and what it emits by it as the
//! grid changes.
//!
//! Electricity follows a path by year; the factors of fuels and of heat stay as they are, which is
//! how CRREM projects (Technical Blueprint, projection: demand flat, grid factor by its own path,
//! fuels constant) and a policy of this project for the other paths. Which path it is held against is
//! `crrem` and `path`.

use super::{Unknown, at_least_zero};
use crate::factor::grid::GridPath;
use crate::factor::{CalendarYear, Carbon, Factor, Purpose};

/// A fuel, or heat from a network, with the factor that it keeps.
#[derive(Clone, Debug, PartialEq)]
pub struct Fuel<P> {
    /// What it is called in messages.
    pub name: String,
    /// Energy taken in a year, by gross calorific value; nothing where it is unknown.
    pub kwh: Option<f64>,
    /// What one kWh emits in every year.
    pub factor: Factor<P>,
}

/// What a building takes and gives in a year. Nothing stands for unknown; zero is said as zero.
#[derive(Clone, Debug, PartialEq)]
pub struct Demand<P> {
    /// Electricity from the grid, in kWh.
    pub grid_kwh: Option<f64>,
    /// Fuels and heat.
    pub fuels: Vec<Fuel<P>>,
    /// Renewable energy made and used on site, in kWh.
    pub renewables_used_kwh: Option<f64>,
    /// Renewable electricity made on site and given to the grid, in kWh.
    pub renewables_exported_kwh: Option<f64>,
}

/// A demand of which every figure is known.
#[derive(Clone, Debug, PartialEq)]
pub struct KnownDemand<P> {
    grid_kwh: f64,
    fuels_kwh: f64,
    fuels_kg: f64,
    renewables_used_kwh: f64,
    renewables_exported_kwh: f64,
    purpose: std::marker::PhantomData<P>,
}

impl<P: Purpose> Demand<P> {
    /// The demand, if all of it is known.
    ///
    /// # Errors
    /// Every figure that is unknown or cannot be right.
    pub fn known(&self) -> Result<KnownDemand<P>, Vec<Unknown>> {
        let mut unknown = Vec::new();
        let mut take = |value: Option<f64>, what: &str| match at_least_zero(value, what) {
            Ok(value) => value,
            Err(why) => {
                unknown.push(why);
                0.0
            }
        };
        let grid_kwh = take(self.grid_kwh, "the electricity taken from the grid");
        let fuels: Vec<(f64, f64)> = self
            .fuels
            .iter()
            .map(|fuel| (take(fuel.kwh, &format!("the {} taken", fuel.name)), fuel.factor))
            .map(|(kwh, factor)| (kwh, kwh * factor.kg_per_kwh()))
            .collect();
        let renewables_used_kwh =
            take(self.renewables_used_kwh, "the renewable energy used on site");
        let renewables_exported_kwh =
            take(self.renewables_exported_kwh, "the renewable energy exported");
        let known = KnownDemand {
            grid_kwh,
            fuels_kwh: fuels.iter().map(|(kwh, _)| kwh).sum(),
            fuels_kg: fuels.iter().map(|(_, kg)| kg).sum(),
            renewables_used_kwh,
            renewables_exported_kwh,
            purpose: std::marker::PhantomData,
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
