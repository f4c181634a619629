//! What governments set aside for health in all: the context of a gap.
//!
//! An envelope is no allocation: what an organisation has is its own record. Some envelopes lie inside
//! others, and each says in which, so that the two are never added.

use super::rows::{Kept, read_rows};
use super::{Figure, FinancialYear};
use crate::cost::Money;
use crate::fields::Problems;
use crate::words::words;
use std::collections::BTreeSet;

words! {
    /// Whether money was spent or is planned.
    EnvelopeKind {
        /// It was spent.
        Outturn = "outturn",
        /// It is planned.
        Plan = "plan",
    }
}

words! {
    /// Of which prices the source says that its money is.
    EnvelopePrices {
        /// Of the year in which it is spent.
        Cash = "cash",
    }
}

/// One envelope of one period.
#[derive(Clone, Debug, PartialEq)]
pub struct Envelope {
    /// Its series, such as `dhsc-cdel`.
    pub series: String,
    /// Spent or planned.
    pub kind: EnvelopeKind,
    /// Its first financial year; none where the source does not say.
    pub from: Option<FinancialYear>,
    /// Its last.
    pub to: Option<FinancialYear>,
    /// Capital or running; none where the source does not say.
    pub money: Option<Money>,
    /// Of which prices; none where the source does not say.
    pub prices: Option<EnvelopePrices>,
    /// The series that already holds it: the two are never added.
    pub inside: Option<String>,
    /// The figure, in billions of pounds for the whole period.
    pub figure: Figure,
}

pub(super) fn read(file: &str, text: &str, problems: &mut Problems) -> Vec<Envelope> {
    let own = ["series", "kind", "year_from", "year_to", "money", "prices", "inside"];
    let rows = read_rows(file, text, &own, problems, |row| {
        let series = row.id("series");
        let kind = row.word("kind");
        let from = row.financial_year_if_any("year_from");
        let to = row.financial_year_if_any("year_to");
        let money = row.word_if_any("money");
        let prices = row.word_if_any("prices");
        let inside = row.text_if_any("inside");
        let figure = row.figure(&["GBP billion"])?;
        if let (Some(Some(from)), Some(Some(to))) = (from, to)
            && from > to
        {
            let message = "Its last year lies before its first.".to_owned();
            row.problem(Some("year_to"), message, "Put the two in order.");
        }
        let envelope = Envelope {
            series: series?,
            kind: kind?,
            from: from?,
            to: to?,
            money: money?,
            prices: prices?,
            inside: (!inside.is_empty()).then_some(inside),
            figure,
        };
        Some(((envelope.series.clone(), envelope.from, envelope.to), envelope))
    });
    check_inside(file, &rows, problems);
    rows.into_iter().map(|row| row.value).collect()
}

/// What an envelope lies inside is another one, which lies in none: else the sums have no bottom.
fn check_inside<K>(file: &str, rows: &[Kept<K, Envelope>], problems: &mut Problems) {
    let outer = rows.iter().map(|row| &row.value).filter(|one| one.inside.is_none());
    let outer: BTreeSet<&str> = outer.map(|one| one.series.as_str()).collect();
    for row in rows {
        let Some(inside) = &row.value.inside else { continue };
        if !outer.contains(inside.as_str()) {
            let message = "There is no such series that stands by itself.".to_owned();
            let advice = "Name the outermost series that holds this money.";
            let value = Some(inside.clone());
            problems.add_at_row(file, row.line, Some("inside"), value, message, advice);
        }
    }
}
