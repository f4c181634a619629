//! The faces agree: GraphQL, tiles, GeoJSON, workbook, CSV and command line give the same score and
//! the same pounds for every site, on both databases, and totals are the sums of their lines.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the finding")]

use calamine::{Data, Reader, Xlsx};
use mvt_reader::feature::Value as TileValue;
use serde_json::Value;
use siteworthy_tests::program::{Served, run, texts};
use siteworthy_tests::{postgres, root, shared_data};
use std::collections::BTreeMap;
use std::fs;
use std::io::Cursor;

/// What one face says of a site: readiness, score and pounds, both none where nothing is known.
type Said = (String, Option<f64>, Option<f64>);

fn databases(folder: &std::path::Path) -> Vec<String> {
    let sqlite = format!("sqlite://{}", folder.join("faces.db").display());
    std::iter::once(sqlite).chain(postgres::fresh_database()).collect()
}

fn demo_files() -> Vec<std::path::PathBuf> {
    let folder = root().join("datasets/demo");
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<_> =
        paths.filter(|path| path.extension().is_some_and(|end| end == "csv")).collect();
    paths.sort();
    paths
}

#[test]
fn all_faces_say_the_same_of_the_demonstration_estate() {
    let folder = tempfile::tempdir().unwrap();
    for database in databases(folder.path()) {
        let served = Served::start(&database);
        for path in demo_files() {
            let name = path.file_name().unwrap().to_str().unwrap();
            let _ = served.import(name, &fs::read(&path).unwrap());
        }
        for technology in technologies_of_sites(&served) {
            compare(&served, &technology, &database);
        }
        compare_what_is_below_minimum(&served, &database);
        compare_totals(&served, &database);
        let _ = served.stop();
    }
}

/// Of a day on which one survey was not withdrawn yet and another not accepted yet.
#[test]
fn all_faces_say_the_same_of_a_day_in_the_past() {
    let folder = tempfile::tempdir().unwrap();
    for database in databases(folder.path()) {
        siteworthy_tests::history::write(
            &database,
            &[
                ("2026-02-10T09:00:00Z", "accept", "northmoor-2026.csv"),
                ("2026-02-10T09:30:00Z", "accept", "postcodes.csv"),
                ("2026-03-10T23:59:59.999999Z", "accept", "northmoor-rooms-2026.csv"),
                ("2026-03-11T00:00:00Z", "accept", "glenavon-2026.csv"),
                ("2026-04-10T09:00:00Z", "withdraw", "northmoor-2026.csv"),
                ("2026-04-11T09:00:00Z", "accept", "four-shores-2026.csv"),
            ],
        );
        let mut served = Served::start(&database);
        let now = by_graphql(&served, "voice-scribe");
        served.as_of = Some("2026-03-10");
        let then = by_graphql(&served, "voice-scribe");
        assert!(then.contains_key("ZZN02") && !then.keys().any(|code| code.starts_with("ZZG")));
        assert_ne!(now, then);
        for technology in ["voice-scribe", "surgical-robot", "ai-inference-node"] {
            compare(&served, technology, &database);
        }
        compare_totals(&served, &database);
        let _ = served.stop();
    }
}

#[test]
fn all_faces_say_the_same_of_the_national_return() {
    let Some(eric) = shared_data("eric/2023_24/ERIC_Site.csv") else { return };
    let Some(postcodes) = shared_data("codepoint_open/codepo_gb_nhs_subset.csv") else { return };
    let folder = tempfile::tempdir().unwrap();
    for database in databases(folder.path()) {
        let served = Served::start(&database);
        let _ = served.import("ERIC_Site.csv", &fs::read(&eric).unwrap());
        let _ = served.import("codepo.csv", &fs::read(&postcodes).unwrap());
        assert_the_record_holds_the_whole_return(&served);
        assert_power_is_judged_from_real_numbers(&served);
        compare(&served, "ai-inference-node", &database);
        compare_totals(&served, &database);
        let _ = served.stop();
    }
}

/// Every technology that is judged at sites; those of homes have no readiness there.
fn technologies_of_sites(served: &Served) -> Vec<String> {
    let data = served.query("{ profiles { id place } }");
    let profiles = data["profiles"].as_array().unwrap().iter();
    let of_sites = profiles.filter(|profile| profile["place"] != "home");
    of_sites.map(|profile| profile["id"].as_str().unwrap().to_owned()).collect()
}

