//! Builds small estates for tests from values as a person writes them: `sti = 0.6`,
//! `dspt-status = "met"`, `ips-present = true`.

use siteworthy_rules::estate::{Estate, Source, code};
use siteworthy_rules::observation::{Method, Value};
use siteworthy_rules::place::SpaceKind;
use siteworthy_rules::rulebook::Rulebook;
use toml::Table;

/// A site with its spaces.
#[derive(Clone, Default)]
pub struct Site {
    /// Measures of the site by id.
    pub values: Table,
    /// Kinds and measures of its spaces.
    pub spaces: Vec<(SpaceKind, Table)>,
}

/// All sites in an estate, in order; everything was measured on one day.
pub fn estate(rulebook: &Rulebook, sites: &[Site]) -> Estate {
    let kinds: Vec<Vec<SpaceKind>> =
        sites.iter().map(|site| site.spaces.iter().map(|(kind, _)| *kind).collect()).collect();
    let mut estate = Estate::new(&rulebook.dictionary, kinds.iter().map(Vec::as_slice));
    for (row, site) in (0..).zip(sites) {
        set(rulebook, &mut estate, row, &site.values);
        let spaces = estate.spaces_of(row);
        for (row, (_, values)) in spaces.zip(&site.spaces) {
            set(rulebook, &mut estate, row, values);
        }
    }
    estate
}

fn set(rulebook: &Rulebook, estate: &mut Estate, row: u32, values: &Table) {
    for (id, value) in values {
        let (measure, _) =
            rulebook.dictionary.find(id).unwrap_or_else(|| panic!("{id} is no measure"));
        let value = read(value);
        let number = code(&rulebook.dictionary, measure, &value)
            .unwrap_or_else(|| panic!("{id} does not take {value:?}"));
        let source = Source {
            survey: 0,
            row: 2,
            column: 1,
            observed_on: "2026-03-01".parse().expect("a date"),
            method: Method::Measured,
        };
        estate.set(measure, row, number, source);
    }
}

fn read(value: &toml::Value) -> Value {
    match value {
        toml::Value::String(word) => Value::Choice(word.clone()),
        toml::Value::Boolean(flag) => Value::Flag(*flag),
        toml::Value::Float(number) => Value::Quantity(*number),
        toml::Value::Integer(number) => {
            Value::Quantity(f64::from(i32::try_from(*number).expect("a small number")))
        }
        other => panic!("{other} is no value"),
    }
}
