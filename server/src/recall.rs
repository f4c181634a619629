//! Recalling: the view as the record stood at the end of a day (UTC), judged by the editions of the
//! rules that were in force then.
//!
//! The view of now is `publish`'s. Which surveys were part of the record then is the store's.

use crate::app::App;
use crate::error::Error;
use crate::view::View;
use crate::view::facts::Facts;
use chrono::NaiveDate;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// How many days are kept ready. A view of 100,000 sites takes some hundred megabytes.
const MOST_DAYS: usize = 3;

/// The views of the days that were asked for last, newest first.
#[derive(Debug, Default)]
pub struct Past {
    kept: Mutex<VecDeque<Kept>>,
    /// Held while a view is made: a map asks for all of its tiles at once, and the view is made once.
    making: tokio::sync::Mutex<()>,
}

/// One view of the past.
#[derive(Clone, Debug)]
struct Kept {
    view: Arc<View>,
    /// The revision of the record when it was last looked whether the day has got another change. A
    /// change that began just before midnight is written just after, and may come from another server.
    looked_at: i64,
}

impl Past {
    fn find(&self, day: NaiveDate) -> Option<Kept> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|kept| kept.view.facts.as_of == Some(day)).cloned()
    }

    fn keep(&self, new: Kept) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|kept| kept.view.facts.as_of != new.view.facts.as_of);
        kept.push_front(new);
        kept.truncate(MOST_DAYS);
    }
}

/// Reads a day as every face takes it.
///
/// # Errors
/// What is wrong with the text, in words.
pub fn parse_day(text: &str) -> Result<NaiveDate, String> {
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
    // The parser takes 2026-3-1 too, which is not how dates are written anywhere here.
    day.filter(|day| day.to_string() == text)
        .ok_or_else(|| format!("{text:?} is not a date; write it like 2026-03-31"))
}

/// The view as the record stood at the end of a day; as it stands now where no day is given, and where
/// the day is today, which has not ended.
///
/// # Errors
/// `Invalid` for a day in the future, and for one on which no technology had rules; `Unavailable` or
/// `Internal` where the record cannot be read.
pub async fn view_as_of(
    app: &App,
    day: Option<NaiveDate>,
    today: NaiveDate,
) -> Result<Arc<View>, Error> {
    let Some(day) = day.filter(|day| *day != today) else {
        return Ok(app.view());
    };
    if day > today {
        return Err(Error::Invalid(format!(
            "{day} lies in the future: the record is known up to today, {today} (UTC)"
        )));
    }
    if let Some(view) = find_current(app, day).await? {
        return Ok(view);
    }
    let _only_one = app.past().making.lock().await;
    if let Some(view) = find_current(app, day).await? {
        return Ok(view);
    }
    let rules = app.rules.on(day)?;
    let _turn = app.turn().await?;
    let looked_at = app.view().facts.revision;
    let record = app.store.load_record_as_of(day).await?;
    let work = move || View::assemble(Facts::of(record), Arc::new(rules));
    let view = tokio::task::spawn_blocking(work).await.map_err(Error::internal)?;
    let view = Arc::new(view);
    app.past().keep(Kept { view: Arc::clone(&view), looked_at });
    Ok(view)
}

/// The view of a day that is kept, where it still is what the record says.
async fn find_current(app: &App, day: NaiveDate) -> Result<Option<Arc<View>>, Error> {
    let Some(kept) = app.past().find(day) else { return Ok(None) };
    let now = app.view().facts.revision;
    if kept.looked_at == now {
        return Ok(Some(kept.view));
    }
    if app.store.revision_as_of(day).await? != kept.view.facts.revision {
        return Ok(None);
    }
    app.past().keep(Kept { view: Arc::clone(&kept.view), looked_at: now });
    Ok(Some(kept.view))
}
