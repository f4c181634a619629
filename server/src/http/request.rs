//! What every request gets: an id, one line in the log, and an answer even where the program fails.

use crate::app::App;
use crate::error::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web;
use futures_util::FutureExt;
use std::panic::AssertUnwindSafe;
use std::time::Instant;
use uuid::Uuid;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Logs a request in one line, and turns a panic into an internal error that names the request.
pub async fn log(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let started = Instant::now();
    let id = Uuid::now_v7();
    let method = request.method().clone();
    let app = request.app_data::<web::Data<App>>().cloned();
    let outcome = AssertUnwindSafe(next.call(request)).catch_unwind().await;
    let result = outcome.unwrap_or_else(|_| {
        let error = Error::internal(format!("a bug stopped request {id}"));
        Err(error.into())
    });
    let status = match &result {
        Ok(response) => response.status(),
        Err(error) => error.as_response_error().status_code(),
    };
    let route = match &result {
        Ok(response) => response.request().match_pattern(),
        Err(_) => None,
    };
    tracing::info!(
        http.route = route.as_deref().unwrap_or("none"),
        http.status = status.as_u16(),
        duration_ms = started.elapsed().as_millis(),
        revision = app.map(|app| app.view().facts.revision),
        request.id = %id,
        "{method}"
    );
    let mut response = result?;
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    Ok(response)
}
