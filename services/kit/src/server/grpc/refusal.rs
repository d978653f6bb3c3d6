//! The checks of a gRPC request before it becomes a call, and the responses to those that fail. The checks, their order and
//! the responses are those of Go's server, grpc-go 1.85.

use std::time::Duration;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use grpc_telemetry::protocol;
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, Version, header};
use tonic::{Code, Status};

/// Decodes binary metadata, whose padding is optional.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// What HTTP/2 adds to each header's name and value, in bytes: RFC 9113, 6.5.2.
const HEADER_OVERHEAD: usize = 32;

/// Why a request is not a call: the label `reason` of `grpc_server_refused_total`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The content type is not gRPC's: 415.
    ContentType,
    /// The request is not HTTP/2: 505.
    HttpVersion,
    /// The method is not `POST`: 405.
    Method,
    /// The headers exceed the limit: 431.
    HeaderListSize,
    /// `grpc-timeout` is malformed: 400.
    Timeout,
    /// The value of a header whose name ends in `-bin` is not base64: 400.
    Metadata,
    /// There is no `:authority` and no `host`, more than one `host`, or they differ: 400.
    Authority,
    /// The path has a query, so it names no method: `UNIMPLEMENTED`.
    Path,
    /// The deadline has passed already: `DEADLINE_EXCEEDED`.
    Deadline,
}

impl Refusal {
    pub(super) const ALL: [Self; 9] = [
        Self::ContentType,
        Self::HttpVersion,
        Self::Method,
        Self::HeaderListSize,
        Self::Timeout,
        Self::Metadata,
        Self::Authority,
        Self::Path,
        Self::Deadline,
    ];

    /// The value of the label `reason`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ContentType => "content_type",
            Self::HttpVersion => "http_version",
            Self::Method => "method",
            Self::HeaderListSize => "header_list_size",
            Self::Timeout => "timeout",
            Self::Metadata => "metadata",
            Self::Authority => "authority",
            Self::Path => "path",
            Self::Deadline => "deadline",
        }
    }

    fn statuses(self) -> (StatusCode, Code) {
        match self {
            Self::ContentType => (StatusCode::UNSUPPORTED_MEDIA_TYPE, Code::InvalidArgument),
            Self::HttpVersion => (StatusCode::HTTP_VERSION_NOT_SUPPORTED, Code::Internal),
            Self::Method => (StatusCode::METHOD_NOT_ALLOWED, Code::Internal),
            Self::HeaderListSize => (StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, Code::ResourceExhausted),
            Self::Timeout | Self::Metadata | Self::Authority => (StatusCode::BAD_REQUEST, Code::Internal),
            Self::Path => (StatusCode::OK, Code::Unimplemented),
            Self::Deadline => (StatusCode::OK, Code::DeadlineExceeded),
        }
    }
}

/// A refusal and its description. It is an extension of the response, for a service around [`Grpc`](super::Grpc).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The reason.
    pub refusal: Refusal,
    /// The description in the response.
    pub detail: String,
}

impl Refused {
    fn new(refusal: Refusal, detail: impl Into<String>) -> Self {
        Self { refusal, detail: detail.into() }
    }

