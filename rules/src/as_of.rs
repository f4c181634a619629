//! Days in rule files on which figures are said to have been looked at, and which are still to come.
//!
//! What such a day means is each file's. The rules know no clock: today is an argument.

use crate::fields::{Problems, item_path, parse_table};
use crate::problem::{Problem, Severity};
use crate::rulebook::RuleFile;
use chrono::NaiveDate;
use toml::{Table, Value};

const KEY: &str = "as_of";

/// A note for each `as_of` of a rule file that lies after `today`, at its line. Such a figure is used all
/// the same: a clock may be wrong.
#[must_use]
pub fn find_days_to_come(files: &[RuleFile<'_>], today: NaiveDate) -> Vec<Problem> {
    let mut notes = Vec::new();
    for file in files.iter().filter(|file| file.path.ends_with(".toml")) {
        let mut problems = Problems::default();
        // What is no TOML is told where the rules are read.
        let Some(table) = parse_table(file.path, file.text, &mut problems) else { continue };
        visit(&table, "", &mut |path, day| {
            if day > today {
                let message = format!("{day} lies after today, {today}.");
                let advice = "Give the day on which this was last looked at.";
                problems.add(file.path, path, Some(day.to_string()), message, advice);
            }
        });
        notes.extend(problems.into_vec());
    }
    for note in &mut notes {
        note.severity = Severity::Note;
    }
    notes
}

fn visit(table: &Table, path: &str, tell: &mut impl FnMut(&str, NaiveDate)) {
    for (key, value) in table {
        let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        match value {
            Value::Datetime(datetime) if key == KEY => {
                let day = datetime.date.and_then(|date| {
                    let [month, day] = [date.month, date.day].map(u32::from);
                    NaiveDate::from_ymd_opt(i32::from(date.year), month, day)
                });
                if let Some(day) = day {
                    tell(&path, day);
                }
            }
            Value::Table(inner) => visit(inner, &path, tell),
            Value::Array(items) => {
                for (at, item) in items.iter().enumerate() {
                    if let Value::Table(inner) = item {
                        visit(inner, &item_path(&path, inner, at), tell);
                    }
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_to_come_is_noted_at_its_line() {
        let text = "as_of = 2026-11-26\n[[measure]]\nid = \"a\"\nas_of = 2026-11-25\n\n\
                    [[measure]]\nid = \"b\"\nas_of = 2027-01-01\nin_force_from = 2030-01-01\n";
        let files = [RuleFile { path: "rules/measures.toml", text }];
        let today = NaiveDate::from_ymd_opt(2026, 11, 25).expect("a day");
        let notes: Vec<String> = find_days_to_come(&files, today)
            .iter()
            .map(|note| format!("{} {note}", note.severity))
            .collect();
        assert_eq!(
            notes,
            [
                "note rules/measures.toml:1, as_of, value \"2026-11-26\": 2026-11-26 lies after today, \
                 2026-11-25. Give the day on which this was last looked at.",
                "note rules/measures.toml:8, measure[b].as_of, value \"2027-01-01\": 2027-01-01 lies \
                 after today, 2026-11-25. Give the day on which this was last looked at.",
            ]
        );
    }
}
