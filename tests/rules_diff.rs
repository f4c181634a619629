//! `siteworthy rules diff` and `rulesDifference`: what two sets of rules say differently and which sites
//! that moves, as the faces tell it, and that a question of what if moves the same sites. Every kind of
//! difference is in the tests of the rules.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the finding")]

use serde_json::Value;
use siteworthy::app::{App, Rules};
use siteworthy::corpus::Corpus;
use siteworthy::store::Store;
use siteworthy::view::rules_change::compare_rules;
use siteworthy::view::what_if::WhatIf;
use siteworthy_rules::change::Change;
use siteworthy_tests::history::write;
use siteworthy_tests::program::{Served, run, texts};
use siteworthy_tests::{copy_folder, root};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const HISTORY: [(&str, &str, &str); 1] = [("2026-02-10T09:00:00Z", "accept", "northmoor-2026.csv")];

const ROBOT: &str = "profiles/surgical-robot.toml";

/// A copy of the project's rules under `name`.
fn rules(folder: &Path, name: &str) -> PathBuf {
    let rules = folder.join(name);
    copy_folder(&root().join("rules"), &rules);
    rules
}

fn replace(file: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(file).unwrap();
    assert!(text.contains(from), "{from} in {}", file.display());
    fs::write(file, text.replacen(from, to, 1)).unwrap();
}

fn diff(arguments: &[&str]) -> (String, String, i32) {
    let all: Vec<&str> = ["rules", "diff"].iter().chain(arguments).copied().collect();
    texts(&run(&all))
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_changed_threshold_is_told_with_the_sites_that_it_moves() {
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite://{}", folder.path().join("diff.db").display());
    write(&database, &HISTORY);
    let (old, new) = (rules(folder.path(), "old"), rules(folder.path(), "new"));
    replace(&new.join(ROBOT), "at_most = { minimum = 15 }", "at_most = { minimum = 20 }");
    let base = [text(&old), text(&new), "--database-url", &database];
    let (out, err, code) = diff(&base);
    assert_eq!((err.as_str(), code), ("", 0));
    for words in ["requirement[standby-start].at_most.minimum", "15", "20", "ZZN02", "not-ready"] {
        assert!(out.contains(words), "{words} in\n{out}");
    }
    let (json, _, _) = diff(&[&base[..], &["--format", "json"]].concat());
    let json: Value = serde_json::from_str(&json).unwrap();
    let of = |table: &str| json[table].as_array().unwrap();
    let [rule] = &of("rules")[..] else { panic!("{json:#}") };
    assert_eq!(
        (&rule["subject"], &rule["technology"]),
        (&"threshold".into(), &"surgical-robot".into())
    );
    assert_eq!((&rule["old"], &rule["new"]), (&"15".into(), &"20".into()));
    let moved: Vec<&str> =
        of("sites").iter().map(|row| row["site_code"].as_str().unwrap()).collect();
    assert!(moved.contains(&"ZZN02"), "{moved:?}");
    assert!(
        of("sites")
            .iter()
            .all(|row| row["technology"] == "surgical-robot" && row["before"] != row["after"])
    );
    let count =
        |at: &str| -> i64 { of("counts").iter().map(|row| row[at].as_i64().unwrap()).sum() };
    assert_eq!(count("sites_before"), count("sites_after"), "no site is lost");
    let (csv, _, _) = diff(&[&base[..], &["--format", "csv"]].concat());
    let rows = csv::Reader::from_reader(csv.as_bytes()).into_records().count();
    let listed: usize = ["says", "rules", "counts", "sites"].map(|at| of(at).len()).iter().sum();
    assert_eq!(rows, listed);
}

#[test]
fn rules_that_do_not_differ_say_so_and_a_missing_record_is_no_hindrance() {
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite://{}", folder.path().join("none.db").display());
    let own = root().join("rules");
    let (out, err, code) = diff(&[text(&own), text(&own), "--database-url", &database]);
    assert_eq!((err.as_str(), code), ("", 0));
    let says: Vec<&str> = out.lines().collect();
    assert_eq!(says[0], "The rules do not differ.");
    assert!(says[1].starts_with("There is no record at sqlite://"), "{out}");
    assert!(!folder.path().join("none.db").exists());
    // A folder with rules and datasets is compared in both.
    let whole = folder.path().join("whole");
    rules(&whole, "rules");
    copy_folder(&root().join("datasets"), &whole.join("datasets"));
    let rate = "dno-import-upgrade-customer-share,central,";
    replace(
        &whole.join("datasets/costs/benchmarks.csv"),
        &format!("{rate}150,"),
        &format!("{rate}160,"),
    );
    let (out, _, code) =
        diff(&[text(&own), text(&whole), "--format", "csv", "--database-url", &database]);
    let expected = "rate,,datasets/costs/benchmarks.csv,dno-import-upgrade-customer-share.central,150,160,,rules,,";
    let rules: Vec<&str> = out.lines().filter(|line| line.contains(",rules,")).collect();
    assert!(matches!(rules[..], [one] if one.starts_with(expected)) && code == 0, "{out}");
    let (out, err, code) = diff(&["2026-01-01", "2026-06-01", "--database-url", &database]);
    assert!(out.starts_with("The rules do not differ") && code == 0, "{out}{err}");
    let (_, err, code) = diff(&["2025-01-01", "2026-06-01", "--database-url", &database]);
    assert!(
        code == 1 && err.contains("no technology's rules were in force on 2025-01-01"),
        "{err}"
    );
    let (_, err, code) = diff(&["no-such-folder", "2026-06-01", "--database-url", &database]);
    assert!(code == 1 && err.contains("cannot read no-such-folder"), "{err}");
}

#[test]
fn the_problems_of_both_folders_are_told_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let (old, new) = (rules(folder.path(), "old"), rules(folder.path(), "new"));
    replace(&old.join("weights.toml"), "ready = 85", "ready = 850");
    replace(&new.join(ROBOT), "measure = \"generator-start-s\"", "measure = \"generator-starts\"");
    let (out, err, code) = diff(&[text(&old), text(&new)]);
    assert_eq!((out.as_str(), code), ("", 1));
    for words in [
        format!("{}:", old.join("weights.toml").display()),
        "bands: The bands are not in order.".to_owned(),
        format!("{}:", new.join(ROBOT).display()),
        "There is no such measure.".to_owned(),
        "2 problems.".to_owned(),
    ] {
        assert!(err.contains(&words), "{words} in\n{err}");
    }
}

