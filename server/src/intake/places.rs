//! The organisations, sites and spaces that the rows of one file describe or name.
//!
//! Rows may describe a place in any order and more than once, so facts are gathered first and
//! judged at the end: what is neither described nor known is refused then. Values are `survey`.

use super::columns::Columns;
use super::layout::{Attribute, Layout, fold};
use super::number::parse_number;
use super::postcode::parse_postcode;
use super::report::{Fault, Report, code, shorten};
use super::rows::Row;
use super::{
    Known,
    draft::{OrganisationEntry, SiteEntry, SpaceEntry},
};
use siteworthy_rules::place::{Nation, OrganisationKind, Point, Setting, SpaceKind};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Display;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::RangeInclusive;
use std::str::FromStr;

/// Degrees north that hold the United Kingdom: Scilly is at 49.9, Unst at 60.9.
const UK_LATITUDES: RangeInclusive<f64> = 49.8..=61.0;
/// Degrees east that hold the United Kingdom: Fermanagh is at -8.2, Lowestoft at 1.8.
const UK_LONGITUDES: RangeInclusive<f64> = -8.7..=1.8;
/// Codes are keys; nothing published is longer than a dozen characters.
const MOST_CODE_CHARS: usize = 40;
/// The longest name of a site, space, organisation or commissioner that is kept; the longest that
/// the national return has is 69. A cell of a workbook holds 32,767, and a table far fewer.
const MOST_NAME_CHARS: usize = 200;

/// The columns whose content describes a site, as opposed to what was observed there.
const DESCRIBING: [Attribute; 10] = [
    Attribute::SiteName,
    Attribute::Organisation,
    Attribute::OrganisationName,
    Attribute::Region,
    Attribute::Nation,
    Attribute::Setting,
    Attribute::Postcode,
    Attribute::Latitude,
    Attribute::Longitude,
    Attribute::Commissioner,
];

/// One row with the columns of its file.
pub struct Cells<'r, 'a> {
    /// The row.
    pub row: &'r Row<'a>,
    /// The columns.
    pub columns: &'r Columns,
    /// The layout.
    pub layout: &'r Layout,
}

impl<'a> Cells<'_, 'a> {
    /// What a cell says; nothing where it is missing.
    #[must_use]
    pub fn get(&self, attribute: Attribute) -> Option<Cow<'a, str>> {
        let cell = self.row.cell(self.columns.find(attribute)?);
        (!self.layout.is_missing(&cell)).then_some(cell)
    }

    /// A name; nothing where it is missing or too long.
    fn name(&self, attribute: Attribute, report: &mut Report) -> Option<String> {
        let cell = self.get(attribute)?;
        let length = cell.chars().count();
        if length > MOST_NAME_CHARS {
            self.report(attribute, &cell, long_name(length), report);
            return None;
        }
        Some(cell.into_owned())
    }

    fn report(&self, attribute: Attribute, value: &str, fault: Fault, report: &mut Report) {
        let column = self.columns.find(attribute).unwrap_or_default();
        let heading = self.columns.heading(column);
        report.add_to_cell(self.row.number, heading, value, fault);
    }

    /// A word of ours, by way of the layout's words where it has any.
    fn word<T: FromStr>(
        &self,
        attribute: Attribute,
        fault: impl FnOnce() -> Fault,
        report: &mut Report,
    ) -> Option<T> {
        let cell = self.get(attribute)?;
        let words = self.layout.find(attribute).map(|column| &column.words);
        let found: Option<T> = match words {
            Some(words) if !words.is_empty() => {
                words.get(&*cell).and_then(|word| word.parse().ok())
            }
            _ => cell.parse().or_else(|_| fold(&cell).parse()).ok(),
        };
        if found.is_none() {
            self.report(attribute, &cell, fault(), report);
        }
        found
    }
}

/// A space before its kind is certain.
#[derive(Debug)]
struct OpenSpace {
    site: u32,
    code: String,
    kind: Option<(SpaceKind, u32)>,
    name: Option<String>,
    row: u32,
    rows: u32,
}

/// Everything gathered so far.
#[derive(Debug, Default)]
pub struct Places {
    sites: Vec<SiteEntry>,
    /// A digest of the describing cells that were read last for each site: most files repeat them.
    described: Vec<u64>,
    rows: Vec<u32>,
    site_by_code: HashMap<String, u32>,
    spaces: Vec<OpenSpace>,
    space_by_key: HashMap<String, u32>,
    organisations: BTreeMap<String, (OrganisationEntry, u32)>,
    fact_count: usize,
    key: String,
}

