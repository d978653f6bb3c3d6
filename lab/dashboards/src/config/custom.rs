//! The part of a field's configuration that belongs to one kind of panel.

use serde::Serialize;
use serde_json::json;

use crate::{model::Kind, read::Object};

/// How a field is drawn. Where a kind of panel does not have a thing, it is at its default.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Custom {
    /// As what.
    pub draw: Draw,
    /// From point to point.
    pub interpolation: Interpolation,
    /// In pixels.
    pub line_width: f64,
    /// In percent.
    pub fill_opacity: f64,
    /// Whether the filling fades downwards.
    pub gradient: bool,
    /// Whether points are marked.
    pub points: Points,
    /// In pixels.
    pub point_size: f64,
    /// Lengths of strokes and gaps in pixels; a whole line if absent.
    pub dash: Option<Vec<f64>>,
    /// What it is stacked with.
    pub stack: Option<Stack>,
    /// Whether a line goes on over missing values.
    pub span_nulls: SpanNulls,
    /// Its scale.
    pub axis: Axis,
    /// How thresholds are drawn.
    pub thresholds_style: ThresholdsStyle,
    /// Drawn below zero.
    pub negative: bool,
    /// Where it is left out.
    pub hide: Hide,
    /// Of a table's cells.
    pub align: Align,
    /// How a table's cells are coloured.
    pub cell: Cell,
    /// Of a table's column, in pixels.
    pub min_width: Option<u32>,
}

macro_rules! closed {
    ($(#[$meta:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
        #[cfg_attr(feature = "ts", derive(ts_rs::TS))]
        $(#[$meta])*
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $text)] $variant),+ }

        impl $name {
            const ALL: &'static [(&'static str, Self)] = &[$(($text, Self::$variant)),+];
        }
    };
}

closed!(
    /// What is drawn.
    Draw { /** A line. */ Line = "line", /** Bars. */ Bars = "bars", /** Points only. */ Points = "points" }
);
closed!(
    /// From point to point.
    Interpolation {
        /** Straight. */ Linear = "linear",
        /** Curved. */ Smooth = "smooth",
        /** The next value from the point before. */ StepBefore = "stepBefore",
        /** The value up to the next point. */ StepAfter = "stepAfter",
    }
);
closed!(
    /// Whether points are marked.
    Points {
        /** Where there is room. */ Auto = "auto",
        /** Each. */ Always = "always",
        /** None. */ Never = "never",
    }
);
closed!(
    /// How it is stacked.
    StackMode { /** Values on values. */ Normal = "normal", /** To a hundred percent. */ Percent = "percent" }
);
closed!(
    /// Where an axis stands.
    Placement {
        /** Left, the next unit right. */ Auto = "auto",
        /** Left. */ Left = "left",
        /** Right. */ Right = "right",
        /** Nowhere. */ Hidden = "hidden",
    }
);
closed!(
    /// How thresholds are drawn.
    ThresholdsStyle {
        /** Not. */ Off = "off",
        /** As lines. */ Line = "line",
        /** As dashed lines. */ Dashed = "dashed",
        /** As areas. */ Area = "area",
        /** Both. */ LineAndArea = "line+area",
        /** Both, dashed. */ DashedAndArea = "dashed+area",
    }
);
closed!(
    /// Where a cell's text stands.
    Align {
        /** Numbers right, words left. */ Auto = "auto",
        /** Left. */ Left = "left",
        /** In the middle. */ Center = "center",
        /** Right. */ Right = "right",
    }
);
closed!(
    /// How a cell is coloured.
    #[cfg_attr(feature = "ts", ts(rename = "CellColoring"))]
    Cell {
        /** Not. */ Auto = "auto",
        /** Its ground. */ ColorBackground = "color-background",
        /** Its text. */ ColorText = "color-text",
    }
);

/// What it is stacked with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Stack {
    /// How.
    pub mode: StackMode,
    /// Those of the same group.
    pub group: String,
}

/// Whether a line goes on over missing values.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(untagged)]
pub enum SpanNulls {
    /// Always or never.
    Is(bool),
    /// Where the gap is at most so many milliseconds.
    UpTo(f64),
}

/// A scale.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Axis {
    /// Where it stands.
    pub placement: Placement,
    /// What a person reads.
    pub label: String,
    /// The smallest value, if none is smaller.
    pub soft_min: Option<f64>,
    /// The largest value, if none is larger.
    pub soft_max: Option<f64>,
    /// The base, if it is logarithmic.
    #[cfg_attr(feature = "ts", ts(type = "2 | 10 | null"))]
    pub log: Option<u32>,
}

/// Where a field is left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Hide {
    /// Of the drawing.
    pub viz: bool,
    /// Of the legend.
    pub legend: bool,
    /// Of the tooltip.
    pub tooltip: bool,
}

