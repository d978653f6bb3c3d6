//! Which Envoy it is: `job` is its node.cluster, `instance` its node.id.

use super::labels::push_label;

/// An Envoy's identity. Two Envoys with the same cannot be told apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity {
    /// `node.cluster`; may be empty.
    pub job: String,
    /// `node.id`; never empty.
    pub instance: String,
}

impl Identity {
    /// The labels that tell this node's series from others', each after a comma. An empty cluster gives none, so that
    /// Prometheus puts the scrape's own job there.
    pub(crate) fn labels(&self) -> String {
        let mut labels = String::new();
        for (name, value) in [("job", &self.job), ("instance", &self.instance)] {
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
    fn nodes_are_told_apart_by_job_and_instance() {
        let node = Identity { job: "a\"b".into(), instance: "1".into() };
        assert_eq!(node.labels(), r#",job="a\"b",instance="1""#);
    }

    #[test]
    fn an_empty_cluster_is_no_label() {
        let node = Identity { job: String::new(), instance: "1".into() };
        assert_eq!(node.labels(), r#",instance="1""#);
    }
}
