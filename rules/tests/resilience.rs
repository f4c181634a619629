//! The arithmetic of outages: closed forms, a case worked by hand, a simulation that shares no code
//! with the chain, what must never make an answer worse, and how a plant is read from a survey.

mod support;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use siteworthy_rules::dated::Evidence;
use siteworthy_rules::estate::{Estate, Source};
use siteworthy_rules::observation::Method;
use siteworthy_rules::place::SpaceKind;
use siteworthy_rules::plant::reading::read_plant;
use siteworthy_rules::plant::{
    Contradiction, DAY_H, Fuel, Group, Load, MAX_SETS_OF_A_KIND, Origin, Overrides, Plant,
    Redundancy, Reliability, SitePlant, Storage, Unanswered,
};
use siteworthy_rules::reliability::Role;
use siteworthy_rules::resilience::{FuelHorizon, MAX_HOURS, Start, Survival, survive};
use siteworthy_rules::rulebook::Rulebook;
use std::sync::LazyLock;

static RULEBOOK: LazyLock<Rulebook> = LazyLock::new(support::rulebook);

const UNLIMITED: Fuel =
    Fuel::Litres { usable_l: f64::INFINITY, slope_l_kwh: 0.25, intercept_l_h: 5.0 };

/// Sets without any limit but their own reliability.
fn sets(groups: &[(u32, f64)], reliability: Reliability) -> Plant {
    Plant {
        groups: groups.iter().map(|(sets, rating_kva)| group(*sets, *rating_kva)).collect(),
        sets_out: 0,
        reliability,
        fuel: UNLIMITED,
        storage: Storage::NONE,
        ups_autonomy_min: None,
        start_s: Some(15.0),
        start_at_most_s: 15.0,
    }
}

const fn group(sets: u32, rating_kva: f64) -> Group {
    Group { sets, rating_kva }
}

const fn reliability(availability: f64, failure_to_start: f64, mttf_h: f64) -> Reliability {
    Reliability { availability, failure_to_start, mttf_h }
}

const PERFECT: Reliability = reliability(1.0, 0.0, f64::INFINITY);

/// The defaults of NREL REopt.
const REOPT: Reliability = reliability(0.995, 0.94 / 100.0, 1100.0);

#[track_caller]
fn assert_near(found: f64, expected: f64, what: &str) {
    assert!((found - expected).abs() < 1e-12, "{what}: {found} is not {expected}");
}

// Closed forms.

#[test]
fn one_set_survives_exponentially() {
    let found = survive(&sets(&[(1, 500.0)], REOPT), &Load::new(400.0), MAX_HOURS);
    assert_eq!(found.carried.len(), MAX_HOURS + 1);
    assert_eq!(found.carried[0], 1.0);
    let mut expected_h = 0.0;
    for (hours, found) in (0..).zip(&found.carried).skip(1) {
        let expected = 0.995 * (1.0 - 0.0094) * (-f64::from(hours) / 1100.0).exp();
        assert_near(*found, expected, &format!("{hours} h"));
        expected_h += expected;
    }
    assert!((found.expected_h - expected_h).abs() < 1e-9);
}

/// n! / (k! (n - k)!)
fn ways(n: u32, k: u32) -> f64 {
    (1..=k).map(|at| f64::from(n - k + at) / f64::from(at)).product()
}

#[test]
fn identical_sets_survive_as_the_tail_of_a_binomial_distribution() {
    for (count, needed) in [(1, 1), (3, 2), (4, 2), (6, 4), (8, 8)] {
        let plant = sets(&[(count, 500.0)], REOPT);
        let load = Load::new(500.0 * f64::from(needed) - 1.0);
        let found = survive(&plant, &load, 96);
        for hours in [1_u32, 12, 48, 96] {
            let works = 0.995 * (1.0 - 0.0094) * (-f64::from(hours) / 1100.0).exp();
            let tail: f64 = (needed..=count)
                .map(|working| {
                    let lost = f64::from(count - working);
                    let kept = f64::from(working);
                    ways(count, working) * works.powf(kept) * (1.0 - works).powf(lost)
                })
                .sum();
            assert_near(found.carried[hours as usize], tail, &format!("{needed} of {count}"));
        }
        assert_eq!(found.redundancy_left, Some(count - needed));
    }
}

#[test]
fn two_groups_of_one_rating_are_one_group() {
    let load = Load::new(900.0);
    let apart = survive(&sets(&[(1, 500.0), (2, 500.0)], REOPT), &load, 48);
    assert_eq!(apart, survive(&sets(&[(3, 500.0)], REOPT), &load, 48));
}

// A case worked by hand.

