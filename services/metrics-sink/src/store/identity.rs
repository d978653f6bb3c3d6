//! What identifies an Envoy.

use super::labels::{NODE_LABELS, push_label};

/// Identifies an Envoy. Two Envoys with the same identity are indistinguishable.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity {
    /// `node.cluster`; may be empty.
    pub job: String,
    /// `node.id`; never empty.
    pub instance: String,
}

impl Identity {
    /// The labels of all series of the node, each preceded by a comma. An empty cluster yields no `job`, so Prometheus
    /// adds the scrape's own.
    pub(crate) fn labels(&self) -> String {
        let mut labels = String::new();
        for (name, value) in NODE_LABELS.into_iter().zip([&self.job, &self.instance]) {
            if !value.is_empty() {
                labels.push(',');
                push_label(&mut labels, name, value);
            }
        }
        labels
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_escaped() {
        let identity = Identity { job: "a\"b".into(), instance: "1".into() };
        assert_eq!(identity.labels(), r#",job="a\"b",instance="1""#);
    }

    #[test]
    fn an_empty_cluster_yields_no_job() {
        let identity = Identity { job: String::new(), instance: "1".into() };
        assert_eq!(identity.labels(), r#",instance="1""#);
    }
}
