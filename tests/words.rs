//! What the program says to a person, word for word: counts, money, years, workbooks that are none, rule
//! files that cannot be read. The numbers themselves are other tests'.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the finding")]

use siteworthy_tests::program::{command, texts};
use siteworthy_tests::root;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// The organisation Northmoor in a record of its own.
struct Record {
    folder: TempDir,
    url: String,
}

impl Record {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("words.db").display());
        let record = Self { folder, url };
        let names = ["northmoor-2026", "northmoor-answers-2026", "northmoor-rooms-2026"];
        let files = names.map(|name| format!("{}/datasets/demo/{name}.csv", root().display()));
        let (out, err, code) = record.ask(&format!("import --accept {}", files.join(" ")));
        assert_eq!(code, 0, "{out}{err}");
        record
    }

    fn ask(&self, question: &str) -> (String, String, i32) {
        let words: Vec<&str> = question.split_whitespace().collect();
        texts(&command(&words).env("SITEWORTHY_DATABASE_URL", &self.url).output().unwrap())
    }

    fn text(&self, question: &str) -> String {
        let (out, err, code) = self.ask(question);
        assert_eq!((err.as_str(), code), ("", 0), "{question}");
        out
    }

    /// What is said to a question that is refused.
    fn refusal(&self, question: &str, expected: i32) -> String {
        let (out, err, code) = self.ask(question);
        assert_eq!((out.as_str(), code), ("", expected), "{question}: {err}");
        err
    }

    fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

#[test]
fn an_allocation_says_what_it_replaces() {
    let record = Record::new();
    for (amount, says) in [
        ("1,500,000", "ZZN, 2026-27, capital: £1,500,000 allocated; nothing was allocated before."),
        ("£1500000", "ZZN, 2026-27, capital: £1,500,000 as allocated before."),
        ("£2,000,000", "ZZN, 2026-27, capital: £2,000,000 replaces £1,500,000 allocated before."),
        ("0", "ZZN, 2026-27, capital: takes back £2,000,000 allocated before."),
        ("0", "ZZN, 2026-27, capital: nothing was allocated before, and nothing is."),
    ] {
        let text = record.text(&format!("funding allocate ZZN 2026-27 capital {amount}"));
        assert_eq!(first_line(&text), says);
    }
}

#[test]
fn a_wrong_year_or_amount_is_told_as_it_is_to_be_written() {
    let record = Record::new();
    for (words, code, says) in [
        ("2026-28 capital 5", 2, "\"2026-28\" is not a financial year; write it like 2026-27"),
        ("2026 capital 5", 2, "\"2026\" is not a financial year; write it like 2026-27"),
        ("soon capital 5", 2, "\"soon\" is not a financial year; write it like 2025-26"),
        (
            "2026-27 capital £1.5m",
            2,
            "\"£1.5m\" is not an amount of pounds; write it in digits, such as 1500000, 1,500,000 or 0.50",
        ),
        (
            "2026-27 capital -5",
            1,
            "ZZN 2026-27 capital: the amount must be from 0 to 1000000000000 pounds",
        ),
        ("1990-91 capital 5", 1, "ZZN 1990-91 capital: the year must be from 2000-01 to 2100-01"),
    ] {
        let err = record.refusal(&format!("funding allocate ZZN {words}"), code);
        assert!(err.contains(says), "{says} in:\n{err}");
    }
}

#[test]
fn what_the_environment_sets_is_not_in_the_line_of_usage() {
    let record = Record::new();
    let err = record.refusal("funding allocate", 2);
    let usage = "Usage: siteworthy funding allocate <ORGANISATION> <YEAR> <MONEY> <POUNDS>\n";
    assert!(err.contains(usage), "{err}");
}