/// One set of 800 kVA and two of 300 kVA carry 600 kW. Each works at first with 0.9, and keeps working
/// through an hour with 0.5 (a mean time to failure of 1 / ln 2 hours). The fuel is 1,000 l; an hour
/// takes 0.5 l/kWh x 600 kWh = 300 l, and 50 l for each running set: 350 l where the large set runs,
/// 400 l where the two small ones do.
///
/// A set works at the end of hour 1 with 0.45, of hour 2 with 0.225.
/// - Hour 1 is carried if the large set works, or else both small ones:
///   0.45 + 0.55 x 0.45^2 = 0.561375.
/// - Hour 2 is carried if the large set still works, 0.225, or if it does not and both small ones do,
///   0.775 x 0.225^2 = 0.039234375. Hour 1 was then carried too, and at most 800 l are burned:
///   0.264234375.
/// - Hour 3 needs 1,050 l even with the large set alone.
///
/// With 1,075 l hour 3 is carried only if the large set runs in all three hours: 1,050 l, for 1,100 l
/// are burned otherwise: 0.1125.
#[test]
fn mixed_sets_and_fuel_come_out_as_worked_by_hand() {
    let half_an_hour = reliability(0.9, 0.0, 1.0 / std::f64::consts::LN_2);
    let mut plant = sets(&[(2, 300.0), (1, 800.0)], half_an_hour);
    for (usable_l, third, horizon_h) in [(1_000.0, 0.0, 2), (1_075.0, 0.1125, 3)] {
        plant.fuel = Fuel::Litres { usable_l, slope_l_kwh: 0.5, intercept_l_h: 50.0 };
        let found = survive(&plant, &Load::new(600.0), 4);
        for (found, expected) in
            found.carried.iter().zip([1.0, 0.561_375, 0.264_234_375, third, 0.0])
        {
            assert_near(*found, expected, &format!("{usable_l} l"));
        }
        assert_eq!(found.fuel, FuelHorizon::Hours(horizon_h));
        // The large set may be lost, but then neither of the small ones.
        assert_eq!(found.redundancy_left, Some(1));
    }
}

/// One set of 500 kVA carries 400 kW for 4 h on its fuel; the battery holds 1,000 kWh. The start takes
/// 15 s, of which the battery spends 400 x 15 / 3600 = 1.67 kWh. What is left carries two whole hours,
/// so an outage of h hours is survived if the set carries h - 2 of them, up to 4 + 2 hours. The set
/// works at the end of hour t with 0.9 x 0.5^t.
#[test]
fn a_battery_carries_the_last_hours_alone() {
    let mut plant = sets(&[(1, 500.0)], reliability(0.9, 0.0, 1.0 / std::f64::consts::LN_2));
    plant.fuel = Fuel::Litres { usable_l: 400.0, slope_l_kwh: 0.25, intercept_l_h: 0.0 };
    plant.storage = Storage { power_kw: 400.0, energy_kwh: 1_000.0 };
    let found = survive(&plant, &Load::new(400.0), 8);
    let expected = [1.0, 1.0, 1.0, 0.45, 0.225, 0.1125, 0.05625, 0.0, 0.0];
    for (found, expected) in found.carried.iter().zip(expected) {
        assert_near(*found, expected, "hours with battery");
    }
    assert_eq!((found.start, found.interruption_s), (Start::Bridged, Some(0.0)));
    plant.storage.power_kw = 399.0;
    let found = survive(&plant, &Load::new(400.0), 8);
    assert_near(found.carried[3], 0.9 * 0.125, "a battery that is too weak does not help");
    assert_eq!((found.start, found.interruption_s), (Start::Interrupted, Some(15.0)));
}

/// The same battery with exactly 800 kWh: without a start it would carry two hours, but after the set
/// has started only one.
#[test]
fn what_the_start_takes_from_the_battery_is_gone() {
    let mut plant = sets(&[(1, 500.0)], reliability(0.9, 0.0, 1.0 / std::f64::consts::LN_2));
    plant.storage = Storage { power_kw: 400.0, energy_kwh: 800.0 };
    let found = survive(&plant, &Load::new(400.0), 3);
    for (found, expected) in found.carried.iter().zip([1.0, 1.0, 1.0, 0.225]) {
        assert_near(*found, expected, "800 kWh");
    }
}

#[test]
fn the_answer_is_the_mean_over_all_hours_at_which_the_outage_may_begin() {
    // Sun from 10 to 16 h carries the whole load, which no set can.
    let mut load = Load { power_factor: Some(1.0), ..Load::new(100.0) };
    load.pv_kw[10..16].fill(100.0);
    let found = survive(&sets(&[], PERFECT), &load, 8);
    for (hours, starts) in [(1, 6.0), (2, 5.0), (6, 1.0), (7, 0.0)] {
        assert_near(found.carried[hours], starts / 24.0, &format!("{hours} h"));
    }
    assert_eq!((found.start, found.redundancy_left), (Start::NotCarried, None));
    assert_eq!(found.fuel, FuelHorizon::NotCarried);
}

#[test]
fn the_start_is_said_as_far_as_it_is_known() {
    let load = Load::new(400.0);
    let plant = sets(&[(1, 500.0)], PERFECT);
    let ups = |minutes| Plant { ups_autonomy_min: Some(minutes), ..plant.clone() };
    let battery = |energy_kwh| Plant {
        storage: Storage { power_kw: 400.0, energy_kwh },
        start_s: None,
        start_at_most_s: 120.0,
        ..plant.clone()
    };
    let weak = Plant { sets_out: 1, ..plant.clone() };
    for (plant, start, interruption_s) in [
        (plant.clone(), Start::Interrupted, Some(15.0)),
        (ups(0.2), Start::Interrupted, Some(15.0)),
        (ups(0.25), Start::UpsOnly, Some(15.0)),
        // 400 kW x 120 s is 13.33 kWh: more than that is enough for any start that is allowed.
        (battery(13.4), Start::Bridged, Some(0.0)),
        (battery(13.3), Start::Unknown, None),
        (weak, Start::NotCarried, None),
    ] {
        let found = survive(&plant, &load, 1);
        assert_eq!((found.start, found.interruption_s), (start, interruption_s), "{plant:?}");
    }
}

