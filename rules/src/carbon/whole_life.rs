//! Whole-life carbon of equipment and buildings by module of EN 15978, and the carbon of software.
//!
//! Upfront carbon is A1 to A5; embodied is that with B1, B4 and C; whole life is embodied with B6 and
//! B7. D lies beyond the boundary: it is shown and never added (RICS Whole Life Carbon Assessment, 2nd
//! edition, recalled). Repair, maintenance and refurbishment (B2, B3, B5) are not here.
//!
//! Carbon that nobody has declared is unknown and counted as such. What a design with half of its
//! items unknown seems to save is no saving. Figures are `factor`; what tonnes are worth is `value`.

use super::demand::{Carrier, FuelFactors};
use super::saving::Kwh;
use super::{Unknown, at_least_zero};
use crate::cost::Estimate;
use crate::factor::embodied::EmbodiedItem;
use crate::factor::grid::GridPath;
use crate::factor::{CalendarYear, Carbon, Factor, Purpose};
use crate::profile::Profile;
use crate::words::words;
use std::collections::BTreeMap;

words! {
    /// A module of EN 15978.
    Module {
        /// Raw material, transport to the factory, manufacture.
        A1A3 = "a1-a3",
        /// Transport to the site.
        A4 = "a4",
        /// Installation.
        A5 = "a5",
        /// In use: refrigerant that leaks.
        B1 = "b1",
        /// Replacements within the study period.
        B4 = "b4",
        /// Energy in use.
        B6 = "b6",
        /// Water in use.
        B7 = "b7",
        /// End of life.
        C = "c",
        /// Beyond the boundary: reuse and recovery.
        D = "d",
    }
}

impl Module {
    /// Upfront carbon.
    pub const UPFRONT: [Self; 3] = [Self::A1A3, Self::A4, Self::A5];
    /// Embodied carbon.
    pub const EMBODIED: [Self; 6] = [Self::A1A3, Self::A4, Self::A5, Self::B1, Self::B4, Self::C];
    /// Whole-life carbon.
    pub const WHOLE_LIFE: [Self; 8] =
        [Self::A1A3, Self::A4, Self::A5, Self::B1, Self::B4, Self::B6, Self::B7, Self::C];
}

/// One item of equipment, or many alike, in one of the three runs; carbon is that of all of them in
/// kgCO2e. Nothing stands for unknown, and zero is said as zero.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Item {
    /// What it is called.
    pub id: String,
    /// Manufacture, A1 to A3.
    pub a1_a3_kg: Option<f64>,
    /// Transport to the site, A4.
    pub a4_kg: Option<f64>,
    /// Installation, A5.
    pub a5_kg: Option<f64>,
    /// Refrigerant that leaks in a year, B1.
    pub b1_kg_per_year: Option<f64>,
    /// End of life, C.
    pub c_kg: Option<f64>,
    /// Beyond the boundary, D; usually below zero.
    pub d_kg: Option<f64>,
    /// Years in service.
    pub life_years: Option<u32>,
}

impl Item {
    /// So many units of a published item, a whole run each for low, central and high. Of its modules
    /// only A1 to A3 are published apart: where a source gives a sum of more, its share of
    /// manufacture is unknown, and so is every estimate that the source does not give.
    #[must_use]
    pub fn published(item: &EmbodiedItem, units: Option<f64>) -> Estimate<Self> {
        let EmbodiedItem { id, estimate, modules, life_years, .. } = item;
        let run = |figure: &Option<crate::factor::Figure>| Self {
            id: id.clone(),
            a1_a3_kg: (modules == "A1-A3").then(|| Some(figure.as_ref()?.value * units?)).flatten(),
            life_years: *life_years,
            ..Self::default()
        };
        Estimate {
            low: run(&estimate.low),
            central: run(&estimate.central),
            high: run(&estimate.high),
        }
    }
}

