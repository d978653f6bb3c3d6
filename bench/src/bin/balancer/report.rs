//! Prints the results: medians, and the ratios of the balancer's costs to the other proxies'.

use std::time::Duration;

use crate::idle::MemoryPerConnection;
use crate::subject::Subject;
use crate::turns::{Measure, Measured};

/// Prints one table. A ratio is the median over the turns, ours divided by the other's.
pub(crate) fn measured(measure: Measure, all: &[Measured]) {
    let (title, cpu_unit, rate_unit) = match measure {
        Measure::Bytes => ("bytes, half of them each way", "CPU ms/GB", "Gbit/s"),
        Measure::Connections => ("connections, one round trip each", "CPU us each", "a second"),
        Measure::RoundTrips => ("round trips of 64 bytes", "CPU us each", "a second"),
    };
    let count = (measure.callers() * measure.times()) as f64;
    println!("\n{title:<34} {cpu_unit:>12} {rate_unit:>10}     ours : it, CPU    rate");
    let ours = all.iter().find(|measured| measured.subject == Some(Subject::Balancer));
    for measured in all {
        let name = measured.subject.map_or("no proxy", Subject::name);
        let seconds = median(measured.time.iter().map(Duration::as_secs_f64));
        let rate = match measure {
            Measure::Bytes => count * 8.0 / 1e9 / seconds,
            Measure::Connections | Measure::RoundTrips => count / seconds,
        };
        let decimals = if rate < 100.0 { 1 } else { 0 };
        print!("  {name:<32} ");
        match (measured.subject, median(measured.cpu.iter().map(Duration::as_secs_f64))) {
            (None, _) => print!("{:>12}", "-"),
            (Some(_), cpu) if matches!(measure, Measure::Bytes) => {
                print!("{:>12.0}", cpu * 1e3 / (count / 1e9));
            }
            (Some(_), cpu) => print!("{:>12.1}", cpu * 1e6 / count),
        }
        print!(" {rate:>10.decimals$}");
        match ours {
            Some(ours) if measured.subject.is_some_and(|subject| subject != Subject::Balancer) => {
                let cpu = ratio(&ours.cpu, &measured.cpu);
                // The rate is the inverse of the time.
                let rate = ratio(&measured.time, &ours.time);
                println!(" {cpu:>18.2} {rate:>7.2}");
            }
            _ => println!(),
        }
    }
}

/// Prints the head of the table of idle connections.
pub(crate) fn begin_idle(connections: usize, descriptors: usize) {
    let title = format!("{connections} idle connections");
    println!("\n{title:<34} {:>12} {:>20}", "KB each", "after a round trip");
    if connections < 10_000 {
        println!(
            "  (of 10000: no more than {descriptors} file descriptors here, and a proxy needs two for each)"
        );
    }
}

/// Prints a line of the table of idle connections.
pub(crate) fn idle(subject: Subject, memory: &MemoryPerConnection) {
    println!("  {:<32} {:>12.1} {:>20.1}", subject.name(), memory.unused / 1e3, memory.used / 1e3);
}

fn ratio(ours: &[Duration], other: &[Duration]) -> f64 {
    median(ours.iter().zip(other).map(|(ours, other)| ours.as_secs_f64() / other.as_secs_f64()))
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