#[test]
fn one_is_not_many() {
    let record = Record::new();
    let header =
        "site,site_name,organisation,organisation_name,nation,setting,date,method,measure,value\n";
    let row = "ZZW01,Wortham,ZZW,Wortham Trust,england,acute,2026-01-02,measured,rtt-p95-ms,20\n";
    let file = record.write("one.csv", format!("{header}{row}").as_bytes());
    assert_eq!(
        record.text(&format!("import --dry-run {}", file.display())),
        "one.csv: layout siteworthy-survey-long, 1 row read, 0 pooled rows set apart, 0 rows refused \
         whole.\nProblems: 0 refused (a row, or one value of a row), 0 warnings, 0 notes.\n1 site, 0 \
         spaces, 1 observation, 0 postcodes. Nothing was kept.\n"
    );
    let text = record.text("abatement ZZN03 --year 2035");
    assert_eq!(first_line(&text), "1 site is counted.");
    let text = record.text("abatement --year 2035");
    assert_eq!(
        first_line(&text),
        "Of 18 sites 17 are counted; 1 is in no figure, for their energy or floor area is not known."
    );
    assert!(record.text("audit").starts_with("The audit trail is whole: "), "audit");
}

#[test]
fn ends_that_are_equal_are_one_figure() {
    let record = Record::new();
    let text = record.text("explain ZZN01 ai-cloud-triage");
    let says = "It scores 97.44 of 100; weakest is connectivity. 100 % of what is asked is known.";
    assert!(text.contains(says), "{text}");
    for site in ["ZZN01", "ZZN02", "ZZN03", "ZZN05", "ZZN08", "ZZN17"] {
        let text = record.text(&format!("explain {site} ai-inference-node"));
        for (at, _) in text.match_indices("between ") {
            let words: Vec<&str> = text[at..].split_whitespace().take(4).collect();
            assert!(words[1] != words[3].trim_end_matches('.'), "{site}: {words:?}");
        }
    }
}

#[test]
fn an_explanation_names_the_domain_and_fits_a_page() {
    let record = Record::new();
    let text = record.text("explain ZZN02 surgical-robot");
    let tables = text.lines().filter(|line| line.starts_with(['│', '┌', '╞', '└']));
    let widest = tables.map(|line| line.chars().count()).max().unwrap();
    assert!(widest <= 140, "{widest}");
    let gate =
        text.lines().find(|line| line.starts_with("│ Generator start and changeover")).unwrap();
    assert!(gate.contains("┆ power "), "{gate}");
}

#[test]
fn technologies_and_works_are_named_and_not_numbered_by_ids() {
    let record = Record::new();
    let text = record.text("headroom ZZN03 --deploy ai-inference-node=2 --deploy ai-mri:2028");
    assert_eq!(first_line(&text), "Import capacity: exhausted by MRI with AI.");
    assert!(!text.contains("ai-mri"), "{text}");
    let text = record.text("takes ZZN03 --deploy ai-inference-node=2 --deploy ai-mri");
    assert_eq!(first_line(&text), "AI inference node is not ready and would be ready.");
    assert!(!text.contains("ai-mri"), "{text}");
    let json = record.text("takes ZZN03 --deploy ai-mri --format json");
    assert!(json.contains("\"technology\": \"ai-mri\""), "{json}");
    let text = record.text("abatement ZZN03 --year 2035");
    assert!(!text.contains("led-lighting") && text.contains("LED lighting, Air-source"), "{text}");
}

#[test]
fn a_room_that_holds_two_is_said_to_be_judged_by_one() {
    let record = Record::new();
    let says = "CT-1 is asked to hold 2 of: CT with AI. The room is judged by what one of it asks; \
                whether 2 fit side by side is not known.";
    for question in ["headroom", "takes"] {
        let twice = record.text(&format!("{question} ZZN03 --deploy ai-ct=2@CT-1"));
        assert!(twice.contains(says), "{twice}");
        let once = record.text(&format!("{question} ZZN03 --deploy ai-ct@CT-1"));
        assert!(!once.contains("is asked to hold"), "{once}");
    }
}

#[test]
fn more_sets_out_of_service_than_there_are_is_refused() {
    let record = Record::new();
    assert_eq!(
        record.refusal("resilience ZZN02 --sets-out 9", 1),
        "siteworthy: 9 sets out of service are more than there are: the site has 3 standby generator \
         sets; give 0 to 3\n"
    );
    let text = record.text("resilience ZZN02 --sets-out 3");
    assert!(text.contains("No generator set is in service"), "{text}");
}

#[test]
fn before_the_first_survey_there_is_a_sentence_and_no_empty_table() {
    let record = Record::new();
    let text = record.text("readiness --as-of 2026-01-02");
    let says = "No survey had been accepted by 2026-01-02, or all of them were withdrawn.";
    assert_eq!(first_line(&text), says);
    assert!(!text.contains('│'), "{text}");
}

