//! Query results in Prometheus' JSON: a matrix, a vector or a scalar.

use serde::Deserialize;

use super::{Exemplar, Labels, Series};

/// The `data` of a query response.
#[derive(Deserialize)]
#[serde(tag = "resultType", content = "result", rename_all = "lowercase")]
pub(super) enum QueryData {
    Matrix(Vec<Matrix>),
    Vector(Vec<Vector>),
    Scalar(Point),
    /// A string literal, which has no number.
    String(serde::de::IgnoredAny),
}

#[derive(Deserialize)]
pub(super) struct Matrix {
    metric: Labels,
    #[serde(default)]
    values: Vec<Point>,
}

#[derive(Deserialize)]
pub(super) struct Vector {
    metric: Labels,
    /// `None` for a native histogram.
    value: Option<Point>,
}

/// A time in Unix seconds, and a value as a string.
#[derive(Deserialize)]
pub(super) struct Point(f64, String);

impl Point {
    fn pair(&self) -> (f64, f64) {
        // Rust parses Prometheus' "NaN", "+Inf" and "-Inf".
        (self.0, self.1.parse().unwrap_or(f64::NAN))
    }
}

impl QueryData {
    /// The series of a result of any type.
    pub(super) fn into_series(self) -> Vec<Series> {
        match self {
            Self::Matrix(all) => all
                .into_iter()
                .map(|one| Series {
                    labels: one.metric,
                    points: one.values.iter().map(Point::pair).collect(),
                })
                .collect(),
            Self::Vector(all) => all
                .into_iter()
                .map(|one| Series { labels: one.metric, points: one.value.iter().map(Point::pair).collect() })
                .collect(),
            Self::Scalar(point) => vec![Series { labels: Labels::new(), points: vec![point.pair()] }],
            Self::String(_) => Vec::new(),
        }
    }
}

/// The exemplars of a series.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ExemplarSeries {
    series_labels: Labels,
    exemplars: Vec<ExemplarPoint>,
}

#[derive(Deserialize)]
struct ExemplarPoint {
    labels: Labels,
    value: String,
    timestamp: f64,
}

impl ExemplarSeries {
    pub(super) fn into_exemplars(self) -> impl Iterator<Item = Exemplar> {
        let series = self.series_labels;
        self.exemplars.into_iter().map(move |point| Exemplar {
            series: series.clone(),
            labels: point.labels,
            value: point.value.parse().unwrap_or(f64::NAN),
            time: point.timestamp,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Envelope {
        data: QueryData,
    }

    fn series(json: &str) -> Vec<Series> {
        serde_json::from_str::<Envelope>(json).unwrap().data.into_series()
    }

    #[test]
    fn a_vector_has_one_point_per_series() {
        let read = series(
            r#"{"status":"success","data":{"resultType":"vector","result":[
                {"metric":{"job":"a"},"value":[1700000000.5,"3.25"]}]}}"#,
        );
        assert_eq!(read[0].labels["job"], "a");
        assert_eq!(read[0].points, [(1_700_000_000.5, 3.25)]);
    }

    #[test]
    fn a_matrix_keeps_infinities_and_nan() {
        let read = series(
            r#"{"status":"success","data":{"resultType":"matrix","result":[
                {"metric":{},"values":[[1,"+Inf"],[2,"-Inf"],[3,"NaN"],[4,"0"]]}]}}"#,
        );
        let values: Vec<f64> = read[0].points.iter().map(|point| point.1).collect();
        assert_eq!(values[0], f64::INFINITY);
        assert_eq!(values[1], f64::NEG_INFINITY);
        assert!(values[2].is_nan());
        assert_eq!(read[0].last(), Some(0.0));
    }

    #[test]
    fn a_scalar_is_a_series_without_labels() {
        let read = series(r#"{"status":"success","data":{"resultType":"scalar","result":[7,"1"]}}"#);
        assert_eq!(read, [Series { labels: Labels::new(), points: vec![(7.0, 1.0)] }]);
    }

    #[test]
    fn an_exemplar_has_the_labels_of_its_series() {
        let json = r#"{"seriesLabels":{"__name__":"x_bucket","le":"0.5"},"exemplars":[
            {"labels":{"trace_id":"a"},"value":"0.25","timestamp":1700000000.123},
            {"labels":{"trace_id":"b"},"value":"0.3","timestamp":1700000001}]}"#;
        let series: ExemplarSeries = serde_json::from_str(json).unwrap();
        let read: Vec<_> = series.into_exemplars().collect();
        assert_eq!((read[0].value, read[0].time), (0.25, 1_700_000_000.123));
        assert_eq!((read[1].labels["trace_id"].as_str(), read[1].series["le"].as_str()), ("b", "0.5"));
    }
}
