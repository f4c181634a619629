//! The record as it stands, or as it stood at the end of a day: what the accepted surveys say together,
//! from which the view is built. Which surveys those are is asked in one place, `Standing`.
//!
//! Where surveys differ, the one accepted later wins, word by word: a survey that does not give a
//! site's name leaves the name that another gave. Observations are not reduced here: all of them
//! are returned in an order in which the last of a measure at a place is its current value.

use super::entities::{observation, organisation, postcode, site, space, survey};
use super::funding::{Funding, find_last_allocation, load_funding};
use super::rows::{self, MeasureIds, OBSERVATION_WORDS};
use super::surveys::{SurveyHead, SurveyStatus, collect, read_head};
use super::{Store, find_revision, for_each_row};
use crate::error::Error;
use crate::intake::{OrganisationEntry, PostcodeEntry, SiteEntry, SpaceEntry};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait, SelectStatement};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait, Related, Select,
};
use siteworthy_rules::observation::{Method, Value};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

/// Site codes in one question. A code is one bound value; PostgreSQL plans long lists slowly.
const CODES_PER_QUERY: usize = 500;

/// What the accepted surveys say together, as of one revision.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record {
    /// The day at whose end the record stood so; none for the record as it stands now.
    pub as_of: Option<NaiveDate>,
    /// The revision that was read.
    pub revision: i64,
    /// When that revision was made; none for an empty record.
    pub revised_at: Option<DateTime<Utc>>,
    /// The accepted surveys in the order of their acceptance.
    pub surveys: Vec<SurveyHead>,
    /// Every organisation, by code.
    pub organisations: Vec<OrganisationEntry>,
    /// The sites asked for, by code; `row` is that of the last survey that names the site. A site
    /// is pooled by the last survey that gives it a setting: one that merely names it undoes nothing.
    pub sites: Vec<SiteEntry>,
    /// Their spaces, by site and code; `site` is an index into `sites`.
    pub spaces: Vec<SpaceEntry>,
    /// Ids of the measures that occur, in order.
    pub measures: Vec<String>,
    /// Their observations by `observed_on`, then by acceptance, then in file order: the last of a
    /// measure at a place is the current value.
    pub observations: Vec<RecordObservation>,
    /// The postcodes of these sites that an accepted gazetteer has, by postcode.
    pub postcodes: Vec<PostcodeEntry>,
    /// What is allocated to organisations, whichever sites were asked for.
    pub funding: Funding,
}

/// One observation of the record.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordObservation {
    /// The survey that gave it, as an index into the record's surveys.
    pub survey: u32,
    /// Its site, as an index into the record's sites.
    pub site: u32,
    /// Its space, as an index into the record's spaces; none for the whole site.
    pub space: Option<u32>,
    /// Its measure, as an index into the record's measures.
    pub measure: u32,
    /// The value, in the measure's unit.
    pub value: Value,
    /// The date on which it was true.
    pub observed_on: NaiveDate,
    /// How it was obtained.
    pub method: Method,
    /// Row in the survey's file.
    pub row: u32,
    /// Column in the survey's file, from 1.
    pub column: u16,
}

impl Store {
    /// The record as it stands: all of it, or only the sites with these codes. Codes that no
    /// accepted survey names are passed over.
    ///
    /// # Errors
    /// Unavailable or Internal.
    pub async fn load_record(&self, sites: Option<&[String]>) -> Result<Record, Error> {
        let Some(codes) = sites else {
            return self.load(&[Scope::All], None).await;
        };
        let codes: BTreeSet<&String> = codes.iter().collect();
        let codes: Vec<String> = codes.into_iter().cloned().collect();
        let scopes: Vec<Scope> =
            codes.chunks(CODES_PER_QUERY).map(|codes| Scope::Codes(codes.to_vec())).collect();
        self.load(&scopes, None).await
    }