/// Every page of sites, as the nodes that a query asks for.
fn all_sites(served: &Served, arguments: &str, node: &str) -> Vec<Value> {
    let mut nodes = Vec::new();
    let mut after = String::new();
    loop {
        let mut data = served.query(&format!(
            "{{ sites(first: 500{arguments}{after}) {{ pageInfo {{ hasNextPage endCursor }} nodes {{ {node} }} }} }}"
        ));
        let Value::Array(page) = data["sites"]["nodes"].take() else { panic!("{data}") };
        nodes.extend(page);
        let info = &data["sites"]["pageInfo"];
        if info["hasNextPage"] == false {
            return nodes;
        }
        after = format!(", after: {}", info["endCursor"]);
    }
}

fn assert_the_record_holds_the_whole_return(served: &Served) {
    let measures = "gross-internal-area-m2 backlog-high-gbp backlog-significant-gbp \
                    backlog-moderate-gbp backlog-low-gbp max-demand-kw agreed-import-capacity-kva";
    let ids: Vec<String> = measures.split_whitespace().map(|id| format!("{id:?}")).collect();
    let node =
        format!("code isPooled observations(measures: [{}]) {{ measure value }}", ids.join(", "));
    let sites = all_sites(served, ", filter: {withPooled: true}", &node);
    assert_eq!(sites.len(), 2_869);
    assert_eq!(sites.iter().filter(|site| site["isPooled"] == true).count(), 159);
    let (mut area, mut backlog, mut both) = (0.0, 0.0, 0);
    for site in &sites {
        let mut power = 0;
        for observation in site["observations"].as_array().unwrap() {
            let value = observation["value"].as_f64().unwrap();
            match observation["measure"].as_str().unwrap() {
                "gross-internal-area-m2" => area += value,
                "max-demand-kw" | "agreed-import-capacity-kva" => power += 1,
                _ => backlog += value,
            }
        }
        both += i32::from(power == 2);
    }
    assert_eq!((area, backlog, both), (27_505_539.0, 13_753_275_035.0, 939));
}

/// The return says something of power and nothing of anything else that an AI node needs.
fn assert_power_is_judged_from_real_numbers(served: &Served) {
    let node = "code readiness(technology: \"ai-inference-node\") { readiness score scoreOfAnswered \
                requirements { id verdict valueLow inputs { measure row } } }";
    let sites = all_sites(served, "", node);
    assert_eq!(sites.len(), 2_710, "pooled rows are not judged");
    let mut verdicts: BTreeMap<String, usize> = BTreeMap::new();
    let (mut contradictory, mut full_marks) = (0, 0);
    for site in &sites {
        let readiness = &site["readiness"][0];
        // A full mark for the one question that the return answers is the score of no site.
        assert!(readiness["score"].is_null(), "{site}");
        full_marks += i32::from(readiness["scoreOfAnswered"] == 100.0);
        let word = readiness["readiness"].as_str().unwrap();
        assert!(["INDETERMINATE", "NOT_READY"].contains(&word), "{site}");
        for requirement in readiness["requirements"].as_array().unwrap() {
            let verdict = requirement["verdict"].as_str().unwrap();
            if requirement["id"] == "electrical-headroom" {
                *verdicts.entry(verdict.to_owned()).or_default() += 1;
                let is_known = !requirement["valueLow"].is_null();
                let has_both = requirement["inputs"].as_array().unwrap().len() == 2;
                contradictory += i32::from(has_both && !is_known);
                assert!(has_both || !is_known, "{site}");
                assert!(is_known || verdict == "UNKNOWN", "{site}");
            } else {
                assert_eq!(verdict, "UNKNOWN", "{site}");
            }
        }
    }
    // Counted from the file by itself: of the 917 sites with both figures that are not pooled, 93 have
    // a demand above their capacity; of the others, what 80 per cent of the capacity leaves of
    // 2.55 kVA at power factors 0.5 and 1.
    assert_eq!((contradictory, full_marks), (93, 261));
    let expected = [("MEETS_TARGET", 261), ("SHORT", 177), ("UNKNOWN", 2_710 - 261 - 177)];
    let expected = expected.map(|(word, count)| (word.to_owned(), count));
    assert_eq!(verdicts, BTreeMap::from(expected));
}

