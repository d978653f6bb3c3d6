//! Tests of the public API, partly against recorded responses of a Grafana.

mod calculations;
mod foreign;
mod frames;
mod heatmap_buckets;
mod interpolation;
mod provisioned_dashboards;
mod queries;
mod support;
mod views;
