//! Whole-life carbon of technologies as their profiles give it: hand-worked sums, and what stays unknown.
//!
//! The arithmetic of modules is held to published figures in `worked_examples`.

mod support;

use siteworthy_rules::carbon::whole_life::{Module, WholeLife, whole_life_of_technology};
use siteworthy_rules::cost::Estimate;
use siteworthy_rules::factor::{Average, CalendarYear};

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
