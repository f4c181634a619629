//! Publishing: from the record to a new view, which replaces the old one at once for every reader
//! that begins after.

use crate::app::App;
use crate::error::Error;
use crate::store::Record;
use crate::view::View;
use crate::view::facts::{Current, Facts, OrganisationFacts, SiteFacts, SpaceFacts, SurveyFacts};
use siteworthy_rules::place::Point;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

/// How often a server looks whether another one, or a command, has changed the record.
const FOLLOW_EVERY: Duration = Duration::from_secs(1);

/// Publishes what accepting or withdrawing a survey changed. Only the sites that the survey names
/// are read again, unless the record has moved on further, or the survey is a gazetteer, which may
/// place any site.
///
/// # Errors
/// `Unavailable` or `Internal` where the record cannot be read.
pub async fn extend(app: &App, survey: Uuid) -> Result<(), Error> {
    let _only_one = app.publishing().lock().await;
    let named = app.store.load_draft_sites(survey).await?;
    if named.is_empty() {
        return publish_all(app).await;
    }
    let record = app.store.load_record_of_survey_sites(survey).await?;
    let before = app.view();
    if record.revision != before.facts.revision + 1 {
        return publish_all(app).await;
    }
    let mut facts = before.facts.clone();
    for site in named {
        facts.sites.remove(&site.code);
    }
    let changed = Facts::of(record);
    facts.sites.extend(changed.sites);
    let facts = Facts { sites: facts.sites, ..changed };
    assemble(app, facts).await
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
    let facts = Facts::of(record);
    assemble(app, facts).await
}

async fn assemble(app: &App, facts: Facts) -> Result<(), Error> {
    let rulebook = Arc::clone(&app.rules.rulebook);
    let view = tokio::task::spawn_blocking(move || View::assemble(facts, rulebook)).await;
    app.swap(view.map_err(Error::internal)?);
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

impl Facts {
    /// Merges a record: the last observation of a measure at a place is its current value.
    #[must_use]
    pub fn of(record: Record) -> Self {
        let postcodes: HashMap<&str, Point> =
            record.postcodes.iter().map(|entry| (entry.postcode.as_str(), entry.point)).collect();
        let mut sites: Vec<SiteFacts> = record
            .sites
            .iter()
            .map(|site| SiteFacts {
                name: site.name.clone(),
                organisation: site.organisation.clone(),
                nation: site.nation,
                setting: site.setting,
                postcode: site.postcode.clone(),
                point: site.point.or_else(|| postcodes.get(site.postcode.as_deref()?).copied()),
                commissioner: site.commissioner.clone(),
                is_pooled: site.is_pooled,
                spaces: BTreeMap::new(),
                current: BTreeMap::new(),
            })
            .collect();
        for space in &record.spaces {
            let facts = SpaceFacts { kind: space.kind, name: space.name.clone() };
            sites[space.site as usize].spaces.insert(space.code.clone(), facts);
        }
        for observation in record.observations {
            let space = observation.space.map(|space| record.spaces[space as usize].code.clone());
            let measure = record.measures[observation.measure as usize].clone();
            let current = Current {
                value: observation.value,
                observed_on: observation.observed_on,
                method: observation.method,
                survey: record.surveys[observation.survey as usize].id,
                row: observation.row,
                column: observation.column,
            };
            let key = (space.unwrap_or_default(), measure);
            sites[observation.site as usize].current.insert(key, current);
        }
        let codes = record.sites.into_iter().map(|site| site.code);
        let organisations = record.organisations.into_iter().map(|entry| {
            let facts =
                OrganisationFacts { name: entry.name, kind: entry.kind, parent: entry.parent };
            (entry.code, facts)
        });
        Self {
            revision: record.revision,
            revised_at: record.revised_at,
            organisations: organisations.collect(),
            sites: codes.zip(sites.into_iter().map(Arc::new)).collect(),
            surveys: record
                .surveys
                .into_iter()
                .map(|survey| SurveyFacts {
                    id: survey.id,
                    file_name: survey.file_name,
                    layout: survey.layout,
                })
                .collect(),
        }
    }
}
