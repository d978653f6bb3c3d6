//! Which answer is wanted.

use http::HeaderMap;
use http::header::ACCEPT;

/// Whether a page is: `text/html` is named, and weighs no less than `application/json`. `*/*` alone is no wish.
pub(super) fn page(headers: &HeaderMap) -> bool {
    let accepted = || headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let weight =
        |kind| accepted().flat_map(|value| value.split(',')).filter_map(|range| weight(range, kind)).max();
    let html = weight("text/html").unwrap_or(0);
    html > 0 && html >= weight("application/json").unwrap_or(0)
}

/// Of this media range, in thousandths, if it is of this kind; 1000 without a `q`, and 0 with a wrong one.
fn weight(range: &str, kind: &str) -> Option<u16> {
    let mut parts = range.split(';').map(str::trim);
    if !parts.next()?.eq_ignore_ascii_case(kind) {
        return None;
    }
    let q = parts.find_map(|parameter| parameter.strip_prefix("q=").or_else(|| parameter.strip_prefix("Q=")));
    let given = q.map_or(Ok(1.0), str::parse::<f64>).unwrap_or(0.0);
    Some((given.clamp(0.0, 1.0) * 1000.0) as u16)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn wants_page(accept: &str) -> bool {
        page(&HeaderMap::from_iter([(ACCEPT, accept.parse().unwrap())]))
    }

    #[test]
    fn a_browser_gets_the_page_and_a_program_json() {
        assert!(wants_page("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"));
        assert!(!wants_page("*/*"));
        assert!(!wants_page("application/json"));
        assert!(!page(&HeaderMap::new()));
    }

    #[test]
    fn weights_decide() {
        assert!(wants_page("application/json;q=0.5, Text/HTML"));
        assert!(wants_page("application/json, text/html"));
        assert!(!wants_page("application/json, text/html; charset=utf-8; q=0.9"));
        assert!(!wants_page("text/html;q=0"));
        assert!(!wants_page("text/html;q=much"));
        assert!(!wants_page("text/html-not"));
    }

    proptest! {
        #[test]
        fn no_header_makes_it_panic(accept in "[ -~]*") {
            wants_page(&accept);
        }
    }
}
