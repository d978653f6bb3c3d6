//! A page of the list, newest orders first.
//!
//! A token says after which order the next page begins, not how many were before it: orders that are placed in between
//! move nothing, and none is shown twice or left out.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

const SIZE: u32 = 50;
const LARGEST: u32 = 500;
/// The token's layout; another one is refused instead of misread.
const VERSION: u8 = 1;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Page {
    /// Orders at most.
    pub(crate) size: u32,
    /// Only orders older than this one.
    pub(crate) before: i64,
}

impl Default for Page {
    fn default() -> Self {
        Self { size: SIZE, before: i64::MAX }
    }
}

impl Page {
    /// `None` if the token is not one of [`next_token`]'s. A size of 0 is the default; one too large is the largest.
    pub(crate) fn new(size: u32, token: &str) -> Option<Self> {
        let size = if size == 0 { SIZE } else { size.min(LARGEST) };
        let before = if token.is_empty() { i64::MAX } else { parse(token)? };
        Some(Self { size, before })
    }
}

/// The token of the page that follows an order.
pub(crate) fn next_token(seq: i64) -> String {
    let mut bytes = vec![VERSION];
    bytes.extend(seq.to_be_bytes());
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

fn parse(token: &str) -> Option<i64> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(token).ok()?;
    let (version, seq) = bytes.split_first()?;
    let seq = i64::from_be_bytes(seq.try_into().ok()?);
    (*version == VERSION && seq > 0).then_some(seq)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn sizes_have_bounds() {
        for (asked, given) in [(0, SIZE), (1, 1), (LARGEST, LARGEST), (u32::MAX, LARGEST)] {
            assert_eq!(Page::new(asked, "").expect("no token").size, given);
        }
    }

    proptest! {
        #[test]
        fn a_token_leads_to_the_orders_before_it(seq in 1..i64::MAX) {
            prop_assert_eq!(Page::new(7, &next_token(seq)), Some(Page { size: 7, before: seq }));
        }

        #[test]
        fn what_is_no_token_is_refused(token in ".{1,40}") {
            if let Some(page) = Page::new(0, &token) {
                prop_assert_eq!(next_token(page.before), token);
            }
        }
    }
}
