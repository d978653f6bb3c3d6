//! The faults: real ones, switched at run time, each with the alert that it must raise.

use clap::ValueEnum;

use crate::{order::StoreFault, service::Service, switch::Switch, traffic::Stream, tutorial::Chosen};

/// What can be broken.
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
    /// The order service's store takes a second for each operation
    OrderSlow,
    /// The order service's store refuses every write
    OrderFailures,
    /// Callers ask the hello servers for answers that take a second
    HelloSlow,
    /// Both back ends of the balancer are stopped
    BackendsDown,
    /// One back end of the balancer is stopped
    BackendDown,
    /// As many connections as the balancer allows are held
    BalancerFull,
}

/// A dashboard's uid and one of its panels.
pub type PanelId = (&'static str, u64);

/// How a panel shows its fault.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sign {
    /// It rises above this.
    Above(f64),
    /// It falls below what it was at rest.
    Falls,
    /// It grows by half of what it was at rest.
    Grows,
}

impl Sign {
    /// Whether a reading shows it, beside the one at rest.
    pub fn is_shown(self, rest: f64, reading: f64) -> bool {
        match self {
            Self::Above(limit) => reading > limit,
            Self::Falls => reading < rest,
            Self::Grows => reading > 1.5 * rest,
        }
    }
}

/// Who evaluates an alert's rule and sends its mails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// Prometheus, with Alertmanager.
    Prometheus,
    /// Grafana alone.
    Grafana,
}

/// All that is to be known of a fault.
struct Facts {
    name: &'static str,
    effect: &'static str,
    alert: &'static str,
    panel: PanelId,
    sign: Sign,
    switch: Switch,
    traffic: &'static [Stream],
}

/// The lab's pulse: what the echo's alerts read, and what none of the others may disturb.
const ECHOES: &[Stream] = &[Stream::Echoes];
const ORDERS: &[Stream] = &[Stream::Echoes, Stream::Orders];
const HELLOS: &[Stream] = &[Stream::Echoes, Stream::Hellos];

impl Fault {
    /// All of them. What is stopped together is asked for before what is stopped alone.
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

    fn facts(self) -> Facts {
        match self {
            Self::Errors => Facts {
                name: "errors",
                effect: "Envoy answers every gRPC call with UNAVAILABLE",
                alert: "EchoErrorsHigh",
                panel: ("grpc-client", 2),
                // A share.
                sign: Sign::Above(0.1),
                // 14 is UNAVAILABLE.
                switch: Switch::Runtime([
                    ("fault.http.abort.abort_percent", "100"),
                    ("fault.http.abort.grpc_status", "14"),
                ]),
                traffic: ECHOES,
            },
            Self::Slow => Facts {
                name: "slow",
                effect: "Envoy delays every gRPC call by 1 s",
                alert: "EchoSlow",
                panel: ("grpc-client", 3),
                // Seconds of three quantiles, added up.
                sign: Sign::Above(2.0),
                switch: Switch::Runtime([
                    ("fault.http.delay.fixed_delay_percent", "100"),
                    ("fault.http.delay.fixed_duration_ms", "1000"),
                ]),
                traffic: ECHOES,
            },
            Self::Down => Facts {
                name: "down",
                effect: "echo-server is stopped",
                alert: "TargetDown",
                panel: ("lookout", 2),
                sign: Sign::Falls,
                switch: Switch::Stopped(&[Service::EchoServer]),
                traffic: ECHOES,
            },
            Self::Silent => Facts {
                name: "silent",
                effect: "Envoy is stopped",
                alert: "EnvoySilent",
                panel: ("envoy", 2),
                // Seconds since the newest flush.
                sign: Sign::Above(2.0),
                switch: Switch::Stopped(&[Service::Envoy]),
                traffic: ECHOES,
            },
            Self::OrderSlow => Facts {
                name: "order-slow",
                effect: "each operation of the orders' store takes 1 s more",
                alert: "OrderSlow",
                panel: ("orders", 2),
                // Seconds of three quantiles, added up.
                sign: Sign::Above(1.0),
                switch: Switch::Orders(StoreFault::Slow),
                traffic: ORDERS,
            },
            Self::OrderFailures => Facts {
                name: "order-failures",
                effect: "the orders' store refuses every write",
                alert: "OrderFailures",
                panel: ("orders", 3),
                // Shares of each method, added up.
                sign: Sign::Above(0.3),
                switch: Switch::Orders(StoreFault::ReadOnly),
                traffic: ORDERS,
            },
            Self::HelloSlow => Facts {
                name: "hello-slow",
                effect: "every second caller of the hello servers asks for an answer that takes 1 s",
                alert: "HelloSlow",
                panel: ("hello", 2),
                // Milliseconds of three quantiles, added up.
                sign: Sign::Above(500.0),
                switch: Switch::SlowCalls,
                traffic: HELLOS,
            },
            Self::BackendsDown => Facts {
                name: "backends-down",
                effect: "hello-influx-1 and hello-influx-2 are stopped",
                alert: "BackendsAllDown",
                panel: ("balancer", 2),
                sign: Sign::Falls,
                switch: Switch::Stopped(&[Service::HelloInflux2, Service::HelloInflux1]),
                traffic: HELLOS,
            },
            Self::BackendDown => Facts {
                name: "backend-down",
                effect: "hello-influx-1 is stopped",
                alert: "BackendDown",
                panel: ("balancer", 2),
                sign: Sign::Falls,
                switch: Switch::Stopped(&[Service::HelloInflux1]),
                traffic: HELLOS,
            },
            Self::BalancerFull => Facts {
                name: "balancer-full",
                effect: "as many connections as the balancer allows are held",
                alert: "BalancerFull",
                panel: ("balancer", 3),
                sign: Sign::Grows,
                switch: Switch::Connections,
                traffic: HELLOS,
            },
        }
    }

