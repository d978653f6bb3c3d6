//! The `tcp-balancer` program.

use std::process::ExitCode;

use clap::Parser;
use kit::program::{Command, Program};
use tcp_balancer::{Balancer, Settings};
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
    let program = Program { name: "tcp-balancer", version: env!("CARGO_PKG_VERSION"), health_port: port };
    program.run(command, async |registry, shutdown| {
        let hangups = SignalStream::new(signal(SignalKind::hangup())?);
        tcp_balancer::raise_limit();
        let token = settings.token()?;
        let rest = kit::server::bind("--rest-port", port).await?;
        let balancer = Balancer::start(settings.config).await?;
        let grace = settings.shutdown_grace;
        tcp_balancer::run(rest, balancer, token.as_deref(), registry, hangups, grace, shutdown).await?;
        Ok(())
    })
}
