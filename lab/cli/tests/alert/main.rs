//! `lab alert` and `lab restore` as processes, against a pretended lab.

mod fake_lab;
mod fault_is_taken_back;
mod faults_are_listed;
mod grafana_owns_it;
mod round_trip;
mod second_run_is_refused;
