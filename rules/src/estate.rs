//! The estate as columns: a place is a row, a measure a column, NaN is unknown.
//!
//! The columns are what judging reads. Names, codes and points of sites belong to the server's view.

use crate::measure::{Dictionary, Kind, MeasureIndex};
use crate::observation::{Method, Value};
use crate::place::SpaceKind;
use chrono::{Datelike, NaiveDate};

/// A row of the estate: a site (rows from 0 in site order) or a space (rows after all sites).
pub type PlaceRow = u32;

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Source {
    /// The survey, as an index into the view's surveys.
    pub survey: u32,
    /// Row of the file.
    pub row: u32,
    /// Column of the file, from 1.
    pub column: u16,
    /// The date on which the value was true.
    pub observed_on: NaiveDate,
    /// How it was obtained.
    pub method: Method,
}

#[derive(Clone, Debug)]
struct Column {
    values: Box<[f64]>,
    /// Index into `Estate::sources`, `NO_SOURCE` where the value is unknown.
    sources: Box<[u32]>,
}

const NO_SOURCE: u32 = u32::MAX;

/// All places with all values.
#[derive(Clone, Debug)]
pub struct Estate {
    sites: u32,
    /// The first space row of each site, and one past the last.
    first_space: Vec<u32>,
    kinds: Vec<SpaceKind>,
    site_of_space: Vec<u32>,
    columns: Vec<Option<Column>>,
    sources: Vec<Source>,
}

impl Estate {
    /// An estate without values: for each site, in order, the kinds of its spaces.
    #[must_use]
    pub fn new<'a>(measures: usize, sites: impl Iterator<Item = &'a [SpaceKind]>) -> Self {
        let mut estate = Self {
            sites: 0,
            first_space: Vec::new(),
            kinds: Vec::new(),
            site_of_space: Vec::new(),
            columns: vec![None; measures],
            sources: Vec::new(),
        };
        let mut starts = Vec::new();
        for (site, kinds) in (0..).zip(sites) {
            starts.push(estate.kinds.len());
            estate.kinds.extend_from_slice(kinds);
            estate.site_of_space.resize(estate.kinds.len(), site);
        }
        starts.push(estate.kinds.len());
        estate.sites = row(starts.len() - 1);
        estate.first_space = starts.into_iter().map(|start| estate.sites + row(start)).collect();
        estate
    }

    /// How many sites there are; their rows come first.
    #[must_use]
    pub const fn sites(&self) -> u32 {
        self.sites
    }

    /// How many rows there are, sites and spaces together.
    #[must_use]
    pub fn rows(&self) -> u32 {
        self.sites + row(self.kinds.len())
    }

    /// The rows of the spaces of a site.
    #[must_use]
    pub fn spaces_of(&self, site: u32) -> std::ops::Range<PlaceRow> {
        self.first_space[site as usize]..self.first_space[site as usize + 1]
    }

    /// The kind of a space; none for a site's own row.
    #[must_use]
    pub fn kind(&self, place: PlaceRow) -> Option<SpaceKind> {
        place.checked_sub(self.sites).map(|space| self.kinds[space as usize])
    }

    /// The site to which a row belongs.
    #[must_use]
    pub fn site_of(&self, place: PlaceRow) -> u32 {
        place.checked_sub(self.sites).map_or(place, |space| self.site_of_space[space as usize])
    }

    /// The value at a place; NaN where it is unknown.
    #[must_use]
    pub fn value(&self, measure: MeasureIndex, place: PlaceRow) -> f64 {
        self.columns[measure.at()].as_ref().map_or(f64::NAN, |column| column.values[place as usize])
    }

    /// Where the value at a place comes from.
    #[must_use]
    pub fn source(&self, measure: MeasureIndex, place: PlaceRow) -> Option<&Source> {
        let column = self.columns[measure.at()].as_ref()?;
        self.sources.get(column.sources[place as usize] as usize)
    }

    /// Sets the value at a place, in the coding of [`code`].
    pub fn set(&mut self, measure: MeasureIndex, place: PlaceRow, value: f64, source: Source) {
        let rows = self.rows() as usize;
        let column = self.columns[measure.at()].get_or_insert_with(|| Column {
            values: vec![f64::NAN; rows].into_boxed_slice(),
            sources: vec![NO_SOURCE; rows].into_boxed_slice(),
        });
        column.values[place as usize] = value;
        column.sources[place as usize] = row(self.sources.len());
        self.sources.push(source);
    }
}

/// # Panics
/// An estate of four thousand million places is a bug of the caller.
fn row(index: usize) -> u32 {
    u32::try_from(index).unwrap_or_else(|_| panic!("an estate has fewer than 2^32 places"))
}

/// A value as a number in a column: quantities themselves, choices by their place in the list,
/// flags 0 or 1, dates in days of the common era. Nothing for text, and for a choice that the
/// dictionary in force does not know.
#[must_use]
pub fn code(dictionary: &Dictionary, measure: MeasureIndex, value: &Value) -> Option<f64> {
    match (&dictionary.get(measure).kind, value) {
        (Kind::Quantity { .. }, Value::Quantity(number)) => Some(*number),
        (Kind::Choice { choices, .. }, Value::Choice(word)) => {
            let at = choices.iter().position(|choice| choice == word)?;
            u16::try_from(at).ok().map(f64::from)
        }
        (Kind::Flag, Value::Flag(flag)) => Some(f64::from(u8::from(*flag))),
        (Kind::Date, Value::Date(date)) => Some(f64::from(date.num_days_from_ce())),
        _ => None,
    }
}
