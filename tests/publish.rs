//! Publishing: a view that was extended by a survey equals one that was made anew from the record,
//! and none is ever stamped with a revision that it does not hold.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the finding")]

use chrono::Utc;
use siteworthy::app::{App, Rules};
use siteworthy::corpus::Corpus;
use siteworthy::decide::{Decision, decide};
use siteworthy::publish::{extend, publish};
use siteworthy::store::Store;
use siteworthy::upload::{ReceivedFile, Uploaded, upload};
use siteworthy::view::View;
use siteworthy::view::facts::Facts;
use siteworthy_tests::{postgres, root};
use std::fs;
use std::sync::Arc;
use uuid::Uuid;

fn on_both(test: impl AsyncFn(Arc<App>)) {
    let folder = tempfile::tempdir().unwrap();
    let sqlite = format!("sqlite://{}", folder.path().join("publish.db").display());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for url in std::iter::once(sqlite).chain(postgres::fresh_database()) {
        runtime.block_on(async {
            let rules =
                Rules::read(&Corpus::load(None, None).unwrap(), Utc::now().date_naive()).unwrap();
            let app = App::start(Store::open(&url).await.unwrap(), rules).await.unwrap();
            test(Arc::new(app)).await;
        });
    }
}

async fn draft(app: &Arc<App>, name: &str) -> Uuid {
    let bytes = fs::read(root().join("datasets/demo").join(name)).unwrap();
    let by = "test".to_owned();
    let file = ReceivedFile { name: name.to_owned(), bytes, layout: None, by, at: Utc::now() };
    match upload(app, file, |_| {}).await.unwrap() {
        Uploaded::Draft { survey, .. } => survey.id,
        other => panic!("{other:?}"),
    }
}

/// The view of the app must be the one that the record alone gives.
async fn assert_current(app: &App, step: &str) {
    let fresh = Facts::of(app.store.load_record(None).await.unwrap());
    let view = app.view();
    assert_eq!(view.facts.revision, fresh.revision, "{step}");
    assert!(*view.facts == fresh, "{step}: the facts differ");
    let anew = View::assemble(fresh, Arc::clone(&app.rules.rulebook));
    for profile in 0..anew.rulebook.profiles.len() {
        for site in 0..anew.estate.sites() {
            assert_eq!(view.result(profile, site), anew.result(profile, site), "{step}");
        }
    }
    assert_eq!(view.tag(), anew.tag(), "{step}");
}

#[test]
fn an_extended_view_equals_one_made_anew() {
    on_both(async |app: Arc<App>| {
        let mut accepted = Vec::new();
        for name in [
            "northmoor-2026.csv",
            "postcodes.csv",
            "northmoor-theatres-2025.csv",
            "glenavon-2026.csv",
            "glenavon-acoustics-2026.csv",
        ] {
            let id = draft(&app, name).await;
            decide(&app, id, Decision::Accept, "test", Utc::now()).await.unwrap();
            assert_current(&app, name).await;
            accepted.push(id);
        }
        let discarded = draft(&app, "four-shores-2026.csv").await;
        decide(&app, discarded, Decision::Withdraw, "test", Utc::now()).await.unwrap();
        assert_current(&app, "a draft is discarded").await;
        for id in accepted {
            decide(&app, id, Decision::Withdraw, "test", Utc::now()).await.unwrap();
            assert_current(&app, "a survey is withdrawn").await;
        }
        assert!(app.view().sites().is_empty());
    });
}

#[test]
fn a_survey_accepted_elsewhere_in_between_is_not_missed() {
    on_both(async |app: Arc<App>| {
        let ours = draft(&app, "northmoor-2026.csv").await;
        let theirs = draft(&app, "glenavon-2026.csv").await;
        // Ours is accepted and followed; then another process accepts its own; only then do we come
        // to publish ours.
        let made = app.store.accept(ours, "us", Utc::now()).await.unwrap();
        publish(&app).await.unwrap();
        app.store.accept(theirs, "them", Utc::now()).await.unwrap();
        extend(&app, ours, made).await.unwrap();
        let seen = app.view().facts.revision;
        let sites = app.view().sites().len();
        assert_eq!((seen, sites), (1, 18), "what is shown is whole for its revision");
        publish(&app).await.unwrap();
        assert_current(&app, "followed").await;
    });
}

#[test]
fn two_accepted_before_either_is_published_are_both_shown() {
    on_both(async |app: Arc<App>| {
        let one = draft(&app, "northmoor-2026.csv").await;
        let other = draft(&app, "glenavon-2026.csv").await;
        let first = app.store.accept(one, "us", Utc::now()).await.unwrap();
        let second = app.store.accept(other, "them", Utc::now()).await.unwrap();
        extend(&app, other, second).await.unwrap();
        assert_current(&app, "the later first").await;
        extend(&app, one, first).await.unwrap();
        assert_current(&app, "a view never goes back").await;
    });
}
