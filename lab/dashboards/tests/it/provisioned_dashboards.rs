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

#[test]
fn all_settings_are_supported() {
    let scope = Scope { variables: &[], window: Window { from_ms: 0, to_ms: 900_000 } };
    let mut unknown = Vec::new();
    for dashboard in all() {
        let heads = heads(&dashboard, scope);
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
