//! The format of a page, chosen by the header `Accept` as Go's `expfmt` chooses it.

use http::HeaderMap;
use http::header::ACCEPT;

use super::accept::{self, Accepted};

/// A format that Prometheus reads. All names on our pages are valid without escaping, so the `escaping` parameter of a
/// request has no effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Prometheus' text format 0.0.4.
    Text,
    /// Prometheus' text format 1.0.0, which differs from 0.0.4 only for names that need quotes.
    Text1,
    /// OpenMetrics 0.0.1, a draft. Rendered as 1.0.0.
    OpenMetrics0,
    /// OpenMetrics 1.0.0.
    OpenMetrics1,
}

/// In the order of preference among formats that a range accepts equally.
const FORMATS: [Format; 4] = [Format::Text, Format::Text1, Format::OpenMetrics0, Format::OpenMetrics1];

impl Format {
    /// The accepted format with the highest weight: among equals one that is listed by name, then the one listed first.
    /// Text format 0.0.4 if none is accepted.
    #[must_use]
    pub fn negotiate(headers: &HeaderMap) -> Self {
        let list = accept::parse(headers, ACCEPT).unwrap_or_default();
        let ranked = FORMATS.into_iter().rev().filter_map(|format| Some((format.rank(&list)?, format)));
        // The last maximum wins: the iterator ends with the preferred format.
        ranked.max_by_key(|(rank, _)| *rank).map_or(Self::Text, |(_, format)| format)
    }

    /// Whether the format is OpenMetrics.
    #[must_use]
    pub fn is_open_metrics(self) -> bool {
        matches!(self, Self::OpenMetrics0 | Self::OpenMetrics1)
    }

    /// The value of the header `Content-Type`.
    #[must_use]
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Text => "text/plain; version=0.0.4; charset=utf-8",
            Self::Text1 => "text/plain; version=1.0.0; charset=utf-8",
            Self::OpenMetrics0 => "application/openmetrics-text; version=0.0.1; charset=utf-8",
            Self::OpenMetrics1 => "application/openmetrics-text; version=1.0.0; charset=utf-8",
        }
    }

    /// The weight of the most specific range that matches, how specific it is, and how early; `None` if the format is
    /// not accepted.
    fn rank(self, list: &[Accepted]) -> Option<(u16, u8, usize)> {
        let matching = list.iter().rev().enumerate();
        let matching =
            matching.filter_map(|(from_end, range)| Some((self.specificity(range)?, from_end, range)));
        let (specificity, from_end, range) =
            matching.max_by_key(|(specificity, at, _)| (*specificity, *at))?;
        (range.weight > 0).then_some((range.weight, specificity.min(2), from_end))
    }

    /// How specifically the range matches: 3 with the version, 2 without one, 1 for a type, 0 for anything.
    fn specificity(self, range: &Accepted) -> Option<u8> {
        let (media_type, main_type, version) = match self {
            Self::Text => ("text/plain", "text/*", "0.0.4"),
            Self::Text1 => ("text/plain", "text/*", "1.0.0"),
            Self::OpenMetrics0 => ("application/openmetrics-text", "application/*", "0.0.1"),
            Self::OpenMetrics1 => ("application/openmetrics-text", "application/*", "1.0.0"),
        };
        match (range.value.as_str(), range.parameter("version")) {
            (value, Some(wanted)) if value == media_type => (wanted == version).then_some(3),
            (value, None) if value == media_type => Some(2),
            (value, _) if value == main_type => Some(1),
            ("*/*", _) => Some(0),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROMETHEUS_3: &str = "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,\
        application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,\
        text/plain;version=0.0.4;q=0.3,*/*;q=0.2";
    const PROMETHEUS_3_TEXT: &str = "text/plain;version=0.0.4;q=0.6,*/*;q=0.5";
    const PROMETHEUS_3_PROTOBUF: &str = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;\
        encoding=delimited;q=0.6,application/openmetrics-text;version=1.0.0;q=0.5,*/*;q=0.2";
    const BROWSER: &str =
        "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8";

    #[test]
    fn the_format_is_negotiated_as_by_gos_expfmt() {
        for (accept, format) in [
            (PROMETHEUS_3, Format::OpenMetrics1),
            (PROMETHEUS_3_TEXT, Format::Text),
            (PROMETHEUS_3_PROTOBUF, Format::OpenMetrics1),
            (BROWSER, Format::Text),
            ("", Format::Text),
            ("*/*", Format::Text),
            ("text/*", Format::Text),
            ("text/plain", Format::Text),
            ("text/plain;version=0.0.4", Format::Text),
            ("text/plain;version=1.0.0;escaping=underscores", Format::Text1),
            ("text/plain;version=0.0.3", Format::Text),
            ("application/openmetrics-text", Format::OpenMetrics0),
            ("application/openmetrics-text;version=0.0.1", Format::OpenMetrics0),
            ("application/openmetrics-text; version=\"1.0.0\"; charset=utf-8", Format::OpenMetrics1),
            ("Application/OpenMetrics-Text;Version=1.0.0", Format::OpenMetrics1),
            ("application/openmetrics-text;version=2.0.0", Format::Text),
            ("application/openmetrics-text;version=1.0.0;escaping=unknown", Format::OpenMetrics1),
            ("application/openmetrics-text;version=1.0.0;q=0", Format::Text),
            ("application/openmetrics-text;version=1.0.0;q=nan", Format::Text),
            ("application/json", Format::Text),
            (
                "text/plain;version=0.0.4;q=0.5,application/openmetrics-text;version=1.0.0",
                Format::OpenMetrics1,
            ),
            ("text/plain;q=0.9,application/openmetrics-text;version=1.0.0;q=0.8", Format::Text),
            ("text/plain,application/openmetrics-text;version=1.0.0", Format::Text),
            ("application/openmetrics-text;version=1.0.0,text/plain", Format::OpenMetrics1),
            ("*/*,application/openmetrics-text;version=1.0.0", Format::OpenMetrics1),
            ("*/*;q=0.9,application/openmetrics-text;version=1.0.0;q=0.1", Format::Text),
            ("text/plain;q=0,*/*", Format::OpenMetrics0),
            ("text/plain;q=0", Format::Text),
        ] {
            let headers = HeaderMap::from_iter([(ACCEPT, accept.parse().expect("a header value"))]);
            assert_eq!(Format::negotiate(&headers), format, "{accept}");
        }
        assert_eq!(Format::negotiate(&HeaderMap::new()), Format::Text);
    }
}
