//! Questions about judging over GraphQL, to the real program: explanations, deployments, resilience, what
//! if, what to measure, what it would take, pools and peers.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the finding")]

use serde_json::{Value, json};
use siteworthy_tests::program::{Served, first_error};

/// The sites of the demonstration by code.
fn codes(served: &Served) -> Vec<String> {
    let data = served.query("{ sites(first: 1000) { nodes { code } } }");
    list(&data["sites"]["nodes"]).iter().map(|site| text(&site["code"])).collect()
}

/// The ids of the technologies that can be deployed now.
fn technologies(served: &Served) -> Vec<String> {
    let data = served.query("{ profiles(horizon: NOW) { id } }");
    list(&data["profiles"]).iter().map(|profile| text(&profile["id"])).collect()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("no list: {value}"))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("no number: {value}"))
}

/// Per cent with two decimals as a whole number of hundredths.
#[expect(clippy::cast_possible_truncation, reason = "0 to 10,000")]
fn hundredths(percent: f64) -> i64 {
    let hundredths = (percent * 100.0).round();
    assert!((percent * 100.0 - hundredths).abs() < 1e-6, "{percent} has more than two decimals");
    hundredths as i64
}

fn is_near(one: f64, other: f64) -> bool {
    (one - other).abs() <= 1e-9 * one.abs().max(other.abs()).max(1.0)
}

#[test]
fn the_parts_of_every_explanation_add_up_to_its_score() {
    let served = Served::demo();
    let technologies = technologies(&served);
    let mut explained = 0;
    for technology in &technologies {
        let data = served.query(&format!(
            "{{ sites(first: 100) {{ nodes {{ code name readiness(technology: \"{technology}\") {{ \
               readiness score scoreOfAnswered coverage headline failingGates unknownGates gatesFailed gatesUnknown \
               weakestDomain domains {{ domain weight mean answered applicable }} \
               requirements {{ title gate verdict domain points possiblePoints }} }} }} }} }}"
        ));
        for site in list(&data["sites"]["nodes"]) {
            for result in list(&site["readiness"]) {
                check_explanation(&text(&site["name"]), result);
                explained += 1;
            }
        }
    }
    assert!(explained > 20 * technologies.len(), "{explained}");
    let _ = served.stop();
}

fn check_explanation(site: &str, result: &Value) {
    let requirements = list(&result["requirements"]);
    let sum = |key: &str| -> i64 {
        requirements.iter().filter_map(|one| one[key].as_f64()).map(hundredths).sum()
    };
    // What is told beside others is the same mean, where enough of what is asked is known.
    let is_enough_known = number(&result["coverage"]) >= 80.0;
    let told = if is_enough_known { &result["scoreOfAnswered"] } else { &Value::Null };
    assert_eq!(&result["score"], told, "{site}: {result:#}");
    let score = result["scoreOfAnswered"].as_f64().map(hundredths);
    assert_eq!(sum("points"), score.unwrap_or(0), "{site}: {result:#}");
    assert_eq!(sum("possiblePoints"), score.map_or(0, |_| 10_000), "{site}");
    for one in requirements {
        let is_answered =
            !["UNKNOWN", "NOT_APPLICABLE"].contains(&one["verdict"].as_str().unwrap());
        assert_eq!(one["points"].is_number(), is_answered, "{one}");
        assert!(one["points"].as_f64() <= one["possiblePoints"].as_f64(), "{one}");
    }
    let headline = result["headline"].as_str().unwrap();
    assert!(headline.starts_with(site), "{headline}");
    let gates = |verdict: &str| -> Vec<&Value> {
        let gates = requirements.iter().filter(|one| one["gate"] == true);
        gates.filter(|one| one["verdict"] == verdict).map(|one| &one["title"]).collect()
    };
    for (verdict, titles, count) in
        [("SHORT", "failingGates", "gatesFailed"), ("UNKNOWN", "unknownGates", "gatesUnknown")]
    {
        let titles = list(&result[titles]);
        assert_eq!(titles.iter().collect::<Vec<_>>(), gates(verdict), "{site}");
        assert_eq!(titles.len() as u64, result[count].as_u64().unwrap(), "{site}");
    }
    // What decides comes first: failing gates, gates that are not known, the weakest domain.
    let rank = |one: &Value| match one["verdict"].as_str().unwrap() {
        "SHORT" if one["gate"] == true => 0,
        "UNKNOWN" if one["gate"] == true => 1,
        _ if one["domain"] == result["weakestDomain"] => 2,
        _ => 3,
    };
    assert!(requirements.iter().map(rank).is_sorted(), "{site}");
    let domains = list(&result["domains"]);
    let known = domains.iter().filter(|domain| domain["mean"].is_number());
    let (mut points, mut weights) = (0.0, 0.0);
    for domain in known.clone() {
        points += number(&domain["weight"]) * number(&domain["mean"]);
        weights += number(&domain["weight"]);
        assert!(number(&domain["answered"]) <= number(&domain["applicable"]));
    }
    let weakest = known.map(|domain| number(&domain["mean"])).reduce(f64::min);
    let named = domains.iter().find(|domain| domain["domain"] == result["weakestDomain"]);
    assert_eq!(named.map(|domain| number(&domain["mean"])), weakest, "{site}");
    if let Some(score) = result["scoreOfAnswered"].as_f64() {
        // Means are rounded to hundredths, and so is the score.
        assert!((points / weights - score).abs() < 0.011, "{site}: {points} / {weights}, {score}");
    }
}

#[test]
fn technologies_of_the_future_are_shown_apart() {
    let served = Served::demo();
    let now = technologies(&served);
    let data = served.query(
        "{ profiles(horizon: FUTURE) { id horizon } \
           readinessSummary(groupBy: NATION) { sites counts { profile } } \
           sites(first: 5) { nodes { readiness { profile { id } } } } \
           nextMeasures(first: 1000) { technologies } \
           whatIf(changes: []) { technologies { technology } } }",
    );
    let future: Vec<String> =
        list(&data["profiles"]).iter().map(|profile| text(&profile["id"])).collect();
    assert!(future.contains(&"tactile-6g".to_owned()), "{future:?}");
    assert!(list(&data["profiles"]).iter().all(|profile| profile["horizon"] == "FUTURE"));
    assert!(now.iter().all(|id| !future.contains(id)));
    let shown = data.to_string().replacen("tactile-6g", "", 1);
    for id in &future {
        assert!(!shown.contains(id.as_str()), "{id} is in a default list");
    }
    // Named, they are there.
    let data = served.query(
        "{ profile(id: \"tactile-6g\") { horizon } \
           readinessSummary(groupBy: NATION, technologies: [\"tactile-6g\"]) { \
             sites counts { profile ready readyWithActions indeterminate notReady } } \
           future: readinessSummary(groupBy: NATION, horizon: FUTURE) { counts { profile } } \
           sites(first: 1) { nodes { readiness(technology: \"tactile-6g\") { readiness } } } }",
    );
    assert_eq!(data["profile"]["horizon"], "FUTURE");
    for group in list(&data["future"]) {
        let counted: Vec<String> =
            list(&group["counts"]).iter().map(|counts| text(&counts["profile"])).collect();
        assert_eq!(counted, future);
    }
    for group in list(&data["readinessSummary"]) {
        let counts = &list(&group["counts"])[0];
        let sum: i64 = ["ready", "readyWithActions", "indeterminate", "notReady"]
            .map(|key| counts[key].as_i64().unwrap())
            .iter()
            .sum();
        assert_eq!(
            (counts["profile"].as_str(), sum),
            (Some("tactile-6g"), group["sites"].as_i64().unwrap())
        );
    }
    assert_eq!(list(&data["sites"]["nodes"][0]["readiness"]).len(), 1);
    let _ = served.stop();
}

