//! What work costs: quantity x rate x location x (1 + risk) x (1 + fees), with VAT as stated, in one
//! price base, spread over financial years.
//!
//! Low, central and high are three whole runs: a low total is the sum of low lines and never of some
//! low and some high ones. They bound what the lines can add up to and are no percentiles; those are
//! `simulation`. The arithmetic is that of the HM Treasury supplementary guidance on optimism bias
//! (cost x (1 + bias x (1 - mitigated share))), and its order is a policy of this project: risk on the
//! work, fees on work and risk, VAT on all of it.
//!
//! What is needed is worked out by `gap`, rates are `cost`, indices `factor`, and what is allocated
//! is `funding`.

pub mod pricing;
pub mod simulation;

use crate::cost::{Estimate, Money, Pence};
use crate::factor::deflator::Deflator;
use crate::factor::{FinancialYear, Missing, PriceBase, Real};
use crate::funding::{Ledger, Required};
use rust_decimal::Decimal;
use rust_decimal::prelude::FromPrimitive;
use std::collections::BTreeMap;
use std::fmt;

/// How the risk that work costs more than thought is allowed for: one way or the other, because
/// contingency and optimism bias cover the same risk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Risk {
    /// The optimism bias of the kind of project, as a fraction, and the share of it that has been
    /// mitigated, 0 to 1. Usually the upper bound, and nothing mitigated before there is proof.
    OptimismBias {
        /// Fraction of the cost: 0.24 where the guidance says 24 %.
        fraction: Decimal,
        /// Share of the bias that management has removed, 0 to 1.
        mitigated: Decimal,
    },
    /// A contingency, as a fraction of the cost.
    Contingency {
        /// Fraction of the cost.
        fraction: Decimal,
    },
    /// None, because the rate already holds it or for another reason that must be given.
    None {
        /// Why.
        reason: String,
    },
}

/// What happens to value added tax.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Vat {
    /// Not in the figures.
    Excluded {
        /// Why, such as a comparison with backlog, which is published without VAT.
        reason: String,
    },
    /// Paid, and not recovered.
    Included {
        /// As a fraction.
        rate: Decimal,
        /// Why, such as building work that an NHS trust cannot recover it on.
        reason: String,
    },
    /// Paid and recovered: no cost, and shown beside it because it must be paid first.
    Recovered {
        /// As a fraction.
        rate: Decimal,
        /// Why, such as a contracted-out service.
        reason: String,
    },
}

/// On which terms a line is priced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Prices of the place relative to those of the rate.
    pub location: Decimal,
    /// How risk is allowed for.
    pub risk: Risk,
    /// Professional fees as a fraction of work and risk.
    pub fees: Decimal,
    /// What happens to VAT.
    pub vat: Vat,
}

/// One line of an estimate.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// What it is called.
    pub id: String,
    /// Which ledger pays; running cost is that of one year.
    pub money: Money,
    /// How much is needed, in the unit of the rate; nothing where it is unknown.
    pub quantity: Option<Estimate<Decimal>>,
    /// Pounds for one unit.
    pub rate: Estimate<Decimal>,
    /// Of which prices the rate is.
    pub base: PriceBase,
    /// On which terms it is priced.
    pub terms: Terms,
}

/// Why a line has no price.
#[derive(Clone, Debug, PartialEq)]
pub enum Unpriced {
    /// How much is needed is not known.
    QuantityUnknown,
    /// An index or factor is missing.
    Missing(Missing),
    /// A figure cannot be right; which one.
    NotPlausible(&'static str),
    /// The sum is too large to be counted in pence.
    TooLarge,
}

impl fmt::Display for Unpriced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::QuantityUnknown => f.write_str("how much is needed is not known"),
            Self::Missing(missing) => missing.fmt(f),
            Self::NotPlausible(what) => write!(f, "{what}"),
            Self::TooLarge => f.write_str("the sum is too large to be counted in pence"),
        }
    }
}

