//! Grafana's provisioned alert rules, and their evaluation where Grafana is unavailable.
//!
//! The query, its range and the threshold are those that Grafana would use. Whatever a rule uses that is not supported here
//! is an error that names it.

pub mod condition;
pub mod file;

use std::path::{Path, PathBuf};

use clients::{
    Clients,
    fetch::FetchError,
    influxdb::Rows,
    prometheus::{Range, Series},
    time::unix_now,
};
use dashboards::{queries::influxql, time::Window};

use self::{
    condition::{Condition, NoDataError, Outcome, RuleQuery},
    file::{File, Rule},
};

/// Why a rule could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// A file or folder cannot be read.
    #[error("{path}: {source}")]
    File {
        /// The file or folder.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// A file is not valid alerting provisioning.
    #[error("{path}: {reason}")]
    Yaml {
        /// The file.
        path: PathBuf,
        /// The violation, with its line.
        reason: String,
    },
    /// No file has the rule.
    #[error("no rule {title} in {folder}")]
    Missing {
        /// The rule's title.
        title: String,
        /// The folder.
        folder: PathBuf,
    },
}

/// Loads the rules of all YAML files in a folder.
///
/// # Errors
///
/// See [`LoadError`].
pub fn load(folder: &Path) -> Result<Vec<Rule>, LoadError> {
    let fail = |source| LoadError::File { path: folder.to_owned(), source };
    let entries = std::fs::read_dir(folder).map_err(fail)?;
    let mut paths = entries.map(|entry| Ok(entry.map_err(fail)?.path())).collect::<Result<Vec<_>, _>>()?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    paths.sort();
    let mut rules = Vec::new();
    for path in paths {
        let text = std::fs::read_to_string(&path)
            .map_err(|source| LoadError::File { path: path.clone(), source })?;
        let file: File = serde_saphyr::from_str(&text)
            .map_err(|error| LoadError::Yaml { path: path.clone(), reason: error.to_string() })?;
        for group in file.groups {
            let interval = group.interval;
            rules.extend(group.rules.into_iter().map(|rule| Rule { interval: interval.clone(), ..rule }));
        }
    }
    Ok(rules)
}

/// Loads the rule with this title.
///
/// # Errors
///
/// See [`LoadError`].
pub fn find(folder: &Path, title: &str) -> Result<Rule, LoadError> {
    let rule = load(folder)?.into_iter().find(|rule| rule.title == title);
    rule.ok_or_else(|| LoadError::Missing { title: title.to_owned(), folder: folder.to_owned() })
}

/// Why a rule could not be evaluated.
#[derive(Debug, thiserror::Error)]
pub enum EvaluateError {
    /// The data source failed.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// The data source returned no data.
    #[error(transparent)]
    NoData(#[from] NoDataError),
}

/// Queries the data source, and evaluates the condition now.
///
/// # Errors
///
/// See [`EvaluateError`].
pub async fn evaluate(clients: &Clients, condition: &Condition) -> Result<Outcome, EvaluateError> {
    let now = unix_now();
    let (start, end) = (now - condition.from.as_secs_f64(), now - condition.to.as_secs_f64());
    let values = |series: Vec<Series>| -> Vec<Vec<f64>> {
        series.into_iter().map(|one| one.points.into_iter().map(|point| point.1).collect()).collect()
    };
    let series = match &condition.query {
        RuleQuery::Instant(expr) => values(clients.prometheus.instant(expr, Some(end)).await?),
        RuleQuery::Range(expr) => {
            let range = Range { start, end, step: condition.step.as_secs_f64() };
            values(clients.prometheus.range(expr, range).await?)
        }
        RuleQuery::InfluxQl(query) => {
            let window = Window { from_ms: (start * 1000.0) as i64, to_ms: (end * 1000.0) as i64 };
            let query = influxql::fill_time_filter(query, window);
            let rows = clients.influxdb.query(&query).await?;
            let points = rows.iter().flat_map(Rows::series);
            points.map(|points| points.into_iter().map(|point| point.1).collect()).collect()
        }
    };
    Ok(condition.evaluate(&series)?)
}
