//! grafana: dashboards, panels and alert rules.

use catalog::{Fault, Tutorial, folders};
use serde_json::Value;

use crate::support::{list, names_in, read, root, set, strings, yaml};

#[test]
fn each_tutorial_has_a_folder_of_dashboards() {
    let names: Vec<&str> = Tutorial::ALL.into_iter().map(Tutorial::name).chain([folders::OWN]).collect();
    assert_eq!(names_in("grafana/dashboards"), set(&names).into_iter().map(str::to_owned).collect());
}

#[test]
fn each_tutorial_has_its_alert_rules() {
    for tutorial in Tutorial::ALL {
        let path = format!("grafana/alerting/rules/{}.yaml", tutorial.name());
        let rules = if root().join(&path).exists() { yaml(&path) } else { Value::Null };
        let rules = list(&rules["groups"]).iter().flat_map(|group| list(&group["rules"]));
        assert_eq!(strings(rules, "title"), set(tutorial.grafana_alerts()), "{path}");
    }
}

#[test]
fn each_fault_has_an_existing_panel_in_a_dashboard_of_a_tutorial() {
    for fault in Fault::ALL {
        let (uid, id) = fault.panel();
        let files =
            Tutorial::ALL.map(|tutorial| format!("grafana/dashboards/{}/{uid}.json", tutorial.name()));
        let file = files.into_iter().find(|file| root().join(file).exists());
        let file = file.unwrap_or_else(|| panic!("no dashboard {uid}"));
        let dashboard: Value = serde_json::from_str(&read(&file)).unwrap();
        assert!(list(&dashboard["panels"]).iter().any(|panel| panel["id"] == id), "{file} has no panel {id}");
    }
}
