//! Grafana's alerting files, checked without Grafana for mistakes that it does not report: unknown keys, missing data sources
//! and panels, wrong escaping of `$`, and rules that were removed from a file but not deleted.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::{self, data_source_uids, data_sources, list, published_ports, root, text};

/// The supported keys of each kind of object.
const KNOWN: [(&str, &str); 14] = [
    ("file", "apiVersion groups deleteRules contactPoints policies templates muteTimes"),
    ("groups", "orgId name folder interval rules"),
    (
        "rules",
        "uid title condition data dashboardUid panelId noDataState execErrState for keepFiringFor annotations labels",
    ),
    ("data", "refId relativeTimeRange datasourceUid model"),
    ("relativeTimeRange", "from to"),
    (
        "model",
        "refId datasource editorMode expr instant range query rawQuery resultFormat intervalMs maxDataPoints \
         type expression reducer conditions",
    ),
    ("datasource", "type uid"),
    ("evaluator", "type params"),
    ("deleteRules", "orgId uid"),
    ("contactPoints", "orgId name receivers"),
    ("receivers", "uid type disableResolveMessage settings"),
    (
        "policies",
        "orgId receiver group_by group_wait group_interval repeat_interval object_matchers mute_time_intervals routes",
    ),
    ("templates", "orgId name template"),
    ("muteTimes", "orgId name time_intervals"),
];
/// Grafana's shortest evaluation interval.
const MIN_INTERVAL_SECONDS: u64 = 10;

/// A file of grafana/alerting.
struct File {
    /// Its path below that folder.
    name: String,
    yaml: Value,
}

impl File {
    fn read(path: &Path) -> Self {
        let name = path.strip_prefix(alerting("")).unwrap_or(path).display().to_string();
        Self { name, yaml: support::yaml(path) }
    }

    fn groups(&self) -> &[Value] {
        list(&self.yaml["groups"])
    }

    fn rules(&self) -> impl Iterator<Item = &Value> {
        self.groups().iter().flat_map(|group| list(&group["rules"]))
    }

    /// All strings of the file, with their paths.
    fn texts(&self) -> Vec<(String, &str)> {
        let mut all = Vec::new();
        walk(&self.yaml, &self.name, &mut |path, value| {
            all.extend(value.as_str().map(|text| (path.to_owned(), text)));
        });
        all
    }
}

#[test]
fn there_are_no_keys_that_grafana_ignores() {
    for file in files() {
        assert_eq!(file.yaml["apiVersion"], 1, "{}", file.name);
        check_keys("file", &file.yaml, &file.name);
        walk(&file.yaml, &file.name, &mut |path, value| {
            let key = path.rsplit('/').find(|part| part.parse::<usize>().is_err()).unwrap_or_default();
            // A policy's routes are policies.
            check_keys(if key == "routes" { "policies" } else { key }, value, path);
        });
    }
}

#[test]
fn intervals_are_multiples_of_grafanas_shortest_interval() {
    for file in rule_files() {
        for group in file.groups() {
            let interval = seconds(&group["interval"]);
            assert!(
                interval > 0 && interval.is_multiple_of(MIN_INTERVAL_SECONDS),
                "{}: interval {interval} s",
                file.name
            );
            for rule in list(&group["rules"]) {
                assert_eq!(seconds(&rule["for"]) % interval, 0, "{}: for", rule["title"]);
                // A cause that comes and goes within a minute is one incident. Grafana ignores keep_firing_for.
                assert_eq!(seconds(&rule["keepFiringFor"]), 60, "{}: keepFiringFor", rule["title"]);
            }
        }
    }
}

#[test]
fn rules_use_existing_data_sources_and_steps() {
    let known = data_source_uids();
    for (tutorial, rule) in rules() {
        let title = text(&rule["title"]);
        let mut earlier = vec![];
        for step in list(&rule["data"]) {
            let (model, source) = (&step["model"], text(&step["datasourceUid"]));
            assert!(source == "__expr__" || known.contains(source), "{tutorial}/{title}: {source}");
            assert_eq!(model["datasource"]["uid"], source, "{tutorial}/{title}");
            assert_eq!(model["refId"], step["refId"], "{tutorial}/{title}");
            if source == "__expr__" {
                assert!(earlier.contains(&text(&model["expression"])), "{tutorial}/{title}: {model}");
            } else {
                let range = (&step["relativeTimeRange"]["from"], &step["relativeTimeRange"]["to"]);
                assert!(range.0.as_u64() > range.1.as_u64(), "{tutorial}/{title}: {range:?}");
            }
            earlier.push(text(&step["refId"]));
        }
        assert_eq!(
            earlier.last(),
            Some(&text(&rule["condition"])),
            "{tutorial}/{title}: the last step decides"
        );
        assert_eq!(earlier.iter().collect::<BTreeSet<_>>().len(), earlier.len(), "{tutorial}/{title}");
    }
}

