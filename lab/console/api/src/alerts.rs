//! The state of every alert, and the steps of its newest round: from the fault over the mails to the end.
//!
//! Prometheus tells of its rules, and Grafana of its own. Where Grafana is absent, its provisioned rules are judged
//! here; such an alert is shown, and never mailed.

mod judge;
mod links;
mod rule;
mod timeline;

use std::collections::BTreeMap;
use std::time::Duration;

use catalog::Fault;
use clients::prometheus_rules;
use clients::prometheus_rules::AlertRule;
use clients::time::unix_now;
use serde::Serialize;
use tokio::time::{MissedTickBehavior, interval, timeout};

use self::judge::Judge;
use self::rule::{Owner, Rule};
use self::timeline::{Standing, Step, Timeline};
use crate::newest::Newest;
use crate::state::Shared;

const PERIOD: Duration = Duration::from_secs(1);
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(2);
/// So many alerts are followed at most.
const MOST: usize = 200;

/// The alerts as they stand.
#[derive(Debug, Default)]
pub(crate) struct Alerts {
    pub(crate) newest: Newest<Vec<AlertView>>,
}

/// An alert as the page shows it. Times are Unix milliseconds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct AlertView {
    #[serde(flatten)]
    rule: Rule,
    /// What makes it fire on purpose.
    fault: Option<&'static str>,
    state: Standing,
    since: i64,
    /// Of the newest round, oldest first.
    steps: Vec<Step>,
}

/// Runs until shutdown.
pub(crate) async fn run(console: Shared) {
    console.shutdown.run_until_cancelled(look(&console)).await;
}

async fn look(console: &Shared) {
    let mut history = History::new(Judge::load(&console.config.settings, prometheus(console)));
    let mut ticks = interval(PERIOD);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        history.ask(console).await;
        console.alerts.newest.publish(history.tell(console));
    }
}

/// What is remembered from look to look.
struct History {
    judge: Judge,
    /// As they last answered.
    of_prometheus: Vec<Rule>,
    of_grafana: Vec<Rule>,
    timelines: BTreeMap<String, Timeline>,
}

impl History {
    fn new(judge: Judge) -> Self {
        Self { judge, of_prometheus: Vec::new(), of_grafana: Vec::new(), timelines: BTreeMap::new() }
    }

    /// Asks everyone; who does not answer stands as before.
    async fn ask(&mut self, console: &Shared) {
        let (parts, links) = (&console.parts, &console.config.links);
        let url = format!("{}/api/v1/rules", parts.settings.prometheus);
        let (of_prometheus, of_grafana) =
            tokio::join!(timeout(PATIENCE, prometheus_rules::alert_rules(&parts.fetch, &url)), async {
                match links.address("grafana") {
                    Some(_) => timeout(PATIENCE, parts.grafana.managed_rules()).await.ok()?.ok(),
                    None => None,
                }
            },);
        let (now, prometheus) = (now(), prometheus(console));
        if let Ok(Ok(rules)) = of_prometheus {
            self.of_prometheus = self.take(&rules, Owner::Prometheus, prometheus, now);
        }
        if let Some(rules) = of_grafana {
            self.of_grafana = self.take(&rules, Owner::Grafana, prometheus, now);
        } else {
            self.judge.look(parts, now).await;
            self.of_grafana = self.judge.rules();
            for (name, seen) in self.judge.seen() {
                self.note(&name, |timeline| timeline.observe(now, seen));
            }
        }
        for fault in console.faults.told.body().faults {
            let since = fault.since.and_then(|since| i64::try_from(since).ok());
            self.note(fault.alert, |timeline| {
                timeline.fault(fault.name, fault.on.then_some(since.unwrap_or(now)), now);
            });
        }
    }

    fn take(&mut self, rules: &[AlertRule], owner: Owner, prometheus: &str, now: i64) -> Vec<Rule> {
        for rule in rules {
            self.note(&rule.name, |timeline| rule::observe(timeline, rule, now));
        }
        rules.iter().map(|rule| Rule::of(rule, owner, prometheus)).collect()
    }

    fn note(&mut self, alert: &str, note: impl FnOnce(&mut Timeline)) {
        if self.timelines.len() < MOST || self.timelines.contains_key(alert) {
            note(self.timelines.entry(alert.to_owned()).or_default());
        }
    }

    fn tell(&self, console: &Shared) -> Vec<AlertView> {
        let mails = console.mails.told();
        let view = |rule: &Rule| {
            let timeline = self.timelines.get(&rule.name)?;
            Some(AlertView {
                fault: Fault::ALL.into_iter().find(|fault| fault.alert() == rule.name).map(Fault::name),
                state: timeline.standing(),
                since: timeline.since(),
                steps: timeline
                    .steps(&mails.iter().filter(|mail| mail.alert == rule.name).collect::<Vec<_>>()),
                rule: rule.clone(),
            })
        };
        self.of_prometheus.iter().chain(&self.of_grafana).filter_map(view).collect()
    }
}

/// Its address for browsers, or nothing.
fn prometheus(console: &Shared) -> &str {
    console.config.links.address("prometheus").unwrap_or_default()
}

fn now() -> i64 {
    (unix_now() * 1000.0) as i64
}
