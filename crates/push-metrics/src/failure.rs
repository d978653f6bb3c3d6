//! Why a request wrote none of its points.

/// Why a request wrote none of its points. Unless stated otherwise, the points wait and are sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Failure {
    /// No connection, or it broke before the response.
    Connection,
    /// No response within the timeout.
    Timeout,
    /// A redirect (3xx), which is not followed.
    Redirect,
    /// No permission, or invalid credentials (401, 403).
    Unauthorized,
    /// The database or the path does not exist (404).
    NotFound,
    /// InfluxDB, or a proxy in front of it, is overloaded or fails (408, 429, 5xx).
    Unavailable,
    /// A response that no write to InfluxDB has, such as a proxy's login page with status 200.
    Unexpected,
    /// The request is too large (413). Its points are sent again in halves.
    TooLarge,
    /// InfluxDB cannot parse a point, and writes none of the request (400, 422). The points are sent again in halves,
    /// until the invalid ones are isolated.
    Invalid,
}

impl Failure {
    pub(crate) const COUNT: usize = Self::Invalid as usize + 1;
}
