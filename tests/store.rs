//! The record on both databases: every test here runs on SQLite and on PostgreSQL, and expects the
//! same of both.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails there")]

use chrono::{DateTime, NaiveDate, SubsecRound, TimeDelta, Utc};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement};
use sea_orm_migration::MigratorTrait;
use siteworthy::error::Error;
use siteworthy::intake::{
    Draft, ObservationEntry, OrganisationEntry, PostcodeEntry, SiteEntry, SpaceEntry,
};
use siteworthy::store::{
    AuditState, MOST_PER_PAGE, Record, Saved, Store, SurveyHead, SurveyStatus, SurveysWanted,
};
use siteworthy_migrations::Migrator;
use siteworthy_rules::observation::{Method, Value};
use siteworthy_rules::place::{Nation, OrganisationKind, Point, Setting, SpaceKind};
use siteworthy_rules::problem::{Position, Problem, Severity};
use siteworthy_tests::postgres;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Runs a test on a fresh SQLite file and on a fresh PostgreSQL database, both migrated.
fn on_both(test: impl AsyncFn(Store, String)) {
    on_both_empty(async |url: String| {
        let store = Store::open(&url).await.unwrap();
        store.migrate().await.unwrap();
        test(store.clone(), url).await;
        store.close().await.unwrap();
    });
}

fn on_both_empty(test: impl AsyncFn(String)) {
    let folder = tempfile::tempdir().unwrap();
    let sqlite = format!("sqlite://{}", folder.path().join("test.db").display());
    let urls = std::iter::once(sqlite).chain(postgres::fresh_database());
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    for url in urls {
        println!("on {}", url.split(':').next().unwrap());
        runtime.block_on(test(url));
    }
}

async fn raw(url: &str) -> DatabaseConnection {
    // Here, SQLite is not to complain that the file is new.
    let url = if url.starts_with("sqlite:") { format!("{url}?mode=rwc") } else { url.to_owned() };
    Database::connect(url).await.unwrap()
}

/// Finer than a microsecond, so that it shows who cuts.
fn noon() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_348_800, 123_456_789).unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn site(code: &str) -> SiteEntry {
    SiteEntry {
        code: code.to_owned(),
        row: 2,
        name: None,
        organisation: None,
        nation: None,
        setting: None,
        postcode: None,
        point: None,
        commissioner: None,
        is_pooled: false,
    }
}

fn observation(site: u32, measure: u16, value: Value, on: &str) -> ObservationEntry {
    ObservationEntry {
        site,
        space: None,
        measure,
        value,
        observed_on: day(on),
        method: Method::Declared,
        row: 2,
        column: 3,
    }
}

/// A draft whose bytes are its name.
fn draft(name: &str) -> Draft {
    Draft {
        layout: "template".to_owned(),
        file_name: format!("{name}.csv"),
        sha256: format!("sha256 of {name}"),
        rows_read: 1,
        ..Draft::default()
    }
}

/// A draft with one site and one power value.
fn power(name: &str, code: &str, kva: f64, on: &str) -> Draft {
    Draft {
        sites: vec![site(code)],
        measures: vec!["supply-kva".to_owned()],
        observations: vec![observation(0, 0, Value::Quantity(kva), on)],
        ..draft(name)
    }
}

async fn save(store: &Store, draft: &Draft) -> SurveyHead {
    let bytes = draft.file_name.clone().into_bytes();
    match store.save_draft(draft, bytes, "ada", noon()).await.unwrap() {
        Saved::New(head) => head,
        Saved::AlreadyThere(head) => panic!("already there: {head:?}"),
    }
}

async fn save_and_accept(store: &Store, draft: &Draft) -> Uuid {
    let id = save(store, draft).await.id;
    store.accept(id, "ada", noon()).await.unwrap();
    id
}

fn problem(n: u32, severity: Severity) -> Problem {
    Problem {
        severity,
        code: "malformed-postcode",
        position: Position {
            file: "returns – año.csv".to_owned(),
            row: n.is_multiple_of(2).then_some(n),
            column: n.is_multiple_of(3).then(|| "Postcode".to_owned()),
        },
        value: (!n.is_multiple_of(5)).then(|| format!("M13 9WL\u{200b}{n}")),
        message: "This is not a postcode.".to_owned(),
        advice: "Write it like M13 9WL.".to_owned(),
    }
}

