//! One line of a page, without regard to the others.

use crate::model::{Kind, Labels, Sample};
use crate::parse::Problem;

#[derive(Debug)]
pub(crate) enum Line<'a> {
    /// Empty, or a comment that says nothing to a machine.
    Nothing,
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

pub(crate) fn read(line: &str) -> Result<Line<'_>, Problem> {
    let line = trim_start(line);
    if line.is_empty() {
        Ok(Line::Nothing)
    } else if let Some(comment) = line.strip_prefix('#') {
        read_comment(comment)
    } else {
        read_sample(line).map(Line::Sample)
    }
}

fn read_comment(comment: &str) -> Result<Line<'_>, Problem> {
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
                return Err(Problem::Trailing(rest.to_owned()));
            }
            let kind = match word {
                "counter" => Kind::Counter,
                "gauge" => Kind::Gauge,
                "histogram" => Kind::Histogram,
                "summary" => Kind::Summary,
                "untyped" => Kind::Untyped,
                other => return Err(Problem::Type(other.to_owned())),
            };
            Ok(Line::Type { name, kind })
        }
        _ => Ok(Line::Nothing),
    }
}

fn read_sample(line: &str) -> Result<Sample, Problem> {
    let end = line.find(['{', ' ', '\t']).unwrap_or(line.len());
    let (name, rest) = line.split_at(end);
    check_metric_name(name)?;
    let rest = trim_start(rest);
    let (labels, rest) = match rest.strip_prefix('{') {
        Some(rest) => read_labels(rest)?,
        None => (Labels::default(), rest),
    };
    let (value, rest) = token(rest);
    let (timestamp, rest) = token(rest);
    if !trim_start(rest).is_empty() {
        return Err(Problem::Trailing(rest.to_owned()));
    }
    Ok(Sample {
        name: name.to_owned(),
        labels,
        value: value.parse().map_err(|_| Problem::Value(value.to_owned()))?,
        timestamp_ms: match timestamp {
            "" => None,
            text => Some(text.parse().map_err(|_| Problem::Timestamp(text.to_owned()))?),
        },
    })
}

/// What follows `{`, to the `}` and beyond it. A comma before `}` is allowed.
fn read_labels(mut rest: &str) -> Result<(Labels, &str), Problem> {
    let mut labels: Vec<(String, String)> = Vec::new();
    loop {
        rest = trim_start(rest);
        if let Some(rest) = rest.strip_prefix('}') {
            labels.sort_unstable();
            if let Some(twice) = labels.windows(2).find(|pair| pair[0].0 == pair[1].0) {
                return Err(Problem::LabelTwice(twice[0].0.clone()));
            }
            return Ok((Labels(labels), rest));
        }
        let end = rest.find(['=', ' ', '\t', ',', '}', '"']).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        check_label_name(name)?;
        let quoted = trim_start(after)
            .strip_prefix('=')
            .and_then(|after| trim_start(after).strip_prefix('"'))
            .ok_or_else(|| Problem::LabelValue(name.to_owned()))?;
        let end = closing_quote(quoted).ok_or_else(|| Problem::LabelValue(name.to_owned()))?;
        labels.push((name.to_owned(), unescape(&quoted[..end], true)?));
        rest = trim_start(&quoted[end + 1..]);
        match rest.strip_prefix(',') {
            Some(after) => rest = after,
            None if rest.starts_with('}') => {}
            None => return Err(Problem::LabelsOpen),
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

/// `\\` and `\n` everywhere, `\"` in label values only.
fn unescape(text: &str, quotes: bool) -> Result<String, Problem> {
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
                Some('"') if quotes => '"',
                other => return Err(Problem::Escape(other.map(String::from).unwrap_or_default())),
            },
            c => c,
        });
    }
    Ok(plain)
}

fn check_metric_name(name: &str) -> Result<(), Problem> {
    if is_name(name, |byte| byte == b':') { Ok(()) } else { Err(Problem::MetricName(name.to_owned())) }
}

fn check_label_name(name: &str) -> Result<(), Problem> {
    if is_name(name, |_| false) { Ok(()) } else { Err(Problem::LabelName(name.to_owned())) }
}

fn is_name(name: &str, also: impl Fn(u8) -> bool) -> bool {
    !name.is_empty()
        && !name.as_bytes()[0].is_ascii_digit()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || also(byte))
}

/// The next word, and what comes after it.
fn token(text: &str) -> (&str, &str) {
    let text = trim_start(text);
    text.split_at(text.find([' ', '\t']).unwrap_or(text.len()))
}

fn trim_start(text: &str) -> &str {
    text.trim_start_matches([' ', '\t'])
}
