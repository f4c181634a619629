//! Files to drafts: what a survey, a national return or a gazetteer says, and everything that is
//! wrong with it.
//!
//! Pure: bytes and values in, a [`Draft`] with its problems out. No clock, file, network or
//! database; what must be known of the record comes in as [`Known`], the day as an argument. How
//! each kind of file is read is data (`datasets/layouts/`). Saving drafts is the store's.
//!
//! `text` decodes, `rows` cuts, `detect` finds the layout, `columns` lays it over the headings,
//! `survey` or `gazetteer` reads the rows, `value` the cells, `naming` judges names that no
//! measure has, `places` and `checks` see that rows
//! agree. `factors` is apart: it reads a workbook of conversion factors, which is no survey, by a layout
//! of its own.

mod checks;
mod columns;
mod date;
mod detect;
mod draft;
mod factors;
mod gazetteer;
mod grid;
mod layout;
mod naming;
mod number;
mod places;
mod postcode;
mod report;
mod rows;
mod survey;
mod template;
mod text;
mod value;

#[cfg(test)]
mod tests;

pub use detect::Fit;
pub use draft::{Draft, ObservationEntry, OrganisationEntry, PostcodeEntry, SiteEntry, SpaceEntry};
pub use factors::{
    FactorLayout, FactorPlace, FactorRow, FactorSet, Heading, is_workbook, read_factors,
};
pub use layout::{Attribute, Form, Layout, Layouts, MAX_COLUMNS};
pub use postcode::{Reading, parse_postcode};
pub use report::code::ALL as PROBLEM_CODES;
pub use template::write_template;

use chrono::NaiveDate;
use report::{Fault, Report, code, shorten};
use rows::{Row, Rows};
use sha2::{Digest, Sha256};
use siteworthy_rules::measure::Dictionary;
use siteworthy_rules::place::SpaceKind;
use siteworthy_rules::problem::Problem;
use std::collections::{BTreeMap, BTreeSet};
use survey::Context;

/// Progress is reported every so many rows.
const PROGRESS_ROWS: u32 = 512;

/// Longer file names are cut: they are repeated in every problem and shown in workbooks.
const MOST_FILE_NAME_CHARS: usize = 200;
/// What is longer than this after the last full stop is no ending.
const MOST_ENDING_BYTES: usize = 16;

/// One file as it was received.
#[derive(Clone, Copy, Debug)]
pub struct Upload<'a> {
    /// Its name, perhaps with folders, which are left out.
    pub name: &'a str,
    /// Its content.
    pub bytes: &'a [u8],
    /// The day on which it was received.
    pub received_on: NaiveDate,
}

/// What is on record, as far as reading needs it.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Codes of organisations.
    pub organisations: BTreeSet<String>,
    /// Codes of sites, with the codes and kinds of their spaces.
    pub sites: BTreeMap<String, BTreeMap<String, SpaceKind>>,
}

/// Reads a file by the layout named, or by the one that fits. `progress` is told the bytes read.
///
/// # Errors
///
/// The problems, where nothing can be read: no text, no content, or no layout that fits.
pub fn read(
    upload: &Upload<'_>,
    layout: Option<&str>,
    layouts: &Layouts,
    dictionary: &Dictionary,
    known: &Known,
    progress: &mut dyn FnMut(usize),
) -> Result<Draft, Vec<Problem>> {
    let name = file_name(upload.name);
    let mut report = Report::new(&name);
    let result = text::read_text(upload.bytes).and_then(|text| {
        if let Some(note) = text.note {
            report.add_to_file(note);
        }
        let mut rows = Rows::new(&text.text);
        let mut first = Row::default();
        rows.read_filled(&mut first);
        let layout = pick_layout(&first, layout, layouts, dictionary)?;
        let report = std::mem::take(&mut report);
        if layout.columns_without_headings.is_some() {
            return Ok(gazetteer::read_gazetteer(layout, first, &mut rows, report, progress));
        }
        let received_on = upload.received_on;
        let context = Context { layout, dictionary, known, received_on };
        Ok(survey::read_survey(context, &first, &mut rows, report, progress))
    });
    match result {
        // What says nothing must not become a survey, nor move the record on.
        Ok(draft) if draft.rows_read == 0 => Err(draft.problems),
        Ok(draft) => {
            progress(upload.bytes.len());
            Ok(Draft { file_name: name, sha256: hash(upload.bytes), ..draft })
        }
        Err(fault) => {
            report.add_to_file(if is_named_workbook(&name) {
                not_a_workbook(fault)
            } else {
                fault
            });
            Err(report.into_problems())
        }
    }
}

