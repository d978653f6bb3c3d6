//! The prose of a document in HTML: from markdown alone, with links that lead somewhere from here.

use std::collections::BTreeMap;
use std::mem::take;

use pulldown_cmark::{CowStr, Event, Tag, TagEnd, html::push_html};
use pulldown_cmark_escape::escape_href;

use crate::tutorials::addresses::Addresses;
use crate::tutorials::links::{Target, target};

/// Prose that is being gathered.
pub(super) struct Html<'a> {
    addresses: &'a Addresses,
    events: Vec<Event<'a>>,
    /// Where the heading that is open begins, and its text.
    heading: Option<(usize, String)>,
    /// How often each anchor was made.
    anchors: BTreeMap<String, usize>,
    /// What closes each link that is open.
    links: Vec<&'static str>,
}

impl<'a> Html<'a> {
    pub(super) fn new(addresses: &'a Addresses) -> Self {
        Self { addresses, events: Vec::new(), heading: None, anchors: BTreeMap::new(), links: Vec::new() }
    }

    /// Adds an event; the document's own HTML and its pictures' places are left out.
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
            // An alignment would be a style, which the page's policy forbids.
            Event::Start(Tag::Table(columns)) => {
                Event::Start(Tag::Table(vec![pulldown_cmark::Alignment::None; columns.len()]))
            }
            Event::Start(Tag::Heading { .. }) => {
                self.heading = Some((self.events.len(), String::new()));
                event
            }
            Event::End(TagEnd::Heading(_)) => {
                self.anchor();
                event
            }
            other => other,
        };
        self.events.push(event);
    }

    /// What was gathered; empty if that was nothing.
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

    /// Gives the heading that ends the id that GitHub gives it, since the documents link to that.
    fn anchor(&mut self) {
        let Some((at, text)) = self.heading.take() else { return };
        let slug = slug(&text);
        let times = self.anchors.entry(slug.clone()).and_modify(|times| *times += 1).or_default();
        let anchor = if *times == 0 { slug } else { format!("{slug}-{times}") };
        if let Some(Event::Start(Tag::Heading { id, .. })) = self.events.get_mut(at) {
            *id = Some(anchor.into());
        }
    }
}

fn slug(heading: &str) -> String {
    let kept = heading.chars().filter(|next| next.is_alphanumeric() || matches!(next, ' ' | '-' | '_'));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

#[cfg(test)]
mod tests {
    use pulldown_cmark::{Options, Parser};

    use super::*;

    fn html(markdown: &str) -> String {
        let addresses = Addresses::new(&[("edge", Some("http://127.0.0.1:25000"))]);
        let mut html = Html::new(&addresses);
        Parser::new_ext(markdown, Options::ENABLE_TABLES).for_each(|event| html.push(event));
        html.finish()
    }

    #[test]
    fn links_lead_on_and_those_that_lead_nowhere_are_text() {
        assert_eq!(
            html("[a](balancer.md) [b](../x.yaml) <http://127.0.0.1:10000> [c](javascript:x)"),
            "<p><a href=\"/tutorials/4\">a</a> b <a href=\"http://127.0.0.1:25000\" target=\"_blank\" rel=\"noopener\">\
             http://127.0.0.1:25000</a> c</p>\n"
        );
    }

    #[test]
    fn html_of_the_document_is_left_out() {
        assert_eq!(html("a <b onclick=x>c</b>\n\n<script>x</script>\n"), "<p>a c</p>\n");
    }

    #[test]
    fn headings_have_githubs_anchors_and_columns_no_style() {
        let written =
            html("## The runtime: Go's, and `ours`\n\n## Again\n\n## Again\n\n| a |\n|--:|\n| b |\n");
        assert!(written.starts_with("<h2 id=\"the-runtime-gos-and-ours\">The runtime: Go's"), "{written}");
        assert!(
            written.contains("<h2 id=\"again\">") && written.contains("<h2 id=\"again-1\">"),
            "{written}"
        );
        assert!(!written.contains("style"), "{written}");
    }
}
