//! Load-balancing algorithms. They depend on nothing else in this crate: the caller describes the backends as
//! [`Candidate`]s, keeps a [`Turn`] per backend and a [`Selector`] per server.

mod rendezvous;
mod turn;

use std::cmp::Ordering;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

pub use turn::Turn;

/// A load-balancing algorithm, by gobetween's name.
///
/// Each one selects among the candidates with the lowest priority number, and gives a candidate connections in proportion
/// to its weight. A candidate with the weight 0 is selected only if all candidates of its priority have the weight 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Algorithm {
    /// Random (RFC 2782).
    #[default]
    Weight,
    /// In turn. Turns of a backend with a high weight are spread evenly, as by nginx.
    RoundRobin,
    /// The lowest number of active connections per weight; in turn among equals.
    LeastConn,
    /// The lowest bandwidth per weight, both directions added; in turn among equals.
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
    /// The backend's turn, the same one at each selection.
    pub turn: &'a Turn,
}

/// State that carries over from one selection to the next, apart from the backends' turns.
#[derive(Debug, Default)]
pub struct Selector {
    random: fastrand::Rng,
}

impl Selector {
    /// Selects a backend for `client`. Returns an index into `candidates`, or `None` if there are no candidates.
    ///
    /// To select again after a backend failed, call it with the remaining candidates. Selections of one server must not
    /// run concurrently.
    pub fn select(
        &mut self,
        algorithm: Algorithm,
        candidates: &[Candidate<'_>],
        client: IpAddr,
    ) -> Option<usize> {
        let preferred = preferred(candidates);
        match algorithm {
            Algorithm::Weight if candidates[*preferred.first()?].weight > 0 => {
                let sum = preferred.iter().map(|index| u64::from(candidates[*index].weight)).sum();
                index_at_weight(candidates, &preferred, self.random.u64(0..sum))
            }
            Algorithm::Weight | Algorithm::RoundRobin => turn::next(candidates, &preferred),
            Algorithm::LeastConn => turn::next(
                candidates,
                &least(candidates, &preferred, |candidate| candidate.active_connections),
            ),
            Algorithm::LeastBandwidth => {
                turn::next(candidates, &least(candidates, &preferred, |candidate| candidate.bytes_per_second))
            }
            Algorithm::IpHash1 => rendezvous::select(candidates, &preferred, client),
        }
    }
}

/// Indices of the candidates that have the lowest priority number and, unless all of these have the weight 0, a weight.
fn preferred(candidates: &[Candidate<'_>]) -> Vec<usize> {
    let lowest = candidates.iter().map(|candidate| candidate.priority).min();
    let with_weights = |is_included: fn(u32) -> bool| {
        let indices = candidates
            .iter()
            .enumerate()
            .filter(|(_, candidate)| Some(candidate.priority) == lowest && is_included(candidate.weight));
        indices.map(|(index, _)| index).collect::<Vec<_>>()
    };
    let weighted = with_weights(|weight| weight > 0);
    if weighted.is_empty() { with_weights(|_| true) } else { weighted }
}

/// Index of the preferred candidate at `point` when the weights are laid end to end; `None` beyond their sum.
fn index_at_weight(candidates: &[Candidate<'_>], preferred: &[usize], point: u64) -> Option<usize> {
    let mut end = 0;
    preferred.iter().copied().find(|index| {
        end += u64::from(candidates[*index].weight);
        point < end
    })
}

/// The preferred candidates with the lowest load per weight.
fn least(
    candidates: &[Candidate<'_>],
    preferred: &[usize],
    load: impl Fn(&Candidate<'_>) -> u64,
) -> Vec<usize> {
    let mut least: Vec<usize> = Vec::new();
    for &index in preferred {
        let compare = |other: &usize| {
            let (this, other) = (&candidates[index], &candidates[*other]);
            // Multiply crosswise: integer division would lose the remainders.
            let load =
                |one: &Candidate<'_>, by: &Candidate<'_>| u128::from(load(one)) * u128::from(by.share());
            load(this, other).cmp(&load(other, this))
        };
        match least.first().map(compare) {
            Some(Ordering::Greater) => {}
            Some(Ordering::Equal) => least.push(index),
            Some(Ordering::Less) | None => least = vec![index],
        }
    }
    least
}

impl Candidate<'_> {
    /// The weight, or 1 if it is 0: then all preferred candidates have the weight 0 and share equally.
    fn share(&self) -> u32 {
        self.weight.max(1)
    }
}

#[cfg(test)]
mod tests;