#[test]
fn rules_link_to_existing_panels_and_runbooks() {
    let ports = published_ports();
    let (grafana, prometheus) = (&ports["GRAFANA_PORT"], &ports["PROMETHEUS_PORT"]);
    for (tutorial, rule) in rules() {
        let (title, notes) = (text(&rule["title"]), &rule["annotations"]);
        let (uid, panel) = (text(&rule["dashboardUid"]), rule["panelId"].as_u64().expect("a panel"));
        // The mail links to the annotations, the panel's annotation to the rule's fields.
        assert_eq!(notes["__dashboardUid__"], uid, "{title}");
        assert_eq!(notes["__panelId__"], panel.to_string(), "{title}");
        assert_eq!(
            notes["dashboard_url"],
            format!("http://127.0.0.1:{grafana}/d/{uid}?viewPanel={panel}"),
            "{title}"
        );
        let file = root().join(format!("grafana/dashboards/{tutorial}/{uid}.json"));
        let board: Value = serde_json::from_slice(&fs::read(&file).expect(title)).expect("JSON");
        assert!(list(&board["panels"]).iter().any(|one| one["id"] == panel), "{title}: {uid} has no {panel}");
        assert_eq!(notes["runbook_url"], format!("http://127.0.0.1:{prometheus}/user/{title}.md"));
        let runbook = fs::read_to_string(root().join(format!("docs/runbooks/{title}.md"))).expect(title);
        assert!(runbook.starts_with(&format!("# {title}\n")), "{title}'s runbook has another title");
    }
}

#[test]
fn rules_have_a_unique_name_labels_and_texts() {
    let mut seen = BTreeSet::new();
    for (tutorial, rule) in rules() {
        let title = text(&rule["title"]);
        assert!(seen.insert(text(&rule["uid"]).to_owned()) && seen.insert(title.to_owned()), "{title} twice");
        assert_eq!(rule["labels"]["tutorial"], tutorial.as_str(), "{title}");
        assert!(["warning", "critical"].contains(&text(&rule["labels"]["severity"])), "{title}");
        assert!(["OK", "NoData", "Alerting"].contains(&text(&rule["noDataState"])), "{title}");
        assert!(["OK", "Error", "Alerting"].contains(&text(&rule["execErrState"])), "{title}");
        assert!(text(&rule["annotations"]["description"]).contains("$values.B.Value"), "{title}: the value");
        assert!(!text(&rule["annotations"]["summary"]).is_empty(), "{title}");
    }
}

#[test]
fn every_data_source_has_a_rule_that_reports_its_errors() {
    let source = |rule: &Value| text(&rule["data"][0]["datasourceUid"]).to_owned();
    let rules = rules();
    let reporting: BTreeSet<_> = rules
        .iter()
        .filter(|(_, rule)| rule["execErrState"] == "Error")
        .map(|(_, rule)| source(rule))
        .collect();
    let all: BTreeSet<_> = rules.iter().map(|(_, rule)| source(rule)).collect();
    assert_eq!(reporting, all);
}

#[test]
fn dollars_are_doubled_exactly_where_grafana_expands_them() {
    for file in files() {
        for (path, text) in file.texts() {
            let plain = text.replace("$$", "");
            let expanded = ["/labels/", "/settings/", "policies/"].iter().any(|part| path.contains(part));
            if expanded {
                assert!(!plain.contains('$'), "{path}: a $ that Grafana takes for a variable: {text}");
            } else {
                assert_eq!(plain, text, "{path}: $$ stays $$ here");
            }
            // Grafana expands braces in annotations, too.
            assert!(path.contains("/model/") || !text.contains("${"), "{path}: {text}");
        }
    }
}

#[test]
fn receivers_have_an_address_and_existing_templates() {
    let [points, templates] =
        ["contact-points", "templates"].map(|name| File::read(&alerting(&format!("{name}.yaml"))).yaml);
    let words: String = list(&templates["templates"]).iter().map(|one| text(&one["template"])).collect();
    for receiver in list(&points["contactPoints"]).iter().flat_map(|point| list(&point["receivers"])) {
        let settings = &receiver["settings"];
        assert!(!text(&receiver["uid"]).is_empty(), "{receiver}");
        assert_eq!((&receiver["type"], &receiver["disableResolveMessage"]), (&"email".into(), &false.into()));
        assert_eq!(settings["addresses"], "@SMTP_TO@", "make up fills this in");
        for field in ["subject", "message"] {
            let name = text(&settings[field]).split('"').nth(1).expect("a template's name");
            assert!(words.contains(&format!("{{{{ define \"{name}\" -}}}}")), "{field}: no template {name}");
        }
    }
}

