//! Layouts: how one kind of file is read. They are data, a TOML file each, and this is their form.
//!
//! A layout says which heading is which fact about a place, which columns make up which measure,
//! what stands for "missing", and what holds for every row. It does not read files; `survey` and
//! `gazetteer` do, by the layout that `detect` finds.

use super::number::Separators;
use chrono::NaiveDate;
use siteworthy_rules::fields::{Fields, Problems, parse_table};
use siteworthy_rules::measure::{Dictionary, Kind, MeasureIndex};
use siteworthy_rules::observation::Method;
use siteworthy_rules::place::Nation;
use siteworthy_rules::unit::Unit;
use siteworthy_rules::words;
use std::collections::{BTreeMap, BTreeSet};

words! {
    /// What a row is.
    Form {
        /// A place with many values, a column a measure.
        Wide = "wide",
        /// One value of one measure.
        Long = "long",
        /// A postcode with its position.
        Gazetteer = "gazetteer",
    }
}

words! {
    /// What a column says, where it is not a value of a measure.
    Attribute {
        /// Site code.
        Site = "site",
        /// Name of the site.
        SiteName = "site-name",
        /// Code of the site's organisation.
        Organisation = "organisation",
        /// Name of the organisation.
        OrganisationName = "organisation-name",
        /// Commissioning region of the organisation.
        Region = "region",
        /// Nation of the site.
        Nation = "nation",
        /// Setting of the site.
        Setting = "setting",
        /// Postcode of the site, or of the gazetteer's entry.
        Postcode = "postcode",
        /// Degrees north.
        Latitude = "latitude",
        /// Degrees east.
        Longitude = "longitude",
        /// Who commissions the site.
        Commissioner = "commissioner",
        /// Code of the space within the site.
        Space = "space",
        /// Kind of the space.
        SpaceKind = "space-kind",
        /// Name of the space.
        SpaceName = "space-name",
        /// Id of the measure.
        Measure = "measure",
        /// Value of the measure.
        Value = "value",
        /// Unit of the value.
        Unit = "unit",
        /// Date of the observation.
        Date = "date",
        /// Method of the observation.
        Method = "method",
        /// Quality of the gazetteer's position.
        Quality = "quality",
        /// Metres east on the national grid.
        Easting = "easting",
        /// Metres north on the national grid.
        Northing = "northing",
    }
}

impl Form {
    /// What a column of every such file must say.
    #[must_use]
    pub const fn needs(self) -> &'static [Attribute] {
        match self {
            Self::Wide => &[Attribute::Site],
            Self::Long => &[Attribute::Site, Attribute::Measure, Attribute::Value],
            Self::Gazetteer => &[Attribute::Postcode, Attribute::Easting, Attribute::Northing],
        }
    }
}

/// The most columns of a file without headings.
pub const MAX_COLUMNS: u32 = 1000;

/// A column that says something other than a value.
#[derive(Clone, Debug, PartialEq)]
pub struct AttributeColumn {
    /// What it says.
    pub attribute: Attribute,
    /// Its heading, or for a file without headings the number of the column from 1.
    pub heading: String,
    /// Whether a file without it is of another kind.
    pub is_required: bool,
    /// From the file's words to ours; where it is empty, the file uses ours.
    pub words: BTreeMap<String, String>,
    /// From the file's regions to their code and name.
    pub regions: BTreeMap<String, (String, String)>,
}

/// The columns that make up one measure.
#[derive(Clone, Debug, PartialEq)]
pub struct MeasureColumns {
    /// The measure.
    pub measure: MeasureIndex,
    /// Their headings. Several add up: the sum is of those cells that are given, with a warning that
    /// names the others; where all are missing there is no value.
    pub headings: Vec<String>,
    /// The unit of the file, where it is not the measure's.
    pub unit: Option<Unit>,
    /// Whether zero says that nothing was measured.
    pub is_zero_missing: bool,
}

/// How one kind of file is read.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// Stable kebab-case id.
    pub id: String,
    /// Heading.
    pub title: String,
    /// What the file is and how to get it.
    pub help: String,
    /// What a row is.
    pub form: Form,
    /// How many columns there are, for a file without headings.
    pub columns_without_headings: Option<usize>,
    /// What stands for "missing", beside nothing at all.
    pub missing: Vec<String>,
    /// Which signs separate decimals and thousands.
    pub separators: Separators,
    /// Whether a second row for the same site is a mistake.
    pub is_one_row_a_site: bool,
    /// Whether every further heading names a measure.
    pub has_measure_headings: bool,
    /// The nation of every site.
    pub nation: Option<Nation>,
    /// The method of every observation.
    pub method: Option<Method>,
    /// The date of every observation.
    pub observed_on: Option<NaiveDate>,
    /// Columns that say something other than a value.
    pub attributes: Vec<AttributeColumn>,
    /// Columns that hold values.
    pub measures: Vec<MeasureColumns>,
    /// Headings that are known and not read.
    pub ignored: Vec<String>,
}

