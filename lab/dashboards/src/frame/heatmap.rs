//! Heat maps of Prometheus' cumulative buckets: sorted by their upper bound, and each less the one below it.

use std::collections::{BTreeMap, BTreeSet};

use super::{super::answer::Labels, Field, Frame, Values};

/// One frame for each histogram (the labels but `le`): its times, and a field for each bucket, named by its bound.
pub(super) fn rows(series: Vec<Frame>) -> Vec<Frame> {
    let mut histograms: BTreeMap<Labels, Vec<Frame>> = BTreeMap::new();
    for frame in series {
        let mut labels = frame.fields.get(1).map(|field| field.labels.clone()).unwrap_or_default();
        labels.remove("le");
        histograms.entry(labels).or_default().push(frame);
    }
    histograms.into_values().map(histogram).collect()
}

fn histogram(mut buckets: Vec<Frame>) -> Frame {
    buckets.sort_by(|a, b| bound(a).total_cmp(&bound(b)));
    let times: BTreeSet<i64> = buckets.iter().filter_map(Frame::times).flatten().copied().flatten().collect();
    let columns: Vec<Vec<Option<f64>>> = buckets.iter().map(|bucket| on(&times, bucket)).collect();
    let first = buckets.first();
    let mut fields = vec![Field::new("Time", Values::Times(times.iter().map(|time| Some(*time)).collect()))];
    for (at, bucket) in buckets.iter().enumerate() {
        let below = at.checked_sub(1).map(|below| &columns[below]);
        let values = columns[at].iter().enumerate();
        // What is missing below is nothing to subtract.
        let own =
            values.map(|(row, value)| Some((*value)? - below.and_then(|below| below[row]).unwrap_or(0.0)));
        let labels = bucket.fields.get(1).map(|field| field.labels.clone()).unwrap_or_default();
        let name = labels.get("le").cloned().unwrap_or_default();
        fields.push(Field { labels, ..Field::new(&name, Values::Numbers(own.collect())) });
    }
    Frame {
        ref_id: first.map(|frame| frame.ref_id.clone()).unwrap_or_default(),
        name: String::new(),
        step_ms: first.map_or(0, |frame| frame.step_ms),
        fields,
    }
}

/// A bucket's upper bound; what is none comes last.
fn bound(bucket: &Frame) -> f64 {
    let le = bucket.fields.get(1).and_then(|field| field.labels.get("le"));
    le.and_then(|le| le.parse().ok()).unwrap_or(f64::INFINITY)
}

/// A bucket's values on the times of all.
fn on(times: &BTreeSet<i64>, bucket: &Frame) -> Vec<Option<f64>> {
    let numbers = bucket.fields.get(1).and_then(Field::numbers).unwrap_or_default();
    let own = bucket.times().unwrap_or_default().iter().copied().flatten().zip(numbers.iter().copied());
    let own: BTreeMap<i64, Option<f64>> = own.collect();
    times.iter().map(|time| own.get(time).copied().flatten()).collect()
}
