//! Backends of a static list: `host:port weight=5 priority=1 max_connections=10`.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::net::IpAddr;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Host and port of a backend. They identify it: a backend with the same target keeps its counts across changes.
///
/// Hosts are equal as DNS and IP define it: names without regard to case and a final dot (RFC 4343), addresses by their
/// value, an IPv4-mapped one (RFC 4291) as the IPv4 address.
#[derive(Clone, Debug)]
pub struct Target {
    /// Host name or address, as written.
    pub host: String,
    /// TCP port, not 0.
    pub port: u16,
}

/// A backend's share of the load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BackendOptions {
    /// Share of the connections relative to the other backends of the same priority.
    pub weight: u32,
    /// Backends with the lowest number are preferred.
    pub priority: u32,
    /// Maximum number of connections at a time; 0 means unlimited.
    pub max_connections: u32,
}

/// An entry of a static list.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct StaticBackend {
    /// Host and port.
    pub target: Target,
    /// The backend's share of the load.
    pub options: BackendOptions,
}

/// Why an entry of a static list is invalid. Each variant has the invalid word.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TargetError {
    /// The entry does not begin with a host and a port.
    #[error("`{0}`: expected HOST:PORT")]
    NotHostPort(String),
    /// An IPv6 address is not in brackets.
    #[error("`{0}`: an IPv6 address needs brackets")]
    MissingBrackets(String),
    /// The option does not exist.
    #[error("`{0}`: expected weight=N, priority=N or max_connections=N")]
    UnknownOption(String),
    /// The option's value is not a 32-bit unsigned integer.
    #[error("`{0}`: expected an integer from 0 to 4294967295")]
    NotAnInteger(String),
}

impl Default for BackendOptions {
    fn default() -> Self {
        Self { weight: 1, priority: 1, max_connections: 0 }
    }
}

impl Target {
    /// What is equal for equal targets.
    fn key(&self) -> (Cow<'_, str>, u16) {
        let host = match self.host.parse::<IpAddr>() {
            Ok(address) => address.to_canonical().to_string().into(),
            Err(_) => {
                let name = self.host.strip_suffix('.').unwrap_or(&self.host);
                let is_lowercase = !name.contains(|c: char| c.is_ascii_uppercase());
                if is_lowercase { name.into() } else { name.to_ascii_lowercase().into() }
            }
        };
        (host, self.port)
    }
}

impl PartialEq for Target {
    fn eq(&self, other: &Self) -> bool {
        self.port == other.port && (self.host == other.host || self.key() == other.key())
    }
}

impl Eq for Target {}

impl Ord for Target {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

impl PartialOrd for Target {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Hash for Target {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}

impl FromStr for Target {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || TargetError::NotHostPort(text.to_owned());
        let (host, port) = text.rsplit_once(':').ok_or_else(invalid)?;
        let host = match host.strip_prefix('[') {
            Some(address) => address.strip_suffix(']').ok_or_else(invalid)?,
            None if host.contains(':') => return Err(TargetError::MissingBrackets(text.to_owned())),
            None => host,
        };
        let port = port.parse().ok().filter(|port| *port != 0).ok_or_else(invalid)?;
        if host.is_empty() || host.contains(|c: char| c.is_whitespace() || matches!(c, '[' | ']')) {
            return Err(invalid());
        }
        Ok(Self { host: host.to_owned(), port })
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, port } = self;
        if host.contains(':') { write!(f, "[{host}]:{port}") } else { write!(f, "{host}:{port}") }
    }
}

impl FromStr for StaticBackend {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut words = text.split_whitespace();
        let target = words.next().unwrap_or_default().parse()?;
        let mut options = BackendOptions::default();
        for word in words {
            let option = match word.split_once('=') {
                Some(("weight", _)) => &mut options.weight,
                Some(("priority", _)) => &mut options.priority,
                Some(("max_connections", _)) => &mut options.max_connections,
                _ => return Err(TargetError::UnknownOption(word.to_owned())),
            };
            let value = word.split_once('=').and_then(|(_, value)| value.parse().ok());
            *option = value.ok_or_else(|| TargetError::NotAnInteger(word.to_owned()))?;
        }
        Ok(Self { target, options })
    }
}

impl TryFrom<String> for StaticBackend {
    type Error = TargetError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<StaticBackend> for String {
    fn from(backend: StaticBackend) -> Self {
        let BackendOptions { weight, priority, max_connections } = backend.options;
        let mut text = format!("{} weight={weight} priority={priority}", backend.target);
        if max_connections > 0 {
            text += &format!(" max_connections={max_connections}");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn missing_options_have_gobetweens_defaults() {
        let target = Target { host: "localhost".into(), port: 8000 };
        let expected = StaticBackend { target, options: BackendOptions::default() };
        assert_eq!("localhost:8000".parse(), Ok(expected));
        let backend: StaticBackend =
            "[::1]:80 weight=5 priority=0 max_connections=10".parse().expect("valid");
        assert_eq!(backend.options, BackendOptions { weight: 5, priority: 0, max_connections: 10 });
    }

    #[test]
    fn errors_quote_the_invalid_word() {
        for (text, expected) in [
            ("", "``"),
            ("localhost", "`localhost`"),
            ("localhost:0", "`localhost:0`"),
            ("localhost:70000", "`localhost:70000`"),
            ("[[]:80", "`[[]:80`"),
            ("::1:80", "brackets"),
            ("a:1 weight=-1", "`weight=-1`"),
            ("a:1 sni=b", "`sni=b`"),
            ("a:1 heavy", "`heavy`"),
        ] {
            let error = text.parse::<StaticBackend>().expect_err(text).to_string();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }

    #[test]
    fn spellings_of_one_host_are_equal() {
        for spellings in [
            &["[::1]:80", "[0:0:0:0:0:0:0:1]:80", "[0::0001]:80"][..],
            &["127.0.0.1:80", "[::ffff:127.0.0.1]:80", "[::FFFF:7F00:1]:80"],
            &["hello.test:80", "HELLO.test:80", "hello.test.:80", "Hello.Test.:80"],
            &["[2001:DB8::a]:80", "[2001:db8:0::A]:80"],
        ] {
            let targets: Vec<Target> = spellings.iter().map(|text| text.parse().expect("valid")).collect();
            for target in &targets {
                assert_eq!(target, &targets[0]);
                assert_eq!(target.cmp(&targets[0]), Ordering::Equal, "{target}");
            }
            let distinct: std::collections::HashSet<_> = targets.iter().collect();
            assert_eq!(distinct.len(), 1, "{spellings:?}");
            let other_port = Target { port: 81, ..targets[0].clone() };
            assert_ne!(other_port, targets[0]);
        }
        let (a, b): (Target, Target) = ("a:80".parse().expect("valid"), "b:80".parse().expect("valid"));
        assert_ne!(a, b);
    }

    proptest! {
        #[test]
        fn round_trips_through_text(
            host in "[a-z0-9.-]{1,20}|[0-9a-f]{0,4}::[0-9a-f]{1,4}",
            port in 1..=u16::MAX,
            weight: u32, priority: u32, max_connections: u32,
        ) {
            let options = BackendOptions { weight, priority, max_connections };
            let backend = StaticBackend { target: Target { host, port }, options };
            prop_assert_eq!(String::from(backend.clone()).parse(), Ok(backend));
        }
    }
}
