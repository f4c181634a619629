//! The API from outside: each surface with its good and its bad requests, over the real program. What
//! is asked about judging is in `judging`.

use serde_json::{Value, json};
use siteworthy_tests::program::{Served, first_error, multipart};
use siteworthy_tests::{postgres, root};
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;

const JSON: [(&str, &str); 1] = [("content-type", "application/json")];

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
    let (_folder, served) = Served::empty();
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
    let (_folder, served) = Served::empty();
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
    let (_folder, served) = Served::empty();
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
    let (_folder, served) = Served::empty();
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
    let (_folder, served) = Served::empty();
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
    let (_folder, served) = Served::empty();
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
    let (_folder, served) = Served::empty();
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
    let (folder, served) = Served::empty();
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
    let (_folder, served) = Served::empty();
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
    let (_folder, served) = Served::empty();
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
    let (_folder, served) = Served::empty();
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
