//! TCP keep-alive, as `/proc/net/tcp` shows it.

use std::fs;
use std::net::SocketAddr;

use testkit::eventually;

use crate::support::peers::{Peer, round_trip};
use crate::support::{Fixture, TIMEOUT, hello};

/// Length of a second in the unit of the timers in `/proc/net/tcp`.
const TICKS_PER_SECOND: u64 = 100;

/// `address` as `/proc/net/tcp` has it.
fn hexadecimal(address: SocketAddr) -> String {
    let SocketAddr::V4(address) = address else { panic!("{address} is not IPv4") };
    format!("{:08X}:{:04X}", u32::from_le_bytes(address.ip().octets()), address.port())
}

/// Time until the next keep-alive probe of each established connection whose local (1) or remote (2) address is
/// `address`, in ticks; `None` without keep-alive.
fn probes(address: SocketAddr, column: usize) -> Vec<Option<u64>> {
    const ESTABLISHED: &str = "01";
    let table = fs::read_to_string("/proc/net/tcp").expect("the table of sockets");
    let lines = table.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let lines = lines.filter(|line| line[column] == hexadecimal(address) && line[3] == ESTABLISHED);
    let timer = |line: Vec<&str>| {
        let ticks = line[5].strip_prefix("02:")?;
        u64::from_str_radix(ticks, 16).ok()
    };
    lines.map(timer).collect()
}

#[tokio::test]
async fn both_sides_of_an_idle_connection_are_probed_within_15_seconds() {
    let backend = Peer::echo().await;
    let fixture = Fixture::start(&hello(&[backend.addr], "")).await;
    let mut client = fixture.connect().await;
    round_trip(&mut client, b"hello").await;
    let is_probed = |probes: Vec<Option<u64>>| {
        probes.len() == 1 && probes[0].is_some_and(|ticks| ticks <= 15 * TICKS_PER_SECOND)
    };
    // The connections' other ends, which the test has, are in the table too, with the columns exchanged.
    eventually(TIMEOUT, async || is_probed(probes(fixture.addr(), 1))).await;
    eventually(TIMEOUT, async || is_probed(probes(backend.addr, 2))).await;
}
