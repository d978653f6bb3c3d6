//! The tutorials, and what each brings to the lab: one table, from which all that the lab expects of itself follows.

use clap::ValueEnum;

use crate::service::Service;

/// A tutorial, as its folder of dashboards and the label of its alerts name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tutorial {
    /// What every lab has.
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

/// What a tutorial adds.
struct Brings {
    /// Compose services.
    services: &'static [Service],
    /// Jobs that Prometheus scrapes.
    jobs: &'static [&'static str],
    /// Alert rules that Prometheus evaluates.
    alerts: &'static [&'static str],
    /// Alert rules that Grafana evaluates.
    grafana_alerts: &'static [&'static str],
    /// How the names of its own metrics begin.
    metrics: &'static [&'static str],
}

impl Tutorial {
    /// The folder of grafana/dashboards.
    pub fn folder(self) -> &'static str {
        match self {
            Self::Lab => "lab",
            Self::Echo => "echo",
            Self::Sink => "sink",
            Self::Order => "order",
            Self::Balancer => "balancer",
            Self::Influx => "influx",
        }
    }

    fn brings(self) -> Brings {
        match self {
            Self::Lab => Brings {
                services: &[
                    Service::Console,
                    Service::Envoy,
                    Service::Prometheus,
                    Service::Alertmanager,
                    Service::Grafana,
                    Service::Jaeger,
                    Service::Maildev,
                ],
                jobs: &["alertmanager", "console", "prometheus"],
                alerts: &["TargetDown"],
                grafana_alerts: &[],
                metrics: &["console_"],
            },
            Self::Echo => Brings {
                services: &[Service::WebClient, Service::EchoServer],
                jobs: &["echo-server", "web-client"],
                alerts: &["EchoErrorsHigh", "EchoSlow"],
                grafana_alerts: &[],
                metrics: &[],
            },
            Self::Sink => Brings {
                services: &[Service::MetricsSink],
                jobs: &["envoy", "metrics-sink"],
                alerts: &["EnvoySilent", "SinkRefusing"],
                grafana_alerts: &[],
                metrics: &["envoy_", "metrics_sink_"],
            },
            Self::Order => Brings {
                services: &[Service::OrderService],
                jobs: &["order-service"],
                alerts: &[],
                grafana_alerts: &["OrderFailures", "OrderSlow"],
                metrics: &["micro_", "order_service_"],
            },
            Self::Balancer => Brings {
                services: &[Service::TcpBalancer, Service::HelloInflux1, Service::HelloInflux2],
                jobs: &["tcp-balancer"],
                alerts: &["BackendDown", "BackendsAllDown", "BalancerFull"],
                grafana_alerts: &[],
                metrics: &["gobetween_", "tcp_balancer_"],
            },
            Self::Influx => Brings {
                services: &[Service::InfluxDb],
                jobs: &[],
                alerts: &[],
                grafana_alerts: &["HelloSlow"],
                metrics: &[],
            },
        }
    }

    /// Whether a query reads what only this tutorial brings.
    fn is_read_by(self, query: &str) -> bool {
        let brings = self.brings();
        brings.metrics.iter().any(|prefix| query.contains(prefix))
            || brings.jobs.iter().any(|job| query.contains(&format!("job=\"{job}\"")))
    }
}

/// What `make up TUTORIAL=` was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Chosen {
    /// Everything.
    All,
    /// gRPC echo behind Envoy.
    Echo,
    /// The echo, and Envoy's metrics through the sink.
    Sink,
    /// The echo, and orders.
    Order,
    /// The echo, and the hello servers behind the balancer.
    Balancer,
    /// As balancer, and the hello servers' timers in `InfluxDB`.
    Influx,
}

impl Chosen {
    /// The tutorials that it starts.
    pub fn tutorials(self) -> &'static [Tutorial] {
        use Tutorial::{Balancer, Echo, Influx, Lab, Order, Sink};
        match self {
            Self::All => &[Lab, Echo, Sink, Order, Balancer, Influx],
            Self::Echo => &[Lab, Echo],
            Self::Sink => &[Lab, Echo, Sink],
            Self::Order => &[Lab, Echo, Order],
            Self::Balancer => &[Lab, Echo, Balancer],
            Self::Influx => &[Lab, Echo, Balancer, Influx],
        }
    }

    /// Whether it starts this tutorial.
    pub fn has(self, tutorial: Tutorial) -> bool {
        self.tutorials().contains(&tutorial)
    }

    /// Whether this part belongs to it.
    pub fn expects(self, service: Service) -> bool {
        self.tutorials().iter().any(|tutorial| tutorial.brings().services.contains(&service))
    }

    /// Its parts, in the order in which they are reported.
    pub fn services(self) -> impl Iterator<Item = Service> {
        Service::ALL.into_iter().filter(move |service| self.expects(*service))
    }

    /// Prometheus' jobs, sorted.
    pub fn jobs(self) -> Vec<&'static str> {
        self.sorted(|brings| brings.jobs)
    }

    /// The alert rules that Prometheus must have loaded, sorted.
    pub fn alerts(self) -> Vec<&'static str> {
        self.sorted(|brings| brings.alerts)
    }

    /// The alert rules that Grafana evaluates, sorted.
    pub fn grafana_alerts(self) -> Vec<&'static str> {
        self.sorted(|brings| brings.grafana_alerts)
    }

    /// The folders of grafana/dashboards that are provisioned.
    pub fn dashboard_folders(self) -> Vec<&'static str> {
        self.tutorials().iter().map(|tutorial| tutorial.folder()).collect()
    }

    /// Whether a query reads what only a tutorial brings that was not started.
    pub fn leaves_out(self, query: &str) -> bool {
        let all = Self::All.tutorials().iter();
        all.filter(|tutorial| !self.has(**tutorial)).any(|tutorial| tutorial.is_read_by(query))
    }

    fn sorted(self, of: impl Fn(&Brings) -> &'static [&'static str]) -> Vec<&'static str> {
        let mut all: Vec<&str> =
            self.tutorials().iter().flat_map(|tutorial| of(&tutorial.brings())).copied().collect();
        all.sort_unstable();
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_has_every_part_and_no_part_belongs_to_two_tutorials() {
        let all: Vec<Service> = Chosen::All.services().collect();
        assert_eq!(all, Service::ALL);
        let brought: usize =
            Chosen::All.tutorials().iter().map(|tutorial| tutorial.brings().services.len()).sum();
        assert_eq!(brought, Service::ALL.len());
    }

    #[test]
    fn one_tutorial_has_its_own_and_what_it_stands_on() {
        assert_eq!(
            Chosen::Echo.jobs(),
            ["alertmanager", "console", "echo-server", "prometheus", "web-client"]
        );
        assert_eq!(Chosen::Echo.alerts(), ["EchoErrorsHigh", "EchoSlow", "TargetDown"]);
        assert_eq!(Chosen::Influx.dashboard_folders(), ["lab", "echo", "balancer", "influx"]);
        assert_eq!(Chosen::Influx.grafana_alerts(), ["HelloSlow"]);
        assert!(Chosen::Balancer.expects(Service::HelloInflux2));
        assert!(!Chosen::Balancer.expects(Service::InfluxDb));
    }

    #[test]
    fn what_only_another_tutorial_brings_is_left_out() {
        assert!(Chosen::Echo.leaves_out("rate(micro_request_total[1m])"));
        assert!(Chosen::Order.leaves_out(r#"up{job="envoy"}"#));
        assert!(!Chosen::Order.leaves_out(r#"up{job="order-service"}"#));
        assert!(!Chosen::Echo.leaves_out("up"));
    }
}
