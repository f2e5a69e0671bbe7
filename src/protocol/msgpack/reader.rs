//! A cursor over MessagePack bytes. Reads markers, lengths and scalars, and checks every
//! length against the bytes that are there; knows no types and no values.

use rmp::Marker;

use crate::protocol::codec::DecodeReason;

/// What remains to be read.
pub(super) struct Reader<'de> {
    rest: &'de [u8],
}

/// What begins at a marker, with lengths and scalars read but not contents.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Token<'de> {
    Nil,
    Bool(bool),
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    /// Text, not yet checked to be UTF-8.
    Text(&'de [u8]),
    Binary(&'de [u8]),
    /// The number of elements that follow.
    Array(usize),
    /// The number of pairs that follow.
    Map(usize),
    Extension {
        code: i8,
        body: &'de [u8],
    },
}

impl Token<'_> {
    /// The kind, with its article, for errors.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Nil => "null",
            Self::Bool(_) => "a bool",
            Self::Unsigned(_) | Self::Signed(_) | Self::Float(_) => "a number",
            Self::Text(_) => "a string",
            Self::Binary(_) => "binary data",
            Self::Array(_) => "an array",
            Self::Map(_) => "a map",
            Self::Extension { .. } => "an unknown value",
        }
    }
}

impl<'de> Reader<'de> {
    pub(super) fn new(bytes: &'de [u8]) -> Self {
        Self { rest: bytes }
    }

    /// True when every byte has been read.
    pub(super) fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    /// Reads the next token.
    pub(super) fn token(&mut self) -> Result<Token<'de>, DecodeReason> {
        let [marker] = self.array()?;
        Ok(match Marker::from_u8(marker) {
            Marker::Null => Token::Nil,
            Marker::False => Token::Bool(false),
            Marker::True => Token::Bool(true),
            Marker::FixPos(number) => Token::Unsigned(number.into()),
            Marker::U8 => Token::Unsigned(u8::from_be_bytes(self.array()?).into()),
            Marker::U16 => Token::Unsigned(u16::from_be_bytes(self.array()?).into()),
            Marker::U32 => Token::Unsigned(u32::from_be_bytes(self.array()?).into()),
            Marker::U64 => Token::Unsigned(u64::from_be_bytes(self.array()?)),
            Marker::FixNeg(number) => Token::Signed(number.into()),
            Marker::I8 => Token::Signed(i8::from_be_bytes(self.array()?).into()),
            Marker::I16 => Token::Signed(i16::from_be_bytes(self.array()?).into()),
            Marker::I32 => Token::Signed(i32::from_be_bytes(self.array()?).into()),
            Marker::I64 => Token::Signed(i64::from_be_bytes(self.array()?)),
            Marker::F32 => Token::Float(f32::from_be_bytes(self.array()?).into()),
            Marker::F64 => Token::Float(f64::from_be_bytes(self.array()?)),
            Marker::FixStr(length) => Token::Text(self.take(length.into())?),
            Marker::Str8 => Token::Text(self.prefixed::<1>()?),
            Marker::Str16 => Token::Text(self.prefixed::<2>()?),
            Marker::Str32 => Token::Text(self.prefixed::<4>()?),
            Marker::Bin8 => Token::Binary(self.prefixed::<1>()?),
            Marker::Bin16 => Token::Binary(self.prefixed::<2>()?),
            Marker::Bin32 => Token::Binary(self.prefixed::<4>()?),
            Marker::FixArray(length) => Token::Array(self.present(length.into(), 1)?),
            Marker::Array16 => Token::Array(self.count::<2>(1)?),
            Marker::Array32 => Token::Array(self.count::<4>(1)?),
            Marker::FixMap(length) => Token::Map(self.present(length.into(), 2)?),
            Marker::Map16 => Token::Map(self.count::<2>(2)?),
            Marker::Map32 => Token::Map(self.count::<4>(2)?),
            Marker::FixExt1 => self.extension(1)?,
            Marker::FixExt2 => self.extension(2)?,
            Marker::FixExt4 => self.extension(4)?,
            Marker::FixExt8 => self.extension(8)?,
            Marker::FixExt16 => self.extension(16)?,
            Marker::Ext8 => self.prefixed_extension::<1>()?,
            Marker::Ext16 => self.prefixed_extension::<2>()?,
            Marker::Ext32 => self.prefixed_extension::<4>()?,
            Marker::Reserved => return Err(DecodeReason::ReservedMarker),
        })
    }

    /// Reads past one value, however deep, without recursion.
    pub(super) fn skip(&mut self) -> Result<(), DecodeReason> {
        let mut pending: u64 = 1;
        while pending > 0 {
            pending -= 1;
            // Lengths are checked against the bytes left, so the sum stays
            // far from overflow.
            match self.token()? {
                Token::Array(length) => pending += length as u64,
                Token::Map(pairs) => pending += 2 * pairs as u64,
                _ => {}
            }
        }
        Ok(())
    }

    fn take(&mut self, length: usize) -> Result<&'de [u8], DecodeReason> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(DecodeReason::Truncated)?;
        self.rest = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeReason> {
        let (taken, rest) = self.rest.split_first_chunk::<N>().ok_or(DecodeReason::Truncated)?;
        self.rest = rest;
        Ok(*taken)
    }

    /// A big-endian length of `N` bytes.
    fn length<const N: usize>(&mut self) -> Result<usize, DecodeReason> {
        let bytes: [u8; N] = self.array()?;
        Ok(bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)))
    }

    fn prefixed<const N: usize>(&mut self) -> Result<&'de [u8], DecodeReason> {
        let length = self.length::<N>()?;
        self.take(length)
    }

    fn count<const N: usize>(&mut self, least_bytes: usize) -> Result<usize, DecodeReason> {
        let length = self.length::<N>()?;
        self.present(length, least_bytes)
    }

    /// Checks that `length` elements of at least `least_bytes` can follow.
    fn present(&self, length: usize, least_bytes: usize) -> Result<usize, DecodeReason> {
        match length.checked_mul(least_bytes) {
            Some(needed) if needed <= self.rest.len() => Ok(length),
            _ => Err(DecodeReason::Truncated),
        }
    }

    fn extension(&mut self, length: usize) -> Result<Token<'de>, DecodeReason> {
        let code = i8::from_be_bytes(self.array()?);
        Ok(Token::Extension { code, body: self.take(length)? })
    }

    fn prefixed_extension<const N: usize>(&mut self) -> Result<Token<'de>, DecodeReason> {
        let length = self.length::<N>()?;
        self.extension(length)
    }
}