#[test]
fn a_profile_says_how_far_it_has_come_and_since_when_it_holds() {
    let served = Served::demo();
    let data = served.query(
        "{ profiles { id edition inForceFrom requirements { domain } \
             adoption { status reference evidence } weights { domain weight } \
             lifecycle { lifeYearsFrom lifeYearsTo annualKwhFrom annualKwhTo reference evidence } \
             editions { edition inForceFrom isInForce } } }",
    );
    let profiles = list(&data["profiles"]);
    for profile in profiles {
        let in_force: Vec<&Value> =
            list(&profile["editions"]).iter().filter(|one| one["isInForce"] == true).collect();
        assert_eq!(in_force.len(), 1, "{profile}");
        assert_eq!(in_force[0]["edition"], profile["edition"]);
        assert_eq!(in_force[0]["inForceFrom"], profile["inForceFrom"]);
        let lifecycle = &profile["lifecycle"];
        for figure in ["lifeYears", "annualKwh"] {
            let (from, to) =
                (&lifecycle[format!("{figure}From")], &lifecycle[format!("{figure}To")]);
            assert!(from.as_f64() <= to.as_f64() && from.is_null() == to.is_null(), "{profile}");
            let has_source =
                lifecycle["reference"].is_string() && lifecycle["evidence"].is_string();
            assert!(from.is_null() || has_source, "{profile}");
        }
        let weighted: Vec<&Value> =
            list(&profile["weights"]).iter().map(|weight| &weight["domain"]).collect();
        let asked = list(&profile["requirements"]).iter().map(|one| &one["domain"]);
        assert!(asked.clone().all(|domain| weighted.contains(&domain)), "{profile}");
        assert!(weighted.iter().all(|domain| asked.clone().any(|asked| asked == *domain)));
        let adoption = &profile["adoption"];
        assert!(adoption.is_null() || !text(&adoption["reference"]).is_empty());
    }
    assert!(profiles.iter().any(|profile| profile["adoption"]["status"].is_string()));
    assert!(profiles.iter().any(|profile| profile["lifecycle"]["lifeYearsFrom"].is_number()));
    let _ = served.stop();
}

/// A survey of one acute site in England with these values of measures; its code is ZTA01.
fn one_site(values: &[(&str, f64)]) -> String {
    let measures: Vec<&str> = values.iter().map(|(measure, _)| *measure).collect();
    let values: Vec<String> = values.iter().map(|(_, value)| value.to_string()).collect();
    format!(
        "organisation,organisation_name,site,site_name,nation,setting,date,method,{}\n\
         ZTA,Test trust,ZTA01,Test hospital,england,acute,2026-03-31,measured,{}\n",
        measures.join(","),
        values.join(",")
    )
}

const USES: &str = "uses { resource capacity growthReserve keptBack presentDemand { low central high } before { low central high } after { low central high } \
                    steps { item technology demand after { low central high } } exhaustedBy \
                    usedFraction toMeasure { id } } \
                    items { profile { id } quantity fit limiting alone { readiness gatesFailed } \
                    together { readiness score gatesFailed } } readiness";

#[test]
fn what_is_left_after_a_deployment_is_what_was_left_before_less_what_it_takes() {
    let served = Served::demo();
    let deployment = "[{technology: \"ai-inference-node\", quantity: 3, fromYear: 2028}, \
                       {technology: \"surgical-robot\"}, {technology: \"voice-scribe\", quantity: 40}]";
    let mut known = 0;
    for code in codes(&served) {
        let data = served.query(&format!(
            "{{ resourceHeadroom(site: \"{code}\", deployment: {deployment}) {{ {USES} }} \
               bare: resourceHeadroom(site: \"{code}\") {{ {USES} }} }}"
        ));
        let (judged, bare) = (&data["resourceHeadroom"], &data["bare"]);
        assert_eq!(list(&bare["items"]).len(), 0);
        assert!(bare["readiness"].is_null(), "nothing is deployed, so nothing is ready");
        assert_eq!(
            list(&bare["uses"]).len(),
            list(&judged["uses"]).len(),
            "every resource is shown"
        );
        // Forty scribes go into as many rooms as there are, each an item.
        let of = |item: &Value| (text(&item["profile"]["id"]), number(&item["quantity"]));
        let items: Vec<(String, f64)> = list(&judged["items"]).iter().map(of).collect();
        let scribes = items.iter().filter(|(id, _)| id == "voice-scribe");
        assert_eq!(scribes.map(|(_, quantity)| quantity).sum::<f64>(), 40.0, "{code}");
        let mut order: Vec<&str> = items.iter().map(|(id, _)| &**id).collect();
        order.dedup();
        assert_eq!(order, ["surgical-robot", "voice-scribe", "ai-inference-node"], "by year");
        for used in list(&judged["uses"]) {
            let alone = list(&bare["uses"]).iter().find(|one| one["resource"] == used["resource"]);
            assert_eq!(alone.unwrap()["before"], used["before"], "{code}");
            assert_eq!(alone.unwrap()["after"], used["before"], "{code}");
            known += usize::from(check_use(used));
        }
        let order = ["READY", "READY_WITH_ACTIONS", "INDETERMINATE", "NOT_READY"];
        let place = |word: &Value| order.iter().position(|one| word == one).unwrap();
        let worst = list(&judged["items"]).iter().map(|item| place(&item["together"]["readiness"]));
        assert_eq!(place(&judged["readiness"]), worst.max().unwrap(), "{code}");
    }
    assert!(known > 0, "of no resource of the demonstration is anything known");
    let _ = served.stop();
}

