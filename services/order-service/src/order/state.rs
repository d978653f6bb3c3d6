//! The state of an order.

use lookout_proto::order as proto;

/// The numbers are those of the database and of the protobuf enum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Placed = 1,
    Paid = 2,
    Shipped = 3,
}

impl State {
    pub(crate) const ALL: [Self; 3] = [Self::Placed, Self::Paid, Self::Shipped];

    /// The index in [`Self::ALL`].
    pub(crate) fn index(self) -> usize {
        self as usize - 1
    }

    pub(crate) fn from_number(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|state| *state as i64 == number)
    }

    /// The value of the label `state`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Placed => "placed",
            Self::Paid => "paid",
            Self::Shipped => "shipped",
        }
    }
}

impl From<State> for proto::State {
    fn from(state: State) -> Self {
        match state {
            State::Placed => Self::Placed,
            State::Paid => Self::Paid,
            State::Shipped => Self::Shipped,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_equal_those_of_the_protobuf_enum() {
        for (index, state) in State::ALL.into_iter().enumerate() {
            assert_eq!(state.index(), index);
            assert_eq!(proto::State::from(state) as i32, state as i32);
            assert_eq!(State::from_number(state as i64), Some(state));
        }
        assert_eq!((State::from_number(0), State::from_number(4)), (None, None));
    }
}
