//! Splits a document into blocks.

use std::mem::take;

use catalog::Selection;
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use serde::Serialize;

use super::button::{Button, find_fault};
use super::prose::Prose;
use super::shell;
use crate::addresses::Addresses;

/// A block of a document.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "lowercase")]
pub(super) enum Block {
    /// HTML generated from Markdown only.
    Html { html: String },
    /// A shell command, and the button that does the same.
    Command { command: String, output: Option<String>, action: Option<Button> },
    /// A dashboard panel that shows the effect.
    Panel { dashboard: String, panel: u64 },
}

/// A whole document.
#[derive(Debug)]
pub(super) struct Document {
    /// The first heading, which is not part of a block.
    pub(super) title: String,
    pub(super) blocks: Vec<Block>,
}

/// The state of parsing a document.
struct Reader<'a> {
    addresses: &'a Addresses,
    selection: Selection,
    prose: Prose<'a>,
    blocks: Vec<Block>,
    title: Option<String>,
    /// Number of open elements.
    depth: usize,
    /// The text of the open listing or title.
    text: Option<String>,
    /// The kind of the open cell, if it is the first one of its row.
    cell: Option<Cell>,
    /// Whether the first column of the open table lists faults.
    lists_faults: bool,
    /// Commands mentioned in the open element.
    mentioned: Vec<String>,
}

/// The first cell of a table row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cell {
    Head,
    Row,
}

/// The command that injects a fault, without the fault's name. Tables of faults have it as their first heading.
const ALERT: &str = "make alert FAULT=";

pub(super) fn parse(markdown: &str, addresses: &Addresses, selection: Selection) -> Document {
    let mut reader = Reader {
        addresses,
        selection,
        prose: Prose::new(addresses),
        blocks: Vec::new(),
        title: None,
        depth: 0,
        text: None,
        cell: None,
        lists_faults: false,
        mentioned: Vec::new(),
    };
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH) {
        reader.take(event);
    }
    reader.flush();
    Document { title: reader.title.unwrap_or_default(), blocks: reader.blocks }
}

/// Parses a comment of the form `<!-- panel: UID ID -->`.
fn panel(comment: &str) -> Option<Block> {
    let panel = comment.trim().strip_prefix("<!-- panel: ")?.strip_suffix(" -->")?;
    let (dashboard, id) = panel.split_once(' ')?;
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
            // The text of listings and of the title is collected apart from the prose.
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language)))
                if self.depth == 1 && &*language == "console" =>
            {
                self.text = Some(String::new());
            }
            Event::End(TagEnd::CodeBlock) if self.text.is_some() => self.end_listing(),
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
                self.find_commands(&other);
                self.prose.push(other);
                if self.depth == 0 && !self.mentioned.is_empty() {
                    self.flush();
                }
            }
        }
    }

    /// Collects commands that are mentioned in prose and tables.
    fn find_commands(&mut self, event: &Event<'_>) {
        match event {
            Event::Start(Tag::Table(_)) => self.lists_faults = false,
            Event::Start(Tag::TableHead) => self.cell = Some(Cell::Head),
            Event::Start(Tag::TableRow) => self.cell = Some(Cell::Row),
            Event::End(TagEnd::TableCell | TagEnd::TableHead) => self.cell = None,
            Event::Code(code) => {
                if code.strip_prefix(ALERT).and_then(find_fault).is_some() {
                    self.mentioned.push(code.to_string());
                } else if self.cell == Some(Cell::Head) {
                    self.lists_faults = &**code == ALERT;
                } else if self.cell == Some(Cell::Row) && self.lists_faults && find_fault(code).is_some() {
                    self.mentioned.push(format!("{ALERT}{code}"));
                }
            }
            _ => {}
        }
    }

    /// Adds the commands of the listing that ends.
    fn end_listing(&mut self) {
        let text = self.text.take().unwrap_or_default();
        self.flush();
        for listed in shell::commands(&text) {
            self.command(&listed.command, listed.output.as_deref());
        }
    }

    /// Ends the block of prose, and adds the commands that it mentions.
    fn flush(&mut self) {
        let html = self.prose.finish();
        if !html.is_empty() {
            self.blocks.push(Block::Html { html });
        }
        for command in take(&mut self.mentioned) {
            self.command(&command, None);
        }
    }

    fn command(&mut self, command: &str, output: Option<&str>) {
        self.blocks.push(Block::Command {
            command: self.addresses.published(command).into_owned(),
            output: output.map(|output| self.addresses.published(output).into_owned()),
            action: Button::of(command, self.selection),
        });
    }
}
