//! Turns: smooth weighted round robin over a set of candidates that changes from one selection to the next.
//!
//! As in nginx, a selection credits each candidate with its share and charges the selected one. nginx's credits are the
//! weights, so that a selection among few candidates counts less than one among many: if a backend fails and its clients are
//! retried with the others, their shares drift apart. Here, the credits of a selection add up to 1, whoever takes part, and
//! any two candidates that take part in the same selections have exact shares. On a constant set, the sequence is nginx's.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

use super::Candidate;

/// What a backend is owed: its share of the selections that it took part in, minus the selections that it got.
#[derive(Debug, Default)]
pub struct Turn(AtomicU64);

/// Balances that differ by less are equal. It is above the rounding error of a balance and below the share of any weight
/// that matters: the first of equal candidates is selected, so that equal weights take turns in the order of the list.
const TOLERANCE: f64 = 1e-9;

impl Turn {
    fn balance(&self) -> f64 {
        f64::from_bits(self.0.load(Relaxed))
    }

    fn add(&self, credit: f64) {
        self.0.store((self.balance() + credit).to_bits(), Relaxed);
    }
}

/// Selects the candidate that is owed most among those with the indices `members`, and charges it.
pub(super) fn next(candidates: &[Candidate<'_>], members: &[usize]) -> Option<usize> {
    let members = || members.iter().map(|index| (*index, &candidates[*index]));
    let total: f64 = members().map(|(_, candidate)| f64::from(candidate.share())).sum();
    // After a selection, the balances of its candidates add up to 0. Where members have come or gone since, share out the
    // difference: otherwise, those that stay would owe more and more to those that come.
    let owed: f64 = members().map(|(_, candidate)| candidate.turn.balance()).sum();
    for (_, candidate) in members() {
        candidate.turn.add((1.0 - owed) * f64::from(candidate.share()) / total);
    }
    let most = members().map(|(_, candidate)| candidate.turn.balance()).max_by(f64::total_cmp)?;
    let (index, selected) = members().find(|(_, candidate)| candidate.turn.balance() >= most - TOLERANCE)?;
    selected.turn.add(-1.0);
    Some(index)
}
