//! The checks of an HTTP request before any handler.
//!
//! A page of another site can send requests to a service on loopback. It must not read responses through a name of its own
//! (DNS rebinding): the host must be one of the service's. It must not change anything (cross-site requests): a request that
//! may do so must not come from another origin.

use http::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderName, ORIGIN};
use http::uri::Authority;
use http::{HeaderMap, Method, Request, StatusCode, Version};

use super::hosts::{AllowedHosts, authority};
use crate::problem::Problem;

/// Maximum size of a request line and headers together, in bytes.
pub(super) const MAX_HEAD_BYTES: usize = 56 << 10;

const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Headers whose meaning is undefined if there are several of them. Several `traceparent` start a new trace.
const SINGLE: [HeaderName; 7] = [
    AUTHORIZATION,
    CONTENT_LENGTH,
    CONTENT_TYPE,
    ORIGIN,
    SITE,
    HeaderName::from_static("idempotency-key"),
    HeaderName::from_static("x-console-token"),
];

/// Why a request reaches no handler: the label `reason` of `http_server_refused_total`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The request is not valid HTTP, or its headers contradict each other: 400.
    Malformed,
    /// The headers exceed the limit: 431.
    HeaderListSize,
    /// The host is not one of this service: 421.
    Host,
    /// The request may change something, and comes from a page of another origin: 403.
    CrossSite,
}

impl Refusal {
    pub(super) const ALL: [Self; 4] = [Self::Malformed, Self::HeaderListSize, Self::Host, Self::CrossSite];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::HeaderListSize => "header_list_size",
            Self::Host => "host",
            Self::CrossSite => "cross_site",
        }
    }

    fn status(self) -> StatusCode {
        match self {
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::HeaderListSize => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Self::Host => StatusCode::MISDIRECTED_REQUEST,
            Self::CrossSite => StatusCode::FORBIDDEN,
        }
    }
}

/// An extension of a request that had both `content-length` and `transfer-encoding`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TwoLengths;

/// A refusal, and its reason in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refused {
    pub(super) refusal: Refusal,
    detail: String,
}

impl Refused {
    fn new(refusal: Refusal, detail: impl Into<String>) -> Self {
        Self { refusal, detail: detail.into() }
    }

    pub(super) fn problem(self) -> Problem {
        Problem::new(self.refusal.status(), self.detail)
    }
}

/// Checks a request that is not gRPC's.
pub(super) fn check<B>(request: &Request<B>, hosts: &AllowedHosts) -> Result<(), Refused> {
    check_single(request)?;
    check_size(request)?;
    let host = host(request)?;
    let is_safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    // Prometheus and orchestrators request these by address or any name.
    if is_safe && matches!(request.uri().path(), "/healthz" | "/metrics" | "/envoy/metrics") {
        return Ok(());
    }
    if !host.as_ref().is_some_and(|host| hosts.allow(host)) {
        let detail = format!("the host must be {}", hosts.description());
        return Err(Refused::new(Refusal::Host, detail));
    }
    if !is_safe && !is_same_origin(request.headers(), host.as_ref()) {
        let detail = "this request is allowed only from the service's own pages";
        return Err(Refused::new(Refusal::CrossSite, detail));
    }
    Ok(())
}

fn check_single<B>(request: &Request<B>) -> Result<(), Refused> {
    let headers = request.headers();
    let malformed = |detail: String| Err(Refused::new(Refusal::Malformed, detail));
    if let Some(name) = SINGLE.iter().find(|name| headers.get_all(*name).iter().nth(1).is_some()) {
        return malformed(format!("the header {name} is given more than once"));
    }
    if request.extensions().get::<TwoLengths>().is_some() {
        return malformed("the headers content-length and transfer-encoding exclude each other".to_owned());
    }
    Ok(())
}

fn check_size<B>(request: &Request<B>) -> Result<(), Refused> {
    let uri = request.uri().path_and_query().map_or(0, |path| path.as_str().len());
    let headers = request.headers().iter().map(|(name, value)| name.as_str().len() + value.len());
    let bytes = uri + headers.sum::<usize>();
    if bytes <= MAX_HEAD_BYTES {
        return Ok(());
    }
    let detail = format!("path and headers have {bytes} bytes; at most {MAX_HEAD_BYTES} are allowed");
    Err(Refused::new(Refusal::HeaderListSize, detail))
}

/// The host that the request names. Only HTTP/1.0 allows none. A target in absolute form, or `:authority`, and the header must
/// agree.
fn host<B>(request: &Request<B>) -> Result<Option<Authority>, Refused> {
    let malformed = |detail: &str| Err(Refused::new(Refusal::Malformed, detail));
    let mut headers = request.headers().get_all(HOST).iter();
    let (header, second) = (headers.next(), headers.next());
    if second.is_some() {
        return malformed("the header host is given more than once");
    }
    let target = request.uri().authority().map(Authority::as_str);
    let header = match header.map(|value| value.to_str()) {
        Some(Err(_)) => return malformed("the header host is not ASCII"),
        Some(Ok(value)) => Some(value.trim()),
        None => None,
    };
    let text = match (target, header) {
        (Some(target), Some(header)) if !target.eq_ignore_ascii_case(header) => {
            return malformed("the header host and the request's authority differ");
        }
        (Some(text), _) | (None, Some(text)) => text,
        (None, None) if request.version() < Version::HTTP_11 => return Ok(None),
        (None, None) => return malformed("the request has no host"),
    };
    match authority(text) {
        Some(host) => Ok(Some(host)),
        None => malformed("the host is not a name or address with an optional port"),
    }
}

