//! Real calls, and what metrics and spans report of them.

mod agreement;
mod exemplars;
mod go_micro;
mod prometheus;
mod support;
mod trace;
