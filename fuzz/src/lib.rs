//! Fuzz targets: one function per parser. Each takes arbitrary bytes and panics if the parser breaks its contract.
//!
//! `make fuzz` runs them under libFuzzer; `cargo test -p fuzz` replays the corpora.

mod balancer_config;
mod exposition;
mod line_protocol;
mod proxy_header;
mod sink_frames;
mod sink_wire;

pub use balancer_config::balancer_config;
pub use exposition::exposition;
pub use line_protocol::line_protocol;
pub use proxy_header::proxy_header;
pub use sink_frames::sink_frames;
pub use sink_wire::sink_wire;

/// A target's name, which is also the name of its folder in `corpus/`, and its function.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: &[Target] = &[
    ("balancer_config", balancer_config),
    ("exposition", exposition),
    ("line_protocol", line_protocol),
    ("proxy_header", proxy_header),
    ("sink_frames", sink_frames),
    ("sink_wire", sink_wire),
];
