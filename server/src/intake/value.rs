//! The text of a cell to a value of its measure: kind, unit, plausible limits.
//!
//! Whether two values agree with each other is `checks`.

use super::columns::parse_unit;
use super::date::parse_date;
use super::layout::fold;
use super::number::{Separators, parse_number, write_number};
use super::report::{Fault, code, find_nearest};
use siteworthy_rules::measure::{Dictionary, Kind, Measure};
use siteworthy_rules::observation::Value;
use siteworthy_rules::unit::Unit;

/// The longest text that is kept.
pub const MOST_CHARS: usize = 2_000;

/// Reads the value of any measure. `unit` is that of the column or row, where the file says.
pub fn read_value(
    text: &str,
    measure: &Measure,
    unit: Option<&Unit>,
    separators: Separators,
    dictionary: &Dictionary,
) -> Result<Value, Fault> {
    match &measure.kind {
        Kind::Quantity { .. } => {
            let number = read_quantity(text, measure, unit, separators, dictionary)?;
            check_range(number, measure).map(Value::Quantity)
        }
        Kind::Choice { choices, .. } => read_choice(text, choices).map(Value::Choice),
        Kind::Flag => read_flag(text).map(Value::Flag),
        Kind::Date => parse_date(text).map(Value::Date),
        Kind::Text => read_text(text).map(Value::Text),
    }
}

/// Reads a number in the measure's unit, whatever its size.
pub fn read_quantity(
    text: &str,
    measure: &Measure,
    unit: Option<&Unit>,
    separators: Separators,
    dictionary: &Dictionary,
) -> Result<f64, Fault> {
    let number = parse_number(text, separators)?;
    if number.unit.is_none() && unit.is_none() {
        return Ok(number.value);
    }
    let Kind::Quantity { unit: target, .. } = &measure.kind else {
        return Ok(number.value);
    };
    let beside = number.unit.map(|text| parse_unit(text, measure, dictionary)).transpose()?;
    if let (Some(beside), Some(above)) = (&beside, unit)
        && beside != above
    {
        return Err(Fault::refused(
            code::WRONG_UNIT,
            format!(
                "The unit beside the number is {}, but the column or row says {}.",
                beside.symbol(),
                above.symbol()
            ),
            "Write the unit in one place only.",
        ));
    }
    let from = beside.as_ref().or(unit).unwrap_or(target);
    Ok(from.convert(number.value, target).unwrap_or(f64::NAN))
}

/// Refuses a number outside the measure's plausible limits, and a part of what is counted whole.
pub fn check_range(number: f64, measure: &Measure) -> Result<f64, Fault> {
    let Kind::Quantity { unit, range, .. } = &measure.kind else {
        return Ok(number);
    };
    if (range.0..=range.1).contains(&number) {
        return check_whole(number, measure, unit);
    }
    Err(Fault::refused(
        code::IMPLAUSIBLE_VALUE,
        format!(
            "{} is {}, outside what is plausible: {} to {} {}.",
            measure.id,
            write_number(number),
            write_number(range.0),
            write_number(range.1),
            unit.symbol()
        ),
        "Check the value and its unit; if it is right, ask for a wider range.",
    ))
}

fn check_whole(number: f64, measure: &Measure, unit: &Unit) -> Result<f64, Fault> {
    if !unit.is_of_things() || number.fract() == 0.0 {
        return Ok(number);
    }
    let message =
        format!("{} is {}, and what it counts comes whole.", measure.id, write_number(number));
    Err(Fault::refused(code::NOT_WHOLE, message, "Write a whole number."))
}

fn read_choice(text: &str, choices: &[String]) -> Result<String, Fault> {
    let same = |choice: &&String| fold(choice) == fold(text);
    if let Some(choice) = choices.iter().find(same) {
        return Ok(choice.clone());
    }
    let list = choices.join(", ");
    let nearest = find_nearest(text, choices.iter().map(String::as_str));
    let advice = match nearest.filter(|_| text.len() > 3) {
        Some(nearest) => format!("If {nearest} is meant, write it so."),
        None => "Use one of the choices.".to_owned(),
    };
    let message = format!("This is not one of the choices: {list}.");
    Err(Fault::refused(code::UNKNOWN_CHOICE, message, advice))
}

