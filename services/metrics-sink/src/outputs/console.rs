//! The console output: one JSON object per line, for people and for `jq`.

use std::sync::Arc;

use kit::line_queue::LineQueue;
use serde_json::{Map, Value, json};

use crate::refusal::{Reason, Refusals};
use crate::store::Identity;
use crate::wire::{Distribution, Excerpt, Family, Kind, Message, Metric, WireError};

/// The unit for which the console prints a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// Each message: the node, the number of families, and the size in bytes.
    Flushes,
    /// Each family, with its metrics.
    Families,
}

/// Lines are queued. If the reader is too slow, they are dropped and counted.
#[derive(Debug)]
pub(super) struct Console {
    detail: Detail,
    lines: LineQueue,
    refusals: Arc<Refusals>,
}

/// Maximum number of metrics, labels and buckets printed of a family.
const MAX_ITEMS: usize = 32;

/// Lines that are longer even so are dropped.
const MAX_LINE_BYTES: usize = 16 * 1024;

impl Console {
    pub(super) fn new(detail: Detail, refusals: Arc<Refusals>) -> Self {
        Self { detail, lines: LineQueue::stdout(), refusals }
    }

    pub(super) fn write(&self, node: &Identity, message: &Message<'_>) {
        let Identity { job, instance } = node;
        match self.detail {
            Detail::Flushes => self.line(&json!({ "flush": {
                "job": job, "instance": instance,
                "families": message.family_count(), "bytes": message.byte_count(),
            }})),
            Detail::Families => {
                let mut families = message.families();
                while let Ok(Some(family)) = families.next_family() {
                    self.line(&json!({ "family": {
                        "job": job, "instance": instance, "name": Excerpt(family.name).to_string(),
                        "type": family.kind.map_or_else(|number| number.to_string(), |kind| kind.name().to_owned()),
                        "metrics": metrics(family),
                    }}));
                }
            }
        }
    }

    fn line(&self, line: &Value) {
        let line = format!("{line}\n");
        if line.len() > MAX_LINE_BYTES {
            self.refusals.refuse(Reason::Console, "a line exceeds 16 KiB");
        } else if self.lines.push(line.into_bytes()).is_err() {
            self.refusals.refuse(Reason::Console, "the reader of stdout is too slow");
        }
    }
}

fn metrics(mut family: Family<'_>) -> Vec<Value> {
    let Ok(kind) = family.kind else { return Vec::new() };
    let mut metrics = Vec::new();
    while let Ok(Some(metric)) = family.next_metric() {
        if metrics.len() == MAX_ITEMS {
            metrics.push("...".into());
            break;
        }
        metrics.push(self::metric(kind, metric));
    }
    metrics
}

fn metric(kind: Kind, metric: Metric<'_>) -> Value {
    let labels = metric.labels(MAX_ITEMS).unwrap_or_default();
    let labels: Map<_, _> = labels
        .iter()
        .map(|label| (Excerpt(label.name).to_string(), Excerpt(label.value).to_string().into()))
        .collect();
    let sample = metric.read(kind, |_| {}).ok();
    let distribution = sample.and_then(|sample| sample.distribution().ok().flatten());
    match (kind, distribution) {
        (Kind::Histogram, Some(histogram)) => json!({
            "labels": labels, "count": histogram.count, "sum": histogram.sum,
            "buckets": pairs(histogram, |histogram| {
                let bucket = histogram.next_bucket()?;
                Ok(bucket.map(|bucket| json!([bucket.upper_bound, bucket.cumulative_count])))
            }),
        }),
        (Kind::Summary, Some(summary)) => json!({
            "labels": labels, "count": summary.count, "sum": summary.sum,
            "quantiles": pairs(summary, |summary| {
                let quantile = summary.next_quantile()?;
                Ok(quantile.map(|quantile| json!([quantile.quantile, quantile.value])))
            }),
        }),
        _ => json!({ "labels": labels, "value": sample.and_then(|sample| sample.number().ok().flatten()) }),
    }
}

/// The first buckets or quantiles.
fn pairs<'a>(
    mut distribution: Distribution<'a>,
    mut next: impl FnMut(&mut Distribution<'a>) -> Result<Option<Value>, WireError>,
) -> Vec<Value> {
    std::iter::from_fn(|| next(&mut distribution).ok().flatten()).take(MAX_ITEMS).collect()
}
