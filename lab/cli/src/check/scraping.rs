//! Claims on Prometheus: targets, rules, and alerts without a fault.

use std::time::Duration;

use clients::{
    Clients,
    poll::until,
    prometheus::{AlertState, Rule, Target},
};

use crate::{
    leftovers,
    own::Own,
    table::{Claim, Failure},
};

/// Timeout for the first scrapes and evaluations after a start.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Timeout for alerts to resolve. After another tutorial has been selected, Prometheus keeps the old targets for a while.
const QUIET_TIMEOUT: Duration = Duration::from_secs(90);

/// Checks targets, rules, alerts and faults.
pub(super) async fn claims(clients: &Clients) -> Vec<Claim> {
    let tutorial = clients.settings.tutorial;
    let own = match Own::read(&clients.settings.own) {
        Ok(own) => own,
        Err(error) => {
            let evidence = format!("{}: {error}", clients.settings.own.display());
            return vec![Claim::failed("your own scrape jobs and rules can be read", evidence)];
        }
    };
    let targets = until(TIMEOUT, || async {
        let mut targets = clients.prometheus.targets().await?;
        targets.retain(|target| !own.has_target(target));
        evaluate_targets(&targets, &tutorial.jobs())
    });
    let rules = until(TIMEOUT, || async {
        let mut rules = clients.prometheus.rules().await?;
        rules.retain(|rule| !own.has_rule(rule));
        evaluate_rules(&rules, &tutorial.prometheus_alerts())
    });
    let quiet = until(QUIET_TIMEOUT, || quiet(clients, &own));
    let (targets, rules, quiet, no_fault) = tokio::join!(targets, rules, quiet, no_fault(clients));
    vec![
        Claim::from_result("every target is up, scraped every second", targets),
        Claim::from_result("every rule is loaded and healthy", rules),
        Claim::from_result("no alert fires at rest", quiet),
        Claim::from_result("no fault is active", no_fault),
    ]
}

async fn quiet(clients: &Clients, own: &Own) -> Result<String, Failure> {
    let alerts = clients.prometheus.alerts().await?;
    let firing =
        alerts.iter().filter(|alert| alert.state == AlertState::Firing && !own.has_alert(&alert.labels));
    let firing: Vec<String> = firing
        .map(|alert| match alert.labels.get("job") {
            Some(job) => format!("{} ({job})", alert.name()),
            None => alert.name().to_owned(),
        })
        .collect();
    if firing.is_empty() { Ok("none".into()) } else { Err(format!("firing: {}", firing.join(", ")).into()) }
}

async fn no_fault(clients: &Clients) -> Result<String, Failure> {
    let active = leftovers::active_faults(clients).await?;
    match active.as_slice() {
        [] => Ok("none in Envoy's runtime or the order store, and no service is stopped".into()),
        [(first, _), ..] => Err(format!("{first} is active: clear it with `make up`").into()),
    }
}

/// The targets must belong to exactly the expected jobs, and all be up.
fn evaluate_targets(targets: &[Target], expected: &[&str]) -> Result<String, Failure> {
    let mut jobs: Vec<&str> =
        targets.iter().filter_map(|target| target.labels.get("job").map(String::as_str)).collect();
    jobs.sort_unstable();
    jobs.dedup();
    if jobs != expected {
        return Err(format!("jobs are {}, not {}", jobs.join(", "), expected.join(", ")).into());
    }
    for target in targets {
        if target.health != "up" {
            return Err(format!("{} is {}: {}", target.scrape_url, target.health, target.last_error).into());
        }
        if target.scrape_interval != "1s" {
            return Err(format!("{} is scraped every {}", target.scrape_url, target.scrape_interval).into());
        }
    }
    Ok(jobs.join(", "))
}

/// Exactly the expected alerts must be loaded, and every rule must be evaluated without error.
fn evaluate_rules(rules: &[Rule], alerts: &[&str]) -> Result<String, Failure> {
    let is_alert = |rule: &&Rule| rule.kind == "alerting";
    let loaded: Vec<&str> = rules.iter().filter(is_alert).map(|rule| rule.name.as_str()).collect();
    if let Some(missing) = alerts.iter().find(|alert| !loaded.contains(alert)) {
        return Err(format!("{missing} is not loaded").into());
    }
    if let Some(unexpected) = loaded.iter().find(|alert| !alerts.contains(alert)) {
        return Err(format!("{unexpected} is not expected").into());
    }
    if let Some(unhealthy) = rules.iter().find(|rule| rule.health != "ok") {
        return Err(format!("{} is {}: {}", unhealthy.name, unhealthy.health, unhealthy.last_error).into());
    }
    Ok(format!(
        "{} alerts ({}), {} recorded series",
        loaded.len(),
        alerts.join(", "),
        rules.len() - loaded.len()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(job: &str, health: &str) -> Target {
        serde_json::from_value(serde_json::json!({
            "labels": {"job": job}, "scrapeUrl": format!("http://{job}/metrics"), "lastError": "refused",
            "health": health, "scrapeInterval": "1s"}))
        .unwrap()
    }

    fn rule(name: &str, kind: &str, health: &str) -> Rule {
        serde_json::from_value(serde_json::json!({"name": name, "type": kind, "health": health})).unwrap()
    }

    #[test]
    fn a_target_that_is_down_missing_or_unexpected_fails() {
        let up = [target("a", "up"), target("b", "up")];
        assert_eq!(evaluate_targets(&up, &["a", "b"]).unwrap(), "a, b");
        assert!(evaluate_targets(&up, &["a", "b", "c"]).unwrap_err().to_string().contains("not a, b, c"));
        assert!(evaluate_targets(&up, &["a"]).is_err());
        let down = [target("a", "up"), target("b", "down")];
        assert_eq!(
            evaluate_targets(&down, &["a", "b"]).unwrap_err().to_string(),
            "http://b/metrics is down: refused"
        );
    }

    #[test]
    fn a_rule_that_is_missing_unexpected_or_unhealthy_fails() {
        let healthy = [rule("A", "alerting", "ok"), rule("r", "recording", "ok")];
        assert_eq!(evaluate_rules(&healthy, &["A"]).unwrap(), "1 alerts (A), 1 recorded series");
        assert!(evaluate_rules(&healthy, &["A", "B"]).unwrap_err().to_string().contains("B is not loaded"));
        assert!(evaluate_rules(&healthy, &[]).unwrap_err().to_string().contains("A is not expected"));
        let unhealthy = [rule("A", "alerting", "ok"), rule("r", "recording", "err")];
        assert!(evaluate_rules(&unhealthy, &["A"]).unwrap_err().to_string().contains("r is err"));
    }
}
