//! Claims on the alert rules that Grafana evaluates. Where Grafana is unavailable, each rule's condition is evaluated here:
//! before, during and after its fault.

use std::{sync::Arc, time::Duration};

use tokio_util::sync::CancellationToken;

use super::trace;
use catalog::{Fault, RuleOwner, Stream, Tutorial};
use clients::Clients;
use faults::{
    fault_guard,
    load::{self, Generator},
};

use crate::{
    alert::{condition, watch::Print},
    table::Claim,
};

/// Timeout for a condition to begin or cease to hold.
const TIMEOUT: Duration = Duration::from_secs(120);

/// Claims by the titles of their groups. Ends early when `stop` is canceled, with all faults cleared.
pub(super) async fn claims(
    clients: &Clients,
    has_grafana: bool,
    stop: &CancellationToken,
) -> Vec<(&'static str, Vec<Claim>)> {
    let tutorial = clients.settings.tutorial;
    if tutorial.grafana_alerts().is_empty() {
        return Vec::new();
    }
    let load = Stream::of(tutorial).into_iter().map(|stream| Generator::start(clients, stream)).collect();
    // The order service's faults must run one after another; the hello servers' is independent of them.
    let orders = async {
        if !tutorial.has(Tutorial::Order) {
            return (Vec::new(), Vec::new());
        }
        let mut claims = rule(clients, Fault::OrderSlow, has_grafana, stop).await;
        claims.extend(rule(clients, Fault::OrderFailures, has_grafana, stop).await);
        (claims, failed_order(clients, stop).await)
    };
    let hello = async {
        if tutorial.has(Tutorial::Influx) {
            rule(clients, Fault::HelloSlow, has_grafana, stop).await
        } else {
            Vec::new()
        }
    };
    let ((mut rules, traces), hello) = tokio::join!(orders, hello);
    load::stop_all(load).await;
    rules.extend(hello);
    if !has_grafana {
        rules.push(Claim::not_provable("Grafana's mails arrive", "Grafana is not in this lab"));
    }
    vec![("A failed order", traces), ("Grafana's alert rules", rules)]
}

/// The claims on one rule. Where Grafana is available, `make alert` proves the round trip with its mails instead.
async fn rule(clients: &Clients, fault: Fault, has_grafana: bool, stop: &CancellationToken) -> Vec<Claim> {
    debug_assert_eq!(fault.owner(), RuleOwner::Grafana);
    let failed = |error: String| vec![Claim::failed(format!("{}'s rule is evaluated", fault.alert()), error)];
    let (rule, condition) = match condition::rule(clients, fault) {
        Ok(rule) => rule,
        Err(error) => return failed(error.to_string()),
    };
    let mut claims = if has_grafana {
        let normal = condition::wait_for_rest(clients, fault, &condition, TIMEOUT, stop).await;
        vec![Claim::from_result(format!("{}'s condition does not hold at rest", fault.alert()), normal)]
    } else {
        let silent: Print = Arc::new(|_| {});
        match condition::round(clients, fault, &condition, TIMEOUT, stop, &silent).await {
            Ok(round) => round.claims(fault),
            Err(error) => return failed(error.to_string()),
        }
    };
    claims.extend(condition::links(clients, fault, &rule).await);
    claims
}

/// The trace of an order that the store refuses.
async fn failed_order(clients: &Clients, stop: &CancellationToken) -> Vec<Claim> {
    let task = {
        let (clients, stop) = (clients.clone(), stop.clone());
        async move {
            let request = clients.orders.place("check");
            stop.run_until_cancelled(trace::claims(&clients, trace::FAILED_ORDER, request)).await
        }
    };
    match fault_guard::with_fault(clients, Fault::OrderFailures.injection(), task).await {
        Ok(claims) => claims.unwrap_or_default(),
        Err(error) => vec![Claim::failed(trace::FAILED_ORDER.claim, error.to_string())],
    }
}
