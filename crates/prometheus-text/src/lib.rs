//! Prometheus' text exposition format 0.0.4: read strictly, look up, compare.
//!
//! What a scraper lets pass but the format forbids (a series twice, a family in two places, a
//! page without its last line feed) is an error here: a page that is to be tested must be right.
//!
//! ```
//! let page = prometheus_text::parse("# TYPE calls_total counter\ncalls_total{code=\"OK\"} 2\n")?;
//! assert_eq!(page.value("calls_total", &[("code", "OK")]), Some(2.0));
//! # Ok::<(), prometheus_text::ParseError>(())
//! ```

mod compare;
mod line;
mod model;
mod parse;

pub use compare::{Difference, compare, compare_between};
pub use model::{Exposition, Family, Kind, Labels, Sample};
pub use parse::{ParseError, Problem, parse};
