//! Content negotiation by `accept`.

use http::HeaderMap;
use http::header::ACCEPT;

/// Whether the client prefers a page: `text/html` is listed with a weight of at least that of `application/json`. `*/*` alone
/// means JSON.
pub(super) fn prefers_page(headers: &HeaderMap) -> bool {
    let accepted = || headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let weight =
        |kind| accepted().flat_map(|value| value.split(',')).filter_map(|range| weight(range, kind)).max();
    let html = weight("text/html").unwrap_or(0);
    html > 0 && html >= weight("application/json").unwrap_or(0)
}

/// The weight of a media range in thousandths if it is of this kind: 1000 without `q`, 0 with an invalid one.
fn weight(range: &str, kind: &str) -> Option<u16> {
    let mut parts = range.split(';').map(str::trim);
    if !parts.next()?.eq_ignore_ascii_case(kind) {
        return None;
    }
    let q = parts.find_map(|parameter| parameter.strip_prefix("q=").or_else(|| parameter.strip_prefix("Q=")));
    let value = q.map_or(Ok(1.0), str::parse::<f64>).unwrap_or(0.0);
    Some((value.clamp(0.0, 1.0) * 1000.0) as u16)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn accepts(accept: &str) -> bool {
        prefers_page(&HeaderMap::from_iter([(ACCEPT, accept.parse().unwrap())]))
    }

    #[test]
    fn a_browser_gets_the_page_and_a_program_json() {
        assert!(accepts("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"));
        assert!(!accepts("*/*"));
        assert!(!accepts("application/json"));
        assert!(!prefers_page(&HeaderMap::new()));
    }

    #[test]
    fn the_weights_select_the_type() {
        assert!(accepts("application/json;q=0.5, Text/HTML"));
        assert!(accepts("application/json, text/html"));
        assert!(!accepts("application/json, text/html; charset=utf-8; q=0.9"));
        assert!(!accepts("text/html;q=0"));
        assert!(!accepts("text/html;q=much"));
        assert!(!accepts("text/html-not"));
    }

    proptest! {
        #[test]
        fn no_header_panics(accept in "[ -~]*") {
            accepts(&accept);
        }
    }
}
