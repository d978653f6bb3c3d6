//! The compression of a page, chosen by the header `Accept-Encoding` (RFC 9110, section 12.5.3).

use http::HeaderMap;
use http::header::ACCEPT_ENCODING;

use super::accept;

/// A content coding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    Zstd,
    Gzip,
    Identity,
}

/// In the order of preference: zstd takes less time than gzip.
const CODINGS: [Coding; 3] = [Coding::Zstd, Coding::Gzip, Coding::Identity];

impl Coding {
    /// The accepted coding with the highest weight; `None` if the client accepts none of them.
    pub(super) fn negotiate(headers: &HeaderMap) -> Option<Self> {
        let Some(list) = accept::parse(headers, ACCEPT_ENCODING) else { return Some(Self::Identity) };
        let weight = |coding: Self| {
            let listed = |value: &str| list.iter().find(|element| element.value == value);
            // Some old clients send the alias.
            let alias = (coding == Self::Gzip).then_some("x-gzip");
            let element = listed(coding.name()).or_else(|| listed(alias?)).or_else(|| listed("*"));
            match (element, coding) {
                (Some(element), _) => (element.weight > 0).then_some(element.weight),
                // Acceptable unless refused, but any listed coding is better.
                (None, Self::Identity) => Some(0),
                (None, _) => None,
            }
        };
        let weighted = CODINGS.into_iter().rev().filter_map(|coding| Some((weight(coding)?, coding)));
        // The last maximum wins: the iterator ends with the preferred coding.
        weighted.max_by_key(|(weight, _)| *weight).map(|(_, coding)| coding)
    }

    /// The name in HTTP headers.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Zstd => "zstd",
            Self::Gzip => "gzip",
            Self::Identity => "identity",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_coding_is_the_accepted_one_with_the_highest_weight() {
        for (accept, coding) in [
            ("gzip", Some(Coding::Gzip)),
            ("GZip", Some(Coding::Gzip)),
            ("x-gzip", Some(Coding::Gzip)),
            ("zstd", Some(Coding::Zstd)),
            ("gzip, deflate, br, zstd", Some(Coding::Zstd)),
            ("gzip;q=1.0, zstd;q=0.5", Some(Coding::Gzip)),
            ("gzip;q=0.001", Some(Coding::Gzip)),
            ("gzip;q=0", Some(Coding::Identity)),
            ("gzip;q=0.5, identity", Some(Coding::Identity)),
            ("gzip, identity", Some(Coding::Gzip)),
            ("gzip;q=0.5, identity;q=0.5", Some(Coding::Gzip)),
            ("deflate, br", Some(Coding::Identity)),
            ("", Some(Coding::Identity)),
            ("identity", Some(Coding::Identity)),
            ("*", Some(Coding::Zstd)),
            ("*, zstd;q=0", Some(Coding::Gzip)),
            ("*;q=0.1, gzip;q=0.5", Some(Coding::Gzip)),
            ("identity;q=0, gzip", Some(Coding::Gzip)),
            ("identity;q=0, *", Some(Coding::Zstd)),
            ("*;q=0, gzip", Some(Coding::Gzip)),
            ("*;q=0, identity", Some(Coding::Identity)),
            ("*;q=0", None),
            ("identity;q=0", None),
            ("identity;q=0, br", None),
            ("gzip;q=x", Some(Coding::Identity)),
        ] {
            let headers = HeaderMap::from_iter([(ACCEPT_ENCODING, accept.parse().expect("a header value"))]);
            assert_eq!(Coding::negotiate(&headers), coding, "{accept}");
        }
        assert_eq!(Coding::negotiate(&HeaderMap::new()), Some(Coding::Identity));
    }
}
