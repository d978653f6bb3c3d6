//! What is around a panel's words: the dashboard's variables and its time range.

use super::{time::Window, variables::Bound};

/// What names and links can speak of.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// The dashboard's variables with their values.
    pub variables: &'a [Bound],
    /// The dashboard's time range.
    pub window: Window,
}
