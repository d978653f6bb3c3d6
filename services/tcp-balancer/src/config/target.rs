//! Back ends as a list names them: `host:port weight=5 priority=1 max_connections=10`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Where a back end is: what makes it the same one before and after a change.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Target {
    /// A name or an address, as written.
    pub host: String,
    /// A port.
    pub port: u16,
}

/// How it is balanced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// Its part of the connections, beside the others' weights.
    pub weight: u32,
    /// The lowest is taken first.
    pub priority: u32,
    /// The most at a time; 0 is no limit.
    pub max_connections: u32,
}

/// A back end of a static list.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Listed {
    /// Where it is.
    pub target: Target,
    /// How it is balanced.
    pub share: Share,
}

impl Default for Share {
    fn default() -> Self {
        Self { weight: 1, priority: 1, max_connections: 0 }
    }
}

impl FromStr for Target {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || format!("`{text}`: expected HOST:PORT");
        let (host, port) = text.rsplit_once(':').ok_or_else(wrong)?;
        let host = match host.strip_prefix('[') {
            Some(address) => address.strip_suffix(']').ok_or_else(wrong)?,
            None if host.contains(':') => return Err(format!("`{text}`: an IPv6 address needs brackets")),
            None => host,
        };
        let port = port.parse().ok().filter(|port| *port != 0).ok_or_else(wrong)?;
        if host.is_empty() || host.contains(char::is_whitespace) {
            return Err(wrong());
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

impl TryFrom<String> for Listed {
    type Error = String;

    fn try_from(line: String) -> Result<Self, Self::Error> {
        let mut words = line.split_whitespace();
        let target = words.next().unwrap_or_default().parse()?;
        let mut share = Share::default();
        for word in words {
            let place = match word.split_once('=') {
                Some(("weight", _)) => &mut share.weight,
                Some(("priority", _)) => &mut share.priority,
                Some(("max_connections", _)) => &mut share.max_connections,
                _ => return Err(format!("`{word}`: expected weight=N, priority=N or max_connections=N")),
            };
            let value = word.split_once('=').and_then(|(_, value)| value.parse().ok());
            *place = value.ok_or_else(|| format!("`{word}`: expected a whole number from 0"))?;
        }
        Ok(Self { target, share })
    }
}

impl From<Listed> for String {
    fn from(listed: Listed) -> Self {
        let Listed { target, share: Share { weight, priority, max_connections } } = listed;
        let mut line = format!("{target} weight={weight} priority={priority}");
        if max_connections > 0 {
            line += &format!(" max_connections={max_connections}");
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn listed(line: &str) -> Result<Listed, String> {
        Listed::try_from(line.to_owned())
    }

    #[test]
    fn what_is_not_said_has_gobetweens_default() {
        let expected = Target { host: "localhost".into(), port: 8000 };
        assert_eq!(listed("localhost:8000"), Ok(Listed { target: expected, share: Share::default() }));
        let share = listed("[::1]:80 weight=5 priority=0 max_connections=10").map(|listed| listed.share);
        assert_eq!(share, Ok(Share { weight: 5, priority: 0, max_connections: 10 }));
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (line, named) in [
            ("", "``"),
            ("localhost", "`localhost`"),
            ("localhost:0", "`localhost:0`"),
            ("localhost:70000", "`localhost:70000`"),
            ("::1:80", "brackets"),
            ("a:1 weight=-1", "`weight=-1`"),
            ("a:1 sni=b", "`sni=b`"),
            ("a:1 heavy", "`heavy`"),
        ] {
            let error = listed(line).expect_err(line);
            assert!(error.contains(named), "{line}: {error}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_as_it_was(
            host in "[a-z0-9.-]{1,20}|[0-9a-f]{0,4}::[0-9a-f]{1,4}",
            port in 1..=u16::MAX,
            weight: u32, priority: u32, max_connections: u32,
        ) {
            let share = Share { weight, priority, max_connections };
            let one = Listed { target: Target { host, port }, share };
            prop_assert_eq!(listed(&String::from(one.clone())), Ok(one));
        }
    }
}
