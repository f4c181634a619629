//! The investment gap from outside: backlog to the pound, terms, money set against it, what is refused, and
//! the same figures on every face.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the finding")]

use serde_json::Value;
use siteworthy_tests::program::{Served, command, first_error, run, texts};
use siteworthy_tests::{root, shared_data};
use std::fs;
use tempfile::TempDir;

/// One trust of the demonstration in a record of its own.
struct Record {
    folder: TempDir,
    url: String,
}

impl Record {
    fn of(files: &[&std::path::Path]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("gap.db").display());
        for file in files {
            let import = ["import", "--accept", "--database-url", &url, file.to_str().unwrap()];
            let _ = texts(&run(&import));
        }
        Self { folder, url }
    }

    fn northmoor() -> Self {
        let demo = root().join("datasets/demo");
        let files =
            ["northmoor-2026.csv", "northmoor-answers-2026.csv", "northmoor-rooms-2026.csv"];
        let files = files.map(|name| demo.join(name));
        Self::of(&[&files[0], &files[1], &files[2]])
    }

    fn ask(&self, question: &str) -> (String, String, i32) {
        let words: Vec<&str> = question.split_whitespace().collect();
        texts(&command(&words).env("SITEWORTHY_DATABASE_URL", &self.url).output().unwrap())
    }

    fn json(&self, question: &str) -> Value {
        let (out, err, code) = self.ask(&format!("{question} --format json"));
        assert_eq!((err.as_str(), code), ("", 0), "{question}");
        serde_json::from_str(&out).unwrap()
    }

    fn refusal(&self, question: &str) -> String {
        let (_, err, code) = self.ask(question);
        assert_ne!(code, 0, "{question}");
        err
    }
}

fn rows<'a>(answer: &'a Value, table: &str) -> &'a [Value] {
    answer[table].as_array().unwrap_or_else(|| panic!("no table {table}"))
}

fn pence(row: &Value, key: &str) -> i64 {
    let pounds = row[key].as_f64().unwrap_or_else(|| panic!("{key} is no number in {row:#}"));
    (pounds * 100.0).round() as i64
}

fn total(answer: &Value) -> &Value {
    rows(answer, "organisations").last().unwrap()
}

fn statement<'a>(answer: &'a Value, label: &str) -> &'a str {
    let mut rows = rows(answer, "statement").iter();
    let row = rows.find(|row| row["label"] == label).unwrap_or_else(|| panic!("no {label}"));
    row["text"].as_str().unwrap()
}

/// The whole of the four columns of the return was counted apart from this program: 13,753,275,035 pounds.
/// Each column is summed here from the file itself.
#[test]
fn backlog_of_the_national_return_comes_out_to_the_pound_in_the_prices_of_its_year() {
    let Some(eric) = shared_data("eric/2023_24/ERIC_Site.csv") else { return };
    let record = Record::of(&[&eric]);
    let found = record.json("gap --part backlog --prices 2023-24");
    assert_eq!(pence(total(&found), "capital_central_gbp"), 1_375_327_503_500);
    assert_eq!(pence(total(&found), "backlog_central_gbp"), 1_375_327_503_500);
    let bands = rows(&found, "remedies");
    let wanted = bands_of(&fs::read(&eric).unwrap());
    assert_eq!(bands.len(), wanted.len());
    for (band, wanted) in bands.iter().zip(wanted) {
        assert_eq!(pence(band, "capital_central_gbp"), wanted * 100, "{band:#}");
        assert_eq!(band["capital_low_gbp"], band["capital_high_gbp"]);
    }
    // A backlog that nobody gives is not nothing.
    let (sites, without) = (&total(&found)["sites"], &total(&found)["sites_without_backlog"]);
    assert_eq!(sites, &Value::from(2869));
    assert!(without.as_i64().unwrap() < 2869);
    // All of it once: with everything in it, the parts add up to the whole, and to the lines.
    let whole = record.json("gap");
    let of = |key: &str| total(&whole)[key].as_f64().map_or(0, |_| pence(total(&whole), key));
    let parts = ["backlog", "readiness", "net_zero", "readiness_and_net_zero"];
    let sum: i64 = parts.iter().map(|part| of(&format!("{part}_central_gbp"))).sum();
    assert_eq!(sum, of("capital_central_gbp"));
    for run in ["low", "central", "high"] {
        let key = format!("capital_{run}_gbp");
        let lines = rows(&whole, "lines").iter().filter(|line| !line[&key].is_null());
        assert_eq!(lines.map(|line| pence(line, &key)).sum::<i64>(), of(&key), "{run}");
        for table in ["nations", "regions", "remedies"] {
            let rows = rows(&whole, table).iter().filter(|row| !row[&key].is_null());
            assert_eq!(rows.map(|row| pence(row, &key)).sum::<i64>(), of(&key), "{table}, {run}");
        }
    }
}

