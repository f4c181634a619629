//! Asking for a day in the past: which record and which rules answer, that every face takes the day in
//! the same way, and what is said where it cannot be answered. That the faces say the same of a day is
//! in `faces`; what the record of a day holds is in `store`.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the finding")]

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;
use siteworthy::app::{App, Rules};
use siteworthy::corpus::Corpus;
use siteworthy::decide::{Decision, decide};
use siteworthy::recall::view_as_of;
use siteworthy::store::Store;
use siteworthy_tests::history::{draft, write};
use siteworthy_tests::program::{Served, run, texts};
use siteworthy_tests::{copy_folder, postgres, root};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const HISTORY: [(&str, &str, &str); 4] = [
    ("2026-02-10T09:00:00Z", "accept", "northmoor-2026.csv"),
    ("2026-02-10T09:30:00Z", "accept", "postcodes.csv"),
    ("2026-03-11T00:00:00Z", "accept", "glenavon-2026.csv"),
    ("2026-04-10T09:00:00Z", "withdraw", "northmoor-2026.csv"),
];

fn databases(folder: &Path) -> Vec<String> {
    let sqlite = format!("sqlite://{}", folder.join("asof.db").display());
    std::iter::once(sqlite).chain(postgres::fresh_database()).collect()
}

/// The project's rules with a second edition of the surgical robot, which holds from a later day on and
/// lets the standby supply start within 20 seconds in place of 15.
fn with_second_edition(folder: &Path) -> PathBuf {
    let rules = folder.join("rules");
    copy_folder(&root().join("rules"), &rules);
    let text = fs::read_to_string(rules.join("profiles/surgical-robot.toml")).unwrap();
    let edition = text.lines().find(|line| line.starts_with("edition = ")).unwrap();
    let later = text
        .replacen(edition, "edition = \"2026.9\"", 1)
        .replacen("in_force_from = 2026-01-01", "in_force_from = 2026-03-01", 1)
        .replacen("at_most = { minimum = 15 }", "at_most = { minimum = 20 }", 1);
    assert!(later.contains("minimum = 20 }"));
    fs::write(rules.join("profiles/surgical-robot.2026.9.toml"), later).unwrap();
    rules
}

#[test]
fn each_day_is_answered_by_its_record() {
    let folder = tempfile::tempdir().unwrap();
    for database in databases(folder.path()) {
        write(&database, &HISTORY);
        let mut served = Served::start(&database);
        for (day, revision, northmoor, glenavon) in [
            (Some("2026-02-09"), 0, false, false),
            (Some("2026-02-10"), 2, true, false),
            (Some("2026-03-10"), 2, true, false),
            (Some("2026-03-11"), 3, true, true),
            (Some("2026-04-09"), 3, true, true),
            (Some("2026-04-10"), 4, false, true),
            (None, 4, false, true),
        ] {
            served.as_of = day;
            let answer = served.ask(
                "{ revision asOf north: site(code: \"ZZN02\") { code } glen: site(code: \"ZZG01\") { code } }",
            );
            assert!(answer.get("errors").is_none(), "{answer:#}");
            let data = &answer["data"];
            assert_eq!(data["revision"], revision, "{day:?}");
            assert_eq!(!data["north"].is_null(), northmoor, "{day:?}");
            assert_eq!(!data["glen"].is_null(), glenavon, "{day:?}");
            assert_eq!(data["asOf"].as_str(), day);
            for said in ["asOf", "revision"] {
                assert_eq!(answer["extensions"][said], data[said], "{day:?}");
            }
            let base = ["readiness", "--format", "csv", "--database-url", &database];
            let dated = day.into_iter().flat_map(|day| ["--as-of", day]);
            let arguments: Vec<&str> = base.into_iter().chain(dated).collect();
            let (out, err, code) = texts(&run(&arguments));
            assert_eq!(code, 0, "{err}");
            assert_eq!(out.contains("ZZN02,"), northmoor, "{day:?}");
            assert_eq!(out.contains("ZZG01,"), glenavon, "{day:?}");
        }
        let _ = served.stop();
    }
}

