//! Claims on the links of an alert's mail.

use catalog::{Fault, PanelId, Service};
use clients::{
    Clients,
    maildev::{Mail, Status},
};

use crate::{
    alert::mail,
    console,
    table::{Claim, Failure},
};

/// A link to a panel.
#[derive(Clone, Debug, PartialEq, Eq)]
struct PanelLink {
    url: String,
    uid: String,
    panel: u64,
}

/// Claims on the links of the firing mail.
pub async fn claims(clients: &Clients, new: &[Mail], fault: Fault) -> Vec<Claim> {
    let alert = fault.alert();
    let firing = new.iter().find(|mail| mail::status(mail, alert) == Some(Status::Firing));
    let Some(firing) = firing else {
        return vec![Claim::failed("the mail links to a panel and a runbook", "no firing mail")];
    };
    let body = mail::body(firing, fault.owner()).replace("&amp;", "&");
    let urls = urls(&body);
    let panel = urls.iter().find_map(|url| panel_link(url)).ok_or(Failure::from("no link to a panel"));
    let runbook = urls.iter().find(|url| url.contains("/user/")).ok_or(Failure::from("no link to a runbook"));
    let runbook = match runbook {
        Ok(url) => check_runbook(clients, url, alert).await,
        Err(missing) => Err(missing),
    };
    let expected = panel.clone().and_then(|link| is_expected_panel(clients, &link, fault.panel()));
    vec![
        Claim::from_result("it links to the panel that shows the fault", expected),
        opens(clients, panel).await,
        Claim::from_result("the runbook that it links to exists", runbook),
    ]
}

fn is_expected_panel(clients: &Clients, link: &PanelLink, expected: PanelId) -> Result<String, Failure> {
    let (uid, id) = expected;
    if (link.uid.as_str(), link.panel) != expected {
        return Err(format!("it links to {} panel {}, not to {uid} panel {id}", link.uid, link.panel).into());
    }
    panel_title(clients, expected)
}

/// The title of a panel in the dashboards' files.
pub(super) fn panel_title(clients: &Clients, (uid, id): PanelId) -> Result<String, Failure> {
    let folders = clients.settings.tutorial.dashboard_folders();
    let all = dashboards::load(&clients.settings.dashboards, &folders)?;
    let dashboard = all.iter().find(|dashboard| dashboard.uid == uid);
    let panel = dashboard.and_then(|dashboard| dashboard.panel(id));
    let panel = panel.ok_or_else(|| format!("no file has dashboard {uid} with panel {id}"))?;
    Ok(format!("{uid} panel {id} is {:?}", panel.title))
}

/// The link must open in Grafana; where it is unavailable, in the console, which has dashboards at the same paths.
async fn opens(clients: &Clients, link: Result<PanelLink, Failure>) -> Claim {
    match clients.docker.services().await {
        Ok(services) if services.contains(&Service::Grafana) => {
            let opened = match link {
                Err(missing) => Err(missing),
                Ok(link) => match clients.grafana.dashboard(&link.uid).await {
                    Ok((title, _)) => Ok(format!("{} is {title:?}", link.url)),
                    Err(error) => Err(error.into()),
                },
            };
            Claim::from_result("the panel's link opens in Grafana", opened)
        }
        Ok(_) => {
            let opened = match link {
                Err(missing) => Err(missing),
                Ok(link) => opens_in_console(clients, &link).await,
            };
            Claim::from_result("the panel's link opens in the console", opened)
        }
        Err(error) => Claim::failed("the panel's link opens", error.to_string()),
    }
}

async fn opens_in_console(clients: &Clients, link: &PanelLink) -> Result<String, Failure> {
    let base = format!("http://{}", clients.settings.console_host);
    let path = link.url.strip_prefix(&base).ok_or_else(|| format!("{} is not below {base}", link.url))?;
    console::get(clients, path).text().await?;
    let dashboard = console::dashboard(clients, &link.uid).await?;
    let panel = dashboard.panels.iter().find(|panel| panel.id == link.panel);
    let panel =
        panel.ok_or_else(|| format!("the console's {:?} has no panel {}", dashboard.title, link.panel))?;
    Ok(format!("{} is {:?} of {:?}", link.url, panel.title, dashboard.title))
}

/// Fetches the runbook, which must name the alert. The link has Prometheus' address on the host; inside the lab's network it
/// has another one.
pub(super) async fn check_runbook(clients: &Clients, url: &str, alert: &str) -> Result<String, Failure> {
    let external = clients.prometheus.external_url().await?;
    let path = url.strip_prefix(external.trim_end_matches('/'));
    let path = path.ok_or_else(|| format!("{url} is not below {external}"))?;
    let page = clients.prometheus.page(path).await?;
    if page.contains(alert) {
        Ok(url.to_owned())
    } else {
        Err(format!("{url} does not mention {alert}").into())
    }
}

/// The URLs in a text, without trailing punctuation.
fn urls(text: &str) -> Vec<&str> {
    let ends = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | ')');
    text.match_indices("http")
        .map(|(at, _)| &text[at..])
        .filter(|rest| rest.starts_with("http://") || rest.starts_with("https://"))
        .map(|rest| rest[..rest.find(ends).unwrap_or(rest.len())].trim_end_matches(['.', ',', ';']))
        .collect()
}

/// Parses `.../d/UID?viewPanel=ID` or `.../d/UID/name?...&viewPanel=ID`.
fn panel_link(url: &str) -> Option<PanelLink> {
    let (_, rest) = url.split_once("/d/")?;
    let (path, query) = rest.split_once('?')?;
    let uid = path.split('/').next()?.to_owned();
    let panel = query.split('&').find_map(|pair| pair.strip_prefix("viewPanel="))?;
    Some(PanelLink { url: url.to_owned(), uid, panel: panel.trim_start_matches("panel-").parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_found_in_a_text() {
        let text =
            "Dashboard: http://127.0.0.1:3000/d/envoy?viewPanel=2\n(see http://127.0.0.1:9090/user/A.md).";
        assert_eq!(
            urls(text),
            ["http://127.0.0.1:3000/d/envoy?viewPanel=2", "http://127.0.0.1:9090/user/A.md"]
        );
    }

    #[test]
    fn a_panel_link_has_a_dashboard_and_a_panel() {
        let link = panel_link("http://127.0.0.1:3000/d/grpc-client/name?from=now-5m&viewPanel=3").unwrap();
        assert_eq!((link.uid.as_str(), link.panel), ("grpc-client", 3));
        for other in ["http://h/d/x", "http://h/d/x?viewPanel=y", "http://h/user/a.md"] {
            assert_eq!(panel_link(other), None, "{other}");
        }
    }
}
