//! The fields of one message, in the order in which they were written.

/// Why bytes are no protobuf message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// The message ends within a field.
    #[error("truncated: the message ends within a field")]
    Truncated,
    /// A variable-length integer has more than 64 bits.
    #[error("a varint is longer than 64 bits")]
    Varint,
    /// A field has the number 0, or one above 2^29 - 1.
    #[error("a field has an impossible number")]
    FieldNumber,
    /// A field has wire type 6 or 7, or a group is not closed as it was opened.
    #[error("a field has an impossible wire type")]
    WireType,
    /// A field of the schema has another wire type than the schema gives it.
    #[error("{0} has a wire type that its schema does not give it")]
    Schema(&'static str),
}

/// One field's value, as its wire type gives it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Value<'a> {
    Varint(u64),
    Fixed64(u64),
    Bytes(&'a [u8]),
    Fixed32,
    Group,
}

impl<'a> Value<'a> {
    #[inline]
    pub(crate) fn bytes(self, field: &'static str) -> Result<&'a [u8], WireError> {
        match self {
            Value::Bytes(bytes) => Ok(bytes),
            _ => Err(WireError::Schema(field)),
        }
    }

    #[inline]
    pub(crate) fn double(self, field: &'static str) -> Result<f64, WireError> {
        match self {
            Value::Fixed64(bits) => Ok(f64::from_bits(bits)),
            _ => Err(WireError::Schema(field)),
        }
    }

    #[inline]
    pub(crate) fn varint(self, field: &'static str) -> Result<u64, WireError> {
        match self {
            Value::Varint(value) => Ok(value),
            _ => Err(WireError::Schema(field)),
        }
    }
}

const VARINT: u64 = 0;
const FIXED64: u64 = 1;
const BYTES: u64 = 2;
const GROUP_START: u64 = 3;
const GROUP_END: u64 = 4;
const FIXED32: u64 = 5;
const LARGEST_FIELD: u64 = (1 << 29) - 1;
/// Groups within groups, as deep as protobuf's own decoders go.
const DEEPEST_GROUP: u32 = 100;

/// Walks the fields of one message.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    #[inline]
    pub(crate) fn new(message: &'a [u8]) -> Self {
        Self { rest: message }
    }

    /// The next field's number and value; `None` at the message's end.
    #[inline]
    pub(crate) fn next(&mut self) -> Result<Option<(u32, Value<'a>)>, WireError> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let (number, wire_type) = self.key()?;
        let value = match wire_type {
            VARINT => Value::Varint(self.varint()?),
            FIXED64 => Value::Fixed64(u64::from_le_bytes(self.array()?)),
            BYTES => {
                let length = self.varint()?;
                Value::Bytes(self.take(usize::try_from(length).map_err(|_| WireError::Truncated)?)?)
            }
            FIXED32 => {
                self.array::<4>()?;
                Value::Fixed32
            }
            GROUP_START => {
                self.skip_group(number, DEEPEST_GROUP)?;
                Value::Group
            }
            _ => return Err(WireError::WireType),
        };
        Ok(Some((number, value)))
    }

    #[inline]
    fn key(&mut self) -> Result<(u32, u64), WireError> {
        let key = self.varint()?;
        let number = key >> 3;
        if number == 0 || number > LARGEST_FIELD {
            return Err(WireError::FieldNumber);
        }
        Ok((number as u32, key & 7))
    }

    fn skip_group(&mut self, group: u32, depth: u32) -> Result<(), WireError> {
        if depth == 0 {
            return Err(WireError::WireType);
        }
        loop {
            let (number, wire_type) = self.key()?;
            match wire_type {
                VARINT => drop(self.varint()?),
                FIXED64 => drop(self.array::<8>()?),
                BYTES => {
                    let length = self.varint()?;
                    self.take(usize::try_from(length).map_err(|_| WireError::Truncated)?)?;
                }
                FIXED32 => drop(self.array::<4>()?),
                GROUP_START => self.skip_group(number, depth - 1)?,
                GROUP_END if number == group => return Ok(()),
                _ => return Err(WireError::WireType),
            }
        }
    }

    #[inline]
    fn varint(&mut self) -> Result<u64, WireError> {
        match self.rest {
            [byte, rest @ ..] if *byte < 0x80 => {
                self.rest = rest;
                Ok(u64::from(*byte))
            }
            _ => self.long_varint(),
        }
    }

    fn long_varint(&mut self) -> Result<u64, WireError> {
        let mut value = 0;
        for (index, byte) in self.rest.iter().take(10).enumerate() {
            // The tenth byte holds the 64th bit alone.
            if index == 9 && *byte > 1 {
                return Err(WireError::Varint);
            }
            value |= u64::from(byte & 0x7f) << (7 * index);
            if *byte < 0x80 {
                self.rest = &self.rest[index + 1..];
                return Ok(value);
            }
        }
        Err(if self.rest.len() < 10 { WireError::Truncated } else { WireError::Varint })
    }

    #[inline]
    fn take(&mut self, length: usize) -> Result<&'a [u8], WireError> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(WireError::Truncated)?;
        self.rest = rest;
        Ok(taken)
    }

    #[inline]
    fn array<const N: usize>(&mut self) -> Result<[u8; N], WireError> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or(WireError::Truncated)?;
        self.rest = rest;
        Ok(*taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(bytes: &[u8]) -> Result<Vec<(u32, Value<'_>)>, WireError> {
        let mut fields = Fields::new(bytes);
        let mut all = Vec::new();
        while let Some(field) = fields.next()? {
            all.push(field);
        }
        Ok(all)
    }

    #[test]
    fn every_wire_type_is_read() {
        let bytes = [
            0x08, 0x96, 0x01, // 1: 150
            0x11, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f, // 2: 1.0
            0x1a, 2, b'h', b'i', // 3: "hi"
            0x25, 1, 0, 0, 0, // 4: fixed32
            0x2b, 0x08, 1, 0x33, 0x34, 0x2c, // 5: group of a field and of group 6
        ];
        assert_eq!(
            all(&bytes).unwrap(),
            [
                (1, Value::Varint(150)),
                (2, Value::Fixed64(1.0f64.to_bits())),
                (3, Value::Bytes(b"hi")),
                (4, Value::Fixed32),
                (5, Value::Group),
            ]
        );
    }

    #[test]
    fn what_ends_within_a_field_is_truncated() {
        for bytes in [&[0x08][..], &[0x08, 0x80], &[0x11, 0, 0], &[0x1a, 5, b'h'], &[0x25, 1], &[0x2b, 0x08]]
        {
            assert_eq!(all(bytes), Err(WireError::Truncated), "{bytes:?}");
        }
    }

    #[test]
    fn impossible_fields_are_named() {
        assert_eq!(all(&[0x00, 1]), Err(WireError::FieldNumber));
        assert_eq!(all(&[0x0e]), Err(WireError::WireType));
        assert_eq!(all(&[0x2b, 0x34]), Err(WireError::WireType));
        assert_eq!(all(&[0x08, 255, 255, 255, 255, 255, 255, 255, 255, 255, 2]), Err(WireError::Varint));
        assert_eq!(all(&[0x1a, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1]), Err(WireError::Truncated));
    }

    #[test]
    fn groups_do_not_nest_without_end() {
        assert_eq!(all(&[0x2b; 4096]), Err(WireError::WireType));
    }
}