/// How often an item is replaced within a study period: ceil(period / life) - 1, so that one whose
/// life divides the period is not replaced at its end (EN 15978, recalled). Nothing for a life of zero.
#[must_use]
pub fn replacements(study_years: u32, life_years: u32) -> Option<u32> {
    (life_years > 0).then(|| study_years.div_ceil(life_years).saturating_sub(1))
}

/// What refrigerant leaks in a year, in kgCO2e: charge x share that leaks x global warming potential.
#[must_use]
pub fn refrigerant_leak_kg_per_year(charge_kg: f64, leaks_fraction: f64, gwp: f64) -> f64 {
    charge_kg * leaks_fraction * gwp
}

/// What is emitted in one module.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ModuleSum {
    /// What is known of it, in kgCO2e.
    pub known_kg: f64,
    /// What is unknown of it: the item or the year, and why.
    pub unknown: Vec<(String, Unknown)>,
}

impl ModuleSum {
    fn add(&mut self, id: &str, kg: Result<f64, Unknown>) {
        match kg {
            Ok(kg) => self.known_kg += kg,
            Err(why) => self.unknown.push((id.to_owned(), why)),
        }
    }
}

/// Whole-life carbon over a study period. Operational carbon is by one grid path, whose purpose the
/// type keeps; embodied carbon has no grid.
#[derive(Clone, Debug, PartialEq)]
pub struct WholeLife<P> {
    modules: BTreeMap<Module, ModuleSum>,
    /// B6 by year, in kgCO2e, or why it is unknown; one entry where it is unknown of every year.
    pub energy: Vec<(String, Result<f64, Unknown>)>,
    /// How many items there are.
    pub items: usize,
    /// The items whose manufacture is unknown.
    pub undeclared: Vec<String>,
    purpose: std::marker::PhantomData<P>,
}

impl<P: Purpose> WholeLife<P> {
    /// One module.
    #[must_use]
    pub fn module(&self, module: Module) -> &ModuleSum {
        &self.modules[&module]
    }

    /// Several modules together: what is known and what is not.
    #[must_use]
    pub fn sum(&self, modules: &[Module]) -> ModuleSum {
        let mut sum = ModuleSum::default();
        for one in modules.iter().map(|module| self.module(*module)) {
            sum.known_kg += one.known_kg;
            sum.unknown.extend(one.unknown.iter().cloned());
        }
        sum
    }

    /// The share of the items whose manufacture is unknown; nothing where there is no item.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "numbers of items are small")]
    pub fn undeclared_fraction(&self) -> Option<f64> {
        (self.items > 0).then(|| self.undeclared.len() as f64 / self.items as f64)
    }

    /// Whole-life carbon, if all of it is known.
    ///
    /// # Errors
    /// What is unknown.
    pub fn total(&self) -> Result<Carbon<P>, Vec<(String, Unknown)>> {
        let sum = self.sum(&Module::WHOLE_LIFE);
        if sum.unknown.is_empty() { Ok(Carbon::from_kg(sum.known_kg)) } else { Err(sum.unknown) }
    }
}

/// What a building or a technology uses in every year, in one of the three runs.
#[derive(Clone, Debug, PartialEq)]
pub struct InUse {
    /// Electricity, in kWh a year.
    pub kwh_per_year: Option<f64>,
    /// Emissions of the water used, in kgCO2e a year.
    pub water_kg_per_year: Option<f64>,
}

