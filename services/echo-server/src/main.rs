//! `echo-server`: see the library for what it does.

use std::process::ExitCode;

use clap::Parser;
use echo_server::Config;
use kit::program::{Command, Program};

/// Answers each message with "echo " in front of it: gRPC, /metrics and /healthz on one port.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(flatten)]
    config: Config,
    #[command(subcommand)]
    command: Option<Command>,
}

fn main() -> ExitCode {
    let Cli { config, command } = Cli::parse();
    let port = config.grpc_server_port;
    let program = Program { name: "echo-server", version: env!("CARGO_PKG_VERSION"), health_port: port };
    program.run(command, async |registry, shutdown| {
        let listener = kit::server::bind("--grpc-server-port", port).await?;
        echo_server::run(listener, config, registry, shutdown).await?;
        Ok(())
    })
}
