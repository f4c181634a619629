//! Which column of a file holds what: a layout laid over the headings of one file.
//!
//! Everything that is wrong with headings is said here, once a column. What stands in the cells is
//! `survey`.

use super::layout::{Attribute, Layout, fold};
use super::naming::judge_answer_name;
use super::report::{Fault, Report, code, find_nearest, shorten};
use super::rows::Row;
use siteworthy_rules::measure::{Dictionary, Kind, Measure, MeasureIndex};
use siteworthy_rules::unit::Unit;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// As many columns as a spreadsheet has.
pub const MOST_COLUMNS: usize = 16_384;

/// So many columns without a heading are numbered; of the rest it is said how many there are.
const MOST_BLANK_SHOWN: usize = 20;

/// A measure and the columns that make it up.
#[derive(Clone, Debug, PartialEq)]
pub struct MeasureCells {
    /// The measure.
    pub measure: MeasureIndex,
    /// Columns from 0, at least one.
    pub columns: Vec<u16>,
    /// The unit of the cells, where the file says.
    pub unit: Option<Unit>,
    /// Whether zero says that nothing was measured.
    pub is_zero_missing: bool,
}

/// The columns of one file.
#[derive(Clone, Debug, Default)]
pub struct Columns {
    /// Headings as written.
    pub headings: Vec<String>,
    /// Measures with the columns of each.
    pub measures: Vec<MeasureCells>,
    attributes: [Option<u16>; Attribute::ALL.len()],
}

impl Columns {
    /// Lays a layout over a row of headings, and reports what does not fit.
    #[must_use]
    pub fn bind(
        headings: &Row<'_>,
        layout: &Layout,
        dictionary: &Dictionary,
        report: &mut Report,
    ) -> Self {
        let row = headings.number;
        let headings: Vec<String> =
            headings.iter().take(MOST_COLUMNS).map(Cow::into_owned).collect();
        let places = find_places(&headings, row, report);
        let mut binding = Binding {
            columns: Self {
                headings,
                measures: Vec::new(),
                attributes: [None; Attribute::ALL.len()],
            },
            unread: places,
            layout,
            dictionary,
            report,
            row,
        };
        binding.bind_attributes();
        binding.bind_measures();
        for heading in &layout.ignored {
            binding.unread.remove(&fold(heading));
        }
        binding.bind_rest();
        binding.columns
    }

    /// The columns of a file without headings, which are shown by their numbers.
    #[must_use]
    pub fn bind_numbers(count: usize, layout: &Layout) -> Self {
        let mut columns = Self {
            headings: (1..=count).map(|at| format!("column {at}")).collect(),
            measures: Vec::new(),
            attributes: [None; Attribute::ALL.len()],
        };
        for column in &layout.attributes {
            let number: Option<u16> = column.heading.parse().ok();
            columns.attributes[column.attribute as usize] =
                number.and_then(|number| number.checked_sub(1));
        }
        columns
    }

    /// Where an attribute stands.
    #[must_use]
    pub fn find(&self, attribute: Attribute) -> Option<usize> {
        self.attributes[attribute as usize].map(usize::from)
    }

    /// The heading of a column.
    #[must_use]
    pub fn heading(&self, column: usize) -> &str {
        self.headings.get(column).map_or("", String::as_str)
    }
}

/// Folded headings with their columns; a heading that occurs again is reported and not read.
fn find_places(headings: &[String], row: u32, report: &mut Report) -> BTreeMap<String, u16> {
    let mut places = BTreeMap::new();
    let mut blank = Vec::new();
    for (at, heading) in (0_u16..).zip(headings) {
        if heading.is_empty() {
            blank.push((at + 1).to_string());
            continue;
        }
        if let Some(first) = places.get(&fold(heading)) {
            let message = format!(
                "Columns {} and {} have the same heading; only the first is read.",
                first + 1,
                at + 1
            );
            let advice = "Remove one of the two, or give it another heading.";
            let fault = Fault::warning(code::DUPLICATE_COLUMN, message, advice);
            report.add(Some(row), Some(heading), None, fault);
            continue;
        }
        places.insert(fold(heading), at);
    }
    if !blank.is_empty() {
        let shown = blank[..blank.len().min(MOST_BLANK_SHOWN)].join(", ");
        let more = match blank.len().saturating_sub(MOST_BLANK_SHOWN) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let message = format!("These columns have no heading and are not read: {shown}{more}.");
        let advice = "Give a heading to every column that holds something.";
        report.add_to_row(row, Fault::note(code::BLANK_HEADING, message, advice));
    }
    places
}

