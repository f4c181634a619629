//! The command line from outside: tables, files, exit codes and messages.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the finding")]

use siteworthy_tests::program::{run, texts};
use siteworthy_tests::{postgres, root, shared_data};
use std::fs;
use std::path::Path;

fn database(folder: &Path) -> String {
    format!("sqlite://{}", folder.join("cli.db").display())
}

fn demo_file(name: &str) -> String {
    root().join("datasets/demo").join(name).to_str().unwrap().to_owned()
}

#[test]
fn a_dry_run_keeps_nothing_and_an_import_keeps_a_draft() {
    let folder = tempfile::tempdir().unwrap();
    let url = database(folder.path());
    let file = demo_file("northmoor-2026.csv");
    let (out, err, code) = texts(&run(&["import", "--dry-run", "--database-url", &url, &file]));
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("122 rows read") && out.contains("Nothing was kept."), "{out}");
    let (out, _, code) = texts(&run(&["import", "--database-url", &url, &file]));
    assert_eq!(code, 0);
    assert!(out.contains("Kept as draft"), "{out}");
    let (out, _, _) = texts(&run(&["import", "--database-url", &url, &file]));
    assert!(
        out.contains("these bytes were read before") && out.contains("Nothing has changed."),
        "{out}"
    );
    let (out, _, _) = texts(&run(&["import", "--accept", "--database-url", &url, &file]));
    assert!(out.contains("the record is at revision 1"), "{out}");
    let (out, _, _) = texts(&run(&["import", "--accept", "--database-url", &url, &file]));
    assert!(out.contains("Nothing has changed."), "{out}");
}

#[test]
fn exit_codes_tell_clean_from_problems_from_wrong_usage() {
    let folder = tempfile::tempdir().unwrap();
    let url = database(folder.path());
    let faults = demo_file("faults-2026.csv");
    let (_, err, code) = texts(&run(&["import", "--dry-run", "--database-url", &url, &faults]));
    assert_eq!(code, 1);
    assert!(err.contains("refused  faults-2026.csv:"), "{err}");
    let (_, _, code) = texts(&run(&["import", "--database-url", &url, &faults]));
    assert_eq!(code, 1);
    let (out, _, code) = texts(&run(&["import", "--accept", "--database-url", &url, &faults]));
    assert!(out.contains("Problems, listed when it was read: "), "{out}");
    assert_eq!(code, 1, "accepting a draft does not make its problems go away");
    assert_eq!(texts(&run(&["import"])).2, 2);
    assert_eq!(texts(&run(&["readiness", "--nation", "narnia"])).2, 2);
    let (_, err, code) = texts(&run(&["import", "--database-url", &url, "no-such-file.csv"]));
    assert_eq!(code, 1);
    assert!(err.contains("siteworthy: cannot read no-such-file.csv"), "{err}");
    let (_, err, code) = texts(&run(&["migrate", "--database-url", "mysql://root:secret@here/x"]));
    assert_eq!(code, 1);
    assert!(err.contains("starts with sqlite: or postgres://") && !err.contains("secret"), "{err}");
}