fn read_flag(text: &str) -> Result<bool, Fault> {
    match text.to_lowercase().as_str() {
        "yes" | "y" | "true" | "1" => Ok(true),
        "no" | "n" | "false" | "0" => Ok(false),
        _ => Err(Fault::refused(
            code::NOT_A_FLAG,
            "This is neither yes nor no.",
            "Write yes or no, or leave the cell empty if it is not known.",
        )),
    }
}

fn read_text(text: &str) -> Result<String, Fault> {
    let length = text.chars().count();
    if length > MOST_CHARS {
        return Err(Fault::refused(
            code::TEXT_TOO_LONG,
            format!("This text has {length} characters; at most {MOST_CHARS} are kept."),
            "Shorten it.",
        ));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveDate;

    fn check(id: &str, unit: Option<&str>, text: &str, expected: Result<Value, &str>) {
        let dictionary = super::super::tests::dictionary();
        let (_, measure) = dictionary.find(id).expect("a measure");
        let unit = unit.map(|unit| Unit::parse(unit).expect("a unit"));
        let found = read_value(text, measure, unit.as_ref(), Separators::default(), &dictionary);
        assert_eq!(found.map_err(|fault| fault.code), expected, "{id} {text:?}");
    }

    #[test]
    fn values_are_read_by_the_kind_of_their_measure() {
        check("max-demand-kva", None, "1,200", Ok(Value::Quantity(1200.0)));
        check("generator-redundancy", None, "n+1", Ok(Value::Choice("N+1".to_owned())));
        check("dspt-status", None, "Not met", Ok(Value::Choice("not-met".to_owned())));
        check("ips-present", None, "Yes", Ok(Value::Flag(true)));
        let date = NaiveDate::from_ymd_opt(2030, 1, 31).expect("a date");
        check("support-end-date", None, "31/01/2030", Ok(Value::Date(date)));
        check("clinical-risk-category", None, "A", Ok(Value::Text("A".to_owned())));
    }

    #[test]
    fn units_of_one_dimension_convert_and_others_are_refused() {
        check("max-demand-kva", Some("MVA"), "1.2", Ok(Value::Quantity(1200.0)));
        check("max-demand-kva", None, "1.2 MVA", Ok(Value::Quantity(1200.0)));
        check("max-demand-kva", Some("MVA"), "1200 kVA", Err(code::WRONG_UNIT));
        check("max-demand-kva", None, "1200 kW", Err(code::WRONG_UNIT));
        check("max-demand-kva", None, "1200 bananas", Err(code::UNKNOWN_UNIT));
        check("led-coverage-percent", None, "45 %", Ok(Value::Quantity(45.0)));
        check("backlog-high-gbp", None, "£1,000", Ok(Value::Quantity(1000.0)));
    }

    #[test]
    fn what_is_outside_the_limits_or_the_list_is_refused() {
        check("led-coverage-percent", None, "100", Ok(Value::Quantity(100.0)));
        check("generator-sets-count", None, "2", Ok(Value::Quantity(2.0)));
        check("generator-sets-count", None, "2.5", Err(code::NOT_WHOLE));
        check("led-coverage-percent", None, "99.5", Ok(Value::Quantity(99.5)));
        check("led-coverage-percent", None, "100.1", Err(code::IMPLAUSIBLE_VALUE));
        check("led-coverage-percent", None, "-1", Err(code::IMPLAUSIBLE_VALUE));
        check("generator-redundancy", None, "some", Err(code::UNKNOWN_CHOICE));
        check("ips-present", None, "maybe", Err(code::NOT_A_FLAG));
        check("clinical-risk-category", None, &"x".repeat(2001), Err(code::TEXT_TOO_LONG));
    }
}
