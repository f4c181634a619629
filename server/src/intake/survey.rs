//! Reads a file that says something about sites: a survey of our own or a national return, one
//! place or one value a row.
//!
//! One pass over the rows; what needs the whole file (places that nobody describes, values above
//! their limits) is judged at the end. A mistake sets aside as little as possible: a cell before a
//! row, a row before the file.

use super::checks::{Seen, check_ceilings, compare_repeated};
use super::columns::{Columns, MeasureCells, parse_unit};
use super::date::{check_freshness, is_stale, parse_observed_on};
use super::draft::{Draft, ObservationEntry};
use super::layout::{Attribute, Form, Layout, fold};
use super::naming::judge_answer_name;
use super::places::{Cells, Places, Settled, check_code};
use super::report::{Fault, Report, code, find_nearest, shorten};
use super::rows::{Quoting, Row, Rows};
use super::value::{check_range, read_quantity, read_value};
use super::{Known, PROGRESS_ROWS};
use chrono::NaiveDate;
use siteworthy_rules::measure::{Dictionary, Kind, Measure, MeasureIndex, Scope};
use siteworthy_rules::observation::{Method, Value};
use siteworthy_rules::unit::Unit;
use siteworthy_rules::words::counted;
use std::borrow::Cow;
use std::collections::HashMap;

/// So many unknown measures are compared with the dictionary to find what was meant.
const MOST_SUGGESTIONS: usize = 1_000;

/// What a file is read by and against.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// How the file is laid out.
    pub layout: &'a Layout,
    /// The measures that there are.
    pub dictionary: &'a Dictionary,
    /// The places that are on record.
    pub known: &'a Known,
    /// The day on which the file was received.
    pub received_on: NaiveDate,
}

/// Reads all rows below the heading. The draft has neither file name nor digest yet.
pub fn read_survey(
    context: Context<'_>,
    heading: &Row<'_>,
    rows: &mut Rows<'_>,
    mut report: Report,
    progress: &mut dyn FnMut(usize),
) -> Draft {
    let Context { layout, dictionary, .. } = context;
    let columns = Columns::bind(heading, layout, dictionary, &mut report);
    let mut survey = Survey::new(context, columns, report);
    survey.note_constant_date();
    let mut row = Row::default();
    while rows.read_filled(&mut row) {
        survey.read_row(&row);
        if survey.rows_read.is_multiple_of(PROGRESS_ROWS) {
            progress(rows.bytes_read());
        }
    }
    survey.finish(heading.number)
}

/// Why a row is set aside, and which cell says so.
struct Stop {
    attribute: Option<Attribute>,
    fault: Fault,
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self { attribute: None, fault }
    }
}

impl From<(Attribute, Fault)> for Stop {
    fn from((attribute, fault): (Attribute, Fault)) -> Self {
        Self { attribute: Some(attribute), fault }
    }
}

/// A value that has been read and not yet been placed.
struct Fresh {
    measure: MeasureIndex,
    slot: u16,
    column: u16,
    value: Value,
}

/// What is wrong with a cell.
struct CellFault<'r> {
    column: u16,
    written: Cow<'r, str>,
    fault: Fault,
}

struct Survey<'a> {
    context: Context<'a>,
    columns: Columns,
    report: Report,
    places: Places,
    seen: Seen,
    observations: Vec<ObservationEntry>,
    /// The measures that the file names; an observation holds a place in this list.
    measures: Vec<MeasureIndex>,
    /// From a measure's place in the dictionary to its place in `measures`.
    slots: Vec<Option<u16>>,
    fresh: Vec<Fresh>,
    /// What is said of each unknown measure: a file often repeats it in thousands of rows.
    unknown: HashMap<String, Fault>,
    /// The site and space of the row being read, once they are found.
    place: Option<(u32, Option<u32>)>,
    rows_read: u32,
    rows_refused: u32,
}

