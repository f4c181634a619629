//! Carbon and funding from outside: what energy emitted, how far that is from the pathway, and what is
//! allocated, over GraphQL and on the command line.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the finding")]

use serde_json::Value;
use siteworthy_tests::program::{Served, first_error, run, texts};
use siteworthy_tests::{postgres, root, shared_data};
use std::fs;
use std::path::Path;

fn near(found: &Value, expected: f64, within: f64) {
    let found = found.as_f64().unwrap_or_else(|| panic!("{found} is no number"));
    assert!((found - expected).abs() <= within, "{found} is not {expected}");
}

fn database(folder: &Path) -> String {
    format!("sqlite://{}", folder.join("carbon.db").display())
}

fn json(arguments: &[&str]) -> Value {
    let (out, err, code) = texts(&run(arguments));
    assert_eq!(code, 0, "{arguments:?}: {err}");
    serde_json::from_str(&out).unwrap()
}

const NET_ZERO: &str = "netZero { sites sitesWithGaps sitesWithoutArea excessTonnes baseYear priceBaseYear setYear gridPath pathway \
    excessCost { low central high } nationalUnknown \
    without { misalignmentYear energyKwhPerM2 unknown years { year kgPerM2 allowedKgPerM2 excessTonnes } } }";

/// The national sums of the return of 2023-24: worked out apart from this program, from the file and
/// the published series.
#[test]
fn the_national_return_comes_out_as_worked_out_from_the_file() {
    let Some(eric) = shared_data("eric/2023_24/ERIC_Site.csv") else { return };
    let (_folder, served) = Served::empty();
    let _ = served.import("ERIC_Site.csv", &fs::read(&eric).unwrap());
    let data = served.query(&format!(
        "{{ {NET_ZERO} footprint {{ sites sitesWhole setYears totalTonnes \
            parts {{ part tonnes }} carriers {{ carrier kwh sitesUnknown }} }} }}"
    ));
    let found = &data["netZero"];
    near(&found["without"]["energyKwhPerM2"], 405.10, 0.01);
    assert_eq!(found["without"]["misalignmentYear"], 2023);
    let years = found["without"]["years"].as_array().unwrap();
    let of = |year: i32| years.iter().find(|one| one["year"] == year).unwrap();
    near(&of(2024)["kgPerM2"], 70.554, 0.001);
    near(&of(2024)["allowedKgPerM2"], 55.01, 0.001);
    // Emissions at flat demand, in Mt, over 27.505539 million m2.
    for (year, megatonnes) in [(2024, 1.94), (2030, 1.68), (2040, 1.58), (2050, 1.56)] {
        let emitted = of(year)["kgPerM2"].as_f64().unwrap() * 27_505_539.0 / 1e9;
        assert!((emitted - megatonnes).abs() < 0.005, "{year}: {emitted}");
    }
    near(&found["excessTonnes"], 30.9e6, 0.05e6);
    near(&found["excessCost"]["central"], 6.6e9, 0.05e9);
    let cost = |estimate: &str| found["excessCost"][estimate].as_f64().unwrap();
    assert!(cost("low") < cost("central") && cost("central") < cost("high"));
    let basis = ["priceBaseYear", "setYear", "gridPath", "sitesWithGaps", "sitesWithoutArea"];
    let basis = basis.map(|key| found[key].to_string());
    assert_eq!(basis, ["2022", "2023", "\"crrem-2.05-uk\"", "835", "0"]);
    assert!(found["nationalUnknown"].as_str().unwrap().contains("baseline"));

    let footprint = &data["footprint"];
    assert_eq!((&footprint["sites"], &footprint["setYears"][0]), (&2869.into(), &2023.into()));
    let kwh = |carrier: &str| {
        let all = footprint["carriers"].as_array().unwrap();
        all.iter().find(|one| one["carrier"] == carrier).unwrap()["kwh"].clone()
    };
    near(&kwh("ELECTRICITY"), 2_711_491_930.0, 0.5);
    near(&kwh("NATURAL_GAS"), 8_141_187_814.0, 0.5);
    let tonnes = |part: &str| {
        let all = footprint["parts"].as_array().unwrap();
        all.iter().find(|one| one["part"] == part).unwrap()["tonnes"].as_f64().unwrap()
    };
    // By the set of 2023: gas 0.18293 and gas oil 0.25650; electricity 0.20707 and heat 0.17965.
    let scope_1 = 8_141_187.814 * 0.18293 + 70_355.438 * 0.25650;
    let scope_2 = 2_711_491.930 * 0.20707 + 170_638.072 * 0.17965;
    assert!((tonnes("SCOPE_1") - scope_1).abs() < 0.5, "{} {scope_1}", tonnes("SCOPE_1"));
    assert!((tonnes("SCOPE_2") - scope_2).abs() < 0.5, "{} {scope_2}", tonnes("SCOPE_2"));
    let all: f64 =
        ["SCOPE_1", "SCOPE_2", "TRANSMISSION", "WELL_TO_TANK", "WELL_TO_TANK_TRANSMISSION"]
            .iter()
            .map(|part| tonnes(part))
            .sum();
    near(&footprint["totalTonnes"], all, 1e-6 * all);
    let _ = served.stop();
}