#[test]
fn broken_rules_are_listed_with_file_and_key_and_exit_1() {
    let folder = tempfile::tempdir().unwrap();
    copy(&root().join("rules"), folder.path());
    let spoil = |name: &str, from: &str, to: &str| {
        let path = folder.path().join(name);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{from} in {name}");
        fs::write(&path, text.replacen(from, to, 1)).unwrap();
    };
    spoil("profiles/voice-scribe.toml", "gate = true", "gate = \"yes\"");
    spoil(
        "profiles/surgical-robot.toml",
        "measure = \"generator-start-s\"",
        "measure = \"generator-starts\"",
    );
    spoil("weights.toml", "ready = 85", "ready = 850");
    let rules = folder.path().to_str().unwrap();
    let (out, err, code) = texts(&run(&["rules", "check", "--rules", rules]));
    assert_eq!((out.as_str(), code), ("", 1));
    for words in [
        "rules/profiles/voice-scribe.toml:",
        "].gate, value \"yes\": This must be true or false.",
        "rules/profiles/surgical-robot.toml:",
        ", requirement[standby-start].measure, value \"generator-starts\": There is no such measure.",
        "rules/weights.toml:",
        ", bands: The bands are not in order.",
        "3 problems.",
    ] {
        assert!(err.contains(words), "{words} in:\n{err}");
    }
    let (_, err, code) = texts(&run(&["readiness", "--rules", rules]));
    assert_eq!(code, 1);
    assert!(err.contains("the rule files have 3 problems, listed above"), "{err}");
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            fs::create_dir_all(&target).unwrap();
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

#[test]
fn a_changed_threshold_changes_the_verdict_and_the_hash() {
    let folder = tempfile::tempdir().unwrap();
    let url = database(folder.path());
    let northmoor = demo_file("northmoor-2026.csv");
    assert!(run(&["import", "--accept", "--database-url", &url, &northmoor]).status.success());
    let rules = folder.path().join("rules");
    fs::create_dir(&rules).unwrap();
    copy(&root().join("rules"), &rules);
    let path = rules.join("profiles/surgical-robot.toml");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replacen("at_most = { minimum = 15 }", "at_most = { minimum = 20 }", 1))
        .unwrap();
    let of = |extra: &[&str]| {
        let base = [
            "readiness",
            "--technology",
            "surgical-robot",
            "--format",
            "csv",
            "--database-url",
            &url,
        ];
        let arguments: Vec<&str> = base.iter().chain(extra).copied().collect();
        let (out, err, code) = texts(&run(&arguments));
        assert_eq!(code, 0, "{err}");
        out.lines().find(|line| line.starts_with("ZZN02,")).unwrap().to_owned()
    };
    assert!(of(&[]).contains(",not-ready,"));
    assert!(!of(&["--rules", rules.to_str().unwrap()]).contains(",not-ready,"));
}

#[test]
fn an_explanation_begins_with_what_decides() {
    let folder = tempfile::tempdir().unwrap();
    let url = database(folder.path());
    let northmoor = demo_file("northmoor-2026.csv");
    assert!(run(&["import", "--accept", "--database-url", &url, &northmoor]).status.success());
    let explain =
        |site: &str| texts(&run(&["explain", site, "surgical-robot", "--database-url", &url]));
    let (out, err, code) = explain("ZZN02");
    assert_eq!(code, 0, "{err}");
    assert!(out.starts_with("Eskmere Royal Infirmary (TH1) is not ready for"), "{out}");
    // The first row of a table stands below its title and its heading.
    let first = |title: &str| {
        out.lines().skip_while(|line| !line.starts_with(title)).nth(4).unwrap().to_owned()
    };
    for (title, words) in [
        ("Requirements", "Generator start"),
        ("Requirements", "18 s"),
        ("Requirements", "at most 15 s"),
        ("Requirements", "short (gate)"),
        ("Where the values come from", "northmoor-2026.csv:21"),
    ] {
        assert!(first(title).contains(words), "{words} in {}", first(title));
    }
    let (_, err, code) = explain("ZZN99");
    assert_eq!((err.as_str(), code), ("siteworthy: there is no site \"ZZN99\"\n", 1));
}

#[test]
fn a_template_is_read_back_by_its_own_layout() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("template.csv");
    for form in ["wide", "long"] {
        let arguments = ["layouts", "template", "--form", form, "--output", path.to_str().unwrap()];
        let (_, err, code) = texts(&run(&arguments));
        assert_eq!(code, 0, "{err}");
        let (out, _, code) = texts(&run(&["layouts", "detect", path.to_str().unwrap()]));
        assert_eq!(code, 0, "{out}");
        assert!(out.starts_with(&format!("siteworthy-survey-{form}")), "{out}");
    }
}

