//! The program `echo-server`: parses the settings and runs the library.

use std::process::ExitCode;

use clap::Parser;
use echo_server::Settings;
use kit::program::{Command, Program};

/// Echo server of the gRPC tutorial: returns each message prefixed with "echo ". gRPC, /metrics and /healthz share a port.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    command: Option<Command>,
}

fn main() -> ExitCode {
    let Cli { settings, command } = Cli::parse();
    let port = settings.grpc_server_port;
    let program = Program {
        name: "echo-server",
        version: env!("CARGO_PKG_VERSION"),
        health: settings.http.local_address(port),
    };
    program.run(command, async |registry, shutdown| {
        let listener = settings.http.bind("--grpc-server-port", port).await?;
        echo_server::run(listener, settings, registry, shutdown).await?;
        Ok(())
    })
}
