//! What a window held at a moment.

use crate::windowed::cells::{bounds, middle};

/// The values of a window, as exact as the [crate](crate) says.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The cells that are not empty, in their order: the number of the cell, and how many values there are up to and
    /// with this cell.
    cells: Box<[(usize, u64)]>,
    sum: u64,
    min: u64,
    max: u64,
}

impl Snapshot {
    pub(crate) fn new(counts: &[u64], sum: u64, (min, max): (u64, u64)) -> Self {
        let mut total = 0;
        let filled = counts.iter().enumerate().filter(|(_, count)| **count > 0);
        let cells: Box<[_]> = filled
            .map(|(cell, count)| {
                total += count;
                (cell, total)
            })
            .collect();
        // Exact, unless a record ran beside the end of an age bucket.
        let within = |value: u64, cell: Option<&(usize, u64)>| {
            cell.map_or(0, |(cell, _)| value.clamp(bounds(*cell).0, bounds(*cell).1))
        };
        Self { min: within(min, cells.first()), max: within(max, cells.last()), cells, sum }
    }

    /// How many values there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.cells.last().map_or(0, |(_, total)| *total)
    }

    /// Their sum; wraps around.
    #[must_use]
    pub fn sum(&self) -> u64 {
        self.sum
    }

    /// The smallest; 0 if there is none.
    #[must_use]
    pub fn min(&self) -> u64 {
        self.min
    }

    /// The largest; 0 if there is none.
    #[must_use]
    pub fn max(&self) -> u64 {
        self.max
    }

    /// The sum divided by the count; NaN if there is no value.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.sum as f64 / self.count() as f64
    }

    /// The mean square of the distances from the mean, as of a whole population, with each value taken for the middle
    /// of its cell; NaN if there is no value.
    #[must_use]
    pub fn variance(&self) -> f64 {
        let count = self.count() as f64;
        let values = || self.counts().map(|(value, count)| (value as f64, count as f64));
        let mean = values().map(|(value, count)| value * count).sum::<f64>() / count;
        values().map(|(value, count)| (value - mean).powi(2) * count).sum::<f64>() / count
    }

    /// The root of the variance; NaN if there is no value.
    #[must_use]
    pub fn stddev(&self) -> f64 {
        self.variance().sqrt()
    }

    /// The smallest value that at least this part of all values does not exceed; NaN if there is no value. A `q`
    /// below 0 is 0, the minimum, and one above 1 is 1, the maximum.
    #[must_use]
    pub fn quantile(&self, q: f64) -> f64 {
        // A count above 2^53 rounds: by less than the cells do.
        let rank = (q.clamp(0.0, 1.0) * self.count() as f64).ceil() as u64;
        let rank = rank.clamp(1, self.count().max(1));
        let position = self.cells.partition_point(|(_, total)| *total < rank);
        match self.cells.get(position) {
            None => f64::NAN,
            Some(_) if rank == self.count() => self.max as f64,
            Some(_) if rank == 1 => self.min as f64,
            Some((cell, _)) => middle(*cell).clamp(self.min, self.max) as f64,
        }
    }

    /// The middle of each cell that is not empty, and how many values are in it.
    fn counts(&self) -> impl Iterator<Item = (u64, u64)> {
        let before = [0].into_iter().chain(self.cells.iter().map(|(_, total)| *total));
        self.cells.iter().zip(before).map(|((cell, total), before)| (middle(*cell), total - before))
    }
}
