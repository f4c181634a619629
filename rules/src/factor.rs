//! Stand-in for the factor types.
#![allow(missing_docs)]
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::marker::PhantomData;
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CalendarYear(pub i32);
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FinancialYear(pub i32);
pub trait Purpose: Copy + Clone + std::fmt::Debug + PartialEq {}
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Carbon<P>(f64, PhantomData<P>);
impl<P> Carbon<P> {
    pub fn from_kg(kg: f64) -> Self {
        Self(kg, PhantomData)
    }
    pub fn kg(self) -> f64 {
        self.0
    }
}
macro_rules! marks { ($($n:ident)*) => { $(#[derive(Clone, Copy, Debug, PartialEq)] pub struct $n; impl Purpose for $n {})* } }
marks!(Marginal Average Crrem Reporting);
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PriceBase {
    Calendar(CalendarYear),
    Financial(FinancialYear),
}
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing(pub String);
impl std::fmt::Display for Missing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Real {
    pub pounds: Decimal,
    pub base: PriceBase,
}
pub struct Deflators {
    pub calendar: BTreeMap<i32, Decimal>,
}
impl Deflators {
    pub fn rebase(&self, money: Real, to: PriceBase) -> Result<Real, Missing> {
        if money.base == to {
            return Ok(money);
        }
        let at = |b: PriceBase| match b {
            PriceBase::Calendar(y) => {
                self.calendar.get(&y.0).copied().ok_or(Missing(format!("deflator {}", y.0)))
            }
            PriceBase::Financial(_) => Err(Missing("fy".into())),
        };
        Ok(Real { pounds: money.pounds * at(to)? / at(money.base)?, base: to })
    }
}
impl<P> std::ops::Add for Carbon<P> {
    type Output = Self;
    fn add(self, o: Self) -> Self {
        Self::from_kg(self.0 + o.0)
    }
}
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Factor<P>(f64, PhantomData<P>);
impl<P> Factor<P> {
    pub fn new(kg_per_kwh: f64) -> Self {
        Self(kg_per_kwh, PhantomData)
    }
    pub fn kg_per_kwh(self) -> f64 {
        self.0
    }
}
#[derive(Clone, Debug)]
pub struct GridPath<P> {
    pub years: BTreeMap<i32, f64>,
    pub p: PhantomData<P>,
}
impl<P> GridPath<P> {
    pub fn factor(&self, year: CalendarYear) -> Result<Factor<P>, Missing> {
        self.years
            .get(&year.0)
            .map(|v| Factor::new(*v))
            .ok_or(Missing(format!("grid path of {}", year.0)))
    }
}
