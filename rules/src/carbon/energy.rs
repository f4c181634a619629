//! What a site took of each energy carrier in a year, as it was surveyed.
//!
//! The measures are those of the dictionary by id; one that the rulebook does not have is unknown. What
//! follows from the figures is `footprint` and `demand`.

use super::demand::Carrier;
use crate::estate::{Estate, Source};
use crate::factor::{FinancialYear, SetYear};
use crate::rulebook::Rulebook;
use chrono::{Datelike, Days, NaiveDate};
use std::collections::BTreeMap;

/// The measures of each carrier, added up: NHS England ERIC has steam and hot water apart. Oil is taken
/// as gas oil, which heats and feeds generators.
pub const CARRIERS: [(Carrier, &[&str]); 5] = [
    (Carrier::Electricity, &["annual-grid-electricity-kwh"]),
    (Carrier::NaturalGas, &["annual-gas-kwh"]),
    (Carrier::GasOil, &["annual-oil-kwh"]),
    (Carrier::DistrictHeat, &["annual-steam-kwh", "annual-hot-water-kwh"]),
    (Carrier::RenewableFuel, &["annual-renewable-fuel-kwh"]),
];

/// Electricity of renewables on the site that it used itself.
pub const ONSITE: &str = "annual-onsite-electricity-kwh";
/// Electricity of renewables on the site that went into the grid.
pub const EXPORTED: &str = "annual-exported-electricity-kwh";
/// Combined heat and power units on fossil fuel.
pub const CHP_UNITS: &str = "chp-units-count";
/// Gas that they burned.
pub const CHP_GAS: &str = "annual-chp-gas-kwh";
/// The floor area that intensities are of.
pub const FLOOR_AREA: &str = "gross-internal-area-m2";

/// What a site took in a year, in kWh; nothing stands for unknown.
#[derive(Clone, Debug, PartialEq)]
pub struct Energy {
    /// By carrier.
    pub carriers: BTreeMap<Carrier, Option<f64>>,
    /// Renewable electricity of the site that it used.
    pub onsite_kwh: Option<f64>,
    /// Renewable electricity of the site that it exported.
    pub exported_kwh: Option<f64>,
    /// Gross internal area, in m2.
    pub floor_area_m2: Option<f64>,
    /// The financial year in which the middle of the twelve months lies; none where no carrier is known.
    pub year: Option<FinancialYear>,
}

/// Reads what a site took.
#[must_use]
pub fn energy_of(rulebook: &Rulebook, estate: &Estate, site: u32) -> Energy {
    let find = |id: &str| rulebook.dictionary.find(id).map(|(index, _)| index);
    let value =
        |id: &str| find(id).map(|index| estate.value(index, site)).filter(|value| !value.is_nan());
    let source = |id: &str| find(id).and_then(|index| estate.source(index, site));
    let sum = |ids: &[&str]| ids.iter().map(|id| value(id)).sum::<Option<f64>>();
    let seen = CARRIERS.iter().flat_map(|(_, ids)| ids.iter()).filter_map(|id| source(id));
    Energy {
        carriers: CARRIERS.iter().map(|(carrier, ids)| (*carrier, sum(ids))).collect(),
        onsite_kwh: value(ONSITE),
        exported_kwh: value(EXPORTED),
        floor_area_m2: value(FLOOR_AREA),
        year: seen.map(|source: &Source| source.observed_on).max().map(year_of_twelve_months_to),
    }
}

/// The financial year that most of the twelve months to a day lie in: that of the day half a year
/// before.
fn year_of_twelve_months_to(day: NaiveDate) -> FinancialYear {
    let middle = day.checked_sub_days(Days::new(183)).unwrap_or(day);
    FinancialYear(if middle.month() < 4 { middle.year() - 1 } else { middle.year() })
}

impl Energy {
    /// The set of conversion factors that its year takes: the one named by the year in which it begins.
    #[must_use]
    pub fn set_year(&self) -> Option<SetYear> {
        self.year.map(|year| SetYear(year.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twelve_months_belong_to_the_financial_year_that_most_of_them_lie_in() {
        for (day, year) in [
            ("2024-03-31", 2023),
            ("2024-04-30", 2023),
            ("2023-12-31", 2023),
            ("2023-09-01", 2022),
            ("2026-04-06", 2025),
        ] {
            let day = day.parse().expect("a day");
            assert_eq!(year_of_twelve_months_to(day), FinancialYear(year), "{day}");
        }
    }
}
