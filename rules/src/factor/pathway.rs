//! The pathways of CRREM for the UK: what a building of a kind may emit and take for each square metre,
//! year by year.
//!
//! There is one class for all of health care: a hospital and a health centre are held to one curve.

use super::rows::{Kept, check_whole, read_rows};
use super::{CalendarYear, Figure, Missing, Pinned};
use crate::fields::Problems;
use crate::words::words;
use std::collections::BTreeMap;

words! {
    /// What a pathway limits.
    Metric {
        /// Emissions, in kg of CO2 equivalent for a square metre and year.
        CarbonIntensity = "carbon-intensity",
        /// Energy, in kWh for a square metre and year.
        EnergyIntensity = "energy-intensity",
    }
}

impl Metric {
    const fn unit(self) -> &'static str {
        match self {
            Self::CarbonIntensity => "kgCO2e/m2/yr",
            Self::EnergyIntensity => "kWh/m2/yr",
        }
    }
}

/// The name and vintage of the pathways, which every row of the file names too, so that an answer never
/// names another than it used.
pub const VINTAGE: &str = "CRREM Global Pathways v2.05";

/// Id of the kind of building that health care is.
pub const HEALTHCARE: &str = "healthcare";

/// All pathways.
#[derive(Clone, Debug, PartialEq)]
pub struct Pathways {
    /// By kind of building and metric.
    pub paths: BTreeMap<(String, Metric), BTreeMap<CalendarYear, Figure>>,
}

impl Pathways {
    /// Which pathways these are.
    #[must_use]
    pub fn pinned() -> Pinned {
        Pinned { set: "pathways", vintage: VINTAGE.to_owned(), file: super::PATHWAYS }
    }

    /// The limit of a year.
    ///
    /// # Errors
    /// [`Missing`], which names kind, metric and year.
    pub fn limit(&self, kind: &str, metric: Metric, year: CalendarYear) -> Result<f64, Missing> {
        let path = self
            .paths
            .get(&(kind.to_owned(), metric))
            .ok_or_else(|| Missing(format!("{VINTAGE} has no {metric} of {kind}")))?;
        let figure = path
            .get(&year)
            .ok_or_else(|| Missing(format!("{VINTAGE} has no {metric} of {kind} in {year}")))?;
        Ok(figure.value)
    }
}

pub(super) fn read(file: &str, text: &str, problems: &mut Problems) -> Pathways {
    let own = ["vintage", "property", "metric", "year"];
    let rows = read_rows(file, text, &own, problems, |row| {
        let vintage = row.text("vintage")?;
        if vintage != VINTAGE {
            let message = format!("Answers name {VINTAGE}, and this figure is of {vintage}.");
            row.problem(Some("vintage"), message, "Give figures of the vintage that is named.");
        }
        let kind = row.id("property");
        let metric: Option<Metric> = row.word("metric");
        let year = row.year("year").map(CalendarYear);
        let figure = row.figure(&[metric?.unit()])?;
        Some(((kind?, metric?, year?), figure))
    });
    let mut paths: BTreeMap<(String, Metric), BTreeMap<CalendarYear, Figure>> = BTreeMap::new();
    let mut lines: BTreeMap<(String, Metric), Vec<(i32, u32)>> = BTreeMap::new();
    for Kept { line, key: (kind, metric, year), value: figure } in rows {
        lines.entry((kind.clone(), metric)).or_default().push((year.0, line));
        paths.entry((kind, metric)).or_default().insert(year, figure);
    }
    for ((kind, metric), lines) in lines {
        let what = format!("The pathway of {kind}, {metric},");
        check_whole(file, &what, lines.into_iter(), problems);
    }
    Pathways { paths }
}
