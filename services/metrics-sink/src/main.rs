//! The program `metrics-sink`; the library documents what it does.

use std::process::ExitCode;

use clap::Parser;
use kit::program::{Command, Program};
use metrics_sink::{Listeners, Settings};
use prometheus::Registry;

/// Receives Envoy's metrics over gRPC and serves them to Prometheus, in the same form as Envoy's own page.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    command: Option<Command>,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    kit::program::exit_code(match cli.command {
        Some(Command::Healthcheck) => check_health(&cli.settings),
        None => serve(cli.settings),
    })
}

fn check_health(settings: &Settings) -> anyhow::Result<()> {
    if settings.security.has_https()? {
        kit::health::check_connection(settings.http_port)?;
    } else {
        kit::health::check(settings.http_port)?;
    }
    Ok(())
}

fn serve(settings: Settings) -> anyhow::Result<()> {
    settings.check()?;
    let version = env!("CARGO_PKG_VERSION");
    let program = Program { name: "metrics-sink", version, health_port: settings.http_port };
    program.serve(Registry::new(), async |registry, shutdown| {
        let listeners = Listeners {
            grpc: kit::server::bind("--grpc-port", settings.grpc_port).await?,
            http: kit::server::bind("--http-port", settings.http_port).await?,
        };
        metrics_sink::run(listeners, settings, registry, shutdown).await?;
        Ok(())
    })
}