/// Whole-life carbon of so many units of a technology, in three whole runs: the low one with the least
/// energy and the longest life, the high one with the most and the shortest. Of a range that has no
/// central figure the central run knows nothing, and neither does a run of an estimate that nobody
/// publishes. Water and refrigerant are in no profile, so they are unknown.
#[must_use]
pub fn whole_life_of_technology<P: Purpose>(
    profile: &Profile,
    embodied: &BTreeMap<String, EmbodiedItem>,
    quantity: u32,
    (start, study_years): (CalendarYear, u32),
    grid: &GridPath<P>,
) -> Estimate<WholeLife<P>> {
    let lifecycle = &profile.lifecycle;
    let units = f64::from(quantity);
    let item = lifecycle.embodied.as_ref().and_then(|id| embodied.get(id));
    let items = item.map_or_else(
        || {
            let unknown = Item { id: profile.id.clone(), ..Item::default() };
            Estimate { low: unknown.clone(), central: unknown.clone(), high: unknown }
        },
        |item| Item::published(item, Some(units)),
    );
    let run = |item: Item, kwh: Option<f64>, life_years: Option<u32>| {
        let in_use = InUse { kwh_per_year: kwh.map(|kwh| kwh * units), water_kg_per_year: None };
        whole_life(&[Item { life_years, ..item }], &in_use, start, study_years, grid)
    };
    let kwh = |end: End| lifecycle.annual_kwh.and_then(|range| end.of(range));
    // What the profile says of its life goes before what the item says of its own.
    let of_item = item.and_then(|item| item.life_years);
    let life = |end: End| match lifecycle.life_years {
        Some(range) => end.of(range).and_then(whole_years),
        None => of_item,
    };
    Estimate {
        low: run(items.low, kwh(End::Low), life(End::High)),
        central: run(items.central, kwh(End::Both), life(End::Both)),
        high: run(items.high, kwh(End::High), life(End::Low)),
    }
}

/// Which end of a range a run takes.
#[derive(Clone, Copy)]
enum End {
    Low,
    High,
    /// Neither, unless both are the same.
    Both,
}

impl End {
    fn of(self, (low, high): (f64, f64)) -> Option<f64> {
        match self {
            Self::Low => Some(low),
            Self::High => Some(high),
            Self::Both => low.total_cmp(&high).is_eq().then_some(low),
        }
    }
}

/// A life in whole years, of which a started one does not count; none for less than a year.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a life of years")]
fn whole_years(years: f64) -> Option<u32> {
    (years >= 1.0).then_some(years as u32)
}

/// So much of a remedy at a site, in one of the three runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Installed {
    /// How much of it, in its unit.
    pub quantity: f64,
    /// What the site no longer takes in a year, below zero what it takes instead; none where nobody can
    /// say.
    pub saved: Option<Kwh>,
}

/// Whole-life carbon of a remedy, in the three runs in which it is sized. B6 is what it changes: below
/// zero it saves. Each year's electricity has the factor of that year and fuels keep theirs. What the
/// remedy embodies is that of the published item for its quantity, replaced after `life_years`; where
/// none is published it is unknown under the id of the remedy, and so are water and refrigerant.
#[must_use]
pub fn whole_life_of_remedy<P: Purpose>(
    id: &str,
    embodied: Option<&EmbodiedItem>,
    installed: Estimate<Installed>,
    life_years: Option<u32>,
    (start, study_years): (CalendarYear, u32),
    (fuels, grid): (&FuelFactors<P>, &GridPath<P>),
) -> Estimate<WholeLife<P>> {
    let item = |installed: Installed, pick: fn(Estimate<Item>) -> Item| {
        let published = embodied.map(|item| Item::published(item, Some(installed.quantity)));
        let item = published.map_or_else(|| Item { id: id.to_owned(), ..Item::default() }, pick);
        Item { life_years, ..item }
    };
    let run = |item: Item, installed: Installed| {
        let changed = match installed.saved {
            None => {
                let why = Unknown::NotKnown("what it saves without a site".to_owned());
                vec![("energy".to_owned(), Err(why))]
            }
            Some(saved) => {
                by_year(start, study_years, |year| changed_kg(&saved, year, fuels, grid))
            }
        };
        gather(&[item], study_years, changed, None)
    };
    Estimate {
        low: run(item(installed.low, |all| all.low), installed.low),
        central: run(item(installed.central, |all| all.central), installed.central),
        high: run(item(installed.high, |all| all.high), installed.high),
    }
}