struct Binding<'a> {
    columns: Columns,
    /// Headings that nothing has claimed yet.
    unread: BTreeMap<String, u16>,
    layout: &'a Layout,
    dictionary: &'a Dictionary,
    report: &'a mut Report,
    row: u32,
}

impl Binding<'_> {
    fn bind_attributes(&mut self) {
        for column in &self.layout.attributes {
            self.columns.attributes[column.attribute as usize] =
                self.unread.remove(&fold(&column.heading));
        }
    }

    fn bind_measures(&mut self) {
        for columns in &self.layout.measures {
            let mut found = Vec::new();
            for heading in &columns.headings {
                match self.unread.remove(&fold(heading)) {
                    Some(at) => found.push(at),
                    None => self.report_missing(heading),
                }
            }
            if found.len() == columns.headings.len() {
                self.columns.measures.push(MeasureCells {
                    measure: columns.measure,
                    columns: found,
                    unit: columns.unit,
                    is_zero_missing: columns.is_zero_missing,
                });
            }
        }
    }

    fn report_missing(&mut self, heading: &str) {
        let message = "This column is missing, so its measure stays unknown.";
        let advice = "Upload the file as it was published, with all its columns.";
        let fault = Fault::warning(code::MISSING_COLUMN, message, advice);
        self.report.add(Some(self.row), Some(heading), None, fault);
    }

    /// Headings left over name measures, or are unknown.
    fn bind_rest(&mut self) {
        let mut rest: Vec<u16> = std::mem::take(&mut self.unread).into_values().collect();
        rest.sort_unstable();
        let mut taken = BTreeSet::new();
        for at in rest {
            let heading = self.columns.headings[usize::from(at)].clone();
            let found = self.read_measure_heading(&heading, &mut taken);
            match found {
                Ok((measure, unit)) => self.columns.measures.push(MeasureCells {
                    measure,
                    columns: vec![at],
                    unit,
                    is_zero_missing: false,
                }),
                Err(fault) => self.report.add(Some(self.row), Some(&heading), None, fault),
            }
        }
    }

    fn read_measure_heading(
        &self,
        heading: &str,
        taken: &mut BTreeSet<MeasureIndex>,
    ) -> Result<(MeasureIndex, Option<Unit>), Fault> {
        let (name, unit) = split_unit(heading);
        let found = self.layout.has_measure_headings.then(|| self.dictionary.find(&fold(name)));
        let Some((index, measure)) = found.flatten() else {
            return Err(self.unknown_column(name));
        };
        let unit = unit.map(|unit| parse_unit(unit, measure, self.dictionary)).transpose()?;
        if !taken.insert(index) {
            return Err(Fault::warning(
                code::DUPLICATE_COLUMN,
                format!("Another column holds {} too; only the first is read.", measure.id),
                "Remove one of the two.",
            ));
        }
        Ok((index, unit))
    }

    fn unknown_column(&self, name: &str) -> Fault {
        let is_answer = self.layout.has_measure_headings;
        if let Some(fault) = judge_answer_name(name, self.dictionary).filter(|_| is_answer) {
            return fault;
        }
        let attributes = self.layout.attributes.iter().map(|column| column.heading.as_str());
        let measures = self.dictionary.iter().map(|(_, measure)| measure.id.as_str());
        let measures = measures.filter(|_| self.layout.has_measure_headings);
        let advice = match find_nearest(&fold(name), attributes.chain(measures)) {
            Some(nearest) => format!("If {nearest} is meant, write it so; else ignore this."),
            None => "If it holds a measure, head it with the measure's id.".to_owned(),
        };
        let message = "This column is not known and is not read.";
        Fault::warning(code::UNKNOWN_COLUMN, message, advice)
    }
}

