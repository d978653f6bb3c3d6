//! The headers `traceparent` and `tracestate` of W3C Trace Context.

use opentelemetry::Context;
use opentelemetry::propagation::text_map_propagator::FieldIter;
use opentelemetry::propagation::{Extractor, Injector, TextMapPropagator};
use opentelemetry::trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId};

use super::trace_state;

const TRACEPARENT: &str = "traceparent";
const TRACESTATE: &str = "tracestate";
/// `00-`, the trace's ID, `-`, the parent's ID, `-`, and the flags.
const VERSION_00_LENGTH: usize = 55;

/// Reads and writes the two headers. Without exactly one valid `traceparent`, a new trace starts, and `tracestate` is
/// ignored.
#[derive(Debug)]
pub(super) struct TraceContextPropagator;

impl TextMapPropagator for TraceContextPropagator {
    fn inject_context(&self, context: &Context, headers: &mut dyn Injector) {
        let span = context.span();
        let span = span.span_context();
        if !span.is_valid() {
            return;
        }
        let (trace, parent, flags) =
            (span.trace_id(), span.span_id(), span.trace_flags() & TraceFlags::SAMPLED);
        headers.set(TRACEPARENT, format!("00-{trace}-{parent}-{flags:02x}"));
        let state = trace_state::header(span.trace_state());
        if !state.is_empty() {
            headers.set(TRACESTATE, state);
        }
    }

    fn extract_with_context(&self, context: &Context, headers: &dyn Extractor) -> Context {
        let parents = headers.get_all(TRACEPARENT).unwrap_or_default();
        let [parent] = parents[..] else { return context.clone() };
        let Some((trace, parent, flags)) = parse(parent) else { return context.clone() };
        let state = headers.get_all(TRACESTATE).map(|values| trace_state::parse(&values)).unwrap_or_default();
        context.with_remote_span_context(SpanContext::new(trace, parent, flags, true, state))
    }

    fn fields(&self) -> FieldIter<'_> {
        FieldIter::new(&[])
    }
}

fn parse(header: &str) -> Option<(TraceId, SpanId, TraceFlags)> {
    let header = header.trim_matches([' ', '\t']);
    let (known, future) = header.split_at_checked(VERSION_00_LENGTH)?;
    let mut fields = known.split('-');
    let (version, trace, parent, flags) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
    let version = u8::try_from(hex(version, 2)?).ok()?;
    let is_supported = match version {
        0 => future.is_empty(),
        0xff => false,
        // A later version may append fields.
        _ => future.is_empty() || future.starts_with('-'),
    };
    let (trace, parent) = (hex(trace, 32)?, u64::try_from(hex(parent, 16)?).ok()?);
    let flags = TraceFlags::new(u8::try_from(hex(flags, 2)?).ok()?) & TraceFlags::SAMPLED;
    (is_supported && trace != 0 && parent != 0).then(|| (TraceId::from(trace), SpanId::from(parent), flags))
}

/// A number of exactly `digits` lower-case hexadecimal digits.
fn hex(text: &str, digits: usize) -> Option<u128> {
    let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    let is_valid = text.len() == digits && text.bytes().all(is_hex);
    is_valid.then(|| u128::from_str_radix(text, 16).ok())?
}
