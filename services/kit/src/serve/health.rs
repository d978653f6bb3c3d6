//! `grpc.health.v1`: serving, until it is time to stop.

use crate::shutdown::CancellationToken;
use tonic_health::ServingStatus;
use tonic_health::pb::health_server::HealthServer;
use tonic_health::server::{HealthReporter, HealthService};

/// What a gRPC server says of its health: of itself as a whole, the name `""`, and of each service that it names.
pub struct Health {
    reporter: HealthReporter,
    names: &'static [&'static str],
}

impl Health {
    /// Serving, and the gRPC service that says so. `names` are the full names of the server's own services.
    pub async fn new(names: &'static [&'static str]) -> (Self, HealthServer<HealthService>) {
        let health = Self { reporter: HealthReporter::new(), names };
        for name in health.names() {
            health.reporter.set_service_status(name, ServingStatus::Serving).await;
        }
        let service = HealthService::from_health_reporter(health.reporter.clone());
        (health, HealthServer::new(service))
    }

    /// Not serving any more once `shutdown` is cancelled. Those who watch are told, and their streams end: they would
    /// hold up the drain, being made to last.
    pub async fn until(mut self, shutdown: CancellationToken) {
        shutdown.cancelled().await;
        for name in self.names() {
            self.reporter.set_service_status(name, ServingStatus::NotServing).await;
            self.reporter.clear_service_status(name).await;
        }
    }

    fn names(&self) -> impl Iterator<Item = &'static str> + use<> {
        [""].into_iter().chain(self.names.iter().copied())
    }
}
