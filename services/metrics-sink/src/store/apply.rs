//! Applies a message to the series of its node.

use std::sync::Arc;

use super::context::{Context, Temporality};
use super::family::SeriesList;
use super::flush_tracker::FlushNumber;
use super::histogram::Histogram;
use super::history::History;
use super::node_series::{NodeSeries, SentSeries};
use super::slot_index::Slot;
use super::summary::Summary;
use crate::refusal::Reason;
use crate::wire::{Distribution, Excerpt, Families, Family, Kind, Sample};

/// One pass over a message. Scalars are first, because they reveal a restart, which resets histograms. Summaries are
/// last, because one with the name of a histogram is dropped. So the order of the families does not matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pass {
    /// Counters, gauges and untyped metrics.
    Scalars,
    Histograms,
    Summaries,
}

/// Envoy's gauge of its uptime in seconds.
const UPTIME: &[u8] = b"server.uptime";
/// Envoy's gauge of the number of hot restarts before this process.
const EPOCH: &[u8] = b"server.hot_restart_epoch";

/// State of one message while it is applied.
#[derive(Debug)]
pub(crate) struct Application<'a> {
    pub(crate) history: &'a mut History,
    /// Time of the message's arrival, in seconds of the store's clock.
    pub(crate) second: u32,
    /// The message revealed a restart of the node.
    pub(crate) restarted: bool,
    /// The message has histograms or summaries, so the later passes are necessary.
    pub(crate) has_distributions: bool,
    /// Families and metrics that were refused.
    pub(crate) refused: u64,
}

impl NodeSeries {
    /// Applies up to `max` families in one pass. Returns whether `families` has more.
    pub(crate) fn apply(
        &mut self,
        families: &mut Families<'_>,
        pass: Pass,
        application: &mut Application<'_>,
        max: usize,
    ) -> bool {
        let context = Arc::clone(&self.context);
        for _ in 0..max {
            let Ok(Some(family)) = families.next_family() else { return false };
            match (family.kind, pass) {
                (Ok(kind @ (Kind::Counter | Kind::Gauge | Kind::Untyped)), Pass::Scalars) => {
                    self.apply_family(&context, family, kind, application, Self::apply_scalar);
                }
                (Ok(_), Pass::Scalars) => application.has_distributions = true,
                (Ok(Kind::Histogram), Pass::Histograms) => {
                    self.apply_family(&context, family, Kind::Histogram, application, Self::apply_histogram);
                }
                (Ok(Kind::Summary), Pass::Summaries)
                    if self.kind_of(family.name) != Some(Kind::Histogram) =>
                {
                    self.apply_family(&context, family, Kind::Summary, application, Self::apply_summary);
                }
                (Err(number), Pass::Scalars) => {
                    application.refused += 1;
                    let name = Excerpt(family.name);
                    context.refusals.refuse(Reason::Type, format_args!("{name} has type {number}"));
                }
                _ => {}
            }
        }
        true
    }

    #[inline]
    fn apply_family<'a>(
        &mut self,
        context: &Context,
        mut family: Family<'a>,
        kind: Kind,
        application: &mut Application<'_>,
        apply: impl Fn(&mut Self, SentSeries<'a>, Sample<'a>, &mut Application<'_>) -> Result<(), Reason>,
    ) {
        let fingerprint = context.fingerprints.of_encoded(family.name, kind);
        while let Ok(Some(metric)) = family.next_metric() {
            let mut fingerprint = fingerprint.clone();
            let applied = match metric.read(kind, |label| fingerprint.add_label(label)) {
                Ok(sample) => {
                    let sent = SentSeries {
                        name: family.name,
                        help: family.help,
                        kind,
                        metric,
                        fingerprint: fingerprint.finish(),
                        distribution: None,
                    };
                    apply(self, sent, sample, application)
                }
                Err(_) => Err(Reason::Malformed),
            };
            if let Err(reason) = applied {
                application.refused += 1;
                let name = Excerpt(family.name);
                context.refusals.refuse(reason, format_args!("{} {name}", kind.name()));
            }
        }
    }

    #[inline]
    fn apply_scalar(
        &mut self,
        sent: SentSeries<'_>,
        sample: Sample<'_>,
        application: &mut Application<'_>,
    ) -> Result<(), Reason> {
        let number = sample.number().map_err(|_| Reason::Malformed)?.ok_or(Reason::Value)?;
        if sent.kind == Kind::Counter && !(number >= 0.0 && number.is_finite()) {
            return Err(Reason::Value);
        }
        let (slot, last_flush) = self.locate(&sent, application)?;
        match (sent.kind, self.context.temporality) {
            (Kind::Counter, Temporality::Cumulative) => {
                let last = *self.scalar_mut(slot);
                if last_flush != 0 {
                    self.compare_counter(last, number, last_flush, application);
                }
                *self.scalar_mut(slot) = number;
            }
            (Kind::Counter, Temporality::Delta) => {
                application.history.changes.record_delta(sent.fingerprint, number);
                if last_flush != 0 && application.history.flushes.is_first_of_stream() {
                    application.history.first_deltas.push((sent.fingerprint, number));
                }
                *self.scalar_mut(slot) += number;
            }
            _ => {
                if sent.kind == Kind::Gauge && (sent.name == UPTIME || sent.name == EPOCH) {
                    self.identify_process(sent.name, number, application);
                }
                *self.scalar_mut(slot) = number;
            }
        }
        self.mark_written(slot, application);
        Ok(())
    }

