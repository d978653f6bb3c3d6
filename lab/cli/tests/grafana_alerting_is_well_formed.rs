//! What can be said of Grafana's alerting files without Grafana. It ignores an unknown key without a word, expands a `$`
//! here and not there, never tells of a data source or a panel that does not exist, keeps a rule that has gone from its
//! file, and with a bad contact point does not start.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

#[path = "grafana_files/read.rs"]
mod read;

use read::{data_source_uids, data_sources, list, published_ports, root, text};

/// What each kind of object may have.
const KNOWN: [(&str, &str); 14] = [
    ("file", "apiVersion groups deleteRules contactPoints policies templates muteTimes"),
    ("groups", "orgId name folder interval rules"),
    (
        "rules",
        "uid title condition data dashboardUid panelId noDataState execErrState for annotations labels",
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
/// The fastest that Grafana evaluates, in seconds.
const FASTEST: u64 = 10;

/// A file of grafana/alerting.
struct File {
    /// Its path below that folder.
    name: String,
    yaml: Value,
}

impl File {
    fn read(path: &Path) -> Self {
        let name = path.strip_prefix(alerting("")).unwrap_or(path).display().to_string();
        Self { name, yaml: read::yaml(path) }
    }

    fn groups(&self) -> &[Value] {
        list(&self.yaml["groups"])
    }

    fn rules(&self) -> impl Iterator<Item = &Value> {
        self.groups().iter().flat_map(|group| list(&group["rules"]))
    }

    /// Every string of the file, with the path of keys that leads to it.
    fn texts(&self) -> Vec<(String, &str)> {
        let mut all = Vec::new();
        walk(&self.yaml, &self.name, &mut |path, value| {
            all.extend(value.as_str().map(|text| (path.to_owned(), text)));
        });
        all
    }
}

#[test]
fn a_key_that_grafana_would_ignore_fails() {
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
fn a_group_is_evaluated_at_a_multiple_of_the_fastest_interval() {
    for file in rule_files() {
        for group in file.groups() {
            let interval = seconds(&group["interval"]);
            assert!(interval > 0 && interval.is_multiple_of(FASTEST), "{}: interval {interval} s", file.name);
            for rule in list(&group["rules"]) {
                assert_eq!(seconds(&rule["for"]) % interval, 0, "{}: for", rule["title"]);
            }
        }
    }
}

#[test]
fn a_rule_asks_known_data_sources_and_its_steps_name_each_other() {
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
fn a_rule_leads_to_a_panel_and_a_runbook_that_exist() {
    let ports = published_ports();
    let (grafana, prometheus) = (&ports["GRAFANA_PORT"], &ports["PROMETHEUS_PORT"]);
    for (tutorial, rule) in rules() {
        let (title, notes) = (text(&rule["title"]), &rule["annotations"]);
        let (uid, panel) = (text(&rule["dashboardUid"]), rule["panelId"].as_u64().expect("a panel"));
        // The mail's link is made of these, the panel's mark of the rule's own fields.
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
fn a_rule_says_what_it_is_and_what_no_data_and_errors_mean() {
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
fn every_data_source_has_a_rule_that_tells_when_it_does_not_answer() {
    let asked = |rule: &Value| text(&rule["data"][0]["datasourceUid"]).to_owned();
    let rules = rules();
    let told: BTreeSet<_> = rules
        .iter()
        .filter(|(_, rule)| rule["execErrState"] == "Error")
        .map(|(_, rule)| asked(rule))
        .collect();
    let all: BTreeSet<_> = rules.iter().map(|(_, rule)| asked(rule)).collect();
    assert_eq!(told, all);
}

#[test]
fn a_dollar_is_doubled_where_grafana_expands_it_and_only_there() {
    for file in files() {
        for (path, text) in file.texts() {
            let plain = text.replace("$$", "");
            let expanded = ["/labels/", "/settings/", "policies/"].iter().any(|part| path.contains(part));
            if expanded {
                assert!(!plain.contains('$'), "{path}: a $ that Grafana takes for a variable: {text}");
            } else {
                assert_eq!(plain, text, "{path}: $$ stays $$ here");
            }
            // Braces are expanded in annotations, too.
            assert!(path.contains("/model/") || !text.contains("${"), "{path}: {text}");
        }
    }
}

#[test]
fn mail_goes_to_a_receiver_with_an_address_in_words_that_are_defined() {
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
fn policies_name_contact_points_and_mute_timings_that_exist() {
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
fn leaving_a_tutorial_out_deletes_exactly_its_rules() {
    for file in rule_files() {
        let left_out = File::read(&alerting(&file.name.replace("rules/", "left-out/")));
        let deleted: Vec<_> =
            list(&left_out.yaml["deleteRules"]).iter().map(|one| text(&one["uid"])).collect();
        assert_eq!(deleted, file.rules().map(|rule| text(&rule["uid"])).collect::<Vec<_>>(), "{}", file.name);
    }
}

#[test]
fn the_queries_that_promtool_tests_are_the_rules_own() {
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
fn one_data_source_is_the_default() {
    let sources = data_sources();
    assert_eq!(sources.iter().filter(|source| source["isDefault"] == true).count(), 1);
}

fn check_keys(kind: &str, value: &Value, at: &str) {
    let Some((_, known)) = KNOWN.iter().find(|(name, _)| *name == kind) else { return };
    for key in value.as_object().into_iter().flat_map(|fields| fields.keys()) {
        assert!(known.split_whitespace().any(|one| one == key), "{at}: Grafana knows no {key:?} here");
    }
}

/// Visits every value below this one with the path of keys and numbers to it.
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

/// Every file of grafana/alerting.
fn files() -> Vec<File> {
    let folders = ["", "rules", "left-out"].map(alerting);
    let paths = folders.iter().flat_map(|folder| fs::read_dir(folder).expect("the folder"));
    let paths = paths.map(|entry| entry.expect("an entry").path()).filter(|path| path.is_file());
    let all: Vec<_> = paths.map(|path| File::read(&path)).collect();
    assert!(all.len() >= 8, "contact points, policies, templates, timings; rules; what deletes them");
    all
}

fn rule_files() -> Vec<File> {
    files().into_iter().filter(|file| file.name.starts_with("rules/")).collect()
}

/// Every rule, with the tutorial that its file is named for.
fn rules() -> Vec<(String, Value)> {
    let tutorial = |file: &File| file.name["rules/".len()..].trim_end_matches(".yaml").to_owned();
    let all: Vec<_> = rule_files()
        .iter()
        .flat_map(|file| file.rules().cloned().map(|rule| (tutorial(file), rule)).collect::<Vec<_>>())
        .collect();
    assert!(all.len() >= 3, "the lab has at least three rules of Grafana's");
    all
}

/// Seconds of `10s` or `1m`.
fn seconds(duration: &Value) -> u64 {
    let parsed = dashboards::duration::parse(text(duration));
    parsed.unwrap_or_else(|error| panic!("{error}")).as_secs()
}
