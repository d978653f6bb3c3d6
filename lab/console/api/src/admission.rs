//! Admission: which requests are handled, and the headers and error format of every response.
//!
//! The console listens on loopback, where any page in a local browser can send requests to it. A page of another site must
//! not read it through a host name of its own (DNS rebinding), and must not change anything (cross-site requests).

mod response;
mod token;

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::{Next, from_fn_with_state, map_response};
use axum::response::{IntoResponse, Response};
use http::header::{HOST, HeaderName, ORIGIN};
use http::{HeaderMap, Method, StatusCode};
use kit::problem::Problem;

pub(crate) use self::response::security_headers;
pub(crate) use self::token::Token;

/// Maximum size of a request body, in bytes.
const MAX_BODY: usize = 64 << 10;
const TOKEN: HeaderName = HeaderName::from_static("x-console-token");
const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The hosts and the token that requests must match.
#[derive(Clone, Debug)]
struct Admission {
    hosts: Arc<[String]>,
    token: Token,
}

/// What a request may do, by its method and path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Intent {
    /// GET and HEAD: browsers do not show the response to other origins.
    Read,
    /// A POST that only reads.
    Query,
    /// Any other request may change something.
    Change,
}

/// Rejects requests that are not admitted, and turns every error response, including the router's own, into a problem
/// document. `hosts` are the accepted values of `Host`.
pub(crate) fn protect(router: Router, hosts: Vec<String>, token: Token) -> Router {
    let admission = Admission { hosts: hosts.into(), token };
    router
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(from_fn_with_state(admission, admit))
        .layer(map_response(response::problem_document))
}

async fn admit(State(admission): State<Admission>, request: Request, next: Next) -> Response {
    match admission.check(&request) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

impl Admission {
    fn check(&self, request: &Request) -> Result<(), Problem> {
        let Some(host) = self.host(request) else {
            let detail = format!("the host must be {}", self.hosts.join(" or "));
            return Err(Problem::new(StatusCode::MISDIRECTED_REQUEST, detail));
        };
        let forbidden = |detail: &str| Err(Problem::new(StatusCode::FORBIDDEN, detail));
        let intent = Intent::of(request.method(), request.uri().path());
        let headers = request.headers();
        if intent != Intent::Read && !is_same_origin(headers, &host) {
            return forbidden("this request is allowed only from the console's own pages");
        }
        let has_token = headers.get(TOKEN).is_some_and(|value| self.token.matches(value.as_bytes()));
        if intent == Intent::Change && !has_token {
            return forbidden(
                "x-console-token must be the token of the console's page, which changes at each start; reload the page",
            );
        }
        Ok(())
    }

    /// The host of the request, if it is allowed. The authority and all `Host` headers must agree.
    fn host(&self, request: &Request) -> Option<String> {
        let header = request.headers().get_all(HOST).iter().map(|value| value.to_str().unwrap_or_default());
        let authority = request.uri().authority().map(http::uri::Authority::as_str);
        let mut hosts = authority.into_iter().chain(header).map(str::to_ascii_lowercase);
        let first = hosts.next()?;
        (self.hosts.contains(&first) && hosts.all(|other| other == first)).then_some(first)
    }
}

/// Whether a browser reports the console's own origin. Clients that are not browsers send none of these headers, and a
/// page cannot make them send a request.
fn is_same_origin(headers: &HeaderMap, host: &str) -> bool {
    let own = format!("http://{host}");
    let origins = headers.get_all(ORIGIN).iter().all(|origin| origin.as_bytes() == own.as_bytes());
    origins && headers.get_all(SITE).iter().all(|site| site == "same-origin")
}

impl Intent {
    fn of(method: &Method, path: &str) -> Self {
        let is_query = path.starts_with("/api/dashboards/") && path.ends_with("/data");
        match *method {
            Method::GET | Method::HEAD => Self::Read,
            Method::POST if is_query => Self::Query,
            _ => Self::Change,
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    const OWN: &str = "127.0.0.1:8000";

    /// The status of the refusal; `None` for an admitted request.
    fn refused(method: &str, uri: &str, headers: &[(&str, &str)]) -> Option<u16> {
        let admission = Admission {
            hosts: Arc::new([OWN.to_owned(), "localhost:8000".to_owned()]),
            token: Token::random(),
        };
        let mut request = Request::builder().method(method).uri(uri);
        for (name, value) in headers {
            request = request.header(*name, if *value == "TOKEN" { admission.token.text() } else { *value });
        }
        let checked = admission.check(&request.body(Body::empty()).unwrap());
        checked.err().map(|problem| problem.status.as_u16())
    }

    #[test]
    fn admits_only_the_configured_hosts() {
        assert_eq!(refused("GET", "/", &[("host", OWN)]), None);
        assert_eq!(refused("GET", "/", &[("host", "LOCALHOST:8000")]), None);
        assert_eq!(refused("GET", "http://127.0.0.1:8000/", &[]), None, "the authority of HTTP/2");
        for wrong in
            ["evil.example", "evil.example:8000", "127.0.0.1", "127.0.0.1:80", "127.0.0.1:8000.evil", ""]
        {
            assert_eq!(refused("GET", "/", &[("host", wrong)]), Some(421), "{wrong}");
        }
        assert_eq!(refused("GET", "/", &[]), Some(421), "no host");
        assert_eq!(refused("GET", "/", &[("host", OWN), ("host", "evil.example")]), Some(421), "two hosts");
        assert_eq!(
            refused("GET", "http://evil.example/", &[("host", OWN)]),
            Some(421),
            "authority and header differ"
        );
    }

    #[test]
    fn a_change_requires_the_token() {
        for method in ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "FROB"] {
            let change = |headers: &[(&str, &str)]| {
                refused(method, "/api/faults/errors", &[&[("host", OWN)], headers].concat())
            };
            assert_eq!(change(&[]), Some(403), "{method}");
            assert_eq!(change(&[("x-console-token", "")]), Some(403), "{method}");
            assert_eq!(change(&[("x-console-token", Token::random().text())]), Some(403), "{method}");
            assert_eq!(change(&[("x-console-token", "TOKEN")]), None, "{method}");
        }
    }

    #[test]
    fn a_change_from_another_origin_is_refused_even_with_the_token() {
        for (name, value, expected) in [
            ("origin", "http://127.0.0.1:8000", None),
            ("origin", "http://localhost:8000", Some(403)),
            ("origin", "http://127.0.0.1:3000", Some(403)),
            ("origin", "https://127.0.0.1:8000", Some(403)),
            ("origin", "http://evil.example", Some(403)),
            ("origin", "null", Some(403)),
            ("sec-fetch-site", "same-origin", None),
            ("sec-fetch-site", "same-site", Some(403)),
            ("sec-fetch-site", "cross-site", Some(403)),
            ("sec-fetch-site", "none", Some(403)),
        ] {
            let headers = [("host", OWN), ("x-console-token", "TOKEN"), (name, value)];
            assert_eq!(refused("POST", "/api/load", &headers), expected, "{name}: {value}");
        }
    }

    #[test]
    fn panel_data_requires_the_own_origin_but_no_token() {
        let path = "/api/dashboards/orders/data";
        assert_eq!(refused("POST", path, &[("host", OWN)]), None);
        assert_eq!(refused("POST", path, &[("host", OWN), ("sec-fetch-site", "cross-site")]), Some(403));
        assert_eq!(refused("DELETE", path, &[("host", OWN)]), Some(403));
    }
}
