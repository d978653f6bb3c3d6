//! A straightforward sink: tonic's service, prost's messages, and a map from a series' text to its value.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use envoy_types::pb::envoy::service::metrics::v3::metrics_service_server::{
    MetricsService, MetricsServiceServer,
};
use envoy_types::pb::envoy::service::metrics::v3::{StreamMetricsMessage, StreamMetricsResponse};
use envoy_types::pb::io::prometheus::client::{Metric, MetricFamily};
use kit::shutdown::CancellationToken;
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::transport::Server;
use tonic::{Request, Response, Status, Streaming};

#[derive(Default)]
struct Peer {
    values: Arc<Mutex<HashMap<String, f64>>>,
}

#[tonic::async_trait]
impl MetricsService for Peer {
    async fn stream_metrics(
        &self,
        request: Request<Streaming<StreamMetricsMessage>>,
    ) -> Result<Response<StreamMetricsResponse>, Status> {
        let mut messages = request.into_inner();
        while let Some(message) = messages.message().await? {
            let mut values = self.values.lock().expect("nobody panics");
            for family in &message.envoy_metrics {
                for metric in &family.metric {
                    values.insert(series(family, metric), value(metric));
                }
            }
        }
        Ok(Response::new(StreamMetricsResponse {}))
    }
}

fn series(family: &MetricFamily, metric: &Metric) -> String {
    let mut text = family.name().to_owned();
    for label in &metric.label {
        text.push(',');
        text.push_str(label.name());
        text.push('=');
        text.push_str(label.value());
    }
    text
}

fn value(metric: &Metric) -> f64 {
    match (&metric.counter, &metric.gauge) {
        (Some(counter), _) => counter.value(),
        (_, Some(gauge)) => gauge.value(),
        _ => f64::NAN,
    }
}

pub(crate) async fn serve(listener: TcpListener, stop: CancellationToken) -> anyhow::Result<()> {
    let service = MetricsServiceServer::new(Peer::default()).max_decoding_message_size(16 << 20);
    let incoming = TcpListenerStream::new(listener);
    Server::builder().add_service(service).serve_with_incoming_shutdown(incoming, stop.cancelled()).await?;
    Ok(())
}
