//! What was seen: a value, and the method by which it was obtained.
//!
//! Which measure it belongs to is `measure`; where it is stored in columns is `estate`.

use crate::words::words;
use chrono::NaiveDate;

words! {
    /// How a value was obtained, strongest first.
    Method {
        /// Read from an instrument.
        Measured = "measured",
        /// Worked out from measured values.
        Calculated = "calculated",
        /// Seen by a surveyor.
        Surveyed = "surveyed",
        /// Stated by the organisation, as in a national return.
        Declared = "declared",
    }
}

/// One observed value, as its measure's kind demands.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A quantity in the measure's unit.
    Quantity(f64),
    /// One of the measure's choices, as the dictionary spells it.
    Choice(String),
    /// Yes or no.
    Flag(bool),
    /// A calendar date.
    Date(NaiveDate),
    /// Free text, which is kept and shown but never judged.
    Text(String),
}
