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
        let nation = row.parsed("nation", "a nation");
        let footprint = row.text("footprint");
        let kind = row.parsed("kind", "target, target-rebased, outturn or share");
        let year_from: Option<i32> = row.parsed("year_from", "a year");
        let year_to: Option<i32> = row.parsed("year_to", "a year");
        let baseline_year = row.parsed_if_any("baseline_year", "a year");
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
