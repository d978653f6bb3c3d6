//! A field's configuration: the panel's defaults merged with the overrides that match the field.

use serde::Serialize;
use serde_json::{Map, Value};

use super::{
    color::{Color, ColorMode, Thresholds},
    custom::Custom,
    mapping::{self, Mapping},
    matcher::Fields,
    unit::{Scale, Unit},
};
use crate::{
    frame::{Field, Frame, display_name},
    model::{Kind, Override, Panel},
    read::{Object, UnsupportedPaths},
};

/// How a field is shown.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(rename = "FieldConfig"))]
pub struct Config {
    /// Display name.
    pub name: String,
    /// Unit of the numbers.
    pub unit: Unit,
    /// Number of decimals. `None` selects it automatically.
    pub decimals: Option<u32>,
    /// Lower bound of the scale.
    pub min: Option<f64>,
    /// Upper bound of the scale.
    pub max: Option<f64>,
    /// Text shown for a missing value.
    pub no_value: Option<String>,
    /// Color.
    pub color: Color,
    /// Thresholds.
    pub thresholds: Thresholds,
    /// Texts and colors for values. The first match wins.
    pub mappings: Vec<Mapping>,
    /// Links of the values. References to the value, such as `${__value.raw}`, are not replaced yet.
    pub links: Vec<Link>,
    /// Settings specific to the panel type.
    pub custom: Custom,
}

/// A link of a value or a title.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(rename = "PanelLink"))]
pub struct Link {
    /// Title.
    pub title: String,
    /// Target. May contain references.
    pub url: String,
}

/// A panel's field configuration.
#[derive(Debug)]
pub(crate) struct FieldConfigs<'a> {
    kind: Kind,
    defaults: &'a Value,
    overrides: Vec<(Fields, &'a Override)>,
}

impl<'a> FieldConfigs<'a> {
    /// An override with an unsupported matcher matches nothing. `check` records it.
    pub(crate) fn of(panel: &'a Panel, kind: Kind) -> Self {
        let overrides = panel.field_config.overrides.iter();
        let supported = overrides.filter_map(|one| Some((Fields::of(&one.matcher).ok()?, one)));
        Self { kind, defaults: &panel.field_config.defaults, overrides: supported.collect() }
    }

    /// The configuration of a field, and whether the panel sets its display name.
    pub(crate) fn config(&self, field: &Field, frame: &Frame, all: &[Frame]) -> (Config, bool) {
        let shown = display_name(field, frame, all);
        let mut merged = self.defaults.as_object().cloned().unwrap_or_default();
        if let Some(unit) = field.unit {
            merged.insert("unit".into(), unit.into());
        }
        if let Some(renamed) = &field.renamed {
            merged.insert("displayName".into(), renamed.as_str().into());
        }
        for (fields, one) in &self.overrides {
            if fields.match_field(field, &shown, &frame.ref_id) {
                merge(&mut merged, one);
            }
        }
        self.read(&Value::Object(merged), shown)
    }

    /// The configuration of a panel without data.
    pub(crate) fn without_field(&self) -> Config {
        self.read(self.defaults, String::new()).0
    }

    fn read(&self, json: &Value, shown: String) -> (Config, bool) {
        let config = read(&Object::new("", json, &UnsupportedPaths::default()), self.kind);
        if config.name.is_empty() { (Config { name: shown, ..config }, false) } else { (config, true) }
    }
}

/// Records the unsupported settings of a panel's field configuration.
pub(crate) fn check(panel: &Panel, kind: Kind, unsupported: &UnsupportedPaths) {
    let defaults = Object::new("fieldConfig.defaults", &panel.field_config.defaults, unsupported);
    // Grafana's default is a continuous color scale, which is not supported.
    if kind == Kind::StateTimeline && defaults.value("color").is_none() {
        defaults.reject("color");
    }
    read(&defaults, kind);
    drop(defaults);
    for (at, one) in panel.field_config.overrides.iter().enumerate() {
        let path = format!("fieldConfig.overrides[{at}]");
        if let Err(error) = Fields::of(&one.matcher) {
            unsupported.record(format!("{path}.{error}"));
        }
        let mut properties = Map::new();
        merge(&mut properties, one);
        read(&Object::new(path, &Value::Object(properties), unsupported), kind);
    }
}

/// Sets an override's properties at their paths.
fn merge(into: &mut Map<String, Value>, one: &Override) {
    for property in &one.properties {
        let mut at = &mut *into;
        let mut path = property.id.split('.').peekable();
        while let Some(key) = path.next() {
            if path.peek().is_none() {
                at.insert(key.to_owned(), property.value.clone());
                break;
            }
            let inner = at.entry(key).or_insert_with(|| Value::Object(Map::new()));
            if !inner.is_object() {
                *inner = Value::Object(Map::new());
            }
            let Value::Object(inner) = inner else { break };
            at = inner;
        }
    }
}

fn read(object: &Object<'_>, kind: Kind) -> Config {
    // Metadata set by data sources.
    object.ignore(&["displayNameFromDS", "filterable", "interval"]);
    let by_palette = matches!(kind, Kind::TimeSeries | Kind::HeatMap);
    let color = if by_palette { ColorMode::Palette } else { ColorMode::Thresholds };
    let unit = object.text("unit").unwrap_or_default();
    let unit = Unit::of(unit).unwrap_or_else(|| {
        object.reject("unit");
        Unit { id: unit.to_owned(), scale: Scale::Plain, factor: 1.0, suffix: String::new() }
    });
    Config {
        name: object.text("displayName").unwrap_or_default().to_owned(),
        unit,
        decimals: object.count("decimals"),
        min: object.number("min"),
        max: object.number("max"),
        no_value: object.text("noValue").map(str::to_owned),
        color: Color::read(&object.object("color"), color),
        thresholds: Thresholds::read(&object.object("thresholds")),
        mappings: mapping::read(object),
        links: read_links(object),
        custom: Custom::read(&object.object("custom"), kind),
    }
}

/// Reads links without replacing variables.
pub(crate) fn read_links(object: &Object<'_>) -> Vec<Link> {
    object.objects("links").into_iter().map(|link| read_link(&link)).collect()
}

fn read_link(link: &Object<'_>) -> Link {
    // Links to other hosts always open in a new tab.
    link.ignore(&["targetBlank", "icon", "tooltip"]);
    link.allow("oneClick", &[false.into()]);
    let text = |key| link.text(key).unwrap_or_default().to_owned();
    Link { title: text("title"), url: text("url") }
}
