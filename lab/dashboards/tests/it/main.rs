//! The crate as its users see it, and as a Grafana answered.

mod buckets_add_up;
mod fixture;
mod frames_as_grafana;
mod interpolation_is_total;
mod provisioned;
mod queries_as_grafana;
mod reduce_by_definition;
mod views;
