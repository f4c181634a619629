//! What equipment costs in carbon before it is switched on and after it is done with, by item.

use super::Figure;
use super::rows::{Kept, read_rows};
use super::value::ESTIMATES;
use crate::cost::Estimate;
use crate::fields::{Fields, Problems};
use std::collections::BTreeMap;

/// One item, for one unit of it.
#[derive(Clone, Debug, PartialEq)]
pub struct EmbodiedItem {
    /// Its id, such as `air-source-heat-pump`.
    pub id: String,
    /// kg of CO2 equivalent for a unit; an estimate that no source gives is none, and never that of
    /// another.
    pub estimate: Estimate<Option<Figure>>,
    /// The unit, such as `kgCO2e/kW`.
    pub unit: String,
    /// The modules of EN 15978 that the figures hold, such as `A1-A3`.
    pub modules: String,
    /// Years in service, where the source says.
    pub life_years: Option<u32>,
}

/// Reads the id of an item under `embodied`, which must be in the unit; `misfit` says so where it is not.
/// Where the table itself could not be read, that is said there.
pub fn read_item(
    fields: &mut Fields<'_>,
    items: Option<&BTreeMap<String, EmbodiedItem>>,
    unit: Option<&str>,
    (misfit, advice): (&str, &str),
) -> Option<String> {
    let id = fields.text_if_any("embodied")?;
    let Some(item) = items?.get(&id) else {
        let advice = "Use an item of carbon/embodied.csv.";
        fields.problem("embodied", "There is no such item.", advice);
        return None;
    };
    if unit.is_some_and(|unit| unit != item.unit) {
        let message = format!("The item is in {}, and {misfit}.", item.unit);
        fields.problem("embodied", message, advice);
    }
    Some(id)
}

/// The units in which items are published.
const UNITS: [&str; 10] = [
    "kgCO2e",
    "kgCO2e/GPU",
    "kgCO2e/kg",
    "kgCO2e/kW",
    "kgCO2e/kVA",
    "kgCO2e/item",
    "kgCO2e/m",
    "kgCO2e/kWp",
    "kgCO2e/kWh",
    "kgCO2e/m2",
];

/// What a benchmark for a whole building is in.
const PER_AREA: &str = "kgCO2e/m2 GIA";

pub(super) fn read(
    file: &str,
    text: &str,
    problems: &mut Problems,
) -> BTreeMap<String, EmbodiedItem> {
    let units: Vec<&str> = UNITS.into_iter().chain([PER_AREA]).collect();
    let rows =
        read_rows(file, text, &["item", "estimate", "modules", "life_years"], problems, |row| {
            let id = row.id("item");
            let estimate = row.one_of("estimate", &ESTIMATES);
            let modules = row.text("modules");
            let life_years: Option<Option<u32>> =
                row.parsed_if_any("life_years", "a number of years");
            let figure = row.figure(&units)?;
            if figure.value < 0.0 {
                let message = "Embodied carbon is not below zero.".to_owned();
                row.problem(Some("value"), message, "Correct it.");
            }
            Some(((id?, estimate?), (modules?, life_years?, figure)))
        });
    let mut items: BTreeMap<String, EmbodiedItem> = BTreeMap::new();
    let mut lines: BTreeMap<String, u32> = BTreeMap::new();
    for Kept { line, key: (id, estimate), value: (modules, life_years, figure) } in rows {
        lines.entry(id.clone()).or_insert(line);
        let item = items.entry(id.clone()).or_insert_with(|| EmbodiedItem {
            id: id.clone(),
            estimate: Estimate { low: None, central: None, high: None },
            unit: figure.unit.clone(),
            modules: modules.clone(),
            life_years,
        });
        if (&item.unit, &item.modules, item.life_years) != (&figure.unit, &modules, life_years) {
            let message = format!("The estimates of {id} differ in unit, modules or life.");
            problems.add_at_row(file, line, None, None, message, "Give all of them alike.");
        }
        match estimate.as_str() {
            "low" => item.estimate.low = Some(figure),
            "central" => item.estimate.central = Some(figure),
            _ => item.estimate.high = Some(figure),
        }
    }
    for item in items.values() {
        let Estimate { low, central, high } = &item.estimate;
        let values = [low, central, high].map(|one| one.as_ref().map(|figure| figure.value));
        if !values.iter().flatten().is_sorted() {
            let message = format!("The estimates of {} do not rise from low to high.", item.id);
            let advice = "Put low below central below high.";
            problems.add_at_row(file, lines[&item.id], Some("value"), None, message, advice);
        }
    }
    items
}
