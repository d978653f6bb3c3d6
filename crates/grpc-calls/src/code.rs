//! The gRPC status of a response.

use http::{HeaderMap, StatusCode};
use tonic::Code;

/// The `grpc-status` of headers or trailers; a value that is no code is `Unknown`.
#[inline]
pub(crate) fn of_headers(headers: &HeaderMap) -> Option<Code> {
    let value = headers.get(tonic::Status::GRPC_STATUS)?;
    Some(Code::from_bytes(value.as_bytes()))
}

/// What a client makes of a response that ends without a `grpc-status`, by the gRPC project's
/// "HTTP to gRPC Status Code Mapping". A 200 is `Unknown`: the stream was cut short.
pub(crate) fn of_http(status: StatusCode) -> Code {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_is_read_from_headers() {
        let mut headers = HeaderMap::new();
        assert_eq!(of_headers(&headers), None);
        headers.insert("grpc-status", "14".parse().unwrap());
        assert_eq!(of_headers(&headers), Some(Code::Unavailable));
        headers.insert("grpc-status", "99".parse().unwrap());
        assert_eq!(of_headers(&headers), Some(Code::Unknown));
    }

    #[test]
    fn http_status_maps_as_grpc_says() {
        assert_eq!(of_http(StatusCode::OK), Code::Unknown);
        assert_eq!(of_http(StatusCode::NOT_FOUND), Code::Unimplemented);
        assert_eq!(of_http(StatusCode::SERVICE_UNAVAILABLE), Code::Unavailable);
        assert_eq!(of_http(StatusCode::IM_A_TEAPOT), Code::Unknown);
    }
}
