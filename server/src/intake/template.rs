//! Writes empty files for people to fill in: a heading by the layout, and the measures with their
//! units by the dictionary.

use super::layout::{Attribute, Layout};
use siteworthy_rules::measure::{Dictionary, Measure, MeasureIndex};

/// One line of headings. `measures` limits the columns to these ids, in the dictionary's order; an
/// id that does not exist is an error and named. Answers for one technology have ids of their own. A layout without measures as headings has the same
/// template whatever the measures.
pub fn write_template(
    layout: &Layout,
    dictionary: &Dictionary,
    measures: Option<&[&str]>,
) -> Result<String, String> {
    if let Some(stray) = measures.into_iter().flatten().find(|id| dictionary.find(id).is_none()) {
        return Err(format!("there is no measure {stray}"));
    }
    if layout.columns_without_headings.is_some() {
        return Err(format!("files of the layout {} have no headings", layout.id));
    }
    let mut headings: Vec<String> =
        layout.attributes.iter().map(|column| column.heading.clone()).collect();
    headings.extend(layout.measures.iter().flat_map(|columns| columns.headings.clone()));
    if layout.has_measure_headings {
        let wanted =
            |measure: &&Measure| measures.is_none_or(|ids| ids.contains(&measure.id.as_str()));
        let apart = |index: &MeasureIndex| dictionary.get(*index);
        let measures = dictionary.iter().flat_map(|(index, measure)| {
            // Answers for one technology stand only where they are asked for by name.
            let answers = measures.map(|_| dictionary.answers_of(index)).unwrap_or_default();
            std::iter::once(measure).chain(answers.iter().map(apart))
        });
        headings.extend(measures.filter(wanted).map(write_heading));
    }
    debug_assert!(layout.find(Attribute::Site).is_some());
    let mut line = headings.iter().map(|heading| quote(heading)).collect::<Vec<_>>().join(",");
    line.push_str("\r\n");
    Ok(line)
}

/// The id, and the unit where the measure has one.
fn write_heading(measure: &Measure) -> String {
    match measure.unit_symbol() {
        "" => measure.id.clone(),
        symbol => format!("{} [{symbol}]", measure.id),
    }
}

fn quote(cell: &str) -> String {
    if cell.contains(['"', ',', ';', '\t', '\r', '\n']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}
