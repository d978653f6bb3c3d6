//! The names and help texts of two versions of go-micro's wrapper.

/// A name and its help text.
pub(super) type Definition = (&'static str, &'static str);

/// The version of go-micro's wrapper whose names are used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Naming {
    /// The version of 2019: `micro_upstream_latency_microseconds`, labels `method` and `status`.
    #[default]
    V2019,
    /// The version since 2020: `micro_latency_microseconds`, labels `micro_endpoint` and `micro_status`.
    V2020,
}

impl Naming {
    pub(super) fn total(self) -> Definition {
        match self {
            Self::V2019 => (
                "micro_request_total",
                "How many go-micro requests processed, partitioned by method and status",
            ),
            Self::V2020 => ("micro_request_total", "Requests processed, partitioned by endpoint and status"),
        }
    }

    pub(super) fn latency(self) -> Definition {
        match self {
            Self::V2019 => (
                "micro_upstream_latency_microseconds",
                "Service backend method request latencies in microseconds",
            ),
            Self::V2020 => {
                ("micro_latency_microseconds", "Request latencies in microseconds, partitioned by endpoint")
            }
        }
    }

    pub(super) fn duration(self) -> Definition {
        match self {
            Self::V2019 => ("micro_request_duration_seconds", "Service method request time in seconds"),
            Self::V2020 => {
                ("micro_request_duration_seconds", "Request time in seconds, partitioned by endpoint")
            }
        }
    }

    /// The label whose value is the method.
    pub(super) fn endpoint(self) -> &'static str {
        match self {
            Self::V2019 => "method",
            Self::V2020 => "micro_endpoint",
        }
    }

    /// The label whose value is `success` or `fail`.
    pub(super) fn status(self) -> &'static str {
        match self {
            Self::V2019 => "status",
            Self::V2020 => "micro_status",
        }
    }
}
