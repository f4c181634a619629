//! Allocating funding to organisations: checks it, enters it, and publishes before it answers, so that
//! the caller's next question sees it.

use crate::app::App;
use crate::error::Error;
use crate::publish::publish;
use crate::store::Allocation;
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use siteworthy_rules::cost::Pence;
use siteworthy_rules::factor::FinancialYear;
use std::collections::BTreeSet;
use std::ops::RangeInclusive;

/// The most allocations of one change.
pub const MAX_ALLOCATIONS: usize = 1_000;

/// The years in whose April a financial year may begin.
pub const YEARS: RangeInclusive<i32> = 2000..=2100;

/// The most of one allocation, a million million pounds: 92,000 of them add up within 63 bits.
pub const MAX_AMOUNT: Pence = Pence(100_000_000_000_000);

/// The longest note, in characters.
pub const MAX_NOTE: usize = 500;

/// Enters allocations, all or none; the new revision is returned.
///
/// # Errors
/// `Invalid` with everything that is wrong, `NotFound` where an organisation is not on record,
/// `Unavailable`, `Internal`.
pub async fn allocate(
    app: &App,
    allocations: &[Allocation],
    by: &str,
    at: DateTime<Utc>,
) -> Result<i64, Error> {
    check(app, allocations)?;
    let revision = app.store.allocate(allocations, by, at).await?;
    tracing::info!(revision, "funding: {} allocations", allocations.len());
    if let Err(error) = publish(app).await {
        // What was entered stands. The follower publishes it as soon as the record can be read again.
        crate::telemetry::log_error(&error);
    }
    Ok(revision)
}

/// Reads pounds as people write them: digits, also with a pound sign before them and commas between
/// groups of three.
///
/// # Errors
/// What is wrong, in words.
pub fn parse_pounds(text: &str) -> Result<Decimal, String> {
    let wrong = || {
        format!(
            "{text:?} is not an amount of pounds; write it in digits, such as 1500000, 1,500,000 or 0.50"
        )
    };
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let digits = unsigned.strip_prefix('£').unwrap_or(unsigned);
    let (whole, pence) = digits.split_once('.').unwrap_or((digits, "0"));
    let groups: Vec<&str> = whole.split(',').collect();
    let is_grouped = groups.len() == 1
        || ((1..=3).contains(&groups[0].len()) && groups[1..].iter().all(|group| group.len() == 3));
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !is_grouped || !groups.iter().all(|group| is_digits(group)) || !is_digits(pence) {
        return Err(wrong());
    }
    let plain: String = text.chars().filter(|letter| !matches!(letter, '£' | ',')).collect();
    plain.parse().map_err(|_| wrong())
}

/// Pounds with no more than two decimals, in pence.
///
/// # Errors
/// What is wrong, in words.
pub fn whole_pence(pounds: Decimal) -> Result<Pence, String> {
    let is_whole = pounds.round_dp(2) == pounds;
    Pence::from_pounds(pounds).filter(|_| is_whole).ok_or_else(|| {
        format!("{pounds} is not an amount of pounds and pence; write it like 1500000.50")
    })
}

fn check(app: &App, allocations: &[Allocation]) -> Result<(), Error> {
    if allocations.is_empty() || allocations.len() > MAX_ALLOCATIONS {
        let message = format!("give 1 to {MAX_ALLOCATIONS} allocations at once");
        return Err(Error::Invalid(message));
    }
    let mut wrong = Vec::new();
    for allocation in allocations {
        let key = &allocation.key;
        let year = FinancialYear(key.year_from);
        let whose = format!("{} {year} {}", key.organisation, key.money);
        if !YEARS.contains(&key.year_from) {
            let [first, last] = [YEARS.start(), YEARS.end()].map(|year| FinancialYear(*year));
            wrong.push(format!("{whose}: the year must be from {first} to {last}"));
        }
        if !(Pence(0)..=MAX_AMOUNT).contains(&allocation.amount) {
            let most = MAX_AMOUNT.pounds().normalize();
            wrong.push(format!("{whose}: the amount must be from 0 to {most} pounds"));
        }
        if allocation.note.chars().count() > MAX_NOTE {
            wrong.push(format!("{whose}: a note has at most {MAX_NOTE} characters"));
        }
    }
    if !wrong.is_empty() {
        return Err(Error::Invalid(wrong.join("; ")));
    }
    let view = app.view();
    let codes = allocations.iter().map(|allocation| allocation.key.organisation.as_str());
    let unknown: BTreeSet<&str> =
        codes.filter(|code| view.organisations.find(code).is_none()).collect();
    if unknown.is_empty() {
        return Ok(());
    }
    let unknown: Vec<String> = unknown.iter().map(|code| format!("{code:?}")).collect();
    Err(Error::NotFound(format!("there is no organisation {}", unknown.join(", "))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pounds_are_read_as_people_write_them() {
        for (text, pounds) in [
            ("1500000", "1500000"),
            ("1,500,000", "1500000"),
            ("£1,500,000.50", "1500000.50"),
            ("£0.50", "0.50"),
            ("0", "0"),
            ("-£5", "-5"),
        ] {
            assert_eq!(parse_pounds(text), Ok(pounds.parse().expect(text)), "{text}");
        }
        for text in [
            "",
            "£",
            "£1.5m",
            "1.5m",
            "15,00,000",
            "1500,000",
            "1,500,00",
            ",500",
            "1.",
            ".5",
            "1e6",
        ] {
            let error = parse_pounds(text).expect_err(text);
            assert_eq!(
                error,
                format!(
                    "{text:?} is not an amount of pounds; write it in digits, such as 1500000, \
                     1,500,000 or 0.50"
                )
            );
        }
    }
}
