//! Claims on gRPC: health checks, and calls through Envoy.

use std::time::Duration;

use lookout_proto::echo::{Message, echo_service_client::EchoServiceClient};
use tonic::transport::{Channel, Endpoint};
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};

use clients::Clients;

use crate::table::{Claim, Failure};

const TIMEOUT: Duration = Duration::from_secs(5);
const SERVICE: &str = "proto.EchoService";

/// Checks health, and sends one echo.
pub(super) async fn claims(clients: &Clients) -> Vec<Claim> {
    let settings = &clients.settings;
    let health = health(&settings.echo_server).await;
    let echo = echo(&settings.grpc_edge).await;
    vec![
        Claim::from_result("echo-server answers gRPC health checks", health),
        Claim::from_result("a gRPC client is served through Envoy", echo),
    ]
}

async fn connect(address: &str) -> Result<Channel, Failure> {
    let endpoint =
        Endpoint::from_shared(address.to_owned()).map_err(|error| format!("{address}: {error}"))?;
    let channel = endpoint.connect_timeout(TIMEOUT).timeout(TIMEOUT).connect().await;
    channel.map_err(|error| format!("{address}: {error}").into())
}

async fn health(address: &str) -> Result<String, Failure> {
    let mut client = HealthClient::new(connect(address).await?);
    for service in ["", SERVICE] {
        let request = HealthCheckRequest { service: service.into() };
        let response = client.check(request).await.map_err(|status| format!("{service:?}: {status}"))?;
        let status = response.into_inner().status();
        if status != ServingStatus::Serving {
            return Err(format!("{service:?} is {}", status.as_str_name()).into());
        }
    }
    Ok(format!("SERVING as a whole and for {SERVICE}"))
}

async fn echo(address: &str) -> Result<String, Failure> {
    let mut client = EchoServiceClient::new(connect(address).await?);
    let request = Message { message: "check".into() };
    let reply = client.echo_service(request).await?;
    let message = reply.into_inner().message;
    if message == "echo check" {
        Ok(format!("{SERVICE}/EchoService returns {message:?}"))
    } else {
        Err(format!("it returns {message:?}").into())
    }
}
