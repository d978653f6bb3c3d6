//! Logs and traces of a process, from their installation to the last export.

use std::io;
use std::time::Duration;

use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::ExporterBuildError;
use opentelemetry_sdk::trace::SdkTracerProvider;
use thiserror::Error;
use tracing::Dispatch;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::{EnvFilter, Layer, Registry};

use super::logs::JsonLines;
use super::otlp;
use super::settings::{InvalidVariable, Settings, Traces};

/// Maximum time that [`Telemetry::shutdown`] waits for the collector.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(2);

/// Why telemetry could not start.
#[derive(Debug, Error)]
pub enum Error {
    /// An environment variable is invalid.
    #[error(transparent)]
    Variable(#[from] InvalidVariable),
    /// The OTLP exporter rejected its settings.
    #[error("OTLP exporter")]
    Exporter(#[from] ExporterBuildError),
    /// [`init`] has been called before in this process.
    #[error("telemetry is already installed")]
    AlreadyInstalled,
}

/// A handle that flushes the spans at the end of the program: call [`Telemetry::shutdown`].
#[derive(Debug)]
#[must_use = "spans are flushed by its shutdown"]
pub struct Telemetry {
    traces: Option<SdkTracerProvider>,
}

/// Reads the environment and installs logs (JSON lines on stdout) and traces for the process. `service` is the traces'
/// `service.name` unless `OTEL_SERVICE_NAME` or `OTEL_RESOURCE_ATTRIBUTES` sets it.
///
/// Call it inside a tokio runtime.
///
/// # Errors
///
/// If an environment variable is invalid, or on a second call.
pub fn init(service: &'static str, version: &'static str) -> Result<Telemetry, Error> {
    let settings = Settings::from_env()?;
    let (dispatch, telemetry) = build(service, version, &settings, io::stdout)?;
    tracing::dispatcher::set_global_default(dispatch).map_err(|_| Error::AlreadyInstalled)?;
    Ok(telemetry)
}

/// Builds what [`init`] installs, from explicit settings and with another writer for the log lines. The caller installs
/// the dispatcher: for the process, or, in a test, for the thread.
///
/// # Errors
///
/// If the log filter or the exporter's settings are invalid.
pub fn build<W>(
    service: &'static str,
    version: &'static str,
    settings: &Settings,
    writer: W,
) -> Result<(Dispatch, Telemetry), Error>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let filter = EnvFilter::builder().parse(&settings.log_filter).map_err(|_| InvalidVariable {
        name: "RUST_LOG",
        value: settings.log_filter.clone(),
        expected: "a filter",
    })?;
    let traces = match &settings.traces {
        Traces::Off => None,
        Traces::Local => Some(otlp::provider(service, version).build()),
        Traces::Otlp { endpoint } => Some(otlp::exporting_provider(service, version, endpoint)?),
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
    Ok((Dispatch::new(subscriber), Telemetry { traces }))
}

impl Telemetry {
    /// Exports the remaining spans. Waits at most two seconds for the collector; logs a failure.
    pub async fn shutdown(self) {
        let Some(traces) = self.traces else { return };
        // The provider blocks its thread, while the exporter's connection needs this runtime.
        let flushed = tokio::task::spawn_blocking(move || traces.shutdown_with_timeout(FLUSH_TIMEOUT)).await;
        match flushed {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "cannot export the last spans"),
            Err(error) => tracing::warn!(%error, "cannot export the last spans"),
        }
    }
}
