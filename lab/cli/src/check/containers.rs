//! Claims that every service has a healthy container.

use std::time::Duration;

use catalog::Service;
use clients::{
    Clients,
    docker::{DockerError, Health},
    poll::until,
};

use crate::table::{Claim, Failure};

/// Timeout for a container to become healthy. Its health check runs periodically.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Checks one claim per service.
pub(super) async fn claims(clients: &Clients, services: Result<Vec<Service>, DockerError>) -> Vec<Claim> {
    let services = match services {
        Ok(services) => services,
        Err(error) => return vec![Claim::failed("the containers are healthy", error.to_string())],
    };
    let mut claims = Vec::new();
    for service in clients.settings.tutorial.services() {
        let claim = format!("{service} is healthy");
        claims.push(if services.contains(&service) {
            Claim::from_result(claim, until(TIMEOUT, || healthy(clients, service)).await)
        } else if service == Service::Grafana {
            Claim::not_provable(claim, "it is not in this lab: its image is unavailable here")
        } else {
            Claim::failed(claim, "it has no container in this lab")
        });
    }
    claims
}

async fn healthy(clients: &Clients, service: Service) -> Result<String, Failure> {
    match clients.docker.health(service).await {
        Ok(Health::Healthy) => Ok("Docker's health check passes".into()),
        // Jaeger's image has no program to run a health check with.
        Ok(Health::Unchecked) if service == Service::Jaeger => {
            let services = clients.jaeger.services().await?;
            Ok(format!("its API responds, with {} services", services.len()))
        }
        Ok(Health::Unchecked) => Err("it is running without a health check".into()),
        Ok(other) => Err(format!("it is {other}").into()),
        Err(error) => Err(error.into()),
    }
}