/// Splits `max-demand-kva [MVA]` into the id and the unit.
fn split_unit(heading: &str) -> (&str, Option<&str>) {
    heading
        .strip_suffix(']')
        .and_then(|rest| rest.rsplit_once('['))
        .map_or((heading, None), |(name, unit)| (name.trim_end(), Some(unit.trim())))
}

/// Reads the unit of a measure's cells; it must be convertible to the measure's own.
pub fn parse_unit(text: &str, measure: &Measure, dictionary: &Dictionary) -> Result<Unit, Fault> {
    let Kind::Quantity { unit: target, .. } = &measure.kind else {
        return Err(Fault::refused(
            code::WRONG_UNIT,
            format!("{} is a {} and has no unit.", measure.id, measure.kind_word()),
            "Leave the unit out.",
        ));
    };
    let Some(unit) = Unit::parse(text) else {
        return Err(Fault::refused(
            code::UNKNOWN_UNIT,
            format!("The unit {:?} is not known.", shorten(text)),
            format!("Give {} in {}.", measure.id, target.symbol()),
        ));
    };
    if unit.convert(1.0, target).is_some() {
        return Ok(unit);
    }
    Err(wrong_unit(&unit, target, measure, dictionary))
}

fn wrong_unit(unit: &Unit, target: &Unit, measure: &Measure, dictionary: &Dictionary) -> Fault {
    let message = format!(
        "{} is {}, but {} is kept in {}, which is {}.",
        unit.symbol(),
        unit.dimension(),
        measure.id,
        target.symbol(),
        target.dimension()
    );
    let sibling = find_sibling(measure, unit, dictionary);
    let is_power = [unit.dimension(), target.dimension()]
        .iter()
        .all(|dimension| matches!(*dimension, "active power" | "apparent power"));
    let advice = match (sibling, is_power) {
        (Some(other), true) => format!(
            "Give the value as {other}, or convert it with the measured power factor to {}.",
            target.symbol()
        ),
        (None, true) => format!(
            "Convert it with the measured power factor, and give it in {}.",
            target.symbol()
        ),
        (Some(other), false) => format!("If {other} is meant, write that."),
        (None, false) => format!("Give the value in {}.", target.symbol()),
    };
    Fault::refused(code::WRONG_UNIT, message, advice)
}

/// The measure with the same name but for the unit, as `max-demand-kw` is to `max-demand-kva`.
fn find_sibling<'a>(measure: &Measure, unit: &Unit, dictionary: &'a Dictionary) -> Option<&'a str> {
    let (stem, _) = measure.id.rsplit_once('-')?;
    dictionary
        .iter()
        .map(|(_, other)| other)
        .filter(|other| other.id.rsplit_once('-').is_some_and(|(name, _)| name == stem))
        .find(|other| {
            matches!(&other.kind, Kind::Quantity { unit: own, .. }
            if unit.convert(1.0, own).is_some())
        })
        .map(|other| other.id.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_may_stand_behind_the_id() {
        assert_eq!(split_unit("max-demand-kva"), ("max-demand-kva", None));
        assert_eq!(split_unit("max-demand-kva [MVA]"), ("max-demand-kva", Some("MVA")));
    }

    #[test]
    fn kilowatts_are_not_taken_for_kilovoltamperes() {
        let dictionary = super::super::tests::dictionary();
        let check = |text: &str, expected: Result<&str, &str>| {
            let measure = dictionary.find("max-demand-kva").expect("a measure").1;
            let found = parse_unit(text, measure, &dictionary);
            let found = found.as_ref().map(Unit::symbol).map_err(|fault| fault.code);
            assert_eq!(found, expected, "{text}");
        };
        check("kVA", Ok("kVA"));
        check("MVA", Ok("MVA"));
        check("kW", Err(code::WRONG_UNIT));
        check("m2", Err(code::WRONG_UNIT));
        check("bananas", Err(code::UNKNOWN_UNIT));
    }
}
