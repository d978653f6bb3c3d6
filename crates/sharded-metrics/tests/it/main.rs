//! The histogram from outside.

mod accuracy;
mod allocations;
mod threads;
mod window;
