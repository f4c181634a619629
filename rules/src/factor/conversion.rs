//! Conversion factors of the UK Government, by set year: what a unit of energy, gas or water emits.
//!
//! A reporting year takes the set of its own name. The set of another year is never taken in its
//! place: sets are revised, and a fall from one to the next may be a change of method.

use super::rows::{Kept, read_rows};
use super::{Factor, Figure, Missing, Pinned, Reporting, SetYear};
use crate::fields::Problems;
use crate::words::words;
use std::collections::BTreeMap;

words! {
    /// Part of a footprint (GHG Protocol).
    Scope {
        /// Burned or leaked on the site.
        One = "1",
        /// Electricity, heat and steam that were bought.
        Two = "2",
        /// What happens before and after, elsewhere.
        Three = "3",
        /// Biogenic carbon dioxide, which no scope counts.
        Outside = "outside",
    }
}

/// One factor of a set.
#[derive(Clone, Debug, PartialEq)]
pub struct ConversionFactor {
    /// In which part of a footprint it counts.
    pub scope: Scope,
    /// The figure, in kg of CO2 equivalent for a unit.
    pub figure: Figure,
}

/// One year's set.
#[derive(Clone, Debug, PartialEq)]
pub struct ConversionSet {
    /// The year by which it is named.
    pub year: SetYear,
    /// Its factors by id, such as `natural-gas-gross-cv`.
    pub factors: BTreeMap<String, ConversionFactor>,
}

impl ConversionSet {
    /// Which set this is.
    #[must_use]
    pub fn pinned(&self) -> Pinned {
        let set = "UK Government conversion factors";
        Pinned { set, vintage: self.year.to_string(), file: super::CONVERSION }
    }

    /// Finds a factor.
    ///
    /// # Errors
    /// [`Missing`], which names set and factor.
    pub fn find(&self, id: &str) -> Result<&ConversionFactor, Missing> {
        self.factors.get(id).ok_or_else(|| {
            Missing(format!("the conversion factors of {} have no factor {id}", self.year))
        })
    }

    /// Finds a factor of energy.
    ///
    /// # Errors
    /// [`Missing`] where the set has none, or has it for another unit than kWh.
    pub fn of_kwh(&self, id: &str) -> Result<Factor<Reporting>, Missing> {
        let factor = self.find(id)?;
        let unit = &factor.figure.unit;
        if unit != PER_KWH {
            let year = self.year;
            return Err(Missing(format!(
                "the conversion factors of {year} have {id} in {unit}, and not for a kWh"
            )));
        }
        Ok(Factor::new(factor.figure.value))
    }
}

/// All sets.
#[derive(Clone, Debug, PartialEq)]
pub struct ConversionSets {
    /// By year.
    pub sets: BTreeMap<SetYear, ConversionSet>,
}

impl ConversionSets {
    /// The set of a year. A calendar or a financial year is not the year of a set: whoever asks says which
    /// set a report takes.
    ///
    /// ```compile_fail
    /// use siteworthy_rules::factor::{FinancialYear, conversion::ConversionSets};
    /// fn set_of(sets: &ConversionSets) {
    ///     let _ = sets.of(FinancialYear(2025));
    /// }
    /// ```
    ///
    /// The same with the year of a set:
    ///
    /// ```
    /// use siteworthy_rules::factor::{SetYear, conversion::ConversionSets};
    /// fn set_of(sets: &ConversionSets) {
    ///     let _ = sets.of(SetYear(2025));
    /// }
    /// ```
    ///
    /// # Errors
    /// [`Missing`], with the years that there are.
    pub fn of(&self, year: SetYear) -> Result<&ConversionSet, Missing> {
        self.sets.get(&year).ok_or_else(|| {
            let years: Vec<String> = self.sets.keys().map(ToString::to_string).collect();
            let known = years.join(", ");
            Missing(format!(
                "there are no conversion factors of {year}; there are those of {known}"
            ))
        })
    }
}

const PER_KWH: &str = "kgCO2e/kWh";

/// The units in which factors are kept.
pub const UNITS: [&str; 4] = [PER_KWH, "kgCO2e/litre", "kgCO2e/m3", "kgCO2e/kg"];

pub(super) fn read(file: &str, text: &str, problems: &mut Problems) -> ConversionSets {
    let rows = read_rows(file, text, &["set_year", "factor", "scope"], problems, |row| {
        let year = row.year("set_year").map(SetYear);
        let id = row.id("factor");
        let scope = row.parsed("scope", "a scope: 1, 2, 3 or outside");
        let figure = row.figure(&UNITS)?;
        if figure.value < 0.0 {
            row.problem(Some("value"), "A factor is not below zero.".to_owned(), "Correct it.");
        }
        Some(((year?, id?), ConversionFactor { scope: scope?, figure }))
    });
    let mut sets = BTreeMap::new();
    let mut first: BTreeMap<String, (SetYear, Scope, String)> = BTreeMap::new();
    for Kept { line, key: (year, id), value: factor } in rows {
        let unit = &factor.figure.unit;
        let (since, scope, kept) =
            first.entry(id.clone()).or_insert_with(|| (year, factor.scope, unit.clone()));
        if (*scope, &*kept) != (factor.scope, unit) {
            let message = format!(
                "{id} is of scope {} and in {unit} here, and of scope {scope} and in {kept} in the set of \
                 {since}.",
                factor.scope
            );
            let advice = "Give what is another quantity another id.";
            problems.add_at_row(file, line, Some("factor"), None, message, advice);
        }
        let set =
            sets.entry(year).or_insert_with(|| ConversionSet { year, factors: BTreeMap::new() });
        set.factors.insert(id, factor);
    }
    ConversionSets { sets }
}
