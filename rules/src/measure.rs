//! The measure dictionary: what can be observed, in which unit, within which limits.
//!
//! Columns of the template, API documentation, headings and forms derive from it. Which values
//! are good enough is `profile`.

use crate::dated::Evidence;
use crate::unit::Unit;
use crate::words::words;
use chrono::NaiveDate;

words! {
    /// The part of a building or service that a measure describes.
    Domain {
        /// Supply, standby, batteries.
        Power = "power",
        /// Wi-Fi, mobile, wide area links.
        Connectivity = "connectivity",
        /// Noise, speech, light.
        Acoustics = "acoustics",
        /// Air, temperature, cooling.
        Environment = "environment",
        /// Areas, routes, floors, lifts.
        Space = "space",
        /// Cyber security and responsible handover.
        Cyber = "cyber",
        /// Energy and floor area.
        Sustainability = "sustainability",
    }
}

words! {
    /// Where a measure is read: of the whole site, or of a space (and then perhaps of the site too).
    Scope {
        /// Of the whole site.
        Site = "site",
        /// Of a room or zone.
        Space = "space",
    }
}

words! {
    /// Which way is better.
    Better {
        /// More is better.
        Higher = "higher",
        /// Less is better.
        Lower = "lower",
        /// Neither, or only a range is good.
        Neither = "neither",
    }
}

words! {
    /// The scale on which attainment is linear.
    Scale {
        /// The value itself.
        Linear = "linear",
        /// Common logarithm of the value: latency, jitter, bandwidth.
        Log10 = "log10",
        /// Nines of an availability in per cent: -log10(1 - value / 100).
        Nines = "nines",
    }
}

/// What values a measure takes.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// A number with a unit.
    Quantity {
        /// The one unit in which values are kept.
        unit: Unit,
        /// Plausible limits, both allowed; outside them a value is refused.
        range: (f64, f64),
        /// Which way is better.
        better: Better,
        /// The scale on which attainment is linear.
        scale: Scale,
    },
    /// One of a list, worst first.
    Choice {
        /// The choices as written.
        choices: Vec<String>,
        /// The choice that takes the measure out of a checklist, as an index.
        not_applicable: Option<usize>,
    },
    /// Yes or no.
    Flag,
    /// A calendar date.
    Date,
    /// Free text, kept and shown but never judged.
    Text,
}

/// One entry of the dictionary.
#[derive(Clone, Debug, PartialEq)]
pub struct Measure {
    /// Stable kebab-case id with the unit last.
    pub id: String,
    /// Heading.
    pub title: String,
    /// The part of a building that it describes.
    pub domain: Domain,
    /// Of a site or of a space.
    pub scope: Scope,
    /// What values it takes.
    pub kind: Kind,
    /// A measure of the same site above which this one is flagged.
    pub not_above: Option<MeasureIndex>,
    /// What to measure and how.
    pub help: String,
    /// Where the definition or its limits come from.
    pub reference: String,
    /// How well the definition or its limits are supported.
    pub evidence: Evidence,
    /// When the entry was last checked.
    pub as_of: NaiveDate,
}

impl Measure {
    /// The unit's symbol, or nothing for a measure without a unit.
    #[must_use]
    pub fn unit_symbol(&self) -> &str {
        match &self.kind {
            Kind::Quantity { unit, .. } => unit.symbol(),
            _ => "",
        }
    }

    /// The word for the kind of value.
    #[must_use]
    pub const fn kind_word(&self) -> &'static str {
        match self.kind {
            Kind::Quantity { .. } => "quantity",
            Kind::Choice { .. } => "choice",
            Kind::Flag => "flag",
            Kind::Date => "date",
            Kind::Text => "text",
        }
    }
}

/// A measure's place in the dictionary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MeasureIndex(pub u16);

impl MeasureIndex {
    /// As a list index.
    #[must_use]
    pub const fn at(self) -> usize {
        self.0 as usize
    }
}
