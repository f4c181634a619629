//! What energy costs: what was paid, what is charged by size of customer, what is projected, and how
//! prices are thought to grow.
//!
//! Which price an appraisal takes is its own choice: retail prices are for budgets, long-run variable
//! costs for social value, and one result never takes both.

use super::rows::{Kept, read_rows};
use super::value::ESTIMATES;
use super::{Figure, Missing, PriceBase};
use crate::cost::Estimate;
use crate::fields::Problems;
use crate::words::words;
use std::collections::BTreeMap;

words! {
    /// A published list of prices.
    Series {
        /// Charged to customers outside of homes, by band of yearly consumption (DESNZ, Quarterly
        /// Energy Prices, Table 3.4.2).
        Charged = "qep-3-4-2-non-domestic",
        /// Paid by the NHS in England on average (estates return).
        Paid = "eric-paid-average",
        /// Projected retail price of electricity for industry (Green Book tables, Table 4).
        RetailElectricity = "table4-retail-industrial",
        /// Projected retail price of gas for industry (Green Book tables, Table 5).
        RetailGas = "table5-retail-industrial",
        /// Projected long-run variable cost: for social value, never for a budget (Green Book tables,
        /// Table 9).
        LongRunVariable = "table9-lrvc",
        /// Assumed to be paid for what is exported.
        Exported = "export-price-assumption",
        /// The main rate of the Climate Change Levy.
        Levy = "ccl-main-rate",
    }
}

words! {
    /// What is bought or sold.
    PriceCarrier {
        /// Electricity from the grid.
        Electricity = "electricity",
        /// Electricity that is sold to the grid.
        ElectricityExport = "electricity-export",
        /// Natural gas.
        Gas = "gas",
        /// Oil.
        Oil = "oil",
        /// Water with its treatment.
        WaterAndSewerage = "water-and-sewerage",
    }
}

words! {
    /// What is said of the future of a price.
    Outlook {
        /// Growth above inflation, in per cent a year.
        RealGrowth = "real-growth",
        /// Low and high relative to the central price.
        LevelOnCentral = "level-on-central",
    }
}

/// What a price is for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PriceKey {
    /// The list.
    pub series: Series,
    /// What is bought or sold.
    pub carrier: PriceCarrier,
    /// The year in which it holds: a calendar or a financial one.
    pub year: PriceBase,
    /// Low, central or high.
    pub estimate: String,
    /// From how many kWh a year on it is charged; none where the price is for all.
    pub from_kwh: Option<u64>,
}

/// One price.
#[derive(Clone, Debug, PartialEq)]
pub struct Price {
    /// Below how many kWh a year it is charged; none where it has no such end.
    pub to_kwh: Option<u64>,
    /// The year whose prices it is in.
    pub price_base: PriceBase,
    /// The figure, in pounds or pence for a unit.
    pub figure: Figure,
}

/// All prices.
#[derive(Clone, Debug, PartialEq)]
pub struct Prices {
    /// By what they are for.
    pub prices: BTreeMap<PriceKey, Price>,
    /// How prices are thought to go on.
    pub outlook: BTreeMap<(Outlook, PriceCarrier), Estimate<Figure>>,
}

impl Prices {
    /// What the NHS in England paid for a unit of a carrier in the newest year that is known, in pounds.
    ///
    /// # Errors
    /// [`Missing`], which names the carrier.
    pub fn paid(&self, carrier: PriceCarrier) -> Result<&Price, Missing> {
        let paid = self
            .prices
            .iter()
            .filter(|(key, _)| (key.series, key.carrier) == (Series::Paid, carrier));
        let found = paid.map(|(_, price)| price).next_back();
        found.ok_or_else(|| Missing(format!("no price that the NHS paid for {carrier} is known")))
    }

    /// The central price of a list in a year.
    ///
    /// # Errors
    /// [`Missing`], which names list, carrier and year: a list of five-year points has nothing between
    /// them. A list by band has no price for all; ask [`Self::charged`].
    pub fn central(
        &self,
        series: Series,
        carrier: PriceCarrier,
        year: PriceBase,
    ) -> Result<&Price, Missing> {
        let key = PriceKey { series, carrier, year, estimate: CENTRAL.to_owned(), from_kwh: None };
        self.prices.get(&key).ok_or_else(|| {
            Missing(format!("{series} has no price of {carrier} for all in {}", year.year_text()))
        })
    }

