//! A document as blocks.

mod html;

use std::mem::take;

use catalog::Selection;
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use serde::Serialize;

use super::action::{Action, named};
use super::addresses::Addresses;
use super::listing;
use html::Html;

/// A piece of a page.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub(super) enum Block {
    /// From markdown alone.
    Html { html: String },
    /// What a person types, or a button does.
    Command { command: String, output: Option<String>, action: Option<Action> },
    /// Where the effect shows.
    Panel { dashboard: String, panel: u64 },
}

/// A whole document.
#[derive(Debug)]
pub(super) struct Document {
    /// Its first heading, which is in no block.
    pub(super) title: String,
    pub(super) blocks: Vec<Block>,
}

/// What is being read.
struct Reader<'a> {
    addresses: &'a Addresses,
    chosen: Selection,
    html: Html<'a>,
    blocks: Vec<Block>,
    title: Option<String>,
    /// Elements that are open.
    depth: usize,
    /// The text of the listing or title that is open.
    text: Option<String>,
    /// The first cell of the table's row that is open; and whether the table lists faults.
    cell: Option<Cell>,
    lists_faults: bool,
    /// Commands that the open element names.
    named: Vec<String>,
}

/// Where in a table the reader is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cell {
    /// The first cell of the head.
    Head,
    /// The first cell of a row.
    Row,
}

/// Before the name of a fault, in a shell and at the head of tables.
const ALERT: &str = "make alert FAULT=";

/// Reads a document.
pub(super) fn read(markdown: &str, addresses: &Addresses, chosen: Selection) -> Document {
    let mut reader = Reader {
        addresses,
        chosen,
        html: Html::new(addresses),
        blocks: Vec::new(),
        title: None,
        depth: 0,
        text: None,
        cell: None,
        lists_faults: false,
        named: Vec::new(),
    };
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH) {
        reader.take(event);
    }
    reader.flush();
    Document { title: reader.title.unwrap_or_default(), blocks: reader.blocks }
}

/// The panel that a comment names: `<!-- panel: UID ID -->`.
fn panel(comment: &str) -> Option<Block> {
    let named = comment.trim().strip_prefix("<!-- panel: ")?.strip_suffix(" -->")?;
    let (dashboard, id) = named.split_once(' ')?;
    Some(Block::Panel { dashboard: dashboard.to_owned(), panel: id.parse().ok()? })
}

impl<'a> Reader<'a> {
    fn take(&mut self, event: Event<'a>) {
        match &event {
            Event::Start(_) => self.depth += 1,
            Event::End(_) => self.depth -= 1,
            _ => {}
        }
        match event {
            // A listing's text and the title's are kept apart from the prose.
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language)))
                if self.depth == 1 && &*language == "console" =>
            {
                self.text = Some(String::new());
            }
            Event::End(TagEnd::CodeBlock) if self.text.is_some() => self.list(),
            Event::Start(Tag::Heading { level: HeadingLevel::H1, .. }) if self.title.is_none() => {
                self.text = Some(String::new());
            }
            Event::End(TagEnd::Heading(HeadingLevel::H1)) if self.text.is_some() => {
                self.title = self.text.take();
            }
            Event::Text(text) | Event::Code(text) if self.text.is_some() => {
                self.text.get_or_insert_default().push_str(&text);
            }
            Event::Html(html) => {
                if let Some(panel) = panel(&html).filter(|_| self.depth == 1) {
                    self.flush();
                    self.blocks.push(panel);
                }
            }
            other => {
                self.notice(&other);
                self.html.push(other);
                if self.depth == 0 && !self.named.is_empty() {
                    self.flush();
                }
            }
        }
    }

    /// Commands that prose and tables name.
    fn notice(&mut self, event: &Event<'_>) {
        match event {
            Event::Start(Tag::Table(_)) => self.lists_faults = false,
            Event::Start(Tag::TableHead) => self.cell = Some(Cell::Head),
            Event::Start(Tag::TableRow) => self.cell = Some(Cell::Row),
            Event::End(TagEnd::TableCell | TagEnd::TableHead) => self.cell = None,
            Event::Code(code) => {
                if code.strip_prefix(ALERT).and_then(named).is_some() {
                    self.named.push(code.to_string());
                } else if self.cell == Some(Cell::Head) {
                    self.lists_faults = &**code == ALERT;
                } else if self.cell == Some(Cell::Row) && self.lists_faults && named(code).is_some() {
                    self.named.push(format!("{ALERT}{code}"));
                }
            }
            _ => {}
        }
    }

    /// The commands of the listing that ends.
    fn list(&mut self) {
        let text = self.text.take().unwrap_or_default();
        self.flush();
        for listed in listing::commands(&text) {
            self.command(&listed.command, listed.output.as_deref());
        }
    }

    /// Ends the block of prose, and adds the commands that it names.
    fn flush(&mut self) {
        let html = self.html.finish();
        if !html.is_empty() {
            self.blocks.push(Block::Html { html });
        }
        for command in take(&mut self.named) {
            self.command(&command, None);
        }
    }

    fn command(&mut self, command: &str, output: Option<&str>) {
        self.blocks.push(Block::Command {
            command: self.addresses.published(command).into_owned(),
            output: output.map(|output| self.addresses.published(output).into_owned()),
            action: Action::of(command, self.chosen),
        });
    }
}
