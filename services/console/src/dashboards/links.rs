//! A dashboard's links, those to other dashboards as this console's own.

use dashboards::model::Dashboard;
use dashboards::time::Window;
use serde::Serialize;

use super::library::Library;
use crate::config::Links;

/// Where the lab's parts are published unless somebody moves them, which is what the files have.
const DEFAULTS: [(&str, &str); 6] = [
    ("prometheus", "http://127.0.0.1:9090"),
    ("alertmanager", "http://127.0.0.1:9093"),
    ("jaeger", "http://127.0.0.1:16686"),
    ("mailbox", "http://127.0.0.1:1080"),
    ("envoy_admin", "http://127.0.0.1:9901"),
    ("edge", "http://127.0.0.1:10000"),
];

#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Link {
    title: String,
    url: String,
    external: bool,
}

pub(super) fn all(dashboard: &Dashboard, library: &Library, links: &Links, window: Window) -> Vec<Link> {
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
            let url = published(&timed(&link.url, window), links);
            let external = !url.starts_with('/');
            all.push(Link { title: link.title.clone(), url, external });
        }
    }
    all
}

fn timed(url: &str, window: Window) -> String {
    url.replace("${__from}", &window.from_ms.to_string()).replace("${__to}", &window.to_ms.to_string())
}

/// A part that was moved is linked where it is now.
fn published(url: &str, links: &Links) -> String {
    let moved = DEFAULTS.iter().find_map(|(name, default)| {
        let rest = url.strip_prefix(default)?;
        let whole = rest.is_empty() || rest.starts_with(['/', '?', '#']);
        let now = links.address(name).filter(|_| whole)?;
        Some(format!("{now}{rest}"))
    });
    moved.unwrap_or_else(|| url.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moved_part_is_linked_where_it_is() {
        let links = Links {
            jaeger_url: Some(program::setting::base_url("http://127.0.0.1:26686").unwrap()),
            ..Links::default()
        };
        for (url, expected) in [
            ("http://127.0.0.1:16686/search?a=b", "http://127.0.0.1:26686/search?a=b"),
            ("http://127.0.0.1:16686", "http://127.0.0.1:26686"),
            ("http://127.0.0.1:166861", "http://127.0.0.1:166861"),
            ("http://127.0.0.1:9090/alerts", "http://127.0.0.1:9090/alerts"),
            ("https://example.org", "https://example.org"),
        ] {
            assert_eq!(published(url, &links), expected);
        }
    }

    #[test]
    fn a_range_is_written_into_a_link() {
        let window = Window { from_ms: 12, to_ms: 34 };
        assert_eq!(
            timed("http://x/?start=${__from}000&end=${__to}000", window),
            "http://x/?start=12000&end=34000"
        );
    }
}
