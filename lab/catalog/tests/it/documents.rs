//! README, tutorials and runbooks.

use std::collections::BTreeSet;

use catalog::{Fault, Selection, Service, Tutorial};

use crate::support::{names_in, read};

#[test]
fn each_alert_has_a_runbook() {
    let alerts = [Selection::All.prometheus_alerts(), Selection::All.grafana_alerts()].concat();
    assert_eq!(names_in("docs/runbooks"), alerts.iter().map(|&alert| alert.to_owned()).collect());
    for alert in alerts {
        assert!(read(&format!("docs/runbooks/{alert}.md")).starts_with(&format!("# {alert}\n")), "{alert}");
    }
}

#[test]
fn the_readme_lists_each_fault_with_its_alert() {
    let readme = read("README.md");
    let table = readme.split("| `make alert FAULT=` |").nth(1).expect("the table of faults");
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    let rows: BTreeSet<(&str, &str)> = rows
        .map(|row| {
            let cells: Vec<&str> = row.split('|').map(str::trim).collect();
            (cells[1].trim_matches('`'), cells[3].split('`').nth(1).unwrap_or_default())
        })
        .collect();
    assert_eq!(rows, Fault::ALL.into_iter().map(|fault| (fault.name(), fault.alert())).collect());
}

#[test]
fn each_tutorial_has_a_document_and_a_row_in_the_readme() {
    let readme = read("README.md");
    for tutorial in Tutorial::ALL.into_iter().filter(|tutorial| *tutorial != Tutorial::Lab) {
        let path = format!("docs/{}.md", tutorial.name());
        read(&path);
        let command = format!("TUTORIAL={} make up", tutorial.name());
        let row = readme.lines().find(|line| line.starts_with('|') && line.contains(&command));
        assert!(row.is_some_and(|row| row.contains(&path)), "no row with {command} and {path}");
    }
}

#[test]
fn the_readme_has_the_requirements_that_the_preflight_checks() {
    let table = read("scripts/requirements");
    let minimum = |name: &str| {
        let mut rows = table.lines().map(|row| row.split_whitespace().collect::<Vec<_>>());
        rows.find(|row| row[0] == name).unwrap_or_else(|| panic!("no requirement {name}"))[1].to_owned()
    };
    let readme = read("README.md");
    let needs = |command: &str| {
        let row = readme.lines().find(|line| line.starts_with(&format!("| `{command}` |"))).expect(command);
        row.split('|').nth(3).unwrap().trim().to_owned()
    };
    assert_eq!(
        needs("make up"),
        format!(
            "Docker {}, Compose {} and Buildx {}, or later; make, curl; {} GiB of memory, {} GiB of disk",
            minimum("engine"),
            minimum("compose"),
            minimum("buildx"),
            minimum("memory"),
            minimum("disk"),
        )
    );
    assert_eq!(needs("make test"), format!("the same; {} GiB of disk", minimum("test-disk")));
}

#[test]
fn the_document_on_security_has_each_published_port() {
    let document = read("docs/security.md");
    let table = document.split("| Port | Setting |").nth(1).expect("the table of ports");
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    let rows: BTreeSet<(String, String)> = rows
        .map(|row| {
            let cells: Vec<&str> = row.split('|').map(str::trim).collect();
            (cells[1].to_owned(), cells[2].trim_matches('`').to_owned())
        })
        .collect();
    let ports = Service::ALL.iter().flat_map(|service| service.ports());
    assert_eq!(rows, ports.map(|port| (port.default.to_string(), port.setting.to_owned())).collect());
}

#[test]
fn the_document_on_security_has_each_request_to_docker() {
    let source = read("lab/clients/src/docker.rs");
    let (source, _) = source.split_once("#[cfg(test)]").expect("the unit tests");
    let paths = source.split("{BASE}").skip(1).filter_map(|rest| rest.split(['"', '?']).next());
    let paths: BTreeSet<String> = paths.map(|path| path.replace("{id}", "ID")).collect();
    let document = read("docs/security.md");
    let rows = document.lines().filter_map(|line| line.strip_prefix("| `"));
    let rows = rows.filter_map(|row| row.strip_prefix("GET ").or_else(|| row.strip_prefix("POST ")));
    assert_eq!(
        rows.filter_map(|row| row.split('`').next().map(str::to_owned)).collect::<BTreeSet<_>>(),
        paths
    );
}

#[test]
fn the_document_on_own_services_has_the_example_in_rust() {
    let example = read("services/kit/examples/tea_shop.rs");
    assert!(read("docs/your-service.md").contains(&format!("```rust\n{example}```")));
}
