//! Replaces the default addresses in documents and dashboards (the default ports) by the addresses that this lab
//! publishes.

use std::borrow::Cow;

use catalog::addresses::{HOST, split_port};

/// Name of each service in the links, and its default port.
const PORTS: [(&str, &str); 14] = [
    ("edge", "10000"),
    ("envoy_admin", "9901"),
    ("web_client", "8081"),
    ("echo_server", "8080"),
    ("sink", "9102"),
    ("order_metrics", "8085"),
    ("balancer", "3100"),
    ("balancer_rest", "8888"),
    ("prometheus", "9090"),
    ("alertmanager", "9093"),
    ("grafana", "3000"),
    ("jaeger", "16686"),
    ("mailbox", "1080"),
    ("influxdb", "8086"),
];

/// The published addresses of the services.
#[derive(Debug)]
pub(crate) struct Addresses {
    /// By default port; `None` for a service that is not published.
    urls: Vec<(&'static str, Option<String>)>,
}

impl Addresses {
    /// `links` are the names of the services, with the addresses of those that are published.
    pub(crate) fn new(links: &[(&str, Option<&str>)]) -> Self {
        let url = |name: &str| links.iter().find(|(known, _)| *known == name).and_then(|(_, url)| *url);
        Self { urls: PORTS.map(|(name, port)| (port, url(name).map(str::to_owned))).to_vec() }
    }

    /// The address of the service, if it is published.
    pub(crate) fn of(&self, name: &str) -> Option<&str> {
        let (_, port) = PORTS.iter().find(|(known, _)| *known == name)?;
        self.by_port(port)?
    }

    /// The outer `None` means that no service has this default port.
    fn by_port(&self, port: &str) -> Option<Option<&str>> {
        self.urls.iter().find(|(known, _)| *known == port).map(|(_, url)| url.as_deref())
    }

    /// Replaces the default addresses in `text`. Addresses of services that are not published stay.
    pub(crate) fn published<'a>(&self, text: &'a str) -> Cow<'a, str> {
        catalog::addresses::replace(text, |port| Some(self.by_port(port)??.split_once("://")?.1))
    }

    /// The published address of a link to a service. `None` if it is not such a link, `Some(None)` if its service is not
    /// published.
    pub(crate) fn resolve(&self, url: &str) -> Option<Option<String>> {
        let (port, rest) = split_port(url.strip_prefix("http://")?.strip_prefix(HOST)?);
        let base = self.by_port(port)?;
        Some(base.map(|base| format!("{base}{rest}")))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn moved() -> Addresses {
        Addresses::new(&[
            ("edge", Some("http://127.0.0.1:9901")),
            ("envoy_admin", Some("http://127.0.0.1:10000")),
            ("grafana", None),
        ])
    }

    #[test]
    fn swaps_two_ports_and_keeps_unknown_ones() {
        let text = "a 127.0.0.1:10000/echo, 127.0.0.1:9901, 127.0.0.1:3000, 127.0.0.1:100001 and 127.0.0.1:7";
        let expected =
            "a 127.0.0.1:9901/echo, 127.0.0.1:10000, 127.0.0.1:3000, 127.0.0.1:100001 and 127.0.0.1:7";
        assert_eq!(moved().published(text), expected);
    }

    #[test]
    fn resolves_links_to_published_services_only() {
        assert_eq!(
            moved().resolve("http://127.0.0.1:10000/orders"),
            Some(Some("http://127.0.0.1:9901/orders".into()))
        );
        assert_eq!(moved().resolve("http://127.0.0.1:3000"), Some(None));
        assert_eq!(moved().resolve("https://example.com"), None);
        assert_eq!(moved().of("edge"), Some("http://127.0.0.1:9901"));
    }

    proptest! {
        #[test]
        fn default_addresses_leave_every_text_unchanged(text in "(127\\.0\\.0\\.1:|10000|[0-9a-z:. ]|localhost){0,30}") {
            let addresses = Addresses::new(&[("edge", Some("http://127.0.0.1:10000"))]);
            prop_assert_eq!(addresses.published(&text), text.as_str());
        }
    }
}
