//! What stands beside a score: the weakest method and the oldest date of the observations behind it.

mod support;

use siteworthy_rules::estate::{Estate, Source};
use siteworthy_rules::judge::assess;
use siteworthy_rules::observation::Method;
use siteworthy_rules::place::SpaceKind;

#[test]
fn the_weakest_method_and_the_oldest_date_are_those_of_the_place_that_was_judged() {
    let rulebook = support::rulebook();
    let kinds = [SpaceKind::Theatre, SpaceKind::Theatre];
    let mut estate = Estate::new(rulebook.dictionary.len(), [&kinds[..]].into_iter());
    for (id, place, value, method, observed_on) in [
        ("generator-start-s", 0, 12.0, Method::Surveyed, "2026-02-01"),
        ("fuel-endurance-h", 0, 200.0, Method::Calculated, "2024-05-06"),
        // Read by no requirement of the robot.
        ("annual-gas-kwh", 0, 1e6, Method::Declared, "2019-04-01"),
        // The first theatre fails a gate, so the second speaks for the site.
        ("ips-present", 1, 0.0, Method::Declared, "2020-01-01"),
        ("ips-present", 2, 1.0, Method::Measured, "2025-07-08"),
    ] {
        let (measure, _) = rulebook.dictionary.find(id).expect("a measure");
        let source = Source {
            survey: 0,
            row: 2,
            column: 1,
            observed_on: observed_on.parse().expect("a date"),
            method,
        };
        estate.set(measure, place, value, source);
    }
    let at = rulebook.find_profile("surgical-robot").expect("the profile is there");
    let outcome = assess(&rulebook, &estate, &rulebook.profiles[at], 0);
    assert_eq!(outcome.spot.space(), Some(2));
    assert_eq!(outcome.weakest_method, Some(Method::Surveyed));
    assert_eq!(outcome.oldest_on, "2024-05-06".parse().ok());
}