#[test]
fn a_technology_that_comes_and_a_band_that_moves_change_sites() {
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite://{}", folder.path().join("diff.db").display());
    write(&database, &HISTORY);
    let (old, new) = (rules(folder.path(), "old"), rules(folder.path(), "new"));
    fs::remove_file(old.join(ROBOT)).unwrap();
    replace(&new.join("weights.toml"), "ready_with_actions = 55", "ready_with_actions = 20");
    let (json, err, code) =
        diff(&[text(&old), text(&new), "--format", "json", "--database-url", &database]);
    assert_eq!(code, 0, "{err}");
    let json: Value = serde_json::from_str(&json).unwrap();
    let rules: Vec<_> = json["rules"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["subject"].as_str().unwrap(), row["key"].as_str().unwrap()))
        .collect();
    assert_eq!(rules, [("technology", ""), ("band", "bands.ready_with_actions")]);
    let sites = json["sites"].as_array().unwrap().iter();
    let robots: Vec<&Value> = sites.filter(|row| row["technology"] == "surgical-robot").collect();
    assert!(
        robots.len() > 1
            && robots.iter().all(|row| row["before"].is_null() && !row["after"].is_null())
    );
}

/// The same change, asked as a difference and as a question of what if, moves the same sites.
#[test]
fn the_difference_agrees_with_what_if() {
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite://{}", folder.path().join("diff.db").display());
    write(&database, &HISTORY);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let today = "2026-06-30".parse().unwrap();
        let rules = Rules::read(&Corpus::load(None, None).unwrap(), today).unwrap();
        let app = App::start(Store::open(&database).await.unwrap(), rules).await.unwrap();
        let view = app.view();
        for (file, key, value) in [
            (
                "rules/profiles/surgical-robot.toml",
                "requirement[standby-start].at_most.minimum",
                "20",
            ),
            ("rules/weights.toml", "bands.coverage", "0.5"),
            ("rules/weights.toml", "bands.ready", "99"),
        ] {
            let change =
                Change { file: file.to_owned(), key: key.to_owned(), value: value.to_owned() };
            let supposed = Arc::new(app.rules.suppose(&[change], None).unwrap());
            let what_if = WhatIf::judge(&view, Arc::clone(&supposed));
            let mut expected = Vec::new();
            for (at, profile) in supposed.profiles.iter().enumerate() {
                let moved = what_if.compare(at, |_| true).filter(|compared| compared.is_moved());
                expected.extend(moved.map(|compared| {
                    let before = compared.before.map(|before| before.score.readiness);
                    (profile.id.clone(), compared.site, before, compared.after.score.readiness)
                }));
            }
            let mut found = Vec::new();
            for change in compare_rules(&view, &view.rulebook, &supposed) {
                let at = supposed.find_profile(&change.technology).unwrap();
                let [before, after] = what_if.counts(at, |_| true);
                assert_eq!((change.before, change.after), (Some(before), Some(after)), "{key}");
                found.extend(change.moved.iter().map(|moved| {
                    (change.technology.clone(), moved.site, moved.before, moved.after.unwrap())
                }));
            }
            assert!(!found.is_empty(), "{key}");
            assert_eq!(found, expected, "{key}");
        }
    });
}

