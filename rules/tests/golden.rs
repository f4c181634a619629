//! Golden cases: what is said of a site, to the basis point, for every requirement of a profile.
//!
//! Each file of `golden/` holds the cases of one profile and says how its figures were found. A case
//! starts from the place that meets every target, or from nothing, and says what differs.

mod places;
mod support;

use places::Site;
use serde::Deserialize;
use siteworthy_rules::estate::Estate;
use siteworthy_rules::judge::{Judged, Outcome, Readiness, Verdict, assess, judge, read};
use siteworthy_rules::place::SpaceKind;
use siteworthy_rules::profile::{Place, Profile};
use siteworthy_rules::rulebook::Rulebook;
use siteworthy_rules::tally::Score;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::fs;
use std::path::Path;
use toml::{Table, Value};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Golden {
    profile: String,
    good: Good,
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Good {
    site: Table,
    #[serde(default)]
    space: Table,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    #[serde(default)]
    starts: Start,
    #[serde(default)]
    unknown: Vec<String>,
    #[serde(default)]
    site: Table,
    #[serde(default)]
    space: Vec<Space>,
    expect: Expect,
}

#[derive(Clone, Copy, Default, Deserialize, PartialEq)]
#[serde(rename_all = "kebab-case")]
enum Start {
    #[default]
    Good,
    Nothing,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Space {
    kind: SpaceKind,
    #[serde(default)]
    unknown: Vec<String>,
    #[serde(default)]
    values: Table,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expect {
    readiness: Readiness,
    score_bp: Option<u16>,
    low_bp: u16,
    high_bp: u16,
    coverage_bp: u16,
    soft_bp: u16,
    gates_failed: Vec<String>,
    gates_unknown: Vec<String>,
    spaces: u32,
    spaces_ready: u32,
    best_space: Option<u32>,
    requirements: BTreeMap<String, Vec<Value>>,
}

/// A copy of `start` without `unknown` and with `values`.
fn changed(start: &Table, unknown: &[String], values: &Table) -> Table {
    let mut table = start.clone();
    for id in unknown {
        assert!(table.remove(id).is_some(), "{id} was not known before");
    }
    table.extend(values.clone());
    table
}

fn site_of(good: &Good, case: &Case, place: Place) -> Site {
    let nothing = Table::new();
    let is_good = case.starts == Start::Good;
    let start = if is_good { &good.site } else { &nothing };
    let spaces = case.space.iter().map(|space| {
        let start =
            if is_good && place == Place::Space(space.kind) { &good.space } else { &nothing };
        let values = changed(start, &space.unknown, &space.values);
        (space.kind, values)
    });
    Site { values: changed(start, &case.unknown, &case.site), spaces: spaces.collect() }
}

/// `["meets-minimum", 6000]`, with what can be attained at best where that differs.
fn written(judged: Judged) -> Vec<Value> {
    let word = Value::String(judged.verdict.word().to_owned());
    let mut list = vec![word, Value::Integer(judged.attainment_bp.into())];
    let usual = match judged.verdict {
        Verdict::Unknown => 10_000,
        _ => judged.attainment_bp,
    };
    if judged.at_best_bp != usual {
        list.push(Value::Integer(judged.at_best_bp.into()));
    }
    list
}

fn compare<T: PartialEq + Debug>(wrong: &mut Vec<String>, what: &str, found: T, expected: T) {
    if found != expected {
        wrong.push(format!("{what}: found {found:?}, expected {expected:?}"));
    }
}

fn check(rulebook: &Rulebook, estate: &Estate, profile: &Profile, expect: Expect) -> Vec<String> {
    let outcome = assess(rulebook, estate, profile, 0);
    let mut wrong = Vec::new();
    let mut requirements = BTreeMap::new();
    let (mut gates_failed, mut gates_unknown) = (Vec::new(), Vec::new());
    for requirement in &profile.requirements {
        let judged = judge(requirement, read(rulebook, estate, requirement, outcome.spot));
        requirements.insert(requirement.id.clone(), written(judged));
        match judged.verdict {
            Verdict::Short if requirement.gate => gates_failed.push(requirement.id.clone()),
            Verdict::Unknown if requirement.gate => gates_unknown.push(requirement.id.clone()),
            _ => {}
        }
    }
    let Outcome { score, spot, spaces, spaces_ready } = outcome;
    let Score { readiness, score_bp, low_bp, high_bp, coverage_bp, soft_bp, .. } = score;
    compare(&mut wrong, "readiness", readiness, expect.readiness);
    compare(&mut wrong, "score_bp", score_bp, expect.score_bp);
    compare(&mut wrong, "low_bp", low_bp, expect.low_bp);
    compare(&mut wrong, "high_bp", high_bp, expect.high_bp);
    compare(&mut wrong, "coverage_bp", coverage_bp, expect.coverage_bp);
    compare(&mut wrong, "soft_bp", soft_bp, expect.soft_bp);
    let counts = (outcome.score.gates_failed, outcome.score.gates_unknown);
    let listed = (gates_failed.len() as u8, gates_unknown.len() as u8);
    compare(&mut wrong, "counts of gates", counts, listed);
    compare(&mut wrong, "gates_failed", gates_failed, expect.gates_failed);
    compare(&mut wrong, "gates_unknown", gates_unknown, expect.gates_unknown);
    compare(&mut wrong, "spaces", spaces, expect.spaces);
    compare(&mut wrong, "spaces_ready", spaces_ready, expect.spaces_ready);
    let best_space = spot.space().map(|row| row - estate.sites());
    compare(&mut wrong, "best_space", best_space, expect.best_space);
    for (id, found) in &requirements {
        let expected = expect.requirements.get(id);
        compare(&mut wrong, id, Some(found), expected);
    }
    let ids: Vec<&String> = requirements.keys().collect();
    let listed: Vec<&String> = expect.requirements.keys().collect();
    compare(&mut wrong, "requirements", ids, listed);
    wrong
}

#[test]
fn every_golden_case_is_met_to_the_basis_point() {
    let rulebook = support::rulebook();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let mut wrong = Vec::new();
    let mut covered = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("an entry").path();
        let text = fs::read_to_string(&path).expect("a text");
        let golden: Golden =
            toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let at = rulebook
            .find_profile(&golden.profile)
            .unwrap_or_else(|| panic!("{} is no profile", golden.profile));
        let profile = &rulebook.profiles[at];
        assert!(golden.case.len() >= 4, "{}: too few cases", golden.profile);
        for case in golden.case {
            let site = site_of(&golden.good, &case, profile.place);
            let estate = places::estate(&rulebook, &[site]);
            let found = check(&rulebook, &estate, profile, case.expect);
            if !found.is_empty() {
                let name = format!("{}: {}", golden.profile, case.name);
                wrong.push(format!("{name}\n    {}", found.join("\n    ")));
            }
        }
        covered.push(golden.profile);
    }
    covered.sort();
    let profiles: Vec<&String> = rulebook.profiles.iter().map(|profile| &profile.id).collect();
    assert_eq!(covered.iter().collect::<Vec<_>>(), profiles);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