    /// The record as it stood at the end of a day (UTC), with the revision of that moment: surveys
    /// that were withdrawn later are in it, as if nobody knew of that yet.
    ///
    /// # Errors
    /// Unavailable or Internal.
    pub async fn load_record_as_of(&self, day: NaiveDate) -> Result<Record, Error> {
        self.load(&[Scope::All], Some(day)).await
    }

    /// The number of the last change of the record that was made by the end of a day (UTC).
    ///
    /// # Errors
    /// Unavailable or Internal.
    pub async fn revision_as_of(&self, day: NaiveDate) -> Result<i64, Error> {
        Ok(find_last_change(&self.reader, day).await?.map_or(0, |(number, _)| number))
    }

    /// The record as it stands of the sites that one survey names, whatever its status: what an
    /// accepted or withdrawn survey may have changed. Sites that no accepted survey names any
    /// longer are not in it.
    ///
    /// # Errors
    /// Unavailable or Internal.
    pub async fn load_record_of_survey_sites(&self, survey: Uuid) -> Result<Record, Error> {
        self.load(&[Scope::OfSurvey(survey)], None).await
    }

    async fn load(&self, scopes: &[Scope], as_of: Option<NaiveDate>) -> Result<Record, Error> {
        let snapshot = self.begin_snapshot().await?;
        let (standing, revision, revised_at) = match as_of {
            None => {
                let now = find_revision(&snapshot).await?;
                (Standing::Now, now.number, now.revised_at)
            }
            Some(day) => {
                let last = find_last_change(&snapshot, day).await?.unzip();
                let number = last.0.unwrap_or(0);
                (Standing::AfterRevision(number), number, last.1)
            }
        };
        let surveys = accepted_surveys(&snapshot, standing).await?;
        let survey_places: HashMap<Uuid, u32> =
            surveys.iter().map(|survey| survey.id).zip(0..).collect();

        let mut merged = Merged::new();
        for scope in scopes {
            for row in accepted_sites(&snapshot, standing, scope).await? {
                let key = (place_of(&survey_places, &row.survey_id)?, rows::unsigned(row.ordinal)?);
                let entry = rows::read_site(row)?;
                merged.add(key, entry.code.clone(), entry, merge_sites);
            }
        }
        let (sites, site_places) = merged.number()?;

        let mut merged = Merged::new();
        for scope in scopes {
            for row in accepted_spaces(&snapshot, standing, scope).await? {
                let survey = place_of(&survey_places, &row.survey_id)?;
                let key = (survey, rows::unsigned(row.ordinal)?);
                let mut entry = rows::read_space(row)?;
                entry.site = place_of(&site_places, &(survey, entry.site))?;
                merged.add(key, (entry.site, entry.code.clone()), entry, merge_spaces);
            }
        }
        let (spaces, space_places) = merged.number()?;

        let mut measures = MeasureIds::default();
        let mut observations = Vec::new();
        for scope in scopes {
            let found = accepted_observations(standing, scope);
            for_each_row(&snapshot, &found, |row| {
                let survey = place_of(&survey_places, &row.try_get_by_index(0)?)?;
                let (ordinal, entry) = rows::read_observation(row, 1, &mut measures)?;
                let space = entry.space.map(|space| place_of(&space_places, &(survey, space)));
                let observation = RecordObservation {
                    survey,
                    site: place_of(&site_places, &(survey, entry.site))?,
                    space: space.transpose()?,
                    measure: u32::from(entry.measure),
                    value: entry.value,
                    observed_on: entry.observed_on,
                    method: entry.method,
                    row: entry.row,
                    column: entry.column,
                };
                observations.push((ordinal, observation));
                Ok(())
            })
            .await?;
        }
        let postcodes = needed_postcodes(&snapshot, standing, scopes).await?;
        let organisations = accepted_organisations(&snapshot, standing).await?;
        let funding = load_funding(&snapshot, revision).await?;
        snapshot.commit().await?;

        let measures = sort_measures(measures.into_list(), &mut observations);
        observations.sort_unstable_by_key(|(ordinal, observation)| {
            (observation.observed_on, observation.survey, *ordinal)
        });
        let observations = observations.into_iter().map(|(_, observation)| observation).collect();
        Ok(Record {
            as_of,
            revision,
            revised_at,
            surveys,
            organisations,
            sites,
            spaces,
            measures,
            observations,
            postcodes,
            funding,
        })
    }
}

