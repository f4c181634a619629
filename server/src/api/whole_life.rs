//! The carbon of a technology or a remedy over its life, and of software: `wholeLifeCarbon`,
//! `remedyWholeLifeCarbon` and `softwareCarbon`.

use super::abatement::RunsOf;
use super::profiles::ProfileNode;
use super::{fail, view};
use crate::error::Error;
use crate::view::View;
use crate::view::whole_life::{Amount, Period, WholeLifeOf};
use async_graphql::{Context, InputObject, Object, SimpleObject};
use siteworthy_rules::carbon::demand::Carrier;
use siteworthy_rules::carbon::whole_life::{
    HardwareShare, Module, ModuleSum, WholeLife, software_intensity,
};
use siteworthy_rules::cost::Estimate;
use siteworthy_rules::factor::{Average, CalendarYear};
use std::sync::Arc;

/// Queries of whole-life carbon.
#[derive(Default)]
pub struct WholeLifeQuery;

#[Object]
impl WholeLifeQuery {
    /// Carbon of a technology over a study period by module of EN 15978, in three whole runs, with the
    /// electricity of each year at the average factor of the grid in that year. What nobody has
    /// published is unknown and listed as such.
    #[graphql(complexity = "20 + child_complexity")]
    async fn whole_life_carbon(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Id of the technology.")] technology: String,
        #[graphql(default = 1, desc = "How many units, up to 10,000.")] quantity: u32,
        #[graphql(desc = "The first year of the study period.")] from_year: i32,
        #[graphql(desc = "How many years, up to 60.")] study_years: u32,
    ) -> async_graphql::Result<WholeLifeNode> {
        let view = view(context)?;
        let period = Period { from_year, study_years };
        let found = view.whole_life_of_technology(&technology, quantity, period).map_err(fail)?;
        let profile = view.find_profile(&technology).map_err(fail)?;
        let runs = found.runs.map_err(|why| fail(Error::Invalid(why)))?;
        Ok(WholeLifeNode {
            view: Arc::clone(view),
            profile,
            quantity,
            from_year,
            study_years,
            runs,
        })
    }

    /// Carbon of a remedy over a study period by module of EN 15978, in the three runs in which it is
    /// sized: at a site, alone and not after others, or of so many units of it, where what it saves is
    /// unknown. B6 is what it changes, below zero a saving, at the average factor of the grid in each
    /// year. What nobody has published is unknown and listed as such.
    #[graphql(complexity = "20 + child_complexity")]
    async fn remedy_whole_life_carbon(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Id of the remedy.")] remedy: String,
        #[graphql(desc = "Code of the site; either this or a quantity.")] site: Option<String>,
        #[graphql(desc = "How many of its units, up to 10,000.")] quantity: Option<f64>,
        #[graphql(desc = "The first year of the study period.")] from_year: i32,
        #[graphql(desc = "How many years, up to 60.")] study_years: u32,
    ) -> async_graphql::Result<RemedyWholeLifeNode> {
        let view = view(context)?;
        let amount = match (&site, quantity) {
            (Some(code), None) => Amount::At(code),
            (None, Some(units)) => Amount::Units(units),
            _ => {
                let message = "give a site or a quantity, and not both".to_owned();
                return Err(fail(Error::Invalid(message)));
            }
        };
        let period = Period { from_year, study_years };
        let found = view.whole_life_of_remedy(&remedy, amount, period).map_err(fail)?;
        Ok(RemedyWholeLifeNode { view: Arc::clone(view), remedy, found })
    }

    /// The carbon intensity of software for one functional unit, such as an inference: ((E x I) + M) / R
    /// of ISO/IEC 21031:2024, at the average factor of the grid in the year, location-based.
    async fn software_carbon(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The year, of whose grid the factor is taken.")] year: i32,
        #[graphql(desc = "Electricity that all units take together, in kWh.")] energy_kwh: f64,
        hardware: HardwareInput,
        #[graphql(desc = "How many functional units that serves.")] units: f64,
    ) -> async_graphql::Result<SoftwareCarbonNode> {
        let grid = &view(context)?.rulebook.factors.average;
        let invalid = |error: String| fail(Error::Invalid(error));
        let factor = grid.factor(CalendarYear(year)).map_err(|error| invalid(error.to_string()))?;
        let hardware = HardwareShare {
            embodied_kg: Some(hardware.embodied_kg),
            reserved_h: hardware.reserved_h,
            life_h: hardware.life_h,
            resources_reserved: hardware.resources_reserved,
            resources_total: hardware.resources_total,
        };
        let found = software_intensity(Some(energy_kwh), factor, &hardware, units);
        let found = found.map_err(|error| invalid(error.to_string()))?;
        Ok(SoftwareCarbonNode {
            operational_g: found.operational_g,
            embodied_g: found.embodied_g,
            per_unit_g: found.per_unit_g,
            grid_path: grid.pinned().vintage,
            factor_kg_per_kwh: factor.kg_per_kwh(),
        })
    }
}

