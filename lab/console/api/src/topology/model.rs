//! Nodes and edges of the topology, and where their health and figures come from.

use catalog::{Selection, Tutorial};
use clients::settings::Settings;

use super::view::{EdgeKind, Health, NodeKind, NodeLink, NodeView};
use crate::config::{Config, Links};

/// A service of the lab.
#[derive(Debug)]
pub(super) struct Node {
    /// The Compose service, or a part of one.
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) kind: NodeKind,
    /// The tutorial that starts it.
    pub(super) tutorial: Tutorial,
    pub(super) column: u8,
    pub(super) row: u8,
    /// A sentence that describes it.
    pub(super) description: &'static str,
    pub(super) health: HealthSource,
    /// The uid of the dashboard that shows it, and the tutorial that provides the dashboard.
    pub(super) dashboard: Option<(&'static str, Tutorial)>,
    /// Title, name of the address in [`Links`], path.
    pub(super) links: &'static [(&'static str, &'static str, &'static str)],
}

/// How the health of a service is determined.
#[derive(Clone, Copy, Debug)]
pub(super) enum HealthSource {
    /// Always up: the reader, or the console itself.
    AlwaysUp,
    /// By Prometheus' scrapes of this job; by the page while Prometheus does not respond.
    Scraped { job: &'static str, page: Page },
    /// By the balancer's health check; by the page while its result is unknown.
    Balanced { host: &'static str, page: Page },
    /// By this page.
    Page(Page),
    /// As the service that contains it.
    Inside(&'static str),
}

/// The URL of a page that responds while its service is up.
pub(super) type Page = fn(&Settings) -> String;

/// A flow from one service to another.
#[derive(Debug)]
pub(super) struct Edge {
    pub(super) from: &'static str,
    pub(super) to: &'static str,
    pub(super) kind: EdgeKind,
    /// One or two words.
    pub(super) what: &'static str,
    /// A sentence, without figures.
    pub(super) title: String,
    pub(super) unit: &'static str,
    pub(super) figures: Figures,
}

/// Where the figures of an edge come from.
#[derive(Debug)]
pub(super) enum Figures {
    /// `PromQL` expressions: `rate` and `failed` in the edge's unit, `p95` in seconds.
    Prometheus { rate: String, failed: Option<String>, p95: Option<String> },
    /// The points that this host pushed to `InfluxDB`.
    Pushed { host: &'static str },
    /// Not measured.
    None,
}

impl Node {
    /// The node as the pages get it, before its health is known.
    pub(super) fn view(&self, config: &Config) -> NodeView {
        let Self { id, title, kind, column, row, .. } = *self;
        NodeView {
            id,
            title,
            kind,
            tutorial: self.tutorial.name(),
            column,
            row,
            health: Health::Unknown,
            note: self.description.to_owned(),
            links: self.published_links(&config.links),
            dashboard: self.started_dashboard(config.settings.tutorial),
        }
    }

    /// Links to the pages of services with a published address.
    pub(super) fn published_links(&self, links: &Links) -> Vec<NodeLink> {
        let link = |(title, name, path): &(&'static str, &str, &str)| {
            Some(NodeLink { title, url: format!("{}{path}", links.address(name)?.trim_end_matches('/')) })
        };
        self.links.iter().filter_map(link).collect()
    }

    fn started_dashboard(&self, selection: Selection) -> Option<&'static str> {
        self.dashboard.filter(|(_, tutorial)| selection.has(*tutorial)).map(|(uid, _)| uid)
    }
}
