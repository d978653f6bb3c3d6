//! Telemetry settings from the environment: `RUST_LOG` and OpenTelemetry's `OTEL_*`.

use std::env;

use http::Uri;
use thiserror::Error;
use tracing_subscriber::EnvFilter;

const DEFAULT_LOG_FILTER: &str = "info";

/// Which logs and traces a process produces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Filter for log lines in `RUST_LOG`'s syntax; `info` if the variable is not set. It does not affect spans.
    pub log_filter: String,
    /// Destination of spans.
    pub traces: Traces,
}

/// Destination of spans.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Traces {
    /// `OTEL_SDK_DISABLED=true` or `OTEL_TRACES_EXPORTER=none`: no spans. The caller's trace context is still logged, and
    /// forwarded unchanged.
    Off,
    /// No endpoint is set: spans put trace ids into logs and outgoing requests, but are not exported.
    Local,
    /// Spans are exported over OTLP/gRPC.
    Otlp {
        /// Address of the collector, such as `http://jaeger:4317`.
        endpoint: String,
    },
}

/// An environment variable has an invalid value.
#[derive(Debug, Error)]
#[error("{name}: got \"{value}\", expected {expected}")]
pub struct InvalidVariable {
    pub(super) name: &'static str,
    pub(super) value: String,
    pub(super) expected: &'static str,
}

impl Settings {
    /// Reads the process's environment. An empty variable counts as not set.
    ///
    /// The SDK itself reads the variables for sampling, batching and the exporter's timeout, and falls back to its
    /// default if a value is invalid. They are therefore only validated here.
    ///
    /// # Errors
    ///
    /// If a variable has an invalid value.
    pub fn from_env() -> Result<Self, InvalidVariable> {
        Self::from_variables(|name| env::var(name).ok())
    }

    fn from_variables(get: impl Fn(&'static str) -> Option<String>) -> Result<Self, InvalidVariable> {
        let get = |name| get(name).filter(|value| !value.is_empty());
        check_sampler(&get)?;
        for name in WHOLE_NUMBERS {
            check(name, get(name), "a whole number", |value| value.parse::<u64>().is_ok())?;
        }
        let log_filter =
            check("RUST_LOG", get("RUST_LOG"), "a filter such as info or info,tower=debug", |value| {
                EnvFilter::builder().parse(value).is_ok()
            })?;
        Ok(Self {
            log_filter: log_filter.unwrap_or_else(|| DEFAULT_LOG_FILTER.into()),
            traces: traces(&get)?,
        })
    }
}

const WHOLE_NUMBERS: [&str; 5] = [
    "OTEL_BSP_EXPORT_TIMEOUT",
    "OTEL_BSP_MAX_EXPORT_BATCH_SIZE",
    "OTEL_BSP_MAX_QUEUE_SIZE",
    "OTEL_BSP_SCHEDULE_DELAY",
    "OTEL_EXPORTER_OTLP_TIMEOUT",
];

const SAMPLERS: [&str; 6] = [
    "always_on",
    "always_off",
    "traceidratio",
    "parentbased_always_on",
    "parentbased_always_off",
    "parentbased_traceidratio",
];

fn traces(get: &impl Fn(&'static str) -> Option<String>) -> Result<Traces, InvalidVariable> {
    let is_bool = |value: &str| ["true", "false"].iter().any(|word| value.eq_ignore_ascii_case(word));
    let disabled = check("OTEL_SDK_DISABLED", get("OTEL_SDK_DISABLED"), "true or false", is_bool)?;
    let exporter = check("OTEL_TRACES_EXPORTER", get("OTEL_TRACES_EXPORTER"), "otlp or none", |value| {
        ["otlp", "none"].contains(&value)
    })?;
    for name in ["OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"] {
        check(name, get(name), "grpc", |value| value == "grpc")?;
    }
    let mut endpoint = None;
    for name in ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] {
        let value = check(name, get(name), "an address such as http://jaeger:4317", is_plain_http)?;
        endpoint = value.or(endpoint);
    }
    let off = disabled.is_some_and(|value| value.eq_ignore_ascii_case("true"))
        || exporter.is_some_and(|value| value == "none");
    Ok(match endpoint {
        _ if off => Traces::Off,
        None => Traces::Local,
        Some(endpoint) => Traces::Otlp { endpoint },
    })
}

fn check_sampler(get: &impl Fn(&'static str) -> Option<String>) -> Result<(), InvalidVariable> {
    const EXPECTED: &str = "always_on, always_off or traceidratio, optionally prefixed with parentbased_";
    check("OTEL_TRACES_SAMPLER", get("OTEL_TRACES_SAMPLER"), EXPECTED, |value| SAMPLERS.contains(&value))?;
    check("OTEL_TRACES_SAMPLER_ARG", get("OTEL_TRACES_SAMPLER_ARG"), "a number from 0 to 1", |value| {
        value.parse::<f64>().is_ok_and(|ratio| (0.0..=1.0).contains(&ratio))
    })?;
    Ok(())
}

fn is_plain_http(value: &str) -> bool {
    value.parse::<Uri>().is_ok_and(|uri| uri.scheme_str() == Some("http") && uri.host().is_some())
}

fn check(
    name: &'static str,
    value: Option<String>,
    expected: &'static str,
    is_valid: impl Fn(&str) -> bool,
) -> Result<Option<String>, InvalidVariable> {
    match value {
        Some(value) if !is_valid(&value) => Err(InvalidVariable { name, value, expected }),
        value => Ok(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Settings, String> {
        let get =
            |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).into());
        Settings::from_variables(get).map_err(|error| error.to_string())
    }

    #[test]
    fn defaults_are_info_logs_and_no_export() {
        let expected = Settings { log_filter: "info".into(), traces: Traces::Local };
        assert_eq!(read(&[]), Ok(expected.clone()));
        assert_eq!(read(&[("RUST_LOG", ""), ("OTEL_EXPORTER_OTLP_ENDPOINT", "")]), Ok(expected));
    }

    #[test]
    fn the_endpoint_for_traces_overrides_the_common_one() {
        let common = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://a:4317");
        let traces = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://b:4317");
        let endpoint = |variables: &[_]| read(variables).map(|settings| settings.traces);
        assert_eq!(endpoint(&[common]), Ok(Traces::Otlp { endpoint: "http://a:4317".into() }));
        assert_eq!(endpoint(&[common, traces]), Ok(Traces::Otlp { endpoint: "http://b:4317".into() }));
    }

    #[test]
    fn a_disabled_sdk_or_exporter_turns_traces_off() {
        let endpoint = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://a:4317");
        for off in [("OTEL_SDK_DISABLED", "TRUE"), ("OTEL_TRACES_EXPORTER", "none")] {
            assert_eq!(read(&[endpoint, off]).map(|settings| settings.traces), Ok(Traces::Off));
        }
    }

    #[test]
    fn an_invalid_value_is_reported_with_its_name_and_the_expected_values() {
        let invalid = [
            ("RUST_LOG", "a=b=c"),
            ("OTEL_SDK_DISABLED", "yes"),
            ("OTEL_TRACES_EXPORTER", "zipkin"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "jaeger:4317"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "https://jaeger:4317"),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
            ("OTEL_TRACES_SAMPLER", "sometimes"),
            ("OTEL_TRACES_SAMPLER_ARG", "2"),
            ("OTEL_BSP_MAX_QUEUE_SIZE", "many"),
        ];
        for (name, value) in invalid {
            let message = read(&[(name, value)]).expect_err(name);
            assert!(message.starts_with(&format!("{name}: got \"{value}\", expected ")), "{message}");
        }
    }
}