/// Whether the use of a resource that is known was followed through.
fn check_use(used: &Value) -> bool {
    let steps = list(&used["steps"]);
    if used["before"].is_null() {
        assert!(used["after"].is_null() && !list(&used["toMeasure"]).is_empty(), "{used}");
        return false;
    }
    for key in ["low", "central", "high"] {
        let mut left = number(&used["before"][key]);
        for step in steps {
            left -= number(&step["demand"]);
            assert!(is_near(number(&step["after"][key]), left), "{used:#}");
        }
        assert!(is_near(number(&used["after"][key]), left), "{used:#}");
    }
    // What is left is the capacity less what is kept back and less present demand; what is measured as left
    // has none of these.
    let parts = ["capacity", "growthReserve", "keptBack", "presentDemand"];
    if used["resource"] == "cooling" {
        assert!(parts.iter().all(|part| used[part].is_null()), "{used:#}");
    } else {
        let [capacity, reserve, kept_back] =
            ["capacity", "growthReserve", "keptBack"].map(|part| number(&used[part]));
        assert!(is_near(reserve, 0.2) && is_near(kept_back, reserve * capacity), "{used:#}");
        for (least, most) in [("low", "high"), ("central", "central"), ("high", "low")] {
            let left = capacity - kept_back - number(&used["presentDemand"][most]);
            assert!((number(&used["before"][least]) - left).abs() < 1e-5, "{used:#}");
        }
    }
    let exhausting = steps.iter().find(|step| number(&step["after"]["high"]) < 0.0);
    assert_eq!(
        used["exhaustedBy"],
        exhausting.map_or(Value::Null, |step| step["technology"].clone())
    );
    let (before, after) = (number(&used["before"]["central"]), number(&used["after"]["central"]));
    if used["before"]["low"] != used["before"]["high"] {
        assert!(used["usedFraction"].is_null(), "a share of what is not known exactly: {used}");
    } else if before > 0.0 {
        assert!(is_near(number(&used["usedFraction"]), (before - after) / before), "{used}");
    }
    true
}

#[test]
fn five_technologies_that_fit_alone_fail_together() {
    let (_folder, served) = Served::empty();
    let five =
        ["ai-mri", "ai-training-node", "ai-inference-node", "surgical-robot", "pharmacy-robot"];
    let data = served.query("{ profiles { id demands { resource perUnit diversity } } }");
    let demand = |id: &str| -> f64 {
        let profile = list(&data["profiles"]).iter().find(|profile| profile["id"] == id).unwrap();
        let demands = list(&profile["demands"]).iter();
        let own = demands.filter(|demand| demand["resource"] == "electrical");
        own.map(|one| number(&one["perUnit"]) * number(&one["diversity"])).sum()
    };
    let demands = five.map(demand);
    let sum: f64 = demands.iter().sum();
    let most = demands.iter().copied().fold(0.0, f64::max);
    assert!(demands.iter().all(|demand| *demand > 0.0) && most < 0.97 * sum, "{demands:?}");
    // A fifth of the capacity is kept for growth; what is left takes all but a little of the five.
    let capacity = (500.0 + 0.98 * sum) / 0.8;
    let survey = one_site(&[
        ("agreed-import-capacity-kva", capacity),
        ("max-demand-kva", 500.0),
        ("generator-firm-capacity-kva", 40_000.0),
        ("essential-max-demand-kva", 100.0),
        ("cooling-headroom-kw", 10_000.0),
        ("wan-up-mbps", 100_000.0),
        ("wan-up-used-p95-mbps", 1.0),
        ("wan-down-mbps", 100_000.0),
        ("wan-down-used-p95-mbps", 1.0),
    ]);
    let _ = served.import("five.csv", survey.as_bytes());
    let ask = |technologies: &[&str]| {
        let items: Vec<String> =
            technologies.iter().map(|id| format!("{{technology: \"{id}\"}}")).collect();
        let data = served.query(&format!(
            "{{ resourceHeadroom(site: \"ZTA01\", deployment: [{}]) {{ {USES} }} }}",
            items.join(", ")
        ));
        data["resourceHeadroom"].clone()
    };
    for technology in five {
        let alone = ask(&[technology]);
        assert_eq!(alone["items"][0]["fit"], "FITS", "{technology}: {alone:#}");
        for key in ["readiness", "gatesFailed"] {
            assert_eq!(alone["items"][0]["alone"][key], alone["items"][0]["together"][key]);
        }
    }
    let together = ask(&five);
    let items = list(&together["items"]);
    let last = &items[4];
    assert!(items[..4].iter().all(|item| item["fit"] == "FITS"), "{together:#}");
    assert_eq!(
        (last["fit"].as_str(), last["limiting"].as_str()),
        (Some("EXCEEDS"), Some("electrical"))
    );
    let used = &list(&together["uses"])[0];
    assert_eq!(
        (used["resource"].as_str(), used["exhaustedBy"].as_str()),
        (Some("electrical"), Some("pharmacy-robot"))
    );
    // The gate on supply that each passes alone, each of those that have one fails beside the others.
    for (item, id) in items.iter().zip(five).take(4) {
        let (alone, beside) =
            (number(&item["alone"]["gatesFailed"]), number(&item["together"]["gatesFailed"]));
        assert!(is_near(beside, alone + 1.0), "{id}: {item}");
        assert_eq!(item["together"]["readiness"], "NOT_READY", "{id}");
    }
    assert_eq!(together["readiness"], "NOT_READY");
    let _ = served.stop();
}

const PLANT: &str = "reason missing { id } contradictions demandKva carried { hours probability } \
                     expectedHours start interruptionS fuel fuelHours redundancyLeft \
                     used { figure value unit origin measure { id } reference evidence \
                       inputs { measure file row column } } leftOut { id }";

