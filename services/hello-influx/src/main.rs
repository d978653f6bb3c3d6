//! `hello-influx`: see the library for what it does.

use std::process::ExitCode;

use clap::Parser;
use hello_influx::Config;
use kit::program::{Command, Program};

/// Answers "Hello World!", and pushes how often and how fast to InfluxDB.
#[derive(Parser)]
#[command(version)]
struct Cli {
    /// Port for /, /slow and /healthz; 0 is any free one
    #[arg(long, env = "PORT", value_name = "PORT", default_value = "3000", value_parser = kit::settings::port)]
    port: u16,
    #[command(flatten)]
    config: Config,
    #[command(subcommand)]
    command: Option<Command>,
}

fn main() -> ExitCode {
    let Cli { port, config, command } = Cli::parse();
    let program = Program { name: "hello-influx", version: env!("CARGO_PKG_VERSION"), health_port: port };
    // What is counted is pushed: there is no page to be scraped.
    program.run(command, async |_registry, shutdown| {
        let listener = kit::server::bind("--port", port).await?;
        hello_influx::run(listener, config, shutdown).await?;
        Ok(())
    })
}
