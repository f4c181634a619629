//! What one file says, once it has been read: the value that intake returns and the store keeps.
//!
//! A draft is complete in itself. It names sites by their codes, carries every value with its row
//! and column, and holds every problem. It does not know the database.

use chrono::NaiveDate;
use siteworthy_rules::observation::{Method, Value};
use siteworthy_rules::place::{Nation, OrganisationKind, Point, Setting, SpaceKind};
use siteworthy_rules::problem::Problem;

/// What one file says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Draft {
    /// Id of the layout by which it was read.
    pub layout: String,
    /// Name of the file as uploaded, without any folder; the middle of a name with more than 200
    /// characters is left out, so that its ending stays.
    pub file_name: String,
    /// SHA-256 of the bytes, in lower-case hexadecimal.
    pub sha256: String,
    /// Data rows in the file, headings not counted.
    pub rows_read: u32,
    /// Rows about pooled entries of which something was kept.
    pub rows_pooled: u32,
    /// Rows of which nothing could be kept.
    pub rows_refused: u32,
    /// Organisations that the file describes.
    pub organisations: Vec<OrganisationEntry>,
    /// Sites that the file describes or names.
    pub sites: Vec<SiteEntry>,
    /// Spaces that the file describes or names.
    pub spaces: Vec<SpaceEntry>,
    /// Ids of the measures that the file names.
    pub measures: Vec<String>,
    /// Values.
    pub observations: Vec<ObservationEntry>,
    /// Postcodes, where the file is a gazetteer.
    pub postcodes: Vec<PostcodeEntry>,
    /// Everything that is wrong or noteworthy, in file order.
    pub problems: Vec<Problem>,
}

impl Draft {
    /// The id of the measure of one of this draft's observations.
    #[must_use]
    pub fn measure_of(&self, observation: &ObservationEntry) -> &str {
        &self.measures[usize::from(observation.measure)]
    }
}

/// One organisation as a file describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrganisationEntry {
    /// ODS code, or the statistical code of a nation.
    pub code: String,
    /// Name.
    pub name: String,
    /// What kind of organisation it is.
    pub kind: OrganisationKind,
    /// Code of the organisation above it, where the file says.
    pub parent: Option<String>,
}

/// One site as a file describes it. What the file does not say is `None`, and another accepted
/// survey may say it.
#[derive(Clone, Debug, PartialEq)]
pub struct SiteEntry {
    /// Site code: the key.
    pub code: String,
    /// The first row that names it.
    pub row: u32,
    /// Name.
    pub name: Option<String>,
    /// Code of its organisation.
    pub organisation: Option<String>,
    /// Its nation.
    pub nation: Option<Nation>,
    /// Its setting.
    pub setting: Option<Setting>,
    /// Its postcode in the form `M13 9WL`.
    pub postcode: Option<String>,
    /// Its point, where the file gives one.
    pub point: Option<Point>,
    /// Who commissions it, as the file names them.
    pub commissioner: Option<String>,
    /// Whether the row stands for many minor sites.
    pub is_pooled: bool,
}

/// One room or zone as a file describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpaceEntry {
    /// Its site, as an index into the draft's sites.
    pub site: u32,
    /// Its code within the site: the key together with the site's.
    pub code: String,
    /// What kind of space it is.
    pub kind: SpaceKind,
    /// Name, where the file gives one.
    pub name: Option<String>,
}

/// One value of one measure.
#[derive(Clone, Debug, PartialEq)]
pub struct ObservationEntry {
    /// Its site, as an index into the draft's sites.
    pub site: u32,
    /// Its space, as an index into the draft's spaces; none for the whole site.
    pub space: Option<u32>,
    /// Its measure, as an index into the draft's measures.
    pub measure: u16,
    /// The value, in the measure's unit.
    pub value: Value,
    /// The date on which it was true.
    pub observed_on: NaiveDate,
    /// How it was obtained.
    pub method: Method,
    /// Row as a spreadsheet numbers it.
    pub row: u32,
    /// Column, from 1; the first of them where several add up.
    pub column: u16,
}

/// One postcode of a gazetteer.
#[derive(Clone, Debug, PartialEq)]
pub struct PostcodeEntry {
    /// In the form `M13 9WL`.
    pub postcode: String,
    /// Its point.
    pub point: Point,
    /// Row as a spreadsheet numbers it.
    pub row: u32,
}