impl<'a> Survey<'a> {
    fn new(context: Context<'a>, columns: Columns, report: Report) -> Self {
        let mut survey = Self {
            context,
            report,
            places: Places::default(),
            seen: Seen::default(),
            observations: Vec::new(),
            measures: Vec::new(),
            slots: vec![None; context.dictionary.places()],
            fresh: Vec::new(),
            unknown: HashMap::new(),
            place: None,
            rows_read: 0,
            rows_refused: 0,
            columns,
        };
        for at in 0..survey.columns.measures.len() {
            survey.take_slot(survey.columns.measures[at].measure);
        }
        survey
    }

    fn take_slot(&mut self, measure: MeasureIndex) -> u16 {
        let slot = &mut self.slots[measure.at()];
        *slot.get_or_insert_with(|| {
            self.measures.push(measure);
            // There are at most as many measures as a `MeasureIndex` can number.
            u16::try_from(self.measures.len() - 1).unwrap_or(u16::MAX)
        })
    }

    /// One note for a file whose every observation has the same old date.
    fn note_constant_date(&mut self) {
        let received_on = self.context.received_on;
        let Some(date) = self.context.layout.observed_on else {
            return;
        };
        if is_stale(date, received_on) {
            let message =
                format!("Every observation in this file is dated {date}, more than 24 months ago.");
            let advice = "They are kept; measure again where a site has changed since.";
            self.report.add_to_file(Fault::note(code::STALE_OBSERVATION, message, advice));
        }
    }

    fn read_row(&mut self, row: &Row<'_>) {
        self.rows_read += 1;
        self.place = None;
        let count_kept = |survey: &Self| survey.observations.len() + survey.places.fact_count();
        let (refusals, kept) = (self.report.refusals(), count_kept(self));
        if let Err(Stop { attribute, fault }) = self.try_row(row) {
            let column = attribute.and_then(|attribute| self.columns.find(attribute));
            let written = column.map(|column| row.raw_cell(column));
            let heading = column.map(|column| self.columns.heading(column));
            self.report.add(Some(row.number), heading, written.as_deref(), fault);
        }
        let is_kept = count_kept(self) > kept || self.report.refusals() == refusals;
        match self.place {
            Some((site, space)) if is_kept => self.places.count_row(site, space),
            _ => self.rows_refused += 1,
        }
    }

    fn try_row(&mut self, row: &Row<'_>) -> Result<(), Stop> {
        self.check_shape(row)?;
        let context = self.context;
        let columns = std::mem::take(&mut self.columns);
        let cells = Cells { row, columns: &columns, layout: context.layout };
        let result = self.try_cells(&cells);
        self.columns = columns;
        result
    }

    fn try_cells(&mut self, cells: &Cells<'_, '_>) -> Result<(), Stop> {
        let layout = self.context.layout;
        let code = need(cells, Attribute::Site)?;
        check_code(&code).map_err(|fault| (Attribute::Site, fault))?;
        if layout.is_one_row_a_site
            && let Some(site) = self.places.find_site(&code)
        {
            let row = self.places.site(site).row;
            return Err((Attribute::Site, duplicate_site(&code, row)).into());
        }
        let site = self.places.take_site(&code, cells, &mut self.report);
        self.place = Some((site, None));
        let space = self.places.take_space(site, cells, &mut self.report)?;
        self.place = Some((site, space));
        self.fresh.clear();
        match layout.form {
            Form::Long => self.read_long(cells, space)?,
            Form::Wide | Form::Gazetteer => self.read_wide(cells, space),
        }
        if self.fresh.is_empty() {
            return Ok(());
        }
        let method = read_method(cells)?;
        let observed_on = self.read_date(cells)?;
        self.keep_fresh(cells, (site, space, observed_on), method);
        Ok(())
    }

