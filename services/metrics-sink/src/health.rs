//! `grpc.health.v1`: serving, until it is time to stop.

use tonic_health::ServingStatus;
use tonic_health::pb::health_server::HealthServer;
use tonic_health::server::{HealthReporter, HealthService};

/// The server as a whole, and its two services.
const NAMES: [&str; 3] =
    ["", "envoy.service.metrics.v3.MetricsService", "envoy.service.metrics.v2.MetricsService"];

/// What the server says of its health.
pub(crate) struct Health(HealthReporter);

impl Health {
    /// Serving.
    pub(crate) async fn new() -> (Self, HealthServer<HealthService>) {
        let reporter = HealthReporter::new();
        for name in NAMES {
            reporter.set_service_status(name, ServingStatus::Serving).await;
        }
        let service = HealthService::from_health_reporter(reporter.clone());
        (Self(reporter), HealthServer::new(service))
    }

    /// Not serving any more. Those who watch are told, and their streams end.
    pub(crate) async fn stop(mut self) {
        for name in NAMES {
            self.0.set_service_status(name, ServingStatus::NotServing).await;
            self.0.clear_service_status(name).await;
        }
    }
}
