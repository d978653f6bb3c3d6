//! The soak: a known number of bytes each way through connections that are cut at random.

/// The server that it adds to the balancer.
pub const SERVER: &str = "soak";
