//! The lab's own dashboards use supported features only.

use std::path::Path;

use dashboards::{head::heads, interpolate::Scope, model::Dashboard, model::Kind, time::Window};

fn all() -> Vec<Dashboard> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../grafana/dashboards");
    let folders = ["balancer", "echo", "influx", "lab", "order", "sink"];
    let all = dashboards::load(&root, &folders).unwrap();
    assert!(all.len() >= 7, "the lab has at least seven dashboards");
    all
}

/// The JSON of the same files.
pub(crate) fn files() -> Vec<serde_json::Value> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../grafana/dashboards");
    let folders = std::fs::read_dir(root).unwrap().map(|folder| folder.unwrap().path());
    let folders = folders.filter(|folder| !folder.ends_with("own"));
    let files = folders.flat_map(|folder| std::fs::read_dir(folder).unwrap());
    files.map(|file| serde_json::from_slice(&std::fs::read(file.unwrap().path()).unwrap()).unwrap()).collect()
}

#[test]
fn all_settings_are_supported() {
    let scope = Scope { variables: &[], window: Window { from_ms: 0, to_ms: 900_000 } };
    let mut unknown = Vec::new();
    for dashboard in all() {
        let heads = heads(&dashboard, scope);
        unknown.extend(dashboard.unsupported.iter().map(|path| format!("{}: {path}", dashboard.uid)));
        assert_eq!(
            heads.iter().filter(|head| head.kind != Some(Kind::Row)).count(),
            dashboard.panels().count()
        );
        for head in heads {
            unknown.extend(head.unknown.iter().map(|path| format!("{} {}: {path}", dashboard.uid, head.id)));
        }
    }
    assert!(unknown.is_empty(), "{unknown:#?}");
}

#[test]
fn panels_belong_to_the_row_above_them() {
    let scope = Scope { variables: &[], window: Window { from_ms: 0, to_ms: 900_000 } };
    for dashboard in all() {
        let heads = heads(&dashboard, scope);
        let rows: Vec<u64> =
            heads.iter().filter(|head| head.kind == Some(Kind::Row)).map(|head| head.id).collect();
        for head in &heads {
            assert_eq!(head.row.is_none(), rows.contains(&head.id), "{} {}", dashboard.uid, head.id);
            assert!(head.row.is_none_or(|row| rows.contains(&row)), "{} {}", dashboard.uid, head.id);
        }
    }
}
