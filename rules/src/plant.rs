//! The standby plant of a site and the load that it must carry, as plain values.
//!
//! How they are read from a survey is `reading`; how long the plant lasts is `resilience`.
//!
//! What is not counted, because no measure tells enough about it:
//! - UPS energy. A UPS carries only what is wired to it, and its autonomy holds for its present load,
//!   which is not surveyed; capacity x autonomy would promise energy that nobody has measured.
//! - The limit of an engine in kW. Ratings in kVA are compared with a load in kVA, as the resource
//!   `standby` does; a set that is rated at a power factor of 0.8 carries less than its kVA in kW.
//!
//! The power factor is that of the incomer, taken for the essential load too: none is surveyed for it.

pub mod reading;

use crate::dated::Evidence;
use crate::measure::{Dictionary, MeasureIndex};
use crate::reliability::Role;
use crate::words::words;
use std::fmt;

/// Hours of a day.
pub const DAY_H: usize = 24;

/// The most combinations of working sets that an answer is worked out for: two kinds of 16 sets, as
/// many as a survey may give, of which none to all work. With the limit on sets of a kind it bounds the
/// work of a question.
pub const MAX_COMBINATIONS: u64 = 17 * 17;

/// The most sets of one rating: twice as many as a survey may give of a kind, so that as many again can
/// be supposed. Fuel is followed by the hours that sets have run, which grow with their number.
pub const MAX_SETS_OF_A_KIND: u32 = 32;

/// Identical generator sets.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Group {
    /// How many there are.
    pub sets: u32,
    /// Standby rating of each, in kVA.
    pub rating_kva: f64,
}

/// How reliable each set is. Sets fail independently of one another; no set is repaired during an
/// outage. (Model and words: backup reliability in NREL REopt.)
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reliability {
    /// Share of the time in which a set is fit to be started, 0 to 1.
    pub availability: f64,
    /// Share of starts that fail, 0 to 1.
    pub failure_to_start: f64,
    /// Mean hours until a set fails, above 0; infinite where it never does.
    pub mttf_h: f64,
}

impl Reliability {
    /// Sets that always work.
    pub const PERFECT: Self =
        Self { availability: 1.0, failure_to_start: 0.0, mttf_h: f64::INFINITY };
}

/// What is known of the fuel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fuel {
    /// The litres and the burn are known.
    Litres {
        /// What the sets can draw on, in litres; infinite where deliveries never fail.
        usable_l: f64,
        /// Litres for each kWh produced.
        slope_l_kwh: f64,
        /// Litres that each running set burns in an hour beside that.
        intercept_l_h: f64,
    },
    /// Only the hours at full load are known. At any load that the sets can carry the fuel lasts at
    /// least as long, so this never promises too much.
    Endurance {
        /// Hours that the fuel lasts with all sets at full load.
        full_load_h: f64,
    },
}

/// A battery that can feed the essential boards with the mains lost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Storage {
    /// What it can supply at once, in kW.
    pub power_kw: f64,
    /// What it holds when an outage begins, usable at its terminals, in kWh.
    pub energy_kwh: f64,
}

impl Storage {
    /// No battery.
    pub const NONE: Self = Self { power_kw: 0.0, energy_kwh: 0.0 };
}

/// The standby plant of a site.
#[derive(Clone, Debug, PartialEq)]
pub struct Plant {
    /// The sets, in any order.
    pub groups: Vec<Group>,
    /// How many of them are out of service for long: the largest, to be on the safe side.
    pub sets_out: u32,
    /// How reliable each set in service is.
    pub reliability: Reliability,
    /// The fuel.
    pub fuel: Fuel,
    /// The battery.
    pub storage: Storage,
    /// Minutes for which the UPS carries what is wired to it, where that was measured.
    pub ups_autonomy_min: Option<f64>,
    /// Seconds from the loss of the mains until the sets carry the load, where that was measured.
    pub start_s: Option<f64>,
    /// The most that [`Self::start_s`] can be; the same where it was measured.
    pub start_at_most_s: f64,
}

impl Plant {
    /// The sets in service by falling rating, each rating once.
    #[must_use]
    pub fn in_service(&self) -> Vec<Group> {
        let mut out = self.sets_out;
        let mut groups = merge(&self.groups);
        for group in &mut groups {
            let taken = out.min(group.sets);
            out -= taken;
            group.sets -= taken;
        }
        groups.retain(|group| group.sets > 0);
        groups
    }
}

/// Groups by falling rating, each rating once.
fn merge(groups: &[Group]) -> Vec<Group> {
    let mut sorted = groups.to_vec();
    sorted.sort_by(|a, b| b.rating_kva.total_cmp(&a.rating_kva));
    let mut merged: Vec<Group> = Vec::new();
    for group in sorted {
        match merged.last_mut() {
            Some(last) if last.rating_kva.total_cmp(&group.rating_kva).is_eq() => {
                last.sets = last.sets.saturating_add(group.sets);
            }
            _ => merged.push(group),
        }
    }
    merged
}

