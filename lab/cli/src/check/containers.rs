//! Claims on the containers: all there, all healthy.

use std::time::Duration;

use catalog::Service;
use clients::{
    Clients,
    docker::{DockerError, Health},
    poll::until,
};

use crate::table::Claim;

/// A health check may be between two of its looks.
const PATIENCE: Duration = Duration::from_secs(10);

/// One claim a part.
pub(super) async fn claims(parts: &Clients, found: Result<Vec<Service>, DockerError>) -> Vec<Claim> {
    let found = match found {
        Ok(found) => found,
        Err(error) => return vec![Claim::failed("the containers are healthy", error.to_string())],
    };
    let mut claims = Vec::new();
    for service in parts.settings.tutorial.services() {
        let claim = format!("{service} is healthy");
        claims.push(if found.contains(&service) {
            Claim::from_result(claim, until(PATIENCE, || healthy(parts, service)).await)
        } else if service == Service::Grafana {
            Claim::not_provable(claim, "it is not in this lab: its image cannot be had here")
        } else {
            Claim::failed(claim, "it has no container in this lab")
        });
    }
    claims
}

async fn healthy(parts: &Clients, service: Service) -> Result<String, String> {
    match parts.docker.health(service).await {
        Ok(Health::Healthy) => Ok("Docker's health check passes".into()),
        // Jaeger's image has nothing to run a health check with: its page is asked instead.
        Ok(Health::Unchecked) if service == Service::Jaeger => {
            let services = parts.jaeger.services().await.map_err(|error| error.to_string())?;
            Ok(format!("it runs and answers, {} services known", services.len()))
        }
        Ok(Health::Unchecked) => Err("it runs without a health check".into()),
        Ok(other) => Err(format!("it is {other}")),
        Err(error) => Err(error.to_string()),
    }
}
