//! `grpc.health.v1`, tied to the shutdown.

mod service;
mod statuses;

use tokio::sync::watch;
use tonic_health::pb::health_server::HealthServer;

use crate::shutdown::CancellationToken;
use statuses::Statuses;

pub use service::{HealthService, Watch};
pub use tonic_health::pb::health_check_response::ServingStatus;

/// The serving status of a gRPC server as a whole (the service name `""`) and of each of its services.
#[derive(Debug, Clone)]
pub struct GrpcHealth {
    statuses: watch::Sender<Statuses>,
}

impl GrpcHealth {
    /// Reports `SERVING`; also returns the gRPC service to add to the server. `services` are the full names of the
    /// server's own services.
    pub fn new(services: &[&str]) -> (Self, HealthServer<HealthService>) {
        let names = [""].iter().chain(services);
        let statuses = names.map(|name| ((*name).to_owned(), ServingStatus::Serving)).collect();
        let health = Self { statuses: watch::Sender::new(statuses) };
        let service = HealthService::new(health.statuses.clone());
        (health, HealthServer::new(service))
    }

    /// Sets a service's status, and sends it to the service's watchers. No effect after the shutdown.
    pub fn set(&self, service: &str, status: ServingStatus) {
        self.statuses.send_if_modified(|statuses| statuses.set(service, status));
    }

    /// Waits for `shutdown`, then reports `NOT_SERVING` to every watcher of a known service, and ends all watchers'
    /// streams. They never end by themselves and would hold up the drain.
    pub async fn stop_on(self, shutdown: CancellationToken) {
        shutdown.cancelled().await;
        self.statuses.send_modify(Statuses::stop);
    }
}
