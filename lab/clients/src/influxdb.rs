//! `InfluxDB`'s HTTP API (1.x): `InfluxQL` queries.

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

/// The rows of one measurement with the same tags.
#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
pub struct Rows {
    /// The measurement.
    #[serde(default)]
    pub name: String,
    /// The tags that the query groups by.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    /// Column names; the first column of a measurement is `time`, in Unix milliseconds.
    pub columns: Vec<String>,
    /// The rows, with one cell per column.
    #[serde(default)]
    pub values: Vec<Vec<Value>>,
}

impl Rows {
    /// Each column except `time` as points of Unix seconds and value, without nulls.
    pub fn series(&self) -> impl Iterator<Item = Vec<(f64, f64)>> {
        (1..self.columns.len()).map(|column| {
            let point =
                |row: &Vec<Value>| Some((row.first()?.as_f64()? / 1000.0, row.get(column)?.as_f64()?));
            self.values.iter().filter_map(point).collect()
        })
    }

    /// The result of a `SHOW` statement: the column `value`, or else the first one.
    fn listed(&self) -> impl Iterator<Item = String> {
        let column = self.columns.iter().position(|name| name == "value").unwrap_or(0);
        self.values.iter().filter_map(move |row| Some(row.get(column)?.as_str()?.to_owned()))
    }
}

#[derive(Deserialize)]
struct Response {
    #[serde(default)]
    results: Vec<StatementResult>,
}

#[derive(Deserialize)]
struct StatementResult {
    #[serde(default)]
    series: Vec<Rows>,
    error: Option<String>,
}

impl InfluxDb {
    /// `base` is its URL without a trailing slash.
    pub fn new(fetch: Fetch, base: &str, database: &str) -> Self {
        Self { fetch, base: base.to_owned(), database: database.to_owned() }
    }

    /// Runs one statement.
    pub async fn query(&self, statement: &str) -> Result<Vec<Rows>, FetchError> {
        let url = format!("{}/query", self.base);
        let query = [("db", self.database.as_str()), ("q", statement), ("epoch", "ms")];
        let response: Response = self.fetch.get(&url).query(&query).json().await?;
        let mut series = Vec::new();
        for result in response.results {
            if let Some(reason) = result.error {
                return Err(FetchError::Shape { url, reason });
            }
            series.extend(result.series);
        }
        Ok(series)
    }

    /// Runs a `SHOW` statement; returns its values, sorted and without duplicates.
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
    fn each_column_except_time_is_a_series_without_nulls() {
        let rows =
            rows(serde_json::json!({"name": "t", "tags": {"host": "a"}, "columns": ["time", "p50", "p99"],
            "values": [[1000, 5, 7.5], [2000, null, 8]]}));
        let series: Vec<_> = rows.series().collect();
        assert_eq!(series, [vec![(1.0, 5.0)], vec![(1.0, 7.5), (2.0, 8.0)]]);
        assert_eq!((rows.name.as_str(), rows.tags["host"].as_str()), ("t", "a"));
    }

    #[test]
    fn show_statements_return_tag_values_and_measurements() {
        let tags =
            rows(serde_json::json!({"columns": ["key", "value"], "values": [["host", "a"], ["host", "b"]]}));
        assert_eq!(tags.listed().collect::<Vec<_>>(), ["a", "b"]);
        let names = rows(serde_json::json!({"columns": ["name"], "values": [["m"]]}));
        assert_eq!(names.listed().collect::<Vec<_>>(), ["m"]);
    }
}
