//! Published factors: what a kWh emits, what carbon is worth, what prices were, how the future is
//! discounted, and where nations and buildings are to arrive.
//!
//! Each set has a name and a vintage, and each figure its unit, source and evidence. What answers
//! different questions has different types, so that mixing does not compile or is refused with a
//! reason: [`Carbon`] of one [`Purpose`] adds only to its like, [`Real`] money only to money of the
//! same prices, and calendar, financial and set years are three things. A factor that is not there is
//! [`Missing`], by name: no neighbour stands in for it.
//!
//! What is worked out from them is `carbon`, `appraisal`, `costing` and `funding`; the rates of works
//! are `cost`.

pub mod ai;
pub mod conversion;
pub mod cost_risk;
pub mod deflator;
pub mod discount;
pub mod embodied;
pub mod envelope;
pub mod grid;
pub mod pathway;
pub mod price;
mod rows;
pub mod target;
pub mod value;

use crate::dated::Evidence;
use crate::fields::Problems;
use ai::AiEnergy;
use conversion::ConversionSets;
use cost_risk::CostRisks;
use deflator::Deflators;
use discount::DiscountSchedules;
use embodied::EmbodiedItem;
use envelope::Envelope;
use grid::GridPath;
use pathway::Pathways;
use price::Prices;
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::fmt;
use std::iter::Sum;
use std::marker::PhantomData;
use std::ops::{Add, Sub};
use target::Target;
use value::CarbonValues;

/// A calendar year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CalendarYear(pub i32);

impl fmt::Display for CalendarYear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A financial year, by the calendar year in whose April it begins; shown as 2025-26.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FinancialYear(pub i32);

impl fmt::Display for FinancialYear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{:02}", self.0, self.0.wrapping_add(1).rem_euclid(100))
    }
}

impl std::str::FromStr for FinancialYear {
    type Err = String;

    /// Reads 2025-26; a year alone could be any kind of year.
    fn from_str(text: &str) -> Result<Self, String> {
        let begins = text.split_once('-').map_or(text, |(first, _)| first);
        let is_year = begins.len() == 4 && begins.bytes().all(|byte| byte.is_ascii_digit());
        let year = is_year.then(|| begins.parse().ok()).flatten().map(Self);
        match year {
            Some(year) if year.to_string() == text => Ok(year),
            // The year that is meant is shown as it is to be written.
            year => Err(format!(
                "{text:?} is not a financial year; write it like {}",
                year.unwrap_or(Self(2025))
            )),
        }
    }
}

/// The year by which a set of conversion factors is named. It describes earlier data: the set of 2025
/// describes electricity generated in 2023.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SetYear(pub i32);

impl fmt::Display for SetYear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A figure with all that a reader needs to check it.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// The number.
    pub value: f64,
    /// Its unit.
    pub unit: String,
    /// How well it is supported.
    pub evidence: Evidence,
    /// Who published it.
    pub source: String,
    /// When it was published.
    pub source_year: i32,
    /// Scope and traps; often empty.
    pub note: String,
}

/// A factor that is not there: which, of which set, for which year, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing(pub String);

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Missing {}

/// Which set an answer used. The rulebook's hash names the same sets to the last byte; this is for
/// people.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pinned {
    /// The set, such as `UK Government conversion factors`.
    pub set: &'static str,
    /// Which edition of it, such as `2025` or `obr-2025-11`.
    pub vintage: String,
    /// The file that holds it, from the root of the project.
    pub file: &'static str,
}

impl fmt::Display for Pinned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ({})", self.set, self.vintage, self.file)
    }
}

/// Which question a factor answers.
pub trait Purpose: Copy + fmt::Debug + PartialEq + sealed::Sealed {}

mod sealed {
    pub trait Sealed {}
}

