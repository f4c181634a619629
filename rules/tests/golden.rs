//! Golden cases: what is said of a site, to the basis point, for every requirement of a profile.
//!
//! Each file of `golden/` holds the cases of one profile and says how its figures were found. A case
//! starts from the place that meets every target, or from nothing, and says what differs.
//! Whether the cases would notice a changed rule is `mutations.rs`.

mod cases;
mod places;
mod support;

use cases::{Said, read_golden, say};
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
            let found = say(&rulebook, &case.estate, profile);
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
