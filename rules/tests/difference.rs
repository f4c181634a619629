//! What two sets of rules say differently: every kind of difference with its key and both values, and
//! nothing where nothing that counts differs.

mod support;

use siteworthy_rules::change::{Change, apply};
use siteworthy_rules::difference::{Difference, Side, Subject, find_differences};
use siteworthy_rules::rulebook::Rulebook;

type Files = Vec<(String, String)>;

const SCRIBE: &str = "rules/profiles/voice-scribe.toml";

fn read(files: &Files) -> Rulebook {
    support::read(files).unwrap_or_else(|problems| panic!("{}", problems.join("\n")))
}

fn differences(old: &Files, new: &Files) -> Vec<Difference> {
    let (before, after) = (read(old), read(new));
    find_differences(Side { rulebook: &before, files: old }, Side { rulebook: &after, files: new })
}

/// The project's rules with one text replaced, which must be there.
fn replaced(path: &str, from: &str, to: &str) -> Files {
    let mut files = support::files();
    let (_, text) = files.iter_mut().find(|(known, _)| known == path).expect("the file is there");
    assert!(text.contains(from), "{from} in {path}");
    *text = text.replacen(from, to, 1);
    files
}

/// `subject file key: old -> new`, a line a difference.
fn told(found: &[Difference]) -> Vec<String> {
    let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "nothing".to_owned());
    let line = |one: &Difference| {
        let Difference { file, key, subject, old, new, .. } = one;
        format!("{subject} {file} {key}: {} -> {}", text(old), text(new))
    };
    found.iter().map(line).collect()
}

#[test]
fn what_does_not_count_is_no_difference() {
    let own = support::files();
    assert_eq!(told(&differences(&own, &own)), [""; 0]);
    let same = replaced(
        SCRIBE,
        "at_least = { minimum = 10, target = 15 }\nweight = 5",
        "# As before.\nweight = 5\nat_least = { target = 15.0, minimum = 1e1 }",
    );
    assert_eq!(told(&differences(&own, &same)), [""; 0]);
}

#[test]
fn every_kind_of_difference_is_told_with_its_key_and_both_values() {
    let own = support::files();
    for (path, from, to, expected) in [
        (
            SCRIBE,
            "at_least = { minimum = 10, target = 15 }",
            "at_least = { minimum = 12, target = 15 }",
            "threshold rules/profiles/voice-scribe.toml requirement[speech-above-noise].at_least.minimum: 10 -> 12",
        ),
        (
            SCRIBE,
            "target = 15 }\nweight = 5",
            "target = 15 }\nweight = 6",
            "weight rules/profiles/voice-scribe.toml requirement[speech-above-noise].weight: 5 -> 6",
        ),
        (
            SCRIBE,
            "precondition = \"ai-security\"\ngate = true",
            "precondition = \"ai-security\"\ngate = false",
            "gate rules/profiles/voice-scribe.toml requirement[ai-security].gate: true -> false",
        ),
        (
            SCRIBE,
            "weight = 5\nevidence = \"policy\"",
            "weight = 5\nevidence = \"recalled\"",
            "evidence rules/profiles/voice-scribe.toml requirement[speech-above-noise].evidence: \"policy\" -> \"recalled\"",
        ),
        (
            SCRIBE,
            "per_unit = 0.11",
            "per_unit = 0.25",
            "demand rules/profiles/voice-scribe.toml demand[0].per_unit: 0.11 -> 0.25",
        ),
        (
            SCRIBE,
            "acoustics = 30",
            "acoustics = 40",
            "weight rules/profiles/voice-scribe.toml weights.acoustics: 30 -> 40",
        ),
        (
            SCRIBE,
            "title = \"Ambient voice scribe\"",
            "title = \"Voice scribe\"",
            "text rules/profiles/voice-scribe.toml title: \"Ambient voice scribe\" -> \"Voice scribe\"",
        ),
        (
            "rules/weights.toml",
            "ready = 85",
            "ready = 80",
            "band rules/weights.toml bands.ready: 85 -> 80",
        ),
        (
            "rules/weights.toml",
            "workforce = 10",
            "workforce = 11",
            "weight rules/weights.toml domains.workforce: 10 -> 11",
        ),
        (
            "rules/resources.toml",
            "growth_reserve = 0.2",
            "growth_reserve = 0.25",
            "reserve rules/resources.toml resource[electrical].growth_reserve: 0.2 -> 0.25",
        ),
        (
            "datasets/costs/benchmarks.csv",
            "dno-import-upgrade-customer-share,central,150,",
            "dno-import-upgrade-customer-share,central,160,",
            "rate datasets/costs/benchmarks.csv dno-import-upgrade-customer-share.central: 150 -> 160",
        ),
    ] {
        let new = replaced(path, from, to);
        assert_eq!(told(&differences(&own, &new)), [expected]);
    }
}