/// Something of everything, with awkward values.
fn everything() -> Draft {
    let values = [
        Value::Quantity(0.1 + 0.2),
        Value::Quantity(1_234_567.89),
        Value::Quantity(f64::MIN_POSITIVE / 4.0),
        Value::Quantity(-f64::MAX),
        Value::Quantity(9_007_199_254_740_993.0),
        Value::Choice("partial – zum Teil 部分".to_owned()),
        Value::Choice(String::new()),
        Value::Flag(true),
        Value::Flag(false),
        Value::Date(day("1948-07-05")),
        Value::Text("a 'quoted' \"line\"\r\nwith 🏥, \\ and ; -- ?1 $1 ".to_owned()),
    ];
    let observations = values.into_iter().zip(0_u32..).map(|(value, n)| ObservationEntry {
        site: 1 - n % 2,
        space: (n % 2 == 1).then_some(0),
        method: Method::ALL[n as usize % Method::ALL.len()],
        row: 2 + n,
        column: u16::MAX - 1,
        ..observation(0, u16::try_from(n).unwrap(), value, "2024-02-29")
    });
    let whole = SiteEntry {
        row: 7,
        name: Some("St Mary’s, Ysbyty Gwynedd & Co".to_owned()),
        organisation: Some("R0A".to_owned()),
        nation: Some(Nation::Wales),
        setting: Some(Setting::MentalHealth),
        postcode: Some("M13 9WL".to_owned()),
        point: Some(Point { latitude: 53.462_700_000_000_003, longitude: -2.227_1 }),
        commissioner: Some("Greater Manchester".to_owned()),
        is_pooled: true,
        ..site("R0A02")
    };
    let organisation = |code: &str, parent: Option<&str>| OrganisationEntry {
        code: code.to_owned(),
        name: "Manchester University".to_owned(),
        kind: OrganisationKind::Trust,
        parent: parent.map(str::to_owned),
    };
    let postcode = |postcode: &str, row| PostcodeEntry {
        postcode: postcode.to_owned(),
        point: Point { latitude: 51.5, longitude: -0.125 },
        row,
    };
    let severities = Severity::ALL.iter().copied().cycle();
    Draft {
        rows_read: 4_000_000,
        rows_pooled: 3,
        rows_refused: 2,
        organisations: vec![organisation("R0A", Some("QOP")), organisation("QOP", None)],
        sites: vec![whole, site("A1")],
        spaces: vec![
            SpaceEntry {
                site: 0,
                code: "TH1".to_owned(),
                kind: SpaceKind::Theatre,
                name: Some("Theatre 1".to_owned()),
            },
            SpaceEntry { site: 1, code: "TH1".to_owned(), kind: SpaceKind::Ward, name: None },
        ],
        measures: (0..11).map(|n| format!("measure-{n}")).collect(),
        observations: observations.collect(),
        postcodes: vec![postcode("SW1A 1AA", 2), postcode("M13 9WL", 3)],
        problems: (0..1_201).zip(severities).map(|(n, severity)| problem(n, severity)).collect(),
        ..draft("everything")
    }
}

#[test]
fn migrations_go_up_down_and_up_and_leave_the_same_tables() {
    let catalogues = std::sync::Mutex::new(Vec::new());
    on_both_empty(async |url: String| {
        let database = raw(&url).await;
        Migrator::up(&database, None).await.unwrap();
        let before = catalogue(&database).await;
        Migrator::down(&database, None).await.unwrap();
        let empty = columns(&database).await;
        assert_eq!(empty.keys().collect::<Vec<_>>(), ["seaql_migrations"]);
        Migrator::up(&database, None).await.unwrap();
        assert_eq!(catalogue(&database).await, before);
        assert!(before.iter().any(|line| line.contains("surveys_living_sha256")));
        let found = columns(&database).await;
        catalogues.lock().unwrap().push(found);
        database.close().await.unwrap();
        // Migrating what is up to date, also twice at once, changes nothing.
        let (one, two) = (Store::open(&url).await.unwrap(), Store::open(&url).await.unwrap());
        let (first, second) = tokio::join!(one.migrate(), two.migrate());
        first.and(second).unwrap();
        one.ping().await.unwrap();
        assert_eq!(one.current_revision().await.unwrap(), 0);
    });
    // Run as well from nothing by two servers at once.
    on_both_empty(async |url: String| {
        let (one, two) = (Store::open(&url).await.unwrap(), Store::open(&url).await.unwrap());
        let (first, second) = tokio::join!(one.migrate(), two.migrate());
        first.and(second).unwrap();
    });
    let catalogues = catalogues.into_inner().unwrap();
    assert_eq!(catalogues.first(), catalogues.last(), "both databases have the same columns");
}

