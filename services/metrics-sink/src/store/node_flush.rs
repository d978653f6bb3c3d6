//! Applies the messages of a node.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use parking_lot::Mutex;

use super::apply::{Application, Pass};
use super::identity::Identity;
use super::node::{Node, StreamId, Superseded, WriteState};
use super::node_series::NodeSeries;
use super::resumption::{Resumed, Resumption};
use super::saved::SavedSeriesList;
use crate::wire::{Kind, Message};

/// Families applied per lock of the series, so that pages get their turn.
const FAMILIES_PER_LOCK: usize = 512;

impl Node {
    /// Applies a message of `stream`. A newer stream may have claimed the node since [`Node::record_flush`].
    pub(crate) fn apply(
        &self,
        stream: StreamId,
        message: &Message<'_>,
        now: Duration,
    ) -> Result<(), Superseded> {
        let mut state = self.write_state.lock();
        state.claim(stream)?;
        let WriteState { history, intervals, last_applied, resumption, .. } = &mut *state;
        let series = Arc::clone(&self.series.lock());
        let new_stream = last_applied.replace(stream) != Some(stream);
        if new_stream {
            resumption.start_stream(history.flushes.complete_ms());
        }
        let previous = history.flushes.flush();
        let ended = history.start_message(timestamp_ms(message), new_stream, self.context.temporality);
        if let Some(ended) = ended {
            intervals.record(now);
            resumption.start_flush(history.flushes.timestamp_ms());
            self.counters.series_resets.add(ended.series_resets);
            if ended.has_restarted {
                series.lock().hide_not_written_in(previous);
                self.report_restart();
            }
            if ended.is_mismatch {
                self.counters.counter_mismatches.add(1);
                self.context.report_mismatch(&self.identity);
            }
        }
        let mut application = Application {
            history,
            second: now.as_secs() as u32,
            restarted: false,
            has_distributions: false,
            refused: 0,
        };
        for pass in [Pass::Scalars, Pass::Histograms, Pass::Summaries] {
            if pass != Pass::Scalars && !application.has_distributions {
                break;
            }
            let mut families = message.families();
            while series.lock().apply(&mut families, pass, &mut application, FAMILIES_PER_LOCK) {}
            if pass == Pass::Scalars {
                self.resume(resumption, &series, &mut application, intervals.interval());
            }
        }
        let Application { restarted, refused, history, .. } = application;
        if restarted {
            self.report_restart();
        }
        self.counters.refused.add(refused);
        self.counters.series_resets.add(history.end_message());
        self.is_stale.store(!resumption.parts().is_empty(), Ordering::Relaxed);
        Ok(())
    }

    /// Takes up the values from before the stream as soon as the process is known to be the same, or drops them.
    fn resume(
        &self,
        resumption: &mut Resumption,
        series: &Mutex<NodeSeries>,
        application: &mut Application<'_>,
        interval: Duration,
    ) {
        let process = &application.history.process;
        let Some(resumed) = resumption.decide(process, application.restarted, interval) else { return };
        let Resumed { missed_ms, parts, has_dropped } = resumed;
        self.counters.missed_ms.add(missed_ms);
        let Identity { job, instance } = &self.identity;
        if has_dropped {
            tracing::info!(
                job,
                instance,
                "values of the state file are dropped: they are of another process"
            );
        }
        if parts.is_empty() {
            return;
        }
        let before = application.history.flushes.before();
        for part in parts {
            let saved = SavedSeriesList::read(&part.saved.series);
            // The series need the memory that the part has reserved.
            drop(part);
            application.refused += match saved {
                Ok(saved) => series.lock().resume(&saved, before, application.second),
                Err(error) => {
                    tracing::warn!(job, instance, %error, "a part of the state file is invalid");
                    1
                }
            };
        }
        tracing::info!(job, instance, missed_ms, "continued the values of the state file");
    }

    fn report_restart(&self) {
        self.counters.restarts.add(1);
        let Identity { job, instance } = &self.identity;
        tracing::info!(job, instance, "Envoy restarted: its series are reset");
    }
}

/// The timestamp of the message's first metric; 0 if the metric has none, `None` without metrics.
fn timestamp_ms(message: &Message<'_>) -> Option<i64> {
    let mut families = message.families();
    while let Ok(Some(mut family)) = families.next_family() {
        if let Ok(Some(metric)) = family.next_metric() {
            return Some(metric.read(Kind::Counter, |_| {}).map_or(0, |sample| sample.timestamp_ms));
        }
    }
    None
}
