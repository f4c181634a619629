//! Discounting and appraisal: present values, annuities, rates of return and the value of carbon over
//! years.
//!
//! Every function takes a list of flows: the one at index 0 falls in the base year and is not
//! discounted, the one at index t falls t years later. Spreadsheets discount their first flow, so
//! their NPV differs. Signs are kept as given: money received is above zero, money paid below.
//!
//! A present value is an estimate and no entry of a ledger. It is worked out in f64 pounds, because
//! discount factors are no decimals, and rounded once at the face. Rates and carbon values are data
//! of `factor`; what is spent when is `costing`.
//!
//! The meaning of `pmt`, `pv`, `irr` and `mirr` is that of numpy-financial.

use std::fmt;

/// The present value of flows by a discount factor for each index, such as that of a schedule whose
/// rate falls after year 30: HM Treasury Green Book (2026), paragraph 6.54.
#[must_use]
pub fn present_value(flows: &[f64], factor: impl Fn(u32) -> f64) -> f64 {
    (0..).zip(flows).map(|(year, flow)| flow * factor(year)).sum()
}

/// The discount factors of one rate for all years.
pub fn constant(rate: f64) -> impl Fn(u32) -> f64 {
    move |year| grow(1.0 + rate, year).recip()
}

/// The net present value of flows at one rate for all years.
#[must_use]
pub fn npv(rate: f64, flows: &[f64]) -> f64 {
    present_value(flows, constant(rate))
}

/// `base` to a whole power, by multiplication only: the same bits on every machine.
fn grow(base: f64, power: u32) -> f64 {
    (0..power).fold(1.0, |product, _| product * base)
}

/// The sum of the discount factors of the years 1 to `years`: what one pound at the end of each of
/// them is worth in the base year.
#[must_use]
pub fn annuity_factor(years: u32, factor: impl Fn(u32) -> f64) -> f64 {
    (1..=years).map(factor).sum()
}

/// The yearly sum at the end of each year 1 to n that is worth as much as all the flows 0 to n: how
/// choices of unlike lives are compared. Nothing where the flows end in the base year.
#[must_use]
pub fn equivalent_annual_cost(flows: &[f64], factor: impl Fn(u32) -> f64) -> Option<f64> {
    let years = u32::try_from(flows.len()).ok()?.checked_sub(1).filter(|years| *years > 0)?;
    Some(present_value(flows, &factor) / annuity_factor(years, &factor))
}

/// When in a period a payment falls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// At its end.
    End,
    /// At its beginning.
    Beginning,
}

/// What one pound a period is worth at its end, relative to the end of the last one, and the growth
/// over all periods.
fn accumulate(rate: f64, periods: u32, due: Due) -> (f64, f64) {
    let growth = grow(1.0 + rate, periods);
    if rate == 0.0 {
        return (f64::from(periods), growth);
    }
    let shift = if due == Due::Beginning { 1.0 + rate } else { 1.0 };
    (shift * (growth - 1.0) / rate, growth)
}

/// The level payment that repays `principal` over `periods`, leaving `future_value` at the end; below
/// zero where the principal is received. Not a number for no periods.
#[must_use]
pub fn pmt(rate: f64, periods: u32, principal: f64, future_value: f64, due: Due) -> f64 {
    let (sum, growth) = accumulate(rate, periods, due);
    -(future_value + principal * growth) / sum
}

/// The sum now that is worth as much as `payment` in each of `periods` and `future_value` at their
/// end, with the opposite sign.
#[must_use]
pub fn pv(rate: f64, periods: u32, payment: f64, future_value: f64, due: Due) -> f64 {
    let (sum, growth) = accumulate(rate, periods, due);
    -(future_value + payment * sum) / growth
}

/// Why flows have no rate of return.
#[derive(Clone, Debug, PartialEq)]
pub enum NoRate {
    /// All flows are received, or all are paid, or there are none.
    OneSign,
    /// At no rate above -100 % are the flows worth nothing.
    NoRoot,
    /// More than one rate makes the flows worth nothing, so none of them says anything: lowest first.
    Several(Vec<f64>),
    /// Something in them is not a finite number.
    NotFinite,
}

