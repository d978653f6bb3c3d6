//! A page as data: families, and in each its samples in the order of name and labels.

use std::collections::BTreeMap;
use std::fmt;

/// One scrape: families by name. Equal pages are equal whatever the order of their lines.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Exposition {
    pub(crate) families: BTreeMap<String, Family>,
}

/// All series of one metric; those of a histogram or summary with their suffixes.
#[derive(Clone, Debug, PartialEq)]
pub struct Family {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) help: Option<String>,
    pub(crate) samples: Vec<Sample>,
}

/// What a `# TYPE` line declares; `Untyped` also without such a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Only rises, but for restarts.
    Counter,
    /// Goes up and down.
    Gauge,
    /// `_bucket`, `_sum`, `_count`.
    Histogram,
    /// Quantiles, `_sum`, `_count`.
    Summary,
    /// Nothing is known.
    Untyped,
}

/// One line with a value.
#[derive(Clone, Debug)]
pub struct Sample {
    /// As it stands on the line, suffix included.
    pub name: String,
    /// Sorted by name, `le` and `quantile` included.
    pub labels: Labels,
    /// May be NaN or infinite.
    pub value: f64,
    /// Milliseconds since 1970, if the line has one.
    pub timestamp_ms: Option<i64>,
}

/// Labels sorted by name; each name once.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Labels(pub(crate) Vec<(String, String)>);

// === impl Exposition ===

impl Exposition {
    /// All families, by name.
    pub fn families(&self) -> impl Iterator<Item = &Family> {
        self.families.values()
    }

    /// The family of that name (without a histogram's suffix).
    #[must_use]
    pub fn family(&self, name: &str) -> Option<&Family> {
        self.families.get(name)
    }

    /// How many series the page has.
    #[must_use]
    pub fn series_count(&self) -> usize {
        self.families.values().map(|family| family.samples.len()).sum()
    }

    /// All series of that name (with suffix: `x_bucket`).
    #[must_use]
    pub fn series(&self, name: &str) -> &[Sample] {
        self.family_of_sample(name).map_or(&[], |family| family.series(name))
    }

    /// Series of that name that have all of these labels, and perhaps others.
    pub fn matching<'a>(
        &'a self,
        name: &str,
        labels: &'a [(&str, &str)],
    ) -> impl Iterator<Item = &'a Sample> {
        self.series(name).iter().filter(move |sample| sample.labels.contain(labels))
    }

    /// The value of the one series that [`Self::matching`] finds; `None` if there is none, or more than one.
    #[must_use]
    pub fn value(&self, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
        let mut matching = self.matching(name, labels);
        match (matching.next(), matching.next()) {
            (Some(sample), None) => Some(sample.value),
            _ => None,
        }
    }

    /// The series with exactly this name and these labels.
    #[must_use]
    pub fn get(&self, name: &str, labels: &Labels) -> Option<&Sample> {
        let series = self.series(name);
        series.binary_search_by(|sample| sample.labels.cmp(labels)).ok().map(|index| &series[index])
    }

    /// The same page without these labels, e.g. those that a relay adds. Series that only these
    /// labels told apart are then there more than once.
    #[must_use]
    pub fn without_labels(mut self, names: &[&str]) -> Self {
        for family in self.families.values_mut() {
            for sample in &mut family.samples {
                sample.labels.0.retain(|(name, _)| !names.contains(&name.as_str()));
            }
            family.samples.sort_by(|a, b| a.key().cmp(&b.key()));
        }
        self
    }

    /// A name's own family comes first, then that of the histogram or summary it is a part of.
    pub(crate) fn family_of_sample(&self, name: &str) -> Option<&Family> {
        self.families.get(name).or_else(|| {
            let family = self.families.get(stem(name)?)?;
            family.kind.has_part(&name[family.name.len()..]).then_some(family)
        })
    }
}

/// `x_bucket`, `x_sum` and `x_count` without the suffix.
fn stem(name: &str) -> Option<&str> {
    ["_bucket", "_sum", "_count"].iter().find_map(|suffix| name.strip_suffix(suffix))
}

// === impl Family ===

impl Family {
    /// The name on its `# TYPE` line.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The declared type.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The text of its `# HELP` line, unescaped.
    #[must_use]
    pub fn help(&self) -> Option<&str> {
        self.help.as_deref()
    }

    /// Sorted by name, then labels.
    #[must_use]
    pub fn samples(&self) -> &[Sample] {
        &self.samples
    }

    fn series(&self, name: &str) -> &[Sample] {
        let start = self.samples.partition_point(|sample| sample.name.as_str() < name);
        let len = self.samples[start..].partition_point(|sample| sample.name == name);
        &self.samples[start..start + len]
    }
}

// === impl Kind ===

impl Kind {
    /// Whether a sample may have this suffix after the family's name.
    pub(crate) fn has_part(self, suffix: &str) -> bool {
        match self {
            Self::Histogram => matches!(suffix, "_bucket" | "_sum" | "_count"),
            Self::Summary => matches!(suffix, "" | "_sum" | "_count"),
            Self::Counter | Self::Gauge | Self::Untyped => suffix.is_empty(),
        }
    }

    /// The word on a `# TYPE` line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
            Self::Summary => "summary",
            Self::Untyped => "untyped",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

// === impl Sample ===

impl Sample {
    pub(crate) fn key(&self) -> (&str, &Labels) {
        (&self.name, &self.labels)
    }
}

/// NaN is equal to NaN here: both pages say the same.
impl PartialEq for Sample {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
            && same_number(self.value, other.value)
            && self.timestamp_ms == other.timestamp_ms
    }
}

pub(crate) fn same_number(a: f64, b: f64) -> bool {
    a == b || (a.is_nan() && b.is_nan())
}

/// The series' name as a page and Prometheus write it.
impl fmt::Display for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.name, self.labels)
    }
}

// === impl Labels ===

impl Labels {
    /// The value of one label.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let index = self.0.binary_search_by(|(known, _)| known.as_str().cmp(name)).ok()?;
        Some(&self.0[index].1)
    }

    /// Names and values, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    fn contain(&self, wanted: &[(&str, &str)]) -> bool {
        wanted.iter().all(|(name, value)| self.get(name) == Some(value))
    }
}

impl fmt::Display for Labels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (name, value)) in self.0.iter().enumerate() {
            write!(f, "{}{name}=\"", if index == 0 { '{' } else { ',' })?;
            for c in value.chars() {
                match c {
                    '\\' => f.write_str("\\\\")?,
                    '"' => f.write_str("\\\"")?,
                    '\n' => f.write_str("\\n")?,
                    c => write!(f, "{c}")?,
                }
            }
            f.write_str("\"")?;
        }
        if self.0.is_empty() { Ok(()) } else { f.write_str("}") }
    }
}
