//! What is asked of a technology, from the file to the faces: it may be answered for one technology apart,
//! the answer for all stands for the others, and every face says which of the two counted.
//!
//! Which answer counts is held to the basis point by the golden cases of the rules; what is said of a
//! misspelt technology is in `broken`.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the finding")]

use serde_json::Value;
use siteworthy_tests::program::{Served, command, run, texts};
use std::fs;
use tempfile::TempDir;

/// A hospital that answers for its scribe apart, and a surgery that has answered nothing. The first file
/// has a value a row, the second a place a row.
const LONG: &str = "\
    site,site_name,organisation,organisation_name,nation,setting,space,space_kind,measure,value,unit,date,method\n\
    ZZT01,Test Hospital,ZZT,Test Trust,england,acute,CR-1,consulting-room,tmf-s,0.4,s,2026-03-31,measured\n\
    ZZT01,,,,,,,,dcb0160-complete,not-met,,2026-03-31,declared\n\
    ZZT01,,,,,,,,dcb0160-complete@voice-scribe,met,,2026-04-30,declared\n\
    ZZT01,,,,,,,,dpia-complete@voice-scribe,yes,,2026-04-30,declared\n\
    ZZT02,Test Surgery,ZZT,,england,primary-care,CR-1,consulting-room,tmf-s,0.4,s,2026-03-31,measured\n";
const WIDE: &str = "\
    site,date,method,trained-users-per-shift-count,trained-users-per-shift-count@surgical-robot [count]\n\
    ZZT01,2026-05-31,declared,2,0\n";

struct Record {
    _folder: TempDir,
    url: String,
}

impl Record {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("record.db").display());
        for (name, text) in [("long.csv", LONG), ("wide.csv", WIDE)] {
            let path = folder.path().join(name);
            fs::write(&path, text).unwrap();
            let path = path.to_str().unwrap();
            let (out, err, code) =
                texts(&run(&["import", "--accept", "--database-url", &url, path]));
            assert_eq!((err.as_str(), code), ("", 0), "{out}");
        }
        Self { _folder: folder, url }
    }

    fn text(&self, question: &str) -> String {
        let words: Vec<&str> = question.split_whitespace().collect();
        let asked = command(&words).env("SITEWORTHY_DATABASE_URL", &self.url).output().unwrap();
        let (out, err, code) = texts(&asked);
        assert_eq!((err.as_str(), code), ("", 0), "{question}");
        out
    }

    fn rows(&self, question: &str, table: &str) -> Vec<Value> {
        let text = self.text(&format!("{question} --format json"));
        let answer: Value = serde_json::from_str(&text).unwrap();
        answer[table].as_array().unwrap().clone()
    }

    /// Verdict and the observations of a requirement.
    fn explained(&self, technology: &str, requirement: &str) -> (String, Vec<[String; 4]>) {
        let question = format!("explain ZZT01 {technology}");
        let of_it = |row: &Value| row["requirement"] == requirement;
        let verdict = self.rows(&question, "requirements").into_iter().find(of_it).unwrap();
        let words = |row: &Value| {
            ["measure", "answered_for", "file", "file_row"]
                .map(|key| row[key].as_str().map_or_else(|| row[key].to_string(), str::to_owned))
        };
        let seen = self.rows(&question, "observations");
        let seen = seen.iter().filter(|row| of_it(row)).map(words).collect();
        (verdict["verdict"].as_str().unwrap().to_owned(), seen)
    }

    /// Ids of what to survey next for a technology at a site.
    fn next(&self, site: &str, technology: &str) -> Vec<String> {
        let question = format!("next-measures {site} --technology {technology} --first 200");
        let rows = self.rows(&question, "measures");
        rows.iter().map(|row| row["measure"].as_str().unwrap().to_owned()).collect()
    }
}

#[test]
fn an_explanation_names_the_answer_that_counted_and_for_whom_it_was_given() {
    let record = Record::new();
    for (technology, requirement, verdict, seen) in [
        (
            "voice-scribe",
            "deployment-safety-case",
            "meets-target",
            ["dcb0160-complete@voice-scribe", "this technology", "long.csv", "4"],
        ),
        (
            "surgical-robot",
            "deployment-safety-case",
            "short",
            ["dcb0160-complete", "all technologies", "long.csv", "3"],
        ),
        (
            "voice-scribe",
            "trained-users",
            "meets-target",
            ["trained-users-per-shift-count", "all technologies", "wide.csv", "2"],
        ),
        (
            "surgical-robot",
            "trained-users",
            "short",
            ["trained-users-per-shift-count@surgical-robot", "this technology", "wide.csv", "2"],
        ),
    ] {
        let found = record.explained(technology, requirement);
        assert!(found.0.starts_with(verdict), "{technology} {requirement}: {}", found.0);
        assert_eq!(found.1, [seen.map(str::to_owned)], "{technology} {requirement}");
    }
    let (verdict, seen) = record.explained("ai-cloud-triage", "data-protection-assessment");
    assert!(verdict.starts_with("unknown") && seen.is_empty(), "{verdict} {seen:?}");

    let (_, seen) = record.explained("voice-scribe", "reverberation");
    assert_eq!(seen[0][1], "null", "a room is not asked of a technology");
    let text = record.text("explain ZZT01 voice-scribe");
    assert!(text.contains("wide.csv:2 (for all technologies)"), "{text}");
    assert!(text.contains("long.csv:4 (for this technology)"), "{text}");
}

