//! How the plant and the essential load of a site are read from its surveys.
//!
//! A figure that was not surveyed is never guessed. Where leaving it out can only make the answer
//! worse (a battery, a power factor), it is left out and named; where the rulebook has a default
//! (reliability, fuel burn, sets out of service), the default is taken and named with its reference and
//! grade; everything else makes the answer unknown, with the measures to survey.

use super::{
    Contradiction, DAY_H, Fuel, Group, Load, MAX_COMBINATIONS, MAX_SETS_OF_A_KIND, Origin,
    Overrides, Plant, Redundancy, Reliability, SitePlant, Storage, Unanswered, Used, merge,
};
use crate::estate::Estate;
use crate::measure::{Kind, MeasureIndex};
use crate::reliability::Role;
use crate::resource::steady;
use crate::rulebook::Rulebook;

/// Reads the plant and the essential load of a site, with `overrides` in place of its survey.
///
/// # Errors
/// All measures that are missing and all figures that contradict each other.
pub fn read_plant(
    rulebook: &Rulebook,
    estate: &Estate,
    site: u32,
    overrides: &Overrides,
) -> Result<SitePlant, Unanswered> {
    let mut reader = Reader {
        rulebook,
        estate,
        site,
        overrides,
        used: Vec::new(),
        left_out: Vec::new(),
        trouble: Unanswered::default(),
    };
    reader.check_overrides();
    let demand_kva = reader.required(Role::EssentialDemandKva);
    let groups = reader.read_groups();
    let reliability = reader.read_reliability();
    let fuel = reader.read_fuel();
    let storage = reader.read_storage();
    let sets_out = reader.read_sets_out();
    let power_factor = reader.wanted(Role::PowerFactor);
    let ups_autonomy_min = reader.wanted(Role::UpsAutonomyMin);
    let start_s = reader.wanted(Role::StartS);
    let start_at_most_s = start_s.unwrap_or_else(|| reader.limits(Role::StartS).1);
    let is_sound = reader.trouble == Unanswered::default();
    let (Some(demand_kva), Some(groups), Some(sets_out), Some(reliability), Some(fuel), true) =
        (demand_kva, groups, sets_out, reliability, fuel, is_sound)
    else {
        return Err(reader.trouble);
    };
    let plant = Plant {
        groups,
        sets_out,
        reliability,
        fuel,
        storage,
        ups_autonomy_min,
        start_s,
        start_at_most_s,
    };
    let pv_kw = overrides.pv_kw.unwrap_or([0.0; DAY_H]);
    let load = Load { demand_kva, power_factor, pv_kw };
    Ok(SitePlant { plant, load, used: reader.used, left_out: reader.left_out })
}

struct Reader<'a> {
    rulebook: &'a Rulebook,
    estate: &'a Estate,
    site: u32,
    overrides: &'a Overrides,
    used: Vec<Used>,
    left_out: Vec<MeasureIndex>,
    trouble: Unanswered,
}

