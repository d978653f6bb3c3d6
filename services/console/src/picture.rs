//! The live map of the lab.

use axum::Router;

use crate::state::Shared;

/// What this module remembers.
#[derive(Debug, Default)]
pub(crate) struct Picture;
pub(crate) fn routes() -> Router<Shared> {
    Router::new()
}

/// Runs until shutdown.
pub(crate) async fn run(console: Shared) {
    console.shutdown.cancelled().await;
}
