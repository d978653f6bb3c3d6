//! Which requests are answered at all.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{HOST, HeaderName, ORIGIN};
use http::{HeaderMap, Method, StatusCode};
use kit::problem::Problem;

use super::Token;
use crate::state::Shared;

const TOKEN: HeaderName = HeaderName::from_static("x-console-token");
const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// What a request wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Intent {
    /// GET and HEAD: browsers keep the answer from pages of others.
    Read,
    /// Reads too, with a body.
    Query,
    /// All else may change something.
    Change,
}

pub(super) async fn admit(State(console): State<Shared>, request: Request, next: Next) -> Response {
    match refusal(&request, &console.config.console_hosts, &console.token) {
        Some(problem) => problem.into_response(),
        None => next.run(request).await,
    }
}

fn refusal(request: &Request, allowed: &[String], token: &Token) -> Option<Problem> {
    let Some(host) = host(request, allowed) else {
        let detail = format!("this console is asked as {}", allowed.join(" or "));
        return Some(Problem::new(StatusCode::MISDIRECTED_REQUEST, detail));
    };
    let refused = |detail: &str| Some(Problem::new(StatusCode::FORBIDDEN, detail));
    let intent = Intent::of(request.method(), request.uri().path());
    let headers = request.headers();
    if intent != Intent::Read && !same_origin(headers, &host) {
        return refused("only pages of this console may ask this");
    }
    let shown = headers.get(TOKEN).is_some_and(|shown| token.is(shown.as_bytes()));
    if intent == Intent::Change && !shown {
        return refused(
            "x-console-token must be that of the console's page, which changes when it starts anew",
        );
    }
    None
}

/// The one host that the request names, wherever it does, if it is allowed.
fn host(request: &Request, allowed: &[String]) -> Option<String> {
    let header = request.headers().get_all(HOST).iter().map(|value| value.to_str().unwrap_or_default());
    let named = request.uri().authority().map(http::uri::Authority::as_str);
    let mut hosts = named.into_iter().chain(header).map(str::to_ascii_lowercase);
    let first = hosts.next()?;
    (allowed.contains(&first) && hosts.all(|other| other == first)).then_some(first)
}

/// What a browser says of the page that asks. Programs say nothing, and cannot be tricked into asking.
fn same_origin(headers: &HeaderMap, host: &str) -> bool {
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

    fn status(method: &str, uri: &str, headers: &[(&str, &str)]) -> Option<u16> {
        let token = Token::random();
        let mut request = Request::builder().method(method).uri(uri);
        for (name, value) in headers {
            request = request.header(*name, if *value == "TOKEN" { token.text() } else { *value });
        }
        let allowed = [OWN.to_owned(), "localhost:8000".to_owned()];
        refusal(&request.body(Body::empty()).unwrap(), &allowed, &token).map(|it| it.status.as_u16())
    }

    #[test]
    fn only_the_consoles_own_names_are_answered() {
        assert_eq!(status("GET", "/", &[("host", OWN)]), None);
        assert_eq!(status("GET", "/", &[("host", "LOCALHOST:8000")]), None);
        assert_eq!(status("GET", "http://127.0.0.1:8000/", &[]), None, "as HTTP/2 has it");
        for wrong in
            ["evil.example", "evil.example:8000", "127.0.0.1", "127.0.0.1:80", "127.0.0.1:8000.evil", ""]
        {
            assert_eq!(status("GET", "/", &[("host", wrong)]), Some(421), "{wrong}");
        }
        assert_eq!(status("GET", "/", &[]), Some(421), "none at all");
        assert_eq!(status("GET", "/", &[("host", OWN), ("host", "evil.example")]), Some(421), "two");
        assert_eq!(status("GET", "http://evil.example/", &[("host", OWN)]), Some(421), "two places");
    }

    #[test]
    fn a_change_needs_the_token() {
        for method in ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "FROB"] {
            let change = |headers: &[(&str, &str)]| {
                status(method, "/api/faults/errors", &[&[("host", OWN)], headers].concat())
            };
            assert_eq!(change(&[]), Some(403), "{method}");
            assert_eq!(change(&[("x-console-token", "")]), Some(403), "{method}");
            assert_eq!(change(&[("x-console-token", Token::random().text())]), Some(403), "{method}");
            assert_eq!(change(&[("x-console-token", "TOKEN")]), None, "{method}");
        }
    }

    #[test]
    fn a_page_of_another_origin_changes_nothing_even_with_the_token() {
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
            assert_eq!(status("POST", "/api/load", &headers), expected, "{name}: {value}");
        }
    }

    #[test]
    fn panels_data_is_read_without_token_but_not_by_pages_of_others() {
        let path = "/api/dashboards/orders/data";
        assert_eq!(status("POST", path, &[("host", OWN)]), None);
        assert_eq!(status("POST", path, &[("host", OWN), ("sec-fetch-site", "cross-site")]), Some(403));
        assert_eq!(status("DELETE", path, &[("host", OWN)]), Some(403));
    }
}
