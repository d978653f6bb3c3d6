//! The parts of the lab: where each stands on the map, what it is, and who tells of its health.

mod table;

use catalog::{Selection, Tutorial};
use clients::settings::Settings;

use super::map::{LinkView, NodeKind, NodeView, State};
use crate::config::{Config, Links};

pub(super) use table::NODES;

/// A part of the lab.
#[derive(Debug)]
pub(super) struct Node {
    /// As Compose names it, or its like.
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) kind: NodeKind,
    pub(super) tutorial: Tutorial,
    pub(super) column: u8,
    pub(super) row: u8,
    /// A sentence.
    pub(super) what: &'static str,
    pub(super) health: Health,
    /// The dashboard that shows it, and the tutorial that brings that.
    pub(super) dashboard: Option<(&'static str, Tutorial)>,
    /// Title, name of the address, path.
    pub(super) links: &'static [(&'static str, &'static str, &'static str)],
}

/// Who tells whether a part is up.
#[derive(Clone, Copy, Debug)]
pub(super) enum Health {
    /// It is part of who asks: the reader, or the console.
    Asking,
    /// Prometheus, which scrapes this job; this page while Prometheus does not answer.
    Scraped { job: &'static str, page: Page },
    /// The balancer, which checks it; this page while nothing is known from there.
    Balanced { host: &'static str, page: Page },
    /// This page.
    Page(Page),
    /// Another part, that it is inside of.
    Inside(&'static str),
}

/// A page that answers while its part is up.
pub(super) type Page = fn(&Settings) -> String;

/// The parts of what was started. Grafana is one where it has an address.
pub(super) fn started(chosen: Selection, links: &Links) -> Vec<&'static Node> {
    let there =
        |node: &&Node| chosen.has(node.tutorial) && (node.id != GRAFANA || links.address(GRAFANA).is_some());
    NODES.iter().filter(there).collect()
}

const GRAFANA: &str = "grafana";

impl Node {
    /// As browsers get it, before anybody has looked at its health.
    pub(super) fn view(&self, config: &Config) -> NodeView {
        let Self { id, title, kind, column, row, .. } = *self;
        NodeView {
            id,
            title,
            kind,
            tutorial: self.tutorial.name(),
            column,
            row,
            health: State::Unknown,
            note: self.what.to_owned(),
            links: self.links(&config.links),
            dashboard: self.dashboard(config.settings.tutorial),
        }
    }

    /// Its pages that browsers can open.
    fn links(&self, links: &Links) -> Vec<LinkView> {
        let link = |(title, name, path): &(&'static str, &str, &str)| {
            Some(LinkView { title, url: format!("{}{path}", links.address(name)?.trim_end_matches('/')) })
        };
        self.links.iter().filter_map(link).collect()
    }

    /// The uid of the dashboard that shows it, if it is there.
    fn dashboard(&self, chosen: Selection) -> Option<&'static str> {
        self.dashboard.filter(|(_, tutorial)| chosen.has(*tutorial)).map(|(uid, _)| uid)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use catalog::Service;

    use super::*;

    #[test]
    fn every_part_of_the_lab_has_its_place_and_no_two_have_the_same() {
        for service in Service::ALL {
            let of = |node: &&Node| {
                node.id == service.name() || node.id.starts_with("envoy-") && service == Service::Envoy
            };
            let nodes: Vec<&Node> = NODES.iter().filter(of).collect();
            assert!(!nodes.is_empty(), "{service} is not on the map");
        }
        let places: BTreeSet<(u8, u8)> = NODES.iter().map(|node| (node.column, node.row)).collect();
        assert_eq!(places.len(), NODES.len());
    }

    #[test]
    fn what_was_not_started_is_not_there() {
        let ids = |chosen| started(chosen, &Links::default()).iter().map(|node| node.id).collect::<Vec<_>>();
        assert!(!ids(Selection::All).contains(&GRAFANA));
        let echo = ids(Selection::Echo);
        assert!(echo.contains(&"echo-server") && !echo.contains(&"order-service"));
    }

    #[test]
    fn a_link_leads_to_the_address_that_browsers_know() {
        let address = |url: &str| kit::settings::base_url(url).unwrap();
        let links = Links { edge_url: Some(address("http://127.0.0.1:10000")), ..Links::default() };
        let edge = NODES.iter().find(|node| node.id == "envoy-edge").unwrap();
        let urls: Vec<String> = edge.links(&links).into_iter().map(|link| link.url).collect();
        assert_eq!(urls, ["http://127.0.0.1:10000/"]);
    }
}