async fn texts(database: &DatabaseConnection, sql: &str) -> Vec<String> {
    let statement = Statement::from_string(database.get_database_backend(), sql);
    let rows = database.query_all_raw(statement).await.unwrap();
    rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}

/// Tables, columns, keys and indexes as the database tells them.
async fn catalogue(database: &DatabaseConnection) -> Vec<String> {
    if database.get_database_backend() == DbBackend::Sqlite {
        return texts(
            database,
            "SELECT name || ' ' || coalesce(sql, '') FROM sqlite_master ORDER BY 1",
        )
        .await;
    }
    let of_columns = "SELECT concat_ws(' ', table_name, column_name, data_type, is_nullable, \
         column_default) FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1";
    let of_indexes = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1";
    let of_keys = "SELECT concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid)) \
         FROM pg_constraint WHERE connamespace = 'public'::regnamespace ORDER BY 1";
    let mut lines = texts(database, of_columns).await;
    lines.extend(texts(database, of_indexes).await);
    lines.extend(texts(database, of_keys).await);
    lines
}

async fn columns(database: &DatabaseConnection) -> BTreeMap<String, Vec<String>> {
    let sql = if database.get_database_backend() == DbBackend::Sqlite {
        "SELECT m.name || '.' || c.name FROM sqlite_master m, pragma_table_info(m.name) c \
         WHERE m.type = 'table' ORDER BY m.name, c.cid"
    } else {
        "SELECT table_name || '.' || column_name FROM information_schema.columns \
         WHERE table_schema = 'public' ORDER BY table_name, ordinal_position"
    };
    let mut tables = BTreeMap::<String, Vec<String>>::new();
    for name in texts(database, sql).await {
        let (table, column) = name.split_once('.').unwrap();
        tables.entry(table.to_owned()).or_default().push(column.to_owned());
    }
    tables
}

#[test]
fn a_draft_is_loaded_as_it_was_saved() {
    on_both(async |store: Store, _| {
        let mut said = everything();
        let bytes: Vec<u8> = (0..=u8::MAX).cycle().take(100_000).collect();
        let saved = store.save_draft(&said, bytes.clone(), "ada", noon()).await.unwrap();
        let Saved::New(head) = saved else { panic!("{saved:?}") };

        assert_eq!(head.uploaded_at, noon().trunc_subsecs(6));
        assert_eq!(store.find_survey(head.id).await.unwrap().as_ref(), Some(&head));
        assert_eq!(store.find_by_sha256(&said.sha256).await.unwrap().as_ref(), Some(&head));
        assert_eq!(store.load_original(head.id).await.unwrap(), bytes);
        assert_eq!(store.load_draft_sites(head.id).await.unwrap(), said.sites);
        // A draft counts for nothing yet.
        let record = store.load_record(None).await.unwrap();
        assert_eq!(record, Record::default());

        problems_are_paged(&store, head.id, &said.problems).await;
        let listed = store.list_surveys(SurveysWanted { first: 10, ..Default::default() }).await;
        let listed = listed.unwrap();
        assert_eq!(listed.len(), 1);
        assert_eq!(listed[0].head, head);
        assert_eq!((listed[0].refused, listed[0].warnings, listed[0].notes), (401, 400, 400));

        said.problems.clear();
        let loaded = store.load_draft(head.id).await.unwrap();
        assert_eq!(loaded, said);
        let bits = |draft: &Draft| -> Vec<u64> {
            let values = draft.observations.iter().map(|observation| &observation.value);
            values
                .filter_map(|v| if let Value::Quantity(v) = v { Some(v.to_bits()) } else { None })
                .collect()
        };
        assert_eq!(bits(&loaded), bits(&said));

        let unknown = Uuid::nil();
        assert_eq!(store.find_survey(unknown).await.unwrap(), None);
        let error = store.load_draft(unknown).await.unwrap_err();
        assert_eq!(error.to_string(), format!("there is no survey {unknown}"));
        assert!(matches!(store.load_original(unknown).await, Err(Error::NotFound(_))));
        awkward_values(&store).await;
    });
}

