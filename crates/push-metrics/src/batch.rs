//! Points that are sent in one request.

/// Points in line protocol, one a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Batch {
    lines: String,
    points: usize,
}

impl Batch {
    /// `points` is the number of lines.
    pub(crate) fn new(lines: String, points: usize) -> Self {
        Self { lines, points }
    }

    pub(crate) fn lines(&self) -> &str {
        &self.lines
    }

    pub(crate) fn points(&self) -> usize {
        self.points
    }

    pub(crate) fn bytes(&self) -> usize {
        self.lines.len()
    }

    /// Appends the points of a later batch.
    pub(crate) fn append(&mut self, later: &Self) {
        self.lines.push_str(&later.lines);
        self.points += later.points;
    }

    /// Splits the batch after the first points that are `bytes` long or longer.
    pub(crate) fn split_off(self, bytes: usize) -> (Self, Option<Self>) {
        let end = self.lines.as_bytes().iter().skip(bytes.saturating_sub(1)).position(|byte| *byte == b'\n');
        let end = end.map_or(self.lines.len(), |at| bytes.max(1) + at);
        if end == self.lines.len() {
            return (self, None);
        }
        let (first, rest) = self.lines.split_at(end);
        let points = first.matches('\n').count();
        (Self::new(first.to_owned(), points), Some(Self::new(rest.to_owned(), self.points - points)))
    }

    /// Splits the batch into halves.
    ///
    /// # Errors
    ///
    /// Returns the batch if it is a single point.
    pub(crate) fn split(self) -> Result<[Self; 2], Self> {
        if self.points < 2 {
            return Err(self);
        }
        let half = self.points / 2;
        let middle = self.lines.match_indices('\n').nth(half - 1).map_or(self.lines.len(), |(at, _)| at + 1);
        let (first, second) = self.lines.split_at(middle);
        Ok([Self::new(first.to_owned(), half), Self::new(second.to_owned(), self.points - half)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_a_batch_into_halves() {
        let batch = Batch::new("a\nbb\nccc\n".to_owned(), 3);
        let [first, second] = batch.split().expect("three points");
        assert_eq!((first.lines(), first.points()), ("a\n", 1));
        assert_eq!((second.lines(), second.points()), ("bb\nccc\n", 2));
        assert_eq!(first.clone().split(), Err(first));
    }

    #[test]
    fn splits_off_whole_points() {
        let batch = || Batch::new("a\nbb\nccc\n".to_owned(), 3);
        for (bytes, points) in [(0, 1), (1, 1), (2, 1), (3, 2), (5, 2), (6, 3), (9, 3), (100, 3)] {
            let (first, rest) = batch().split_off(bytes);
            assert_eq!(first.points(), points, "{bytes}");
            assert!(first.lines().ends_with('\n'));
            let rest = rest.map_or_else(String::new, |rest| rest.lines().to_owned());
            assert_eq!(format!("{}{rest}", first.lines()), batch().lines());
        }
    }

    #[test]
    fn appends_the_points_of_a_later_batch() {
        let mut batch = Batch::new("a\n".to_owned(), 1);
        batch.append(&Batch::new("b\nc\n".to_owned(), 2));
        assert_eq!(batch, Batch::new("a\nb\nc\n".to_owned(), 3));
    }
}
