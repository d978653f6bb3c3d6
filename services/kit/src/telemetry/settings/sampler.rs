//! Which traces are recorded.

use opentelemetry_sdk::trace::Sampler;

use super::variables::{InvalidVariable, Variables};

/// The sampler, and a sentence if its argument has no effect.
pub(super) fn read(variables: &Variables) -> Result<(Sampler, Option<String>), InvalidVariable> {
    let argument = variables.parsed("OTEL_TRACES_SAMPLER_ARG", "a number from 0 to 1", |value| {
        value.parse::<f64>().ok().filter(|ratio| (0.0..=1.0).contains(ratio))
    })?;
    let expected = "always_on, always_off or traceidratio, optionally prefixed with parentbased_";
    let sampler = variables.parsed("OTEL_TRACES_SAMPLER", expected, |value| {
        let value = value.to_ascii_lowercase();
        let (is_parent_based, root) = match value.strip_prefix("parentbased_") {
            Some(root) => (true, root),
            None => (false, &*value),
        };
        let sampler = match root {
            "always_on" => Sampler::AlwaysOn,
            "always_off" => Sampler::AlwaysOff,
            "traceidratio" => Sampler::TraceIdRatioBased(argument.unwrap_or(1.0)),
            _ => return None,
        };
        let sampler = if is_parent_based { Sampler::ParentBased(Box::new(sampler)) } else { sampler };
        Some((sampler, root == "traceidratio"))
    })?;
    let default = (Sampler::ParentBased(Box::new(Sampler::AlwaysOn)), false);
    let (sampler, has_ratio) = sampler.unwrap_or(default);
    let warning = "OTEL_TRACES_SAMPLER_ARG has no effect: OTEL_TRACES_SAMPLER is not traceidratio or parentbased_traceidratio";
    let warning = (argument.is_some() && !has_ratio).then(|| warning.to_owned());
    Ok((sampler, warning))
}