impl Layout {
    /// The column that says `attribute`.
    #[must_use]
    pub fn find(&self, attribute: Attribute) -> Option<&AttributeColumn> {
        self.attributes.iter().find(|column| column.attribute == attribute)
    }

    /// Whether a cell says that nothing is known.
    #[must_use]
    pub fn is_missing(&self, cell: &str) -> bool {
        cell.is_empty() || self.missing.iter().any(|mark| mark.eq_ignore_ascii_case(cell))
    }
}

/// All layouts, in the order in which they were read.
#[derive(Clone, Debug, Default)]
pub struct Layouts {
    layouts: Vec<Layout>,
}

impl Layouts {
    /// Reads layout files, each a name and a text; whatever is wrong is added to `problems`.
    #[must_use]
    pub fn read(files: &[(&str, &str)], dictionary: &Dictionary, problems: &mut Problems) -> Self {
        let mut layouts: Vec<Layout> = Vec::new();
        for (file, text) in files {
            let Some(table) = parse_table(file, text, problems) else {
                continue;
            };
            let mut fields = Fields::new(&table, file, "", problems);
            let layout = read_layout(&mut fields, dictionary);
            if let Some(layout) = layout {
                if layouts.iter().any(|other| other.id == layout.id) {
                    fields.problem("id", "There is another layout with this id.", "Change one.");
                }
                layouts.push(layout);
            }
            fields.finish();
        }
        Self { layouts }
    }

    /// Finds a layout by id.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&Layout> {
        self.layouts.iter().find(|layout| layout.id == id)
    }

    /// Every layout.
    pub fn iter(&self) -> impl Iterator<Item = &Layout> {
        self.layouts.iter()
    }
}

/// A heading as it is compared: small letters, one hyphen for blanks, underscores and dashes, and
/// plain digits for raised ones.
#[must_use]
pub fn fold(heading: &str) -> String {
    let mut folded = String::with_capacity(heading.len());
    for sign in heading.trim().chars() {
        let is_gap = sign.is_whitespace() || matches!(sign, '_' | '-' | '\u{2013}' | '\u{2014}');
        match sign {
            _ if is_gap && folded.ends_with('-') => {}
            _ if is_gap => folded.push('-'),
            '²' => folded.push('2'),
            '³' => folded.push('3'),
            _ => folded.extend(sign.to_lowercase()),
        }
    }
    folded
}

fn read_layout(fields: &mut Fields<'_>, dictionary: &Dictionary) -> Option<Layout> {
    let id = fields.text("id");
    let title = fields.text("title");
    let help = fields.text("help");
    let form = fields.word("form");
    let columns_without_headings = read_column_count(fields);
    let missing = fields.texts_if_any("missing").unwrap_or_default();
    let separators = read_separators(fields);
    let is_one_row_a_site = fields.flag_if_any("one_row_a_site").unwrap_or(false);
    let has_measure_headings = fields.flag_if_any("measures_as_headings").unwrap_or(false);
    let constants = fields.table_if_any("constants");
    let (nation, method, observed_on) = constants.map_or((None, None, None), |(table, path)| {
        fields.within(table, path, |fields| {
            (
                fields.word_if_any("nation"),
                fields.word_if_any("method"),
                fields.date_if_any("observed_on"),
            )
        })
    });
    let attributes = read_attributes(fields, columns_without_headings);
    let measures = read_measures(fields, dictionary);
    let ignored = fields.texts_if_any("ignored").unwrap_or_default();
    let layout = Layout {
        id: id?,
        title: title?,
        help: help?,
        form: form?,
        columns_without_headings,
        missing,
        separators,
        is_one_row_a_site,
        has_measure_headings,
        nation,
        method,
        observed_on,
        attributes,
        measures,
        ignored,
    };
    check_headings(&layout, fields);
    check_attributes(&layout, fields);
    Some(layout)
}

fn read_column_count(fields: &mut Fields<'_>) -> Option<usize> {
    let count = fields.number_if_any("columns_without_headings")?;
    let is_count = (1.0..=f64::from(MAX_COLUMNS)).contains(&count) && count.fract() == 0.0;
    if !is_count {
        fields.problem(
            "columns_without_headings",
            format!("This must be a whole number from 1 to {MAX_COLUMNS}."),
            "Count the columns of the file.",
        );
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a whole number from 1 to MAX_COLUMNS"
    )]
    is_count.then_some(count as usize)
}

