//! gobetween's REST API: configuration, counts and, with a token, changes.

mod read;
mod request;
mod write;

use axum::Router;
use axum::extract::FromRef;
use axum::routing::{get, post};
use prometheus::Registry;

use crate::balancer::Balancer;
use write::Token;

/// The handlers' shared state.
#[derive(Clone)]
struct Handles {
    balancer: Balancer,
    token: Token,
}

impl FromRef<Handles> for Balancer {
    fn from_ref(handles: &Handles) -> Self {
        handles.balancer.clone()
    }
}

impl FromRef<Handles> for Token {
    fn from_ref(handles: &Handles) -> Self {
        handles.token.clone()
    }
}

/// REST, `/metrics` and `/healthz`. Without a `token`, REST is read-only.
pub(crate) fn router(balancer: Balancer, token: Option<&str>, registry: Registry) -> Router {
    const DRAIN: &str = "/servers/{name}/backends/{host}/{port}/drain";
    Router::new()
        .route("/", get(read::root))
        .route("/ping", get(async || "OK"))
        .route("/servers", get(read::servers))
        .route("/servers/{name}", get(read::server).post(write::add).delete(write::remove))
        .route("/servers/{name}/stats", get(read::stats))
        .route(DRAIN, post(write::drain).delete(write::undrain))
        .with_state(Handles { balancer, token: Token::new(token) })
        .method_not_allowed_fallback(kit::problem::method_not_allowed)
        .merge(kit::endpoints::metrics_and_health(registry))
        .fallback(kit::problem::not_found)
}
