//! Abatement from outside: the curve and the cheapest set over GraphQL and on the command line, and what
//! is refused.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the finding")]

use serde_json::Value;
use siteworthy_tests::program::{Served, first_error, run, texts};
use siteworthy_tests::{root, shared_data};
use std::fs;

fn near(found: &Value, expected: f64) {
    let found = found.as_f64().unwrap_or_else(|| panic!("{found} is no number"));
    assert!(
        (found - expected).abs() <= 1e-6 * expected.abs().max(1.0),
        "{found} is not {expected}"
    );
}

const QUESTION: &str = "sites sitesCounted sitesLeftOut { reason sites } path year unknown addedKwh prices restsOn \
    curve { remedy sites quantity { low central high } unit gbpPerTonne { low central high } evidence \
        cumulativeTonnes { central } assumptions { what reference evidence } \
        adds { capitalGbp { low central high } netCostGbp { low central high } \
            gasSavedKwh { central } electricitySavedKwh { central } savedTonnes { central } } } \
    leftOut { remedy kind reason sites } \
    met { emittedTonnes allowedTonnes neededTonnes residual { tonnes gbp { low central high } } \
        to2050 { tonnes gbp { central } } choices { remedies savedInYearTonnes } \
        set { remedies savedInYearTonnes together { capitalGbp { central } netCostGbp { central } } } }";

fn ask(served: &Served, arguments: &str) -> Value {
    served.query(&format!("{{ abatement{arguments} {{ {QUESTION} }} }}"))["abatement"].clone()
}

/// A served record with the sites of one trust of the demonstration estate, and where it lies.
fn northmoor() -> (tempfile::TempDir, String, Served) {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("abatement.db").display());
    for name in ["northmoor-2026.csv", "northmoor-rooms-2026.csv"] {
        let file = root().join("datasets/demo").join(name);
        let import = ["import", "--accept", "--database-url", &url, file.to_str().unwrap()];
        assert_eq!(texts(&run(&import)).2, 0);
    }
    let served = Served::start(&url);
    (folder, url, served)
}

fn step<'a>(found: &'a Value, remedy: &str) -> &'a Value {
    let steps = found["curve"].as_array().unwrap();
    steps.iter().find(|step| step["remedy"] == remedy).unwrap()
}

/// Counted apart from this program, from the file: of the sites that give electricity from the grid, gas
/// and floor area, 1,571 burn gas and run no combined heat and power, 2,721,979,710 kWh in all, and
/// 12,037,831.82 m2 at 1,629 sites are without LED.
#[test]
fn the_national_return_comes_out_as_counted_in_the_file() {
    let Some(eric) = shared_data("eric/2023_24/ERIC_Site.csv") else { return };
    let (_folder, served) = Served::empty();
    let _ = served.import("ERIC_Site.csv", &fs::read(&eric).unwrap());
    let found = ask(&served, "(filter: { nation: ENGLAND })");
    assert_eq!((&found["sites"], &found["sitesCounted"]), (&2869.into(), &2034.into()));
    let left_out = found["sitesLeftOut"].as_array().unwrap();
    let left_out: u64 = left_out.iter().map(|one| one["sites"].as_u64().unwrap()).sum();
    assert_eq!(left_out, 835);
    let pump = step(&found, "air-source-heat-pump");
    assert_eq!(pump["sites"], 1571);
    near(&pump["quantity"]["central"], 2_721_979_710.0 * 0.8 / 2_500.0);
    near(&pump["adds"]["capitalGbp"]["central"], 2_721_979_710.0 * 0.8 / 2_500.0 * 3_000.0);
    near(&pump["adds"]["gasSavedKwh"]["central"], 2_721_979_710.0);
    let light = step(&found, "led-lighting");
    assert_eq!(light["sites"], 1629);
    near(&light["quantity"]["central"], 12_037_832.021_4);
    // Cheapest first, and every step tells what it rests on.
    let steps = found["curve"].as_array().unwrap();
    let prices: Vec<f64> =
        steps.iter().map(|one| one["gbpPerTonne"]["central"].as_f64().unwrap()).collect();
    assert!(prices.is_sorted(), "{prices:?}");
    let met = &found["met"];
    let of = |key: &str| met[key].as_f64().unwrap();
    near(&met["neededTonnes"], of("emittedTonnes") - of("allowedTonnes"));
    let saved = met["set"]["savedInYearTonnes"].as_f64().unwrap();
    let residual = met["residual"]["tonnes"].as_f64().unwrap();
    assert!((saved + residual - of("neededTonnes")).abs() < 1.0);
    let _ = served.stop();
}

#[test]
fn the_command_line_says_what_the_api_says() {
    let (_folder, url, served) = northmoor();
    let found = ask(&served, "(site: \"ZZN03\", year: 2035)");
    let arguments =
        ["abatement", "ZZN03", "--year", "2035", "--format", "json", "--database-url", &url];
    let (out, err, code) = texts(&run(&arguments));
    assert_eq!(code, 0, "{err}");
    let shown: Value = serde_json::from_str(&out).unwrap();
    let steps = found["curve"].as_array().unwrap();
    let ids: Vec<&Value> = steps.iter().map(|step| &step["remedy"]).collect();
    assert_eq!(ids, ["led-lighting", "air-source-heat-pump", "fabric-retrofit"]);
    let rows = shown["curve"].as_array().unwrap();
    assert_eq!(rows.len(), steps.len());
    for (row, step) in rows.iter().zip(steps) {
        assert_eq!(row["remedy"], step["remedy"]);
        near(&row["gbp_per_t"], step["gbpPerTonne"]["central"].as_f64().unwrap());
        near(&row["capital_gbp_high"], step["adds"]["capitalGbp"]["high"].as_f64().unwrap());
        assert!(!step["assumptions"].as_array().unwrap().is_empty());
    }
    near(&found["met"]["residual"]["tonnes"], 0.0);
    assert!(out.contains("The cheapest set that meets it saves"), "{out}");
    let (short, _, _) = texts(&run(&["abatement", "ZZN02", "--database-url", &url]));
    assert!(
        short.contains("No set meets it. The cheapest of those that save most saves"),
        "{short}"
    );
    let set = found["met"]["set"]["remedies"].as_array().unwrap();
    let rows: Vec<&Value> =
        shown["set"].as_array().unwrap().iter().map(|row| &row["remedy"]).collect();
    assert_eq!(rows, set.iter().collect::<Vec<_>>());
    assert_eq!(found["prices"], "prices of 2025");
    let rests_on = found["restsOn"].to_string();
    for words in [
        "CRREM",
        "crrem-2.05-uk",
        "long-run-marginal",
        "green-book-2026",
        "desnz-2023-11",
        "Quarterly",
    ] {
        assert!(rests_on.contains(words) && out.contains(words), "{words}");
    }
    let _ = served.stop();
}