/// What is left at the end, and where the open indexes went.
#[derive(Debug, Default)]
pub struct Settled {
    /// Organisations.
    pub organisations: Vec<OrganisationEntry>,
    /// Sites.
    pub sites: Vec<SiteEntry>,
    /// Spaces.
    pub spaces: Vec<SpaceEntry>,
    /// From an open site to its place in `sites`.
    pub site_at: Vec<Option<u32>>,
    /// From an open space to its place in `spaces`.
    pub space_at: Vec<Option<u32>>,
    /// Rows that fell away with their site or space.
    pub rows_refused: u32,
}

impl Settled {
    /// Whether some site or space was refused, so that the indexes have moved.
    #[must_use]
    pub fn has_gaps(&self) -> bool {
        self.site_at.contains(&None) || self.space_at.contains(&None)
    }
}

impl Places {
    /// How many facts about places were kept so far.
    #[must_use]
    pub const fn fact_count(&self) -> usize {
        self.fact_count
    }

    /// A site by its open index.
    #[must_use]
    pub fn site(&self, site: u32) -> &SiteEntry {
        &self.sites[site as usize]
    }

    /// The first row of a pooled entry, and how many rows there are of such entries.
    #[must_use]
    pub fn find_pooled(&self) -> Option<(u32, u32)> {
        let pooled = || self.sites.iter().zip(&self.rows).filter(|(site, _)| site.is_pooled);
        let (first, _) = pooled().next()?;
        Some((first.row, pooled().map(|(_, rows)| rows).sum()))
    }

    /// Counts a row of which something was kept.
    pub fn count_row(&mut self, site: u32, space: Option<u32>) {
        self.rows[site as usize] += 1;
        if let Some(space) = space {
            self.spaces[space as usize].rows += 1;
        }
    }

    /// The site of a code, if a row has named it.
    #[must_use]
    pub fn find_site(&self, code: &str) -> Option<u32> {
        self.site_by_code.get(code).copied()
    }

    /// The site of a row, described as far as the row says.
    pub fn take_site(&mut self, code: &str, cells: &Cells<'_, '_>, report: &mut Report) -> u32 {
        let site = match self.find_site(code) {
            Some(site) => site,
            None => self.add_site(code, cells.row.number),
        };
        let digest = digest(cells);
        if self.described[site as usize] != digest {
            self.described[site as usize] = digest;
            self.describe(site, cells, report);
        }
        site
    }

    fn add_site(&mut self, code: &str, row: u32) -> u32 {
        let site = u32::try_from(self.sites.len()).unwrap_or(u32::MAX);
        self.site_by_code.insert(code.to_owned(), site);
        self.described.push(0);
        self.rows.push(0);
        self.sites.push(SiteEntry {
            code: code.to_owned(),
            row,
            name: None,
            organisation: None,
            nation: None,
            setting: None,
            postcode: None,
            point: None,
            commissioner: None,
            is_pooled: false,
        });
        site
    }

    fn describe(&mut self, site: u32, cells: &Cells<'_, '_>, report: &mut Report) {
        let nation = read_nation(cells, report);
        let organisation = self.describe_organisation(cells, nation, report);
        let setting = cells.word::<Setting>(Attribute::Setting, unknown_setting, report);
        let found = SiteEntry {
            code: String::new(),
            row: cells.row.number,
            name: cells.name(Attribute::SiteName, report),
            organisation,
            nation,
            setting,
            postcode: read_postcode(cells, report),
            point: read_point(cells, report),
            commissioner: cells.name(Attribute::Commissioner, report),
            is_pooled: setting.is_some_and(Setting::is_pooled),
        };
        let mut settle = Settle {
            first_row: self.sites[site as usize].row,
            cells,
            report,
            fact_count: &mut self.fact_count,
        };
        let entry = &mut self.sites[site as usize];
        settle.fact(&mut entry.name, found.name, Attribute::SiteName);
        settle.fact(&mut entry.organisation, found.organisation, Attribute::Organisation);
        settle.fact(&mut entry.nation, found.nation, Attribute::Nation);
        settle.fact(&mut entry.setting, found.setting, Attribute::Setting);
        settle.fact(&mut entry.postcode, found.postcode, Attribute::Postcode);
        settle.fact(&mut entry.point, found.point.map(Shown), Attribute::Latitude);
        settle.fact(&mut entry.commissioner, found.commissioner, Attribute::Commissioner);
        entry.is_pooled = entry.setting.is_some_and(Setting::is_pooled);
    }

