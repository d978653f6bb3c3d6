//! Value mappings: words and colours for values.

use serde::Serialize;
use serde_json::Value;

use super::{color::read_color, matcher::Pattern};
use crate::read::Object;

/// What a value that matches is shown as.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Mapping {
    /// Which values.
    #[serde(rename = "match")]
    pub matches: Match,
    /// The word, if it is not the value itself.
    pub text: Option<String>,
    /// The colour, if it has one of its own.
    pub color: Option<String>,
}

/// Which values.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Match {
    /// This one, as it is written.
    Value {
        /// A number or a word.
        value: String,
    },
    /// Those between two, both included.
    Range {
        /// The smallest; any if absent.
        from: Option<f64>,
        /// The largest; any if absent.
        to: Option<f64>,
    },
    /// What is hard to write.
    Special {
        /// Which.
        special: Special,
    },
    /// Words that match.
    Regex {
        /// A regular expression of JavaScript, with its slashes.
        pattern: String,
    },
}

/// What is hard to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum Special {
    /// No value.
    Null,
    /// Not a number.
    Nan,
    /// No characters.
    Empty,
    /// True.
    True,
    /// False.
    False,
}

/// In the order in which they are tried: as listed, within one list by their index.
pub(super) fn read(object: &Object<'_>) -> Vec<Mapping> {
    object.objects("mappings").into_iter().flat_map(|one| mappings(&one)).collect()
}

fn mappings(object: &Object<'_>) -> Vec<Mapping> {
    let options = object.object("options");
    match object.text("type") {
        Some("value") => values(&options),
        Some("range") => {
            let matches = Match::Range { from: options.number("from"), to: options.number("to") };
            vec![shown(&options.object("result"), matches).0]
        }
        Some("special") => specials(&options),
        Some("regex") => {
            let pattern = options.text("pattern").unwrap_or_default();
            if Pattern::of(pattern).is_err() {
                options.reject("pattern");
            }
            vec![shown(&options.object("result"), Match::Regex { pattern: pattern.to_owned() }).0]
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
        shown(&result, Match::Value { value: value.clone() })
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
    specials.iter().map(|&special| shown(&result, Match::Special { special }).0).collect()
}

/// The mapping with its index.
fn shown(result: &Object<'_>, matches: Match) -> (Mapping, u32) {
    let text = result.text("text").filter(|text| !text.is_empty()).map(str::to_owned);
    (Mapping { matches, text, color: read_color(result, "color") }, result.count("index").unwrap_or(0))
}
