//! All nodes' series as one page of Prometheus text 0.0.4, made piece by piece as the reader takes it.
//!
//! Whoever writes waits for a piece at most, and a slow reader holds one piece, not the page. Each series is as of the
//! moment in which its piece is made; a series' own lines, as a histogram's, are of one moment.

use std::sync::{Arc, Weak};

use bytes::Bytes;
use parking_lot::Mutex;
use thiserror::Error;

use super::contents::Contents;
use super::family::Progress;
use super::series::Mark;
use crate::wire::Kind;

/// The page's pieces. What it reads from cannot be freed before its end.
#[derive(Debug)]
pub struct Page(Arc<Mutex<Option<Pieces>>>);

/// The page was not read to its end in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the page was not read in time")]
pub struct Expired;

/// Ends a page from outside.
#[derive(Debug)]
pub(crate) struct Ender(Weak<Mutex<Option<Pieces>>>);

#[derive(Debug)]
struct Pieces {
    nodes: Vec<(Arc<Mutex<Contents>>, String)>,
    /// What is left, the next one last.
    entries: Vec<Entry>,
    progress: Progress,
    /// The family that the last TYPE line was for.
    typed: Option<(Arc<str>, Kind)>,
}

/// A family of a node.
#[derive(Debug)]
struct Entry {
    name: Arc<str>,
    kind: Kind,
    node: u32,
    family: u32,
}

const PIECE: usize = 64 * 1024;

impl Page {
    pub(crate) fn new(nodes: Vec<(Arc<Mutex<Contents>>, String)>) -> Self {
        let mut entries = Vec::new();
        for (node, (contents, _)) in nodes.iter().enumerate() {
            let contents = contents.lock();
            entries.extend(contents.names().map(|(name, family)| Entry {
                name: Arc::clone(name),
                kind: contents.families[family as usize].kind,
                node: node as u32,
                family,
            }));
        }
        // Backwards. Each node's are sorted already; the sort makes use of that.
        entries.reverse();
        if nodes.len() > 1 {
            entries.sort_by(|a, b| (&b.name, b.kind, b.node).cmp(&(&a.name, a.kind, a.node)));
        }
        Self(Arc::new(Mutex::new(Some(Pieces { nodes, entries, progress: 0, typed: None }))))
    }

    pub(crate) fn ender(&self) -> Ender {
        Ender(Arc::downgrade(&self.0))
    }
}

impl Ender {
    /// Whether the page is gone already.
    pub(crate) fn is_done(&self) -> bool {
        self.0.strong_count() == 0
    }

    pub(crate) fn end(&self) {
        if let Some(page) = self.0.upgrade() {
            page.lock().take();
        }
    }
}

impl Iterator for Page {
    type Item = Result<Bytes, Expired>;

    fn next(&mut self) -> Option<Self::Item> {
        match &mut *self.0.lock() {
            Some(pieces) => pieces.next().map(Ok),
            None => Some(Err(Expired)),
        }
    }
}

impl Pieces {
    fn next(&mut self) -> Option<Bytes> {
        let mut out = Vec::with_capacity(PIECE + 4 * 1024);
        while let Some(entry) = self.entries.last() {
            let (contents, labels) = &self.nodes[entry.node as usize];
            let contents = contents.lock();
            let family = &contents.families[entry.family as usize];
            let has_type =
                self.typed.as_ref().is_some_and(|(name, kind)| *name == entry.name && *kind == entry.kind);
            if !has_type && family.any(Mark::is_shown) {
                for part in ["# TYPE ", &entry.name, " ", entry.kind.name(), "\n"] {
                    out.extend_from_slice(part.as_bytes());
                }
                self.typed = Some((Arc::clone(&entry.name), entry.kind));
            }
            match family.render(self.progress, labels, &mut out, PIECE) {
                Some(progress) => {
                    self.progress = progress;
                    break;
                }
                None => {
                    drop(contents);
                    self.progress = 0;
                    self.entries.pop();
                }
            }
        }
        (!out.is_empty()).then(|| out.into())
    }
}
