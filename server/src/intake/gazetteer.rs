//! Reads a file of postcodes with their positions on the national grid.

use super::PROGRESS_ROWS;
use super::columns::Columns;
use super::draft::{Draft, PostcodeEntry};
use super::grid::{EASTINGS_M, NORTHINGS_M, find_point};
use super::layout::{Attribute, Layout};
use super::number::parse_number;
use super::places::Cells;
use super::postcode::parse_postcode;
use super::report::{Fault, Report, code};
use super::rows::{Quoting, Row, Rows};
use siteworthy_rules::place::Point;
use siteworthy_rules::problem::Severity;

/// Ordnance Survey's mark for "no coordinates available".
const NO_POSITION: f64 = 90.0;

/// Reads all rows; `first` has been read already. The draft has neither file name nor digest yet.
pub fn read_gazetteer<'a>(
    layout: &Layout,
    mut first: Row<'a>,
    rows: &mut Rows<'a>,
    mut report: Report,
    progress: &mut dyn FnMut(usize),
) -> Draft {
    let count = layout.columns_without_headings.unwrap_or(first.len());
    let columns = Columns::bind_numbers(count, layout);
    let mut draft = Draft { layout: layout.id.clone(), ..Draft::default() };
    let row = &mut first;
    loop {
        draft.rows_read += 1;
        match read_row(row, &columns, layout) {
            Ok(entry) => draft.postcodes.push(entry),
            Err((attribute, fault)) => {
                draft.rows_refused += 1;
                let column = attribute.and_then(|attribute| columns.find(attribute));
                let written = column.map(|column| row.raw_cell(column));
                let heading = column.map(|column| columns.heading(column));
                report.add(Some(row.number), heading, written.as_deref(), fault);
            }
        }
        if draft.rows_read.is_multiple_of(PROGRESS_ROWS) {
            progress(rows.bytes_read());
        }
        if !rows.read_filled(row) {
            break;
        }
    }
    let column = columns.find(Attribute::Postcode).unwrap_or_default();
    drop_repeated(&mut draft, columns.heading(column), &mut report);
    draft.problems = report.into_problems();
    draft
}

/// Keeps the first entry of every postcode and reports the others.
fn drop_repeated(draft: &mut Draft, heading: &str, report: &mut Report) {
    let repeated = find_repeated(&draft.postcodes);
    for (at, first) in &repeated {
        let (entry, first) = (&draft.postcodes[*at], &draft.postcodes[*first]);
        let fault = duplicate_postcode(entry, first);
        draft.rows_refused += u32::from(fault.severity == Severity::Refused);
        report.add_to_cell(entry.row, heading, &entry.postcode, fault);
    }
    let mut dropped = repeated.iter().map(|(at, _)| *at).peekable();
    let mut at = 0..;
    draft.postcodes.retain(|_| at.next().is_none_or(|at| dropped.next_if_eq(&at).is_none()));
}

/// The entries whose postcode an earlier one has, in file order, each with that first one. They are
/// found by sorting, because a map of a million postcodes takes several times the room.
fn find_repeated(entries: &[PostcodeEntry]) -> Vec<(usize, usize)> {
    let postcode = |at: &usize| entries[*at].postcode.as_str();
    let mut order: Vec<usize> = (0..entries.len()).collect();
    order.sort_by(|left, right| postcode(left).cmp(postcode(right)));
    let mut repeated = Vec::new();
    for same in order.chunk_by(|left, right| postcode(left) == postcode(right)) {
        repeated.extend(same[1..].iter().map(|at| (*at, same[0])));
    }
    repeated.sort_unstable();
    repeated
}

type RowFault = (Option<Attribute>, Fault);

fn read_row(row: &Row<'_>, columns: &Columns, layout: &Layout) -> Result<PostcodeEntry, RowFault> {
    let expected = columns.headings.len();
    if row.len() != expected || row.quoting != Quoting::Sound {
        return Err((None, ragged(row.len(), expected)));
    }
    let cells = Cells { row, columns, layout };
    let written = cells.get(Attribute::Postcode).unwrap_or_default();
    // Older editions pad the outward code, so blanks are no mistake here.
    let reading = parse_postcode(&written)
        .map_err(|fault| (Some(Attribute::Postcode), Fault::refused(fault.code, GARBLED, CHECK)))?;
    let point = read_position(&cells)?;
    Ok(PostcodeEntry { postcode: reading.postcode, point, row: row.number })
}

fn read_position(cells: &Cells<'_, '_>) -> Result<Point, RowFault> {
    let number = |attribute| {
        let written = cells.get(attribute).unwrap_or_default();
        parse_number(&written, cells.layout.separators)
            .map(|number| number.value)
            .map_err(|fault| (Some(attribute), fault))
    };
    let easting_m = number(Attribute::Easting)?;
    let northing_m = number(Attribute::Northing)?;
    let has_quality = cells.columns.find(Attribute::Quality).is_some();
    let is_unplaced = has_quality && number(Attribute::Quality)? == NO_POSITION;
    if is_unplaced || (easting_m == 0.0 && northing_m == 0.0) {
        return Err((Some(Attribute::Easting), no_position()));
    }
    find_point(easting_m, northing_m).ok_or_else(|| (Some(Attribute::Easting), off_grid()))
}

const GARBLED: &str = "This is not a postcode; the row is set aside.";
const CHECK: &str = "Take the file unchanged from its publisher.";

fn duplicate_postcode(entry: &PostcodeEntry, first: &PostcodeEntry) -> Fault {
    let (postcode, row) = (&entry.postcode, first.row);
    if entry.point == first.point {
        return Fault::note(
            code::DUPLICATE_POSTCODE,
            format!("{postcode} has the same position in row {row}; it is kept once."),
            "Remove one of the two.",
        );
    }
    let show = |point: Point| format!("{:.6}, {:.6}", point.latitude, point.longitude);
    let (found, kept) = (show(entry.point), show(first.point));
    let message =
        format!("{postcode} lies at {found} here, but at {kept} in row {row}; the first is kept.");
    Fault::refused(code::DUPLICATE_POSTCODE, message, CHECK)
}

fn ragged(found: usize, expected: usize) -> Fault {
    let message = format!("The row has {found} cells, but {expected} are expected.");
    Fault::refused(code::RAGGED_ROW, message, CHECK)
}

fn no_position() -> Fault {
    Fault::refused(
        code::NO_POSITION,
        "The publisher gives no position for this postcode; the row is set aside.",
        "Nothing need be done: sites with this postcode stay without a point until they have their own.",
    )
}

fn off_grid() -> Fault {
    Fault::refused(
        code::POINT_OUTSIDE_UK,
        format!(
            "The position lies off the British National Grid: {} to {} m east, {} to {} m north.",
            EASTINGS_M.start(),
            EASTINGS_M.end(),
            NORTHINGS_M.start(),
            NORTHINGS_M.end()
        ),
        CHECK,
    )
}