/// The hardware that a piece of software takes a share of.
#[derive(InputObject)]
struct HardwareInput {
    /// Embodied carbon of the hardware, in kg of CO2 equivalent.
    embodied_kg: f64,
    /// Time reserved for the software, in hours.
    reserved_h: f64,
    /// Expected life of the hardware, in hours.
    life_h: f64,
    /// Resources reserved for the software, in any unit.
    resources_reserved: f64,
    /// Resources of the hardware, in the same unit.
    resources_total: f64,
}

/// The carbon intensity of software.
#[derive(SimpleObject)]
#[graphql(name = "SoftwareCarbon")]
struct SoftwareCarbonNode {
    /// Emitted by the electricity of all units, in g of CO2 equivalent.
    operational_g: f64,
    /// The share of the hardware of all units, in g of CO2 equivalent.
    embodied_g: f64,
    /// For one functional unit, in g of CO2 equivalent.
    per_unit_g: f64,
    /// The path of the grid.
    grid_path: String,
    /// Its factor in the year, in kg of CO2 equivalent a kWh.
    factor_kg_per_kwh: f64,
}

/// Carbon of a technology over a study period.
struct WholeLifeNode {
    view: Arc<View>,
    profile: usize,
    quantity: u32,
    from_year: i32,
    study_years: u32,
    runs: Estimate<WholeLife<Average>>,
}

/// Carbon of a technology over a study period, in three whole runs.
#[Object(name = "WholeLifeCarbon")]
impl WholeLifeNode {
    /// The technology, with the life, energy and reference that its profile gives.
    async fn profile(&self) -> ProfileNode {
        ProfileNode { view: Arc::clone(&self.view), at: self.profile }
    }

    /// How many units.
    async fn quantity(&self) -> u32 {
        self.quantity
    }

    /// The first year of the study period.
    async fn from_year(&self) -> i32 {
        self.from_year
    }

    /// How many years it has.
    async fn study_years(&self) -> u32 {
        self.study_years
    }

    /// The path of the grid.
    async fn grid_path(&self) -> String {
        self.view.rulebook.factors.average.pinned().vintage
    }

    /// Id of the published item of embodied carbon that one unit is; none where none is published.
    async fn embodied_item(&self) -> Option<&str> {
        self.view.rulebook.profiles[self.profile].lifecycle.embodied.as_deref()
    }

    /// The run with the least energy, the longest life and the low embodied carbon.
    async fn low(&self) -> WholeLifeRunNode {
        WholeLifeRunNode::new(&self.runs.low)
    }

    /// The run with the central figures, where they are published.
    async fn central(&self) -> WholeLifeRunNode {
        WholeLifeRunNode::new(&self.runs.central)
    }

    /// The run with the most energy, the shortest life and the high embodied carbon.
    async fn high(&self) -> WholeLifeRunNode {
        WholeLifeRunNode::new(&self.runs.high)
    }
}

/// Carbon of a remedy over a study period, in three whole runs; none of them where it is not sized, and
/// `unknown` says why.
struct RemedyWholeLifeNode {
    view: Arc<View>,
    remedy: String,
    found: WholeLifeOf,
}

#[Object(name = "RemedyWholeLifeCarbon")]
impl RemedyWholeLifeNode {
    /// Id of the remedy.
    async fn remedy(&self) -> &str {
        &self.remedy
    }

    /// How much of it, in its unit, in the low, the central and the high run; none where it is not
    /// sized.
    async fn quantity(&self) -> Option<RunsOf> {
        self.found.quantity.map(RunsOf::from)
    }

    /// The unit.
    async fn unit(&self) -> &str {
        &self.found.unit
    }