#[test]
fn one_answer_for_all_is_asked_for_unless_the_site_answers_by_technology() {
    let record = Record::new();
    let has = |list: &[String], id: &str| list.iter().any(|one| one == id);
    let hospital = record.next("ZZT01", "ai-cloud-triage");
    assert!(has(&hospital, "dpia-complete@ai-cloud-triage"), "{hospital:?}");
    assert!(!has(&hospital, "dpia-complete"), "{hospital:?}");
    assert!(has(&hospital, "imdrf-sbom"), "of this it answers nothing: {hospital:?}");
    assert!(!hospital.iter().any(|id| id.starts_with("dcb0160")), "answered for all: {hospital:?}");
    let surgery = record.next("ZZT02", "voice-scribe");
    assert!(has(&surgery, "dpia-complete"), "{surgery:?}");
    assert!(!surgery.iter().any(|id| id.contains('@')), "{surgery:?}");
}

#[test]
fn the_template_for_one_technology_asks_for_it_apart_and_the_full_one_for_all() {
    let headings = |arguments: &[&str]| {
        let (out, err, code) = texts(&run(arguments));
        assert_eq!((err.as_str(), code), ("", 0));
        out.trim_end().split(',').map(str::to_owned).collect::<Vec<_>>()
    };
    let own = headings(&["layouts", "template", "--technology", "voice-scribe"]);
    assert!(own.contains(&"trained-users-per-shift-count@voice-scribe [count]".to_owned()));
    assert!(own.contains(&"dcb0160-complete@voice-scribe".to_owned()));
    assert!(own.contains(&"dspt-status".to_owned()), "this is of the organisation");
    let is_plain = |heading: &String| heading == "dcb0160-complete" || heading.ends_with("robot");
    assert!(!own.iter().any(is_plain), "{own:?}");
    let all = headings(&["layouts", "template"]);
    assert!(all.contains(&"dcb0160-complete".to_owned()));
    assert!(!all.iter().any(|heading| heading.contains('@')), "{all:?}");
}

#[test]
fn the_api_says_the_same_and_lists_a_measure_once() {
    let served = Served::demo();
    let asked = "requirements { id verdict inputs { measure forAllTechnologies file row } }";
    let data = served.query(&format!(
        "{{ measures {{ id perTechnology }} site(code: \"ZZN06\") {{ \
           scribe: readiness(technology: \"voice-scribe\") {{ {asked} }} \
           robot: readiness(technology: \"surgical-robot\") {{ {asked} }} }} }}"
    ));
    let measures = data["measures"].as_array().unwrap();
    assert!(measures.iter().all(|one| !one["id"].as_str().unwrap().contains('@')));
    let of = |id: &str| measures.iter().find(|one| one["id"] == id).unwrap();
    assert_eq!(of("dcb0160-complete")["perTechnology"], true);
    assert_eq!(of("max-demand-kva")["perTechnology"], false);

    let requirements = |key: &str| data["site"][key][0]["requirements"].as_array().unwrap();
    for (key, requirement, verdict, measure, for_all) in [
        (
            "scribe",
            "data-protection-assessment",
            "MEETS_TARGET",
            "dpia-complete@voice-scribe",
            false,
        ),
        ("scribe", "deployment-safety-case", "MEETS_TARGET", "dcb0160-complete", true),
        ("robot", "deployment-safety-case", "SHORT", "dcb0160-complete@surgical-robot", false),
    ] {
        let one = requirements(key);
        let one = one.iter().find(|one| one["id"] == requirement).unwrap();
        let input = &one["inputs"][0];
        assert_eq!((&one["verdict"], &input["measure"]), (&verdict.into(), &measure.into()));
        assert_eq!(input["forAllTechnologies"], for_all, "{measure}");
        assert_eq!(
            (input["file"].as_str(), input["row"].as_u64()),
            (Some("northmoor-answers-2026.csv"), Some(17))
        );
    }
    let mut inputs = requirements("robot").iter().flat_map(|one| one["inputs"].as_array().unwrap());
    let supply = inputs.find(|one| one["measure"] == "agreed-import-capacity-kva").unwrap();
    assert_eq!(supply["forAllTechnologies"], Value::Null);
    let _ = served.stop();
}
