//! What a tutorial's buttons do.

use axum::Router;

use crate::state::Shared;

pub(crate) fn routes() -> Router<Shared> {
    Router::new()
}
