//! Typed HTTP clients of the lab's services, and where those services are.

pub mod alertmanager;
pub mod balancer;
pub mod docker;
pub mod envoy;
pub mod fetch;
pub mod grafana;
pub mod influxdb;
pub mod jaeger;
pub mod maildev;
pub mod order;
pub mod poll;
pub mod prometheus;
pub mod prometheus_rules;
pub mod settings;
pub mod time;

use crate::{
    alertmanager::Alertmanager, balancer::Balancer, docker::Docker, envoy::Envoy, fetch::Fetch,
    grafana::Grafana, influxdb::InfluxDb, jaeger::Jaeger, maildev::Maildev, order::Orders,
    prometheus::Prometheus, settings::Settings,
};

/// One client per service of a lab; cheap to clone.
#[derive(Clone, Debug)]
pub struct Clients {
    /// Addresses, files and the selected tutorials.
    pub settings: Settings,
    /// The HTTP client for services without a typed client.
    pub fetch: Fetch,
    /// The Docker engine, limited to this lab's containers.
    pub docker: Docker,
    /// Prometheus.
    pub prometheus: Prometheus,
    /// `InfluxDB`.
    pub influxdb: InfluxDb,
    /// Alertmanager.
    pub alertmanager: Alertmanager,
    /// The order service: its admin API, and orders through the web client.
    pub orders: Orders,
    /// The balancer's REST API.
    pub balancer: Balancer,
    /// Envoy's admin API.
    pub envoy: Envoy,
    /// Jaeger's query API.
    pub jaeger: Jaeger,
    /// The mailbox.
    pub maildev: Maildev,
    /// Grafana, which may be unavailable.
    pub grafana: Grafana,
}

impl Clients {
    /// Creates the clients without connecting.
    ///
    /// # Errors
    ///
    /// Returns an error if an HTTP client cannot be set up.
    pub fn new(settings: Settings) -> Result<Self, reqwest::Error> {
        let fetch = Fetch::new()?;
        Ok(Self {
            docker: Docker::new(&settings.docker_socket, &settings.lab_name)?,
            prometheus: Prometheus::new(fetch.clone(), &settings.prometheus),
            influxdb: InfluxDb::new(fetch.clone(), &settings.influxdb, &settings.influxdb_database),
            alertmanager: Alertmanager::new(fetch.clone(), &settings.alertmanager),
            orders: Orders::new(fetch.clone(), &settings.edge, &settings.order_admin),
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
