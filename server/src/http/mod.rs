//! HTTP: every route on one page, and what all of them share: limits, logs, errors.
//!
//! Structure goes over GraphQL, bytes over plain routes; both read the same view and call the same
//! verbs.

pub mod assets;
mod downloads;
mod fault;
mod graphql;
mod health;
mod request;
mod spool;
mod surveys;
mod tiles;

use crate::api;
use crate::app::App;
use crate::error::Error;
use actix_web::middleware::{Compress, from_fn};
use actix_web::{App as Service, HttpServer, web};
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

/// The largest body of a GraphQL request without files: 1 MiB.
const MAX_QUERY_BYTES: usize = 1024 * 1024;

/// How long requests in flight may take to finish after SIGTERM, in seconds.
const SHUTDOWN_SECONDS: u64 = 30;

/// The header that a multipart request must carry. Browsers send a multipart form to another site
/// without asking, but ask first where a header of this kind is set.
pub const PREFLIGHT_HEADER: &str = "x-siteworthy";

/// Every route.
fn routes(service: &mut web::ServiceConfig) {
    service
        .route("/graphql", web::post().to(graphql::answer))
        .route("/surveys", web::post().to(surveys::receive))
        .route("/surveys/{id}/original", web::get().to(downloads::original))
        .route("/tiles/{technology}.json", web::get().to(tiles::describe))
        .route("/tiles/{technology}/{z}/{x}/{y}.mvt", web::get().to(tiles::draw))
        .route("/sites.geojson", web::get().to(downloads::sites))
        .route("/reports/investment-gap.csv", web::get().to(downloads::gap_csv))
        .route("/reports/investment-gap.json", web::get().to(downloads::gap_json))
        .route("/reports/investment-gap.xlsx", web::get().to(downloads::gap_workbook))
        .route("/healthz", web::get().to(health::is_alive))
        .route("/readyz", web::get().to(health::is_ready))
        .default_service(web::to(assets::serve));
}

/// A service that listens.
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    server: actix_web::dev::Server,
}

/// Starts to listen.
///
/// # Errors
/// `Invalid` where the address cannot be used.
pub fn start(app: Arc<App>, listen: SocketAddr) -> Result<Server, Error> {
    let unusable =
        |error: std::io::Error| Error::Invalid(format!("cannot listen on {listen}: {error}"));
    let listener = TcpListener::bind(listen).map_err(unusable)?;
    let address = listener.local_addr().map_err(unusable)?;
    let schema = api::build(Arc::clone(&app));
    let server = HttpServer::new(move || {
        Service::new()
            .wrap(Compress::default())
            .wrap(from_fn(request::log))
            .app_data(web::Data::from(Arc::clone(&app)))
            .app_data(web::Data::new(schema.clone()))
            .app_data(web::PayloadConfig::new(MAX_QUERY_BYTES))
            .app_data(web::PathConfig::default().error_handler(|error, _| {
                Error::NotFound(format!("there is nothing at this address: {error}")).into()
            }))
            .configure(routes)
    })
    .shutdown_timeout(SHUTDOWN_SECONDS)
    .listen(listener)
    .map_err(unusable)?
    .run();
    Ok(Server { address, server })
}

impl Server {
    /// Serves until SIGTERM or SIGINT; requests in flight are finished.
    ///
    /// # Errors
    /// `Internal` where the server fails.
    pub async fn run(self) -> Result<(), Error> {
        self.server.await.map_err(Error::internal)
    }
}
