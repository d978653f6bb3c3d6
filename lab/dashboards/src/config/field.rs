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

/// Where a value or a title leads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(rename = "PanelLink"))]
pub struct Link {
    /// What a person reads.
    pub title: String,
    /// The address.
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
    /// An override whose matcher is not known matches nothing; `check` names it.
    pub(crate) fn of(panel: &'a Panel, kind: Kind) -> Self {
        let overrides = panel.field_config.overrides.iter();
        let known = overrides.filter_map(|one| Some((Fields::of(&one.matcher).ok()?, one)));
        Self { kind, defaults: &panel.field_config.defaults, overrides: known.collect() }
    }

    /// How a field is shown, and whether the panel names it.
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

    /// How a field without any data is shown.
    pub(crate) fn of_nothing(&self) -> Config {
        self.read(self.defaults, String::new()).0
    }

    fn read(&self, json: &Value, shown: String) -> (Config, bool) {
        let config = read(&Object::new("", json, &UnsupportedPaths::default()), self.kind);
        if config.name.is_empty() { (Config { name: shown, ..config }, false) } else { (config, true) }
    }
}

/// Names what a panel's field configuration says that is not known.
pub(crate) fn check(panel: &Panel, kind: Kind, unsupported: &UnsupportedPaths) {
    let defaults = Object::new("fieldConfig.defaults", &panel.field_config.defaults, unsupported);
    // Grafana's own is a continuous scale.
    if kind == Kind::StateTimeline && defaults.value("color").is_none() {
        defaults.reject("color");
    }
    read(&defaults, kind);
    drop(defaults);
    for (at, one) in panel.field_config.overrides.iter().enumerate() {
        let path = format!("fieldConfig.overrides[{at}]");
        if let Err(unknown) = Fields::of(&one.matcher) {
            unsupported.record(format!("{path}.{unknown}"));
        }
        let mut own = Map::new();
        merge(&mut own, one);
        read(&Object::new(path, &Value::Object(own), unsupported), kind);
    }
}

/// Writes an override's properties at their paths.
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
    // What data sources tell of their own fields.
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

/// As they are written, variables and all.
pub(crate) fn read_links(object: &Object<'_>) -> Vec<Link> {
    object.objects("links").into_iter().map(|link| read_link(&link)).collect()
}

fn read_link(link: &Object<'_>) -> Link {
    // Every link of another host opens in a new tab.
    link.ignore(&["targetBlank", "icon", "tooltip"]);
    link.allow("oneClick", &[false.into()]);
    let text = |key| link.text(key).unwrap_or_default().to_owned();
    Link { title: text("title"), url: text("url") }
}
