//! Where nations are to be, and where they were: targets and outturns as published.
//!
//! How a path runs between them is a policy of `carbon::path`.

use super::Figure;
use super::rows::read_rows;
use crate::fields::Problems;
use crate::place::Nation;
use crate::words::words;

words! {
    /// What a row says.
    TargetKind {
        /// What is to be reached.
        Target = "target",
        /// The same, on another baseline.
        TargetRebased = "target-rebased",
        /// What was.
        Outturn = "outturn",
        /// A share of a whole.
        Share = "share",
    }
}

/// One target or outturn.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// Whose.
    pub nation: Nation,
    /// Of what, such as `nhs-carbon-footprint`.
    pub footprint: String,
    /// What it says.
    pub kind: TargetKind,
    /// The first year in which it is to be reached.
    pub year_from: i32,
    /// The last.
    pub year_to: i32,
    /// The year that a reduction is counted from; none where the source does not say.
    pub baseline_year: Option<i32>,
    /// The figure: per cent of the baseline taken off, or Mt of CO2 equivalent.
    pub figure: Figure,
}

pub(super) fn read(file: &str, text: &str, problems: &mut Problems) -> Vec<Target> {
    let own = ["nation", "footprint", "kind", "year_from", "year_to", "baseline_year"];
    let rows = read_rows(file, text, &own, problems, |row| {
        let nation = row.word("nation");
        let footprint = row.id("footprint");
        let kind = row.word("kind");
        let year_from = row.year("year_from");
        let year_to = row.year("year_to");
        let baseline_year = row.year_if_any("baseline_year");
        let figure = row.figure(&["%", "MtCO2e"])?;
        let (year_from, year_to) = (year_from?, year_to?);
        if year_from > year_to {
            let message = "Its last year lies before its first.".to_owned();
            row.problem(Some("year_to"), message, "Put the two in order.");
        }
        let target = Target {
            nation: nation?,
            footprint: footprint?,
            kind: kind?,
            year_from,
            year_to,
            baseline_year: baseline_year?,
            figure,
        };
        let key = (target.nation, target.footprint.clone(), target.kind, year_from);
        Some((key, target))
    });
    rows.into_iter().map(|row| row.value).collect()
}