impl Custom {
    pub(super) fn read(object: &Object<'_>, kind: Kind) -> Self {
        let fill = if kind == Kind::StateTimeline { 70.0 } else { 0.0 };
        let line = if kind == Kind::TimeSeries { 1.0 } else { 0.0 };
        object.allow("insertNulls", &[json!(false)]);
        Self {
            draw: object.choice("drawStyle", Draw::ALL).unwrap_or(Draw::Line),
            interpolation: object
                .choice("lineInterpolation", Interpolation::ALL)
                .unwrap_or(Interpolation::Linear),
            line_width: object.number("lineWidth").unwrap_or(line),
            fill_opacity: object.number("fillOpacity").unwrap_or(fill),
            gradient: object.choice("gradientMode", &[("none", false), ("opacity", true)]).unwrap_or(false),
            points: object.choice("showPoints", Points::ALL).unwrap_or(Points::Auto),
            point_size: object.number("pointSize").unwrap_or(5.0),
            dash: dash(&object.object("lineStyle")),
            stack: stack(&object.object("stacking")),
            span_nulls: span_nulls(object),
            axis: axis(object),
            thresholds_style: object
                .object("thresholdsStyle")
                .choice("mode", ThresholdsStyle::ALL)
                .unwrap_or(ThresholdsStyle::Off),
            negative: object.choice("transform", &[("negative-Y", true)]).unwrap_or(false),
            hide: hide(object),
            align: object.choice("align", Align::ALL).unwrap_or(Align::Auto),
            cell: cell(object),
            min_width: object.count("minWidth"),
        }
    }
}

fn dash(style: &Object<'_>) -> Option<Vec<f64>> {
    let given: Vec<f64> = style.list("dash").iter().filter_map(serde_json::Value::as_f64).collect();
    let or = |default: [f64; 2]| if given.is_empty() { default.to_vec() } else { given.clone() };
    match style.text("fill") {
        None | Some("solid") => None,
        Some("dash") => Some(or([10.0, 10.0])),
        Some("dot") => Some(or([0.0, 10.0])),
        Some(_) => {
            style.reject("fill");
            None
        }
    }
}

fn stack(stacking: &Object<'_>) -> Option<Stack> {
    let group = stacking.text("group").unwrap_or("A").to_owned();
    match stacking.text("mode") {
        None | Some("none") => None,
        Some(_) => Some(Stack { mode: stacking.choice("mode", StackMode::ALL)?, group }),
    }
}

fn span_nulls(object: &Object<'_>) -> SpanNulls {
    match object.value("spanNulls") {
        Some(value) if value.is_number() => SpanNulls::UpTo(value.as_f64().unwrap_or_default()),
        _ => SpanNulls::Is(object.flag("spanNulls").unwrap_or(false)),
    }
}

fn axis(object: &Object<'_>) -> Axis {
    object.allow("axisBorderShow", &[json!(false)]);
    object.allow("axisCenteredZero", &[json!(false)]);
    object.allow("axisColorMode", &[json!("text")]);
    object.allow("axisGridShow", &[json!(true)]);
    // Of bars only, at their defaults.
    object.allow("barAlignment", &[json!(0)]);
    object.allow("barWidthFactor", &[json!(0.6)]);
    let scale = object.object("scaleDistribution");
    let log = scale.count("log");
    let log = match scale.text("type") {
        None | Some("linear") => None,
        Some("log") if matches!(log, Some(2 | 10)) => log,
        Some(_) => {
            scale.reject("type");
            None
        }
    };
    Axis {
        placement: object.choice("axisPlacement", Placement::ALL).unwrap_or(Placement::Auto),
        label: object.text("axisLabel").unwrap_or_default().to_owned(),
        soft_min: object.number("axisSoftMin"),
        soft_max: object.number("axisSoftMax"),
        log,
    }
}

/// A table's hidden column is left out of the drawing.
fn hide(object: &Object<'_>) -> Hide {
    let from = object.object("hideFrom");
    let is = |key| from.flag(key).unwrap_or(false);
    let hidden = object.flag("hidden").unwrap_or(false);
    Hide { viz: is("viz") || hidden, legend: is("legend"), tooltip: is("tooltip") }
}

fn cell(object: &Object<'_>) -> Cell {
    object.allow("inspect", &[json!(false)]);
    object.allow("filterable", &[json!(false)]);
    let options = object.object("cellOptions");
    // A ground that fades.
    options.allow("mode", &[json!("basic")]);
    options.allow("wrapText", &[json!(false)]);
    options.allow("applyToRow", &[json!(false)]);
    options.choice("type", Cell::ALL).unwrap_or(Cell::Auto)
}
