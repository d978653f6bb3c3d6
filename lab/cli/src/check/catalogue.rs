//! Claims that our services expose exactly the metrics of the golden catalogue.

use catalog::Service;
use clients::{Clients, fetch::FetchError};

use crate::{catalogue::Catalogue, table::Claim};

/// One claim a service.
pub(super) async fn claims(parts: &Clients) -> Vec<Claim> {
    let path = &parts.settings.catalogue;
    let golden = std::fs::read_to_string(path).map_err(|error| error.to_string());
    let golden = golden.and_then(|text| Catalogue::parse(&text).map_err(|error| error.to_string()));
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
    for (service, address) in own_services(parts) {
        let claim = format!("{service} exposes the catalogue's metrics");
        let mut live = Catalogue::default();
        let result = match scrape_into(&mut live, parts, service, address).await {
            Err(error) => Err(error),
            Ok(()) => match golden.differences(&live, service.name()).as_slice() {
                [] => Ok(format!("{} metrics: names, types, labels, buckets", golden.count(service.name()))),
                differences => Err(differences.join("; ")),
            },
        };
        claims.push(Claim::from_result(claim, result));
    }
    claims
}

/// The live catalogue of all our services, as the golden file is written.
pub async fn live(parts: &Clients) -> Result<Catalogue, String> {
    let mut live = Catalogue::default();
    for (service, address) in own_services(parts) {
        scrape_into(&mut live, parts, service, address).await?;
    }
    Ok(live)
}

fn own_services(parts: &Clients) -> Vec<(Service, &str)> {
    let settings = &parts.settings;
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
    live: &mut Catalogue,
    parts: &Clients,
    service: Service,
    address: &str,
) -> Result<(), String> {
    let text: Result<String, FetchError> = parts.fetch.get(&format!("{address}/metrics")).text().await;
    let page = prometheus_text::parse(&text.map_err(|error| error.to_string())?);
    live.add(service.name(), &page.map_err(|error| format!("{service}: {error}"))?);
    Ok(())
}