    /// The code of the row's organisation, which is described where the row names it.
    fn describe_organisation(
        &mut self,
        cells: &Cells<'_, '_>,
        nation: Option<Nation>,
        report: &mut Report,
    ) -> Option<String> {
        let code = cells.get(Attribute::Organisation)?;
        if let Err(fault) = check_code(&code) {
            cells.report(Attribute::Organisation, &code, fault, report);
            return None;
        }
        let region = self.describe_region(cells, nation, report);
        if let Some(name) = cells.name(Attribute::OrganisationName, report) {
            let kind = match nation {
                None | Some(Nation::England) => OrganisationKind::Trust,
                Some(_) => OrganisationKind::HealthBoard,
            };
            self.add_organisation(&code, &name, kind, region, cells, report);
        }
        Some(code.into_owned())
    }

    /// The code of the row's region, which is described together with its nation.
    fn describe_region(
        &mut self,
        cells: &Cells<'_, '_>,
        nation: Option<Nation>,
        report: &mut Report,
    ) -> Option<String> {
        let written = cells.get(Attribute::Region)?;
        let regions = &cells.layout.find(Attribute::Region)?.regions;
        let Some((code, name)) = regions.get(&*written) else {
            cells.report(Attribute::Region, &written, unknown_region(), report);
            return None;
        };
        let parent = nation.map(|nation| {
            let kind = OrganisationKind::Nation;
            self.add_organisation(nation.code(), nation.title(), kind, None, cells, report);
            nation.code().to_owned()
        });
        self.add_organisation(code, name, OrganisationKind::Region, parent, cells, report);
        Some(code.clone())
    }

    fn add_organisation(
        &mut self,
        code: &str,
        name: &str,
        kind: OrganisationKind,
        parent: Option<String>,
        cells: &Cells<'_, '_>,
        report: &mut Report,
    ) {
        let row = cells.row.number;
        let Some((known, first)) = self.organisations.get(code) else {
            let entry =
                OrganisationEntry { code: code.to_owned(), name: name.to_owned(), kind, parent };
            self.organisations.insert(code.to_owned(), (entry, row));
            return;
        };
        if known.name != name {
            let fault = contradiction("organisation", code, &known.name, *first, name);
            cells.report(Attribute::OrganisationName, name, fault, report);
        } else if known.parent != parent {
            let word =
                |parent: &Option<String>| parent.clone().unwrap_or_else(|| "none".to_owned());
            let (old, new) = (word(&known.parent), word(&parent));
            let fault = contradiction("parent of organisation", code, &old, *first, &new);
            cells.report(Attribute::Region, &new, fault, report);
        }
    }

    /// The space of a row: an error sets the row aside.
    pub fn take_space(
        &mut self,
        site: u32,
        cells: &Cells<'_, '_>,
        report: &mut Report,
    ) -> Result<Option<u32>, (Attribute, Fault)> {
        let kind = cells.word::<SpaceKind>(Attribute::SpaceKind, unknown_space_kind, report);
        let Some(code) = cells.get(Attribute::Space) else {
            let has_kind = cells.get(Attribute::SpaceKind).is_some();
            return if has_kind { Err((Attribute::Space, missing_space())) } else { Ok(None) };
        };
        check_code(&code).map_err(|fault| (Attribute::Space, fault))?;
        let space = self.find_or_add_space(site, &code, cells.row.number);
        let entry = &mut self.spaces[space as usize];
        match (entry.kind, kind) {
            (Some((first, row)), Some(kind)) if first != kind => {
                return Err((Attribute::SpaceKind, other_kind(&code, first, row, kind)));
            }
            (None, Some(kind)) => {
                entry.kind = Some((kind, cells.row.number));
                self.fact_count += 1;
            }
            _ => {}
        }
        if entry.name.is_none() {
            entry.name = cells.name(Attribute::SpaceName, report);
        }
        Ok(Some(space))
    }

