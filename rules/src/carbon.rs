//! Carbon: what a site emits, what its equipment costs in carbon over its life, how far it is from
//! its targets, and what closes the distance.
//!
//! Each question is a file of its own and keeps to one kind of factor by type: a footprint is of
//! reporting factors, a building is held against a path of alignment by average or CRREM factors,
//! and a change in demand is valued by marginal factors. Sums over two kinds do not compile. The
//! factors themselves are `factor`, and money is `appraisal`, `costing` and `funding`.
//!
//! ```compile_fail
//! use siteworthy_rules::carbon::abatement::{Abatement, cheapest_set};
//! use siteworthy_rules::factor::{Average, Carbon, Marginal};
//! let measures: Vec<Abatement<Marginal>> = Vec::new();
//! // What a measure saves at the margin does not meet a target by average factors.
//! cheapest_set(&measures, Carbon::<Average>::from_kg(1.0));
//! ```
//!
//! What is unknown stays unknown: every answer that could not be worked out says why, and no sum
//! takes an unknown part for zero without saying so beside it.

pub mod abatement;
pub mod bundle;
pub mod crrem;
pub mod demand;
pub mod energy;
pub mod footprint;
pub mod path;
pub mod saving;
pub mod value;
pub mod whole_life;

use crate::factor::{CalendarYear, Missing};
use std::fmt;
use std::ops::RangeInclusive;

/// Why a figure is unknown.
#[derive(Clone, Debug, PartialEq)]
pub enum Unknown {
    /// Nobody has said this; what it is, in words.
    NotKnown(String),
    /// It cannot be right, such as a floor area of zero; what it is, in words.
    NotPlausible(String),
    /// A published factor is missing.
    Missing(Missing),
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotKnown(what) => write!(f, "{what} is not known"),
            Self::NotPlausible(what) => write!(f, "{what} cannot be right"),
            Self::Missing(missing) => missing.fmt(f),
        }
    }
}

impl std::error::Error for Unknown {}

impl From<Missing> for Unknown {
    fn from(missing: Missing) -> Self {
        Self::Missing(missing)
    }
}

/// Every year of a span.
fn years_of(span: &RangeInclusive<CalendarYear>) -> impl Iterator<Item = CalendarYear> + use<> {
    (span.start().0..=span.end().0).map(CalendarYear)
}

/// A figure that is known, finite and not below zero.
///
/// # Errors
/// [`Unknown`], which names it.
fn at_least_zero(value: Option<f64>, what: impl fmt::Display) -> Result<f64, Unknown> {
    let value = value.ok_or_else(|| Unknown::NotKnown(what.to_string()))?;
    let is_plausible = value.is_finite() && value >= 0.0;
    if is_plausible { Ok(value) } else { Err(Unknown::NotPlausible(what.to_string())) }
}

/// The same of a figure that something is divided by.
fn above_zero(value: Option<f64>, what: &str) -> Result<f64, Unknown> {
    let value = at_least_zero(value, what)?;
    if value > 0.0 { Ok(value) } else { Err(Unknown::NotPlausible(what.to_owned())) }
}
