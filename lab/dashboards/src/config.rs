//! How a field is shown: Grafana's field configuration, as a closed set of what can be drawn.

mod color;
mod custom;
mod link;
mod mapping;
mod matcher;
mod read;
mod threshold;
mod unit;

use serde::Serialize;

pub use self::{
    color::{Color, ColorMode},
    custom::{
        Align, Axis, Cell, Custom, Draw, Hide, Interpolation, Placement, Points, SpanNulls, Stack, StackMode,
        ThresholdsStyle,
    },
    link::Link,
    mapping::{Mapping, Match, Special},
    threshold::{Step, Thresholds, ThresholdsMode},
    unit::{Scale, Unit},
};
pub(crate) use self::{
    link::read as read_links,
    matcher::Pattern,
    read::{FieldConfigs, check},
};

/// How a field is shown.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(rename = "FieldConfig"))]
pub struct Config {
    /// What a person reads.
    pub name: String,
    /// What its numbers are of.
    pub unit: Unit,
    /// Digits behind the point; as many as fit if absent.
    pub decimals: Option<u32>,
    /// The smallest value of its scale.
    pub min: Option<f64>,
    /// The largest.
    pub max: Option<f64>,
    /// What is shown for no value.
    pub no_value: Option<String>,
    /// Where its colour comes from.
    pub color: Color,
    /// Colours by value.
    pub thresholds: Thresholds,
    /// Words and colours for values, the first that matches.
    pub mappings: Vec<Mapping>,
    /// Where a value leads. What depends on the value itself, such as `${__value.raw}`, is left to be filled in.
    pub links: Vec<Link>,
    /// What belongs to one kind of panel.
    pub custom: Custom,
}
