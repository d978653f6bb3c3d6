//! The panel that an alert links to, read at rest, under the fault and afterwards: it must move, and come back.

use std::time::{Duration, Instant};

use catalog::{Fault, PanelId};
use clients::Clients;
use dashboards::queries::{self, Content, Context};
use evaluate::panel;

use crate::table::Claim;

/// Seconds that a newest value may be old.
const LIVE: f64 = 2.0;
/// How long a panel may lag behind the alert's mails: its windows are wider.
const PATIENCE: Duration = Duration::from_secs(6);
/// How long where the figures themselves look back a minute.
const LINGERING: Duration = Duration::from_secs(75);
const PAUSE: Duration = Duration::from_millis(200);

/// Adds up the newest number of every series that the panel draws.
pub async fn reading(parts: &Clients, (uid, id): PanelId) -> Result<f64, String> {
    let folders = parts.settings.tutorial.dashboard_folders();
    let all = dashboards::load(&parts.settings.dashboards, &folders).map_err(|error| error.to_string())?;
    let dashboard = all.iter().find(|dashboard| dashboard.uid == uid);
    let panel = dashboard.and_then(|dashboard| Some((dashboard, dashboard.panel(id)?)));
    let (dashboard, panel) = panel.ok_or_else(|| format!("no file has dashboard {uid} with panel {id}"))?;
    let scrape = panel::scrape_interval(parts).await.map_err(|error| error.to_string())?;
    let window = panel::window(&dashboard.time).map_err(|error| error.to_string())?;
    let variables =
        panel::bind_variables(parts, dashboard, window).await.map_err(|error| error.to_string())?;
    let context = Context { window, max_data_points: None, variables: &variables, scrape };
    let content = queries::content(panel).map_err(|unknown| unknown.to_string())?;
    let Content::Targets(targets) = content else { return Err(format!("panel {id} draws no data")) };
    let mut sum = 0.0;
    for target in targets {
        for query in queries::queries(panel, target, context).map_err(|unknown| unknown.to_string())? {
            let answer = panel::query_series(parts, &query).await.map_err(|error| error.to_string())?;
            // A series that has ended, such as the errors of an earlier fault, is not drawn any more.
            let live = answer.iter().filter(|drawn| drawn.age_seconds <= LIVE);
            sum +=
                live.filter_map(|drawn| drawn.values.last()).filter(|value| value.is_finite()).sum::<f64>();
        }
    }
    Ok(sum)
}

/// Reads the panel until it shows the fault, or until it does not any more; the last reading, if patience ends first.
pub async fn reading_that(shows: bool, parts: &Clients, fault: Fault, rest: f64) -> Result<f64, String> {
    let patience = if fault.lingers() { LINGERING } else { PATIENCE };
    let started = Instant::now();
    loop {
        let reading = reading(parts, fault.panel()).await;
        let done = reading.as_ref().is_ok_and(|reading| fault.symptom().is_present(rest, *reading) == shows);
        if done || started.elapsed() > patience {
            return reading;
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Claims that the panel showed the fault, and neither before nor after it.
pub fn claim(fault: Fault, readings: [Result<f64, String>; 3]) -> Claim {
    let (uid, id) = fault.panel();
    let claim = format!("{uid} panel {id} moves and comes back");
    let [Ok(rest), Ok(under), Ok(after)] = readings else {
        let errors: Vec<String> = readings.into_iter().filter_map(Result::err).collect();
        return Claim::failed(claim, errors.join("; "));
    };
    let evidence =
        format!("{} at rest, {} under the fault, {} after", short(rest), short(under), short(after));
    match [rest, under, after].map(|reading| fault.symptom().is_present(rest, reading)) {
        [false, true, false] => Claim::proven(claim, evidence),
        [_, false, _] => Claim::failed(claim, format!("it does not move: {evidence}")),
        _ => Claim::failed(claim, format!("it shows a fault where none is: {evidence}")),
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
    fn a_panel_that_moves_and_comes_back_is_proven() {
        assert_eq!(verdict(Fault::Errors, [0.0, 0.4, 0.05]), Verdict::Proven);
        assert_eq!(verdict(Fault::Down, [6.0, 5.0, 6.0]), Verdict::Proven);
        let said = claim(Fault::Silent, [0.5, 3.25, 0.75].map(Ok));
        assert_eq!(said.evidence, "0.5 at rest, 3.25 under the fault, 0.75 after");
    }

    #[test]
    fn a_panel_that_stays_or_does_not_come_back_or_cannot_be_read_fails() {
        assert_eq!(verdict(Fault::Silent, [0.9, 0.9, 0.9]), Verdict::Failed);
        assert_eq!(verdict(Fault::Silent, [0.9, 3.0, 2.5]), Verdict::Failed);
        assert_eq!(verdict(Fault::Silent, [2.5, 3.0, 0.5]), Verdict::Failed);
        assert_eq!(verdict(Fault::Down, [6.0, 6.0, 6.0]), Verdict::Failed);
        assert_eq!(verdict(Fault::Down, [6.0, 5.0, 5.0]), Verdict::Failed);
        let unread = claim(Fault::Down, [Ok(0.0), Err("no data".into()), Ok(0.0)]);
        assert_eq!((unread.verdict, unread.evidence.as_str()), (Verdict::Failed, "no data"));
    }
}