    /// Gas that the site no longer takes in a year, in kWh.
    async fn gas_saved_kwh(&self) -> Option<RunsOf> {
        self.saved(Carrier::NaturalGas)
    }

    /// Electricity that it no longer takes in a year, in kWh; below zero where it takes more.
    async fn electricity_saved_kwh(&self) -> Option<RunsOf> {
        self.saved(Carrier::Electricity)
    }

    /// The path of the grid.
    async fn grid_path(&self) -> String {
        self.view.rulebook.factors.average.pinned().vintage
    }

    /// Id of the published item of embodied carbon that one unit is; none where none is published.
    async fn embodied_item(&self) -> Option<&str> {
        self.found.embodied.as_deref()
    }

    /// The run in which a tonne is saved most cheaply, with the low embodied carbon.
    async fn low(&self) -> Option<WholeLifeRunNode> {
        self.found.runs.as_ref().ok().map(|runs| WholeLifeRunNode::new(&runs.low))
    }

    /// The central run.
    async fn central(&self) -> Option<WholeLifeRunNode> {
        self.found.runs.as_ref().ok().map(|runs| WholeLifeRunNode::new(&runs.central))
    }

    /// The run in which a tonne is saved most dearly, with the high embodied carbon.
    async fn high(&self) -> Option<WholeLifeRunNode> {
        self.found.runs.as_ref().ok().map(|runs| WholeLifeRunNode::new(&runs.high))
    }

    /// Why it is not sized at the site; none where it is.
    async fn unknown(&self) -> Option<&str> {
        self.found.runs.as_ref().err().map(String::as_str)
    }
}

impl RemedyWholeLifeNode {
    fn saved(&self, carrier: Carrier) -> Option<RunsOf> {
        Some(self.found.saved?.map(|saved| saved.of(carrier)).into())
    }
}

/// Energy in use in one year.
#[derive(SimpleObject)]
struct EnergyInUse {
    /// The year.
    year: i32,
    /// What it emits, in tonnes of CO2 equivalent; below zero what it saves. None where it is not known.
    tonnes: Option<f64>,
}

/// Some modules of EN 15978 together.
#[derive(SimpleObject)]
#[graphql(name = "ModuleCarbon")]
struct ModuleNode {
    /// The module, such as `a1-a3`, or the sum, such as `upfront`.
    module: String,
    /// What is known of it, in tonnes of CO2 equivalent: at least this, where what is not known only
    /// adds.
    known_tonnes: f64,
    /// What is not known of it, and why; empty where all of it is known.
    unknown: Vec<String>,
}

impl ModuleNode {
    fn new(module: &str, sum: &ModuleSum) -> Self {
        let mut unknown: Vec<String> = sum.unknown.iter().map(|(_, why)| why.to_string()).collect();
        unknown.dedup();
        Self { module: module.to_owned(), known_tonnes: sum.known_kg / 1000.0, unknown }
    }
}

/// One of the three runs.
#[derive(SimpleObject)]
#[graphql(name = "WholeLifeRun")]
struct WholeLifeRunNode {
    /// By module. D lies beyond the boundary and is in no sum.
    modules: Vec<ModuleNode>,
    /// B6 by year; empty where nobody can say what is used or saved.
    energy_in_use: Vec<EnergyInUse>,
    /// A1 to A5.
    upfront: ModuleNode,
    /// A1 to A5, B1, B4 and C.
    embodied: ModuleNode,
    /// Embodied, B6 and B7.
    whole_life: ModuleNode,
}

impl WholeLifeRunNode {
    fn new(run: &WholeLife<Average>) -> Self {
        let sum = |title: &str, modules: &[Module]| ModuleNode::new(title, &run.sum(modules));
        let one = |module: &Module| ModuleNode::new(module.word(), run.module(*module));
        let energy = run.energy.iter().filter_map(|(year, kg)| {
            let tonnes = kg.as_ref().ok().map(|kg| kg / 1000.0);
            Some(EnergyInUse { year: year.parse().ok()?, tonnes })
        });
        Self {
            modules: Module::ALL.iter().map(one).collect(),
            energy_in_use: energy.collect(),
            upfront: sum("upfront", &Module::UPFRONT),
            embodied: sum("embodied", &Module::EMBODIED),
            whole_life: sum("whole-life", &Module::WHOLE_LIFE),
        }
    }
}