    /// Refuses a row whose cells may stand under the wrong headings.
    fn check_shape(&mut self, row: &Row<'_>) -> Result<(), Fault> {
        match row.quoting {
            Quoting::Sound => {}
            Quoting::GoesOn => return Err(goes_on()),
            Quoting::NeverCloses => return Err(never_closes()),
        }
        let expected = self.columns.headings.len();
        if row.len() > expected && (expected..row.len()).any(|at| !row.cell(at).is_empty()) {
            return Err(Fault::refused(
                code::RAGGED_ROW,
                format!("The row has {} cells, but there are {expected} headings.", row.len()),
                "Put quotation marks around a cell that holds the separator.",
            ));
        }
        if row.len() < expected {
            let fault = Fault::warning(
                code::RAGGED_ROW,
                format!(
                    "The row has {} cells, but there are {expected} headings; the rest is taken as unknown.",
                    row.len()
                ),
                "Fill the row up with empty cells.",
            );
            self.report.add_to_row(row.number, fault);
        }
        Ok(())
    }

    fn read_wide(&mut self, cells: &Cells<'_, '_>, space: Option<u32>) {
        for measure_cells in &cells.columns.measures {
            let measure = self.context.dictionary.get(measure_cells.measure);
            let read = read_measure_cells(self.context, measure, measure_cells, cells.row);
            let read = match read {
                Ok(None) => {
                    if let Some((heading, fault)) = judge_sum(measure, measure_cells, cells) {
                        self.report.add(Some(cells.row.number), Some(heading), None, fault);
                    }
                    continue;
                }
                Ok(Some(_)) if space.is_some() && measure.scope == Scope::Site => {
                    let column = measure_cells.columns[0];
                    let written = cells.row.raw_cell(usize::from(column));
                    let fault = wrong_scope(measure);
                    Err(CellFault { column, written, fault })
                }
                read => read,
            };
            match read {
                Ok(Some(value)) => {
                    let slot = self.slots[measure_cells.measure.at()].unwrap_or_default();
                    self.fresh.push(Fresh {
                        measure: measure_cells.measure,
                        slot,
                        column: measure_cells.columns[0],
                        value,
                    });
                }
                Ok(None) => {}
                Err(CellFault { column, written, fault }) => {
                    let heading = cells.columns.heading(usize::from(column));
                    self.report.add_to_cell(cells.row.number, heading, &written, fault);
                }
            }
        }
    }

    fn read_long(&mut self, cells: &Cells<'_, '_>, space: Option<u32>) -> Result<(), Stop> {
        let Context { dictionary, layout, .. } = self.context;
        let id = need(cells, Attribute::Measure)?;
        let Some((index, measure)) = dictionary.find(&fold(&id)) else {
            return Err((Attribute::Measure, self.judge_unknown(&id)).into());
        };
        let column = cells.columns.find(Attribute::Value).unwrap_or_default();
        let written = cells.row.cell(column);
        if is_missing(layout, measure, &written) {
            return Ok(());
        }
        if space.is_some() && measure.scope == Scope::Site {
            return Err((Attribute::Measure, wrong_scope(measure)).into());
        }
        let unit = cells
            .get(Attribute::Unit)
            .map(|unit| parse_unit(&unit, measure, dictionary))
            .transpose()
            .map_err(|fault| (Attribute::Unit, fault))?;
        let value = read_value(&written, measure, unit.as_ref(), layout.separators, dictionary)
            .map_err(|fault| (Attribute::Value, fault))?;
        let slot = self.take_slot(index);
        self.fresh.push(Fresh {
            measure: index,
            slot,
            column: u16::try_from(column).unwrap_or_default(),
            value,
        });
        Ok(())
    }

    fn judge_unknown(&mut self, id: &str) -> Fault {
        if let Some(fault) = self.unknown.get(id) {
            return fault.clone();
        }
        // To look for the nearest id costs too much to be done for every row of a garbled file.
        let may_advise = self.unknown.len() < MOST_SUGGESTIONS;
        let fault = unknown_measure(id, self.context.dictionary, may_advise);
        if may_advise {
            self.unknown.insert(id.to_owned(), fault.clone());
        }
        fault
    }

