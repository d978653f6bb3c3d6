//! The subjects whose calls have spans: sampled and recorded, but not exported.

use std::convert::Infallible;
use std::future::ready;

use grpc_telemetry::prometheus::Messages;
use grpc_telemetry::trace::Tracer;
use grpc_telemetry::{CallObserver, Observer, RequestBody, ServerLayer};
use http::Request;
use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tower::{Layer, service_fn};
use tracing_subscriber::layer::SubscriberExt;

use crate::call::{self, Message};
use crate::subjects::{self, Subject};

/// Enables spans in this process.
pub(crate) fn install() {
    let tracer = SdkTracerProvider::builder().build().tracer("bench");
    let spans = tracing_opentelemetry::layer().with_tracer(tracer);
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(spans))
        .expect("installed once");
}

pub(crate) fn servers() -> [Subject; 4] {
    let [bare, ..] = subjects::servers();
    [
        bare,
        Subject { name: "spans", caller: |_| caller::<_, ()>(&ServerLayer::new(Tracer::new())) },
        Subject {
            name: "prometheus, spans",
            caller: |services| caller::<_, (Messages, ())>(&services.server.layer().and(Tracer::new())),
        },
        Subject {
            name: "the same with exemplars",
            caller: |services| caller::<_, (Messages, ())>(&services.exemplars.layer().and(Tracer::new())),
        },
    ]
}

fn caller<O, M>(layer: &ServerLayer<O>) -> Box<dyn FnMut() + Send>
where
    O: Observer,
    O::Call: CallObserver<Messages = M>,
    M: grpc_telemetry::MessageObserver,
{
    let mut service = layer.layer(service_fn(|request: Request<RequestBody<Message, M>>| {
        ready(Ok::<_, Infallible>(call::handle(request)))
    }));
    Box::new(move || call::make(&mut service, |request| request))
}
