//! Backends of a static list: `host:port weight=5 priority=1 max_connections=10 max_fails=3 fail_timeout=30s`.

use std::collections::BTreeSet;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::target::unsigned;
use super::{EjectionLimits, GoDuration, Target, TargetError};

/// A backend's share of the load, and its limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BackendOptions {
    /// Share of the connections relative to the other backends of the same priority.
    pub weight: u32,
    /// Backends with the lowest number are preferred.
    pub priority: u32,
    /// Maximum number of connections at a time; 0 means unlimited.
    pub max_connections: u32,
    /// Failed attempts to connect that eject it; `None` is the server's setting.
    pub max_fails: Option<u32>,
    /// Time of the ejection; `None` is the server's setting.
    pub fail_timeout: Option<GoDuration>,
}

/// An entry of a static list.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct StaticBackend {
    /// Host and port.
    pub target: Target,
    /// The backend's share of the load, and its limits.
    pub options: BackendOptions,
}

impl Default for BackendOptions {
    fn default() -> Self {
        Self { weight: 1, priority: 1, max_connections: 0, max_fails: None, fail_timeout: None }
    }
}

impl BackendOptions {
    /// When the backend is ejected, given its server's limits.
    pub fn ejection(&self, server: EjectionLimits) -> EjectionLimits {
        EjectionLimits {
            max_fails: self.max_fails.unwrap_or(server.max_fails),
            fail_timeout: self.fail_timeout.map_or(server.fail_timeout, |timeout| timeout.0),
        }
    }
}

impl FromStr for StaticBackend {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut words = text.split_whitespace();
        let target = words.next().unwrap_or_default().parse()?;
        let mut options = BackendOptions::default();
        let mut names = BTreeSet::new();
        for word in words {
            let unknown = || TargetError::UnknownOption(word.to_owned());
            let (name, value) = word.split_once('=').ok_or_else(unknown)?;
            let integer = || unsigned(value).ok_or_else(|| TargetError::NotAnInteger(word.to_owned()));
            match name {
                "weight" => options.weight = integer()?,
                "priority" => options.priority = integer()?,
                "max_connections" => options.max_connections = integer()?,
                "max_fails" => options.max_fails = Some(integer()?),
                "fail_timeout" => {
                    let invalid = |error| TargetError::NotADuration(word.to_owned(), error);
                    options.fail_timeout = Some(value.parse().map_err(invalid)?);
                }
                _ => return Err(unknown()),
            }
            if !names.insert(name) {
                return Err(TargetError::RepeatedOption(word.to_owned()));
            }
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
        let BackendOptions { weight, priority, max_connections, max_fails, fail_timeout } = backend.options;
        let mut text = format!("{} weight={weight} priority={priority}", backend.target);
        if max_connections > 0 {
            text += &format!(" max_connections={max_connections}");
        }
        text.extend(max_fails.map(|max_fails| format!(" max_fails={max_fails}")));
        text.extend(fail_timeout.map(|timeout| format!(" fail_timeout={timeout}")));
        text
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn missing_options_have_gobetweens_defaults() {
        let target = Target { host: "localhost".into(), port: 8000 };
        let expected = StaticBackend { target, options: BackendOptions::default() };
        assert_eq!("localhost:8000".parse(), Ok(expected));
        let backend: StaticBackend =
            "[::1]:80 weight=5 priority=0 max_connections=10 max_fails=0 fail_timeout=1m30s"
                .parse()
                .expect("valid");
        let fail_timeout = Some(GoDuration::from_secs(90));
        let expected =
            BackendOptions { weight: 5, priority: 0, max_connections: 10, max_fails: Some(0), fail_timeout };
        assert_eq!(backend.options, expected);
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
            ("localhost:+80", "`localhost:+80`"),
            ("a:1 weight=-1", "`weight=-1`"),
            ("a:1 weight=+1", "`weight=+1`"),
            ("a:1 weight=", "`weight=`"),
            ("a:1 weight=1 weight=1", "`weight=1`: the option is there twice"),
            ("a:1 max_fails=1.5", "`max_fails=1.5`"),
            ("a:1 max_fails=4294967296", "an integer from 0 to 4294967295"),
            ("a:1 fail_timeout=30", "`fail_timeout=30`: expected a duration"),
            ("a:1 fail_timeout=-1s", "`fail_timeout=-1s`: expected a duration"),
            ("a:1 fail_timeout=999999999h", "`fail_timeout=999999999h`: expected a duration"),
            ("a:1 sni=b", "`sni=b`"),
            ("a:1 heavy", "`heavy`"),
        ] {
            let error = text.parse::<StaticBackend>().expect_err(text).to_string();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }

    proptest! {
        #[test]
        fn round_trips_through_text(
            host in "[a-z0-9.-]{1,20}|[0-9a-f]{0,4}::[0-9a-f]{1,4}",
            port in 1..=u16::MAX,
            weight: u32, priority: u32, max_connections: u32, max_fails: Option<u32>, nanoseconds: Option<u64>,
        ) {
            let fail_timeout = nanoseconds.map(|nanoseconds| GoDuration(Duration::from_nanos(nanoseconds)));
            let options = BackendOptions { weight, priority, max_connections, max_fails, fail_timeout };
            let backend = StaticBackend { target: Target { host, port }, options };
            prop_assert_eq!(String::from(backend.clone()).parse(), Ok(backend));
        }
    }
}