async fn problems_are_paged(store: &Store, survey: Uuid, problems: &[Problem]) {
    let mut loaded = Vec::new();
    let mut after = None;
    loop {
        let page = store.load_problems(survey, None, after, u32::MAX).await.unwrap();
        assert!(page.len() <= MOST_PER_PAGE as usize);
        let Some(last) = page.last() else { break };
        after = Some(last.ordinal);
        loaded.extend(page);
    }
    assert_eq!(loaded.len(), problems.len());
    for (n, (loaded, problem)) in loaded.iter().zip(problems).enumerate() {
        assert_eq!(loaded.ordinal as usize, n);
        assert_eq!(loaded.severity, problem.severity);
        assert_eq!(loaded.code, problem.code);
        assert_eq!(loaded.file, problem.position.file);
        assert_eq!((loaded.row, &loaded.column), (problem.position.row, &problem.position.column));
        assert_eq!(loaded.value, problem.value);
        assert_eq!(loaded.message, problem.message);
        assert_eq!(loaded.advice, problem.advice);
    }
    let warnings = store.load_problems(survey, Some(Severity::Warning), Some(10), 3).await.unwrap();
    let ordinals: Vec<u32> = warnings.iter().map(|problem| problem.ordinal).collect();
    assert_eq!(ordinals, [13, 16, 19]);
}

async fn awkward_values(store: &Store) {
    let infinite = power("infinite", "A1", f64::INFINITY, "2025-01-01");
    let error = store.save_draft(&infinite, Vec::new(), "ada", noon()).await.unwrap_err();
    assert_eq!(error.to_string(), "row 2, column 3: inf is not a finite value of supply-kva");
    assert_eq!(store.find_by_sha256(&infinite.sha256).await.unwrap(), None, "nothing is left");

    let mut awkward = power("awkward", "A1", -0.0, "2025-01-01");
    awkward.sites[0].name = Some("nul \0 inside".to_owned());
    let id = save(store, &awkward).await.id;
    let loaded = store.load_draft(id).await.unwrap();
    assert_eq!(loaded.sites[0].name.as_deref(), Some("nul \u{fffd} inside"));
    let Value::Quantity(zero) = loaded.observations[0].value else { panic!("no quantity") };
    assert_eq!(zero.to_bits(), 0, "both databases keep one zero");
}

