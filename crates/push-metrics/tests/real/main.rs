//! Comparisons with a real InfluxDB and with Go's reporter.

mod go_reporter;
mod influxdb;
mod line_protocol;
mod responses;
