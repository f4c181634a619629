//! Published cost benchmarks, and money.
//!
//! A benchmark is a rate with low, central and high estimates, a price base and its source. Which
//! benchmark pays for which gap is `remedy`; how much of it a site needs is `gap`.

use crate::dated::Evidence;
use crate::fields::Problems;
use crate::words::{with_commas, words};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign};

/// Whole pence: how money is kept and added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pence(pub i64);

impl Pence {
    /// From pounds, rounded once, half to even.
    #[must_use]
    pub fn from_pounds(pounds: Decimal) -> Option<Self> {
        let pence = pounds.checked_mul(Decimal::ONE_HUNDRED)?;
        let whole = pence.round_dp_with_strategy(0, RoundingStrategy::MidpointNearestEven);
        i64::try_from(whole).ok().map(Self)
    }

    /// In pounds, exactly.
    #[must_use]
    pub fn pounds(self) -> Decimal {
        Decimal::new(self.0, 2)
    }
}

impl fmt::Display for Pence {
    /// Pounds to the penny, such as £1,234.50.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let pence = self.0.unsigned_abs();
        write!(f, "{sign}£{}.{:02}", with_commas(&(pence / 100).to_string()), pence % 100)
    }
}

impl Add for Pence {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl AddAssign for Pence {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}

impl Sum for Pence {
    fn sum<I: Iterator<Item = Self>>(items: I) -> Self {
        items.fold(Self(0), Add::add)
    }
}

/// Low, central and high estimates, which travel together and are never mixed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Estimate<T> {
    /// The low estimate.
    pub low: T,
    /// The central estimate.
    pub central: T,
    /// The high estimate.
    pub high: T,
}

impl<T> Estimate<T> {
    /// What becomes of each of the three, apart.
    pub fn map<U>(self, mut become_of: impl FnMut(T) -> U) -> Estimate<U> {
        Estimate {
            low: become_of(self.low),
            central: become_of(self.central),
            high: become_of(self.high),
        }
    }
}

impl<T: Add<Output = T>> Add for Estimate<T> {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self {
            low: self.low + other.low,
            central: self.central + other.central,
            high: self.high + other.high,
        }
    }
}

impl<T: Add<Output = T> + Default> Sum for Estimate<T> {
    fn sum<I: Iterator<Item = Self>>(items: I) -> Self {
        items.fold(Self::default(), Add::add)
    }
}

words! {
    /// The kind of money: two ledgers that are never added together.
    Money {
        /// Capital (CDEL).
        Capital = "capital",
        /// Running cost a year (RDEL).
        Running = "running",
    }
}

/// One published rate.
#[derive(Clone, Debug, PartialEq)]
pub struct Benchmark {
    /// Stable kebab-case id.
    pub id: String,
    /// Pounds for one unit.
    pub rate: Estimate<Decimal>,
    /// `GBP/` and the symbol of a unit, such as `GBP/kVA`; `/year` after it for a running cost.
    pub unit: String,
    /// Calendar year of the prices.
    pub price_base_year: i32,
    /// Years in service, where a figure is published.
    pub life_years: Option<u32>,
    /// How well it is supported.
    pub evidence: Evidence,
    /// Who published it.
    pub source: String,
    /// When it was published.
    pub source_year: i32,
    /// Scope and traps.
    pub note: String,
}

/// What a source gives that does not give three estimates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stated {
    /// One figure, without a range around it.
    Single(Decimal),
    /// A range, without a figure in it.
    Range(Decimal, Decimal),
}

/// A published rate without three estimates. No remedy uses one as it stands: a range that nobody gave
/// would be made up, and so would a centre.
#[derive(Clone, Debug, PartialEq)]
pub struct StatedRate {
    /// Stable kebab-case id.
    pub id: String,
    /// Pounds for one unit.
    pub stated: Stated,
    /// `GBP/` and the symbol of a unit, and `/year` for a running cost.
    pub unit: String,
    /// Calendar year of the prices.
    pub price_base_year: i32,
    /// Years in service, where a figure is published.
    pub life_years: Option<u32>,
    /// How well it is supported.
    pub evidence: Evidence,
    /// Who published it.
    pub source: String,
    /// When it was published.
    pub source_year: i32,
    /// Scope and traps.
    pub note: String,
}