#[test]
fn survival_falls_with_the_hours_and_says_what_it_rests_on() {
    let (_folder, served) = Served::empty();
    let survey = one_site(&[
        ("generator-sets-count", 2.0),
        ("generator-set-kva", 500.0),
        ("fuel-usable-l", 9_000.0),
        ("essential-max-demand-kva", 480.0),
        ("generator-start-s", 12.0),
    ]);
    let _ = served.import("plant.csv", survey.as_bytes());
    let ask = |more: &str| {
        let query = format!(
            "{{ resilience(site: \"ZTA01\"{more}) {{ addedKva before {{ {PLANT} }} after {{ {PLANT} }} }} }}"
        );
        served.query(&query)["resilience"].clone()
    };
    let plain = ask("");
    assert!(plain["after"].is_null(), "nothing else was asked about");
    assert_eq!(list(&plain["before"]["carried"]).len(), 168);
    let probabilities = |side: &Value| -> Vec<f64> {
        let carried = list(&side["carried"]).iter().enumerate();
        carried
            .map(|(at, one)| {
                assert_eq!(one["hours"], at + 1);
                number(&one["probability"])
            })
            .collect()
    };
    let before = probabilities(&plain["before"]);
    assert!(before.windows(2).all(|pair| pair[0] >= pair[1]), "{before:?}");
    assert!(before[0] > 0.99 && before[167] < before[0], "{before:?}");
    assert!(is_near(number(&plain["before"]["expectedHours"]), before.iter().sum()));
    assert_eq!(plain["before"]["redundancyLeft"], 1);
    let used = list(&plain["before"]["used"]);
    let find = |figure: &str| used.iter().find(|one| one["figure"] == figure).unwrap();
    let sets = find("SETS");
    assert_eq!((sets["origin"].as_str(), number(&sets["value"])), (Some("SURVEYED"), 2.0));
    assert_eq!(
        (&sets["inputs"][0]["file"], &sets["inputs"][0]["row"]),
        (&json!("plant.csv"), &json!(2))
    );
    let mttf = find("MTTF_H");
    assert_eq!((mttf["origin"].as_str(), list(&mttf["inputs"]).len()), (Some("DEFAULT"), 0));
    assert!(!text(&mttf["reference"]).is_empty() && mttf["evidence"].is_string(), "{mttf}");
    assert!(used.iter().all(|one| one["origin"] != "DEFAULT" || one["reference"].is_string()));
    assert!(!list(&plain["before"]["leftOut"]).is_empty(), "no battery was surveyed");

    let more = ask(", hours: 24, whatIf: {extraSets: [{sets: 1, ratingKva: 500}]}");
    assert_eq!(probabilities(&more["before"]), before[..24], "the first day is the same");
    let better = probabilities(&more["after"]);
    assert!(better.iter().zip(&before).all(|(better, before)| better >= before));
    assert!(better[23] > before[23], "a further set helps");
    let loaded = ask(", deployment: [{technology: \"surgical-robot\", quantity: 20}]");
    let added = number(&loaded["addedKva"]);
    assert!(added > 0.0);
    assert!(is_near(number(&loaded["after"]["demandKva"]), 480.0 + added));
    let worse = probabilities(&loaded["after"]);
    assert!(worse.iter().zip(&before).all(|(worse, before)| worse <= before));
    assert!(worse[23] < before[23], "two sets are needed now, and either may fail");
    let asked = ask(", whatIf: {figures: [{figure: MTTF_H, value: 2000}]}");
    let used = list(&asked["after"]["used"]);
    let mttf = used.iter().find(|one| one["figure"] == "MTTF_H").unwrap();
    assert_eq!((mttf["origin"].as_str(), number(&mttf["value"])), (Some("ASKED"), 2000.0));
    let wild = ask(", whatIf: {figures: [{figure: SETS, value: 1.5}]}");
    assert!(wild["after"]["carried"].is_null());
    assert!(text(&list(&wild["after"]["contradictions"])[0]).contains("1.5"), "{wild}");
    let _ = served.stop();
}

#[test]
fn a_plant_that_nobody_surveyed_is_missing_and_not_guessed() {
    let (_folder, served) = Served::empty();
    let _ = served.import("bare.csv", one_site(&[("max-demand-kva", 300.0)]).as_bytes());
    let data =
        served.query(&format!("{{ resilience(site: \"ZTA01\") {{ before {{ {PLANT} }} }} }}"));
    let before = &data["resilience"]["before"];
    for key in ["carried", "expectedHours", "start", "fuel", "redundancyLeft", "demandKva"] {
        assert!(before[key].is_null(), "{key}: {before}");
    }
    let missing: Vec<String> =
        list(&before["missing"]).iter().map(|one| text(&one["id"])).collect();
    for measure in ["generator-sets-count", "essential-max-demand-kva", "fuel-usable-l"] {
        assert!(missing.contains(&measure.to_owned()), "{missing:?}");
    }
    assert!(text(&before["reason"]).starts_with("Not surveyed: "), "{before}");
    // What is asked about stands in for it.
    let figures = "[{figure: SETS, value: 2}, {figure: SET_KVA, value: 500}, \
                    {figure: ESSENTIAL_DEMAND_KVA, value: 400}, {figure: FUEL_USABLE_L, value: 5000}]";
    let data = served.query(&format!(
        "{{ resilience(site: \"ZTA01\", whatIf: {{figures: {figures}}}) {{ before {{ reason }} after {{ {PLANT} }} }} }}"
    ));
    assert!(data["resilience"]["before"]["reason"].is_string());
    assert!(data["resilience"]["after"]["expectedHours"].is_number(), "{data:#}");
    let _ = served.stop();
}

const WHAT_IF: &str = "rulebookHash movedCount noLongerInForce \
    technologies { technology movedCount before { ready readyWithActions indeterminate notReady } \
      after { ready readyWithActions indeterminate notReady } \
      capitalBefore { low central high } capitalAfter { low central high } } \
    moved { site { code } technology before { readiness score } after { readiness score } }";

#[test]
fn rules_supposed_as_they_are_move_nothing() {
    let served = Served::demo();
    let data = served.query(&format!(
        "{{ rulebookHash whatIf(changes: []) {{ {WHAT_IF} }} \
           readinessSummary(groupBy: NATION) {{ counts {{ profile ready readyWithActions indeterminate notReady }} }} }}"
    ));
    let answer = &data["whatIf"];
    assert_eq!(answer["rulebookHash"], data["rulebookHash"]);
    assert_eq!((&answer["movedCount"], list(&answer["moved"]).len()), (&json!(0), 0));
    for technology in list(&answer["technologies"]) {
        assert_eq!(technology["before"], technology["after"]);
        assert_eq!(technology["capitalBefore"], technology["capitalAfter"]);
        for key in ["ready", "readyWithActions", "indeterminate", "notReady"] {
            let groups = list(&data["readinessSummary"]).iter();
            let all = groups.flat_map(|group| list(&group["counts"]));
            let own = all.filter(|counts| counts["profile"] == technology["technology"]);
            let sum: i64 = own.map(|counts| counts[key].as_i64().unwrap()).sum();
            assert_eq!(technology["before"][key], sum, "the summary counts the same");
        }
    }
    let _ = served.stop();
}

