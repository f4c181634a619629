//! The project's closed vocabularies as GraphQL enums, and money as GraphQL shows it.

use async_graphql::{Enum, SimpleObject};
use rust_decimal::Decimal;
use siteworthy_rules::cost::{Estimate, Pence};

macro_rules! mirror {
    ($(#[$meta:meta])* $name:ident = $path:literal { $($(#[$vmeta:meta])* $variant:ident,)+ }) => {
        $(#[$meta])*
        #[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
        #[graphql(remote = $path)]
        pub enum $name { $($(#[$vmeta])* $variant,)+ }
    };
}

mirror! {
    /// The nation whose guidance and net-zero target apply to a site.
    Nation = "siteworthy_rules::place::Nation" { England, Scotland, Wales, NorthernIreland, }
}

mirror! {
    /// What kind of care a site gives.
    Setting = "siteworthy_rules::place::Setting" {
        Acute, Mixed, Community, MentalHealth, LearningDisability, OtherInpatient, NonInpatient,
        PrimaryCare, Ambulance, Support, CareHome, Home, Unoccupied, Pooled,
    }
}

mirror! {
    /// The kind of a room or zone.
    SpaceKind = "siteworthy_rules::place::SpaceKind" {
        Theatre, Ward, ConsultingRoom, Imaging, Pharmacy, DataRoom, Corridor, Home,
    }
}

mirror! {
    /// The kind of an organisation.
    OrganisationKind = "siteworthy_rules::place::OrganisationKind" {
        Trust, HealthBoard, Icb, Region, Nation,
    }
}

mirror! {
    /// What is said of one requirement.
    Verdict = "siteworthy_rules::judge::Verdict" {
        MeetsTarget, MeetsMinimum, Short, Unknown, NotApplicable,
    }
}

mirror! {
    /// What is said of one technology at one site.
    Readiness = "siteworthy_rules::judge::Readiness" {
        /// All gates pass, enough is known and the score is high.
        Ready,
        /// All gates pass, enough is known and the score is fair.
        ReadyWithActions,
        /// Too little is known, or a gate is unknown.
        Indeterminate,
        /// A gate fails, or the score is low.
        NotReady,
    }
}

mirror! {
    /// How a value was obtained, strongest first.
    Method = "siteworthy_rules::observation::Method" { Measured, Calculated, Surveyed, Declared, }
}

mirror! {
    /// How well a published or proposed figure is supported, strongest first.
    Evidence = "siteworthy_rules::dated::Evidence" {
        /// Read in the originating document.
        Verified,
        /// Read in a page that quotes the origin.
        SecondHand,
        /// Worked out from verified or second-hand figures.
        Derived,
        /// Known from general practice; not seen in print.
        Recalled,
        /// A choice of this rulebook, not a published fact.
        Policy,
    }
}

mirror! {
    /// The part of a building or service that a measure describes.
    Domain = "siteworthy_rules::measure::Domain" {
        Power, Connectivity, Acoustics, Environment, Space, Cyber, Workforce, Sustainability,
    }
}

mirror! {
    /// Which way is better.
    Better = "siteworthy_rules::measure::Better" { Higher, Lower, Neither, }
}

mirror! {
    /// Whether a technology can be deployed today.
    Horizon = "siteworthy_rules::profile::Horizon" { Now, Future, }
}

mirror! {
    /// How far gaps are closed.
    Level = "siteworthy_rules::gap::Level" { Minimum, Target, }
}

mirror! {
    /// How far a problem of an upload reaches.
    Severity = "siteworthy_rules::problem::Severity" {
        /// The value, row or file was set aside.
        Refused,
        /// The value was kept, and a person should look at it.
        Warning,
        /// Nothing is wrong; the reader says what it did.
        Note,
    }
}

/// Low, central and high estimates in pounds. They are three estimates of the whole and are not to
/// be mixed.
#[derive(SimpleObject, Clone, Debug)]
pub struct MoneyEstimate {
    /// The low estimate, as an exact decimal text.
    low: Decimal,
    /// The central estimate.
    central: Decimal,
    /// The high estimate.
    high: Decimal,
}

impl From<Estimate<Pence>> for MoneyEstimate {
    fn from(estimate: Estimate<Pence>) -> Self {
        Self {
            low: estimate.low.pounds(),
            central: estimate.central.pounds(),
            high: estimate.high.pounds(),
        }
    }
}

/// Low, central and high estimates of a quantity.
#[derive(SimpleObject, Clone, Debug)]
pub struct QuantityEstimate {
    /// The low estimate, as an exact decimal text.
    low: Decimal,
    /// The central estimate.
    central: Decimal,
    /// The high estimate.
    high: Decimal,
}

impl From<Estimate<i64>> for QuantityEstimate {
    fn from(milli: Estimate<i64>) -> Self {
        let unit = |milli| Decimal::new(milli, 3).normalize();
        Self { low: unit(milli.low), central: unit(milli.central), high: unit(milli.high) }
    }
}
