//! Text to date, day before month, and what is said about dates of observation.
//!
//! There is no clock: the day on which the file was received is an argument.

use super::report::{Fault, code};
use chrono::{Months, NaiveDate};

/// An observation older than this is kept with a warning.
pub const FRESH_MONTHS: u32 = 24;

/// Before this day there was no National Health Service; an earlier date is a slip.
const EARLIEST: NaiveDate = match NaiveDate::from_ymd_opt(1948, 7, 5) {
    Some(date) => date,
    None => NaiveDate::MIN,
};

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// Reads 2024-03-31, 31/03/2024, 31.03.2024, 31-03-2024 or 31 Mar 2024; a time of midnight behind
/// it is passed over, because spreadsheets write one.
pub fn parse_date(text: &str) -> Result<NaiveDate, Fault> {
    let text = text.trim();
    let day = ["T00:00:00", " 00:00:00", " 00:00"]
        .iter()
        .find_map(|midnight| text.strip_suffix(midnight))
        .unwrap_or(text);
    let parts: Vec<&str> = day.split(['-', '/', '.', ' ']).collect();
    let [first, second, third] = parts[..] else {
        return Err(not_a_date());
    };
    let (year, month, day) =
        if first.len() == 4 { (first, second, third) } else { (third, second, first) };
    if year.len() != 4 {
        return Err(not_a_date());
    }
    let (Some(year), Some(month), Some(day)) =
        (parse_digits(year), parse_month(month), parse_digits(day))
    else {
        return Err(not_a_date());
    };
    let found = i32::try_from(year).ok().and_then(|year| NaiveDate::from_ymd_opt(year, month, day));
    found.ok_or_else(|| {
        Fault::refused(
            code::NOT_A_DATE,
            match month {
                1..=12 => format!("Month {month} of {year} has no day {day}."),
                _ => format!("There is no month {month}."),
            },
            "Write the day before the month, as 31/03/2024, or the year first, as 2024-03-31.",
        )
    })
}

fn parse_digits(text: &str) -> Option<u32> {
    let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_plain.then(|| text.parse().ok()).flatten()
}

fn parse_month(text: &str) -> Option<u32> {
    parse_digits(text).or_else(|| {
        let name = text.to_ascii_lowercase();
        let found = (1..).zip(MONTHS).find(|(_, short)| name.starts_with(short))?;
        Some(found.0)
    })
}

fn not_a_date() -> Fault {
    Fault::refused(
        code::NOT_A_DATE,
        "This is not a date.",
        "Write it as 2024-03-31 or 31/03/2024, with all four digits of the year.",
    )
}

/// Reads the date of an observation, which cannot lie after its receipt.
pub fn parse_observed_on(text: &str, received_on: NaiveDate) -> Result<NaiveDate, Fault> {
    let date = parse_date(text)?;
    if date > received_on {
        return Err(Fault::refused(
            code::FUTURE_DATE,
            format!("This date lies after {received_on}, the day on which the file was received."),
            "Give the day on which the value was true; planned values are not observations.",
        ));
    }
    if date < EARLIEST {
        return Err(Fault::refused(
            code::NOT_A_DATE,
            format!("This date lies before {EARLIEST}, which is taken for a slip."),
            "Check the year.",
        ));
    }
    Ok(date)
}

/// What is said about an observation that is no longer fresh.
#[must_use]
pub fn check_freshness(date: NaiveDate, received_on: NaiveDate) -> Option<Fault> {
    is_stale(date, received_on).then(|| {
        Fault::warning(
            code::STALE_OBSERVATION,
            format!("This observation is more than {FRESH_MONTHS} months old."),
            "It is kept; measure again if the site has changed since.",
        )
    })
}

/// Whether an observation is older than [`FRESH_MONTHS`].
#[must_use]
pub fn is_stale(date: NaiveDate, received_on: NaiveDate) -> bool {
    received_on.checked_sub_months(Months::new(FRESH_MONTHS)).is_some_and(|limit| date < limit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).expect("a date")
    }

    #[test]
    fn dates_are_read_day_first_or_year_first() {
        for text in [
            "2024-03-31",
            "31/03/2024",
            "31/3/2024",
            "31.03.2024",
            "31-03-2024",
            "31 Mar 2024",
            "31-March-2024",
            "2024/03/31",
            "2024-03-31T00:00:00",
            "31/03/2024 00:00",
            " 2024-03-31 ",
        ] {
            assert_eq!(parse_date(text), Ok(day(2024, 3, 31)), "{text:?}");
        }
        assert_eq!(parse_date("03/04/2024"), Ok(day(2024, 4, 3)));
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "",
            "soon",
            "03/31/2024",
            "31/03/24",
            "2024-02-30",
            "2024",
            "45382",
            "2024-03",
            "1/2/3/2024",
            "+1/03/2024",
            "31/03/2024 14:30",
        ] {
            let code = parse_date(text).map_err(|fault| fault.code);
            assert_eq!(code, Err(code::NOT_A_DATE), "{text:?}");
        }
    }

    #[test]
    fn an_observation_is_neither_from_the_future_nor_from_before_the_service() {
        let received = day(2026, 11, 22);
        let code = |text| parse_observed_on(text, received).map_err(|fault| fault.code);
        assert_eq!(code("2026-11-22"), Ok(received));
        assert_eq!(code("2026-11-23"), Err(code::FUTURE_DATE));
        assert_eq!(code("1926-11-22"), Err(code::NOT_A_DATE));
    }

    #[test]
    fn freshness_ends_after_twenty_four_months() {
        let received = day(2026, 11, 22);
        assert!(!is_stale(day(2024, 11, 22), received));
        assert!(is_stale(day(2024, 11, 21), received));
    }

    proptest! {
        #[test]
        fn every_date_reads_back_in_both_forms(days in 0_i32..400_000) {
            let date = day(1600, 1, 1) + chrono::Days::new(u64::try_from(days).unwrap_or(0));
            prop_assert_eq!(parse_date(&date.format("%Y-%m-%d").to_string()), Ok(date));
            prop_assert_eq!(parse_date(&date.format("%d/%m/%Y").to_string()), Ok(date));
        }

        #[test]
        fn any_text_is_read_or_refused_without_panic(text in ".{0,16}") {
            let _ = parse_date(&text);
        }
    }
}
