//! Prometheus' text exposition format 0.0.4: a strict parser, look-up, comparison and rendering.
//!
//! The parser is for tests of programs that expose metrics. It rejects what Prometheus tolerates although the format
//! forbids it: duplicate series, families whose lines are not contiguous, and a last line without a line feed.
//!
//! ```
//! let exposition = prometheus_text::parse("# TYPE calls_total counter\ncalls_total{code=\"OK\"} 2\n")?;
//! assert_eq!(exposition.value("calls_total", &[("code", "OK")]), Some(2.0));
//! # Ok::<(), prometheus_text::ParseError>(())
//! ```

mod compare;
mod error;
mod line;
mod model;
mod parse;
mod render;

pub use compare::{Difference, compare, compare_between};
pub use error::{ParseError, ParseErrorKind};
pub use model::{Exposition, Family, Kind, Labels, Sample};
pub use parse::parse;

/// Compiles and runs the README's example.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
