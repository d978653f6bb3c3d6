//! Value mappings: texts and colors for values.

use serde::Serialize;
use serde_json::Value;

use super::{color::read_color, matcher::Pattern};
use crate::read::Object;

/// The text and color of matching values.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Mapping {
    /// The values that match.
    #[serde(rename = "match")]
    pub matches: Match,
    /// Text. `None` shows the value itself.
    pub text: Option<String>,
    /// Color. `None` keeps the field's color.
    pub color: Option<String>,
}

/// The values that match.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Match {
    /// A single value.
    Value {
        /// A number or text.
        value: String,
    },
    /// An inclusive range.
    Range {
        /// Lower bound. `None` for no bound.
        from: Option<f64>,
        /// Upper bound. `None` for no bound.
        to: Option<f64>,
    },
    /// A special value.
    Special {
        /// The special value.
        special: Special,
    },
    /// Texts that match a regular expression.
    Regex {
        /// A JavaScript regular expression between slashes.
        pattern: String,
    },
}

/// A special value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum Special {
    /// A missing value.
    Null,
    /// Not a number.
    Nan,
    /// An empty text.
    Empty,
    /// True.
    True,
    /// False.
    False,
}

/// Reads the mappings in order of precedence: file order, and by index within one entry.
pub(super) fn read(object: &Object<'_>) -> Vec<Mapping> {
    object.objects("mappings").into_iter().flat_map(|one| mappings(&one)).collect()
}

fn mappings(object: &Object<'_>) -> Vec<Mapping> {
    let options = object.object("options");
    match object.text("type") {
        Some("value") => values(&options),
        Some("range") => {
            let matches = Match::Range { from: options.number("from"), to: options.number("to") };
            vec![read_result(&options.object("result"), matches).0]
        }
        Some("special") => specials(&options),
        Some("regex") => {
            let pattern = options.text("pattern").unwrap_or_default();
            if Pattern::of(pattern).is_err() {
                options.reject("pattern");
            }
            vec![read_result(&options.object("result"), Match::Regex { pattern: pattern.to_owned() }).0]
        }
        _ => {
            object.reject("type");
            Vec::new()
        }
    }
}

fn values(options: &Object<'_>) -> Vec<Mapping> {
    let one = |(value, result): (&String, &Value)| {
        let result = Object::new(options.path_of(value), result, options.unsupported());
        read_result(&result, Match::Value { value: value.clone() })
    };
    let mut all: Vec<(Mapping, u32)> = options.entries().map(one).collect();
    all.sort_by_key(|(_, index)| *index);
    all.into_iter().map(|(mapping, _)| mapping).collect()
}

fn specials(options: &Object<'_>) -> Vec<Mapping> {
    let specials: &[Special] = match options.text("match") {
        Some("null") => &[Special::Null],
        Some("nan") => &[Special::Nan],
        Some("null+nan") => &[Special::Null, Special::Nan],
        Some("empty") => &[Special::Empty],
        Some("true") => &[Special::True],
        Some("false") => &[Special::False],
        _ => {
            options.reject("match");
            &[]
        }
    };
    let result = options.object("result");
    specials.iter().map(|&special| read_result(&result, Match::Special { special }).0).collect()
}

/// Reads a mapping's result. Returns the mapping and its index.
fn read_result(result: &Object<'_>, matches: Match) -> (Mapping, u32) {
    let text = result.text("text").filter(|text| !text.is_empty()).map(str::to_owned);
    (Mapping { matches, text, color: read_color(result, "color") }, result.count("index").unwrap_or(0))
}
