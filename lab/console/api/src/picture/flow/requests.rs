//! Requests, as they flow from the caller to the store.

use catalog::{Selection, Tutorial};

use super::{Figures, Flow};
use crate::picture::map::EdgeKind;
use crate::picture::promql::{p95, p95_of_millis, rate};

/// Calls that end; a watched stream of orders ends when somebody closes a page.
const ENDING: &str = r#"grpc_method!="Watch",grpc_service!~"grpc[.].+""#;

pub(super) fn flows(chosen: Selection) -> Vec<Flow> {
    let mut flows = vec![
        flow(
            "you",
            "envoy-edge",
            "HTTP requests",
            edge(chosen),
            "Browsers and the load call Envoy's edge; a 5xx answer is an error.",
        ),
        flow(
            "envoy-edge",
            "web-client",
            "HTTP requests",
            behind_edge(chosen),
            "Envoy passes them on to the web client.",
        ),
        Flow {
            unit: "calls/s",
            ..flow(
                "web-client",
                "envoy-grpc",
                "gRPC calls",
                calls(),
                "The web client makes a gRPC call of each, through Envoy again; any code but OK and Canceled is an error.",
            )
        },
        Flow {
            unit: "calls/s",
            ..flow(
                "envoy-grpc",
                "echo-server",
                "gRPC calls",
                echoes(chosen),
                "Envoy passes the echo's calls on to their server. What Envoy itself aborts never arrives here.",
            )
        },
        Flow {
            unit: "calls/s",
            ..flow(
                "envoy-grpc",
                "order-service",
                "gRPC calls",
                orders(chosen),
                "Envoy passes the orders' calls on to their server; watched streams are left out of errors and times.",
            )
        },
        Flow {
            unit: "ops/s",
            ..flow(
                "order-service",
                "orders-db",
                "SQL",
                store(),
                "The order service reads and writes its orders; its store counts operations and their time, not their failures.",
            )
        },
        Flow {
            unit: "conn/s",
            ..flow(
                "you",
                "tcp-balancer",
                "TCP connections",
                accepted(),
                "Any TCP client connects to the balancer; refused connections and those without a back end are errors.",
            )
        },
    ];
    for host in ["hello-influx-1", "hello-influx-2"] {
        let title = "The balancer opens a connection to a back end for each of a client; those that cannot be opened are errors.";
        flows.push(Flow {
            unit: "conn/s",
            ..flow("tcp-balancer", host, "TCP connections", opened(host), title)
        });
    }
    for host in ["hello-influx-1", "hello-influx-2"] {
        flows.push(Flow {
            kind: EdgeKind::Push,
            unit: "points/s",
            figures: Figures::Pushed { host },
            ..flow(host, "influxdb", "points", Figures::None, "Each second the hello server pushes a counter and a timer; p95 is that timer's, of answers in the last minute.")
        });
    }
    flows
}

fn flow(from: &'static str, to: &'static str, what: &'static str, figures: Figures, title: &str) -> Flow {
    Flow { from, to, kind: EdgeKind::Request, what, title: title.into(), unit: "req/s", figures }
}

fn prometheus(rate: String, failed: impl Into<Option<String>>, p95: impl Into<Option<String>>) -> Figures {
    Figures::Prometheus { rate, failed: failed.into(), p95: p95.into() }
}

/// Envoy's own where the sink has them.
fn edge(chosen: Selection) -> Figures {
    if !chosen.has(Tutorial::Sink) {
        return web_client();
    }
    let listener = r#"job="envoy",envoy_http_conn_manager_prefix="edge""#;
    prometheus(
        rate("envoy", &format!("envoy_http_downstream_rq_total{{{listener}}}")),
        rate("envoy", &format!(r#"envoy_http_downstream_rq_xx{{{listener},envoy_response_code_class="5"}}"#)),
        p95_of_millis(&format!("envoy_http_downstream_rq_time_bucket{{{listener}}}")),
    )
}

fn behind_edge(chosen: Selection) -> Figures {
    if !chosen.has(Tutorial::Sink) {
        return web_client();
    }
    let cluster = r#"job="envoy",envoy_cluster_name="web-client""#;
    prometheus(
        rate("envoy", &format!("envoy_cluster_upstream_rq_total{{{cluster}}}")),
        rate("envoy", &format!(r#"envoy_cluster_upstream_rq_xx{{{cluster},envoy_response_code_class="5"}}"#)),
        p95_of_millis(&format!("envoy_cluster_upstream_rq_time_bucket{{{cluster}}}")),
    )
}

/// The web client's own: what is in front of it is not counted.
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
        p95(&format!(r#"grpc_client_handling_seconds_bucket{{job="web-client",{ENDING}}}"#)),
    )
}

/// What reaches the server, as Envoy counts it where the sink has that; else, and its errors, as the server does.
fn echoes(chosen: Selection) -> Figures {
    let rate_of = if chosen.has(Tutorial::Sink) {
        rate("envoy", r#"envoy_cluster_upstream_rq_total{job="envoy",envoy_cluster_name="echo-server"}"#)
    } else {
        rate("echo-server", &format!(r#"grpc_server_started_total{{job="echo-server",{ENDING}}}"#))
    };
    prometheus(
        rate_of,
        rate(
            "echo-server",
            &format!(r#"grpc_server_handled_total{{job="echo-server",{ENDING},grpc_code!~"OK|Canceled"}}"#),
        ),
        p95(&format!(r#"grpc_server_handling_seconds_bucket{{job="echo-server",{ENDING}}}"#)),
    )
}

fn orders(chosen: Selection) -> Figures {
    let method = r#"job="order-service",method!="Order.Watch""#;
    let rate_of = if chosen.has(Tutorial::Sink) {
        rate("envoy", r#"envoy_cluster_upstream_rq_total{job="envoy",envoy_cluster_name="order-service"}"#)
    } else {
        rate("order-service", &format!("micro_request_total{{{method}}}"))
    };
    prometheus(
        rate_of,
        rate("order-service", &format!(r#"micro_request_total{{{method},status="fail"}}"#)),
        p95(&format!("micro_request_duration_seconds_bucket{{{method}}}")),
    )
}

fn store() -> Figures {
    let series =
        |name: &str| format!(r#"order_service_store_duration_seconds_{name}{{job="order-service"}}"#);
    prometheus(rate("order-service", &series("count")), None, p95(&series("bucket")))
}

/// Accepted connections and refused ones.
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
