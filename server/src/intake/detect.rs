//! Which layout a file has: by its headings, or where it has none by the shape of its first row.

use super::layout::{Attribute, Layout, Layouts, fold};
use super::number::{Separators, parse_number};
use super::postcode::parse_postcode;
use super::report::{Fault, code};
use super::rows::Row;
use siteworthy_rules::measure::Dictionary;
use std::collections::BTreeSet;

/// How well a layout fits a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Fit<'a> {
    /// The layout.
    pub layout: &'a Layout,
    /// Headings that it needs and the file does not have; it fits when there is none.
    pub missing: Vec<String>,
    /// How many of the file's columns it knows.
    pub known: usize,
    /// Why it fits or not: a full sentence.
    pub reason: String,
}

impl Fit<'_> {
    /// Whether nothing that the layout needs is missing.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.missing.is_empty()
    }
}

/// How well every layout fits, best first.
#[must_use]
pub fn find_fits<'a>(
    first: &Row<'_>,
    layouts: &'a Layouts,
    dictionary: &Dictionary,
) -> Vec<Fit<'a>> {
    let headings: BTreeSet<String> = first.iter().map(|cell| fold(&cell)).collect();
    let mut fits: Vec<Fit<'a>> = layouts
        .iter()
        .map(|layout| match layout.columns_without_headings {
            Some(count) => fit_shape(first, layout, count),
            None => fit_headings(&headings, layout, dictionary),
        })
        .collect();
    fits.sort_by(|left, right| {
        let rank = |fit: &Fit<'_>| (fit.known, fit.is_complete());
        rank(right).cmp(&rank(left))
    });
    fits
}

/// The layout to read by: the best fit, if it is complete. A layout that fits is not taken where
/// another knows more of the headings, for then one heading of that other is misspelt.
pub fn choose<'a>(fits: &[Fit<'a>]) -> Result<&'a Layout, Fault> {
    match fits.first() {
        Some(best) if best.is_complete() => Ok(best.layout),
        Some(best) if best.known > 0 => Err(does_not_fit(best)),
        _ => Err(Fault::refused(
            code::LAYOUT_DOES_NOT_FIT,
            "No layout knows any heading of this file.",
            "Put the headings in the first row, or use the template of `siteworthy layouts template`.",
        )),
    }
}

/// Says what a layout misses in a file.
#[must_use]
pub fn does_not_fit(fit: &Fit<'_>) -> Fault {
    Fault::refused(
        code::LAYOUT_DOES_NOT_FIT,
        format!(
            "No layout fits. The nearest is {}, but these are missing: {}.",
            fit.layout.id,
            fit.missing.join(", ")
        ),
        "Add them, correct their spelling, or say which layout the file has.",
    )
}

fn fit_headings<'a>(
    headings: &BTreeSet<String>,
    layout: &'a Layout,
    dictionary: &Dictionary,
) -> Fit<'a> {
    let has = |heading: &str| headings.contains(&fold(heading));
    let missing: Vec<String> = layout
        .attributes
        .iter()
        .filter(|column| column.is_required && !has(&column.heading))
        .map(|column| column.heading.clone())
        .collect();
    let names = |heading: &String| {
        let id = heading.split('[').next().unwrap_or_default();
        layout.has_measure_headings && dictionary.find(id.trim_end_matches('-')).is_some()
    };
    let named = layout.attributes.iter().map(|column| &column.heading);
    let measured = layout.measures.iter().flat_map(|columns| &columns.headings);
    let own = named.chain(measured).chain(&layout.ignored);
    let known = own.filter(|heading| has(heading)).count()
        + headings.iter().filter(|heading| names(heading)).count();
    let filled = headings.iter().filter(|heading| !heading.is_empty()).count();
    let reason = if missing.is_empty() {
        format!("It knows {known} of {filled} headings.")
    } else {
        format!("These headings are missing: {}.", missing.join(", "))
    };
    Fit { layout, missing, known, reason }
}

fn fit_shape<'a>(first: &Row<'_>, layout: &'a Layout, count: usize) -> Fit<'a> {
    let fits = first.len() == count
        && layout
            .attributes
            .iter()
            .all(|column| has_shape(first, column.attribute, &column.heading));
    let known = if fits { count } else { 0 };
    let (missing, reason) = if fits {
        (Vec::new(), format!("The first row has {count} columns of the right kinds."))
    } else {
        let missing = vec![format!("{count} columns of the right kinds, without headings")];
        let reason = format!("The first row does not have {count} columns of the right kinds.");
        (missing, reason)
    };
    Fit { layout, missing, known, reason }
}

fn has_shape(first: &Row<'_>, attribute: Attribute, column: &str) -> bool {
    let Some(at) = column.parse::<usize>().ok().and_then(|at| at.checked_sub(1)) else {
        return false;
    };
    let cell = first.cell(at);
    match attribute {
        Attribute::Postcode => parse_postcode(&cell).is_ok(),
        Attribute::Easting | Attribute::Northing | Attribute::Quality => {
            parse_number(&cell, Separators::default()).is_ok()
        }
        _ => true,
    }
}
