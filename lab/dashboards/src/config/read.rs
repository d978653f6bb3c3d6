//! Reads a panel's field configuration, its overrides merged in.

use serde_json::{Map, Value};

use super::{
    super::{
        frame::{Field, Frame, display_name},
        kind::Kind,
        model::{Override, Panel},
        read::{Object, Unknowns},
    },
    Color, ColorMode, Config, Custom, Thresholds, Unit, link, mapping,
    matcher::Fields,
};

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
        let config = read(&Object::new("", json, &Unknowns::default()), self.kind);
        if config.name.is_empty() { (Config { name: shown, ..config }, false) } else { (config, true) }
    }
}

/// Names what a panel's field configuration says that is not known.
pub(crate) fn check(panel: &Panel, kind: Kind, unknowns: &Unknowns) {
    let defaults = Object::new("fieldConfig.defaults", &panel.field_config.defaults, unknowns);
    // Grafana's own is a continuous scale.
    if kind == Kind::StateTimeline && defaults.value("color").is_none() {
        defaults.refuse("color");
    }
    read(&defaults, kind);
    drop(defaults);
    for (at, one) in panel.field_config.overrides.iter().enumerate() {
        let path = format!("fieldConfig.overrides[{at}]");
        if let Err(unknown) = Fields::of(&one.matcher) {
            unknowns.name(format!("{path}.{unknown}"));
        }
        let mut own = Map::new();
        merge(&mut own, one);
        read(&Object::new(path, &Value::Object(own), unknowns), kind);
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
        object.refuse("unit");
        Unit { id: unit.to_owned(), scale: super::Scale::Plain, factor: 1.0, suffix: String::new() }
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
        links: link::read(object),
        custom: Custom::read(&object.object("custom"), kind),
    }
}
