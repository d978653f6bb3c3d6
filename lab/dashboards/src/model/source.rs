//! References to data sources, in every form that Grafana accepts.

use serde_json::Value;

use crate::{Unsupported, read::Object};

/// The types of the lab's data sources. Each has one source, whose uid is the type.
const KINDS: [&str; 3] = ["prometheus", "influxdb", "jaeger"];
/// The type of Grafana's default data source.
const DEFAULT_KIND: &str = "prometheus";

/// A reference to a data source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DataSource {
    /// Plug-in, such as `prometheus`. Empty if the file has the name or uid only.
    pub kind: String,
    /// Fixed identifier or name. May be a variable.
    pub uid: String,
}

impl DataSource {
    /// Reads a name, or an object with `type` or `uid`. `None` stands for the default.
    pub(crate) fn read(object: &Object<'_>, key: &str) -> Option<Self> {
        let source = match object.value(key)? {
            // Grafana's names of its own sources, such as `-- Mixed --`.
            Value::String(name) if name.starts_with("-- ") => {
                Self { kind: "datasource".into(), uid: name.clone() }
            }
            Value::String(name) => Self { kind: String::new(), uid: name.clone() },
            _ => {
                let object = object.object(key);
                object.ignore(&["name", "apiVersion"]);
                let text = |key| object.string(key).unwrap_or_default();
                Self { kind: text("type"), uid: text("uid") }
            }
        };
        (source != Self::default()).then_some(source)
    }

    /// The reference with its type. `replace` interpolates variables.
    ///
    /// A type suffices, because the lab has one data source of each.
    ///
    /// # Errors
    ///
    /// Returns an error if the file has no type, and the uid or name is not one of the lab's.
    pub(crate) fn resolved(
        source: Option<&Self>,
        replace: impl Fn(&str) -> Result<String, Unsupported>,
    ) -> Result<Self, Unsupported> {
        let source = source.cloned().unwrap_or_default();
        let is_variable = source.kind.contains('$');
        if !source.kind.is_empty() && !is_variable {
            let uid = replace(&source.uid).unwrap_or(source.uid);
            return Ok(Self { kind: source.kind, uid });
        }
        let uid = replace(if source.uid.is_empty() { &source.kind } else { &source.uid })?;
        let kind = match uid.to_lowercase().as_str() {
            "" | "default" => DEFAULT_KIND,
            name => KINDS
                .into_iter()
                .find(|kind| *kind == name)
                .ok_or_else(|| Unsupported(format!("data source {uid:?}")))?,
        };
        Ok(Self { kind: kind.to_owned(), uid })
    }
}
