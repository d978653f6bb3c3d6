//! Claims on Prometheus: every target scraped, every rule loaded and healthy, no alert at rest.

use std::time::Duration;

use clients::{
    Clients,
    poll::until,
    prometheus::{AlertState, Rule, Target},
};

use crate::{alert::take_back, table::Claim};

/// After a start, the first scrapes and evaluations may still be on their way.
const PATIENCE: Duration = Duration::from_secs(10);
/// Clients of a tutorial that was left out are gone a little earlier than Prometheus knows.
const SETTLE: Duration = Duration::from_secs(30);

/// Targets, rules, alerts.
pub(super) async fn claims(parts: &Clients) -> Vec<Claim> {
    let tutorial = parts.settings.tutorial;
    let targets = until(PATIENCE, || async {
        let targets = parts.prometheus.targets().await.map_err(|error| error.to_string())?;
        judge_targets(&targets, &tutorial.jobs())
    });
    let rules = until(PATIENCE, || async {
        let rules = parts.prometheus.rules().await.map_err(|error| error.to_string())?;
        judge_rules(&rules, &tutorial.prometheus_alerts())
    });
    let quiet = until(SETTLE, || quiet(parts));
    let (targets, rules, quiet, no_fault) = tokio::join!(targets, rules, quiet, no_fault(parts));
    vec![
        Claim::from_result("every target is up, scraped each second", targets),
        Claim::from_result("every rule is loaded and healthy", rules),
        Claim::from_result("no alert fires at rest", quiet),
        Claim::from_result("no fault is on", no_fault),
    ]
}

async fn quiet(parts: &Clients) -> Result<String, String> {
    let alerts = parts.prometheus.alerts().await.map_err(|error| error.to_string())?;
    let firing = alerts.iter().filter(|alert| alert.state == AlertState::Firing);
    let firing: Vec<String> = firing
        .map(|alert| match alert.labels.get("job") {
            Some(job) => format!("{} ({job})", alert.name()),
            None => alert.name().to_owned(),
        })
        .collect();
    if firing.is_empty() { Ok("none".into()) } else { Err(format!("firing: {}", firing.join(", "))) }
}

async fn no_fault(parts: &Clients) -> Result<String, String> {
    let left = take_back::faults_on(parts).await.map_err(|error| error.to_string())?;
    match left.as_slice() {
        [] => Ok("Envoy's runtime has no override, the orders' store is whole, no part is stopped".into()),
        [(first, _), ..] => Err(format!("{first} is on: take it back with `make up`")),
    }
}

/// Exactly the expected jobs, each with at least one target, all up.
fn judge_targets(targets: &[Target], expected: &[&str]) -> Result<String, String> {
    let mut jobs: Vec<&str> =
        targets.iter().filter_map(|target| target.labels.get("job").map(String::as_str)).collect();
    jobs.sort_unstable();
    jobs.dedup();
    if jobs != expected {
        return Err(format!("jobs are {}, not {}", jobs.join(", "), expected.join(", ")));
    }
    for target in targets {
        if target.health != "up" {
            return Err(format!("{} is {}: {}", target.scrape_url, target.health, target.last_error));
        }
        if target.scrape_interval != "1s" {
            return Err(format!("{} is scraped each {}", target.scrape_url, target.scrape_interval));
        }
    }
    Ok(jobs.join(", "))
}

/// At least the expected alerts, and every rule evaluated without an error.
fn judge_rules(rules: &[Rule], alerts: &[&str]) -> Result<String, String> {
    let is_alert = |rule: &&Rule| rule.kind == "alerting";
    let loaded: Vec<&str> = rules.iter().filter(is_alert).map(|rule| rule.name.as_str()).collect();
    if let Some(missing) = alerts.iter().find(|alert| !loaded.contains(alert)) {
        return Err(format!("{missing} is not loaded"));
    }
    if let Some(strange) = loaded.iter().find(|alert| !alerts.contains(alert)) {
        return Err(format!("{strange} is not known here"));
    }
    if let Some(ill) = rules.iter().find(|rule| rule.health != "ok") {
        return Err(format!("{} is {}: {}", ill.name, ill.health, ill.last_error));
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
    fn a_target_that_is_down_or_missing_or_too_many_fails() {
        let up = [target("a", "up"), target("b", "up")];
        assert_eq!(judge_targets(&up, &["a", "b"]).unwrap(), "a, b");
        assert!(judge_targets(&up, &["a", "b", "c"]).unwrap_err().contains("not a, b, c"));
        assert!(judge_targets(&up, &["a"]).is_err());
        let down = [target("a", "up"), target("b", "down")];
        assert_eq!(judge_targets(&down, &["a", "b"]).unwrap_err(), "http://b/metrics is down: refused");
    }

    #[test]
    fn a_rule_that_is_missing_or_ill_fails() {
        let well = [rule("A", "alerting", "ok"), rule("r", "recording", "ok")];
        assert_eq!(judge_rules(&well, &["A"]).unwrap(), "1 alerts (A), 1 recorded series");
        assert!(judge_rules(&well, &["A", "B"]).unwrap_err().contains("B is not loaded"));
        assert!(judge_rules(&well, &[]).unwrap_err().contains("A is not known"));
        let ill = [rule("A", "alerting", "ok"), rule("r", "recording", "err")];
        assert!(judge_rules(&ill, &["A"]).unwrap_err().contains("r is err"));
    }
}
