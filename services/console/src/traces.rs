//! Traces, as Jaeger has them.

use axum::Router;

use crate::state::Shared;

pub(crate) fn routes() -> Router<Shared> {
    Router::new()
}
