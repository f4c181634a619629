//! The probability that the essential load of a site is carried through an outage of 1 to 168 hours.
//!
//! What is modelled, after the backup reliability model of NREL REopt (REopt.jl,
//! src/outagesim/backup_reliability.jl), a discrete-time Markov chain over the working sets:
//! - When the mains is lost each set in service works with probability availability x (1 - failure to
//!   start). In each hour a working set fails with probability 1 - exp(-1 / mean time to failure),
//!   independently of the others and whether or not it is needed at that moment. No set is repaired
//!   during the outage. A set that fails within an hour does not carry that hour.
//! - An hour is carried by the sets if the ratings of those that work add up to the net load: the
//!   highest essential demand less the solar power that can be relied on. The hour of the day at which
//!   the outage begins is not known, so the answer is the mean over all 24.
//! - As few sets as possible run, the largest first, so a further set never burns more fuel. They burn
//!   slope x kWh + intercept x running sets in an hour. The kWh do not depend on which sets work, so
//!   the fuel lasts a fixed time where the number of running sets is fixed too, as it is for identical
//!   sets. For mixed sets the number of set-hours run so far is part of the state, as a whole number:
//!   the result is exact.
//! - A battery bridges the start of the sets, and once they no longer carry the load it carries the
//!   whole net load alone, as long as its energy lasts and if its power suffices for every hour. So the
//!   outage of h hours is survived exactly if the sets carry the first T hours, where T is the least
//!   number such that the battery can carry the hours after it to the end.
//!
//! What is left out on the safe side: the battery helps no sets that carry part of the load, is not
//! charged again by idle sets, and the sets do not take over from it again when solar power returns.
//!
//! What is taken as given, and is not on the safe side: battery, switchgear and solar plant do not fail,
//! the battery is full when the mains is lost, and one cause does not stop several sets at once.
//!
//! What the plant of a site is, and which figures it rests on, is `plant`.

use crate::resource::steady;
use crate::words::words;

use crate::plant::{DAY_H, Fuel, Group, Load, Net, Plant, Storage};

/// The longest outage that is worked out, in hours: one week.
pub const MAX_HOURS: usize = 168;

/// How a plant carries a load through an outage.
#[derive(Clone, Debug, PartialEq)]
pub struct Survival {
    /// Probability, 0 to 1, that the load is carried through an outage of as many hours as the index
    /// says, apart from the interruption at the start. An outage of 0 hours is always carried.
    pub carried: Vec<f64>,
    /// Mean number of whole hours carried in an outage of the longest duration in `carried`.
    pub expected_h: f64,
    /// What happens in the seconds after the mains is lost.
    pub start: Start,
    /// How long the essential load is without supply when the mains is lost and the sets start, in s;
    /// nothing where it is not known, or where the sets cannot take the load at all.
    pub interruption_s: Option<f64>,
    /// How long the fuel lasts if every set in service works.
    pub fuel: FuelHorizon,
    /// How many of the sets in service, the largest first, can be lost and the highest net load of the
    /// day still be carried; nothing where all of them together cannot carry it.
    pub redundancy_left: Option<u32>,
}

impl Survival {
    /// Why the load is not carried to the end of the longest outage even if every set in service works,
    /// in sentences; empty where it then is.
    #[must_use]
    pub fn shortfalls(&self, plant: &Plant, load: &Load) -> Vec<String> {
        let in_service = plant.in_service();
        let sets: u32 = in_service.iter().map(|group| group.sets).sum();
        let kva: f64 =
            in_service.iter().map(|group| f64::from(group.sets) * group.rating_kva).sum();
        let highest = (0..DAY_H).map(|hour| load.net(hour).kva).fold(0.0, f64::max);
        let (kva, highest) = (steady(kva), steady(highest));
        let mut sentences = Vec::new();
        match (self.redundancy_left, sets) {
            (Some(_), _) => {}
            (None, 0) => sentences.push(format!(
                "No generator set is in service, and the load is {highest} kVA: there is nothing but \
                 a battery to carry it."
            )),
            (None, 1) => sentences.push(format!(
                "The one set in service supplies {kva} kVA, and the load is {highest} kVA."
            )),
            (None, _) => sentences.push(format!(
                "The {sets} sets in service supply {kva} kVA together, and the load is {highest} kVA."
            )),
        }
        let longest = self.carried.len().saturating_sub(1);
        if let FuelHorizon::Hours(lasts) = self.fuel
            && (lasts as usize) < longest
        {
            sentences.push(format!(
                "The fuel lasts {lasts} hours if every set works, and the outage {longest}."
            ));
        }
        sentences
    }
}

