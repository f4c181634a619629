//! The estate as columns: a place is a row, a measure a column, and a cell may be unknown.
//!
//! The columns are what judging reads. Names, codes and points of sites belong to the server's view.
//!
//! Quantities and dates are numbers of eight bytes, choices and flags codes of one: the columns of a
//! million sites then fit the memory of a small server. A column is there only once something is
//! known in it, for sites and for spaces apart.

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

/// The values of one measure at all sites, or in all spaces.
#[derive(Clone, Debug)]
pub enum Cells {
    /// Quantities, and dates in days; NaN is unknown.
    Numbers(Box<[f64]>),
    /// Choices and flags by their place in the list plus one; 0 is unknown.
    Codes(Box<[u8]>),
}

impl Cells {
    fn unknown(kind: &Kind, rows: usize) -> Self {
        match kind {
            Kind::Choice { .. } | Kind::Flag => Self::Codes(vec![0; rows].into_boxed_slice()),
            Kind::Quantity { .. } | Kind::Date | Kind::Text => {
                Self::Numbers(vec![f64::NAN; rows].into_boxed_slice())
            }
        }
    }

    fn get(&self, row: usize) -> f64 {
        match self {
            Self::Numbers(values) => values[row],
            Self::Codes(codes) => value_of_code(codes[row]),
        }
    }

    fn set(&mut self, row: usize, value: f64) {
        match self {
            Self::Numbers(values) => values[row] = value,
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a measure has at most 254 choices"
            )]
            Self::Codes(codes) => codes[row] = if value.is_nan() { 0 } else { value as u8 + 1 },
        }
    }
}

/// The number that stands for a choice or flag, from its code in a column.
#[inline]
#[must_use]
pub fn value_of_code(code: u8) -> f64 {
    if code == 0 { f64::NAN } else { f64::from(code - 1) }
}

#[derive(Clone, Debug)]
struct Part {
    cells: Cells,
    /// Index into `Estate::sources`, `NO_SOURCE` where there is none.
    sources: Option<Box<[u32]>>,
}

/// One measure: its kind, and what is known at sites and in spaces.
#[derive(Clone, Debug)]
struct Column {
    kind: Kind,
    sites: Option<Part>,
    spaces: Option<Part>,
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
    columns: Vec<Column>,
    sources: Vec<Source>,
}

impl Estate {
    /// An estate without values: for each site, in order, the kinds of its spaces.
    #[must_use]
    pub fn new<'a>(dictionary: &Dictionary, sites: impl Iterator<Item = &'a [SpaceKind]>) -> Self {
        let column = |kind: &Kind| Column { kind: kind.clone(), sites: None, spaces: None };
        let mut estate = Self {
            sites: 0,
            first_space: Vec::new(),
            kinds: Vec::new(),
            site_of_space: Vec::new(),
            columns: dictionary.iter().map(|(_, measure)| column(&measure.kind)).collect(),
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

    /// The part of a column in which a place lies, and its row there.
    fn part(&self, measure: MeasureIndex, place: PlaceRow) -> (Option<&Part>, usize) {
        let column = &self.columns[measure.at()];
        match place.checked_sub(self.sites) {
            None => (column.sites.as_ref(), place as usize),
            Some(space) => (column.spaces.as_ref(), space as usize),
        }
    }

    /// The value at a place; NaN where it is unknown.
    #[must_use]
    pub fn value(&self, measure: MeasureIndex, place: PlaceRow) -> f64 {
        let (part, row) = self.part(measure, place);
        part.map_or(f64::NAN, |part| part.cells.get(row))
    }

    /// Where the value at a place comes from; none for a value that was only supposed.
    #[must_use]
    pub fn source(&self, measure: MeasureIndex, place: PlaceRow) -> Option<&Source> {
        let (part, row) = self.part(measure, place);
        let at = part?.sources.as_ref()?[row];
        self.sources.get(at as usize)
    }

    /// The values of a measure at all sites; none where it is known at no site.
    #[must_use]
    pub fn cells_of_sites(&self, measure: MeasureIndex) -> Option<&Cells> {
        self.columns[measure.at()].sites.as_ref().map(|part| &part.cells)
    }

    /// The values of a measure in all spaces; none where it is known in no space.
    #[must_use]
    pub fn cells_of_spaces(&self, measure: MeasureIndex) -> Option<&Cells> {
        self.columns[measure.at()].spaces.as_ref().map(|part| &part.cells)
    }

    fn part_mut(&mut self, measure: MeasureIndex, place: PlaceRow) -> (&mut Part, usize) {
        let spaces = self.kinds.len();
        let column = &mut self.columns[measure.at()];
        let (part, rows, at) = match place.checked_sub(self.sites) {
            None => (&mut column.sites, self.sites as usize, place as usize),
            Some(space) => (&mut column.spaces, spaces, space as usize),
        };
        let kind = &column.kind;
        let empty = || Part { cells: Cells::unknown(kind, rows), sources: None };
        (part.get_or_insert_with(empty), at)
    }

    /// Supposes a value at a place, in the coding of [`code`]: it has no source.
    pub fn suppose(&mut self, measure: MeasureIndex, place: PlaceRow, value: f64) {
        let (part, at) = self.part_mut(measure, place);
        part.cells.set(at, value);
        if let Some(sources) = &mut part.sources {
            sources[at] = NO_SOURCE;
        }
    }

    /// Sets the value at a place, in the coding of [`code`].
    pub fn set(&mut self, measure: MeasureIndex, place: PlaceRow, value: f64, source: Source) {
        let source_at = row(self.sources.len());
        self.sources.push(source);
        let rows = if place < self.sites { self.sites as usize } else { self.kinds.len() };
        let (part, at) = self.part_mut(measure, place);
        part.cells.set(at, value);
        let sources = part.sources.get_or_insert_with(|| vec![NO_SOURCE; rows].into_boxed_slice());
        sources[at] = source_at;
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