fn read_separators(fields: &mut Fields<'_>) -> Separators {
    let plain = Separators::default();
    let mut sign = |key, default| {
        let Some(text) = fields.text_if_any(key) else {
            return default;
        };
        match text.as_str() {
            "." => '.',
            "," => ',',
            _ => {
                fields.problem(key, "This must be a full stop or a comma.", "Use one of the two.");
                default
            }
        }
    };
    let decimal = sign("decimal", plain.decimal);
    let thousands = sign("thousands", if decimal == ',' { '.' } else { ',' });
    if decimal == thousands {
        fields.problem(
            "thousands",
            "Decimals and thousands have the same separator.",
            "Change one of the two.",
        );
    }
    Separators { decimal, thousands }
}

fn read_attributes(fields: &mut Fields<'_>, columns: Option<usize>) -> Vec<AttributeColumn> {
    let mut attributes = Vec::new();
    for (table, path) in fields.tables("attribute") {
        let read = fields.within(table, path, |fields| read_attribute(fields, columns));
        attributes.extend(read);
    }
    attributes
}

fn read_attribute(fields: &mut Fields<'_>, columns: Option<usize>) -> Option<AttributeColumn> {
    let attribute = fields.word("is");
    let heading = match columns {
        None => fields.text("heading"),
        Some(columns) => read_column_number(fields, columns),
    };
    let is_required = fields.flag_if_any("required").unwrap_or(false);
    let words = fields
        .table_if_any("words")
        .map(|(table, path)| fields.within(table, path, read_words))
        .unwrap_or_default();
    let regions = fields
        .table_if_any("regions")
        .map(|(table, path)| fields.within(table, path, read_regions))
        .unwrap_or_default();
    Some(AttributeColumn { attribute: attribute?, heading: heading?, is_required, words, regions })
}

fn read_column_number(fields: &mut Fields<'_>, columns: usize) -> Option<String> {
    let number = fields.number("column")?;
    let found = (1..=columns).find(|at| at.to_string() == number.to_string());
    if found.is_none() {
        fields.problem(
            "column",
            format!("This must be a column from 1 to {columns}."),
            "Count the columns of the file.",
        );
    }
    found.map(|at| at.to_string())
}

fn read_words(fields: &mut Fields<'_>) -> BTreeMap<String, String> {
    fields.all_keys_are_names();
    let mut words = BTreeMap::new();
    for (from, to) in fields.entries() {
        match to.as_str() {
            Some(to) => {
                words.insert(from.to_owned(), to.to_owned());
            }
            None => fields.problem(from, "This must be a text.", "Write one of our words."),
        }
    }
    words
}

fn read_regions(fields: &mut Fields<'_>) -> BTreeMap<String, (String, String)> {
    fields.all_keys_are_names();
    let mut regions = BTreeMap::new();
    for (from, to) in fields.entries() {
        match to.as_table() {
            Some(table) => {
                let path = fields.path_of(from);
                let read = |fields: &mut Fields<'_>| (fields.text("code"), fields.text("name"));
                if let (Some(code), Some(name)) = fields.within(table, path, read) {
                    regions.insert(from.to_owned(), (code, name));
                }
            }
            None => fields.problem(
                from,
                "A region needs a code and a name.",
                "Write it as { code = \"Y62\", name = \"North West\" }.",
            ),
        }
    }
    regions
}

fn read_measures(fields: &mut Fields<'_>, dictionary: &Dictionary) -> Vec<MeasureColumns> {
    let mut measures = Vec::new();
    for (table, path) in fields.tables("measure") {
        let read = fields.within(table, path, |fields| read_measure(fields, dictionary));
        measures.extend(read);
    }
    measures
}

fn read_measure(fields: &mut Fields<'_>, dictionary: &Dictionary) -> Option<MeasureColumns> {
    let id = fields.text("id");
    let headings = fields.texts_if_any("columns").unwrap_or_default();
    if headings.is_empty() {
        fields.problem("columns", "No column is named.", "List at least one heading.");
    }
    let is_zero_missing = fields.flag_if_any("zero_means_missing").unwrap_or(false);
    let why = fields.text_if_any("why");
    if is_zero_missing && why.is_none() {
        fields.problem(
            "why",
            "A zero that is taken for missing needs its reason.",
            "Say why zero cannot be a measured value here.",
        );
    }
    let id = id?;
    let Some((measure, entry)) = dictionary.find(&id) else {
        fields.problem("id", "There is no such measure.", "Use the id of a measure.");
        return None;
    };
    let written = fields.text_if_any("unit");
    let unit = match &entry.kind {
        Kind::Quantity { unit, .. } => read_unit(fields, written.as_deref(), &headings, unit),
        _ => None,
    };
    Some(MeasureColumns { measure, headings, unit, is_zero_missing })
}

