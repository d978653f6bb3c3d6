//! Fuzz targets: one function per parser. Each takes arbitrary bytes and panics if the parser breaks its contract.
//!
//! `make fuzz` runs them under libFuzzer; `cargo test -p fuzz` replays the corpora.

mod sink_frames;
mod sink_wire;

pub use sink_frames::sink_frames;
pub use sink_wire::sink_wire;

/// A target's name, which is also the name of its folder in `corpus/`, and its function.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: &[Target] = &[("sink_frames", sink_frames), ("sink_wire", sink_wire)];