/// The four columns of backlog summed from the file itself, in pounds.
fn bands_of(file: &[u8]) -> Vec<i64> {
    let text: String = file.iter().map(|byte| char::from(*byte)).collect();
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let headings = reader.headers().unwrap().clone();
    let risks = ["high", "significant", "moderate", "low"];
    let columns = risks.map(|risk| {
        let wanted = format!("Cost to eradicate {risk} risk backlog");
        headings.iter().position(|heading| heading.starts_with(&wanted)).unwrap()
    });
    let mut sums = vec![0; columns.len()];
    for row in reader.records() {
        let row = row.unwrap();
        for (sum, column) in sums.iter_mut().zip(columns) {
            let digits = row.get(column).unwrap_or_default().replace([',', ' '], "");
            *sum += digits.parse::<i64>().unwrap_or(0);
        }
    }
    sums
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_percentiles_lie_between_low_and_high() {
    let record = Record::northmoor();
    let (first, ..) = record.ask("gap --format json");
    let (second, ..) = record.ask("gap --format json");
    assert_eq!(first, second);
    let found: Value = serde_json::from_str(&first).unwrap();
    let simulated = &rows(&found, "capital_simulated")[0];
    let [p10, p50, p90] = ["p10_gbp", "p50_gbp", "p90_gbp"].map(|key| pence(simulated, key));
    let [low, high] = ["capital_low_gbp", "capital_high_gbp"].map(|key| pence(total(&found), key));
    assert!(low < p10 && p10 < p50 && p50 < p90 && p90 < high, "{low} {p10} {p50} {p90} {high}");
}

#[test]
fn the_terms_of_the_question_change_what_they_say_and_nothing_else() {
    let record = Record::northmoor();
    let usual = record.json("gap --part readiness");
    let none = record.json("gap --part readiness --allowance none");
    let work = |answer: &Value| pence(total(answer), "work_central_gbp");
    assert_eq!(work(&usual), work(&none));
    assert_eq!(pence(total(&none), "risk_central_gbp"), 0);
    assert_eq!(pence(total(&none), "capital_central_gbp"), work(&none));
    assert!(pence(total(&usual), "risk_central_gbp") > 0);
    // A tenth on every line, each rounded to the penny.
    let tenth = record.json("gap --part readiness --allowance contingency");
    let lines = rows(&tenth, "lines").iter().filter(|line| !line["work_central_gbp"].is_null());
    for line in lines {
        let [work, risk] = ["work_central_gbp", "risk_central_gbp"].map(|key| pence(line, key));
        assert!((risk - work / 10).abs() <= 1, "{line:#}");
    }
    assert_eq!(statement(&tenth, "Allowance for risk"), "on works: a contingency of 10 %");
    // VAT on all of it, and fees of an eighth on work and risk.
    let taxed = record.json("gap --part readiness --vat included --fees 0.125");
    for line in rows(&taxed, "lines").iter().filter(|line| !line["work_central_gbp"].is_null()) {
        let keys = ["work", "risk", "fees", "vat"].map(|key| format!("{key}_central_gbp"));
        let [work, risk, fees, vat] = keys.map(|key| pence(line, &key));
        assert!((fees - (work + risk) / 8).abs() <= 1, "{line:#}");
        assert!((vat - (work + risk + fees) / 5).abs() <= 1, "{line:#}");
        assert_eq!(pence(line, "capital_central_gbp"), work + risk + fees + vat);
    }
    for (question, wanted) in [
        ("--contingency 0.2", "a contingency and optimism-bias are two answers to one risk"),
        ("--fees 12", "\"12\" is no share; write 0.12, or 12%, for twelve in a hundred"),
        ("--fees -0.1", "\"-0.1\" is no share"),
        ("--years 4", "no spend profile of 4 years is known; use one of 2, 3, 5"),
        ("--prices 1850", "names no year of prices"),
        ("--prices 1950", "the deflator obr-2025-11 has no prices of 1950"),
        ("--part readiness-and-net-zero", "ask for these"),
        ("--part readiness --gross-up", "only backlog is grossed up"),
        ("--part backlog --net-zero-year 2035", "a year for net zero needs the part net-zero"),
        ("--part backlog --technology voice-scribe", "technologies are a matter of readiness"),
        (
            "--mitigated 0.3 --allowance contingency",
            "what is mitigated is a share of the optimism bias",
        ),
        ("--technology virtual-ward-home", "is deployed in homes, which are judged in pools"),
        ("--net-zero-year 2020", "the year must lie from"),
        ("--start 2026", "is not a financial year"),
    ] {
        let said = record.refusal(&format!("gap {question}"));
        assert!(said.contains(wanted), "{question}: {said}");
    }
    // What is grossed up names the bias by which it is.
    let figures = |question: &str| -> Vec<String> {
        let found = record.json(question);
        let names =
            rows(&found, "figures").iter().map(|row| row["name"].as_str().unwrap().to_owned());
        names.filter(|name| name.starts_with("Optimism bias")).collect()
    };
    assert_eq!(figures("gap --part backlog"), Vec::<String>::new());
    let grossed = figures("gap --part backlog --gross-up");
    assert_eq!(grossed, ["Optimism bias of non-standard-buildings, upper bound"]);
    assert_eq!(figures("gap --allowance contingency"), Vec::<String>::new());
    let said = record.refusal("gap --contingency 0.2 --years 4 --prices 1850");
    let wanted = ["two answers to one risk", "no spend profile of 4 years", "names no year"];
    assert!(wanted.iter().all(|wanted| said.contains(wanted)), "all at once: {said}");
    assert_eq!(record.json("gap --fees 12%"), record.json("gap --fees 0.12"));
}

#[test]
fn money_is_set_against_the_need_of_its_organisation_year_and_kind() {
    let record = Record::northmoor();
    let before = record.json("gap");
    let years = |answer: &Value| -> Vec<Value> {
        let rows = rows(answer, "years").iter();
        rows.filter(|row| row["money"] == "capital").cloned().collect()
    };
    let [first, second, third] = &years(&before)[..] else { panic!("three years") };
    // A spend profile of three years: 20, 50 and 30 %.
    let whole = pence(total(&before), "capital_central_gbp");
    for (year, share) in [(first, 20), (second, 50), (third, 30)] {
        assert!((pence(year, "required_central_gbp") - whole * share / 100).abs() <= 1);
        assert!(year["allocated_gbp"].is_null());
    }
    assert_eq!(pence(third, "cumulative_central_gbp"), whole);
    let asked =
        ["funding allocate ZZN 2026-27 capital 1000000", "funding allocate ZZN 2026-27 running 5"];
    for question in asked {
        assert_eq!(record.ask(question).2, 0);
    }
    let after = record.json("gap");
    let years = years(&after);
    // In prices of 2025: 1,000,000 x (0.25 x 97.141 + 0.75 x 100) / 102.23 = 971,213 and some pence.
    let allocated = pence(&years[0], "allocated_gbp");
    assert!((97_110_000..97_130_000).contains(&allocated), "{allocated}");
    let gap = pence(&years[0], "required_central_gbp") - allocated;
    assert_eq!(pence(&years[0], "gap_central_gbp"), gap);
    assert_eq!(pence(&years[2], "cumulative_central_gbp"), whole - allocated);
    let ledger = &rows(&after, "ledgers")[0];
    assert_eq!(pence(ledger, "closing_central_gbp"), whole - allocated);
    assert_eq!(pence(ledger, "peak_central_gbp"), whole - allocated);
    // In the prices of its own year it is what was allocated.
    let own = record.json("gap --prices 2026-27");
    assert_eq!(pence(&rows(&own, "years")[0], "allocated_gbp"), 100_000_000);
    // Money of years before anything must be spent closes nothing, and is named.
    assert_eq!(record.ask("funding allocate ZZN 2010-11 capital 100000000").2, 0);
    let early = record.json("gap");
    assert_eq!(rows(&early, "ledgers"), rows(&after, "ledgers"));
    let said = statement(&early, "Allocated money");
    assert!(said.contains("and so not counted: ZZN 2010-11 (capital)"), "{said}");
    // Money of a trust is not that of some of its sites.
    let some = record.json("gap --setting acute");
    assert!(rows(&some, "years").iter().all(|row| row["allocated_gbp"].is_null()));
    let said = statement(&some, "Allocated money");
    assert!(said.starts_with("Money is allocated to organisations"), "{said}");
    drop(record.folder);
}

#[test]
fn what_a_technology_adds_to_all_others_is_what_the_gap_is_less_without_it() {
    let record = Record::northmoor();
    let three = ["surgical-robot", "ai-inference-node", "voice-scribe"];
    let ask = |ids: &[&str]| {
        let asked: Vec<String> = ids.iter().map(|id| format!("--technology {id}")).collect();
        record.json(&format!("gap --part readiness {}", asked.join(" ")))
    };
    let all = ask(&three);
    for run in ["low", "central", "high"] {
        let capital = format!("capital_{run}_gbp");
        for (at, row) in rows(&all, "technologies").iter().enumerate() {
            let id = row["technology"].as_str().unwrap();
            let others: Vec<&str> = three.into_iter().filter(|other| *other != id).collect();
            let less = pence(total(&all), &capital) - pence(total(&ask(&others)), &capital);
            assert_eq!(pence(row, &format!("marginal_{run}_gbp")), less, "{id} {run}");
            assert!(less >= 0, "one more technology never lowers the gap");
            let alone = pence(total(&ask(&[id])), &capital);
            assert_eq!(pence(row, &format!("alone_{run}_gbp")), alone, "{at} {run}");
            assert!(pence(row, &format!("serving_{run}_gbp")) >= less, "{id} {run}");
        }
    }
}

/// A return tells nothing of what surgery asks of a site: neither zero pounds nor zero years follow.
#[test]
fn what_is_not_known_is_no_zero_by_year_by_technology_or_in_its_make_up() {
    let record = Record::of(&[&root().join("datasets/demo/northmoor-2026.csv")]);
    let found = record.json("gap --part readiness --technology telesurgery-endovascular");
    let total = total(&found);
    for key in
        ["capital_central_gbp", "readiness_central_gbp", "work_central_gbp", "risk_central_gbp"]
    {
        assert!(total[key].is_null(), "{key} in {total:#}");
    }
    for row in rows(&found, "years") {
        for key in ["required_central_gbp", "gap_central_gbp", "cumulative_central_gbp"] {
            assert!(row[key].is_null(), "{key} in {row:#}");
        }
    }
    assert!(rows(&found, "ledgers").iter().all(|row| row["peak_central_gbp"].is_null()));
    let technology = &rows(&found, "technologies")[0];
    for key in ["alone_central_gbp", "serving_central_gbp", "marginal_central_gbp"] {
        assert!(technology[key].is_null(), "{key} in {technology:#}");
    }
    let served = Served::start(&record.url);
    let data = served.query(
        "{ investmentGap(parts: [READINESS], technologies: [\"telesurgery-endovascular\"]) { \
           total { capital { central } ofCapital { work { central } } } technologies { marginal { central } } \
           ledgers { peakUnfunded { central } years { required { central } } } } }",
    );
    let gap = &data["investmentGap"];
    assert!(gap["total"]["capital"].is_null() && gap["total"]["ofCapital"].is_null());
    assert!(gap["technologies"][0]["marginal"].is_null());
    assert!(gap["ledgers"][0]["peakUnfunded"].is_null());
    assert!(gap["ledgers"][0]["years"][0]["required"].is_null());
    let _ = served.stop();
}

#[test]
fn a_download_takes_the_terms_of_the_question_and_says_what_is_wrong_with_them() {
    let record = Record::northmoor();
    let served = Served::start(&record.url);
    let path = "/reports/investment-gap.json?parts=backlog,readiness&vat=included&prices=2025-26&grossUp=true\
                &start=2027-28&years=2&fees=0.1&allowance=contingency&contingency=0.2";
    let answer = served.get(path);
    assert_eq!(answer.status, 200);
    let found: Value = serde_json::from_slice(&answer.body).unwrap();
    let asked = "gap --part backlog --part readiness --vat included --prices 2025-26 --gross-up --start 2027-28 \
                 --years 2 --fees 0.1 --allowance contingency --contingency 0.2";
    assert_eq!(found, record.json(asked));
    assert_eq!(rows(&found, "years")[0]["year"], "2027-28");
    for (query, wanted) in [
        ("parts=money", "is not one of: backlog, readiness, net-zero"),
        ("start=2027", "is not a financial year"),
        ("fees=12", "fees: \\\"12\\\" is no share; write 0.12"),
        ("from=2027-28", "unknown field"),
    ] {
        let answer = served.get(&format!("/reports/investment-gap.csv?{query}"));
        assert_eq!(answer.status, 400, "{query}");
        let said = String::from_utf8(answer.body).unwrap();
        assert!(said.contains(wanted), "{query}: {said}");
    }
    let said = served.get("/sites.geojson?grossUp=true");
    assert_eq!(said.status, 400);
    let _ = served.stop();
}

#[test]
fn graphql_says_what_the_command_line_says() {
    let record = Record::northmoor();
    let found = record.json("gap --vat included --prices 2025-26 --gross-up --net-zero-year 2035");
    let served = Served::start(&record.url);
    let terms = "terms: { vat: INCLUDED, prices: \"2025-26\", grossUp: true }, netZeroYear: 2035";
    let data = served.query(&format!(
        "{{ investmentGap({terms}) {{ \
           total {{ capital {{ low central high }} backlog {{ central }} netZero {{ central }} \
             ofCapital {{ work {{ central }} risk {{ central }} vat {{ central }} }} sites lines }} \
           percentiles {{ p10 p50 p90 }} \
           ledgers {{ money peakUnfunded {{ central }} years {{ year required {{ central }} }} }} \
           remedies {{ id capital {{ central }} }} path {{ year withWorksTonnes }} \
           figures {{ name evidence source }} }} }}"
    ));
    let gap = &data["investmentGap"];
    let pounds =
        |value: &Value| (value.as_str().unwrap().parse::<f64>().unwrap() * 100.0).round() as i64;
    for run in ["low", "central", "high"] {
        let key = format!("capital_{run}_gbp");
        assert_eq!(pounds(&gap["total"]["capital"][run]), pence(total(&found), &key));
    }
    for (node, key) in [("backlog", "backlog"), ("netZero", "net_zero")] {
        let key = format!("{key}_central_gbp");
        assert_eq!(pounds(&gap["total"][node]["central"]), pence(total(&found), &key));
    }
    assert!(pounds(&gap["total"]["ofCapital"]["vat"]["central"]) > 0);
    let simulated = &rows(&found, "capital_simulated")[0];
    for (node, key) in [("p10", "p10_gbp"), ("p50", "p50_gbp"), ("p90", "p90_gbp")] {
        assert_eq!(pounds(&gap["percentiles"][node]), pence(simulated, key));
    }
    let peak = &gap["ledgers"][0]["peakUnfunded"]["central"];
    assert_eq!(pounds(peak), pence(&rows(&found, "ledgers")[0], "peak_central_gbp"));
    assert_eq!(gap["remedies"].as_array().unwrap().len(), rows(&found, "remedies").len());
    assert_eq!(gap["path"].as_array().unwrap().len(), rows(&found, "path").len());
    let figures = gap["figures"].as_array().unwrap();
    assert!(figures.iter().all(|figure| !figure["source"].as_str().unwrap().is_empty()));
    let refused = served.ask("{ investmentGap(parts: [BOTH]) { total { lines } } }");
    let (code, message) = first_error(&refused);
    assert_eq!(code, "INVALID");
    assert_eq!(message, "what serves both is in readiness and in net-zero; ask for these");
    let _ = served.stop();
}
