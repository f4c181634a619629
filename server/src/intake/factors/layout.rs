//! Which rows of a published workbook are which of our factors. That is data, one TOML file, and this
//! is its form.
//!
//! It reads no workbook; `factors` does, by what stands here.

use super::fold;
use siteworthy_rules::factor::conversion::{Scope, UNITS};
use siteworthy_rules::fields::{Fields, Problems, parse_table};
use siteworthy_rules::words;
use std::collections::{BTreeMap, BTreeSet};

words! {
    /// What a column of the workbook says.
    Heading {
        /// The publisher's own id of the row.
        Id = "id",
        /// Part of a footprint.
        Scope = "scope",
        /// What the row is about, in four steps.
        Level1 = "level_1",
        /// The second step.
        Level2 = "level_2",
        /// The third step.
        Level3 = "level_3",
        /// The fourth step.
        Level4 = "level_4",
        /// What the column of the printed table was called.
        ColumnText = "column_text",
        /// The unit of what is counted.
        Uom = "uom",
        /// The unit of the factor, which tells totals from parts.
        Ghg = "ghg",
        /// The factor; the year follows the heading.
        Factor = "factor",
    }
}

impl Heading {
    /// The cells by which a row is known, beside its scope and its unit.
    pub const WORDS: [Self; 6] =
        [Self::Level1, Self::Level2, Self::Level3, Self::Level4, Self::ColumnText, Self::Ghg];
}

/// How a published workbook of conversion factors is read.
#[derive(Clone, Debug, PartialEq)]
pub struct FactorLayout {
    /// Stable id.
    pub id: String,
    /// Path of the file that says so.
    pub path: String,
    /// What the publisher calls the factors, without the year.
    pub title: String,
    /// Who publishes them.
    pub publisher: String,
    /// Under which licence.
    pub licence: String,
    /// What the workbook is and where it is found.
    pub help: String,
    /// Which of the publisher's files it is, in two words.
    pub kind: String,
    /// The word that stands alone in the last row.
    pub end: String,
    /// The headings, as they are written in one year or another.
    pub headings: BTreeMap<Heading, Vec<String>>,
    /// The words beside which the front page has the year.
    pub front_year: Vec<String>,
    /// The words beside which the front page has the version.
    pub front_version: Vec<String>,
    /// What a row of each factor says.
    pub factors: Vec<FactorPlace>,
}

/// What a row says that holds one of our factors. Of each cell there may be several spellings.
#[derive(Clone, Debug, PartialEq)]
pub struct FactorPlace {
    /// Our id, such as `natural-gas-gross-cv`.
    pub id: String,
    /// In which part of a footprint it counts.
    pub scope: Scope,
    /// Our unit, such as kgCO2e/kWh.
    pub unit: String,
    /// How the workbook writes the scope.
    pub scopes: Vec<String>,
    /// How it writes the cells of [`Heading::WORDS`], in that order.
    pub words: [Vec<String>; 6],
    /// How it writes the unit of what is counted.
    pub uom: Vec<String>,
    /// The publisher's ids of the row.
    pub ids: Vec<String>,
}

impl FactorPlace {
    /// Whether a row could be about both.
    fn overlaps(&self, other: &Self) -> bool {
        let share = |one: &[String], other: &[String]| {
            one.iter().any(|text| other.iter().any(|like| fold(like) == fold(text)))
        };
        share(&self.scopes, &other.scopes)
            && share(&self.uom, &other.uom)
            && self.words.iter().zip(&other.words).all(|(one, other)| share(one, other))
    }
}

impl FactorLayout {
    /// The headings as they are written for one column.
    #[must_use]
    pub fn spellings(&self, heading: Heading) -> &[String] {
        self.headings.get(&heading).map_or(&[], Vec::as_slice)
    }

    /// Whether a factor is one of those that such a workbook may hold.
    #[must_use]
    pub fn knows(&self, id: &str) -> bool {
        self.factors.iter().any(|place| place.id == id)
    }