/// Everything in `benchmarks.csv`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rates {
    /// Rates with low, central and high estimates, by id.
    pub benchmarks: Vec<Benchmark>,
    /// Rates of which the source gives less, by id.
    pub stated: Vec<StatedRate>,
}

/// A row of `benchmarks.csv`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    id: String,
    estimate: String,
    value: Decimal,
    unit: String,
    price_base_year: i32,
    life_years: Option<u32>,
    evidence: Evidence,
    source: String,
    source_year: i32,
    note: String,
}

/// Reads `costs/benchmarks.csv`: one row an estimate. A rate has low, central and high, or one figure as
/// `single`, or a range as `from` and `to`.
#[must_use]
pub fn read_benchmarks(file: &str, text: &str, problems: &mut Problems) -> Rates {
    let mut rows: BTreeMap<String, BTreeMap<String, Row>> = BTreeMap::new();
    for (at, row) in csv::Reader::from_reader(text.as_bytes()).into_deserialize::<Row>().enumerate()
    {
        let line = format!("row {}", at + 2);
        match row {
            Err(error) => {
                problems.add(
                    file,
                    &line,
                    None,
                    format!("This row cannot be read: {error}."),
                    "Correct the row.",
                );
            }
            Ok(row) => {
                for (column, text) in
                    [("id", &row.id), ("unit", &row.unit), ("source", &row.source)]
                {
                    if text.trim().is_empty() {
                        let message = format!("Its {column} is empty.");
                        problems.add(file, &line, None, message, "Fill it in.");
                    }
                }
                let estimates = rows.entry(row.id.clone()).or_default();
                if let Some(twice) = estimates.insert(row.estimate.clone(), row) {
                    let message =
                        format!("The {} estimate of {} is given twice.", twice.estimate, twice.id);
                    problems.add(file, &line, None, message, "Remove one of the two.");
                }
            }
        }
    }
    let mut rates = Rates::default();
    for (id, estimates) in rows {
        let is_stated = ["single", "from", "to"].iter().any(|word| estimates.contains_key(*word));
        if is_stated {
            rates.stated.extend(read_stated(file, id, estimates, problems));
        } else {
            rates.benchmarks.extend(read_benchmark(file, id, estimates, problems));
        }
    }
    rates
}

fn read_stated(
    file: &str,
    id: String,
    mut estimates: BTreeMap<String, Row>,
    problems: &mut Problems,
) -> Option<StatedRate> {
    let [single, from, to] = ["single", "from", "to"].map(|word| estimates.remove(word));
    let (stated, row) = match (single, from, to) {
        (Some(row), None, None) if estimates.is_empty() => (Stated::Single(row.value), row),
        (None, Some(from), Some(to)) if estimates.is_empty() => {
            if (&from.unit, from.price_base_year) != (&to.unit, to.price_base_year) {
                let message = "Its estimates differ in unit or price base.".to_owned();
                let advice = "Give both in one unit and one price base.";
                problems.add(file, &id, None, message, advice);
            }
            (Stated::Range(from.value, to.value), from)
        }
        _ => {
            let message = "It mixes single, from and to with other estimates.".to_owned();
            let advice = "Give low, central and high, or single alone, or from and to alone.";
            problems.add(file, &id, None, message, advice);
            return None;
        }
    };
    let is_in_order = match stated {
        Stated::Single(value) => !value.is_sign_negative(),
        Stated::Range(from, to) => !from.is_sign_negative() && from <= to,
    };
    if !is_in_order {
        let message = "Its estimates are not in rising order from zero.".to_owned();
        problems.add(file, &id, None, message, "Put from below to.");
    }
    Some(StatedRate {
        id,
        stated,
        unit: row.unit,
        price_base_year: row.price_base_year,
        life_years: row.life_years,
        evidence: row.evidence,
        source: row.source,
        source_year: row.source_year,
        note: row.note,
    })
}

