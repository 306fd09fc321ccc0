//! What a batch's frame, header and checksum say. This is on the way of every produced byte.

use super::refused::{Reason, Refused};
use super::rules::Rules;
use crate::codec::records::batch::{Attributes, Batch, HEADER_BYTES};
use crate::codec::records::batches::{MAGIC_AT, MAGIC_MAX, next_length};
use crate::codec::records::compression::Codec;

/// The first version of Produce that may carry zstd.
const ZSTD_VERSION_MIN: i16 = 7;

/// The header of a batch in order, and its length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // As in `Batch`.
pub struct Head {
    /// Bytes of the batch, its header included.
    pub bytes: usize,
    pub attributes: Attributes,
    pub codec: Codec,
    /// How many records there are, at least one; the last offset delta is one less.
    pub count: i32,
    pub base_timestamp: i64,
    pub max_timestamp: i64,
    pub producer_id: i64,
    pub producer_epoch: i16,
    pub base_sequence: i32,
}

/// Finds the one batch that `records` must hold and judges its header and its checksum.
///
/// # Errors
///
/// What Kafka refuses of it, in Kafka's order.
pub fn judge(records: &[u8], rules: &Rules) -> Result<Head, Refused> {
    let bytes = one_batch(records, rules)?;
    let batch = Batch::new(bytes).map_err(|_| Reason::Short { have: bytes.len() })?;
    if batch.base_offset() != 0 {
        return Err(Reason::BaseOffset { found: batch.base_offset() }.into());
    }
    if bytes.len() > rules.max_message_bytes {
        let (bytes, max) = (bytes.len(), rules.max_message_bytes);
        return Err(Reason::TooLarge { bytes, max, codec: None }.into());
    }
    let (stored, computed) = (batch.stored_crc(), batch.computed_crc());
    if stored != computed {
        return Err(Reason::Crc { stored, computed }.into());
    }
    let attributes = batch.attributes();
    let codec = attributes.codec().map_err(|_| Reason::Codec { id: attributes.codec_id() })?;
    let (count, last_offset_delta) = (batch.count(), batch.last_offset_delta());
    if count <= 0 || last_offset_delta != count - 1 {
        return Err(Reason::Count { count, last_offset_delta }.into());
    }
    if attributes.is_control() {
        return Err(Reason::Control.into());
    }
    let (producer_id, sequence) = (batch.producer_id(), batch.base_sequence());
    if producer_id > -1 && sequence < 0 {
        return Err(Reason::Sequence { producer_id, sequence }.into());
    }
    if producer_id < -1 || (producer_id == -1 && attributes.is_transactional()) {
        return Err(Reason::ProducerId { producer_id }.into());
    }
    Ok(Head {
        bytes: bytes.len(),
        attributes,
        codec,
        count,
        base_timestamp: batch.base_timestamp(),
        max_timestamp: batch.max_timestamp(),
        producer_id,
        producer_epoch: batch.producer_epoch(),
        base_sequence: sequence,
    })
}

/// The bytes of the only batch, at least as many as its header takes.
fn one_batch<'a>(records: &'a [u8], rules: &Rules) -> Result<&'a [u8], Refused> {
    let need = next_length(records).map_err(Reason::Damaged)?;
    let Some((bytes, rest)) = records.split_at_checked(need) else {
        let need = if records.len() < HEADER_BYTES { 0 } else { need };
        return Err(Reason::NoBatch { need, have: records.len() }.into());
    };
    let magic = bytes.get(MAGIC_AT).copied().unwrap_or_default();
    if magic != MAGIC_MAX as u8 {
        return Err(Reason::Magic { magic }.into());
    }
    let batch = Batch::new(bytes).map_err(|_| Reason::Short { have: bytes.len() })?;
    if batch.attributes().codec() == Ok(Codec::Zstd) && rules.produce_version < ZSTD_VERSION_MIN {
        return Err(Reason::ZstdVersion { version: rules.produce_version }.into());
    }
    if !rest.is_empty() {
        // What is cut off is no batch, and Kafka looks away.
        let next = next_length(rest).map_err(|mut error| {
            error.at += bytes.len();
            Reason::Damaged(error)
        })?;
        if next <= rest.len() {
            return Err(Reason::SeveralBatches { at: bytes.len() }.into());
        }
    }
    Ok(bytes)
}
