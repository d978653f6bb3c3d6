//! The state of every alert, and the steps of its latest incident: fault, pending, firing, mail, resolved.
//!
//! Prometheus and Grafana report their own rules. Where Grafana is unavailable, the console evaluates Grafana's provisioned
//! rules; such an alert is shown but never mailed.

mod evaluator;
mod rule;
mod timeline;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use catalog::{Fault, RuleOwner};
use clients::Clients;
use clients::prometheus::AlertState;
use clients::prometheus_rules::{self, AlertRule};
use clients::time::unix_now;
use serde::Serialize;
use tokio::time::{MissedTickBehavior, interval, timeout};

use self::evaluator::Evaluator;
use self::rule::{EvaluatedBy, Rule};
use self::timeline::{Observation, Step, Timeline};
use crate::config::Config;
use crate::faults::Faults;
use crate::feed::Feed;
use crate::mails::Mailbox;

const POLL_INTERVAL: Duration = Duration::from_secs(1);
const REQUEST_TIMEOUT: Duration = Duration::from_secs(2);
/// Maximum number of alerts with a timeline; more are not shown.
const MAX_ALERTS: usize = 200;

/// An alert as the pages show it. Times are Unix milliseconds.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(rename = "Alert"))]
pub(crate) struct AlertView {
    #[serde(flatten)]
    rule: Rule,
    /// The fault that makes it fire.
    fault: Option<&'static str>,
    /// The last known one if there is an `error`.
    state: AlertState,
    /// Why the state is unknown: its rule's source is down, or its evaluation fails.
    error: Option<String>,
    since: i64,
    /// Steps of the latest incident, oldest first.
    steps: Vec<Step>,
}

/// A service that evaluates alert rules, as the pages show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct AlertSource {
    title: &'static str,
    /// Why its alerts are unknown, as a phrase that follows the title.
    error: Option<String>,
    /// Since when they are, in Unix milliseconds.
    since: Option<i64>,
}

/// The published alerts, and the services that evaluate their rules; cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct AlertFeeds {
    pub(crate) alerts: Feed<Vec<AlertView>>,
    pub(crate) sources: Feed<Vec<AlertSource>>,
}

/// Where the alerts' states, faults and mails come from.
pub(crate) struct Inputs {
    pub(crate) clients: Clients,
    pub(crate) faults: Faults,
    pub(crate) mailbox: Mailbox,
}

/// Polls the rules, and publishes the alerts.
pub(crate) async fn run(config: Arc<Config>, inputs: Inputs, feeds: AlertFeeds) {
    let mut history = History::new(&config, inputs);
    let mut ticks = interval(POLL_INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        history.poll().await;
        feeds.alerts.publish(history.views());
        feeds.sources.publish(vec![history.prometheus.clone()]);
    }
}

/// The rules as last reported, and the timeline of each alert.
struct History {
    inputs: Inputs,
    /// Prometheus' address in the reader's browser, or empty.
    prometheus_url: String,
    has_grafana: bool,
    evaluator: Evaluator,
    prometheus: AlertSource,
    prometheus_rules: Vec<Rule>,
    grafana_rules: Vec<Rule>,
    timelines: BTreeMap<String, Timeline>,
}

impl History {
    fn new(config: &Config, inputs: Inputs) -> Self {
        let prometheus_url = config.links.address("prometheus").unwrap_or_default().to_owned();
        Self {
            evaluator: Evaluator::load(&config.settings, &prometheus_url),
            has_grafana: config.links.address("grafana").is_some(),
            inputs,
            prometheus_url,
            prometheus: AlertSource { title: "Prometheus", error: None, since: None },
            prometheus_rules: Vec::new(),
            grafana_rules: Vec::new(),
            timelines: BTreeMap::new(),
        }
    }

    /// Updates rules and timelines. Rules of a source that does not respond keep their last state.
    async fn poll(&mut self) {
        let clients = &self.inputs.clients;
        let url = format!("{}/api/v1/rules", clients.settings.prometheus);
        let has_grafana = self.has_grafana;
        let (prometheus, grafana) = tokio::join!(
            timeout(REQUEST_TIMEOUT, prometheus_rules::alert_rules(&clients.fetch, &url)),
            async {
                if !has_grafana {
                    return None;
                }
                timeout(REQUEST_TIMEOUT, clients.grafana.managed_rules()).await.ok()?.ok()
            }
        );
        let now = (unix_now() * 1000.0) as i64;
        let prometheus = match prometheus {
            Ok(Ok(rules)) => {
                self.prometheus_rules = self.observe_all(&rules, RuleOwner::Prometheus, now);
                Ok(())
            }
            Ok(Err(error)) => Err(error.reason()),
            Err(_) => Err(format!("does not respond within {REQUEST_TIMEOUT:?}")),
        };
        self.prometheus.update(prometheus, now);
        if let Some(rules) = grafana {
            self.grafana_rules = self.observe_all(&rules, RuleOwner::Grafana, now);
        } else {
            self.evaluator.evaluate_due(&self.inputs.clients, now).await;
            self.grafana_rules = self.evaluator.rules();
            for (name, observation) in self.evaluator.observations() {
                self.update(&name, |timeline| timeline.observe(now, observation));
            }
        }
        for fault in self.inputs.faults.states() {
            let since = fault.since.and_then(|since| i64::try_from(since).ok());
            self.update(fault.alert, |timeline| {
                timeline.observe_fault(fault.name, fault.on.then_some(since.unwrap_or(now)), now);
            });
        }
    }

    fn observe_all(&mut self, rules: &[AlertRule], owner: RuleOwner, now: i64) -> Vec<Rule> {
        for rule in rules {
            self.update(&rule.name, |timeline| timeline.observe(now, Observation::of(rule)));
        }
        rules.iter().map(|rule| Rule::of(rule, owner, &self.prometheus_url)).collect()
    }

    fn update(&mut self, alert: &str, update: impl FnOnce(&mut Timeline)) {
        if self.timelines.len() < MAX_ALERTS || self.timelines.contains_key(alert) {
            update(self.timelines.entry(alert.to_owned()).or_default());
        }
    }

    fn views(&self) -> Vec<AlertView> {
        let notices = self.inputs.mailbox.notices();
        let error_of = |rule: &Rule| match rule.evaluated_by {
            EvaluatedBy::Prometheus => self.prometheus.problem(),
            EvaluatedBy::Console => self.evaluator.error(&rule.name),
            EvaluatedBy::Grafana => None,
        };
        let view = |rule: &Rule| {
            let timeline = self.timelines.get(&rule.name)?;
            let notices: Vec<_> = notices.iter().filter(|notice| notice.alert == rule.name).collect();
            Some(AlertView {
                fault: Fault::ALL.into_iter().find(|fault| fault.alert() == rule.name).map(Fault::name),
                state: timeline.state(),
                error: error_of(rule),
                since: timeline.since(),
                steps: timeline.steps(&notices),
                rule: rule.clone(),
            })
        };
        self.prometheus_rules.iter().chain(&self.grafana_rules).filter_map(view).collect()
    }
}

impl AlertSource {
    /// The error stays dated by its beginning.
    fn update(&mut self, response: Result<(), String>, now: i64) {
        let (error, since) = match response {
            Ok(()) => (None, None),
            Err(error) => (Some(error), Some(self.since.unwrap_or(now))),
        };
        (self.error, self.since) = (error, since);
    }

    /// A sentence without a full stop, such as "Prometheus cannot be reached: connection refused".
    pub(crate) fn problem(&self) -> Option<String> {
        self.error.as_ref().map(|error| format!("{} {error}", self.title))
    }
}
