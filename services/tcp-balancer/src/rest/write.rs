//! `POST` and `DELETE`: changes, which require the token.

use std::io;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use kit::problem::Problem;

use super::read::{Pretty, no_server};
use super::request::{Body, Segments};
use crate::balancer::{Balancer, ChangeError};
use crate::config::{Server, Target, TargetError};
use crate::shortage::Shortage;

/// The bearer token that authorizes changes. Without one, changes are forbidden.
#[derive(Clone)]
pub(super) struct Token(Option<Box<[u8]>>);

/// A successful change returns `null`, as in gobetween.
type Change = Result<Pretty<()>, Problem>;

/// Server name, backend host and backend port.
type BackendPath = (String, String, String);

/// `POST /servers/NAME`: adds a server.
pub(super) async fn add(
    State(balancer): State<Balancer>,
    State(token): State<Token>,
    Segments(name): Segments<String>,
    headers: HeaderMap,
    Body(body): Body,
) -> Change {
    token.authorize(&headers)?;
    kit::text::check(&name)
        .map_err(|reason| Problem::new(StatusCode::BAD_REQUEST, format!("the server's name {reason}")))?;
    let config = serde_json::from_slice::<Server>(&body)
        .map_err(|error| Problem::new(StatusCode::BAD_REQUEST, error.to_string()))?;
    let added = balancer.add(name, config).await;
    added.map_err(|error| Problem::new(status(&error), format!("{:#}", anyhow::Error::from(error))))?;
    Ok(Pretty(()))
}

/// Whether the request, another server or the system is the cause.
fn status(error: &ChangeError) -> StatusCode {
    match error {
        ChangeError::Exists(_) => StatusCode::CONFLICT,
        ChangeError::Resolve { source, .. } if Shortage::of(source).is_none() => StatusCode::BAD_REQUEST,
        ChangeError::Listen { source, .. } => match source.kind() {
            io::ErrorKind::AddrInUse => StatusCode::CONFLICT,
            // No interface of this machine has the address.
            io::ErrorKind::AddrNotAvailable | io::ErrorKind::InvalidInput => StatusCode::BAD_REQUEST,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        },
        ChangeError::ShuttingDown => StatusCode::SERVICE_UNAVAILABLE,
        ChangeError::Resolve { .. } | ChangeError::File(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// `DELETE /servers/NAME`: removes a server and closes its connections.
pub(super) async fn remove(
    State(balancer): State<Balancer>,
    State(token): State<Token>,
    Segments(name): Segments<String>,
    headers: HeaderMap,
) -> Change {
    token.authorize(&headers)?;
    if balancer.remove(&name).await { Ok(Pretty(())) } else { Err(no_server(&name)) }
}

/// `POST /servers/NAME/backends/HOST/PORT/drain`: stops new connections to a backend.
pub(super) async fn drain(
    State(balancer): State<Balancer>,
    State(token): State<Token>,
    Segments(path): Segments<BackendPath>,
    headers: HeaderMap,
) -> Change {
    token.authorize(&headers)?;
    set_draining(&balancer, path, true)
}

/// `DELETE /servers/NAME/backends/HOST/PORT/drain`: allows new connections again.
pub(super) async fn undrain(
    State(balancer): State<Balancer>,
    State(token): State<Token>,
    Segments(path): Segments<BackendPath>,
    headers: HeaderMap,
) -> Change {
    token.authorize(&headers)?;
    set_draining(&balancer, path, false)
}

fn set_draining(balancer: &Balancer, (name, host, port): BackendPath, is_draining: bool) -> Change {
    let server = balancer.get(&name).ok_or_else(|| no_server(&name))?;
    let target =
        target(&host, &port).map_err(|error| Problem::new(StatusCode::BAD_REQUEST, error.to_string()))?;
    if !server.pool.set_draining(&target, is_draining) {
        return Err(Problem::new(StatusCode::NOT_FOUND, format!("server {name} has no backend {target}")));
    }
    tracing::info!(server = name, backend = %target, draining = is_draining, "drain status changed");
    Ok(Pretty(()))
}

/// The target of a path, in which the brackets of an IPv6 address are optional.
fn target(host: &str, port: &str) -> Result<Target, TargetError> {
    // Not only addresses that the standard library parses: `fe80::1%eth0` has a zone.
    let is_bare_address = host.contains(':') && !host.starts_with('[');
    if is_bare_address { format!("[{host}]:{port}").parse() } else { format!("{host}:{port}").parse() }
}

impl Token {
    pub(super) fn new(token: Option<&str>) -> Self {
        // A request without a token would have an empty one.
        Self(token.filter(|token| !token.is_empty()).map(|token| token.as_bytes().into()))
    }

    /// Checks a request's `Authorization` header.
    ///
    /// # Errors
    ///
    /// 403 if no token is configured, 401 if the header does not have it or is there twice.
    fn authorize(&self, headers: &HeaderMap) -> Result<(), Problem> {
        let Some(token) = &self.0 else {
            return Err(Problem::new(StatusCode::FORBIDDEN, "REST is read-only: no token is configured"));
        };
        let mut values = headers.get_all(header::AUTHORIZATION).iter().map(HeaderValue::as_bytes);
        match (values.next().and_then(bearer), values.next()) {
            (Some(bearer), None) if is_equal(token, bearer) => Ok(()),
            _ => {
                let detail = "expected one header `Authorization: Bearer` with the balancer's token";
                Err(Problem::new(StatusCode::UNAUTHORIZED, detail))
            }
        }
    }
}

/// The token of an `Authorization` header. The name of the scheme has no case (RFC 9110, section 11.1).
fn bearer(value: &[u8]) -> Option<&[u8]> {
    const SCHEME: &[u8] = b"bearer ";
    let (scheme, token) = value.split_at_checked(SCHEME.len())?;
    scheme.eq_ignore_ascii_case(SCHEME).then(|| token.trim_ascii_start())
}

/// Compares in constant time for inputs of the same length, so that response times reveal nothing about the token's bytes.
fn is_equal(token: &[u8], bearer: &[u8]) -> bool {
    let difference = token.iter().zip(bearer).fold(0, |difference, (a, b)| difference | (a ^ b));
    token.len() == bearer.len() && difference == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schemes_case_does_not_matter() {
        for value in ["Bearer secret", "bearer secret", "BEARER  secret"] {
            assert_eq!(bearer(value.as_bytes()), Some(&b"secret"[..]), "{value}");
        }
        for value in ["Basic secret", "secret", "Bearersecret", "", "Bearer"] {
            assert_eq!(bearer(value.as_bytes()), None, "{value}");
        }
    }

    #[test]
    fn an_empty_token_authorizes_nothing() {
        let problem = Token::new(Some("")).authorize(&HeaderMap::new());
        assert!(problem.is_err());
    }

    #[test]
    fn only_a_single_header_authorizes() {
        let token = Token::new(Some("secret"));
        let headers = |values: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(header::AUTHORIZATION, HeaderValue::from_static(value));
            }
            headers
        };
        assert!(token.authorize(&headers(&["Bearer secret"])).is_ok());
        for values in
            [&[][..], &["Bearer secret", "Bearer secret"], &["Bearer secret", "Basic x"], &["Bearer "]]
        {
            assert!(token.authorize(&headers(values)).is_err(), "{values:?}");
        }
    }

    #[test]
    fn only_the_complete_token_is_equal() {
        assert!(is_equal(b"secret", b"secret"));
        for other in ["", "s", "secre", "secrets", "Secret", "secreT"] {
            assert!(!is_equal(b"secret", other.as_bytes()), "{other}");
        }
    }
}
