//! The header `Retry-After` (RFC 9110, section 10.2.3).

use std::time::{Duration, SystemTime};

use reqwest::header::{DATE, HeaderMap, HeaderName, RETRY_AFTER};

/// The delay that a response requests, in each form that HTTP allows: seconds, or a date in its three formats. Zero for a
/// date in the past, and `None` without a valid header.
///
/// A date counts from the response's own `Date`, so that a difference between the clocks does not matter; without one,
/// from `now`.
pub(super) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let value = text(headers, RETRY_AFTER)?;
    if !value.is_empty() && value.bytes().all(|digit| digit.is_ascii_digit()) {
        // More digits than a u64 holds are a delay without end.
        return Some(value.parse().map_or(Duration::MAX, Duration::from_secs));
    }
    let until = httpdate::parse_http_date(value).ok()?;
    let sent = text(headers, DATE).and_then(|date| httpdate::parse_http_date(date).ok());
    Some(until.duration_since(sent.unwrap_or(now)).unwrap_or_default())
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    Some(headers.get(name)?.to_str().ok()?.trim())
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    /// Sunday, 6 November 1994, 08:49:37 GMT.
    const EXAMPLE: Duration = Duration::from_secs(784_111_777);

    fn delay(value: &str, date: Option<&str>) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, HeaderValue::from_str(value).expect("valid"));
        if let Some(date) = date {
            headers.insert(DATE, HeaderValue::from_str(date).expect("valid"));
        }
        retry_after(&headers, SystemTime::UNIX_EPOCH + EXAMPLE)
    }

    #[test]
    fn seconds_are_digits_only() {
        for (value, expected) in [
            ("0", Some(Duration::ZERO)),
            ("120", Some(Duration::from_secs(120))),
            (" 7 ", Some(Duration::from_secs(7))),
            ("99999999999999999999999999", Some(Duration::MAX)),
            ("+5", None),
            ("-5", None),
            ("1.5", None),
            ("", None),
            ("soon", None),
        ] {
            assert_eq!(delay(value, None), expected, "{value:?}");
        }
    }

    #[test]
    fn a_date_has_three_formats() {
        for date in
            ["Sun, 06 Nov 1994 08:50:07 GMT", "Sunday, 06-Nov-94 08:50:07 GMT", "Sun Nov  6 08:50:07 1994"]
        {
            assert_eq!(delay(date, None), Some(Duration::from_secs(30)), "{date}");
        }
    }

    #[test]
    fn a_date_counts_from_the_date_of_the_response() {
        let (later, sent) = ("Sun, 06 Nov 1994 10:00:05 GMT", "Sun, 06 Nov 1994 10:00:00 GMT");
        assert_eq!(delay(later, Some(sent)), Some(Duration::from_secs(5)));
        assert_eq!(delay(later, Some("not a date")), Some(Duration::from_secs(4228)));
    }

    #[test]
    fn a_date_in_the_past_is_no_delay() {
        assert_eq!(delay("Sun, 06 Nov 1994 08:00:00 GMT", None), Some(Duration::ZERO));
    }

    #[test]
    fn a_response_without_the_header_has_no_delay() {
        assert_eq!(retry_after(&HeaderMap::new(), SystemTime::now()), None);
    }
}
