//! The program itself, as a child process.

use std::path::Path;

use testkit::Program;
use tokio::process::Command;

use super::{Client, database};

/// The program with only these environment variables.
pub(crate) fn command(variables: &[(&str, &str)]) -> Command {
    testkit::command(env!("CARGO_BIN_EXE_order-service"), variables)
}

/// Starts it with these variables, on free ports, with its database in that folder.
pub(crate) fn start(folder: &Path, variables: &[(&str, &str)]) -> Program {
    let ports = [("GRPC_SERVER_PORT", "0"), ("METRICS_PORT", "0"), ("ADMIN_PORT", "0")];
    Program::start(command(variables).envs(ports).env("DATABASE", database(folder)))
}

pub(crate) async fn client(program: &Program) -> Client {
    super::client(&program.url("--grpc-server-port", "").await).await
}
