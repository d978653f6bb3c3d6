//! `PromQL` expressions for the figures of an edge. Each yields one sample without labels, or none.
//!
//! The range is five scrapes, so that figures follow the load closely.

/// Increase per second of a counter; 0 if the job is scraped but does not have the series yet.
pub(super) fn rate(job: &str, series: &str) -> String {
    format!("sum(rate({series}[5s])) or {}", zero(job))
}

/// Increase of a counter in the last minute; 0 as in [`rate`].
pub(super) fn per_minute(job: &str, series: &str) -> String {
    format!("sum(increase({series}[1m])) or {}", zero(job))
}

/// The 95th percentile of a histogram in seconds; no sample without observations.
pub(super) fn p95(buckets: &str) -> String {
    format!("histogram_quantile(0.95, sum by (le) (rate({buckets}[5s]))) >= 0")
}

/// The same, in seconds, of a histogram in milliseconds.
pub(super) fn p95_of_millis(buckets: &str) -> String {
    format!("histogram_quantile(0.95, sum by (le) (rate({buckets}[5s]))) / 1000 >= 0")
}

/// Samples per second that Prometheus scrapes from these jobs, a regular expression.
pub(super) fn samples(jobs: &str) -> String {
    format!(r#"sum(sum_over_time(scrape_samples_scraped{{job=~"{jobs}"}}[5s])) / 5"#)
}

/// The part of [`samples`] that is lost, estimated by the share of failed scrapes.
pub(super) fn lost_samples(jobs: &str) -> String {
    format!(r#"(1 - avg(avg_over_time(up{{job=~"{jobs}"}}[5s]))) * ({})"#, samples(jobs))
}

/// The longest scrape of these jobs, in seconds.
pub(super) fn scrape_time(jobs: &str) -> String {
    format!(r#"max(max_over_time(scrape_duration_seconds{{job=~"{jobs}"}}[5s]))"#)
}

fn zero(job: &str) -> String {
    format!(r#"0 * sum(up{{job="{job}"}} == 1)"#)
}

/// The union of named expressions. Each series has the name of its expression in the label `cell`.
pub(super) fn union(cells: impl Iterator<Item = (String, String)>) -> String {
    let cell = |(name, expr)| format!(r#"label_replace(({expr}), "cell", "{name}", "", "")"#);
    cells.map(cell).collect::<Vec<_>>().join("\nor\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_each_expression_of_the_union_with_its_name() {
        let cells = [("a rate", "sum(x)"), ("b", "vector(1) or y")];
        let cells = cells.map(|(name, expr)| (name.to_owned(), expr.to_owned()));
        assert_eq!(
            union(cells.into_iter()),
            "label_replace((sum(x)), \"cell\", \"a rate\", \"\", \"\")\nor\n\
             label_replace((vector(1) or y), \"cell\", \"b\", \"\", \"\")"
        );
    }
}
