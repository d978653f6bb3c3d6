//! The `tcp-balancer` program.

use std::process::ExitCode;

use clap::Parser;
use kit::program::{Command, Program};
use tcp_balancer::{Balancer, Rest, Settings};
use tokio::signal::unix::{SignalKind, signal};
use tokio_stream::wrappers::SignalStream;

/// Balances TCP connections over backends, and counts each backend's bytes exactly.
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
    let port = settings.rest_port;
    let health = settings.http.local_address(port);
    let program = Program { name: "tcp-balancer", version: env!("CARGO_PKG_VERSION"), health };
    program.run(command, async |registry, shutdown| {
        let hangups = SignalStream::new(signal(SignalKind::hangup())?);
        tcp_balancer::raise_limit();
        let token = settings.token()?;
        let listener = settings.http.bind("--rest-port", port).await?;
        let rest = Rest { listener, token, http: settings.http };
        let balancer = Balancer::start(settings.config).await?;
        let grace = settings.shutdown_grace;
        tcp_balancer::run(rest, balancer, registry, hangups, grace, shutdown).await?;
        Ok(())
    })
}
