//! Counts by time and bucket.

use serde::Serialize;

use super::data::PanelData;
use crate::{Unsupported, config::Config, frame::Frame, options::HeatMapOptions};

/// Counts by time and bucket.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(rename = "HeatMapView"))]
pub struct HeatMap {
    /// Unix milliseconds.
    pub times: Vec<i64>,
    /// Between two times, in milliseconds.
    pub step_ms: i64,
    /// Lowest first.
    pub buckets: Vec<Bucket>,
    /// Of each bucket one cell a time; what the panel leaves out, or is no number, is none.
    pub cells: Vec<Vec<Option<f64>>>,
    /// How a cell's value is shown.
    pub config: Config,
}

/// What a bucket counts.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Bucket {
    /// More than this; none if it has no lower bound.
    pub from: Option<f64>,
    /// At most this; none if it has no upper bound.
    pub to: Option<f64>,
}

pub(super) fn draw(data: &PanelData<'_>, options: &HeatMapOptions) -> Result<HeatMap, Unsupported> {
    let mut maps = data.frames.iter();
    let Some(frame) = maps.next() else { return Ok(nothing(data, options)) };
    let more = maps.count();
    if more > 0 {
        return Err(Unsupported(format!("a heat map of {} histograms", more + 1)));
    }
    let mut buckets: Vec<Bucket> = Vec::new();
    let mut cells = Vec::new();
    for field in frame.fields.iter().skip(1) {
        let Some(to) = field.labels.get("le").and_then(|le| le.parse::<f64>().ok()) else {
            return Err(Unsupported(format!("a heat map of {}, which has no bounds (le)", field.name)));
        };
        let from = buckets.last().and_then(|bucket| bucket.to);
        buckets.push(Bucket { from, to: Some(to).filter(|to| to.is_finite()) });
        let stays = |value: &f64| value.is_finite() && options.hide_up_to.is_none_or(|most| *value > most);
        cells.push(field.numbers().unwrap_or_default().iter().map(|value| value.filter(stays)).collect());
    }
    Ok(HeatMap { times: times(frame), step_ms: frame.step_ms, buckets, cells, config: config(data, options) })
}

fn nothing(data: &PanelData<'_>, options: &HeatMapOptions) -> HeatMap {
    let config = config(data, options);
    HeatMap { times: Vec::new(), step_ms: 0, buckets: Vec::new(), cells: Vec::new(), config }
}

fn times(frame: &Frame) -> Vec<i64> {
    frame.times().unwrap_or_default().iter().copied().flatten().collect()
}

/// The panel's own configuration is of the buckets; the cells' unit stands among the options.
fn config(data: &PanelData<'_>, options: &HeatMapOptions) -> Config {
    let own = data.configs.of_nothing();
    let unit = options.cell_unit.clone();
    Config { unit, decimals: options.cell_decimals, name: options.cell_name.clone(), ..own }
}
