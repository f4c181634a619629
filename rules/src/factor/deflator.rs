//! How prices have moved: GDP deflators in vintages, by calendar and by financial year.
//!
//! Deflators are revised, so the vintage is part of every answer. The series of one vintage is an index
//! whose base does not matter: only its ratios are used. Calendar and financial years are never mixed.

use super::rows::{Kept, check_whole, read_rows};
use super::{CalendarYear, Figure, FinancialYear, Missing, Pinned, PriceBase, Real};
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
    /// Which vintage this is.
    #[must_use]
    pub fn pinned(&self) -> Pinned {
        Pinned { set: "GDP deflator", vintage: self.vintage.clone(), file: super::DEFLATORS }
    }

    /// Money in the prices of another year.
    ///
    /// # Errors
    /// [`Missing`] where the vintage does not have one of the years, or has the other kind of years.
    pub fn rebase(&self, money: Real, to: PriceBase) -> Result<Real, Missing> {
        if money.base == to {
            return Ok(money);
        }
        let (from_index, to_index) = (self.index_of(money.base)?, self.index_of(to)?);
        moved(money.pounds, from_index, to_index, to)
    }

    /// Money in the prices of another year, of the other kind of year too: a calendar year is a quarter
    /// of the financial year that ends in it and three quarters of the one that begins in it, and a
    /// financial year three quarters of one calendar year and a quarter of the next.
    ///
    /// This is an approximation that the caller states; [`Self::rebase`] never does it.
    ///
    /// # Errors
    /// [`Missing`] where the vintage does not have one of the years.
    pub fn rebase_across(&self, money: Real, to: PriceBase) -> Result<Real, Missing> {
        if money.base == to {
            return Ok(money);
        }
        let (from_index, to_index) = (self.blended(money.base)?, self.blended(to)?);
        moved(money.pounds, from_index, to_index, to)
    }

    /// The index of a base, or its blend of two years of the other kind.
    fn blended(&self, base: PriceBase) -> Result<Decimal, Missing> {
        if self.index.contains_key(&base) {
            return self.index_of(base);
        }
        let (quarter, rest) = match base {
            PriceBase::Calendar(CalendarYear(year)) => (
                PriceBase::Financial(FinancialYear(year - 1)),
                PriceBase::Financial(FinancialYear(year)),
            ),
            PriceBase::Financial(FinancialYear(year)) => (
                PriceBase::Calendar(CalendarYear(year + 1)),
                PriceBase::Calendar(CalendarYear(year)),
            ),
        };
        let is_of_other_kind = self.index.contains_key(&quarter) || self.index.contains_key(&rest);
        if !is_of_other_kind {
            return self.index_of(base);
        }
        let three = Decimal::from(3);
        Ok((self.index_of(quarter)? + three * self.index_of(rest)?) / Decimal::from(4))
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

fn moved(
    pounds: Decimal,
    from_index: Decimal,
    to_index: Decimal,
    to: PriceBase,
) -> Result<Real, Missing> {
    let pounds = pounds.checked_mul(to_index).and_then(|grown| grown.checked_div(from_index));
    let pounds = pounds
        .ok_or_else(|| Missing("an amount of money that can be counted in pounds".to_owned()))?;
    Ok(Real { pounds, base: to })
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
        let vintage = row.id("vintage");
        let base = match row.one_of("years", &["calendar", "financial"])?.as_str() {
            "calendar" => row.year("year").map(|year| PriceBase::Calendar(CalendarYear(year))),
            _ => row.financial_year("year").map(PriceBase::Financial),
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
    let mut lines: BTreeMap<(String, bool), Vec<(i32, u32)>> = BTreeMap::new();
    for Kept { line, key: (vintage, base), value: figure } in rows {
        let of_base = format!("index {}=100", base.year_text());
        if figure.unit == of_base && (figure.value - 100.0).abs() > 1e-9 {
            let message = format!("The base of an {of_base} is not 100.");
            problems.add_at_row(file, line, Some("value"), None, message, "Correct unit or value.");
        }
        let (is_calendar, year) = match base {
            PriceBase::Calendar(year) => (true, year.0),
            PriceBase::Financial(year) => (false, year.0),
        };
        lines.entry((vintage.clone(), is_calendar)).or_default().push((year, line));
        let deflator = vintages
            .entry(vintage.clone())
            .or_insert_with(|| Deflator { vintage, index: BTreeMap::new() });
        let other = deflator.index.values().next().filter(|other| other.unit != figure.unit);
        if let Some(other) = other {
            let message = format!(
                "The deflator {} is an {} here, and an {} before: their ratio says nothing.",
                deflator.vintage, figure.unit, other.unit
            );
            let advice = "Give a vintage one base.";
            problems.add_at_row(file, line, Some("unit"), None, message, advice);
        }
        deflator.index.insert(base, figure);
    }
    for ((vintage, is_calendar), own) in &lines {
        if !is_calendar && lines.contains_key(&(vintage.clone(), true)) {
            let message = format!("The deflator {vintage} mixes calendar and financial years.");
            let advice = "Give each kind of year a vintage of its own.";
            problems.add_at_row(file, own[0].1, Some("years"), None, message, advice);
        }
        check_whole(file, &format!("The deflator {vintage}"), own.iter().copied(), problems);
    }
    Deflators { vintages }
}
