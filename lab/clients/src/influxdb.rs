//! The part of `InfluxDB`'s HTTP API (1.x) that the lab reads: `InfluxQL` queries.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::fetch::{Fetch, FetchError};

/// A client of one database; cheap to clone.
#[derive(Clone, Debug)]
pub struct InfluxDb {
    fetch: Fetch,
    base: String,
    database: String,
}

/// The rows of one measurement and one set of tags.
#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
pub struct Rows {
    /// The measurement.
    #[serde(default)]
    pub name: String,
    /// What it was grouped by.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    /// Names; `time` (Unix milliseconds) is the first of a measurement's.
    pub columns: Vec<String>,
    /// One cell a column.
    #[serde(default)]
    pub values: Vec<Vec<Value>>,
}

impl Rows {
    /// Unix seconds and value of each column but the time, without its nulls.
    pub fn series(&self) -> impl Iterator<Item = Vec<(f64, f64)>> {
        (1..self.columns.len()).map(|column| {
            let point =
                |row: &Vec<Value>| Some((row.first()?.as_f64()? / 1000.0, row.get(column)?.as_f64()?));
            self.values.iter().filter_map(point).collect()
        })
    }

    /// What a `SHOW` statement lists: the column `value`, or the only one.
    fn listed(&self) -> impl Iterator<Item = String> {
        let column = self.columns.iter().position(|name| name == "value").unwrap_or(0);
        self.values.iter().filter_map(move |row| Some(row.get(column)?.as_str()?.to_owned()))
    }
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    results: Vec<Outcome>,
}

#[derive(Deserialize)]
struct Outcome {
    #[serde(default)]
    series: Vec<Rows>,
    error: Option<String>,
}

impl InfluxDb {
    /// `base` is its address without a slash at the end.
    pub fn new(fetch: Fetch, base: &str, database: &str) -> Self {
        Self { fetch, base: base.to_owned(), database: database.to_owned() }
    }

    /// The answer to one statement.
    pub async fn query(&self, statement: &str) -> Result<Vec<Rows>, FetchError> {
        let url = format!("{}/query", self.base);
        let query = [("db", self.database.as_str()), ("q", statement), ("epoch", "ms")];
        let answer: Answer = self.fetch.get(&url).query(&query).json().await?;
        let mut series = Vec::new();
        for outcome in answer.results {
            if let Some(reason) = outcome.error {
                return Err(FetchError::Shape { url, reason });
            }
            series.extend(outcome.series);
        }
        Ok(series)
    }

    /// What a `SHOW` statement lists, sorted, each once.
    pub async fn list(&self, statement: &str) -> Result<Vec<String>, FetchError> {
        let mut all: Vec<String> = self.query(statement).await?.iter().flat_map(Rows::listed).collect();
        all.sort_unstable();
        all.dedup();
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(json: Value) -> Rows {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn each_column_but_the_time_is_a_series_without_its_nulls() {
        let rows =
            rows(serde_json::json!({"name": "t", "tags": {"host": "a"}, "columns": ["time", "p50", "p99"],
            "values": [[1000, 5, 7.5], [2000, null, 8]]}));
        let series: Vec<_> = rows.series().collect();
        assert_eq!(series, [vec![(1.0, 5.0)], vec![(1.0, 7.5), (2.0, 8.0)]]);
        assert_eq!((rows.name.as_str(), rows.tags["host"].as_str()), ("t", "a"));
    }

    #[test]
    fn tag_values_and_measurements_are_listed() {
        let tags =
            rows(serde_json::json!({"columns": ["key", "value"], "values": [["host", "a"], ["host", "b"]]}));
        assert_eq!(tags.listed().collect::<Vec<_>>(), ["a", "b"]);
        let names = rows(serde_json::json!({"columns": ["name"], "values": [["m"]]}));
        assert_eq!(names.listed().collect::<Vec<_>>(), ["m"]);
    }
}
