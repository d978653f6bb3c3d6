//! The reporter, built from the settings.

use std::time::Duration;

use push_metrics::{BuildError, Destination, DestinationError, Registry, Reporter, redact};

use crate::Error;
use crate::settings::{AccessError, Settings};

const PUSH_INTERVAL: Duration = Duration::from_secs(1);

/// A reporter of this registry; `None` without an address.
pub(crate) fn reporter(settings: &Settings, registry: &Registry) -> Result<Option<Reporter>, Error> {
    if settings.influx_url.is_empty() {
        return Ok(None);
    }
    let reporter = Reporter::builder(destination(settings)?)
        .interval(PUSH_INTERVAL)
        .align(settings.points.influx_align)
        .schema(settings.points.schema())
        .tag("host", &settings.host_tag)
        .tag("service", "hello-influx")
        .build(registry)
        .map_err(|source| Error::Reporter { flag: flag(&source), source })?;
    tracing::info!(url = redact(&settings.influx_url), database = settings.influx_db, "pushing to InfluxDB");
    Ok(Some(reporter))
}

fn destination(settings: &Settings) -> Result<Destination, Error> {
    let Settings { influx_url: url, influx_db: database, points, access, .. } = settings;
    let mut destination = if points.influx_org.is_empty() {
        let destination =
            Destination::v1(url, database).map_err(invalid)?.create_database(settings.influx_retention);
        access.add_to(destination)?
    } else {
        let token = access.token()?.ok_or(AccessError::Missing("--influx-org needs --influx-token"))?;
        Destination::v2(url, &points.influx_org, database, token.expose()).map_err(invalid)?
    };
    if !points.influx_rp.is_empty() {
        destination = destination.retention_policy(&points.influx_rp);
    }
    if let Some(level) = points.influx_consistency {
        destination = destination.consistency(level);
    }
    Ok(destination.precision(points.influx_precision))
}

fn invalid(source: DestinationError) -> Error {
    let flag = match source {
        DestinationError::Database => "--influx-db",
        DestinationError::Token => "--influx-token",
        _ => "--influx-url",
    };
    Error::Destination { flag, source }
}

/// The flag whose value the error is about.
fn flag(error: &BuildError) -> &'static str {
    match error {
        BuildError::Tag(_) => "--host-tag",
        BuildError::Measurement(_) => "--influx-measurement",
        BuildError::Precision => "--influx-precision",
        BuildError::Destination(DestinationError::Retention(_)) => "--influx-retention",
        BuildError::Destination(_) => "--influx-org",
        _ => "--influx-url",
    }
}