/// Whether a browser reports the service's own origin. Clients that are not browsers send none of these headers, and a
/// page cannot make them send a request.
fn is_same_origin(headers: &HeaderMap, host: Option<&Authority>) -> bool {
    // A proxy in front of the service may add TLS.
    let is_own = |origin: &str| {
        let origin = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
        origin.is_some_and(|origin| host.is_some_and(|host| origin.eq_ignore_ascii_case(host.as_str())))
    };
    let has_own_origin = headers.get(ORIGIN).is_none_or(|origin| origin.to_str().is_ok_and(is_own));
    has_own_origin && headers.get(SITE).is_none_or(|site| site == "same-origin")
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &str = "127.0.0.1:8000";

    /// The status of the refusal; `None` for a request that is admitted.
    fn refused_by(hosts: &AllowedHosts, method: &str, uri: &str, headers: &[(&str, &str)]) -> Option<u16> {
        let mut request = Request::builder().method(method).uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let checked = check(&request.body(()).expect("a request"), hosts);
        checked.err().map(|refused| refused.refusal.status().as_u16())
    }

    fn refused(method: &str, uri: &str, headers: &[(&str, &str)]) -> Option<u16> {
        refused_by(&AllowedHosts::default().only([OWN, "localhost:8000"]), method, uri, headers)
    }

    #[test]
    fn admits_only_the_configured_hosts() {
        assert_eq!(refused("GET", "/", &[("host", OWN)]), None);
        assert_eq!(refused("GET", "/", &[("host", "LOCALHOST:8000")]), None);
        assert_eq!(refused("GET", "http://127.0.0.1:8000/", &[]), None, "the authority of HTTP/2");
        for wrong in ["evil.example", "evil.example:8000", "127.0.0.1", "127.0.0.1:80"] {
            assert_eq!(refused("GET", "/", &[("host", wrong)]), Some(421), "{wrong}");
            assert_eq!(refused("GET", "/metrics", &[("host", wrong)]), None, "{wrong}");
            assert_eq!(refused("GET", "/healthz", &[("host", wrong)]), None, "{wrong}");
        }
    }

    #[test]
    fn a_request_names_exactly_one_valid_host() {
        for path in ["/", "/metrics"] {
            for invalid in ["", "127.0.0.1:8000.evil", "a b", "me@127.0.0.1:8000", "127.0.0.1:99999"] {
                assert_eq!(refused("GET", path, &[("host", invalid)]), Some(400), "{invalid}");
            }
            assert_eq!(refused("GET", path, &[]), Some(400), "no host");
            assert_eq!(refused("GET", path, &[("host", OWN), ("host", OWN)]), Some(400), "two hosts");
            let differing = refused("GET", &format!("http://evil.example{path}"), &[("host", OWN)]);
            assert_eq!(differing, Some(400), "authority and header differ");
        }
    }

    #[test]
    fn http_1_0_allows_no_host_only_for_scrapes_and_health_checks() {
        let hosts = AllowedHosts::default();
        for (path, expected) in [("/healthz", None), ("/metrics", None), ("/", Some(Refusal::Host))] {
            let request = Request::get(path).version(Version::HTTP_10).body(()).expect("a request");
            assert_eq!(check(&request, &hosts).err().map(|refused| refused.refusal), expected, "{path}");
        }
    }

    #[test]
    fn a_change_from_another_origin_is_refused() {
        for (name, value, expected) in [
            ("origin", "http://127.0.0.1:8000", None),
            ("origin", "http://localhost:8000", Some(403)),
            ("origin", "http://127.0.0.1:3000", Some(403)),
            ("origin", "https://127.0.0.1:8000", None),
            ("origin", "https://evil.example", Some(403)),
            ("origin", "http://evil.example/http://127.0.0.1:8000", Some(403)),
            ("origin", "http://evil.example", Some(403)),
            ("origin", "null", Some(403)),
            ("sec-fetch-site", "same-origin", None),
            ("sec-fetch-site", "same-site", Some(403)),
            ("sec-fetch-site", "cross-site", Some(403)),
            ("sec-fetch-site", "none", Some(403)),
        ] {
            let headers = [("host", OWN), (name, value)];
            for method in ["POST", "PUT", "PATCH", "DELETE", "FROB"] {
                assert_eq!(refused(method, "/orders", &headers), expected, "{method} {name}: {value}");
            }
            for method in ["GET", "HEAD", "OPTIONS"] {
                assert_eq!(refused(method, "/orders", &headers), None, "{method} {name}: {value}");
            }
        }
    }

    #[test]
    fn a_single_header_that_is_repeated_is_malformed() {
        for name in SINGLE {
            let headers = [("host", OWN), (name.as_str(), "1"), (name.as_str(), "1")];
            assert_eq!(refused("GET", "/", &headers), Some(400), "{name}");
        }
        let twice = |name| refused("GET", "/", &[("host", OWN), (name, "1"), (name, "2")]);
        assert_eq!((twice("traceparent"), twice("accept")), (None, None));
    }

    #[test]
    fn the_size_of_path_and_headers_is_limited() {
        let fits = MAX_HEAD_BYTES - "/".len() - "host".len() - OWN.len() - "x".len();
        let with = |bytes| refused("GET", "/", &[("host", OWN), ("x", &"x".repeat(bytes))]);
        assert_eq!((with(fits), with(fits + 1)), (None, Some(431)));
    }
}
