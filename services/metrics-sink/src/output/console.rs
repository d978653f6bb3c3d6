//! JSON lines for people and for `jq`: a flush, or a family, each.

use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::{Checked, Detail};
use crate::excerpt::Excerpt;
use crate::lines::Lines;
use crate::refusal::{Reason, Refusals};
use crate::store::Identity;
use crate::wire::{Family, Kind, MetricView};

/// A reader that does not read holds up nobody: lines that find the queue full are dropped and counted.
#[derive(Debug)]
pub(super) struct Console {
    detail: Detail,
    lines: Lines,
    refusals: Arc<Refusals>,
}

/// Of a longer family only so many metrics, labels and buckets are shown.
const SHOWN: usize = 32;
/// What is longer even so is dropped, in bytes.
const LONGEST_LINE: usize = 16 * 1024;

impl Console {
    pub(super) fn start(detail: Detail, refusals: Arc<Refusals>, out: impl Write + Send + 'static) -> Self {
        Self { detail, lines: Lines::start(out), refusals }
    }

    /// Waits for the last lines, but no longer than `most`.
    pub(super) fn finish(&self, most: Duration) {
        self.lines.finish(most);
    }

    pub(super) fn show(&self, node: &Identity, checked: Checked<'_>) {
        let Identity { job, instance } = node;
        match self.detail {
            Detail::Flushes => self.line(&json!({ "flush": {
                "job": job, "instance": instance, "families": checked.families, "bytes": checked.bytes,
            }})),
            Detail::Families => {
                let mut message = checked.message;
                while let Ok(Some(family)) = message.next_family() {
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
        if line.len() > LONGEST_LINE {
            self.refusals.refuse(Reason::Console, "a line is too long");
        } else if self.lines.push(line.into_bytes()).is_err() {
            self.refusals.refuse(Reason::Console, "nobody reads the lines fast enough");
        }
    }
}

fn metrics(mut family: Family<'_>) -> Vec<Value> {
    let Ok(kind) = family.kind else { return Vec::new() };
    let mut metrics = Vec::new();
    while let Ok(Some(metric)) = family.next_metric() {
        if metrics.len() == SHOWN {
            metrics.push("...".into());
            break;
        }
        metrics.push(self::metric(kind, metric));
    }
    metrics
}

fn metric(kind: Kind, metric: MetricView<'_>) -> Value {
    let labels = metric.labels(SHOWN).unwrap_or_default();
    let labels: Map<_, _> = labels
        .iter()
        .map(|label| (Excerpt(label.name).to_string(), Excerpt(label.value).to_string().into()))
        .collect();
    let reading = metric.read(kind, |_| {}).ok();
    let distribution = reading.and_then(|reading| reading.distribution().ok().flatten());
    match (kind, distribution) {
        (Kind::Histogram | Kind::Summary, Some(mut distribution)) => {
            let (count, sum) = (distribution.count, distribution.sum);
            let mut pairs = Vec::new();
            while pairs.len() < SHOWN {
                let pair = match kind {
                    Kind::Histogram => distribution.next_bucket().map(|bucket| {
                        bucket.map(|bucket| json!([bucket.upper_bound, bucket.cumulative_count]))
                    }),
                    _ => distribution
                        .next_quantile()
                        .map(|quantile| quantile.map(|quantile| json!([quantile.quantile, quantile.value]))),
                };
                let Ok(Some(pair)) = pair else { break };
                pairs.push(pair);
            }
            let name = if kind == Kind::Histogram { "buckets" } else { "quantiles" };
            json!({ "labels": labels, "count": count, "sum": sum, name: pairs })
        }
        _ => {
            json!({ "labels": labels, "value": reading.and_then(|reading| reading.number().ok().flatten()) })
        }
    }
}
