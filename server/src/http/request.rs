//! What every request gets: an id, one line in the log, an answer even where the program fails, and the
//! view that it asks for.

use crate::app::App;
use crate::error::Error;
use crate::recall::{parse_day, view_as_of};
use crate::view::View;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web;
use actix_web::{HttpRequest, ResponseError};
use chrono::{NaiveDate, Utc};
use futures_util::FutureExt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;
use tracing::Instrument;
use uuid::Uuid;

/// The query parameter that asks for the record as it stood at the end of a day.
pub const AS_OF: &str = "asOf";

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Logs a request in one line, gives its answer the request's id, and turns a panic into an internal
/// error. What is logged on the way carries the id too.
pub async fn log(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let started = Instant::now();
    let id = Uuid::now_v7();
    let method = request.method().clone();
    let app = request.app_data::<web::Data<App>>().cloned();
    let span = tracing::info_span!("request", id = %id);
    let outcome = AssertUnwindSafe(next.call(request).instrument(span)).catch_unwind().await;
    // The request itself went down with the answer, so that an error is answered without it.
    let result = outcome
        .unwrap_or_else(|_| Err(Error::internal(format!("a bug stopped request {id}")).into()));
    let result = match result {
        Ok(response) => Ok(with_id(response.map_into_boxed_body(), id)),
        Err(error) => {
            let mut answer = error.error_response();
            set_id(answer.headers_mut(), id);
            Err(InternalError::from_response(error, answer))
        }
    };
    let (route, status) = match &result {
        Ok(response) => (response.request().match_pattern(), response.status()),
        Err(error) => (None, error.status_code()),
    };
    tracing::info!(
        http.route = route.as_deref().unwrap_or("none"),
        http.status = status.as_u16(),
        duration_ms = started.elapsed().as_millis(),
        revision = app.map(|app| app.view().facts.revision),
        request.id = %id,
        "{method}"
    );
    Ok(result?)
}

fn with_id(mut response: ServiceResponse<BoxBody>, id: Uuid) -> ServiceResponse<BoxBody> {
    set_id(response.headers_mut(), id);
    response
}

fn set_id(headers: &mut HeaderMap, id: Uuid) {
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        headers.insert(REQUEST_ID, value);
    }
}

/// The view that a request asks for: as the record stands, or as it stood at the end of the day `asOf`.
/// Every face of HTTP answers from it.
pub async fn view_of(request: &HttpRequest, app: &App) -> Result<Arc<View>, Error> {
    view_as_of(app, find_day(request.query_string())?, Utc::now().date_naive()).await
}

/// The day that a query string asks for.
fn find_day(query: &str) -> Result<Option<NaiveDate>, Error> {
    let pairs = web::Query::<Vec<(String, String)>>::from_query(query)
        .map_err(|error| Error::Invalid(format!("the address cannot be understood: {error}")))?;
    let mut day = None;
    for (name, value) in pairs.into_inner() {
        if name != AS_OF {
            // Passed over, it would be answered as of now without a word.
            if name.replace(['_', '-'], "").eq_ignore_ascii_case(AS_OF) {
                return Err(Error::Invalid(format!("write {AS_OF}, not {name}")));
            }
            continue;
        }
        if day.is_some() {
            return Err(Error::Invalid(format!("{AS_OF} is given twice")));
        }
        let parsed =
            parse_day(&value).map_err(|what| Error::Invalid(format!("{AS_OF}: {what}")))?;
        day = Some(parsed);
    }
    Ok(day)
}

#[cfg(test)]
mod tests {
    use super::find_day;

    #[test]
    fn a_day_is_written_in_one_way_only() {
        let found = |query: &str| find_day(query).map(|day| day.map(|day| day.to_string()));
        assert_eq!(found("").unwrap(), None);
        assert_eq!(found("nation=wales").unwrap(), None);
        assert_eq!(found("asOf=2026-03-31&x=1").unwrap().as_deref(), Some("2026-03-31"));
        for (query, words) in [
            ("asOf=", "asOf: \"\" is not a date; write it like 2026-03-31"),
            ("asOf=2026-3-1", "asOf: \"2026-3-1\" is not a date; write it like 2026-03-31"),
            ("asOf=2026-02-30", "asOf: \"2026-02-30\" is not a date; write it like 2026-03-31"),
            ("asOf=31/03/2026", "asOf: \"31/03/2026\" is not a date; write it like 2026-03-31"),
            ("as_of=2026-03-31", "write asOf, not as_of"),
            ("asof=2026-03-31", "write asOf, not asof"),
            ("asOf=2026-03-31&asOf=2026-03-31", "asOf is given twice"),
        ] {
            assert_eq!(found(query).unwrap_err().to_string(), words, "{query}");
        }
    }
}
