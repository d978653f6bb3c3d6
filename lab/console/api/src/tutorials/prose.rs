//! The prose of a document as HTML: generated from Markdown only, with links that work on the console's pages.

use std::collections::BTreeMap;
use std::mem::take;

use pulldown_cmark::{CowStr, Event, Tag, TagEnd, html::push_html};
use pulldown_cmark_escape::escape_href;

use super::numbering::by_document;
use crate::addresses::Addresses;

/// Collects the events of a block of prose.
pub(super) struct Prose<'a> {
    addresses: &'a Addresses,
    events: Vec<Event<'a>>,
    /// Position and text of the open heading.
    heading: Option<(usize, String)>,
    /// Number of headings by anchor.
    anchors: BTreeMap<String, usize>,
    /// Closing tags of the open links.
    links: Vec<&'static str>,
}

/// Where a link leads.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Target {
    /// To a page of the console, or an anchor of this page.
    Inside(String),
    /// To another server.
    Outside(String),
    /// To a file of the repository, or to a service that is not published: only the text is shown.
    Nowhere,
}

/// The address of Grafana in the documents.
const GRAFANA: &str = "http://127.0.0.1:3000";

/// `destination` is the link as written in the document.
fn target(destination: &str, addresses: &Addresses) -> Target {
    if destination.starts_with('#') {
        return Target::Inside(destination.to_owned());
    }
    if let Some(path) = destination.strip_prefix(GRAFANA).filter(|path| path.starts_with("/d/")) {
        return Target::Inside(path.to_owned());
    }
    if destination.starts_with("http://") || destination.starts_with("https://") {
        return match addresses.resolve(destination) {
            Some(Some(url)) => Target::Outside(url),
            Some(None) => Target::Nowhere,
            None => Target::Outside(destination.to_owned()),
        };
    }
    let (file, anchor) = destination.split_at(destination.find('#').unwrap_or(destination.len()));
    if let Some(number) = by_document(file) {
        return Target::Inside(format!("/tutorials/{number}{anchor}"));
    }
    // Prometheus serves the runbooks under /user.
    match (file.strip_prefix("runbooks/"), addresses.of("prometheus")) {
        (Some(runbook), Some(prometheus)) => Target::Outside(format!("{prometheus}/user/{runbook}{anchor}")),
        _ => Target::Nowhere,
    }
}

impl<'a> Prose<'a> {
    pub(super) fn new(addresses: &'a Addresses) -> Self {
        Self { addresses, events: Vec::new(), heading: None, anchors: BTreeMap::new(), links: Vec::new() }
    }

    /// Adds an event. Raw HTML and images are dropped.
    pub(super) fn push(&mut self, event: Event<'a>) {
        if let (Some((_, heading)), Event::Text(text) | Event::Code(text)) = (&mut self.heading, &event) {
            heading.push_str(text);
        }
        let event = match event {
            Event::Html(_)
            | Event::InlineHtml(_)
            | Event::Start(Tag::HtmlBlock | Tag::Image { .. })
            | Event::End(TagEnd::HtmlBlock | TagEnd::Image) => return,
            Event::Text(text) => Event::Text(self.published(text)),
            Event::Code(text) => Event::Code(self.published(text)),
            Event::Start(Tag::Link { dest_url, .. }) => self.link(&dest_url),
            Event::End(TagEnd::Link) => Event::InlineHtml(self.links.pop().unwrap_or_default().into()),
            // An alignment becomes a style attribute, which the content security policy forbids.
            Event::Start(Tag::Table(columns)) => {
                Event::Start(Tag::Table(vec![pulldown_cmark::Alignment::None; columns.len()]))
            }
            Event::Start(Tag::Heading { .. }) => {
                self.heading = Some((self.events.len(), String::new()));
                event
            }
            Event::End(TagEnd::Heading(_)) => {
                self.set_anchor();
                event
            }
            other => other,
        };
        self.events.push(event);
    }

    /// The collected HTML; empty if there were no events.
    pub(super) fn finish(&mut self) -> String {
        let mut html = String::new();
        push_html(&mut html, take(&mut self.events).into_iter());
        html
    }

