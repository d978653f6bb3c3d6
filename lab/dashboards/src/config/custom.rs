//! The part of a field's configuration that is specific to a panel type.

use serde::Serialize;
use serde_json::json;

use crate::{model::Kind, read::Object};

/// How a field is drawn. Settings that a panel type does not have are at their defaults.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Custom {
    /// Shape.
    pub draw: Draw,
    /// Interpolation between points.
    pub interpolation: Interpolation,
    /// Size in pixels.
    pub line_width: f64,
    /// Fill opacity in percent.
    pub fill_opacity: f64,
    /// Whether the fill fades towards the bottom.
    pub gradient: bool,
    /// When points are marked.
    pub points: Points,
    /// Size in pixels.
    pub point_size: f64,
    /// Alternating lengths of dashes and gaps, in pixels. `None` for a solid line.
    pub dash: Option<Vec<f64>>,
    /// Stacking. `None` if disabled.
    pub stack: Option<Stack>,
    /// Whether lines connect across missing values.
    pub span_nulls: SpanNulls,
    /// Value axis.
    pub axis: Axis,
    /// How thresholds are drawn.
    pub thresholds_style: ThresholdsStyle,
    /// Whether values are negated.
    pub negative: bool,
    /// Where the field is hidden.
    pub hide: Hide,
    /// Alignment of table cells.
    pub align: Align,
    /// Coloring of table cells.
    pub cell: Cell,
    /// Minimum width of a table column, in pixels.
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
    /// The shape of a series.
    Draw { /** A line. */ Line = "line", /** Bars. */ Bars = "bars", /** Points. */ Points = "points" }
);
closed!(
    /// Interpolation between points.
    Interpolation {
        /** Straight lines. */ Linear = "linear",
        /** Smooth curves. */ Smooth = "smooth",
        /** Each value extends back to the previous point. */ StepBefore = "stepBefore",
        /** Each value extends to the next point. */ StepAfter = "stepAfter",
    }
);
closed!(
    /// When points are marked.
    Points {
        /** If there is enough space. */ Auto = "auto",
        /** Always. */ Always = "always",
        /** Never. */ Never = "never",
    }
);
closed!(
    /// How series are stacked.
    StackMode { /** Sum of the values. */ Normal = "normal", /** Share of the total. */ Percent = "percent" }
);
closed!(
    /// The position of an axis.
    Placement {
        /** The first unit left, the second right. */ Auto = "auto",
        /** Left. */ Left = "left",
        /** Right. */ Right = "right",
        /** Hidden. */ Hidden = "hidden",
    }
);
closed!(
    /// How thresholds are drawn.
    ThresholdsStyle {
        /** Hidden. */ Off = "off",
        /** Lines. */ Line = "line",
        /** Dashed lines. */ Dashed = "dashed",
        /** Areas. */ Area = "area",
        /** Lines and areas. */ LineAndArea = "line+area",
        /** Dashed lines and areas. */ DashedAndArea = "dashed+area",
    }
);
closed!(
    /// The alignment of a cell's text.
    Align {
        /** Numbers right, text left. */ Auto = "auto",
        /** Left. */ Left = "left",
        /** Centered. */ Center = "center",
        /** Right. */ Right = "right",
    }
);
closed!(
    /// The coloring of a cell.
    #[cfg_attr(feature = "ts", ts(rename = "CellColoring"))]
    Cell {
        /** None. */ Auto = "auto",
        /** Background. */ ColorBackground = "color-background",
        /** Text. */ ColorText = "color-text",
    }
);

/// Stacking. `None` if disabled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Stack {
    /// How the values are combined.
    pub mode: StackMode,
    /// Series of the same group are stacked.
    pub group: String,
}

/// Whether lines connect across missing values.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(untagged)]
pub enum SpanNulls {
    /// Always or never.
    Is(bool),
    /// Across gaps of at most this many milliseconds.
    UpTo(f64),
}

/// A value axis.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Axis {
    /// Position.
    pub placement: Placement,
    /// Label.
    pub label: String,
    /// Lower bound of the scale unless a value is smaller.
    pub soft_min: Option<f64>,
    /// Upper bound of the scale unless a value is larger.
    pub soft_max: Option<f64>,
    /// Base of a logarithmic scale. `None` for a linear scale.
    #[cfg_attr(feature = "ts", ts(type = "2 | 10 | null"))]
    pub log: Option<u32>,
}

/// Where a field is hidden.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Hide {
    /// In the visualization.
    pub viz: bool,
    /// In the legend.
    pub legend: bool,
    /// In the tooltip.
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
    let lengths: Vec<f64> = style.list("dash").iter().filter_map(serde_json::Value::as_f64).collect();
    let or = |default: [f64; 2]| if lengths.is_empty() { default.to_vec() } else { lengths.clone() };
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
    // Settings of bars. Only the defaults are supported.
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

/// `hidden`, a table setting, hides the field in the visualization.
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
    // Other modes draw a gradient.
    options.allow("mode", &[json!("basic")]);
    options.allow("wrapText", &[json!(false)]);
    options.allow("applyToRow", &[json!(false)]);
    options.choice("type", Cell::ALL).unwrap_or(Cell::Auto)
}
