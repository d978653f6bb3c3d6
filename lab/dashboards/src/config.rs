//! Field configuration: how a field is shown, as a closed set of what can be drawn.

mod color;
mod custom;
mod field;
mod mapping;
mod matcher;
mod unit;

pub use self::{
    color::{Color, ColorMode, Step, Thresholds, ThresholdsMode},
    custom::{
        Align, Axis, Cell, Custom, Draw, Hide, Interpolation, Placement, Points, SpanNulls, Stack, StackMode,
        ThresholdsStyle,
    },
    field::{Config, Link},
    mapping::{Mapping, Match, Special},
    unit::{Scale, Unit},
};
pub(crate) use self::{
    field::{FieldConfigs, check, read_links},
    matcher::Pattern,
};
