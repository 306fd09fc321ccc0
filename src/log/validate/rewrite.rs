//! A batch put into the codec that the topic is configured to (`compression.type`).
//!
//! The records stay as they are, byte for byte: their offsets and timestamps count from the header, which is
//! kept too. Kafka writes each record anew, to the same effect.

use super::header::Head;
use super::placed::{Patch, Validated};
use super::refused::{Reason, Refused};
use super::rules::Rules;
use super::{Room, level};
use crate::codec::records::batch::{Attributes, HEADER_BYTES, TimestampType};
use crate::codec::records::compression::Codec;

/// Writes the batch, whose records were looked at, to the room.
pub(super) fn rewrite<'a>(
    bytes: &'a mut [u8],
    head: &Head,
    rules: &Rules,
    patch: Patch,
    room: &'a mut Room,
) -> Result<Validated<'a>, Refused> {
    let codec = rules.target.codec(head.codec);
    let source = if head.codec == Codec::None { &*bytes } else { room.plain.as_slice() };
    let (header, payload) = source.split_at(HEADER_BYTES.min(source.len()));
    let out = &mut room.rewritten;
    out.clear();
    out.extend_from_slice(header);
    level::compress(codec, rules.target.level(), payload, out).map_err(|_| Reason::Packing { codec })?;
    if out.len() > rules.max_message_bytes {
        let (bytes, max) = (out.len(), rules.max_message_bytes);
        return Err(Reason::TooLarge { bytes, max, codec: Some(codec) }.into());
    }
    // Flags that are not a producer's, or nobody's, do not survive in Kafka either.
    let mut attributes = Attributes::of(codec);
    if patch.attributes.timestamp_type() == TimestampType::LogAppend {
        attributes = attributes.log_append_time();
    }
    if patch.attributes.is_transactional() {
        attributes = attributes.transactional();
    }
    let patch = Patch { attributes, ..patch };
    patch.apply(out);
    Ok(Validated::new(out, head, codec, patch, true))
}
