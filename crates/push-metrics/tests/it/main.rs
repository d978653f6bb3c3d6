//! The crate from outside: timers as they are used, and a reporter beside an InfluxDB that does all sorts of things.

mod allocations;
mod apis;
mod outage;
mod overflow;
mod refusals;
mod stop;
mod support;
mod timers;
