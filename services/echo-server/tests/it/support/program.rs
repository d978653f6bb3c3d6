//! The program as a child process.

use testkit::Program;
use tokio::process::Command;
use tonic::transport::Channel;

/// The program with only these environment variables.
pub(crate) fn command(variables: &[(&str, &str)]) -> Command {
    testkit::command(env!("CARGO_BIN_EXE_echo-server"), variables)
}

/// Starts the program with these variables on a free port.
pub(crate) fn start(variables: &[(&str, &str)]) -> Program {
    Program::start(command(variables).env("GRPC_SERVER_PORT", "0"))
}

pub(crate) async fn channel(program: &Program) -> Channel {
    let endpoint = Channel::from_shared(program.url("--grpc-server-port", "").await).expect("valid address");
    endpoint.connect().await.expect("a connection")
}