#[test]
fn what_is_not_surveyed_is_left_out_with_the_measure_to_survey() {
    let (_folder, _, served) = northmoor();
    let found = ask(&served, "(site: \"ZZN02\")");
    let left_out = found["leftOut"].as_array().unwrap();
    let of = |remedy: &str| left_out.iter().find(|one| one["remedy"] == remedy).unwrap();
    for (remedy, measure) in
        [("air-source-heat-pump", "annual-chp-gas-kwh"), ("rooftop-solar", "roof-pv-potential-kwp")]
    {
        assert_eq!(of(remedy)["kind"], "TO_SURVEY");
        assert!(of(remedy)["reason"].as_str().unwrap().contains(measure));
    }
    assert_eq!(of("battery")["kind"], "UNKNOWN");
    // What is sized nowhere is in no set.
    assert_eq!(found["met"]["set"]["remedies"].to_string(), "[\"led-lighting\"]");
    let _ = served.stop();
}

#[test]
fn a_deployment_adds_to_what_is_emitted_and_to_what_can_be_saved() {
    let (_folder, _, served) = northmoor();
    let without = ask(&served, "(site: \"ZZN03\", year: 2030)");
    let with = ask(
        &served,
        "(site: \"ZZN03\", year: 2030, deployment: [{ technology: \"ai-ct\", quantity: 2 }])",
    );
    near(&without["addedKwh"], 0.0);
    // Two scanners of 26,000 kWh a year.
    near(&with["addedKwh"], 52_000.0);
    let of = |found: &Value| found["met"]["neededTonnes"].as_f64().unwrap();
    assert!(of(&with) > of(&without));
    let saved = |found: &Value| {
        step(found, "led-lighting")["adds"]["electricitySavedKwh"]["central"].as_f64().unwrap()
    };
    assert!(saved(&with) > saved(&without));
    let _ = served.stop();
}

#[test]
fn the_national_path_needs_a_baseline() {
    let (_folder, _, served) = northmoor();
    let without = ask(&served, "(site: \"ZZN03\", path: NATIONAL)");
    assert!(without["met"].is_null());
    assert!(without["unknown"][0].as_str().unwrap().contains("baseline"), "{}", without["unknown"]);
    assert!(!without["curve"].as_array().unwrap().is_empty());
    let with = ask(&served, "(site: \"ZZN03\", path: NATIONAL, year: 2040, baselineTonnes: 4000)");
    // The NHS in England is to be at net zero by 2040 for what it controls.
    near(&with["met"]["allowedTonnes"], 0.0);
    let earlier =
        ask(&served, "(site: \"ZZN03\", path: NATIONAL, year: 2036, baselineTonnes: 4000)");
    assert!(earlier["met"]["allowedTonnes"].as_f64().unwrap() > 0.0);
    let _ = served.stop();
}

#[test]
fn what_cannot_be_answered_is_refused_with_the_reason() {
    let (_folder, url, served) = northmoor();
    for (arguments, code, words) in [
        ("(year: 2026)", "INVALID", "from 2027 to 2050"),
        ("(year: 2051)", "INVALID", "from 2027 to 2050"),
        ("(baselineTonnes: -1)", "INVALID", "amount of tonnes"),
        ("(site: \"ZZN03\", filter: {})", "INVALID", "not both"),
        ("(deployment: [{ technology: \"ai-ct\" }])", "INVALID", "at one site"),
        (
            "(site: \"ZZN03\", deployment: [{ technology: \"ai-inference-node\" }])",
            "INVALID",
            "is not known",
        ),
        ("(site: \"nowhere\")", "NOT_FOUND", "nowhere"),
        ("(filter: { organisation: \"nobody\" })", "NOT_FOUND", "nobody"),
    ] {
        let answer = served.ask(&format!("{{ abatement{arguments} {{ sites }} }}"));
        let (found, said) = first_error(&answer);
        assert_eq!(found, code, "{arguments}: {said}");
        assert!(said.contains(words), "{arguments}: {said}");
    }
    for (arguments, words) in [
        (&["--year", "2051"][..], "from 2027 to 2050"),
        (&["--deploy", "ai-ct"], "at one site"),
        (&["nowhere"], "nowhere"),
    ] {
        let all = [&["abatement", "--database-url", &url][..], arguments].concat();
        let (_, err, code) = texts(&run(&all));
        assert_eq!(code, 1, "{arguments:?}");
        assert!(err.contains(words), "{arguments:?}: {err}");
    }
    let (_, err, code) = texts(&run(&["abatement", "--path", "straight"]));
    assert_eq!(code, 2);
    assert!(err.contains("crrem, national"), "{err}");
    let _ = served.stop();
}
