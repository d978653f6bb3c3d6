//! Detects counters that contradict `SINK_COUNTERS`.
//!
//! Cumulative counters fall only when Envoy re-creates them, as a few do after a configuration update. Deltas fall in
//! every other flush. The stream does not say which of the two Envoy sends.

use std::collections::HashMap;

use super::context::Temporality;

/// How the counters of a node change from flush to flush.
#[derive(Debug, Default)]
pub(crate) struct CounterChanges {
    /// Counters of the current flush that are higher, and lower, than before.
    rises: u32,
    falls: u32,
    /// The last flushes in which counters changed, the newest in the lowest bit: whether many fell.
    falling: u8,
    /// Consecutive flushes in which counters rose and none fell.
    rising: u32,
    /// The last deltas of some counters, by fingerprint.
    deltas: HashMap<u64, f64>,
}

/// Flushes with falling counters, of the last eight with changes, that contradict `cumulative`.
const MAX_FALLING: u32 = 3;

/// Consecutive flushes with rising counters only that are compatible with `delta`.
const MAX_RISING: u32 = 9;

/// Counters observed with `delta`. The totals do not reveal what was sent, so each needs memory of its own.
const MAX_OBSERVED_DELTAS: usize = 64;

impl CounterChanges {
    /// Records a cumulative counter and its value in an earlier flush.
    #[inline]
    pub(crate) fn record(&mut self, before: f64, now: f64) {
        self.rises += u32::from(now > before);
        self.falls += u32::from(now < before);
    }

    /// Records a delta.
    pub(crate) fn record_delta(&mut self, fingerprint: u64, now: f64) {
        if let Some(before) = self.deltas.get_mut(&fingerprint) {
            let before = std::mem::replace(before, now);
            self.record(before, now);
        } else if now > 0.0 && self.deltas.len() < MAX_OBSERVED_DELTAS {
            self.deltas.insert(fingerprint, now);
        }
    }

    /// Ends a flush. Returns whether the counters of this flush and the ones before contradict `temporality`.
    pub(crate) fn end_flush(&mut self, temporality: Temporality) -> bool {
        let (rises, falls) = (std::mem::take(&mut self.rises), std::mem::take(&mut self.falls));
        if rises == 0 && falls == 0 {
            return false;
        }
        // An update that removes and adds a cluster lowers its counters while those of the other clusters rise.
        let many_fall = falls > 0 && falls >= rises / 4;
        self.falling = self.falling << 1 | u8::from(many_fall);
        self.rising = if falls == 0 { self.rising.saturating_add(1) } else { 0 };
        match temporality {
            Temporality::Cumulative => self.falling.count_ones() > MAX_FALLING,
            Temporality::Delta => self.rising > MAX_RISING,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Flushes that contradict `temporality`, of a series of flushes of the same counters.
    fn contradictions(flushes: &[Vec<f64>], temporality: Temporality) -> usize {
        let mut changes = CounterChanges::default();
        let mut last: Option<&Vec<f64>> = None;
        let mut count = 0;
        for flush in flushes {
            for (at, value) in flush.iter().enumerate() {
                match (temporality, last) {
                    (Temporality::Delta, _) => changes.record_delta(at as u64, *value),
                    (Temporality::Cumulative, Some(last)) => changes.record(last[at], *value),
                    (Temporality::Cumulative, None) => {}
                }
            }
            count += usize::from(changes.end_flush(temporality));
            last = Some(flush);
        }
        count
    }

    fn cumulative(deltas: &[Vec<f64>]) -> Vec<Vec<f64>> {
        let mut totals = vec![0.0; deltas[0].len()];
        let add = |delta: &Vec<f64>| {
            totals.iter_mut().zip(delta).for_each(|(total, delta)| *total += delta);
            totals.clone()
        };
        deltas.iter().map(add).collect()
    }

    #[test]
    fn rare_resets_of_cumulative_counters_are_no_contradiction() {
        let mut flushes = cumulative(&vec![vec![1.0, 2.0, 3.0]; 40]);
        for at in [7, 19, 33] {
            flushes[at][1] = 0.0;
        }
        assert_eq!(contradictions(&flushes, Temporality::Cumulative), 0);
    }

    proptest! {
        #[test]
        fn traffic_tells_deltas_and_totals_apart(deltas in prop::collection::vec(prop::collection::vec(0u8..50, 20), 40)) {
            let deltas: Vec<Vec<f64>> =
                deltas.iter().map(|flush| flush.iter().copied().map(f64::from).collect()).collect();
            let totals = cumulative(&deltas);
            prop_assert_eq!(contradictions(&totals, Temporality::Cumulative), 0);
            prop_assert_eq!(contradictions(&deltas, Temporality::Delta), 0);
            prop_assert!(contradictions(&deltas, Temporality::Cumulative) > 30);
            prop_assert!(contradictions(&totals, Temporality::Delta) > 20);
        }
    }
}
