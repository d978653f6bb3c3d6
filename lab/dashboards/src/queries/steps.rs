//! A query's range and step, and the variables of Grafana's own that follow from them.

use std::time::Duration;

use super::{
    super::{
        Unknown, duration, interval,
        model::{Panel, Target},
        time::Window,
    },
    Context,
};

/// Pixels of one of the 24 columns in a window of 1440.
const COLUMN: u32 = 60;

/// How far a query goes back, and in what steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Steps {
    /// How far it goes back.
    pub range: Duration,
    /// Between two points: `$__interval`.
    pub step: Duration,
    /// `$__rate_interval`.
    pub rate: Duration,
    /// `$__from` and `$__to`, where they are known already.
    pub window: Option<Window>,
}

impl Steps {
    /// What Grafana computes for a panel's target.
    pub fn of_panel(panel: &Panel, target: &Target, context: Context<'_>) -> Result<Self, Unknown> {
        refuse_own_range(panel)?;
        let range = context.window.duration();
        let given = |text: &Option<String>| {
            text.as_deref().filter(|text| !text.is_empty()).map(duration::parse).transpose()
        };
        // A panel's smallest step widens `$__interval`; only the query's own counts as its scrape interval.
        let own = given(&target.interval)?;
        let scrape = own.unwrap_or(context.scrape);
        let smallest = own.or(given(&panel.interval)?).unwrap_or(context.scrape);
        let given_width = context.max_data_points.unwrap_or(panel.grid_pos.w * COLUMN);
        let points = panel.max_data_points.map_or(given_width, |points| points as u32);
        let interval = interval::interval(range, points, smallest);
        let factor = target.interval_factor.filter(|factor| *factor > 0.0).unwrap_or(1.0);
        Ok(Self { window: Some(context.window), ..Self::new(range, interval.mul_f64(factor), scrape) })
    }

    /// A range in given steps; `scrape` is the data source's scrape interval.
    pub fn new(range: Duration, step: Duration, scrape: Duration) -> Self {
        Self { range, step, rate: interval::rate_interval(step, scrape), window: None }
    }

    /// What Grafana writes for one of its own variables.
    pub fn builtin(&self, name: &str) -> Option<String> {
        Some(match name {
            "__interval" | "interval" => duration::format(self.step),
            "__interval_ms" => self.step.as_millis().to_string(),
            "__rate_interval" => duration::format(self.rate),
            "__rate_interval_ms" => self.rate.as_millis().to_string(),
            "__range" => format!("{}s", self.range.as_secs()),
            "__range_s" => self.range.as_secs().to_string(),
            "__range_ms" => self.range.as_millis().to_string(),
            "__from" => self.window?.from_ms.to_string(),
            "__to" => self.window?.to_ms.to_string(),
            _ => return None,
        })
    }
}

/// A panel that looks at another range than its dashboard is not known here.
pub(super) fn refuse_own_range(panel: &Panel) -> Result<(), Unknown> {
    for (what, own) in [("range of its own", &panel.time_from), ("shift", &panel.time_shift)] {
        if let Some(own) = own.as_deref().filter(|own| !own.is_empty()) {
            return Err(Unknown(format!("time {what} {own:?}")));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grafanas_own_variables_follow_from_range_and_step() {
        let second = Duration::from_secs(1);
        let window = Window { from_ms: 1_000, to_ms: 301_000 };
        let steps = Steps { window: Some(window), ..Steps::new(window.duration(), 5 * second, second) };
        for (name, value) in [
            ("__interval", "5s"),
            ("__interval_ms", "5000"),
            ("__rate_interval", "6s"),
            ("__rate_interval_ms", "6000"),
            ("__range", "300s"),
            ("__range_s", "300"),
            ("__range_ms", "300000"),
            ("__from", "1000"),
            ("__to", "301000"),
        ] {
            assert_eq!(steps.builtin(name).as_deref(), Some(value), "{name}");
        }
        assert_eq!(steps.builtin("__dashboard"), None);
        assert_eq!(Steps::new(window.duration(), second, second).builtin("__from"), None);
    }
}
