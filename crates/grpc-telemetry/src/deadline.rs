//! Whether a call has exceeded its deadline.

use std::time::Duration;

/// Whether a call that took `elapsed` has exceeded its timeout.
///
/// Allows for a client whose timer, with a resolution of 1 ms, started a little before the call did, and for a clock
/// that is off by up to 0.1 %.
pub(crate) fn has_passed(timeout: Duration, elapsed: Duration) -> bool {
    elapsed + elapsed / 1000 + Duration::from_millis(1) >= timeout
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deadline_passes_slightly_early() {
        let seconds = Duration::from_secs_f64;
        assert!(has_passed(seconds(0.02), seconds(0.0192)));
        assert!(!has_passed(seconds(0.02), seconds(0.018)));
        assert!(has_passed(seconds(3600.0), seconds(3599.9)), "early by 27 ppm");
        assert!(!has_passed(seconds(3600.0), seconds(3590.0)));
    }
}
