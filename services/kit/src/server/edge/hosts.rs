//! The hosts that requests may name.

use std::str::FromStr;

use http::uri::Authority;
use thiserror::Error;

/// Names of the loopback interface. A page of another site cannot have one of them as its own.
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// The hosts that requests may name in `Host` or `:authority`. The default allows those of the loopback interface, with any port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllowedHosts {
    loopback: bool,
    any: bool,
    added: Vec<AllowedHost>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct AllowedHost {
    /// In lower case.
    host: String,
    /// `None` for any port.
    port: Option<u16>,
}

/// The text is not a list of hosts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("expected hosts with or without a port, separated by commas, such as web-client,lab.example:8080")]
pub struct InvalidHosts;

impl Default for AllowedHosts {
    fn default() -> Self {
        Self { loopback: true, any: false, added: Vec::new() }
    }
}

/// Hosts that are allowed besides those of the loopback interface; `*` allows any.
impl FromStr for AllowedHosts {
    type Err = InvalidHosts;

    fn from_str(text: &str) -> Result<Self, InvalidHosts> {
        let mut hosts = Self::default();
        for entry in text.split(',').map(str::trim).filter(|entry| !entry.is_empty()) {
            if entry == "*" {
                hosts.any = true;
                continue;
            }
            let authority = authority(entry).ok_or(InvalidHosts)?;
            hosts.added.push(AllowedHost::exactly(&authority, authority.port_u16()));
        }
        Ok(hosts)
    }
}

impl AllowedHosts {
    /// Removes the hosts of the loopback interface, and adds `hosts`: with a port only with this port, otherwise with any.
    #[must_use]
    pub fn only<'a>(mut self, hosts: impl IntoIterator<Item = &'a str>) -> Self {
        let hosts = hosts.into_iter().filter_map(authority);
        self.added.extend(hosts.map(|host| AllowedHost::exactly(&host, host.port_u16())));
        Self { loopback: false, ..self }
    }

    pub(super) fn allow(&self, host: &Authority) -> bool {
        let name = host.host().to_ascii_lowercase();
        let is_loopback = || self.loopback && LOOPBACK.contains(&name.as_str());
        let is_added = || {
            self.added
                .iter()
                .any(|added| added.host == name && added.port.is_none_or(|added| added == port(host)))
        };
        self.any || is_loopback() || is_added()
    }

    /// The hosts in words, for the response to a request that names another.
    pub(super) fn description(&self) -> String {
        let loopback = self.loopback.then_some(LOOPBACK).into_iter().flatten().map(ToOwned::to_owned);
        let added = self.added.iter().map(|added| match added.port {
            Some(port) => format!("{}:{port}", added.host),
            None => added.host.clone(),
        });
        loopback.chain(added).collect::<Vec<_>>().join(" or ")
    }
}

impl AllowedHost {
    fn exactly(authority: &Authority, port: Option<u16>) -> Self {
        Self { host: authority.host().to_ascii_lowercase(), port }
    }
}

fn port(authority: &Authority) -> u16 {
    authority.port_u16().unwrap_or(80)
}

/// A host with an optional port, as in the header `Host`: without a user, and with a port in range.
pub(super) fn authority(text: &str) -> Option<Authority> {
    let authority = text.parse::<Authority>().ok()?;
    let whole = authority.host().len() + authority.port().map_or(0, |port| port.as_str().len() + 1);
    let has_valid_port = authority.port().is_none_or(|port| port.as_str().parse::<u16>().is_ok());
    (!authority.host().is_empty() && whole == text.len() && has_valid_port).then_some(authority)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(hosts: &AllowedHosts, host: &str) -> bool {
        hosts.allow(&authority(host).expect(host))
    }

    #[test]
    fn the_loopback_interface_is_allowed_with_any_port() {
        let hosts = AllowedHosts::default();
        for host in ["localhost", "LOCALHOST:1", "127.0.0.1:65535", "[::1]:8080", "[::1]"] {
            assert!(allows(&hosts, host), "{host}");
        }
        for host in
            ["evil.example", "localhost.evil.example", "127.0.0.1.evil", "localhost.", "10.0.0.1", "[::2]"]
        {
            assert!(!allows(&hosts, host), "{host}");
        }
    }

    #[test]
    fn an_added_host_has_any_port_unless_it_names_one() {
        let hosts: AllowedHosts = " web-client, Lab.example:9000,,".parse().expect("hosts");
        for host in ["web-client", "WEB-client:8081", "lab.example:9000", "localhost"] {
            assert!(allows(&hosts, host), "{host}");
        }
        for host in ["lab.example", "lab.example:9001", "web-client.evil.example"] {
            assert!(!allows(&hosts, host), "{host}");
        }
        assert!(allows(&"*".parse().expect("any"), "evil.example"));
    }

    #[test]
    fn only_given_hosts_are_allowed_without_the_loopback_interface() {
        let hosts = AllowedHosts::default().only(["127.0.0.1:8000", "lab.example"]);
        for host in ["127.0.0.1:8000", "lab.example", "lab.example:8443"] {
            assert!(allows(&hosts, host), "{host}");
        }
        for host in ["127.0.0.1", "127.0.0.1:80", "localhost:8000", "a.lab.example"] {
            assert!(!allows(&hosts, host), "{host}");
        }
    }

    #[test]
    fn an_authority_is_a_host_and_a_valid_port_only() {
        for invalid in
            ["", ":80", "a b", "a/b", "me@a", "@a", "a:b", "a:99999", "[::1", "http://a", "a:80:80", "a?"]
        {
            assert_eq!(authority(invalid), None, "{invalid}");
        }
    }
}