#[test]
fn a_threshold_made_impossible_moves_every_site_that_met_it() {
    let served = Served::demo();
    let readiness = |filter: &str| {
        let data = served.query(&format!(
            "{{ sites(first: 1000{filter}) {{ nodes {{ code readiness(technology: \"surgical-robot\") {{ \
               readiness score requirements {{ id verdict }} }} }} }} }}"
        ));
        list(&data["sites"]["nodes"]).to_vec()
    };
    let ask = |filter: &str| {
        // No set starts in no time at all.
        let change = "{file: \"rules/profiles/surgical-robot.toml\", \
                       key: \"requirement[standby-start].at_most.minimum\", value: \"0\"}";
        let data = served.query(&format!(
            "{{ rulebookHash whatIf(changes: [{change}], firstMoved: 1000{filter}) {{ {WHAT_IF} }} }}"
        ));
        assert_ne!(data["whatIf"]["rulebookHash"], data["rulebookHash"]);
        data["whatIf"].clone()
    };
    let before = readiness("");
    for filter in ["", ", filter: {nation: SCOTLAND}"] {
        let answer = ask(filter);
        let mut expected: Vec<(String, String)> = Vec::new();
        for site in readiness(filter) {
            let result = &site["readiness"][0];
            let gate =
                list(&result["requirements"]).iter().find(|one| one["id"] == "standby-start");
            let is_known = gate.unwrap()["verdict"] != "UNKNOWN";
            if is_known && result["readiness"] != "NOT_READY" {
                expected.push((text(&site["code"]), text(&result["readiness"])));
            }
        }
        let moved: Vec<(String, String)> = list(&answer["moved"])
            .iter()
            .map(|one| {
                assert_eq!(one["technology"], "surgical-robot", "no other technology is changed");
                assert_eq!(one["after"]["readiness"], "NOT_READY");
                (text(&one["site"]["code"]), text(&one["before"]["readiness"]))
            })
            .collect();
        assert!(!expected.is_empty() || !filter.is_empty());
        assert_eq!(moved, expected, "{filter}");
        assert_eq!(answer["movedCount"], moved.len());
        let technologies = list(&answer["technologies"]);
        let own = technologies.iter().find(|one| one["technology"] == "surgical-robot").unwrap();
        let rise = number(&own["after"]["notReady"]) - number(&own["before"]["notReady"]);
        assert!(is_near(rise, number(&answer["movedCount"])), "{own}");
    }
    // Nothing has changed by asking.
    assert_eq!(readiness(""), before);
    let again = served.query("{ whatIf(changes: []) { movedCount } }");
    assert_eq!(again["whatIf"]["movedCount"], 0);
    let _ = served.stop();
}

#[test]
fn changes_that_cannot_be_made_are_all_named_with_advice() {
    let served = Served::demo();
    let changes = "{file: \"rules/nowhere.toml\", key: \"a\", value: \"1\"}, \
                   {file: \"rules/weights.toml\", key: \"domains.magic\", value: \"1\"}, \
                   {file: \"rules/weights.toml\", key: \"bands.ready\", value: \"ninety\"}";
    let answer = served.ask(&format!("{{ whatIf(changes: [{changes}]) {{ movedCount }} }}"));
    let (code, message) = first_error(&answer);
    assert_eq!(code, "INVALID");
    let problems = list(&answer["errors"][0]["extensions"]["problems"]);
    let expected = [
        ("rules/nowhere.toml", "a", "1"),
        ("rules/weights.toml", "domains.magic", "1"),
        ("rules/weights.toml", "bands.ready", "ninety"),
    ];
    assert_eq!(problems.len(), expected.len(), "{problems:#?}");
    for (problem, (file, key, value)) in problems.iter().zip(expected) {
        assert_eq!(
            (&problem["file"], &problem["key"], &problem["value"]),
            (&json!(file), &json!(key), &json!(value))
        );
        assert!(
            text(&problem["message"]).ends_with('.') && text(&problem["advice"]).ends_with('.')
        );
        assert!(message.contains(file) && message.contains(&text(&problem["advice"])), "{message}");
    }
    // A figure that can be read and makes no sense is refused by the checks of the rules themselves.
    for (file, key, value) in [
        ("rules/weights.toml", "bands.ready", "400"),
        ("rules/measures.toml", "measure[max-demand-kva].range", "[0, 1]"),
    ] {
        let answer = served.ask(&format!(
            "{{ whatIf(changes: [{{file: \"{file}\", key: \"{key}\", value: \"{value}\"}}]) {{ movedCount }} }}"
        ));
        assert_eq!(first_error(&answer).0, "INVALID");
        let problem = &answer["errors"][0]["extensions"]["problems"][0];
        assert_eq!(problem["file"], file);
        assert!(!text(&problem["advice"]).is_empty());
    }
    let _ = served.stop();
}

#[test]
fn sensitivity_names_the_figures_that_decide_first() {
    let served = Served::demo();
    let data = served.query(
        "{ sensitivity(technology: \"surgical-robot\", first: 400) { stepFraction sites movedByAny \
             figures { kind requirement { id } domain weight moved changedCount \
               changed(first: 100) { site { code } from to } } } \
           few: sensitivity(technology: \"surgical-robot\", first: 3) { movedByAny figures { changedCount } } \
           sites { totalCount } }",
    );
    let answer = &data["sensitivity"];
    assert_eq!(answer["sites"], data["sites"]["totalCount"]);
    assert!(is_near(number(&answer["stepFraction"]), 0.1));
    let figures = list(&answer["figures"]);
    let counts: Vec<u64> =
        figures.iter().map(|one| one["changedCount"].as_u64().unwrap()).collect();
    assert!(counts.is_sorted_by(|one, other| one >= other), "{counts:?}");
    assert!(counts[0] > 0, "no figure decides anything");
    let mut moved: Vec<String> = Vec::new();
    for figure in figures {
        let changed = list(&figure["changed"]);
        assert_eq!(figure["changedCount"], changed.len());
        assert!(changed.iter().all(|one| one["from"] != one["to"]));
        moved.extend(changed.iter().map(|one| text(&one["site"]["code"])));
        assert_eq!(figure["requirement"].is_null(), figure["kind"] == "DOMAIN_WEIGHT");
        assert_eq!(figure["weight"].is_null(), figure["kind"] == "THRESHOLD");
    }
    moved.sort();
    moved.dedup();
    assert_eq!(answer["movedByAny"], moved.len());
    assert_eq!(data["few"]["movedByAny"], answer["movedByAny"], "a short list hides no site");
    assert_eq!(list(&data["few"]["figures"]).len(), 3);
    let _ = served.stop();
}

