//! The server and its program, with and without InfluxDB.

mod program;
mod pushes;
mod responses;
mod settings;
mod support;