impl From<Missing> for Unpriced {
    fn from(missing: Missing) -> Self {
        Self::Missing(missing)
    }
}

/// What a line costs, in parts that add up to the penny.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// Quantity x rate x location.
    pub work: Pence,
    /// Optimism bias or contingency.
    pub risk: Pence,
    /// Fees on work and risk.
    pub fees: Pence,
    /// VAT that is a cost.
    pub vat: Pence,
    /// VAT that is paid and comes back: not in the total.
    pub recoverable_vat: Pence,
}

impl Parts {
    /// What is paid for good.
    #[must_use]
    pub fn total(&self) -> Pence {
        self.work + self.risk + self.fees + self.vat
    }
}

impl std::ops::Add for Parts {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self {
            work: self.work + other.work,
            risk: self.risk + other.risk,
            fees: self.fees + other.fees,
            vat: self.vat + other.vat,
            recoverable_vat: self.recoverable_vat + other.recoverable_vat,
        }
    }
}

impl Risk {
    /// Optimism bias as it is published, in per cent.
    ///
    /// # Errors
    /// [`Unpriced::NotPlausible`] where it is no number.
    pub fn bias_of_percent(percent: f64, mitigated: Decimal) -> Result<Self, Unpriced> {
        let fraction = Decimal::from_f64(percent)
            .ok_or(Unpriced::NotPlausible("the optimism bias is no number"))?
            / Decimal::ONE_HUNDRED;
        Ok(Self::OptimismBias { fraction, mitigated })
    }

    /// The fraction by which it raises the cost.
    fn uplift(&self) -> Result<Decimal, Unpriced> {
        match self {
            Self::None { reason } if reason.trim().is_empty() => {
                Err(Unpriced::NotPlausible("no reason is given why there is no risk"))
            }
            Self::OptimismBias { mitigated, .. } if *mitigated > Decimal::ONE => {
                Err(Unpriced::NotPlausible("more than the whole optimism bias is mitigated"))
            }
            Self::OptimismBias { fraction, mitigated } => {
                let bias = at_least_zero(*fraction, "the optimism bias is below zero")?;
                let left =
                    Decimal::ONE - at_least_zero(*mitigated, "the mitigated share is below zero")?;
                bias.checked_mul(left).ok_or(Unpriced::TooLarge)
            }
            Self::Contingency { fraction } => {
                at_least_zero(*fraction, "the contingency is below zero")
            }
            Self::None { .. } => Ok(Decimal::ZERO),
        }
    }
}

impl Vat {
    /// VAT that is a cost, and VAT that comes back, as fractions of the sum without VAT.
    fn rates(&self) -> Result<(Decimal, Decimal), Unpriced> {
        let (rates, reason) = match self {
            Self::Excluded { reason } => ((Decimal::ZERO, Decimal::ZERO), reason),
            Self::Included { rate, reason } => ((*rate, Decimal::ZERO), reason),
            Self::Recovered { rate, reason } => ((Decimal::ZERO, *rate), reason),
        };
        if reason.trim().is_empty() {
            return Err(Unpriced::NotPlausible("no reason is given for how VAT is treated"));
        }
        at_least_zero(rates.0.min(rates.1), "the VAT rate is below zero")?;
        Ok(rates)
    }
}

fn at_least_zero(value: Decimal, else_what: &'static str) -> Result<Decimal, Unpriced> {
    if value < Decimal::ZERO { Err(Unpriced::NotPlausible(else_what)) } else { Ok(value) }
}

fn check_order(
    estimate: Estimate<Decimal>,
    else_what: &'static str,
) -> Result<Estimate<Decimal>, Unpriced> {
    let is_rising = estimate.low >= Decimal::ZERO
        && estimate.low <= estimate.central
        && estimate.central <= estimate.high;
    if is_rising { Ok(estimate) } else { Err(Unpriced::NotPlausible(else_what)) }
}

