//! Exemplars on a page in OpenMetrics, and as Prometheus returns them.

use std::collections::BTreeMap;

use reqwest::header::ACCEPT;

/// An exemplar of a series.
#[derive(Clone, Debug, PartialEq, PartialOrd)]
pub struct Exemplar {
    /// The labels of the series, with its name as `__name__`.
    pub series: BTreeMap<String, String>,
    /// The exemplar's own labels, such as `trace_id`.
    pub labels: BTreeMap<String, String>,
    /// The observed value.
    pub value: f64,
    /// The time of the observation, in Unix seconds.
    pub time: f64,
}

impl Exemplar {
    /// Scrapes `url` in OpenMetrics, and returns the exemplars in the order of the page.
    ///
    /// # Panics
    /// If the page is not in OpenMetrics, or an exemplar has no time.
    pub async fn scrape(url: impl AsRef<str>) -> Vec<Self> {
        let client = reqwest::Client::builder().no_proxy().build().expect("a client");
        let request = client.get(url.as_ref()).header(ACCEPT, "application/openmetrics-text;version=1.0.0");
        let response = request.send().await.expect("a reply").error_for_status().expect("a success");
        let page = response.text().await.expect("text");
        assert!(page.ends_with("# EOF\n"), "a page in OpenMetrics, got {page}");
        page.lines().filter(|line| !line.starts_with('#')).filter_map(parse).collect()
    }

    /// The value of a label of the exemplar or its series; empty if it is missing.
    #[must_use]
    pub fn label(&self, name: &str) -> &str {
        self.labels.get(name).or_else(|| self.series.get(name)).map_or("", String::as_str)
    }
}

/// `series{labels} count # {labels} value time`.
fn parse(line: &str) -> Option<Exemplar> {
    let (sample, exemplar) = line.split_once(" # {")?;
    let (labels, numbers) = exemplar.rsplit_once("} ").expect("labels and numbers");
    let (value, time) = numbers.split_once(' ').expect("a value and a time");
    let mut series = labels_of(sample);
    series.insert("__name__".to_owned(), sample.split(['{', ' ']).next().unwrap_or_default().to_owned());
    let number = |text: &str| text.parse().unwrap_or_else(|_| panic!("expected a number in {line}"));
    Some(Exemplar {
        series,
        labels: labels_of(&format!("x{{{labels}}} 0")),
        value: number(value),
        time: number(time),
    })
}

/// The labels of a sample's line, which is valid in the text format too.
fn labels_of(sample: &str) -> BTreeMap<String, String> {
    let page = prometheus_text::parse(&format!("{sample}\n")).expect("a sample");
    let samples = page.families().flat_map(prometheus_text::Family::samples);
    let labels = samples.flat_map(|sample| sample.labels.iter());
    labels.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exemplar_is_read_with_its_series() {
        let line = r#"x_bucket{kind="a b",le="0.5"} 3 # {span_id="1",trace_id="a\"b"} 0.25 7.005"#;
        let exemplar = parse(line).expect("an exemplar");
        assert_eq!(["__name__", "kind", "le"].map(|name| exemplar.label(name)), ["x_bucket", "a b", "0.5"]);
        assert_eq!(["span_id", "trace_id"].map(|name| exemplar.label(name)), ["1", "a\"b"]);
        assert_eq!((exemplar.value, exemplar.time), (0.25, 7.005));
        assert_eq!(parse(r#"x_bucket{le="0.5"} 3"#), None);
    }
}