    fn published(&self, text: CowStr<'a>) -> CowStr<'a> {
        match self.addresses.published(&text) {
            std::borrow::Cow::Borrowed(_) => text,
            std::borrow::Cow::Owned(other) => other.into(),
        }
    }

    fn link(&mut self, destination: &str) -> Event<'a> {
        let (href, attributes) = match target(destination, self.addresses) {
            Target::Nowhere => {
                self.links.push("");
                return Event::InlineHtml("".into());
            }
            Target::Inside(href) => (href, ""),
            Target::Outside(href) => (href, r#" target="_blank" rel="noopener""#),
        };
        self.links.push("</a>");
        let mut escaped = String::new();
        _ = escape_href(&mut escaped, &href);
        Event::InlineHtml(format!(r#"<a href="{escaped}"{attributes}>"#).into())
    }

    /// Sets the id of the heading that ends to GitHub's anchor, to which the documents link.
    fn set_anchor(&mut self) {
        let Some((position, text)) = self.heading.take() else { return };
        let slug = slug(&text);
        let count = self.anchors.entry(slug.clone()).and_modify(|count| *count += 1).or_default();
        let anchor = if *count == 0 { slug } else { format!("{slug}-{count}") };
        if let Some(Event::Start(Tag::Heading { id, .. })) = self.events.get_mut(position) {
            *id = Some(anchor.into());
        }
    }
}

fn slug(heading: &str) -> String {
    let allowed = heading.chars().filter(|next| next.is_alphanumeric() || matches!(next, ' ' | '-' | '_'));
    allowed.collect::<String>().to_lowercase().replace(' ', "-")
}

#[cfg(test)]
mod tests {
    use pulldown_cmark::{Options, Parser};

    use super::*;

    fn html(markdown: &str) -> String {
        let addresses = Addresses::new(&[("edge", Some("http://127.0.0.1:25000"))]);
        let mut prose = Prose::new(&addresses);
        Parser::new_ext(markdown, Options::ENABLE_TABLES).for_each(|event| prose.push(event));
        prose.finish()
    }

    #[test]
    fn links_without_a_target_become_text() {
        assert_eq!(
            html("[a](balancer.md) [b](../x.yaml) <http://127.0.0.1:10000> [c](javascript:x)"),
            "<p><a href=\"/tutorials/4\">a</a> b <a href=\"http://127.0.0.1:25000\" target=\"_blank\" rel=\"noopener\">\
             http://127.0.0.1:25000</a> c</p>\n"
        );
    }

    #[test]
    fn drops_raw_html() {
        assert_eq!(html("a <b onclick=x>c</b>\n\n<script>x</script>\n"), "<p>a c</p>\n");
    }

    #[test]
    fn headings_have_githubs_anchors_and_columns_have_no_style() {
        let written =
            html("## The runtime: Go's, and `ours`\n\n## Again\n\n## Again\n\n| a |\n|--:|\n| b |\n");
        assert!(written.starts_with("<h2 id=\"the-runtime-gos-and-ours\">The runtime: Go's"), "{written}");
        assert!(
            written.contains("<h2 id=\"again\">") && written.contains("<h2 id=\"again-1\">"),
            "{written}"
        );
        assert!(!written.contains("style"), "{written}");
    }

    #[test]
    fn a_link_leads_to_the_console_to_another_server_or_nowhere() {
        let addresses =
            Addresses::new(&[("prometheus", Some("http://127.0.0.1:19090")), ("edge", Some("http://e:1"))]);
        let inside = |path: &str| Target::Inside(path.to_owned());
        let outside = |url: &str| Target::Outside(url.to_owned());
        for (destination, expected) in [
            ("#the-runtime", inside("#the-runtime")),
            ("balancer.md", inside("/tutorials/4")),
            ("order.md#x", inside("/tutorials/3#x")),
            ("http://127.0.0.1:3000/d/envoy?viewPanel=2", inside("/d/envoy?viewPanel=2")),
            ("http://127.0.0.1:3000", Target::Nowhere),
            ("http://127.0.0.1:10000/orders", outside("http://e:1/orders")),
            ("https://prometheus.io/docs", outside("https://prometheus.io/docs")),
            ("runbooks/OrderSlow.md", outside("http://127.0.0.1:19090/user/OrderSlow.md")),
            ("../envoy/envoy.yaml", Target::Nowhere),
            ("javascript:alert(1)", Target::Nowhere),
        ] {
            assert_eq!(target(destination, &addresses), expected, "{destination}");
        }
    }
}
