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

    // The whole estate is of one nation, and with a baseline stands against its targets as well.
    let data_with = served
        .query(&format!("{{ netZero(baselineTonnes: 2400000) {{ {NATIONAL} }} }} {PROJECTION}"));
    let national = &data_with["netZero"]["national"];
    assert!(national["unknown"].is_null(), "{}", national["unknown"]);
    let without = &national["paths"][0]["without"];
    let points = [(2020, 1.0), (2032, 0.531), (2040, 0.0)];
    let (first, sum) = national_by_hand(without["years"].as_array().unwrap(), 2_400_000.0, &points);
    assert_eq!(without["firstYearAbove"], first);
    near(&without["above"]["tonnes"], sum, 1.0);

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

/// What lies above a path between the shares of a baseline, worked out here again from the years.
fn national_by_hand(years: &[Value], baseline: f64, points: &[(i32, f64)]) -> (i64, f64) {
    let allowed = |year: i32| {
        let after = points.iter().position(|(at, _)| *at > year);
        let Some(after) = after else { return 0.0 };
        let ((from, share), (to, next)) = (points[after - 1], points[after]);
        baseline * (share + (next - share) * f64::from(year - from) / f64::from(to - from))
    };
    let (mut first, mut sum) = (0, 0.0);
    for one in years {
        let year = i32::try_from(one["year"].as_i64().unwrap()).unwrap();
        let emitted = one["emittedTonnes"].as_f64().unwrap();
        near(&one["allowedTonnes"], allowed(year), 1e-6);
        let above = (emitted - allowed(year)).max(0.0);
        near(&one["aboveTonnes"], above, 1e-6);
        if above > 0.0 && first == 0 {
            first = i64::from(year);
        }
        sum += if year >= 2026 { above } else { 0.0 };
    }
    (first, sum)
}

const NATIONAL: &str = "national { baselineTonnes unknown gridPath compared \
    targets { footprint lessPercent baselineYear isRebased yearTo path evidence source } \
    paths { nation id asks baselineYear evidence \
        without { ...projection } withLow { ...projection } withHigh { ...projection } } }";
const PROJECTION: &str = "fragment projection on NationalProjection { firstYearAbove unknown \
    above { fromYear toYear tonnes priceBaseYear cost { low central high } } \
    years { year allowedFraction allowedTonnes emittedTonnes aboveTonnes aboveSoFarTonnes } }";

