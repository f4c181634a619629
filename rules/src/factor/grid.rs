//! What a kWh of electricity emits, year by year: one path a question.

use super::rows::{Kept, check_whole, read_rows};
use super::{Average, CalendarYear, Crrem, Factor, Figure, Marginal, Missing, Pinned, Purpose};
use crate::fields::Problems;
use std::collections::BTreeMap;
use std::marker::PhantomData;

/// A path of one purpose.
#[derive(Clone, Debug, PartialEq)]
pub struct GridPath<P> {
    /// Its name and vintage, such as `crrem-2.05-uk`.
    pub id: String,
    /// By year, in kg of CO2 equivalent a kWh.
    pub years: BTreeMap<CalendarYear, Figure>,
    purpose: PhantomData<P>,
}

impl<P: Purpose> GridPath<P> {
    /// A path of these figures.
    #[must_use]
    pub const fn new(id: String, years: BTreeMap<CalendarYear, Figure>) -> Self {
        Self { id, years, purpose: PhantomData }
    }

    /// Which path this is.
    #[must_use]
    pub fn pinned(&self) -> Pinned {
        let published = self.years.values().map(|figure| figure.source_year).max();
        let published = published.map(|year| format!(", published in {year}")).unwrap_or_default();
        let vintage = format!("{}{published}", self.id);
        Pinned { set: "grid path", vintage, file: super::GRID }
    }

    /// The factor of a year.
    ///
    /// # Errors
    /// [`Missing`], which names path and year.
    pub fn factor(&self, year: CalendarYear) -> Result<Factor<P>, Missing> {
        let figure = self
            .years
            .get(&year)
            .ok_or_else(|| Missing(format!("the grid path {} has no factor of {year}", self.id)))?;
        Ok(Factor::new(figure.value))
    }
}

type Paths = (GridPath<Marginal>, GridPath<Average>, GridPath<Crrem>);

/// The purposes in the order of the paths that are read.
const PURPOSES: [&str; 3] = ["marginal", "average", "crrem"];

pub(super) fn read(file: &str, text: &str, problems: &mut Problems) -> Paths {
    let rows = read_rows(file, text, &["path", "purpose", "year"], problems, |row| {
        let id = row.text("path");
        let purpose = row.one_of("purpose", &PURPOSES);
        let year = row.year("year").map(CalendarYear);
        let figure = row.figure(&["kgCO2e/kWh"])?;
        if figure.value < 0.0 {
            row.problem(Some("value"), "A factor is not below zero.".to_owned(), "Correct it.");
        }
        let purpose = PURPOSES.iter().position(|known| Some(*known) == purpose.as_deref());
        Some(((purpose?, year?), (id?, figure)))
    });
    let mut paths = PURPOSES.map(|_| (String::new(), BTreeMap::new()));
    let mut lines = PURPOSES.map(|_| Vec::new());
    for Kept { line, key: (purpose, year), value: (id, figure) } in rows {
        let (name, years) = &mut paths[purpose];
        if !name.is_empty() && *name != id {
            let message =
                format!("There are two paths for {}: {name} and {id}.", PURPOSES[purpose]);
            problems.add_at_row(file, line, Some("path"), None, message, "Keep one.");
            continue;
        }
        *name = id;
        years.insert(year, figure);
        lines[purpose].push((year.0, line));
    }
    for ((name, _), (lines, purpose)) in paths.iter().zip(lines.into_iter().zip(PURPOSES)) {
        let what = if name.is_empty() { purpose } else { name };
        check_whole(file, &format!("The path {what}"), lines.into_iter(), problems);
    }
    let [marginal, average, crrem] = paths;
    (
        GridPath::new(marginal.0, marginal.1),
        GridPath::new(average.0, average.1),
        GridPath::new(crrem.0, crrem.1),
    )
}
