//! Where a document's links lead on the console's page.

use super::addresses::Addresses;
use super::number_of;

/// A link's end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// A page of the console, or a place on this one.
    Inside(String),
    /// Another server.
    Outside(String),
    /// A file of the repository, or a part that is not there: its text alone is shown.
    Nowhere,
}

/// Grafana in the documents.
const GRAFANA: &str = "http://127.0.0.1:3000";

/// Where `destination` leads, as the document has it.
pub(super) fn target(destination: &str, addresses: &Addresses) -> Target {
    if destination.starts_with('#') {
        return Target::Inside(destination.to_owned());
    }
    if let Some(path) = destination.strip_prefix(GRAFANA).filter(|path| path.starts_with("/d/")) {
        return Target::Inside(path.to_owned());
    }
    if destination.starts_with("http://") || destination.starts_with("https://") {
        return match addresses.resolve(destination) {
            Ok(Some(url)) => Target::Outside(url),
            Ok(None) => Target::Nowhere,
            Err(()) => Target::Outside(destination.to_owned()),
        };
    }
    let (file, place) = destination.split_at(destination.find('#').unwrap_or(destination.len()));
    if let Some(number) = number_of(file) {
        return Target::Inside(format!("/tutorials/{number}{place}"));
    }
    // Prometheus serves the runbooks, which its alerts link to.
    match (file.strip_prefix("runbooks/"), addresses.of("prometheus")) {
        (Some(runbook), Some(prometheus)) => Target::Outside(format!("{prometheus}/user/{runbook}{place}")),
        _ => Target::Nowhere,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_to_pages_of_the_console_to_other_servers_or_nowhere() {
        let addresses =
            Addresses::new(&[("prometheus", Some("http://127.0.0.1:19090")), ("edge", Some("http://e:1"))]);
        let inside = |path: &str| Target::Inside(path.to_owned());
        let outside = |url: &str| Target::Outside(url.to_owned());
        for (destination, expected) in [
            ("#the-runtime", inside("#the-runtime")),
            ("balancer.md", inside("/tutorials/4")),
            ("order.md#x", inside("/tutorials/3#x")),
            ("http://127.0.0.1:3000/d/envoy?viewPanel=2", inside("/d/envoy?viewPanel=2")),
            ("http://127.0.0.1:3000", Target::Nowhere),
            ("http://127.0.0.1:10000/orders", outside("http://e:1/orders")),
            ("https://prometheus.io/docs", outside("https://prometheus.io/docs")),
            ("runbooks/OrderSlow.md", outside("http://127.0.0.1:19090/user/OrderSlow.md")),
            ("../envoy/envoy.yaml", Target::Nowhere),
            ("javascript:alert(1)", Target::Nowhere),
        ] {
            assert_eq!(target(destination, &addresses), expected, "{destination}");
        }
    }
}
