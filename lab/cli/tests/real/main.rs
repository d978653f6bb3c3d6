//! The rendered configuration, with the programs that read it.

mod alertmanager;
mod mails;
mod prometheus;