    /// As `make alert FAULT=` has it.
    pub fn name(self) -> &'static str {
        self.facts().name
    }

    /// What throws it in a shell.
    pub fn command(self) -> String {
        format!("make alert FAULT={}", self.name())
    }

    /// All of them with what they do, a line each.
    pub fn list() -> String {
        let line = |fault: Self| format!("  {:<15} {} ({})\n", fault.name(), fault.effect(), fault.alert());
        Self::ALL.map(line).concat()
    }

    /// What it does, for a person.
    pub fn effect(self) -> &'static str {
        self.facts().effect
    }

    /// The one alert that it must raise.
    pub fn alert(self) -> &'static str {
        self.facts().alert
    }

    /// Who evaluates that alert's rule.
    pub fn owner(self) -> Owner {
        let of_grafana = Chosen::All.grafana_alerts().contains(&self.alert());
        if of_grafana { Owner::Grafana } else { Owner::Prometheus }
    }

    /// Whether its alert belongs to what was started.
    pub fn belongs_to(self, chosen: Chosen) -> bool {
        chosen.alerts().contains(&self.alert()) || chosen.grafana_alerts().contains(&self.alert())
    }

    /// The panel that the alert's mail must link to, and that must move.
    pub fn panel(self) -> PanelId {
        self.facts().panel
    }

    /// How that panel shows it.
    pub fn sign(self) -> Sign {
        self.facts().sign
    }

    /// How it is thrown and taken back.
    pub fn switch(self) -> Switch {
        self.facts().switch
    }

    /// Whether what it has moved takes a minute to forget it: the hello servers' timers look back so far.
    pub fn lingers(self) -> bool {
        self == Self::HelloSlow
    }

    /// What must flow for its alert to be raised, and to end.
    pub fn traffic(self) -> &'static [Stream] {
        self.facts().traffic
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_asked_for_by_its_name_and_raises_an_alert_of_the_lab() {
        for fault in Fault::ALL {
            assert_eq!(Fault::from_str(fault.name(), false), Ok(fault));
            assert!(fault.belongs_to(Chosen::All), "{}", fault.alert());
        }
        assert_eq!(Fault::value_variants().len(), Fault::ALL.len());
    }

    #[test]
    fn a_tutorial_left_out_has_no_faults() {
        assert!(!Fault::OrderSlow.belongs_to(Chosen::Influx));
        assert!(Fault::BackendDown.belongs_to(Chosen::Influx));
        assert_eq!(Fault::HelloSlow.owner(), Owner::Grafana);
        assert_eq!(Fault::BackendDown.owner(), Owner::Prometheus);
    }
}