#[test]
fn the_command_line_says_what_the_api_says() {
    let folder = tempfile::tempdir().unwrap();
    let url = database(folder.path());
    let file = root().join("datasets/demo/northmoor-2026.csv");
    let file = file.to_str().unwrap();
    assert_eq!(texts(&run(&["import", "--accept", "--database-url", &url, file])).2, 0);
    let served = Served::start(&url);
    let data = served.query(&format!("{{ {NET_ZERO} footprint {{ totalTonnes sites }} }}"));
    let shown = json(&["footprint", "--format", "json", "--database-url", &url]);
    let total = shown["parts"].as_array().unwrap().iter().find(|row| row["part"] == "total");
    near(&total.unwrap()["tonnes_co2e"], data["footprint"]["totalTonnes"].as_f64().unwrap(), 1e-6);
    let shown = json(&["netzero", "--format", "json", "--database-url", &url]);
    let years = data["netZero"]["without"]["years"].as_array().unwrap();
    assert!(!years.is_empty());
    for (row, year) in shown["years"].as_array().unwrap().iter().zip(years) {
        assert_eq!(row["year"], year["year"].to_string());
        near(&row["without_kg_m2"], year["kgPerM2"].as_f64().unwrap(), 1e-6);
    }
    let _ = served.stop();
}

#[test]
fn a_deployment_adds_its_electricity_and_never_brings_the_year_nearer_to_alignment() {
    let folder = tempfile::tempdir().unwrap();
    let url = database(folder.path());
    for name in ["northmoor-2026.csv", "northmoor-rooms-2026.csv"] {
        let file = root().join("datasets/demo").join(name);
        assert_eq!(
            texts(&run(&["import", "--accept", "--database-url", &url, file.to_str().unwrap()])).2,
            0
        );
    }
    let served = Served::start(&url);
    let ask = |deployment: &str| {
        let query = format!(
            "{{ netZero(site: \"ZZN01\"{deployment}) {{ without {{ unknown years {{ kgPerM2 }} }} \
             withLow {{ unknown misalignmentYear years {{ kgPerM2 }} }} \
             withHigh {{ unknown years {{ kgPerM2 }} }} }} }}"
        );
        served.query(&query)["netZero"].clone()
    };
    assert!(ask("")["withLow"].is_null());
    let found = ask(", deployment: [{technology: \"ai-training-node\", quantity: 4}]");
    let years = |key: &str| -> Vec<f64> {
        let years = found[key]["years"].as_array().unwrap();
        years.iter().map(|year| year["kgPerM2"].as_f64().unwrap()).collect()
    };
    let (without, low, high) = (years("without"), years("withLow"), years("withHigh"));
    assert!(!without.is_empty());
    for ((without, low), high) in without.iter().zip(&low).zip(&high) {
        assert!(without < low && low < high, "{without} {low} {high}");
    }
    // Nobody says what an inference node takes a year: unknown, and not nothing.
    let open = ask(", deployment: [{technology: \"ai-inference-node\"}]");
    let why = open["withLow"]["unknown"][0].as_str().unwrap().to_owned();
    assert!(why.contains("AI inference node") && why.contains("not known"), "{why}");
    // A site that gives no electricity has no projection.
    let _ = served.import(
        "bare.csv",
        b"organisation,organisation_name,site,site_name,nation,setting,date,method,annual-gas-kwh,gross-internal-area-m2\n\
          ZZN,Northmoor,ZZN90,Bare,england,acute,2026-03-31,declared,1000000,5000\n",
    );
    let bare = served
        .query("{ netZero(site: \"ZZN90\") { without { unknown years { year } } excessTonnes } }");
    let unknown = bare["netZero"]["without"]["unknown"].as_array().unwrap();
    let unknown: Vec<&str> = unknown.iter().map(|why| why.as_str().unwrap()).collect();
    assert!(unknown.iter().any(|why| why.contains("electricity")), "{unknown:?}");
    assert!(bare["netZero"]["excessTonnes"].is_null());
    for (query, code, words) in [
        ("{ netZero(deployment: [{technology: \"ai-mri\"}]) { sites } }", "INVALID", "name it"),
        ("{ netZero(site: \"XX\") { sites } }", "NOT_FOUND", "there is no site"),
        ("{ netZero(site: \"ZZN01\", filter: {}) { sites } }", "INVALID", "not both"),
        ("{ footprint(setYear: 1999) { sites } }", "INVALID", "no conversion factors of 1999"),
    ] {
        let answer = served.ask(query);
        let (found, message) = first_error(&answer);
        assert_eq!(found, code, "{query}");
        assert!(message.contains(words), "{query}: {message}");
    }
    let _ = served.stop();
}

