//! Telemetry settings from the environment: `RUST_LOG` and OpenTelemetry's `OTEL_*`.
//!
//! The rule is the same for all variables: an empty one counts as not set, an invalid or unsupported value is an error
//! that names its variable, and a variable without an effect here is reported with a warning. The README has the table.

mod endpoint;
mod export;
mod limits;
mod pairs;
mod sampler;
mod variables;

use std::env;
use std::ffi::OsString;

use opentelemetry_sdk::trace::Sampler;
use tracing_subscriber::EnvFilter;

pub use self::endpoint::Endpoint;
pub use self::export::{Batches, Export};
pub use self::limits::Limits;
pub use self::variables::InvalidVariable;
use self::variables::Variables;

const DEFAULT_LOG_FILTER: &str = "info";

/// Which logs and traces a process produces.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Filter for log lines in `RUST_LOG`'s syntax; `info` if the variable is not set. It does not affect spans.
    pub log_filter: String,
    /// Destination of spans.
    pub traces: Traces,
    /// Attributes of the process: `OTEL_RESOURCE_ATTRIBUTES`, and `service.name` from `OTEL_SERVICE_NAME`.
    pub resource: Vec<(String, String)>,
    /// Which traces are recorded.
    pub sampler: Sampler,
    /// Maximum sizes of a span.
    pub limits: Limits,
    /// Which context passes from a request to the calls that it causes.
    pub propagators: Propagators,
    /// Variables without an effect, each as a sentence.
    pub warnings: Vec<String>,
}

/// Destination of spans.
#[derive(Debug, Clone)]
pub enum Traces {
    /// `OTEL_SDK_DISABLED=true` or `OTEL_TRACES_EXPORTER=none`: no spans. The caller's trace context is still logged, and
    /// forwarded unchanged.
    Off,
    /// Neither an endpoint nor an exporter is set: spans put trace ids into logs and outgoing requests, but are not
    /// exported.
    Local,
    /// Spans are exported over OTLP/gRPC.
    Otlp(Box<Export>),
}

/// Which context passes from a request to the calls that it causes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Propagators {
    /// `traceparent` and `tracestate`.
    pub trace_context: bool,
    /// `baggage`.
    pub baggage: bool,
}

impl Settings {
    /// Reads the process's environment.
    ///
    /// # Errors
    ///
    /// If a variable has an invalid or unsupported value.
    pub fn from_env() -> Result<Self, InvalidVariable> {
        Self::from_variables(env::vars_os())
    }

    /// Reads an environment of these names and values.
    ///
    /// # Errors
    ///
    /// As [`Settings::from_env`].
    pub fn from_variables<N, V>(variables: impl IntoIterator<Item = (N, V)>) -> Result<Self, InvalidVariable>
    where
        N: Into<OsString>,
        V: Into<OsString>,
    {
        let variables = Variables::new(variables);
        variables.refuse_unsupported()?;
        let log_filter =
            variables.checked("RUST_LOG", "a filter such as info or info,tower=debug", |value| {
                EnvFilter::builder().parse(value).is_ok()
            })?;
        let (sampler, sampler_warning) = sampler::read(&variables)?;
        let mut warnings = variables.without_effect();
        warnings.extend(sampler_warning);
        Ok(Self {
            log_filter: log_filter.unwrap_or(DEFAULT_LOG_FILTER).to_owned(),
            traces: traces(&variables)?,
            resource: resource(&variables)?,
            sampler,
            limits: Limits::read(&variables)?,
            propagators: propagators(&variables)?,
            warnings,
        })
    }
}

fn traces(variables: &Variables) -> Result<Traces, InvalidVariable> {
    let disabled = variables.flag("OTEL_SDK_DISABLED")?;
    let exporter = variables.one_of("OTEL_TRACES_EXPORTER", &["otlp", "none"])?;
    // Read even if it is not used: the settings are right or wrong regardless of others.
    let (export, has_endpoint) = export::read(variables)?;
    Ok(match exporter {
        _ if disabled => Traces::Off,
        Some("none") => Traces::Off,
        None if !has_endpoint => Traces::Local,
        _ => Traces::Otlp(Box::new(export)),
    })
}

fn resource(variables: &Variables) -> Result<Vec<(String, String)>, InvalidVariable> {
    let expected = "percent-encoded pairs such as deployment.environment.name=test,service.version=1";
    let attributes = variables.parsed("OTEL_RESOURCE_ATTRIBUTES", expected, pairs::parse)?;
    let mut attributes = attributes.unwrap_or_default();
    if let Some(name) = variables.text("OTEL_SERVICE_NAME")? {
        attributes.retain(|(key, _)| key != "service.name");
        attributes.push(("service.name".to_owned(), name.to_owned()));
    }
    Ok(attributes)
}

fn propagators(variables: &Variables) -> Result<Propagators, InvalidVariable> {
    let expected = "a list of tracecontext and baggage, or none";
    let propagators = variables.parsed("OTEL_PROPAGATORS", expected, |list| {
        let mut propagators = Propagators { trace_context: false, baggage: false };
        let mut none = false;
        for name in list.split(',') {
            match &*name.trim().to_ascii_lowercase() {
                "tracecontext" => propagators.trace_context = true,
                "baggage" => propagators.baggage = true,
                "none" => none = true,
                _ => return None,
            }
        }
        let any = propagators.trace_context || propagators.baggage;
        (none != any).then_some(propagators)
    })?;
    Ok(propagators.unwrap_or(Propagators { trace_context: true, baggage: true }))
}
