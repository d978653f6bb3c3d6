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
    let address = settings.http.local_address(settings.http_port);
    if settings.security.has_https()? {
        kit::health::check_connection(address)?;
    } else {
        kit::health::check(address)?;
    }
    Ok(())
}

fn serve(settings: Settings) -> anyhow::Result<()> {
    settings.check()?;
    let (version, health) = (env!("CARGO_PKG_VERSION"), settings.http.local_address(settings.http_port));
    let program = Program { name: "metrics-sink", version, health };
    program.serve(Registry::new(), async |registry, shutdown| {
        let listeners = Listeners {
            grpc: settings.http.bind("--grpc-port", settings.grpc_port).await?,
            http: settings.http.bind("--http-port", settings.http_port).await?,
        };
        metrics_sink::run(listeners, settings, registry, shutdown).await?;
        Ok(())
    })
}
