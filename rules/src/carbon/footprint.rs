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

use super::demand::Carrier;
use super::{Unknown, at_least_zero};
use crate::factor::{Carbon, Factor, Missing, Reporting};
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

impl Carrier {
    /// The parts that a kWh of it has.
    #[must_use]
    pub const fn parts(self) -> &'static [Part] {
        match self {
            Self::Electricity => {
                &[Part::Scope2, Part::Transmission, Part::WellToTank, Part::WellToTankTransmission]
            }
            Self::DistrictHeat => &[Part::Scope2, Part::Transmission, Part::WellToTank],
            Self::NaturalGas | Self::GasOil | Self::BurningOil | Self::Lpg => {
                &[Part::Scope1, Part::WellToTank]
            }
            Self::Biogas | Self::WoodChips | Self::WoodPellets | Self::WoodLogs => {
                &[Part::Scope1, Part::WellToTank, Part::Biogenic]
            }
        }
    }
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

/// The footprint of what was taken in a year, in kWh by carrier; nothing stands for a consumption
/// that is unknown. `find` gives the factor of the year for a part of a carrier.
///
/// A carrier of which nothing was taken emits nothing, whatever its factor.
#[must_use]
pub fn footprint(
    consumed_kwh: &BTreeMap<Carrier, Option<f64>>,
    find: impl Fn(Carrier, Part) -> Result<Factor<Reporting>, Missing>,
) -> Footprint {
    let mut parts: BTreeMap<Part, PartSum> = BTreeMap::new();
    for (carrier, kwh) in consumed_kwh {
        let kwh = at_least_zero(*kwh, format!("the consumption of {carrier}"));
        for part in carrier.parts() {
            let emitted = match &kwh {
                Err(why) => Err(why.clone()),
                Ok(0.0) => Ok(Carbon::from_kg(0.0)),
                Ok(kwh) => find(*carrier, *part)
                    .map(|factor| Carbon::from_kg(kwh * factor.kg_per_kwh()))
                    .map_err(Unknown::Missing),
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
    Footprint { carriers: consumed_kwh.keys().copied().collect(), parts }
}

/// Emissions for a square metre, in kgCO2e/m2.
///
/// # Errors
/// [`Unknown`] where the floor area is unknown, or no area.
pub fn per_m2(emitted: Carbon<Reporting>, floor_area_m2: Option<f64>) -> Result<f64, Unknown> {
    Ok(emitted.kg() / super::above_zero(floor_area_m2, "the floor area")?)
}
