//! What the accepted surveys say, merged: one entry a site, with its spaces and the current value of
//! every measure. This is what a view is assembled from, and what it keeps so that one survey's
//! change does not mean reading the whole record again.
//!
//! What one survey alone says is `intake::draft` and the store; numbers made from it are `View`.

use chrono::{DateTime, NaiveDate, Utc};
use siteworthy_rules::observation::{Method, Value};
use siteworthy_rules::place::{Nation, OrganisationKind, Point, Setting, SpaceKind};
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;

/// Everything that accepted surveys say at one revision.
#[derive(Clone, Debug, Default)]
pub struct Facts {
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
