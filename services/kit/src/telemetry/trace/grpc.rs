//! What a span says of a gRPC call.

use std::error::Error as StdError;

use http::StatusCode;
use tonic::{Code, ConnectError, Status, TimeoutExpired};
use tracing::Span;
use tracing::field::Empty;

/// Which end of the call the span is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Server,
    Client,
}

/// Calls of machinery, which come all the time.
pub(super) fn is_quiet(path: &str) -> bool {
    path.starts_with("/grpc.health.v1.Health/") || path.starts_with("/grpc.reflection.")
}

pub(super) fn server_span(path: &str) -> Span {
    let (name, service, method) = names(path);
    tracing::info_span!(
        "grpc.server",
        otel.name = name,
        otel.kind = "server",
        rpc.system = "grpc",
        rpc.service = service,
        rpc.method = method,
        rpc.grpc.status_code = Empty,
        otel.status_code = Empty,
        otel.status_description = Empty,
    )
}

pub(super) fn client_span(path: &str, server: Option<&(String, u16)>) -> Span {
    let (name, service, method) = names(path);
    tracing::info_span!(
        "grpc.client",
        otel.name = name,
        otel.kind = "client",
        rpc.system = "grpc",
        rpc.service = service,
        rpc.method = method,
        server.address = server.map(|(host, _)| host.as_str()),
        // Unsigned, it would become text on its way into the span.
        server.port = server.map(|(_, port)| i64::from(*port)),
        rpc.grpc.status_code = Empty,
        otel.status_code = Empty,
        otel.status_description = Empty,
    )
}

/// The span's name, the service and the method of `/package.Service/Method`.
fn names(path: &str) -> (&str, &str, &str) {
    let name = path.strip_prefix('/').unwrap_or(path);
    let (service, method) = name.split_once('/').unwrap_or((name, ""));
    (name, service, method)
}

pub(super) fn record_status(span: &Span, side: Side, code: Code, message: &str) {
    span.record("rpc.grpc.status_code", code as i32);
    if is_error(side, code) {
        span.record("otel.status_code", "error");
        span.record("otel.status_description", message);
    }
}

/// To a client, all but `OK` is an error; to a server, only what is not the client's doing.
fn is_error(side: Side, code: Code) -> bool {
    match side {
        Side::Client => code != Code::Ok,
        Side::Server => matches!(
            code,
            Code::Unknown
                | Code::DeadlineExceeded
                | Code::Unimplemented
                | Code::Internal
                | Code::Unavailable
                | Code::DataLoss
        ),
    }
}

/// What a reply means that has no gRPC status: most likely it is a proxy's. From gRPC's table of HTTP status codes.
pub(super) fn code_without_trailers(status: StatusCode) -> Code {
    match status.as_u16() {
        400 => Code::Internal,
        401 => Code::Unauthenticated,
        403 => Code::PermissionDenied,
        404 => Code::Unimplemented,
        429 | 502..=504 => Code::Unavailable,
        _ => Code::Unknown,
    }
}

/// The code for a call that got no reply, from the first cause that tells.
pub(super) fn code_of(error: &(dyn StdError + 'static)) -> Code {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(status) = error.downcast_ref::<Status>() {
            return status.code();
        }
        if error.is::<TimeoutExpired>() {
            return Code::DeadlineExceeded;
        }
        if error.is::<ConnectError>() {
            return Code::Unavailable;
        }
        cause = error.source();
    }
    Code::Unknown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_service_and_method() {
        assert_eq!(names("/proto.EchoService/EchoService").1, "proto.EchoService");
        assert_eq!(names("/proto.EchoService/EchoService").2, "EchoService");
        assert_eq!(names("/a/b/c"), ("a/b/c", "a", "b/c"));
        assert_eq!(names("/"), ("", "", ""));
        assert_eq!(names("*"), ("*", "*", ""));
    }

    #[test]
    fn a_clients_mistake_is_no_error_of_the_server() {
        assert!(is_error(Side::Client, Code::NotFound));
        assert!(!is_error(Side::Server, Code::NotFound));
        assert!(is_error(Side::Server, Code::Internal));
        assert!(!is_error(Side::Client, Code::Ok));
    }

    #[derive(Debug, thiserror::Error)]
    #[error("transport error")]
    struct Outer(#[source] ConnectError);

    #[test]
    fn the_first_cause_that_tells_decides() {
        let refused = std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
        assert_eq!(code_of(&Outer(ConnectError(refused.into()))), Code::Unavailable);
        assert_eq!(code_of(&TimeoutExpired(())), Code::DeadlineExceeded);
        assert_eq!(code_of(&Status::aborted("no")), Code::Aborted);
        assert_eq!(code_of(&std::fmt::Error), Code::Unknown);
    }
}
