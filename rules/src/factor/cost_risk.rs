//! How costs turn out otherwise than thought: optimism bias by kind of project, the level of prices in
//! a place, and how spending is spread over the years of a project.

use super::rows::{Kept, read_rows};
use super::{Figure, Missing};
use crate::fields::Problems;
use std::collections::BTreeMap;

/// Bias, places and spending.
#[derive(Clone, Debug, PartialEq)]
pub struct CostRisks {
    /// Per cent by kind of project, what is measured (`capital-expenditure`, `works-duration`,
    /// `operating-expenditure`) and bound (`upper`, `lower`).
    pub bias: BTreeMap<(String, String, String), Figure>,
    /// Prices relative to the mean of the UK, by place.
    pub locations: BTreeMap<String, Figure>,
    /// Shares of capital by year, for projects of so many years.
    pub spend: BTreeMap<u32, Vec<Figure>>,
}

impl CostRisks {
    /// Optimism bias of a kind of project, in per cent.
    ///
    /// # Errors
    /// [`Missing`], which names it.
    pub fn bias_percent(&self, project: &str, measure: &str, bound: &str) -> Result<f64, Missing> {
        let key = (project.to_owned(), measure.to_owned(), bound.to_owned());
        let figure = self.bias.get(&key).ok_or_else(|| {
            Missing(format!("there is no {bound} optimism bias of {measure} for {project}"))
        })?;
        Ok(figure.value)
    }

    /// Optimism bias of a mixture of kinds of project, each with its share of the cost, in per cent.
    ///
    /// # Errors
    /// [`Missing`] where one is missing, or the shares are not a whole.
    pub fn blended_bias_percent(
        &self,
        shares: &[(&str, f64)],
        measure: &str,
        bound: &str,
    ) -> Result<f64, Missing> {
        // From plus zero: the sum of no shares is written as 0, and not as -0.
        let whole = shares.iter().fold(0.0, |sum, (_, share)| sum + share);
        if let Some((project, share)) =
            shares.iter().find(|(_, share)| !(0.0..=1.0).contains(share))
        {
            return Err(Missing(format!("a share of {project} from 0 to 1, not {share}")));
        }
        if (whole - 1.0).abs() > 1e-9 {
            return Err(Missing(format!(
                "shares of kinds of project that add up to 1, not {whole}"
            )));
        }
        let of = |(project, share): &(&str, f64)| {
            Ok(self.bias_percent(project, measure, bound)? * share)
        };
        shares.iter().map(of).sum()
    }

    /// The level of prices in a place, relative to the mean of the UK.
    ///
    /// # Errors
    /// [`Missing`], with the places that there are.
    pub fn location(&self, place: &str) -> Result<f64, Missing> {
        let figure = self.locations.get(place).ok_or_else(|| {
            let known: Vec<&str> = self.locations.keys().map(String::as_str).collect();
            Missing(format!(
                "there is no location factor of {place}; there are {}",
                known.join(", ")
            ))
        })?;
        Ok(figure.value)
    }

    /// The shares of capital in each year of a project of so many years.
    ///
    /// # Errors
    /// [`Missing`] where no profile has that length.
    pub fn spend_shares(&self, years: u32) -> Result<Vec<f64>, Missing> {
        let shares = self
            .spend
            .get(&years)
            .ok_or_else(|| Missing(format!("there is no spend profile of {years} years")))?;
        Ok(shares.iter().map(|figure| figure.value).collect())
    }
}

/// Each bias has a lower bound and an upper one, in this order.
fn check_bounds(
    file: &str,
    rows: &[Kept<(String, String, String), Figure>],
    problems: &mut Problems,
) {
    // In order of key the lower bound comes first.
    for row in rows {
        let (project, measure, bound) = &row.key;
        let other = rows.iter().find(|other| {
            (&other.key.0, &other.key.1) == (project, measure) && other.key.2 != *bound
        });
        let Some(other) = other else {
            let message = format!("The optimism bias of {measure} for {project} has one bound.");
            let advice = "Give both lower and upper.";
            problems.add_at_row(file, row.line, Some("bound"), None, message, advice);
            continue;
        };
        if bound == "lower" && row.value.value > other.value.value {
            let message =
                format!("The optimism bias of {measure} for {project} has its bounds swapped.");
            let advice = "Put the lower bound below the upper one.";
            problems.add_at_row(file, row.line, Some("value"), None, message, advice);
        }
    }
}

/// Reads optimism bias, locations and spend profiles, in this order.
pub(super) fn read(
    [(bias_file, bias), (locations_file, locations), (spend_file, spend)]: [(&str, &str); 3],
    problems: &mut Problems,
) -> CostRisks {
    let own = ["project_type", "measure", "bound"];
    let bias = read_rows(bias_file, bias, &own, problems, |row| {
        let project = row.id("project_type");
        let measures = ["works-duration", "capital-expenditure", "operating-expenditure"];
        let measure = row.one_of("measure", &measures);
        let bound = row.one_of("bound", &["upper", "lower"]);
        let figure = row.figure(&["%"])?;
        if figure.value < 0.0 {
            let message = "Optimism bias is not below zero.".to_owned();
            row.problem(Some("value"), message, "Correct it.");
        }
        Some(((project?, measure?, bound?), figure))
    });
    check_bounds(bias_file, &bias, problems);
    let locations = read_rows(locations_file, locations, &["region"], problems, |row| {
        let region = row.id("region");
        let figure = row.figure(&["1"])?;
        if figure.value <= 0.0 {
            let message = "A level of prices is above zero.".to_owned();
            row.problem(Some("value"), message, "Give 1 for the mean of the UK.");
        }
        Some((region?, figure))
    });
    let rows = read_rows(spend_file, spend, &["duration_years", "year_index"], problems, |row| {
        let duration: Option<u32> = row.parsed("duration_years", "a number of years");
        let year: Option<u32> = row.parsed("year_index", "a number of years");
        let figure = row.figure(&["1"])?;
        if !(0.0..=1.0).contains(&figure.value) {
            let message = "A share lies from 0 to 1.".to_owned();
            row.problem(Some("value"), message, "Write 40 % as 0.4.");
        }
        Some(((duration?, year?), figure))
    });
    let mut spend: BTreeMap<u32, Vec<Figure>> = BTreeMap::new();
    let mut lines: BTreeMap<u32, u32> = BTreeMap::new();
    for Kept { line, key: (duration, year), value: figure } in rows {
        lines.insert(duration, line);
        let shares = spend.entry(duration).or_default();
        if shares.len() == year as usize {
            shares.push(figure);
        } else {
            let message = format!("The profile of {duration} years has no year {}.", shares.len());
            let advice = "Number its years from 0.";
            problems.add_at_row(spend_file, line, Some("year_index"), None, message, advice);
        }
    }
    for (duration, shares) in &spend {
        let sum: f64 = shares.iter().map(|figure| figure.value).sum();
        if (sum - 1.0).abs() > 1e-9 || shares.len() != *duration as usize {
            let message = format!(
                "The profile of {duration} years has {} shares, which add up to {sum}.",
                shares.len()
            );
            let advice = "Give a share for each year, and let them add up to 1.";
            problems.add_at_row(spend_file, lines[duration], Some("value"), None, message, advice);
        }
    }
    let by_key = |row: Kept<_, Figure>| (row.key, row.value);
    CostRisks {
        bias: bias.into_iter().map(by_key).collect(),
        locations: locations.into_iter().map(|row| (row.key, row.value)).collect(),
        spend,
    }
}
