//! Expressions for the figures of an edge. Each gives one number without labels, or nothing.
//!
//! The window is short, so that a figure moves with the load: five scrapes.

/// Events a second of a job's counter; 0 where the job is scraped but has no such series yet.
pub(super) fn rate(job: &str, series: &str) -> String {
    format!("sum(rate({series}[5s])) or {}", zero(job))
}

/// Events of the last minute, 0 as above.
pub(super) fn a_minute(job: &str, series: &str) -> String {
    format!("sum(increase({series}[1m])) or {}", zero(job))
}

/// The 95th percentile of a histogram's newest values; nothing while there are none.
pub(super) fn p95(buckets: &str) -> String {
    format!("histogram_quantile(0.95, sum by (le) (rate({buckets}[5s]))) >= 0")
}

/// The same of a histogram of milliseconds, in seconds.
pub(super) fn p95_of_millis(buckets: &str) -> String {
    format!("histogram_quantile(0.95, sum by (le) (rate({buckets}[5s]))) / 1000 >= 0")
}

/// Samples a second that Prometheus reads of these jobs.
pub(super) fn samples(jobs: &str) -> String {
    format!(r#"sum(sum_over_time(scrape_samples_scraped{{job=~"{jobs}"}}[5s])) / 5"#)
}

/// So much of them as is the share of these jobs' scrapes that failed.
pub(super) fn lost_samples(jobs: &str) -> String {
    format!(r#"(1 - avg(avg_over_time(up{{job=~"{jobs}"}}[5s]))) * ({})"#, samples(jobs))
}

/// The longest scrape of these jobs.
pub(super) fn scrape_time(jobs: &str) -> String {
    format!(r#"max(max_over_time(scrape_duration_seconds{{job=~"{jobs}"}}[5s]))"#)
}

fn zero(job: &str) -> String {
    format!(r#"0 * sum(up{{job="{job}"}} == 1)"#)
}

/// All expressions as one, whose series carry their names in the label `cell`.
pub(super) fn together<'a>(cells: impl Iterator<Item = (String, &'a str)>) -> String {
    let cell = |(name, expr): (String, &str)| format!(r#"label_replace(({expr}), "cell", "{name}", "", "")"#);
    cells.map(cell).collect::<Vec<_>>().join("\nor\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_cell_of_the_whole_carries_its_name() {
        let cells = [("a rate".to_owned(), "sum(x)"), ("b".to_owned(), "vector(1) or y")];
        assert_eq!(
            together(cells.into_iter()),
            "label_replace((sum(x)), \"cell\", \"a rate\", \"\", \"\")\nor\n\
             label_replace((vector(1) or y), \"cell\", \"b\", \"\", \"\")"
        );
    }
}
