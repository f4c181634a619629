//! How long the service takes over a national return: reading, keeping, judging and showing it.
//!
//! The return is NHS England's ERIC 2023/24 where `shared/data` lies beside the project, or where
//! SITEWORTHY_SHARED_DATA says; elsewhere the demonstration estate stands in, and the names of the
//! benchmarks say so. Figures are compared as ratios within one run.

#![expect(clippy::unwrap_used, reason = "a benchmark that cannot be set up has no figure")]

use chrono::Utc;
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use siteworthy::app::{App, Rules};
use siteworthy::corpus::Corpus;
use siteworthy::decide::{Decision, decide};
use siteworthy::intake::{Known, Upload, read};
use siteworthy::store::Store;
use siteworthy::upload::{ReceivedFile, Uploaded, upload};
use siteworthy::view::filter::SiteFilter;
use siteworthy::view::gap::GapQuestion;
use siteworthy::view::map::{Tile, tile};
use siteworthy::view::{View, judge_estate};
use siteworthy::{api, render};
use siteworthy_rules::change::Change;
use siteworthy_rules::gap::Level;
use siteworthy_rules::sensitivity::sensitivity;
use std::hint::black_box;
use std::path::PathBuf;
use std::sync::Arc;
use std::{env, fs};
use tokio::runtime::Runtime;

/// The files that make the estate, in order, and what they are called in names of benchmarks.
fn files() -> (&'static str, Vec<PathBuf>) {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    let beside = root.join("../shared/data");
    let shared = env::var_os("SITEWORTHY_SHARED_DATA").map_or(beside, PathBuf::from);
    let eric = shared.join("eric/2023_24/ERIC_Site.csv");
    let postcodes = shared.join("codepoint_open/codepo_gb_nhs_subset.csv");
    if eric.exists() && postcodes.exists() {
        return ("eric", vec![eric, postcodes]);
    }
    let demo = root.join("datasets/demo");
    ("demo", vec![demo.join("northmoor-2026.csv"), demo.join("postcodes.csv")])
}

fn rules() -> Rules {
    Rules::read(&Corpus::load(None, None).unwrap(), Utc::now().date_naive()).unwrap()
}

fn received(path: &PathBuf) -> ReceivedFile {
    ReceivedFile {
        name: path.file_name().unwrap().to_string_lossy().into_owned(),
        bytes: fs::read(path).unwrap(),
        layout: None,
        by: "benchmark".to_owned(),
        at: Utc::now(),
    }
}

async fn import(app: &Arc<App>, file: ReceivedFile) {
    let Uploaded::Draft { survey, .. } = upload(app, file, |_| {}).await.unwrap() else {
        panic!("a new file")
    };
    decide(app, survey.id, Decision::Accept, "benchmark", Utc::now()).await.unwrap();
}

async fn open(folder: &tempfile::TempDir) -> Arc<App> {
    let url = format!("sqlite://{}", folder.path().join("bench.db").display());
    Arc::new(App::start(Store::open(&url).await.unwrap(), rules()).await.unwrap())
}

fn benchmarks(criterion: &mut Criterion) {
    let (name, files) = files();
    let runtime = Runtime::new().unwrap();
    let rules = rules();
    let mut group = criterion.benchmark_group(name);
    group.sample_size(10);

    let file = received(&files[0]);
    group.bench_function("read the return", |bencher| {
        let upload =
            Upload { name: &file.name, bytes: &file.bytes, received_on: Utc::now().date_naive() };
        let dictionary = &rules.rulebook.dictionary;
        bencher.iter(|| {
            let known = Known::default();
            black_box(read(&upload, None, &rules.layouts, dictionary, &known, &mut |_| {})).unwrap()
        });
    });

    group.bench_function("import the return into SQLite and publish", |bencher| {
        bencher.iter_batched(
            || {
                let folder = tempfile::tempdir().unwrap();
                let app = runtime.block_on(open(&folder));
                (folder, app, file.clone())
            },
            |(folder, app, file)| {
                runtime.block_on(import(&app, file));
                (folder, app)
            },
            BatchSize::PerIteration,
        );
    });

    let folder = tempfile::tempdir().unwrap();
    let app = runtime.block_on(async {
        let app = open(&folder).await;
        for path in &files {
            import(&app, received(path)).await;
        }
        app
    });
    let view = app.view();

    group.bench_function("load the record", |bencher| {
        bencher.iter(|| runtime.block_on(app.store.load_record(None)).unwrap());
    });
    group.bench_function("assemble the view", |bencher| {
        bencher.iter_batched(
            || (*view.facts).clone(),
            |facts| View::assemble(facts, Arc::clone(&view.rulebook)),
            BatchSize::PerIteration,
        );
    });
    group.bench_function("judge all sites by all profiles", |bencher| {
        bencher.iter(|| judge_estate(&view.rulebook, &view.estate));
    });
    let change = Change {
        file: "rules/weights.toml".to_owned(),
        key: "bands.ready".to_owned(),
        value: "80".to_owned(),
    };
    group.bench_function("read the rules with one figure changed", |bencher| {
        bencher.iter(|| app.rules.suppose(std::slice::from_ref(&change), None).unwrap());
    });
    let supposed = Arc::new(app.rules.suppose(&[change], None).unwrap());
    group.bench_function("the view under changed rules, gaps and all", |bencher| {
        bencher.iter(|| view.under(Arc::clone(&supposed)));
    });
    let scribe = view.rulebook.find_profile("voice-scribe").unwrap();
    group.bench_function("how far one technology hangs on each figure", |bencher| {
        bencher.iter(|| sensitivity(&view.rulebook, &view.estate, scribe, |_| true));
    });

    let schema = api::build(Arc::clone(&app));
    let query = "{ sites(first: 1000) { nodes { code name nation setting postcode latitude longitude \
                 organisation { code name } readiness(technology: \"ai-inference-node\") \
                 { readiness score scoreLow scoreHigh coverage } } } }";
    group.bench_function("1,000 sites through GraphQL to JSON", |bencher| {
        bencher.iter(|| {
            let request = async_graphql::Request::new(query).data(app.view());
            let response = runtime.block_on(schema.execute(request));
            assert!(response.errors.is_empty(), "{:?}", response.errors);
            serde_json::to_vec(&response).unwrap()
        });
    });

    // England lies mostly in column 31 of zoom 6, row 20 to 21.
    let fullest = Tile::new(6, 31, 20).unwrap();
    group.bench_function("a tile of zoom 6", |bencher| {
        bencher.iter(|| tile(&view, 0, black_box(fullest)).unwrap());
    });

    let question = GapQuestion::of(SiteFilter::default(), Vec::new(), Level::Minimum);
    group.bench_function("the gap report", |bencher| {
        bencher.iter(|| view.gap_report(&question).unwrap());
    });
    let report = view.gap_report(&question).unwrap();
    group.bench_function("the report as a workbook", |bencher| {
        bencher.iter(|| view.gap_workbook(&report).unwrap());
    });
    group.bench_function("the report as CSV", |bencher| {
        bencher.iter(|| render::csv::encode(&report).unwrap());
    });
    group.finish();
}

criterion_group!(estate, benchmarks);
criterion_main!(estate);
