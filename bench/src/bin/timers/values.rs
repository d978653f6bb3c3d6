//! Durations as of a service: log-normal around a millisecond, in nanoseconds.

use fastrand::Rng;

/// Durations per trial: enough for a hundred above the p999.
pub(crate) const OF_A_TRIAL: usize = 100_000;

pub(crate) fn durations(count: usize, seed: u64) -> Vec<u64> {
    let mut random = Rng::with_seed(seed);
    (0..count).map(|_| (1e6 * normal(&mut random).exp()) as u64).collect()
}

/// A standard normal number, by the Box-Muller transform.
fn normal(random: &mut Rng) -> f64 {
    let radius = (-2.0 * (1.0 - random.f64()).ln()).sqrt();
    radius * (std::f64::consts::TAU * random.f64()).cos()
}

/// The `q`-quantile by nearest rank. Sorts `values`.
pub(crate) fn quantile(values: &mut [u64], q: f64) -> u64 {
    values.sort_unstable();
    let rank = (q * values.len() as f64).ceil() as usize;
    values[rank.max(1) - 1]
}
