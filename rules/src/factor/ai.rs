//! What requests to language models are said to take, in energy, carbon and water.
//!
//! Statements of vendors about prompts of text: they say nothing of a model that reads images, whose
//! energy is that of its boards, their use and the cooling.

use super::rows::read_rows;
use super::{Figure, Missing};
use crate::fields::Problems;
use std::collections::BTreeMap;

/// The statements, by id.
#[derive(Clone, Debug, PartialEq)]
pub struct AiEnergy {
    /// Each with its unit.
    pub items: BTreeMap<String, Figure>,
}

impl AiEnergy {
    /// Finds a statement.
    ///
    /// # Errors
    /// [`Missing`], which names it.
    pub fn find(&self, id: &str) -> Result<&Figure, Missing> {
        self.items.get(id).ok_or_else(|| Missing(format!("nothing is stated of {id}")))
    }
}

/// The units in which something is stated.
const UNITS: [&str; 7] =
    ["Wh", "Wh/token", "Wh/token/billion parameters", "gCO2e", "mL", "kW", "count"];

pub(super) fn read(file: &str, text: &str, problems: &mut Problems) -> AiEnergy {
    let rows = read_rows(file, text, &["item"], problems, |row| {
        let id = row.id("item");
        let figure = row.figure(&UNITS)?;
        if figure.value < 0.0 {
            row.problem(
                Some("value"),
                "Nothing takes less than nothing.".to_owned(),
                "Correct it.",
            );
        }
        Some((id?, figure))
    });
    AiEnergy { items: rows.into_iter().map(|row| (row.key, row.value)).collect() }
}
