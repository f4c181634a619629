//! Publishing: from the record to a new view, which replaces the old one at once for every reader
//! that begins after.

use crate::app::App;
use crate::error::Error;
use crate::store::Record;
use crate::view::View;
use crate::view::facts::Facts;
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

/// How often a server looks whether another one, or a command, has changed the record.
const FOLLOW_EVERY: Duration = Duration::from_secs(1);

/// Publishes what accepting or withdrawing a survey changed; `made` is the revision that the
/// decision made. Only the sites that the survey names are read again, unless the record has moved
/// on further than that, or the survey is a gazetteer, which may place any site.
///
/// # Errors
/// `Unavailable` or `Internal` where the record cannot be read.
pub async fn extend(app: &App, survey: Uuid, made: i64) -> Result<(), Error> {
    let _only_one = app.publishing().lock().await;
    let before = app.view();
    if before.facts.revision >= made {
        // The follower was quicker.
        return Ok(());
    }
    let named = app.store.load_draft_sites(survey).await?;
    if before.facts.revision + 1 == made && !named.is_empty() {
        let record = app.store.load_record_of_survey_sites(survey).await?;
        // At a later revision the record holds another survey too, whose sites were not read.
        if record.revision == made {
            let named = named.into_iter().map(|site| site.code).collect();
            return assemble(app, record, Some((before, named))).await;
        }
    }
    publish_all(app).await
}

/// Reads the whole record and publishes it.
///
/// # Errors
/// `Unavailable` or `Internal` where the record cannot be read.
pub async fn publish(app: &App) -> Result<(), Error> {
    let _only_one = app.publishing().lock().await;
    publish_all(app).await
}

async fn publish_all(app: &App) -> Result<(), Error> {
    let record = app.store.load_record(None).await?;
    assemble(app, record, None).await
}

/// Assembles a view from a record: of all sites, or of those named, with the others as they were.
async fn assemble(
    app: &App,
    record: Record,
    rest: Option<(Arc<View>, Vec<String>)>,
) -> Result<(), Error> {
    let rulebook = Arc::clone(&app.rules.rulebook);
    let work = move || {
        let mut facts = Facts::of(record);
        if let Some((before, named)) = rest {
            let mut sites = before.facts.sites.clone();
            for code in named {
                sites.remove(&code);
            }
            sites.append(&mut facts.sites);
            facts.sites = sites;
        }
        View::assemble(facts, rulebook)
    };
    let view = tokio::task::spawn_blocking(work).await.map_err(Error::internal)?;
    app.swap(Arc::new(view));
    Ok(())
}

/// Follows changes that others make to the record, until the program ends.
pub async fn follow(app: Arc<App>) {
    loop {
        tokio::time::sleep(FOLLOW_EVERY).await;
        let seen = app.view().facts.revision;
        let result = match app.store.current_revision().await {
            Ok(revision) if revision == seen => continue,
            Ok(_) => publish(&app).await,
            Err(error) => Err(error),
        };
        if let Err(error) = result {
            crate::telemetry::log_error(&error);
        }
    }
}