#[test]
fn a_survey_is_accepted_once_and_withdrawn_once() {
    on_both(async |store: Store, _| {
        let id = save(&store, &power("one", "A1", 500.0, "2025-01-01")).await.id;
        let hour = noon() + TimeDelta::hours(1);
        assert_eq!(store.accept(id, "bob", hour).await.unwrap(), 1);
        let head = store.find_survey(id).await.unwrap().unwrap();
        assert_eq!((head.status, head.revision_accepted), (SurveyStatus::Accepted, Some(1)));
        assert_eq!(head.accepted_at, Some(hour.trunc_subsecs(6)));

        let error = store.accept(id, "bob", hour).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("only a draft can be accepted; survey {id} is accepted")
        );
        assert_eq!(error.code_and_status(), ("CONFLICT", 409));

        assert_eq!(store.withdraw(id, "bob", hour).await.unwrap(), 2);
        let head = store.find_survey(id).await.unwrap().unwrap();
        assert_eq!((head.status, head.revision_withdrawn), (SurveyStatus::Withdrawn, Some(2)));
        assert_eq!(head.withdrawn_at, Some(hour.trunc_subsecs(6)));

        let error = store.accept(id, "bob", hour).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("only a draft can be accepted; survey {id} is withdrawn")
        );
        let error = store.withdraw(id, "bob", hour).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "only a draft or an accepted survey can be withdrawn; survey {id} is withdrawn"
            )
        );
        let error = store.accept(Uuid::nil(), "bob", hour).await.unwrap_err();
        assert_eq!(error.code_and_status(), ("NOT_FOUND", 404));

        assert_eq!(store.current_revision().await.unwrap(), 2, "a refusal makes no revision");
        let actions: Vec<(String, String, i64)> = store
            .load_audit(None, 10)
            .await
            .unwrap()
            .into_iter()
            .map(|line| (line.actor, line.action, line.revision))
            .collect();
        let expected = [("bob", "withdraw", 2), ("bob", "accept", 1), ("ada", "upload", 0)];
        assert_eq!(actions, expected.map(|(who, what, n)| (who.to_owned(), what.to_owned(), n)));

        // A draft may be discarded, and its file uploaded again.
        let discarded = power("two", "A1", 1.0, "2025-01-01");
        let id = save(&store, &discarded).await.id;
        store.withdraw(id, "bob", hour).await.unwrap();
        save(&store, &discarded).await;
        let wanted = |status| SurveysWanted { status, first: 10, ..Default::default() };
        for (status, count) in [
            (None, 3),
            (Some(SurveyStatus::Draft), 1),
            (Some(SurveyStatus::Accepted), 0),
            (Some(SurveyStatus::Withdrawn), 2),
        ] {
            assert_eq!(store.list_surveys(wanted(status)).await.unwrap().len(), count);
        }
    });
}

/// The current value of every measure, as `site/space measure` and value.
fn current(record: &Record) -> BTreeMap<String, Value> {
    let mut current = BTreeMap::new();
    for observation in &record.observations {
        let site = &record.sites[observation.site as usize].code;
        let space = observation.space.map_or("", |space| &record.spaces[space as usize].code);
        let measure = &record.measures[observation.measure as usize];
        current.insert(format!("{site}/{space} {measure}"), observation.value.clone());
    }
    current
}

async fn supply(store: &Store, code: &str) -> Option<Value> {
    let record = store.load_record(Some(&[code.to_owned()])).await.unwrap();
    current(&record).remove(&format!("{code}/ supply-kva"))
}

#[test]
fn the_latest_observed_wins_then_the_latest_accepted_and_a_withdrawal_undoes_it() {
    on_both(async |store: Store, _| {
        let quantity = |kva| Some(Value::Quantity(kva));
        save_and_accept(&store, &power("first", "A1", 1.0, "2025-06-01")).await;
        save_and_accept(&store, &power("other", "B1", 9.0, "2025-06-01")).await;
        assert_eq!(supply(&store, "A1").await, quantity(1.0));
        // Accepted later, but observed earlier: history, not news.
        save_and_accept(&store, &power("older", "A1", 2.0, "2024-06-01")).await;
        assert_eq!(supply(&store, "A1").await, quantity(1.0));
        // Observed on the same day: the one accepted later, whichever was uploaded first.
        let early = save(&store, &power("early", "A1", 3.0, "2025-06-01")).await.id;
        let late = save_and_accept(&store, &power("late", "A1", 4.0, "2025-06-01")).await;
        assert_eq!(supply(&store, "A1").await, quantity(4.0));
        store.accept(early, "ada", noon()).await.unwrap();
        assert_eq!(supply(&store, "A1").await, quantity(3.0));
        let newest = save_and_accept(&store, &power("newest", "A1", 5.0, "2025-06-02")).await;
        assert_eq!(supply(&store, "A1").await, quantity(5.0));

        let before = store.load_record(None).await.unwrap();
        for (withdrawn, then) in [(newest, 3.0), (early, 4.0), (late, 1.0)] {
            store.withdraw(withdrawn, "ada", noon()).await.unwrap();
            assert_eq!(supply(&store, "A1").await, quantity(then));
            let changed = store.load_record_of_survey_sites(withdrawn).await.unwrap();
            assert_eq!(
                current(&changed).into_values().collect::<Vec<_>>(),
                [Value::Quantity(then)]
            );
        }
        assert_eq!(supply(&store, "B1").await, quantity(9.0));
        let after = store.load_record(None).await.unwrap();
        assert_eq!((before.revision, after.revision), (6, 9));
        assert_eq!(after.revised_at, Some(noon().trunc_subsecs(6)));
        assert_eq!(after.surveys.len(), 3);
    });
}

