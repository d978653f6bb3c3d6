//! The gRPC service. tonic-health's own ends a watch of an unknown service with `NOT_FOUND`: see the README.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::sync::watch;
use tokio_stream::Stream;
use tokio_stream::wrappers::WatchStream;
use tonic::{Request, Response, Status};
use tonic_health::pb::health_server::Health;
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};

use super::ServingStatus;
use super::statuses::Statuses;

/// `grpc.health.v1.Health`, as its definition and Go's server specify it.
#[derive(Debug)]
pub struct HealthService {
    /// The sender, because a receiver would be marked as closed when the [`GrpcHealth`](super::GrpcHealth) is dropped.
    statuses: watch::Sender<Statuses>,
}

/// A watcher's stream: the service's status, and each change of it. It ends when the server shuts down.
#[derive(Debug)]
pub struct Watch {
    statuses: WatchStream<Statuses>,
    service: String,
    sent: Option<ServingStatus>,
    ended: bool,
}

impl HealthService {
    pub(super) fn new(statuses: watch::Sender<Statuses>) -> Self {
        Self { statuses }
    }
}

#[tonic::async_trait]
impl Health for HealthService {
    async fn check(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<HealthCheckResponse>, Status> {
        let status = self.statuses.borrow().get(&request.get_ref().service);
        status.map(response).map(Response::new).ok_or_else(|| Status::not_found("unknown service"))
    }

    type WatchStream = Watch;

    async fn watch(&self, request: Request<HealthCheckRequest>) -> Result<Response<Watch>, Status> {
        Ok(Response::new(Watch {
            statuses: WatchStream::new(self.statuses.subscribe()),
            service: request.into_inner().service,
            sent: None,
            ended: false,
        }))
    }
}

fn response(status: ServingStatus) -> HealthCheckResponse {
    HealthCheckResponse { status: status.into() }
}

impl Stream for Watch {
    type Item = Result<HealthCheckResponse, Status>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        while !self.ended {
            let Some(statuses) = ready!(Pin::new(&mut self.statuses).poll_next(context)) else { break };
            self.ended = statuses.is_stopped();
            let status = statuses.get(&self.service).unwrap_or(ServingStatus::ServiceUnknown);
            if self.sent.replace(status) != Some(status) {
                return Poll::Ready(Some(Ok(response(status))));
            }
        }
        Poll::Ready(None)
    }
}

#[cfg(test)]
mod tests {
    use tokio_stream::StreamExt;

    use super::super::GrpcHealth;
    use super::ServingStatus::{NotServing, ServiceUnknown, Serving};
    use super::*;
    use crate::shutdown::CancellationToken;

    struct Watched {
        health: GrpcHealth,
        service: HealthService,
    }

    impl Watched {
        fn new() -> Self {
            let (health, _) = GrpcHealth::new(&["a"]);
            let service = HealthService::new(health.statuses.clone());
            Self { health, service }
        }

        async fn watch(&self, service: &str) -> Watch {
            let request = HealthCheckRequest { service: service.into() };
            self.service.watch(Request::new(request)).await.expect("a stream").into_inner()
        }

        async fn check(&self, service: &str) -> Result<ServingStatus, tonic::Code> {
            let request = HealthCheckRequest { service: service.into() };
            let response = self.service.check(Request::new(request)).await;
            response.map(|response| response.get_ref().status()).map_err(|status| status.code())
        }
    }

    async fn next(watch: &mut Watch) -> Option<ServingStatus> {
        watch.next().await.map(|response| response.expect("no error").status())
    }

    #[tokio::test]
    async fn a_watcher_of_an_unknown_service_receives_its_status_once_it_appears() {
        let server = Watched::new();
        let mut watch = server.watch("b").await;
        assert_eq!(next(&mut watch).await, Some(ServiceUnknown));
        assert_eq!(server.check("b").await, Err(tonic::Code::NotFound));
        server.health.set("other", Serving);
        server.health.set("b", Serving);
        assert_eq!(next(&mut watch).await, Some(Serving), "no message for the other service");
        assert_eq!(server.check("b").await, Ok(Serving));
    }

    #[tokio::test]
    async fn a_watcher_receives_each_status_once_and_the_end_at_the_shutdown() {
        let server = Watched::new();
        let mut watch = server.watch("a").await;
        assert_eq!(next(&mut watch).await, Some(Serving));
        server.health.set("a", Serving);
        server.health.set("a", NotServing);
        assert_eq!(next(&mut watch).await, Some(NotServing));
        server.health.set("a", Serving);
        assert_eq!(next(&mut watch).await, Some(Serving));
        let shutdown = CancellationToken::new();
        shutdown.cancel();
        server.health.clone().stop_on(shutdown).await;
        server.health.set("a", Serving);
        assert_eq!(next(&mut watch).await, Some(NotServing));
        assert_eq!(next(&mut watch).await, None);
        assert_eq!(server.check("a").await, Ok(NotServing));
        assert_eq!(server.check("").await, Ok(NotServing));
    }

    #[tokio::test]
    async fn a_late_watcher_receives_the_final_status_and_the_end() {
        let server = Watched::new();
        let shutdown = CancellationToken::new();
        shutdown.cancel();
        server.health.clone().stop_on(shutdown).await;
        for (service, status) in [("a", NotServing), ("b", ServiceUnknown)] {
            let mut watch = server.watch(service).await;
            assert_eq!((next(&mut watch).await, next(&mut watch).await), (Some(status), None));
        }
    }
}
