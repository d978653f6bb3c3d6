//! The crate as its users see it, and as a Grafana answered.

mod provisioned;
