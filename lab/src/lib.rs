//! The lab's own command: proves what the lab claims, throws faults and waits for their mails.

pub mod alert;
pub mod alertmanager;
mod ask;
pub mod balancer;
pub mod catalogue;
pub mod check;
pub mod clock;
pub mod dashboards;
pub mod docker;
pub mod envoy;
pub mod fetch;
pub mod grafana;
pub mod influxdb;
pub mod jaeger;
pub mod lock;
pub mod maildev;
pub mod order;
pub mod parts;
pub mod prometheus;
pub mod rules;
pub mod service;
pub mod settings;
pub mod table;
pub mod traffic;
pub mod tutorial;
