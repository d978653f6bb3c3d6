//! Compares the TCP balancer with other proxies: the cost of a byte, a connection, a round trip and an idle connection.
//!
//! Each proxy has one worker and an origin of its own, all on loopback. Clients and origins share the machine's cores
//! with the proxy, so its CPU time is more significant than its rate. Ratios are comparable between machines, absolute
//! figures are not. The only assertion is that all bytes arrive.

mod client;
mod idle;
mod limit;
mod origin;
mod process;
mod programs;
mod report;
mod request;
mod subject;
mod turns;

use std::path::PathBuf;

use anyhow::Context;
use clap::{Parser, Subcommand, ValueEnum};
use process::Proxy;
use programs::Programs;
use subject::Subject;
use tempfile::TempDir;
use turns::{Measure, Target};

#[derive(Parser)]
struct Cli {
    /// The balancer's program; by default the one in this program's directory
    #[arg(long, env = "TCP_BALANCER")]
    balancer: Option<PathBuf>,
    /// Print only this table; may be repeated
    #[arg(long, value_enum)]
    only: Vec<Table>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Clone, Copy, Subcommand)]
enum Command {
    /// Serve as the origin behind a proxy, and print the port
    Origin,
}

#[derive(Clone, Copy, ValueEnum)]
enum Table {
    /// Bulk transfer on a few connections
    Bytes,
    /// Connections that are opened, used once and closed
    Connections,
    /// Round trips of small messages
    RoundTrips,
    /// Memory of idle connections
    Idle,
}

fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    match cli.command {
        Some(Command::Origin) => runtime.block_on(origin::serve()),
        None => runtime.block_on(compare(cli)),
    }
}

async fn compare(cli: Cli) -> anyhow::Result<()> {
    let machine = Machine {
        programs: Programs::find(cli.balancer)?,
        directory: tempfile::tempdir()?,
        descriptors: limit::raise()?,
    };
    println!("tcp-balancer beside its peers: one worker each, loopback, medians of {} turns", turns::TURNS);
    let mut targets = vec![Target::direct()?];
    for subject in Subject::ALL {
        match machine.start(subject) {
            Ok(proxy) => targets.push(Target::through(subject, proxy)),
            Err(reason) if subject.is_peer() => println!("not measured: {}: {reason:#}", subject.name()),
            Err(reason) => return Err(reason),
        }
    }
    let only = if cli.only.is_empty() { Table::value_variants() } else { &cli.only };
    for table in only {
        let measure = match table {
            Table::Bytes => Measure::Bytes,
            Table::Connections => Measure::Connections,
            Table::RoundTrips => Measure::RoundTrips,
            Table::Idle => {
                idle(&machine, &targets).await?;
                continue;
            }
        };
        report::measured(measure, &turns::run(measure, &targets).await?);
    }
    Ok(())
}

async fn idle(machine: &Machine, targets: &[Target]) -> anyhow::Result<()> {
    report::begin_idle(machine.connections(), machine.descriptors);
    for subject in targets.iter().filter_map(|target| target.subject).filter(|subject| subject.is_default()) {
        // A new process: one that has carried load keeps memory that idle connections do not need.
        let proxy = machine.start(subject)?;
        report::idle(subject, &idle::measure(&proxy, machine.connections()).await?);
    }
    Ok(())
}

/// The machine's programs and limits.
struct Machine {
    programs: Programs,
    /// Holds the proxies' configurations and logs.
    directory: TempDir,
    /// The limit of file descriptors per process.
    descriptors: usize,
}

impl Machine {
    /// Number of idle connections to hold.
    fn connections(&self) -> usize {
        limit::connections(self.descriptors)
    }

    fn start(&self, subject: Subject) -> anyhow::Result<Proxy> {
        let program =
            self.programs.of(subject).with_context(|| format!("{} is not here", subject.program()))?;
        Proxy::start(program, subject, self.directory.path(), self.connections())
    }
}
