//! Ranges of HTTP status codes, such as `200-299,304`.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The HTTP status codes that a check accepts.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct StatusRanges(Vec<RangeInclusive<u16>>);

/// The text is not a list of status codes and ranges. It has the invalid part.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{0}`: expected status codes from 100 to 599, such as \"200-399\" or \"200,204\"")]
pub struct StatusRangesError(String);

impl StatusRanges {
    /// Whether the status is in one of the ranges.
    pub fn contains(&self, status: u16) -> bool {
        self.0.iter().any(|range| range.contains(&status))
    }
}

/// 200 to 399, as in `HAProxy`.
impl Default for StatusRanges {
    fn default() -> Self {
        Self(vec![200..=399])
    }
}

impl FromStr for StatusRanges {
    type Err = StatusRangesError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let range = |part: &str| {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let code = |text: &str| text.trim().parse().ok().filter(|code| (100..600).contains(code));
            let range = code(first)?..=code(last)?;
            (!range.is_empty()).then_some(range)
        };
        let ranges =
            text.split(',').map(|part| range(part).ok_or_else(|| StatusRangesError(part.to_owned())));
        ranges.collect::<Result<_, _>>().map(Self)
    }
}

impl fmt::Display for StatusRanges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, range) in self.0.iter().enumerate() {
            let separator = if index > 0 { "," } else { "" };
            let (first, last) = (range.start(), range.end());
            match first == last {
                true => write!(f, "{separator}{first}")?,
                false => write!(f, "{separator}{first}-{last}")?,
            }
        }
        Ok(())
    }
}

impl TryFrom<String> for StatusRanges {
    type Error = StatusRangesError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<StatusRanges> for String {
    fn from(ranges: StatusRanges) -> Self {
        ranges.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_ranges_round_trip() {
        for (text, inside, outside) in
            [("200-399", [200, 399], [199, 400]), ("200, 204-206", [200, 205], [201, 207])]
        {
            let ranges: StatusRanges = text.parse().expect(text);
            assert!(inside.into_iter().all(|status| ranges.contains(status)), "{text}");
            assert!(!outside.into_iter().any(|status| ranges.contains(status)), "{text}");
            assert_eq!(ranges.to_string().parse(), Ok(ranges));
        }
    }

    #[test]
    fn an_error_quotes_the_invalid_part() {
        for (text, part) in
            [("", ""), ("ok", "ok"), ("200,", ""), ("200-", "200-"), ("399-200", "399-200"), ("200,99", "99")]
        {
            assert_eq!(text.parse::<StatusRanges>(), Err(StatusRangesError(part.into())), "{text}");
        }
    }
}
