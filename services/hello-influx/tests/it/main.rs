//! The server from outside, with InfluxDB beside it or not.

mod program;
mod pushes;
mod replies;
mod settings;
mod support;
