//! The claim that every echo is counted exactly once by each service on its path.

use super::conservation::{Counter, counter, evaluate, increases};
use catalog::Tutorial;
use clients::Clients;
use faults::load;

use crate::table::Claim;

/// Number of echoes.
const SENT: usize = 200;

/// Counters that every echo increases by one.
const ECHO: [Counter; 9] = [
    counter(
        "web client, HTTP",
        r#"http_server_request_duration_seconds_count{job="web-client",http_route="/echo"}"#,
    ),
    counter(
        "client, started",
        r#"grpc_client_started_total{job="web-client",grpc_service="proto.EchoService"}"#,
    ),
    counter(
        "client, sent",
        r#"grpc_client_msg_sent_total{job="web-client",grpc_service="proto.EchoService"}"#,
    ),
    counter(
        "client, received",
        r#"grpc_client_msg_received_total{job="web-client",grpc_service="proto.EchoService"}"#,
    ),
    counter(
        "client, handled OK",
        r#"grpc_client_handled_total{job="web-client",grpc_service="proto.EchoService",grpc_code="OK"}"#,
    ),
    counter(
        "server, started",
        r#"grpc_server_started_total{job="echo-server",grpc_service="proto.EchoService"}"#,
    ),
    counter(
        "server, received",
        r#"grpc_server_msg_received_total{job="echo-server",grpc_service="proto.EchoService"}"#,
    ),
    counter(
        "server, sent",
        r#"grpc_server_msg_sent_total{job="echo-server",grpc_service="proto.EchoService"}"#,
    ),
    counter(
        "server, handled OK",
        r#"grpc_server_handled_total{job="echo-server",grpc_service="proto.EchoService",grpc_code="OK"}"#,
    ),
];

/// Envoy's counters that every echo increases by one.
const ENVOY: [Counter; 3] = [
    counter(
        "Envoy, edge",
        r#"envoy_http_downstream_rq_total{job="envoy",envoy_http_conn_manager_prefix="edge"}"#,
    ),
    counter(
        "Envoy, gRPC",
        r#"envoy_http_downstream_rq_total{job="envoy",envoy_http_conn_manager_prefix="grpc"}"#,
    ),
    counter(
        "Envoy, to echo-server",
        r#"envoy_cluster_upstream_rq_total{job="envoy",envoy_cluster_name="echo-server"}"#,
    ),
];

/// Checks the claim.
pub(super) async fn claims(clients: &Clients) -> Vec<Claim> {
    let claim = format!("{SENT} echoes are exactly {SENT} more everywhere");
    let mut counters = ECHO.to_vec();
    if clients.settings.tutorial.has(Tutorial::Sink) {
        counters.extend(ENVOY);
    }
    let send = async {
        load::send_echoes(&clients.fetch, &clients.settings.edge, SENT).await?;
        Ok(vec![SENT as f64; counters.len()])
    };
    let increases = increases(clients, &counters, send).await;
    vec![Claim::from_result(claim, increases.and_then(|increases| evaluate(&increases)))]
}