    fn read_date(&mut self, cells: &Cells<'_, '_>) -> Result<NaiveDate, Stop> {
        if let Some(date) = self.context.layout.observed_on {
            return Ok(date);
        }
        let written = need(cells, Attribute::Date)?;
        let received_on = self.context.received_on;
        let date =
            parse_observed_on(&written, received_on).map_err(|fault| (Attribute::Date, fault))?;
        if let Some(fault) = check_freshness(date, received_on) {
            let column = cells.columns.find(Attribute::Date).unwrap_or_default();
            let heading = cells.columns.heading(column);
            self.report.add_to_cell(cells.row.number, heading, &written, fault);
        }
        Ok(date)
    }

    fn keep_fresh(
        &mut self,
        cells: &Cells<'_, '_>,
        place: (u32, Option<u32>, NaiveDate),
        method: Method,
    ) {
        let row = cells.row.number;
        let start = self.observations.len();
        let has_earlier = self.seen.has(place);
        for Fresh { measure, slot, column, value } in self.fresh.drain(..) {
            let earlier = has_earlier
                .then(|| self.seen.find(place, &self.observations))
                .and_then(|mut entries| entries.find(|entry| entry.measure == slot));
            if let Some(earlier) = earlier {
                let measure = self.context.dictionary.get(measure);
                let fault = compare_repeated(measure, earlier, &value);
                let at = usize::from(column);
                let heading = cells.columns.heading(at);
                self.report.add_to_cell(row, heading, &cells.row.cell(at), fault);
                continue;
            }
            self.observations.push(ObservationEntry {
                site: place.0,
                space: place.1,
                measure: slot,
                value,
                observed_on: place.2,
                method,
                row,
                column: column + 1,
            });
        }
        if self.observations.len() > start {
            // Fewer values than bytes, and a file has fewer than 2^32 bytes.
            let narrow = |count| u32::try_from(count).unwrap_or(u32::MAX);
            self.seen.add(place, narrow(start)..narrow(self.observations.len()));
        }
    }

    fn finish(mut self, heading_row: u32) -> Draft {
        if self.rows_read == 0 {
            self.report.add_to_row(heading_row, no_rows());
        }
        let pooled = self.places.find_pooled();
        if let Some((row, count)) = pooled {
            self.report.add_to_row(row, pooled_rows(count));
        }
        let settled = self.places.settle(self.context.known, &self.columns, &mut self.report);
        close_gaps(&mut self.observations, &settled);
        let headings = &self.columns.headings;
        let dictionary = self.context.dictionary;
        check_ceilings(
            &self.observations,
            &self.measures,
            dictionary,
            |column| headings[usize::from(column) - 1].clone(),
            &mut self.report,
        );
        let ids = self.measures.iter().map(|index| dictionary.get(*index).id.clone());
        Draft {
            layout: self.context.layout.id.clone(),
            rows_read: self.rows_read,
            rows_pooled: pooled.map_or(0, |(_, count)| count),
            rows_refused: self.rows_refused + settled.rows_refused,
            organisations: settled.organisations,
            sites: settled.sites,
            spaces: settled.spaces,
            measures: ids.collect(),
            observations: self.observations,
            problems: self.report.into_problems(),
            ..Draft::default()
        }
    }
}

/// Drops the values of places that were refused, and renumbers the rest.
fn close_gaps(observations: &mut Vec<ObservationEntry>, settled: &Settled) {
    if !settled.has_gaps() {
        return;
    }
    observations.retain_mut(|entry| {
        let site = settled.site_at[entry.site as usize];
        let space = entry.space.map(|space| settled.space_at[space as usize]);
        let (Some(site), None | Some(Some(_))) = (site, space) else {
            return false;
        };
        entry.site = site;
        entry.space = space.flatten();
        true
    });
}