/// Runs a test on a record of each database.
fn on_both(test: impl Fn(&str)) {
    let folder = tempfile::tempdir().unwrap();
    for url in std::iter::once(database(folder.path())).chain(postgres::fresh_database()) {
        let file = root().join("datasets/demo/northmoor-2026.csv");
        let file = file.to_str().unwrap();
        assert_eq!(texts(&run(&["import", "--accept", "--database-url", &url, file])).2, 0);
        test(&url);
    }
}

#[test]
fn funding_is_entered_replaced_and_taken_back_and_audited() {
    on_both(|url| {
        let served = Served::start(url);
        let allocate = |input: &str| {
            served.ask(&format!(
                "mutation {{ allocateFunding(allocations: [{input}]) {{ organisation year money amount note }} }}"
            ))
        };
        let first = allocate(
            "{organisation: \"ZZN\", year: \"2026-27\", money: CAPITAL, amount: \"1500000.10\", note: \"Grant\"}, \
             {organisation: \"ZZN\", year: \"2026-27\", money: RUNNING, amount: \"20\"}",
        );
        let listed = first["data"]["allocateFunding"].as_array().unwrap();
        assert_eq!(listed.len(), 2, "{first}");
        assert_eq!(
            (&listed[0]["amount"], &listed[0]["money"]),
            (&"1500000.10".into(), &"CAPITAL".into())
        );
        let _ =
            allocate("{organisation: \"ZZN\", year: \"2026-27\", money: RUNNING, amount: \"0\"}");
        let shown = json(&["funding", "--format", "json", "--database-url", url]);
        assert_eq!(shown["funding"].as_array().unwrap().len(), 1, "{shown}");
        let (out, err, code) = texts(&run(&[
            "funding",
            "--database-url",
            url,
            "allocate",
            "ZZN",
            "2027-28",
            "capital",
            "2500000.50",
        ]));
        assert_eq!(code, 0, "{err}");
        assert!(out.contains("2027-28") && out.contains("command line"), "{out}");
        let (out, _, code) = texts(&run(&["audit", "--database-url", url]));
        assert_eq!(code, 0, "{out}");
        for (input, code, words) in [
            (
                "{organisation: \"NONE\", year: \"2026-27\", money: CAPITAL, amount: \"1\"}",
                "NOT_FOUND",
                "no organisation",
            ),
            (
                "{organisation: \"ZZN\", year: \"2026\", money: CAPITAL, amount: \"1\"}",
                "INVALID",
                "\"2026\" is not a financial year; write it like 2026-27",
            ),
            (
                "{organisation: \"ZZN\", year: \"2026-27\", money: CAPITAL, amount: \"0.001\"}",
                "INVALID",
                "pounds and pence",
            ),
            (
                "{organisation: \"ZZN\", year: \"2026-27\", money: CAPITAL, amount: \"-1\"}",
                "INVALID",
                "from 0 to",
            ),
            ("", "INVALID", "1 to 1000 allocations"),
        ] {
            let answer = allocate(input);
            let (found, message) = first_error(&answer);
            assert_eq!(found, code, "{input}: {message}");
            assert!(message.contains(words), "{input}: {message}");
        }
        let _ = served.stop();
    });
}

