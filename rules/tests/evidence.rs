//! What stands beside a score: the weakest method and the oldest date of the observations behind it.

mod support;

use chrono::NaiveDate;
use siteworthy_rules::dated::Evidence;
use siteworthy_rules::estate::{Estate, Source};
use siteworthy_rules::judge::{Outcome, assess, evidence_of, provenance};
use siteworthy_rules::observation::Method;
use siteworthy_rules::place::SpaceKind;
use siteworthy_rules::rulebook::Rulebook;

type Known<'a> = (&'a str, u32, f64, Method, &'a str);

fn fill(rulebook: &Rulebook, estate: &mut Estate, known: &[Known<'_>]) {
    for (id, place, value, method, observed_on) in known {
        let (measure, _) = rulebook.dictionary.find(id).expect("a measure");
        let source = Source {
            survey: 0,
            row: 2,
            column: 1,
            observed_on: observed_on.parse().expect("a date"),
            method: *method,
        };
        estate.set(measure, *place, *value, source);
    }
}

type Provenance = (Option<Method>, Option<NaiveDate>);

fn assess_robot(rulebook: &Rulebook, known: &[Known<'_>]) -> (Outcome, Provenance) {
    let kinds = [SpaceKind::Theatre, SpaceKind::Theatre];
    let mut estate = Estate::new(&rulebook.dictionary, [&kinds[..]].into_iter());
    fill(rulebook, &mut estate, known);
    let at = rulebook.find_profile("surgical-robot").expect("the profile is there");
    let profile = &rulebook.profiles[at];
    let outcome = assess(rulebook, &estate, profile, 0);
    (outcome, provenance(rulebook, &estate, profile, outcome.spot()))
}

#[test]
fn the_weakest_method_and_the_oldest_date_are_those_of_the_place_that_was_judged() {
    let rulebook = support::rulebook();
    let known = [
        ("generator-start-s", 0, 12.0, Method::Surveyed, "2026-02-01"),
        ("fuel-endurance-h", 0, 200.0, Method::Calculated, "2024-05-06"),
        // Read by no requirement of the robot.
        ("annual-gas-kwh", 0, 1e6, Method::Declared, "2019-04-01"),
        // The first theatre fails a gate, so the second speaks for the site.
        ("ips-present", 1, 0.0, Method::Declared, "2020-01-01"),
        ("ips-present", 2, 1.0, Method::Measured, "2025-07-08"),
    ];
    let (outcome, found) = assess_robot(&rulebook, &known);
    assert_eq!(outcome.spot().space(), Some(2));
    assert_eq!(found, (Some(Method::Surveyed), "2024-05-06".parse().ok()));
}

#[test]
fn a_demand_in_kw_that_was_not_used_makes_a_headroom_neither_weaker_nor_older() {
    let rulebook = support::rulebook();
    let capacity = ("agreed-import-capacity-kva", 0, 1000.0, Method::Calculated, "2026-01-02");
    let kva = ("max-demand-kva", 0, 500.0, Method::Measured, "2025-03-04");
    let kw = ("max-demand-kw", 0, 480.0, Method::Declared, "2019-04-01");
    let power_factor = ("power-factor", 0, 0.96, Method::Declared, "2018-04-01");
    for (known, weakest, oldest) in [
        (&[capacity, kva, kw, power_factor][..], Some(Method::Calculated), Some("2025-03-04")),
        (&[capacity, kw, power_factor], Some(Method::Declared), Some("2018-04-01")),
        (&[capacity, kw], Some(Method::Declared), Some("2019-04-01")),
        // Without a capacity nothing can be told, and nothing was used.
        (&[kva, kw, power_factor], None, None),
    ] {
        let (_, found) = assess_robot(&rulebook, known);
        assert_eq!(found, (weakest, oldest.and_then(|date| date.parse().ok())), "{known:?}");
    }
}

#[test]
fn a_headroom_is_no_better_supported_than_its_formula() {
    // The threshold is now verified; the reserve in the formula of import capacity is recalled.
    let mut files = support::files();
    let (_, robot) = files
        .iter_mut()
        .find(|(path, _)| path == "rules/profiles/surgical-robot.toml")
        .expect("the file is there");
    let policy = "evidence = \"policy\"";
    *robot = robot.replacen(policy, "evidence = \"verified\"", 1);
    let rulebook =
        support::read(&files).unwrap_or_else(|problems| panic!("{}", problems.join("\n")));
    let at = rulebook.find_profile("surgical-robot").expect("the profile is there");
    let first = &rulebook.profiles[at].requirements[0];
    assert_eq!((first.id.as_str(), first.evidence), ("electrical-headroom", Evidence::Verified));
    assert_eq!(evidence_of(&rulebook, first), Evidence::Policy);
    let known = [
        ("agreed-import-capacity-kva", 0, 1000.0, Method::Measured, "2026-01-02"),
        ("max-demand-kva", 0, 500.0, Method::Measured, "2026-01-02"),
    ];
    assert_eq!(assess_robot(&rulebook, &known).0.score.soft_bp, 10_000);
}
