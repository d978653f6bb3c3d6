//! Timers, and reporters that push to a fake of InfluxDB.

mod allocations;
mod apis;
mod limits;
mod outage;
mod overflow;
mod rejections;
mod responses;
mod slow;
mod stop;
mod support;
mod timers;
