//! Applies a message to the series of its node.

use std::sync::Arc;

use super::context::{Context, Temporality};
use super::family::SeriesList;
use super::flush_tracker::{FlushTracker, LastWrite};
use super::histogram::Histogram;
use super::node_series::{NodeSeries, SentSeries};
use super::slot_index::Slot;
use crate::refusal::Reason;
use crate::wire::{Distribution, Excerpt, Families, Family, Kind, Message, Sample};

/// One pass over a message. Scalars are first, because they reveal a restart, which resets histograms. Summaries are
/// last, because one with the name of a histogram is dropped. So the order of the families does not matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pass {
    /// Counters, gauges and untyped metrics.
    Scalars,
    Histograms,
    Summaries,
}

/// Envoy's gauge of its uptime in seconds, sent with each flush.
const UPTIME: &[u8] = b"server.uptime";

/// State of one message while it is applied.
#[derive(Debug)]
pub(crate) struct Application<'a> {
    pub(crate) flushes: &'a mut FlushTracker,
    /// Time of the message's arrival, in seconds of the store's clock.
    pub(crate) second: u32,
    /// The message revealed a restart of the node.
    pub(crate) restarted: bool,
    /// The message has histograms or summaries, so the later passes are necessary.
    pub(crate) has_distributions: bool,
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
                (Err(number), Pass::Scalars) => context
                    .refusals
                    .refuse(Reason::Type, format_args!("{} has type {number}", Excerpt(family.name))),
                _ => {}
            }
        }
        true
    }

    /// With delta counters, resets the series if the uptime reveals a restart, before any delta is added to the totals
    /// of the previous process. Cumulative counters and gauges may be applied first, because they overwrite.
    pub(crate) fn detect_restart(&mut self, message: &Message<'_>, application: &mut Application<'_>) {
        if self.context.temporality != Temporality::Delta {
            return;
        }
        let mut families = message.families();
        while let Ok(Some(mut family)) = families.next_family() {
            if (family.name, family.kind) == (UPTIME, Ok(Kind::Gauge))
                && let Ok(Some(metric)) = family.next_metric()
                && let Ok(Some(uptime)) = metric.read(Kind::Gauge, |_| {}).and_then(|sample| sample.number())
                && application.flushes.record_uptime(uptime)
            {
                self.reset_previous_flushes(application);
            }
        }
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
        let (slot, last_write) = self.locate(&sent, application)?;
        if sent.kind == Kind::Counter && self.context.temporality == Temporality::Cumulative {
            if last_write == LastWrite::Comparable && number < *self.scalar_mut(slot) {
                self.reset_previous_flushes(application);
            }
            *self.scalar_mut(slot) = number;
        } else if sent.kind == Kind::Counter {
            *self.scalar_mut(slot) += number;
        } else {
            if sent.name == UPTIME && application.flushes.record_uptime(number) {
                self.reset_previous_flushes(application);
            }
            *self.scalar_mut(slot) = number;
        }
        self.mark_written(slot, application);
        Ok(())
    }

    fn apply_histogram(
        &mut self,
        sent: SentSeries<'_>,
        sample: Sample<'_>,
        application: &mut Application<'_>,
    ) -> Result<(), Reason> {
        let interval = distribution(sample)?;
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
        let (slot, _) = self.locate(&SentSeries { distribution: Some(interval), ..sent }, application)?;
        let SeriesList::Summaries(summaries) = &mut self.families[slot.family as usize].series else {
            return Err(Reason::Type);
        };
        summaries[slot.series as usize].add(interval)?;
        self.mark_written(slot, application);
        Ok(())
    }

    /// Finds or creates the slot of a series, and classifies its last write.
    ///
    /// # Errors
    ///
    /// If the series cannot be stored, or this message has written it already.
    #[inline]
    fn locate(
        &mut self,
        sent: &SentSeries<'_>,
        application: &mut Application<'_>,
    ) -> Result<(Slot, LastWrite), Reason> {
        let slot = match self.slots.get(sent.fingerprint) {
            Some(slot) => slot,
            None => self.find_or_create(sent, application.flushes.flush_start())?,
        };
        match application.flushes.classify(self.meta_mut(slot).message) {
            LastWrite::ThisMessage => Err(Reason::Duplicate),
            last_write => Ok((slot, last_write)),
        }
    }

    /// After a restart: hides and resets everything that the current flush has not written.
    fn reset_previous_flushes(&mut self, application: &mut Application<'_>) {
        application.restarted = true;
        self.hide_written_before(application.flushes.flush_start());
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

    #[inline]
    fn mark_written(&mut self, slot: Slot, application: &Application<'_>) {
        let meta = self.meta_mut(slot);
        meta.message = application.flushes.message();
        meta.second = application.second;
    }
}

/// Decodes a distribution. Its sum must be finite: a NaN would make the accumulated sum NaN forever.
fn distribution(sample: Sample<'_>) -> Result<Distribution<'_>, Reason> {
    let distribution = sample.distribution().map_err(|_| Reason::Malformed)?;
    distribution.filter(|distribution| distribution.sum.is_finite()).ok_or(Reason::Value)
}
