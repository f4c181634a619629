//! `siteworthy serve`.

use super::{Ending, open};
use crate::app::App;
use crate::config::{Config, Listen};
use crate::error::Error;
use crate::{http, publish};
use std::sync::Arc;

/// Serves until SIGTERM.
pub async fn run(config: &Config, listen: Listen) -> Result<Ending, Error> {
    let app = open(config).await?;
    serve(app, listen).await
}

/// Serves an open application until SIGTERM, following changes that others make to the record.
pub async fn serve(app: Arc<App>, listen: Listen) -> Result<Ending, Error> {
    let server = http::start(Arc::clone(&app), listen.listen)?;
    let view = app.view();
    tracing::info!(
        revision = view.facts.revision,
        sites = view.sites().len(),
        "serving on http://{0}: the page is there, the explorer at http://{0}/graphiql; Ctrl-C ends it",
        server.address
    );
    drop(view);
    let follower = tokio::spawn(publish::follow(Arc::clone(&app)));
    server.run().await?;
    follower.abort();
    app.store.clone().close().await?;
    tracing::info!("stopped");
    Ok(Ending::Clean)
}