/// The file's unit: as the layout says, else as stands in brackets at the end of every heading.
fn read_unit(
    fields: &mut Fields<'_>,
    written: Option<&str>,
    headings: &[String],
    target: &Unit,
) -> Option<Unit> {
    let texts: Vec<&str> = match written {
        Some(written) => vec![written],
        None => headings.iter().map(|heading| in_brackets(heading)).collect(),
    };
    let mut found = None;
    for text in texts {
        let unit = Unit::parse(text);
        let fits = unit.is_some_and(|unit| unit.convert(1.0, target).is_some());
        if !fits || found.is_some_and(|other| Some(other) != unit) {
            fields.problem(
                "unit",
                format!("The unit {text:?} does not fit {}.", target.symbol()),
                "Say the unit of the columns, which must be the same in all of them.",
            );
            return None;
        }
        found = unit;
    }
    found
}

/// What stands in the last round brackets of a heading.
fn in_brackets(heading: &str) -> &str {
    heading
        .trim_end()
        .strip_suffix(')')
        .and_then(|rest| rest.rsplit_once('('))
        .map_or("", |(_, inside)| inside)
}

fn check_headings(layout: &Layout, fields: &mut Fields<'_>) {
    let mut seen = BTreeSet::new();
    let attributes = layout.attributes.iter().map(|column| &column.heading);
    let measures = layout.measures.iter().flat_map(|columns| &columns.headings);
    for heading in attributes.chain(measures).chain(&layout.ignored) {
        if !seen.insert(fold(heading)) {
            fields.problem(
                "",
                format!("The heading {heading:?} is used twice."),
                "Remove one of the two.",
            );
        }
    }
}

fn check_attributes(layout: &Layout, fields: &mut Fields<'_>) {
    let mut seen = BTreeSet::new();
    for column in &layout.attributes {
        if !seen.insert(column.attribute) {
            let word = column.attribute.word();
            fields.problem("", format!("Two columns are {word}."), "Remove one of the two.");
        }
    }
    for attribute in layout.form.needs() {
        if layout.find(*attribute).is_none() {
            let (word, form) = (attribute.word(), layout.form.word());
            fields.problem(
                "attribute",
                format!("No column is {word}, which a {form} layout needs."),
                "Add it.",
            );
        }
    }
    let is_survey = layout.form != Form::Gazetteer;
    let has_date = layout.observed_on.is_some() || layout.find(Attribute::Date).is_some();
    let has_method = layout.method.is_some() || layout.find(Attribute::Method).is_some();
    if is_survey && !(has_date && has_method) {
        fields.problem(
            "constants",
            "Neither a column nor a constant says the date and the method.",
            "Add them.",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Layouts, Vec<String>) {
        let mut problems = Problems::default();
        let dictionary = super::super::tests::dictionary();
        let layouts = Layouts::read(&[("own.toml", text)], &dictionary, &mut problems);
        let problems = problems.into_vec();
        (layouts, problems.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn the_layouts_that_come_with_the_program_are_sound() {
        let layouts = super::super::tests::layouts();
        let ids: Vec<&str> = layouts.iter().map(|layout| layout.id.as_str()).collect();
        assert_eq!(
            ids,
            ["code-point-open", "eric-site", "siteworthy-survey-long", "siteworthy-survey-wide"]
        );
    }

    #[test]
    fn every_mistake_in_a_layout_is_said_at_once() {
        let (_, problems) = read(include_str!("../../../tests/broken/layout.toml"));
        insta::assert_snapshot!(problems.join("\n"));
    }

    #[test]
    fn headings_are_compared_without_case_blanks_and_dashes() {
        for (written, folded) in [
            ("Site_Name", "site-name"),
            ("  Site   Name ", "site-name"),
            ("Max demand \u{2013} kVA", "max-demand-kva"),
            ("Floor area (m²)", "floor-area-(m2)"),
        ] {
            assert_eq!(fold(written), folded);
        }
    }

    #[test]
    fn the_unit_of_a_heading_stands_in_its_last_brackets() {
        assert_eq!(in_brackets("Boilers (100kW and above) (No.)"), "No.");
        assert_eq!(in_brackets("Boilers"), "");
    }
}
