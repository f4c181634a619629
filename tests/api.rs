//! The API from outside: each surface with its good and its bad requests, over the real program.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the finding")]

use serde_json::{Value, json};
use siteworthy_tests::program::{Served, multipart};
use siteworthy_tests::{postgres, root};
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;

const JSON: [(&str, &str); 1] = [("content-type", "application/json")];

fn empty() -> (tempfile::TempDir, Served) {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::start(&format!("sqlite://{}", folder.path().join("api.db").display()));
    (folder, served)
}

fn first_error(answer: &Value) -> (&str, &str) {
    let error = &answer["errors"][0];
    let code = error["extensions"]["code"].as_str().unwrap_or("none");
    (code, error["message"].as_str().unwrap())
}

#[test]
fn the_schema_is_the_one_on_file() {
    let on_file = fs::read_to_string(root().join("server/schema.graphql")).unwrap();
    assert_eq!(
        siteworthy::api::sdl(),
        on_file,
        "write it again: cargo run -p siteworthy -- schema > server/schema.graphql"
    );
}

#[test]
fn a_reader_finds_a_site_with_its_reasons_and_their_rows() {
    let served = Served::demo();
    let data = served.query(
        "{ site(code: \"ZZN02\") { name nation setting organisation { code name } \
           readiness(technology: \"surgical-robot\") { readiness score scoreLow scoreHigh coverage \
             gatesFailed spaces spacesReady requirements { id verdict gate threshold sentence \
               reference evidence gapToMinimum inputs { measure value file row column observedOn } } } } }",
    );
    let site = &data["site"];
    assert_eq!(site["nation"], "ENGLAND");
    let readiness = &site["readiness"][0];
    assert_eq!(readiness["readiness"], "NOT_READY");
    assert!(readiness["score"].as_f64().unwrap() > 85.0, "a failed gate decides, not the score");
    let requirements = readiness["requirements"].as_array().unwrap();
    let failed: Vec<&Value> = requirements
        .iter()
        .filter(|one| one["gate"] == true && one["verdict"] == "SHORT")
        .collect();
    assert_eq!(failed.len(), 1);
    assert_eq!(failed[0]["id"], "standby-start");
    assert_eq!(
        failed[0]["sentence"],
        "Generator start and changeover time: 18 s. Asked is at most 15 s; this falls short of the minimum."
    );
    assert_eq!(failed[0]["gapToMinimum"], 3.0);
    let input = &failed[0]["inputs"][0];
    let file = fs::read_to_string(root().join("datasets/demo/northmoor-2026.csv")).unwrap();
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(file.as_bytes());
    let row = usize::try_from(input["row"].as_u64().unwrap()).unwrap();
    let column = usize::try_from(input["column"].as_u64().unwrap()).unwrap();
    let record = reader.records().nth(row - 1).unwrap().unwrap();
    assert_eq!(&record[column - 1], "18", "the row and column lead to the value");
    let _ = served.stop();
}

#[test]
fn pages_follow_each_other_without_gap_or_repetition() {
    let served = Served::demo();
    for order in [
        "",
        ", order: {by: NAME}",
        ", order: {by: SCORE, technology: \"voice-scribe\"}",
        ", order: {by: SCORE, technology: \"voice-scribe\", reverse: true}",
    ] {
        let mut codes: Vec<String> = Vec::new();
        let mut scores: Vec<Option<f64>> = Vec::new();
        let mut after = String::new();
        loop {
            let data = served.query(&format!(
                "{{ sites(first: 7{order}{after}) {{ totalCount pageInfo {{ hasNextPage endCursor }} \
                   nodes {{ code readiness(technology: \"voice-scribe\") {{ score }} }} }} }}"
            ));
            let nodes = data["sites"]["nodes"].as_array().unwrap();
            codes.extend(nodes.iter().map(|node| node["code"].as_str().unwrap().to_owned()));
            scores.extend(nodes.iter().map(|node| node["readiness"][0]["score"].as_f64()));
            if data["sites"]["pageInfo"]["hasNextPage"] == false {
                assert_eq!(data["sites"]["totalCount"], codes.len());
                break;
            }
            after = format!(", after: {}", data["sites"]["pageInfo"]["endCursor"]);
        }
        let mut distinct = codes.clone();
        distinct.sort();
        distinct.dedup();
        assert_eq!(distinct.len(), codes.len(), "{order}");
        if order.contains("SCORE") {
            let known: Vec<f64> = scores.iter().copied().flatten().collect();
            let falling = known.windows(2).all(|pair| pair[0] >= pair[1]);
            let rising = known.windows(2).all(|pair| pair[0] <= pair[1]);
            assert!(if order.contains("reverse") { rising } else { falling }, "{known:?}");
            let first_unknown = scores.iter().position(Option::is_none).unwrap();
            assert!(scores[first_unknown..].iter().all(Option::is_none), "unknown comes last");
        }
    }
    let _ = served.stop();
}

