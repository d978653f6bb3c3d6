//! The metrics of servers and backends: names, types and values.

use prometheus::proto::MetricType;

use super::{Family, Scope};
use crate::backend::{Backend, State};
use crate::discovery::Reason;
use crate::server::Server;
use crate::traffic::Snapshot;

pub(super) fn server_families() -> prometheus::Result<Vec<Family<Server>>> {
    type Value = fn(&Server, Snapshot) -> u64;
    let of = |kind, scope, name, help, value: Value| {
        Family::new(kind, scope, "server", name, help, &["server"], move |server, counts| {
            vec![(None, value(server, counts))]
        })
    };
    let state = |name, help, value: Value| of(MetricType::GAUGE, Scope::Current, name, help, value);
    let gauge = |name, help, value: Value| of(MetricType::GAUGE, Scope::Retained, name, help, value);
    let counter = |name, help, value: Value| of(MetricType::COUNTER, Scope::Retained, name, help, value);
    [
        state("count", "Backends of the server.", |server, _| server.pool.discovered().count() as u64),
        Family::new(
            MetricType::GAUGE,
            Scope::Current,
            "server",
            "backends",
            "Backends of the server by state. Only live ones get new connections.",
            &["server", "state"],
            |server: &Server, _| {
                let states: Vec<_> = server.pool.discovered().map(|backend| backend.state()).collect();
                let count = |state: State| states.iter().filter(|other| **other == state).count() as u64;
                State::ALL.map(|state| (Some(state.as_str()), count(state))).into()
            },
        ),
        Family::new(
            MetricType::COUNTER,
            Scope::Retained,
            "server",
            "discovery_failures_total",
            "Lookups and DNS records that discovery could not use.",
            &["server", "reason"],
            |server: &Server, _| {
                let failures = &server.discovery_failures;
                Reason::ALL.map(|reason| (Some(reason.as_str()), failures.get(reason))).into()
            },
        ),
        gauge("active_connections", "Open client connections.", |_, counts| counts.active),
        state(
            "max_connections",
            "Maximum number of client connections at a time; 0 is unlimited.",
            |server, _| server.config().max_connections().into(),
        ),
        counter("connections_total", "Client connections that were not refused.", |_, counts| {
            counts.connections
        }),
        counter(
            "refused_connections_total",
            "Client connections closed because the server was full.",
            |_, counts| counts.refused,
        ),
        counter(
            "failed_connections_total",
            "Client connections closed because no backend could be reached.",
            |server, _| server.failed_connections(),
        ),
        counter(
            "aborted_connections_total",
            "Client connections that the client closed before a backend was connected.",
            |server, _| server.aborted_connections(),
        ),
        counter("rx_total", "Bytes delivered to clients.", |_, counts| counts.rx),
        counter("tx_total", "Bytes delivered to backends.", |_, counts| counts.tx),
        gauge("rx_second", "Bytes per second delivered to clients, over 2 seconds.", |_, counts| {
            counts.rx_second
        }),
        gauge("tx_second", "Bytes per second delivered to backends, over 2 seconds.", |_, counts| {
            counts.tx_second
        }),
    ]
    .into_iter()
    .collect()
}

pub(super) fn backend_families() -> prometheus::Result<Vec<Family<Backend>>> {
    const LABELS: &[&str] = &["server", "host", "port"];
    type Value = fn(&Backend, Snapshot) -> u64;
    let of = |kind, scope, name, help, value: Value| {
        Family::new(kind, scope, "backend", name, help, LABELS, move |backend, counts| {
            vec![(None, value(backend, counts))]
        })
    };
    let state = |name, help, value: Value| of(MetricType::GAUGE, Scope::Current, name, help, value);
    let gauge = |name, help, value: Value| of(MetricType::GAUGE, Scope::Retained, name, help, value);
    let counter = |name, help, value: Value| of(MetricType::COUNTER, Scope::Retained, name, help, value);
    [
        state("live", "Whether the backend is healthy and has an address, 1 or 0.", |backend, _| {
            backend.is_reachable().into()
        }),
        state(
            "ejected",
            "Whether the backend gets no connections because connecting to it has failed, 1 or 0.",
            |backend, _| backend.is_ejected().into(),
        ),
        gauge(
            "active_connections",
            "Connections to the backend that are open or being opened.",
            |_, counts| counts.active,
        ),
        gauge("total_connections", "Same as gobetween_backend_connections_total.", |_, counts| {
            counts.connections
        }),
        gauge("refused_connections", "Same as gobetween_backend_refused_connections_total.", |_, counts| {
            counts.refused
        }),
        gauge("rx_bytes", "Same as gobetween_backend_rx_bytes_total.", |_, counts| counts.rx),
        gauge("tx_bytes", "Same as gobetween_backend_tx_bytes_total.", |_, counts| counts.tx),
        gauge(
            "rx_second",
            "Bytes per second from the backend delivered to clients, over 2 seconds.",
            |_, counts| counts.rx_second,
        ),
        gauge("tx_second", "Bytes per second delivered to the backend, over 2 seconds.", |_, counts| {
            counts.tx_second
        }),
        counter("connections_total", "Connections opened to the backend.", |_, counts| counts.connections),
        counter(
            "refused_connections_total",
            "Attempts to connect to the backend that failed.",
            |_, counts| counts.refused,
        ),
        counter("rx_bytes_total", "Bytes from the backend delivered to clients.", |_, counts| counts.rx),
        counter("tx_bytes_total", "Bytes delivered to the backend.", |_, counts| counts.tx),
    ]
    .into_iter()
    .collect()
}
