//! Log lines about the export: when it starts to fail, for which reason, and when it succeeds again, but not each
//! failure.

use super::counters::DropReason;

/// Maximum length of a collector's message in the log.
const MAX_WORDS_CHARS: usize = 1024;

/// What became of a batch.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) exported: usize,
    pub(super) refused: Option<Lost>,
    pub(super) unavailable: Option<Lost>,
    pub(super) too_large: Option<Lost>,
    /// The collector's message about spans that it accepted.
    pub(super) remark: Option<String>,
    /// Spans that the queue has dropped since the start.
    pub(super) queue_full_total: u64,
}

/// Spans lost for the same reason.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Lost {
    spans: usize,
    /// The first explanation.
    words: String,
}

/// The state that the log has reported.
#[derive(Debug)]
pub(super) struct ExportLog {
    endpoint: String,
    is_unavailable: bool,
    is_refusing: bool,
    is_too_large: bool,
    is_queue_full: bool,
    remark: Option<String>,
    queue_full_total: u64,
}

// === impl Outcome ===

impl Outcome {
    fn has_response(&self) -> bool {
        self.exported > 0 || self.refused.is_some()
    }

    pub(super) fn dropped(&mut self, reason: DropReason, spans: usize, words: &str) {
        let lost = match reason {
            DropReason::Refused => &mut self.refused,
            DropReason::TooLarge => &mut self.too_large,
            DropReason::Unavailable => &mut self.unavailable,
            DropReason::QueueFull | DropReason::Shutdown => return,
        };
        let words = || words.chars().take(MAX_WORDS_CHARS).collect();
        lost.get_or_insert_with(|| Lost { spans: 0, words: words() }).spans += spans;
    }
}

// === impl ExportLog ===

impl ExportLog {
    pub(super) fn new(endpoint: String) -> Self {
        Self {
            endpoint,
            is_unavailable: false,
            is_refusing: false,
            is_too_large: false,
            is_queue_full: false,
            remark: None,
            queue_full_total: 0,
        }
    }

    /// Logs what has changed since the last batch.
    pub(super) fn record(&mut self, outcome: &Outcome) {
        let endpoint = &*self.endpoint;
        if let Some(Lost { spans, words }) = starts(&mut self.is_unavailable, outcome.unavailable.as_ref()) {
            tracing::warn!(endpoint, spans, error = words, "cannot export traces, spans are lost");
        } else if self.is_unavailable && outcome.unavailable.is_none() && outcome.has_response() {
            self.is_unavailable = false;
            tracing::info!(endpoint, "exporting traces again");
        }
        if let Some(Lost { spans, words }) = starts(&mut self.is_refusing, outcome.refused.as_ref()) {
            tracing::warn!(endpoint, spans, error = words, "the collector refused spans");
        }
        if let Some(Lost { spans, words }) = starts(&mut self.is_too_large, outcome.too_large.as_ref()) {
            tracing::warn!(spans, error = words, "a span is too large to be exported");
        }
        // A collector that cannot be reached says nothing about its earlier refusals.
        if outcome.exported > 0 {
            self.is_refusing &= outcome.refused.is_some();
            self.is_too_large &= outcome.too_large.is_some();
        }
        if outcome.remark.is_some() && self.remark != outcome.remark {
            tracing::warn!(
                endpoint,
                words = outcome.remark.as_deref(),
                "the collector accepted spans with a remark"
            );
            self.remark.clone_from(&outcome.remark);
        }
        let queue_full = outcome.queue_full_total - self.queue_full_total;
        if queue_full > 0 && !self.is_queue_full {
            tracing::warn!(spans = queue_full, "the queue of spans is full, spans are lost");
        }
        self.is_queue_full = queue_full > 0;
        self.queue_full_total = outcome.queue_full_total;
    }
}

/// The loss, if it is the first one.
fn starts<'a>(is_reported: &mut bool, lost: Option<&'a Lost>) -> Option<&'a Lost> {
    let lost = lost?;
    (!std::mem::replace(is_reported, true)).then_some(lost)
}