#[test]
fn filters_choose_what_they_say_and_their_sum_is_the_whole() {
    let served = Served::demo();
    let count = |filter: &str| {
        let data =
            served.query(&format!("{{ sites(first: 1, filter: {{{filter}}}) {{ totalCount }} }}"));
        data["sites"]["totalCount"].as_i64().unwrap()
    };
    let all = count("");
    let nations = ["ENGLAND", "SCOTLAND", "WALES", "NORTHERN_IRELAND"];
    assert_eq!(nations.iter().map(|nation| count(&format!("nation: {nation}"))).sum::<i64>(), all);
    let words = ["READY", "READY_WITH_ACTIONS", "INDETERMINATE", "NOT_READY"];
    let by_word = words.map(|word| {
        count(&format!("readiness: {{technology: \"voice-scribe\", anyOf: [{word}]}}"))
    });
    assert_eq!(by_word.iter().sum::<i64>(), all);
    assert!(by_word.iter().all(|count| *count > 0), "{by_word:?}");
    assert_eq!(count("organisation: \"S92000003\""), count("nation: SCOTLAND"));
    let summary = served.query(
        "{ readinessSummary(groupBy: NATION) { title sites counts { profile ready readyWithActions indeterminate notReady } } }",
    );
    let groups = summary["readinessSummary"].as_array().unwrap();
    assert_eq!(groups.iter().map(|group| group["sites"].as_i64().unwrap()).sum::<i64>(), all);
    let of_scribe = groups.iter().flat_map(|group| group["counts"].as_array().unwrap());
    let scribe: i64 = of_scribe
        .filter(|counts| counts["profile"] == "voice-scribe")
        .map(|counts| counts["ready"].as_i64().unwrap())
        .sum();
    assert_eq!(scribe, by_word[0]);
    let _ = served.stop();
}

#[test]
fn a_survey_is_uploaded_accepted_and_withdrawn_without_a_trace() {
    let (_folder, served) = empty();
    let file = fs::read(root().join("datasets/demo/northmoor-2026.csv")).unwrap();
    let sites = || served.query("{ revision sites { totalCount } }");
    let uploaded = served.upload("northmoor-2026.csv", &file);
    let survey = &uploaded["data"]["uploadSurvey"]["survey"];
    assert_eq!(survey["status"], "DRAFT");
    assert_eq!(sites()["sites"]["totalCount"], 0, "a draft counts for nothing");
    let id = survey["id"].as_str().unwrap();
    let again = served.upload("another-name.csv", &file);
    assert_eq!(again["data"]["uploadSurvey"]["alreadyThere"], true);
    assert_eq!(again["data"]["uploadSurvey"]["survey"]["id"], id);
    let accept = format!("mutation {{ acceptSurvey(id: \"{id}\") {{ status revisionAccepted }} }}");
    assert_eq!(
        served.query(&accept)["acceptSurvey"],
        json!({"status": "ACCEPTED", "revisionAccepted": 1})
    );
    assert_eq!(sites(), json!({"revision": 1, "sites": {"totalCount": 18}}));
    let (code, message) =
        ("CONFLICT", format!("only a draft can be accepted; survey {id} is accepted"));
    assert_eq!(first_error(&served.ask(&accept)), (code, message.as_str()));
    let withdraw = format!("mutation {{ withdrawSurvey(id: \"{id}\") {{ status }} }}");
    assert_eq!(served.query(&withdraw)["withdrawSurvey"]["status"], "WITHDRAWN");
    assert_eq!(sites(), json!({"revision": 2, "sites": {"totalCount": 0}}));
    let anew = served.upload("northmoor-2026.csv", &file);
    assert_eq!(
        anew["data"]["uploadSurvey"]["alreadyThere"], false,
        "withdrawn bytes are free again"
    );
    let _ = served.stop();
}

