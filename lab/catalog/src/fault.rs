//! The faults that can be injected at run time, each with the alert that it raises.

use clap::ValueEnum;

use crate::{service::Service, stream::Stream, tutorial::Selection};

/// A fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Fault {
    /// Envoy answers every gRPC call with UNAVAILABLE
    Errors,
    /// Envoy delays every gRPC call by one second
    Slow,
    /// The echo server is stopped
    Down,
    /// Envoy is stopped
    Silent,
    /// Each operation of the order store takes a second longer
    OrderSlow,
    /// The order store rejects every write
    OrderFailures,
    /// Every second request to the hello servers takes a second
    HelloSlow,
    /// Both backends of the balancer are stopped
    BackendsDown,
    /// One backend of the balancer is stopped
    BackendDown,
    /// As many connections as the balancer allows are held
    BalancerFull,
}

/// A dashboard's uid and one of its panels.
pub type PanelId = (&'static str, u64);

/// The change in a fault's panel while the fault is active.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Symptom {
    /// The value rises above this limit.
    Above(f64),
    /// The value falls below its baseline.
    Falls,
    /// The value grows by more than half of its baseline.
    Grows,
}

impl Symptom {
    /// Whether `value` shows the symptom, compared with `baseline`, the value without the fault.
    pub fn is_present(self, baseline: f64, value: f64) -> bool {
        match self {
            Self::Above(limit) => value > limit,
            Self::Falls => value < baseline,
            Self::Grows => value > 1.5 * baseline,
        }
    }
}

/// The mechanism that injects a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Injection {
    /// Sets two keys of Envoy's runtime. The first is a percentage: 0 or absent while the fault is not active.
    Runtime([(&'static str, &'static str); 2]),
    /// Stops containers. The fault is active while the first one is stopped.
    StopServices(&'static [Service]),
    /// Injects a fault into the order service's store through the admin API.
    Store(StoreFault),
    /// Sends slow requests to the hello servers, until the injecting process ends.
    SlowCalls,
    /// Holds connections through the balancer open, until the injecting process ends.
    Connections,
}

impl Injection {
    /// Whether injecting and clearing need Docker's socket.
    pub fn needs_docker(self) -> bool {
        matches!(self, Self::StopServices(_))
    }
}

/// A fault of the order service's store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreFault {
    /// Every operation is delayed.
    Slow,
    /// Every write is refused.
    ReadOnly,
}

/// The component that evaluates an alert's rule and sends its mails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleOwner {
    /// Prometheus evaluates the rule; Alertmanager sends the mails.
    Prometheus,
    /// Grafana does both.
    Grafana,
}

/// A row of the table of faults.
struct Row {
    name: &'static str,
    effect: &'static str,
    alert: &'static str,
    panel: PanelId,
    symptom: Symptom,
    injection: Injection,
    load: &'static [Stream],
}

// Every fault runs under load from echoes, so that a fault of another tutorial that disturbs the echo's alerts is found.
const ECHOES: &[Stream] = &[Stream::Echoes];
const ORDERS: &[Stream] = &[Stream::Echoes, Stream::Orders];
const HELLOS: &[Stream] = &[Stream::Echoes, Stream::Hellos];

impl Fault {
    /// All faults. [`Fault::BackendsDown`] comes before [`Fault::BackendDown`]: while it is active, both are detected.
    pub const ALL: [Self; 10] = [
        Self::Errors,
        Self::Slow,
        Self::Down,
        Self::Silent,
        Self::OrderSlow,
        Self::OrderFailures,
        Self::HelloSlow,
        Self::BackendsDown,
        Self::BackendDown,
        Self::BalancerFull,
    ];

