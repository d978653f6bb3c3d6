//! A page of the list, newest orders first.
//!
//! A token names the order before the next page instead of an offset: orders that are placed in between shift nothing, and
//! no order is listed twice or missing.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

const DEFAULT_SIZE: u32 = 50;
const MAX_SIZE: u32 = 500;
/// The version of the token's layout; other versions are rejected.
const VERSION: u8 = 1;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Page {
    /// Maximum number of orders.
    pub(crate) size: u32,
    /// Only orders with a smaller sequence number.
    pub(crate) before: i64,
}

impl Default for Page {
    fn default() -> Self {
        Self { size: DEFAULT_SIZE, before: i64::MAX }
    }
}

impl Page {
    /// `None` if the token is not from [`next_token`]. A size of 0 means the default; a larger size than the maximum is reduced
    /// to it.
    pub(crate) fn new(size: u32, token: &str) -> Option<Self> {
        let size = if size == 0 { DEFAULT_SIZE } else { size.min(MAX_SIZE) };
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
    fn the_page_size_is_bounded() {
        for (requested, expected) in [(0, DEFAULT_SIZE), (1, 1), (MAX_SIZE, MAX_SIZE), (u32::MAX, MAX_SIZE)] {
            assert_eq!(Page::new(requested, "").expect("no token").size, expected);
        }
    }

    proptest! {
        #[test]
        fn a_token_selects_the_orders_before_it(seq in 1..i64::MAX) {
            prop_assert_eq!(Page::new(7, &next_token(seq)), Some(Page { size: 7, before: seq }));
        }

        #[test]
        fn an_invalid_token_is_rejected(token in ".{1,40}") {
            if let Some(page) = Page::new(0, &token) {
                prop_assert_eq!(next_token(page.before), token);
            }
        }
    }
}
