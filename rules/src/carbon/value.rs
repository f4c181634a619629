//! What carbon is worth: tonnes by year at the Green Book carbon values, in prices of one base and as
//! a present value.
//!
//! A value keeps the purpose of its tonnes in its type: what a change is worth by marginal factors
//! and what lies above a pathway by CRREM factors answer different questions and do not add up.
//! Discounting is that of `appraisal`.

use crate::appraisal::present_value;
use crate::factor::deflator::Deflator;
use crate::factor::{CalendarYear, Carbon, Missing, PriceBase, Purpose, Real};
use rust_decimal::prelude::ToPrimitive;
use std::collections::BTreeMap;
use std::marker::PhantomData;

use super::Unknown;

/// The present value of emissions, in pounds. Emissions are a cost, so they lie below zero, and what
/// is saved above.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CarbonValue<P> {
    /// Pounds of the price base.
    pub pounds: f64,
    /// Of which prices.
    pub base: PriceBase,
    /// The year that is not discounted.
    pub base_year: CalendarYear,
    purpose: PhantomData<P>,
}

/// The present value of emissions by year: each year's tonnes at the carbon value of that year, moved
/// to the price base, times the discount factor of its distance from `base_year`.
///
/// `value_of` finds the carbon value in GBP/tCO2e of a year; `discount` the factor of an index.
///
/// # Errors
/// Every missing carbon value or deflator, and years before the base year: what is past has no
/// present value.
pub fn carbon_npv<P: Purpose>(
    emitted: &BTreeMap<CalendarYear, Carbon<P>>,
    value_of: impl Fn(CalendarYear) -> Result<Real, Missing>,
    deflators: &Deflator,
    base: PriceBase,
    base_year: CalendarYear,
    discount: impl Fn(u32) -> f64,
) -> Result<CarbonValue<P>, Vec<Unknown>> {
    let mut unknown = Vec::new();
    let mut flows = Vec::new();
    for (year, carbon) in emitted {
        let Ok(index) = usize::try_from(year.0 - base_year.0) else {
            unknown.push(Unknown::NotPlausible(format!(
                "a present value in {} of what was emitted in {}",
                base_year.0, year.0
            )));
            continue;
        };
        match price_of(*year, &value_of, deflators, base) {
            Ok(gbp_per_tonne) => {
                flows.resize(flows.len().max(index + 1), 0.0);
                flows[index] = -carbon.kg() / 1000.0 * gbp_per_tonne;
            }
            Err(why) => unknown.push(why),
        }
    }
    if !unknown.is_empty() {
        return Err(unknown);
    }
    let pounds = present_value(&flows, discount);
    Ok(CarbonValue { pounds, base, base_year, purpose: PhantomData })
}

fn price_of(
    year: CalendarYear,
    value_of: impl Fn(CalendarYear) -> Result<Real, Missing>,
    deflators: &Deflator,
    base: PriceBase,
) -> Result<f64, Unknown> {
    let pounds = deflators.rebase(value_of(year)?, base)?.pounds;
    pounds.to_f64().ok_or_else(|| Unknown::NotPlausible(format!("the carbon value of {}", year.0)))
}
