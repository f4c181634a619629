//! What every request gets: an id, one line in the log, and an answer even where the program fails.

use crate::app::App;
use crate::error::Error;
use actix_web::ResponseError;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web;
use futures_util::FutureExt;
use std::panic::AssertUnwindSafe;
use std::time::Instant;
use tracing::Instrument;
use uuid::Uuid;

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
