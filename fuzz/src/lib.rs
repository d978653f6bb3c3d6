//! Fuzz targets: one function per parser. Each takes arbitrary bytes and panics if the parser breaks its contract.
//!
//! `make fuzz` runs them under libFuzzer; `cargo test -p fuzz` replays the corpora.

/// A target's name, which is also the name of its folder in `corpus/`, and its function.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: &[Target] = &[];
