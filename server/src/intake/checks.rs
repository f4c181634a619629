//! Checks of values against each other: given twice, and above what limits them.
//!
//! A value by itself is judged in `value`.

use super::draft::ObservationEntry;
use super::number::write_number;
use super::report::{Fault, Report, code, shorten};
use chrono::NaiveDate;
use siteworthy_rules::measure::{Dictionary, Measure, MeasureIndex};
use siteworthy_rules::observation::Value;
use siteworthy_rules::unit::Unit;
use std::collections::HashMap;
use std::ops::Range;

type PlaceOnDate = (u32, Option<u32>, NaiveDate);

/// Where the values of one place on one date stand. The first range is kept apart, because a wide
/// file has only that.
#[derive(Debug)]
struct Ranges {
    first: Range<u32>,
    more: Vec<Range<u32>>,
}

/// The places and dates that have values so far.
#[derive(Debug, Default)]
pub struct Seen {
    ranges: HashMap<PlaceOnDate, Ranges>,
}

impl Seen {
    /// The values of one place on one date that were kept before.
    pub fn find<'a>(
        &'a self,
        place: PlaceOnDate,
        observations: &'a [ObservationEntry],
    ) -> impl Iterator<Item = &'a ObservationEntry> {
        self.ranges
            .get(&place)
            .into_iter()
            .flat_map(|ranges| std::iter::once(&ranges.first).chain(&ranges.more))
            .flat_map(|range| &observations[range.start as usize..range.end as usize])
    }

    /// Whether a place has values on a date.
    #[must_use]
    pub fn has(&self, place: PlaceOnDate) -> bool {
        self.ranges.contains_key(&place)
    }

    /// Notes that the values in `range` belong to a place on a date.
    pub fn add(&mut self, place: PlaceOnDate, range: Range<u32>) {
        let Some(ranges) = self.ranges.get_mut(&place) else {
            let more = Vec::new();
            self.ranges.insert(place, Ranges { first: range, more });
            return;
        };
        let last = ranges.more.last_mut().unwrap_or(&mut ranges.first);
        if last.end == range.start {
            last.end = range.end;
        } else {
            ranges.more.push(range);
        }
    }
}

/// What is said of a value for which there is an earlier one.
#[must_use]
pub fn compare_repeated(measure: &Measure, earlier: &ObservationEntry, value: &Value) -> Fault {
    let (id, row) = (&measure.id, earlier.row);
    if earlier.value == *value {
        return Fault::note(
            code::REPEATED_VALUE,
            format!("{id} was given with the same value in row {row}; it is kept once."),
            "Remove one of the two.",
        );
    }
    let (first, found) = (write_value(&earlier.value), write_value(value));
    Fault::refused(
        code::CONTRADICTORY_VALUES,
        format!(
            "{id} is {found} here, but {first} in row {row} for the same place and date; the first is kept."
        ),
        "Remove the wrong one, or correct its site, space or date.",
    )
}

/// Reports every value that is above the measure which limits it, at the same place: that of the
/// same date, else the latest. Such values are kept, for it is not known which of the two is wrong.
/// Only the values of one file are compared: what another survey says of the limit is not seen here.
pub fn check_ceilings(
    observations: &[ObservationEntry],
    indexes: &[MeasureIndex],
    dictionary: &Dictionary,
    heading: impl Fn(u16) -> String,
    report: &mut Report,
) {
    let limits: Vec<Option<u16>> = indexes
        .iter()
        .map(|index| {
            let limit = dictionary.get(*index).not_above?;
            let at = indexes.iter().position(|other| *other == limit)?;
            u16::try_from(at).ok()
        })
        .collect();
    let ceilings = collect_ceilings(observations, &limits);
    for entry in observations {
        let limit = limits.get(usize::from(entry.measure)).copied().flatten();
        let (Some(limit), Value::Quantity(value)) = (limit, &entry.value) else {
            continue;
        };
        let Some(ceiling) = find_ceiling(&ceilings, observations, entry, limit) else {
            continue;
        };
        let Value::Quantity(most) = ceiling.value else {
            continue;
        };
        if *value > most {
            let measure = dictionary.get(indexes[usize::from(entry.measure)]);
            let above = dictionary.get(indexes[usize::from(limit)]);
            let fault = above_ceiling(measure, *value, above, most, ceiling.row);
            let column = heading(entry.column);
            report.add(Some(entry.row), Some(&column), None, fault);
        }
    }
}

type CeilingKey = (u32, Option<u32>, u16, NaiveDate, usize);

/// The values of limiting measures, sorted by place, measure and date.
fn collect_ceilings(observations: &[ObservationEntry], limits: &[Option<u16>]) -> Vec<CeilingKey> {
    let mut is_limit = vec![false; limits.len()];
    for limit in limits.iter().flatten() {
        is_limit[usize::from(*limit)] = true;
    }
    let mut ceilings: Vec<CeilingKey> = observations
        .iter()
        .enumerate()
        .filter(|(_, entry)| is_limit[usize::from(entry.measure)])
        .map(|(at, entry)| (entry.site, entry.space, entry.measure, entry.observed_on, at))
        .collect();
    ceilings.sort_unstable();
    ceilings
}

fn find_ceiling<'a>(
    ceilings: &[CeilingKey],
    observations: &'a [ObservationEntry],
    entry: &ObservationEntry,
    limit: u16,
) -> Option<&'a ObservationEntry> {
    let key = (entry.site, entry.space, limit);
    let place = |ceiling: &CeilingKey| (ceiling.0, ceiling.1, ceiling.2);
    let start = ceilings.partition_point(|ceiling| place(ceiling) < key);
    let same: &[CeilingKey] = &ceilings[start..];
    let same = &same[..same.partition_point(|ceiling| place(ceiling) == key)];
    let on_date = same.iter().find(|ceiling| ceiling.3 == entry.observed_on);
    on_date.or(same.last()).map(|ceiling| &observations[ceiling.4])
}

fn above_ceiling(measure: &Measure, value: f64, above: &Measure, most: f64, row: u32) -> Fault {
    let (symbol, limit) = (measure.unit_symbol(), above.unit_symbol());
    let mut message = format!(
        "{} is {} {symbol}, above {}, which is {} {limit} (row {row}).",
        measure.id,
        write_number(value),
        above.id,
        write_number(most),
    );
    let dimension = |symbol| Unit::parse(symbol).map(|unit| unit.dimension());
    if (dimension(symbol), dimension(limit)) == (Some("active power"), Some("apparent power")) {
        message.push_str(" Active power cannot exceed apparent power.");
    }
    let advice = "Both are kept; check them and upload a correction.";
    Fault::warning(code::ABOVE_CEILING, message, advice)
}

/// A value as it is shown in a message.
fn write_value(value: &Value) -> String {
    match value {
        Value::Quantity(number) => write_number(*number),
        Value::Choice(text) | Value::Text(text) => shorten(text),
        Value::Flag(true) => "yes".to_owned(),
        Value::Flag(false) => "no".to_owned(),
        Value::Date(date) => date.to_string(),
    }
}