#[test]
fn defaults_and_remedies_have_subjects_of_their_own() {
    let own = support::files();
    for (folder, subject) in
        [("rules/reliability.toml", Subject::Default), ("rules/remedies/", Subject::Remedy)]
    {
        let mut new = own.clone();
        let (path, text) =
            new.iter_mut().find(|(path, _)| path.starts_with(folder)).expect("a file");
        let key = if subject == Subject::Default { "value = " } else { "factor = " };
        let line = text.lines().find(|line| line.starts_with(key)).expect("a figure").to_owned();
        *text = text.replacen(&line, &format!("{key}1.75"), 1);
        let path = path.clone();
        let found = differences(&own, &new);
        let [one] = &found[..] else { panic!("{:?}", told(&found)) };
        assert_eq!((one.subject, &one.file), (subject, &path));
        assert_eq!(one.new.as_deref(), Some("1.75"));
    }
}

#[test]
fn a_requirement_that_goes_is_told_once() {
    let own = support::files();
    let item = "[[requirement]]\nid = \"speech-transmission\"";
    let (_, text) = own.iter().find(|(path, _)| path == SCRIBE).expect("the scribe");
    let start = text.find(item).expect("the requirement");
    let end = start + 1 + text[start + 1..].find("[[requirement]]").expect("another one");
    let new = replaced(SCRIBE, &text[start..end], "");
    let expected = "requirement rules/profiles/voice-scribe.toml requirement[speech-transmission]: \
                    { at_least = { minimum = 0.6, target = 0.75 }, evidence = \"recalled\", \
                    measure = \"sti\", weight = 3 } -> nothing";
    assert_eq!(told(&differences(&own, &new)), [expected]);
    let back = differences(&new, &own);
    assert_eq!((back[0].old.as_deref(), back.len()), (None, 1));
}

#[test]
fn a_technology_that_comes_is_told_once_with_its_edition() {
    let own = support::files();
    let old: Files = own.iter().filter(|(path, _)| path != SCRIBE).cloned().collect();
    let expected = format!("technology {SCRIBE} : nothing -> Ambient voice scribe, edition 2026.2");
    let found = differences(&old, &own);
    assert_eq!(told(&found), [expected]);
    assert_eq!(found[0].technology.as_deref(), Some("voice-scribe"));
}

/// The scribe's rules from a later day on, as a second file beside the first.
fn with_second_edition() -> Files {
    let mut files = support::files();
    let (_, text) = files.iter().find(|(path, _)| path == SCRIBE).expect("the scribe");
    let text = text
        .replacen("edition = \"2026.2\"", "edition = \"2027.1\"", 1)
        .replacen("in_force_from = 2026-01-01", "in_force_from = 2027-04-01", 1)
        .replacen("at_least = { minimum = 10,", "at_least = { minimum = 12,", 1);
    files.push(("rules/profiles/voice-scribe.2027.1.toml".to_owned(), text));
    files
}

#[test]
fn editions_are_compared_by_the_day_and_not_by_the_name_of_their_file() {
    let files = with_second_edition();
    let on = |day: &str| read(&files).on(day.parse().expect("a day"));
    let (before, after) = (on("2027-03-31"), on("2027-04-01"));
    let side = |rulebook| Side { rulebook, files: &files };
    let file = "rules/profiles/voice-scribe.2027.1.toml";
    assert_eq!(
        told(&find_differences(side(&before), side(&after))),
        [
            format!("edition {file} edition: \"2026.2\" -> \"2027.1\""),
            format!("edition {file} in_force_from: 2026-01-01 -> 2027-04-01"),
            format!("threshold {file} requirement[speech-above-noise].at_least.minimum: 10 -> 12"),
        ]
    );
    assert_eq!(told(&find_differences(side(&before), side(&before))), [""; 0]);
}

#[test]
fn an_edition_that_is_yet_to_come_is_not_passed_over() {
    let (own, files) = (support::files(), with_second_edition());
    let day = "2026-12-01".parse().expect("a day");
    let (before, after) = (support::rulebook().on(day), read(&files).on(day));
    let found = find_differences(
        Side { rulebook: &before, files: &own },
        Side { rulebook: &after, files: &files },
    );
    let expected = "edition rules/profiles/voice-scribe.2027.1.toml edition: \
                    nothing -> in force from 2027-04-01";
    assert_eq!(told(&found), [expected]);
}

/// A figure that a question of what if changes is told by the same file, key and value.
#[test]
fn a_difference_of_a_figure_is_the_change_that_makes_it() {
    let own = support::files();
    let change = |file: &str, key: &str, value: &str| Change {
        file: file.to_owned(),
        key: key.to_owned(),
        value: value.to_owned(),
    };
    let mut changes = vec![
        change(SCRIBE, "requirement[speech-above-noise].at_least.minimum", "12"),
        change("rules/weights.toml", "bands.ready", "80"),
        change("rules/resources.toml", "resource[electrical].growth_reserve", "0.25"),
        change("datasets/costs/benchmarks.csv", "dno-import-upgrade-customer-share.central", "160"),
    ];
    changes.sort();
    let new = apply(&own, &changes).expect("the changes can be made");
    let found: Vec<Change> = differences(&own, &new)
        .into_iter()
        .map(|one| change(&one.file, &one.key, &one.new.expect("a value")))
        .collect();
    assert_eq!(found, changes);
}