    fn find_or_add_space(&mut self, site: u32, code: &str, row: u32) -> u32 {
        self.key.clear();
        self.key.push_str(&self.sites[site as usize].code);
        // A separator that no code holds, because control characters are refused.
        self.key.push('\n');
        self.key.push_str(code);
        if let Some(space) = self.space_by_key.get(&self.key) {
            return *space;
        }
        let space = u32::try_from(self.spaces.len()).unwrap_or(u32::MAX);
        self.space_by_key.insert(self.key.clone(), space);
        self.spaces.push(OpenSpace {
            site,
            code: code.to_owned(),
            kind: None,
            name: None,
            row,
            rows: 0,
        });
        space
    }

    /// Refuses what is neither described nor known, and closes the gaps that this leaves.
    #[must_use]
    pub fn settle(mut self, known: &Known, columns: &Columns, report: &mut Report) -> Settled {
        let mut settled = Settled::default();
        for (site, rows) in std::mem::take(&mut self.sites).into_iter().zip(&self.rows) {
            let kept = self.judge_site(site, known, columns, report);
            settled.site_at.push(kept.is_some().then_some(settled.sites.len() as u32));
            match kept {
                Some(site) => settled.sites.push(site),
                None => settled.rows_refused += rows,
            }
        }
        for space in std::mem::take(&mut self.spaces) {
            let rows = space.rows;
            let site = settled.site_at[space.site as usize];
            let kept = site.and_then(|site| {
                let code = &settled.sites[site as usize].code;
                let judged = judge_space(space, site, code, known, columns, report);
                settled.rows_refused += if judged.is_none() { rows } else { 0 };
                judged
            });
            settled.space_at.push(kept.is_some().then_some(settled.spaces.len() as u32));
            settled.spaces.extend(kept);
        }
        let organisations = self.organisations.into_values();
        settled.organisations = organisations.map(|(entry, _)| entry).collect();
        settled
    }

    fn judge_site(
        &self,
        mut site: SiteEntry,
        known: &Known,
        columns: &Columns,
        report: &mut Report,
    ) -> Option<SiteEntry> {
        let is_known = known.sites.contains_key(&site.code);
        let missing = list_missing(&site);
        if !is_known && !missing.is_empty() {
            let heading = heading_of(columns, Attribute::Site);
            report.add_to_cell(site.row, heading, &site.code, unknown_site(&site.code, &missing));
            return None;
        }
        let stray = site.organisation.take_if(|code| {
            !self.organisations.contains_key(code) && !known.organisations.contains(code)
        });
        if let Some(code) = stray {
            let heading = heading_of(columns, Attribute::Organisation);
            let fault = unknown_organisation(&site.code, is_known);
            report.add_to_cell(site.row, heading, &code, fault);
            return is_known.then_some(site);
        }
        Some(site)
    }
}

fn heading_of(columns: &Columns, attribute: Attribute) -> &str {
    columns.find(attribute).map_or("", |column| columns.heading(column))
}

/// What a site that nobody knows yet must say of itself.
fn list_missing(site: &SiteEntry) -> Vec<&'static str> {
    [
        ("name", site.name.is_none()),
        ("organisation", site.organisation.is_none()),
        ("nation", site.nation.is_none()),
        ("setting", site.setting.is_none()),
    ]
    .into_iter()
    .filter_map(|(part, is_missing)| is_missing.then_some(part))
    .collect()
}

fn judge_space(
    space: OpenSpace,
    site: u32,
    site_code: &str,
    known: &Known,
    columns: &Columns,
    report: &mut Report,
) -> Option<SpaceEntry> {
    let recorded = known.sites.get(site_code).and_then(|spaces| spaces.get(&space.code)).copied();
    let heading = heading_of(columns, Attribute::SpaceKind);
    let kind = match (space.kind, recorded) {
        (Some((kind, row)), Some(recorded)) if kind != recorded => {
            let fault = recorded_otherwise(&space.code, recorded);
            report.add_to_cell(row, heading, kind.word(), fault);
            return None;
        }
        (Some((kind, _)), _) => kind,
        (None, Some(recorded)) => recorded,
        (None, None) => {
            let heading = heading_of(columns, Attribute::Space);
            report.add_to_cell(space.row, heading, &space.code, unknown_space(&space.code));
            return None;
        }
    };
    Some(SpaceEntry { site, code: space.code, kind, name: space.name })
}