/// Which sites are wanted.
enum Scope {
    All,
    Codes(Vec<String>),
    OfSurvey(Uuid),
}

impl Scope {
    /// What the surveys say of the sites wanted, as pairs of survey and ordinal; none for every
    /// site.
    fn entries(&self) -> Option<SelectStatement> {
        let is_wanted = match self {
            Self::All => return None,
            Self::Codes(codes) => site::Column::Code.is_in(codes),
            Self::OfSurvey(survey) => site::Column::Code.in_subquery(
                site::Entity::find()
                    .select_only()
                    .column(site::Column::Code)
                    .filter(site::Column::SurveyId.eq(*survey))
                    .into_query(),
            ),
        };
        let entries = site::Entity::find()
            .select_only()
            .columns([site::Column::SurveyId, site::Column::Ordinal])
            .filter(is_wanted);
        Some(entries.into_query())
    }
}

/// The moment at which surveys must be part of the record.
#[derive(Clone, Copy)]
enum Standing {
    Now,
    /// When the change of this number was the last. Changes are in line by their numbers; by the times
    /// alone, two clocks that differ could put together a record that never was.
    AfterRevision(i64),
}

impl Standing {
    /// Whether a survey is part of the record at this moment. Every question of this file asks it.
    fn holds(self) -> Condition {
        use survey::Column::{RevisionAccepted, RevisionWithdrawn, Status};
        match self {
            Self::Now => Condition::all().add(Status.eq(SurveyStatus::Accepted.word())),
            Self::AfterRevision(number) => Condition::all()
                .add(RevisionAccepted.lte(number))
                .add(RevisionWithdrawn.is_null().or(RevisionWithdrawn.gt(number))),
        }
    }

    /// A survey that is part of the record, as it was at this moment.
    fn seen(self, head: SurveyHead) -> SurveyHead {
        match self {
            Self::Now => head,
            Self::AfterRevision(_) => SurveyHead {
                status: SurveyStatus::Accepted,
                withdrawn_at: None,
                revision_withdrawn: None,
                ..head
            },
        }
    }
}

/// The last change of the record by the end of a day (UTC), and when it was made; none where the
/// record was still empty. Every change is that some survey was accepted or withdrawn, or that funding
/// was allocated.
async fn find_last_change(
    connection: &impl ConnectionTrait,
    day: NaiveDate,
) -> Result<Option<(i64, DateTime<Utc>)>, Error> {
    use survey::Column::{AcceptedAt, RevisionAccepted, RevisionWithdrawn, WithdrawnAt};
    // The last day of the calendar has no day after it, and nothing is after it.
    let end = day.succ_opt().unwrap_or(day).and_time(NaiveTime::MIN).and_utc();
    let mut last = find_last_allocation(connection, end).await?;
    for (number, at) in [(RevisionAccepted, AcceptedAt), (RevisionWithdrawn, WithdrawnAt)] {
        let found: Option<(Option<i64>, Option<DateTime<Utc>>)> = survey::Entity::find()
            .select_only()
            .columns([number, at])
            .filter(at.lt(end))
            .order_by_desc(number)
            .limit(1)
            .into_tuple()
            .one(connection)
            .await?;
        if let Some((Some(number), Some(at))) = found {
            last = Ord::max(last, Some((number, at)));
        }
    }
    Ok(last)
}

/// Only rows of surveys that are part of the record.
fn accepted<E: EntityTrait + Related<survey::Entity>>(standing: Standing) -> Select<E> {
    E::find().inner_join(survey::Entity).filter(standing.holds())
}