#[test]
fn what_falls_short_is_said_in_sentences() {
    let check = |plant: &Plant, load: &Load, hours: usize, said: &[&str]| {
        assert_eq!(survive(plant, load, hours).shortfalls(plant, load), said);
    };
    let two = sets(&[(2, 500.0)], PERFECT);
    check(&two, &Load::new(800.0), 168, &[]);
    check(
        &two,
        &Load::new(1_200.0),
        24,
        &["The 2 sets in service supply 1000 kVA together, and the load is 1200 kVA."],
    );
    let one = Plant { sets_out: 1, ..two.clone() };
    check(
        &one,
        &Load::new(800.0),
        24,
        &["The one set in service supplies 500 kVA, and the load is 800 kVA."],
    );
    let none = Plant { sets_out: 2, ..two.clone() };
    check(
        &none,
        &Load::new(800.0),
        24,
        &[
            "No generator set is in service, and the load is 800 kVA: there is nothing but a battery to carry it.",
        ],
    );
    let usable_l = 10.0 * (0.25 * 800.0 + 10.0);
    let short =
        Plant { fuel: Fuel::Litres { usable_l, slope_l_kwh: 0.25, intercept_l_h: 5.0 }, ..two };
    check(&short, &Load::new(800.0), 10, &[]);
    check(
        &short,
        &Load::new(800.0),
        24,
        &["The fuel lasts 10 hours if every set works, and the outage 24."],
    );
}

#[test]
fn the_duration_is_bounded() {
    let found = survive(&sets(&[(1, 500.0)], REOPT), &Load::new(400.0), 10_000);
    assert_eq!(found.carried.len(), MAX_HOURS + 1);
    assert_eq!(survive(&sets(&[], REOPT), &Load::new(400.0), 0).carried, [1.0]);
}

// A second method: outages drawn one by one, each set with its own time of failure.

/// SplitMix64 (Steele, Lea and Flood 2014): a fixed sequence from a seed.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Evenly between 0 and 1, neither of them.
    fn share(&mut self) -> f64 {
        let bits = u32::try_from(self.next() >> 32).expect("32 bits");
        (f64::from(bits) + 0.5) / 4_294_967_296.0
    }
}

/// One outage: how many whole hours of it are carried.
fn play(plant: &Plant, load: &Load, ratings: &[f64], hours: usize, dice: &mut Dice) -> usize {
    let begin = usize::try_from(dice.next() % 24).expect("below 24");
    let Reliability { availability, failure_to_start, mttf_h } = plant.reliability;
    let fails_at: Vec<f64> = ratings
        .iter()
        .map(|_| {
            let starts = dice.share() < availability && dice.share() >= failure_to_start;
            let life = -mttf_h * dice.share().ln();
            if starts { life } else { 0.0 }
        })
        .collect();
    let power_factor = load.power_factor.unwrap_or(1.0);
    let active = load.demand_kva * power_factor;
    let reactive_squared = load.demand_kva.powi(2) - active.powi(2);
    let kw = |hour: usize| f64::max(active - load.pv_kw[(begin + hour - 1) % 24], 0.0);
    let kva = |hour: usize| match load.power_factor {
        None => load.demand_kva,
        Some(_) => (kw(hour).powi(2) + reactive_squared).max(0.0).sqrt(),
    };
    let (mut litres, slope, intercept, endurance) = match plant.fuel {
        Fuel::Litres { usable_l, slope_l_kwh, intercept_l_h } => {
            (usable_l, slope_l_kwh, intercept_l_h, f64::INFINITY)
        }
        Fuel::Endurance { full_load_h } => (f64::INFINITY, 0.0, 0.0, full_load_h),
    };
    let mut hour = 1;
    while hour <= hours {
        let (mut sum, mut running) = (0.0, 0.0);
        for (rating, fails_at) in ratings.iter().zip(&fails_at) {
            if sum < kva(hour) - 1e-6 && *fails_at >= hour as f64 {
                sum += rating;
                running += 1.0;
            }
        }
        litres -= slope * kw(hour) + intercept * running;
        if sum < kva(hour) - 1e-6 || litres < -1e-6 || hour as f64 > endurance {
            break;
        }
        hour += 1;
    }
    let mut held = plant.storage.energy_kwh;
    if hour > 1 {
        held -= kw(1) * plant.start_at_most_s / 3600.0;
    }
    while hour <= hours
        && kva(hour) <= plant.storage.power_kw + 1e-6
        && kw(hour) <= held.max(0.0) + 1e-6
    {
        held -= kw(hour);
        hour += 1;
    }
    hour - 1
}

