//! What energy costs: what was paid, what is charged by size of customer, and what is projected.

use super::rows::read_rows;
use super::value::ESTIMATES;
use super::{Figure, Missing};
use crate::fields::Problems;
use std::collections::BTreeMap;

/// What a price is for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PriceKey {
    /// The series, such as `eric-paid-average`.
    pub series: String,
    /// What is bought, such as `electricity`.
    pub carrier: String,
    /// The year: a calendar year, or the one in whose April a financial year begins.
    pub year: i32,
    /// Low, central or high.
    pub estimate: String,
    /// The band of yearly consumption; empty where the price is for all.
    pub band: String,
}

/// One price.
#[derive(Clone, Debug, PartialEq)]
pub struct Price {
    /// The year whose prices it is in.
    pub price_base_year: i32,
    /// The figure, in pounds or pence for a unit.
    pub figure: Figure,
}

/// All prices.
#[derive(Clone, Debug, PartialEq)]
pub struct Prices {
    /// By what they are for.
    pub prices: BTreeMap<PriceKey, Price>,
}

/// The series of what the NHS in England paid on average.
pub const PAID: &str = "eric-paid-average";

impl Prices {
    /// What the NHS in England paid for a kWh of a carrier in the newest year that is known, in pounds.
    ///
    /// # Errors
    /// [`Missing`], which names the carrier.
    pub fn paid(&self, carrier: &str) -> Result<&Price, Missing> {
        let mut paid = self.prices.iter().filter(|(key, price)| {
            key.series == PAID && key.carrier == carrier && price.figure.unit == "GBP/kWh"
        });
        let found = paid.next_back().map(|(_, price)| price);
        found.ok_or_else(|| Missing(format!("no price paid for {carrier} is known")))
    }
}

pub(super) fn read(file: &str, text: &str, problems: &mut Problems) -> Prices {
    let own = ["series", "year", "years", "carrier", "estimate", "band", "price_base_year"];
    let rows = read_rows(file, text, &own, problems, |row| {
        let series = row.text("series");
        let year = row.parsed("year", "a year");
        let years = row.one_of("years", &["calendar", "financial"]);
        let carrier = row.text("carrier");
        let estimate = row.one_of("estimate", &ESTIMATES);
        let price_base_year = row.parsed("price_base_year", "a year");
        let figure = row.figure(&["GBP/kWh", "GBP/m3", "p/kWh"])?;
        years?;
        let key = PriceKey {
            series: series?,
            carrier: carrier?,
            year: year?,
            estimate: estimate?,
            band: row.text_if_any("band"),
        };
        Some((key, Price { price_base_year: price_base_year?, figure }))
    });
    Prices { prices: rows.into_iter().map(|row| (row.key, row.value)).collect() }
}
