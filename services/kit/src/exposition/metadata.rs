//! The lines `# HELP`, `# TYPE` and `# UNIT` of a family in OpenMetrics.

use super::open_metrics::escape;

/// The type of a family in OpenMetrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Only for names that end in `_total`.
    Counter,
    /// A value that can go up and down.
    Gauge,
    /// Cumulative buckets, count and sum.
    Histogram,
    /// Quantiles, count and sum.
    Summary,
    /// A value of unknown meaning.
    Unknown,
}

const COUNTER_SUFFIX: &str = "_total";

/// Units by the suffix that the format demands in the family's name.
const UNITS: [(&str, &str); 2] = [("_seconds", "seconds"), ("_bytes", "bytes")];

/// Appends the lines of the family `name`, without `# HELP` if `help` is empty.
///
/// Samples keep their names in both formats. As in Go's `expfmt`, the family of a counter `x_total` is named `x`, and a
/// counter without the suffix is declared as unknown. It is also declared as unknown if the page has another family `x`
/// or `x_created`, whose samples a family `x` would claim. `has_family` says whether the page has a family of this name.
pub fn write_metadata(
    out: &mut Vec<u8>,
    name: &str,
    kind: Kind,
    help: &str,
    has_family: impl Fn(&str) -> bool,
) {
    let stem = name.strip_suffix(COUNTER_SUFFIX).filter(|stem| !stem.is_empty());
    let (name, kind) = match (kind, stem) {
        (Kind::Counter, Some(stem)) if !has_family(stem) && !has_family(&format!("{stem}_created")) => {
            (stem, kind)
        }
        (Kind::Counter, _) => (name, Kind::Unknown),
        _ => (name, kind),
    };
    let mut line = |keyword: &str, text: &str| {
        for part in ["# ", keyword, " ", name, " ", text, "\n"] {
            out.extend_from_slice(part.as_bytes());
        }
    };
    if !help.is_empty() {
        line("HELP", &escape(help));
    }
    line("TYPE", kind.name());
    if let Some((_, unit)) = UNITS.iter().find(|(suffix, _)| name.ends_with(suffix)) {
        line("UNIT", unit);
    }
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
            Self::Summary => "summary",
            Self::Unknown => "unknown",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metadata(name: &str, kind: Kind, families: &[&str]) -> String {
        let mut out = Vec::new();
        write_metadata(&mut out, name, kind, "", |name| families.contains(&name));
        String::from_utf8(out).expect("UTF-8")
    }

    #[test]
    fn the_family_of_a_counter_has_no_total_suffix() {
        assert_eq!(metadata("cups_total", Kind::Counter, &["cups_total"]), "# TYPE cups counter\n");
    }

    #[test]
    fn a_counter_without_the_total_suffix_is_unknown() {
        assert_eq!(metadata("cups", Kind::Counter, &["cups"]), "# TYPE cups unknown\n");
        assert_eq!(metadata("_total", Kind::Counter, &["_total"]), "# TYPE _total unknown\n");
    }

    #[test]
    fn a_counter_whose_family_would_claim_another_familys_samples_is_unknown() {
        for other in ["cups", "cups_created"] {
            let page = [other, "cups_total"];
            assert_eq!(
                metadata("cups_total", Kind::Counter, &page),
                "# TYPE cups_total unknown\n",
                "{other}"
            );
        }
    }

    #[test]
    fn other_types_keep_the_total_suffix() {
        assert_eq!(metadata("cups_total", Kind::Gauge, &[]), "# TYPE cups_total gauge\n");
    }

    #[test]
    fn the_unit_is_the_suffix_of_the_familys_name() {
        let page = metadata("busy_seconds_total", Kind::Counter, &[]);
        assert_eq!(page, "# TYPE busy_seconds counter\n# UNIT busy_seconds seconds\n");
        let page = metadata("rss_bytes", Kind::Gauge, &[]);
        assert_eq!(page, "# TYPE rss_bytes gauge\n# UNIT rss_bytes bytes\n");
        assert_eq!(metadata("bytes_read", Kind::Gauge, &[]), "# TYPE bytes_read gauge\n");
    }
}
