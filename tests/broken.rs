//! Broken files, one a mistake: `broken/NAME.csv` is read, and what is said of it must be
//! `broken/NAME.txt` to the word and the row.
//!
//! After a change of words, `SITEWORTHY_BLESS=1 cargo test --test broken` writes the texts anew;
//! read the difference before it is committed.

use chrono::NaiveDate;
use siteworthy::corpus::Corpus;
use siteworthy::intake::{Known, Layouts, PROBLEM_CODES, Upload, read};
use siteworthy_rules::fields::Problems;
use siteworthy_rules::measure::Dictionary;
use siteworthy_rules::place::SpaceKind;
use siteworthy_rules::problem::Problem;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Codes that no small file of this kind can bring about: too large a file, a layout asked for by name,
/// and what only a workbook of conversion factors can lack (`flat_file`).
const NOT_SHOWN: [&str; 4] =
    ["file-too-large", "incomplete-file", "missing-factor", "unknown-layout"];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("broken")
}

fn load_rules() -> (Dictionary, Layouts) {
    let text = fs::read_to_string(folder().join("measures.toml")).expect("a dictionary");
    let mut problems = Problems::default();
    let mut dictionary = Dictionary::read("measures.toml", &text, &mut problems);
    assert!(problems.is_empty());
    dictionary.add_technologies([("surgical-robot", "Robot"), ("voice-scribe", "Scribe")]);
    let corpus = Corpus::load(None, None).expect("the embedded files");
    let layouts = corpus.layouts(&dictionary).expect("sound layouts");
    (dictionary, layouts)
}

fn known() -> Known {
    let spaces = BTreeMap::from([("TH1".to_owned(), SpaceKind::Theatre)]);
    Known {
        organisations: BTreeSet::from(["R0A".to_owned()]),
        sites: BTreeMap::from([("R0A01".to_owned(), spaces)]),
    }
}

fn list_files() -> Vec<PathBuf> {
    let entries = fs::read_dir(folder()).expect("the folder of broken files");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let mut files: Vec<PathBuf> =
        paths.filter(|path| path.extension().is_some_and(|extension| extension == "csv")).collect();
    files.sort();
    files
}

/// The counts of a draft, or that nothing could be read; then each problem.
fn describe(path: &Path, dictionary: &Dictionary, layouts: &Layouts) -> (String, Vec<Problem>) {
    let bytes = fs::read(path).expect("a file");
    let upload = Upload {
        name: path.file_name().and_then(|name| name.to_str()).expect("a name"),
        bytes: &bytes,
        received_on: NaiveDate::from_ymd_opt(2026, 11, 22).expect("a date"),
    };
    let (heading, problems) = match read(&upload, None, layouts, dictionary, &known(), &mut |_| {})
    {
        Ok(draft) => {
            let heading = format!(
                "{}: {} rows, {} refused; {} sites, {} spaces, {} observations, {} postcodes",
                draft.layout,
                draft.rows_read,
                draft.rows_refused,
                draft.sites.len(),
                draft.spaces.len(),
                draft.observations.len(),
                draft.postcodes.len()
            );
            (heading, draft.problems)
        }
        Err(problems) => ("nothing could be read".to_owned(), problems),
    };
    let mut text = format!("{heading}\n");
    for problem in &problems {
        text.push_str(&format!("{} {}: {problem}\n", problem.severity, problem.code));
    }
    (text, problems)
}

#[test]
fn each_broken_file_is_told_its_mistake_in_words_and_place() {
    let (dictionary, layouts) = load_rules();
    let bless = std::env::var_os("SITEWORTHY_BLESS").is_some();
    let mut wrong = Vec::new();
    for path in list_files() {
        let (found, _) = describe(&path, &dictionary, &layouts);
        let expected = path.with_extension("txt");
        if bless {
            fs::write(&expected, &found).expect("a text");
        }
        let expected = fs::read_to_string(expected).unwrap_or_default();
        if found != expected {
            wrong.push(format!("{}\n--- expected\n{expected}--- found\n{found}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_code_is_shown_by_a_broken_file() {
    let (dictionary, layouts) = load_rules();
    let shown: BTreeSet<&str> = list_files()
        .iter()
        .flat_map(|path| describe(path, &dictionary, &layouts).1)
        .map(|problem| problem.code)
        .collect();
    let missing: Vec<&&str> = PROBLEM_CODES
        .iter()
        .filter(|code| !shown.contains(**code) && !NOT_SHOWN.contains(code))
        .collect();
    assert!(missing.is_empty(), "no broken file shows {missing:?}");
}

#[test]
fn no_expected_text_is_left_without_its_file() {
    for entry in fs::read_dir(folder()).expect("the folder of broken files") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|extension| extension == "txt") {
            assert!(path.with_extension("csv").exists(), "{} has no file", path.display());
        }
    }
}
