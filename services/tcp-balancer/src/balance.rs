//! Load-balancing algorithms. They depend on nothing else in this crate: the caller describes the backends as
//! [`Candidate`]s and keeps one [`Selector`] per server.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

/// A load-balancing algorithm, by gobetween's name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Algorithm {
    /// Weighted random among the candidates with the lowest priority number (RFC 2782).
    #[default]
    Weight,
    /// Each candidate in turn.
    RoundRobin,
    /// The candidate with the fewest active connections; round robin among equals.
    LeastConn,
    /// The candidate with the lowest bandwidth, both directions added; round robin among equals.
    LeastBandwidth,
    /// Rendezvous hashing of the client's address: a client keeps its backend, and removing a backend moves only that
    /// backend's clients.
    IpHash1,
}

/// A backend that may be selected.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'a> {
    /// Host name or address. With the port, it identifies the backend to [`Algorithm::IpHash1`].
    pub host: &'a str,
    /// TCP port.
    pub port: u16,
    /// Share of the connections relative to the other candidates of the same priority.
    pub weight: u32,
    /// Candidates with the lowest number are preferred.
    pub priority: u32,
    /// Connections that are open or being opened.
    pub active_connections: u64,
    /// Current bandwidth, both directions added.
    pub bytes_per_second: u64,
}

/// State that carries over from one selection to the next.
#[derive(Debug, Default)]
pub struct Selector {
    next: usize,
    random: fastrand::Rng,
}

impl Selector {
    /// Selects a backend for `client`. Returns an index into `candidates`, or `None` if there are no candidates.
    pub fn select(
        &mut self,
        algorithm: Algorithm,
        candidates: &[Candidate<'_>],
        client: IpAddr,
    ) -> Option<usize> {
        match algorithm {
            Algorithm::Weight => self.weighted_random(candidates),
            Algorithm::RoundRobin => self.round_robin(candidates.len()),
            Algorithm::LeastConn => self.least(candidates, |candidate| candidate.active_connections),
            Algorithm::LeastBandwidth => self.least(candidates, |candidate| candidate.bytes_per_second),
            Algorithm::IpHash1 => {
                let scores = candidates.iter().map(|candidate| rendezvous_score(client, candidate));
                scores.enumerate().max_by_key(|(_, score)| *score).map(|(index, _)| index)
            }
        }
    }

    fn round_robin(&mut self, count: usize) -> Option<usize> {
        let index = self.next.checked_rem(count)?;
        self.next = index + 1;
        Some(index)
    }

    fn least(&mut self, candidates: &[Candidate<'_>], load: impl Fn(&Candidate<'_>) -> u64) -> Option<usize> {
        let least = candidates.iter().map(&load).min()?;
        let equals: Vec<_> =
            (0..candidates.len()).filter(|index| load(&candidates[*index]) == least).collect();
        let index = self.round_robin(equals.len())?;
        Some(equals[index])
    }

    fn weighted_random(&mut self, candidates: &[Candidate<'_>]) -> Option<usize> {
        let sum = preferred_weights(candidates).map(|(_, weight)| weight).sum::<u64>();
        if sum > 0 {
            return index_at_weight(candidates, self.random.u64(0..sum));
        }
        // RFC 2782 allows all weights to be 0.
        let count = preferred_weights(candidates).count();
        let index = self.round_robin(count)?;
        preferred_weights(candidates).nth(index).map(|(index, _)| index)
    }
}

/// Index and weight of each candidate that has the lowest priority number.
fn preferred_weights(candidates: &[Candidate<'_>]) -> impl Iterator<Item = (usize, u64)> {
    let lowest = candidates.iter().map(|candidate| candidate.priority).min();
    let preferred =
        candidates.iter().enumerate().filter(move |(_, candidate)| Some(candidate.priority) == lowest);
    preferred.map(|(index, candidate)| (index, u64::from(candidate.weight)))
}

/// Index of the candidate at `point` when the preferred weights are laid end to end; `None` beyond their sum.
fn index_at_weight(candidates: &[Candidate<'_>], point: u64) -> Option<usize> {
    let mut end = 0;
    preferred_weights(candidates).find_map(|(index, weight)| {
        end += weight;
        (point < end).then_some(index)
    })
}

/// The score is the same in every process, so that a restart does not move clients to other backends.
fn rendezvous_score(client: IpAddr, candidate: &Candidate<'_>) -> u64 {
    let mut hash = Fnv1a::new();
    match client.to_canonical() {
        IpAddr::V4(address) => hash.add(&address.octets()),
        IpAddr::V6(address) => hash.add(&address.octets()),
    }
    hash.add(candidate.host.as_bytes());
    hash.add(&candidate.port.to_be_bytes());
    hash.finish()
}

/// 64-bit FNV-1a (RFC 9923) with a finalizer.
struct Fnv1a(u64);

impl Fnv1a {
    fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    /// Applies `SplitMix64`'s finalizer: in FNV-1a, the last bytes barely affect the high bits, which decide how scores
    /// compare.
    fn finish(self) -> u64 {
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

#[cfg(test)]
mod tests;
