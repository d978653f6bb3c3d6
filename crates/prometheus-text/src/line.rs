//! Parses single lines.

use crate::error::ParseErrorKind;
use crate::model::{Kind, Labels, Sample};

#[derive(Debug)]
pub(crate) enum Line<'a> {
    /// An empty line, or a comment other than `HELP` and `TYPE`.
    Ignored,
    Help {
        name: &'a str,
        text: String,
    },
    Type {
        name: &'a str,
        kind: Kind,
    },
    Sample(Sample),
}

pub(crate) fn parse(line: &str) -> Result<Line<'_>, ParseErrorKind> {
    let line = trim_start(line);
    if line.is_empty() {
        Ok(Line::Ignored)
    } else if let Some(comment) = line.strip_prefix('#') {
        parse_comment(comment)
    } else {
        parse_sample(line).map(Line::Sample)
    }
}

fn parse_comment(comment: &str) -> Result<Line<'_>, ParseErrorKind> {
    let (keyword, rest) = token(comment);
    match keyword {
        "HELP" => {
            let (name, text) = token(rest);
            check_metric_name(name)?;
            Ok(Line::Help { name, text: unescape(trim_start(text), false)? })
        }
        "TYPE" => {
            let (name, rest) = token(rest);
            check_metric_name(name)?;
            let (word, rest) = token(rest);
            if !trim_start(rest).is_empty() {
                return Err(ParseErrorKind::TrailingText(rest.to_owned()));
            }
            let kind = match word {
                "counter" => Kind::Counter,
                "gauge" => Kind::Gauge,
                "histogram" => Kind::Histogram,
                "summary" => Kind::Summary,
                "untyped" => Kind::Untyped,
                other => return Err(ParseErrorKind::UnknownType(other.to_owned())),
            };
            Ok(Line::Type { name, kind })
        }
        _ => Ok(Line::Ignored),
    }
}

fn parse_sample(line: &str) -> Result<Sample, ParseErrorKind> {
    let end = line.find(['{', ' ', '\t']).unwrap_or(line.len());
    let (name, rest) = line.split_at(end);
    check_metric_name(name)?;
    let rest = trim_start(rest);
    let (labels, rest) = match rest.strip_prefix('{') {
        Some(rest) => parse_labels(rest)?,
        None => (Labels::default(), rest),
    };
    let (value, rest) = token(rest);
    let (timestamp, rest) = token(rest);
    if !trim_start(rest).is_empty() {
        return Err(ParseErrorKind::TrailingText(rest.to_owned()));
    }
    Ok(Sample {
        name: name.to_owned(),
        labels,
        value: value.parse().map_err(|_| ParseErrorKind::InvalidValue(value.to_owned()))?,
        timestamp_ms: match timestamp {
            "" => None,
            text => Some(text.parse().map_err(|_| ParseErrorKind::InvalidTimestamp(text.to_owned()))?),
        },
    })
}

/// Parses the labels after `{`, and returns them with the text after `}`. A trailing comma is allowed.
fn parse_labels(mut rest: &str) -> Result<(Labels, &str), ParseErrorKind> {
    let mut labels: Vec<(String, String)> = Vec::new();
    loop {
        rest = trim_start(rest);
        if let Some(rest) = rest.strip_prefix('}') {
            labels.sort_unstable();
            if let Some(duplicate) = labels.windows(2).find(|pair| pair[0].0 == pair[1].0) {
                return Err(ParseErrorKind::DuplicateLabel(duplicate[0].0.clone()));
            }
            return Ok((Labels(labels), rest));
        }
        let end = rest.find(['=', ' ', '\t', ',', '}', '"']).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        check_label_name(name)?;
        let quoted = trim_start(after)
            .strip_prefix('=')
            .and_then(|after| trim_start(after).strip_prefix('"'))
            .ok_or_else(|| ParseErrorKind::MissingLabelValue(name.to_owned()))?;
        let end = closing_quote(quoted).ok_or_else(|| ParseErrorKind::MissingLabelValue(name.to_owned()))?;
        labels.push((name.to_owned(), unescape(&quoted[..end], true)?));
        rest = trim_start(&quoted[end + 1..]);
        match rest.strip_prefix(',') {
            Some(after) => rest = after,
            None if rest.starts_with('}') => {}
            None => return Err(ParseErrorKind::UnterminatedLabels),
        }
    }
}

fn closing_quote(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.bytes().position(|byte| {
        let closes = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        closes
    })
}

/// Replaces `\\` and `\n`, and in label values also `\"`.
fn unescape(text: &str, in_label: bool) -> Result<String, ParseErrorKind> {
    if !text.contains('\\') {
        return Ok(text.to_owned());
    }
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        plain.push(match c {
            '\\' => match chars.next() {
                Some('\\') => '\\',
                Some('n') => '\n',
                Some('"') if in_label => '"',
                other => {
                    return Err(ParseErrorKind::InvalidEscape(other.map(String::from).unwrap_or_default()));
                }
            },
            c => c,
        });
    }
    Ok(plain)
}

fn check_metric_name(name: &str) -> Result<(), ParseErrorKind> {
    if is_name(name, |byte| byte == b':') {
        Ok(())
    } else {
        Err(ParseErrorKind::InvalidMetricName(name.to_owned()))
    }
}

fn check_label_name(name: &str) -> Result<(), ParseErrorKind> {
    if is_name(name, |_| false) { Ok(()) } else { Err(ParseErrorKind::InvalidLabelName(name.to_owned())) }
}

fn is_name(name: &str, allows: impl Fn(u8) -> bool) -> bool {
    !name.is_empty()
        && !name.as_bytes()[0].is_ascii_digit()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || allows(byte))
}

/// Splits off the next word.
fn token(text: &str) -> (&str, &str) {
    let text = trim_start(text);
    text.split_at(text.find([' ', '\t']).unwrap_or(text.len()))
}

fn trim_start(text: &str) -> &str {
    text.trim_start_matches([' ', '\t'])
}