#[test]
fn what_to_measure_next_is_the_same_from_every_side() {
    let served = Served::demo();
    let fields = "measure { id } sites technologies gates maySettle narrows togetherWith";
    let mut compared = 0;
    for code in codes(&served).iter().take(20) {
        let data = served.query(&format!(
            "{{ nextMeasures(site: \"{code}\", technologies: [\"voice-scribe\"]) {{ {fields} }} \
               site(code: \"{code}\") {{ readiness(technology: \"voice-scribe\") {{ \
                 nextMeasures(first: 100) {{ {fields} }} three: nextMeasures {{ measure {{ id }} }} }} }} }}"
        ));
        let own = &data["site"]["readiness"][0];
        assert_eq!(own["nextMeasures"], data["nextMeasures"], "{code}");
        let next = list(&data["nextMeasures"]);
        assert_eq!(list(&own["three"]).len(), next.len().min(3), "{code}");
        assert!(
            next.iter()
                .all(|one| one["sites"] == 1 && one["technologies"] == json!(["voice-scribe"]))
        );
        compared += next.len();
    }
    assert!(compared > 0, "nothing is missing anywhere");
    let data = served.query(&format!("{{ everywhere: nextMeasures(first: 1000) {{ {fields} }} }}"));
    let everywhere = list(&data["everywhere"]);
    assert!(!everywhere.is_empty());
    let worth = |one: &Value| {
        (
            one["gates"].as_u64().unwrap(),
            one["maySettle"].as_u64().unwrap(),
            hundredths(number(&one["narrows"])),
        )
    };
    // What needs companions shares its worth with them; what stands alone is in the order of its own.
    let alone: Vec<&Value> =
        everywhere.iter().filter(|one| list(&one["togetherWith"]).is_empty()).collect();
    assert!(alone.len() > 10 && alone.is_sorted_by(|one, other| worth(one) >= worth(other)));
    let together = |one: &&Value| !list(&one["togetherWith"]).is_empty();
    assert!(!together(&&everywhere[0]), "an answer that helps only with others comes first");
    for one in everywhere {
        assert!(one["sites"].as_u64().unwrap() > 0 && !list(&one["technologies"]).is_empty());
    }
    let _ = served.stop();
}

#[test]
fn missing_rooms_agree_with_the_spaces_on_record() {
    let served = Served::demo();
    let data = served.query(
        "{ missingRooms(technologies: [\"surgical-robot\", \"voice-scribe\"]) { \
             kind sites technologies sentence } \
           sites(first: 1000) { nodes { isPooled spaces { kind } } } }",
    );
    let rooms = list(&data["missingRooms"]);
    let theatres = rooms.iter().find(|one| one["kind"] == "THEATRE").expect("theatres are missing");
    let has_none = |site: &&Value| {
        site["isPooled"] == false
            && !list(&site["spaces"]).iter().any(|space| space["kind"] == "THEATRE")
    };
    let without = list(&data["sites"]["nodes"]).iter().filter(has_none).count();
    assert!(without > 0);
    assert_eq!(theatres["sites"], without);
    assert_eq!(theatres["technologies"], json!(["surgical-robot"]));
    let code = text(
        &list(&served.query("{ sites(first: 1) { nodes { code } } }")["sites"]["nodes"])[0]["code"],
    );
    let one = served.query(&format!("{{ missingRooms(site: \"{code}\") {{ sites sentence }} }}"));
    assert!(list(&one["missingRooms"]).iter().all(|room| room["sites"] == 1));
    assert_eq!(
        theatres["sentence"],
        format!(
            "No theatre is on record at {without} sites, so nothing settles surgical-robot there \
             until a survey names one."
        )
    );
    let _ = served.stop();
}

#[test]
fn every_space_is_explained_and_the_best_is_the_sites() {
    let served = Served::demo();
    let data = served.query(
        "{ sites(first: 1000) { nodes { code readiness(technology: \"surgical-robot\") { \
             readiness score spaces spacesReady space headline \
             inSpaces { space readiness score scoreOfAnswered headline failingGates requirements { id points } } } } } }",
    );
    let mut several = 0;
    for site in list(&data["sites"]["nodes"]) {
        let Some(result) = list(&site["readiness"]).first() else { continue };
        let spaces = list(&result["inSpaces"]);
        assert_eq!(result["spaces"], spaces.len(), "{site}");
        let ready = spaces.iter().filter(|space| space["readiness"] == "READY").count();
        assert_eq!(result["spacesReady"], ready, "{site}");
        for space in spaces {
            let points =
                list(&space["requirements"]).iter().filter_map(|one| one["points"].as_f64());
            let sum: i64 = points.map(hundredths).sum();
            assert_eq!(sum, space["scoreOfAnswered"].as_f64().map_or(0, hundredths), "{space}");
        }
        if spaces.is_empty() {
            continue;
        }
        let best = spaces.iter().find(|space| space["space"] == result["space"]).expect("the best");
        assert_eq!((&best["readiness"], &best["score"]), (&result["readiness"], &result["score"]));
        if spaces.len() > 1 {
            several += 1;
            let counted = format!("{ready} of its {} theatres", spaces.len());
            assert!(text(&result["headline"]).contains(&counted), "{result}");
            assert!(!text(&best["headline"]).contains("of its"), "{best}");
        }
    }
    assert!(several > 3, "{several}");
    let _ = served.stop();
}

#[test]
fn pools_count_homes_and_never_list_them() {
    let (_folder, served) = Served::empty();
    let heading = "organisation,organisation_name,site,site_name,nation,setting,space,space_kind,date,method,\
                   home-broadband-down-mbps,home-broadband-up-mbps";
    let homes = (1..=7).map(|n| {
        format!("ZTA,Test trust,ZTH01,Homes of the virtual ward,england,home,HOME-{n:03},home,2026-03-31,measured,{},{}", n * 5, n)
    });
    let rows: Vec<String> = std::iter::once(heading.to_owned()).chain(homes).collect();
    let _ = served.import("homes.csv", rows.join("\n").as_bytes());
    let _ = served.import("site.csv", one_site(&[("max-demand-kva", 300.0)]).as_bytes());
    let pools = "pools { profile { id place } places ready readyWithActions indeterminate notReady readyFraction }";
    let data = served.query(&format!(
        "{{ sites(first: 10, filter: {{withPooled: true}}) {{ nodes {{ code isPooled {pools} spaces {{ code }} \
           observations {{ space }} readiness(technology: \"virtual-ward-home\") {{ readiness }} }} }} \
           other: site(code: \"ZTA01\") {{ {pools} }} }}"
    ));
    let nodes = list(&data["sites"]["nodes"]);
    let pooled = nodes.iter().find(|site| site["code"] == "ZTH01").unwrap();
    assert_eq!(pooled["isPooled"], true);
    let pool = &list(&pooled["pools"])[0];
    assert_eq!((&pool["profile"]["id"], &pool["places"]), (&json!("virtual-ward-home"), &json!(7)));
    let sum: i64 = ["ready", "readyWithActions", "indeterminate", "notReady"]
        .map(|key| pool[key].as_i64().unwrap())
        .iter()
        .sum();
    assert_eq!(sum, 7);
    assert!(pool["notReady"].as_i64().unwrap() > 0, "5 Mbit/s is too little for anyone");
    assert!(is_near(number(&pool["readyFraction"]), number(&pool["ready"]) / 7.0));
    assert_eq!(list(&pooled["readiness"]).len(), 0, "a pool has no readiness of its own");
    assert!(!data.to_string().contains("HOME-"), "a home is named: {data:#}");
    assert_eq!(list(&data["other"]["pools"]).len(), 0);
    let _ = served.stop();
}