    /// Over HTTP/2, a gRPC status in the headers; over HTTP/1, which has no gRPC clients, text.
    pub(super) fn into_response(self, version: Version) -> Response {
        let (http_status, code) = self.refusal.statuses();
        let mut response = if version == Version::HTTP_2 {
            let mut response = Status::new(code, &self.detail).into_http::<Body>();
            *response.status_mut() = http_status;
            response
        } else {
            (http_status, format!("{}\n", self.detail)).into_response()
        };
        if self.refusal == Refusal::Method {
            response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// Checks that a request is valid gRPC over HTTP/2, whose headers have at most `max_header_list_bytes`.
pub(super) fn check<B>(request: &Request<B>, max_header_list_bytes: usize) -> Result<(), Refused> {
    let headers = request.headers();
    if request.version() != Version::HTTP_2 {
        check_method(request.method())?;
        check_content_type(headers)?;
        return Err(Refused::new(Refusal::HttpVersion, "gRPC requires HTTP/2"));
    }
    check_authority(request)?;
    check_content_type(headers)?;
    check_headers(request, max_header_list_bytes)?;
    let timeout = protocol::timeout(headers)
        .map_err(|error| Refused::new(Refusal::Timeout, format!("malformed grpc-timeout: {error}")))?;
    check_method(request.method())?;
    if timeout == Some(Duration::ZERO) {
        return Err(Refused::new(Refusal::Deadline, "the deadline has passed"));
    }
    if request.uri().query().is_some() {
        return Err(Refused::new(Refusal::Path, format!("unknown method {}", request.uri())));
    }
    Ok(())
}

fn check_method(method: &Method) -> Result<(), Refused> {
    if method == Method::POST {
        return Ok(());
    }
    Err(Refused::new(Refusal::Method, format!("gRPC requires the method POST, not {method}")))
}

fn check_content_type(headers: &HeaderMap) -> Result<(), Refused> {
    if protocol::is_grpc(headers) {
        return Ok(());
    }
    let value = headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
    let detail = format!("invalid gRPC request content-type \"{}\"", value.escape_ascii());
    Err(Refused::new(Refusal::ContentType, detail))
}

fn check_authority<B>(request: &Request<B>) -> Result<(), Refused> {
    let hosts = request.headers().get_all(header::HOST).iter().count();
    match (request.uri().authority(), hosts) {
        (None, 0) => Err(Refused::new(Refusal::Authority, "no host or :authority header")),
        (_, 2..) => Err(Refused::new(Refusal::Authority, format!("{hosts} host headers, expected one"))),
        (Some(authority), 1) if !is_host(request.headers(), authority.as_str()) => {
            Err(Refused::new(Refusal::Authority, "the host header and :authority differ"))
        }
        _ => Ok(()),
    }
}

fn is_host(headers: &HeaderMap, authority: &str) -> bool {
    headers.get(header::HOST).is_some_and(|host| host.as_bytes().eq_ignore_ascii_case(authority.as_bytes()))
}

/// Checks the sum of the headers' sizes, as HTTP/2 defines it, and binary metadata.
fn check_headers<B>(request: &Request<B>, max_bytes: usize) -> Result<(), Refused> {
    let uri = request.uri();
    let pseudo_headers = [
        (":method", request.method().as_str()),
        (":scheme", uri.scheme_str().unwrap_or_default()),
        (":authority", uri.authority().map(http::uri::Authority::as_str).unwrap_or_default()),
        (":path", uri.path_and_query().map(http::uri::PathAndQuery::as_str).unwrap_or_default()),
    ];
    let size = |name: &str, value: usize| name.len() + value + HEADER_OVERHEAD;
    let mut bytes: usize = pseudo_headers.iter().map(|(name, value)| size(name, value.len())).sum();
    for (name, value) in request.headers() {
        bytes += size(name.as_str(), value.len());
        if name.as_str().ends_with("-bin") && !is_base64(value) {
            return Err(Refused::new(
                Refusal::Metadata,
                format!("malformed binary metadata in header {name}"),
            ));
        }
    }
    if bytes <= max_bytes {
        return Ok(());
    }
    let detail = format!("the request's headers have {bytes} bytes, which exceeds the limit of {max_bytes}");
    Err(Refused::new(Refusal::HeaderListSize, detail))
}

/// A header may join several values with commas.
fn is_base64(value: &HeaderValue) -> bool {
    value.as_bytes().split(|byte| *byte == b',').all(|value| BASE64.decode(value.trim_ascii()).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAX_BYTES: usize = 1000;

    fn refusal(change: impl FnOnce(&mut Request<()>)) -> Option<Refusal> {
        let mut request = Request::post("http://localhost/a.B/C")
            .version(Version::HTTP_2)
            .header("content-type", "application/grpc")
            .body(())
            .expect("a request");
        change(&mut request);
        check(&request, MAX_BYTES).err().map(|refused| refused.refusal)
    }

    fn with_header(name: &'static str, value: &str) -> Option<Refusal> {
        refusal(|request| {
            request.headers_mut().insert(name, value.parse().expect("a value"));
        })
    }

    #[test]
    fn accepts_a_call() {
        assert_eq!(refusal(|_| ()), None);
        for (name, value) in [
            ("host", "LOCALHOST"),
            ("grpc-timeout", "1S"),
            ("x-bin", "AAE="),
            ("x-bin", "AAE"),
            ("x-bin", "AA==, AQ"),
        ] {
            assert_eq!(with_header(name, value), None, "{name}: {value}");
        }
    }

    #[test]
    fn refuses_each_violation_with_its_reason() {
        for (name, value, reason) in [
            ("content-type", "application/grpc-web+proto", Refusal::ContentType),
            ("host", "evil.example", Refusal::Authority),
            ("grpc-timeout", "soon", Refusal::Timeout),
            ("grpc-timeout", "", Refusal::Timeout),
            ("grpc-timeout", "0m", Refusal::Deadline),
            ("x-bin", "?", Refusal::Metadata),
            ("x", &"x".repeat(MAX_BYTES), Refusal::HeaderListSize),
        ] {
            assert_eq!(with_header(name, value), Some(reason), "{name}: {value}");
        }
        assert_eq!(refusal(|request| *request.method_mut() = Method::PUT), Some(Refusal::Method));
        assert_eq!(
            refusal(|request| *request.uri_mut() = "/a.B/C".parse().unwrap()),
            Some(Refusal::Authority)
        );
        let query = "http://localhost/a.B/C?x";
        assert_eq!(refusal(|request| *request.uri_mut() = query.parse().unwrap()), Some(Refusal::Path));
        assert_eq!(refusal(|request| *request.version_mut() = Version::HTTP_11), Some(Refusal::HttpVersion));
    }

    #[test]
    fn checks_method_and_content_type_before_the_version_over_http1() {
        let over_http1 = |method, content_type: &'static str| {
            refusal(|request| {
                *request.version_mut() = Version::HTTP_11;
                *request.method_mut() = method;
                request.headers_mut().insert("content-type", HeaderValue::from_static(content_type));
            })
        };
        assert_eq!(over_http1(Method::GET, "text/html"), Some(Refusal::Method));
        assert_eq!(over_http1(Method::POST, "text/html"), Some(Refusal::ContentType));
    }

    #[test]
    fn header_list_size_is_http2s() {
        // :method POST, :scheme http, :authority localhost, :path /a.B/C and content-type.
        let own = (7 + 4 + 32) + (7 + 4 + 32) + (10 + 9 + 32) + (5 + 6 + 32) + (12 + 16 + 32);
        let fits = MAX_BYTES - own - 32 - 1;
        assert_eq!(with_header("x", &"x".repeat(fits)), None);
        assert_eq!(with_header("x", &"x".repeat(fits + 1)), Some(Refusal::HeaderListSize));
    }
}
