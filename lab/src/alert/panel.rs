//! The panel that an alert links to, read at rest, under the fault and afterwards: it must move, and come back.

use crate::{
    ask,
    dashboards::{
        self,
        queries::{self, Content, Context},
    },
    parts::Parts,
    table::Claim,
};

/// Seconds that a newest value may be old.
const LIVE: f64 = 2.0;

/// A dashboard's uid and one of its panels.
pub type PanelId = (&'static str, u64);

/// Adds up the newest number of every series that the panel draws.
pub async fn reading(parts: &Parts, (uid, id): PanelId) -> Result<f64, String> {
    let folders = parts.settings.tutorial.dashboard_folders();
    let all = dashboards::load(&parts.settings.dashboards, &folders).map_err(|error| error.to_string())?;
    let dashboard = all.iter().find(|dashboard| dashboard.uid == uid);
    let panel = dashboard.and_then(|dashboard| Some((dashboard, dashboard.panel(id)?)));
    let (dashboard, panel) = panel.ok_or_else(|| format!("no file has dashboard {uid} with panel {id}"))?;
    let scrape = ask::scrape_interval(parts).await?;
    let variables = ask::variables(parts, dashboard).await?;
    let context = Context { time: &dashboard.time, variables: &variables, scrape };
    let content = queries::content(panel).map_err(|unknown| unknown.to_string())?;
    let Content::Targets(targets) = content else { return Err(format!("panel {id} draws no data")) };
    let mut sum = 0.0;
    for target in targets {
        for query in queries::queries(panel, target, context).map_err(|unknown| unknown.to_string())? {
            let answer = ask::send(parts, &query).await?;
            // A series that has ended, such as the errors of an earlier fault, is not drawn any more.
            let live = answer.iter().filter(|drawn| drawn.age <= LIVE);
            sum +=
                live.filter_map(|drawn| drawn.values.last()).filter(|value| value.is_finite()).sum::<f64>();
        }
    }
    Ok(sum)
}

/// Claims that the fault moved the panel by at least a tenth, and that it has come at least half of the way back.
pub fn claim((uid, id): PanelId, readings: [Result<f64, String>; 3]) -> Claim {
    let claim = format!("{uid} panel {id} moves and comes back");
    let [Ok(rest), Ok(fault), Ok(after)] = readings else {
        let errors: Vec<String> = readings.into_iter().filter_map(Result::err).collect();
        return Claim::failed(claim, errors.join("; "));
    };
    let evidence =
        format!("{} at rest, {} under the fault, {} after", short(rest), short(fault), short(after));
    let moved = (fault - rest).abs();
    if moved == 0.0 || moved < 0.1 * rest.abs().max(fault.abs()) {
        return Claim::failed(claim, format!("it does not move: {evidence}"));
    }
    // The age of a flush goes up and down at rest, too: what counts is the way back from the fault.
    if (fault - after) / (fault - rest) < 0.5 {
        return Claim::failed(claim, format!("it does not come back: {evidence}"));
    }
    Claim::proven(claim, evidence)
}

fn short(value: f64) -> String {
    let text = format!("{value:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Verdict;

    fn verdict(readings: [f64; 3]) -> Verdict {
        claim(("envoy", 2), readings.map(Ok)).verdict
    }

    #[test]
    fn a_panel_that_moves_and_comes_back_is_proven() {
        assert_eq!(verdict([0.0, 1.0, 0.0]), Verdict::Proven);
        assert_eq!(verdict([6.0, 5.0, 6.0]), Verdict::Proven);
        assert_eq!(verdict([0.95, 2.1, 0.1]), Verdict::Proven);
        let said = claim(("envoy", 2), [0.5, 3.25, 0.75].map(Ok));
        assert_eq!(said.evidence, "0.5 at rest, 3.25 under the fault, 0.75 after");
    }

    #[test]
    fn a_panel_that_stays_or_does_not_come_back_or_cannot_be_read_fails() {
        assert_eq!(verdict([0.0, 0.0, 0.0]), Verdict::Failed);
        assert_eq!(verdict([100.0, 101.0, 100.0]), Verdict::Failed);
        assert_eq!(verdict([0.0, 1.0, 0.9]), Verdict::Failed);
        assert_eq!(verdict([6.0, 5.0, 5.0]), Verdict::Failed);
        let unread = claim(("envoy", 2), [Ok(0.0), Err("no data".into()), Ok(0.0)]);
        assert_eq!((unread.verdict, unread.evidence.as_str()), (Verdict::Failed, "no data"));
    }
}