fn compare(served: &Served, technology: &str, database: &str) {
    let graphql = by_graphql(served, technology);
    let placed = graphql.iter().filter(|(_, (_, is_placed))| *is_placed);
    let placed: BTreeMap<String, Said> =
        placed.map(|(code, (said, _))| (code.clone(), said.clone())).collect();
    let all: BTreeMap<String, Said> =
        graphql.iter().map(|(code, (said, _))| (code.clone(), said.clone())).collect();
    assert!(!placed.is_empty());
    assert_eq!(by_tiles(served, technology), placed, "tiles, {technology}");
    assert_eq!(by_geojson(served, technology), placed, "geojson, {technology}");
    let (sites, workbook_total, line_sum) = by_workbook(served, technology);
    assert_eq!(sites, all, "workbook, {technology}");
    let told = all.iter().map(|(code, (word, score, _))| (code.clone(), (word.clone(), *score)));
    let told: BTreeMap<String, (String, Option<f64>)> = told.collect();
    assert_eq!(by_readiness(served, technology, database), told, "readiness, {technology}");
    // Not known where something may be missing and no line has a price: the lines are then nothing.
    let known_total = total_by_graphql(served, technology);
    assert_eq!(workbook_total, known_total, "workbook, {technology}");
    let graphql_total = known_total.unwrap_or_default();
    let site_sum: i64 = all.values().filter_map(|(_, _, pounds)| pounds.map(pence)).sum();
    for (face, total) in [
        ("workbook lines", line_sum),
        ("csv lines", by_csv(served, technology)),
        ("command line", by_command(served, technology, database)),
        ("sites", site_sum),
    ] {
        assert_eq!(total, graphql_total, "{face}, {technology}");
    }
}

/// A site that is ready may be short of what is no gate: every face tells of how much, and explain names
/// it.
fn compare_what_is_below_minimum(served: &Served, database: &str) {
    let technology = "voice-scribe";
    let query = format!(
        "{{ sites(first: 1000) {{ nodes {{ code readiness(technology: \"{technology}\") \
         {{ belowMinimum requirements {{ verdict }} }} }} }} }}"
    );
    let data = served.query(&query);
    let geojson = served.get(&format!("/sites.geojson?technologies={technology}")).json();
    let base =
        ["readiness", "--format", "csv", "--database-url", database, "--technology", technology];
    let (csv, err, code) = texts(&run(&dated(served, &base)));
    assert_eq!(code, 0, "{err}");
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let headings = reader.headers().unwrap().clone();
    let at = |wanted: &str| headings.iter().position(|heading| heading == wanted).unwrap();
    let [site, below] = ["site_code", "below_minimum"].map(at);
    let listed: BTreeMap<String, String> = reader
        .records()
        .map(Result::unwrap)
        .map(|row| (row[site].to_owned(), row[below].to_owned()))
        .collect();
    let mut counts = Vec::new();
    for node in data["sites"]["nodes"].as_array().unwrap() {
        let code = node["code"].as_str().unwrap();
        let readiness = &node["readiness"][0];
        let count = readiness["belowMinimum"].as_u64();
        let text = count.map_or_else(String::new, |count| count.to_string());
        assert_eq!(listed[code], text, "{code}");
        let features = geojson["features"].as_array().unwrap();
        let placed = features.iter().find(|one| one["properties"]["code"] == code);
        if let Some(placed) = placed {
            let said = &placed["properties"]["readiness"][technology]["below_minimum"];
            assert_eq!(said.as_u64(), count, "{code}");
        }
        let Some(count) = count else { continue };
        let requirements = readiness["requirements"].as_array().unwrap();
        let short = requirements.iter().filter(|one| one["verdict"] == "SHORT").count();
        assert_eq!(count, short as u64, "{code}");
        counts.push(count);
    }
    assert!(counts.iter().any(|count| *count > 0) && counts.contains(&0));
}

/// For all technologies together, where remedies are shared: low, central and high total are the sums
/// of the lines on every face.
fn compare_totals(served: &Served, database: &str) {
    let data = served.query("{ investmentGap { total { capital { low central high } } } }");
    let workbook = served.get("/reports/investment-gap.xlsx").body;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(workbook)).unwrap();
    let sheet = book.worksheet_range("Lines").unwrap();
    let rows: Vec<&[Data]> = sheet.rows().collect();
    let csv = served.get("/reports/investment-gap.csv").body;
    let (command, err, code) =
        texts(&run(&dated(served, &["gap", "--format", "csv", "--database-url", database])));
    assert_eq!(code, 0, "{err}");
    assert_eq!(command.as_bytes(), csv, "the command line writes what the service sends");
    for estimate in ["low", "central", "high"] {
        let heading = format!("Capital {estimate} (GBP)");
        let total = pence(pounds(&data["investmentGap"]["total"]["capital"][estimate]));
        assert!(total > 0);
        assert_eq!(sum_of_column(&csv, &heading), total, "csv, {estimate}");
        let at = column(rows[0], &heading);
        let cells = rows[1..].iter().filter_map(|row| match &row[at] {
            Data::Float(number) => Some(pence(*number)),
            _ => None,
        });
        assert_eq!(cells.sum::<i64>(), total, "workbook, {estimate}");
    }
}