    /// What is charged to a customer of so many kWh a year. A band holds from its first kWh to below the
    /// first of the next.
    ///
    /// # Errors
    /// [`Missing`] where no band of that year holds so many.
    pub fn charged(
        &self,
        carrier: PriceCarrier,
        year: PriceBase,
        kwh_per_year: f64,
    ) -> Result<&Price, Missing> {
        let holds = |key: &PriceKey, price: &Price| {
            let from = key.from_kwh.is_some_and(|from| from as f64 <= kwh_per_year);
            from && price.to_kwh.is_none_or(|to| kwh_per_year < to as f64)
        };
        let of_year = self.prices.iter().filter(|(key, _)| {
            (key.series, key.carrier, key.year) == (Series::Charged, carrier, year)
        });
        let mut found = of_year.filter(|(key, price)| holds(key, price));
        found.next().map(|(_, price)| price).ok_or_else(|| {
            let (series, year) = (Series::Charged, year.year_text());
            Missing(format!("{series} has no price of {carrier} for {kwh_per_year} kWh in {year}"))
        })
    }

    /// How a price is thought to go on.
    ///
    /// # Errors
    /// [`Missing`], which names carrier and question.
    pub fn outlook(
        &self,
        outlook: Outlook,
        carrier: PriceCarrier,
    ) -> Result<&Estimate<Figure>, Missing> {
        self.outlook
            .get(&(outlook, carrier))
            .ok_or_else(|| Missing(format!("there is no {outlook} of the price of {carrier}")))
    }
}

const CENTRAL: &str = ESTIMATES[1];

/// Reads prices and their outlook, in this order.
pub(super) fn read(
    [(file, text), (outlook_file, outlook)]: [(&str, &str); 2],
    problems: &mut Problems,
) -> Prices {
    let own = ["series", "carrier", "year", "estimate", "from_kwh", "to_kwh", "price_base"];
    let rows = read_rows(file, text, &own, problems, |row| {
        let series = row.word("series");
        let carrier = row.word("carrier");
        let year = row.price_base("year");
        let estimate = row.one_of("estimate", &ESTIMATES);
        let from_kwh: Option<Option<u64>> = row.parsed_if_any("from_kwh", "a whole number of kWh");
        let to_kwh: Option<Option<u64>> = row.parsed_if_any("to_kwh", "a whole number of kWh");
        let price_base = row.price_base("price_base");
        let per_unit = match carrier {
            Some(PriceCarrier::WaterAndSewerage) => &["GBP/m3"][..],
            _ => &["GBP/kWh", "p/kWh"],
        };
        let figure = row.figure(per_unit)?;
        if let (Some(from), Some(Some(to))) = (from_kwh?, to_kwh)
            && to <= from
        {
            let message = "The band ends before it begins.".to_owned();
            row.problem(Some("to_kwh"), message, "Put the two in order.");
        }
        let key = PriceKey {
            series: series?,
            carrier: carrier?,
            year: year?,
            estimate: estimate?,
            from_kwh: from_kwh?,
        };
        Some((key, Price { to_kwh: to_kwh?, price_base: price_base?, figure }))
    });
    check_bands(file, &rows, problems);
    Prices {
        prices: rows.into_iter().map(|row| (row.key, row.value)).collect(),
        outlook: read_outlook(outlook_file, outlook, problems),
    }
}

/// Bands of one list follow each other: a consumption has one price, or none is said.
fn check_bands(file: &str, rows: &[Kept<PriceKey, Price>], problems: &mut Problems) {
    for pair in rows.windows(2) {
        let [one, other] = pair else { continue };
        let is_next = PriceKey { from_kwh: None, ..one.key.clone() }
            == PriceKey { from_kwh: None, ..other.key.clone() };
        if is_next && one.value.to_kwh != other.key.from_kwh {
            let message = "The band does not begin where the one before it ends.".to_owned();
            let advice = "Let bands follow each other, and let a price for all stand alone.";
            problems.add_at_row(file, other.line, Some("from_kwh"), None, message, advice);
        }
    }
}

fn read_outlook(
    file: &str,
    text: &str,
    problems: &mut Problems,
) -> BTreeMap<(Outlook, PriceCarrier), Estimate<Figure>> {
    let rows = read_rows(file, text, &["series", "carrier", "estimate"], problems, |row| {
        let outlook: Option<Outlook> = row.word("series");
        let carrier = row.word("carrier");
        let estimate = row.one_of("estimate", &ESTIMATES);
        let unit = match outlook? {
            Outlook::RealGrowth => "%/year",
            Outlook::LevelOnCentral => "1",
        };
        let figure = row.figure(&[unit])?;
        Some(((outlook?, carrier?, estimate?), figure))
    });
    super::value::gather(rows)
        .into_iter()
        .filter_map(|(key @ (outlook, carrier), (line, triple))| {
            let what = format!("The {outlook} of {carrier}");
            let estimate = super::value::take_estimate((file, line), &what, triple, problems)?;
            Some((key, estimate))
        })
        .collect()
}
