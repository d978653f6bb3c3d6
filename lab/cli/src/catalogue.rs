//! The golden catalogue: every metric that the lab's own services expose, with its type, label names and buckets.
//!
//! One line a metric, below a line `[service]`:
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

/// What a metric looks like, whatever its values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// `counter`, `gauge`, `histogram`, `summary` or `untyped`.
    pub kind: String,
    /// The sets of label names that its series have, each sorted and joined by commas; without `le` and `quantile`.
    pub labels: BTreeSet<String>,
    /// A histogram's buckets as written, in ascending order.
    pub buckets: Vec<String>,
}

/// Metrics by service, then by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Catalogue(BTreeMap<String, BTreeMap<String, Shape>>);

/// A line of the file that cannot be read.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("line {line}: {text:?} is neither `[service]` nor `name type {{labels}} buckets`")]
pub struct BadLine {
    /// Its number, from 1.
    pub line: usize,
    /// What it says.
    pub text: String,
}

impl Catalogue {
    /// Takes in a service's page.
    pub fn add(&mut self, service: &str, page: &Exposition) {
        let shapes = page.families().map(|family| (family.name().to_owned(), shape(family)));
        self.0.entry(service.to_owned()).or_default().extend(shapes);
    }

    /// Reads a file.
    pub fn parse(text: &str) -> Result<Self, BadLine> {
        let mut catalogue = Self::default();
        let mut service = None;
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            let bad = || BadLine { line: number + 1, text: line.to_owned() };
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if let Some(name) = line.strip_prefix('[') {
                let name = name.strip_suffix(']').ok_or_else(bad)?;
                service = Some(catalogue.0.entry(name.to_owned()).or_default());
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
        Ok(catalogue)
    }

    /// The services in it.
    pub fn services(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// How many metrics a service has.
    pub fn count(&self, service: &str) -> usize {
        self.0.get(service).map_or(0, BTreeMap::len)
    }

    /// Where `live` differs from this for a service, one sentence a metric.
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
                (Some(_), None) => Some(format!("{name} is gone")),
                (None, _) => Some(format!("{name} is new")),
            })
            .collect()
    }
}

impl fmt::Display for Catalogue {
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

    fn catalogue(page: &str) -> Catalogue {
        let mut catalogue = Catalogue::default();
        catalogue.add("s", &prometheus_text::parse(page).unwrap());
        catalogue
    }

    #[test]
    fn a_page_becomes_a_line_a_metric_and_is_read_back() {
        let written = catalogue(PAGE).to_string();
        assert_eq!(written, "[s]\ncalls_total counter {a,b}\nt histogram {a} 0.5 10 +Inf\nup gauge {}\n");
        assert_eq!(Catalogue::parse(&written).unwrap(), catalogue(PAGE));
    }

    #[test]
    fn a_rename_a_label_a_type_and_a_bucket_are_named() {
        let golden = catalogue(PAGE);
        assert!(golden.differences(&golden.clone(), "s").is_empty());
        let live =
            catalogue(&PAGE.replace("up", "down").replace("b=\"1\",", "").replace("le=\"10\"", "le=\"20\""));
        assert_eq!(
            golden.differences(&live, "s"),
            [
                "calls_total is counter {a}, not counter {a,b}",
                "down is new",
                "t is histogram {a} 0.5 20 +Inf, not histogram {a} 0.5 10 +Inf",
                "up is gone"
            ]
        );
    }

    #[test]
    fn a_bad_line_is_named_by_its_number() {
        assert_eq!(Catalogue::parse("# words\n[s]\nalone\n").unwrap_err().line, 3);
        assert_eq!(Catalogue::parse("a counter {}\n").unwrap_err().line, 1);
    }
}
