//! Keys and values, as the decoder prints them that was asked for.

use super::coordinator::Coordinator;
use super::framed::Framed;
use super::java::push_utf8;
use super::out::number;
use super::{Decoder, Parser};
use crate::codec::record_types::Family;

/// What is printed of a record's content.
#[derive(Debug, Clone, Copy)]
pub(super) struct Content<'a> {
    pub offset: i64,
    pub key: Option<&'a [u8]>,
    pub value: Option<&'a [u8]>,
}

/// A content that the decoder does not take: Kafka's tool throws there and then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Undecodable {
    /// Too few bytes for a number.
    #[error("the {part} is {have} bytes long, {decoder} takes {need}")]
    Short { part: &'static str, decoder: &'static str, need: usize, have: usize },
    /// A coordinator's record is nothing without its key.
    #[error("the record has no key, which would say what a coordinator's record is")]
    NoKey,
}

/// Prints content.
#[derive(Debug)]
pub(super) enum Contents {
    Decoders(Decoder, Decoder),
    Coordinator(Box<Coordinator>),
    Framed(Box<Framed>),
}

impl Contents {
    pub fn new(parser: Parser, key: Decoder, value: Decoder) -> Self {
        match parser {
            Parser::Decoder => Self::Decoders(key, value),
            Parser::Offsets => Self::Coordinator(Box::new(Coordinator::new(Family::Group))),
            Parser::TransactionLog => Self::Coordinator(Box::new(Coordinator::new(Family::Transaction))),
            Parser::ShareGroupState => Self::Coordinator(Box::new(Coordinator::new(Family::Share))),
            Parser::ClusterMetadata => Self::Framed(Box::new(Framed::new(Family::Metadata))),
            Parser::RemoteLogMetadata => Self::Framed(Box::new(Framed::new(Family::RemoteLog))),
        }
    }

    /// Appends key and value. `first` goes before the first of them; null is not printed at all.
    #[inline]
    pub fn push(&mut self, out: &mut Vec<u8>, content: Content<'_>, first: &str) -> Result<(), Undecodable> {
        match self {
            Self::Decoders(Decoder::String, Decoder::String) => {
                let mut first = first;
                if let Some(key) = content.key {
                    label(out, &mut first, "key: ");
                    push_utf8(out, key);
                }
                if let Some(value) = content.value {
                    label(out, &mut first, "payload: ");
                    push_utf8(out, value);
                }
                Ok(())
            }
            Self::Decoders(key, value) => decoded(out, (*key, *value), content, first),
            Self::Coordinator(coordinator) => coordinator.push(out, content, first),
            Self::Framed(framed) => {
                // The keys of these are null, and not printed where they are not.
                let mut first = first;
                label(out, &mut first, "payload: ");
                framed.push(out, content);
                Ok(())
            }
        }
    }
}

/// Appends what goes before key or value.
#[inline]
pub(super) fn label(out: &mut Vec<u8>, first: &mut &str, text: &str) {
    out.extend_from_slice(first.as_bytes());
    out.extend_from_slice(text.as_bytes());
    *first = " ";
}

fn decoded(
    out: &mut Vec<u8>,
    (key, value): (Decoder, Decoder),
    content: Content<'_>,
    mut first: &str,
) -> Result<(), Undecodable> {
    // Both are decoded before one is printed.
    for (decoder, bytes, part) in [(key, content.key, "key"), (value, content.value, "value")] {
        if let Some(bytes) = bytes {
            decoder.check(bytes, part)?;
        }
    }
    if let Some(bytes) = content.key {
        label(out, &mut first, "key: ");
        key.push(out, bytes);
    }
    if let Some(bytes) = content.value {
        label(out, &mut first, "payload: ");
        value.push(out, bytes);
    }
    Ok(())
}

impl Decoder {
    fn check(self, bytes: &[u8], part: &'static str) -> Result<(), Undecodable> {
        let (decoder, need) = match self {
            Self::Integer => ("IntegerDecoder", 4),
            Self::Long => ("LongDecoder", 8),
            Self::String | Self::Default => return Ok(()),
        };
        let have = bytes.len();
        if have < need { Err(Undecodable::Short { part, decoder, need, have }) } else { Ok(()) }
    }

    fn push(self, out: &mut Vec<u8>, bytes: &[u8]) {
        match self {
            Self::String => push_utf8(out, bytes),
            Self::Integer => {
                number(out, bytes.first_chunk().map_or(0, |bytes| i32::from_be_bytes(*bytes)));
            }
            Self::Long => {
                number(out, bytes.first_chunk().map_or(0, |bytes| i64::from_be_bytes(*bytes)));
            }
            Self::Default => {
                // Java prints the object's address or so, another one in each run. A checksum has the
                // same shape, and is of some use.
                out.extend_from_slice(format!("[B@{:x}", crc32c::crc32c(bytes)).as_bytes());
            }
        }
    }
}
