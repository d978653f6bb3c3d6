//! Claims that the programs run with what is configured.

use std::time::Duration;

use clients::{Clients, poll::until};

use crate::{
    mail_route::MailRoute,
    render::reload::{Reader, Target},
    table::{Claim, Failure},
};

const TIMEOUT: Duration = Duration::from_secs(10);

/// Checks one claim per program that reads rendered configuration, and the mail's route.
pub(super) async fn claims(clients: &Clients, has_grafana: bool) -> Vec<Claim> {
    let settings = &clients.settings;
    let mut claims = Vec::new();
    for (reader, url, folder) in [
        (Reader::Prometheus, &settings.prometheus, "prometheus"),
        (Reader::Alertmanager, &settings.alertmanager, "alertmanager"),
        (Reader::Grafana, &settings.grafana, "grafana"),
    ] {
        let claim = format!("{} runs with its rendered files", reader.name());
        if reader == Reader::Grafana && !has_grafana {
            claims.push(Claim::not_provable(claim, "Grafana is not in this lab"));
            continue;
        }
        let folder = settings.rendered.join(folder);
        let target = Target { reader, url, folder: &folder, password: "" };
        let current =
            until(TIMEOUT, async || target.is_current(&clients.fetch).await.map_err(Failure::from)).await;
        claims.push(Claim::from_result(claim, current));
    }
    let route = until(TIMEOUT, || configured_route(clients)).await;
    claims.push(Claim::from_result("alert mail goes where the settings say", route));
    claims
}

async fn configured_route(clients: &Clients) -> Result<String, Failure> {
    let settings = &clients.settings;
    let MailRoute { server, from, to } = MailRoute::read(clients).await.map_err(|error| error.to_string())?;
    let have =
        (server.rsplit_once(':').map_or(server.as_str(), |(host, _)| host), from.as_str(), to.as_str());
    let want = (settings.smtp_host.as_str(), settings.smtp_from.as_str(), settings.smtp_to.as_str());
    if have != want {
        return Err(format!("Alertmanager has {have:?}, the settings have {want:?}").into());
    }
    Ok(format!("from {from} to {to}, by {server}"))
}