/// Measures too may differ: a choice that comes in between shifts the code of those after it.
#[test]
fn sites_are_read_afresh_where_the_measures_differ() {
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite://{}", folder.path().join("diff.db").display());
    write(&database, &HISTORY);
    let new = rules(folder.path(), "new");
    let measures = fs::read_to_string(new.join("measures.toml")).unwrap();
    // The order of the entries is the order of the columns.
    let first = measures.find("[[measure]]").unwrap();
    let second = first + 1 + measures[first + 1..].find("[[measure]]").unwrap();
    let moved =
        format!("{}{}\n{}", &measures[..first], &measures[second..], &measures[first..second]);
    fs::write(new.join("measures.toml"), moved).unwrap();
    let own = root().join("rules");
    let (out, err, code) = diff(&[text(&own), text(&new), "--database-url", &database]);
    assert_eq!(code, 0, "{err}");
    assert!(out.starts_with("The rules do not differ.\nNo site stands otherwise.\n"), "{out}");
}

#[test]
fn graphql_tells_what_an_edition_changes() {
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite://{}", folder.path().join("diff.db").display());
    write(&database, &HISTORY);
    let rules = rules(folder.path(), "rules");
    let later = rules.join("profiles/surgical-robot.2026.9.toml");
    fs::copy(rules.join(ROBOT), &later).unwrap();
    let edition = fs::read_to_string(&later).unwrap();
    let edition = edition.lines().find(|line| line.starts_with("edition = ")).unwrap();
    replace(&later, edition, "edition = \"2026.9\"");
    replace(&later, "in_force_from = 2026-01-01", "in_force_from = 2099-01-01");
    replace(&later, "at_most = { minimum = 15 }", "at_most = { minimum = 20 }");
    let served = Served::start_with_rules(&database, &rules);
    let question = |from: &str, to: &str| {
        format!(
            "{{ rulesDifference(from: \"{from}\", to: \"{to}\") {{ from to \
               differences {{ file key subject technology old new }} \
               technologies {{ technology movedCount before {{ notReady }} after {{ notReady }} \
                 moved(first: 10) {{ site {{ code }} before after }} }} }} }}"
        )
    };
    let data = served.query(&question("2026-06-01", "2099-01-01"));
    let difference = &data["rulesDifference"];
    let subjects: Vec<&str> = difference["differences"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["subject"].as_str().unwrap())
        .collect();
    assert_eq!(subjects, ["edition", "edition", "threshold"], "{difference:#}");
    let [robot] = &difference["technologies"].as_array().unwrap()[..] else {
        panic!("{difference:#}")
    };
    assert_eq!(robot["technology"], "surgical-robot");
    let moved = robot["moved"].as_array().unwrap();
    assert_eq!(robot["movedCount"], moved.len());
    let royal = moved.iter().find(|moved| moved["site"]["code"] == "ZZN02").unwrap();
    assert_eq!(royal["before"], "NOT_READY");
    let stopped = |side: &str| robot[side]["notReady"].as_i64().unwrap();
    assert!(stopped("after") < stopped("before"));
    let data = served.query(&question("2026-06-01", "2026-06-02"));
    assert_eq!(data["rulesDifference"]["differences"].as_array().unwrap().len(), 0);
    assert_eq!(data["rulesDifference"]["technologies"].as_array().unwrap().len(), 0);
    let told = served.ask(&question("2025-06-01", "2026-06-02"));
    let words = "no technology's rules were in force on 2025-06-01; the first hold from 2026-01-01";
    assert_eq!(told["errors"][0]["message"], words);
    let _ = served.stop();
}
