//! The kinds of load that the lab can put on its services.

use crate::tutorial::{Selection, Tutorial};

/// A steady stream of requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Echoes through Envoy's edge.
    Echoes,
    /// Orders through Envoy's edge.
    Orders,
    /// Requests to the hello servers through the balancer, one per connection.
    Hellos,
    /// Like [`Stream::Hellos`], but each response takes a second.
    SlowHellos,
}

impl Stream {
    /// The streams that exercise the selected tutorials.
    pub fn of(selection: Selection) -> Vec<Self> {
        selection.tutorials().iter().copied().filter_map(Self::of_tutorial).collect()
    }

    /// The stream that exercises the tutorial, if it has one of its own.
    pub fn of_tutorial(tutorial: Tutorial) -> Option<Self> {
        match tutorial {
            Tutorial::Echo => Some(Self::Echoes),
            Tutorial::Order => Some(Self::Orders),
            Tutorial::Balancer => Some(Self::Hellos),
            Tutorial::Lab | Tutorial::Sink | Tutorial::Influx => None,
        }
    }

    /// Requests per second: enough for a stable rate over a few seconds.
    pub fn requests_per_second(self) -> u32 {
        match self {
            Self::Echoes => 20,
            Self::Orders | Self::Hellos | Self::SlowHellos => 10,
        }
    }

    /// The name in messages and in the console's API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Echoes => "echoes",
            Self::Orders => "orders",
            Self::Hellos => "hellos",
            Self::SlowHellos => "slow hellos",
        }
    }

    /// A `PromQL` expression that returns a series once Prometheus has scraped successful requests of the stream.
    pub fn success_query(self) -> &'static str {
        match self {
            Self::Echoes => {
                r#"sum(rate(grpc_client_handled_total{job="web-client",grpc_service="proto.EchoService",grpc_code="OK"}[3s])) > 0"#
            }
            Self::Orders => {
                r#"sum(rate(micro_request_total{job="order-service",method="Order.Create",status="success"}[3s])) > 0"#
            }
            Self::Hellos | Self::SlowHellos => {
                r#"sum(rate(gobetween_backend_rx_bytes_total{job="tcp-balancer",server="hello"}[3s])) > 0"#
            }
        }
    }
}
