//! Whether and when a building leaves the CRREM pathway to 1.5 C: energy and carbon intensity, the
//! misalignment year, and what lies above the pathway until 2050.
//!
//! The rules are those of the CRREM Foundation, Technical Blueprint and Assessment Guide, as read in
//! its worked examples (2026-Q2); each is cited where it is applied. The pathways are data. One class
//! "Healthcare" stands for acute hospitals and health centres alike: whoever shows a result says so.
//!
//! An average NHS site lies above its pathway today, so the misalignment year alone ranks nobody:
//! the tonnes above the pathway do. What they are worth is `value`.

use super::demand::{Demand, FuelFactors, KnownDemand};
use super::{Unknown, above_zero, years_of};
use crate::factor::grid::GridPath;
use crate::factor::pathway::{Metric, Pathways, VINTAGE};
use crate::factor::{CalendarYear, Carbon, Crrem, Missing};
use std::collections::BTreeMap;

/// The last year of the pathways.
pub const LAST_YEAR: CalendarYear = CalendarYear(2050);

/// Allowed carbon intensity of one class of building by year, in kgCO2e/m2.
pub type Pathway = BTreeMap<CalendarYear, f64>;

/// A building.
#[derive(Clone, Debug, PartialEq)]
pub struct Asset {
    /// Gross internal area without indoor parking (Blueprint, intensity), in m2.
    pub floor_area_m2: Option<f64>,
    /// What it takes in a year.
    pub demand: Demand,
    /// The year that the figures are of.
    pub reporting_year: CalendarYear,
}

/// The published figures that buildings are held against.
#[derive(Clone, Copy, Debug)]
pub struct Published<'a> {
    /// The grid of CRREM.
    pub grid: &'a GridPath<Crrem>,
    /// The factors of fuels and heat by CRREM.
    pub fuels: &'a FuelFactors<Crrem>,
    /// What a building of its uses may emit.
    pub pathway: &'a Pathway,
}

/// One use of a building with several.
#[derive(Clone, Copy, Debug)]
pub struct Use<'a> {
    /// Its share of the floor area, 0 to 1.
    pub share: f64,
    /// The pathway of its class.
    pub pathway: &'a Pathway,
}

/// One year of a projection.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Year {
    /// The year.
    pub year: CalendarYear,
    /// Net emissions for a square metre, in kgCO2e/m2.
    pub carbon_intensity: f64,
    /// What the pathway allows, in kgCO2e/m2.
    pub allowed_intensity: f64,
    /// Emissions above the pathway, not below zero.
    pub excess: Carbon<Crrem>,
}

/// When a building first emits more than its pathway allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Misalignment {
    /// In this year, which may be the reporting year.
    In(CalendarYear),
    /// Not until 2050.
    Beyond2050,
}

/// A building, or several, from the reporting year to 2050.
#[derive(Clone, Debug, PartialEq)]
pub struct Projection {
    /// Gross internal area, in m2.
    pub floor_area_m2: f64,
    /// Energy use intensity, in kWh/m2 a year; held flat.
    pub energy_intensity: f64,
    /// Every year in order.
    pub years: Vec<Year>,
    /// When it first lies above the pathway.
    pub misalignment: Misalignment,
    /// The area between the two curves where the building lies above, times the floor area.
    pub excess: Carbon<Crrem>,
}

/// What CRREM allows a kind of building, such as `healthcare`.
///
/// # Errors
/// [`Missing`] where there is no such kind.
pub fn pathway_of(pathways: &Pathways, kind: &str) -> Result<Pathway, Missing> {
    let path = pathways.paths.get(&(kind.to_owned(), Metric::CarbonIntensity));
    let path =
        path.ok_or_else(|| Missing(format!("{VINTAGE} has no carbon intensity of {kind}")))?;
    Ok(path.iter().map(|(year, figure)| (*year, figure.value)).collect())
}

/// The first year from the reporting year to 2050 in which the intensity is strictly above the
/// pathway (Blueprint, misalignment): a building that just meets it is aligned.
#[must_use]
pub fn misalignment(years: impl IntoIterator<Item = (CalendarYear, f64, f64)>) -> Misalignment {
    years
        .into_iter()
        .filter(|(year, ..)| *year <= LAST_YEAR)
        .find(|(_, intensity, allowed)| intensity > allowed)
        .map_or(Misalignment::Beyond2050, |(year, ..)| Misalignment::In(year))
}

