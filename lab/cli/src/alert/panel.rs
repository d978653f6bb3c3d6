//! The claim that the panel linked from an alert shows the fault while it is active, and not before or after.

use std::time::{Duration, Instant};

use catalog::{Fault, PanelId};
use clients::Clients;
use dashboards::queries::{self, Content, Context};
use evaluate::panel;
use tokio_util::sync::CancellationToken;

use crate::table::{Claim, Failure};

/// Maximum age of a series' last value; an older series has ended.
const MAX_AGE_SECONDS: f64 = 2.0;
/// Timeout for the panel to show the fault or its end. The panel's windows are wider than the alert's.
const TIMEOUT: Duration = Duration::from_secs(6);
/// The same timeout for faults whose metrics recover slowly.
const LINGERING_TIMEOUT: Duration = Duration::from_secs(75);
/// Interval between two readings.
const INTERVAL: Duration = Duration::from_millis(200);

/// The sum of the last values of all series that the panel draws.
async fn read(clients: &Clients, (uid, id): PanelId) -> Result<f64, Failure> {
    let folders = clients.settings.tutorial.dashboard_folders();
    let all = dashboards::load(&clients.settings.dashboards, &folders)?;
    let dashboard = all.iter().find(|dashboard| dashboard.uid == uid);
    let panel = dashboard.and_then(|dashboard| Some((dashboard, dashboard.panel(id)?)));
    let (dashboard, panel) = panel.ok_or_else(|| format!("no file has dashboard {uid} with panel {id}"))?;
    let scrape = panel::scrape_interval(clients).await?;
    let window = panel::window(&dashboard.time)?;
    let variables = panel::bind_variables(clients, dashboard, window).await?;
    let context = Context { window, max_data_points: None, variables: &variables, scrape };
    let content = queries::content(panel)?;
    let Content::Targets(targets) = content else { return Err(format!("panel {id} has no queries").into()) };
    let mut sum = 0.0;
    for target in targets {
        for query in queries::queries(panel, target, context)? {
            let series = panel::query_series(clients, &query).await?;
            // Series that have ended, such as the errors of an earlier fault, do not count.
            let current = series.iter().filter(|series| series.age_seconds <= MAX_AGE_SECONDS);
            let last = current.filter_map(|series| series.values.last());
            sum += last.filter(|value| value.is_finite()).sum::<f64>();
        }
    }
    Ok(sum)
}

/// Reads the panel without the fault, until it does not show it; after a timeout, the last reading.
pub async fn read_baseline(clients: &Clients, fault: Fault) -> Result<f64, Failure> {
    read_until(clients, fault, |value| !fault.symptom().is_present(value, value)).await
}

/// As [`read_baseline`], for several faults. Also returns the values alone, with 0 for a failed reading.
pub async fn read_baselines(clients: &Clients, faults: &[Fault]) -> (Vec<Result<f64, Failure>>, Vec<f64>) {
    let mut readings = Vec::new();
    for fault in faults {
        readings.push(read_baseline(clients, *fault).await);
    }
    let values = readings.iter().map(|value| value.clone().unwrap_or_default()).collect();
    (readings, values)
}

/// Reads the panel until it shows the fault, or does not show it; after a timeout, the last reading.
pub async fn read_until_shown(
    shown: bool,
    clients: &Clients,
    fault: Fault,
    baseline: f64,
) -> Result<f64, Failure> {
    read_until(clients, fault, |value| fault.symptom().is_present(baseline, value) == shown).await
}

/// As [`read_until_shown`], for several faults with their baselines.
pub async fn read_all(
    shown: bool,
    clients: &Clients,
    faults: &[Fault],
    baselines: &[f64],
    stop: &CancellationToken,
) -> Vec<Result<f64, Failure>> {
    let mut readings = Vec::new();
    for (fault, baseline) in faults.iter().zip(baselines) {
        let reading = stop.run_until_cancelled(read_until_shown(shown, clients, *fault, *baseline)).await;
        readings.push(reading.unwrap_or(Err("interrupted".into())));
    }
    readings
}

async fn read_until(
    clients: &Clients,
    fault: Fault,
    condition: impl Fn(f64) -> bool,
) -> Result<f64, Failure> {
    let timeout = if fault.lingers() { LINGERING_TIMEOUT } else { TIMEOUT };
    let started = Instant::now();
    loop {
        let value = read(clients, fault.panel()).await;
        if value.as_ref().is_ok_and(|value| condition(*value)) || started.elapsed() > timeout {
            return value;
        }
        tokio::time::sleep(INTERVAL).await;
    }
}

/// Claims that the panel shows the fault during it, and neither before nor after. `readings` are from before, during and
/// after the fault.
pub fn claim(fault: Fault, readings: [Result<f64, Failure>; 3]) -> Claim {
    let (uid, id) = fault.panel();
    let claim = format!("{uid} panel {id} shows the fault and recovers");
    let [Ok(baseline), Ok(during), Ok(after)] = readings else {
        let errors: Vec<String> = readings.into_iter().filter_map(Result::err).map(String::from).collect();
        return Claim::failed(claim, errors.join("; "));
    };
    let evidence =
        format!("{} before, {} during the fault, {} after", short(baseline), short(during), short(after));
    match [baseline, during, after].map(|value| fault.symptom().is_present(baseline, value)) {
        [false, true, false] => Claim::proven(claim, evidence),
        [_, false, _] => Claim::failed(claim, format!("it does not show the fault: {evidence}")),
        _ => Claim::failed(claim, format!("it shows the fault before or after it: {evidence}")),
    }
}

fn short(value: f64) -> String {
    let text = format!("{value:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Verdict;

    fn verdict(fault: Fault, readings: [f64; 3]) -> Verdict {
        claim(fault, readings.map(Ok)).verdict
    }

    #[test]
    fn a_panel_that_shows_the_fault_and_recovers_is_proven() {
        assert_eq!(verdict(Fault::Errors, [0.0, 0.4, 0.05]), Verdict::Proven);
        assert_eq!(verdict(Fault::Down, [6.0, 5.0, 6.0]), Verdict::Proven);
        let proven = claim(Fault::Silent, [0.5, 3.25, 0.75].map(Ok));
        assert_eq!(proven.evidence, "0.5 before, 3.25 during the fault, 0.75 after");
    }

    #[test]
    fn a_panel_that_does_not_show_the_fault_or_recover_fails() {
        assert_eq!(verdict(Fault::Silent, [0.9, 0.9, 0.9]), Verdict::Failed);
        assert_eq!(verdict(Fault::Silent, [0.9, 3.0, 2.5]), Verdict::Failed);
        assert_eq!(verdict(Fault::Silent, [2.5, 3.0, 0.5]), Verdict::Failed);
        assert_eq!(verdict(Fault::Down, [6.0, 6.0, 6.0]), Verdict::Failed);
        assert_eq!(verdict(Fault::Down, [6.0, 5.0, 5.0]), Verdict::Failed);
        let unreadable = claim(Fault::Down, [Ok(0.0), Err("no data".into()), Ok(0.0)]);
        assert_eq!((unreadable.verdict, unreadable.evidence.as_str()), (Verdict::Failed, "no data"));
    }
}