impl fmt::Display for NoRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OneSign => f.write_str("the flows are not both paid and received"),
            Self::NoRoot => f.write_str("no rate above -100 % makes the flows worth nothing"),
            Self::Several(rates) => {
                write!(
                    f,
                    "{} rates make the flows worth nothing; use the net present value",
                    rates.len()
                )
            }
            Self::NotFinite => f.write_str("a flow is not a finite number"),
        }
    }
}

impl std::error::Error for NoRate {}

/// The internal rate of return: the one rate at which the net present value is zero.
///
/// numpy-financial picks one where there are several; here that is refused with the list of them,
/// because a budget must not rest on a choice that nobody made.
///
/// # Errors
/// [`NoRate`], with the reason.
pub fn irr(flows: &[f64]) -> Result<f64, NoRate> {
    check_both_signs(flows)?;
    // The net present value is a polynomial in 1 / (1 + rate), which lies above zero.
    let mut rates: Vec<f64> =
        positive_roots(flows).into_iter().map(|discount| discount.recip() - 1.0).collect();
    rates.sort_by(f64::total_cmp);
    match rates.as_slice() {
        [] => Err(NoRate::NoRoot),
        [rate] => Ok(*rate),
        _ => Err(NoRate::Several(rates)),
    }
}

fn check_both_signs(flows: &[f64]) -> Result<(), NoRate> {
    if !flows.iter().all(|flow| flow.is_finite()) {
        return Err(NoRate::NotFinite);
    }
    let both = flows.iter().any(|flow| *flow > 0.0) && flows.iter().any(|flow| *flow < 0.0);
    if both { Ok(()) } else { Err(NoRate::OneSign) }
}

/// The roots above zero of a polynomial, its constant term first, in rising order and each once.
///
/// Between two neighbouring extrema a polynomial has at most one root, and its extrema are the roots
/// of its derivative; so each lies alone in a bracket and is found by halving.
fn positive_roots(coefficients: &[f64]) -> Vec<f64> {
    let first = coefficients.iter().position(|one| *one != 0.0).unwrap_or(coefficients.len());
    let last = coefficients.iter().rposition(|one| *one != 0.0).map_or(first, |at| at + 1);
    let polynomial = &coefficients[first..last];
    let Some((leading, lower)) = polynomial.split_last().filter(|(_, lower)| !lower.is_empty())
    else {
        return Vec::new();
    };
    // Cauchy's bound: no root lies beyond it.
    let bound = 1.0 + lower.iter().map(|one| (one / leading).abs()).fold(0.0, f64::max);
    // Scaled by the leading term, so that the factorials of long derivatives stay finite.
    let derivative: Vec<f64> = (1_u32..)
        .zip(&polynomial[1..])
        .map(|(power, one)| f64::from(power) * one / leading)
        .collect();
    let mut edges = vec![0.0];
    edges.extend(positive_roots(&derivative).into_iter().filter(|edge| *edge < bound));
    edges.push(bound);
    let mut roots: Vec<f64> =
        edges.windows(2).filter_map(|edge| bisect(polynomial, edge[0], edge[1])).collect();
    roots.dedup();
    roots
}

fn evaluate(polynomial: &[f64], at: f64) -> f64 {
    polynomial.iter().rev().fold(0.0, |sum, one| sum * at + one)
}

/// The root between two points at which the polynomial has opposite signs, or the one at the right
/// edge, to the last bit.
fn bisect(polynomial: &[f64], mut low: f64, mut high: f64) -> Option<f64> {
    let (at_low, at_high) = (evaluate(polynomial, low), evaluate(polynomial, high));
    if is_touching(polynomial, high, at_high) {
        return Some(high);
    }
    if is_touching(polynomial, low, at_low) || (at_low > 0.0) == (at_high > 0.0) {
        return None;
    }
    loop {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            return Some(middle);
        }
        if (evaluate(polynomial, middle) > 0.0) == (at_low > 0.0) {
            low = middle;
        } else {
            high = middle;
        }
    }
}

/// Whether a value is zero but for the rounding of its terms: a curve that only touches the axis.
fn is_touching(polynomial: &[f64], at: f64, value: f64) -> bool {
    let size = polynomial.iter().rev().fold(0.0, |sum, one| sum * at + one.abs());
    value.abs() <= size * f64::EPSILON * 4.0
}