/// What a line costs in prices of `base`, in each of the three runs.
///
/// # Errors
/// [`Unpriced`], with the reason; such a line is no free one.
pub fn price(
    line: &Line,
    base: PriceBase,
    deflators: &Deflator,
) -> Result<Estimate<Parts>, Unpriced> {
    let quantity = line.quantity.ok_or(Unpriced::QuantityUnknown)?;
    let quantity = check_order(quantity, "the quantities are not in rising order from zero")?;
    let rate = check_order(line.rate, "the rates are not in rising order from zero")?;
    if line.terms.location <= Decimal::ZERO {
        return Err(Unpriced::NotPlausible("the location factor is not above zero"));
    }
    let run = |quantity, rate| price_run(quantity, rate, line, base, deflators);
    Ok(Estimate {
        low: run(quantity.low, rate.low)?,
        central: run(quantity.central, rate.central)?,
        high: run(quantity.high, rate.high)?,
    })
}

fn price_run(
    quantity: Decimal,
    rate: Decimal,
    line: &Line,
    base: PriceBase,
    deflators: &Deflator,
) -> Result<Parts, Unpriced> {
    let terms = &line.terms;
    let times = |one: Decimal, other: Decimal| one.checked_mul(other).ok_or(Unpriced::TooLarge);
    let plus = |one: Decimal, other: Decimal| one.checked_add(other).ok_or(Unpriced::TooLarge);
    let pence = |pounds| Pence::from_pounds(pounds).ok_or(Unpriced::TooLarge);

    let published = Real { pounds: times(quantity, rate)?, base: line.base };
    let work = times(deflators.rebase(published, base)?.pounds, terms.location)?;
    let risk = times(work, terms.risk.uplift()?)?;
    let with_risk = plus(work, risk)?;
    let fees = times(with_risk, at_least_zero(terms.fees, "the fees are below zero")?)?;
    let net = plus(with_risk, fees)?;
    let (cost, comes_back) = terms.vat.rates()?;
    let vat = pence(times(net, cost)?)?;
    let recoverable_vat = pence(times(net, comes_back)?)?;
    // Each boundary is rounded, and a part is the distance of two: so the parts add up to the total.
    let (at_work, at_risk, at_fees) = (pence(work)?, pence(with_risk)?, pence(net)?);
    Ok(Parts {
        work: at_work,
        risk: Pence(at_risk.0 - at_work.0),
        fees: Pence(at_fees.0 - at_risk.0),
        vat,
        recoverable_vat,
    })
}

/// The sum of the lines of one kind of money.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Total {
    /// What is priced, in each of the three runs.
    pub parts: Estimate<Parts>,
    /// The lines that have no price and why: the total is at least what is shown.
    pub unpriced: Vec<(String, Unpriced)>,
}

impl Total {
    /// What is paid for good in each run, with how much is missing from it.
    #[must_use]
    pub fn required(&self) -> Estimate<Required> {
        let unpriced = self.unpriced.len();
        self.parts.map(|parts| Required { pence: parts.total(), unpriced })
    }
}

/// The lines of each kind of money added up, in prices of `base`. Capital and running cost stay apart.
#[must_use]
pub fn total(lines: &[Line], base: PriceBase, deflators: &Deflator) -> BTreeMap<Money, Total> {
    let mut totals: BTreeMap<Money, Total> = BTreeMap::new();
    for line in lines {
        let total = totals.entry(line.money).or_default();
        match price(line, base, deflators) {
            Ok(parts) => total.parts = total.parts + parts,
            Err(why) => total.unpriced.push((line.id.clone(), why)),
        }
    }
    totals
}

/// When money is spent.
#[derive(Clone, Debug, PartialEq)]
pub enum Phasing {
    /// Once, by shares of the years of the work.
    Spread {
        /// The year of the first share.
        start: FinancialYear,
        /// Shares of the cost by year; they add up to one.
        shares: Vec<Decimal>,
    },
    /// As much in every year.
    EveryYear {
        /// The first year.
        start: FinancialYear,
        /// How many years.
        years: u32,
    },
}