/// Only rows of surveys that are part of the record and of the sites wanted; `key` is the table's survey and its
/// ordinal of the site. A list of keys and not a join: SQLite would rather read a survey through
/// than look its sites up.
fn accepted_at<E: EntityTrait + Related<survey::Entity>>(
    standing: Standing,
    scope: &Scope,
    key: [E::Column; 2],
) -> Select<E> {
    match scope.entries() {
        None => accepted(standing),
        Some(wanted) => {
            let key = key.map(|column| Expr::col(column.as_column_ref()));
            accepted(standing).filter(Expr::tuple(key).in_subquery(wanted))
        }
    }
}

/// The key of a site, for `accepted_at`.
const SITE: [site::Column; 2] = [site::Column::SurveyId, site::Column::Ordinal];

/// The key of a space's site, for `accepted_at`.
const SITE_OF_SPACE: [space::Column; 2] = [space::Column::SurveyId, space::Column::SiteOrdinal];

/// The key of an observation's site, for `accepted_at`.
const SITE_OF_OBSERVATION: [observation::Column; 2] =
    [observation::Column::SurveyId, observation::Column::SiteOrdinal];

async fn accepted_surveys(
    snapshot: &DatabaseTransaction,
    standing: Standing,
) -> Result<Vec<SurveyHead>, Error> {
    let found = survey::Entity::find()
        .filter(standing.holds())
        .order_by_asc(survey::Column::RevisionAccepted)
        .all(snapshot)
        .await?;
    collect(found, |row| Ok(standing.seen(read_head(row)?)))
}

async fn accepted_organisations(
    snapshot: &DatabaseTransaction,
    standing: Standing,
) -> Result<Vec<OrganisationEntry>, Error> {
    let found = accepted::<organisation::Entity>(standing)
        .order_by_asc(survey::Column::RevisionAccepted)
        .order_by_asc(organisation::Column::Ordinal)
        .all(snapshot)
        .await?;
    let mut by_code = BTreeMap::<String, OrganisationEntry>::new();
    for mut later in collect(found, rows::read_organisation)? {
        if let Some(earlier) = by_code.remove(&later.code) {
            later.parent = later.parent.or(earlier.parent);
        }
        by_code.insert(later.code.clone(), later);
    }
    Ok(by_code.into_values().collect())
}

async fn accepted_sites(
    snapshot: &DatabaseTransaction,
    standing: Standing,
    scope: &Scope,
) -> Result<Vec<site::Model>, Error> {
    let found = accepted_at::<site::Entity>(standing, scope, SITE)
        .order_by_asc(survey::Column::RevisionAccepted)
        .order_by_asc(site::Column::Ordinal)
        .all(snapshot)
        .await?;
    Ok(found)
}

async fn accepted_spaces(
    snapshot: &DatabaseTransaction,
    standing: Standing,
    scope: &Scope,
) -> Result<Vec<space::Model>, Error> {
    let found = accepted_at::<space::Entity>(standing, scope, SITE_OF_SPACE)
        .order_by_asc(survey::Column::RevisionAccepted)
        .order_by_asc(space::Column::Ordinal)
        .all(snapshot)
        .await?;
    Ok(found)
}

/// The survey's id, then `OBSERVATION_WORDS`. The order is made in memory: the database would
/// sort on disk what it can hand over as it lies.
fn accepted_observations(standing: Standing, scope: &Scope) -> SelectStatement {
    let rows = accepted_at::<observation::Entity>(standing, scope, SITE_OF_OBSERVATION)
        .select_only()
        .column(observation::Column::SurveyId)
        .expr(Expr::cust(OBSERVATION_WORDS))
        .columns([observation::Column::Value, observation::Column::TextValue]);
    rows.into_query()
}

