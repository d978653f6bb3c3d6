//! The health of each service: from Prometheus' targets and the balancer, or from a page of the service itself.

use std::collections::HashMap;
use std::time::Duration;

use clients::Clients;
use clients::fetch::FetchError;
use clients::prometheus::Target;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::model::{HealthSource, Node, Page};
use super::nodes::NODES;
use super::view::Health;

/// How long any service may take to respond, given one measurement per second.
const REQUEST_TIMEOUT: Duration = Duration::from_millis(1500);

/// The outcome of requesting each page, by node id.
type Pages = HashMap<&'static str, Result<(), String>>;

/// Its health follows from whether its API responds, not from its scrape of itself.
const PROMETHEUS: &str = "prometheus";

/// What one measurement found out about health.
#[derive(Debug)]
pub(super) struct Observations<'a> {
    /// Prometheus' targets, or why they are unavailable.
    pub(super) targets: Result<&'a [Target], &'a String>,
    /// Figures by cell name.
    pub(super) cells: &'a HashMap<String, f64>,
    pub(super) pages: &'a Pages,
}

/// Cells of the query whose values decide health: name and `PromQL` expression.
pub(super) fn cells(nodes: &[&'static Node]) -> Vec<(String, String)> {
    let balanced = nodes.iter().filter_map(|node| match node.health {
        HealthSource::Balanced { host, .. } => {
            let live = format!(r#"min(gobetween_backend_live{{job="tcp-balancer",host="{host}"}})"#);
            Some((live_cell(host), live))
        }
        _ => None,
    });
    balanced.collect()
}

fn live_cell(host: &str) -> String {
    format!("{host} live")
}

/// The response, or a sentence that says why `name` is unavailable.
pub(super) async fn within_timeout<T>(
    name: &str,
    request: impl Future<Output = Result<T, FetchError>>,
) -> Result<T, String> {
    match timeout(REQUEST_TIMEOUT, request).await {
        Ok(response) => response.map_err(|error| error.to_string()),
        Err(_) => Err(format!("{name} did not respond within {REQUEST_TIMEOUT:?}")),
    }
}

/// Requests the pages concurrently.
pub(super) async fn fetch_pages(
    pages: impl Iterator<Item = (&'static Node, Page)>,
    clients: &Clients,
) -> Pages {
    let mut requests = JoinSet::new();
    for (node, page) in pages {
        let request = clients.fetch.get(&page(&clients.settings));
        requests.spawn(async move { (node.id, within_timeout(node.title, request.bytes()).await.map(drop)) });
    }
    requests.join_all().await.into_iter().collect()
}

/// The page of a node whose health has no other source.
pub(super) fn primary_page(node: &'static Node) -> Option<(&'static Node, Page)> {
    match node.health {
        HealthSource::Page(page) => Some((node, page)),
        _ => None,
    }
}

impl Observations<'_> {
    /// The page of a node whose usual source is unavailable.
    pub(super) fn fallback_page(&self, node: &'static Node) -> Option<(&'static Node, Page)> {
        match node.health {
            HealthSource::Scraped { job, page } if job != PROMETHEUS && self.targets.is_err() => {
                Some((node, page))
            }
            HealthSource::Balanced { host, page } if !self.cells.contains_key(&live_cell(host)) => {
                Some((node, page))
            }
            _ => None,
        }
    }

    /// The health of a node, and why it is not up.
    pub(super) fn health(&self, node: &Node) -> (Health, Option<String>) {
        match node.health {
            HealthSource::AlwaysUp => (Health::Up, None),
            HealthSource::Page(_) => self.page(node),
            HealthSource::Scraped { job: PROMETHEUS, .. } => match self.targets {
                Ok(_) => (Health::Up, None),
                Err(reason) => (Health::Down, Some(reason.clone())),
            },
            HealthSource::Scraped { job, .. } => match self.targets {
                Ok(targets) => scraped(
                    targets.iter().filter(|target| target.labels.get("job").is_some_and(|of| of == job)),
                ),
                Err(_) => self.page(node),
            },
            HealthSource::Balanced { host, .. } => match self.cells.get(&live_cell(host)) {
                Some(live) if *live > 0.0 => (Health::Up, None),
                Some(_) => (Health::Down, Some("The balancer's health check cannot connect to it.".into())),
                None => self.page(node),
            },
            HealthSource::Inside(id) => {
                match NODES.iter().find(|node| node.id == id).map(|outer| self.health(outer)) {
                    Some((Health::Up, _)) | None => (Health::Up, None),
                    Some((health, _)) => (health, Some(format!("It is part of {id}, which is not up."))),
                }
            }
        }
    }

    fn page(&self, node: &Node) -> (Health, Option<String>) {
        match self.pages.get(node.id) {
            Some(Ok(())) => (Health::Up, None),
            Some(Err(reason)) => (Health::Down, Some(reason.clone())),
            None => (Health::Unknown, Some("Not checked yet.".into())),
        }
    }
}

fn scraped<'a>(targets: impl Iterator<Item = &'a Target>) -> (Health, Option<String>) {
    let mut found = false;
    for target in targets {
        found = true;
        match target.health.as_str() {
            "up" => {}
            "down" => {
                return (Health::Down, Some(format!("Prometheus cannot scrape it: {}", target.last_error)));
            }
            _ => return (Health::Unknown, Some("Prometheus has not scraped it yet.".into())),
        }
    }
    if found { (Health::Up, None) } else { (Health::Unknown, Some("Prometheus does not scrape it.".into())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(job: &str, health: &str) -> Target {
        serde_json::from_value(serde_json::json!({
            "labels": {"job": job}, "scrapeUrl": "http://x/metrics", "lastError": "no such host", "health": health}))
        .unwrap()
    }

    fn node(id: &str) -> &'static Node {
        NODES.iter().find(|node| node.id == id).unwrap()
    }

    #[test]
    fn scraped_services_have_the_health_of_their_target() {
        let targets = [target("web-client", "up"), target("order-service", "down")];
        let (cells, pages) = (HashMap::new(), Pages::new());
        let observations = Observations { targets: Ok(&targets), cells: &cells, pages: &pages };
        assert_eq!(observations.health(node("web-client")), (Health::Up, None));
        let (health, reason) = observations.health(node("order-service"));
        assert_eq!(
            (health, reason.as_deref()),
            (Health::Down, Some("Prometheus cannot scrape it: no such host"))
        );
        assert_eq!(observations.health(node("orders-db")).0, Health::Down);
        assert_eq!(observations.health(node("echo-server")).0, Health::Unknown);
    }

    #[test]
    fn without_prometheus_health_comes_from_each_services_page() {
        let reason = "Prometheus cannot be reached".to_owned();
        let pages = Pages::from([("web-client", Ok(())), ("echo-server", Err("refused".to_owned()))]);
        let cells = HashMap::new();
        let observations = Observations { targets: Err(&reason), cells: &cells, pages: &pages };
        assert_eq!(observations.health(node("prometheus")), (Health::Down, Some(reason.clone())));
        assert_eq!(observations.health(node("web-client")).0, Health::Up);
        assert_eq!(observations.health(node("echo-server")), (Health::Down, Some("refused".into())));
    }

    #[test]
    fn a_backend_is_up_while_the_balancer_reports_it_live() {
        let (targets, pages) = ([], Pages::new());
        let health = |live: f64| {
            let cells = HashMap::from([("hello-influx-1 live".to_owned(), live)]);
            Observations { targets: Ok(&targets), cells: &cells, pages: &pages }
                .health(node("hello-influx-1"))
                .0
        };
        assert_eq!((health(1.0), health(0.0)), (Health::Up, Health::Down));
    }
}
