//! Where Alertmanager sends mail, by the configuration that it runs with.

use clients::{Clients, fetch::FetchError};
use serde::Deserialize;

/// The mail server, the sender and the recipients.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailRoute {
    /// The server, as `host:port`.
    pub server: String,
    /// The sender.
    pub from: String,
    /// The recipients, separated by commas.
    pub to: String,
}

/// Why the route is unknown.
#[derive(Debug, thiserror::Error)]
pub enum RouteError {
    /// Alertmanager's status is unavailable.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// The configuration has no receiver with a mail address.
    #[error("Alertmanager's configuration has no mail receiver: {0}")]
    Configuration(String),
}

#[derive(Deserialize)]
struct Configuration {
    global: Global,
    receivers: Vec<Receiver>,
}

#[derive(Deserialize)]
struct Global {
    smtp_smarthost: String,
    smtp_from: String,
}

#[derive(Deserialize)]
struct Receiver {
    #[serde(default)]
    email_configs: Vec<Email>,
}

#[derive(Deserialize)]
struct Email {
    to: String,
}

impl MailRoute {
    /// Reads Alertmanager's status.
    ///
    /// # Errors
    ///
    /// See [`RouteError`].
    pub async fn read(clients: &Clients) -> Result<Self, RouteError> {
        Self::parse(&clients.alertmanager.configuration().await?)
    }

    fn parse(yaml: &str) -> Result<Self, RouteError> {
        let Configuration { global, receivers } =
            serde_saphyr::from_str(yaml).map_err(|error| RouteError::Configuration(error.to_string()))?;
        let email = receivers.into_iter().flat_map(|receiver| receiver.email_configs).next();
        let to = email.ok_or_else(|| RouteError::Configuration("no email_configs".into()))?.to;
        Ok(Self { server: global.smtp_smarthost, from: global.smtp_from, to })
    }

    /// The server without its port.
    #[must_use]
    pub fn host(&self) -> &str {
        self.server.rsplit_once(':').map_or(&self.server, |(host, _)| host)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_route_is_that_of_the_configuration_as_alertmanager_prints_it() {
        let yaml = "\
global:
  resolve_timeout: 5m
  smtp_from: lookout@example.com
  smtp_hello: localhost
  smtp_smarthost: smtp.example.com:587
  smtp_auth_password: <secret>
  smtp_require_tls: true
route:
  receiver: mail
receivers:
- name: none
- name: mail
  email_configs:
  - send_resolved: true
    to: you@example.com, me@example.com
    from: lookout@example.com
templates: []
";
        let route = MailRoute::parse(yaml).unwrap();
        assert_eq!(
            (route.host(), route.to.as_str()),
            ("smtp.example.com", "you@example.com, me@example.com")
        );
        assert_eq!(route.from, "lookout@example.com");
        assert!(MailRoute::parse("global: {}").is_err());
    }
}
