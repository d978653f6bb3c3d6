//! Values of flags and environment variables, for clap's `value_parser`: what is wrong is answered with what is expected.

use std::time::Duration;

/// A port to listen on; 0 is any free one.
///
/// # Errors
///
/// If it is no port.
pub fn port(value: &str) -> Result<u16, &'static str> {
    value.parse().map_err(|_| "expected a port, 0 to 65535")
}

/// A time such as `5s` or `500ms`.
///
/// # Errors
///
/// If it is none.
pub fn duration(value: &str) -> Result<Duration, &'static str> {
    humantime::parse_duration(value).map_err(|_| "expected a duration, such as 5s or 500ms")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_end_at_65535() {
        assert_eq!((port("0"), port("65535")), (Ok(0), Ok(65535)));
        for wrong in ["", "-1", "65536", "http"] {
            assert!(port(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn durations_have_units() {
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        for wrong in ["", "5", "-5s", "soon"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }
}