impl Reader<'_> {
    fn measure(&self, role: Role) -> MeasureIndex {
        self.rulebook.reliability.measure(role)
    }

    /// The least and the most that the measure of a role can be.
    fn limits(&self, role: Role) -> (f64, f64) {
        match &self.rulebook.dictionary.get(self.measure(role)).kind {
            Kind::Quantity { range, .. } => *range,
            #[expect(clippy::cast_precision_loss, reason = "a measure has at most 254 choices")]
            Kind::Choice { choices, .. } => (0.0, choices.len() as f64 - 1.0),
            Kind::Flag | Kind::Date | Kind::Text => (f64::NEG_INFINITY, f64::INFINITY),
        }
    }

    fn check_overrides(&mut self) {
        let ratings =
            self.overrides.extra_sets.iter().map(|group| (Role::SetKva, group.rating_kva));
        for (role, value) in self.overrides.values.iter().copied().chain(ratings) {
            let (low, high) = self.limits(role);
            let is_between_choices = role == Role::Redundancy && value.fract() != 0.0;
            if !(low..=high).contains(&value) || is_between_choices {
                self.contradict(Contradiction::OutsideLimits { role, value });
            }
        }
        let is_power = |kw: &f64| kw.is_finite() && *kw >= 0.0;
        if self.overrides.pv_kw.is_some_and(|pv| !pv.iter().all(is_power)) {
            self.contradict(Contradiction::SolarBelowZero);
        }
    }

    fn contradict(&mut self, contradiction: Contradiction) {
        self.trouble.contradictions.push(contradiction);
    }

    /// What was asked or surveyed, without using it.
    fn peek(&self, role: Role) -> Option<(f64, Origin)> {
        let asked = self.overrides.values.iter().find(|(asked, _)| *asked == role);
        if let Some((_, value)) = asked {
            return Some((*value, Origin::Asked));
        }
        let value = self.estate.value(self.measure(role), self.site);
        (!value.is_nan()).then(|| (value, Origin::Surveyed(self.measure(role))))
    }

    fn take(&mut self, role: Role, value: f64, origin: Origin) -> f64 {
        self.used.push(Used { role, value, origin });
        value
    }

    fn given(&mut self, role: Role) -> Option<f64> {
        let (value, origin) = self.peek(role)?;
        Some(self.take(role, value, origin))
    }

    fn miss(&mut self, role: Role) {
        let measure = self.measure(role);
        if !self.trouble.missing.contains(&measure) {
            self.trouble.missing.push(measure);
        }
    }

    /// A figure without which nothing can be told.
    fn required(&mut self, role: Role) -> Option<f64> {
        let found = self.given(role);
        if found.is_none() {
            self.miss(role);
        }
        found
    }

    /// A figure that is left out where it is not known.
    fn wanted(&mut self, role: Role) -> Option<f64> {
        let found = self.given(role);
        if found.is_none() {
            self.left_out.push(self.measure(role));
        }
        found
    }

    /// A figure for which the rulebook's stands in where it is not known.
    fn default(&mut self, role: Role) -> Option<f64> {
        let figure = self.rulebook.reliability.default_figure(role)?;
        let origin =
            Origin::Default { reference: figure.reference.clone(), evidence: figure.evidence };
        Some(self.take(role, figure.value, origin))
    }

    fn given_or_default(&mut self, role: Role) -> Option<f64> {
        self.given(role).or_else(|| self.default(role))
    }

    /// A number of sets, which may be unknown.
    fn count(&mut self, role: Role) -> Option<u32> {
        let value = self.given(role)?;
        self.whole_of(role, value)
    }

    fn read_sets_out(&mut self) -> Option<u32> {
        let value = self.given_or_default(Role::SetsOut)?;
        self.whole_of(Role::SetsOut, value)
    }

    fn whole_of(&mut self, role: Role, value: f64) -> Option<u32> {
        let whole = whole(value);
        if whole.is_none() {
            self.contradict(Contradiction::NotWhole { role, value });
        }
        whole
    }

    fn read_groups(&mut self) -> Option<Vec<Group>> {
        let second = self.read_second_group();
        let sets = if self.peek(Role::Sets).is_some() {
            self.count(Role::Sets)
        } else {
            self.miss(Role::Sets);
            None
        };
        let rating_kva = self.read_rating(sets, second.sets > 0);
        let first = Group { sets: sets?, rating_kva: rating_kva? };
        let mut groups = vec![first, second];
        groups.extend_from_slice(&self.overrides.extra_sets);
        groups.retain(|group| group.sets > 0);
        let kinds = merge(&groups);
        let combinations = kinds
            .iter()
            .fold(1, |product: u64, group| product.saturating_mul(u64::from(group.sets) + 1));
        let is_many = kinds.iter().any(|group| group.sets > MAX_SETS_OF_A_KIND);
        if combinations > MAX_COMBINATIONS || is_many {
            self.contradict(Contradiction::TooManyCombinations { combinations });
        }
        Some(groups)
    }

    /// The rating of the sets of the first kind: surveyed, or worked out from the firm capacity where
    /// all sets are alike. Where there is no set, the rating does not matter.
    fn read_rating(&mut self, sets: Option<u32>, has_second: bool) -> Option<f64> {
        if sets == Some(0) {
            return Some(0.0);
        }
        if let Some(rating_kva) = self.given(Role::SetKva) {
            return Some(rating_kva);
        }
        let firm = self.peek(Role::FirmKva).zip(self.find_redundancy());
        let Some(((firm_kva, _), redundancy)) = firm.filter(|_| !has_second) else {
            self.miss(Role::SetKva);
            return None;
        };
        let sets = sets?;
        let Some(firm_sets) = redundancy.firm_sets(sets) else {
            self.contradict(Contradiction::SetsAndRedundancy { sets, redundancy });
            return None;
        };
        let from = [Role::FirmKva, Role::Redundancy, Role::Sets].map(|role| self.measure(role));
        let rating_kva = firm_kva / f64::from(firm_sets);
        Some(self.take(Role::SetKva, rating_kva, Origin::WorkedOut(from.to_vec())))
    }

    fn find_redundancy(&self) -> Option<Redundancy> {
        let (value, _) = self.peek(Role::Redundancy)?;
        match &self.rulebook.dictionary.get(self.measure(Role::Redundancy)).kind {
            Kind::Choice { choices, .. } => choices.get(whole(value)? as usize)?.parse().ok(),
            _ => None,
        }
    }

    /// The sets of the second kind; none where no survey speaks of any.
    fn read_second_group(&mut self) -> Group {
        let none = Group { sets: 0, rating_kva: 0.0 };
        if self.peek(Role::SecondSets).is_none() {
            if self.peek(Role::SecondSetKva).is_some() {
                self.miss(Role::SecondSets);
            }
            return none;
        }
        match self.count(Role::SecondSets) {
            None | Some(0) => none,
            Some(sets) => {
                Group { sets, rating_kva: self.required(Role::SecondSetKva).unwrap_or(0.0) }
            }
        }
    }

    fn read_reliability(&mut self) -> Option<Reliability> {
        let availability = self.given_or_default(Role::AvailabilityPercent);
        let failure_to_start = self.given_or_default(Role::FailureToStartPercent);
        let mttf_h = self.given_or_default(Role::MttfH);
        Some(Reliability {
            availability: availability? / 100.0,
            failure_to_start: failure_to_start? / 100.0,
            mttf_h: mttf_h?,
        })
    }

    fn read_fuel(&mut self) -> Option<Fuel> {
        if let Some(usable_l) = self.given(Role::FuelUsableL) {
            let (slope_l_kwh, intercept_l_h) = self.read_burn()?;
            return Some(Fuel::Litres { usable_l, slope_l_kwh, intercept_l_h });
        }
        // Full load of the sets that are there is no upper limit of what other sets burn.
        if self.is_plant_as_surveyed()
            && let Some(full_load_h) = self.given(Role::FuelEnduranceH)
        {
            self.left_out.push(self.measure(Role::FuelUsableL));
            return Some(Fuel::Endurance { full_load_h });
        }
        self.miss(Role::FuelUsableL);
        None
    }

    /// Whether the caller asks for no other sets than those that were surveyed.
    fn is_plant_as_surveyed(&self) -> bool {
        let is_of_sets = |role: &Role| {
            matches!(
                role,
                Role::Sets
                    | Role::SetKva
                    | Role::SecondSets
                    | Role::SecondSetKva
                    | Role::FirmKva
                    | Role::Redundancy
            )
        };
        let asked = self.overrides.values.iter().any(|(role, _)| is_of_sets(role));
        self.overrides.extra_sets.is_empty() && !asked
    }

    /// Slope and intercept describe one line: one of them beside the other's default would not.
    fn read_burn(&mut self) -> Option<(f64, f64)> {
        let roles = [Role::FuelSlopeLKwh, Role::FuelInterceptLH];
        let are_given = roles.iter().all(|role| self.peek(*role).is_some());
        let [slope, intercept] =
            roles.map(|role| if are_given { self.given(role) } else { self.default(role) });
        slope.zip(intercept)
    }

    /// A battery counts where both its power and its energy are known.
    fn read_storage(&mut self) -> Storage {
        let roles = [Role::BatteryPowerKw, Role::BatteryEnergyKwh];
        let unknown: Vec<Role> =
            roles.into_iter().filter(|role| self.peek(*role).is_none()).collect();
        for role in &unknown {
            self.left_out.push(self.measure(*role));
        }
        if !unknown.is_empty() {
            return Storage::NONE;
        }
        let [power_kw, energy_kwh] = roles.map(|role| self.given(role).unwrap_or(0.0));
        Storage { power_kw, energy_kwh }
    }
}

/// A whole number of things from 0.
fn whole(value: f64) -> Option<u32> {
    let is_whole = (0.0..=f64::from(u32::MAX)).contains(&value)
        && steady(value).total_cmp(&value.trunc()).is_eq();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked to be a whole number that fits"
    )]
    is_whole.then_some(value as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_numbers_count_sets() {
        for (value, expected) in
            [(0.0, Some(0)), (3.0, Some(3)), (2.5, None), (-1.0, None), (f64::NAN, None)]
        {
            assert_eq!(whole(value), expected, "{value}");
        }
    }
}