fn read_benchmark(
    file: &str,
    id: String,
    mut estimates: BTreeMap<String, Row>,
    problems: &mut Problems,
) -> Option<Benchmark> {
    let mut take = |estimate: &str| {
        let row = estimates.remove(estimate);
        if row.is_none() {
            problems.add(
                file,
                &id,
                None,
                format!("It has no {estimate} estimate."),
                "Give low, central and high.",
            );
        }
        row
    };
    let (low, central, high) = (take("low"), take("central"), take("high"));
    for unknown in estimates.keys() {
        let message = format!("{unknown} is not an estimate.");
        problems.add(
            file,
            &id,
            Some(unknown.clone()),
            message,
            "Use low, central and high, or single, or from and to.",
        );
    }
    let (low, central, high) = (low?, central?, high?);
    let alike =
        |row: &Row| row.unit == central.unit && row.price_base_year == central.price_base_year;
    if !alike(&low) || !alike(&high) {
        let message = "Its estimates differ in unit or price base.".to_owned();
        problems.add(file, &id, None, message, "Give all three in one unit and one price base.");
    }
    let rate = Estimate { low: low.value, central: central.value, high: high.value };
    if rate.low.is_sign_negative() || rate.low > rate.central || rate.central > rate.high {
        let message = "Its estimates are not in rising order from zero.".to_owned();
        problems.add(file, &id, None, message, "Put low below central below high.");
    }
    Some(Benchmark {
        id,
        rate,
        unit: central.unit,
        price_base_year: central.price_base_year,
        life_years: central.life_years,
        evidence: central.evidence,
        source: central.source,
        source_year: central.source_year,
        note: central.note,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_that_gives_less_than_three_estimates_is_not_made_up_to_three() {
        let text = "id,estimate,value,unit,price_base_year,life_years,evidence,source,source_year,note\n\
                    a,single,5,GBP/kW,2019,20,second-hand,s,2021,\n\
                    b,to,9,GBP/kWh,2026,,second-hand,s,2026,\n\
                    b,from,4,GBP/kWh,2026,,second-hand,s,2026,\n";
        let mut problems = Problems::default();
        let rates = read_benchmarks("benchmarks.csv", text, &mut problems);
        assert!(problems.is_empty());
        assert!(rates.benchmarks.is_empty());
        let stated: Vec<Stated> = rates.stated.iter().map(|rate| rate.stated).collect();
        let decimal = Decimal::from;
        assert_eq!(stated, [Stated::Single(decimal(5)), Stated::Range(decimal(4), decimal(9))]);
        let swapped = text.replace("b,to,9", "b,to,3");
        let _ = read_benchmarks("benchmarks.csv", &swapped, &mut problems);
        let said = problems.into_vec();
        assert_eq!(said.len(), 1);
        assert!(said[0].to_string().contains("b: Its estimates are not in rising order"));
    }

    #[test]
    fn pounds_become_pence_with_halves_to_even() {
        for (pounds, pence) in [("0.005", 0), ("0.015", 2), ("1234.56", 123_456), ("-0.125", -12)] {
            let pounds: Decimal = pounds.parse().expect("a decimal");
            assert_eq!(Pence::from_pounds(pounds), Some(Pence(pence)), "{pounds}");
        }
    }

    #[test]
    fn every_mistake_of_a_benchmark_file_is_reported() {
        let text = "id,estimate,value,unit,price_base_year,life_years,evidence,source,source_year,note\n\
                    a,low,5,GBP/kW,2025,,recalled,s,2025,\n\
                    a,central,4,GBP/kVA,2025,,recalled,s,2025,\n\
                    b,middle,4,GBP/kW,2025,,recalled,s,2025,\n\
                    c,low,x,GBP/kW,2025,,recalled,s,2025,\n\
                    d,single,5,GBP/kW,2025,,recalled,s,2025,\n\
                    d,low,5,GBP/kW,2025,,recalled,s,2025,\n\
                    e,from,5,GBP/kW,2025,,recalled,s,2025,\n";
        let mut problems = Problems::default();
        assert_eq!(read_benchmarks("benchmarks.csv", text, &mut problems), Rates::default());
        let listed: Vec<String> = problems.into_vec().iter().map(ToString::to_string).collect();
        let all = listed.join("\n");
        for words in [
            "row 5",
            "a: It has no high estimate",
            "b: It has no low estimate",
            "middle is not an estimate",
            "d: It mixes single, from and to",
            "e: It mixes single, from and to",
        ] {
            assert!(all.contains(words), "{words} in:\n{all}");
        }
    }
}
