//! `grpc.health.v1`, tied to the shutdown.

use tonic_health::ServingStatus;
use tonic_health::pb::health_server::HealthServer;
use tonic_health::server::{HealthReporter, HealthService};

use crate::shutdown::CancellationToken;

/// The serving status of a gRPC server as a whole (the service name `""`) and of each of its services.
pub struct GrpcHealth {
    reporter: HealthReporter,
    services: &'static [&'static str],
}

impl GrpcHealth {
    /// Reports `SERVING`; also returns the gRPC service to add to the server. `services` are the full names of the
    /// server's own services.
    pub async fn new(services: &'static [&'static str]) -> (Self, HealthServer<HealthService>) {
        let health = Self { reporter: HealthReporter::new(), services };
        for service in health.services() {
            health.reporter.set_service_status(service, ServingStatus::Serving).await;
        }
        let service = HealthService::from_health_reporter(health.reporter.clone());
        (health, HealthServer::new(service))
    }

    /// Waits for `shutdown`, then reports `NOT_SERVING` to every watcher and ends its stream. Watch streams never end
    /// by themselves and would hold up the drain.
    pub async fn stop_on(mut self, shutdown: CancellationToken) {
        shutdown.cancelled().await;
        for service in self.services() {
            self.reporter.set_service_status(service, ServingStatus::NotServing).await;
            self.reporter.clear_service_status(service).await;
        }
    }

    fn services(&self) -> impl Iterator<Item = &'static str> + use<> {
        [""].into_iter().chain(self.services.iter().copied())
    }
}
