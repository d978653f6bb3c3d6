//! What a server refuses for its security, and the reloads of its files.

use std::fmt::Display;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use prometheus::{IntCounter, IntCounterVec, Opts, Registry};

/// Counters of one listener.
#[derive(Debug, Clone)]
pub struct SecurityMetrics {
    listener: &'static str,
    handshakes: IntCounter,
    unauthenticated: IntCounter,
    reloads: IntCounter,
    reload_failures: IntCounter,
    /// Whether a handshake, and a request, has been logged as refused.
    logged: Arc<[AtomicBool; 2]>,
}

impl SecurityMetrics {
    /// Registers the counters with one series per listener, all at 0: `tls_handshakes_refused_total`,
    /// `unauthenticated_requests_total` and `security_reloads_total`.
    ///
    /// # Errors
    ///
    /// If the registry already has metrics of these names.
    pub fn register<const N: usize>(
        registry: &Registry,
        listeners: [&'static str; N],
    ) -> prometheus::Result<[Self; N]> {
        let counters = |name: &str, help: &str, labels: &[&str]| {
            let counters = IntCounterVec::new(Opts::new(name, help), labels)?;
            registry.register(Box::new(counters.clone()))?;
            Ok::<_, prometheus::Error>(counters)
        };
        let handshakes =
            counters("tls_handshakes_refused_total", "TLS handshakes that failed.", &["listener"])?;
        let unauthenticated = counters(
            "unauthenticated_requests_total",
            "Requests without a valid token or password.",
            &["listener"],
        )?;
        let reloads = counters(
            "security_reloads_total",
            "Changed certificates, tokens or users that were read again.",
            &["listener", "result"],
        )?;
        Ok(listeners.map(|listener| Self {
            listener,
            handshakes: handshakes.with_label_values(&[listener]),
            unauthenticated: unauthenticated.with_label_values(&[listener]),
            reloads: reloads.with_label_values(&[listener, "ok"]),
            reload_failures: reloads.with_label_values(&[listener, "failed"]),
            logged: Arc::default(),
        }))
    }

    /// Counts a handshake that failed, and logs the first.
    pub(super) fn refuse_handshake(&self, error: impl Display) {
        self.handshakes.inc();
        self.log_first(0, "refused a TLS handshake", error);
    }

    /// Counts a request that is not authenticated, and logs the first.
    pub fn refuse_request(&self, error: impl Display) {
        self.unauthenticated.inc();
        self.log_first(1, "refused a request", error);
    }

    fn log_first(&self, kind: usize, refusal: &'static str, error: impl Display) {
        if !self.logged[kind].swap(true, Ordering::Relaxed) {
            let listener = self.listener;
            tracing::warn!(listener, %error, "{refusal}; further ones are only counted");
        }
    }

    pub(super) fn reloaded(&self) {
        self.reloads.inc();
        tracing::info!(listener = self.listener, "reloaded the files of its security");
    }

    pub(super) fn reload_failed(&self, error: &impl Display) {
        self.reload_failures.inc();
        let listener = self.listener;
        tracing::warn!(listener, %error, "cannot reload the files of its security, keeping what they had");
    }
}
