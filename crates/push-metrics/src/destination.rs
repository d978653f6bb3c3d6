//! The InfluxDB to push to, with the API of 1.x or 2.x.

use std::fmt;
use std::time::Duration;

use reqwest::Url;
use reqwest::header::HeaderValue;
use thiserror::Error;

/// Invalid settings of a [`Destination`].
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DestinationError {
    /// The address is not an HTTP URL.
    #[error("got {0:?}, expected an address such as http://127.0.0.1:8086")]
    Url(String),
    /// The token contains a character that an HTTP header cannot contain.
    #[error("the token contains a character that an HTTP header cannot contain")]
    Token,
}

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
    pub(crate) write: Url,
    /// The address and the statement that create the database.
    pub(crate) create: Option<(Url, String)>,
    pub(crate) credentials: Credentials,
    base: Url,
    database: String,
}

impl Destination {
    /// A database of InfluxDB 1.x at an address such as `http://127.0.0.1:8086`.
    ///
    /// # Errors
    ///
    /// If `address` is not an HTTP URL.
    pub fn v1(address: &str, database: &str) -> Result<Self, DestinationError> {
        let base = base(address)?;
        let mut write = below(&base, &["write"]);
        write.query_pairs_mut().append_pair("db", database);
        Ok(Self { write, create: None, credentials: Credentials::None, base, database: database.to_owned() })
    }

    /// Creates the database before the first push if it does not exist, and again if it disappears. An existing database
    /// is not changed.
    ///
    /// `retention` is how long InfluxDB keeps points, in whole seconds and at least one hour; zero means forever.
    #[must_use]
    pub fn create_database(mut self, retention: Duration) -> Self {
        let name = self.database.replace('\\', "\\\\").replace('"', "\\\"");
        let duration = match retention.as_secs() {
            0 => "INF".to_owned(),
            seconds => format!("{seconds}s"),
        };
        let statement = format!("CREATE DATABASE \"{name}\" WITH DURATION {duration}");
        self.create = Some((below(&self.base, &["query"]), statement));
        self
    }

    /// Authenticates as a user of InfluxDB 1.x.
    #[must_use]
    pub fn user(mut self, name: &str, password: &str) -> Self {
        self.credentials = Credentials::User { name: name.to_owned(), password: password.to_owned() };
        self
    }

    /// A bucket of InfluxDB 2.x at an address such as `http://127.0.0.1:8086`.
    ///
    /// # Errors
    ///
    /// If `address` is not an HTTP URL, or an HTTP header cannot contain the token.
    pub fn v2(
        address: &str,
        organization: &str,
        bucket: &str,
        token: &str,
    ) -> Result<Self, DestinationError> {
        let base = base(address)?;
        let mut write = below(&base, &["api", "v2", "write"]);
        let mut query = write.query_pairs_mut();
        query.append_pair("org", organization).append_pair("bucket", bucket).append_pair("precision", "ns");
        drop(query);
        let token = HeaderValue::from_str(&format!("Token {token}"));
        let mut token = token.map_err(|_| DestinationError::Token)?;
        token.set_sensitive(true);
        let credentials = Credentials::Token(token);
        Ok(Self { write, create: None, credentials, base, database: bucket.to_owned() })
    }
}

fn base(address: &str) -> Result<Url, DestinationError> {
    let url = Url::parse(address).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    url.ok_or_else(|| DestinationError::Url(address.to_owned()))
}

fn below(base: &Url, path: &[&str]) -> Url {
    let mut url = base.clone();
    // HTTP URLs always have path segments.
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().extend(path);
    }
    url.set_query(None);
    url
}
