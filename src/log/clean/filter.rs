//! What is kept of one batch (`MemoryRecords.filterTo` with the cleaner's filter).

use std::io;

use super::offset_map::OffsetMap;
use super::transactions::Marker;
use super::{CleanRules, LastRecord};
use crate::codec::records::batch::{Attributes, Batch, TimestampType};
use crate::codec::records::compression::Codec;
use crate::codec::records::error::{Error, RecordsError};
use crate::codec::records::legacy::Message;
use crate::codec::records::plain;
use crate::codec::records::record::{Header, Record};
use crate::codec::records::write::{BatchHeader, BatchWriter, NewRecord};

/// What of a batch goes into the cleaned segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    /// Nothing.
    Nothing,
    /// The batch as it is.
    Whole,
    /// What was written to the buffer.
    Rewritten,
}

/// What decides over every record of a round.
#[derive(Debug)]
pub(super) struct Filter<'a> {
    pub map: &'a OffsetMap,
    pub rules: &'a CleanRules,
    pub last_records: &'a std::collections::HashMap<i64, LastRecord>,
    pub now_ms: i64,
    /// The batch before it stays, if need be empty, so that no offset is given twice.
    pub first_uncleanable: i64,
    /// Tombstones of old formats, which have no delete horizon, stay in this segment.
    pub keep_legacy_tombstones: bool,
}

/// Buffers and counts of a round.
#[derive(Debug, Default)]
pub(super) struct Work {
    plain: Vec<u8>,
    keep: Vec<bool>,
    /// A batch that was written anew.
    pub rewritten: Vec<u8>,
    /// Records that were read and kept, and those without a key, which are invalid in a compacted topic.
    pub records_read: u64,
    pub records_kept: u64,
    pub keyless: u64,
}

/// What the transactions say of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Records of an aborted transaction.
    Aborted,
    /// Other records.
    Data,
    /// A control batch.
    Control(Marker),
}

impl Filter<'_> {
    /// Decides over a batch of magic 2.
    pub fn batch(&self, batch: &Batch<'_>, role: Role, work: &mut Work) -> Result<Kept, Error> {
        let marker_alone = role == Role::Control(Marker::Alone);
        let discard = match role {
            Role::Aborted => true,
            Role::Data => false,
            Role::Control(_) => {
                marker_alone && batch.delete_horizon().is_some_and(|horizon| horizon <= self.now_ms)
            }
        };
        // A producer's last batch holds its sequence number, the last one that may be cleaned the offset that comes next.
        let keep_empty = self.is_last_of_producer(batch) || batch.next_offset() == self.first_uncleanable;
        if discard && !keep_empty {
            return Ok(Kept::Nothing);
        }
        let mut tombstones = false;
        work.keep.clear();
        let plain = if discard {
            *batch
        } else {
            let unpacked = batch.codec()? != Codec::None;
            let plain = if unpacked {
                plain::unpack(batch, self.rules.decompressed_bytes_max, &mut work.plain)?;
                Batch::new(&work.plain)?
            } else {
                *batch
            };
            for record in plain.records(0, &mut Vec::new())? {
                let record = record.map_err(|error| if unpacked { plain::place(error) } else { error })?;
                let keep = matches!(role, Role::Control(_)) || self.keeps(batch, &record, &mut work.keyless);
                tombstones |= keep && record.value.is_none();
                work.keep.push(keep);
            }
            plain
        };
        let kept = work.keep.iter().filter(|&&keep| keep).count();
        work.records_read += work.keep.len() as u64;
        work.records_kept += kept as u64;
        work.rewritten.clear();
        if kept == 0 {
            if !keep_empty {
                return Ok(Kept::Nothing);
            }
            return write_empty(batch, &mut work.rewritten).map(|()| Kept::Rewritten);
        }
        let begins_horizon = (tombstones || marker_alone) && batch.delete_horizon().is_none();
        if kept == work.keep.len() && !begins_horizon {
            return Ok(Kept::Whole);
        }
        let horizon = if begins_horizon {
            Some(self.now_ms.saturating_add(self.rules.delete_retention_ms))
        } else {
            batch.delete_horizon()
        };
        write(&plain, batch.codec()?, &work.keep, horizon, &mut work.rewritten).map(|()| Kept::Rewritten)
    }

    /// Decides over a message of an old format, or a packed set of them, which stays whole where anything of it does.
    pub fn message(&self, message: &Message<'_>, work: &mut Work) -> Result<Kept, Error> {
        let mut kept = 0;
        for inner in message.messages(self.rules.decompressed_bytes_max, &mut work.plain)? {
            let inner = inner?;
            let keep = match inner.key {
                Some(key) => {
                    let latest = self.map.get(key).is_none_or(|latest| inner.offset >= latest);
                    latest && (inner.value.is_some() || self.keep_legacy_tombstones)
                }
                None => {
                    work.keyless += u64::from(inner.offset <= self.map.latest());
                    false
                }
            };
            work.records_read += 1;
            kept += u64::from(keep || inner.offset > self.map.latest());
        }
        work.records_kept += kept;
        Ok(if kept > 0 { Kept::Whole } else { Kept::Nothing })
    }

    fn keeps(&self, batch: &Batch<'_>, record: &Record<'_>, keyless: &mut u64) -> bool {
        if record.offset > self.map.latest() {
            return true;
        }
        let Some(key) = record.key else {
            *keyless += 1;
            return false;
        };
        let latest = self.map.get(key).is_none_or(|latest| record.offset >= latest);
        latest
            && (record.value.is_some() || batch.delete_horizon().is_none_or(|horizon| self.now_ms < horizon))
    }

    fn is_last_of_producer(&self, batch: &Batch<'_>) -> bool {
        let last = self.last_records.get(&batch.producer_id()).filter(|_| batch.producer_id() > -1);
        last.is_some_and(|last| match last.last_data_offset {
            Some(offset) => batch.last_offset() == offset,
            None => batch.attributes().is_control() && batch.producer_epoch() == last.epoch,
        })
    }
}

