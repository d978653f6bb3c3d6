//! Tests of the command `lab`, its checks, and the files that they read.

mod alert_of_grafana;
mod alert_round_trip;
mod balancer_is_filled;
mod check_grafana;
mod check_panels;
mod check_soak;
mod dashboard_files;
mod exemplar_files;
mod fake_lab;
mod fault_is_cleared;
mod faults_are_listed;
mod grafana_alerting_files;
mod grafana_rules;
mod mail;
mod render;
mod render_mail;
mod render_settings;
mod rendered;
mod second_run_is_refused;
mod support;
