//! The TCP balancer beside its peers, in turns: what a byte, a connection, a round trip and an idle connection cost.
//!
//! One worker each, all on loopback, with the same far end behind them. The ends share the machine's cores with what
//! is measured, so that rates say less than the processor time of the process itself. Ratios travel, absolute figures
//! do not. Nothing is asserted but that all bytes arrive.

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
    /// The balancer's program; without it, the one beside this program
    #[arg(long, env = "TCP_BALANCER")]
    balancer: Option<PathBuf>,
    /// Measure only this; may be repeated
    #[arg(long, value_enum)]
    only: Vec<Table>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Clone, Copy, Subcommand)]
enum Command {
    /// The far end, a process of its own; it prints its port
    Origin,
}

#[derive(Clone, Copy, ValueEnum)]
enum Table {
    /// Many bytes, on a few connections
    Bytes,
    /// Connections that are opened, used once and closed
    Connections,
    /// Small messages there and back
    RoundTrips,
    /// Memory of connections that do nothing
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
        // A new process: what has worked before holds memory that idle connections do not need.
        let proxy = machine.start(subject)?;
        report::idle(subject, &idle::hold(&proxy, machine.connections()).await?);
    }
    Ok(())
}

/// What there is to measure with.
struct Machine {
    programs: Programs,
    /// Of configurations, and of what the proxies say.
    directory: TempDir,
    descriptors: usize,
}

impl Machine {
    /// How many may be held at once.
    fn connections(&self) -> usize {
        limit::connections(self.descriptors)
    }

    fn start(&self, subject: Subject) -> anyhow::Result<Proxy> {
        let program =
            self.programs.of(subject).with_context(|| format!("{} is not here", subject.program()))?;
        Proxy::start(program, subject, self.directory.path(), self.connections())
    }
}
