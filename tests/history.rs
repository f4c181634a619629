//! A record with a past: surveys of the demonstration estate accepted and withdrawn on given days.
//!
//! What is then asked of it is in the tests.

use chrono::{DateTime, Utc};
use siteworthy::app::{App, Rules};
use siteworthy::corpus::Corpus;
use siteworthy::decide::{Decision, decide};
use siteworthy::store::Store;
use siteworthy::upload::{ReceivedFile, Uploaded, upload};
use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;
use uuid::Uuid;

/// Uploads, accepts and withdraws in order: the moment, "accept" or "withdraw", and the file.
pub fn write(database: &str, decisions: &[(&str, &str, &str)]) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let store = Store::open(database).await.unwrap();
        let rules = Rules::read(&Corpus::load(None, None).unwrap(), Utc::now().date_naive());
        let app = Arc::new(App::start(store.clone(), rules.unwrap()).await.unwrap());
        let mut surveys: BTreeMap<&str, Uuid> = BTreeMap::new();
        for (at, decision, file) in decisions {
            let at: DateTime<Utc> = at.parse().unwrap();
            let decision = match *decision {
                "accept" => {
                    surveys.insert(file, draft(&app, file).await);
                    Decision::Accept
                }
                "withdraw" => Decision::Withdraw,
                other => panic!("{other:?} is no decision"),
            };
            decide(&app, surveys[file], decision, "test", at).await.unwrap();
        }
        drop(app);
        store.close().await.unwrap();
    });
}

/// Uploads a file of the demonstration estate, now: what it says of a later day than that of its upload
/// would be refused.
pub async fn draft(app: &Arc<App>, name: &str) -> Uuid {
    let bytes = fs::read(crate::root().join("datasets/demo").join(name)).unwrap();
    let (by, at) = ("test".to_owned(), Utc::now());
    let file = ReceivedFile { name: name.to_owned(), bytes, layout: None, by, at };
    match upload(app, file, |_| {}).await.unwrap() {
        Uploaded::Draft { survey, .. } => survey.id,
        other => panic!("{other:?}"),
    }
}
