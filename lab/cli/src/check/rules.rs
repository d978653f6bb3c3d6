//! Claims on the alerts that Grafana owns. Where Grafana is absent, each rule's own query and condition is evaluated: at
//! rest, under its fault, and afterwards.

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
    alert::{condition, watch::Tell},
    table::Claim,
};

/// Longest wait for a condition to hold, or to hold no more.
const LIMIT: Duration = Duration::from_secs(120);

/// Claims under the titles of their groups. Ends early at `stop`, with every fault taken back.
pub(super) async fn claims(
    parts: &Clients,
    has_grafana: bool,
    stop: &CancellationToken,
) -> Vec<(&'static str, Vec<Claim>)> {
    let tutorial = parts.settings.tutorial;
    if tutorial.grafana_alerts().is_empty() {
        return Vec::new();
    }
    let traffic = Stream::of(tutorial).into_iter().map(|stream| Generator::start(parts, stream)).collect();
    // The order service can have one of its faults; the hello servers' is apart from them.
    let orders = async {
        if !tutorial.has(Tutorial::Order) {
            return (Vec::new(), Vec::new());
        }
        let mut claims = rule(parts, Fault::OrderSlow, has_grafana, stop).await;
        claims.extend(rule(parts, Fault::OrderFailures, has_grafana, stop).await);
        (claims, failed_order(parts, stop).await)
    };
    let hello = async {
        if tutorial.has(Tutorial::Influx) {
            rule(parts, Fault::HelloSlow, has_grafana, stop).await
        } else {
            Vec::new()
        }
    };
    let ((mut rules, traces), hello) = tokio::join!(orders, hello);
    load::stop_all(traffic).await;
    rules.extend(hello);
    if !has_grafana {
        rules.push(Claim::not_provable("Grafana's mails arrive", "Grafana is not in this lab"));
    }
    vec![("A failed order", traces), ("Grafana's alert rules", rules)]
}

/// One rule: a whole round where Grafana is absent. Where it is there, that is `make alert`'s, with the mails.
async fn rule(parts: &Clients, fault: Fault, has_grafana: bool, stop: &CancellationToken) -> Vec<Claim> {
    debug_assert_eq!(fault.owner(), RuleOwner::Grafana);
    let failed = |error: String| vec![Claim::failed(format!("{}'s rule is followed", fault.alert()), error)];
    let (rule, condition) = match condition::rule(parts, fault) {
        Ok(read) => read,
        Err(error) => return failed(error.to_string()),
    };
    let mut claims = if has_grafana {
        let quiet = condition::at_rest(parts, fault, &condition, LIMIT, stop).await;
        vec![Claim::from_result(format!("{}'s condition does not hold at rest", fault.alert()), quiet)]
    } else {
        let silent: Tell = Arc::new(|_| {});
        match condition::round(parts, fault, &condition, LIMIT, stop, &silent).await {
            Ok(round) => round.claims(fault),
            Err(error) => return failed(error.to_string()),
        }
    };
    claims.extend(condition::links(parts, fault, &rule).await);
    claims
}

/// The trace of an order that the store refuses.
async fn failed_order(parts: &Clients, stop: &CancellationToken) -> Vec<Claim> {
    let watch = {
        let (parts, stop) = (parts.clone(), stop.clone());
        async move {
            let request = parts.orders.place("check");
            stop.run_until_cancelled(trace::claims(&parts, trace::FAILED_ORDER, request)).await
        }
    };
    match fault_guard::with_fault(parts, Fault::OrderFailures.injection(), watch).await {
        Ok(claims) => claims.unwrap_or_default(),
        Err(error) => vec![Claim::failed(trace::FAILED_ORDER.claim, error.to_string())],
    }
}
