//! Interpolation of variables.

use dashboards::{
    interpolate::{as_text, in_influxql, in_promql, in_url, replace},
    variables::{Bound, Value},
};

/// The first line of the input is the value of the variable `v`, the rest is the text to interpolate.
///
/// Interpolation terminates without a panic. Text without references stays unchanged.
pub fn interpolate(data: &[u8]) {
    let input = String::from_utf8_lossy(data);
    let (value, text) = input.split_once('\n').unwrap_or(("", &input));
    let list = || value.split(',').map(str::to_owned).collect();
    let values = [
        Value::One(value.to_owned()),
        Value::Many(list()),
        Value::All(list()),
        Value::Verbatim(value.to_owned()),
    ];
    for value in values {
        let variables = [Bound { name: "v".to_owned(), value }];
        for format_value in [in_promql, in_influxql, as_text, in_url] {
            let result = replace(text, |name, format| format_value(&variables, name, format));
            if !text.contains(['$', '[']) {
                assert_eq!(result.as_deref(), Ok(text));
            }
        }
    }
}