#[test]
fn a_checklist_is_one_line_to_survey() {
    let record = Record::new();
    let text = record.text("next-measures ZZN17 --first 100");
    let line = text.lines().find(|line| line.contains("answers together, the first:")).unwrap();
    assert!(line.starts_with("│ 2 answers together, the first: Agreed"), "{line}");
    assert!(text.contains("What must be surveyed together"), "{text}");
    assert!(text.contains("Points narrower, sites"), "{text}");
    let says =
        "84 measures are missing at 1 site for 17 technologies; the first 3 of 53 lines are shown.";
    let text = record.text("next-measures ZZN17 --first 3");
    assert_eq!(first_line(&text), says);
}

#[test]
fn a_workbook_that_is_no_flat_file_is_no_survey() {
    let record = Record::new();
    let advice = "Only the flat file of conversion factors is read as a workbook: get that file again. \
                  Save any other sheet, such as that of a survey, as CSV UTF-8.";
    let packed = record.write("junk.xlsx", b"PK\x03\x04junk");
    let (out, err, code) = record.ask(&format!("import {}", packed.display()));
    assert_eq!((out.as_str(), code), ("junk.xlsx: nothing was imported.\n", 1));
    assert!(err.contains(advice), "{err}");
    let text = record.write("text.xlsx", b"a,b\n1,2\n");
    assert_eq!(
        record.refusal(&format!("import {}", text.display()), 1),
        "refused  text.xlsx: The name is that of a workbook, which cannot be read as a survey yet. No \
         layout knows any heading of this file. Open it in a spreadsheet and save the sheet as CSV \
         UTF-8 (comma delimited).\n"
    );
}

/// A copy of the rules with one file changed.
fn rules_with(folder: &Path, file: &str, change: impl Fn(String) -> String) -> String {
    copy(&root().join("rules"), folder);
    let path = folder.join(file);
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, change(text)).unwrap();
    folder.to_str().unwrap().to_owned()
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
fn a_slip_in_the_syntax_of_one_rule_file_is_one_problem() {
    for file in ["weights.toml", "measures.toml", "resources.toml", "preconditions.toml"] {
        let folder = tempfile::tempdir().unwrap();
        let rules = rules_with(folder.path(), file, |text| format!("x = = 1\n{text}"));
        let (out, err, code) =
            texts(&command(&["rules", "check", "--rules", &rules]).output().unwrap());
        assert_eq!((out.as_str(), code), ("", 1));
        assert_eq!(
            err,
            format!(
                "refused  rules/{file}:1: This is not valid TOML: extra `=`, expected nothing. Mend the \
                 syntax at this line. The files that refer to it were not checked.\n1 problem.\n"
            )
        );
    }
}

#[test]
fn a_day_to_come_in_a_rule_file_is_noted() {
    let folder = tempfile::tempdir().unwrap();
    let rules = rules_with(folder.path(), "weights.toml", |text| {
        let at = text.find("as_of = ").unwrap();
        let end = at + text[at..].find('\n').unwrap();
        format!("{}as_of = 2999-01-01{}", &text[..at], &text[end..])
    });
    let (out, err, code) =
        texts(&command(&["rules", "check", "--rules", &rules]).output().unwrap());
    assert_eq!(code, 0, "{err}");
    assert!(out.starts_with("No problems: "), "{out}");
    let says =
        "note     rules/weights.toml:5, as_of, value \"2999-01-01\": 2999-01-01 lies after today, ";
    assert!(err.starts_with(says), "{err}");
    assert!(err.ends_with(". Give the day on which this was last looked at.\n"), "{err}");
}

#[test]
fn tonnes_say_by_which_factors_they_are_counted() {
    let record = Record::new();
    let text = record.text("abatement ZZN03 --year 2035");
    for title in [
        "Cheapest for a tonne first; tonnes by the long-run marginal factors of appraisal, the mean of the \
         life\n",
        "What more saving costs: the sets that no other beats; tonnes of 2035 by the yearly factors of the \
         path crrem\n",
    ] {
        assert!(text.contains(title), "{title} in:\n{text}");
    }
}
