//! The metric families' names and help texts, and the codes' names, as in `go-grpc-prometheus`.

/// The source of a family's samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    Started,
    Handled,
    Received,
    Sent,
    HandlingSeconds,
    ReceiveSeconds,
    SendSeconds,
}

/// A family's source, its name without namespace, and its help text.
pub(super) type Definition = (Source, &'static str, &'static str);

pub(super) const SERVER: &[Definition] = &[
    (Source::Started, "grpc_server_started_total", "Total number of RPCs started on the server."),
    (
        Source::Handled,
        "grpc_server_handled_total",
        "Total number of RPCs completed on the server, regardless of success or failure.",
    ),
    (
        Source::Received,
        "grpc_server_msg_received_total",
        "Total number of RPC stream messages received on the server.",
    ),
    (Source::Sent, "grpc_server_msg_sent_total", "Total number of gRPC stream messages sent by the server."),
    (
        Source::HandlingSeconds,
        "grpc_server_handling_seconds",
        "Histogram of response latency (seconds) of gRPC that had been application-level handled by the server.",
    ),
];

pub(super) const CLIENT: &[Definition] = &[
    (Source::Started, "grpc_client_started_total", "Total number of RPCs started on the client."),
    (
        Source::Handled,
        "grpc_client_handled_total",
        "Total number of RPCs completed by the client, regardless of success or failure.",
    ),
    (
        Source::Received,
        "grpc_client_msg_received_total",
        "Total number of RPC stream messages received by the client.",
    ),
    (Source::Sent, "grpc_client_msg_sent_total", "Total number of gRPC stream messages sent by the client."),
    (
        Source::HandlingSeconds,
        "grpc_client_handling_seconds",
        "Histogram of response latency (seconds) of the gRPC until it is finished by the application.",
    ),
    (
        Source::ReceiveSeconds,
        "grpc_client_msg_recv_handling_seconds",
        "Histogram of response latency (seconds) of the gRPC single message receive.",
    ),
    (
        Source::SendSeconds,
        "grpc_client_msg_send_handling_seconds",
        "Histogram of response latency (seconds) of the gRPC single message send.",
    ),
];

/// The number of codes; `Code as usize` is less.
pub(super) const CODE_COUNT: usize = 17;

/// The value of each code's `grpc_code` label in Go's spelling, by `Code as usize`.
pub(super) const CODE_NAMES: [&str; CODE_COUNT] = [
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
    fn names_are_ordered_by_code() {
        for (index, name) in CODE_NAMES.iter().enumerate() {
            let code = Code::from_i32(index as i32);
            let expected = match code {
                Code::Ok => "OK".to_owned(),
                Code::Cancelled => "Canceled".to_owned(),
                other => format!("{other:?}"),
            };
            assert_eq!(*name, expected);
        }
    }
}