    /// Reads the file; what is wrong with it goes to `problems`, and then there is nothing.
    pub fn read(path: &str, text: &str, problems: &mut Problems) -> Option<Self> {
        let table = parse_table(path, text, problems)?;
        let mut fields = Fields::new(&table, path, "", problems);
        let layout = read_file(&mut fields, path);
        fields.finish();
        let layout = layout?;
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        for (at, place) in layout.factors.iter().enumerate() {
            let key = format!("factor[{}]", place.id);
            if !seen.insert(&place.id) {
                let message = format!("The factor {} is here twice.", place.id);
                let advice = "Put the spellings of several years into one list.";
                problems.add(path, &key, None, message, advice);
            } else if let Some(other) =
                layout.factors[..at].iter().find(|other| other.overlaps(place))
            {
                let message = format!("The same row could be {} and {}.", other.id, place.id);
                problems.add(path, &key, None, message, "Tell the two apart.");
            }
        }
        Some(layout)
    }
}

fn read_file(fields: &mut Fields<'_>, path: &str) -> Option<FactorLayout> {
    let id = fields.id();
    let title = fields.text("title");
    let publisher = fields.text("publisher");
    let licence = fields.text("licence");
    let help = fields.text("help");
    let kind = fields.text("kind");
    let end = fields.text("end");
    let headings = part(fields, "headings", |fields| {
        let list = Heading::ALL.iter();
        list.map(|heading| Some((*heading, spellings(fields, heading.word())?))).collect()
    });
    let front = part(fields, "front", |fields| {
        let (year, version) = (spellings(fields, "year"), spellings(fields, "version"));
        Some((year?, version?))
    });
    let scopes: Option<BTreeMap<Scope, Vec<String>>> = part(fields, "scopes", |fields| {
        let list = Scope::ALL.iter();
        list.map(|scope| Some((*scope, spellings(fields, scope.word())?))).collect()
    });
    let usual = part(fields, "usual", |fields| spellings(fields, "ghg"));
    let tables = fields.tables("factor");
    if tables.is_empty() {
        fields.problem("factor", "There is no factor.", "Add one under [[factor]].");
    }
    let (scopes, usual) = (scopes.unwrap_or_default(), usual.unwrap_or_default());
    let factors: Vec<FactorPlace> = tables
        .into_iter()
        .filter_map(|(table, path)| {
            fields.within(table, path, |fields| read_place(fields, &scopes, &usual))
        })
        .collect();
    let (front_year, front_version) = front?;
    Some(FactorLayout {
        id: id?,
        path: path.to_owned(),
        title: title?,
        publisher: publisher?,
        licence: licence?,
        help: help?,
        kind: kind?,
        end: end?,
        headings: headings?,
        front_year,
        front_version,
        factors,
    })
}

/// A table inside the file that must be there.
fn part<T>(
    fields: &mut Fields<'_>,
    key: &'static str,
    read: impl FnOnce(&mut Fields<'_>) -> Option<T>,
) -> Option<T> {
    if !fields.has(key) {
        fields.problem(key, "This table is missing.", "Add it.");
        return None;
    }
    let (table, path) = fields.table_if_any(key)?;
    fields.within(table, path, read)
}

/// A list of one spelling or more.
fn spellings(fields: &mut Fields<'_>, key: &'static str) -> Option<Vec<String>> {
    if !fields.has(key) {
        fields.problem(key, "This key is missing.", "Add it.");
        return None;
    }
    let found = fields.texts_if_any(key)?;
    if found.is_empty() {
        fields.problem(key, "This list is empty.", "Give one spelling or more.");
        return None;
    }
    Some(found)
}

fn read_place(
    fields: &mut Fields<'_>,
    scopes: &BTreeMap<Scope, Vec<String>>,
    usual: &[String],
) -> Option<FactorPlace> {
    let id = fields.id();
    let scope: Option<Scope> = fields.word("scope");
    let unit = fields.text("unit");
    if let Some(unit) = &unit
        && !UNITS.contains(&unit.as_str())
    {
        let message = format!("{unit} is not a unit of such a figure.");
        fields.problem("unit", message, &format!("Use one of {}.", UNITS.join(", ")));
    }
    let words = Heading::WORDS.map(|heading| {
        let otherwise = match heading {
            Heading::Ghg => usual.to_vec(),
            // A key that is not given is an empty cell.
            _ => vec![String::new()],
        };
        fields.texts_if_any(heading.word()).unwrap_or(otherwise)
    });
    let uom = spellings(fields, "uom");
    let ids = fields.texts_if_any("ids").unwrap_or_default();
    let scope = scope?;
    let scopes = scopes.get(&scope).cloned().unwrap_or_default();
    Some(FactorPlace { id: id?, scope, unit: unit?, scopes, words, uom: uom?, ids })
}
