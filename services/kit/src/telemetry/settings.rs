//! What the environment asks for.

use std::env;

use http::Uri;
use tracing_subscriber::EnvFilter;

use crate::telemetry::Error;

const DEFAULT_FILTER: &str = "info";

/// What the environment asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Which log lines are written, in `RUST_LOG`'s syntax; `info` if it is not set. Spans are made whatever it says.
    pub log_filter: String,
    /// What becomes of spans.
    pub traces: Traces,
}

/// What becomes of spans.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Traces {
    /// `OTEL_SDK_DISABLED=true` or `OTEL_TRACES_EXPORTER=none`: no spans. A caller's trace context is passed on as it
    /// came, and stands in the log.
    Off,
    /// No endpoint: trace ids in logs and onward headers, nothing exported.
    Local,
    /// Exported over OTLP/gRPC.
    Otlp {
        /// Such as `http://jaeger:4317`.
        endpoint: String,
    },
}

impl Settings {
    /// Reads the process's environment. A variable that is set but empty counts as not set.
    ///
    /// Sampling, batching, resource attributes and the exporter's headers and timeout are left to the SDK, which reads
    /// their variables itself and takes its default for a wrong one: they are checked here.
    ///
    /// # Errors
    ///
    /// [`Error::Variable`] for a value that cannot be used.
    pub fn from_env() -> Result<Self, Error> {
        Self::from_variables(|name| env::var(name).ok())
    }

    fn from_variables(get: impl Fn(&'static str) -> Option<String>) -> Result<Self, Error> {
        let get = |name| get(name).filter(|value| !value.is_empty());
        check_sampler(&get)?;
        for name in NUMBERS {
            check(name, get(name), "a whole number", |value| value.parse::<u64>().is_ok())?;
        }
        let log_filter =
            check("RUST_LOG", get("RUST_LOG"), "a filter such as info or info,tower=debug", |value| {
                EnvFilter::builder().parse(value).is_ok()
            })?;
        Ok(Self { log_filter: log_filter.unwrap_or_else(|| DEFAULT_FILTER.into()), traces: traces(&get)? })
    }
}

const NUMBERS: [&str; 5] = [
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

fn traces(get: &impl Fn(&'static str) -> Option<String>) -> Result<Traces, Error> {
    let flag = |value: &str| ["true", "false"].iter().any(|word| value.eq_ignore_ascii_case(word));
    let disabled = check("OTEL_SDK_DISABLED", get("OTEL_SDK_DISABLED"), "true or false", flag)?;
    let exporter = check("OTEL_TRACES_EXPORTER", get("OTEL_TRACES_EXPORTER"), "otlp or none", |value| {
        ["otlp", "none"].contains(&value)
    })?;
    for name in ["OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"] {
        check(name, get(name), "grpc", |value| value == "grpc")?;
    }
    let mut endpoint = None;
    for name in ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] {
        let given = check(name, get(name), "an address such as http://jaeger:4317", is_plain_http)?;
        endpoint = given.or(endpoint);
    }
    let off = disabled.is_some_and(|value| value.eq_ignore_ascii_case("true"))
        || exporter.is_some_and(|value| value == "none");
    Ok(match endpoint {
        _ if off => Traces::Off,
        None => Traces::Local,
        Some(endpoint) => Traces::Otlp { endpoint },
    })
}

fn check_sampler(get: &impl Fn(&'static str) -> Option<String>) -> Result<(), Error> {
    const EXPECTED: &str = "always_on, always_off or traceidratio, each also with parentbased_ in front";
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
    right: impl Fn(&str) -> bool,
) -> Result<Option<String>, Error> {
    match value {
        Some(given) if !right(&given) => Err(Error::Variable { name, given, expected }),
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
    fn nothing_set_is_info_and_no_export() {
        let expected = Settings { log_filter: "info".into(), traces: Traces::Local };
        assert_eq!(read(&[]), Ok(expected.clone()));
        assert_eq!(read(&[("RUST_LOG", ""), ("OTEL_EXPORTER_OTLP_ENDPOINT", "")]), Ok(expected));
    }

    #[test]
    fn the_endpoint_of_traces_comes_before_the_common_one() {
        let common = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://a:4317");
        let traces = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://b:4317");
        let endpoint = |variables: &[_]| read(variables).map(|settings| settings.traces);
        assert_eq!(endpoint(&[common]), Ok(Traces::Otlp { endpoint: "http://a:4317".into() }));
        assert_eq!(endpoint(&[common, traces]), Ok(Traces::Otlp { endpoint: "http://b:4317".into() }));
    }

    #[test]
    fn a_disabled_sdk_and_no_exporter_are_off() {
        let endpoint = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://a:4317");
        for off in [("OTEL_SDK_DISABLED", "TRUE"), ("OTEL_TRACES_EXPORTER", "none")] {
            assert_eq!(read(&[endpoint, off]).map(|settings| settings.traces), Ok(Traces::Off));
        }
    }

    #[test]
    fn a_wrong_value_is_named_with_what_is_expected() {
        let wrong = [
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
        for (name, value) in wrong {
            let message = read(&[(name, value)]).expect_err(name);
            assert!(message.starts_with(&format!("{name}: got \"{value}\", expected ")), "{message}");
        }
    }
}
