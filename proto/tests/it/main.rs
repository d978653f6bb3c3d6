//! The checked-in code.

mod generated;
