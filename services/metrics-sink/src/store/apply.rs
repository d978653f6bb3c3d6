//! A message's effect on its node's series.

use std::sync::Arc;

use super::contents::{Contents, Wanted};
use super::family::Series;
use super::flush::{Flushes, Written};
use super::histogram::Histogram;
use super::rules::{Counters, Rules};
use super::slots::Slot;
use crate::excerpt::Excerpt;
use crate::refusal::Reason;
use crate::wire::{Distribution, Family, Kind, Message, Reading};

/// One way through a message. A counter that falls tells that the node has restarted, and a histogram that the summary
/// of its name repeats it: the passes make that known in time, whatever order the sender chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pass {
    /// Counters, gauges, untyped ones.
    Scalars,
    Histograms,
    Summaries,
}

/// Envoy's gauge of its own age in seconds, sent with each flush.
const UPTIME: &[u8] = b"server.uptime";

/// When a message is applied, and what was found out while it was.
#[derive(Debug)]
pub(crate) struct Moment<'a> {
    pub(crate) flushes: &'a mut Flushes,
    /// Of the sink's clock.
    pub(crate) second: u32,
    /// The node has restarted.
    pub(crate) restarted: bool,
    /// Later passes have something to do.
    pub(crate) distributions: bool,
}

impl Contents {
    /// Applies up to `most` families of `message` in one pass; whether there is more. The message has been checked.
    pub(crate) fn apply(
        &mut self,
        message: &mut Message<'_>,
        pass: Pass,
        moment: &mut Moment<'_>,
        most: usize,
    ) -> bool {
        let rules = Arc::clone(&self.rules);
        for _ in 0..most {
            let Ok(Some(family)) = message.next_family() else { return false };
            match (family.kind, pass) {
                (Ok(kind @ (Kind::Counter | Kind::Gauge | Kind::Untyped)), Pass::Scalars) => {
                    self.each_metric(&rules, family, kind, moment, Self::scalar);
                }
                (Ok(_), Pass::Scalars) => moment.distributions = true,
                (Ok(Kind::Histogram), Pass::Histograms) => {
                    self.each_metric(&rules, family, Kind::Histogram, moment, Self::histogram);
                }
                (Ok(Kind::Summary), Pass::Summaries)
                    if self.kind_of(family.name) != Some(Kind::Histogram) =>
                {
                    self.each_metric(&rules, family, Kind::Summary, moment, Self::summary);
                }
                (Err(number), Pass::Scalars) => rules
                    .refusals
                    .refuse(Reason::Type, format_args!("{} has type {number}", Excerpt(family.name))),
                _ => {}
            }
        }
        true
    }

    /// Begins anew if `message` tells of a restart, before any delta is added to what was there before it. Numbers of
    /// another meaning can be applied first.
    pub(crate) fn look_for_restart(&mut self, mut message: Message<'_>, moment: &mut Moment<'_>) {
        if self.rules.counters != Counters::Delta {
            return;
        }
        while let Ok(Some(mut family)) = message.next_family() {
            if (family.name, family.kind) == (UPTIME, Ok(Kind::Gauge))
                && let Ok(Some(metric)) = family.next_metric()
                && let Ok(Some(uptime)) =
                    metric.read(Kind::Gauge, |_| {}).and_then(|reading| reading.number())
                && moment.flushes.has_restarted(uptime)
            {
                self.restart(moment);
            }
        }
    }

    #[inline]
    fn each_metric<'a>(
        &mut self,
        rules: &Rules,
        mut family: Family<'a>,
        kind: Kind,
        moment: &mut Moment<'_>,
        apply: impl Fn(&mut Self, Wanted<'a>, Reading<'a>, &mut Moment<'_>) -> Result<(), Reason>,
    ) {
        let fingerprint = rules.fingerprints.sent(family.name, kind);
        while let Ok(Some(metric)) = family.next_metric() {
            let mut fingerprint = fingerprint.clone();
            let applied = match metric.read(kind, |label| fingerprint.label(label)) {
                Ok(reading) => {
                    let wanted = Wanted {
                        name: family.name,
                        kind,
                        metric,
                        sent: fingerprint.finish(),
                        distribution: None,
                    };
                    apply(self, wanted, reading, moment)
                }
                Err(_) => Err(Reason::Malformed),
            };
            if let Err(reason) = applied {
                rules.refusals.refuse(reason, format_args!("a {} of {}", kind.name(), Excerpt(family.name)));
            }
        }
    }