#[test]
fn problems_come_with_row_column_value_and_advice() {
    let (_folder, served) = empty();
    let file = fs::read(root().join("datasets/demo/faults-2026.csv")).unwrap();
    let uploaded = served.upload("faults-2026.csv", &file);
    let id = uploaded["data"]["uploadSurvey"]["survey"]["id"].as_str().unwrap().to_owned();
    let data = served.query(&format!(
        "{{ survey(id: \"{id}\") {{ problemCounts {{ refused warnings notes }} \
           problems(first: 1000) {{ nodes {{ severity code file row column value message advice }} }} }} }}"
    ));
    let problems = data["survey"]["problems"]["nodes"].as_array().unwrap();
    let counts = &data["survey"]["problemCounts"];
    let sum: u64 =
        ["refused", "warnings", "notes"].iter().map(|key| counts[key].as_u64().unwrap()).sum();
    assert_eq!(problems.len() as u64, sum);
    let wrong_unit = problems.iter().find(|problem| problem["code"] == "wrong-unit").unwrap();
    assert_eq!(wrong_unit["row"], 4);
    assert_eq!(wrong_unit["file"], "faults-2026.csv");
    assert!(problems.iter().all(|problem| !problem["advice"].as_str().unwrap().is_empty()));
    let paged = served.query(&format!(
        "{{ survey(id: \"{id}\") {{ problems(first: 3) {{ pageInfo {{ hasNextPage endCursor }} nodes {{ row }} }} }} }}"
    ));
    assert_eq!(paged["survey"]["problems"]["nodes"].as_array().unwrap().len(), 3);
    assert_eq!(paged["survey"]["problems"]["pageInfo"]["hasNextPage"], true);
    let _ = served.stop();
}

#[test]
fn bad_queries_are_refused_with_a_code_and_a_reason() {
    let (_folder, served) = empty();
    for (query, code, words) in [
        (
            "{ sites(first: 0) { totalCount } }",
            "INVALID",
            "first must be a whole number from 1 to 1000",
        ),
        (
            "{ sites(first: 1001) { totalCount } }",
            "INVALID",
            "first must be a whole number from 1 to 1000",
        ),
        ("{ sites(after: \"XX\") { totalCount } }", "INVALID", "there is no page after \"XX\""),
        (
            "{ sites(filter: {organisation: \"XX\"}) { totalCount } }",
            "NOT_FOUND",
            "there is no organisation \"XX\"",
        ),
        (
            "{ investmentGap(technologies: [\"teleporter\"]) { total { sites } } }",
            "NOT_FOUND",
            "there is no technology \"teleporter\"; use one of ai-cloud-triage",
        ),
        (
            "{ surveys(first: 2147483647) { nodes { problems(first: 2147483647) { nodes { code message } } } } }",
            "none",
            "too complex",
        ),
        (
            "{ investmentGap(filter: {withPooled: true}) { total { sites } } }",
            "INVALID",
            "pooled entries are not judged",
        ),
        ("{ survey(id: \"1\") { id } }", "INVALID", "\"1\" is not the id of a survey"),
        (
            "mutation { acceptSurvey(id: \"01a21007-6d9d-7d45-8a69-8dea0a7e3ff5\") { id } }",
            "NOT_FOUND",
            "there is no survey 01a21007-6d9d-7d45-8a69-8dea0a7e3ff5",
        ),
        ("{ nothing }", "none", "Unknown field \"nothing\""),
    ] {
        let answer = served.ask(query);
        let (found, message) = first_error(&answer);
        assert_eq!(found, code, "{query}: {message}");
        assert!(message.contains(words), "{query}: {message}");
    }
    let deep = "{ organisations { nodes { ".to_owned()
        + &"parent { ".repeat(20)
        + "code"
        + &" }".repeat(20)
        + " } } }";
    assert!(first_error(&served.ask(&deep)).1.contains("too deep"));
    let wide =
        "{ a: sites(first: 1000) { nodes { readiness { requirements { inputs { value } } } } } }";
    let wide =
        wide.replace("inputs { value }", "id title why reference inputs { value row column file }");
    assert!(first_error(&served.ask(&wide)).1.contains("too complex"));
    let _ = served.stop();
}