#[test]
fn peers_are_alike_and_never_fewer_than_five() {
    let (_folder, served) = Served::empty();
    let heading = "organisation,organisation_name,site,site_name,nation,setting,date,method,gross-internal-area-m2,max-demand-kva,agreed-import-capacity-kva";
    // Of what a scribe asks the room on the supply is answered, and nothing else.
    let row = |code: &str, nation: &str, area: u32, demand: u32| {
        format!(
            "ZTP,Test trust,{code},Site {code},{nation},acute,2026-03-31,measured,{area},{demand},5000"
        )
    };
    let mut rows = vec![heading.to_owned()];
    rows.extend((1..=5).map(|n| row(&format!("ZTP{n:02}"), "england", 21_000 + n, n * 100)));
    // Four in Scotland, and a fifth that is far larger.
    rows.extend((1..=4).map(|n| row(&format!("ZTS{n:02}"), "scotland", 21_000 + n, n * 100)));
    rows.push(row("ZTS05", "scotland", 90_000, 900));
    let _ = served.import("peers.csv", rows.join("\n").as_bytes());
    let ask = |code: &str| {
        let data = served.query(&format!(
            "{{ site(code: \"{code}\") {{ peers(technology: \"voice-scribe\", measures: [\"max-demand-kva\"]) {{ \
               profile {{ id }} measure {{ id unit }} likeness reason value percentile groupSize leftOut \
               spread {{ lowest lowerQuartile median upperQuartile highest }} }} \
               readiness(technology: \"voice-scribe\") {{ score scoreOfAnswered coverage }} }} }}"
        ));
        let readiness = &data["site"]["readiness"][0];
        assert!(is_near(number(&readiness["scoreOfAnswered"]), 100.0), "{readiness}");
        assert!(
            number(&readiness["coverage"]) < 5.0 && readiness["score"].is_null(),
            "{readiness}"
        );
        list(&data["site"]["peers"]).to_vec()
    };
    for (code, percentile) in [("ZTP01", 0.0), ("ZTP03", 50.0), ("ZTP05", 100.0)] {
        let [score, demand] = &ask(code)[..] else { panic!("two were asked for") };
        assert_eq!(score["profile"]["id"], "voice-scribe");
        // A hundred points over a hundredth of the questions is no score, here or at any site like it.
        for key in ["value", "percentile", "groupSize", "spread"] {
            assert!(score[key].is_null(), "{score}");
        }
        let reason = text(&score["reason"]);
        assert!(
            reason.starts_with("Its score is not known: ")
                && reason.ends_with(" a score is told from 80 % on."),
            "{reason}"
        );
        assert_eq!((&score["leftOut"], &demand["leftOut"]), (&json!(4), &Value::Null));
        assert_eq!(
            (&demand["measure"]["id"], &demand["groupSize"]),
            (&json!("max-demand-kva"), &json!(5))
        );
        assert!(is_near(number(&demand["percentile"]), percentile), "{demand}");
        assert_eq!(
            demand["spread"],
            json!({"lowest": 100.0, "lowerQuartile": 200.0, "median": 300.0, "upperQuartile": 400.0, "highest": 500.0})
        );
        assert!(demand["reason"].is_null());
        let likeness = text(&demand["likeness"]);
        assert!(
            likeness.contains("England") && likeness.contains("acute") && likeness.contains("m2"),
            "{likeness}"
        );
    }
    for code in ["ZTS01", "ZTS05"] {
        for standing in ask(code) {
            for key in ["value", "percentile", "groupSize", "spread"] {
                assert!(standing[key].is_null(), "{code}: {standing}");
            }
            assert!(standing["reason"].is_string(), "{standing}");
        }
        let reason = text(&ask(code)[1]["reason"]);
        assert!(reason.contains("Fewer than 5 sites"), "{reason}");
    }
    let _ = served.stop();
}

