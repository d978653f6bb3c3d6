//! The parts of a lab: which there are, how each is asked, what flows through them, and what can be broken.

pub mod alert_rules;
pub mod alertmanager;
pub mod ask;
pub mod balancer;
pub mod clock;
pub mod connections;
pub mod docker;
pub mod envoy;
pub mod fault;
pub mod fetch;
pub mod grafana;
pub mod guard;
pub mod influxdb;
pub mod jaeger;
pub mod lock;
pub mod maildev;
pub mod order;
pub mod prometheus;
pub mod rfc3339;
pub mod rules;
pub mod service;
pub mod settings;
pub mod switch;
pub mod traffic;
pub mod tutorial;

use crate::{
    alertmanager::Alertmanager, balancer::Balancer, docker::Docker, envoy::Envoy, fetch::Fetch,
    grafana::Grafana, influxdb::InfluxDb, jaeger::Jaeger, maildev::Maildev, order::Orders,
    prometheus::Prometheus, settings::Settings,
};

/// The lab, as its own command sees it; cheap to clone.
#[derive(Clone, Debug)]
pub struct Parts {
    /// Addresses, files and the chosen tutorials.
    pub settings: Settings,
    /// For what has no client of its own.
    pub fetch: Fetch,
    /// The engine, limited to this lab's containers.
    pub docker: Docker,
    /// Prometheus.
    pub prometheus: Prometheus,
    /// `InfluxDB`.
    pub influxdb: InfluxDb,
    /// Alertmanager.
    pub alertmanager: Alertmanager,
    /// The order service's admin page, and orders.
    pub orders: Orders,
    /// The balancer's REST.
    pub balancer: Balancer,
    /// Envoy's admin page.
    pub envoy: Envoy,
    /// Jaeger's query API.
    pub jaeger: Jaeger,
    /// The mailbox.
    pub maildev: Maildev,
    /// Grafana, if it is there.
    pub grafana: Grafana,
}

impl Parts {
    /// Makes the clients; nothing is asked yet.
    pub fn new(settings: Settings) -> Result<Self, reqwest::Error> {
        let fetch = Fetch::new()?;
        Ok(Self {
            docker: Docker::new(&settings.docker_socket, &settings.lab_name)?,
            prometheus: Prometheus::new(fetch.clone(), &settings.prometheus),
            influxdb: InfluxDb::new(fetch.clone(), &settings.influxdb, &settings.influxdb_database),
            alertmanager: Alertmanager::new(fetch.clone(), &settings.alertmanager),
            orders: Orders::new(fetch.clone(), &settings),
            balancer: Balancer::new(fetch.clone(), &settings.balancer_rest, &settings.balancer_token),
            envoy: Envoy::new(fetch.clone(), &settings.envoy_admin),
            jaeger: Jaeger::new(fetch.clone(), &settings.jaeger),
            maildev: Maildev::new(fetch.clone(), &settings.maildev),
            grafana: Grafana::new(fetch.clone(), &settings.grafana),
            fetch,
            settings,
        })
    }
}