words! {
    /// What happens in the seconds after the mains is lost.
    Start {
        /// The battery carries the whole load until the sets do.
        Bridged = "bridged",
        /// What is wired to the UPS is carried until the sets carry the load; the rest is interrupted.
        UpsOnly = "ups-only",
        /// The load is interrupted until the sets carry it.
        Interrupted = "interrupted",
        /// The sets in service cannot take the load, and the battery cannot either.
        NotCarried = "not-carried",
        /// The start time of the sets was not measured.
        Unknown = "unknown",
    }
}

/// How long fuel lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FuelHorizon {
    /// So many whole hours, wherever in the day the outage begins.
    Hours(u32),
    /// Nothing is burned, or deliveries never fail.
    Endless,
    /// The sets in service cannot carry the load, so none can be told.
    NotCarried,
}

/// Works out how `plant` carries `load` through outages of up to `hours` hours, at most [`MAX_HOURS`].
#[must_use]
pub fn survive(plant: &Plant, load: &Load, hours: usize) -> Survival {
    let hours = hours.min(MAX_HOURS);
    let day = Day::new(plant, load);
    // Without solar power every hour of the day is alike, and one start stands for all.
    let starts = if day.is_level() { 1 } else { DAY_H };
    let mut carried = vec![0.0; hours + 1];
    for start in 0..starts {
        let by_sets = day.carried_by_sets(plant, start, hours);
        let least_set_hours = day.least_set_hours(plant, start, hours);
        for (sum, set_hours) in carried.iter_mut().zip(least_set_hours) {
            *sum += by_sets[set_hours];
        }
    }
    let mut bound = 1.0;
    for sum in &mut carried {
        // Sums of probabilities are a last binary digit off.
        #[expect(clippy::cast_precision_loss, reason = "24 at most")]
        let mean = *sum / starts as f64;
        bound = mean.clamp(0.0, bound);
        *sum = bound;
    }
    let (start, interruption_s) = day.start(plant);
    Survival {
        expected_h: carried[1..].iter().sum(),
        carried,
        start,
        interruption_s,
        fuel: day.fuel_horizon(plant),
        redundancy_left: day.redundancy_left(),
    }
}

/// Every combination of working sets, and what each must do in each hour of the day.
struct Day {
    /// Sets in service by falling rating.
    groups: Vec<Group>,
    /// What must be supplied in each hour of the day.
    net: [Net; DAY_H],
    /// For each hour of the day and each state: the fewest sets that carry the net load, nothing where
    /// all that work cannot. A state counts the working sets of each group, those of the last group
    /// fastest; the last state is that of all sets.
    running: Vec<Vec<Option<u32>>>,
}

impl Day {
    fn new(plant: &Plant, load: &Load) -> Self {
        let groups = plant.in_service();
        let net: [Net; DAY_H] = std::array::from_fn(|hour| load.net(hour));
        let states = all_states(&groups);
        let running = net
            .iter()
            .map(|net| {
                states.iter().map(|working| fewest_running(&groups, working, net.kva)).collect()
            })
            .collect();
        Self { groups, net, running }
    }

    fn is_level(&self) -> bool {
        self.net.iter().all(|net| *net == self.net[0])
    }

    /// The hour of the day of the hour with this index from 0 in an outage that begins at `start`.
    const fn hour_of_day(start: usize, index: usize) -> usize {
        (start + index) % DAY_H
    }

    fn net_in(&self, start: usize, index: usize) -> Net {
        self.net[Self::hour_of_day(start, index)]
    }

    /// The fewest sets that run in an hour of the day if every set in service works.
    fn running_of_all(&self, hour_of_day: usize) -> Option<u32> {
        self.running[hour_of_day].last().copied().flatten()
    }

    /// The hour of the day with the highest net load.
    fn highest(&self) -> Net {
        self.net.iter().copied().fold(self.net[0], |high, net| Net {
            kva: high.kva.max(net.kva),
            kw: high.kw.max(net.kw),
        })
    }