#[test]
fn a_second_edition_changes_the_answer_from_its_day_on() {
    let folder = tempfile::tempdir().unwrap();
    let rules = with_second_edition(folder.path());
    for database in databases(folder.path()) {
        write(&database, &HISTORY);
        let mut served = Served::start_with_rules(&database, &rules);
        let mut tags = Vec::new();
        for (day, edition, is_stopped) in
            [("2026-02-28", "2026.2", true), ("2026-03-01", "2026.9", false)]
        {
            served.as_of = Some(day);
            let data = served.query(
                "{ revision rulebookHash profiles { id edition } site(code: \"ZZN02\") { \
                   readiness(technology: \"surgical-robot\") { readiness } } }",
            );
            let profiles = data["profiles"].as_array().unwrap();
            let robot = profiles.iter().find(|profile| profile["id"] == "surgical-robot").unwrap();
            assert_eq!((&data["revision"], &robot["edition"]), (&2.into(), &edition.into()));
            let readiness = &data["site"]["readiness"][0]["readiness"];
            assert_eq!(readiness == "NOT_READY", is_stopped, "{day}: {readiness}");
            for path in [
                "/sites.geojson?technologies=surgical-robot",
                "/tiles/surgical-robot.json",
                "/tiles/surgical-robot/0/0/0.mvt",
                "/reports/investment-gap.csv",
            ] {
                let answer = served.get(path);
                assert_eq!(answer.status, 200, "{path}");
                assert_eq!(answer.header("x-siteworthy-as-of"), Some(day), "{path}");
                let tag = answer.header("etag").unwrap().to_owned();
                let held = [("if-none-match", tag.as_str())];
                let dated =
                    format!("{path}{}asOf={day}", if path.contains('?') { '&' } else { '?' });
                assert_eq!(served.get_with(&dated, &held).status, 304, "{path}");
                assert_eq!(
                    served.get_with(path, &held).status,
                    200,
                    "{path}: now is another answer"
                );
                tags.push(tag);
            }
            let tiles = served.get("/tiles/surgical-robot.json").json();
            let address = tiles["tiles"][0].as_str().unwrap();
            assert!(address.ends_with(&format!(".mvt?asOf={day}")), "{address}");
        }
        let count = tags.len();
        tags.sort();
        tags.dedup();
        assert_eq!(tags.len(), count, "two days of one record, by two editions, are two answers");
        let _ = served.stop();
        let base = ["readiness", "--technology", "surgical-robot", "--format", "csv"];
        let at = ["--database-url", &database, "--rules", rules.to_str().unwrap(), "--as-of"];
        for (day, is_stopped) in [("2026-02-28", true), ("2026-03-01", false)] {
            let arguments: Vec<&str> = base.iter().chain(&at).copied().chain([day]).collect();
            let (out, err, code) = texts(&run(&arguments));
            assert_eq!(code, 0, "{err}");
            let line = out.lines().find(|line| line.starts_with("ZZN02,")).unwrap();
            assert_eq!(line.contains(",not-ready,"), is_stopped, "{day}: {line}");
        }
    }
}

fn message(answer: &Value) -> (&str, &str) {
    let error = if answer["error"].is_null() { &answer["errors"][0] } else { &answer["error"] };
    let code = error["code"].as_str().or(error["extensions"]["code"].as_str());
    (code.unwrap_or("none"), error["message"].as_str().unwrap_or("none"))
}