/// What is emitted more in a year where so much is saved.
fn changed_kg<P: Purpose>(
    saved: &Kwh,
    year: CalendarYear,
    fuels: &FuelFactors<P>,
    grid: &GridPath<P>,
) -> Result<f64, Unknown> {
    let each = saved.any().map(|(carrier, kwh)| {
        let factor = match carrier {
            Carrier::Electricity => grid.factor(year)?,
            fuel => *fuels
                .get(&fuel)
                .ok_or_else(|| Unknown::NotKnown(format!("the factor of {fuel}")))?,
        };
        Ok(-kwh * factor.kg_per_kwh())
    });
    each.sum()
}

/// Whole-life carbon of items and their use over `study_years` from `start` on, in one of the three
/// runs: low, central and high are asked for one after the other and never mixed.
///
/// A replacement is made, carried, installed and disposed of again, so B4 counts A1 to A5 and C. B6
/// takes the factor of each year from the path of the grid; the years that the path lacks are unknown.
#[must_use]
pub fn whole_life<P: Purpose>(
    items: &[Item],
    in_use: &InUse,
    start: CalendarYear,
    study_years: u32,
    grid: &GridPath<P>,
) -> WholeLife<P> {
    let energy = operational(in_use.kwh_per_year, start, study_years, grid);
    gather(items, study_years, energy, in_use.water_kg_per_year)
}

/// The modules of items, with B6 as it was worked out for each year.
fn gather<P>(
    items: &[Item],
    study_years: u32,
    energy: Vec<(String, Result<f64, Unknown>)>,
    water_kg_per_year: Option<f64>,
) -> WholeLife<P> {
    let mut modules: BTreeMap<Module, ModuleSum> =
        Module::ALL.iter().map(|module| (*module, ModuleSum::default())).collect();
    let mut add = |module: Module, id: &str, kg: Result<f64, Unknown>| {
        modules.entry(module).or_default().add(id, kg);
    };
    let years = f64::from(study_years);
    for item in items {
        for (module, kg) in [
            (Module::A1A3, item.a1_a3_kg),
            (Module::A4, item.a4_kg),
            (Module::A5, item.a5_kg),
            (Module::C, item.c_kg),
        ] {
            add(module, &item.id, declared(kg, module, item));
        }
        let leaked = declared(item.b1_kg_per_year, Module::B1, item);
        add(Module::B1, &item.id, leaked.map(|kg| kg * years));
        for kg in replaced(item, study_years) {
            add(Module::B4, &item.id, kg);
        }
        let beyond = item.d_kg.filter(|kg| kg.is_finite());
        let beyond = beyond.ok_or_else(|| Unknown::NotKnown(format!("d of {}", item.id)));
        add(Module::D, &item.id, beyond);
    }
    for (id, kg) in &energy {
        add(Module::B6, id, kg.clone());
    }
    let water = at_least_zero(water_kg_per_year, "the water used").map(|kg| kg * years);
    add(Module::B7, "water", water);
    let undeclared = |item: &&Item| declared(item.a1_a3_kg, Module::A1A3, item).is_err();
    WholeLife {
        modules,
        energy,
        items: items.len(),
        undeclared: items.iter().filter(undeclared).map(|item| item.id.clone()).collect(),
        purpose: std::marker::PhantomData,
    }
}

/// What an item has in a module.
fn declared(kg: Option<f64>, module: Module, item: &Item) -> Result<f64, Unknown> {
    at_least_zero(kg, format!("{module} of {}", item.id))
}

/// The parts of the replacements of an item, each known or not.
fn replaced(item: &Item, study_years: u32) -> Vec<Result<f64, Unknown>> {
    let Some(times) = item.life_years.and_then(|life| replacements(study_years, life)) else {
        return vec![Err(Unknown::NotKnown(format!("the life of {}", item.id)))];
    };
    if times == 0 {
        return Vec::new();
    }
    [
        (Module::A1A3, item.a1_a3_kg),
        (Module::A4, item.a4_kg),
        (Module::A5, item.a5_kg),
        (Module::C, item.c_kg),
    ]
    .map(|(module, kg)| Ok(declared(kg, module, item)? * f64::from(times)))
    .into()
}

