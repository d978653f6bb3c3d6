//! The values of the header `tracestate`.

use opentelemetry::trace::TraceState;

const MAX_MEMBERS: usize = 32;
/// The length up to which W3C Trace Context recommends to forward the list.
const MAX_CHARS: usize = 512;
/// W3C Trace Context: longer members are removed first.
const LONG_MEMBER_CHARS: usize = 128;

/// Combines the headers in their order. An empty list if a member is invalid, a key occurs twice, or there are more than
/// 32 members.
pub(super) fn parse(headers: &[&str]) -> TraceState {
    let members = headers.iter().flat_map(|header| header.split(','));
    let members = members.map(|member| member.trim_matches([' ', '\t'])).filter(|member| !member.is_empty());
    let mut list: Vec<(&str, &str)> = Vec::new();
    for member in members {
        let Some((key, value)) = member.split_once('=') else { return TraceState::NONE };
        let is_new = list.iter().all(|(known, _)| *known != key);
        if list.len() == MAX_MEMBERS || !is_new || !is_key(key) || !is_value(value) {
            return TraceState::NONE;
        }
        list.push((key, value));
    }
    // The SDK refuses systems of the maximum length, 14 characters.
    list.retain(|member| TraceState::from_key_value([*member]).is_ok());
    TraceState::from_key_value(list).unwrap_or_default()
}

/// The header's value. If it exceeds 512 characters, whole members are left out: first those above 128 characters, then
/// the last ones.
pub(super) fn header(state: &TraceState) -> String {
    let mut members: Vec<_> = state.into_iter().map(|(key, value)| format!("{key}={value}")).collect();
    let chars = |members: &[String]| members.iter().map(|member| member.len() + 1).sum::<usize>();
    while chars(&members) > MAX_CHARS + 1 {
        let long = members.iter().rposition(|member| member.len() > LONG_MEMBER_CHARS);
        members.remove(long.unwrap_or(members.len() - 1));
    }
    members.join(",")
}

/// `simple-key`, or `tenant@system`.
fn is_key(key: &str) -> bool {
    let is_part = |part: &str, max: usize, starts_with_digit: bool| {
        let first = part.bytes().next();
        let is_start = first
            .is_some_and(|first| first.is_ascii_lowercase() || starts_with_digit && first.is_ascii_digit());
        let is_other = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' | b'*' | b'/');
        is_start && part.len() <= max && part.bytes().all(is_other)
    };
    match key.split_once('@') {
        Some((tenant, system)) => is_part(tenant, 241, true) && is_part(system, 14, false),
        None => is_part(key, 256, true),
    }
}

/// 1 to 256 printable ASCII characters except `,` and `=`, not ending with a space.
fn is_value(value: &str) -> bool {
    let is_valid = |byte: u8| matches!(byte, b' '..=b'~') && byte != b',' && byte != b'=';
    (1..=256).contains(&value.len()) && value.bytes().all(is_valid) && !value.ends_with(' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_above_512_characters_loses_its_long_members_first_and_then_the_last_ones() {
        let member = |key: &str, chars: usize| format!("{key}={}", "v".repeat(chars - key.len() - 1));
        let sent = |members: &[String]| header(&parse(&[&members.join(",")]));
        let (long, short) = (member("long", 200), ["a", "b", "c", "d", "e"].map(|key| member(key, 100)));
        let all = [&short[..2], std::slice::from_ref(&long), &short[2..]].concat();
        assert_eq!(sent(&all), short.join(","));
        let shorts: Vec<_> = (0..6).map(|at| member(&format!("k{at}"), 100)).collect();
        assert_eq!(sent(&shorts), shorts[..5].join(","));
        assert_eq!(sent(&[long.clone(), member("other", 250)]), [long, member("other", 250)].join(","));
        let exact = [member("a", 128), member("b", 128), member("c", 128), member("d", 125)];
        assert_eq!(sent(&exact).len(), MAX_CHARS);
        assert_eq!(sent(&exact), exact.join(","));
    }
}