/// A cell that every row needs.
fn need<'a>(cells: &Cells<'_, 'a>, attribute: Attribute) -> Result<Cow<'a, str>, Stop> {
    cells.get(attribute).ok_or_else(|| {
        let fault = Fault::refused(
            code::MISSING_CELL,
            "This cell is empty, but a row cannot be kept without it.",
            "Fill it.",
        );
        (attribute, fault).into()
    })
}

fn read_method(cells: &Cells<'_, '_>) -> Result<Method, Stop> {
    if let Some(method) = cells.layout.method {
        return Ok(method);
    }
    let written = need(cells, Attribute::Method)?;
    fold(&written).parse().map_err(|_| {
        let fault = Fault::refused(
            code::UNKNOWN_METHOD,
            "This method is not known.",
            format!("Use one of: {}.", Method::list()),
        );
        (Attribute::Method, fault).into()
    })
}

/// A choice may be spelt like a missing mark: then it is the choice.
fn is_missing(layout: &Layout, measure: &Measure, cell: &str) -> bool {
    let is_choice = || match &measure.kind {
        Kind::Choice { choices, .. } => choices.iter().any(|choice| fold(choice) == fold(cell)),
        _ => false,
    };
    layout.is_missing(cell) && (cell.is_empty() || !is_choice())
}

/// The value of a measure in a row; nothing where every one of its cells is missing.
fn read_measure_cells<'r>(
    context: Context<'_>,
    measure: &Measure,
    cells: &MeasureCells,
    row: &Row<'r>,
) -> Result<Option<Value>, CellFault<'r>> {
    let value = match cells.columns[..] {
        [column] => read_cell(context, measure, cells, row, column)?,
        _ => read_sum(context, measure, cells, row)?,
    };
    Ok(value.filter(|value| !(cells.is_zero_missing && *value == Value::Quantity(0.0))))
}

fn read_cell<'r>(
    context: Context<'_>,
    measure: &Measure,
    cells: &MeasureCells,
    row: &Row<'r>,
    column: u16,
) -> Result<Option<Value>, CellFault<'r>> {
    let Context { layout, dictionary, .. } = context;
    let written = row.cell(usize::from(column));
    if is_missing(layout, measure, &written) {
        return Ok(None);
    }
    let unit = cells.unit.as_ref();
    match read_value(&written, measure, unit, layout.separators, dictionary) {
        Ok(value) => Ok(Some(value)),
        // Zero for "not measured" is not held against the limits; a wrong unit beside it is.
        Err(fault)
            if cells.is_zero_missing
                && fault.code == code::IMPLAUSIBLE_VALUE
                && is_zero(&written, measure, unit, context) =>
        {
            Ok(None)
        }
        Err(fault) => Err(CellFault { column, written, fault }),
    }
}

fn is_zero(written: &str, measure: &Measure, unit: Option<&Unit>, context: Context<'_>) -> bool {
    let Context { layout, dictionary, .. } = context;
    read_quantity(written, measure, unit, layout.separators, dictionary) == Ok(0.0)
}

/// Adds the cells up. One that is missing or no number makes the whole unknown, not smaller; of those
/// that are missing beside others `judge_sum` speaks.
fn read_sum<'r>(
    context: Context<'_>,
    measure: &Measure,
    cells: &MeasureCells,
    row: &Row<'r>,
) -> Result<Option<Value>, CellFault<'r>> {
    let Context { layout, dictionary, .. } = context;
    let (mut sum, mut is_whole) = (None, true);
    for column in &cells.columns {
        let written = row.cell(usize::from(*column));
        if layout.is_missing(&written) {
            is_whole = false;
            continue;
        }
        let unit = cells.unit.as_ref();
        match read_quantity(&written, measure, unit, layout.separators, dictionary) {
            Ok(number) => sum = Some(sum.unwrap_or(0.0) + number),
            Err(fault) => {
                return Err(CellFault { column: *column, written, fault });
            }
        }
    }
    let is_known = |sum: &f64| is_whole && !(cells.is_zero_missing && *sum == 0.0);
    let Some(sum) = sum.filter(is_known) else {
        return Ok(None);
    };
    match check_range(sum, measure) {
        Ok(sum) => Ok(Some(Value::Quantity(sum))),
        Err(fault) => Err(CellFault {
            column: cells.columns[0],
            written: row.cell(usize::from(cells.columns[0])),
            fault,
        }),
    }
}

