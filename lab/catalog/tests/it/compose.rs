//! compose.yaml and `.env`: services, profiles and published ports.

use std::collections::BTreeSet;

use catalog::{Port, Service, Tutorial};
use serde_json::Value;

use crate::support::{list, read, yaml};

/// Services that run only for the length of a command.
const COMMANDS: [&str; 2] = ["lab", "load"];

/// A key of a service, which may come from a YAML merge.
fn key<'a>(service: &'a Value, name: &str) -> &'a Value {
    let own = &service[name];
    if own.is_null() && service["<<"].is_object() { key(&service["<<"], name) } else { own }
}

#[test]
fn services_are_those_of_the_catalog_with_their_tutorials_profiles() {
    let compose = yaml("compose.yaml");
    let services = compose["services"].as_object().unwrap();
    let names: BTreeSet<&str> = services.keys().map(String::as_str).collect();
    let expected = Service::ALL.into_iter().map(Service::name).chain(COMMANDS);
    assert_eq!(names, expected.collect());
    for tutorial in Tutorial::ALL {
        for service in tutorial.services() {
            let profiles: Vec<&str> =
                list(key(&services[service.name()], "profiles")).iter().filter_map(Value::as_str).collect();
            // Grafana has a profile of its own, because its image may be unavailable.
            let profile = if *service == Service::Grafana { Some("grafana") } else { tutorial.profile() };
            assert_eq!(profiles, profile.into_iter().collect::<Vec<_>>(), "{service}");
        }
    }
}

#[test]
fn services_publish_the_catalogs_ports_on_loopback() {
    let compose = yaml("compose.yaml");
    for service in Service::ALL {
        let published = list(key(&compose["services"][service.name()], "ports")).iter();
        let settings: BTreeSet<&str> = published
            .map(|port| {
                let port = port.as_str().unwrap();
                let setting =
                    port.strip_prefix("127.0.0.1:${").and_then(|rest| rest.split(['}', ':']).next());
                setting.unwrap_or_else(|| panic!("{service} publishes {port}"))
            })
            .collect();
        assert_eq!(settings, service.ports().iter().map(|port| port.setting).collect(), "{service}");
    }
}

#[test]
fn the_default_ports_are_those_of_the_catalog() {
    let env = read(".env");
    let settings = env.lines().filter(|line| !line.starts_with('#'));
    let lines = settings.filter_map(|line| line.split_once('='));
    let ports: BTreeSet<(&str, u16)> = lines
        .filter(|(name, _)| name.ends_with("_PORT") && !name.starts_with("SMTP_"))
        .map(|(name, value)| (name, value.split_whitespace().next().unwrap().parse().unwrap()))
        .collect();
    let expected = Service::ALL.iter().flat_map(|service| service.ports());
    assert_eq!(ports, expected.map(|Port { setting, default }| (*setting, *default)).collect());
}
