//! Parses `StreamMetricsMessage` in place: no message is built and nothing is copied.

mod distribution;
mod fields;
mod message;
mod metric;

pub use distribution::{Bucket, Distribution, Quantile};
pub use fields::WireError;
pub use message::{Families, Family, Message, Node};
pub use metric::{Kind, Label, Metric, Sample};

use std::fmt;

/// Displays the first 256 bytes of a name or value from the wire, which can be megabytes long and need not be UTF-8.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Excerpt<'a>(pub(crate) &'a [u8]);

const EXCERPT_BYTES: usize = 256;

impl fmt::Display for Excerpt<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = &self.0[..self.0.len().min(EXCERPT_BYTES)];
        for chunk in shown.utf8_chunks() {
            formatter.write_str(chunk.valid())?;
            if !chunk.invalid().is_empty() {
                formatter.write_str("\u{fffd}")?;
            }
        }
        if shown.len() < self.0.len() { formatter.write_str("...") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn excerpts_are_truncated_and_invalid_utf8_is_replaced() {
        assert_eq!(Excerpt("cluster.größe".as_bytes()).to_string(), "cluster.größe");
        assert_eq!(Excerpt(b"a\xffb").to_string(), "a\u{fffd}b");
        assert_eq!(Excerpt(&[b'a'; 257]).to_string(), "a".repeat(256) + "...");
    }
}
