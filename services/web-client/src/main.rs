//! The program `web-client`: see the library.

use std::process::ExitCode;

use clap::Parser;
use kit::program::{Command, Program};
use web_client::Config;

/// The echo tutorial's web client: a page, and /echo?m=..., which call the gRPC server.
#[derive(Parser)]
#[command(version)]
struct Cli {
    /// Port for the page, /echo, /metrics and /healthz; 0 for any free port
    #[arg(long, env = "GRPC_CLIENT_PORT", value_name = "PORT", default_value = "8081", value_parser = kit::settings::port)]
    grpc_client_port: u16,
    #[command(flatten)]
    config: Config,
    #[command(subcommand)]
    command: Option<Command>,
}

fn main() -> ExitCode {
    let Cli { grpc_client_port: port, config, command } = Cli::parse();
    let health = config.http.local_address(port);
    let program = Program { name: "web-client", version: env!("CARGO_PKG_VERSION"), health };
    program.run(command, async |registry, shutdown| {
        let listener = config.http.bind("--grpc-client-port", port).await?;
        web_client::run(listener, config, registry, shutdown).await?;
        Ok(())
    })
}
