//! Heat maps.

use serde::Serialize;

use super::data::PanelData;
use crate::{Unsupported, config::Config, frame::Frame, options::HeatMapOptions};

/// Counts per time and bucket.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(rename = "HeatMapView"))]
pub struct HeatMap {
    /// Unix milliseconds.
    pub times: Vec<i64>,
    /// Distance between two times, in milliseconds.
    pub step_ms: i64,
    /// Buckets in ascending order.
    pub buckets: Vec<Bucket>,
    /// One row per bucket, with one cell per time. Non-finite values and values hidden by the panel are `None`.
    pub cells: Vec<Vec<Option<f64>>>,
    /// Configuration of the cells.
    pub config: Config,
}

/// A bucket's bounds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Bucket {
    /// Exclusive lower bound. `None` if unbounded.
    pub from: Option<f64>,
    /// Inclusive upper bound. `None` if unbounded.
    pub to: Option<f64>,
}

pub(super) fn draw(data: &PanelData<'_>, options: &HeatMapOptions) -> Result<HeatMap, Unsupported> {
    let mut maps = data.frames.iter();
    let Some(frame) = maps.next() else { return Ok(empty(data, options)) };
    let more = maps.count();
    if more > 0 {
        return Err(Unsupported(format!("a heat map of {} histograms", more + 1)));
    }
    let mut buckets: Vec<Bucket> = Vec::new();
    let mut cells = Vec::new();
    for field in frame.fields.iter().skip(1) {
        let Some(to) = field.labels.get("le").and_then(|le| le.parse::<f64>().ok()) else {
            return Err(Unsupported(format!("a heat map of {}: no bucket bounds (label le)", field.name)));
        };
        let from = buckets.last().and_then(|bucket| bucket.to);
        buckets.push(Bucket { from, to: Some(to).filter(|to| to.is_finite()) });
        let is_shown =
            |value: &f64| value.is_finite() && options.hide_at_most.is_none_or(|limit| *value > limit);
        cells.push(field.numbers().unwrap_or_default().iter().map(|value| value.filter(is_shown)).collect());
    }
    Ok(HeatMap { times: times(frame), step_ms: frame.step_ms, buckets, cells, config: config(data, options) })
}

fn empty(data: &PanelData<'_>, options: &HeatMapOptions) -> HeatMap {
    let config = config(data, options);
    HeatMap { times: Vec::new(), step_ms: 0, buckets: Vec::new(), cells: Vec::new(), config }
}

fn times(frame: &Frame) -> Vec<i64> {
    frame.times().unwrap_or_default().iter().copied().flatten().collect()
}

/// The configuration of the cells. The panel's field configuration has the unit of the buckets, its options that of the cells.
fn config(data: &PanelData<'_>, options: &HeatMapOptions) -> Config {
    let config = data.configs.without_field();
    let unit = options.cell_unit.clone();
    Config { unit, decimals: options.cell_decimals, name: options.cell_name.clone(), ..config }
}
