//! Who may ask, and what every answer says about itself.

/// What state-changing calls must show: 32 hexadecimal digits, new at each start.
#[derive(Clone, Debug)]
pub(crate) struct Token(String);

impl Token {
    pub(crate) fn random() -> Self {
        Self(uuid::Uuid::new_v4().simple().to_string())
    }
}
