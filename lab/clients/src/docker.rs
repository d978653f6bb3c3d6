//! Docker's API over its socket: a few operations, on containers of one Compose project only.
//!
//! A container is found by the labels that Compose sets (project and service). Callers cannot name any other container.

use std::{collections::BTreeMap, path::Path, time::Duration};

use catalog::Service;
use serde::Deserialize;

use crate::fetch::{Fetch, FetchError};

/// A placeholder host: requests go to the socket.
const BASE: &str = "http://docker";
/// Seconds that a container has to stop before it is killed.
const STOP_GRACE_SECONDS: &str = "5";

/// Why an operation on a container failed.
#[derive(Debug, thiserror::Error)]
pub enum DockerError {
    /// The request to the engine failed.
    #[error("Docker: {0}")]
    Fetch(#[from] FetchError),
    /// The service has no container in the project.
    #[error("no container of service {service} in project {project}")]
    Missing {
        /// The service.
        service: Service,
        /// The Compose project.
        project: String,
    },
    /// The container did not become healthy within the timeout.
    #[error("{service} is still {state} after {waited:?}")]
    NotHealthy {
        /// The service.
        service: Service,
        /// The last reported health.
        state: Health,
        /// The timeout.
        waited: Duration,
    },
}

/// The health of a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Health {
    /// Running; the health check passes.
    Healthy,
    /// Running without a health check.
    Unchecked,
    /// Running; the health check fails or has not passed yet. Holds Docker's status.
    Unhealthy(String),
    /// Not running. Holds Docker's status and the exit code.
    Stopped(String),
}

