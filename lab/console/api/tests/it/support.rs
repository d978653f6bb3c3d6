//! The console under test, and fakes of the services around it.

mod console;
mod data_sources;
mod lab;
mod services;

pub(crate) use console::{Console, Files, TIMEOUT, problem_of};
pub(crate) use data_sources::{DataSources, HOSTILE, TRACE};
pub(crate) use lab::{FakeLab, mail, rule};
pub(crate) use services::Services;
