//! Headers that list what a client accepts, with weights: `gzip;q=0.5, *;q=0` (RFC 9110, section 12.4).

use http::HeaderMap;
use http::header::HeaderName;

/// An element of the list.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Accepted {
    /// In lower case.
    pub(super) value: String,
    /// Names in lower case; values without quotes. The weight is not among them.
    pub(super) parameters: Vec<(String, String)>,
    /// In thousandths; 0 refuses the value.
    pub(super) weight: u16,
}

impl Accepted {
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// The elements of all headers of this name, in order; `None` without such a header. An element with an invalid weight
/// is left out.
pub(super) fn parse(headers: &HeaderMap, name: HeaderName) -> Option<Vec<Accepted>> {
    let mut values = headers.get_all(name).iter().peekable();
    values.peek()?;
    let lines = values.filter_map(|value| value.to_str().ok());
    Some(lines.flat_map(|line| split(line, ',')).filter_map(element).collect())
}

fn element(text: &str) -> Option<Accepted> {
    let mut parts = split(text, ';').map(str::trim);
    let value = parts.next().filter(|value| !value.is_empty())?.to_ascii_lowercase();
    let mut accepted = Accepted { value, parameters: Vec::new(), weight: 1000 };
    for part in parts {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let (name, value) = (name.trim().to_ascii_lowercase(), unquote(value.trim()));
        match name.as_str() {
            "q" => accepted.weight = weight(&value)?,
            _ => accepted.parameters.push((name, value)),
        }
    }
    Some(accepted)
}

/// 0 to 1 with at most three decimals.
fn weight(text: &str) -> Option<u16> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    if !matches!(whole, "0" | "1")
        || decimals.len() > 3
        || !decimals.bytes().all(|byte| byte.is_ascii_digit())
    {
        return None;
    }
    let thousandths = format!("{whole}{decimals:0<3}").parse().ok()?;
    (thousandths <= 1000).then_some(thousandths)
}

/// Splits at separators outside of quoted strings.
fn split(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let (mut quoted, mut escaped) = (false, false);
    text.split(move |char| {
        match (quoted, escaped, char) {
            (true, true, _) => escaped = false,
            (true, false, '\\') => escaped = true,
            (_, false, '"') => quoted = !quoted,
            _ => {}
        }
        char == separator && !quoted
    })
}

fn unquote(text: &str) -> String {
    match text.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
        Some(quoted) => quoted.replace('\\', ""),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use http::header::ACCEPT;

    use super::*;

    fn accepted(lines: &[&str]) -> Option<Vec<(String, u16)>> {
        let headers = lines.iter().map(|line| (ACCEPT, line.parse().expect("a header value"))).collect();
        let elements = parse(&headers, ACCEPT)?;
        Some(elements.into_iter().map(|element| (element.value, element.weight)).collect())
    }

    #[test]
    fn weights_have_up_to_three_decimals() {
        let list = "a;q=0.5, B ; Q=1.000,c;q=0.125,d;q=0,e";
        let expected = [("a", 500), ("b", 1000), ("c", 125), ("d", 0), ("e", 1000)];
        assert_eq!(accepted(&[list]), Some(expected.map(|(value, q)| (value.to_owned(), q)).to_vec()));
    }

    #[test]
    fn elements_with_an_invalid_weight_are_left_out() {
        let list = "a;q=1.1,b;q=-1,c;q=0.1234,d;q=x,e;q=,f;q=2,,;q=1,g";
        assert_eq!(accepted(&[list]), Some(vec![("g".to_owned(), 1000)]));
    }

    #[test]
    fn all_headers_of_the_name_count_and_an_empty_one_lists_nothing() {
        assert_eq!(accepted(&["a", "b"]).map(|list| list.len()), Some(2));
        assert_eq!(accepted(&[""]), Some(vec![]));
        assert_eq!(accepted(&[]), None);
    }

    #[test]
    fn quoted_parameters_may_contain_separators() {
        let headers = [(ACCEPT, "a;x=\"1,2;3\\\"\";q=0.1,b".parse().expect("a header value"))];
        let list = parse(&headers.into_iter().collect(), ACCEPT).expect("a header");
        assert_eq!(list[0].parameter("x"), Some("1,2;3\""));
        assert_eq!((list[0].weight, list.len()), (100, 2));
    }
}
