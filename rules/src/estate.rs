//! The estate as columns: a place is a row, a measure a column, and a cell may be unknown.
//!
//! The columns are what judging reads. Names, codes and points of sites belong to the server's view.
//!
//! Quantities and dates are numbers of eight bytes, choices and flags codes of one: the columns of a
//! million sites then fit the memory of a small server. A column is there only once something is
//! known in it, for sites and for spaces apart.
//!
//! Answers for one technology are few, and have no columns: they lie beside them in a sorted list. What
//! a site has not answered for a technology is what it answered for all; this is decided here alone.

use crate::measure::{Dictionary, Kind, MeasureIndex};
use crate::observation::{Method, Value};
use crate::place::SpaceKind;
use chrono::{Datelike, NaiveDate};
use std::collections::{BTreeMap, BTreeSet};

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
            Self::Codes(codes) => codes[row] = code_of_value(value),
        }
    }
}

/// The code of a choice or flag in a column, from the number that stands for it.
#[inline]
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a measure has at most 254 choices"
)]
pub fn code_of_value(value: f64) -> u8 {
    if value.is_nan() { 0 } else { value as u8 + 1 }
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

/// What a site answers for one technology.
#[derive(Clone, Copy, Debug)]
struct Answer {
    value: f64,
    /// Index into `Estate::sources`, or `NO_SOURCE`.
    source: u32,
}

/// All places with all values.
#[derive(Clone, Debug)]
pub struct Estate {
    sites: u32,
    /// The first space row of each site, and one past the last.
    first_space: Vec<u32>,
    kinds: Vec<SpaceKind>,
    site_of_space: Vec<u32>,
    /// By measure.
    columns: Vec<Column>,
    /// Of each answer for one technology, whose places follow those of the measures, the measure.
    general: Vec<MeasureIndex>,
    /// What is known of the answers for one technology.
    answers: BTreeMap<(MeasureIndex, PlaceRow), Answer>,
    /// The places that have ever given one.
    answering: BTreeSet<PlaceRow>,
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
            general: dictionary.general_of_answers().to_vec(),
            answers: BTreeMap::new(),
            answering: BTreeSet::new(),
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

    /// The measure whose column an index reads: that which an answer for one technology answers.
    fn general(&self, measure: MeasureIndex) -> MeasureIndex {
        measure.at().checked_sub(self.columns.len()).map_or(measure, |at| self.general[at])
    }

    /// Whether an index is that of an answer for one technology.
    const fn is_of_technology(&self, measure: MeasureIndex) -> bool {
        measure.at() >= self.columns.len()
    }

    /// The answer for one technology that a place gives; none where it gives none, and of a measure.
    fn answer(&self, measure: MeasureIndex, place: PlaceRow) -> Option<&Answer> {
        if !self.is_of_technology(measure) {
            return None;
        }
        self.answers.get(&(measure, place))
    }

    /// The part of a column in which a place lies, and its row there.
    fn part(&self, measure: MeasureIndex, place: PlaceRow) -> (Option<&Part>, usize) {
        let column = &self.columns[self.general(measure).at()];
        match place.checked_sub(self.sites) {
            None => (column.sites.as_ref(), place as usize),
            Some(space) => (column.spaces.as_ref(), space as usize),
        }
    }

    /// The value at a place; NaN where it is unknown. Of an answer for one technology that the place
    /// does not give, the answer for all.
    #[must_use]
    pub fn value(&self, measure: MeasureIndex, place: PlaceRow) -> f64 {
        if let Some(answer) = self.answer(measure, place) {
            return answer.value;
        }
        let (part, row) = self.part(measure, place);
        part.map_or(f64::NAN, |part| part.cells.get(row))
    }

    /// Where the value at a place comes from; none for a value that was only supposed.
    #[must_use]
    pub fn source(&self, measure: MeasureIndex, place: PlaceRow) -> Option<&Source> {
        if let Some(answer) = self.answer(measure, place) {
            return self.sources.get(answer.source as usize);
        }
        let (part, row) = self.part(measure, place);
        let at = part?.sources.as_ref()?[row];
        self.sources.get(at as usize)
    }

    /// Which answer counts at a place: the one for the technology where the place gives one, else that
    /// for all technologies. A measure itself.
    #[must_use]
    pub fn counted(&self, measure: MeasureIndex, place: PlaceRow) -> MeasureIndex {
        match self.answer(measure, place) {
            Some(_) => measure,
            None => self.general(measure),
        }
    }

    /// What must be asked at a place of which this is not known: the answer for the technology, where the
    /// place answers the same for another technology, else one answer for all. A measure itself.
    #[must_use]
    pub fn to_ask(
        &self,
        dictionary: &Dictionary,
        measure: MeasureIndex,
        place: PlaceRow,
    ) -> MeasureIndex {
        let general = self.general(measure);
        let others = dictionary.answers_of(general);
        let answers_by_technology =
            others.iter().any(|other| self.answers.contains_key(&(*other, place)));
        if answers_by_technology { measure } else { general }
    }

    /// Whether any place gives this answer for one technology; never of a measure.
    #[must_use]
    pub fn is_answered_apart(&self, measure: MeasureIndex) -> bool {
        self.is_of_technology(measure)
            && self.answers_apart(measure, 0..PlaceRow::MAX).next().is_some()
    }

    /// Whether any place of a range may give an answer for one technology.
    #[must_use]
    pub fn is_any_answered_apart(&self, places: std::ops::Range<PlaceRow>) -> bool {
        self.answering.range(places).next().is_some()
    }

    /// The places of a range that give this answer for one technology, with their values.
    pub fn answers_apart(
        &self,
        measure: MeasureIndex,
        places: std::ops::Range<PlaceRow>,
    ) -> impl Iterator<Item = (PlaceRow, f64)> {
        let range = (measure, places.start)..(measure, places.end);
        self.answers.range(range).map(|((_, place), answer)| (*place, answer.value))
    }

    /// The values of a measure at all sites; none where it is known at no site. Of an answer for one
    /// technology, those for all: see [`Self::answers_apart`].
    #[must_use]
    pub fn cells_of_sites(&self, measure: MeasureIndex) -> Option<&Cells> {
        self.columns[self.general(measure).at()].sites.as_ref().map(|part| &part.cells)
    }

    /// The values of a measure in all spaces; none where it is known in no space. What is asked of a
    /// technology is asked of no space.
    #[must_use]
    pub fn cells_of_spaces(&self, measure: MeasureIndex) -> Option<&Cells> {
        self.columns[self.general(measure).at()].spaces.as_ref().map(|part| &part.cells)
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

    /// Supposes a value at a place, in the coding of [`code`]: it has no source. NaN is no value, and no
    /// answer for one technology.
    pub fn suppose(&mut self, measure: MeasureIndex, place: PlaceRow, value: f64) {
        if self.is_of_technology(measure) {
            self.set_answer(measure, place, Answer { value, source: NO_SOURCE });
            return;
        }
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
        if self.is_of_technology(measure) {
            self.set_answer(measure, place, Answer { value, source: source_at });
            return;
        }
        let rows = if place < self.sites { self.sites as usize } else { self.kinds.len() };
        let (part, at) = self.part_mut(measure, place);
        part.cells.set(at, value);
        let sources = part.sources.get_or_insert_with(|| vec![NO_SOURCE; rows].into_boxed_slice());
        sources[at] = source_at;
    }

    fn set_answer(&mut self, measure: MeasureIndex, place: PlaceRow, answer: Answer) {
        if answer.value.is_nan() {
            self.answers.remove(&(measure, place));
        } else {
            self.answers.insert((measure, place), answer);
            self.answering.insert(place);
        }
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
