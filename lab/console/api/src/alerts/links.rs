//! The dashboard and panel that an alert's annotations lead to, and its words before they are filled in.

/// Such as `http://h/d/UID?viewPanel=2`, with or without a template in front.
pub(super) fn panel(url: &str) -> Option<(String, Option<u64>)> {
    let (path, query) = url.split_once("/d/")?.1.split_once('?').unwrap_or((url.split_once("/d/")?.1, ""));
    let uid = path.split('/').next().filter(|uid| !uid.is_empty())?;
    let panel = query.split('&').find_map(|pair| pair.strip_prefix("viewPanel="));
    Some((uid.to_owned(), panel.and_then(|id| id.trim_start_matches("panel-").parse().ok())))
}

/// A template for people: what it fills in is an ellipsis.
pub(super) fn plain(template: &str) -> String {
    let mut words = String::new();
    let mut rest = template;
    while let Some((before, template)) = rest.split_once("{{") {
        words.push_str(before);
        words.push('…');
        rest = template.split_once("}}").map_or("", |(_, after)| after);
    }
    words + rest
}

/// The address of a runbook, whose template has the address of Prometheus at most; none if it cannot be told.
pub(super) fn runbook(template: &str, prometheus: &str) -> Option<String> {
    let url = template.replace("{{ $externalURL }}", prometheus.trim_end_matches('/'));
    (url.starts_with("http://") || url.starts_with("https://")).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_names_its_dashboard_and_its_panel() {
        let template = "{{ $externalLabels.grafana }}/d/balancer?viewPanel=2";
        assert_eq!(panel(template), Some(("balancer".into(), Some(2))));
        let full = "http://h:3000/d/orders/orders?from=now-5m&viewPanel=panel-3";
        assert_eq!(panel(full), Some(("orders".into(), Some(3))));
        assert_eq!(panel("http://h/d/orders"), Some(("orders".into(), None)));
        assert_eq!(panel("http://h/"), None);
    }

    #[test]
    fn a_template_is_told_without_what_it_fills_in() {
        assert_eq!(plain("Back end {{ $labels.host }}:{{ $labels.port }} is down"), "Back end …:… is down");
        assert_eq!(plain("Echo calls fail"), "Echo calls fail");
        assert_eq!(plain("cut {{ short"), "cut …");
    }

    #[test]
    fn a_runbook_is_at_the_prometheus_that_browsers_know() {
        let template = "{{ $externalURL }}/user/X.md";
        assert_eq!(runbook(template, "http://127.0.0.1:9090").unwrap(), "http://127.0.0.1:9090/user/X.md");
        assert_eq!(runbook(template, ""), None);
        assert_eq!(runbook("javascript:alert(1)", "http://h"), None);
    }
}