    /// Probability that the sets alone carry the first 0, 1, ... `hours` hours.
    fn carried_by_sets(&self, plant: &Plant, start: usize, hours: usize) -> Vec<f64> {
        let mut carried = vec![0.0; hours + 1];
        carried[0] = 1.0;
        let extra = self.extra_running(start, hours);
        let mut tank = Tank::new(&plant.fuel);
        let mut chain = Chain::new(&self.groups, &self.running, self.width(plant, start, &extra));
        let working = plant.reliability.availability * (1.0 - plant.reliability.failure_to_start);
        chain.thin(&Thinning::new(&self.groups, working));
        let keeps_working = Thinning::new(&self.groups, (-1.0 / plant.reliability.mttf_h).exp());
        for index in 0..hours {
            let hour_of_day = Self::hour_of_day(start, index);
            let Some(fewest) = self.running_of_all(hour_of_day) else { break };
            chain.thin(&keeps_working);
            chain.run(&self.running[hour_of_day], fewest, extra[index]);
            tank.burn(self.net[hour_of_day].kw, fewest);
            chain.drop_beyond(|extra_set_hours| tank.lasts(extra_set_hours));
            carried[index + 1] = chain.mass();
            if carried[index + 1] <= 0.0 {
                break;
            }
        }
        carried
    }

    /// For each hour of an outage how many sets more than the fewest may have to run.
    fn extra_running(&self, start: usize, hours: usize) -> Vec<u32> {
        (0..hours)
            .map(|index| {
                let running = &self.running[Self::hour_of_day(start, index)];
                let most = running.iter().flatten().max().copied().unwrap_or(0);
                most - running.last().copied().flatten().unwrap_or(most)
            })
            .collect()
    }

    /// How many numbers of extra set-hours must be told apart: one where they cannot decide whether
    /// the fuel lasts.
    fn width(&self, plant: &Plant, start: usize, extra: &[u32]) -> usize {
        let mut tank = Tank::new(&plant.fuel);
        for index in 0..extra.len() {
            let hour_of_day = Self::hour_of_day(start, index);
            tank.burn(self.net[hour_of_day].kw, self.running_of_all(hour_of_day).unwrap_or(0));
        }
        let most: u32 = extra.iter().sum();
        if tank.lasts(most) || !tank.counts_running_sets() { 1 } else { most as usize + 1 }
    }

    /// For each duration from 0 the least number of hours that the sets must carry, so that the
    /// battery carries the rest.
    fn least_set_hours(&self, plant: &Plant, start: usize, hours: usize) -> Vec<usize> {
        let Storage { power_kw, energy_kwh } = plant.storage;
        let after_start_kwh =
            (energy_kwh - bridge_kwh(self.net_in(start, 0), plant.start_at_most_s)).max(0.0);
        let mut used_kwh = vec![0.0];
        let mut least = vec![0];
        let mut set_hours = 0;
        for index in 0..hours {
            let net = self.net_in(start, index);
            used_kwh.push(used_kwh[index] + net.kw);
            if steady(net.kva) > steady(power_kw) {
                set_hours = index + 1;
            }
            let lasts = |set_hours: usize| {
                let held_kwh = if set_hours == 0 { energy_kwh } else { after_start_kwh };
                steady(used_kwh[index + 1] - used_kwh[set_hours]) <= steady(held_kwh)
            };
            while !lasts(set_hours) {
                set_hours += 1;
            }
            least.push(set_hours);
        }
        least
    }

    fn start(&self, plant: &Plant) -> (Start, Option<f64>) {
        let highest = self.highest();
        let is_bridged = steady(highest.kva) <= steady(plant.storage.power_kw)
            && steady(bridge_kwh(highest, plant.start_at_most_s))
                <= steady(plant.storage.energy_kwh);
        if is_bridged {
            return (Start::Bridged, Some(0.0));
        }
        if (0..DAY_H).any(|hour| self.running_of_all(hour).is_none()) {
            return (Start::NotCarried, None);
        }
        let Some(start_s) = plant.start_s else {
            return (Start::Unknown, None);
        };
        let ups_lasts = plant.ups_autonomy_min.is_some_and(|minutes| minutes * 60.0 >= start_s);
        let start = if ups_lasts { Start::UpsOnly } else { Start::Interrupted };
        (start, Some(start_s))
    }

