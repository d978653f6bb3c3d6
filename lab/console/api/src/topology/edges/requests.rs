//! Edges of requests, in the order from the caller to the store.

use catalog::{Selection, Tutorial};

use crate::topology::model::{Edge, Figures};
use crate::topology::promql::{p95, p95_of_millis, rate};
use crate::topology::view::EdgeKind;

/// Selects the unary calls of the services. A Watch stream lasts as long as a page is open, and has no meaningful time.
const UNARY: &str = r#"grpc_method!="Watch",grpc_service!~"grpc[.].+""#;

pub(super) fn edges(selection: Selection) -> Vec<Edge> {
    let mut edges = vec![
        request(
            "you",
            "envoy-edge",
            "HTTP requests",
            edge_listener(selection),
            "Browsers and the load call Envoy's edge; a 5xx response is an error.",
        ),
        request(
            "envoy-edge",
            "web-client",
            "HTTP requests",
            web_client_cluster(selection),
            "Envoy forwards them to the web client.",
        ),
        Edge {
            unit: "calls/s",
            ..request(
                "web-client",
                "envoy-grpc",
                "gRPC calls",
                calls(),
                "The web client makes a gRPC call for each request, through Envoy; any code but OK and Canceled is an error.",
            )
        },
        Edge {
            unit: "calls/s",
            ..request(
                "envoy-grpc",
                "echo-server",
                "gRPC calls",
                echoes(selection),
                "Envoy forwards echo calls to their server. Calls that Envoy aborts do not reach it.",
            )
        },
        Edge {
            unit: "calls/s",
            ..request(
                "envoy-grpc",
                "order-service",
                "gRPC calls",
                orders(selection),
                "Envoy forwards order calls to their server; errors and times exclude Watch streams.",
            )
        },
        Edge {
            unit: "ops/s",
            ..request(
                "order-service",
                "orders-db",
                "SQL",
                store(),
                "The order service reads and writes its orders; its store counts operations and their time, not their failures.",
            )
        },
        Edge {
            unit: "conn/s",
            ..request(
                "you",
                "tcp-balancer",
                "TCP connections",
                accepted(),
                "TCP clients connect to the balancer; refused connections and those without a backend are errors.",
            )
        },
    ];
    for host in ["hello-influx-1", "hello-influx-2"] {
        let title = "The balancer opens a backend connection for each client connection; one that cannot be opened is an error.";
        edges.push(Edge {
            unit: "conn/s",
            ..request("tcp-balancer", host, "TCP connections", opened(host), title)
        });
    }
    for host in ["hello-influx-1", "hello-influx-2"] {
        edges.push(Edge {
            kind: EdgeKind::Push,
            unit: "points/s",
            figures: Figures::Pushed { host },
            ..request(host, "influxdb", "points", Figures::None, "The hello server pushes a counter and a timer every second; p95 is the timer's, over the last minute.")
        });
    }
    edges
}

fn request(from: &'static str, to: &'static str, what: &'static str, figures: Figures, title: &str) -> Edge {
    Edge { from, to, kind: EdgeKind::Request, what, title: title.into(), unit: "req/s", figures }
}

fn prometheus(rate: String, failed: impl Into<Option<String>>, p95: impl Into<Option<String>>) -> Figures {
    Figures::Prometheus { rate, failed: failed.into(), p95: p95.into() }
}

