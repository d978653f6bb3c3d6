//! A backend's host and port.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::net::IpAddr;
use std::str::FromStr;

use thiserror::Error;

use super::DurationError;

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

/// Why a target or an entry of a static list is invalid. Each variant has the invalid word.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TargetError {
    /// The entry does not begin with a host and a port.
    #[error("`{0}`: expected HOST:PORT")]
    NotHostPort(String),
    /// An IPv6 address is not in brackets.
    #[error("`{0}`: an IPv6 address needs brackets")]
    MissingBrackets(String),
    /// The option does not exist.
    #[error("`{0}`: expected weight=N, priority=N, max_connections=N, max_fails=N or fail_timeout=DURATION")]
    UnknownOption(String),
    /// The option is there twice.
    #[error("`{0}`: the option is there twice")]
    RepeatedOption(String),
    /// The option's value is not a 32-bit unsigned integer.
    #[error("`{0}`: expected an integer from 0 to 4294967295")]
    NotAnInteger(String),
    /// The option's value is not a duration.
    #[error("`{0}`: {1}")]
    NotADuration(String, DurationError),
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
        let port = unsigned(port).filter(|port| *port != 0).ok_or_else(invalid)?;
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

/// A number of digits only: Rust's parser would accept a sign as well.
pub(super) fn unsigned<T: FromStr>(text: &str) -> Option<T> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
