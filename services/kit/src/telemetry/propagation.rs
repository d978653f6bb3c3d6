//! Context that passes from a request to the calls that it causes: W3C Trace Context and W3C Baggage.
//!
//! The propagators are the process's (`opentelemetry::global`), so that the layers of this crate and of
//! `grpc_telemetry` use the same. The SDK's propagators read only the first of several headers and accept invalid ones.

mod baggage;
mod trace_context;
mod trace_state;

use opentelemetry::global::set_text_map_propagator;
use opentelemetry::propagation::{TextMapCompositePropagator, TextMapPropagator};

use self::baggage::BaggagePropagator;
use self::trace_context::TraceContextPropagator;
use super::settings::Propagators;

/// Installs the propagators for the process.
pub(super) fn install(propagators: Propagators) {
    let mut installed: Vec<Box<dyn TextMapPropagator + Send + Sync>> = Vec::new();
    if propagators.trace_context {
        installed.push(Box::new(TraceContextPropagator));
    }
    if propagators.baggage {
        installed.push(Box::new(BaggagePropagator));
    }
    set_text_map_propagator(TextMapCompositePropagator::new(installed));
}
