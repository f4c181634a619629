//! How the future is discounted: schedules whose rate falls with the distance, in vintages.

use super::rows::{Kept, read_rows};
use super::{Figure, Missing, Pinned};
use crate::fields::Problems;
use std::collections::BTreeMap;

/// The schedule of most questions.
pub const STANDARD: &str = "standard";

/// The vintage in force.
pub const IN_FORCE: &str = "green-book-2026";

/// One step of a schedule.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The first year to which its rate applies, counted from the base year.
    pub index_from: u32,
    /// The last; none for all that follow.
    pub index_to: Option<u32>,
    /// The rate a year, real.
    pub rate: Figure,
}

/// One schedule of one vintage.
#[derive(Clone, Debug, PartialEq)]
pub struct DiscountSchedule {
    /// Its vintage and name, such as `green-book-2026 standard`.
    pub id: String,
    /// Its steps, in order.
    pub steps: Vec<Step>,
}

impl DiscountSchedule {
    /// Which schedule this is.
    #[must_use]
    pub fn pinned(&self) -> Pinned {
        Pinned { set: "discount schedule", vintage: self.id.clone(), file: super::DISCOUNT }
    }

    /// What one pound of a year is worth in the base year: the product of 1 / (1 + rate) over all years
    /// up to it. The base year is not discounted, and the factor of year 31 is that of year 30 by one
    /// more step, never a power of the new rate (HM Treasury Green Book 2026, 6.54).
    #[must_use]
    pub fn factor(&self, index: u32) -> f64 {
        (1..=index).map(|year| 1.0 / (1.0 + self.rate(year))).product()
    }

    fn rate(&self, index: u32) -> f64 {
        let step = self.steps.iter().rfind(|step| step.index_from <= index);
        step.map_or(0.0, |step| step.rate.value)
    }
}

/// All schedules.
#[derive(Clone, Debug, PartialEq)]
pub struct DiscountSchedules {
    /// By vintage and name.
    pub schedules: BTreeMap<(String, String), DiscountSchedule>,
}

impl DiscountSchedules {
    /// The schedule of a vintage and name.
    ///
    /// # Errors
    /// [`Missing`], with those that there are.
    pub fn of(&self, vintage: &str, name: &str) -> Result<&DiscountSchedule, Missing> {
        self.schedules.get(&(vintage.to_owned(), name.to_owned())).ok_or_else(|| {
            let known: Vec<&str> = self.schedules.values().map(|one| one.id.as_str()).collect();
            let known = known.join(", ");
            Missing(format!("there is no discount schedule {vintage} {name}; there are {known}"))
        })
    }
}

pub(super) fn read(file: &str, text: &str, problems: &mut Problems) -> DiscountSchedules {
    let own = ["vintage", "schedule", "index_from", "index_to"];
    let rows = read_rows(file, text, &own, problems, |row| {
        let vintage = row.id("vintage");
        let schedule = row.id("schedule");
        let index_from: Option<u32> = row.parsed("index_from", "a number of years");
        let index_to: Option<Option<u32>> = row.parsed_if_any("index_to", "a number of years");
        let rate = row.figure(&["1/year"])?;
        if !(0.0..1.0).contains(&rate.value) {
            let message = "A discount rate lies from 0 to below 1.".to_owned();
            row.problem(Some("value"), message, "Write 3.5 % as 0.035.");
        }
        let step = Step { index_from: index_from?, index_to: index_to?, rate };
        Some(((vintage?, schedule?, step.index_from), step))
    });
    let mut schedules: BTreeMap<(String, String), DiscountSchedule> = BTreeMap::new();
    let mut lines: BTreeMap<(String, String), Vec<u32>> = BTreeMap::new();
    for Kept { line, key: (vintage, name, _), value: step } in rows {
        let id = format!("{vintage} {name}");
        let key = (vintage, name);
        lines.entry(key.clone()).or_default().push(line);
        let schedule =
            schedules.entry(key).or_insert_with(|| DiscountSchedule { id, steps: Vec::new() });
        schedule.steps.push(step);
    }
    for (key, schedule) in &schedules {
        check_steps(file, schedule, &lines[key], problems);
    }
    DiscountSchedules { schedules }
}

/// Steps follow each other without a gap or an overlap, from 0 and without end. Each has its row.
fn check_steps(file: &str, schedule: &DiscountSchedule, lines: &[u32], problems: &mut Problems) {
    let mut next = Some(0);
    for (step, line) in schedule.steps.iter().zip(lines) {
        let message = match next {
            Some(next) if step.index_from == next => {
                let is_backward = step.index_to.is_some_and(|to| to < step.index_from);
                is_backward.then(|| format!("the step from {next} ends before it begins"))
            }
            Some(next) if step.index_from > next => {
                Some(format!("no step holds from {next} to {}", step.index_from - 1))
            }
            _ => Some(format!("two steps hold for {}", step.index_from)),
        };
        if let Some(message) = message {
            let message = format!("In the schedule {} {message}.", schedule.id);
            let advice = "Let each step begin where the last one ended.";
            problems.add_at_row(file, *line, Some("index_from"), None, message, advice);
        }
        next = step.index_to.map(|to| to.saturating_add(1));
    }
    if let (Some(_), Some(line)) = (next, lines.last()) {
        let message = format!("The schedule {} has an end.", schedule.id);
        let advice = "Leave index_to of the last step empty.";
        problems.add_at_row(file, *line, Some("index_to"), None, message, advice);
    }
}
