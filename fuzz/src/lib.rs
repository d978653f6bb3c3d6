//! Fuzz targets: one function per parser. Each takes arbitrary bytes and panics if the parser breaks its contract.
//!
//! `make fuzz` runs them under libFuzzer; `cargo test -p fuzz` replays the corpora.

mod balancer_config;
mod dashboard_read;
mod exposition;
mod interpolate;
mod line_protocol;
mod proxy_header;
mod sink_frames;
mod sink_state;
mod sink_wire;

pub use balancer_config::balancer_config;
pub use dashboard_read::dashboard_read;
pub use exposition::exposition;
pub use interpolate::interpolate;
pub use line_protocol::line_protocol;
pub use proxy_header::proxy_header;
pub use sink_frames::sink_frames;
pub use sink_state::sink_state;
pub use sink_wire::sink_wire;

/// A target's name, which is also the name of its folder in `corpus/`, and its function.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: &[Target] = &[
    ("balancer_config", balancer_config),
    ("dashboard_read", dashboard_read),
    ("exposition", exposition),
    ("interpolate", interpolate),
    ("line_protocol", line_protocol),
    ("proxy_header", proxy_header),
    ("sink_frames", sink_frames),
    ("sink_state", sink_state),
    ("sink_wire", sink_wire),
];