    fn fuel_horizon(&self, plant: &Plant) -> FuelHorizon {
        let running: Option<Vec<u32>> = (0..DAY_H).map(|hour| self.running_of_all(hour)).collect();
        let Some(running) = running else {
            return FuelHorizon::NotCarried;
        };
        let burn_l = match plant.fuel {
            Fuel::Endurance { full_load_h } => return FuelHorizon::Hours(whole_hours(full_load_h)),
            Fuel::Litres { .. } => (0..DAY_H).map(|hour| {
                let mut tank = Tank::new(&plant.fuel);
                tank.burn(self.net[hour].kw, running[hour]);
                tank.burned_l(0)
            }),
        };
        shortest_horizon(&burn_l.collect::<Vec<f64>>(), Tank::new(&plant.fuel).usable_l())
    }

    fn redundancy_left(&self) -> Option<u32> {
        let kva = self.highest().kva;
        let mut working: Vec<u32> = self.groups.iter().map(|group| group.sets).collect();
        fewest_running(&self.groups, &working, kva)?;
        let mut left = 0;
        for at in 0..working.len() {
            while working[at] > 0 {
                working[at] -= 1;
                if fewest_running(&self.groups, &working, kva).is_none() {
                    return Some(left);
                }
                left += 1;
            }
        }
        Some(left)
    }
}

/// What a battery gives until the sets carry the load, in kWh.
fn bridge_kwh(net: Net, start_s: f64) -> f64 {
    const SECONDS_AN_HOUR: f64 = 3600.0;
    net.kw * start_s / SECONDS_AN_HOUR
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the cast keeps to the limits of the type"
)]
fn whole_hours(hours: f64) -> u32 {
    steady(hours).floor() as u32
}

/// The whole hours for which `usable_l` lasts, at the worst hour of the day for an outage to begin.
fn shortest_horizon(burn_l: &[f64], usable_l: f64) -> FuelHorizon {
    let day_l: f64 = burn_l.iter().sum();
    if day_l <= 0.0 || usable_l.is_infinite() {
        return FuelHorizon::Endless;
    }
    let days = (usable_l / day_l).floor();
    let shortest = (0..burn_l.len())
        .map(|start| {
            let mut hours = days * 24.0;
            let mut burned_l = days * day_l;
            for index in 0..=burn_l.len() {
                burned_l += burn_l[(start + index) % burn_l.len()];
                if steady(burned_l) > steady(usable_l) {
                    break;
                }
                hours += 1.0;
            }
            whole_hours(hours)
        })
        .min();
    shortest.map_or(FuelHorizon::Endless, FuelHorizon::Hours)
}

/// The number of working sets of each group in every state, the last group fastest.
fn all_states(groups: &[Group]) -> Vec<Vec<u32>> {
    groups.iter().fold(vec![Vec::new()], |states, group| {
        states
            .iter()
            .flat_map(|state| {
                (0..=group.sets).map(move |working| {
                    let mut next = state.clone();
                    next.push(working);
                    next
                })
            })
            .collect()
    })
}

/// The fewest working sets whose ratings add up to `kva`; nothing where all of them fall short.
fn fewest_running(groups: &[Group], working: &[u32], kva: f64) -> Option<u32> {
    let ratings = groups
        .iter()
        .zip(working)
        .flat_map(|(group, working)| (0..*working).map(move |_| group.rating_kva));
    let (mut capacity_kva, mut running) = (0.0, 0);
    for rating_kva in ratings {
        if steady(capacity_kva) >= steady(kva) {
            break;
        }
        capacity_kva += rating_kva;
        running += 1;
    }
    (steady(capacity_kva) >= steady(kva)).then_some(running)
}

/// The fuel burned so far, apart from that of extra set-hours.
struct Tank {
    fuel: Fuel,
    hours: f64,
    kwh: f64,
    set_hours: u32,
}

impl Tank {
    const fn new(fuel: &Fuel) -> Self {
        Self { fuel: *fuel, hours: 0.0, kwh: 0.0, set_hours: 0 }
    }

    fn burn(&mut self, kw: f64, running: u32) {
        self.hours += 1.0;
        self.kwh += kw;
        self.set_hours += running;
    }