/// Whether a name ends as those of workbooks do.
fn is_named_workbook(name: &str) -> bool {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    ["xlsx", "xlsm", "xls", "ods"].iter().any(|known| ending.eq_ignore_ascii_case(known))
}

/// What nobody can read is not called a survey because its name says that it is a workbook.
fn not_a_workbook(fault: Fault) -> Fault {
    Fault::refused(
        code::NOT_TEXT,
        format!(
            "The name is that of a workbook, which cannot be read as a survey yet. {}",
            fault.message
        ),
        "Open it in a spreadsheet and save the sheet as CSV UTF-8 (comma delimited).",
    )
}

/// How well every layout fits a file, best first.
///
/// # Errors
///
/// The problems, where the file is no text or has no content.
pub fn detect<'a>(
    upload: &Upload<'_>,
    layouts: &'a Layouts,
    dictionary: &Dictionary,
) -> Result<Vec<Fit<'a>>, Vec<Problem>> {
    let text = text::read_text(upload.bytes).map_err(|fault| {
        let mut report = Report::new(&file_name(upload.name));
        report.add_to_file(fault);
        report.into_problems()
    })?;
    let mut first = Row::default();
    Rows::new(&text.text).read_filled(&mut first);
    Ok(detect::find_fits(&first, layouts, dictionary))
}

fn pick_layout<'a>(
    first: &Row<'_>,
    wanted: Option<&str>,
    layouts: &'a Layouts,
    dictionary: &Dictionary,
) -> Result<&'a Layout, Fault> {
    if first.len() > columns::MOST_COLUMNS {
        let most = columns::MOST_COLUMNS;
        let message =
            format!("The first row has {} columns; at most {most} are read.", first.len());
        let advice = "Check the separator and the line endings.";
        return Err(Fault::refused(code::FILE_TOO_LARGE, message, advice));
    }
    let fits = detect::find_fits(first, layouts, dictionary);
    let Some(wanted) = wanted else {
        return detect::choose(&fits);
    };
    match fits.iter().find(|fit| fit.layout.id == wanted) {
        Some(fit) if fit.is_complete() => Ok(fit.layout),
        Some(fit) => Err(Fault::refused(
            code::LAYOUT_DOES_NOT_FIT,
            format!(
                "The layout {wanted} does not fit; these are missing: {}.",
                fit.missing.join(", ")
            ),
            "Add them, correct their spelling, or leave the layout to be found.",
        )),
        None => {
            let ids: Vec<&str> = layouts.iter().map(|layout| layout.id.as_str()).collect();
            let message = format!("There is no layout {}.", shorten(wanted));
            let advice = format!("Use one of: {}.", ids.join(", "));
            Err(Fault::refused(code::UNKNOWN_LAYOUT, message, advice))
        }
    }
}

/// The last part of a path of either kind, cut to [`MOST_FILE_NAME_CHARS`] with its ending kept.
fn file_name(path: &str) -> String {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let length = name.chars().count();
    if length <= MOST_FILE_NAME_CHARS {
        return name.to_owned();
    }
    let ending = name.rfind('.').map_or("", |at| &name[at..]);
    let ending = if ending.len() <= MOST_ENDING_BYTES { ending } else { "" };
    let kept = MOST_FILE_NAME_CHARS - ending.chars().count();
    name.chars().take(kept).chain(ending.chars()).collect()
}

fn hash(bytes: &[u8]) -> String {
    use std::fmt::Write;
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
