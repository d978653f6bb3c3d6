//! Selection of the fields that an override applies to.

use regex::{Regex, RegexBuilder};
use serde_json::Value;

use crate::{
    Unsupported,
    frame::{Field, Values},
    model::Matcher,
};

/// Selects fields.
#[derive(Debug)]
pub(crate) enum Fields {
    Name(String),
    Names { names: Vec<String>, exclude: bool },
    Pattern(Pattern),
    Type(String),
    Target(String),
}

impl Fields {
    pub(crate) fn of(matcher: &Matcher) -> Result<Self, Unsupported> {
        let options = &matcher.options;
        let text = || options.as_str().unwrap_or_default().to_owned();
        Ok(match matcher.id.as_str() {
            "byName" => Self::Name(text()),
            "byRegexp" => Self::Pattern(Pattern::of(&text())?),
            "byType" if ["number", "string", "time", "boolean"].contains(&text().as_str()) => {
                Self::Type(text())
            }
            "byFrameRefID" => Self::Target(text()),
            "byNames" => {
                let names = options["names"].as_array().into_iter().flatten();
                let names = names.filter_map(Value::as_str).map(str::to_owned).collect();
                Self::Names { names, exclude: options["mode"] == "exclude" }
            }
            other => return Err(Unsupported(format!("matcher {other} {options}"))),
        })
    }

    /// `shown` is the field's display name without overrides.
    pub(crate) fn match_field(&self, field: &Field, shown: &str, ref_id: &str) -> bool {
        let is_named = |name: &str| name == field.name || name == shown;
        match self {
            Self::Name(name) => is_named(name),
            Self::Names { names, exclude } => names.iter().any(|name| is_named(name)) != *exclude,
            Self::Pattern(pattern) => pattern.matches(shown),
            Self::Type(kind) => {
                kind == match field.values {
                    Values::Times(_) => "time",
                    Values::Numbers(_) => "number",
                    Values::Texts(_) => "string",
                }
            }
            Self::Target(target) => target == ref_id,
        }
    }
}

/// A regular expression in Grafana's notation: `/pattern/flags`, or a pattern for the complete text.
#[derive(Debug)]
pub(crate) struct Pattern(Regex);

impl Pattern {
    pub(crate) fn of(text: &str) -> Result<Self, Unsupported> {
        let error = || Unsupported(format!("regular expression {text:?}"));
        let slashed = text.strip_prefix('/').and_then(|rest| rest.rsplit_once('/'));
        let (pattern, flags) = match slashed {
            Some((pattern, flags)) => (pattern.to_owned(), flags),
            None => (format!("^{text}$"), ""),
        };
        if flags.chars().any(|flag| !"gimsu".contains(flag)) {
            return Err(error());
        }
        let regex = RegexBuilder::new(&pattern)
            .case_insensitive(flags.contains('i'))
            .multi_line(flags.contains('m'))
            .dot_matches_new_line(flags.contains('s'))
            .build();
        regex.map(Self).map_err(|_| error())
    }

    pub(crate) fn matches(&self, text: &str) -> bool {
        self.0.is_match(text)
    }

    pub(crate) fn regex(&self) -> &Regex {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_slashes_and_flags_and_matches_the_complete_text_otherwise() {
        assert!(Pattern::of("/^p[0-9]+$/").unwrap().matches("p99"));
        assert!(Pattern::of("/ERROR/i").unwrap().matches("some errors"));
        assert!(!Pattern::of("p9").unwrap().matches("p99"));
        assert!(Pattern::of("/a(?=b)/").unwrap_err().0.contains("(?=b)"));
        assert!(Pattern::of("/a/y").is_err());
    }
}