fn sum_of_column(csv: &[u8], wanted: &str) -> i64 {
    let mut reader = csv::Reader::from_reader(csv);
    let headings = reader.headers().unwrap().clone();
    let at = headings.iter().position(|heading| heading == wanted).unwrap();
    let amounts = reader.records().map(|record| record.unwrap()[at].to_owned());
    amounts.filter(|amount| !amount.is_empty()).map(|amount| pence(amount.parse().unwrap())).sum()
}

fn pence(pounds: f64) -> i64 {
    (pounds * 100.0).round() as i64
}

fn pounds(text: &Value) -> f64 {
    text.as_str().unwrap().parse().unwrap()
}

fn by_graphql(served: &Served, technology: &str) -> BTreeMap<String, (Said, bool)> {
    let mut sites = BTreeMap::new();
    let mut after = String::new();
    loop {
        let data = served.query(&format!(
            "{{ sites(first: 1000{after}) {{ pageInfo {{ hasNextPage endCursor }} nodes {{ code latitude \
             readiness(technology: \"{technology}\") {{ readiness score capital {{ central }} }} }} }} }}"
        ));
        for node in data["sites"]["nodes"].as_array().unwrap() {
            let readiness = &node["readiness"][0];
            let word = readiness["readiness"].as_str().unwrap();
            let word = word.to_lowercase().replace('_', "-");
            let capital = &readiness["capital"];
            let capital = (!capital.is_null()).then(|| pounds(&capital["central"]));
            let said = (word, readiness["score"].as_f64(), capital);
            let code = node["code"].as_str().unwrap().to_owned();
            sites.insert(code, (said, !node["latitude"].is_null()));
        }
        let page = &data["sites"]["pageInfo"];
        if page["hasNextPage"] == false {
            return sites;
        }
        after = format!(", after: {}", page["endCursor"]);
    }
}

fn total_by_graphql(served: &Served, technology: &str) -> Option<i64> {
    let data = served.query(&format!(
        "{{ investmentGap(technologies: [\"{technology}\"], parts: [READINESS]) {{ total {{ capital {{ central }} }} }} }}"
    ));
    let capital = &data["investmentGap"]["total"]["capital"];
    (!capital.is_null()).then(|| pence(pounds(&capital["central"])))
}

fn by_tiles(served: &Served, technology: &str) -> BTreeMap<String, Said> {
    let mut sites = BTreeMap::new();
    // The four tiles of zoom 4 that hold the United Kingdom, and their neighbours.
    for (x, y) in (6..=8).flat_map(|x| (4..=5).map(move |y| (x, y))) {
        let answer = served.get(&format!("/tiles/{technology}/4/{x}/{y}.mvt"));
        if answer.status == 204 {
            continue;
        }
        assert_eq!(answer.status, 200);
        let tile = mvt_reader::Reader::new(answer.body).unwrap();
        for feature in tile.get_features(0).unwrap() {
            let properties = feature.properties.unwrap();
            let text = |key: &str| match &properties[key] {
                TileValue::String(text) => text.clone(),
                other => panic!("{key}: {other:?}"),
            };
            let number = |key: &str| match properties.get(key) {
                None => None,
                Some(TileValue::Double(number)) => Some(*number),
                Some(other) => panic!("{key}: {other:?}"),
            };
            let said = (text("readiness"), number("score"), number("capital_gbp"));
            assert!(sites.insert(text("code"), said).is_none(), "a site in two tiles");
        }
    }
    sites
}

