//! The families of each side: names and help texts as go-grpc-prometheus has them.

use crate::families::Source;

/// A family that a side may have: its name without namespace, and its help text.
pub(crate) type Definition = (Source, &'static str, &'static str);

pub(crate) const SERVER: &[Definition] = &[
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

pub(crate) const CLIENT: &[Definition] = &[
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
