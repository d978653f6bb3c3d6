//! The points that the hello servers pushed to `InfluxDB`.

use std::collections::HashMap;

use clients::fetch::FetchError;
use clients::influxdb::{InfluxDb, Rows};

/// Points of a counter and of a timer in the last five seconds, and the timer's latest p95 in nanoseconds.
const QUERY: &str = r#"SELECT count("value"), count("p95"), last("p95") FROM "count_request.count", "response_time.timer" WHERE time > now() - 5s GROUP BY "host""#;
const WINDOW_SECONDS: f64 = 5.0;

/// Pushed points by host.
#[derive(Debug, Default)]
pub(super) struct Pushes(HashMap<String, Pushed>);

#[derive(Debug, Default)]
struct Pushed {
    points: f64,
    p95_nanos: Option<f64>,
}

pub(super) async fn query(influxdb: &InfluxDb) -> Result<Pushes, FetchError> {
    Ok(Pushes::read(&influxdb.query(QUERY).await?))
}

impl Pushes {
    fn read(response: &[Rows]) -> Self {
        let mut pushes = Self::default();
        for rows in response {
            let (Some(host), Some(row)) = (rows.tags.get("host"), rows.values.first()) else { continue };
            let pushed = pushes.0.entry(host.clone()).or_default();
            for (column, value) in rows.columns.iter().zip(row) {
                match (column.as_str(), value.as_f64()) {
                    ("last", p95 @ Some(_)) => pushed.p95_nanos = p95,
                    ("time" | "last", _) | (_, None) => {}
                    (_, Some(points)) => pushed.points += points,
                }
            }
        }
        pushes
    }

    /// Points per second; 0 for a host that pushed nothing.
    pub(super) fn rate(&self, host: &str) -> f64 {
        self.0.get(host).map_or(0.0, |pushed| pushed.points / WINDOW_SECONDS)
    }

    /// Seconds; `None` if the host had no requests.
    pub(super) fn p95(&self, host: &str) -> Option<f64> {
        self.0.get(host)?.p95_nanos.filter(|nanos| *nanos > 0.0).map(|nanos| nanos / 1e9)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adds_up_the_points_of_both_measurements() {
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