/// The postcodes that the wanted sites have. A gazetteer holds millions; these are few.
async fn needed_postcodes(
    snapshot: &DatabaseTransaction,
    standing: Standing,
    scopes: &[Scope],
) -> Result<Vec<PostcodeEntry>, Error> {
    let mut by_postcode = BTreeMap::new();
    for scope in scopes {
        let needed = accepted_at::<site::Entity>(standing, scope, SITE)
            .select_only()
            .column(site::Column::Postcode)
            .filter(site::Column::Postcode.is_not_null())
            .into_query();
        let found = accepted::<postcode::Entity>(standing)
            .filter(postcode::Column::Postcode.in_subquery(needed))
            .order_by_asc(survey::Column::RevisionAccepted)
            .all(snapshot)
            .await?;
        for row in found {
            by_postcode.insert(row.postcode.clone(), rows::read_postcode(row)?);
        }
    }
    Ok(by_postcode.into_values().collect())
}

/// Puts the measures in order, whichever came first, and numbers the observations accordingly.
fn sort_measures(found: Vec<String>, observations: &mut [(u32, RecordObservation)]) -> Vec<String> {
    let mut sorted: Vec<(String, u32)> = found.into_iter().zip(0..).collect();
    sorted.sort_unstable();
    let mut places = vec![0; sorted.len()];
    for ((_, old), new) in sorted.iter().zip(0..) {
        places[*old as usize] = new;
    }
    for (_, observation) in observations {
        observation.measure = places[observation.measure as usize];
    }
    sorted.into_iter().map(|(measure, _)| measure).collect()
}

/// An ordinal in one of the record's surveys.
type Key = (u32, u32);

/// Entries of several surveys as they are merged: `K` names what they describe.
struct Merged<K, T> {
    entries: BTreeMap<K, T>,
    names: Vec<(Key, K)>,
}

impl<K: Ord + Clone, T> Merged<K, T> {
    fn new() -> Self {
        Self { entries: BTreeMap::new(), names: Vec::new() }
    }

    /// Adds what a later survey says; `merge` is given what earlier ones said.
    fn add(&mut self, key: Key, name: K, later: T, merge: impl FnOnce(T, T) -> T) {
        let entry = match self.entries.remove(&name) {
            Some(earlier) => merge(earlier, later),
            None => later,
        };
        self.entries.insert(name.clone(), entry);
        self.names.push((key, name));
    }

    /// The entries in the order of their names, and where each survey's entries have gone.
    fn number(self) -> Result<(Vec<T>, HashMap<Key, u32>), Error> {
        let mut numbers = BTreeMap::new();
        let mut entries = Vec::with_capacity(self.entries.len());
        for (name, entry) in self.entries {
            numbers.insert(name, u32::try_from(entries.len()).map_err(Error::internal)?);
            entries.push(entry);
        }
        let places = self.names.into_iter().map(|(key, name)| (key, numbers[&name])).collect();
        Ok((entries, places))
    }
}

fn merge_sites(earlier: SiteEntry, later: SiteEntry) -> SiteEntry {
    SiteEntry {
        code: later.code,
        row: later.row,
        name: later.name.or(earlier.name),
        organisation: later.organisation.or(earlier.organisation),
        nation: later.nation.or(earlier.nation),
        setting: later.setting.or(earlier.setting),
        postcode: later.postcode.or(earlier.postcode),
        point: later.point.or(earlier.point),
        commissioner: later.commissioner.or(earlier.commissioner),
        // A survey that merely names the site gives no setting and does not undo what another said.
        is_pooled: later.is_pooled || (earlier.is_pooled && later.setting.is_none()),
    }
}

fn merge_spaces(earlier: SpaceEntry, later: SpaceEntry) -> SpaceEntry {
    SpaceEntry { name: later.name.or(earlier.name), ..later }
}

/// What a row refers to must be there: the database holds to it.
fn place_of<K: std::hash::Hash + Eq>(places: &HashMap<K, u32>, key: &K) -> Result<u32, Error> {
    places.get(key).copied().ok_or_else(|| Error::internal("a row refers to one that is missing"))
}