/// Envoy's metrics if the sink exposes them.
fn edge_listener(selection: Selection) -> Figures {
    if !selection.has(Tutorial::Sink) {
        return web_client();
    }
    let listener = r#"job="envoy",envoy_http_conn_manager_prefix="edge""#;
    prometheus(
        rate("envoy", &format!("envoy_http_downstream_rq_total{{{listener}}}")),
        rate("envoy", &format!(r#"envoy_http_downstream_rq_xx{{{listener},envoy_response_code_class="5"}}"#)),
        p95_of_millis(&format!("envoy_http_downstream_rq_time_bucket{{{listener}}}")),
    )
}

fn web_client_cluster(selection: Selection) -> Figures {
    if !selection.has(Tutorial::Sink) {
        return web_client();
    }
    let cluster = r#"job="envoy",envoy_cluster_name="web-client""#;
    prometheus(
        rate("envoy", &format!("envoy_cluster_upstream_rq_total{{{cluster}}}")),
        rate("envoy", &format!(r#"envoy_cluster_upstream_rq_xx{{{cluster},envoy_response_code_class="5"}}"#)),
        p95_of_millis(&format!("envoy_cluster_upstream_rq_time_bucket{{{cluster}}}")),
    )
}

/// The web client's metrics, where Envoy's are not available.
fn web_client() -> Figures {
    let series = |name: &str, more: &str| {
        format!(r#"http_server_request_duration_seconds_{name}{{job="web-client"{more}}}"#)
    };
    prometheus(
        rate("web-client", &series("count", "")),
        rate("web-client", &series("count", r#",http_response_status_code=~"5..""#)),
        p95(&series("bucket", "")),
    )
}

fn calls() -> Figures {
    prometheus(
        rate("web-client", r#"grpc_client_started_total{job="web-client"}"#),
        rate("web-client", r#"grpc_client_handled_total{job="web-client",grpc_code!~"OK|Canceled"}"#),
        p95(&format!(r#"grpc_client_handling_seconds_bucket{{job="web-client",{UNARY}}}"#)),
    )
}

/// The rate from Envoy if the sink exposes it, else from the server; errors and times from the server.
fn echoes(selection: Selection) -> Figures {
    let arriving = if selection.has(Tutorial::Sink) {
        rate("envoy", r#"envoy_cluster_upstream_rq_total{job="envoy",envoy_cluster_name="echo-server"}"#)
    } else {
        rate("echo-server", &format!(r#"grpc_server_started_total{{job="echo-server",{UNARY}}}"#))
    };
    prometheus(
        arriving,
        rate(
            "echo-server",
            &format!(r#"grpc_server_handled_total{{job="echo-server",{UNARY},grpc_code!~"OK|Canceled"}}"#),
        ),
        p95(&format!(r#"grpc_server_handling_seconds_bucket{{job="echo-server",{UNARY}}}"#)),
    )
}

fn orders(selection: Selection) -> Figures {
    let method = r#"job="order-service",method!="Order.Watch""#;
    let arriving = if selection.has(Tutorial::Sink) {
        rate("envoy", r#"envoy_cluster_upstream_rq_total{job="envoy",envoy_cluster_name="order-service"}"#)
    } else {
        rate("order-service", &format!("micro_request_total{{{method}}}"))
    };
    prometheus(
        arriving,
        rate("order-service", &format!(r#"micro_request_total{{{method},status="fail"}}"#)),
        p95(&format!("micro_request_duration_seconds_bucket{{{method}}}")),
    )
}

fn store() -> Figures {
    let series =
        |name: &str| format!(r#"order_service_store_duration_seconds_{name}{{job="order-service"}}"#);
    prometheus(rate("order-service", &series("count")), None, p95(&series("bucket")))
}

/// Accepted and refused connections.
fn accepted() -> Figures {
    let of = |name: &str| {
        rate("tcp-balancer", &format!(r#"gobetween_server_{name}{{job="tcp-balancer",server="hello"}}"#))
    };
    let (accepted, refused, failed) =
        (of("connections_total"), of("refused_connections_total"), of("failed_connections_total"));
    prometheus(format!("({accepted}) + ({refused})"), format!("({failed}) + ({refused})"), None)
}

fn opened(host: &str) -> Figures {
    let of = |name: &str| {
        rate(
            "tcp-balancer",
            &format!(r#"gobetween_backend_{name}{{job="tcp-balancer",server="hello",host="{host}"}}"#),
        )
    };
    let (opened, refused) = (of("connections_total"), of("refused_connections_total"));
    prometheus(format!("({opened}) + ({refused})"), refused, None)
}
