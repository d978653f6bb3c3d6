//! What the hello servers pushed, as `InfluxDB` has it.

use std::collections::HashMap;

use clients::fetch::FetchError;
use clients::influxdb::{InfluxDb, Rows};

/// A counter's and a timer's points of the last five seconds, and the timer's newest p95 (ns).
const QUERY: &str = r#"SELECT count("value"), count("p95"), last("p95") FROM "count_request.count", "response_time.timer" WHERE time > now() - 5s GROUP BY "host""#;
const SECONDS: f64 = 5.0;

/// By host.
#[derive(Debug, Default)]
pub(super) struct Pushes(HashMap<String, Pushed>);

#[derive(Debug, Default)]
struct Pushed {
    points: f64,
    p95: Option<f64>,
}

pub(super) async fn of(influxdb: &InfluxDb) -> Result<Pushes, FetchError> {
    Ok(Pushes::read(&influxdb.query(QUERY).await?))
}

impl Pushes {
    fn read(answer: &[Rows]) -> Self {
        let mut pushes = Self::default();
        for rows in answer {
            let (Some(host), Some(row)) = (rows.tags.get("host"), rows.values.first()) else { continue };
            let pushed = pushes.0.entry(host.clone()).or_default();
            for (column, value) in rows.columns.iter().zip(row) {
                match (column.as_str(), value.as_f64()) {
                    ("last", p95 @ Some(_)) => pushed.p95 = p95,
                    ("time" | "last", _) | (_, None) => {}
                    (_, Some(points)) => pushed.points += points,
                }
            }
        }
        pushes
    }

    /// Points a second; 0 of a host that pushed nothing.
    pub(super) fn rate(&self, host: &str) -> f64 {
        self.0.get(host).map_or(0.0, |pushed| pushed.points / SECONDS)
    }

    /// Seconds; none while it had no request.
    pub(super) fn p95(&self, host: &str) -> Option<f64> {
        self.0.get(host)?.p95.filter(|nanos| *nanos > 0.0).map(|nanos| nanos / 1e9)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_points_of_both_measurements_add_up() {
        let rows = |columns: &str, values: &str| -> Rows {
            serde_json::from_str(&format!(
                r#"{{"tags":{{"host":"a"}},"columns":{columns},"values":[{values}]}}"#
            ))
            .unwrap()
        };
        let columns = r#"["time","count","count_1","last"]"#;
        let pushes = Pushes::read(&[rows(columns, "[1,5,null,null]"), rows(columns, "[1,null,5,2000000]")]);
        assert_eq!((pushes.rate("a"), pushes.p95("a")), (2.0, Some(0.002)));
        assert_eq!((pushes.rate("b"), pushes.p95("b")), (0.0, None));
    }
}
