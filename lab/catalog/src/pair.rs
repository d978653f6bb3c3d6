//! Faults that can be active at the same time, each with its own alert.

use crate::{
    fault::{Fault, Injection},
    service::Service,
};

impl Fault {
    /// Why the two faults cannot be injected together, or do not both raise their alerts, as a sentence without a period;
    /// `None` if they can and do.
    pub fn conflict(self, other: Self) -> Option<&'static str> {
        let either = |fault| self == fault || other == fault;
        let stops = |service| {
            [self, other].iter().any(
                |fault| matches!(fault.injection(), Injection::StopServices(services) if services.contains(&service)),
            )
        };
        if self == other {
            return Some("it is the same fault");
        }
        let on_echoes = either(Self::Errors) || either(Self::Slow);
        let on_orders = either(Self::OrderSlow) || either(Self::OrderFailures);
        if on_echoes && (stops(Service::Envoy) || stops(Service::EchoServer)) {
            return Some("the alert of the stopped service is the only one for echoes that fail");
        }
        if either(Self::Errors) && either(Self::Slow) {
            return Some("calls that fail after a delay raise EchoErrorsHigh alone");
        }
        if on_orders && (stops(Service::Envoy) || either(Self::Errors)) {
            return Some("no order reaches order-service");
        }
        if either(Self::BackendsDown)
            && (either(Self::BackendDown) || either(Self::BalancerFull) || either(Self::HelloSlow))
        {
            return Some("no hello server is left");
        }
        if either(Self::HelloSlow) && either(Self::BalancerFull) {
            return Some("the balancer has no connection left for slow requests");
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conflict_is_symmetric_and_each_fault_conflicts_with_itself() {
        for one in Fault::ALL {
            assert!(one.conflict(one).is_some(), "{}", one.name());
            for other in Fault::ALL {
                assert_eq!(one.conflict(other), other.conflict(one), "{} and {}", one.name(), other.name());
            }
        }
    }

    #[test]
    fn causes_in_different_parts_can_come_together() {
        for (one, other) in [
            (Fault::Errors, Fault::BackendDown),
            (Fault::Down, Fault::Silent),
            (Fault::BackendDown, Fault::BalancerFull),
            (Fault::OrderSlow, Fault::OrderFailures),
        ] {
            assert_eq!(one.conflict(other), None, "{} and {}", one.name(), other.name());
        }
        assert!(Fault::Silent.conflict(Fault::Errors).is_some());
    }
}
