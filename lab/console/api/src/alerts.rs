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
use self::rule::Rule;
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
    state: AlertState,
    since: i64,
    /// Steps of the latest incident, oldest first.
    steps: Vec<Step>,
}

/// Where the alerts' states, faults and mails come from.
pub(crate) struct Inputs {
    pub(crate) clients: Clients,
    pub(crate) faults: Faults,
    pub(crate) mailbox: Mailbox,
}

/// Polls the rules, and publishes the alerts.
pub(crate) async fn run(config: Arc<Config>, inputs: Inputs, feed: Feed<Vec<AlertView>>) {
    let mut history = History::new(&config, inputs);
    let mut ticks = interval(POLL_INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        history.poll().await;
        feed.publish(history.views());
    }
}

/// The rules as last reported, and the timeline of each alert.
struct History {
    inputs: Inputs,
    /// Prometheus' address in the reader's browser, or empty.
    prometheus_url: String,
    has_grafana: bool,
    evaluator: Evaluator,
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
        if let Ok(Ok(rules)) = prometheus {
            self.prometheus_rules = self.observe_all(&rules, RuleOwner::Prometheus, now);
        }
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
        let view = |rule: &Rule| {
            let timeline = self.timelines.get(&rule.name)?;
            let notices: Vec<_> = notices.iter().filter(|notice| notice.alert == rule.name).collect();
            Some(AlertView {
                fault: Fault::ALL.into_iter().find(|fault| fault.alert() == rule.name).map(Fault::name),
                state: timeline.state(),
                since: timeline.since(),
                steps: timeline.steps(&notices),
                rule: rule.clone(),
            })
        };
        self.prometheus_rules.iter().chain(&self.grafana_rules).filter_map(view).collect()
    }
}
