//! Admission: the token that changes require, and the headers and error format of every response.
//!
//! [`kit::server::Edge`] refuses foreign hosts and cross-site requests before.

mod response;
mod token;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::{Next, from_fn_with_state, map_response};
use axum::response::{IntoResponse, Response};
use http::header::HeaderName;
use http::{Method, StatusCode};
use kit::problem::Problem;

pub(crate) use self::response::security_headers;
pub(crate) use self::token::Token;

/// Maximum size of a request body, in bytes.
const MAX_BODY: usize = 64 << 10;
const TOKEN: HeaderName = HeaderName::from_static("x-console-token");

/// Rejects changes without the token, and turns every error response, including the router's own, into a problem document.
pub(crate) fn protect(router: Router, token: Token) -> Router {
    router
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(from_fn_with_state(token, admit))
        .layer(map_response(response::problem_document))
}

async fn admit(State(token): State<Token>, request: Request, next: Next) -> Response {
    let sent = request.headers().get(TOKEN).map(http::HeaderValue::as_bytes);
    if may_change(request.method(), request.uri().path()) && !sent.is_some_and(|sent| token.matches(sent)) {
        let detail = "x-console-token must be the token of the console's page, which changes at each start; reload the page";
        return Problem::new(StatusCode::FORBIDDEN, detail).into_response();
    }
    next.run(request).await
}

/// Whether a request may change something. A POST for a panel's data only reads.
fn may_change(method: &Method, path: &str) -> bool {
    let is_query = path.starts_with("/api/dashboards/") && path.ends_with("/data");
    match *method {
        Method::GET | Method::HEAD | Method::OPTIONS => false,
        Method::POST => !is_query,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_other_method_may_change_something() {
        for method in ["POST", "PUT", "PATCH", "DELETE", "FROB"] {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            assert!(may_change(&method, "/api/faults/errors"), "{method}");
        }
        for method in [Method::GET, Method::HEAD, Method::OPTIONS] {
            assert!(!may_change(&method, "/api/faults/errors"), "{method}");
        }
    }

    #[test]
    fn panel_data_requires_no_token() {
        let path = "/api/dashboards/orders/data";
        assert!(!may_change(&Method::POST, path));
        assert!(may_change(&Method::DELETE, path));
    }
}
