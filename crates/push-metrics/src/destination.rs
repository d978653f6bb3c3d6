//! The InfluxDB to push to, with the API of 1.x or 2.x.

mod address;
mod options;

use std::fmt;
use std::time::Duration;

use reqwest::Url;
use reqwest::header::HeaderValue;
use thiserror::Error;

use address::Address;

pub use address::redact;
pub use options::{Consistency, Precision};

/// Invalid settings of a [`Destination`]. No message contains a password or a token.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DestinationError {
    /// The address is not an HTTP URL. The address is redacted.
    #[error("got {0:?}, expected an address such as http://127.0.0.1:8086")]
    Url(String),
    /// The address has a part that writes would not contain.
    #[error(
        "the address has {0}, which would be ignored: set the database, the retention policy, the consistency, the \
         precision and the credentials by settings of their own"
    )]
    Ignored(String),
    /// The name of the database or bucket is empty.
    #[error("the name of the database is empty")]
    Database,
    /// The token contains a character that an HTTP header cannot contain.
    #[error("the token contains a character that an HTTP header cannot contain")]
    Token,
    /// InfluxDB would refuse to create the database with this retention.
    #[error("the retention is {0:?}, expected 1h to 292 years, or 0 to keep points forever")]
    Retention(Duration),
    /// InfluxDB 2.x does not have the setting.
    #[error("InfluxDB 2.x has no {0}")]
    Unsupported(&'static str),
}

/// InfluxDB's minimum.
const MIN_RETENTION: Duration = Duration::from_secs(3600);

#[derive(Clone)]
pub(crate) enum Credentials {
    None,
    User { name: String, password: String },
    Token(HeaderValue),
}

impl fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::None => "None",
            Self::User { .. } => "User",
            Self::Token(_) => "Token",
        })
    }
}

/// A database or bucket of an InfluxDB.
#[derive(Clone, Debug)]
pub struct Destination {
    pub(crate) credentials: Credentials,
    pub(crate) precision: Precision,
    base: Url,
    api: Api,
}

#[derive(Clone, Debug)]
enum Api {
    V1 {
        database: String,
        /// `None`: the database's default.
        retention_policy: Option<String>,
        consistency: Option<Consistency>,
        /// The retention of a database that is created; `None`: it is not created.
        create: Option<Duration>,
    },
    V2 {
        organization: String,
        bucket: String,
        /// A setting that 2.x does not have, refused when the reporter is built.
        unsupported: Option<&'static str>,
    },
}

impl Destination {
    /// A database of InfluxDB 1.x at an address such as `http://127.0.0.1:8086`, or `http://user:password@host:8086`.
    ///
    /// # Errors
    ///
    /// If `address` is not an HTTP URL or has a query, or `database` is empty.
    pub fn v1(address: &str, database: &str) -> Result<Self, DestinationError> {
        let Address { base, user } = address.parse()?;
        if database.is_empty() {
            return Err(DestinationError::Database);
        }
        let api = Api::V1 {
            database: database.to_owned(),
            retention_policy: None,
            consistency: None,
            create: None,
        };
        let credentials =
            user.map_or(Credentials::None, |(name, password)| Credentials::User { name, password });
        Ok(Self { credentials, precision: Precision::default(), base, api })
    }

    /// A bucket of InfluxDB 2.x at an address such as `http://127.0.0.1:8086`.
    ///
    /// # Errors
    ///
    /// If `address` is not an HTTP URL, or has a query or credentials, `bucket` is empty, or an HTTP header cannot contain
    /// the token.
    pub fn v2(
        address: &str,
        organization: &str,
        bucket: &str,
        token: &str,
    ) -> Result<Self, DestinationError> {
        let Address { base, user } = address.parse()?;
        if user.is_some() {
            return Err(DestinationError::Ignored("credentials".to_owned()));
        }
        if bucket.is_empty() {
            return Err(DestinationError::Database);
        }
        let api =
            Api::V2 { organization: organization.to_owned(), bucket: bucket.to_owned(), unsupported: None };
        Self { credentials: Credentials::None, precision: Precision::default(), base, api }.token(token)
    }

    /// Creates the database before the first push if it does not exist, and again if it disappears. An existing database
    /// is not changed. InfluxDB 1.x only.
    ///
    /// `retention` is how long InfluxDB keeps points, in whole seconds, from one hour to 292 years; zero means forever. A
    /// reporter with another one is not built. It belongs to the [`retention_policy`](Self::retention_policy) of the new database, if one is set.
    #[must_use]
    pub fn create_database(mut self, retention: Duration) -> Self {
        match &mut self.api {
            Api::V1 { create, .. } => *create = Some(retention),
            Api::V2 { unsupported, .. } => *unsupported = Some("statement to create a database"),
        }
        self
    }