/// The flags that survive.
fn attributes(batch: &Batch<'_>, codec: Codec) -> Attributes {
    let (old, mut new) = (batch.attributes(), Attributes::of(codec));
    if old.timestamp_type() == TimestampType::LogAppend {
        new = new.log_append_time();
    }
    if old.is_transactional() {
        new = new.transactional();
    }
    if old.is_control() {
        new = new.control();
    }
    new
}

fn header(batch: &Batch<'_>) -> BatchHeader {
    BatchHeader {
        base_offset: batch.base_offset(),
        partition_leader_epoch: batch.partition_leader_epoch(),
        attributes: attributes(batch, Codec::None),
        base_timestamp: -1,
        producer_id: batch.producer_id(),
        producer_epoch: batch.producer_epoch(),
        base_sequence: batch.base_sequence(),
        // So that the last sequence number stays what it was.
        last_offset_delta: Some(batch.last_offset_delta()),
        max_timestamp: Some(batch.max_timestamp()),
    }
}

fn write_empty(batch: &Batch<'_>, out: &mut Vec<u8>) -> Result<(), Error> {
    BatchWriter::new(header(batch)).finish(out).map_err(|error| cannot_pack(Codec::None, &error))
}

/// Writes the records of `plain` that are kept. With a delete horizon their timestamps count from that.
fn write(
    plain: &Batch<'_>,
    codec: Codec,
    keep: &[bool],
    horizon: Option<i64>,
    out: &mut Vec<u8>,
) -> Result<(), Error> {
    let mut attributes = attributes(plain, codec);
    if horizon.is_some() {
        attributes = attributes.delete_horizon();
    }
    let log_append = attributes.timestamp_type() == TimestampType::LogAppend;
    let mut writer = None;
    let mut headers: Vec<Header<'_>> = Vec::new();
    let mut scratch = Vec::new();
    for (record, _) in plain.records(0, &mut scratch)?.zip(keep).filter(|(_, keep)| **keep) {
        let record = record?;
        let writer = writer.get_or_insert_with(|| {
            BatchWriter::new(BatchHeader {
                attributes,
                base_timestamp: horizon.unwrap_or(record.timestamp),
                // Otherwise the greatest of those that are left.
                max_timestamp: log_append.then(|| plain.max_timestamp()),
                ..header(plain)
            })
        });
        headers.clear();
        headers.extend(record.headers);
        writer.push(&NewRecord {
            attributes: 0,
            timestamp_delta: record.timestamp.wrapping_sub(writer.base_timestamp()),
            offset_delta: record.offset_delta,
            key: record.key,
            value: record.value,
            headers: &headers,
        });
    }
    match writer {
        Some(writer) => writer.finish(out).map_err(|error| cannot_pack(codec, &error)),
        None => Ok(()),
    }
}

/// A codec that fails on records it has just unpacked.
fn cannot_pack(codec: Codec, _: &io::Error) -> Error {
    use crate::codec::records::compression::CompressionError;
    let error = CompressionError::Data("what is left of it cannot be packed again");
    Error { at: 0, unpacked: true, kind: RecordsError::Compression { codec, error } }
}
