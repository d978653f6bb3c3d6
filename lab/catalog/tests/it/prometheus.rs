//! prometheus/tutorials: scrape jobs and alert rules.

use std::collections::BTreeSet;

use catalog::Tutorial;

use crate::support::{list, names_in, root, set, strings, yaml};

#[test]
fn each_tutorial_has_its_scrape_jobs_and_alert_rules() {
    let mut folders = BTreeSet::new();
    for tutorial in Tutorial::ALL {
        let folder = format!("prometheus/tutorials/{}", tutorial.name());
        if !root().join(&folder).exists() {
            assert!(tutorial.jobs().is_empty() && tutorial.prometheus_alerts().is_empty(), "no {folder}");
            continue;
        }
        folders.insert(tutorial.name().to_owned());
        let scrape = yaml(&format!("{folder}/scrape.yaml"));
        assert_eq!(strings(list(&scrape["scrape_configs"]), "job_name"), set(tutorial.jobs()), "{folder}");
        let rules = yaml(&format!("{folder}/rules.yaml"));
        let rules = list(&rules["groups"]).iter().flat_map(|group| list(&group["rules"]));
        assert_eq!(strings(rules, "alert"), set(tutorial.prometheus_alerts()), "{folder}");
    }
    assert_eq!(names_in("prometheus/tutorials"), folders);
}