    fn burned_l(&self, extra_set_hours: u32) -> f64 {
        match self.fuel {
            Fuel::Litres { slope_l_kwh, intercept_l_h, .. } => {
                slope_l_kwh * self.kwh + intercept_l_h * f64::from(self.set_hours + extra_set_hours)
            }
            Fuel::Endurance { .. } => 0.0,
        }
    }

    const fn usable_l(&self) -> f64 {
        match self.fuel {
            Fuel::Litres { usable_l, .. } => usable_l,
            Fuel::Endurance { .. } => f64::INFINITY,
        }
    }

    fn lasts(&self, extra_set_hours: u32) -> bool {
        match self.fuel {
            Fuel::Litres { usable_l, .. } => {
                steady(self.burned_l(extra_set_hours)) <= steady(usable_l)
            }
            Fuel::Endurance { full_load_h } => steady(self.hours) <= steady(full_load_h),
        }
    }

    fn counts_running_sets(&self) -> bool {
        matches!(self.fuel, Fuel::Litres { intercept_l_h, .. } if intercept_l_h > 0.0)
    }
}

/// For each group the probability that so many of so many sets keep working.
struct Thinning {
    tables: Vec<Vec<Vec<f64>>>,
}

impl Thinning {
    fn new(groups: &[Group], keep: f64) -> Self {
        let table = |group: &Group| (0..=group.sets).map(|from| binomial(from, keep)).collect();
        Self { tables: groups.iter().map(table).collect() }
    }

    fn of(&self, group: usize, from: usize, to: usize) -> f64 {
        self.tables[group][from][to]
    }
}

/// Probabilities that 0, 1, ... `sets` sets keep working if each does with probability `keep`.
fn binomial(sets: u32, keep: f64) -> Vec<f64> {
    let mut ways = 1.0;
    (0..=sets)
        .map(|kept| {
            let lost = sets - kept;
            let share = ways * keep.powf(f64::from(kept)) * (1.0 - keep).powf(f64::from(lost));
            ways *= f64::from(lost) / f64::from(kept + 1);
            share
        })
        .collect()
}

/// Probabilities of all states in which every hour so far was carried, by the number of set-hours
/// that were run beside the fewest.
struct Chain {
    /// Sets in service by group.
    sets: Vec<usize>,
    /// Whether a state carries the net load of some hour of the day.
    is_able: Vec<bool>,
    /// How many numbers of extra set-hours there is room for in each state.
    width: usize,
    /// For each state how many of them may be above zero. Sets only ever stop, so on the way to a state
    /// no fewer sets worked than in it, and no more had to run: a state with more working sets never
    /// has more of them than one with fewer.
    filled: Vec<usize>,
    /// States one after another, each with `width` probabilities.
    shares: Vec<f64>,
}

impl Chain {
    /// All sets work, for certain.
    fn new(groups: &[Group], running: &[Vec<Option<u32>>], width: usize) -> Self {
        let states = running[0].len();
        let is_able =
            (0..states).map(|state| running.iter().any(|hour| hour[state].is_some())).collect();
        let mut shares = vec![0.0; states * width];
        shares[(states - 1) * width] = 1.0;
        let sets = groups.iter().map(|group| group.sets as usize).collect();
        Self { sets, is_able, width, filled: vec![1; states], shares }
    }

    /// Lets every set fail or keep working.
    fn thin(&mut self, thinning: &Thinning) {
        let mut below = 1;
        for group in (0..self.sets.len()).rev() {
            let levels = self.sets[group] + 1;
            for first in (0..self.is_able.len()).step_by(below * levels) {
                for offset in 0..below {
                    self.thin_group(thinning, group, first + offset, below);
                }
            }
            below *= levels;
        }
    }

    /// Thins one group: its states lie `step` apart, from that in which none of its sets works. A
    /// state only receives from those after it, so each is finished before it is read no more.
    fn thin_group(&mut self, thinning: &Thinning, group: usize, first: usize, step: usize) {
        for to in 0..=self.sets[group] {
            let state = first + to * step;
            let (before, after) = self.shares.split_at_mut((state + 1) * self.width);
            let receiver = &mut before[state * self.width..][..self.filled[state]];
            if !self.is_able[state] {
                receiver.fill(0.0);
                continue;
            }
            let stay = thinning.of(group, to, to);
            receiver.iter_mut().for_each(|share| *share *= stay);
            for from in to + 1..=self.sets[group] {
                let part = thinning.of(group, from, to);
                let filled = self.filled[first + from * step];
                let giver = &after[((from - to) * step - 1) * self.width..][..filled];
                receiver.iter_mut().zip(giver).for_each(|(share, given)| *share += part * given);
            }
        }
    }

