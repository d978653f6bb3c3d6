//! The text of a panel's failed queries: each reason once, followed by the queries that failed for it.

use dashboards::model::Target;
use dashboards::queries::Query;

use super::sources;

#[derive(Debug, Default)]
pub(super) struct QueryErrors(Vec<(String, Vec<String>)>);

impl QueryErrors {
    /// `reason` follows the name of the data source.
    pub(super) fn add(&mut self, target: &Target, query: &Query, reason: &str) {
        self.push(
            format!("{} {reason}", sources::source(query).title()),
            format!("query {}: {}", target.ref_id, query.text()),
        );
    }

    fn push(&mut self, reason: String, query: String) {
        match self.0.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, queries)) => queries.push(query),
            None => self.0.push((reason, vec![query])),
        }
    }

    /// `None` if no query failed.
    pub(super) fn text(&self) -> Option<String> {
        let lines = self.0.iter().flat_map(|(reason, queries)| std::iter::once(reason).chain(queries));
        let lines: Vec<&str> = lines.map(String::as_str).collect();
        (!lines.is_empty()).then(|| lines.join("\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_comes_once_and_before_its_queries() {
        let mut errors = QueryErrors::default();
        assert_eq!(errors.text(), None);
        for (reason, query) in [("Prometheus is down", "query A: x"), ("Jaeger is down", "query B: y")] {
            errors.push(reason.to_owned(), query.to_owned());
        }
        errors.push("Prometheus is down".to_owned(), "query C: z".to_owned());
        let text = "Prometheus is down\nquery A: x\nquery C: z\nJaeger is down\nquery B: y";
        assert_eq!(errors.text().as_deref(), Some(text));
    }
}
