//! Liveness and readiness, for whatever runs the service.

use crate::app::App;
use crate::error::Error;
use actix_web::{HttpResponse, web};
use serde_json::json;
use std::time::Duration;

/// How long the record is waited for: whatever asks gives up before long.
const PATIENCE: Duration = Duration::from_secs(2);

/// The process answers.
pub async fn is_alive() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "status": "alive" }))
}

/// The record answers, and a view is published.
pub async fn is_ready(app: web::Data<App>) -> Result<HttpResponse, Error> {
    let ping = tokio::time::timeout(PATIENCE, app.store.ping()).await;
    ping.map_err(|late| Error::Unavailable(late.into()))??;
    let view = app.view();
    Ok(HttpResponse::Ok().json(json!({
        "status": "ready",
        "revision": view.facts.revision,
        "rulebook": view.rulebook.hash,
        "sites": view.sites().len(),
    })))
}
