//! Claims that our services expose exactly the metrics in docs/metrics.golden.

use catalog::Service;
use clients::{Clients, fetch::FetchError};
use prometheus_text::Exposition;

use crate::{
    metric_schema::MetricSchema,
    table::{Claim, Failure},
};

/// Checks one claim per service.
pub(super) async fn claims(clients: &Clients) -> Vec<Claim> {
    let path = &clients.settings.catalogue;
    let golden = std::fs::read_to_string(path).map_err(|error| error.to_string());
    let golden = golden.and_then(|text| MetricSchema::parse(&text).map_err(|error| error.to_string()));
    let golden = match golden {
        Ok(golden) => golden,
        Err(error) => {
            return vec![Claim::failed(
                "the catalogue of metrics can be read",
                format!("{}: {error}", path.display()),
            )];
        }
    };
    let mut claims = Vec::new();
    for (service, address) in own_services(clients) {
        let claim = format!("{service} exposes the catalogue's metrics");
        let mut live = MetricSchema::default();
        let result = match scrape_into(&mut live, clients, service, address).await {
            Err(error) => Err(error),
            Ok(()) => match golden.differences(&live, service.name()).as_slice() {
                [] => Ok(format!("{} metrics: names, types, labels, buckets", golden.count(service.name()))),
                differences => Err(differences.join("; ").into()),
            },
        };
        claims.push(Claim::from_result(claim, result));
    }
    claims
}

/// The metrics that all our services expose now.
pub async fn live(clients: &Clients) -> Result<MetricSchema, Failure> {
    let mut live = MetricSchema::default();
    for (service, address) in own_services(clients) {
        scrape_into(&mut live, clients, service, address).await?;
    }
    Ok(live)
}

pub(super) fn own_services(clients: &Clients) -> Vec<(Service, &str)> {
    let settings = &clients.settings;
    let all = [
        (Service::Console, settings.console.as_str()),
        (Service::WebClient, settings.web_client.as_str()),
        (Service::EchoServer, settings.echo_server.as_str()),
        (Service::MetricsSink, settings.metrics_sink.as_str()),
        (Service::OrderService, settings.order_metrics.as_str()),
        (Service::TcpBalancer, settings.balancer_rest.as_str()),
    ];
    all.into_iter().filter(|(service, _)| settings.tutorial.has_service(*service)).collect()
}

async fn scrape_into(
    live: &mut MetricSchema,
    clients: &Clients,
    service: Service,
    address: &str,
) -> Result<(), Failure> {
    live.add(service.name(), &scrape(clients, service, address).await?);
    Ok(())
}

/// The page of a service's `/metrics`.
pub(super) async fn scrape(
    clients: &Clients,
    service: Service,
    address: &str,
) -> Result<Exposition, Failure> {
    let text: Result<String, FetchError> = clients.fetch.get(&format!("{address}/metrics")).text().await;
    prometheus_text::parse(&text?).map_err(|error| format!("{service}: {error}").into())
}
