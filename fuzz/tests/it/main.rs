//! The corpus of each fuzz target.

mod corpus;
