//! Whole-life carbon of technologies as their profiles give it: hand-worked sums, and what stays unknown.
//!
//! The arithmetic of modules is held to published figures in `worked_examples`.

mod support;

use siteworthy_rules::carbon::demand::{Carrier, FuelFactors};
use siteworthy_rules::carbon::saving::{Kwh, life_years};
use siteworthy_rules::carbon::whole_life::{
    Installed, Module, WholeLife, whole_life_of_remedy, whole_life_of_technology,
};
use siteworthy_rules::cost::Estimate;
use siteworthy_rules::factor::{Average, CalendarYear, Factor};

fn judged(id: &str, quantity: u32, from_year: i32, years: u32) -> Estimate<WholeLife<Average>> {
    let rulebook = support::rulebook();
    let profile = rulebook.profiles.iter().find(|profile| profile.id == id).expect("a technology");
    let factors = &rulebook.factors;
    let period = (CalendarYear(from_year), years);
    whole_life_of_technology(profile, &factors.embodied, quantity, period, &factors.average)
}

#[track_caller]
fn near(found: f64, expected: f64) {
    assert!((found - expected).abs() < 0.1, "{found}, not {expected}");
}

fn reasons(run: &WholeLife<Average>, module: Module) -> Vec<String> {
    run.module(module).unknown.iter().map(|(_, why)| why.to_string()).collect()
}

#[test]
fn two_training_nodes_over_ten_years_are_as_worked_out_by_hand() {
    let runs = judged("ai-training-node", 2, 2026, 10);
    // Factors of 2026 to 2035 add up to 0.518882 kg a kWh; 2 nodes take 2 x 53,611 to 2 x 89,352 kWh.
    near(runs.low.module(Module::B6).known_kg, 55_635.6);
    near(runs.high.module(Module::B6).known_kg, 92_726.3);
    // 2 x (5,700 + 8 x 164) kg of manufacture; only the central figure is published.
    near(runs.central.module(Module::A1A3).known_kg, 14_024.0);
    assert_eq!(reasons(&runs.central, Module::A1A3), [""; 0]);
    assert_eq!(reasons(&runs.low, Module::A1A3), ["a1-a3 of ai-server-8-h100 is not known"]);
    assert!(runs.low.module(Module::A1A3).known_kg == 0.0);
    // Between the ends of a range nothing is guessed.
    assert_eq!(reasons(&runs.central, Module::B6), ["the electricity used is not known"]);
    assert_eq!(reasons(&runs.central, Module::B4), ["the life of ai-server-8-h100 is not known"]);
    // A life of 4 years is replaced twice in 10, one of 6 once, and each time nobody knows by how much.
    assert_eq!(runs.high.module(Module::B4).unknown.len(), 4);
    assert!(runs.central.total().is_err());
}

#[test]
fn what_no_source_tells_of_a_technology_is_unknown_and_not_nothing() {
    let runs = judged("surgical-robot", 1, 2026, 1);
    // One figure of energy stands in every run: 1,575 kWh x 0.106125.
    for run in [&runs.low, &runs.central, &runs.high] {
        near(run.module(Module::B6).known_kg, 167.1);
        assert_eq!(run.undeclared, ["surgical-robot"]);
        assert_eq!(reasons(run, Module::A1A3), ["a1-a3 of surgical-robot is not known"]);
    }
    // The factors of the average grid begin in 2021, and end in 2050.
    let runs = judged("surgical-robot", 1, 2050, 2);
    assert_eq!(
        reasons(&runs.low, Module::B6),
        ["the grid path grid-average-commercial has no factor of 2051"]
    );
}

/// 200 kW of heat pump, which save 500 MWh of gas and take 160 MWh of electricity a year.
fn heat_pump(saved: Option<Kwh>, years: u32) -> Estimate<WholeLife<Average>> {
    let rulebook = support::rulebook();
    let of = |id: &str| rulebook.remedies.iter().find(|remedy| remedy.id == id).expect("a remedy");
    let remedy = of("air-source-heat-pump");
    let factors = &rulebook.factors;
    let installed = Installed { quantity: 200.0, saved };
    let fuels: FuelFactors<Average> = [(Carrier::NaturalGas, Factor::new(0.18))].into();
    whole_life_of_remedy(
        &remedy.id,
        factors.embodied.get("air-source-heat-pump"),
        Estimate { low: installed, central: installed, high: installed },
        life_years(&rulebook, remedy),
        (CalendarYear(2026), years),
        (&fuels, &factors.average),
    )
}

