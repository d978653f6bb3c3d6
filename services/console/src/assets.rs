//! The web files, and the page that all page routes share.

use axum::Router;

use crate::state::Shared;

pub(crate) fn routes() -> Router<Shared> {
    Router::new()
}
