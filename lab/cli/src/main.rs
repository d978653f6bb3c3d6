//! `lab check`, `lab alert FAULT`, `lab outage`, `lab restore`, `lab catalogue`: the lab's own command, run in the lab's network.

use std::{io::stdout, process::ExitCode, sync::Arc, time::Duration};

use anyhow::Context;
use catalog::Fault;
use clap::{Parser, Subcommand, ValueEnum};
use clients::{Clients, settings::Settings};
use faults::lock::{Lock, LockError};
use lab::{
    alert::{self, AlertError, stop, take_back},
    check::{self, outage},
};

/// As shells report a program that Ctrl-C has ended.
const INTERRUPTED: u8 = 130;

#[derive(Debug, Parser)]
#[command(about, version)]
struct Command {
    #[command(subcommand)]
    what: What,
    #[command(flatten)]
    settings: Settings,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Prove every claim and print the evidence
    Check,
    /// Throw a fault, wait for its mail, take it back, wait for the resolved mail
    Alert {
        /// What to break; `help` lists what there is
        #[arg(value_parser = asked)]
        fault: Asked,
        /// Longest wait for each mail, in seconds
        #[arg(long, env = "LAB_TIMEOUT", default_value_t = 60)]
        timeout: u64,
    },
    /// Stop InfluxDB for a while, and prove that nothing which was pushed is lost
    Outage {
        /// For how long, in seconds
        #[arg(default_value_t = 30, value_parser = clap::value_parser!(u64).range(5..=120))]
        seconds: u64,
    },
    /// Take back a fault that a killed run has left
    Restore,
    /// Print the metrics that the services expose now, as the golden catalogue has them
    Catalogue,
}

/// What `lab alert` was asked for.
#[derive(Clone, Copy, Debug)]
enum Asked {
    Help,
    Fault(Fault),
}

fn asked(name: &str) -> Result<Asked, String> {
    if name == "help" {
        return Ok(Asked::Help);
    }
    Fault::from_str(name, false).map(Asked::Fault).map_err(|_| format!("the faults are\n{}", Fault::list()))
}

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let Command { what, settings } = Command::parse();
    let parts = Clients::new(settings).context("no HTTP client")?;
    let lock = |holder: &str| Lock::acquire(&parts.settings.state, holder);
    let stop = stop::on_signal().context("no signal handlers")?;
    let failed = match what {
        What::Check => {
            let _lock = lock("make check")?;
            match check::run(&parts, &stop, stdout()).await? {
                Some(tally) => tally.failed > 0,
                None => return Ok(ExitCode::from(INTERRUPTED)),
            }
        }
        What::Alert { fault: Asked::Help, .. } => {
            print!("{}", Fault::list());
            false
        }
        What::Alert { fault: Asked::Fault(fault), timeout } => {
            let _lock = lock(&format!("make alert FAULT={}", fault.name()))?;
            let tell = Arc::new(|line: &str| println!("{line}"));
            match alert::run(&parts, fault, Duration::from_secs(timeout), stop, tell).await {
                Err(interrupted @ AlertError::Interrupted) => {
                    eprintln!("{interrupted}");
                    return Ok(ExitCode::from(INTERRUPTED));
                }
                outcome => outcome?.failed > 0,
            }
        }
        What::Outage { seconds } => {
            let _lock = lock("lab outage")?;
            match outage::run(&parts, Duration::from_secs(seconds), &stop, stdout()).await? {
                Some(tally) => tally.failed > 0,
                None => return Ok(ExitCode::from(INTERRUPTED)),
            }
        }
        What::Restore => match lock("make up") {
            Ok(_lock) => {
                for fault in take_back::restore(&parts).await? {
                    println!("took back {fault} that an earlier run left");
                }
                false
            }
            Err(LockError::Held { holder }) => {
                println!("`{holder}` is running in this lab; its fault is left to it");
                false
            }
            Err(error) => return Err(error.into()),
        },
        What::Catalogue => {
            print!("{}", check::catalogue::live(&parts).await.map_err(anyhow::Error::msg)?);
            false
        }
    };
    Ok(ExitCode::from(u8::from(failed)))
}