/// Asserts that the chain and `runs` drawn outages agree within four standard errors.
fn compare(name: &str, plant: &Plant, load: &Load, durations: &[usize]) {
    const RUNS: u32 = 200_000;
    let mut ratings: Vec<f64> =
        plant.groups.iter().flat_map(|group| vec![group.rating_kva; group.sets as usize]).collect();
    ratings.sort_by(|a, b| b.total_cmp(a));
    let ratings = &ratings[(plant.sets_out as usize).min(ratings.len())..];
    let longest = *durations.last().expect("a duration");
    let mut dice = Dice(0x5173_3011);
    let mut ended = vec![0_u32; longest + 1];
    for _ in 0..RUNS {
        ended[play(plant, load, ratings, longest, &mut dice)] += 1;
    }
    let found = survive(plant, load, longest).carried;
    for hours in durations {
        let drawn = f64::from(ended[*hours..].iter().sum::<u32>()) / f64::from(RUNS);
        let exact = found[*hours];
        let variance = (exact * (1.0 - exact)).max(1.0 / f64::from(RUNS));
        let error = (variance / f64::from(RUNS)).sqrt();
        assert!(
            (drawn - exact).abs() <= 4.0 * error,
            "{name}, {hours} h: the chain says {exact}, {RUNS} drawn outages {drawn}"
        );
    }
}

#[test]
fn drawn_outages_agree_for_identical_sets() {
    let plant = sets(&[(3, 500.0)], reliability(0.97, 0.02, 80.0));
    compare("three sets, two needed", &plant, &Load::new(900.0), &[1, 4, 12, 24, 48]);
    compare("defaults", &sets(&[(2, 500.0)], REOPT), &Load::new(450.0), &[1, 24, 72]);
}

#[test]
fn drawn_outages_agree_where_mixed_sets_share_scarce_fuel() {
    let mut plant = sets(&[(3, 300.0), (2, 800.0)], reliability(0.95, 0.05, 60.0));
    // 820 kVA take two sets and 285 l an hour while a large one works, and else three and 325 l: the
    // fuel lasts 18 to 21 h. 600 kVA take one set and 190 l, or two and 230 l: 26 to 31 h.
    plant.fuel = Fuel::Litres { usable_l: 6_000.0, slope_l_kwh: 0.25, intercept_l_h: 40.0 };
    let load = Load::new(820.0);
    compare("scarce fuel", &plant, &load, &[1, 8, 16, 18, 19, 20, 21]);
    plant.sets_out = 1;
    compare("scarce fuel, one out", &plant, &load, &[1, 8, 16, 18, 20, 21]);
    let load = Load::new(600.0);
    compare("scarce fuel, lower load", &plant, &load, &[1, 8, 20, 24, 26, 27, 28, 29, 30, 31, 32]);
}

/// A summer day: 400 kW at noon.
fn summer_pv_kw() -> [f64; DAY_H] {
    std::array::from_fn(|hour| {
        let from_noon = (hour as f64 - 12.0) / 7.0;
        (400.0 * (1.0 - from_noon * from_noon)).max(0.0)
    })
}

#[test]
fn drawn_outages_agree_with_battery_sun_and_fuel_together() {
    let mut plant = sets(&[(1, 700.0), (2, 400.0), (1, 250.0)], reliability(0.96, 0.03, 50.0));
    plant.fuel = Fuel::Litres { usable_l: 3_000.0, slope_l_kwh: 0.25, intercept_l_h: 25.0 };
    plant.storage = Storage { power_kw: 650.0, energy_kwh: 1_500.0 };
    plant.start_s = None;
    plant.start_at_most_s = 120.0;
    let load = Load { pv_kw: summer_pv_kw(), power_factor: Some(0.9), ..Load::new(640.0) };
    compare("all together", &plant, &load, &[1, 2, 4, 8, 12, 18, 20, 22, 24, 26, 30]);
    let load = Load { power_factor: None, ..load };
    compare("power factor unknown", &plant, &load, &[1, 4, 12, 18, 20, 22, 24, 28]);
    plant.storage.power_kw = 500.0;
    let load = Load { power_factor: Some(0.9), ..load };
    compare("battery that only copes by day", &plant, &load, &[1, 2, 4, 8, 12, 18, 20, 24]);
    plant.fuel = Fuel::Endurance { full_load_h: 16.0 };
    compare("endurance", &plant, &load, &[1, 4, 15, 16, 17, 18, 20]);
    plant.groups.clear();
    compare("battery and sun alone", &plant, &load, &[1, 2, 3, 4, 5, 6, 8]);
}

// What must never make an answer worse.

