//! The reader's connection.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension, Result};

use super::connection;
use super::error::{Error, OpenError};
use super::queue::Call;
use super::row::{self, columns};
use crate::order::Order;
use crate::page::Page;

pub(super) const BY_ID: &str = concat!("SELECT ", columns!(), " FROM orders WHERE id = ?");
pub(super) const PAGE: &str =
    concat!("SELECT ", columns!(), " FROM orders WHERE seq < ? ORDER BY seq DESC LIMIT ?");

#[derive(Debug)]
pub(super) enum Read {
    Get(Call<String, Option<Order>>),
    List(Call<Page, Vec<Order>>),
}

pub(super) struct Reader {
    connection: Connection,
}

impl Reader {
    /// Opens the connection; the writer must have created the tables.
    pub(super) fn open(path: &Path) -> Result<Self, OpenError> {
        Ok(Self { connection: connection::to_read(path)? })
    }

    /// Serves a batch, each call on its own.
    pub(super) fn run_batch(&mut self, reads: Vec<Read>) {
        for read in reads {
            match read {
                Read::Get(call) => reply(call, |id| self.get(id)),
                Read::List(call) => reply(call, |page| self.list(*page)),
            }
        }
    }

    fn get(&self, id: &str) -> Result<Option<Order>> {
        self.connection.prepare_cached(BY_ID)?.query_row([id], row::order).optional()
    }

    fn list(&self, page: Page) -> Result<Vec<Order>> {
        let mut statement = self.connection.prepare_cached(PAGE)?;
        statement.query_map((page.before, page.size + 1), row::order)?.collect()
    }
}

/// Runs a call's query and sends its reply, unless the caller has cancelled the call.
fn reply<I, O>(mut call: Call<I, O>, read: impl FnOnce(&I) -> Result<O>) {
    if call.is_cancelled() {
        return;
    }
    let result = match read(&call.input) {
        Ok(output) => {
            call.output = Some(output);
            Ok(())
        }
        Err(error) => Err(Error::from(error)),
    };
    call.end(result);
}
