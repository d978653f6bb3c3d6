//! compose.yaml, the selections in tutorials/ and .env.example: services, settings and published ports.

use std::collections::{BTreeMap, BTreeSet};

use catalog::{Port, Selection, Service};
use clap::ValueEnum;
use serde_json::Value;

use crate::support::{list, names_in, read, yaml};

/// Services that run only for the length of a command.
const COMMANDS: [&str; 3] = ["config", "lab", "load"];

/// A key of a service, which may come from a YAML merge.
fn key<'a>(service: &'a Value, name: &str) -> &'a Value {
    let own = &service[name];
    if own.is_null() && service["<<"].is_object() { key(&service["<<"], name) } else { own }
}

#[test]
fn services_are_those_of_the_catalog() {
    let compose = yaml("compose.yaml");
    let names: BTreeSet<&str> = compose["services"].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, Service::ALL.into_iter().map(Service::name).chain(COMMANDS).collect());
}

#[test]
fn each_selection_gives_a_profile_to_the_services_that_it_leaves_out() {
    let compose = yaml("compose.yaml");
    for selection in Selection::value_variants() {
        let name = selection.to_possible_value().unwrap().get_name().to_owned();
        let changes = yaml(&format!("tutorials/{name}.yaml"));
        for service in Service::ALL {
            let extended = key(&compose["services"][service.name()], "extends");
            let is_optional = extended["file"] == "tutorials/${TUTORIAL:-all}.yaml";
            let change = &changes["services"][extended["service"].as_str().unwrap_or(service.name())];
            let is_left_out = is_optional && !list(&change["profiles"]).is_empty();
            assert_eq!(is_left_out, !selection.has_service(service), "{service} with TUTORIAL={name}");
        }
    }
    assert_eq!(names_in("tutorials").len(), Selection::value_variants().len());
}

/// The ports that the gate publishes: the web ports of programs that are not the lab's own.
const GATED: [&str; 8] = [
    "ALERTMANAGER_PORT",
    "ENVOY_ADMIN_PORT",
    "GRAFANA_PORT",
    "INFLUXDB_PORT",
    "JAEGER_PORT",
    "MAILDEV_PORT",
    "OTLP_HTTP_PORT",
    "PROMETHEUS_PORT",
];

/// The settings of the ports that an entry below `services:` publishes, all on loopback.
fn published(service: &Value) -> BTreeSet<&str> {
    list(key(service, "ports"))
        .iter()
        .map(|port| {
            let port = port.as_str().unwrap();
            port.strip_prefix("127.0.0.1:${")
                .and_then(|rest| rest.split(['}', ':']).next())
                .unwrap_or_else(|| panic!("{port} is published on other addresses than 127.0.0.1"))
        })
        .collect()
}

#[test]
fn services_publish_the_catalogs_ports_and_the_gate_the_web_ports_of_third_parties() {
    let compose = yaml("compose.yaml");
    let gate = Service::Gate.name();
    for selection in Selection::value_variants() {
        let name = selection.to_possible_value().unwrap().get_name().to_owned();
        let changes = yaml(&format!("tutorials/{name}.yaml"));
        let gated: BTreeSet<&str> = published(&compose["services"][gate])
            .union(&published(&changes["services"][gate]))
            .copied()
            .collect();
        let expected = GATED.into_iter().filter(|port| {
            let owner =
                Service::ALL.into_iter().find(|service| service.ports().iter().any(|p| p.setting == *port));
            selection.has_service(owner.unwrap())
        });
        assert_eq!(gated, expected.collect(), "gate with TUTORIAL={name}");
    }
    for service in Service::ALL.into_iter().filter(|service| *service != Service::Gate) {
        let own = service.ports().iter().map(|port| port.setting).filter(|port| !GATED.contains(port));
        assert_eq!(published(&compose["services"][service.name()]), own.collect(), "{service}");
    }
}

/// The defaults of all variables in compose.yaml: `${NAME:-default}` or `${NAME-default}`.
fn defaults(compose: &str) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut defaults: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for variable in compose.split("${").skip(1) {
        let end = variable.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap();
        let (name, rest) = variable.split_at(end);
        if let Some(default) = rest.strip_prefix(":-").or_else(|| rest.strip_prefix('-')) {
            defaults.entry(name).or_default().insert(default.split(['}', '$']).next().unwrap());
        }
    }
    defaults
}

#[test]
fn the_example_lists_every_variable_with_its_default() {
    let (compose, example) = (read("compose.yaml"), read(".env.example"));
    let defaults = defaults(&compose);
    let lines = example.lines().filter_map(|line| line.strip_prefix('#')?.split_once('='));
    let listed: BTreeMap<&str, &str> = lines
        .filter(|(name, _)| name.bytes().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == b'_'))
        .collect();
    assert_eq!(listed.keys().collect::<Vec<_>>(), defaults.keys().collect::<Vec<_>>());
    for (name, values) in defaults {
        // The default files hold no password and no certificate, and Grafana's address depends on its port.
        if !["SMTP_PASSWORD_FILE", "SMTP_CA_FILE", "GRAFANA_URL"].contains(&name) {
            assert_eq!(values, BTreeSet::from([listed[name]]), "{name}");
        }
    }
}

#[test]
fn the_settings_list_the_ports_of_the_catalog() {
    let compose = read("compose.yaml");
    let settings = compose.split("x-settings:").nth(1).unwrap().split("\n\n").next().unwrap();
    let lines = settings.lines().filter_map(|line| line.trim().split_once(": ${"));
    let ports: BTreeMap<&str, &str> = lines
        .filter(|(name, _)| name.ends_with("_PORT") && !name.starts_with("SMTP_"))
        .filter_map(|(name, value)| Some((name, value.split_once(":-")?.1.trim_end_matches('}'))))
        .collect();
    let expected: BTreeMap<&str, String> = Service::ALL
        .iter()
        .flat_map(|service| service.ports())
        .map(|Port { setting, default }| (*setting, default.to_string()))
        .collect();
    assert_eq!(ports, expected.iter().map(|(name, port)| (*name, port.as_str())).collect());
}

#[test]
fn the_pins_of_build_images_are_the_defaults() {
    let (compose, pins) = (read("compose.yaml"), read("scripts/pins.env"));
    let defaults = defaults(&compose);
    for name in ["DEBIAN_IMAGE", "RUST_IMAGE", "NODE_IMAGE"] {
        let pin = pins.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('=')).unwrap();
        assert_eq!(defaults[name], BTreeSet::from([pin]), "{name}");
        assert!(read("Dockerfile").contains(&format!("ARG {name}={pin}\n")), "{name} in the Dockerfile");
    }
}