/// The modified internal rate of return: what is paid is discounted at the finance rate, and what is
/// received is reinvested to the last year.
///
/// # Errors
/// [`NoRate::OneSign`] and [`NoRate::NotFinite`].
pub fn mirr(flows: &[f64], finance_rate: f64, reinvest_rate: f64) -> Result<f64, NoRate> {
    check_both_signs(flows)?;
    let received: Vec<f64> = flows.iter().map(|flow| flow.max(0.0)).collect();
    let paid: Vec<f64> = flows.iter().map(|flow| flow.min(0.0)).collect();
    let ratio = npv(reinvest_rate, &received) / -npv(finance_rate, &paid);
    #[expect(clippy::cast_precision_loss, reason = "a life is far shorter than 2^52 years")]
    let years = (flows.len() - 1) as f64;
    Ok(ratio.powf(years.recip()) * (1.0 + reinvest_rate) - 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(one: f64, other: f64) {
        assert!((one - other).abs() < 1e-9, "{one} is not {other}");
    }

    #[test]
    fn a_flow_in_the_base_year_is_not_discounted() {
        close(npv(0.5, &[7.0]), 7.0);
        close(npv(0.5, &[0.0, 3.0]), 2.0);
        close(npv(0.5, &[]), 0.0);
    }

    #[test]
    fn a_loan_at_no_interest_is_repaid_in_equal_parts() {
        close(pmt(0.0, 4, 100.0, 0.0, Due::End), -25.0);
        close(pv(0.0, 4, -25.0, 0.0, Due::End), 100.0);
    }

    #[test]
    fn what_is_paid_at_the_beginning_is_worth_a_period_more() {
        close(pv(0.1, 1, -11.0, 0.0, Due::Beginning), 11.0);
        close(pv(0.1, 1, -11.0, 0.0, Due::End), 10.0);
        close(pmt(0.1, 1, 11.0, 0.0, Due::Beginning), -11.0);
    }

    #[test]
    fn pmt_and_pv_undo_each_other() {
        for due in [Due::End, Due::Beginning] {
            let payment = pmt(0.035, 25, 1000.0, -200.0, due);
            close(pv(0.035, 25, payment, -200.0, due), 1000.0);
        }
    }

    #[test]
    fn nothing_has_an_annual_cost_without_a_year() {
        assert_eq!(equivalent_annual_cost(&[-5.0], constant(0.035)), None);
        assert_eq!(equivalent_annual_cost(&[], constant(0.035)), None);
        close(equivalent_annual_cost(&[-10.0, 0.0], constant(0.1)).unwrap(), -11.0);
    }

    #[test]
    fn rates_of_return_that_mean_nothing_are_refused() {
        assert_eq!(irr(&[]), Err(NoRate::OneSign));
        assert_eq!(irr(&[-1.0, -2.0]), Err(NoRate::OneSign));
        assert_eq!(irr(&[1.0, f64::NAN, -1.0]), Err(NoRate::NotFinite));
        assert_eq!(mirr(&[1.0, 2.0], 0.1, 0.1), Err(NoRate::OneSign));
        // x^2 - x + 1 has no real root.
        assert_eq!(irr(&[1.0, -1.0, 1.0]), Err(NoRate::NoRoot));
        // (1 + r) is 1.1 or 1.2.
        let Err(NoRate::Several(rates)) = irr(&[-100.0, 230.0, -132.0]) else {
            panic!("two rates");
        };
        close(rates[0], 0.1);
        close(rates[1], 0.2);
        let said = irr(&[-100.0, 230.0, -132.0]).unwrap_err().to_string();
        assert!(said.contains("2 rates") && said.contains("net present value"), "{said}");
    }

    #[test]
    fn a_rate_where_the_curve_only_touches_zero_is_one_rate() {
        close(irr(&[1.0, -2.0, 1.0]).unwrap(), 0.0);
    }

    #[test]
    fn a_loss_has_a_rate_below_zero() {
        close(irr(&[-100.0, 50.0]).unwrap(), -0.5);
        close(irr(&[0.0, -100.0, 0.0, 121.0]).unwrap(), 0.1);
    }

    #[test]
    fn a_long_life_has_its_rate_too() {
        let mut flows = vec![50.0; 61];
        flows[0] = -1000.0;
        let rate = irr(&flows).unwrap();
        assert!(npv(rate, &flows).abs() < 1e-6, "{rate}");
    }
}