/// Runs `check` on a fixed sequence of cases, the same on every machine and day.
fn hold<S: Strategy>(cases: u32, strategy: S, check: impl Fn(S::Value)) {
    let config =
        Config { cases, failure_persistence: None, max_shrink_iters: 500, ..Config::default() };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    TestRunner::new_with_rng(config, rng)
        .run(&strategy, |value| {
            check(value);
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{error}"));
}

fn a_group() -> impl Strategy<Value = Group> {
    let rating = proptest::sample::select(vec![100.0, 250.0, 300.0, 400.0, 700.0]);
    (0..4_u32, rating).prop_map(|(sets, rating_kva)| Group { sets, rating_kva })
}

fn a_fuel() -> impl Strategy<Value = Fuel> {
    let litres =
        (0..6_000, 20..40, prop_oneof![Just(0), 0..60]).prop_map(|(usable, slope, intercept)| {
            Fuel::Litres {
                usable_l: f64::from(usable),
                slope_l_kwh: f64::from(slope) / 100.0,
                intercept_l_h: f64::from(intercept),
            }
        });
    let endurance =
        (0..40).prop_map(|hours| Fuel::Endurance { full_load_h: f64::from(hours) / 2.0 });
    prop_oneof![4 => litres, 1 => endurance, 1 => Just(UNLIMITED)]
}

fn a_reliability() -> impl Strategy<Value = Reliability> {
    (50..=100, 0..=30, prop_oneof![1..100, 100..2_000]).prop_map(|(availability, fails, mttf)| {
        reliability(f64::from(availability) / 100.0, f64::from(fails) / 100.0, f64::from(mttf))
    })
}

fn a_plant() -> impl Strategy<Value = Plant> {
    let storage = (0..1_200, 0..4_000).prop_map(|(power, energy)| Storage {
        power_kw: f64::from(power),
        energy_kwh: f64::from(energy),
    });
    let groups = proptest::collection::vec(a_group(), 0..4);
    (groups, 0..3_u32, a_reliability(), a_fuel(), storage, 0..=120).prop_map(
        |(groups, sets_out, reliability, fuel, storage, start)| Plant {
            groups,
            sets_out,
            reliability,
            fuel,
            storage,
            ups_autonomy_min: None,
            start_s: Some(f64::from(start)),
            start_at_most_s: f64::from(start),
        },
    )
}

fn a_day() -> impl Strategy<Value = [f64; DAY_H]> {
    let hour = prop_oneof![1 => Just(0.0), 1 => (0..900).prop_map(f64::from)];
    prop_oneof![
        1 => Just([0.0; DAY_H]),
        1 => proptest::collection::vec(hour, DAY_H)
            .prop_map(|list| std::array::from_fn(|hour| list[hour])),
    ]
}

fn a_load() -> impl Strategy<Value = Load> {
    let power_factor = prop_oneof![
        1 => Just(None),
        2 => (50..=100).prop_map(|percent| Some(f64::from(percent) / 100.0)),
    ];
    (0..1_200, power_factor, a_day()).prop_map(|(demand, power_factor, pv_kw)| Load {
        demand_kva: f64::from(demand),
        power_factor,
        pv_kw,
    })
}

const HOURS: usize = 40;

fn of(plant: &Plant, load: &Load) -> Survival {
    survive(plant, load, HOURS)
}

#[track_caller]
fn never_lower(before: &Survival, after: &Survival) {
    for (hours, (before, after)) in before.carried.iter().zip(&after.carried).enumerate() {
        assert!(*after >= before - 1e-9, "{hours} h: {before} falls to {after}");
    }
    assert!(after.redundancy_left >= before.redundancy_left, "{before:?} {after:?}");
}

#[test]
fn a_probability_lies_between_0_and_1_and_never_rises_with_the_duration() {
    hold(250, (a_plant(), a_load()), |(plant, load)| {
        let found = of(&plant, &load).carried;
        assert_eq!(found[0], 1.0);
        assert!(found.iter().all(|share| (0.0..=1.0).contains(share)), "{found:?}");
        assert!(found.windows(2).all(|pair| pair[1] <= pair[0]), "{found:?}");
    });
}

#[test]
fn more_fuel_and_less_burn_never_lower_it() {
    hold(250, (a_plant(), a_load(), 0..2_000), |(plant, load, more)| {
        let better = |share: f64| match plant.fuel {
            Fuel::Litres { usable_l, slope_l_kwh, intercept_l_h } => Fuel::Litres {
                usable_l: usable_l + f64::from(more),
                slope_l_kwh: slope_l_kwh * share,
                intercept_l_h: intercept_l_h * share,
            },
            Fuel::Endurance { full_load_h } => {
                Fuel::Endurance { full_load_h: full_load_h + f64::from(more) / 100.0 }
            }
        };
        let before = of(&plant, &load);
        for share in [1.0, 0.8] {
            let after = of(&Plant { fuel: better(share), ..plant.clone() }, &load);
            never_lower(&before, &after);
        }
    });
}

#[test]
fn more_sets_of_any_rating_and_fewer_out_of_service_never_lower_it() {
    hold(250, (a_plant(), a_load(), a_group()), |(plant, load, more)| {
        let before = of(&plant, &load);
        let mut larger = plant.clone();
        larger.groups.push(more);
        never_lower(&before, &of(&larger, &load));
        let mut twice = plant.clone();
        if let Some(first) = twice.groups.first_mut() {
            first.sets += 1;
        }
        never_lower(&before, &of(&twice, &load));
        let back = Plant { sets_out: plant.sets_out.saturating_sub(1), ..plant };
        never_lower(&before, &of(&back, &load));
    });
}

#[test]
fn a_larger_battery_and_a_faster_start_never_lower_it() {
    hold(250, (a_plant(), a_load(), 0..800, 0..1_500), |(plant, load, kw, kwh)| {
        let before = of(&plant, &load);
        let Storage { power_kw, energy_kwh } = plant.storage;
        for (kw, kwh) in [(f64::from(kw), 0.0), (0.0, f64::from(kwh))] {
            let storage = Storage { power_kw: power_kw + kw, energy_kwh: energy_kwh + kwh };
            never_lower(&before, &of(&Plant { storage, ..plant.clone() }, &load));
        }
        let start_at_most_s = plant.start_at_most_s / 2.0;
        never_lower(&before, &of(&Plant { start_at_most_s, ..plant }, &load));
    });
}

#[test]
fn more_sun_and_less_load_never_lower_it() {
    hold(250, (a_plant(), a_load(), a_day(), 0..300), |(plant, load, sun, less)| {
        let before = of(&plant, &load);
        let pv_kw = std::array::from_fn(|hour| load.pv_kw[hour] + sun[hour]);
        never_lower(&before, &of(&plant, &Load { pv_kw, ..load }));
        let after = of(&plant, &load.with_deployment(f64::from(less)));
        never_lower(&after, &before);
    });
}

#[test]
fn better_reliability_never_lowers_it() {
    hold(250, (a_plant(), a_load()), |(plant, load)| {
        let before = of(&plant, &load);
        let Reliability { availability, failure_to_start, mttf_h } = plant.reliability;
        for better in [
            reliability(f64::midpoint(availability, 1.0), failure_to_start, mttf_h),
            reliability(availability, failure_to_start / 2.0, mttf_h),
            reliability(availability, failure_to_start, mttf_h * 1.5),
        ] {
            never_lower(&before, &of(&Plant { reliability: better, ..plant.clone() }, &load));
        }
    });
}

// How a plant is read from a survey.

fn estate(known: &[(&str, f64)]) -> Estate {
    let none: &[SpaceKind] = &[];
    let mut estate = Estate::new(&RULEBOOK.dictionary, [none, none].into_iter());
    for (id, value) in known {
        let (measure, _) = RULEBOOK.dictionary.find(id).expect("the measure is there");
        let source = Source {
            survey: 0,
            row: 2,
            column: 1,
            observed_on: "2026-03-01".parse().expect("a date"),
            method: Method::Measured,
        };
        estate.set(measure, 1, *value, source);
    }
    estate
}

fn read(known: &[(&str, f64)], overrides: &Overrides) -> Result<SitePlant, Unanswered> {
    read_plant(&RULEBOOK, &estate(known), 1, overrides)
}

fn missing(known: &[(&str, f64)], overrides: &Overrides) -> Vec<&'static str> {
    let unanswered = read(known, overrides).expect_err("something is missing");
    assert_eq!(unanswered.contradictions, []);
    unanswered.missing.iter().map(|index| RULEBOOK.dictionary.get(*index).id.as_str()).collect()
}

fn contradictions(known: &[(&str, f64)], overrides: &Overrides) -> Vec<Contradiction> {
    read(known, overrides).expect_err("a contradiction").contradictions
}

const DEMAND: (&str, f64) = ("essential-max-demand-kva", 900.0);
const FUEL: (&str, f64) = ("fuel-usable-l", 20_000.0);
const THREE: (&str, f64) = ("generator-sets-count", 3.0);
const RATING: (&str, f64) = ("generator-set-kva", 500.0);
/// Choices by their place: none, N, N+1, 2N, 2(N+1).
const N_PLUS_ONE: (&str, f64) = ("generator-redundancy", 2.0);
const FIRM: (&str, f64) = ("generator-firm-capacity-kva", 1_000.0);

#[test]
fn nothing_is_guessed_where_measures_are_missing() {
    let none = Overrides::default();
    for (known, expected) in [
        (
            &[][..],
            &[
                "essential-max-demand-kva",
                "generator-sets-count",
                "generator-set-kva",
                "fuel-usable-l",
            ][..],
        ),
        (&[DEMAND, FUEL, FIRM, N_PLUS_ONE], &["generator-sets-count"]),
        (&[DEMAND, FUEL, THREE], &["generator-set-kva"]),
        (&[DEMAND, FUEL, THREE, FIRM], &["generator-set-kva"]),
        (&[DEMAND, FUEL, THREE, N_PLUS_ONE], &["generator-set-kva"]),
        (&[DEMAND, THREE, RATING], &["fuel-usable-l"]),
        (&[FUEL, THREE, RATING], &["essential-max-demand-kva"]),
        // Mixed sets have no one rating that the firm capacity could tell.
        (
            &[DEMAND, FUEL, THREE, FIRM, N_PLUS_ONE, ("generator-second-sets-count", 1.0)],
            &["generator-second-set-kva", "generator-set-kva"],
        ),
        (
            &[DEMAND, FUEL, THREE, RATING, ("generator-second-set-kva", 300.0)],
            &["generator-second-sets-count"],
        ),
    ] {
        assert_eq!(missing(known, &none), expected, "{known:?}");
    }
    // Hours at full load of the present sets do not bound what further sets burn.
    let more = Overrides { extra_sets: vec![group(1, 500.0)], ..Overrides::default() };
    let known = [DEMAND, THREE, RATING, ("fuel-endurance-h", 48.0)];
    assert_eq!(missing(&known, &more), ["fuel-usable-l"]);
    assert!(read(&known, &none).is_ok());
}

#[test]
fn the_rating_follows_from_the_firm_capacity_the_redundancy_and_the_number_of_sets() {
    for (redundancy, sets, firm_kva, rating_kva) in [
        (0.0, 2.0, 1_000.0, 500.0),
        (1.0, 2.0, 1_000.0, 500.0),
        (2.0, 3.0, 1_000.0, 500.0),
        (3.0, 4.0, 1_000.0, 500.0),
        (4.0, 6.0, 1_000.0, 500.0),
    ] {
        let known = [
            DEMAND,
            FUEL,
            ("generator-sets-count", sets),
            ("generator-redundancy", redundancy),
            ("generator-firm-capacity-kva", firm_kva),
        ];
        let found = read(&known, &Overrides::default()).expect("a plant");
        assert_eq!(found.plant.groups.len(), 1);
        assert_eq!(found.plant.groups[0].rating_kva, rating_kva, "{known:?}");
        let rating = used(&found, Role::SetKva);
        assert!(matches!(&rating.1, Origin::WorkedOut(from) if from.len() == 3), "{rating:?}");
    }
}

#[test]
fn figures_that_cannot_be_true_are_said_and_not_used() {
    let plain = [DEMAND, FUEL, THREE, RATING];
    let none = Overrides::default();
    for (known, overrides, expected) in [
        (
            &[DEMAND, FUEL, RATING, ("generator-sets-count", 2.5)][..],
            none.clone(),
            Contradiction::NotWhole { role: Role::Sets, value: 2.5 },
        ),
        (
            &[DEMAND, FUEL, THREE, FIRM, ("generator-redundancy", 3.0)],
            none,
            Contradiction::SetsAndRedundancy { sets: 3, redundancy: Redundancy::TwoN },
        ),
        (
            &plain,
            ask(Role::AvailabilityPercent, 101.0),
            Contradiction::OutsideLimits { role: Role::AvailabilityPercent, value: 101.0 },
        ),
        (
            &plain,
            Overrides { pv_kw: Some([-1.0; DAY_H]), ..Overrides::default() },
            Contradiction::SolarBelowZero,
        ),
        (
            &plain,
            Overrides { extra_sets: vec![group(u32::MAX, 500.0)], ..Overrides::default() },
            // The 3 sets surveyed are of the same rating.
            Contradiction::TooManyCombinations { combinations: 1 << 32 },
        ),
    ] {
        assert_eq!(contradictions(known, &overrides), [expected]);
    }
    let many = Overrides {
        extra_sets: (1..40).map(|at| group(1, f64::from(at))).collect(),
        ..Overrides::default()
    };
    let expected = Contradiction::TooManyCombinations { combinations: 4 << 39 };
    assert_eq!(contradictions(&plain, &many), [expected]);
    let nan = contradictions(&plain, &ask(Role::FuelUsableL, f64::NAN));
    assert!(matches!(nan[..], [Contradiction::OutsideLimits { .. }]), "{nan:?}");
}

fn ask(role: Role, value: f64) -> Overrides {
    Overrides { values: vec![(role, value)], ..Overrides::default() }
}

#[test]
fn more_sets_of_a_rating_than_are_worked_out_are_refused() {
    let plain = [DEMAND, FUEL, THREE, RATING];
    let extra = |sets| Overrides { extra_sets: vec![group(sets, 500.0)], ..Overrides::default() };
    assert!(read(&plain, &extra(MAX_SETS_OF_A_KIND - 3)).is_ok());
    let unanswered = read(&plain, &extra(MAX_SETS_OF_A_KIND - 2)).expect_err("too many");
    assert_eq!(
        unanswered.reason(&RULEBOOK.dictionary),
        "The sets may work in 34 combinations; 289 are the most that are worked out, and 32 sets of one rating."
    );
}

#[test]
fn hours_at_full_load_are_those_of_the_sets_that_were_surveyed() {
    let known = [DEMAND, THREE, RATING, ("fuel-endurance-h", 100.0)];
    let found = read(&known, &Overrides::default()).expect("a plant");
    assert_eq!(found.plant.fuel, Fuel::Endurance { full_load_h: 100.0 });
    for overrides in [
        ask(Role::Sets, 6.0),
        ask(Role::SetKva, 2_000.0),
        Overrides { extra_sets: vec![group(1, 500.0)], ..Overrides::default() },
    ] {
        let unanswered = read(&known, &overrides).expect_err("other sets burn more");
        let reason = unanswered.reason(&RULEBOOK.dictionary);
        assert_eq!(reason, "Not surveyed: Usable fuel on site.");
    }
    // Fewer sets in service burn no more.
    assert!(read(&known, &ask(Role::SetsOut, 1.0)).is_ok());
}

#[test]
fn the_reason_names_what_to_survey_and_what_cannot_be_true() {
    let known = [DEMAND, THREE, FIRM, ("generator-redundancy", 3.0)];
    let unanswered = read(&known, &Overrides::default()).expect_err("nothing can be told");
    assert_eq!(
        unanswered.reason(&RULEBOOK.dictionary),
        "Not surveyed: Usable fuel on site. A plant of 3 sets cannot have the redundancy 2N."
    );
}

fn used(found: &SitePlant, role: Role) -> (f64, Origin) {
    let mut all = found.used.iter().filter(|used| used.role == role);
    let first = all.next().unwrap_or_else(|| panic!("{role} was not used"));
    assert_eq!(all.next(), None, "{role} was used twice");
    (first.value, first.origin.clone())
}

#[test]
fn a_default_stands_in_with_its_reference_and_a_survey_takes_precedence_over_it() {
    let plain = [DEMAND, FUEL, THREE, RATING];
    let found = read(&plain, &Overrides::default()).expect("a plant");
    assert_eq!(found.plant.reliability, REOPT);
    assert_eq!(
        found.plant.fuel,
        Fuel::Litres { usable_l: 20_000.0, slope_l_kwh: 0.2877, intercept_l_h: 0.0 }
    );
    for role in Role::WITH_DEFAULT {
        let (value, origin) = used(&found, role);
        let Origin::Default { reference, evidence } = &origin else {
            panic!("{role}: {origin:?}");
        };
        // That no set is out for long is no published figure: it is named as what it is.
        if role == Role::SetsOut {
            assert_eq!((value, *evidence), (0.0, Evidence::Policy));
            continue;
        }
        let is_graded = matches!(evidence, Evidence::SecondHand | Evidence::Derived);
        assert!(is_graded && reference.starts_with("NREL REopt.jl"), "{role}: {origin:?}");
    }

    let mut own = plain.to_vec();
    own.extend([
        ("generator-sets-out-count", 1.0),
        ("generator-availability-percent", 98.0),
        ("generator-failure-to-start-percent", 2.0),
        ("generator-mttf-h", 400.0),
        ("fuel-burn-slope-l-kwh", 0.23),
        ("fuel-burn-intercept-l-h", 12.0),
    ]);
    let found = read(&own, &Overrides::default()).expect("a plant");
    assert_eq!(found.plant.reliability, reliability(0.98, 0.02, 400.0));
    assert_eq!(
        found.plant.fuel,
        Fuel::Litres { usable_l: 20_000.0, slope_l_kwh: 0.23, intercept_l_h: 12.0 }
    );
    for role in Role::WITH_DEFAULT {
        let measure = RULEBOOK.reliability.measure(role);
        assert_eq!(used(&found, role).1, Origin::Surveyed(measure));
    }

    // A slope without its intercept is half a line.
    let half = [DEMAND, FUEL, THREE, RATING, ("fuel-burn-slope-l-kwh", 0.2)];
    let found = read(&half, &Overrides::default()).expect("a plant");
    assert_eq!(used(&found, Role::FuelSlopeLKwh).0, 0.2877);
}

#[test]
fn what_was_not_surveyed_is_left_out_and_named() {
    let known = [DEMAND, THREE, RATING, ("fuel-endurance-h", 48.0), ("battery-storage-kwh", 500.0)];
    let found = read(&known, &Overrides::default()).expect("a plant");
    assert_eq!(found.plant.fuel, Fuel::Endurance { full_load_h: 48.0 });
    assert_eq!(found.plant.storage, Storage::NONE);
    assert_eq!((found.plant.start_s, found.plant.start_at_most_s), (None, 120.0));
    assert_eq!(found.load, Load::new(900.0));
    let left_out: Vec<&str> =
        found.left_out.iter().map(|index| RULEBOOK.dictionary.get(*index).id.as_str()).collect();
    let expected = [
        "fuel-usable-l",
        "battery-power-kw",
        "power-factor",
        "ups-autonomy-min",
        "generator-start-s",
    ];
    assert_eq!(left_out, expected);
}

#[test]
fn what_a_caller_asks_replaces_what_was_surveyed() {
    let known = [
        DEMAND,
        FUEL,
        THREE,
        RATING,
        ("generator-start-s", 12.0),
        ("generator-second-sets-count", 2.0),
        ("generator-second-set-kva", 250.0),
        ("battery-storage-kwh", 500.0),
        ("battery-power-kw", 400.0),
        ("power-factor", 0.95),
        ("ups-autonomy-min", 30.0),
        ("generator-sets-out-count", 1.0),
    ];
    let overrides = Overrides {
        values: vec![
            (Role::SetsOut, 2.0),
            (Role::FuelUsableL, 5_000.0),
            (Role::BatteryEnergyKwh, 900.0),
            (Role::MttfH, 2_000.0),
        ],
        extra_sets: vec![group(1, 800.0)],
        pv_kw: Some([10.0; DAY_H]),
    };
    let found = read(&known, &overrides).expect("a plant");
    let expected = Plant {
        groups: vec![group(3, 500.0), group(2, 250.0), group(1, 800.0)],
        sets_out: 2,
        reliability: Reliability { mttf_h: 2_000.0, ..REOPT },
        fuel: Fuel::Litres { usable_l: 5_000.0, slope_l_kwh: 0.2877, intercept_l_h: 0.0 },
        storage: Storage { power_kw: 400.0, energy_kwh: 900.0 },
        ups_autonomy_min: Some(30.0),
        start_s: Some(12.0),
        start_at_most_s: 12.0,
    };
    assert_eq!(found.plant, expected);
    assert_eq!(
        found.load,
        Load { demand_kva: 900.0, power_factor: Some(0.95), pv_kw: [10.0; DAY_H] }
    );
    assert_eq!(used(&found, Role::MttfH), (2_000.0, Origin::Asked));
    assert_eq!(found.left_out, []);
}

#[test]
fn a_deployment_takes_redundancy_and_probability_away() {
    let known = [DEMAND, FUEL, THREE, RATING, ("generator-start-s", 12.0)];
    let found = read(&known, &Overrides::default()).expect("a plant");
    let before = survive(&found.plant, &found.load, 24);
    let after = survive(&found.plant, &found.load.with_deployment(150.0), 24);
    assert_eq!((before.redundancy_left, after.redundancy_left), (Some(1), Some(0)));
    assert!(after.carried[24] < before.carried[24], "{before:?} {after:?}");
}

#[test]
fn a_site_without_any_set_is_known_to_have_none() {
    let known = [DEMAND, FUEL, ("generator-sets-count", 0.0)];
    let found = read(&known, &Overrides::default()).expect("a plant");
    assert_eq!(found.plant.groups, []);
    assert_eq!(survive(&found.plant, &found.load, 2).carried, [1.0, 0.0, 0.0]);
}
