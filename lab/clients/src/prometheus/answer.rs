//! What Prometheus answers to a query: a matrix, a vector, a scalar.

use serde::Deserialize;

use super::{Labels, Series};

/// The `data` of a query, by its type.
#[derive(Deserialize)]
#[serde(tag = "resultType", content = "result", rename_all = "lowercase")]
pub(super) enum Answer {
    Matrix(Vec<Matrix>),
    Vector(Vec<Vector>),
    Scalar(Point),
    /// A literal string has no number to draw.
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
    /// Absent for a native histogram, of which the lab has none.
    value: Option<Point>,
}

/// A time and a value, which Prometheus writes as a string.
#[derive(Deserialize)]
pub(super) struct Point(f64, String);

impl Point {
    fn pair(&self) -> (f64, f64) {
        // Prometheus spells "NaN", "+Inf" and "-Inf", which all parse.
        (self.0, self.1.parse().unwrap_or(f64::NAN))
    }
}

impl Answer {
    /// The series of any type of answer.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Envelope {
        data: Answer,
    }

    fn series(json: &str) -> Vec<Series> {
        serde_json::from_str::<Envelope>(json).unwrap().data.into_series()
    }

    #[test]
    fn a_vector_gives_one_point_a_series() {
        let read = series(
            r#"{"status":"success","data":{"resultType":"vector","result":[
                {"metric":{"job":"a"},"value":[1700000000.5,"3.25"]}]}}"#,
        );
        assert_eq!(read[0].labels["job"], "a");
        assert_eq!(read[0].points, [(1_700_000_000.5, 3.25)]);
    }

    #[test]
    fn a_matrix_keeps_its_points_and_its_infinities() {
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
}
