//! The tutorials, and the services, scrape jobs, alerts and metrics of each.

use clap::ValueEnum;

use crate::service::Service;

/// A tutorial.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tutorial {
    /// The services that every selection includes.
    Lab,
    /// gRPC echo behind Envoy.
    Echo,
    /// Envoy's metrics through the sink.
    Sink,
    /// Orders with go-micro's metrics.
    Order,
    /// A TCP balancer that accounts bytes.
    Balancer,
    /// Timers pushed to `InfluxDB`.
    Influx,
}

/// The parts that a tutorial adds to the lab.
struct Contents {
    /// Compose services.
    services: &'static [Service],
    /// Prometheus' scrape jobs.
    jobs: &'static [&'static str],
    /// Alert rules that Prometheus evaluates.
    alerts: &'static [&'static str],
    /// Alert rules that Grafana evaluates.
    grafana_alerts: &'static [&'static str],
    /// Prefixes of the metrics that only this tutorial has.
    metrics: &'static [&'static str],
}

impl Tutorial {
    /// All tutorials.
    pub const ALL: [Self; 6] = [Self::Lab, Self::Echo, Self::Sink, Self::Order, Self::Balancer, Self::Influx];

    /// The name in `make up TUTORIAL=`, in alert labels, and of the folder below grafana/dashboards.
    pub fn name(self) -> &'static str {
        match self {
            Self::Lab => "lab",
            Self::Echo => "echo",
            Self::Sink => "sink",
            Self::Order => "order",
            Self::Balancer => "balancer",
            Self::Influx => "influx",
        }
    }

    fn contents(self) -> Contents {
        match self {
            Self::Lab => Contents {
                services: &[
                    Service::Console,
                    Service::Envoy,
                    Service::Gate,
                    Service::Prometheus,
                    Service::Alertmanager,
                    Service::Grafana,
                    Service::Jaeger,
                    Service::Maildev,
                ],
                jobs: &["alertmanager", "console", "prometheus"],
                alerts: &["MailFailing", "SpansDropped", "TargetDown"],
                grafana_alerts: &[],
                metrics: &["console_"],
            },
            Self::Echo => Contents {
                services: &[Service::WebClient, Service::EchoServer],
                jobs: &["echo-server", "web-client"],
                alerts: &["EchoErrorsHigh", "EchoSlow"],
                grafana_alerts: &[],
                metrics: &[],
            },
            Self::Sink => Contents {
                services: &[Service::MetricsSink],
                jobs: &["envoy", "metrics-sink"],
                alerts: &["EnvoySilent", "SinkMisconfigured", "SinkRefusing"],
                grafana_alerts: &[],
                metrics: &["envoy_", "metrics_sink_"],
            },
            Self::Order => Contents {
                services: &[Service::OrderService],
                jobs: &["order-service"],
                alerts: &[],
                grafana_alerts: &["OrderFailures", "OrderSlow"],
                metrics: &["micro_", "order_service_"],
            },
            Self::Balancer => Contents {
                services: &[Service::TcpBalancer, Service::HelloInflux1, Service::HelloInflux2],
                jobs: &["tcp-balancer"],
                alerts: &["BackendDown", "BackendsAllDown", "BalancerFull", "BalancerShortage"],
                grafana_alerts: &[],
                metrics: &["gobetween_", "tcp_balancer_"],
            },
            Self::Influx => Contents {
                services: &[Service::InfluxDb],
                jobs: &[],
                alerts: &[],
                grafana_alerts: &["HelloSlow"],
                metrics: &[],
            },
        }
    }

    /// The tutorial's services.
    pub fn services(self) -> &'static [Service] {
        self.contents().services
    }

    /// The tutorial's scrape jobs, sorted.
    pub fn jobs(self) -> &'static [&'static str] {
        self.contents().jobs
    }

    /// The tutorial's alert rules that Prometheus evaluates, sorted.
    pub fn prometheus_alerts(self) -> &'static [&'static str] {
        self.contents().alerts
    }

    /// The tutorial's alert rules that Grafana evaluates, sorted.
    pub fn grafana_alerts(self) -> &'static [&'static str] {
        self.contents().grafana_alerts
    }

    /// Whether a query reads metrics or jobs that only this tutorial has.
    fn is_read_by(self, query: &str) -> bool {
        let contents = self.contents();
        contents.metrics.iter().any(|prefix| query.contains(prefix))
            || contents.jobs.iter().any(|job| query.contains(&format!("job=\"{job}\"")))
    }
}

