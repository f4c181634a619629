//! The investment gap: what must be spent in each financial year, less what is allocated, for each
//! kind of money apart.
//!
//! Two readings of a gap are always given together, because they differ and both are asked for: the
//! sum of the yearly gaps, where what is left of one year is lost to the next, and what stays
//! unfunded, where need and allocation both roll forward. What must be spent is worked out by
//! `costing`; all figures are of one price base, which the caller states.

use crate::cost::{Money, Pence};
use crate::factor::FinancialYear;
use std::collections::BTreeMap;
use std::ops::{Add, AddAssign};

/// What must be spent, as far as it is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Required {
    /// The sum of what is priced.
    pub pence: Pence,
    /// How many items have no price. Where there are any, the gap is at least what is shown.
    pub unpriced: usize,
}

impl Add for Required {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self { pence: self.pence + other.pence, unpriced: self.unpriced + other.unpriced }
    }
}

impl AddAssign for Required {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

/// One financial year of one kind of money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct YearGap {
    /// The financial year.
    pub year: FinancialYear,
    /// What must be spent in it.
    pub required: Required,
    /// What is allocated to it; nothing where no allocation is on record. The gap then counts nothing
    /// as allocated, and is at most what is shown.
    pub allocated: Option<Pence>,
    /// What the year alone lacks: required less allocated, not below zero.
    pub yearly_gap: Pence,
    /// Required less allocated from the first year to this one; below zero where more was allocated.
    pub cumulative: Pence,
}

/// The gap of one kind of money.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InvestmentGap {
    /// Every year from the first to the last that is named, in order.
    pub years: Vec<YearGap>,
    /// The sum of the yearly gaps: each year alone.
    pub sum_yearly_gap: Pence,
    /// What is unfunded after the last year if need and allocation roll forward; not below zero.
    pub closing_unfunded: Pence,
    /// The most that is unfunded after any year if need and allocation roll forward; not below zero.
    pub peak_unfunded: Pence,
}

impl InvestmentGap {
    /// The years without an allocation on record although something must be spent in them.
    pub fn unrecorded(&self) -> impl Iterator<Item = FinancialYear> {
        self.years
            .iter()
            .filter(|one| one.allocated.is_none() && one.required != Required::default())
            .map(|one| one.year)
    }

    /// How many items that must be paid for have no price.
    #[must_use]
    pub fn unpriced(&self) -> usize {
        self.years.iter().map(|one| one.required.unpriced).sum()
    }
}

/// What must be spent or is allocated, by year and kind of money.
pub type Ledger<T> = BTreeMap<(FinancialYear, Money), T>;

/// The gap of each kind of money. Capital and running cost are never set against each other: one may
/// not be spent as the other without the Treasury's consent.
#[must_use]
pub fn investment_gap(
    required: &Ledger<Required>,
    allocated: &Ledger<Pence>,
) -> BTreeMap<Money, InvestmentGap> {
    Money::ALL
        .iter()
        .map(|money| (*money, gap_of(*money, required, allocated)))
        .filter(|(_, gap)| !gap.years.is_empty())
        .collect()
}

fn gap_of(money: Money, required: &Ledger<Required>, allocated: &Ledger<Pence>) -> InvestmentGap {
    let named = || {
        let of_money = |(year, kind): &(FinancialYear, Money)| (*kind == money).then_some(*year);
        required.keys().chain(allocated.keys()).filter_map(of_money)
    };
    let (Some(first), Some(last)) = (named().min(), named().max()) else {
        return InvestmentGap::default();
    };
    let mut gap = InvestmentGap::default();
    let mut cumulative = 0;
    for year in (first.0..=last.0).map(FinancialYear) {
        let required = required.get(&(year, money)).copied().unwrap_or_default();
        let allocated = allocated.get(&(year, money)).copied();
        let lacking = required.pence.0 - allocated.unwrap_or_default().0;
        cumulative += lacking;
        let yearly_gap = Pence(lacking.max(0));
        gap.sum_yearly_gap += yearly_gap;
        gap.peak_unfunded = gap.peak_unfunded.max(Pence(cumulative));
        gap.closing_unfunded = Pence(cumulative.max(0));
        let cumulative = Pence(cumulative);
        gap.years.push(YearGap { year, required, allocated, yearly_gap, cumulative });
    }
    gap
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: FinancialYear = FinancialYear(2026);

    fn ledger<T: Copy>(money: Money, amounts: &[(i32, T)]) -> Ledger<T> {
        amounts.iter().map(|(year, amount)| ((FinancialYear(*year), money), *amount)).collect()
    }

    fn need(pence: i64) -> Required {
        Required { pence: Pence(pence), unpriced: 0 }
    }

    #[test]
    fn what_is_left_of_one_kind_of_money_closes_no_gap_of_the_other() {
        let required = ledger(Money::Capital, &[(2026, need(10))]);
        let allocated = ledger(Money::Running, &[(2026, Pence(100))]);
        let gaps = investment_gap(&required, &allocated);
        assert_eq!(gaps[&Money::Capital].sum_yearly_gap, Pence(10));
        assert_eq!(gaps[&Money::Capital].unrecorded().collect::<Vec<_>>(), [FIRST]);
        assert_eq!(gaps[&Money::Running].closing_unfunded, Pence(0));
        assert_eq!(gaps[&Money::Running].years[0].cumulative, Pence(-100));
    }

    #[test]
    fn a_year_that_nobody_names_between_two_others_is_shown() {
        let required = ledger(Money::Capital, &[(2026, need(5)), (2028, need(7))]);
        let allocated = ledger(Money::Capital, &[(2026, Pence(9)), (2028, Pence(0))]);
        let gap = &investment_gap(&required, &allocated)[&Money::Capital];
        let cumulative: Vec<i64> = gap.years.iter().map(|one| one.cumulative.0).collect();
        assert_eq!(cumulative, [-4, -4, 3]);
        assert_eq!((gap.sum_yearly_gap, gap.closing_unfunded), (Pence(7), Pence(3)));
        // Nothing must be spent in 2027, and 2028 is allocated nothing: neither is unrecorded.
        assert_eq!(gap.unrecorded().count(), 0);
    }

    #[test]
    fn an_item_without_a_price_is_counted_and_not_taken_as_free() {
        let unpriced = Required { pence: Pence(0), unpriced: 2 };
        let required = ledger(Money::Capital, &[(2026, unpriced + need(3))]);
        let gap = &investment_gap(&required, &Ledger::new())[&Money::Capital];
        assert_eq!((gap.unpriced(), gap.sum_yearly_gap), (2, Pence(3)));
        assert_eq!(gap.unrecorded().collect::<Vec<_>>(), [FIRST]);
    }

    #[test]
    fn nothing_required_and_nothing_allocated_is_no_gap_at_all() {
        assert!(investment_gap(&Ledger::new(), &Ledger::new()).is_empty());
    }
}
