//! Allocating funding to organisations: checks it, enters it, and publishes before it answers, so that
//! the caller's next question sees it.

use crate::app::App;
use crate::error::Error;
use crate::publish::publish;
use crate::store::Allocation;
use chrono::{DateTime, Utc};
use siteworthy_rules::cost::Pence;
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

fn check(app: &App, allocations: &[Allocation]) -> Result<(), Error> {
    if allocations.is_empty() || allocations.len() > MAX_ALLOCATIONS {
        let message = format!("give 1 to {MAX_ALLOCATIONS} allocations at once");
        return Err(Error::Invalid(message));
    }
    let mut wrong = Vec::new();
    for allocation in allocations {
        let key = &allocation.key;
        let whose = format!("{} {} {}", key.organisation, key.year_from, key.money);
        if !YEARS.contains(&key.year_from) {
            let (first, last) = (YEARS.start(), YEARS.end());
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
    let unknown = allocations
        .iter()
        .map(|allocation| &allocation.key.organisation)
        .find(|code| view.organisations.find(code).is_none());
    match unknown {
        Some(code) => Err(Error::NotFound(format!("there is no organisation {code:?}"))),
        None => Ok(()),
    }
}