impl std::fmt::Display for Health {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Healthy => f.write_str("healthy"),
            Self::Unchecked => f.write_str("running without a health check"),
            Self::Unhealthy(state) | Self::Stopped(state) => f.write_str(state),
        }
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Container {
    id: String,
    labels: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Inspected {
    state: State,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct State {
    status: String,
    running: bool,
    exit_code: i64,
    health: Option<HealthState>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct HealthState {
    status: String,
}

#[derive(Deserialize)]
struct Stats {
    #[serde(default)]
    memory_stats: MemoryStats,
}

#[derive(Default, Deserialize)]
struct MemoryStats {
    usage: Option<u64>,
    #[serde(default)]
    stats: BTreeMap<String, u64>,
}

impl MemoryStats {
    /// Bytes in use without the page cache, which the kernel reclaims when memory is short.
    fn resident(&self) -> Option<u64> {
        // The first name is from cgroup v1, the second from v2.
        let of = |v1: &str, v2: &str| self.stats.get(v1).or_else(|| self.stats.get(v2)).copied().unwrap_or(0);
        let cache = of("total_inactive_file", "inactive_file") + of("total_active_file", "active_file");
        self.usage.map(|usage| usage.saturating_sub(cache))
    }
}

impl State {
    fn health(&self) -> Health {
        match &self.health {
            _ if !self.running => Health::Stopped(format!("{} (exit code {})", self.status, self.exit_code)),
            None => Health::Unchecked,
            Some(health) if health.status == "none" => Health::Unchecked,
            Some(health) if health.status == "healthy" => Health::Healthy,
            Some(health) => Health::Unhealthy(health.status.clone()),
        }
    }
}

/// A client of the Docker engine, limited to one Compose project; cheap to clone.
#[derive(Clone, Debug)]
pub struct Docker {
    fetch: Fetch,
    project: String,
}

impl Docker {
    /// `project` is the name of the Compose project.
    ///
    /// # Errors
    ///
    /// Returns an error if an HTTP client cannot be set up.
    pub fn new(socket: &Path, project: &str) -> Result<Self, reqwest::Error> {
        Ok(Self { fetch: Fetch::over_socket(socket)?, project: project.to_owned() })
    }

    /// The services that have a container, running or not.
    pub async fn services(&self) -> Result<Vec<Service>, DockerError> {
        let found = self.containers(&[]).await?;
        Ok(Service::ALL
            .into_iter()
            .filter(|service| found.iter().any(|container| container.is(*service)))
            .collect())
    }

    /// The health of the service's container.
    pub async fn health(&self, service: Service) -> Result<Health, DockerError> {
        let id = self.find(service).await?;
        let inspected: Inspected = self.fetch.get(&format!("{BASE}/containers/{id}/json")).json().await?;
        Ok(inspected.state.health())
    }

    /// Whether the service's container is running; `None` if it has no container.
    pub async fn is_running(&self, service: Service) -> Result<Option<bool>, DockerError> {
        match self.health(service).await {
            Ok(Health::Stopped(_)) => Ok(Some(false)),
            Ok(_) => Ok(Some(true)),
            Err(DockerError::Missing { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Stops the service's container, unless it is stopped already.
    pub async fn stop(&self, service: Service) -> Result<(), DockerError> {
        let id = self.find(service).await?;
        self.act(&format!("{BASE}/containers/{id}/stop?t={STOP_GRACE_SECONDS}")).await
    }

    /// Starts the service's container, unless it is running already.
    pub async fn start(&self, service: Service) -> Result<(), DockerError> {
        let id = self.find(service).await?;
        self.act(&format!("{BASE}/containers/{id}/start")).await
    }

    /// Waits until the service is healthy, or is running if it has no health check.
    pub async fn wait_healthy(&self, service: Service, timeout: Duration) -> Result<(), DockerError> {
        let started = std::time::Instant::now();
        loop {
            let state = self.health(service).await?;
            if matches!(state, Health::Healthy | Health::Unchecked) {
                return Ok(());
            }
            if started.elapsed() > timeout {
                return Err(DockerError::NotHealthy { service, state, waited: timeout });
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    /// Memory in use by the service's container in bytes, without the page cache; `None` if the engine does not report it.
    /// `docker stats` shows more: it counts the recently used part of the cache.
    pub async fn memory(&self, service: Service) -> Result<Option<u64>, DockerError> {
        let id = self.find(service).await?;
        let url = format!("{BASE}/containers/{id}/stats");
        let stats: Stats =
            self.fetch.get(&url).query(&[("stream", "false"), ("one-shot", "true")]).json().await?;
        Ok(stats.memory_stats.resident())
    }

    /// The last 20,000 lines of the service's stdout and stderr since `since` (Unix seconds), including the engine's binary
    /// frame headers.
    pub async fn logs(&self, service: Service, since: u64) -> Result<String, DockerError> {
        let id = self.find(service).await?;
        let since = since.to_string();
        let query = [("stdout", "1"), ("stderr", "1"), ("since", &*since), ("tail", "20000")];
        Ok(self.fetch.get(&format!("{BASE}/containers/{id}/logs")).query(&query).text().await?)
    }

    async fn find(&self, service: Service) -> Result<String, DockerError> {
        let found = self.containers(&[format!("com.docker.compose.service={service}")]).await?;
        let container = found.into_iter().find(|container| container.is(service));
        container
            .map(|container| container.id)
            .ok_or_else(|| DockerError::Missing { service, project: self.project.clone() })
    }

    async fn containers(&self, labels: &[String]) -> Result<Vec<Container>, DockerError> {
        let mut label = vec![
            format!("com.docker.compose.project={}", self.project),
            "com.docker.compose.oneoff=False".to_owned(),
        ];
        label.extend_from_slice(labels);
        let filters = serde_json::json!({ "label": label }).to_string();
        let query = [("all", "true"), ("filters", &*filters)];
        let found: Vec<Container> =
            self.fetch.get(&format!("{BASE}/containers/json")).query(&query).json().await?;
        let project = "com.docker.compose.project";
        Ok(found.into_iter().filter(|one| one.labels.get(project) == Some(&self.project)).collect())
    }

    async fn act(&self, url: &str) -> Result<(), DockerError> {
        match self.fetch.post(url).text().await {
            // 304 Not Modified: the container is in that state already.
            Ok(_) | Err(FetchError::Status { status: 304, .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

impl Container {
    fn is(&self, service: Service) -> bool {
        self.labels.get("com.docker.compose.service").is_some_and(|name| name == service.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(json: &str) -> Health {
        serde_json::from_str::<State>(json).unwrap().health()
    }

    #[test]
    fn health_is_read_from_the_state() {
        let healthy = r#"{"Status":"running","Running":true,"ExitCode":0,"Health":{"Status":"healthy"}}"#;
        let starting = r#"{"Status":"running","Running":true,"ExitCode":0,"Health":{"Status":"starting"}}"#;
        let unchecked = r#"{"Status":"running","Running":true,"ExitCode":0}"#;
        let exited = r#"{"Status":"exited","Running":false,"ExitCode":137,"Health":{"Status":"unhealthy"}}"#;
        assert_eq!(state(healthy), Health::Healthy);
        assert_eq!(state(starting), Health::Unhealthy("starting".into()));
        assert_eq!(state(unchecked), Health::Unchecked);
        assert_eq!(state(exited), Health::Stopped("exited (exit code 137)".into()));
    }

    #[test]
    fn memory_excludes_the_page_cache_with_either_cgroup_version() {
        let read = |json: &str| serde_json::from_str::<MemoryStats>(json).unwrap().resident();
        assert_eq!(read(r#"{"usage":100,"stats":{"inactive_file":30,"active_file":5}}"#), Some(65));
        let v1 = r#"{"usage":100,"stats":{"total_inactive_file":40,"inactive_file":1,"total_active_file":9,"active_file":2}}"#;
        assert_eq!(read(v1), Some(51));
        assert_eq!(read("{}"), None);
    }
}