    /// Writes to this retention policy of the database. Default: the database's own default. InfluxDB 1.x only.
    #[must_use]
    pub fn retention_policy(mut self, name: &str) -> Self {
        match &mut self.api {
            Api::V1 { retention_policy, .. } => *retention_policy = Some(name.to_owned()),
            Api::V2 { unsupported, .. } => *unsupported = Some("retention policy"),
        }
        self
    }

    /// The number of nodes of a cluster that must have stored a point. Default: the server's. InfluxDB 1.x only.
    #[must_use]
    pub fn consistency(mut self, level: Consistency) -> Self {
        match &mut self.api {
            Api::V1 { consistency, .. } => *consistency = Some(level),
            Api::V2 { unsupported, .. } => *unsupported = Some("consistency level"),
        }
        self
    }

    /// The unit of the points' timestamps. Default: nanoseconds.
    #[must_use]
    pub fn precision(mut self, precision: Precision) -> Self {
        self.precision = precision;
        self
    }

    /// Whether there are credentials, in the address or set by a method.
    #[must_use]
    pub fn has_credentials(&self) -> bool {
        !matches!(self.credentials, Credentials::None)
    }

    /// Authenticates as a user, instead of the one in the address.
    #[must_use]
    pub fn user(mut self, name: &str, password: &str) -> Self {
        self.credentials = Credentials::User { name: name.to_owned(), password: password.to_owned() };
        self
    }

    /// Authenticates with a token. InfluxDB 1.8 accepts `user:password` as a token, and 2.x accepts its tokens for both
    /// APIs.
    ///
    /// # Errors
    ///
    /// If an HTTP header cannot contain the token.
    pub fn token(mut self, token: &str) -> Result<Self, DestinationError> {
        let header = HeaderValue::from_str(&format!("Token {token}"));
        let mut header = header.map_err(|_| DestinationError::Token)?;
        header.set_sensitive(true);
        self.credentials = Credentials::Token(header);
        Ok(self)
    }

    /// Checks that the API has all settings, and takes their values.
    pub(crate) fn check(&self) -> Result<(), DestinationError> {
        match self.api {
            Api::V1 { create: Some(retention), .. } if !is_retention(retention) => {
                Err(DestinationError::Retention(retention))
            }
            Api::V2 { unsupported: Some(setting), .. } => Err(DestinationError::Unsupported(setting)),
            Api::V2 { .. } if self.precision.v2().is_none() => {
                Err(DestinationError::Unsupported("precision above a second"))
            }
            _ => Ok(()),
        }
    }

    /// The address to which points are posted.
    pub(crate) fn write_url(&self) -> Url {
        match &self.api {
            Api::V1 { database, retention_policy, consistency, .. } => {
                let mut url = self.below(&["write"]);
                let mut query = url.query_pairs_mut();
                query.append_pair("db", database);
                if let Some(name) = retention_policy {
                    query.append_pair("rp", name);
                }
                if let Some(level) = consistency {
                    query.append_pair("consistency", level.name());
                }
                if self.precision != Precision::default() {
                    query.append_pair("precision", self.precision.v1());
                }
                drop(query);
                url
            }
            Api::V2 { organization, bucket, .. } => {
                let mut url = self.below(&["api", "v2", "write"]);
                let mut query = url.query_pairs_mut();
                query.append_pair("org", organization).append_pair("bucket", bucket);
                query.append_pair("precision", self.precision.v2().unwrap_or("ns"));
                drop(query);
                url
            }
        }
    }

    /// The address with the statement that creates the database, if it is to be created.
    pub(crate) fn create_request(&self) -> Option<Url> {
        let Api::V1 { database, retention_policy, create: Some(retention), .. } = &self.api else {
            return None;
        };
        let duration = match retention.as_secs() {
            0 => "INF".to_owned(),
            seconds => format!("{seconds}s"),
        };
        let mut statement = format!("CREATE DATABASE {} WITH DURATION {duration}", identifier(database));
        if let Some(name) = retention_policy {
            statement = format!("{statement} NAME {}", identifier(name));
        }
        let mut url = self.below(&["query"]);
        url.query_pairs_mut().append_pair("q", &statement);
        Some(url)
    }

    fn below(&self, path: &[&str]) -> Url {
        let mut url = self.base.clone();
        // HTTP URLs always have path segments.
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        url
    }
}

/// Whether InfluxDB accepts the retention of a new database: it represents durations as signed nanoseconds.
fn is_retention(retention: Duration) -> bool {
    let fits = retention.as_secs() <= i64::MAX.unsigned_abs() / 1_000_000_000;
    retention.is_zero() || (retention >= MIN_RETENTION && fits)
}

/// A quoted identifier of InfluxQL.
fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}

#[cfg(test)]
mod tests;
