//! What if a rule said otherwise: one figure is replaced and nothing else, and what cannot be replaced
//! is refused by file and key.

mod support;

use siteworthy_rules::change::{Change, apply};
use siteworthy_rules::profile::{Limits, Threshold};
use siteworthy_rules::rulebook::Rulebook;

fn change(file: &str, key: &str, value: &str) -> Change {
    Change { file: file.to_owned(), key: key.to_owned(), value: value.to_owned() }
}

fn suppose(changes: &[Change]) -> Result<Rulebook, Vec<String>> {
    let files = apply(&support::files(), changes)
        .map_err(|problems| problems.iter().map(ToString::to_string).collect::<Vec<_>>())?;
    support::read(&files)
}

fn threshold<'a>(rulebook: &'a Rulebook, profile: &str, requirement: &str) -> &'a Threshold {
    let profile = &rulebook.profiles[rulebook.find_profile(profile).expect("a profile")];
    let found = profile.requirements.iter().find(|one| one.id == requirement);
    &found.expect("a requirement").threshold
}

#[test]
fn a_threshold_is_replaced_and_nothing_else() {
    let before = support::rulebook();
    let key = "requirement[theatre-area].at_least.target";
    let after = suppose(&[change("rules/profiles/surgical-robot.toml", key, "70")]).expect("sound");
    let area = threshold(&after, "surgical-robot", "theatre-area");
    assert_eq!(*area, Threshold::AtLeast(Limits { floor: 55.0, minimum: 55.0, target: 70.0 }));
    let mut restored = after.profiles.clone();
    let at = after.find_profile("surgical-robot").expect("a profile");
    for one in &mut restored[at].requirements {
        if one.id == "theatre-area" {
            one.threshold = threshold(&before, "surgical-robot", "theatre-area").clone();
        }
    }
    assert_eq!(restored, before.profiles);
    assert_eq!((&after.resources, &after.bands), (&before.resources, &before.bands));
    assert_ne!(after.hash, before.hash);
}

#[test]
fn weights_bands_reserves_and_rates_can_be_supposed() {
    let after = suppose(&[
        change("rules/weights.toml", "bands.ready", "90"),
        change("rules/resources.toml", "resource[electrical].growth_reserve", "0.30"),
        change("rules/profiles/surgical-robot.toml", "requirement[dspt-status].weight", "9"),
        change("rules/profiles/surgical-robot.toml", "weights.power", "41"),
        change("datasets/costs/benchmarks.csv", "server-room-cooling.high", "5000"),
    ])
    .expect("sound");
    assert_eq!(after.bands.ready_bp, 9_000);
    let robot = &after.profiles[after.find_profile("surgical-robot").expect("a profile")];
    assert_eq!(robot.weights[0], 41);
    let dspt = robot.requirements.iter().find(|one| one.id == "dspt-status").expect("it is there");
    assert_eq!(dspt.weight, 9);
    let cooling = after.benchmarks.iter().find(|one| one.id == "server-room-cooling");
    assert_eq!(cooling.expect("a rate").rate.high.to_string(), "5000");
    // 30 % are kept for growth: 1000 x 0.7 - 500.
    let measure = |id| after.dictionary.find(id).expect("a measure").0;
    let (capacity, demand) = (measure("agreed-import-capacity-kva"), measure("max-demand-kva"));
    let values = |asked| match asked {
        asked if asked == capacity => 1_000.0,
        asked if asked == demand => 500.0,
        _ => f64::NAN,
    };
    let electrical = after.resources.iter().find(|one| one.id == "electrical").expect("a resource");
    let expected = siteworthy_rules::resource::Reading::exact(200.0);
    assert_eq!(electrical.headroom(values), expected);
}

#[test]
fn no_change_gives_the_same_rules() {
    let files = support::files();
    assert_eq!(apply(&files, &[]).expect("sound"), files);
}

#[test]
fn every_change_that_cannot_be_made_is_named() {
    let found = suppose(&[
        change("rules/wieghts.toml", "bands.ready", "90"),
        change("rules/weights.toml", "bands.reddy", "90"),
        change("rules/weights.toml", "bands.ready", "ninety"),
        change("rules/profiles/surgical-robot.toml", "requirement[area].weight", "2"),
        change("datasets/costs/benchmarks.csv", "server-room-cooling.middle", "5000"),
    ])
    .expect_err("not sound");
    assert_eq!(
        found,
        [
            "rules/wieghts.toml, bands.ready, value \"90\": There is no such rule file. Use the path of a rule file, such as rules/weights.toml.",
            "rules/weights.toml, bands.reddy, value \"90\": There is no such key. Name a key that the file has, as problems name it.",
            "rules/weights.toml, bands.ready, value \"ninety\": This is not a value. Write it as in the file: a number, true or false, a date, or a text between quotation marks.",
            "rules/profiles/surgical-robot.toml, requirement[area].weight, value \"2\": There is no such key. Name a key that the file has, as problems name it.",
            "datasets/costs/benchmarks.csv, server-room-cooling.middle, value \"5000\": There is no such rate. Name a rate and its estimate, such as ups-modular-with-battery.central.",
        ]
    );
}

#[test]
fn a_supposed_figure_goes_through_every_check_of_the_files() {
    let found = suppose(&[change("rules/weights.toml", "bands.ready", "40")]).expect_err("refused");
    assert_eq!(found.len(), 1);
    assert!(found[0].contains("bands: The bands are not in order."), "{found:?}");
    let key = "requirement[theatre-area].at_least.target";
    let found = suppose(&[change("rules/profiles/surgical-robot.toml", key, "50")]);
    let found = found.expect_err("refused");
    assert!(found[0].contains("Floor, minimum and target are not in order."), "{found:?}");
    let found =
        suppose(&[change("datasets/costs/benchmarks.csv", "server-room-cooling.low", "-1")]);
    assert!(found.expect_err("refused")[0].contains("not in rising order"));
}
