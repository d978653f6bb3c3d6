//! REST, as gobetween's: what is configured, what is counted, and with a token, changes.

mod token;
mod view;
mod write;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use kit::problem::Problem;
use prometheus::Registry;

use crate::balancer::Balancer;
use token::Token;
use view::Pretty;

#[derive(Clone)]
struct Rest {
    balancer: Balancer,
    token: Token,
}

/// REST, `/metrics` and `/healthz`.
pub(crate) fn router(balancer: Balancer, token: Option<&str>, registry: Registry) -> Router {
    const DRAIN: &str = "/servers/{name}/backends/{host}/{port}/drain";
    Router::new()
        .route("/", get(root))
        .route("/ping", get(async || "OK"))
        .route("/servers", get(servers))
        .route("/servers/{name}", get(server).post(write::add).delete(write::remove))
        .route("/servers/{name}/stats", get(stats))
        .route(DRAIN, post(write::drain).delete(write::undrain))
        .with_state(Rest { balancer, token: Token::new(token) })
        .method_not_allowed_fallback(kit::problem::method_not_allowed)
        .merge(kit::endpoints::metrics_and_health(registry))
        .fallback(kit::problem::not_found)
}

async fn root(State(rest): State<Rest>) -> Response {
    Pretty(view::Root::of(&rest.balancer)).into_response()
}

async fn servers(State(rest): State<Rest>) -> Response {
    Pretty(view::servers(&rest.balancer)).into_response()
}

async fn server(State(rest): State<Rest>, Path(name): Path<String>) -> Response {
    match rest.balancer.get(&name) {
        Some(server) => Pretty(&*server.config()).into_response(),
        None => no_server(&name).into_response(),
    }
}

async fn stats(State(rest): State<Rest>, Path(name): Path<String>) -> Response {
    match rest.balancer.get(&name) {
        Some(server) => Pretty(view::ServerStats::of(&server)).into_response(),
        None => no_server(&name).into_response(),
    }
}

fn no_server(name: &str) -> Problem {
    Problem::new(StatusCode::NOT_FOUND, format!("there is no server {name}"))
}
