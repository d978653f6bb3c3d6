//! Reads the fields of one protobuf message, in wire order.

/// Why bytes are not a valid `StreamMetricsMessage`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// The message ends inside a field.
    #[error("truncated: the message ends inside a field")]
    Truncated,
    /// A varint is longer than 64 bits.
    #[error("a varint is longer than 64 bits")]
    Varint,
    /// A field number is 0 or above 2^29 - 1.
    #[error("invalid field number: expected 1 to 2^29 - 1")]
    FieldNumber,
    /// A wire type is 6 or 7, a group has no matching end, or groups nest deeper than 100 levels.
    #[error("invalid wire type, or an unmatched or too deeply nested group")]
    WireType,
    /// The named field has a wire type that differs from the schema.
    #[error("{0}: the wire type does not match the schema")]
    Schema(&'static str),
}

/// A field's value by wire type. Contents that the schema does not use are skipped.
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

/// Iterates over the fields of a singular message field. If the field occurs more than once, its occurrences are merged as
/// protobuf specifies: as if their contents were concatenated.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Merged<'a> {
    /// The rest of the current occurrence.
    current: Fields<'a>,
    /// The fields of the enclosing message that may have more occurrences.
    enclosing: Fields<'a>,
    number: u32,
}

impl<'a> Merged<'a> {
    /// The only occurrence so far.
    #[inline]
    pub(crate) fn once(number: u32, bytes: &'a [u8]) -> Self {
        Self { current: Fields::new(bytes), enclosing: Fields::new(&[]), number }
    }

    /// All occurrences in the enclosing message.
    pub(crate) fn all(number: u32, enclosing: &'a [u8]) -> Self {
        Self { current: Fields::new(&[]), enclosing: Fields::new(enclosing), number }
    }

    /// The bytes, if there is one occurrence.
    #[inline]
    pub(crate) fn single(&self) -> Option<&'a [u8]> {
        self.enclosing.rest.is_empty().then_some(self.current.rest)
    }

    /// Returns the next field's number and value, or `None` at the end.
    #[inline]
    pub(crate) fn next(&mut self) -> Result<Option<(u32, Value<'a>)>, WireError> {
        loop {
            if let Some(field) = self.current.next()? {
                return Ok(Some(field));
            }
            match self.enclosing.next()? {
                Some((number, Value::Bytes(bytes))) if number == self.number => {
                    self.current = Fields::new(bytes);
                }
                Some(_) => {}
                None => return Ok(None),
            }
        }
    }
}

const VARINT: u64 = 0;
const FIXED64: u64 = 1;
const BYTES: u64 = 2;
const GROUP_START: u64 = 3;
const GROUP_END: u64 = 4;
const FIXED32: u64 = 5;
const MAX_FIELD_NUMBER: u64 = (1 << 29) - 1;
/// Nesting limit of groups, the same as in protobuf's own decoders.
const MAX_GROUP_DEPTH: u32 = 100;

/// Iterates over the fields of one message.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    #[inline]
    pub(crate) fn new(message: &'a [u8]) -> Self {
        Self { rest: message }
    }

    /// Returns the next field's number and value, or `None` at the end of the message.
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
                self.skip_group(number, MAX_GROUP_DEPTH)?;
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
        if number == 0 || number > MAX_FIELD_NUMBER {
            return Err(WireError::FieldNumber);
        }
        Ok((number as u32, key & 7))
    }

    fn skip_group(&mut self, group: u32, remaining_depth: u32) -> Result<(), WireError> {
        if remaining_depth == 0 {
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
                GROUP_START => self.skip_group(number, remaining_depth - 1)?,
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
            // The tenth byte holds only the 64th bit.
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
    fn reads_every_wire_type() {
        let bytes = [
            0x08, 0x96, 0x01, // 1: 150
            0x11, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f, // 2: 1.0
            0x1a, 2, b'h', b'i', // 3: "hi"
            0x25, 1, 0, 0, 0, // 4: fixed32
            0x2b, 0x08, 1, 0x33, 0x34, 0x2c, // 5: a group with a field and group 6
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
    fn a_message_that_ends_inside_a_field_is_truncated() {
        for bytes in [&[0x08][..], &[0x08, 0x80], &[0x11, 0, 0], &[0x1a, 5, b'h'], &[0x25, 1], &[0x2b, 0x08]]
        {
            assert_eq!(all(bytes), Err(WireError::Truncated), "{bytes:?}");
        }
    }

    #[test]
    fn rejects_invalid_keys_and_varints() {
        assert_eq!(all(&[0x00, 1]), Err(WireError::FieldNumber));
        assert_eq!(all(&[0x0e]), Err(WireError::WireType));
        assert_eq!(all(&[0x2b, 0x34]), Err(WireError::WireType));
        assert_eq!(all(&[0x08, 255, 255, 255, 255, 255, 255, 255, 255, 255, 2]), Err(WireError::Varint));
        assert_eq!(all(&[0x1a, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1]), Err(WireError::Truncated));
    }

    #[test]
    fn rejects_groups_nested_too_deeply() {
        assert_eq!(all(&[0x2b; 4096]), Err(WireError::WireType));
    }
}
