//! How prices have moved: GDP deflators in vintages, by calendar and by financial year.
//!
//! Deflators are revised, so the vintage is part of every answer. The series of one vintage is an index
//! whose base does not matter: only its ratios are used. Calendar and financial years are never mixed.

use super::grid::check_whole;
use super::rows::read_rows;
use super::{CalendarYear, Figure, FinancialYear, Missing, PriceBase, Real};
use crate::fields::Problems;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// One vintage of one kind of year.
#[derive(Clone, Debug, PartialEq)]
pub struct Deflator {
    /// Its name, such as `obr-2025-11`.
    pub vintage: String,
    /// The index by price base: all calendar years, or all financial ones.
    pub index: BTreeMap<PriceBase, Figure>,
}

impl Deflator {
    /// Money in the prices of another year.
    ///
    /// # Errors
    /// [`Missing`] where the vintage does not have one of the years, or has the other kind of years.
    pub fn rebase(&self, money: Real, to: PriceBase) -> Result<Real, Missing> {
        if money.base == to {
            return Ok(money);
        }
        let (from_index, to_index) = (self.index_of(money.base)?, self.index_of(to)?);
        let pounds =
            money.pounds.checked_mul(to_index).and_then(|grown| grown.checked_div(from_index));
        let pounds = pounds.ok_or_else(|| {
            Missing("an amount of money that can be counted in pounds".to_owned())
        })?;
        Ok(Real { pounds, base: to })
    }

    fn index_of(&self, base: PriceBase) -> Result<Decimal, Missing> {
        let figure = self
            .index
            .get(&base)
            .ok_or_else(|| Missing(format!("the deflator {} has no {base}", self.vintage)))?;
        Decimal::from_f64_retain(figure.value)
            .map(|index| index.round_dp(6))
            .filter(|index| *index > Decimal::ZERO)
            .ok_or_else(|| Missing(format!("the deflator {} of {base} is no index", self.vintage)))
    }
}

/// All vintages.
#[derive(Clone, Debug, PartialEq)]
pub struct Deflators {
    /// By name.
    pub vintages: BTreeMap<String, Deflator>,
}

impl Deflators {
    /// The deflator of a name.
    ///
    /// # Errors
    /// [`Missing`], with the names that there are.
    pub fn of(&self, vintage: &str) -> Result<&Deflator, Missing> {
        self.vintages.get(vintage).ok_or_else(|| {
            let known: Vec<&str> = self.vintages.keys().map(String::as_str).collect();
            Missing(format!("there is no deflator {vintage}; there are {}", known.join(", ")))
        })
    }
}

pub(super) fn read(file: &str, text: &str, problems: &mut Problems) -> Deflators {
    let rows = read_rows(file, text, &["vintage", "years", "year"], problems, |row| {
        let vintage = row.text("vintage");
        let base = match row.one_of("years", &["calendar", "financial"])?.as_str() {
            "calendar" => {
                row.parsed("year", "a year").map(|year| PriceBase::Calendar(CalendarYear(year)))
            }
            _ => row
                .parsed::<FinancialYear>("year", "a financial year such as 2025-26")
                .map(PriceBase::Financial),
        };
        let unit = row.text_if_any("unit");
        let unit = if unit.starts_with("index ") { unit } else { "index YEAR=100".to_owned() };
        let figure = row.figure(&[unit])?;
        if figure.value <= 0.0 {
            row.problem(Some("value"), "An index is above zero.".to_owned(), "Correct it.");
        }
        Some(((vintage?, base?), figure))
    });
    let mut vintages: BTreeMap<String, Deflator> = BTreeMap::new();
    for ((vintage, base), figure) in rows {
        let deflator = vintages
            .entry(vintage.clone())
            .or_insert_with(|| Deflator { vintage, index: BTreeMap::new() });
        deflator.index.insert(base, figure);
    }
    for deflator in vintages.values() {
        let name = &deflator.vintage;
        let years = |is_calendar: bool| {
            deflator.index.keys().filter_map(move |base| match base {
                PriceBase::Calendar(year) => is_calendar.then_some(year.0),
                PriceBase::Financial(year) => (!is_calendar).then_some(year.0),
            })
        };
        if years(true).next().is_some() && years(false).next().is_some() {
            let message = format!("The deflator {name} mixes calendar and financial years.");
            problems.add(file, "", None, message, "Give each kind of year a vintage of its own.");
        }
        let is_calendar = years(true).next().is_some();
        check_whole(file, &format!("Deflator {name}"), years(is_calendar), problems);
    }
    Deflators { vintages }
}