#[test]
fn whole_life_carbon_says_what_is_known_and_what_is_not() {
    let served = Served::demo();
    let run = "{ modules { module knownTonnes unknown } upfront { knownTonnes unknown } \
                 wholeLife { knownTonnes unknown } }";
    let data = served.query(&format!(
        "{{ wholeLifeCarbon(technology: \"ai-training-node\", quantity: 2, fromYear: 2026, \
              studyYears: 10) {{ profile {{ id }} quantity gridPath embodiedItem \
              low {run} central {run} high {run} }} }}"
    ));
    let found = &data["wholeLifeCarbon"];
    assert_eq!(found["embodiedItem"], "ai-server-8-h100");
    assert!(found["gridPath"].as_str().unwrap().starts_with("grid-average-commercial"));
    near(&found["central"]["upfront"]["knownTonnes"], 14.024, 1e-9);
    near(&found["high"]["wholeLife"]["knownTonnes"], 92.7263, 1e-4);
    for part in ["low", "central", "high"] {
        let modules = found[part]["modules"].as_array().unwrap();
        let names: Vec<&str> = modules.iter().map(|one| one["module"].as_str().unwrap()).collect();
        assert_eq!(names, ["a1-a3", "a4", "a5", "b1", "b4", "b6", "b7", "c", "d"]);
        assert!(!found[part]["wholeLife"]["unknown"].as_array().unwrap().is_empty());
    }
    // Software: 0.0096 kWh at the factor of 2026, and 1 of 35,040 h of 2 of 16 parts of 1,433.12 kg.
    let hardware = "hardware: { embodiedKg: 1433.12, reservedH: 1, lifeH: 35040, \
                    resourcesReserved: 2, resourcesTotal: 16 }";
    let data = served.query(&format!(
        "{{ softwareCarbon(year: 2026, energyKwh: 0.0096, {hardware}, units: 2) {{ \
              operationalG embodiedG perUnitG factorKgPerKwh gridPath }} }}"
    ));
    let found = &data["softwareCarbon"];
    near(&found["operationalG"], 0.0096 * 106.125, 1e-9);
    near(&found["embodiedG"], 5.1124, 1e-4);
    near(&found["perUnitG"], (0.0096 * 106.125 + 5.1124) / 2.0, 1e-4);
    for (query, words) in [
        (format!("softwareCarbon(year: 2060, energyKwh: 1, {hardware}, units: 2) {{ perUnitG }}"),
            "the grid path grid-average-commercial has no factor of 2060"),
        (format!("softwareCarbon(year: 2026, energyKwh: 1, {hardware}, units: 0) {{ perUnitG }}"),
            "the number of units served cannot be right"),
        ("wholeLifeCarbon(technology: \"ai-ct\", fromYear: 2026, studyYears: 0) { quantity }".to_owned(),
            "studyYears must be a whole number from 1 to 60"),
        ("wholeLifeCarbon(technology: \"ai-ct\", quantity: 0, fromYear: 2026, studyYears: 5) { quantity }".to_owned(),
            "quantity must be a whole number from 1 to 10000"),
    ] {
        let answer = served.ask(&format!("{{ {query} }}"));
        assert_eq!(first_error(&answer).0, "INVALID", "{answer}");
        assert!(first_error(&answer).1.contains(words), "{answer}");
    }
    let _ = served.stop();
}