/// A digest of the cells that describe a site; never 0, which stands for "not described yet".
fn digest(cells: &Cells<'_, '_>) -> u64 {
    let mut hasher = DefaultHasher::new();
    for attribute in DESCRIBING {
        if let Some(column) = cells.columns.find(attribute) {
            cells.row.raw_cell(column).hash(&mut hasher);
        }
    }
    hasher.finish() | 1
}

/// Codes are keys: no control characters, and not too long.
pub fn check_code(code: &str) -> Result<(), Fault> {
    let is_sound = code.chars().count() <= MOST_CODE_CHARS && !code.chars().any(char::is_control);
    if is_sound {
        return Ok(());
    }
    Err(Fault::refused(
        code::MALFORMED_CODE,
        format!("A code has at most {MOST_CODE_CHARS} characters and no line breaks."),
        "Check that the columns have not shifted.",
    ))
}

fn read_nation(cells: &Cells<'_, '_>, report: &mut Report) -> Option<Nation> {
    let found = cells.word(Attribute::Nation, unknown_nation, report);
    found.or(cells.layout.nation)
}

/// The postcode is read with its blanks and missing marks, for both are worth saying.
fn read_postcode(cells: &Cells<'_, '_>, report: &mut Report) -> Option<String> {
    let written = cells.row.raw_cell(cells.columns.find(Attribute::Postcode)?);
    if written.trim().is_empty() {
        return None;
    }
    match parse_postcode(&written) {
        Ok(reading) => {
            if let Some(fault) = reading.mended {
                cells.report(Attribute::Postcode, &written, fault, report);
            }
            Some(reading.postcode)
        }
        Err(fault) => {
            cells.report(Attribute::Postcode, &written, fault, report);
            None
        }
    }
}

fn read_point(cells: &Cells<'_, '_>, report: &mut Report) -> Option<Point> {
    let mut degrees = |attribute| {
        let cell = cells.get(attribute)?;
        match parse_number(&cell, cells.layout.separators) {
            Ok(number) if number.unit.is_none() => Some(number.value),
            Ok(_) => {
                let fault = Fault::refused(
                    code::NOT_A_NUMBER,
                    "This is not a number of degrees.",
                    "Write decimal degrees, as 53.4624, with a minus for west.",
                );
                cells.report(attribute, &cell, fault, report);
                None
            }
            Err(fault) => {
                cells.report(attribute, &cell, fault, report);
                None
            }
        }
    };
    let (latitude, longitude) = (degrees(Attribute::Latitude), degrees(Attribute::Longitude));
    let (given, absent) = match (cells.get(Attribute::Latitude), cells.get(Attribute::Longitude)) {
        (Some(_), None) => (Attribute::Latitude, "longitude"),
        (None, Some(_)) => (Attribute::Longitude, "latitude"),
        _ => return check_point(cells, latitude?, longitude?, report),
    };
    let fault = Fault::refused(
        code::INCOMPLETE_POINT,
        format!("A point needs both degrees; {absent} is missing."),
        "Give both or neither.",
    );
    let value = cells.get(given).unwrap_or_default();
    cells.report(given, &value, fault, report);
    None
}

fn check_point(
    cells: &Cells<'_, '_>,
    latitude: f64,
    longitude: f64,
    report: &mut Report,
) -> Option<Point> {
    if UK_LATITUDES.contains(&latitude) && UK_LONGITUDES.contains(&longitude) {
        return Some(Point { latitude, longitude });
    }
    let is_turned = UK_LATITUDES.contains(&longitude) && UK_LONGITUDES.contains(&latitude);
    let advice = if is_turned {
        "Latitude and longitude look exchanged: latitude is the one near 50 to 60."
    } else {
        "Give decimal degrees of WGS84, as 53.4624 and -2.2277."
    };
    let fault = Fault::refused(
        code::POINT_OUTSIDE_UK,
        format!("The point {latitude}, {longitude} lies outside the United Kingdom."),
        advice,
    );
    let value = cells.get(Attribute::Latitude).unwrap_or_default();
    cells.report(Attribute::Latitude, &value, fault, report);
    None
}

/// A point that can be shown and compared.
#[derive(Clone, Copy, PartialEq)]
struct Shown(Point);

impl Display for Shown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}, {}", self.0.latitude, self.0.longitude)
    }
}

impl From<Shown> for Point {
    fn from(shown: Shown) -> Self {
        shown.0
    }
}

impl From<Point> for Shown {
    fn from(point: Point) -> Self {
        Self(point)
    }
}