#[test]
fn policies_refer_to_existing_contact_points_and_mute_timings() {
    let read = |name: &str| File::read(&alerting(name)).yaml;
    let names = |of: &Value| -> BTreeSet<String> {
        list(of).iter().map(|one| text(&one["name"]).to_owned()).collect()
    };
    let points = names(&read("contact-points.yaml")["contactPoints"]);
    let timings = names(&read("mute-timings.yaml")["muteTimes"]);
    let policies = read("policies.yaml");
    assert_eq!(list(&policies["policies"]).len(), 1, "one tree for one organisation");
    let (mut receivers, mut muted) = (BTreeSet::new(), BTreeSet::new());
    walk(&policies, "", &mut |path, value| {
        let Some(name) = value.as_str().map(str::to_owned) else { return };
        if path.ends_with("/receiver") {
            receivers.insert(name);
        } else if path.contains("/mute_time_intervals/") {
            muted.insert(name);
        }
    });
    assert!(!receivers.is_empty() && receivers.is_subset(&points), "{receivers:?} of {points:?}");
    assert_eq!(muted, timings, "every mute timing is used, and exists");
}

#[test]
fn omitting_a_tutorial_deletes_exactly_its_rules() {
    for file in rule_files() {
        let left_out = File::read(&alerting(&file.name.replace("rules/", "left-out/")));
        let deleted: Vec<_> =
            list(&left_out.yaml["deleteRules"]).iter().map(|one| text(&one["uid"])).collect();
        assert_eq!(deleted, file.rules().map(|rule| text(&rule["uid"])).collect::<Vec<_>>(), "{}", file.name);
    }
}

#[test]
fn promtool_tests_the_queries_of_the_rules() {
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let tests =
        fs::read_to_string(root().join("prometheus/tutorials/order/rules.test.yaml")).expect("the tests");
    for (_, rule) in rules() {
        let query = &rule["data"][0];
        if query["datasourceUid"] == "prometheus" {
            let expr = words(text(&query["model"]["expr"]));
            assert!(words(&tests).contains(&expr), "{}: no test has its query {expr}", rule["title"]);
        }
    }
}

#[test]
fn exactly_one_data_source_is_the_default() {
    let sources = data_sources();
    assert_eq!(sources.iter().filter(|source| source["isDefault"] == true).count(), 1);
}

fn check_keys(kind: &str, value: &Value, at: &str) {
    let Some((_, known)) = KNOWN.iter().find(|(name, _)| *name == kind) else { return };
    for key in value.as_object().into_iter().flat_map(|fields| fields.keys()) {
        assert!(
            known.split_whitespace().any(|one| one == key),
            "{at}: Grafana does not support {key:?} here"
        );
    }
}

/// Visits every nested value with its path of keys and indices.
fn walk<'a>(value: &'a Value, path: &str, visit: &mut impl FnMut(&str, &'a Value)) {
    let below: Vec<(String, &Value)> = match value {
        Value::Object(fields) => fields.iter().map(|(key, value)| (key.clone(), value)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(at, value)| (at.to_string(), value)).collect(),
        _ => Vec::new(),
    };
    for (key, value) in below {
        let path = format!("{path}/{key}");
        visit(&path, value);
        walk(value, &path, visit);
    }
}

fn alerting(name: &str) -> PathBuf {
    root().join("grafana/alerting").join(name)
}

/// All files below grafana/alerting.
fn files() -> Vec<File> {
    let folders = ["", "rules", "left-out"].map(alerting);
    let paths = folders.iter().flat_map(|folder| fs::read_dir(folder).expect("the folder"));
    let paths = paths.map(|entry| entry.expect("an entry").path()).filter(|path| path.is_file());
    let all: Vec<_> = paths.map(|path| File::read(&path)).collect();
    assert!(all.len() >= 8, "contact points, policies, templates, mute timings, rules and deletions");
    all
}

fn rule_files() -> Vec<File> {
    files().into_iter().filter(|file| file.name.starts_with("rules/")).collect()
}

/// All rules, with the tutorial that their file is named after.
fn rules() -> Vec<(String, Value)> {
    let tutorial = |file: &File| file.name["rules/".len()..].trim_end_matches(".yaml").to_owned();
    let all: Vec<_> = rule_files()
        .iter()
        .flat_map(|file| file.rules().cloned().map(|rule| (tutorial(file), rule)).collect::<Vec<_>>())
        .collect();
    assert!(all.len() >= 3, "the lab has at least three rules in Grafana");
    all
}

/// The seconds in `10s` or `1m`.
fn seconds(duration: &Value) -> u64 {
    let parsed = dashboards::duration::parse(text(duration));
    parsed.unwrap_or_else(|error| panic!("{error}")).as_secs()
}
