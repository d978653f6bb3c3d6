//! Compares the repository's scripts, configuration and documents with the catalog.

mod compose;
mod documents;
mod grafana;
mod prometheus;
mod scripts;
mod support;