#[test]
fn a_remedy_is_made_replaced_and_saves_as_worked_out_by_hand() {
    let mut saved = Kwh::default();
    saved.add(Carrier::NaturalGas, 500_000.0);
    saved.add(Carrier::Electricity, -160_000.0);
    let runs = heat_pump(Some(saved), 10);
    // 60, 120 and 220 kg a kW.
    near(runs.low.module(Module::A1A3).known_kg, 12_000.0);
    near(runs.central.module(Module::A1A3).known_kg, 24_000.0);
    near(runs.high.module(Module::A1A3).known_kg, 44_000.0);
    // 160,000 kWh at the factors of 2026 to 2035, less 500,000 x 0.18 ten times.
    let changed = 160_000.0 * 0.518_882 - 900_000.0;
    for run in [&runs.low, &runs.central, &runs.high] {
        near(run.module(Module::B6).known_kg, changed);
        assert_eq!(run.energy.len(), 10);
        assert_eq!(run.energy[0].0, "2026");
        near(*run.energy[0].1.as_ref().expect("a factor"), 160_000.0 * 0.106_125 - 90_000.0);
        // Ten years are less than its life, so nothing is replaced, known or not.
        assert_eq!((run.module(Module::B4).known_kg, reasons(run, Module::B4).len()), (0.0, 0));
        assert_eq!(reasons(run, Module::D), ["d of air-source-heat-pump is not known"]);
        assert_eq!(reasons(run, Module::A4), ["a4 of air-source-heat-pump is not known"]);
    }
    // What lies beyond the boundary is in no sum, unknown or not.
    let sum = runs.central.sum(&Module::WHOLE_LIFE);
    near(sum.known_kg, 24_000.0 + changed);
    assert!(sum.unknown.iter().all(|(_, why)| !why.to_string().starts_with("d of")));
}

#[test]
fn a_remedy_is_replaced_by_the_life_of_its_rate() {
    let rulebook = support::rulebook();
    for remedy in rulebook.remedies.iter().filter(|one| one.saves.is_some()) {
        let Some(life) = life_years(&rulebook, remedy) else { continue };
        let rates = remedy.costs.iter().map(|cost| &rulebook.benchmarks[cost.benchmark]);
        assert!(rates.filter_map(|rate| rate.life_years).any(|years| years == life));
    }
    let find = |id: &str| rulebook.remedies.iter().find(|remedy| remedy.id == id);
    let life = life_years(&rulebook, find("air-source-heat-pump").expect("a remedy"));
    let life = life.expect("a life");
    let once = heat_pump(Some(Kwh::default()), life);
    near(once.central.module(Module::B4).known_kg, 0.0);
    let twice = heat_pump(Some(Kwh::default()), 2 * life + 1);
    near(twice.central.module(Module::B4).known_kg, 2.0 * 24_000.0);
    // Of what the second and the third are carried, installed and done away with nobody says.
    assert_eq!(twice.central.module(Module::B4).unknown.len(), 3);
}

#[test]
fn what_a_remedy_saves_without_a_site_or_a_factor_is_unknown_and_not_nothing() {
    let without = heat_pump(None, 10);
    assert_eq!(reasons(&without.low, Module::B6), ["what it saves without a site is not known"]);
    near(without.low.module(Module::A1A3).known_kg, 12_000.0);
    let mut saved = Kwh::default();
    saved.add(Carrier::GasOil, 1_000.0);
    let unpriced = heat_pump(Some(saved), 2);
    assert_eq!(reasons(&unpriced.high, Module::B6), ["the factor of gas-oil is not known"; 2]);
    // Where nobody publishes what it embodies, its own id is listed.
    let rulebook = support::rulebook();
    let installed = Installed { quantity: 10.0, saved: Some(Kwh::default()) };
    let runs = whole_life_of_remedy(
        "led-lighting",
        None,
        Estimate { low: installed, central: installed, high: installed },
        Some(20),
        (CalendarYear(2026), 5),
        (&FuelFactors::new(), &rulebook.factors.average),
    );
    assert_eq!(runs.central.undeclared, ["led-lighting"]);
    assert_eq!(reasons(&runs.central, Module::A1A3), ["a1-a3 of led-lighting is not known"]);
}