#[test]
fn accepted_surveys_are_merged_in_the_order_of_acceptance() {
    on_both(async |store: Store, _| {
        let everything = everything();
        let first = save_and_accept(&store, &everything).await;
        let whole = store.load_record(None).await.unwrap();
        let codes: Vec<&str> = whole.sites.iter().map(|site| site.code.as_str()).collect();
        assert_eq!(codes, ["A1", "R0A02"]);
        assert_eq!(whole.sites[1], everything.sites[0]);
        assert_eq!(whole.observations.len(), everything.observations.len());
        assert_eq!(whole.measures.len(), everything.observations.len());
        assert_eq!(whole.organisations.len(), 2);
        let postcodes: Vec<&str> = whole.postcodes.iter().map(|at| at.postcode.as_str()).collect();
        assert_eq!(postcodes, ["M13 9WL"], "only what sites need");
        assert_eq!(store.load_record_of_survey_sites(first).await.unwrap(), whole);
        let codes: Vec<String> = codes.iter().map(|&code| code.to_owned()).collect();
        assert_eq!(store.load_record(Some(&codes)).await.unwrap(), whole);
        // More codes than one question holds, most of them unknown, some twice.
        let many: Vec<String> = (0..1_200).map(|n| format!("X{n}")).chain(codes.clone()).collect();
        let many = [many, codes].concat();
        assert_eq!(store.load_record(Some(&many)).await.unwrap(), whole);

        let mut second = draft("second");
        second.organisations = vec![OrganisationEntry {
            code: "R0A".to_owned(),
            name: "Renamed".to_owned(),
            kind: OrganisationKind::HealthBoard,
            parent: None,
        }];
        second.sites =
            vec![site("Z9"), SiteEntry { name: Some("Named".to_owned()), row: 3, ..site("R0A02") }];
        second.spaces = vec![SpaceEntry {
            site: 1,
            code: "TH1".to_owned(),
            kind: SpaceKind::Imaging,
            name: None,
        }];
        second.observations = vec![ObservationEntry {
            space: Some(0),
            ..observation(1, 0, Value::Quantity(7.0), "2026-01-01")
        }];
        second.measures = vec!["measure-1".to_owned()];
        let id = save_and_accept(&store, &second).await;
        let merged = store.load_record(None).await.unwrap();
        let site = &merged.sites[1];
        assert_eq!((site.name.as_deref(), site.row), (Some("Named"), 3));
        assert_eq!(site.setting, Some(Setting::MentalHealth), "what is not said stays");
        assert!(site.is_pooled, "naming a pooled site does not make it a building");
        let trust = &merged.organisations[1];
        assert_eq!((trust.name.as_str(), trust.parent.as_deref()), ("Renamed", Some("QOP")));
        let theatre = merged.spaces.iter().find(|space| space.site == 1).unwrap();
        assert_eq!(
            (theatre.kind, theatre.name.as_deref()),
            (SpaceKind::Imaging, Some("Theatre 1"))
        );
        assert_eq!(current(&merged)["R0A02/TH1 measure-1"], Value::Quantity(7.0));

        store.withdraw(id, "ada", noon()).await.unwrap();
        let restored = store.load_record(None).await.unwrap();
        assert_eq!(Record { revision: 1, ..restored }, whole);
    });
}

#[test]
fn the_same_bytes_are_one_survey_also_when_they_come_twice_at_once() {
    on_both(async |store: Store, _| {
        let one = power("same", "A1", 1.0, "2025-01-01");
        let head = save(&store, &one).await;
        let again = store.save_draft(&one, Vec::new(), "bob", noon()).await.unwrap();
        assert_eq!(again, Saved::AlreadyThere(head.clone()));
        store.accept(head.id, "ada", noon()).await.unwrap();
        let again = store.save_draft(&one, Vec::new(), "bob", noon()).await.unwrap();
        assert!(matches!(again, Saved::AlreadyThere(there) if there.id == head.id));

        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let store = store.clone();
            tasks.spawn(async move {
                let twin = power("twin", "A1", 2.0, "2025-01-01");
                store.save_draft(&twin, Vec::new(), "ada", noon()).await.unwrap()
            });
        }
        let saved = tasks.join_all().await;
        let new: Vec<_> = saved.iter().filter(|saved| matches!(saved, Saved::New(_))).collect();
        assert_eq!(new.len(), 1);
        let Saved::New(head) = new[0] else { unreachable!() };
        let there = |saved: &&Saved| matches!(saved, Saved::AlreadyThere(there) if there == head);
        assert_eq!(saved.iter().filter(there).count(), 7);
        assert_eq!(store.load_draft(head.id).await.unwrap().observations.len(), 1);
    });
}

