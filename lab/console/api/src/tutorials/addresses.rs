//! The addresses that the documents name (the ports of `.env`), and those that this lab publishes.

use std::borrow::Cow;

/// Each part's name in the links, and its port in the documents.
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
const HOST: &str = "127.0.0.1:";

/// Where the lab's parts are for the reader.
#[derive(Debug)]
pub(crate) struct Addresses {
    /// By the port in the documents.
    urls: Vec<(&'static str, Option<String>)>,
}

impl Addresses {
    /// `links` are the parts' names, each with its address if it is there.
    pub(crate) fn new(links: &[(&str, Option<&str>)]) -> Self {
        let url = |name: &str| links.iter().find(|(known, _)| *known == name).and_then(|(_, url)| *url);
        Self { urls: PORTS.map(|(name, port)| (port, url(name).map(str::to_owned))).to_vec() }
    }

    /// The part's address, if it is there.
    pub(super) fn of(&self, name: &str) -> Option<&str> {
        let (_, port) = PORTS.iter().find(|(known, _)| *known == name)?;
        self.by_port(port)?
    }

    /// None if no part of the documents has this port.
    fn by_port(&self, port: &str) -> Option<Option<&str>> {
        self.urls.iter().find(|(known, _)| *known == port).map(|(_, url)| url.as_deref())
    }

    /// A text in which the documents' addresses are those of this lab; what is not published stays.
    pub(crate) fn published<'a>(&self, text: &'a str) -> Cow<'a, str> {
        if !text.contains(HOST) {
            return Cow::Borrowed(text);
        }
        let mut parts = text.split(HOST);
        let mut written = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (port, rest) = split_port(part);
            match self.by_port(port).flatten().and_then(|url| url.split_once("://")) {
                Some((_, address)) => written.push_str(address),
                None => written.extend([HOST, port]),
            }
            written.push_str(rest);
        }
        Cow::Owned(written)
    }

    /// Where a link to one of the documents' addresses leads; `Err` if it is to none of them.
    pub(super) fn resolve(&self, url: &str) -> Result<Option<String>, ()> {
        let part = url.strip_prefix("http://").and_then(|url| url.strip_prefix(HOST)).ok_or(())?;
        let (port, rest) = split_port(part);
        let base = self.by_port(port).ok_or(())?;
        Ok(base.map(|base| format!("{base}{rest}")))
    }
}

fn split_port(text: &str) -> (&str, &str) {
    text.split_at(text.find(|next: char| !next.is_ascii_digit()).unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moved() -> Addresses {
        Addresses::new(&[
            ("edge", Some("http://127.0.0.1:9901")),
            ("envoy_admin", Some("http://127.0.0.1:10000")),
            ("grafana", None),
        ])
    }

    #[test]
    fn two_ports_may_change_places_and_others_stay() {
        let written =
            "a 127.0.0.1:10000/echo, 127.0.0.1:9901, 127.0.0.1:3000, 127.0.0.1:100001 and 127.0.0.1:7";
        let expected =
            "a 127.0.0.1:9901/echo, 127.0.0.1:10000, 127.0.0.1:3000, 127.0.0.1:100001 and 127.0.0.1:7";
        assert_eq!(moved().published(written), expected);
    }

    #[test]
    fn a_link_to_what_is_not_there_leads_nowhere() {
        assert_eq!(
            moved().resolve("http://127.0.0.1:10000/orders"),
            Ok(Some("http://127.0.0.1:9901/orders".into()))
        );
        assert_eq!(moved().resolve("http://127.0.0.1:3000"), Ok(None));
        assert_eq!(moved().resolve("https://example.com"), Err(()));
        assert_eq!(moved().of("edge"), Some("http://127.0.0.1:9901"));
    }
}
