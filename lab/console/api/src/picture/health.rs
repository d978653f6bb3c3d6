//! Whether each part is up, and why not: Prometheus' word for what it scrapes, else the console's own look at a page.

use std::collections::HashMap;

use clients::Clients;
use clients::prometheus::Target;
use tokio::task::JoinSet;

use super::map::State;
use super::measure::within;
use super::node::{Health, NODES, Node, Page};

/// What came of asking the parts' pages, by the part's id.
type Pages = HashMap<&'static str, Result<(), String>>;

/// Its own answers say more than what it scrapes of itself.
const PROMETHEUS: &str = "prometheus";

/// All that is known of the parts' health.
#[derive(Debug)]
pub(super) struct Seen<'a> {
    /// Prometheus' targets, or why it does not tell.
    pub(super) targets: Result<&'a [Target], &'a String>,
    pub(super) cells: &'a HashMap<String, f64>,
    pub(super) pages: &'a Pages,
}

/// What Prometheus is asked beside the figures of the edges.
pub(super) fn cells(nodes: &[&'static Node]) -> Vec<(String, String)> {
    let balanced = nodes.iter().filter_map(|node| match node.health {
        Health::Balanced { host, .. } => {
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

/// Asks these pages all at once.
pub(super) async fn ask(pages: impl Iterator<Item = (&'static Node, Page)>, parts: &Clients) -> Pages {
    let mut asked = JoinSet::new();
    for (node, page) in pages {
        let request = parts.fetch.get(&page(&parts.settings));
        asked.spawn(async move { (node.id, within(node.title, request.bytes()).await.map(drop)) });
    }
    asked.join_all().await.into_iter().collect()
}

/// The page of a part that nobody else tells of.
pub(super) fn always(node: &'static Node) -> Option<(&'static Node, Page)> {
    match node.health {
        Health::Page(page) => Some((node, page)),
        _ => None,
    }
}

impl Seen<'_> {
    /// The page of a part that is told of elsewhere, but not now.
    pub(super) fn instead(&self, node: &'static Node) -> Option<(&'static Node, Page)> {
        match node.health {
            Health::Scraped { job, page } if job != PROMETHEUS && self.targets.is_err() => Some((node, page)),
            Health::Balanced { host, page } if !self.cells.contains_key(&live_cell(host)) => {
                Some((node, page))
            }
            _ => None,
        }
    }

    /// And why it is not up.
    pub(super) fn health(&self, node: &Node) -> (State, Option<String>) {
        match node.health {
            Health::Asking => (State::Up, None),
            Health::Page(_) => self.page(node),
            Health::Scraped { job: PROMETHEUS, .. } => match self.targets {
                Ok(_) => (State::Up, None),
                Err(why) => (State::Down, Some(why.clone())),
            },
            Health::Scraped { job, .. } => match self.targets {
                Ok(targets) => scraped(
                    targets.iter().filter(|target| target.labels.get("job").is_some_and(|of| of == job)),
                ),
                Err(_) => self.page(node),
            },
            Health::Balanced { host, .. } => match self.cells.get(&live_cell(host)) {
                Some(live) if *live > 0.0 => (State::Up, None),
                Some(_) => (State::Down, Some("The balancer's health check cannot connect to it.".into())),
                None => self.page(node),
            },
            Health::Inside(id) => {
                match NODES.iter().find(|node| node.id == id).map(|outer| self.health(outer)) {
                    Some((State::Up, _)) | None => (State::Up, None),
                    Some((state, _)) => (state, Some(format!("{id}, which has it, is not up."))),
                }
            }
        }
    }

    fn page(&self, node: &Node) -> (State, Option<String>) {
        match self.pages.get(node.id) {
            Some(Ok(())) => (State::Up, None),
            Some(Err(why)) => (State::Down, Some(why.clone())),
            None => (State::Unknown, Some("Nobody has asked it yet.".into())),
        }
    }
}

fn scraped<'a>(targets: impl Iterator<Item = &'a Target>) -> (State, Option<String>) {
    let mut found = false;
    for target in targets {
        found = true;
        match target.health.as_str() {
            "up" => {}
            "down" => {
                return (State::Down, Some(format!("Prometheus cannot scrape it: {}", target.last_error)));
            }
            _ => return (State::Unknown, Some("Prometheus has not scraped it yet.".into())),
        }
    }
    if found { (State::Up, None) } else { (State::Unknown, Some("Prometheus does not scrape it.".into())) }
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
    fn prometheus_word_counts_for_what_it_scrapes() {
        let targets = [target("web-client", "up"), target("order-service", "down")];
        let (cells, pages) = (HashMap::new(), Pages::new());
        let seen = Seen { targets: Ok(&targets), cells: &cells, pages: &pages };
        assert_eq!(seen.health(node("web-client")), (State::Up, None));
        let (state, why) = seen.health(node("order-service"));
        assert_eq!((state, why.as_deref()), (State::Down, Some("Prometheus cannot scrape it: no such host")));
        assert_eq!(seen.health(node("orders-db")).0, State::Down);
        assert_eq!(seen.health(node("echo-server")).0, State::Unknown);
    }

    #[test]
    fn without_prometheus_each_parts_own_page_counts() {
        let why = "Prometheus cannot be reached".to_owned();
        let pages = Pages::from([("web-client", Ok(())), ("echo-server", Err("refused".to_owned()))]);
        let cells = HashMap::new();
        let seen = Seen { targets: Err(&why), cells: &cells, pages: &pages };
        assert_eq!(seen.health(node("prometheus")), (State::Down, Some(why.clone())));
        assert_eq!(seen.health(node("web-client")).0, State::Up);
        assert_eq!(seen.health(node("echo-server")), (State::Down, Some("refused".into())));
    }

    #[test]
    fn a_back_end_is_up_while_the_balancer_finds_it_live() {
        let (targets, pages) = ([], Pages::new());
        let health = |live: f64| {
            let cells = HashMap::from([("hello-influx-1 live".to_owned(), live)]);
            Seen { targets: Ok(&targets), cells: &cells, pages: &pages }.health(node("hello-influx-1")).0
        };
        assert_eq!((health(1.0), health(0.0)), (State::Up, State::Down));
    }
}
