//! What the accepted surveys say, merged: one entry a site, with its spaces and the current value of
//! every measure. This is what a view is assembled from, and what it keeps so that one survey's
//! change does not mean reading the whole record again.
//!
//! What one survey alone says is `intake::draft` and the store; numbers made from it are `View`.

use crate::store::{Funding, Record};
use chrono::{DateTime, NaiveDate, Utc};
use siteworthy_rules::observation::{Method, Value};
use siteworthy_rules::place::{Nation, OrganisationKind, Point, Setting, SpaceKind};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use uuid::Uuid;

/// Everything that accepted surveys say at one revision.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    /// The day at whose end the record stood so; none for the record as it stands now.
    pub as_of: Option<NaiveDate>,
    /// The revision of the record.
    pub revision: i64,
    /// When that revision was made; none for an empty record.
    pub revised_at: Option<DateTime<Utc>>,
    /// Accepted surveys in the order of acceptance.
    pub surveys: Vec<SurveyFacts>,
    /// Organisations by code.
    pub organisations: BTreeMap<String, OrganisationFacts>,
    /// Sites by code.
    pub sites: BTreeMap<String, Arc<SiteFacts>>,
    /// What is allocated to organisations.
    pub funding: Funding,
}

/// The head of an accepted survey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SurveyFacts {
    /// Its id.
    pub id: Uuid,
    /// Name of the file.
    pub file_name: String,
    /// Id of the layout.
    pub layout: String,
}

/// An organisation as last described.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrganisationFacts {
    /// Name.
    pub name: String,
    /// What kind it is.
    pub kind: OrganisationKind,
    /// Code of the one above it, where a survey says.
    pub parent: Option<String>,
}

/// A site as last described, with its current values.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SiteFacts {
    /// Name.
    pub name: Option<String>,
    /// Code of its organisation.
    pub organisation: Option<String>,
    /// Its nation.
    pub nation: Option<Nation>,
    /// Its setting.
    pub setting: Option<Setting>,
    /// Its postcode.
    pub postcode: Option<String>,
    /// Its point: as surveyed, else that of its postcode.
    pub point: Option<Point>,
    /// Who commissions it.
    pub commissioner: Option<String>,
    /// Whether it stands for many minor sites.
    pub is_pooled: bool,
    /// Its spaces by code.
    pub spaces: BTreeMap<String, SpaceFacts>,
    /// Current values by space code (empty for the whole site) and measure id.
    pub current: BTreeMap<(String, String), Current>,
}

/// A space as last described.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpaceFacts {
    /// What kind it is.
    pub kind: SpaceKind,
    /// Name.
    pub name: Option<String>,
}

/// The current value of one measure at one place.
#[derive(Clone, Debug, PartialEq)]
pub struct Current {
    /// The value.
    pub value: Value,
    /// The date on which it was true.
    pub observed_on: NaiveDate,
    /// How it was obtained.
    pub method: Method,
    /// The survey that says it.
    pub survey: Uuid,
    /// Row of the file.
    pub row: u32,
    /// Column of the file, from 1.
    pub column: u16,
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
            as_of: record.as_of,
            revision: record.revision,
            revised_at: record.revised_at,
            funding: record.funding,
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
