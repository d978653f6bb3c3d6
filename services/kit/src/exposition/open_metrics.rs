//! Renders families of the crate `prometheus` in OpenMetrics 1.0, which its encoder does not support.
//!
//! The samples are those of the text format, with equal names and labels, except that `le` and `quantile` have canonical
//! numbers. There is no `_created`: the crate does not record when a series was created.

use std::borrow::Cow;
use std::io::Write as _;

use prometheus::proto::{LabelPair, Metric, MetricFamily, MetricType};

use super::exemplar::{Exemplar, of_bucket};
use super::metadata::{Kind, write_metadata};
use super::number::push_float;

/// Appends a family. `has_family` says whether the page has a family of this name; `exemplars` returns those of a series.
pub(super) fn write_family(
    out: &mut Vec<u8>,
    family: &MetricFamily,
    has_family: impl Fn(&str) -> bool,
    exemplars: impl Fn(&[LabelPair]) -> Vec<Exemplar>,
) {
    let kind = match family.get_field_type() {
        MetricType::COUNTER => Kind::Counter,
        MetricType::GAUGE => Kind::Gauge,
        MetricType::HISTOGRAM => Kind::Histogram,
        MetricType::SUMMARY => Kind::Summary,
        // The crate has no metric of this type, and its text encoder panics on one.
        MetricType::UNTYPED => return,
    };
    write_metadata(out, family.name(), kind, family.help(), has_family);
    for metric in family.get_metric() {
        let mut series = Series { out: &mut *out, name: family.name(), metric };
        match kind {
            Kind::Counter => {
                let exemplars = exemplars(metric.get_label());
                let newest = exemplars.iter().filter(|one| one.is_valid()).max_by_key(|one| one.time);
                series.float("", None, metric.get_counter().value(), newest);
            }
            Kind::Gauge | Kind::Unknown => series.float("", None, metric.get_gauge().value(), None),
            Kind::Histogram => series.histogram(exemplars(metric.get_label())),
            Kind::Summary => series.summary(),
        }
    }
}

/// Where the lines of one series go.
struct Series<'a> {
    out: &'a mut Vec<u8>,
    name: &'a str,
    metric: &'a Metric,
}

impl Series<'_> {
    fn histogram(&mut self, mut exemplars: Vec<Exemplar>) {
        exemplars.retain(Exemplar::is_valid);
        let histogram = self.metric.get_histogram();
        let mut lower = f64::NEG_INFINITY;
        for bucket in histogram.get_bucket().iter().filter(|bucket| bucket.upper_bound() < f64::INFINITY) {
            let upper = bucket.upper_bound();
            let exemplar = of_bucket(&exemplars, lower, upper);
            self.count("_bucket", Some(("le", upper)), bucket.cumulative_count(), exemplar);
            lower = upper;
        }
        let exemplar = of_bucket(&exemplars, lower, f64::INFINITY);
        let count = histogram.get_sample_count();
        self.count("_bucket", Some(("le", f64::INFINITY)), count, exemplar);
        self.float("_sum", None, histogram.get_sample_sum(), None);
        self.count("_count", None, count, None);
    }

    fn summary(&mut self) {
        let summary = self.metric.get_summary();
        for quantile in summary.get_quantile() {
            self.float("", Some(("quantile", quantile.quantile())), quantile.value(), None);
        }
        self.float("_sum", None, summary.sample_sum(), None);
        self.count("_count", None, summary.sample_count(), None);
    }

    fn float(&mut self, suffix: &str, extra: Option<(&str, f64)>, value: f64, exemplar: Option<&Exemplar>) {
        self.start(suffix, extra);
        push_float(self.out, value);
        self.end(exemplar);
    }

    fn count(&mut self, suffix: &str, extra: Option<(&str, f64)>, value: u64, exemplar: Option<&Exemplar>) {
        self.start(suffix, extra);
        let _ = write!(self.out, "{value}");
        self.end(exemplar);
    }

    fn start(&mut self, suffix: &str, extra: Option<(&str, f64)>) {
        self.out.extend_from_slice(self.name.as_bytes());
        self.out.extend_from_slice(suffix.as_bytes());
        let mut separator = b'{';
        for label in self.metric.get_label() {
            self.out.push(separator);
            let _ = write!(self.out, "{}=\"{}\"", label.name(), escape(label.value()));
            separator = b',';
        }
        if let Some((name, value)) = extra {
            self.out.push(separator);
            let _ = write!(self.out, "{name}=\"");
            push_float(self.out, value);
            self.out.push(b'"');
            separator = b',';
        }
        self.out.extend_from_slice(if separator == b',' { b"} " } else { b" " });
    }

    fn end(&mut self, exemplar: Option<&Exemplar>) {
        let milliseconds = self.metric.timestamp_ms();
        if milliseconds != 0 {
            let sign = if milliseconds < 0 { "-" } else { "" };
            let absolute = milliseconds.unsigned_abs();
            let _ = write!(self.out, " {sign}{}.{:03}", absolute / 1000, absolute % 1000);
        }
        if let Some(exemplar) = exemplar {
            exemplar.write(self.out);
        }
        self.out.push(b'\n');
    }
}

/// Escapes a label value or a help text.
pub(super) fn escape(text: &str) -> Cow<'_, str> {
    if !text.contains(['\\', '"', '\n']) {
        return text.into();
    }
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").into()
}
