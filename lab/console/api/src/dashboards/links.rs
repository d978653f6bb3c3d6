//! A dashboard's links, those to other dashboards as this console's own.

use dashboards::config;
use dashboards::link;
use dashboards::model::Dashboard;
use dashboards::scope::Scope;
use serde::Serialize;

use super::library::Library;
use crate::config::Links;
use crate::tutorials::Addresses;

#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Link {
    title: String,
    url: String,
    external: bool,
}

/// A link with something in it that is not known here is left out.
pub(super) fn all(dashboard: &Dashboard, library: &Library, links: &Links, scope: Scope<'_>) -> Vec<Link> {
    let addresses = Addresses::new(&links.all());
    let mut all = Vec::new();
    for link in &dashboard.links {
        if link.kind == "dashboards" {
            // As Grafana does: those that have all of the tags.
            let tagged = library.boards().map(|board| &board.dashboard).filter(|other| {
                other.uid != dashboard.uid && link.tags.iter().all(|tag| other.tags.contains(tag))
            });
            let own = |other: &Dashboard| (other.title.clone(), format!("/d/{}", other.uid));
            all.extend(tagged.map(own).map(|(title, url)| Link { title, url, external: false }));
        } else {
            let link = config::Link { title: link.title.clone(), url: link.url.clone() };
            if let Ok(config::Link { title, url }) = link::of_panel(&link, scope) {
                let external = !url.starts_with('/');
                all.push(Link { title, url: addresses.published(&url).into_owned(), external });
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use dashboards::time::Window;
    use dashboards::variables::{Bound, Value};
    use serde_json::json;

    use super::*;

    #[test]
    fn links_are_filled_in_and_lead_to_where_a_part_was_moved() {
        let file = json!({"uid": "tea", "title": "Tea", "links": [
            {"type": "link", "title": "Traces", "url": "http://127.0.0.1:16686/search?start=${__from}000&service=$job"},
            {"type": "link", "title": "Prometheus", "url": "http://127.0.0.1:9090/alerts"},
            {"type": "link", "title": "Elsewhere", "url": "http://x/${__made_up}"},
        ]});
        let dashboard: Dashboard = serde_json::from_value(file).unwrap();
        let links = Links {
            jaeger_url: Some(kit::settings::base_url("http://127.0.0.1:26686").unwrap()),
            ..Links::default()
        };
        let variables = [Bound { name: "job".into(), value: Value::One("a".into()) }];
        let scope = Scope { variables: &variables, window: Window { from_ms: 12, to_ms: 34 } };
        let all = all(&dashboard, &Library::default(), &links, scope);
        let urls: Vec<(&str, bool)> = all.iter().map(|link| (link.url.as_str(), link.external)).collect();
        let traces = "http://127.0.0.1:26686/search?start=12000&service=a";
        assert_eq!(urls, [(traces, true), ("http://127.0.0.1:9090/alerts", true)]);
    }
}
