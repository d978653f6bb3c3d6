//! Parsing, look-up, comparison and rendering through the public API.

mod comparison;
mod errors;
mod lookup;
mod round_trip;
