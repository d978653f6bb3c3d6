//! The file docs/metrics.golden: the metrics that each service exposes, with type, label names and buckets.
//!
//! One line per metric, below a line `[service]`:
//!
//! ```text
//! [echo-server]
//! grpc_server_started_total counter {grpc_method,grpc_service,grpc_type}
//! grpc_server_handling_seconds histogram {grpc_method,grpc_service,grpc_type} 0.005 0.01 +Inf
//! ```

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use prometheus_text::{Exposition, Kind};

/// A metric without its values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// `counter`, `gauge`, `histogram`, `summary` or `untyped`.
    pub kind: String,
    /// The label names of each series, sorted and joined by commas, without `le` and `quantile`.
    pub labels: BTreeSet<String>,
    /// The upper bounds of a histogram's buckets, ascending.
    pub buckets: Vec<String>,
}

/// Metrics by service, then by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MetricSchema(BTreeMap<String, BTreeMap<String, Shape>>);

/// A malformed line of the file.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("line {line}: {text:?} is neither `[service]` nor `name type {{labels}} buckets`")]
pub struct BadLine {
    /// Line number, from 1.
    pub line: usize,
    /// The line.
    pub text: String,
}

impl MetricSchema {
    /// Adds the metrics of a service's page.
    pub fn add(&mut self, service: &str, page: &Exposition) {
        let shapes = page.families().map(|family| (family.name().to_owned(), shape(family)));
        self.0.entry(service.to_owned()).or_default().extend(shapes);
    }

    /// Parses a file.
    ///
    /// # Errors
    ///
    /// Returns the first malformed line.
    pub fn parse(text: &str) -> Result<Self, BadLine> {
        let mut schema = Self::default();
        let mut service = None;
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            let bad = || BadLine { line: number + 1, text: line.to_owned() };
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if let Some(name) = line.strip_prefix('[') {
                let name = name.strip_suffix(']').ok_or_else(bad)?;
                service = Some(schema.0.entry(name.to_owned()).or_default());
                continue;
            }
            let mut words = line.split_whitespace();
            let (name, kind) = (words.next().ok_or_else(bad)?, words.next().ok_or_else(bad)?);
            let mut shape = Shape { kind: kind.to_owned(), labels: BTreeSet::new(), buckets: Vec::new() };
            for word in words {
                match word.strip_prefix('{').and_then(|word| word.strip_suffix('}')) {
                    Some(labels) => _ = shape.labels.insert(labels.to_owned()),
                    None => shape.buckets.push(word.to_owned()),
                }
            }
            service.as_mut().ok_or_else(bad)?.insert(name.to_owned(), shape);
        }
        Ok(schema)
    }

    /// The number of metrics of a service.
    pub fn count(&self, service: &str) -> usize {
        self.0.get(service).map_or(0, BTreeMap::len)
    }

    /// The differences of a service's metrics in `live`, one clause per metric.
    pub fn differences(&self, live: &Self, service: &str) -> Vec<String> {
        let none = BTreeMap::new();
        let golden = self.0.get(service).unwrap_or(&none);
        let live = live.0.get(service).unwrap_or(&none);
        let names: BTreeSet<&String> = golden.keys().chain(live.keys()).collect();
        names
            .into_iter()
            .filter_map(|name| match (golden.get(name), live.get(name)) {
                (Some(golden), Some(live)) if golden == live => None,
                (Some(golden), Some(live)) => Some(format!("{name} is {live}, not {golden}")),
                (Some(_), None) => Some(format!("{name} is missing")),
                (None, _) => Some(format!("{name} is new")),
            })
            .collect()
    }
}

impl fmt::Display for MetricSchema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (service, metrics)) in self.0.iter().enumerate() {
            writeln!(f, "{}[{service}]", if at == 0 { "" } else { "\n" })?;
            for (name, shape) in metrics {
                writeln!(f, "{name} {shape}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.kind)?;
        for labels in &self.labels {
            write!(f, " {{{labels}}}")?;
        }
        for bucket in &self.buckets {
            write!(f, " {bucket}")?;
        }
        Ok(())
    }
}

fn shape(family: &prometheus_text::Family) -> Shape {
    let mut labels = BTreeSet::new();
    let mut buckets: Vec<(f64, String)> = Vec::new();
    for sample in family.samples() {
        let names = sample.labels.iter().map(|(name, _)| name);
        let names: Vec<&str> = names.filter(|name| *name != "le" && *name != "quantile").collect();
        labels.insert(names.join(","));
        if let Some(bucket) = sample.labels.get("le").filter(|_| family.kind() == Kind::Histogram) {
            let bound = bucket.parse().unwrap_or(f64::NAN);
            if !buckets.iter().any(|(_, known)| known == bucket) {
                buckets.push((bound, bucket.to_owned()));
            }
        }
    }
    buckets.sort_by(|a, b| a.0.total_cmp(&b.0));
    Shape {
        kind: family.kind().to_string(),
        labels,
        buckets: buckets.into_iter().map(|(_, bucket)| bucket).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "# TYPE calls_total counter\ncalls_total{b=\"1\",a=\"2\"} 1\n\
        # TYPE t histogram\nt_bucket{a=\"x\",le=\"10\"} 1\nt_bucket{a=\"x\",le=\"0.5\"} 1\nt_bucket{a=\"x\",le=\"+Inf\"} 1\n\
        t_sum{a=\"x\"} 1\nt_count{a=\"x\"} 1\n# TYPE up gauge\nup 1\n";

    fn schema(page: &str) -> MetricSchema {
        let mut schema = MetricSchema::default();
        schema.add("s", &prometheus_text::parse(page).unwrap());
        schema
    }

    #[test]
    fn a_page_is_written_as_one_line_per_metric_and_parsed_back() {
        let written = schema(PAGE).to_string();
        assert_eq!(written, "[s]\ncalls_total counter {a,b}\nt histogram {a} 0.5 10 +Inf\nup gauge {}\n");
        assert_eq!(MetricSchema::parse(&written).unwrap(), schema(PAGE));
    }

    #[test]
    fn differences_in_names_labels_types_and_buckets_are_reported() {
        let golden = schema(PAGE);
        assert!(golden.differences(&golden.clone(), "s").is_empty());
        let live =
            schema(&PAGE.replace("up", "down").replace("b=\"1\",", "").replace("le=\"10\"", "le=\"20\""));
        assert_eq!(
            golden.differences(&live, "s"),
            [
                "calls_total is counter {a}, not counter {a,b}",
                "down is new",
                "t is histogram {a} 0.5 20 +Inf, not histogram {a} 0.5 10 +Inf",
                "up is missing"
            ]
        );
    }

    #[test]
    fn a_malformed_line_is_reported_with_its_number() {
        assert_eq!(MetricSchema::parse("# words\n[s]\nalone\n").unwrap_err().line, 3);
        assert_eq!(MetricSchema::parse("a counter {}\n").unwrap_err().line, 1);
    }
}
