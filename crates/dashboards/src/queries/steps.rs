//! A query's range and step, and the variables of Grafana's own that follow from them.

use std::time::Duration;

use super::{
    super::{
        Unknown, duration, interval,
        model::{Panel, Target, TimeRange},
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
}

impl Steps {
    /// What Grafana computes for a panel's target.
    pub fn of_panel(panel: &Panel, target: &Target, context: Context<'_>) -> Result<Self, Unknown> {
        let range = panel_range(panel, context)?;
        let given = |text: &Option<String>| {
            text.as_deref().filter(|text| !text.is_empty()).map(duration::parse).transpose()
        };
        // A panel's smallest step widens `$__interval`; only the query's own counts as its scrape interval.
        let own = given(&target.interval)?;
        let scrape = own.unwrap_or(context.scrape);
        let smallest = own.or(given(&panel.interval)?).unwrap_or(context.scrape);
        let points = panel.max_data_points.map_or(panel.grid_pos.w * COLUMN, |points| points as u32);
        let interval = interval::interval(range, points, smallest);
        let factor = target.interval_factor.filter(|factor| *factor > 0.0).unwrap_or(1.0);
        Ok(Self::new(range, interval.mul_f64(factor), scrape))
    }

    /// A range in given steps; `scrape` is the data source's scrape interval.
    pub fn new(range: Duration, step: Duration, scrape: Duration) -> Self {
        Self { range, step, rate: interval::rate_interval(step, scrape) }
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
            _ => return None,
        })
    }
}

/// How far a panel looks back: its own `timeFrom`, or the dashboard's range, which must end now.
pub(super) fn panel_range(panel: &Panel, context: Context<'_>) -> Result<Duration, Unknown> {
    if let Some(shift) = panel.time_shift.as_deref().filter(|shift| !shift.is_empty()) {
        return Err(Unknown(format!("time shift {shift:?}")));
    }
    if let Some(own) = panel.time_from.as_deref().filter(|own| !own.is_empty()) {
        return duration::parse(own.trim_start_matches("now-"));
    }
    time_range(context.time)
}

/// How far a dashboard looks back.
pub fn time_range(time: &TimeRange) -> Result<Duration, Unknown> {
    if duration::parse_before_now(&time.to)? != Duration::ZERO {
        return Err(Unknown(format!("a time range that ends at {:?}", time.to)));
    }
    duration::parse_before_now(&time.from)
}