macro_rules! purposes {
    ($($(#[$doc:meta])* $name:ident,)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $name;

        impl sealed::Sealed for $name {}

        impl Purpose for $name {}
    )*};
}

purposes! {
    /// A footprint: by the conversion factors of a reporting year.
    Reporting,
    /// What a change in demand changes: long-run marginal factors (Green Book). For the value of a
    /// change, never for a footprint.
    Marginal,
    /// What will be emitted on the average grid (Green Book).
    Average,
    /// Whether a building keeps to a pathway of CRREM.
    Crrem,
}

/// An amount of greenhouse gas, in kg of CO2 equivalent, of one purpose.
///
/// Amounts of different purposes do not add up: a footprint by reporting factors says nothing of what
/// a change does on the margin.
///
/// ```compile_fail
/// use siteworthy_rules::factor::{Carbon, Marginal, Reporting};
/// let mixed = Carbon::<Reporting>::from_kg(1.0) + Carbon::<Marginal>::from_kg(1.0);
/// ```
///
/// Of one purpose they do, and a factor gives the carbon of its own:
///
/// ```
/// use siteworthy_rules::factor::{Carbon, Factor, Reporting};
/// let sum = Carbon::<Reporting>::from_kg(1.0) + Factor::<Reporting>::new(0.5).of_kwh(4.0);
/// assert_eq!(sum.kg(), 3.0);
/// ```
///
/// ```compile_fail
/// use siteworthy_rules::factor::{Carbon, Crrem, Factor, Reporting};
/// let sum = Carbon::<Reporting>::from_kg(1.0) + Factor::<Crrem>::new(0.5).of_kwh(4.0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Carbon<P>(f64, PhantomData<P>);

impl<P> Carbon<P> {
    /// From kg of CO2 equivalent.
    #[must_use]
    pub const fn from_kg(kg: f64) -> Self {
        Self(kg, PhantomData)
    }

    /// In kg of CO2 equivalent.
    #[must_use]
    pub const fn kg(self) -> f64 {
        self.0
    }

    /// In tonnes of CO2 equivalent.
    #[must_use]
    pub const fn tonnes(self) -> f64 {
        self.0 / 1000.0
    }
}

impl<P> Add for Carbon<P> {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self::from_kg(self.0 + other.0)
    }
}

impl<P> Sub for Carbon<P> {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self::from_kg(self.0 - other.0)
    }
}

impl<P> Sum for Carbon<P> {
    fn sum<I: Iterator<Item = Self>>(items: I) -> Self {
        items.fold(Self::from_kg(0.0), Add::add)
    }
}

/// What one kWh emits, in kg of CO2 equivalent, for one purpose.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Factor<P>(f64, PhantomData<P>);

impl<P> Factor<P> {
    /// From kg of CO2 equivalent a kWh.
    #[must_use]
    pub const fn new(kg_per_kwh: f64) -> Self {
        Self(kg_per_kwh, PhantomData)
    }

    /// In kg of CO2 equivalent a kWh.
    #[must_use]
    pub const fn kg_per_kwh(self) -> f64 {
        self.0
    }

    /// What so many kWh emit.
    #[must_use]
    pub const fn of_kwh(self, kwh: f64) -> Carbon<P> {
        Carbon::from_kg(self.0 * kwh)
    }
}

/// Of which year's prices money is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PriceBase {
    /// Prices of a calendar year.
    Calendar(CalendarYear),
    /// Prices of a financial year.
    Financial(FinancialYear),
}

impl PriceBase {
    /// The year alone, as it is written.
    #[must_use]
    pub fn year_text(self) -> String {
        match self {
            Self::Calendar(year) => year.to_string(),
            Self::Financial(year) => year.to_string(),
        }
    }
}

impl fmt::Display for PriceBase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "prices of {}", self.year_text())
    }
}

/// Money in the prices of a year.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Real {
    /// Pounds.
    pub pounds: Decimal,
    /// Of which prices.
    pub base: PriceBase,
}

impl Real {
    /// Adds money of the same prices.
    ///
    /// # Errors
    /// Where the prices differ: rebase one of the two first.
    pub fn plus(self, other: Self) -> Result<Self, String> {
        if self.base != other.base {
            return Err(format!(
                "pounds in {} and in {} cannot be added; rebase one of the two",
                self.base, other.base
            ));
        }
        Ok(Self { pounds: self.pounds + other.pounds, ..self })
    }
}

/// Path of the conversion factors, the first of the files.
pub const CONVERSION: &str = "datasets/carbon/conversion-factors.csv";
const GRID: &str = "datasets/carbon/grid-paths.csv";
const VALUES: &str = "datasets/carbon/carbon-values.csv";
const PATHWAYS: &str = "datasets/carbon/crrem-pathways.csv";
const TARGETS: &str = "datasets/carbon/targets.csv";
const EMBODIED: &str = "datasets/carbon/embodied.csv";
const AI: &str = "datasets/carbon/ai-energy.csv";
const DEFLATORS: &str = "datasets/prices/deflators.csv";
const DISCOUNT: &str = "datasets/prices/discount-rates.csv";
const PRICES: &str = "datasets/prices/energy.csv";
const OUTLOOK: &str = "datasets/prices/energy-outlook.csv";
const BIAS: &str = "datasets/costs/optimism-bias.csv";
const LOCATIONS: &str = "datasets/costs/locations.csv";
const SPEND: &str = "datasets/costs/spend-profiles.csv";
const ENVELOPES: &str = "datasets/costs/funding-envelopes.csv";