/// What the pathways of all uses allow, blended by their share of the floor area year by year
/// (Blueprint, mixed use). Only years that every pathway names are in it.
///
/// # Errors
/// [`Unknown::NotPlausible`] where shares are below zero or do not add up to one.
pub fn blend(uses: &[Use<'_>]) -> Result<Pathway, Unknown> {
    let sum: f64 = uses.iter().map(|one| one.share).sum();
    if uses.iter().any(|one| one.share < 0.0) || (sum - 1.0).abs() > 1e-9 || sum.is_nan() {
        return Err(Unknown::NotPlausible(format!("floor area shares that add up to {sum}")));
    }
    let mut blended = Pathway::new();
    for year in uses.iter().flat_map(|one| one.pathway.keys()) {
        let parts = uses.iter().map(|one| Some(one.share * one.pathway.get(year)?));
        if let Some(allowed) = parts.sum::<Option<f64>>() {
            blended.insert(*year, allowed);
        }
    }
    Ok(blended)
}

fn known(
    asset: &Asset,
    fuels: &FuelFactors<Crrem>,
) -> Result<(KnownDemand<Crrem>, f64), Vec<Unknown>> {
    let area = above_zero(asset.floor_area_m2, "the floor area");
    match (asset.demand.known(fuels), area) {
        (Ok(demand), Ok(area)) => Ok((demand, area)),
        (demand, area) => {
            let mut unknown = demand.err().unwrap_or_default();
            unknown.extend(area.err());
            Err(unknown)
        }
    }
}

/// A building from its reporting year to 2050: demand is held flat, electricity follows the path of
/// the grid, and fuels keep their factors (Blueprint, projection).
///
/// # Errors
/// Everything that is unknown, and every year that grid or pathway lack.
pub fn project(asset: &Asset, published: &Published<'_>) -> Result<Projection, Vec<Unknown>> {
    project_with(asset, |_| 0.0, published)
}

/// The same with more electricity from the grid in each year, such as that of a deployment. The
/// energy use intensity stays that of the reporting year.
///
/// # Errors
/// As [`project`].
pub fn project_with(
    asset: &Asset,
    more_kwh: impl Fn(CalendarYear) -> f64,
    published: &Published<'_>,
) -> Result<Projection, Vec<Unknown>> {
    let (demand, floor_area_m2) = known(asset, published.fuels)?;
    if asset.reporting_year > LAST_YEAR {
        return Err(vec![Unknown::NotPlausible("a reporting year after 2050".to_owned())]);
    }
    let mut years = Vec::new();
    let mut unknown = Vec::new();
    for year in years_of(&(asset.reporting_year..=LAST_YEAR)) {
        let net = demand.with_grid_kwh(more_kwh(year)).net(year, published.grid);
        let allowed = published.pathway.get(&year).copied().ok_or_else(|| {
            Unknown::NotKnown(format!("the carbon intensity that the pathway allows in {}", year.0))
        });
        match (net, allowed) {
            (Ok(net), Ok(allowed)) => {
                years.push(year_of(year, net.kg() / floor_area_m2, allowed, floor_area_m2));
            }
            (net, allowed) => unknown.extend(net.err().into_iter().chain(allowed.err())),
        }
    }
    if !unknown.is_empty() {
        return Err(unknown);
    }
    // Total energy over gross internal area (Blueprint, energy use intensity).
    let energy_intensity = demand.total_kwh() / floor_area_m2;
    Ok(summarise(floor_area_m2, energy_intensity, years))
}

fn year_of(year: CalendarYear, intensity: f64, allowed: f64, floor_area_m2: f64) -> Year {
    let excess = Carbon::from_kg((intensity - allowed).max(0.0) * floor_area_m2);
    Year { year, carbon_intensity: intensity, allowed_intensity: allowed, excess }
}

fn summarise(floor_area_m2: f64, energy_intensity: f64, years: Vec<Year>) -> Projection {
    let curves = |one: &Year| (one.year, one.carbon_intensity, one.allowed_intensity);
    Projection {
        floor_area_m2,
        energy_intensity,
        misalignment: misalignment(years.iter().map(curves)),
        excess: Carbon::from_kg(years.iter().map(|one| one.excess.kg()).sum()),
        years,
    }
}

/// Several buildings held against their pathways as one.
#[derive(Clone, Debug, PartialEq)]
pub struct Portfolio {
    /// The buildings that are known, as one; nothing where none is.
    pub known: Option<Projection>,
    /// How many buildings are known.
    pub buildings: usize,
    /// The places of those that are not, in the list given: they are in no figure.
    pub unknown: Vec<usize>,
}

/// Several buildings as one: intensities and pathways weighted by floor area, and the rule applied to
/// the result (Blueprint, portfolio). It is no average of years, and a building below its pathway
/// makes up for one above. It begins in the latest of their reporting years.
#[must_use]
pub fn portfolio<E>(buildings: &[Result<Projection, E>]) -> Portfolio {
    let known: Vec<&Projection> = buildings.iter().flatten().collect();
    let unknown = (0..).zip(buildings).filter(|(_, one)| one.is_err()).map(|(at, _)| at).collect();
    Portfolio { known: weigh(&known), buildings: known.len(), unknown }
}

fn weigh(buildings: &[&Projection]) -> Option<Projection> {
    let first = buildings.iter().filter_map(|one| one.years.first()).map(|one| one.year).max()?;
    let floor_area_m2: f64 = buildings.iter().map(|one| one.floor_area_m2).sum();
    let weighted = |value: &dyn Fn(&Projection) -> Option<f64>| -> Option<f64> {
        let parts = buildings.iter().map(|one| Some(value(one)? * one.floor_area_m2));
        Some(parts.sum::<Option<f64>>()? / floor_area_m2)
    };
    let at = |one: &Projection, year| one.years.iter().find(|own| own.year == year).copied();
    let mut years = Vec::new();
    for year in years_of(&(first..=LAST_YEAR)) {
        let intensity = weighted(&|one| Some(at(one, year)?.carbon_intensity))?;
        let allowed = weighted(&|one| Some(at(one, year)?.allowed_intensity))?;
        years.push(year_of(year, intensity, allowed, floor_area_m2));
    }
    let energy_intensity = weighted(&|one| Some(one.energy_intensity))?;
    Some(summarise(floor_area_m2, energy_intensity, years))
}

/// Carbon value at risk: the present cost of what lies above the pathway as a share of what the
/// building is worth (CRREM guidance, recalled). Nothing where the value is unknown or zero.
#[must_use]
pub fn carbon_value_at_risk(excess_cost_gbp: f64, asset_value_gbp: Option<f64>) -> Option<f64> {
    asset_value_gbp.filter(|value| *value > 0.0).map(|value| excess_cost_gbp / value)
}