    #[inline]
    fn scalar(
        &mut self,
        wanted: Wanted<'_>,
        reading: Reading<'_>,
        moment: &mut Moment<'_>,
    ) -> Result<(), Reason> {
        let number = reading.number().map_err(|_| Reason::Malformed)?.ok_or(Reason::Value)?;
        if wanted.kind == Kind::Counter && !(number >= 0.0 && number.is_finite()) {
            return Err(Reason::Value);
        }
        let (slot, written) = self.place(&wanted, moment)?;
        if wanted.kind == Kind::Counter && self.rules.counters == Counters::Cumulative {
            if written == Written::Comparable && number < *self.scalar_at(slot) {
                self.restart(moment);
            }
            *self.scalar_at(slot) = number;
        } else if wanted.kind == Kind::Counter {
            *self.scalar_at(slot) += number;
        } else {
            if wanted.name == UPTIME && moment.flushes.has_restarted(number) {
                self.restart(moment);
            }
            *self.scalar_at(slot) = number;
        }
        self.write(slot, moment);
        Ok(())
    }

    fn histogram(
        &mut self,
        wanted: Wanted<'_>,
        reading: Reading<'_>,
        moment: &mut Moment<'_>,
    ) -> Result<(), Reason> {
        let interval = distribution(reading)?;
        let (slot, _) = self.place(&Wanted { distribution: Some(interval), ..wanted }, moment)?;
        if !self.histogram_at(slot).bounds.are_of(interval) {
            self.rebound(slot, interval)?;
        }
        self.histogram_at(slot).add(interval);
        self.write(slot, moment);
        Ok(())
    }

    fn summary(
        &mut self,
        wanted: Wanted<'_>,
        reading: Reading<'_>,
        moment: &mut Moment<'_>,
    ) -> Result<(), Reason> {
        let interval = distribution(reading)?;
        let (slot, _) = self.place(&Wanted { distribution: Some(interval), ..wanted }, moment)?;
        let Series::Summaries(summaries) = &mut self.families[slot.family as usize].series else {
            return Err(Reason::Type);
        };
        summaries[slot.series as usize].add(interval)?;
        self.write(slot, moment);
        Ok(())
    }

    /// Where a series is, and which message wrote it last.
    ///
    /// # Errors
    ///
    /// If it cannot be held, or this message has written it already.
    #[inline]
    fn place(&mut self, wanted: &Wanted<'_>, moment: &mut Moment<'_>) -> Result<(Slot, Written), Reason> {
        let slot = match self.slots.get(wanted.sent) {
            Some(slot) => slot,
            None => self.find_or_make(wanted, moment.flushes.first())?,
        };
        match moment.flushes.judge(self.mark_mut(slot).message) {
            Written::ThisMessage => Err(Reason::Duplicate),
            written => Ok((slot, written)),
        }
    }

    /// Begins anew with what this flush has brought so far.
    fn restart(&mut self, moment: &mut Moment<'_>) {
        moment.restarted = true;
        self.begin_anew(moment.flushes.first());
    }

    #[inline]
    fn scalar_at(&mut self, slot: Slot) -> &mut f64 {
        match &mut self.families[slot.family as usize].series {
            Series::Scalars(scalars) => &mut scalars[slot.series as usize].value,
            _ => unreachable!("a fingerprint holds the type"),
        }
    }

    fn histogram_at(&mut self, slot: Slot) -> &mut Histogram {
        match &mut self.families[slot.family as usize].series {
            Series::Histograms(histograms) => &mut histograms[slot.series as usize],
            _ => unreachable!("a fingerprint holds the type"),
        }
    }

    #[inline]
    fn write(&mut self, slot: Slot, moment: &Moment<'_>) {
        let mark = self.mark_mut(slot);
        mark.message = moment.flushes.message();
        mark.second = moment.second;
    }
}

/// One whose sum can be added up: NaN would stay for good.
fn distribution(reading: Reading<'_>) -> Result<Distribution<'_>, Reason> {
    let distribution = reading.distribution().map_err(|_| Reason::Malformed)?;
    distribution.filter(|distribution| distribution.sum.is_finite()).ok_or(Reason::Value)
}