/// Keeps the first word on each fact, and reports another.
struct Settle<'c, 'r, 'a> {
    first_row: u32,
    cells: &'c Cells<'r, 'a>,
    report: &'c mut Report,
    fact_count: &'c mut usize,
}

impl Settle<'_, '_, '_> {
    fn fact<T, S>(&mut self, kept: &mut Option<T>, found: Option<S>, attribute: Attribute)
    where
        T: Clone + Into<S>,
        S: PartialEq + Display + Into<T>,
    {
        let Some(found) = found else { return };
        let Some(first) = kept.clone().map(Into::<S>::into) else {
            *kept = Some(found.into());
            *self.fact_count += 1;
            return;
        };
        if first != found {
            let word = attribute.word();
            let shown = found.to_string();
            let row = self.first_row;
            let site = self.cells.get(Attribute::Site).unwrap_or_default();
            let fault = contradiction(word, &site, &first.to_string(), row, &shown);
            self.cells.report(attribute, &shown, fault, self.report);
        }
    }
}

fn contradiction(what: &str, code: &str, first: &str, row: u32, found: &str) -> Fault {
    let (first, found) = (shorten(first), shorten(found));
    Fault::warning(
        code::CONTRADICTORY_SITE,
        format!(
            "The {what} of {code} is {found} here, but {first} in row {row}; the first is kept."
        ),
        "Make the rows agree, or correct the code.",
    )
}

fn long_name(length: usize) -> Fault {
    Fault::refused(
        code::TEXT_TOO_LONG,
        format!(
            "This name has {length} characters, but at most {MOST_NAME_CHARS} are kept; it is left out."
        ),
        "Shorten it, and check that the columns have not shifted.",
    )
}

fn unknown_setting() -> Fault {
    Fault::refused(
        code::UNKNOWN_SETTING,
        "This setting is not known.",
        format!("Use one of: {}.", Setting::list()),
    )
}

fn unknown_nation() -> Fault {
    Fault::refused(
        code::UNKNOWN_NATION,
        "This nation is not known.",
        format!("Use one of: {}.", Nation::list()),
    )
}

fn unknown_region() -> Fault {
    Fault::refused(
        code::UNKNOWN_REGION,
        "This region is not in the layout.",
        "Correct it, or add it to the layout.",
    )
}

fn unknown_space_kind() -> Fault {
    Fault::refused(
        code::UNKNOWN_SPACE_KIND,
        "This kind of space is not known.",
        format!("Use one of: {}.", SpaceKind::list()),
    )
}

fn missing_space() -> Fault {
    Fault::refused(
        code::MISSING_CELL,
        "The row has a kind of space but no space.",
        "Give the space a code that is unique within its site, such as TH1; or leave both empty for the whole site.",
    )
}

fn other_kind(space: &str, first: SpaceKind, row: u32, kind: SpaceKind) -> Fault {
    Fault::refused(
        code::CONTRADICTORY_SPACE,
        format!(
            "The space {space} is of kind {kind} here, but of kind {first} in row {row}; this row is set aside."
        ),
        "Make the rows agree, or give the other space its own code.",
    )
}

fn recorded_otherwise(space: &str, recorded: SpaceKind) -> Fault {
    Fault::refused(
        code::CONTRADICTORY_SPACE,
        format!("The space {space} is recorded as of kind {recorded}; its values are set aside."),
        "Correct the kind, or give the other space its own code.",
    )
}

fn unknown_space(space: &str) -> Fault {
    Fault::refused(
        code::UNKNOWN_SPACE,
        format!("The space {space} is not known, and no row says of which kind it is."),
        "Fill space_kind in one of its rows.",
    )
}

fn unknown_site(site: &str, missing: &[&str]) -> Fault {
    Fault::refused(
        code::UNKNOWN_SITE,
        format!(
            "The site {site} is not known, and the file does not give its {}.",
            missing.join(", ")
        ),
        "Correct the code, or fill site_name, organisation, nation and setting in one of its rows.",
    )
}

fn unknown_organisation(site: &str, is_known: bool) -> Fault {
    let what =
        if is_known { "the site stays with its organisation" } else { "the site is set aside" };
    Fault::refused(
        code::UNKNOWN_ORGANISATION,
        format!("The organisation of {site} is neither known nor named in the file; {what}."),
        "Correct the code, or fill organisation_name in one of its rows.",
    )
}
