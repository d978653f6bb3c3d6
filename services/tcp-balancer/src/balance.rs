//! Choosing a back end.

mod hash;

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::config::{Share, Target};

/// How a back end is chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Balance {
    /// At random by weight, among those of the lowest priority number (as RFC 2782 has it).
    #[default]
    Weight,
    /// In turns.
    RoundRobin,
    /// The one with the fewest connections; in turns among equals.
    LeastConn,
    /// The one with the fewest bytes per second both ways over the last window; in turns among equals.
    LeastBandwidth,
    /// By the client's address: the same client, the same back end. Without it, only its own clients move.
    IpHash1,
}

/// What is known of a back end that may be chosen.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Candidate<'a> {
    pub(crate) target: &'a Target,
    pub(crate) share: Share,
    pub(crate) active: u64,
    /// In bytes per second.
    pub(crate) bandwidth: u64,
}

/// What the choice depends on besides the candidates.
#[derive(Debug, Default)]
pub(crate) struct Turns {
    next: usize,
    random: fastrand::Rng,
}

impl Turns {
    /// The number of one of `candidates`; none if there are none.
    pub(crate) fn choose(
        &mut self,
        balance: Balance,
        candidates: &[Candidate<'_>],
        client: IpAddr,
    ) -> Option<usize> {
        match balance {
            Balance::Weight => self.by_weight(candidates),
            Balance::RoundRobin => self.in_turn(candidates.len()),
            Balance::LeastConn => self.least(candidates, |candidate| candidate.active),
            Balance::LeastBandwidth => self.least(candidates, |candidate| candidate.bandwidth),
            Balance::IpHash1 => {
                let scores = candidates.iter().map(|candidate| hash::score(client, candidate.target));
                scores.enumerate().max_by_key(|(_, score)| *score).map(|(index, _)| index)
            }
        }
    }

    fn in_turn(&mut self, count: usize) -> Option<usize> {
        let turn = self.next.checked_rem(count)?;
        self.next = turn + 1;
        Some(turn)
    }

    fn least(&mut self, candidates: &[Candidate<'_>], load: impl Fn(&Candidate<'_>) -> u64) -> Option<usize> {
        let least = candidates.iter().map(&load).min()?;
        let equals: Vec<_> =
            (0..candidates.len()).filter(|index| load(&candidates[*index]) == least).collect();
        let turn = self.in_turn(equals.len())?;
        Some(equals[turn])
    }

    fn by_weight(&mut self, candidates: &[Candidate<'_>]) -> Option<usize> {
        let sum = weights(candidates).map(|(_, weight)| weight).sum::<u64>();
        if sum > 0 {
            return at_weight(candidates, self.random.u64(0..sum));
        }
        // RFC 2782 allows for weights of 0 alone.
        let count = weights(candidates).count();
        let turn = self.in_turn(count)?;
        weights(candidates).nth(turn).map(|(index, _)| index)
    }
}

/// The candidates of the lowest priority, and their weights.
fn weights(candidates: &[Candidate<'_>]) -> impl Iterator<Item = (usize, u64)> {
    let lowest = candidates.iter().map(|candidate| candidate.share.priority).min();
    let all = candidates.iter().map(|candidate| candidate.share).enumerate();
    all.filter(move |(_, share)| Some(share.priority) == lowest)
        .map(|(index, share)| (index, u64::from(share.weight)))
}

/// Whose part of the sum of weights this point is in.
fn at_weight(candidates: &[Candidate<'_>], point: u64) -> Option<usize> {
    let mut end = 0;
    weights(candidates).find_map(|(index, weight)| {
        end += weight;
        (point < end).then_some(index)
    })
}

#[cfg(test)]
mod tests;