#[test]
fn a_day_that_cannot_be_answered_is_refused_in_words_by_every_face() {
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite://{}", folder.path().join("asof.db").display());
    write(&database, &HISTORY[..1]);
    let mut served = Served::start(&database);
    for (day, words) in [
        (
            "2025-12-31",
            "no technology's rules were in force on 2025-12-31; the first hold from 2026-01-01",
        ),
        ("2999-01-01", "2999-01-01 lies in the future: the record is known up to today, "),
        ("2026-02-30", "\"2026-02-30\" is not a date; write it like 2026-03-31"),
        ("yesterday", "\"yesterday\" is not a date; write it like 2026-03-31"),
    ] {
        served.as_of = Some(day);
        let faces = [
            served.get("/tiles/voice-scribe/0/0/0.mvt"),
            served.get("/tiles/voice-scribe.json"),
            served.get("/sites.geojson"),
            served.get("/reports/investment-gap.csv"),
            served.get("/reports/investment-gap.xlsx"),
        ];
        for answer in faces {
            let told = answer.json();
            assert_eq!((answer.status, message(&told).0), (400, "INVALID"), "{day}");
            assert!(message(&told).1.contains(words), "{told}");
        }
        let told = served.ask("{ revision }");
        assert!(message(&told).1.contains(words), "{told}");
        let arguments = ["readiness", "--database-url", &database, "--as-of", day];
        let (_, err, code) = texts(&run(&arguments));
        assert!(code > 0 && err.contains(words), "{code}: {err}");
    }
    served.as_of = Some("2026-02-10");
    let survey = "mutation { acceptSurvey(id: \"x\") { status } }";
    let told = served.ask(survey);
    assert_eq!(message(&told), ("INVALID", "a change is always made now; leave asOf out"));
    let told = served.ask("{ surveys { nodes { id } } }");
    assert!(message(&told).1.starts_with("surveys are shown as they stand now"), "{told}");
    served.as_of = None;
    let told = served.get("/sites.geojson?as_of=2026-02-10").json();
    assert_eq!(message(&told).1, "write asOf, not as_of");
    let today = Utc::now().date_naive().to_string();
    let answer = served.get(&format!("/sites.geojson?asOf={today}"));
    assert_eq!((answer.status, answer.header("x-siteworthy-as-of")), (200, None));
    let _ = served.stop();
    for command in [&["audit"][..], &["rules", "check"], &["migrate"]] {
        let at = ["--as-of", "2026-02-10", "--database-url", &database];
        let arguments: Vec<&str> = command.iter().copied().chain(at).collect();
        let (_, err, code) = texts(&run(&arguments));
        assert!(code == 2 && err.contains("--as-of is for commands that answer from"), "{err}");
    }
}

/// A day is assembled once, whatever comes later; unless a decision of that very day was written late.
#[test]
fn a_day_is_kept_and_looked_at_again_when_the_record_moves_on() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let today: NaiveDate = "2026-06-30".parse().unwrap();
    let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
    let day = |text: &str| Some(text.parse::<NaiveDate>().unwrap());
    for database in databases(folder.path()) {
        runtime.block_on(async {
            let rules = Rules::read(&Corpus::load(None, None).unwrap(), today).unwrap();
            let app = App::start(Store::open(&database).await.unwrap(), rules).await.unwrap();
            let app = Arc::new(app);
            let north = draft(&app, "northmoor-2026.csv").await;
            let glen = draft(&app, "glenavon-2026.csv").await;
            decide(&app, north, Decision::Accept, "test", at("2026-02-10T09:00:00Z"))
                .await
                .unwrap();
            let first = view_as_of(&app, day("2026-03-01"), today).await.unwrap();
            let again = view_as_of(&app, day("2026-03-01"), today).await.unwrap();
            assert!(Arc::ptr_eq(&first, &again), "made once");
            // A later withdrawal changes nothing of that day.
            decide(&app, north, Decision::Withdraw, "test", at("2026-03-02T00:00:00Z"))
                .await
                .unwrap();
            let later = view_as_of(&app, day("2026-03-01"), today).await.unwrap();
            assert!(Arc::ptr_eq(&first, &later), "the day is over");
            assert_eq!(app.view().sites().len(), 0);
            // Begun on that day by a clock that is behind, and written after the answer.
            decide(&app, glen, Decision::Accept, "test", at("2026-03-01T23:59:59Z")).await.unwrap();
            let changed = view_as_of(&app, day("2026-03-01"), today).await.unwrap();
            assert_eq!(changed.facts.revision, 3);
            assert_ne!(changed.tag(), first.tag());
            // Only the last few days are kept.
            for other in ["2026-03-03", "2026-03-04", "2026-03-05"] {
                let _ = view_as_of(&app, day(other), today).await.unwrap();
            }
            let anew = view_as_of(&app, day("2026-03-01"), today).await.unwrap();
            assert!(!Arc::ptr_eq(&changed, &anew));
            assert_eq!(changed.tag(), anew.tag());
            // Today has not ended, and tomorrow is not known.
            let now = view_as_of(&app, Some(today), today).await.unwrap();
            assert!(Arc::ptr_eq(&now, &app.view()));
            assert!(view_as_of(&app, day("2026-07-01"), today).await.is_err());
        });
    }
}
