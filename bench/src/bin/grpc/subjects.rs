//! The subjects of the measurement: one service, without a layer, in ours, and in the peer's.

use std::convert::Infallible;
use std::future::ready;

use grpc_telemetry::prometheus::{Buckets, ClientMetrics, Messages, ServerMetrics};
use grpc_telemetry::{RequestBody, go_micro};
use http::Request;
use tonic::body::Body;
use tower::{Layer, service_fn};

use crate::call::{self, Message};
use crate::reference_count::ReferenceCount;

/// A variant of the service.
pub(crate) struct Subject {
    pub(crate) name: &'static str,
    /// Creates a thread's function that makes one call.
    pub(crate) caller: fn(&Services) -> Box<dyn FnMut() + Send>,
}

/// The metrics, shared by all threads.
pub(crate) struct Services {
    pub(crate) server: ServerMetrics,
    /// As `server`, with exemplars.
    pub(crate) exemplars: ServerMetrics,
    micro: go_micro::ServerMetrics,
    client: ClientMetrics,
    reference_count: ReferenceCount,
}

impl Services {
    pub(crate) fn new() -> Self {
        let server = || {
            ServerMetrics::builder()
                .file_descriptor_set(lookout_proto::echo::FILE_DESCRIPTOR_SET)
                .handling_histogram(Buckets::default())
        };
        let exemplars = server().exemplars().build().expect("server metrics");
        let server = server().build().expect("server metrics");
        let client = ClientMetrics::builder()
            .file_descriptor_set(lookout_proto::echo::FILE_DESCRIPTOR_SET)
            .handling_histogram(Buckets::default())
            .build()
            .expect("client metrics");
        let micro = go_micro::ServerMetrics::builder("bench")
            .file_descriptor_set(lookout_proto::echo::FILE_DESCRIPTOR_SET)
            .build()
            .expect("go-micro metrics");
        Self { server, exemplars, micro, client, reference_count: ReferenceCount::default() }
    }
}

pub(crate) fn servers() -> [Subject; 5] {
    [
        Subject {
            name: "bare service",
            caller: |_| {
                let mut service =
                    service_fn(|request: Request<Message>| ready(Ok::<_, Infallible>(call::handle(request))));
                Box::new(move || call::make(&mut service, |request| request))
            },
        },
        Subject {
            name: "prometheus",
            caller: |services| {
                let mut service = services.server.layer().layer(service_fn(|request: Request<_>| {
                    ready(Ok::<_, Infallible>(call::handle::<RequestBody<Message, Messages>>(request)))
                }));
                Box::new(move || call::make(&mut service, |request| request))
            },
        },
        Subject {
            name: "go-micro",
            caller: |services| {
                let mut service = services.micro.layer().layer(service_fn(|request: Request<_>| {
                    ready(Ok::<_, Infallible>(call::handle::<RequestBody<Message, ()>>(request)))
                }));
                Box::new(move || call::make(&mut service, |request| request))
            },
        },
        Subject {
            name: "prometheus, counted",
            caller: |services| {
                let layer = services.server.layer().and(services.reference_count.clone());
                let mut service = layer.layer(service_fn(
                    |request: Request<RequestBody<Message, (Messages, ReferenceCount)>>| {
                        ready(Ok::<_, Infallible>(call::handle(request)))
                    },
                ));
                Box::new(move || call::make(&mut service, |request| request))
            },
        },
        Subject {
            name: "tonic_prometheus_layer",
            caller: |_| {
                let layer = tonic_prometheus_layer::MetricsLayer::new();
                let mut service = layer.layer(service_fn(|request: Request<Message>| {
                    ready(Ok::<_, Infallible>(call::handle(request)))
                }));
                Box::new(move || call::make(&mut service, |request| request))
            },
        },
    ]
}

/// The client layers. A channel takes tonic's boxed body, so the bare channel boxes it, too.
pub(crate) fn clients() -> [Subject; 3] {
    [
        Subject {
            name: "bare channel",
            caller: |_| {
                let mut channel =
                    service_fn(|request: Request<Body>| ready(Ok::<_, Infallible>(call::handle(request))));
                Box::new(move || call::make(&mut channel, |request| request.map(Body::new)))
            },
        },
        Subject {
            name: "prometheus",
            caller: |services| {
                let mut channel = services.client.layer().layer(service_fn(|request: Request<Body>| {
                    ready(Ok::<_, Infallible>(call::handle(request)))
                }));
                Box::new(move || call::make(&mut channel, |request| request.map(Body::new)))
            },
        },
        Subject {
            name: "tonic_prometheus_layer",
            caller: |_| {
                let mut channel =
                    tonic_prometheus_layer::MetricsChannel::new(service_fn(|request: Request<Body>| {
                        ready(Ok::<_, Infallible>(call::handle(request)))
                    }));
                Box::new(move || call::make(&mut channel, |request| request.map(Body::new)))
            },
        },
    ]
}
