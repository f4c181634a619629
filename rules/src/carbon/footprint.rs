//! What a site's energy emitted in a year, by scope, with the UK Government conversion factors of
//! that year.
//!
//! Each part stands alone (GHG Protocol): scope 1 from fuel burned on site, scope 2 from electricity
//! and heat bought, and of scope 3 what energy brings with it: losses on the way, and what it took to
//! get fuel to the power station or the boiler, for what is used and for what is lost. The carbon
//! dioxide of wood and biogas stands beside the total and never in it. Electricity is location-based.
//!
//! A missing factor makes its part unknown with the reason, and an unknown consumption is unknown.
//! Water, refrigerants, travel and purchases are not energy and not here.

use super::demand::{Carrier, FuelFactors};
use super::{Unknown, at_least_zero};
use crate::factor::conversion::ConversionSet;
use crate::factor::{Carbon, Factor, Missing, Purpose, Reporting};
use crate::words::words;
use std::collections::BTreeMap;

words! {
    /// A part of a footprint.
    Part {
        /// Burned on site.
        Scope1 = "scope-1",
        /// Electricity and heat bought.
        Scope2 = "scope-2",
        /// Scope 3: lost in transmission and distribution.
        Transmission = "transmission",
        /// Scope 3: from well to tank of what is used.
        WellToTank = "well-to-tank",
        /// Scope 3: from well to tank of what is lost in transmission and distribution.
        WellToTankTransmission = "well-to-tank-transmission",
        /// Biogenic carbon dioxide: outside of scopes, beside the total.
        Biogenic = "biogenic",
    }
}

impl Part {
    /// The parts that add up to the total.
    pub const IN_TOTAL: [Self; 5] = [
        Self::Scope1,
        Self::Scope2,
        Self::Transmission,
        Self::WellToTank,
        Self::WellToTankTransmission,
    ];

    /// The parts of scope 3.
    pub const SCOPE_3: [Self; 3] =
        [Self::Transmission, Self::WellToTank, Self::WellToTankTransmission];
}

/// The id of the factor of a part of a carrier in a conversion set; nothing where the carrier does not
/// have that part. An id may be one that no set holds, and then the set says so.
#[must_use]
pub const fn factor_id(carrier: Carrier, part: Part) -> Option<&'static str> {
    Some(match (carrier, part) {
        (Carrier::Electricity, Part::Scope2) => "electricity-generation",
        (Carrier::Electricity, Part::Transmission) => "electricity-td",
        (Carrier::Electricity, Part::WellToTank) => "electricity-wtt-generation",
        (Carrier::Electricity, Part::WellToTankTransmission) => "electricity-wtt-td",
        (Carrier::NaturalGas, Part::Scope1) => "natural-gas-gross-cv",
        (Carrier::NaturalGas, Part::WellToTank) => "natural-gas-wtt-gross-cv",
        (Carrier::GasOil, Part::Scope1) => "gas-oil-gross-cv",
        (Carrier::GasOil, Part::WellToTank) => "gas-oil-wtt-gross-cv",
        (Carrier::BurningOil, Part::Scope1) => "burning-oil-gross-cv",
        (Carrier::BurningOil, Part::WellToTank) => "burning-oil-wtt-gross-cv",
        (Carrier::Lpg, Part::Scope1) => "lpg-gross-cv",
        (Carrier::Lpg, Part::WellToTank) => "lpg-wtt-gross-cv",
        (Carrier::DistrictHeat, Part::Scope2) => "district-heat-and-steam",
        (Carrier::DistrictHeat, Part::Transmission) => "district-heat-distribution-5pct-loss",
        (Carrier::DistrictHeat, Part::WellToTank) => "heat-and-steam-wtt",
        (Carrier::Biogas, Part::Scope1) => "biogas",
        (Carrier::Biogas, Part::WellToTank) => "biogas-wtt",
        (Carrier::Biogas, Part::Biogenic) => "biogas-biogenic",
        (Carrier::WoodChips, Part::Scope1) => "wood-chips",
        (Carrier::WoodChips, Part::WellToTank) => "wood-chips-wtt",
        (Carrier::WoodChips, Part::Biogenic) => "wood-chips-biogenic",
        (Carrier::WoodPellets, Part::Scope1) => "wood-pellets",
        (Carrier::WoodPellets, Part::WellToTank) => "wood-pellets-wtt",
        (Carrier::WoodPellets, Part::Biogenic) => "wood-pellets-biogenic",
        (Carrier::WoodLogs, Part::Scope1) => "wood-logs",
        (Carrier::WoodLogs, Part::WellToTank) => "wood-logs-wtt",
        (Carrier::WoodLogs, Part::Biogenic) => "wood-logs-biogenic",
        (Carrier::RenewableFuel, Part::Scope1) => "renewable-fuel",
        (Carrier::RenewableFuel, Part::WellToTank) => "renewable-fuel-wtt",
        (Carrier::RenewableFuel, Part::Biogenic) => "renewable-fuel-biogenic",
        _ => return None,
    })
}

/// What all carriers emit in one part.
#[derive(Clone, Debug, PartialEq)]
pub struct PartSum {
    /// What is known of it.
    pub known: Carbon<Reporting>,
    /// The carriers of which it is unknown, and why.
    pub unknown: Vec<(Carrier, Unknown)>,
}