#[test]
fn decisions_at_once_make_consecutive_revisions_and_the_audit_holds() {
    on_both(async |store: Store, url: String| {
        let mut tasks = tokio::task::JoinSet::new();
        for n in 0..8 {
            let store = store.clone();
            tasks.spawn(async move {
                let id = save(&store, &power(&n.to_string(), "A1", 1.0, "2025-01-01")).await.id;
                store.accept(id, "ada", noon()).await.unwrap()
            });
        }
        let mut revisions = tasks.join_all().await;
        revisions.sort_unstable();
        assert_eq!(revisions, [1, 2, 3, 4, 5, 6, 7, 8]);
        assert_eq!(store.current_revision().await.unwrap(), 8);
        assert_eq!(store.verify_audit().await.unwrap(), AuditState::Whole { lines: 16 });
        let page = store.load_audit(Some(15), 2).await.unwrap();
        assert_eq!(page.iter().map(|line| line.seq).collect::<Vec<_>>(), [14, 13]);

        let broken = |seq, why: &str| AuditState::Broken { seq, why: why.to_owned() };
        let database = raw(&url).await;
        for (change, undo, found) in [
            (
                "UPDATE audit SET actor = 'eve' WHERE seq = 3",
                "UPDATE audit SET actor = 'ada' WHERE seq = 3",
                broken(3, "the line has been altered"),
            ),
            (
                "UPDATE audit SET seq = 99 WHERE seq = 7",
                "UPDATE audit SET seq = 7 WHERE seq = 99",
                broken(7, "the line is missing"),
            ),
            (
                "UPDATE revision SET audit_seq = 17",
                "UPDATE revision SET audit_seq = 16",
                broken(17, "lines are missing at the end"),
            ),
            (
                "UPDATE audit SET previous_hash = upper(previous_hash) WHERE seq = 9",
                "UPDATE audit SET previous_hash = lower(previous_hash) WHERE seq = 9",
                broken(9, "the line does not cover the one before"),
            ),
            ("DELETE FROM audit WHERE seq = 16", "", broken(16, "lines are missing at the end")),
        ] {
            assert_eq!(database.execute_unprepared(change).await.unwrap().rows_affected(), 1);
            assert_eq!(store.verify_audit().await.unwrap(), found, "{change}");
            if !undo.is_empty() {
                database.execute_unprepared(undo).await.unwrap();
                assert_eq!(store.verify_audit().await.unwrap(), AuditState::Whole { lines: 16 });
            }
        }
        database.close().await.unwrap();
    });
}

#[test]
fn keys_hold_and_what_breaks_them_leaves_nothing_behind() {
    on_both(async |store: Store, url: String| {
        let mut nowhere = power("nowhere", "A1", 1.0, "2025-01-01");
        nowhere.observations[0].site = 1;
        let mut no_space = power("no space", "A1", 1.0, "2025-01-01");
        no_space.observations[0].space = Some(0);
        let mut twice = power("twice", "A1", 1.0, "2025-01-01");
        twice.sites.push(site("A1"));
        for broken in [nowhere, no_space, twice] {
            let error = store.save_draft(&broken, Vec::new(), "ada", noon()).await.unwrap_err();
            assert_eq!(error.code_and_status(), ("INTERNAL", 500), "{}", broken.file_name);
            assert_eq!(store.find_by_sha256(&broken.sha256).await.unwrap(), None);
        }
        assert_eq!(store.verify_audit().await.unwrap(), AuditState::Whole { lines: 0 });

        save(&store, &everything()).await;
        let database = raw(&url).await;
        for table in ["surveys", "sites", "spaces"] {
            let deleted = database.execute_unprepared(&format!("DELETE FROM {table}")).await;
            assert!(deleted.is_err(), "{table} is referred to");
        }
        database.close().await.unwrap();
    });
}

