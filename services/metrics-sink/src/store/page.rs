//! Renders the series of all nodes as one page in Prometheus' text format 0.0.4, chunk by chunk as the reader takes it.
//!
//! A writer waits for one chunk at most, and a slow reader keeps one chunk in memory, not the page. Each series has the
//! values of the moment when its chunk is rendered; the lines of one series, as of a histogram, are consistent.

use std::sync::{Arc, Weak};

use bytes::Bytes;
use kit::exposition::{Format, Kind as DeclaredKind, OPEN_METRICS_END, write_metadata};
use parking_lot::Mutex;
use thiserror::Error;

use super::family::Progress;
use super::node_series::NodeSeries;
use crate::wire::Kind;

/// Iterates over the chunks of the page. Removed series stay in memory until it is dropped.
#[derive(Debug)]
pub struct Page(Arc<Mutex<Option<Renderer>>>);

/// The page was not read within the timeout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the page was not read within the timeout")]
pub struct PageTimeout;

/// Aborts a page that another task reads.
#[derive(Debug)]
pub(crate) struct PageHandle(Weak<Mutex<Option<Renderer>>>);

#[derive(Debug)]
struct Renderer {
    /// Each node's series and labels.
    nodes: Vec<(Arc<Mutex<NodeSeries>>, String)>,
    /// The remaining families, the next one last.
    entries: Vec<Entry>,
    /// The position in the next family at which rendering continues.
    progress: Progress,
    /// The family of the last TYPE line.
    typed: Option<(Arc<str>, Kind)>,
    format: Format,
    /// The names of all families, sorted. Only in OpenMetrics.
    names: Vec<Arc<str>>,
    /// Some family has a help text.
    has_help: bool,
    /// What follows the last family.
    end: &'static [u8],
}

/// A family of a node.
#[derive(Debug)]
struct Entry {
    name: Arc<str>,
    kind: Kind,
    help: Option<Arc<str>>,
    node: u32,
    family: u32,
}

const CHUNK_BYTES: usize = 64 * 1024;

impl Page {
    /// A page of these nodes' series and labels.
    pub(crate) fn new(nodes: Vec<(Arc<Mutex<NodeSeries>>, String)>, format: Format) -> Self {
        let mut entries = Vec::new();
        for (node, (series, _)) in nodes.iter().enumerate() {
            let series = series.lock();
            entries.extend(series.names().map(|(name, index)| {
                let family = &series.families[index as usize];
                let help = family.help.clone();
                Entry { name: Arc::clone(name), kind: family.kind, help, node: node as u32, family: index }
            }));
        }
        // Descending order, as entries are popped. Each node's entries are sorted already, which the sort makes use of.
        entries.reverse();
        if nodes.len() > 1 {
            entries.sort_by(|a, b| (&b.name, b.kind, b.node).cmp(&(&a.name, a.kind, a.node)));
        }
        let (mut names, mut end): (Vec<_>, &[u8]) = (Vec::new(), b"");
        if format.is_open_metrics() {
            names.extend(entries.iter().rev().map(|entry| Arc::clone(&entry.name)));
            names.dedup();
            end = OPEN_METRICS_END;
        }
        let has_help = entries.iter().any(|entry| entry.help.is_some());
        let renderer = Renderer { nodes, entries, progress: 0, typed: None, format, names, has_help, end };
        Self(Arc::new(Mutex::new(Some(renderer))))
    }

    pub(crate) fn handle(&self) -> PageHandle {
        PageHandle(Arc::downgrade(&self.0))
    }
}

impl PageHandle {
    /// Whether the page has been dropped.
    pub(crate) fn is_done(&self) -> bool {
        self.0.strong_count() == 0
    }

    /// Frees what the page keeps in memory; its reader gets [`PageTimeout`].
    pub(crate) fn abort(&self) {
        if let Some(page) = self.0.upgrade() {
            page.lock().take();
        }
    }
}

impl Iterator for Page {
    type Item = Result<Bytes, PageTimeout>;

    fn next(&mut self) -> Option<Self::Item> {
        match &mut *self.0.lock() {
            Some(renderer) => renderer.next_chunk().map(Ok),
            None => Some(Err(PageTimeout)),
        }
    }
}

impl Renderer {
    fn next_chunk(&mut self) -> Option<Bytes> {
        let mut out = Vec::with_capacity(CHUNK_BYTES + 4 * 1024);
        while let Some(entry) = self.entries.last() {
            let (series, node_labels) = &self.nodes[entry.node as usize];
            let series = series.lock();
            let family = &series.families[entry.family as usize];
            let has_type =
                self.typed.as_ref().is_some_and(|(name, kind)| *name == entry.name && *kind == entry.kind);
            if !has_type && family.is_visible() {
                let help = if self.has_help { help_of_next(&self.entries) } else { "" };
                push_metadata(&mut out, entry, help, self.format, &self.names);
                self.typed = Some((Arc::clone(&entry.name), entry.kind));
            }
            match family.render(self.progress, node_labels, &mut out, self.format, CHUNK_BYTES) {
                Some(progress) => {
                    self.progress = progress;
                    break;
                }
                None => {
                    drop(series);
                    self.progress = 0;
                    self.entries.pop();
                }
            }
        }
        if self.entries.is_empty() {
            out.extend_from_slice(std::mem::take(&mut self.end));
        }
        (!out.is_empty()).then(|| out.into())
    }
}

/// The help text of the next family: that of the first node that has one, in the order of their identities.
fn help_of_next(entries: &[Entry]) -> &str {
    let Some(next) = entries.last() else { return "" };
    let same = entries.iter().rev().take_while(|entry| entry.name == next.name && entry.kind == next.kind);
    same.filter_map(|entry| entry.help.as_deref()).next().unwrap_or("")
}

/// Appends the HELP line of a family, if it has a help text, and the TYPE line. `names` are those of all families, sorted.
fn push_metadata(out: &mut Vec<u8>, entry: &Entry, help: &str, format: Format, names: &[Arc<str>]) {
    if !format.is_open_metrics() {
        if !help.is_empty() {
            let help = help.replace('\\', "\\\\").replace('\n', "\\n");
            for part in ["# HELP ", &entry.name, " ", &help, "\n"] {
                out.extend_from_slice(part.as_bytes());
            }
        }
        for part in ["# TYPE ", &entry.name, " ", entry.kind.name(), "\n"] {
            out.extend_from_slice(part.as_bytes());
        }
        return;
    }
    let kind = match entry.kind {
        Kind::Counter => DeclaredKind::Counter,
        Kind::Gauge => DeclaredKind::Gauge,
        Kind::Untyped => DeclaredKind::Unknown,
        Kind::Histogram => DeclaredKind::Histogram,
        Kind::Summary => DeclaredKind::Summary,
    };
    let has_family = |name: &str| names.binary_search_by(|known| (**known).cmp(name)).is_ok();
    write_metadata(out, &entry.name, kind, help, has_family);
}
