//! gRPC status codes in Go's spelling.

/// How many codes there are; `Code as usize` is below it.
pub(crate) const COUNT: usize = 17;

/// Each code's `grpc_code` label, spelled as Go spells it, at index `Code as usize`.
pub(crate) const NAMES: [&str; COUNT] = [
    "OK",
    "Canceled",
    "Unknown",
    "InvalidArgument",
    "DeadlineExceeded",
    "NotFound",
    "AlreadyExists",
    "PermissionDenied",
    "ResourceExhausted",
    "FailedPrecondition",
    "Aborted",
    "OutOfRange",
    "Unimplemented",
    "Internal",
    "Unavailable",
    "DataLoss",
    "Unauthenticated",
];

#[cfg(test)]
mod tests {
    use tonic::Code;

    use super::*;

    #[test]
    fn names_stand_at_their_codes() {
        for (index, name) in NAMES.iter().enumerate() {
            let code = Code::from_i32(index as i32);
            let tonic = match code {
                Code::Ok => "OK".to_owned(),
                Code::Cancelled => "Canceled".to_owned(),
                other => format!("{other:?}"),
            };
            assert_eq!(*name, tonic);
        }
    }
}
