//! Golden cases: what is said of a site, to the basis point, for every requirement of a profile.
//!
//! Each file of `golden/` holds the cases of one profile and says how its figures were found. A case
//! starts from the place that meets every target, or from nothing, and says what differs.
//! Whether the cases would notice a changed rule is `mutations.rs`.

mod cases;
mod places;
mod support;

use cases::{Said, read_golden, say};
use siteworthy_rules::batch::Batch;
use siteworthy_rules::estate::Estate;
use siteworthy_rules::judge::{Outcome, assess};
use siteworthy_rules::rulebook::Rulebook;
use std::fmt::Debug;

/// Fewer cases than this cannot tell the rules of a profile apart.
const FEWEST_CASES: usize = 4;

fn compare<T: PartialEq + Debug>(wrong: &mut Vec<String>, what: &str, found: &T, expected: &T) {
    if found != expected {
        wrong.push(format!("{what}: found {found:?}, expected {expected:?}"));
    }
}

fn differences(found: &Said, expected: &Said) -> Vec<String> {
    let mut wrong = Vec::new();
    compare(&mut wrong, "readiness", &found.readiness, &expected.readiness);
    compare(&mut wrong, "score_bp", &found.score_bp, &expected.score_bp);
    compare(&mut wrong, "low_bp", &found.low_bp, &expected.low_bp);
    compare(&mut wrong, "high_bp", &found.high_bp, &expected.high_bp);
    compare(&mut wrong, "coverage_bp", &found.coverage_bp, &expected.coverage_bp);
    compare(&mut wrong, "soft_bp", &found.soft_bp, &expected.soft_bp);
    compare(&mut wrong, "gates_failed", &found.gates_failed, &expected.gates_failed);
    compare(&mut wrong, "gates_unknown", &found.gates_unknown, &expected.gates_unknown);
    compare(&mut wrong, "spaces", &found.spaces, &expected.spaces);
    compare(&mut wrong, "spaces_ready", &found.spaces_ready, &expected.spaces_ready);
    compare(&mut wrong, "best_space", &found.best_space, &expected.best_space);
    for (id, attained) in &expected.requirements {
        compare(&mut wrong, id, &found.requirements.get(id), &Some(attained));
    }
    assert_eq!(wrong.is_empty(), found == expected, "a difference is left out here");
    wrong
}

#[test]
fn every_golden_case_is_met_to_the_basis_point() {
    let rulebook = support::rulebook();
    let mut wrong = Vec::new();
    let mut covered = Vec::new();
    for golden in read_golden(&rulebook) {
        let profile = &rulebook.profiles[golden.profile];
        assert!(golden.cases.len() >= FEWEST_CASES, "{}: too few cases", profile.id);
        for case in &golden.cases {
            let estate = places::estate(&rulebook, std::slice::from_ref(&case.site));
            let found = say(&rulebook, &estate, profile);
            let differences = differences(&found, &case.expected);
            if !differences.is_empty() {
                let lines = differences.join("\n    ");
                wrong.push(format!("{}: {}\n    {lines}", profile.id, case.name));
            }
        }
        covered.push(golden.profile);
    }
    let all: Vec<usize> = (0..rulebook.profiles.len()).collect();
    assert_eq!(covered, all, "every profile has one golden file");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Every golden place is a site of one estate, so that the batch crosses from block to block, and is
/// judged for every technology, not only for that of which it is a case.
#[test]
fn the_batch_says_of_every_golden_place_what_judging_it_alone_does() {
    let rulebook = support::rulebook();
    let golden = read_golden(&rulebook);
    let cases = golden.iter().flat_map(|golden| &golden.cases);
    let sites: Vec<places::Site> = cases.map(|case| case.site.clone()).collect();
    let estate = places::estate(&rulebook, &sites);
    for (at, found) in outcomes_of_batch(&rulebook, &estate).iter().enumerate() {
        let profile = &rulebook.profiles[at];
        for (site, found) in (0..).zip(found) {
            let alone = assess(&rulebook, &estate, profile, site);
            assert_eq!(*found, alone, "{} at place {site}", profile.id);
        }
    }
}

fn outcomes_of_batch(rulebook: &Rulebook, estate: &Estate) -> Vec<Vec<Outcome>> {
    // What stands in the lists before does not matter; any outcome will do.
    let blank = assess(rulebook, estate, &rulebook.profiles[0], 0);
    let count = estate.sites() as usize;
    let mut outcomes = vec![vec![blank; count]; rulebook.profiles.len()];
    let mut lists: Vec<&mut [Outcome]> = outcomes.iter_mut().map(Vec::as_mut_slice).collect();
    Batch::new(rulebook, estate).judge(0, &mut lists);
    outcomes
}