#[test]
fn the_targets_of_the_nation_stand_beside_crrem_as_shares_and_with_a_baseline_in_tonnes() {
    let folder = tempfile::tempdir().unwrap();
    let url = database(folder.path());
    for name in ["northmoor-2026.csv", "northmoor-rooms-2026.csv"] {
        let file = root().join("datasets/demo").join(name);
        let arguments = ["import", "--accept", "--database-url", &url, file.to_str().unwrap()];
        assert_eq!(texts(&run(&arguments)).2, 0);
    }
    let served = Served::start(&url);
    let ask = |arguments: &str| {
        let query = format!(
            "{{ netZero(site: \"ZZN02\"{arguments}) {{ {NATIONAL} nationalUnknown \
               without {{ above {{ tonnes }} }} withLow {{ above {{ tonnes }} }} }} }} {PROJECTION}"
        );
        served.query(&query)["netZero"].clone()
    };

    // Without a baseline: what the targets ask, why there are no tonnes, and none.
    let bare = ask("");
    let national = &bare["national"];
    assert_eq!(bare["nationalUnknown"], national["unknown"]);
    let why = national["unknown"].as_str().unwrap();
    assert!(
        why.contains("is not surveyed") && why.contains("2020 (NHS Carbon Footprint)"),
        "{why}"
    );
    assert_eq!(national["gridPath"], "grid-average-commercial");
    assert!(national["compared"].as_str().unwrap().contains("energy of the sites alone"));
    let paths = national["paths"].as_array().unwrap();
    let ids: Vec<&str> = paths.iter().map(|path| path["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["nhs-carbon-footprint", "nhs-carbon-footprint-plus"]);
    assert_eq!(
        paths[0]["asks"],
        "80 % less than in 1990 between 2028 and 2032, which is 46.9 % less than in 2020; net zero by 2040"
    );
    assert_eq!(
        paths[1]["asks"],
        "80 % less than in 1990 between 2036 and 2039, which is 73 % less than in 2019; net zero by 2045"
    );
    let evidence = paths.iter().map(|path| path["evidence"].as_str().unwrap());
    assert_eq!(evidence.collect::<Vec<_>>(), ["DERIVED", "RECALLED"]);
    for target in national["targets"].as_array().unwrap() {
        assert!(!target["source"].as_str().unwrap().is_empty(), "{target}");
    }
    let without = &paths[0]["without"];
    assert!(without["firstYearAbove"].is_null() && without["above"].is_null(), "{without}");
    let words = without["unknown"][0].as_str().unwrap();
    assert_eq!(words, "what was emitted in the baseline year 2020 is not known");
    let year = |at: i32| {
        let all = without["years"].as_array().unwrap();
        all.iter().find(|one| one["year"] == at).unwrap()
    };
    near(&year(2032)["allowedFraction"], 0.531, 1e-12);
    assert!(year(2032)["allowedTonnes"].is_null() && year(2032)["aboveTonnes"].is_null());

    // With it: 6,497,000 kWh by the average grid of 2032, 13,938,000 of gas and 55,800 of gas oil.
    let found = ask(
        ", baselineTonnes: 3000, deployment: [{technology: \"ai-training-node\", quantity: 4}]",
    );
    let national = &found["national"];
    assert!(national["unknown"].is_null() && found["nationalUnknown"].is_null());
    near(&national["baselineTonnes"], 3000.0, 0.0);
    let points: [&[(i32, f64)]; 2] =
        [&[(2020, 1.0), (2032, 0.531), (2040, 0.0)], &[(2019, 1.0), (2039, 0.27), (2045, 0.0)]];
    let fuels = 13_938.0 * 0.18296 + 55.8 * 0.25654;
    for (path, points) in national["paths"].as_array().unwrap().iter().zip(points) {
        let mut sums = Vec::new();
        for (case, kwh) in [("without", 0.0), ("withLow", 214_444.0), ("withHigh", 357_408.0)] {
            let case = &path[case];
            let years = case["years"].as_array().unwrap();
            assert_eq!((&years[0]["year"], years.len()), (&2025.into(), 26));
            // The factor of 2026 of the average grid, and not that of CRREM.
            let emitted = (6_497_000.0 + kwh) * 0.106_125 / 1000.0 + fuels;
            near(&years[1]["emittedTonnes"], emitted, 0.5);
            let (first, sum) = national_by_hand(years, 3000.0, points);
            assert_eq!(case["firstYearAbove"], first);
            let above = &case["above"];
            near(&above["tonnes"], sum, 1e-6);
            assert_eq!((&above["fromYear"], &above["toYear"]), (&2026.into(), &2050.into()));
            let cost = |which: &str| above["cost"][which].as_f64().unwrap();
            assert!(cost("low") < cost("central") && cost("central") < cost("high"));
            sums.push((first, sum, cost("central")));
        }
        assert!(sums[0].0 >= sums[1].0 && sums[1].0 >= sums[2].0, "{sums:?}");
        assert!(sums[0].1 < sums[1].1 && sums[1].1 < sums[2].1, "{sums:?}");
        assert!(sums[0].2 < sums[1].2 && sums[1].2 < sums[2].2, "{sums:?}");
    }
    let crrem = |case: &str| found[case]["above"]["tonnes"].as_f64().unwrap();
    assert!(crrem("without") < crrem("withLow"));

    // The command line says the same, side by side.
    let shown = json(&[
        "netzero",
        "ZZN02",
        "--baseline",
        "3000",
        "--deploy",
        "ai-training-node=4",
        "--format",
        "json",
        "--database-url",
        &url,
    ]);
    let rows = shown["paths"].as_array().unwrap();
    let ids: Vec<&str> = rows.iter().map(|row| row["path"].as_str().unwrap()).collect();
    assert_eq!(ids, ["crrem", "england/nhs-carbon-footprint", "england/nhs-carbon-footprint-plus"]);
    for (row, path) in rows[1..].iter().zip(national["paths"].as_array().unwrap()) {
        for (key, case) in [("", "without"), ("with_low_", "withLow"), ("with_high_", "withHigh")] {
            let above = &path[case]["above"];
            let year = path[case]["firstYearAbove"].to_string();
            assert_eq!(row[format!("{key}leaves_in")], year.as_str(), "{row}");
            near(&row[format!("{key}above_t")], above["tonnes"].as_f64().unwrap(), 1e-6);
            for estimate in ["low", "central", "high"] {
                let cost = above["cost"][estimate].as_f64().unwrap();
                near(&row[format!("{key}gbp_{estimate}")], cost, 0.006);
            }
        }
    }
    near(&rows[0]["with_low_above_t"], crrem("withLow"), 1e-6);

    let answer = served.ask("{ netZero(site: \"ZZN02\", baselineTonnes: -1) { sites } }");
    assert_eq!(first_error(&answer), ("INVALID", "a baseline is an amount of tonnes"));
    let _ = served.stop();
}

#[test]
fn each_nation_has_its_own_targets_and_several_share_no_baseline() {
    let served = Served::demo();
    let ask = |filter: &str| {
        let query =
            format!("{{ netZero(baselineTonnes: 50000{filter}) {{ {NATIONAL} }} }} {PROJECTION}");
        served.query(&query)["netZero"]["national"].clone()
    };
    let all = ask("");
    assert!(all["unknown"].as_str().unwrap().contains("ask for one nation at a time"), "{all}");
    let of_all = all["paths"].as_array().unwrap();
    assert_eq!(of_all.len(), 6);
    for path in of_all {
        assert!(path["without"]["above"].is_null());
        assert!(!path["without"]["unknown"].as_array().unwrap().is_empty());
    }
    for (nation, asks, last) in [
        ("SCOTLAND", "75 % less than in 1990 by 2030; net zero by 2040", 2050),
        ("WALES", "16 % less than in 2018 by 2025; 34 % less than in 2018 by 2030", 2030),
        ("NORTHERN_IRELAND", "48 % less than in 1990 by 2030; net zero by 2050", 2050),
    ] {
        let found = ask(&format!(", filter: {{ nation: {nation} }}"));
        assert!(found["unknown"].is_null(), "{found}");
        let path = &found["paths"][0];
        assert_eq!(path["asks"], asks);
        // After its last target nothing is said of Wales, so nothing is counted.
        assert_eq!(path["without"]["above"]["toYear"], last, "{nation}");
    }
    let wales = ask(", filter: { nation: WALES }");
    let aim = &wales["paths"][1];
    assert_eq!(aim["asks"], "net zero by 2030");
    assert_eq!(aim["without"]["unknown"][0], "the baseline year of wales is not known");
    assert!(aim["baselineYear"].is_null() && aim["without"]["above"].is_null());
    let heat = ask(", filter: { nation: SCOTLAND }");
    let heat = heat["targets"].as_array().unwrap().clone();
    let heat = heat.iter().find(|one| one["footprint"] == "nhs-building-heat").unwrap();
    assert!(heat["path"].is_null() && heat["evidence"] == "VERIFIED", "{heat}");
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

#[test]
fn whole_life_carbon_of_a_remedy_is_made_replaced_and_saves_by_year() {
    let served = Served::demo();
    let run = "{ modules { module knownTonnes unknown } energyInUse { year tonnes } \
                 wholeLife { knownTonnes unknown } }";
    let ask = |arguments: &str| {
        let query = format!(
            "{{ remedyWholeLifeCarbon({arguments}) {{ remedy unit embodiedItem gridPath unknown \
                quantity {{ low central high }} gasSavedKwh {{ low central high }} \
                electricitySavedKwh {{ low central high }} low {run} central {run} high {run} }} }}"
        );
        served.query(&query)["remedyWholeLifeCarbon"].clone()
    };
    let module = |run: &Value, name: &str| {
        let all = run["modules"].as_array().unwrap();
        all.iter().find(|one| one["module"] == name).unwrap().clone()
    };
    let pump =
        ask("remedy: \"air-source-heat-pump\", site: \"ZZN03\", fromYear: 2026, studyYears: 25");
    assert_eq!((&pump["unit"], &pump["unknown"]), (&"kW".into(), &Value::Null));
    // Gas of 10,655,000 kWh gives heat at 80 %, over 2,500 hours; a kWh of electricity gives 2.5 of it.
    near(&pump["gasSavedKwh"]["central"], 10_655_000.0, 1e-3);
    near(&pump["quantity"]["central"], 10_655_000.0 * 0.8 / 2500.0, 1e-6);
    near(&pump["electricitySavedKwh"]["central"], -10_655_000.0 * 0.8 / 2.5, 1e-3);
    let central = &pump["central"];
    let made = 3409.6 * 0.12;
    near(&module(central, "a1-a3")["knownTonnes"], made, 1e-6);
    // A life of 20 years is replaced once in 25.
    near(&module(central, "b4")["knownTonnes"], made, 1e-6);
    let years = central["energyInUse"].as_array().unwrap();
    assert_eq!((years.len(), &years[0]["year"]), (25, &2026.into()));
    let first = 3_409_600.0 * 0.106_125 / 1000.0 - 10_655.0 * 0.18296;
    near(&years[0]["tonnes"], first, 0.01);
    let sum: f64 = years.iter().map(|year| year["tonnes"].as_f64().unwrap()).sum();
    near(&module(central, "b6")["knownTonnes"], sum, 1e-6);
    near(&central["wholeLife"]["knownTonnes"], 2.0 * made + sum, 1e-6);
    for name in ["a4", "a5", "b1", "b7", "c", "d"] {
        assert_eq!(module(central, name)["unknown"].as_array().unwrap().len(), 1, "{name}");
    }
    let b6 = |run: &str| module(&pump[run], "b6")["knownTonnes"].as_f64().unwrap();
    assert!(b6("low") < b6("central") && b6("central") < b6("high"));

    // What nobody has published is unknown and not nothing.
    let lights = ask("remedy: \"led-lighting\", site: \"ZZN03\", fromYear: 2026, studyYears: 5");
    assert!(lights["embodiedItem"].is_null());
    let made = module(&lights["central"], "a1-a3");
    assert_eq!(made["unknown"][0], "a1-a3 of led-lighting is not known");
    let solar = ask("remedy: \"rooftop-solar\", site: \"ZZN03\", fromYear: 2026, studyYears: 5");
    assert!(solar["central"].is_null() && solar["quantity"].is_null());
    assert!(solar["unknown"].as_str().unwrap().contains("roof-pv-potential-kwp"), "{solar}");
    let solar = ask("remedy: \"rooftop-solar\", quantity: 100, fromYear: 2026, studyYears: 5");
    near(&module(&solar["high"], "a1-a3")["knownTonnes"], 78.0, 1e-9);
    let why = "what it saves without a site is not known";
    assert_eq!(module(&solar["high"], "b6")["unknown"][0], why);
    assert!(solar["gasSavedKwh"].is_null() && solar["high"]["energyInUse"][0].is_null());

    for (arguments, code, words) in [
        ("remedy: \"none\", quantity: 1, fromYear: 2026, studyYears: 5", "NOT_FOUND", "no remedy"),
        ("remedy: \"ups\", site: \"XX\", fromYear: 2026, studyYears: 5", "NOT_FOUND", "no site"),
        ("remedy: \"ups\", fromYear: 2026, studyYears: 5", "INVALID", "a site or a quantity"),
        ("remedy: \"ups\", quantity: 0, fromYear: 2026, studyYears: 5", "INVALID", "above 0"),
        ("remedy: \"ups\", quantity: 1, fromYear: 2026, studyYears: 61", "INVALID", "from 1 to 60"),
        ("remedy: \"ups\", quantity: 1, fromYear: 1999, studyYears: 5", "INVALID", "2000 to 2100"),
    ] {
        let answer = served.ask(&format!("{{ remedyWholeLifeCarbon({arguments}) {{ remedy }} }}"));
        let (found, message) = first_error(&answer);
        assert_eq!(found, code, "{arguments}: {message}");
        assert!(message.contains(words), "{arguments}: {message}");
    }
    let _ = served.stop();
}

#[test]
fn the_command_line_tells_whole_lives_as_the_api_does() {
    let folder = tempfile::tempdir().unwrap();
    let url = database(folder.path());
    let files = ["northmoor-2026.csv", "northmoor-answers-2026.csv"];
    for file in files.map(|name| root().join("datasets/demo").join(name)) {
        let arguments = ["import", "--accept", "--database-url", &url, file.to_str().unwrap()];
        assert_eq!(texts(&run(&arguments)).2, 0);
    }
    let ask = |words: &str| {
        let words: Vec<&str> = words.split_whitespace().collect();
        let rest = ["--database-url", url.as_str()];
        texts(&run(&["whole-life"].into_iter().chain(words).chain(rest).collect::<Vec<_>>()))
    };
    let (out, _, code) = ask("ai-training-node --quantity 2 --years 10 --format json");
    assert_eq!(code, 0, "{out}");
    let shown: Value = serde_json::from_str(&out).unwrap();
    let row = |name: &str| {
        let rows = shown["modules"].as_array().unwrap();
        rows.iter().find(|row| row["module"] == name).unwrap().clone()
    };
    near(&row("a1-a3")["central_t"], 14.024, 1e-9);
    near(&row("b6")["high_t"], 92.7263, 1e-4);
    // Of what nobody knows there is no number, and a reason.
    assert!(row("b6")["central_t"].is_null() && row("a1-a3")["low_t"].is_null());
    assert_eq!(row("b6")["central_unknown"], "the electricity used is not known");
    assert_eq!(shown["energy_in_use"].as_array().unwrap().len(), 10);
    let (out, _, code) = ask("air-source-heat-pump --site ZZN03");
    assert_eq!(code, 0, "{out}");
    for words in [
        "Air-source heat pump at ZZN03, 3409.6 (low 1864.625, high 6250.933) kW, 2026 to 2050.",
        "The site takes 3,409,600 (low 2,330,781.25, high 5,209,111.111) kWh more of electricity a year.",
        "The site takes 10,655,000 kWh less of natural gas a year.",
        "Energy in use by year",
    ] {
        assert!(out.contains(words), "{words}: {out}");
    }
    let (out, _, _) = ask("led-lighting --site ZZN03 --years 5 --format csv");
    assert!(out.contains("a1-a3 of led-lighting is not known"), "{out}");
    for (words, says) in [
        ("none", "there is no technology or remedy \"none\""),
        ("ai-training-node --site ZZN03", "takes the same at every site"),
        ("ai-training-node --quantity 1.5", "whole number from 1 to 10000"),
        ("ai-training-node --years 0", "whole number from 1 to 60"),
    ] {
        let (_, err, code) = ask(words);
        assert!(code == 1 && err.contains(says), "{words}: {err}");
    }
    let (out, err, code) = ask("battery --site ZZN03");
    assert!(code == 0 && out.contains("not known. What a battery saves"), "{out}{err}");
}
