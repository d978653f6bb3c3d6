//! Bytes as one party counted them, and what must be true of three parties' counts.

use std::collections::BTreeMap;

/// Bytes of one party.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    /// From the clients to the back ends.
    pub(super) up: u64,
    /// From the back ends to the clients.
    pub(super) down: u64,
    /// Both, for each back end by its port, where the party can tell.
    pub(super) each: BTreeMap<u16, [u64; 2]>,
}

impl Counts {
    pub(super) fn add(&mut self, other: &Self) {
        self.up += other.up;
        self.down += other.down;
    }

    /// What was counted since an earlier reading of the same counters; a back end that had nothing to do is left out, for
    /// the balancer still tells of an earlier soak's.
    pub(super) fn since(&self, before: &Self) -> Self {
        let each = self.each.iter().map(|(port, [up, down])| {
            let [up_before, down_before] = before.each.get(port).copied().unwrap_or_default();
            (*port, [up.saturating_sub(up_before), down.saturating_sub(down_before)])
        });
        let each = each.filter(|(_, moved)| *moved != [0, 0]);
        Self {
            up: self.up.saturating_sub(before.up),
            down: self.down.saturating_sub(before.down),
            each: each.collect(),
        }
    }
}

/// All three parties count the same, in all and for each back end.
pub(super) fn judge_equal(clients: &Counts, balancer: &Counts, backends: &Counts) -> Result<String, String> {
    let totals = |counts: &Counts| (counts.up, counts.down);
    if totals(clients) != totals(balancer) || totals(balancer) != totals(backends) {
        return Err(told(clients, balancer, backends));
    }
    if balancer.each != backends.each {
        return Err(format!(
            "by port [up, down]: the balancer {:?}, the back ends {:?}",
            balancer.each, backends.each
        ));
    }
    if clients.up == 0 || clients.down == 0 || backends.each.values().any(|each| each.contains(&0)) {
        return Err(format!("not every way was used: {:?}", backends.each));
    }
    Ok(format!(
        "{} bytes up and {} down at clients, balancer and {} back ends, each for itself too",
        clients.up,
        clients.down,
        backends.each.len()
    ))
}

/// Each party counts at most what the one before it on the way did.
pub(super) fn judge_bounded(
    clients: &Counts,
    balancer: &Counts,
    backends: &Counts,
) -> Result<String, String> {
    let up = clients.up >= balancer.up && balancer.up >= backends.up;
    let down = backends.down >= balancer.down && balancer.down >= clients.down;
    if !(up && down) || backends.up == 0 || clients.down == 0 {
        return Err(told(clients, balancer, backends));
    }
    Ok(format!(
        "up {} >= {} >= {}, down {} >= {} >= {}: sent, balancer, received",
        clients.up, balancer.up, backends.up, backends.down, balancer.down, clients.down
    ))
}

fn told(clients: &Counts, balancer: &Counts, backends: &Counts) -> String {
    format!(
        "up: clients sent {}, balancer {}, back ends got {}; down: back ends sent {}, balancer {}, clients got {}",
        clients.up, balancer.up, backends.up, backends.down, balancer.down, clients.down
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(up: u64, down: u64) -> Counts {
        Counts { up, down, each: [(1, [up, down])].into() }
    }

    #[test]
    fn one_byte_more_or_less_anywhere_is_not_equal() {
        let same = counts(10, 20);
        assert!(judge_equal(&same, &same, &same).is_ok());
        for other in [counts(11, 20), counts(10, 19)] {
            assert!(judge_equal(&other, &same, &same).is_err());
            assert!(judge_equal(&same, &other, &same).is_err());
            assert!(judge_equal(&same, &same, &other).is_err());
        }
    }

    #[test]
    fn back_ends_whose_bytes_are_mixed_up_are_not_equal() {
        let of = |each: [(u16, [u64; 2]); 2]| Counts { up: 3, down: 30, each: each.into() };
        let (right, wrong) = (of([(1, [1, 10]), (2, [2, 20])]), of([(1, [2, 20]), (2, [1, 10])]));
        assert!(judge_equal(&right, &right, &right).is_ok());
        assert!(judge_equal(&right, &wrong, &right).is_err());
    }

    #[test]
    fn a_reset_may_lose_bytes_on_the_way_but_never_make_any() {
        let (sent, passed, got) = (counts(10, 3), counts(9, 4), counts(8, 5));
        assert!(judge_bounded(&sent, &passed, &got).is_ok());
        assert!(judge_bounded(&sent, &counts(11, 4), &got).is_err());
        assert!(judge_bounded(&sent, &counts(7, 4), &got).is_err());
        assert!(judge_bounded(&sent, &counts(9, 6), &got).is_err());
        assert!(judge_bounded(&counts(10, 0), &counts(9, 0), &counts(8, 0)).is_err());
    }

    #[test]
    fn what_was_counted_before_does_not_count() {
        let since = counts(10, 20).since(&counts(4, 5));
        assert_eq!(since, counts(6, 15));
        assert!(counts(10, 20).since(&counts(10, 20)).each.is_empty());
    }
}
