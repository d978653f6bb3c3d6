//! The dashboards' files, checked without Grafana for mistakes that it does not report: panels without data or units, dead
//! links, overlapping panels.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use catalog::Tutorial;

use crate::support::{data_source_uids, list, published_ports, root, text};

/// The panels that alerts link to: dashboard, panel, and a word in the panel's title.
const ALERT_PANELS: [(&str, u64, &str); 10] = [
    ("grpc-client", 2, "Errors"),
    ("grpc-client", 3, "Duration"),
    ("envoy", 2, "flush"),
    ("envoy", 3, "Refused"),
    ("lookout", 2, "Targets"),
    ("orders", 2, "Duration"),
    ("orders", 3, "Failures"),
    ("hello", 2, "Duration"),
    ("balancer", 2, "Live"),
    ("balancer", 3, "limit"),
];

struct Dashboard {
    /// The file's name without `.json`.
    name: String,
    /// The folder's name, which is the tutorial.
    folder: String,
    json: Value,
}

impl Dashboard {
    /// All panels, including rows and the panels in collapsed rows.
    fn panels(&self) -> Vec<&Value> {
        list(&self.json["panels"]).iter().flat_map(|p| std::iter::once(p).chain(list(&p["panels"]))).collect()
    }

    /// The panels except rows, each with a name for messages.
    fn charts(&self) -> Vec<(String, &Value)> {
        let charts = self.panels().into_iter().filter(|panel| panel["type"] != "row");
        charts.map(|panel| (format!("{}/{} {}", self.name, panel["id"], panel["title"]), panel)).collect()
    }

    /// All `PromQL` expressions of panels and variables.
    fn expressions(&self) -> Vec<(String, &str)> {
        let mut all = self.queries("prometheus", "expr");
        all.extend(
            self.variables().map(|v| (format!("{} ${}", self.name, v["name"]), text(&v["query"]["query"]))),
        );
        all
    }

    /// The queries in `field` of all targets of the data source.
    fn queries(&self, source: &str, field: &str) -> Vec<(String, &str)> {
        let targets = self.charts().into_iter().flat_map(|(name, panel)| {
            list(&panel["targets"]).iter().map(move |target| (name.clone(), target))
        });
        let targets = targets.filter(|(_, target)| target["datasource"]["uid"] == source);
        targets.map(|(name, target)| (name, text(&target[field]))).collect()
    }

    fn variables(&self) -> impl Iterator<Item = &Value> {
        list(&self.json["templating"]["list"]).iter()
    }

    /// All links of the dashboard, its panels and their fields.
    fn addresses(&self) -> Vec<(String, &str)> {
        let mut all = Vec::new();
        collect_urls(&self.json, &self.name, &mut all);
        all
    }
}

#[test]
fn dashboards_have_common_settings() {
    for board in dashboards() {
        let (name, json) = (&board.name, &board.json);
        assert_eq!(json["uid"], name.as_str(), "{name}");
        assert!(json["id"].is_null(), "{name}: an id is specific to one Grafana's database");
        assert_eq!(json["schemaVersion"], 39, "{name}");
        assert_eq!(json["graphTooltip"], 1, "{name}: the crosshair must be shared");
        assert_eq!((&json["time"]["from"], &json["refresh"]), (&"now-15m".into(), &"5s".into()), "{name}");
        assert!(
            list(&json["tags"]).contains(&"lookout".into()),
            "{name}: links between dashboards use this tag"
        );
        assert!(!text(&json["title"]).is_empty() && !text(&json["description"]).is_empty(), "{name}");
        let title = text(&json["title"]).to_lowercase();
        assert_ne!(title, board.folder, "{name}: Grafana refuses a dashboard with the title of its folder");
    }
}

#[test]
fn panel_ids_and_titles_are_unique() {
    for board in dashboards() {
        let mut seen = BTreeSet::new();
        for panel in board.panels() {
            assert!(seen.insert(panel["id"].to_string()), "{}: id {} twice", board.name, panel["id"]);
            assert!(
                seen.insert(panel["title"].to_string()),
                "{}: title {} twice",
                board.name,
                panel["title"]
            );
        }
    }
}

#[test]
fn panels_that_alerts_link_to_exist() {
    let boards = dashboards();
    for (uid, id, word) in ALERT_PANELS {
        let board = boards.iter().find(|board| board.name == uid).expect(uid);
        let panel = board.panels().into_iter().find(|panel| panel["id"] == id);
        let title = panel.map(|panel| text(&panel["title"]));
        assert!(title.is_some_and(|title| title.contains(word)), "{uid}/{id}: {title:?}");
    }
}

#[test]
fn every_panel_has_a_description_and_a_unit() {
    for (name, panel) in dashboards().iter().flat_map(Dashboard::charts) {
        for field in [&panel["title"], &panel["description"], &panel["fieldConfig"]["defaults"]["unit"]] {
            assert!(!text(field).is_empty(), "{name}: title, description or unit is missing");
        }
        assert!(
            !list(&panel["fieldConfig"]["defaults"]["thresholds"]["steps"]).is_empty(),
            "{name}: thresholds"
        );
        assert!(!list(&panel["targets"]).is_empty(), "{name} has no target");
    }
}

#[test]
fn every_query_has_a_provisioned_data_source() {
    let known = data_source_uids();
    assert!(["prometheus", "jaeger", "influxdb"].iter().all(|uid| known.contains(*uid)), "{known:?}");
    for board in dashboards() {
        for (name, panel) in board.charts() {
            for source in list(&panel["targets"]).iter().chain([panel]).map(|item| &item["datasource"]["uid"])
            {
                assert!(known.contains(text(source)), "{name}: no data source {source}");
            }
        }
        for variable in board.variables() {
            assert!(
                known.contains(text(&variable["datasource"]["uid"])),
                "{}: {}",
                board.name,
                variable["name"]
            );
        }
    }
}

