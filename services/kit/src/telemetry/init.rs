//! Logs and traces of a process, from their installation to the last export.

use std::time::Duration;

use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::trace::SdkTracerProvider;
use prometheus::Registry as Metrics;
use thiserror::Error;
use tracing::Dispatch;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::{EnvFilter, Layer, Registry};

use super::logs::JsonLines;
use super::settings::{InvalidVariable, Settings, Traces};
use super::spans::{Exporter, SpanCounters, SpanQueue, Waiting};
use super::{panics, propagation, provider};
use crate::line_queue::LineQueue;

/// Maximum time that [`Telemetry::shutdown`] waits for the collector.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(2);

/// Why telemetry could not start.
#[derive(Debug, Error)]
pub enum Error {
    /// An environment variable is invalid.
    #[error(transparent)]
    Variable(#[from] InvalidVariable),
    /// [`init`] has been called before in this process.
    #[error("telemetry is already installed")]
    AlreadyInstalled,
}

/// A handle that flushes the spans at the end of the program: call [`Telemetry::shutdown`].
#[derive(Debug)]
#[must_use = "spans are flushed by its shutdown"]
pub struct Telemetry {
    traces: Option<SdkTracerProvider>,
    counters: SpanCounters,
    waiting: Waiting,
}

/// Reads the environment and installs logs (JSON lines on stdout, including panics) and traces for the process. `service`
/// is the traces' `service.name` unless `OTEL_SERVICE_NAME` or `OTEL_RESOURCE_ATTRIBUTES` sets it.
///
/// Log lines pass through [`LineQueue::stdout`], so that no thread waits for their reader: call its
/// [`finish`](LineQueue::finish) at the end of the program.
///
/// Call it inside a tokio runtime.
///
/// # Errors
///
/// If an environment variable is invalid, or on a second call.
pub fn init(service: &'static str, version: &'static str) -> Result<Telemetry, Error> {
    let settings = Settings::from_env()?;
    let lines = LineQueue::stdout();
    let (dispatch, telemetry) = build(service, version, &settings, move || lines.clone())?;
    tracing::dispatcher::set_global_default(dispatch).map_err(|_| Error::AlreadyInstalled)?;
    panics::log();
    for warning in &settings.warnings {
        tracing::warn!("{warning}");
    }
    Ok(telemetry)
}

/// Builds what [`init`] installs, from explicit settings and with another writer for the log lines. The caller installs
/// the dispatcher: for the process, or, in a test, for the thread. The propagators are installed for the process.
///
/// # Errors
///
/// If the log filter is invalid.
pub fn build<W>(
    service: &'static str,
    version: &'static str,
    settings: &Settings,
    writer: W,
) -> Result<(Dispatch, Telemetry), Error>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let filter = EnvFilter::builder()
        .parse(&settings.log_filter)
        .map_err(|_| InvalidVariable::new("RUST_LOG", &settings.log_filter, "a filter"))?;
    propagation::install(settings.propagators);
    let (counters, waiting) = (SpanCounters::new(), Waiting::default());
    let resource = provider::resource(service, version, &settings.resource);
    let provider = provider::builder(settings, resource.clone());
    let traces = match &settings.traces {
        Traces::Off => None,
        Traces::Local => Some(provider.build()),
        Traces::Otlp(export) => {
            let exporter = Exporter::new(export, &resource, waiting.clone(), counters.clone());
            let max_chars = settings.limits.value_chars;
            let queue =
                SpanQueue::new(export.batches, max_chars, exporter, waiting.clone(), counters.clone());
            Some(provider.with_span_processor(queue).build())
        }
    };
    let spans = traces.as_ref().map(|provider| {
        tracing_opentelemetry::layer()
            .with_tracer(provider.tracer(service))
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_tracked_inactivity(false)
            // A verbose log filter must not turn the debug spans of libraries into exported spans.
            .with_filter(LevelFilter::INFO)
    });
    let subscriber = Registry::default().with(spans).with(JsonLines::new(writer).with_filter(filter));
    Ok((Dispatch::new(subscriber), Telemetry { traces, counters, waiting }))
}

impl Telemetry {
    /// Registers `otel_spans_exported_total` and `otel_spans_dropped_total`, with every reason at 0.
    ///
    /// # Errors
    ///
    /// If the registry already has metrics of these names.
    pub fn register_metrics(&self, registry: &Metrics) -> prometheus::Result<()> {
        self.counters.register(registry)
    }

    /// Exports the remaining spans. Waits at most two seconds for the collector; logs a failure.
    pub async fn shutdown(self) {
        let Some(traces) = self.traces else { return };
        // The provider blocks its thread, while the exporter's connection needs this runtime.
        let flushed = tokio::task::spawn_blocking(move || traces.shutdown_with_timeout(FLUSH_TIMEOUT)).await;
        let spans = self.waiting.spans();
        match flushed {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, spans, "cannot export the last spans"),
            Err(error) => tracing::warn!(%error, spans, "cannot export the last spans"),
        }
    }
}
