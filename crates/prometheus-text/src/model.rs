//! The data model: families by name, each with its samples by name and labels.

use std::collections::BTreeMap;

/// A parsed exposition: metric families by name.
///
/// Equality ignores the order of lines. `Display` renders it in the text format.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Exposition {
    pub(crate) families: BTreeMap<String, Family>,
}

/// A metric family: its type, its help text and its samples.
#[derive(Clone, Debug, PartialEq)]
pub struct Family {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) help: Option<String>,
    pub(crate) samples: Vec<Sample>,
}

/// The type of a metric family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// A value that only increases, or is reset to zero.
    Counter,
    /// A value that can go up and down.
    Gauge,
    /// Cumulative buckets (`_bucket`), `_sum` and `_count`.
    Histogram,
    /// Quantiles, `_sum` and `_count`.
    Summary,
    /// Declared as `untyped`, or not declared.
    Untyped,
}

/// One sample: a series and its value. `Display` renders the series only, as `name{label="value"}`.
///
/// NaN values are equal to each other.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Sample {
    /// The name on the line, including a suffix such as `_bucket`.
    pub name: String,
    /// The labels, including `le` and `quantile`.
    pub labels: Labels,
    /// The value, which may be NaN or infinite.
    pub value: f64,
    /// Milliseconds since 1970-01-01T00:00:00Z, if the line has a timestamp.
    pub timestamp_ms: Option<i64>,
}

/// Labels with distinct names, sorted by name. `Display` renders them as `{name="value"}`, or nothing if empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Labels(pub(crate) Vec<(String, String)>);

// === impl Exposition ===

impl Exposition {
    /// All families, sorted by name.
    pub fn families(&self) -> impl Iterator<Item = &Family> {
        self.families.values()
    }

    /// The family with this name, which has no suffix such as `_bucket`.
    #[must_use]
    pub fn family(&self, name: &str) -> Option<&Family> {
        self.families.get(name)
    }

    /// Number of series in all families.
    #[must_use]
    pub fn series_count(&self) -> usize {
        self.families.values().map(|family| family.samples.len()).sum()
    }

    /// All samples with this name, which includes a suffix such as `_bucket`, sorted by labels.
    #[must_use]
    pub fn series(&self, name: &str) -> &[Sample] {
        self.family_of_sample(name).map_or(&[], |family| family.series(name))
    }

    /// The samples with this name that have at least these labels.
    pub fn matching<'a>(
        &'a self,
        name: &str,
        labels: &'a [(&str, &str)],
    ) -> impl Iterator<Item = &'a Sample> {
        self.series(name).iter().filter(move |sample| sample.labels.contain_all(labels))
    }

    /// The value of the only sample that [`matching`](Self::matching) finds; `None` if it finds none or several.
    #[must_use]
    pub fn value(&self, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
        let mut matching = self.matching(name, labels);
        match (matching.next(), matching.next()) {
            (Some(sample), None) => Some(sample.value),
            _ => None,
        }
    }

    /// The sample with exactly this name and these labels.
    #[must_use]
    pub fn get(&self, name: &str, labels: &Labels) -> Option<&Sample> {
        let series = self.series(name);
        series.binary_search_by(|sample| sample.labels.cmp(labels)).ok().map(|index| &series[index])
    }

    /// Removes all samples except those with this label, and the families without samples.
    #[must_use]
    pub fn with_label(mut self, name: &str, value: &str) -> Self {
        self.families.retain(|_, family| {
            family.samples.retain(|sample| sample.labels.get(name) == Some(value));
            !family.samples.is_empty()
        });
        self
    }

    /// Removes labels from all samples, such as those that a relay has added.
    ///
    /// Series that differ only in these labels become duplicates.
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

    /// The family of a sample: the one with the sample's name, or else the histogram or summary that it is part of.
    pub(crate) fn family_of_sample(&self, name: &str) -> Option<&Family> {
        self.families.get(name).or_else(|| {
            let family = self.families.get(stem(name)?)?;
            family.kind.allows_suffix(&name[family.name.len()..]).then_some(family)
        })
    }
}

/// `x_bucket`, `x_sum` and `x_count` without the suffix.
fn stem(name: &str) -> Option<&str> {
    ["_bucket", "_sum", "_count"].iter().find_map(|suffix| name.strip_suffix(suffix))
}

// === impl Family ===

impl Family {
    /// The name, without a suffix such as `_bucket`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The declared type.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The unescaped help text, if the family has a `HELP` line.
    #[must_use]
    pub fn help(&self) -> Option<&str> {
        self.help.as_deref()
    }

    /// The samples, sorted by name, then by labels.
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
    /// Whether a sample of this type can have this suffix after the family's name.
    pub(crate) fn allows_suffix(self, suffix: &str) -> bool {
        match self {
            Self::Histogram => matches!(suffix, "_bucket" | "_sum" | "_count"),
            Self::Summary => matches!(suffix, "" | "_sum" | "_count"),
            Self::Counter | Self::Gauge | Self::Untyped => suffix.is_empty(),
        }
    }

    /// The keyword on a `TYPE` line.
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

// === impl Sample ===

impl Sample {
    pub(crate) fn key(&self) -> (&str, &Labels) {
        (&self.name, &self.labels)
    }
}

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

// === impl Labels ===

impl Labels {
    /// The value of one label.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let index = self.0.binary_search_by(|(label, _)| label.as_str().cmp(name)).ok()?;
        Some(&self.0[index].1)
    }

    /// Name-value pairs, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    fn contain_all(&self, labels: &[(&str, &str)]) -> bool {
        labels.iter().all(|(name, value)| self.get(name) == Some(value))
    }
}
