//! The variables of an environment that concern telemetry, and their checks.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::ops::RangeInclusive;

use thiserror::Error;

/// Variables that have an effect.
const SUPPORTED: [&str; 31] = [
    "OTEL_ATTRIBUTE_COUNT_LIMIT",
    "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT",
    "OTEL_BSP_EXPORT_TIMEOUT",
    "OTEL_BSP_MAX_EXPORT_BATCH_SIZE",
    "OTEL_BSP_MAX_QUEUE_SIZE",
    "OTEL_BSP_SCHEDULE_DELAY",
    "OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT",
    "OTEL_EXPORTER_OTLP_COMPRESSION",
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_EXPORTER_OTLP_HEADERS",
    "OTEL_EXPORTER_OTLP_INSECURE",
    "OTEL_EXPORTER_OTLP_PROTOCOL",
    "OTEL_EXPORTER_OTLP_TIMEOUT",
    "OTEL_EXPORTER_OTLP_TRACES_COMPRESSION",
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    "OTEL_EXPORTER_OTLP_TRACES_HEADERS",
    "OTEL_EXPORTER_OTLP_TRACES_INSECURE",
    "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL",
    "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT",
    "OTEL_LINK_ATTRIBUTE_COUNT_LIMIT",
    "OTEL_PROPAGATORS",
    "OTEL_RESOURCE_ATTRIBUTES",
    "OTEL_SDK_DISABLED",
    "OTEL_SERVICE_NAME",
    "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT",
    "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT",
    "OTEL_SPAN_EVENT_COUNT_LIMIT",
    "OTEL_SPAN_LINK_COUNT_LIMIT",
    "OTEL_TRACES_EXPORTER",
    "OTEL_TRACES_SAMPLER",
    "OTEL_TRACES_SAMPLER_ARG",
];

/// Variables that change what others mean, or how secure the export is. The program does not start with them, because
/// it does not support them.
const REFUSED: [(&str, &str); 8] = [
    ("OTEL_CONFIG_FILE", "settings in variables"),
    ("OTEL_EXPERIMENTAL_CONFIG_FILE", "settings in variables"),
    ("OTEL_EXPORTER_OTLP_CERTIFICATE", NO_TLS),
    ("OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", NO_TLS),
    ("OTEL_EXPORTER_OTLP_CLIENT_KEY", NO_TLS),
    ("OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE", NO_TLS),
    ("OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE", NO_TLS),
    ("OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY", NO_TLS),
];
const NO_TLS: &str = "no value: spans are exported without TLS";

/// An environment variable has an invalid or unsupported value.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{name}: got {got}, expected {expected}")]
pub struct InvalidVariable {
    name: &'static str,
    /// The value in quotation marks, or words that do not disclose it.
    got: String,
    expected: String,
}

/// The variables that are set to a value: `RUST_LOG`, and all that start with `OTEL_`.
pub(super) struct Variables(BTreeMap<String, OsString>);

// === impl InvalidVariable ===

impl InvalidVariable {
    pub(in super::super) fn new(name: &'static str, got: &str, expected: impl Into<String>) -> Self {
        Self { name, got: format!("\"{got}\""), expected: expected.into() }
    }

    fn secret(name: &'static str, expected: &str) -> Self {
        Self { name, got: "a value that is not shown".to_owned(), expected: expected.to_owned() }
    }
}

// === impl Variables ===

impl Variables {
    pub(super) fn new<N, V>(variables: impl IntoIterator<Item = (N, V)>) -> Self
    where
        N: Into<OsString>,
        V: Into<OsString>,
    {
        let relevant = variables.into_iter().filter_map(|(name, value)| {
            let (name, value) = (name.into().into_string().ok()?, value.into());
            let concerns_telemetry = name == "RUST_LOG" || name.starts_with("OTEL_");
            (concerns_telemetry && !value.is_empty()).then_some((name, value))
        });
        Self(relevant.collect())
    }

    /// # Errors
    ///
    /// If a variable is set that the program must not ignore and does not support.
    pub(super) fn refuse_unsupported(&self) -> Result<(), InvalidVariable> {
        match REFUSED.iter().find(|(name, _)| self.0.contains_key(*name)) {
            Some((name, expected)) => Err(InvalidVariable::new(name, &self.lossy(name), *expected)),
            None => Ok(()),
        }
    }

    /// A sentence for each variable that has no effect.
    pub(super) fn without_effect(&self) -> Vec<String> {
        let unknown =
            self.0.keys().filter(|name| name.starts_with("OTEL_") && !SUPPORTED.contains(&&***name));
        unknown.map(|name| format!("{name} has no effect")).collect()
    }

    /// # Errors
    ///
    /// If the value is not UTF-8.
    pub(super) fn text(&self, name: &'static str) -> Result<Option<&str>, InvalidVariable> {
        debug_assert!(name == "RUST_LOG" || SUPPORTED.contains(&name), "{name}");
        let value = self.0.get(name).map(OsString::as_os_str);
        let invalid = || InvalidVariable::new(name, &self.lossy(name), "UTF-8");
        value.map(|value| value.to_str().ok_or_else(invalid)).transpose()
    }

    /// The value, if it is one that `parse` can read.
    pub(super) fn parsed<T>(
        &self,
        name: &'static str,
        expected: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, InvalidVariable> {
        let Some(value) = self.text(name)? else { return Ok(None) };
        parse(value).map(Some).ok_or_else(|| InvalidVariable::new(name, value, expected))
    }

    /// As [`Variables::parsed`], for a value that errors must not show.
    pub(super) fn secret<T>(
        &self,
        name: &'static str,
        expected: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, InvalidVariable> {
        let Some(value) = self.0.get(name) else { return Ok(None) };
        let parsed = value.to_str().and_then(parse);
        parsed.map(Some).ok_or_else(|| InvalidVariable::secret(name, expected))
    }

    pub(super) fn checked(
        &self,
        name: &'static str,
        expected: &str,
        is_valid: impl FnOnce(&str) -> bool,
    ) -> Result<Option<&str>, InvalidVariable> {
        self.parsed(name, expected, |value| is_valid(value).then_some(()))?;
        self.text(name)
    }

    /// The name among `names` that equals the value, ignoring case.
    pub(super) fn one_of(
        &self,
        name: &'static str,
        names: &[&'static str],
    ) -> Result<Option<&'static str>, InvalidVariable> {
        self.parsed(name, &names.join(" or "), |value| {
            names.iter().copied().find(|name| name.eq_ignore_ascii_case(value))
        })
    }

    pub(super) fn flag(&self, name: &'static str) -> Result<bool, InvalidVariable> {
        Ok(self.one_of(name, &["true", "false"])? == Some("true"))
    }

    pub(super) fn number(
        &self,
        name: &'static str,
        range: RangeInclusive<u32>,
    ) -> Result<Option<u32>, InvalidVariable> {
        let expected = format!("a whole number from {} to {}", range.start(), range.end());
        // `parse` would also accept a plus sign.
        let digits = |value: &str| value.bytes().all(|byte| byte.is_ascii_digit());
        self.parsed(name, &expected, |value| {
            digits(value).then(|| value.parse().ok())?.filter(|number| range.contains(number))
        })
    }

    fn lossy(&self, name: &str) -> String {
        self.0.get(name).map_or_else(String::new, |value| OsStr::to_string_lossy(value).into_owned())
    }
}
