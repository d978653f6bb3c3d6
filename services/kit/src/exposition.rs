//! Pages for Prometheus: format by `Accept`, compression by `Accept-Encoding`, and OpenMetrics from a registry.
//!
//! [`ScrapeRequest`] extracts what the client accepts and makes the response, so that every page negotiates in the same
//! way. [`MetricsPage`] renders a registry; [`write_metadata`] and [`push_float`] are for pages that render themselves.

mod accept;
mod coding;
mod compression;
mod exemplar;
mod format;
mod metadata;
mod number;
mod open_metrics;
mod page;
mod recent_exemplars;
mod request;

pub use exemplar::Exemplar;
pub use format::Format;
pub use metadata::{Kind, write_metadata};
pub use number::push_float;
pub use page::MetricsPage;
pub use recent_exemplars::RecentExemplars;
pub use request::ScrapeRequest;

/// The last line of a page in OpenMetrics.
pub const OPEN_METRICS_END: &[u8] = b"# EOF\n";