    /// Runs the fewest sets that carry an hour, and drops the states that do not carry it. `fewest` is
    /// how many run where all work, and `extra` how many more may have to.
    fn run(&mut self, running: &[Option<u32>], fewest: u32, extra: u32) {
        let rows = self.shares.chunks_exact_mut(self.width).zip(&mut self.filled);
        for (running, (row, filled)) in running.iter().zip(rows) {
            if running.is_none() {
                row.fill(0.0);
            }
            if self.width > 1 {
                let shift = running.map_or(extra, |running| running - fewest) as usize;
                let kept = (*filled).min(self.width - shift);
                row.copy_within(..kept, shift);
                row[..shift].fill(0.0);
                *filled = kept + shift;
            }
        }
    }

    /// Drops what has run more extra set-hours than `lasts` allows.
    fn drop_beyond(&mut self, lasts: impl Fn(u32) -> bool) {
        let mut allowed = self.filled.iter().max().copied().unwrap_or(0);
        while allowed > 0 && !u32::try_from(allowed - 1).is_ok_and(&lasts) {
            allowed -= 1;
        }
        for (row, filled) in self.shares.chunks_exact_mut(self.width).zip(&mut self.filled) {
            row[allowed.min(*filled)..*filled].fill(0.0);
            *filled = allowed.clamp(1, *filled);
        }
    }

    fn mass(&self) -> f64 {
        self.shares
            .chunks_exact(self.width)
            .zip(&self.filled)
            .map(|(row, filled)| row[..*filled].iter().sum::<f64>())
            .sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kept_sets_are_binomially_distributed() {
        let found = binomial(3, 0.9);
        for (found, expected) in found.iter().zip([0.001, 0.027, 0.243, 0.729]) {
            assert!((found - expected).abs() < 1e-15, "{found} is not {expected}");
        }
        assert_eq!(binomial(2, 1.0), [0.0, 0.0, 1.0]);
        assert_eq!(binomial(0, 0.3), [1.0]);
    }

    #[test]
    fn as_few_sets_run_as_carry_the_load_and_the_largest_first() {
        let groups = [Group { sets: 2, rating_kva: 800.0 }, Group { sets: 2, rating_kva: 300.0 }];
        for (working, kva, expected) in [
            ([2, 2], 0.0, Some(0)),
            ([2, 2], 300.0, Some(1)),
            ([2, 2], 900.0, Some(2)),
            ([1, 2], 900.0, Some(2)),
            ([1, 2], 1400.0, Some(3)),
            ([0, 2], 600.0, Some(2)),
            ([0, 2], 600.1, None),
            ([0, 0], 0.0, Some(0)),
        ] {
            assert_eq!(fewest_running(&groups, &working, kva), expected, "{working:?} for {kva}");
        }
    }

    #[test]
    fn three_thirds_of_a_firm_capacity_carry_all_of_it() {
        let groups = [Group { sets: 3, rating_kva: 1000.0 / 3.0 }];
        assert_eq!(fewest_running(&groups, &[3], 1000.0), Some(3));
    }

    #[test]
    fn the_fuel_horizon_is_the_shortest_over_the_hours_at_which_an_outage_may_begin() {
        let mut burn_l = vec![100.0; DAY_H];
        burn_l[12] = 0.0;
        for (usable_l, expected) in [
            (0.0, FuelHorizon::Hours(0)),
            (99.0, FuelHorizon::Hours(0)),
            (250.0, FuelHorizon::Hours(2)),
            // A whole day takes 2,300 l; the worst start is right after the hour without burn, which
            // then follows at the very end of the day.
            (2_200.0, FuelHorizon::Hours(22)),
            (2_300.0, FuelHorizon::Hours(24)),
            (4_900.0, FuelHorizon::Hours(51)),
            (f64::INFINITY, FuelHorizon::Endless),
        ] {
            assert_eq!(shortest_horizon(&burn_l, usable_l), expected, "{usable_l} l");
        }
        assert_eq!(shortest_horizon(&[0.0; DAY_H], 5.0), FuelHorizon::Endless);
    }
}