#[test]
fn questions_about_what_is_not_there_are_refused_in_plain_words() {
    let served = Served::demo();
    let item = |more: &str| format!("site: \"ZZN02\", deployment: [{{{more}}}]");
    let headroom = |arguments: &str| format!("{{ resourceHeadroom({arguments}) {{ readiness }} }}");
    let resilience =
        |arguments: &str| format!("{{ resilience(site: \"ZZN02\", {arguments}) {{ addedKva }} }}");
    for (query, code, words) in [
        (headroom("site: \"XX\""), "NOT_FOUND", "there is no site \"XX\""),
        (headroom(&item("technology: \"teleporter\"")), "NOT_FOUND", "there is no technology \"teleporter\""),
        (
            headroom(&item("technology: \"surgical-robot\", space: \"CELLAR\"")),
            "NOT_FOUND",
            "there is no space \"CELLAR\" at ZZN02",
        ),
        (
            headroom(&item("technology: \"surgical-robot\", quantity: 0")),
            "INVALID",
            "the quantity of surgical-robot must be from 1 to 10000",
        ),
        (
            headroom(&item("technology: \"surgical-robot\", quantity: -3")),
            "INVALID",
            "the quantity of surgical-robot must be from 1 to 10000",
        ),
        (
            headroom(&item("technology: \"virtual-ward-home\"")),
            "INVALID",
            "virtual-ward-home is deployed in homes",
        ),
        ("{ resilience(site: \"XX\") { addedKva } }".to_owned(), "NOT_FOUND", "there is no site \"XX\""),
        (resilience("hours: 0"), "INVALID", "hours must be from 1 to 168"),
        (resilience("hours: 169"), "INVALID", "hours must be from 1 to 168"),
        (
            resilience("whatIf: {figures: [{figure: SETS, value: 2}, {figure: SETS, value: 3}]}"),
            "INVALID",
            "the figure sets is given twice",
        ),
        (resilience("whatIf: {solarKw: [1, 2]}"), "INVALID", "solarKw needs 24 values"),
        (
            resilience("whatIf: {extraSets: [{sets: 0, ratingKva: 100}]}"),
            "INVALID",
            "extraSets needs at least one set",
        ),
        (
            "{ nextMeasures(site: \"XX\") { sites } }".to_owned(),
            "NOT_FOUND",
            "there is no site \"XX\"",
        ),
        (
            "{ nextMeasures(site: \"ZZN02\", filter: {nation: WALES}) { sites } }".to_owned(),
            "INVALID",
            "name a site or a filter, not both",
        ),
        (
            "{ nextMeasures(technologies: [\"teleporter\"]) { sites } }".to_owned(),
            "NOT_FOUND",
            "there is no technology \"teleporter\"",
        ),
        (
            "{ sensitivity(technology: \"teleporter\") { sites } }".to_owned(),
            "NOT_FOUND",
            "there is no technology \"teleporter\"",
        ),
        (
            "{ sensitivity(technology: \"virtual-ward-home\") { sites } }".to_owned(),
            "INVALID",
            "virtual-ward-home is deployed in homes",
        ),
        (
            "{ whatIf(changes: [], technologies: [\"teleporter\"]) { movedCount } }".to_owned(),
            "NOT_FOUND",
            "there is no technology \"teleporter\"",
        ),
        (
            "{ whatIf(changes: [], filter: {organisation: \"XX\"}) { movedCount } }".to_owned(),
            "NOT_FOUND",
            "there is no organisation \"XX\"",
        ),
        (
            "{ readinessSummary(groupBy: NATION, technologies: [\"virtual-ward-home\"]) { sites } }".to_owned(),
            "INVALID",
            "virtual-ward-home is deployed in homes",
        ),
        (
            "{ site(code: \"ZZN02\") { peers { reason } } }".to_owned(),
            "INVALID",
            "name a technology or measures to compare",
        ),
        (
            "{ site(code: \"ZZN02\") { peers(measures: [\"generator-redundancy\"]) { reason } } }".to_owned(),
            "INVALID",
            "only quantities have an order",
        ),
        (
            "{ site(code: \"ZZN02\") { peers(measures: [\"hope\"]) { reason } } }".to_owned(),
            "NOT_FOUND",
            "there is no measure \"hope\"",
        ),
    ] {
        let answer = served.ask(&query);
        let (found, message) = first_error(&answer);
        assert_eq!(found, code, "{query}: {message}");
        assert!(message.contains(words), "{query}: {message}");
    }
    let heavy: Vec<String> =
        (0..21).map(|n| format!("q{n}: whatIf(changes: []) {{ movedCount }}")).collect();
    assert!(
        first_error(&served.ask(&format!("{{ {} }}", heavy.join(" ")))).1.contains("too complex")
    );
    let wide =
        "{ sites(first: 1000) { nodes { peers(technology: \"voice-scribe\") { percentile } } } }";
    assert!(first_error(&served.ask(wide)).1.contains("too complex"));
    let _ = served.stop();
}

#[test]
fn works_that_are_taken_bring_about_what_is_said_and_nothing_cheaper_does() {
    let served = Served::demo();
    let fields = "works { remedy place capital { low central high } serves { technology level requirement { id } } } \
                  capital { central } bill { worksWithoutCost capital } bound { worksWithoutCost capital } isProven \
                  technologies { profile { id } before { readiness score } after { readiness score gatesFailed } \
                    atBest { readiness score } goal obstacles } \
                  mustMeasure { technology requirement { id gate } } mayMeasure { technology requirement { id } } \
                  impossible { technology isGate reason requirement { id gate } }";
    let money = |value: &Value| text(value).parse::<f64>().unwrap();
    let deployment =
        "[{technology: \"surgical-robot\"}, {technology: \"ai-inference-node\", quantity: 2}]";
    let mut works = 0;
    for code in codes(&served).iter().take(12) {
        let data = served.query(&format!(
            "{{ whatWouldItTake(site: \"{code}\", deployment: {deployment}) {{ {fields} }} \
               resourceHeadroom(site: \"{code}\", deployment: {deployment}) {{ items {{ together {{ readiness score }} }} }} }}"
        ));
        let takes = &data["whatWouldItTake"];
        let (bill, bound) = (&takes["bill"], &takes["bound"]);
        let order = |sum: &Value| (number(&sum["worksWithoutCost"]), money(&sum["capital"]));
        assert!(order(bound) <= order(bill), "{code}: {takes:#}");
        assert!(takes["isProven"] == false || order(bound) == order(bill), "{code}: {takes:#}");
        let taken = list(&takes["works"]);
        works += taken.len();
        let known = taken.iter().filter(|work| work["capital"].is_object());
        let sum: f64 = known.clone().map(|work| money(&work["capital"]["central"])).sum();
        assert!(is_near(sum, money(&bill["capital"])), "{code}");
        assert_eq!(
            taken.len() - known.count(),
            bill["worksWithoutCost"].as_u64().unwrap() as usize
        );
        assert!(
            taken.iter().all(|work| !list(&work["serves"]).is_empty()),
            "a work serves something"
        );
        let items = list(&data["resourceHeadroom"]["items"]).iter();
        for (one, item) in list(&takes["technologies"]).iter().zip(items) {
            assert_eq!(one["before"], item["together"], "the two questions judge alike");
            match one["goal"].as_str() {
                None => assert!(!list(&one["obstacles"]).is_empty(), "{code}: {one}"),
                Some("READY") => assert_eq!(one["after"]["readiness"], "READY"),
                Some(_) => assert!(
                    ["READY", "READY_WITH_ACTIONS"]
                        .contains(&one["after"]["readiness"].as_str().unwrap())
                ),
            }
        }
        for one in list(&takes["impossible"]) {
            assert_eq!(one["isGate"], one["requirement"]["gate"]);
            assert!(text(&one["reason"]).ends_with('.'));
        }
    }
    assert!(works > 0, "nothing is ever to be done");
    for (query, code, words) in [
        ("site: \"ZZN02\", deployment: []", "INVALID", "name at least one technology"),
        (
            "site: \"XX\", deployment: [{technology: \"surgical-robot\"}]",
            "NOT_FOUND",
            "there is no site \"XX\"",
        ),
        (
            "site: \"ZZN02\", deployment: [{technology: \"surgical-robot\", quantity: 10001}]",
            "INVALID",
            "the quantity of surgical-robot must be from 1 to 10000",
        ),
    ] {
        let answer = served.ask(&format!("{{ whatWouldItTake({query}) {{ isProven }} }}"));
        let (found, message) = first_error(&answer);
        assert_eq!(found, code, "{query}: {message}");
        assert!(message.contains(words), "{query}: {message}");
    }
    let _ = served.stop();
}
