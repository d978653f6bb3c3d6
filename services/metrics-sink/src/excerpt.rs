//! Names of strangers, for people to read: they can be megabytes long, and no text at all.

use std::fmt;

/// Shows the first bytes of what should be text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Excerpt<'a>(pub(crate) &'a [u8]);

/// In bytes.
const SHOWN: usize = 256;

impl fmt::Display for Excerpt<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = &self.0[..self.0.len().min(SHOWN)];
        for part in shown.utf8_chunks() {
            formatter.write_str(part.valid())?;
            if !part.invalid().is_empty() {
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
    fn what_is_long_or_no_text_is_shown_in_part() {
        assert_eq!(Excerpt("cluster.größe".as_bytes()).to_string(), "cluster.größe");
        assert_eq!(Excerpt(b"a\xffb").to_string(), "a\u{fffd}b");
        assert_eq!(Excerpt(&[b'a'; 257]).to_string(), "a".repeat(256) + "...");
    }
}
