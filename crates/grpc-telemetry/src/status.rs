//! The gRPC code of a response or a failure.

use std::any::Any;
use std::error::Error;
use std::io;

use http::{HeaderMap, StatusCode};
use tonic::{Code, Status, TimeoutExpired};

use crate::BoxError;

/// The `grpc-status` of headers or trailers; an invalid value is `Unknown`.
#[inline]
pub(crate) fn code_of_headers(headers: &HeaderMap) -> Option<Code> {
    let value = headers.get(Status::GRPC_STATUS)?;
    Some(Code::from_bytes(value.as_bytes()))
}

/// The code of a response that ends without a `grpc-status`, by the gRPC project's "HTTP to gRPC Status Code Mapping".
/// For 200 it is `Unknown`: the stream was cut short.
pub(crate) fn code_of_http(status: StatusCode) -> Code {
    match status {
        StatusCode::BAD_REQUEST => Code::Internal,
        StatusCode::UNAUTHORIZED => Code::Unauthenticated,
        StatusCode::FORBIDDEN => Code::PermissionDenied,
        StatusCode::NOT_FOUND => Code::Unimplemented,
        StatusCode::TOO_MANY_REQUESTS
        | StatusCode::BAD_GATEWAY
        | StatusCode::SERVICE_UNAVAILABLE
        | StatusCode::GATEWAY_TIMEOUT => Code::Unavailable,
        _ => Code::Unknown,
    }
}

/// The code of the status that tonic returns to the client, except that an expired timer is `DeadlineExceeded`; tonic
/// makes it `Cancelled`.
pub(crate) fn code_of_status(status: &Status) -> Code {
    if find_in_chain::<TimeoutExpired>(status).is_some() { Code::DeadlineExceeded } else { status.code() }
}

/// The code that a client receives when a server's service fails: that of a [`Status`] in the error's chain, which
/// tonic's server turns into a response. Any other error resets the stream, which is `Internal`.
pub(crate) fn code_of_service_error(error: &(dyn Error + 'static)) -> Code {
    if find_in_chain::<TimeoutExpired>(error).is_some() {
        return Code::DeadlineExceeded;
    }
    find_in_chain::<Status>(error).map_or(Code::Internal, Status::code)
}

/// A service's error as a [`dyn Error`](Error), if it is of one of the types that tonic's services fail with.
pub(crate) fn as_error<E: 'static>(error: &E) -> Option<&(dyn Error + 'static)> {
    let error = error as &dyn Any;
    if let Some(status) = error.downcast_ref::<Status>() {
        Some(status)
    } else {
        error.downcast_ref::<BoxError>().map(|error| &**error as &(dyn Error + 'static))
    }
}

/// The code's name as the gRPC specification spells it.
#[cfg(feature = "trace")]
pub(crate) fn upper_case_name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}

/// Whether a request body failed because its client reset the stream or closed the connection. Besides HTTP/2's errors,
/// these are I/O errors, which a body may use so that tonic does not take a cancelled stream for a clean end.
pub(crate) fn is_disconnect(error: &(dyn Error + 'static)) -> bool {
    use std::io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    let by_peer = [BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof];
    find_in_chain::<h2::Error>(error).is_some_and(|error| error.is_remote() || error.is_io())
        || find_in_chain::<io::Error>(error).is_some_and(|error| by_peer.contains(&error.kind()))
}

fn find_in_chain<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        cause = error.source();
    }
    None
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    #[test]
    fn reads_code_from_headers() {
        let mut headers = HeaderMap::new();
        assert_eq!(code_of_headers(&headers), None);
        headers.insert("grpc-status", "14".parse().unwrap());
        assert_eq!(code_of_headers(&headers), Some(Code::Unavailable));
        headers.insert("grpc-status", "99".parse().unwrap());
        assert_eq!(code_of_headers(&headers), Some(Code::Unknown));
    }

    #[test]
    fn maps_http_status() {
        assert_eq!(code_of_http(StatusCode::OK), Code::Unknown);
        assert_eq!(code_of_http(StatusCode::NOT_FOUND), Code::Unimplemented);
        assert_eq!(code_of_http(StatusCode::SERVICE_UNAVAILABLE), Code::Unavailable);
        assert_eq!(code_of_http(StatusCode::IM_A_TEAPOT), Code::Unknown);
    }

    #[test]
    fn status_keeps_its_code() {
        assert_eq!(code_of_status(&Status::aborted("")), Code::Aborted);
        assert_eq!(as_error(&Status::aborted("")).map(code_of_service_error), Some(Code::Aborted));
        let boxed: BoxError = Status::not_found("").into();
        assert_eq!(as_error(&boxed).map(code_of_service_error), Some(Code::NotFound));
    }

    #[test]
    fn expired_timer_is_deadline_exceeded() {
        let boxed: BoxError = TimeoutExpired(()).into();
        assert_eq!(as_error(&boxed).map(code_of_service_error), Some(Code::DeadlineExceeded));
        let status = Status::from_error(boxed);
        assert_eq!(status.code(), Code::Cancelled, "tonic maps it itself now: code_of_status can be removed");
        assert_eq!(code_of_status(&status), Code::DeadlineExceeded);
    }

    #[test]
    fn only_remote_errors_are_disconnects() {
        for error in [
            BoxError::from("too long"),
            Status::cancelled("by a layer").into(),
            // A local error: the client violated the protocol.
            h2::Error::from(h2::Reason::PROTOCOL_ERROR).into(),
        ] {
            assert!(!is_disconnect(&*error), "{error}");
        }
    }

    #[test]
    fn service_error_without_status_is_internal() {
        let boxed: BoxError = "broken".into();
        assert_eq!(as_error(&boxed).map(code_of_service_error), Some(Code::Internal));
        assert!(as_error::<Result<(), Infallible>>(&Ok(())).is_none());
    }
}