impl PartSum {
    /// The part, if all of it is known.
    ///
    /// # Errors
    /// What is unknown.
    pub fn whole(&self) -> Result<Carbon<Reporting>, &[(Carrier, Unknown)]> {
        if self.unknown.is_empty() { Ok(self.known) } else { Err(&self.unknown) }
    }
}

/// The footprint of energy in one year.
#[derive(Clone, Debug, PartialEq)]
pub struct Footprint {
    /// The carriers that were asked about. A carrier that is not among them is not in any sum.
    pub carriers: Vec<Carrier>,
    /// Every part that one of the carriers has.
    parts: BTreeMap<Part, PartSum>,
}

impl Footprint {
    /// One part; nothing where no carrier has it.
    #[must_use]
    pub fn part(&self, part: Part) -> Option<&PartSum> {
        self.parts.get(&part)
    }

    /// Several parts together, with whatever is unknown of each.
    #[must_use]
    pub fn sum(&self, parts: &[Part]) -> Sum {
        let mut sum = Sum { known: Carbon::from_kg(0.0), unknown: Vec::new() };
        for (part, one) in parts.iter().filter_map(|part| Some((part, self.parts.get(part)?))) {
            sum.known = sum.known + one.known;
            let named = one.unknown.iter().map(|(carrier, why)| (*part, *carrier, why.clone()));
            sum.unknown.extend(named);
        }
        sum
    }

    /// Scopes 1 and 2 and the energy part of scope 3.
    #[must_use]
    pub fn total(&self) -> Sum {
        self.sum(&Part::IN_TOTAL)
    }
}

/// Some parts together.
#[derive(Clone, Debug, PartialEq)]
pub struct Sum {
    /// What is known of them. Where anything is unknown, the sum is at least this.
    pub known: Carbon<Reporting>,
    /// What is unknown of them, and why.
    pub unknown: Vec<(Part, Carrier, Unknown)>,
}

impl Sum {
    /// The sum, if all of it is known.
    ///
    /// # Errors
    /// What is unknown.
    pub fn whole(&self) -> Result<Carbon<Reporting>, &[(Part, Carrier, Unknown)]> {
        if self.unknown.is_empty() { Ok(self.known) } else { Err(&self.unknown) }
    }
}

/// The footprint of what was bought in a year, in kWh by carrier, by the conversion factors of that
/// year; nothing stands for a consumption that is unknown. Where there is no set of that year, all is
/// unknown for that reason.
///
/// A carrier of which nothing was bought emits nothing, whatever its factor.
#[must_use]
pub fn footprint(
    bought_kwh: &BTreeMap<Carrier, Option<f64>>,
    set: Result<&ConversionSet, Missing>,
) -> Footprint {
    let mut parts: BTreeMap<Part, PartSum> = BTreeMap::new();
    for (carrier, kwh) in bought_kwh {
        let kwh = at_least_zero(*kwh, format!("the consumption of {carrier}"));
        for part in Part::ALL {
            let Some(id) = factor_id(*carrier, *part) else { continue };
            let emitted = match &kwh {
                Err(why) => Err(why.clone()),
                Ok(0.0) => Ok(Carbon::from_kg(0.0)),
                Ok(kwh) => emit(&set, id, *kwh),
            };
            let sum = parts
                .entry(*part)
                .or_insert_with(|| PartSum { known: Carbon::from_kg(0.0), unknown: Vec::new() });
            match emitted {
                Ok(carbon) => sum.known = sum.known + carbon,
                Err(why) => sum.unknown.push((*carrier, why)),
            }
        }
    }
    Footprint { carriers: bought_kwh.keys().copied().collect(), parts }
}

fn emit(
    set: &Result<&ConversionSet, Missing>,
    id: &str,
    kwh: f64,
) -> Result<Carbon<Reporting>, Unknown> {
    Ok(set.clone()?.of_kwh(id)?.of_kwh(kwh))
}

/// The factors of fuels and heat of a set for a question about years to come: what burning emits does
/// not depend on the question, so it is restated for any (a policy of this project). Without losses
/// and well-to-tank; electricity is not among them, for it has a path of its own.
#[must_use]
pub fn fuel_factors<P: Purpose>(set: &ConversionSet) -> FuelFactors<P> {
    let fuels = Carrier::ALL.iter().filter(|carrier| **carrier != Carrier::Electricity);
    let direct = |carrier: &Carrier| {
        let id = factor_id(*carrier, Part::Scope1).or(factor_id(*carrier, Part::Scope2))?;
        let factor: Factor<Reporting> = set.of_kwh(id).ok()?;
        Some((*carrier, Factor::new(factor.kg_per_kwh())))
    };
    fuels.filter_map(direct).collect()
}

/// Emissions for a square metre, in kgCO2e/m2.
///
/// # Errors
/// [`Unknown`] where the floor area is unknown, or no area.
pub fn per_m2(emitted: Carbon<Reporting>, floor_area_m2: Option<f64>) -> Result<f64, Unknown> {
    Ok(emitted.kg() / super::above_zero(floor_area_m2, "the floor area")?)
}
