//! The addresses that the lab publishes.

use std::collections::BTreeMap;

use catalog::{Selection, Service, addresses};

use super::settings::{Refusals, port};

/// The addresses that this lab publishes.
#[derive(Clone, Debug)]
pub struct Published {
    /// By default port.
    ports: BTreeMap<String, u16>,
    selection: Selection,
    /// The base of links to dashboards.
    dashboards: String,
}

impl Published {
    /// `setting` returns the value of a setting, if it is set. Without `grafana_url`, Grafana does not run: links to its
    /// dashboards lead to the console's, which have the same paths. Every port that is none, or that another service of the
    /// selection has as well, is refused.
    #[must_use]
    pub fn new(
        selection: Selection,
        grafana_url: &str,
        setting: impl Fn(&str) -> Option<String>,
        refusals: &mut Refusals,
    ) -> Self {
        let (mut ports, mut taken) = (BTreeMap::new(), BTreeMap::new());
        for service in Service::ALL {
            let runs =
                selection.has_service(service) && (service != Service::Grafana || !grafana_url.is_empty());
            for published in service.ports() {
                let value = setting(published.setting).unwrap_or_else(|| published.default.to_string());
                let Some(number) = port(&value) else {
                    refusals.refuse(published.setting, &value, "expected a port, from 1 to 65535");
                    continue;
                };
                ports.insert(published.default.to_string(), number);
                if runs && let Some(other) = taken.insert(number, published.setting) {
                    refusals.refuse(published.setting, &value, format!("{other} is the same port"));
                }
            }
        }
        let mut published = Self { ports, selection, dashboards: grafana_url.to_owned() };
        if published.dashboards.is_empty() {
            published.dashboards = published.replace("http://127.0.0.1:8000");
        }
        published
    }

    /// The selected tutorials.
    #[must_use]
    pub fn selection(&self) -> Selection {
        self.selection
    }

    /// The base of links to dashboards: Grafana's address or else the console's.
    #[must_use]
    pub fn dashboards(&self) -> &str {
        &self.dashboards
    }

    /// Replaces the default addresses in `text` by the published ones.
    #[must_use]
    pub fn replace(&self, text: &str) -> String {
        let address = |port: &str| self.ports.get(port).map(|port| format!("{}{port}", addresses::HOST));
        addresses::replace(text, address).into_owned()
    }
}
