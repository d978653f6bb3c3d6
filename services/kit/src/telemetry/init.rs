//! Logs and traces, installed for the process.

use std::io;
use std::time::Duration;

use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::Dispatch;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::{EnvFilter, Layer, Registry};

use crate::telemetry::log::JsonLines;
use crate::telemetry::settings::{Settings, Traces};
use crate::telemetry::{Error, otlp};

/// How long the end of the program waits for the last spans to reach the collector.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(2);

/// Logs and traces that run. Keep it until the end, then call [`Telemetry::shutdown`].
#[derive(Debug)]
#[must_use = "spans are flushed by its shutdown"]
pub struct Telemetry {
    traces: Option<SdkTracerProvider>,
}

/// Reads the environment and installs logs (JSON lines on stdout) and traces for the process. `service` is the
/// traces' `service.name` unless `OTEL_SERVICE_NAME` or `OTEL_RESOURCE_ATTRIBUTES` has another.
///
/// Call it inside a tokio runtime.
///
/// # Errors
///
/// For a wrong environment variable, and if it has been called before.
pub fn init(service: &'static str, version: &'static str) -> Result<Telemetry, Error> {
    let settings = Settings::from_env()?;
    let (dispatch, telemetry) = with_settings(service, version, &settings, io::stdout)?;
    tracing::dispatcher::set_global_default(dispatch).map_err(|_| Error::Started)?;
    Ok(telemetry)
}

/// As [`init`], with explicit settings and a place for the log lines, and not installed: a test that wants logs and
/// traces of its own makes the dispatcher its thread's default.
///
/// # Errors
///
/// If the filter or the exporter's settings cannot be used.
pub fn with_settings<W>(
    service: &'static str,
    version: &'static str,
    settings: &Settings,
    log: W,
) -> Result<(Dispatch, Telemetry), Error>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let filter = EnvFilter::builder().parse(&settings.log_filter).map_err(|_| Error::Variable {
        name: "RUST_LOG",
        given: settings.log_filter.clone(),
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
            // Of what libraries trace below `info`, nothing becomes a span, however chatty the log is made.
            .with_filter(LevelFilter::INFO)
    });
    let subscriber = Registry::default().with(spans).with(JsonLines::new(log).with_filter(filter));
    Ok((Dispatch::new(subscriber), Telemetry { traces }))
}

impl Telemetry {
    /// Sends the spans that are left to the collector, waiting at most two seconds for it.
    pub async fn shutdown(self) {
        let Some(traces) = self.traces else { return };
        // It blocks, while the connection that it waits for needs this runtime.
        let flushed = tokio::task::spawn_blocking(move || traces.shutdown_with_timeout(FLUSH_TIMEOUT)).await;
        match flushed {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the last spans were not sent"),
            Err(error) => tracing::warn!(%error, "the last spans were not sent"),
        }
    }
}