#[test]
fn tables_can_be_read_by_people_and_programs() {
    let (out, err, code) = texts(&run(&["demo", "--once"]));
    assert_eq!(code, 0, "{err}");
    for words in
        ["fictional", "Why: one example", "What the gap costs", "rulebook ", "prices of 2025"]
    {
        assert!(out.contains(words), "{words} in:\n{out}");
    }
    let folder = tempfile::tempdir().unwrap();
    let url = database(folder.path());
    let file = demo_file("glenavon-2026.csv");
    assert!(run(&["import", "--accept", "--database-url", &url, &file]).status.success());
    let (json, _, _) = texts(&run(&["readiness", "--format", "json", "--database-url", &url]));
    let answer: serde_json::Value = serde_json::from_str(&json).unwrap();
    // Every technology of today but the one of homes, which no site has a readiness for.
    assert_eq!(answer["sites"].as_array().unwrap().len(), 12 * 16);
    let (geojson, _, _) =
        texts(&run(&["readiness", "--format", "geojson", "--database-url", &url]));
    let collection: serde_json::Value = serde_json::from_str(&geojson).unwrap();
    assert_eq!(collection["type"], "FeatureCollection");
    let book = folder.path().join("gap.xlsx");
    let arguments =
        ["gap", "--format", "xlsx", "--output", book.to_str().unwrap(), "--database-url", &url];
    assert!(run(&arguments).status.success());
    assert!(fs::read(&book).unwrap().starts_with(b"PK"));
    let (_, err, code) = texts(&run(&["gap", "--format", "xlsx", "--database-url", &url]));
    assert_eq!(code, 2, "{err}");
    let nowhere = database(&folder.path().join("nowhere"));
    let (_, err, code) = texts(&run(&["gap", "--database-url", &nowhere]));
    assert_eq!(code, 1);
    assert!(err.contains("there is no record at sqlite://"), "{err}");
}

#[test]
fn the_national_return_is_read_in_full_on_both_databases() {
    let Some(eric) = shared_data("eric/2023_24/ERIC_Site.csv") else { return };
    let eric = eric.to_str().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let urls = std::iter::once(database(folder.path())).chain(postgres::fresh_database());
    for url in urls {
        let (out, err, code) = texts(&run(&["import", "--accept", "--database-url", &url, eric]));
        assert_eq!(code, 1, "the file has problems, which the exit code says");
        assert!(out.contains("2869 rows read, 159 pooled rows set apart, 0 rows refused"), "{out}");
        assert_eq!(err.matches("max-demand-kw is").count(), 94);
        for postcode in [
            "EC1A4NP",
            "E1 45HJ",
            "TQ5 PHW",
            "SE128NP",
            "N195JG",
            "HR12AZ",
            "IP38LS",
            "EC1V9LF",
            "EC1V2NP",
            "LN1 10YJ",
            "CM20 1EJ ",
            "EX1 3PQ ",
            "N/A",
            "OX26 ^HR",
        ] {
            assert!(
                err.contains(&format!("Post Code, value {postcode:?}")),
                "{postcode} in:\n{err}"
            );
        }
        let arguments = ["readiness", "--summary", "--database-url", &url];
        let (summary, _, _) = texts(&run(&arguments));
        let node = summary.lines().find(|line| line.contains("AI inference node")).unwrap();
        let counts: Vec<&str> =
            node.split_whitespace().filter(|word| word.parse::<u32>().is_ok()).collect();
        assert_eq!(counts[..2], ["0", "0"], "nothing is ready on what the return alone can tell");
        let (again, _, _) = texts(&run(&["import", "--accept", "--database-url", &url, eric]));
        assert!(again.contains("Nothing has changed."), "{again}");
    }
}

/// Every command of the README's session is run as it stands, in a folder of its own.
#[test]
fn the_session_in_the_readme_runs() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let session = readme.split("## A session to copy").nth(1).unwrap();
    let session = session.split("\n### ").next().unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(root().join("datasets"), folder.path().join("datasets")).unwrap();
    let mut ran = 0;
    for line in session.lines().filter_map(|line| line.strip_prefix("    siteworthy ")) {
        if line == "serve" {
            continue;
        }
        let arguments: Vec<&str> = line.split_whitespace().collect();
        let output = siteworthy_tests::program::command(&arguments)
            .env("SITEWORTHY_DATABASE_URL", "sqlite://estate.db")
            .current_dir(folder.path())
            .output()
            .unwrap();
        let (out, err, code) = texts(&output);
        let expected = i32::from(line.contains("faults"));
        assert_eq!(code, expected, "siteworthy {line}\n{out}\n{err}");
        ran += 1;
    }
    assert!(ran >= 11, "only {ran} commands were found");
    for written in
        ["sites.geojson", "investment-gap.xlsx", "survey.csv", "schemas/profile.schema.json"]
    {
        assert!(folder.path().join(written).exists(), "{written}");
    }
}
