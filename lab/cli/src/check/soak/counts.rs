//! The bytes that clients, balancer and backends count, and comparisons of them.

use std::collections::BTreeMap;

use crate::table::Failure;

/// The bytes that one of the three counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    /// Bytes from the clients to the backends.
    pub(super) up: u64,
    /// Bytes from the backends to the clients.
    pub(super) down: u64,
    /// `[up, down]` by the backend's port; empty for the clients.
    pub(super) by_port: BTreeMap<u16, [u64; 2]>,
}

impl Counts {
    pub(super) fn add(&mut self, other: &Self) {
        self.up += other.up;
        self.down += other.down;
    }

    /// The increase since an earlier reading. Backends without an increase are omitted, because the balancer still reports
    /// those of earlier runs.
    pub(super) fn since(&self, before: &Self) -> Self {
        let by_port = self.by_port.iter().map(|(port, [up, down])| {
            let [up_before, down_before] = before.by_port.get(port).copied().unwrap_or_default();
            (*port, [up.saturating_sub(up_before), down.saturating_sub(down_before)])
        });
        let by_port = by_port.filter(|(_, bytes)| *bytes != [0, 0]);
        Self {
            up: self.up.saturating_sub(before.up),
            down: self.down.saturating_sub(before.down),
            by_port: by_port.collect(),
        }
    }
}

/// All three must count the same, in total and per backend.
pub(super) fn evaluate_equal(
    clients: &Counts,
    balancer: &Counts,
    backends: &Counts,
) -> Result<String, Failure> {
    let totals = |counts: &Counts| (counts.up, counts.down);
    if totals(clients) != totals(balancer) || totals(balancer) != totals(backends) {
        return Err(describe(clients, balancer, backends).into());
    }
    if balancer.by_port != backends.by_port {
        return Err(format!(
            "by port [up, down]: balancer {:?}, backends {:?}",
            balancer.by_port, backends.by_port
        )
        .into());
    }
    if clients.up == 0 || clients.down == 0 || backends.by_port.values().any(|bytes| bytes.contains(&0)) {
        return Err(format!("not every backend was used in both directions: {:?}", backends.by_port).into());
    }
    Ok(format!(
        "{} bytes up and {} down at clients, balancer and {} backends, in total and per backend",
        clients.up,
        clients.down,
        backends.by_port.len()
    ))
}

/// Each must count at most as much as the one before it on the path.
pub(super) fn evaluate_bounded(
    clients: &Counts,
    balancer: &Counts,
    backends: &Counts,
) -> Result<String, Failure> {
    let up = clients.up >= balancer.up && balancer.up >= backends.up;
    let down = backends.down >= balancer.down && balancer.down >= clients.down;
    if !(up && down) || backends.up == 0 || clients.down == 0 {
        return Err(describe(clients, balancer, backends).into());
    }
    Ok(format!(
        "up {} >= {} >= {}, down {} >= {} >= {}: sent, balancer, received",
        clients.up, balancer.up, backends.up, backends.down, balancer.down, clients.down
    ))
}

fn describe(clients: &Counts, balancer: &Counts, backends: &Counts) -> String {
    format!(
        "up: clients sent {}, balancer {}, backends received {}; down: backends sent {}, balancer {}, clients received {}",
        clients.up, balancer.up, backends.up, backends.down, balancer.down, clients.down
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(up: u64, down: u64) -> Counts {
        Counts { up, down, by_port: [(1, [up, down])].into() }
    }

    #[test]
    fn one_byte_more_or_less_fails() {
        let same = counts(10, 20);
        assert!(evaluate_equal(&same, &same, &same).is_ok());
        for other in [counts(11, 20), counts(10, 19)] {
            assert!(evaluate_equal(&other, &same, &same).is_err());
            assert!(evaluate_equal(&same, &other, &same).is_err());
            assert!(evaluate_equal(&same, &same, &other).is_err());
        }
    }

    #[test]
    fn bytes_attributed_to_the_wrong_backend_fail() {
        let of = |by_port: [(u16, [u64; 2]); 2]| Counts { up: 3, down: 30, by_port: by_port.into() };
        let (right, wrong) = (of([(1, [1, 10]), (2, [2, 20])]), of([(1, [2, 20]), (2, [1, 10])]));
        assert!(evaluate_equal(&right, &right, &right).is_ok());
        assert!(evaluate_equal(&right, &wrong, &right).is_err());
    }

    #[test]
    fn a_reset_may_lose_bytes_but_not_add_any() {
        let (sent, passed, got) = (counts(10, 3), counts(9, 4), counts(8, 5));
        assert!(evaluate_bounded(&sent, &passed, &got).is_ok());
        assert!(evaluate_bounded(&sent, &counts(11, 4), &got).is_err());
        assert!(evaluate_bounded(&sent, &counts(7, 4), &got).is_err());
        assert!(evaluate_bounded(&sent, &counts(9, 6), &got).is_err());
        assert!(evaluate_bounded(&counts(10, 0), &counts(9, 0), &counts(8, 0)).is_err());
    }

    #[test]
    fn an_increase_excludes_earlier_bytes() {
        let since = counts(10, 20).since(&counts(4, 5));
        assert_eq!(since, counts(6, 15));
        assert!(counts(10, 20).since(&counts(10, 20)).by_port.is_empty());
    }
}
