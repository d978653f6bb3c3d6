//! The numbers of the tutorials, as in the pages' URLs.

use catalog::Tutorial;

/// In the order of their numbers, from 1.
pub(crate) const TUTORIALS: [Tutorial; 5] =
    [Tutorial::Echo, Tutorial::Sink, Tutorial::Order, Tutorial::Balancer, Tutorial::Influx];

/// The tutorial with this number, and the number parsed.
pub(crate) fn by_number(number: &str) -> Option<(usize, Tutorial)> {
    let number: usize = number.parse().ok()?;
    Some((number, *TUTORIALS.get(number.checked_sub(1)?)?))
}

/// The number of the tutorial with this document, such as `echo.md`.
pub(super) fn by_document(document: &str) -> Option<usize> {
    let id = document.strip_suffix(".md")?;
    TUTORIALS.iter().position(|tutorial| tutorial.name() == id).map(|index| index + 1)
}