impl Phasing {
    /// Once, by a published spend profile.
    ///
    /// # Errors
    /// [`NotPhased::NotANumber`] where a share is none.
    pub fn by_profile(start: FinancialYear, shares: &[f64]) -> Result<Self, NotPhased> {
        let shares = shares.iter().map(|share| Decimal::from_f64(*share));
        let shares = shares.collect::<Option<_>>().ok_or(NotPhased::NotANumber)?;
        Ok(Self::Spread { start, shares })
    }
}

/// Why a cost could not be phased.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotPhased {
    /// A share is no number.
    NotANumber,
    /// A share is below zero.
    NegativeShare,
    /// The shares do not add up to one.
    SharesNotOne(Decimal),
}

impl fmt::Display for NotPhased {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotANumber => f.write_str("a share of the spend profile is no number"),
            Self::NegativeShare => f.write_str("a share of the spend profile is below zero"),
            Self::SharesNotOne(sum) => write!(f, "the spend profile adds up to {sum}, not to 1"),
        }
    }
}

impl std::error::Error for NotPhased {}

/// One sum by financial year, to the penny: what is spread adds up to `total` again.
///
/// # Errors
/// [`NotPhased`] where shares are no shares.
pub fn phase(total: Pence, phasing: &Phasing) -> Result<BTreeMap<FinancialYear, Pence>, NotPhased> {
    match phasing {
        Phasing::EveryYear { start, years } => {
            Ok(years_from(*start).take(*years as usize).map(|year| (year, total)).collect())
        }
        Phasing::Spread { start, shares } => {
            if shares.iter().any(Decimal::is_sign_negative) {
                return Err(NotPhased::NegativeShare);
            }
            let sum: Decimal = shares.iter().sum();
            if sum != Decimal::ONE {
                return Err(NotPhased::SharesNotOne(sum));
            }
            // The money spent up to each year is rounded, and a year is the distance of two.
            let (mut share, mut spent) = (Decimal::ZERO, 0);
            let year_of = |(year, one): (FinancialYear, &Decimal)| {
                share += one;
                let reached = (Decimal::from(total.0) * share).round();
                let reached = i64::try_from(reached).unwrap_or(total.0);
                let pence = Pence(reached - spent);
                spent = reached;
                (year, pence)
            };
            Ok(years_from(*start).zip(shares).map(year_of).collect())
        }
    }
}

fn years_from(start: FinancialYear) -> impl Iterator<Item = FinancialYear> {
    (start.0..).map(FinancialYear)
}