#[test]
fn a_database_that_cannot_be_reached_is_unavailable_and_an_odd_url_invalid() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let error = Store::open("mysql://root:secret@localhost/x").await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "a database url starts with sqlite: or postgres://, not with \"mysql\""
        );
        let error = Store::open("sqlite:///no/such/folder/x.db").await.unwrap_err();
        assert_eq!(error.code_and_status(), ("UNAVAILABLE", 503));
        let memory = Store::open("sqlite::memory:").await.unwrap();
        memory.migrate().await.unwrap();
        assert_eq!(memory.current_revision().await.unwrap(), 0);
    });
}

/// The record of every day must be what it was when that day ended: revision, surveys and values.
#[test]
fn the_record_of_a_day_is_what_it_was_at_the_end_of_that_day() {
    on_both(async |store: Store, _| {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let first = save(&store, &power("first", "A1", 1.0, "2026-01-01")).await.id;
        let second = save(&store, &power("second", "A1", 2.0, "2026-01-02")).await.id;
        let third = save(&store, &power("third", "B1", 3.0, "2026-01-03")).await.id;
        let discarded = save(&store, &power("discarded", "C1", 4.0, "2026-01-04")).await.id;
        let mut days = Vec::new();
        let remember = async |days: &mut Vec<_>, end_of: &str| {
            let record = store.load_record(None).await.unwrap();
            days.push(Record { as_of: Some(day(end_of)), ..record });
        };
        remember(&mut days, "2026-02-09").await;
        // The last microsecond of a day and the first of the next, to the nanosecond.
        store.accept(first, "ada", at("2026-02-10T23:59:59.999999999Z")).await.unwrap();
        remember(&mut days, "2026-02-10").await;
        store.accept(second, "ada", at("2026-02-11T00:00:00Z")).await.unwrap();
        remember(&mut days, "2026-02-11").await;
        remember(&mut days, "2026-02-12").await;
        store.withdraw(discarded, "ada", at("2026-02-13T12:00:00.5Z")).await.unwrap();
        remember(&mut days, "2026-02-13").await;
        // Two decisions on one day: only what it ended with is asked for.
        store.accept(third, "ada", at("2026-02-14T08:00:00Z")).await.unwrap();
        store.withdraw(second, "ada", at("2026-02-14T09:00:00Z")).await.unwrap();
        remember(&mut days, "2026-02-14").await;
        store.withdraw(first, "ada", at("2026-02-16T09:00:00Z")).await.unwrap();
        remember(&mut days, "2026-02-16").await;
        let revisions = days.iter().map(|record| record.revision).collect::<Vec<_>>();
        assert_eq!(revisions, [0, 1, 2, 2, 3, 5, 6]);
        for expected in days {
            let day = expected.as_of.unwrap();
            assert_eq!(store.load_record_as_of(day).await.unwrap(), expected, "{day}");
            assert_eq!(store.revision_as_of(day).await.unwrap(), expected.revision, "{day}");
        }
    });
}

/// Two servers whose clocks differ: the record of a day is one that has been, in the order of the
/// decisions, and never a mixture by their times.
#[test]
fn clocks_that_differ_make_no_record_that_never_was() {
    on_both(async |store: Store, _| {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let one = save(&store, &power("one", "A1", 1.0, "2026-01-01")).await.id;
        let other = save(&store, &power("other", "B1", 2.0, "2026-01-01")).await.id;
        store.accept(one, "ada", at("2026-02-11T00:00:01Z")).await.unwrap();
        store.accept(other, "ada", at("2026-02-10T23:59:58Z")).await.unwrap();
        let record = store.load_record_as_of(day("2026-02-10")).await.unwrap();
        assert_eq!((record.revision, record.surveys.len()), (2, 2));
        let empty = store.load_record_as_of(day("2026-02-09")).await.unwrap();
        assert_eq!((empty.revision, empty.surveys.len(), empty.revised_at), (0, 0, None));
    });
}
