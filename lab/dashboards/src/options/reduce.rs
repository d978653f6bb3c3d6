//! How one number is made of a field.

use super::{
    super::{read::Object, reduce::Calc},
    legend::calcs,
};

/// Grafana's own limit.
const LIMIT: u32 = 25;

/// How one number is made of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reduce {
    pub(crate) calcs: Vec<Calc>,
    pub(crate) fields: Which,
    /// Every value is shown, and not one of each field.
    pub(crate) all: bool,
    pub(crate) limit: usize,
}

/// Of which fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Which {
    /// All that hold numbers.
    Numbers,
    /// Those whose names match.
    Pattern(String),
}

impl Reduce {
    pub(super) fn read(options: &Object<'_>) -> Self {
        let object = options.object("reduceOptions");
        let calcs = calcs(&object);
        if calcs.len() > 1 {
            object.refuse("calcs");
        }
        let fields = match object.text("fields") {
            None | Some("") => Which::Numbers,
            Some(pattern) => {
                if super::super::config::Pattern::of(pattern).is_err() {
                    object.refuse("fields");
                }
                Which::Pattern(pattern.to_owned())
            }
        };
        let all = object.flag("values").unwrap_or(false);
        if all {
            // Grafana names each value by the words of its row.
            object.refuse("values");
        }
        Self { calcs, fields, all, limit: object.count("limit").unwrap_or(LIMIT) as usize }
    }
}