/// Totals by year and kind of money, a whole ledger for each run, ready for `funding`.
///
/// What has no price counts once, in the first year, so that it is not counted again each year.
///
/// # Errors
/// [`NotPhased`] where shares are no shares.
pub fn ledgers(
    totals: &BTreeMap<Money, Estimate<Required>>,
    phasing: impl Fn(Money) -> Phasing,
) -> Result<Estimate<Ledger<Required>>, NotPhased> {
    let mut ledgers: Estimate<Ledger<Required>> = Estimate::default();
    for (money, total) in totals {
        let phasing = phasing(*money);
        for (ledger, required) in [
            (&mut ledgers.low, total.low),
            (&mut ledgers.central, total.central),
            (&mut ledgers.high, total.high),
        ] {
            let mut unpriced = required.unpriced;
            for (year, pence) in phase(required.pence, &phasing)? {
                *ledger.entry((year, *money)).or_default() += Required { pence, unpriced };
                unpriced = 0;
            }
        }
    }
    Ok(ledgers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::factor::CalendarYear;

    const BASE: PriceBase = PriceBase::Calendar(CalendarYear(2024));

    fn exactly(value: &str) -> Decimal {
        value.parse().expect("a decimal")
    }

    fn all(value: &str) -> Estimate<Decimal> {
        let value = exactly(value);
        Estimate { low: value, central: value, high: value }
    }

    fn plain() -> Terms {
        Terms {
            location: Decimal::ONE,
            risk: Risk::None { reason: "a test".to_owned() },
            fees: Decimal::ZERO,
            vat: Vat::Excluded { reason: "a test".to_owned() },
        }
    }

    fn line(quantity: &str, rate: &str, terms: Terms) -> Line {
        Line {
            id: "switchgear".to_owned(),
            money: Money::Capital,
            quantity: Some(all(quantity)),
            rate: all(rate),
            base: BASE,
            terms,
        }
    }

    fn priced(line: &Line) -> Parts {
        price(line, BASE, &deflators()).expect("it has a price").central
    }

    #[test]
    fn every_factor_is_in_the_price_and_the_parts_add_up() {
        let terms = Terms {
            location: exactly("1.25"),
            risk: Risk::OptimismBias { fraction: exactly("0.5"), mitigated: exactly("0.4") },
            fees: exactly("0.1"),
            vat: Vat::Included { rate: exactly("0.2"), reason: "a test".to_owned() },
        };
        // 4 x 100 x 1.25 = 500; + 30 % = 650; + 10 % = 715; + 20 % = 858.
        let parts = priced(&line("4", "100", terms));
        let of = [parts.work, parts.risk, parts.fees, parts.vat, parts.total()];
        assert_eq!(of.map(|pence| pence.0), [50_000, 15_000, 6_500, 14_300, 85_800]);
    }

    #[test]
    fn each_run_takes_its_own_quantity_and_its_own_rate() {
        let three = |low, central, high| Estimate { low, central, high }.map(Decimal::from);
        let runs = Line {
            quantity: Some(three(2, 3, 5)),
            rate: three(7, 11, 13),
            ..line("1", "1", plain())
        };
        let found = price(&runs, BASE, &deflators()).expect("it has a price");
        let pounds = found.map(|parts| parts.total().0 / 100);
        assert_eq!(pounds, Estimate { low: 14, central: 33, high: 65 });
    }

    #[test]
    fn vat_that_comes_back_is_shown_and_is_no_cost() {
        let vat = Vat::Recovered { rate: exactly("0.2"), reason: "contracted out".to_owned() };
        let parts = priced(&line("1", "100", Terms { vat, ..plain() }));
        assert_eq!((parts.total(), parts.recoverable_vat), (Pence(10_000), Pence(2_000)));
    }

    #[test]
    fn a_contingency_raises_the_cost_by_itself() {
        let risk = Risk::Contingency { fraction: exactly("0.1") };
        assert_eq!(priced(&line("1", "100", Terms { risk, ..plain() })).risk, Pence(1_000));
    }

    #[test]
    fn a_line_without_a_price_says_why_and_is_never_free() {
        let risk = |fraction, mitigated| Risk::OptimismBias {
            fraction: exactly(fraction),
            mitigated: exactly(mitigated),
        };
        let vat = |rate| Vat::Included { rate: exactly(rate), reason: "a test".to_owned() };
        let falling = Estimate { low: exactly("2"), central: exactly("1"), high: exactly("3") };
        let good = line("1", "1", plain());
        let with = |terms: Terms| Line { terms, ..good.clone() };
        for (bad, words) in [
            (Line { quantity: None, ..good.clone() }, "how much is needed is not known"),
            (Line { quantity: Some(falling), ..good.clone() }, "the quantities are not in rising"),
            (Line { rate: falling, ..good.clone() }, "the rates are not in rising order"),
            (with(Terms { location: Decimal::ZERO, ..plain() }), "the location factor"),
            (with(Terms { fees: exactly("-0.1"), ..plain() }), "the fees are below zero"),
            (
                with(Terms { risk: Risk::None { reason: " ".to_owned() }, ..plain() }),
                "why there is",
            ),
            (with(Terms { vat: Vat::Excluded { reason: String::new() }, ..plain() }), "how VAT is"),
            (with(Terms { vat: vat("-0.2"), ..plain() }), "the VAT rate is below zero"),
            (with(Terms { risk: risk("0.2", "1.1"), ..plain() }), "more than the whole"),
            (with(Terms { risk: risk("-0.2", "0"), ..plain() }), "the optimism bias is below"),
            (with(Terms { risk: risk("0.2", "-1"), ..plain() }), "the mitigated share is below"),
            (line("79228162514264337593543950335", "9", plain()), "too large"),
            (line("100000000000000000", "9", plain()), "too large"),
        ] {
            let why = price(&bad, BASE, &deflators()).expect_err("no price");
            assert!(why.to_string().contains(words), "{why}");
            let totals = total(&[bad, good.clone()], BASE, &deflators());
            let capital = &totals[&Money::Capital];
            assert_eq!(capital.unpriced, [("switchgear".to_owned(), why)]);
            assert_eq!(capital.required().central, Required { pence: Pence(100), unpriced: 1 });
        }
    }

    #[test]
    fn a_rate_of_other_prices_is_moved_to_those_of_the_report() {
        let old =
            Line { base: PriceBase::Calendar(CalendarYear(2022)), ..line("1", "273.06", plain()) };
        assert_eq!(priced(&old).total(), Pence(30_172));
        let unknown = Line { base: PriceBase::Calendar(CalendarYear(1901)), ..old };
        let why = price(&unknown, BASE, &deflators()).expect_err("no index");
        assert!(matches!(&why, Unpriced::Missing(_)) && why.to_string().contains("1901"), "{why}");
    }

    #[test]
    fn what_is_spread_adds_up_to_the_penny() {
        let start = FinancialYear(2026);
        let shares = vec![exactly("0.1"), exactly("0.2"), exactly("0.7")];
        let years = phase(Pence(99), &Phasing::Spread { start, shares }).expect("shares");
        assert_eq!(years.values().map(|pence| pence.0).collect::<Vec<_>>(), [10, 20, 69]);
        assert_eq!(years.keys().next(), Some(&start));
        let years = phase(Pence(7), &Phasing::EveryYear { start, years: 3 }).expect("no shares");
        assert_eq!(years.values().copied().sum::<Pence>(), Pence(21));
    }

    #[test]
    fn shares_that_are_no_shares_are_refused() {
        let start = FinancialYear(2026);
        for (shares, words) in [
            (vec![exactly("0.5"), exactly("0.4")], "adds up to 0.9, not to 1"),
            (vec![exactly("1.5"), exactly("-0.5")], "below zero"),
            (vec![], "adds up to 0"),
        ] {
            let why = phase(Pence(1), &Phasing::Spread { start, shares }).expect_err("no shares");
            assert!(why.to_string().contains(words), "{why}");
        }
    }

    #[test]
    fn what_has_no_price_is_counted_once_over_the_years() {
        let lines = [line("1", "10", plain()), Line { quantity: None, ..line("1", "1", plain()) }];
        let start = FinancialYear(2026);
        let shares = vec![exactly("0.5"), exactly("0.5")];
        let totals = total(&lines, BASE, &deflators());
        let totals = totals.iter().map(|(money, total)| (*money, total.required())).collect();
        let ledgers = ledgers(&totals, |_| Phasing::Spread { start, shares: shares.clone() })
            .expect("shares");
        let gaps = crate::funding::investment_gap(&ledgers.high, &Ledger::new());
        assert_eq!(gaps[&Money::Capital].unpriced(), 1);
        assert_eq!(gaps[&Money::Capital].closing_unfunded, Pence(1_000));
    }

    fn deflators() -> Deflator {
        let figure = |value| crate::factor::Figure {
            value,
            unit: "index 2024=100".to_owned(),
            evidence: crate::dated::Evidence::SecondHand,
            source: "HM Treasury GDP deflators, December 2025".to_owned(),
            source_year: 2025,
            note: String::new(),
        };
        let base = |year| PriceBase::Calendar(crate::factor::CalendarYear(year));
        let index = [(base(2022), figure(90.5005)), (base(2024), figure(100.0))];
        Deflator { vintage: "hmt-2025-12".to_owned(), index: index.into() }
    }
}