fn by_geojson(served: &Served, technology: &str) -> BTreeMap<String, Said> {
    let answer = served.get(&format!("/sites.geojson?technologies={technology}")).json();
    let features = answer["features"].as_array().unwrap().iter();
    let said = features.map(|feature| {
        let properties = &feature["properties"];
        let readiness = &properties["readiness"][technology];
        let said = (
            readiness["readiness"].as_str().unwrap().to_owned(),
            readiness["score"].as_f64(),
            readiness["capital_gbp"].as_f64(),
        );
        (properties["code"].as_str().unwrap().to_owned(), said)
    });
    said.collect()
}

/// Every site of the sheet Sites, the total of the sheet Summary and the sum of the sheet Lines.
fn by_workbook(served: &Served, technology: &str) -> (BTreeMap<String, Said>, Option<i64>, i64) {
    let answer = served
        .get(&format!("/reports/investment-gap.xlsx?technologies={technology}&parts=readiness"));
    assert_eq!(answer.status, 200);
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(answer.body)).unwrap();
    let sheet = book.worksheet_range("Sites").unwrap();
    let rows: Vec<&[Data]> = sheet.rows().collect();
    let capital = column(rows[0], "Capital central (GBP)");
    let number = |cell: &Data| match cell {
        Data::Float(number) => Some(*number),
        Data::Empty => None,
        other => panic!("{other:?}"),
    };
    let sites = rows[1..].iter().map(|row| {
        let said = (row[5].to_string(), number(&row[6]), number(&row[capital]));
        (row[0].to_string(), said)
    });
    let sites: BTreeMap<String, Said> = sites.collect();
    let summary = book.worksheet_range("Summary").unwrap();
    let whole = summary.rows().find(|row| row[0] == *"Capital in all").unwrap();
    let total = number(&whole[2]).map(pence);
    let lines = book.worksheet_range("Lines").unwrap();
    let rows: Vec<&[Data]> = lines.rows().collect();
    let capital = column(rows[0], "Capital central (GBP)");
    let sum = rows[1..].iter().filter_map(|row| number(&row[capital])).map(pence).sum();
    let statement = book.worksheet_range("Statement").unwrap();
    let labels: Vec<String> = statement.rows().skip(2).map(|row| row[0].to_string()).collect();
    for wanted in [
        "Revision of the record",
        "Rulebook hash (BLAKE3)",
        "Sites in scope",
        "Number of lines",
        "Capital, central",
    ] {
        assert!(labels.iter().any(|label| label == wanted), "{wanted} in {labels:?}");
    }
    (sites, total, sum)
}

fn column(headings: &[Data], wanted: &str) -> usize {
    headings.iter().position(|heading| *heading == *wanted).unwrap()
}

fn by_csv(served: &Served, technology: &str) -> i64 {
    let answer = served
        .get(&format!("/reports/investment-gap.csv?technologies={technology}&parts=readiness"));
    sum_of_column(&answer.body, "Capital central (GBP)")
}

/// The arguments of a command that is to answer as of the day of the service.
fn dated<'a>(served: &Served, arguments: &[&'a str]) -> Vec<&'a str> {
    let day = served.as_of.into_iter().flat_map(|day| ["--as-of", day]);
    arguments.iter().copied().chain(day).collect()
}

/// Readiness and score of every site as `siteworthy readiness` lists them.
fn by_readiness(
    served: &Served,
    technology: &str,
    database: &str,
) -> BTreeMap<String, (String, Option<f64>)> {
    let base =
        ["readiness", "--format", "csv", "--database-url", database, "--technology", technology];
    let (out, err, code) = texts(&run(&dated(served, &base)));
    assert_eq!(code, 0, "{err}");
    let mut reader = csv::Reader::from_reader(out.as_bytes());
    let headings = reader.headers().unwrap().clone();
    let at = |wanted: &str| headings.iter().position(|heading| heading == wanted).unwrap();
    let [site, readiness, score] = ["site_code", "readiness", "score"].map(at);
    // Below the sites stands what is said of all of them, in a row without a site.
    let rows = reader.records().map(Result::unwrap).filter(|row| !row[site].is_empty());
    let rows = rows
        .map(|row| (row[site].to_owned(), (row[readiness].to_owned(), row[score].parse().ok())));
    rows.collect()
}

fn by_command(served: &Served, technology: &str, database: &str) -> i64 {
    let base = [
        "gap",
        "--format",
        "csv",
        "--database-url",
        database,
        "--part",
        "readiness",
        "--technology",
        technology,
    ];
    let (out, err, code) = texts(&run(&dated(served, &base)));
    assert_eq!(code, 0, "{err}");
    sum_of_column(out.as_bytes(), "Capital central (GBP)")
}