    fn row(self) -> Row {
        match self {
            Self::Errors => Row {
                name: "errors",
                effect: "Envoy answers every gRPC call with UNAVAILABLE",
                alert: "EchoErrorsHigh",
                panel: ("grpc-client", 2),
                // A ratio.
                symptom: Symptom::Above(0.1),
                // 14 is UNAVAILABLE.
                injection: Injection::Runtime([
                    ("fault.http.abort.abort_percent", "100"),
                    ("fault.http.abort.grpc_status", "14"),
                ]),
                load: ECHOES,
            },
            Self::Slow => Row {
                name: "slow",
                effect: "Envoy delays every gRPC call by 1 s",
                alert: "EchoSlow",
                panel: ("grpc-client", 3),
                // Sum of three quantiles, in seconds.
                symptom: Symptom::Above(2.0),
                injection: Injection::Runtime([
                    ("fault.http.delay.fixed_delay_percent", "100"),
                    ("fault.http.delay.fixed_duration_ms", "1000"),
                ]),
                load: ECHOES,
            },
            Self::Down => Row {
                name: "down",
                effect: "echo-server is stopped",
                alert: "TargetDown",
                panel: ("lookout", 2),
                symptom: Symptom::Falls,
                injection: Injection::StopServices(&[Service::EchoServer]),
                load: ECHOES,
            },
            Self::Silent => Row {
                name: "silent",
                effect: "Envoy is stopped",
                alert: "EnvoySilent",
                panel: ("envoy", 2),
                // Seconds since the last flush.
                symptom: Symptom::Above(2.0),
                injection: Injection::StopServices(&[Service::Envoy]),
                load: ECHOES,
            },
            Self::OrderSlow => Row {
                name: "order-slow",
                effect: "each operation of the order store takes 1 s longer",
                alert: "OrderSlow",
                panel: ("orders", 2),
                // Sum of three quantiles, in seconds.
                symptom: Symptom::Above(1.0),
                injection: Injection::Store(StoreFault::Slow),
                load: ORDERS,
            },
            Self::OrderFailures => Row {
                name: "order-failures",
                effect: "the order store rejects every write",
                alert: "OrderFailures",
                panel: ("orders", 3),
                // Sum of the ratios of all methods.
                symptom: Symptom::Above(0.3),
                injection: Injection::Store(StoreFault::ReadOnly),
                load: ORDERS,
            },
            Self::HelloSlow => Row {
                name: "hello-slow",
                effect: "every second request to the hello servers takes 1 s",
                alert: "HelloSlow",
                panel: ("hello", 2),
                // Sum of three quantiles, in milliseconds.
                symptom: Symptom::Above(500.0),
                injection: Injection::SlowCalls,
                load: HELLOS,
            },
            Self::BackendsDown => Row {
                name: "backends-down",
                effect: "hello-influx-1 and hello-influx-2 are stopped",
                alert: "BackendsAllDown",
                panel: ("balancer", 2),
                symptom: Symptom::Falls,
                injection: Injection::StopServices(&[Service::HelloInflux2, Service::HelloInflux1]),
                load: HELLOS,
            },
            Self::BackendDown => Row {
                name: "backend-down",
                effect: "hello-influx-1 is stopped",
                alert: "BackendDown",
                panel: ("balancer", 2),
                symptom: Symptom::Falls,
                injection: Injection::StopServices(&[Service::HelloInflux1]),
                load: HELLOS,
            },
            Self::BalancerFull => Row {
                name: "balancer-full",
                effect: "as many connections as the balancer allows are held",
                alert: "BalancerFull",
                panel: ("balancer", 3),
                symptom: Symptom::Grows,
                injection: Injection::Connections,
                load: HELLOS,
            },
        }
    }

    /// The name in `make alert FAULT=`.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The shell command that injects the fault.
    pub fn command(self) -> String {
        format!("make alert FAULT={}", self.name())
    }

    /// All faults with their effects and alerts, one per line.
    pub fn list() -> String {
        let line = |fault: Self| format!("  {:<15} {} ({})\n", fault.name(), fault.effect(), fault.alert());
        Self::ALL.map(line).concat()
    }

    /// The effect, as a clause without a period.
    pub fn effect(self) -> &'static str {
        self.row().effect
    }

    /// The name of the only alert that the fault raises.
    pub fn alert(self) -> &'static str {
        self.row().alert
    }

    /// The component that evaluates the rule of that alert.
    pub fn owner(self) -> RuleOwner {
        let in_grafana = Selection::All.grafana_alerts().contains(&self.alert());
        if in_grafana { RuleOwner::Grafana } else { RuleOwner::Prometheus }
    }

    /// Whether its alert belongs to a selected tutorial.
    pub fn belongs_to(self, selection: Selection) -> bool {
        selection.prometheus_alerts().contains(&self.alert())
            || selection.grafana_alerts().contains(&self.alert())
    }

    /// The panel that shows the fault, and that the alert's mail links to.
    pub fn panel(self) -> PanelId {
        self.row().panel
    }

    /// The change in that panel.
    pub fn symptom(self) -> Symptom {
        self.row().symptom
    }

    /// The mechanism that injects and clears the fault.
    pub fn injection(self) -> Injection {
        self.row().injection
    }

    /// Whether the metrics take a minute to recover: the hello servers' timers cover a sliding window of that length.
    pub fn lingers(self) -> bool {
        self == Self::HelloSlow
    }

    /// The load that the alert needs in order to fire, and to resolve.
    pub fn load(self) -> &'static [Stream] {
        self.row().load
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_has_a_name_and_raises_an_alert_of_the_lab() {
        for fault in Fault::ALL {
            assert_eq!(Fault::from_str(fault.name(), false), Ok(fault));
            assert!(fault.belongs_to(Selection::All), "{}", fault.alert());
        }
        assert_eq!(Fault::value_variants().len(), Fault::ALL.len());
    }

    #[test]
    fn a_fault_belongs_to_its_tutorial_and_its_rule_has_an_owner() {
        assert!(!Fault::OrderSlow.belongs_to(Selection::Influx));
        assert!(Fault::BackendDown.belongs_to(Selection::Influx));
        assert_eq!(Fault::HelloSlow.owner(), RuleOwner::Grafana);
        assert_eq!(Fault::BackendDown.owner(), RuleOwner::Prometheus);
    }
}