/// The tutorials selected by `make up TUTORIAL=`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Selection {
    /// All tutorials.
    All,
    /// gRPC echo behind Envoy.
    Echo,
    /// Echo, and Envoy's metrics through the sink.
    Sink,
    /// Echo, and orders.
    Order,
    /// Echo, and the hello servers behind the balancer.
    Balancer,
    /// Balancer, and the hello servers' timers in `InfluxDB`.
    Influx,
}

impl Selection {
    /// The selected tutorials, with those they build on.
    pub fn tutorials(self) -> &'static [Tutorial] {
        use Tutorial::{Balancer, Echo, Influx, Lab, Order, Sink};
        match self {
            Self::All => &Tutorial::ALL,
            Self::Echo => &[Lab, Echo],
            Self::Sink => &[Lab, Echo, Sink],
            Self::Order => &[Lab, Echo, Order],
            Self::Balancer => &[Lab, Echo, Balancer],
            Self::Influx => &[Lab, Echo, Balancer, Influx],
        }
    }

    /// Whether the tutorial is selected.
    pub fn has(self, tutorial: Tutorial) -> bool {
        self.tutorials().contains(&tutorial)
    }

    /// Whether the service belongs to a selected tutorial.
    pub fn has_service(self, service: Service) -> bool {
        self.tutorials().iter().any(|tutorial| tutorial.contents().services.contains(&service))
    }

    /// The services of the selected tutorials, in the order in which they are reported.
    pub fn services(self) -> impl Iterator<Item = Service> {
        Service::ALL.into_iter().filter(move |service| self.has_service(*service))
    }

    /// Prometheus' scrape jobs, sorted.
    pub fn jobs(self) -> Vec<&'static str> {
        self.sorted(|contents| contents.jobs)
    }

    /// The alert rules that Prometheus evaluates, sorted.
    pub fn prometheus_alerts(self) -> Vec<&'static str> {
        self.sorted(|contents| contents.alerts)
    }

    /// The alert rules that Grafana evaluates, sorted.
    pub fn grafana_alerts(self) -> Vec<&'static str> {
        self.sorted(|contents| contents.grafana_alerts)
    }

    /// The folders below grafana/dashboards that are provisioned.
    pub fn dashboard_folders(self) -> Vec<&'static str> {
        self.tutorials().iter().map(|tutorial| tutorial.name()).collect()
    }

    /// Whether a query reads metrics or jobs of a tutorial that is not selected.
    pub fn excludes(self, query: &str) -> bool {
        Tutorial::ALL
            .iter()
            .filter(|tutorial| !self.has(**tutorial))
            .any(|tutorial| tutorial.is_read_by(query))
    }

    fn sorted(self, names: impl Fn(&Contents) -> &'static [&'static str]) -> Vec<&'static str> {
        let mut all: Vec<&str> =
            self.tutorials().iter().flat_map(|tutorial| names(&tutorial.contents())).copied().collect();
        all.sort_unstable();
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_service_belongs_to_exactly_one_tutorial() {
        let all: Vec<Service> = Selection::All.services().collect();
        assert_eq!(all, Service::ALL);
        let total: usize =
            Selection::All.tutorials().iter().map(|tutorial| tutorial.contents().services.len()).sum();
        assert_eq!(total, Service::ALL.len());
    }

    #[test]
    fn a_selection_includes_the_tutorials_it_builds_on() {
        assert_eq!(
            Selection::Echo.jobs(),
            ["alertmanager", "console", "echo-server", "prometheus", "web-client"]
        );
        assert_eq!(
            Selection::Echo.prometheus_alerts(),
            ["EchoErrorsHigh", "EchoSlow", "MailFailing", "SpansDropped", "TargetDown"]
        );
        assert_eq!(Selection::Influx.dashboard_folders(), ["lab", "echo", "balancer", "influx"]);
        assert_eq!(Selection::Influx.grafana_alerts(), ["HelloSlow"]);
        assert!(Selection::Balancer.has_service(Service::HelloInflux2));
        assert!(!Selection::Balancer.has_service(Service::InfluxDb));
    }

    #[test]
    fn queries_of_tutorials_that_are_not_selected_are_excluded() {
        assert!(Selection::Echo.excludes("rate(micro_request_total[1m])"));
        assert!(Selection::Order.excludes(r#"up{job="envoy"}"#));
        assert!(!Selection::Order.excludes(r#"up{job="order-service"}"#));
        assert!(!Selection::Echo.excludes("up"));
    }
}
