//! The user's own scrape jobs and rules, in prometheus/own: their state is no claim of the lab.

use std::{collections::BTreeSet, fs, io, path::Path};

use clients::{
    maildev::Mail,
    prometheus::{Labels, Rule, Target},
};
use serde_json::Value;

/// The names in the user's own files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Own {
    jobs: BTreeSet<String>,
    /// Alerts and recorded series.
    rules: BTreeSet<String>,
}

impl Own {
    /// Reads the folder. Without it, the user has no files. A file that is not YAML has no names: `docker compose up` refuses it.
    ///
    /// # Errors
    ///
    /// Returns an error if a file cannot be read.
    pub fn read(folder: &Path) -> io::Result<Self> {
        let mut own = Self::default();
        let entries = match fs::read_dir(folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(own),
            entries => entries?,
        };
        for entry in entries {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "yaml") {
                let content: Value = serde_saphyr::from_str(&fs::read_to_string(&path)?).unwrap_or_default();
                own.add(&content);
            }
        }
        Ok(own)
    }

    fn add(&mut self, content: &Value) {
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let name = |value: &Value| value.as_str().map(str::to_owned);
        self.jobs.extend(list(&content["scrape_configs"]).iter().filter_map(|job| name(&job["job_name"])));
        for rule in list(&content["groups"]).iter().flat_map(|group| list(&group["rules"])) {
            self.rules.extend(name(&rule["alert"]).or_else(|| name(&rule["record"])));
        }
    }

    /// Whether the target belongs to the user's job.
    pub(crate) fn has_target(&self, target: &Target) -> bool {
        target.labels.get("job").is_some_and(|job| self.jobs.contains(job))
    }

    /// Whether the rule is the user's.
    pub(crate) fn has_rule(&self, rule: &Rule) -> bool {
        self.rules.contains(&rule.name)
    }

    /// Whether the alert with these labels is the user's, or about the user's job, as `TargetDown` may be.
    pub(crate) fn has_alert(&self, labels: &Labels) -> bool {
        let is = |label: &str, names: &BTreeSet<String>| {
            labels.get(label).is_some_and(|name| names.contains(name))
        };
        is("alertname", &self.rules) || is("job", &self.jobs)
    }

    /// Whether the mail is about such an alert.
    pub(crate) fn has_mail(&self, mail: &Mail) -> bool {
        let is_about = |job: &String| mail.subject.contains(&format!(" on {job}:"));
        mail.alert().is_some_and(|(_, alert)| self.rules.contains(alert) || self.jobs.iter().any(is_about))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const JOBS: &str = "scrape_configs: [{ job_name: tea }]";
    const RULES: &str =
        "groups: [{ name: tea, rules: [{ alert: TeaCold, expr: up }, { record: tea, expr: up }] }]";

    fn own() -> Own {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in [("a.yaml", JOBS), ("b.yaml", RULES), ("c.yaml", "{"), (".gitignore", "*")] {
            fs::write(folder.path().join(name), text).unwrap();
        }
        Own::read(folder.path()).unwrap()
    }

    #[test]
    fn jobs_alerts_and_series_are_read_from_the_users_files() {
        let own = own();
        assert_eq!(own.jobs, ["tea".to_owned()].into());
        assert_eq!(own.rules, ["TeaCold".to_owned(), "tea".to_owned()].into());
        assert_eq!(Own::read(Path::new("/none")).unwrap(), Own::default());
    }

    #[test]
    fn an_alert_of_the_users_rule_or_job_is_the_users() {
        let is_own = |labels: Value| own().has_alert(&serde_json::from_value(labels).unwrap());
        assert!(is_own(json!({"alertname": "TeaCold"})));
        assert!(is_own(json!({"alertname": "TargetDown", "job": "tea"})));
        assert!(!is_own(json!({"alertname": "TargetDown", "job": "echo-server"})));
    }

    #[test]
    fn a_mail_about_such_an_alert_is_the_users() {
        let is_own = |subject: &str| {
            let mail = json!({"id": "1", "subject": subject, "text": "", "html": "", "from": [], "to": []});
            own().has_mail(&serde_json::from_value(mail).unwrap())
        };
        assert!(is_own("[FIRING] TeaCold: cold"));
        assert!(is_own("[RESOLVED] TargetDown on tea: Prometheus cannot scrape tea"));
        assert!(!is_own("[FIRING] TargetDown on echo-server: Prometheus cannot scrape echo-server"));
        assert!(!is_own("[FIRING] TeaColder: colder"));
    }
}
