//! What a broker asks of the records of a Produce request before it appends them (Kafka's
//! `ProduceRequest.validateRecords`, `UnifiedLog.analyzeAndValidateRecords` and `LogValidator`, for what
//! clients send: exactly one batch of magic 2 for each partition).
//!
//! [`header`] judges what the header says, and the checksum; that is all that the usual batch needs, and
//! it costs hardly more than the checksum. [`records`] looks at records where a rule is about them,
//! `rewrite` puts a batch into another codec. The bytes are changed in place wherever they can be.
//!
//! # Where this judges otherwise than Kafka
//!
//! Kafka reads the records of every batch, compressed ones too. Here they are read only
//!
//! - where [`Rules::check_records`] asks for it,
//! - where the topic is compacted, whose records need keys,
//! - where timestamps cannot be judged by the header: `message.timestamp.before.max.ms` is set, the header's
//!   greatest timestamp is over the bound or below its base, or the client claims log append time,
//! - where the codec changes.
//!
//! Of others that are compressed only the beginning of the stream is looked at, which is where a client's library differs
//! from what Kafka reads. So without [`Rules::check_records`] a batch whose checksum fits but whose records cannot be read
//! is taken, and so is a greatest timestamp that is below that of some record. Only a broken client makes such a batch: the
//! checksum proves that what it meant has arrived. Consumers of it fail as they do on any damaged batch.
//!
//! Where records are read this is stricter in one point: offsets must go up by one from 0 (Kafka takes what it
//! finds in batches that are not compressed, and stumbles over others). And always: a transactional batch
//! needs a producer id, and none is below -1; a codec that nobody knows is refused by name, and not as an unknown error; records that
//! cannot be unpacked or that unpack to too much are refused too.

pub mod header;
mod level;
mod placed;
pub mod records;
mod refused;
mod rewrite;
mod rules;

pub use placed::Validated;
pub use refused::{Reason, RecordError, Refused};
pub use rules::{Rules, Target};

use crate::codec::records::batch::TimestampType;
use placed::Patch;

/// Room for unpacked and for rewritten batches, which is used again from request to request. It holds
/// nothing until a batch needs it.
#[derive(Debug, Default)]
pub struct Room {
    /// A batch with its records unpacked.
    plain: Vec<u8>,
    /// The batch as it is appended, where that is not in the request's own bytes.
    rewritten: Vec<u8>,
}

impl Room {
    /// Gives back what is over `bytes`, so that one large batch is not kept for ever.
    pub fn shrink_to(&mut self, bytes: usize) {
        for buffer in [&mut self.plain, &mut self.rewritten] {
            buffer.clear();
            buffer.shrink_to(bytes);
        }
    }
}

/// Judges the records of one partition of a Produce request and makes them ready for the log, but for the
/// base offset and the leader's epoch, which [`Validated::place`] writes. `now_ms` is the broker's clock.
///
/// # Errors
///
/// What the client did wrong, with the error code and texts of its response.
pub fn validate<'a>(
    records: &'a mut [u8],
    rules: &Rules,
    now_ms: i64,
    room: &'a mut Room,
) -> Result<Validated<'a>, Refused> {
    let head = header::judge(records, rules)?;
    // What a cut-off batch behind the first one leaves is not appended, as in Kafka.
    let bytes = records.get_mut(..head.bytes).unwrap_or_default();
    let target = rules.target.codec(head.codec);
    let mut patch = Patch { max_timestamp: head.max_timestamp, attributes: head.attributes };
    if target != head.codec || records::must_be_read(&head, rules, now_ms) {
        let looked = records::look(bytes, &head, rules, now_ms, &mut room.plain)?;
        patch.max_timestamp = looked.max_timestamp;
    } else {
        records::begin(bytes)?;
    }
    match rules.timestamp_type {
        TimestampType::LogAppend => {
            patch.attributes = patch.attributes.log_append_time();
            patch.max_timestamp = now_ms;
        }
        // Only clients that claim log append time get here with it, and are not believed.
        TimestampType::Create | TimestampType::None => patch.attributes = patch.attributes.create_time(),
    }
    if target == head.codec {
        if patch.changes(&head) {
            patch.apply(bytes);
        }
        return Ok(Validated::new(bytes, &head, head.codec, patch, false));
    }
    rewrite::rewrite(bytes, &head, rules, patch, room)
}