    /// Compares a cumulative counter with its value in flush `last_flush`.
    #[inline]
    fn compare_counter(
        &mut self,
        last: f64,
        now: f64,
        last_flush: FlushNumber,
        application: &mut Application<'_>,
    ) {
        let History { flushes, process, changes, falls, .. } = application.history;
        if now < last {
            if process.is_told_by_counters() && flushes.is_of_older_stream(last_flush) {
                process.replace();
                self.restart(application);
                return;
            }
            *falls += 1;
        }
        changes.record(last, now);
    }

    fn identify_process(&mut self, name: &[u8], value: f64, application: &mut Application<'_>) {
        let History { flushes, process, .. } = application.history;
        let first_of_stream = flushes.is_first_of_stream();
        let is_other = if name == UPTIME {
            process.record_uptime(value, flushes.timestamp_ms(), first_of_stream)
        } else {
            process.record_epoch(value, first_of_stream)
        };
        if is_other {
            self.restart(application);
        }
    }

    fn apply_histogram(
        &mut self,
        sent: SentSeries<'_>,
        sample: Sample<'_>,
        application: &mut Application<'_>,
    ) -> Result<(), Reason> {
        let interval = distribution(sample)?;
        Histogram::check(interval)?;
        let (slot, _) = self.locate(&SentSeries { distribution: Some(interval), ..sent }, application)?;
        if !self.histogram_mut(slot).has_bounds_of(interval) {
            self.replace_bounds(slot, interval)?;
        }
        self.histogram_mut(slot).add(interval);
        self.mark_written(slot, application);
        Ok(())
    }

    fn apply_summary(
        &mut self,
        sent: SentSeries<'_>,
        sample: Sample<'_>,
        application: &mut Application<'_>,
    ) -> Result<(), Reason> {
        let interval = distribution(sample)?;
        Summary::check(interval)?;
        let (slot, _) = self.locate(&SentSeries { distribution: Some(interval), ..sent }, application)?;
        if !self.summary_mut(slot).has_as_many_quantiles_as(interval) {
            self.replace_quantiles(slot, interval)?;
        }
        self.summary_mut(slot).add(interval);
        self.mark_written(slot, application);
        Ok(())
    }

    /// Finds or creates the slot of a series. Returns it with the flush that last wrote the series; 0 if none did since it
    /// was created or reset.
    ///
    /// # Errors
    ///
    /// If the series cannot be stored, or this flush has written it already.
    #[inline]
    fn locate(
        &mut self,
        sent: &SentSeries<'_>,
        application: &mut Application<'_>,
    ) -> Result<(Slot, FlushNumber), Reason> {
        let flush = application.history.flushes.flush();
        let slot = match self.slots.get(sent.fingerprint) {
            Some(slot) => slot,
            None => self.find_or_create(sent, flush)?,
        };
        let last_flush = self.meta_mut(slot).flush;
        if last_flush == flush { Err(Reason::Duplicate) } else { Ok((slot, last_flush)) }
    }

    /// After a restart: hides and resets everything that the current flush has not written, and the totals of the deltas
    /// that it has.
    pub(crate) fn restart(&mut self, application: &mut Application<'_>) {
        application.restarted = true;
        application.history.falls = 0;
        self.hide_not_written_in(application.history.flushes.flush());
        for (fingerprint, delta) in std::mem::take(&mut application.history.first_deltas) {
            if let Some(slot) = self.slots.get(fingerprint) {
                *self.scalar_mut(slot) = delta;
            }
        }
    }

    #[inline]
    fn scalar_mut(&mut self, slot: Slot) -> &mut f64 {
        match &mut self.families[slot.family as usize].series {
            SeriesList::Scalars(scalars) => &mut scalars[slot.series as usize].value,
            _ => unreachable!("fingerprints include the type"),
        }
    }

    fn histogram_mut(&mut self, slot: Slot) -> &mut Histogram {
        match &mut self.families[slot.family as usize].series {
            SeriesList::Histograms(histograms) => &mut histograms[slot.series as usize],
            _ => unreachable!("fingerprints include the type"),
        }
    }

    fn summary_mut(&mut self, slot: Slot) -> &mut Summary {
        match &mut self.families[slot.family as usize].series {
            SeriesList::Summaries(summaries) => &mut summaries[slot.series as usize],
            _ => unreachable!("fingerprints include the type"),
        }
    }

    #[inline]
    fn mark_written(&mut self, slot: Slot, application: &Application<'_>) {
        let meta = self.meta_mut(slot);
        meta.flush = application.history.flushes.flush();
        meta.second = application.second;
    }
}

fn distribution(sample: Sample<'_>) -> Result<Distribution<'_>, Reason> {
    sample.distribution().map_err(|_| Reason::Malformed)?.ok_or(Reason::Value)
}