/// What is said of a sum that is left unknown because some of its cells are missing, at the first of them.
fn judge_sum<'c>(
    measure: &Measure,
    sum: &MeasureCells,
    cells: &Cells<'c, '_>,
) -> Option<(&'c str, Fault)> {
    let is_missing =
        |column: &&u16| cells.layout.is_missing(&cells.row.cell(usize::from(**column)));
    if sum.columns.len() == 1 {
        return None;
    }
    let missing: Vec<&str> = sum
        .columns
        .iter()
        .filter(is_missing)
        .map(|column| cells.columns.heading(usize::from(*column)))
        .collect();
    // Where all are missing nothing was said, and nothing is wrong.
    let first = missing.first().filter(|_| missing.len() < sum.columns.len())?;
    Some((*first, incomplete_sum(measure, sum.columns.len(), &missing)))
}

fn incomplete_sum(measure: &Measure, count: usize, missing: &[&str]) -> Fault {
    let missing: Vec<String> = missing.iter().map(|heading| shorten(heading)).collect();
    Fault::warning(
        code::INCOMPLETE_SUM,
        format!(
            "{} is the sum of {count} columns, but these are missing here: {}, so the sum is not known.",
            measure.id,
            missing.join(", ")
        ),
        "Fill them in, with 0 where there is nothing to add.",
    )
}

fn duplicate_site(site: &str, row: u32) -> Fault {
    Fault::refused(
        code::DUPLICATE_SITE,
        format!("The site {site} has a row already, row {row}; this one is set aside."),
        "Remove the wrong one of the two.",
    )
}

fn wrong_scope(measure: &Measure) -> Fault {
    Fault::refused(
        code::WRONG_SCOPE,
        format!("{} is measured for a whole site, but this row is for a space.", measure.id),
        "Give it in a row of the site with the space left empty.",
    )
}

fn unknown_measure(id: &str, dictionary: &Dictionary, may_advise: bool) -> Fault {
    if may_advise && let Some(fault) = judge_answer_name(id, dictionary) {
        return fault;
    }
    let ids = dictionary.iter().map(|(_, measure)| measure.id.as_str());
    let ids = ids.filter(|_| may_advise);
    let advice = match find_nearest(&fold(id), ids) {
        Some(nearest) => format!("If {nearest} is meant, write it so."),
        None => "Use the id of a measure in the dictionary.".to_owned(),
    };
    Fault::refused(code::UNKNOWN_MEASURE, "There is no such measure.", advice)
}

fn goes_on() -> Fault {
    Fault::refused(
        code::MALFORMED_QUOTES,
        "A cell of this row goes on after its closing quotation mark.",
        "Double each quotation mark that belongs to the text.",
    )
}

fn never_closes() -> Fault {
    Fault::refused(
        code::MALFORMED_QUOTES,
        "A quotation mark that opens in this row never closes, so the rest of the file is one cell.",
        "Close it, or double it if it belongs to the text.",
    )
}

fn no_rows() -> Fault {
    Fault::refused(
        code::NO_ROWS,
        "There is a heading but no row below it.",
        "Fill in at least one row.",
    )
}

fn pooled_rows(count: u32) -> Fault {
    let rows = counted(count, "row is", "rows are");
    Fault::note(
        code::POOLED_ROWS,
        format!("{rows} about entries that stand for many minor sites; this is the first."),
        "Their values count in totals, but they are neither drawn nor judged as one building.",
    )
}