#[test]
fn rates_use_grafanas_rate_interval() {
    for (name, expr) in dashboards().iter().flat_map(Dashboard::expressions) {
        for window in expr.split('[').skip(1) {
            assert!(window.starts_with("$__rate_interval]"), "{name}: a fixed window in {expr}");
        }
        let counted = ["rate(", "increase(", "histogram_quantile("].iter().any(|f| expr.contains(f));
        assert_eq!(
            counted,
            expr.contains('['),
            "{name}: a rate without a window, or a window without one: {expr}"
        );
    }
}

#[test]
fn influxql_queries_use_the_time_range_and_interval() {
    let mut seen = 0;
    for board in dashboards() {
        for (name, query) in board.queries("influxdb", "query") {
            seen += 1;
            // A query for the last values uses a fixed range.
            let newest = query.contains("WHERE time > now() - ") && !query.contains("GROUP BY time(");
            let follows = query.contains("$timeFilter")
                && ["GROUP BY time($__interval)", "GROUP BY time(30s)"].iter().any(|by| query.contains(by));
            assert!(newest != follows, "{name}: {query}");
            for (at, _) in query.match_indices('$') {
                let known = ["$timeFilter", "$__interval)"].iter().any(|word| query[at..].starts_with(word));
                assert!(known, "{name}: {}", &query[at..]);
            }
        }
        let targets = board.charts().into_iter().flat_map(|(_, panel)| list(&panel["targets"]).to_vec());
        for target in targets.filter(|target| target["datasource"]["uid"] == "influxdb") {
            assert_eq!((&target["rawQuery"], &target["resultFormat"]), (&true.into(), &"time_series".into()));
        }
    }
    assert!(seen > 0, "no dashboard queries InfluxDB");
}

#[test]
fn variables_allow_several_values_and_are_used() {
    for board in dashboards() {
        let defined: BTreeSet<_> = board.variables().map(|variable| text(&variable["name"])).collect();
        for variable in board.variables() {
            let name = text(&variable["name"]);
            assert!(variable["includeAll"] == true && variable["multi"] == true, "{}: ${name}", board.name);
            let used = board.expressions().iter().any(|(_, expr)| expr.contains(&format!("=~\"${name}\"")));
            assert!(used, "{}: ${name} filters nothing", board.name);
        }
        for (name, expr) in board.expressions() {
            for (at, _) in expr.match_indices('$') {
                let rest = &expr[at + 1..];
                let end = rest.find(|c: char| c != '_' && !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
                let (variable, before) = (&rest[..end], &expr[..at]);
                let fits =
                    variable == "__rate_interval" || (defined.contains(variable) && before.ends_with("=~\""));
                assert!(fits, "{name}: ${variable} in {expr}");
            }
        }
    }
}

#[test]
fn panels_are_in_order_and_do_not_overlap() {
    for board in dashboards() {
        let mut taken = BTreeSet::new();
        let mut last = (0, 0);
        for panel in list(&board.json["panels"]) {
            let [x, y, w, h] =
                ["x", "y", "w", "h"].map(|side| panel["gridPos"][side].as_u64().expect("a position"));
            assert!(
                w > 0 && h > 0 && x + w <= 24,
                "{}/{} does not fit the 24 columns",
                board.name,
                panel["id"]
            );
            assert!(last <= (y, x), "{}/{} is listed before a panel above it", board.name, panel["id"]);
            last = (y, x);
            for cell in (x..x + w).flat_map(|column| (y..y + h).map(move |line| (column, line))) {
                assert!(
                    taken.insert(cell),
                    "{}/{} overlaps another panel at {cell:?}",
                    board.name,
                    panel["id"]
                );
            }
        }
    }
}

#[test]
fn links_lead_to_existing_dashboards_and_published_ports() {
    let boards = dashboards();
    let ports: BTreeSet<_> = published_ports().into_values().collect();
    for (name, url) in boards.iter().flat_map(Dashboard::addresses) {
        if let Some(uid) = url.strip_prefix("/d/") {
            let uid = uid.split(['/', '?']).next().unwrap_or_default();
            assert!(boards.iter().any(|board| board.name == uid), "{name}: no dashboard {uid}");
        } else {
            let port =
                url.strip_prefix("http://127.0.0.1:").map(|rest| rest.split('/').next().unwrap_or_default());
            assert!(
                port.is_some_and(|port| ports.contains(port)),
                "{name}: {url} is not a published port of the lab"
            );
        }
    }
}

fn dashboards() -> Vec<Dashboard> {
    let mut all = Vec::new();
    for tutorial in Tutorial::ALL {
        let folder = root().join("grafana/dashboards").join(tutorial.name());
        for file in fs::read_dir(folder).expect("the files") {
            let path = file.expect("a file").path();
            let json = serde_json::from_slice(&fs::read(&path).expect("its text"));
            let json = json.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
            all.push(Dashboard { name, folder: tutorial.name().into(), json });
        }
    }
    assert!(all.len() >= 7, "the lab has at least seven dashboards");
    all
}

fn collect_urls<'a>(json: &'a Value, name: &str, urls: &mut Vec<(String, &'a str)>) {
    match json {
        Value::Object(fields) => {
            let url = fields.get("url").and_then(Value::as_str).filter(|url| !url.is_empty());
            urls.extend(url.map(|url| (name.to_owned(), url)));
            fields.values().for_each(|value| collect_urls(value, name, urls));
        }
        Value::Array(items) => items.iter().for_each(|item| collect_urls(item, name, urls)),
        _ => {}
    }
}
