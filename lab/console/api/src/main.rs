//! `console`: parses the settings and runs the library.

use std::process::ExitCode;

use clap::Parser;
use console::Config;
use kit::program::{Command, Program};

/// The console of the lab: topology, tutorials, and Grafana's dashboards drawn from the provisioned files.
#[derive(Parser)]
#[command(version)]
struct Cli {
    /// Port of the pages, their API, /metrics and /healthz; 0 picks a free one
    #[arg(long, env = "CONSOLE_PORT", value_name = "PORT", default_value = "8000", value_parser = kit::settings::port)]
    console_port: u16,
    #[command(flatten)]
    config: Config,
    #[command(subcommand)]
    command: Option<Command>,
}

fn main() -> ExitCode {
    let Cli { console_port: port, config, command } = Cli::parse();
    let health = config.http.local_address(port);
    let program = Program { name: "console", version: env!("CARGO_PKG_VERSION"), health };
    program.run(command, async |registry, shutdown| {
        let listener = config.http.bind("--console-port", port).await?;
        console::run(listener, config, registry, shutdown).await?;
        Ok(())
    })
}