/// The load that must be carried.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Load {
    /// Highest demand of the essential load, in kVA; taken for every hour.
    pub demand_kva: f64,
    /// Active power as a share of apparent power, where it was measured.
    pub power_factor: Option<f64>,
    /// Solar power that can be relied on in each hour of the day from midnight, in kW. None of it
    /// unless a caller says so: an outage may begin at dusk in December.
    pub pv_kw: [f64; DAY_H],
}

/// What sets or battery must supply in one hour.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Net {
    /// Apparent power, which must be within the ratings.
    pub kva: f64,
    /// Active power, which takes fuel or charge.
    pub kw: f64,
}

impl Load {
    /// A load without solar power and without a measured power factor.
    #[must_use]
    pub const fn new(demand_kva: f64) -> Self {
        Self { demand_kva, power_factor: None, pv_kw: [0.0; DAY_H] }
    }

    /// The same load after a deployment whose share of the standby supply is `standby_kva`.
    #[must_use]
    pub fn with_deployment(&self, standby_kva: f64) -> Self {
        Self { demand_kva: self.demand_kva + standby_kva, ..*self }
    }

    /// What is left of the load in an hour of the day once solar power has carried its part.
    ///
    /// Solar inverters supply active power only. With a measured power factor the rest is
    /// sqrt((kW - solar kW)^2 + kvar^2) (power triangle, IEC 60050 131-11-46). A power factor that was
    /// not measured is taken as 1 for fuel and charge, where that is the worst case; for the ratings
    /// it would be the best case, so there solar power then relieves nothing.
    #[must_use]
    pub fn net(&self, hour_of_day: usize) -> Net {
        let power_factor = self.power_factor.unwrap_or(1.0);
        let active_kw = self.demand_kva * power_factor;
        let kw = (active_kw - self.pv_kw[hour_of_day % DAY_H]).max(0.0);
        let reactive_kvar = self.demand_kva * (1.0 - power_factor * power_factor).max(0.0).sqrt();
        let kva = match self.power_factor {
            Some(_) => kw.hypot(reactive_kvar),
            None => self.demand_kva,
        };
        Net { kva, kw }
    }
}

/// What a caller asks instead of what the survey says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Overrides {
    /// Other values than the surveyed ones or the defaults, each in the unit of its role. The first
    /// value of a role counts.
    pub values: Vec<(Role, f64)>,
    /// Sets beside those that are there.
    pub extra_sets: Vec<Group>,
    /// Solar power that can be relied on in each hour of the day, in kW.
    pub pv_kw: Option<[f64; DAY_H]>,
}

/// Where a figure comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum Origin {
    /// A survey of the site gives it.
    Surveyed(MeasureIndex),
    /// It follows from what surveys of the site give.
    WorkedOut(Vec<MeasureIndex>),
    /// The rulebook's figure stands in for a survey.
    Default {
        /// Where the figure comes from.
        reference: String,
        /// How well it is supported.
        evidence: Evidence,
    },
    /// The caller asked for it.
    Asked,
}

/// A figure that was used, with its origin.
#[derive(Clone, Debug, PartialEq)]
pub struct Used {
    /// What it tells.
    pub role: Role,
    /// In the unit of the role.
    pub value: f64,
    /// Where it comes from.
    pub origin: Origin,
}

/// A plant and its load, with what they rest on.
#[derive(Clone, Debug, PartialEq)]
pub struct SitePlant {
    /// The plant.
    pub plant: Plant,
    /// The load before any deployment.
    pub load: Load,
    /// Every figure that was used.
    pub used: Vec<Used>,
    /// Measures that were not surveyed and whose figures were left out on the safe side.
    pub left_out: Vec<MeasureIndex>,
}

/// Why nothing can be told.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Unanswered {
    /// Measures to survey.
    pub missing: Vec<MeasureIndex>,
    /// Figures that cannot be true.
    pub contradictions: Vec<Contradiction>,
}

impl Unanswered {
    /// The reason in words: what is missing, then what cannot be true.
    #[must_use]
    pub fn reason(&self, dictionary: &Dictionary) -> String {
        let titles: Vec<&str> =
            self.missing.iter().map(|index| dictionary.get(*index).title.as_str()).collect();
        let missing = (!titles.is_empty()).then(|| format!("Not surveyed: {}.", titles.join("; ")));
        let contradictions = self.contradictions.iter().map(ToString::to_string);
        missing.into_iter().chain(contradictions).collect::<Vec<_>>().join(" ")
    }
}

/// Figures that cannot be true, or are beyond what is worked out.
#[derive(Clone, Debug, PartialEq)]
pub enum Contradiction {
    /// A number of sets is no whole number.
    NotWhole {
        /// Which number.
        role: Role,
        /// The number.
        value: f64,
    },
    /// So many sets cannot have this redundancy.
    SetsAndRedundancy {
        /// Number of sets.
        sets: u32,
        /// The redundancy surveyed.
        redundancy: Redundancy,
    },
    /// A value that a caller asked for lies outside the limits of its measure.
    OutsideLimits {
        /// What it would tell.
        role: Role,
        /// The value.
        value: f64,
    },
    /// Solar power that is below zero or no number.
    SolarBelowZero,
    /// More combinations of working sets than an answer is worked out for.
    TooManyCombinations {
        /// How many there are.
        combinations: u64,
    },
}

