//! The points of a push on their way.

/// Lines, each with its timestamp.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Batch {
    lines: String,
    points: usize,
}

impl Batch {
    /// As many lines as points.
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

    /// Its first half and its second.
    ///
    /// # Errors
    ///
    /// The batch itself, if it is a single point.
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
    fn halves_are_the_whole() {
        let batch = Batch::new("a\nbb\nccc\n".to_owned(), 3);
        let [first, second] = batch.split().expect("three points");
        assert_eq!((first.lines(), first.points()), ("a\n", 1));
        assert_eq!((second.lines(), second.points()), ("bb\nccc\n", 2));
        assert_eq!(first.clone().split(), Err(first));
    }
}
