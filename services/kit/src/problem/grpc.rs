//! gRPC statuses as problem documents.

use axum::http::StatusCode;
use tonic::{Code, Status};

use super::Problem;

impl From<Status> for Problem {
    fn from(status: Status) -> Self {
        let code = name(status.code());
        let detail = format!("the call ended with {code}: {}", status.message());
        Self { grpc_code: Some(code), ..Self::new(http_status(status.code()), detail) }
    }
}

/// The code's name in Go, as in the metrics; tonic's name differs for two codes.
fn name(code: Code) -> String {
    match code {
        Code::Ok => "OK".to_owned(),
        Code::Cancelled => "Canceled".to_owned(),
        other => format!("{other:?}"),
    }
}

/// The mapping in the comments of `google.rpc.Code`.
fn http_status(code: Code) -> StatusCode {
    let number = match code {
        Code::Ok => 200,
        Code::InvalidArgument | Code::FailedPrecondition | Code::OutOfRange => 400,
        Code::Unauthenticated => 401,
        Code::PermissionDenied => 403,
        Code::NotFound => 404,
        Code::AlreadyExists | Code::Aborted => 409,
        Code::ResourceExhausted => 429,
        Code::Cancelled => 499,
        Code::Unknown | Code::Internal | Code::DataLoss => 500,
        Code::Unimplemented => 501,
        Code::Unavailable => 503,
        Code::DeadlineExceeded => 504,
    };
    StatusCode::from_u16(number).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_maps_to_an_http_status_and_a_name() {
        let expected = [
            (200, "OK"),
            (499, "Canceled"),
            (500, "Unknown"),
            (400, "InvalidArgument"),
            (504, "DeadlineExceeded"),
            (404, "NotFound"),
            (409, "AlreadyExists"),
            (403, "PermissionDenied"),
            (429, "ResourceExhausted"),
            (400, "FailedPrecondition"),
            (409, "Aborted"),
            (400, "OutOfRange"),
            (501, "Unimplemented"),
            (500, "Internal"),
            (503, "Unavailable"),
            (500, "DataLoss"),
            (401, "Unauthenticated"),
        ];
        for (number, (status, expected_name)) in (0..).zip(expected) {
            let code = Code::from_i32(number);
            assert_eq!((http_status(code).as_u16(), name(code).as_str()), (status, expected_name));
        }
    }
}