impl fmt::Display for Contradiction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotWhole { role, value } => {
                write!(f, "The value {value} of {role} is no whole number of sets.")
            }
            Self::SetsAndRedundancy { sets, redundancy } => {
                write!(f, "A plant of {sets} sets cannot have the redundancy {redundancy}.")
            }
            Self::OutsideLimits { role, value } => {
                write!(f, "The value {value} of {role} lies outside the limits of its measure.")
            }
            Self::SolarBelowZero => f.write_str("Solar power is a number of kW from 0."),
            Self::TooManyCombinations { combinations } => write!(
                f,
                "The sets may work in {combinations} combinations; {MAX_COMBINATIONS} are the most \
                 that are worked out, and {MAX_SETS_OF_A_KIND} sets of one rating."
            ),
        }
    }
}

words! {
    /// How many sets stand beside those that the load needs.
    Redundancy {
        /// No spare set.
        None = "none",
        /// As many as are needed.
        N = "N",
        /// One spare set.
        NPlusOne = "N+1",
        /// A complete second plant.
        TwoN = "2N",
        /// Two plants, each with a spare set.
        TwoNPlusOne = "2(N+1)",
    }
}

impl Redundancy {
    /// How many of `sets` identical sets make up the firm capacity: N of N+1, of 2N and of 2(N+1).
    /// Nothing where so many sets cannot have this redundancy.
    #[must_use]
    pub const fn firm_sets(self, sets: u32) -> Option<u32> {
        let is_even = sets.is_multiple_of(2);
        let firm = match self {
            Self::None | Self::N => sets,
            Self::NPlusOne => sets.saturating_sub(1),
            Self::TwoN if is_even => sets / 2,
            Self::TwoNPlusOne if is_even => (sets / 2).saturating_sub(1),
            Self::TwoN | Self::TwoNPlusOne => 0,
        };
        if firm == 0 { None } else { Some(firm) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_firm_capacity_is_that_of_the_sets_beside_the_spare_ones() {
        for (redundancy, sets, firm) in [
            (Redundancy::None, 2, Some(2)),
            (Redundancy::N, 1, Some(1)),
            (Redundancy::NPlusOne, 3, Some(2)),
            (Redundancy::NPlusOne, 1, None),
            (Redundancy::TwoN, 4, Some(2)),
            (Redundancy::TwoN, 3, None),
            (Redundancy::TwoNPlusOne, 6, Some(2)),
            (Redundancy::TwoNPlusOne, 4, Some(1)),
            (Redundancy::TwoNPlusOne, 2, None),
            (Redundancy::TwoNPlusOne, 5, None),
            (Redundancy::TwoN, 0, None),
        ] {
            assert_eq!(redundancy.firm_sets(sets), firm, "{redundancy} of {sets}");
        }
    }

    #[test]
    fn the_largest_sets_are_the_ones_out_of_service() {
        let plant = |sets_out| Plant {
            groups: [(2, 500.0), (1, 800.0), (1, 500.0)]
                .map(|(sets, rating_kva)| Group { sets, rating_kva })
                .to_vec(),
            sets_out,
            reliability: Reliability { availability: 1.0, failure_to_start: 0.0, mttf_h: 1e3 },
            fuel: Fuel::Endurance { full_load_h: 1.0 },
            storage: Storage::NONE,
            ups_autonomy_min: None,
            start_s: None,
            start_at_most_s: 120.0,
        };
        for (out, expected) in [
            (0, &[(1, 800.0), (3, 500.0)][..]),
            (1, &[(3, 500.0)]),
            (3, &[(1, 500.0)]),
            (4, &[]),
            (9, &[]),
        ] {
            let found: Vec<(u32, f64)> = plant(out)
                .in_service()
                .iter()
                .map(|group| (group.sets, group.rating_kva))
                .collect();
            assert_eq!(found, expected, "{out} out");
        }
    }

    #[test]
    fn solar_power_relieves_the_ratings_only_as_far_as_the_power_factor_is_known() {
        let mut pv_kw = [0.0; DAY_H];
        pv_kw[12] = 300.0;
        pv_kw[13] = 900.0;
        for (power_factor, hour, kva, kw) in [
            (None, 0, 1000.0, 1000.0),
            (None, 12, 1000.0, 700.0),
            (None, 13, 1000.0, 100.0),
            (Some(1.0), 12, 700.0, 700.0),
            // 800 kW and 600 kvar; with 300 kW of solar power 500 kW and 600 kvar are left.
            (Some(0.8), 0, 1000.0, 800.0),
            (Some(0.8), 12, 781.025, 500.0),
            (Some(0.8), 13, 600.0, 0.0),
        ] {
            let net = Load { demand_kva: 1000.0, power_factor, pv_kw }.net(hour);
            assert!((net.kva - kva).abs() < 1e-3, "{power_factor:?} at {hour}: {net:?}");
            assert!((net.kw - kw).abs() < 1e-3, "{power_factor:?} at {hour}: {net:?}");
        }
    }
}
