//! What a tonne of carbon is worth in appraisal (Green Book supplementary guidance), low, central and
//! high, by year and price base.

use super::rows::{Kept, check_whole, read_rows};
use super::{CalendarYear, Figure, Missing, Pinned, PriceBase, Real};
use crate::cost::Estimate;
use crate::fields::Problems;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// One series: the prices of a year.
pub type CarbonValueSeries = BTreeMap<CalendarYear, Estimate<Figure>>;

/// All series.
#[derive(Clone, Debug, PartialEq)]
pub struct CarbonValues {
    /// By the calendar year of their prices.
    pub series: BTreeMap<CalendarYear, CarbonValueSeries>,
}

impl CarbonValues {
    /// The series of the newest prices: the one in force.
    #[must_use]
    pub fn newest(&self) -> Option<(CalendarYear, &CarbonValueSeries)> {
        self.series.last_key_value().map(|(base, series)| (*base, series))
    }

    /// Which series the one in the prices of `base` is.
    ///
    /// # Errors
    /// [`Missing`], which names the series.
    pub fn pinned(&self, base: CalendarYear) -> Result<Pinned, Missing> {
        let series = self.series_of(base)?;
        let published = series.values().map(|value| value.central.source_year).max();
        let published = published.map(|year| format!(", published in {year}")).unwrap_or_default();
        let vintage = format!("in prices of {base}{published}");
        Ok(Pinned { set: "Green Book carbon values", vintage, file: super::VALUES })
    }

    fn series_of(&self, base: CalendarYear) -> Result<&CarbonValueSeries, Missing> {
        self.series
            .get(&base)
            .ok_or_else(|| Missing(format!("there are no carbon values in prices of {base}")))
    }

    /// What a tonne is worth in a year, by the series in the prices of `base`.
    ///
    /// # Errors
    /// [`Missing`], which names series and year.
    pub fn of(&self, base: CalendarYear, year: CalendarYear) -> Result<Estimate<Real>, Missing> {
        let series = self.series_of(base)?;
        let value = series.get(&year).ok_or_else(|| {
            Missing(format!("the carbon values in prices of {base} have none of {year}"))
        })?;
        let real = |figure: &Figure| {
            let pounds = Decimal::from_f64_retain(figure.value)
                .map(|pounds| pounds.round_dp(6))
                .ok_or_else(|| {
                    Missing(format!("the carbon value of {year} is no amount of money"))
                })?;
            Ok(Real { pounds, base: PriceBase::Calendar(base) })
        };
        Ok(Estimate {
            low: real(&value.low)?,
            central: real(&value.central)?,
            high: real(&value.high)?,
        })
    }
}

pub(super) const ESTIMATES: [&str; 3] = ["low", "central", "high"];

pub(super) fn read(file: &str, text: &str, problems: &mut Problems) -> CarbonValues {
    let rows = read_rows(file, text, &["price_base_year", "estimate", "year"], problems, |row| {
        let base = row.year("price_base_year").map(CalendarYear);
        let estimate = row.one_of("estimate", &ESTIMATES);
        let year = row.year("year").map(CalendarYear);
        let figure = row.figure(&["GBP/tCO2e"])?;
        Some(((base?, year?, estimate?), figure))
    });
    let mut series: BTreeMap<CalendarYear, CarbonValueSeries> = BTreeMap::new();
    let mut lines: BTreeMap<CalendarYear, Vec<(i32, u32)>> = BTreeMap::new();
    for ((base, year), (line, triple)) in gather(rows) {
        let what = format!("The carbon value of {year} in prices of {base}");
        lines.entry(base).or_default().push((year.0, line));
        if let Some(estimate) = take_estimate((file, line), &what, triple, problems) {
            series.entry(base).or_default().insert(year, estimate);
        }
    }
    for (base, lines) in lines {
        let what = format!("The series of carbon values in prices of {base}");
        check_whole(file, &what, lines.into_iter(), problems);
    }
    CarbonValues { series }
}

/// The estimates of each thing together, with the row of one of them.
pub(super) fn gather<A: Ord, B: Ord>(
    rows: Vec<Kept<(A, B, String), Figure>>,
) -> BTreeMap<(A, B), (u32, BTreeMap<String, Figure>)> {
    let mut gathered: BTreeMap<(A, B), (u32, BTreeMap<String, Figure>)> = BTreeMap::new();
    for Kept { line, key: (one, other, estimate), value: figure } in rows {
        let (_, triple) = gathered.entry((one, other)).or_insert_with(|| (line, BTreeMap::new()));
        triple.insert(estimate, figure);
    }
    gathered
}

/// Low, central and high of one thing, which must all be there and rise.
pub(super) fn take_estimate(
    (file, line): (&str, u32),
    what: &str,
    mut triple: BTreeMap<String, Figure>,
    problems: &mut Problems,
) -> Option<Estimate<Figure>> {
    let found = ESTIMATES.map(|estimate| triple.remove(estimate));
    let [Some(low), Some(central), Some(high)] = found else {
        let message = format!("{what} does not have all of low, central and high.");
        problems.add_at_row(file, line, Some("estimate"), None, message, "Give all three.");
        return None;
    };
    if low.value > central.value || central.value > high.value {
        let message = format!("{what} does not rise from low to high.");
        let advice = "Put low below central below high.";
        problems.add_at_row(file, line, Some("value"), None, message, advice);
    }
    Some(Estimate { low, central, high })
}