/// Every file of factors, in the order in which they are read.
pub(crate) const FILES: [&str; 15] = [
    CONVERSION, GRID, VALUES, PATHWAYS, TARGETS, EMBODIED, AI, DEFLATORS, DISCOUNT, PRICES,
    OUTLOOK, BIAS, LOCATIONS, SPEND, ENVELOPES,
];

/// All sets of factors.
#[derive(Clone, Debug, PartialEq)]
pub struct Factors {
    /// What energy and gases emit, by set.
    pub conversion: ConversionSets,
    /// What a further kWh of electricity emits, year by year (Green Book).
    pub marginal: GridPath<Marginal>,
    /// What a kWh of electricity emits on average, year by year (Green Book).
    pub average: GridPath<Average>,
    /// What a kWh of electricity emits for CRREM, year by year.
    pub crrem: GridPath<Crrem>,
    /// What a tonne of carbon is worth.
    pub values: CarbonValues,
    /// Where buildings are to be by CRREM.
    pub pathways: Pathways,
    /// Where nations are to be.
    pub targets: Vec<Target>,
    /// What equipment costs in carbon before it is switched on, by item.
    pub embodied: BTreeMap<String, EmbodiedItem>,
    /// What requests to language models are said to take.
    pub ai: AiEnergy,
    /// How prices have moved.
    pub deflators: Deflators,
    /// How the future is discounted.
    pub discount: DiscountSchedules,
    /// What energy costs.
    pub prices: Prices,
    /// How costs turn out otherwise: optimism bias, places, spending over years.
    pub cost_risks: CostRisks,
    /// What was set aside for health in all: context, and never an allocation to a site.
    pub envelopes: Vec<Envelope>,
}

impl Factors {
    /// Reads all files; `text_of` finds the text of a path.
    pub fn read<'a>(
        text_of: impl Fn(&str) -> Option<&'a str>,
        problems: &mut Problems,
    ) -> Option<Self> {
        let mut text = |path: &str| {
            let found = text_of(path);
            if found.is_none() {
                problems.add(path, "", None, "This file is missing.".to_owned(), "Add it.");
            }
            found
        };
        let texts = FILES.map(&mut text);
        let [
            Some(conversion),
            Some(grid),
            Some(values),
            Some(pathways),
            Some(targets),
            Some(embodied),
            Some(ai),
            Some(deflators),
            Some(discount),
            Some(prices),
            Some(outlook),
            Some(bias),
            Some(locations),
            Some(spend),
            Some(envelopes),
        ] = texts
        else {
            return None;
        };
        let (marginal, average, crrem) = grid::read(GRID, grid, problems);
        Some(Self {
            conversion: conversion::read(CONVERSION, conversion, problems),
            marginal,
            average,
            crrem,
            values: value::read(VALUES, values, problems),
            pathways: pathway::read(PATHWAYS, pathways, problems),
            targets: target::read(TARGETS, targets, problems),
            embodied: embodied::read(EMBODIED, embodied, problems),
            ai: ai::read(AI, ai, problems),
            deflators: deflator::read(DEFLATORS, deflators, problems),
            discount: discount::read(DISCOUNT, discount, problems),
            prices: price::read([(PRICES, prices), (OUTLOOK, outlook)], problems),
            cost_risks: cost_risk::read(
                [(BIAS, bias), (LOCATIONS, locations), (SPEND, spend)],
                problems,
            ),
            envelopes: envelope::read(ENVELOPES, envelopes, problems),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_financial_year_is_written_with_both_of_its_years() {
        for (text, year) in [("2025-26", 2025), ("1999-00", 1999), ("2009-10", 2009)] {
            assert_eq!(text.parse(), Ok(FinancialYear(year)));
            assert_eq!(FinancialYear(year).to_string(), text);
        }
        for text in ["2025", "2025-27", "2025-2026", "2025/26", "25", ""] {
            assert!(text.parse::<FinancialYear>().is_err(), "{text}");
        }
    }

    #[test]
    fn pounds_of_different_prices_are_not_added() {
        let real =
            |year| Real { pounds: Decimal::ONE, base: PriceBase::Calendar(CalendarYear(year)) };
        let financial =
            Real { pounds: Decimal::ONE, base: PriceBase::Financial(FinancialYear(2024)) };
        assert_eq!(real(2024).plus(real(2024)).map(|sum| sum.pounds), Ok(Decimal::TWO));
        assert!(real(2022).plus(real(2024)).unwrap_err().contains("prices of 2022"));
        assert!(real(2024).plus(financial).unwrap_err().contains("prices of 2024-25"));
    }
}
