//! Text panels.

use pulldown_cmark::{Event, Parser, Tag, TagEnd, html::push_html};

use crate::{
    Unsupported,
    interpolate::{Scope, shown},
    model::Panel,
};

/// Renders a panel's Markdown. Embedded HTML is escaped.
pub(super) fn html(panel: &Panel, scope: Scope<'_>) -> Result<String, Unsupported> {
    let content = panel.options["content"].as_str().unwrap_or_default();
    match panel.options["mode"].as_str() {
        None | Some("markdown") => {}
        Some(other) => return Err(Unsupported(format!("options.mode = {other:?}"))),
    }
    let content = shown(content, scope.variables);
    let mut html = String::new();
    push_html(&mut html, Parser::new(&content).filter_map(sanitize));
    Ok(html)
}

/// Removes images, escapes HTML, and empties links other than `http:`, `https:` and absolute paths.
fn sanitize(event: Event<'_>) -> Option<Event<'_>> {
    match event {
        Event::Html(html) | Event::InlineHtml(html) => Some(Event::Text(html)),
        Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => None,
        Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
            let is_web = ["http://", "https://", "/"].iter().any(|start| dest_url.starts_with(start));
            let dest_url = if is_web { dest_url } else { "".into() };
            Some(Event::Start(Tag::Link { link_type, dest_url, title, id }))
        }
        other => Some(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        time::Window,
        variables::{Bound, Value},
    };

    fn rendered(content: &str) -> String {
        let options = serde_json::json!({"mode": "markdown", "content": content});
        let panel = Panel { options, ..Panel::default() };
        let variables = [Bound { name: "job".into(), value: Value::Many(vec!["a".into(), "b".into()]) }];
        let window = Window { from_ms: 0, to_ms: 1 };
        html(&panel, Scope { variables: &variables, window }).unwrap()
    }

    #[test]
    fn renders_markdown_without_scripts_images_and_unsafe_links() {
        assert_eq!(rendered("# Jobs: $job"), "<h1>Jobs: a + b</h1>\n");
        assert_eq!(rendered("a <script>x()</script>"), "<p>a &lt;script&gt;x()&lt;/script&gt;</p>\n");
        assert_eq!(rendered("![a](http://x/y.png)"), "<p>a</p>\n");
        assert_eq!(rendered("[a](javascript:x())"), "<p><a href=\"\">a</a></p>\n");
        assert_eq!(rendered("[a](/d/x)"), "<p><a href=\"/d/x\">a</a></p>\n");
    }
}
