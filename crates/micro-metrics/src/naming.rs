//! The names and help texts, as the wrapper has had them over time.

/// A name and its help text.
pub(crate) type Definition = (&'static str, &'static str);

/// Which version of go-micro's wrapper the names are of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Naming {
    /// Of 2019, when the tutorial was written: `micro_upstream_latency_microseconds`, labels `method` and `status`.
    #[default]
    Tutorial,
    /// Since 2020: `micro_latency_microseconds`, labels `micro_endpoint` and `micro_status`.
    Later,
}

impl Naming {
    pub(crate) fn total(self) -> Definition {
        match self {
            Self::Tutorial => (
                "micro_request_total",
                "How many go-micro requests processed, partitioned by method and status",
            ),
            Self::Later => ("micro_request_total", "Requests processed, partitioned by endpoint and status"),
        }
    }

    pub(crate) fn latency(self) -> Definition {
        match self {
            Self::Tutorial => (
                "micro_upstream_latency_microseconds",
                "Service backend method request latencies in microseconds",
            ),
            Self::Later => {
                ("micro_latency_microseconds", "Request latencies in microseconds, partitioned by endpoint")
            }
        }
    }

    pub(crate) fn duration(self) -> Definition {
        match self {
            Self::Tutorial => ("micro_request_duration_seconds", "Service method request time in seconds"),
            Self::Later => {
                ("micro_request_duration_seconds", "Request time in seconds, partitioned by endpoint")
            }
        }
    }

    /// The label that names the method.
    pub(crate) fn endpoint(self) -> &'static str {
        match self {
            Self::Tutorial => "method",
            Self::Later => "micro_endpoint",
        }
    }

    /// The label that is `success` or `fail`.
    pub(crate) fn status(self) -> &'static str {
        match self {
            Self::Tutorial => "status",
            Self::Later => "micro_status",
        }
    }
}