/// B6 by year: yearly electricity at the factor of each year.
fn operational<P: Purpose>(
    kwh_per_year: Option<f64>,
    start: CalendarYear,
    study_years: u32,
    grid: &GridPath<P>,
) -> Vec<(String, Result<f64, Unknown>)> {
    let kwh = match at_least_zero(kwh_per_year, "the electricity used") {
        Ok(kwh) => kwh,
        Err(why) => return vec![("electricity".to_owned(), Err(why))],
    };
    by_year(start, study_years, |year| Ok(grid.factor(year)?.of_kwh(kwh).kg()))
}

/// A figure for each year of a study period.
fn by_year(
    start: CalendarYear,
    study_years: u32,
    kg: impl Fn(CalendarYear) -> Result<f64, Unknown>,
) -> Vec<(String, Result<f64, Unknown>)> {
    let years = (start.0..).map(CalendarYear).take(study_years as usize);
    years.map(|year| (year.to_string(), kg(year))).collect()
}

/// The hardware that a piece of software takes a share of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HardwareShare {
    /// Embodied carbon of the hardware (TE), in kgCO2e; nothing where it is unknown.
    pub embodied_kg: Option<f64>,
    /// Time reserved for the software (TiR), in hours.
    pub reserved_h: f64,
    /// Expected life of the hardware (EL), in hours.
    pub life_h: f64,
    /// Resources reserved for the software (RR), in any unit.
    pub resources_reserved: f64,
    /// Resources of the hardware (ToR), in the same unit.
    pub resources_total: f64,
}

/// The software carbon intensity of one functional unit, in grams.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SoftwareIntensity {
    /// Emitted by the energy used (E x I) for all units, in gCO2e.
    pub operational_g: f64,
    /// Share of the hardware (M) for all units, in gCO2e.
    pub embodied_g: f64,
    /// For one functional unit, such as an inference, in gCO2e.
    pub per_unit_g: f64,
}

/// M = TE x (TiR / EL) x (RR / ToR), in gCO2e: ISO/IEC 21031:2024.
///
/// # Errors
/// [`Unknown`] where the hardware is undeclared or a share of it is more than all of it.
pub fn software_embodied_g(hardware: &HardwareShare) -> Result<f64, Unknown> {
    let embodied_kg = at_least_zero(hardware.embodied_kg, "the embodied carbon of the hardware")?;
    let share = |part: f64, whole: f64, what: &str| {
        let share = part / whole;
        let is_share = whole > 0.0 && (0.0..=1.0).contains(&share);
        if is_share { Ok(share) } else { Err(Unknown::NotPlausible(what.to_owned())) }
    };
    let time = share(hardware.reserved_h, hardware.life_h, "the time reserved")?;
    let resources =
        share(hardware.resources_reserved, hardware.resources_total, "the resources reserved")?;
    Ok(embodied_kg * 1000.0 * time * resources)
}

/// SCI = ((E x I) + M) / R: ISO/IEC 21031:2024.
///
/// I is a location-based factor, marginal or average; what a contract buys does not count. R is how
/// many functional units the energy and the hardware served.
///
/// # Errors
/// [`Unknown`] where energy or hardware is unknown, or no unit was served.
pub fn software_intensity<P: Purpose>(
    energy_kwh: Option<f64>,
    intensity: Factor<P>,
    hardware: &HardwareShare,
    units: f64,
) -> Result<SoftwareIntensity, Unknown> {
    let energy_kwh = at_least_zero(energy_kwh, "the energy that the software uses")?;
    let operational_g = energy_kwh * intensity.kg_per_kwh() * 1000.0;
    let embodied_g = software_embodied_g(hardware)?;
    let units = super::above_zero(Some(units), "the number of units served")?;
    Ok(SoftwareIntensity {
        operational_g,
        embodied_g,
        per_unit_g: (operational_g + embodied_g) / units,
    })
}