#[test]
fn bodies_are_bounded_and_only_safe_kinds_are_taken() {
    let (_folder, served) = empty();
    let query = br#"{"query":"{ revision }"}"#;
    assert_eq!(served.post("/graphql", &JSON, query).json()["data"]["revision"], 0);
    let big = format!("{{\"query\":\"{{ revision }} # {}\"}}", "x".repeat(1 << 20));
    assert_eq!(served.post("/graphql", &JSON, big.as_bytes()).status, 413);
    for kind in ["text/plain", "application/x-www-form-urlencoded"] {
        assert_eq!(served.post("/graphql", &[("content-type", kind)], query).status, 400, "{kind}");
    }
    let batch = format!("[{}]", [r#"{"query":"{ revision }"}"#; 11].join(","));
    let refused = served.post("/graphql", &JSON, batch.as_bytes());
    assert_eq!(refused.status, 413);
    assert_eq!(refused.json()["error"]["message"], "a batch may have at most 10 queries");
    assert_eq!(served.post("/graphql", &JSON, b"{").status, 400);
    // A part of kind multipart makes the stock reader panic; this one must answer.
    let (kind, body) = multipart(&[("name=\"operations\"\r\ncontent-type: multipart/x", b"{}")]);
    let answer = served.post("/graphql", &[("content-type", &kind), ("x-siteworthy", "1")], &body);
    assert_eq!(answer.status, 400, "{}", String::from_utf8_lossy(&answer.body));
    let (kind, body) = multipart(&[("name=\"file\"; filename=\"a.csv\"", b"site\n")]);
    let bare = served.post("/graphql", &[("content-type", &kind)], &body);
    assert_eq!(
        bare.json()["error"]["message"],
        "a multipart request needs the header x-siteworthy: 1"
    );
    let bare = served.post("/surveys", &[("content-type", &kind)], &body);
    assert_eq!(bare.status, 400);
    let _ = served.stop();
}

#[test]
fn a_file_may_be_uploaded_over_plain_http() {
    let (_folder, served) = empty();
    let file = fs::read(root().join("datasets/demo/glenavon-2026.csv")).unwrap();
    let send = |bytes: &[u8]| {
        let (kind, body) = multipart(&[("name=\"file\"; filename=\"glenavon-2026.csv\"", bytes)]);
        served.post("/surveys", &[("content-type", &kind), ("x-siteworthy", "1")], &body)
    };
    let created = send(&file);
    assert_eq!(created.status, 201);
    assert_eq!(created.json()["survey"]["layout"], "siteworthy-survey-wide");
    let again = send(&file);
    assert_eq!((again.status, again.json()["alreadyThere"].clone()), (200, json!(true)));
    let unreadable = send(b"PK\x03\x04 this is a workbook");
    assert_eq!(unreadable.status, 422);
    let problem = &unreadable.json()["problems"][0];
    assert!(problem["advice"].as_str().unwrap().contains("CSV"), "{problem}");
    let empty_file = send(b"");
    assert_eq!(empty_file.status, 422);
    let _ = served.stop();
}

#[test]
fn tiles_have_tags_and_empty_places_have_none() {
    let served = Served::demo();
    let tile = served.get("/tiles/voice-scribe/5/15/10.mvt");
    assert_eq!(tile.status, 200);
    assert_eq!(tile.header("content-type"), Some("application/vnd.mapbox-vector-tile"));
    let tag = tile.header("etag").unwrap();
    let held = served.get_with("/tiles/voice-scribe/5/15/10.mvt", &[("if-none-match", tag)]);
    assert_eq!((held.status, held.body.len()), (304, 0));
    assert_eq!(served.get("/tiles/voice-scribe/5/0/0.mvt").status, 204);
    assert_eq!(served.get("/tiles/voice-scribe/5/99/0.mvt").status, 404);
    assert_eq!(served.get("/tiles/teleporter/5/0/0.mvt").status, 404);
    let odd = served.get("/tiles/voice-scribe/300/0/0.mvt");
    assert_eq!((odd.status, odd.json()["error"]["code"].clone()), (404, json!("NOT_FOUND")));
    let description = served.get("/tiles/voice-scribe.json").json();
    assert_eq!(description["tilejson"], "3.0.0");
    let address = description["tiles"][0].as_str().unwrap();
    assert!(address.starts_with(&served.url) && address.ends_with("/{z}/{x}/{y}.mvt"), "{address}");
    let _ = served.stop();
}

#[test]
fn downloads_refuse_what_they_do_not_understand() {
    let served = Served::demo();
    for (path, status, words) in [
        ("/reports/investment-gap.csv?nation=england&level=target", 200, "Organisation code"),
        ("/reports/investment-gap.csv?country=england", 400, "country"),
        ("/reports/investment-gap.csv?nation=narnia", 400, "narnia"),
        ("/reports/investment-gap.csv?technologies=teleporter", 404, "teleporter"),
        ("/sites.geojson?readiness=ready", 400, "readiness needs exactly one of technologies"),
        ("/sites.geojson?readiness=ready&technologies=voice-scribe", 200, "FeatureCollection"),
        ("/nowhere", 404, ""),
    ] {
        let answer = served.get(path);
        let body = String::from_utf8_lossy(&answer.body);
        assert_eq!(answer.status, status, "{path}: {body}");
        assert!(body.contains(words), "{path}: {body}");
    }
    let answer = served.get("/reports/investment-gap.xlsx");
    let disposition = answer.header("content-disposition").unwrap();
    assert_eq!(disposition, "attachment; filename=\"investment-gap.xlsx\"");
    assert_eq!(
        served.get("/reports/investment-gap.xlsx").body,
        answer.body,
        "the same bytes again"
    );
    let _ = served.stop();
}

#[test]
fn the_service_says_whether_it_lives_and_is_ready() {
    let (_folder, served) = empty();
    assert_eq!(served.get("/healthz").json(), json!({"status": "alive"}));
    let ready = served.get("/readyz").json();
    assert_eq!((ready["status"].clone(), ready["revision"].clone()), (json!("ready"), json!(0)));
    let log = served.stop();
    let line = log.lines().find(|line| line.contains("/readyz")).unwrap();
    for field in ["http.route", "http.status=200", "duration_ms", "revision=0", "request.id"] {
        assert!(line.contains(field), "{field} in {line}");
    }
}

#[test]
fn a_request_in_flight_is_finished_when_the_program_is_told_to_end() {
    let (_folder, served) = empty();
    let address = served.url.trim_start_matches("http://").to_owned();
    let body = json!({ "query": "{ revision }" }).to_string();
    let mut stream = TcpStream::connect(&address).unwrap();
    let (head, tail) = body.split_at(5);
    write!(
        stream,
        "POST /graphql HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n{head}",
        body.len()
    )
    .unwrap();
    // The service has begun with this request when it answers a later one.
    assert_eq!(served.get("/healthz").status, 200);
    served.terminate();
    stream.write_all(tail.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("revision"), "{answer}");
    let _ = served.stop();
}

#[test]
fn a_record_that_is_taken_away_is_noticed_and_nothing_is_accepted_into_it() {
    let (folder, served) = empty();
    assert_eq!(served.get("/readyz").status, 200);
    for file in fs::read_dir(folder.path()).unwrap() {
        fs::remove_file(file.unwrap().path()).unwrap();
    }
    let answer = served.get("/readyz");
    assert_eq!(
        (answer.status, answer.json()["error"]["code"].clone()),
        (503, json!("UNAVAILABLE"))
    );
    let file = fs::read(root().join("datasets/demo/glenavon-2026.csv")).unwrap();
    let (kind, body) = multipart(&[("name=\"file\"; filename=\"a.csv\"", &file)]);
    let answer = served.post("/surveys", &[("content-type", &kind), ("x-siteworthy", "1")], &body);
    assert_eq!(answer.status, 503);
    let message = "the record cannot be reached at the moment; try again shortly";
    assert_eq!(answer.json()["error"]["message"], message);
    assert_eq!(served.get("/healthz").status, 200, "what was published is still shown");
}

#[test]
fn a_server_follows_what_a_command_accepts() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("follow.db").display());
    let served = Served::start(&url);
    let file = root().join("datasets/demo/glenavon-2026.csv");
    let arguments = ["import", "--accept", "--database-url", &url, file.to_str().unwrap()];
    let output = siteworthy_tests::program::run(&arguments);
    assert!(output.status.success(), "{output:?}");
    let patience = std::time::Instant::now() + std::time::Duration::from_secs(30);
    while served.query("{ revision }")["revision"] == 0 {
        assert!(std::time::Instant::now() < patience, "the server does not follow");
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    assert_eq!(served.query("{ sites { totalCount } }")["sites"]["totalCount"], 12);
    let _ = served.stop();
}

#[test]
fn the_questions_of_the_explorer_and_of_the_front_page_are_answered() {
    let served = Served::demo();
    // The question that the explorer asks first, as graphql-js writes it.
    let of_type =
        (0..9).fold("kind name".to_owned(), |inner, _| format!("kind name ofType {{ {inner} }}"));
    let _ = served.query(&format!(
        "{{ __schema {{ types {{ name fields(includeDeprecated: true) {{ name args {{ name type {{ {of_type} }} }} }} }} }} }}"
    ));
    let mut asked = 0;
    for file in ["queries.ts", "summary.ts"] {
        let text = fs::read_to_string(root().join("server/web/src").join(file)).unwrap();
        for query in text.split('`').skip(1).step_by(2).filter(|text| text.contains("query ")) {
            let _ = served.query(query);
            asked += 1;
        }
    }
    assert_eq!(asked, 7);
    for page in ["/", "/graphiql"] {
        let answer = served.get(page);
        assert_eq!(answer.status, 200, "{page}");
        assert!(answer.header("content-security-policy").unwrap().contains("default-src 'self'"));
        let text = String::from_utf8(answer.body).unwrap();
        assert!(!text.contains("//unpkg") && !text.contains("cdn"), "nothing from elsewhere");
    }
    let _ = served.stop();
}

#[test]
fn servers_that_share_a_database_follow_each_other() {
    let Some(database) = postgres::fresh_database() else { return };
    let (one, other) = (Served::start(&database), Served::start(&database));
    let file = fs::read(root().join("datasets/demo/glenavon-2026.csv")).unwrap();
    let _ = one.import("glenavon-2026.csv", &file);
    let patience = std::time::Instant::now() + std::time::Duration::from_secs(30);
    while other.query("{ revision }")["revision"] == 0 {
        assert!(std::time::Instant::now() < patience, "the other server does not follow");
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    let sites = "{ sites { nodes { code readiness { score } } } }";
    assert_eq!(one.query(sites), other.query(sites));
    let tile = "/tiles/voice-scribe/4/7/4.mvt";
    assert_eq!(one.get(tile).header("etag"), other.get(tile).header("etag"), "the same tag");
    let _ = (one.stop(), other.stop());
}

#[test]
fn answers_name_the_revision_and_the_rules_that_they_were_made_by() {
    let served = Served::demo();
    let answer = served.ask("{ revision rulebookHash }");
    assert_eq!(answer["extensions"]["revision"], answer["data"]["revision"]);
    assert_eq!(answer["extensions"]["rulebook"], answer["data"]["rulebookHash"]);
    for path in ["/sites.geojson", "/reports/investment-gap.csv", "/tiles/voice-scribe.json"] {
        let answer = served.get(path);
        assert!(answer.header("x-siteworthy-revision").is_some(), "{path}");
        assert!(answer.header("x-siteworthy-rulebook").is_some(), "{path}");
        assert!(answer.header("x-request-id").is_some(), "{path}");
    }
    let _ = served.stop();
}

#[test]
fn the_original_file_comes_back_byte_for_byte() {
    let (_folder, served) = empty();
    let file = fs::read(root().join("datasets/demo/faults-2026.csv")).unwrap();
    let uploaded = served.upload("faults-2026.csv", &file);
    let id = uploaded["data"]["uploadSurvey"]["survey"]["id"].as_str().unwrap().to_owned();
    let answer = served.get(&format!("/surveys/{id}/original"));
    assert_eq!((answer.status, answer.body == file), (200, true));
    assert_eq!(
        answer.header("content-disposition"),
        Some("attachment; filename=\"faults-2026.csv\"")
    );
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    for unknown in ["01a21007-6d9d-7d45-8a69-8dea0a7e3ff5", "..%2f..%2fetc"] {
        assert_eq!(served.get(&format!("/surveys/{unknown}/original")).status, 404, "{unknown}");
    }
    let _ = served.stop();
}

#[test]
fn a_file_beyond_the_limit_is_refused_with_the_limit() {
    let (_folder, served) = empty();
    let file = vec![b'x'; 65 << 20];
    let (kind, body) = multipart(&[("name=\"file\"; filename=\"big.csv\"", &file)]);
    let answer = served.post("/surveys", &[("content-type", &kind), ("x-siteworthy", "1")], &body);
    assert_eq!(answer.status, 413);
    let message = &answer.json()["error"]["message"];
    assert_eq!(message, "a file may have at most 64 MiB; split it");
    let _ = served.stop();
}

#[test]
fn a_tile_of_very_many_sites_shows_clusters_that_add_up() {
    let (_folder, served) = empty();
    let heading = "organisation,organisation_name,site,site_name,nation,setting,latitude,longitude,date,method,fuel-endurance-h";
    let rows = (0..4_100).map(|n| {
        let (latitude, longitude) = (51.0 + f64::from(n % 64) / 100.0, -2.0 + f64::from(n / 64) / 50.0);
        format!("ZZT,Test trust,ZT{n:04},Site number {n},england,acute,{latitude},{longitude},2026-03-31,measured,{}", 20 + n % 9)
    });
    let text: Vec<String> = std::iter::once(heading.to_owned()).chain(rows).collect();
    let _ = served.import("many.csv", text.join("\n").as_bytes());
    let tile = served.get("/tiles/ai-inference-node/4/7/5.mvt");
    assert!(tile.body.len() < 500_000);
    let reader = mvt_reader::Reader::new(tile.body).unwrap();
    assert_eq!(reader.get_layer_names().unwrap(), ["clusters"]);
    let counts = reader.get_features(0).unwrap().into_iter().map(|feature| {
        match feature.properties.unwrap()["sites"] {
            mvt_reader::feature::Value::UInt(count) => count,
            ref other => panic!("{other:?}"),
        }
    });
    assert_eq!(counts.sum::<u64>(), 4_100);
    // Nearer, the same sites are single points, each in one tile only.
    let mut sites = 0;
    for (x, y) in (125..=129).flat_map(|x| (83..=87).map(move |y| (x, y))) {
        let tile = served.get(&format!("/tiles/ai-inference-node/8/{x}/{y}.mvt"));
        if tile.status == 200 {
            let reader = mvt_reader::Reader::new(tile.body).unwrap();
            assert_eq!(reader.get_layer_names().unwrap(), ["sites"]);
            sites += reader.get_features(0).unwrap().len();
        }
    }
    assert_eq!(sites, 4_100);
    let _ = served.stop();
}

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
               readiness score headline failingGates unknownGates gatesFailed gatesUnknown \
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
    let score = result["score"].as_f64().map(hundredths);
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
    if let Some(score) = result["score"].as_f64() {
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

const USES: &str = "uses { resource before { low central high } after { low central high } \
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
        let items: Vec<String> =
            list(&judged["items"]).iter().map(|item| text(&item["profile"]["id"])).collect();
        assert_eq!(items, ["surgical-robot", "voice-scribe", "ai-inference-node"], "by year");
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
    let (_folder, served) = empty();
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
    let (_folder, served) = empty();
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
    let (_folder, served) = empty();
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
fn pools_count_homes_and_never_list_them() {
    let (_folder, served) = empty();
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
    let (_folder, served) = empty();
    let heading = "organisation,organisation_name,site,site_name,nation,setting,date,method,gross-internal-area-m2,max-demand-kva";
    let row = |code: &str, nation: &str, area: u32, demand: u32| {
        format!(
            "ZTP,Test trust,{code},Site {code},{nation},acute,2026-03-31,measured,{area},{demand}"
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
               profile {{ id }} measure {{ id unit }} likeness reason value percentile groupSize \
               spread {{ lowest lowerQuartile median upperQuartile highest }} }} }} }}"
        ));
        list(&data["site"]["peers"]).to_vec()
    };
    for (code, percentile) in [("ZTP01", 0.0), ("ZTP03", 50.0), ("ZTP05", 100.0)] {
        let [score, demand] = &ask(code)[..] else { panic!("two were asked for") };
        assert_eq!(score["profile"]["id"], "voice-scribe");
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
