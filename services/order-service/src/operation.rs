//! The store's operations and their names.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    Create,
    Get,
    List,
    Advance,
}

impl Operation {
    pub(crate) const ALL: [Self; 4] = [Self::Create, Self::Get, Self::List, Self::Advance];

    /// The value of the label `operation`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Get => "get",
            Self::List => "list",
            Self::Advance => "advance",
        }
    }

    /// The SQL verb, for spans.
    pub(crate) fn verb(self) -> &'static str {
        match self {
            Self::Create => "INSERT",
            Self::Get | Self::List => "SELECT",
            Self::Advance => "UPDATE",
        }
    }
}
