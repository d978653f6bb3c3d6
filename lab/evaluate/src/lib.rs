//! Does Grafana's work without Grafana: sends the queries of panels, and evaluates provisioned alert rules.

pub mod grafana_rules;
pub mod panel;
