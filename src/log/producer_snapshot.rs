//! `.snapshot` beside a segment: what a partition knew of its producers before the segment's first
//! record (`ProducerStateManager`).
//!
//! ```text
//! 0  version  int16    1
//! 2  crc      uint32   CRC-32C of all that follows it
//! 6  entries           int32 how many, then of each:
//!      producer id int64, epoch int16, last sequence int32, last offset int64, offset delta int32,
//!      timestamp int64, coordinator epoch int32, first offset of its open transaction int64
//! ```

use crate::codec::wire::Reader;
use crate::state::producers::SnapshotEntry;

/// The only version.
pub const VERSION: i16 = 1;
/// Where the entries begin, and their number stands.
const COUNT_AT: usize = 6;
/// Bytes before the first entry.
const HEADER_BYTES: usize = 10;
/// Bytes of an entry.
pub const ENTRY_BYTES: usize = 46;

/// Why a snapshot is refused by a broker, which then reads the log instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SnapshotError {
    /// It ends before its number of entries.
    #[error("{have} bytes, where version, checksum and number of entries take {HEADER_BYTES}")]
    Short {
        /// Bytes of the file.
        have: usize,
    },
    /// A version that is not known.
    #[error("version {version}, where {VERSION} is expected")]
    Version {
        /// The version.
        version: i16,
    },
    /// The checksum does not fit.
    #[error("the checksum is {stored:#010x}, the bytes give {computed:#010x}: some of them were changed")]
    Crc {
        /// In the file.
        stored: u32,
        /// Of the file.
        computed: u32,
    },
    /// The entries do not take the bytes that are there.
    #[error("{count} entries take {need} bytes, {have} are there")]
    Length {
        /// How many entries there should be.
        count: i32,
        /// What they take.
        need: u64,
        /// What there is.
        have: u64,
    },
}

impl SnapshotError {
    /// Offset in the file of the field that is wrong.
    pub fn at(&self) -> u64 {
        match self {
            Self::Short { have } => *have as u64,
            Self::Version { .. } => 0,
            Self::Crc { .. } => 2,
            Self::Length { .. } => COUNT_AT as u64,
        }
    }
}

/// A snapshot: the entries that can be read, and everything that is wrong with it.
#[derive(Debug, Clone, Default)]
pub struct ProducerSnapshot {
    /// The producers, in the order of the file.
    pub entries: Vec<SnapshotEntry>,
    /// What is wrong; a broker stops at the first.
    pub errors: Vec<SnapshotError>,
}

/// Reads a snapshot.
pub fn read(content: &[u8]) -> ProducerSnapshot {
    let mut snapshot = ProducerSnapshot::default();
    let mut reader = Reader::new(content);
    let version = i16::from_be_bytes(reader.array());
    let stored = u32::from_be_bytes(reader.array());
    let count = i32::from_be_bytes(reader.array());
    if !reader.ok() {
        snapshot.errors.push(SnapshotError::Short { have: content.len() });
        return snapshot;
    }
    if version != VERSION {
        snapshot.errors.push(SnapshotError::Version { version });
    }
    let computed = crc32c::crc32c(content.get(COUNT_AT..).unwrap_or_default());
    if stored != computed {
        snapshot.errors.push(SnapshotError::Crc { stored, computed });
    }
    let rest = content.get(HEADER_BYTES..).unwrap_or_default();
    let need = u64::try_from(count).unwrap_or(0) * ENTRY_BYTES as u64;
    if count < 0 || need != rest.len() as u64 {
        snapshot.errors.push(SnapshotError::Length { count, need, have: rest.len() as u64 });
    }
    let whole = rest.as_chunks::<ENTRY_BYTES>().0;
    snapshot.entries = whole.iter().take(usize::try_from(count).unwrap_or(0)).map(entry).collect();
    snapshot
}

fn entry(bytes: &[u8; ENTRY_BYTES]) -> SnapshotEntry {
    let mut reader = Reader::new(bytes);
    SnapshotEntry {
        producer_id: i64::from_be_bytes(reader.array()),
        epoch: i16::from_be_bytes(reader.array()),
        last_sequence: i32::from_be_bytes(reader.array()),
        last_offset: i64::from_be_bytes(reader.array()),
        offset_delta: i32::from_be_bytes(reader.array()),
        timestamp: i64::from_be_bytes(reader.array()),
        coordinator_epoch: i32::from_be_bytes(reader.array()),
        current_txn_first_offset: i64::from_be_bytes(reader.array()),
    }
}

/// A snapshot of these producers, as Kafka writes it.
pub fn write(entries: &[SnapshotEntry]) -> Vec<u8> {
    let mut out = Vec::with_capacity(HEADER_BYTES + entries.len() * ENTRY_BYTES);
    out.extend_from_slice(&VERSION.to_be_bytes());
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(&(entries.len() as i32).to_be_bytes());
    for entry in entries {
        out.extend_from_slice(&entry.producer_id.to_be_bytes());
        out.extend_from_slice(&entry.epoch.to_be_bytes());
        out.extend_from_slice(&entry.last_sequence.to_be_bytes());
        out.extend_from_slice(&entry.last_offset.to_be_bytes());
        out.extend_from_slice(&entry.offset_delta.to_be_bytes());
        out.extend_from_slice(&entry.timestamp.to_be_bytes());
        out.extend_from_slice(&entry.coordinator_epoch.to_be_bytes());
        out.extend_from_slice(&entry.current_txn_first_offset.to_be_bytes());
    }
    let crc = crc32c::crc32c(out.get(COUNT_AT..).unwrap_or_default());
    if let Some(place) = out.get_mut(2..COUNT_AT) {
        place.copy_from_slice(&crc.to_be_bytes());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `txn-0/00000000000000000181.snapshot` of a Kafka 4.3.1 broker, its first two producers, sealed
    /// anew.
    #[test]
    fn both_ways() {
        let entries = [7, 8].map(|producer_id| SnapshotEntry {
            producer_id,
            epoch: 5,
            last_sequence: -1,
            last_offset: -1,
            offset_delta: 0,
            timestamp: 1_795_225_396_292,
            coordinator_epoch: 0,
            current_txn_first_offset: -1,
        });
        let bytes = write(&entries);
        let read_back = read(&bytes);
        assert_eq!((read_back.entries.as_slice(), read_back.errors.len()), (entries.as_slice(), 0));
        let cut = read(bytes.get(..bytes.len() - 1).unwrap_or_default());
        assert_eq!(cut.entries.len(), 1);
        assert!(matches!(cut.errors.as_slice(), [SnapshotError::Crc { .. }, SnapshotError::Length { .. }]));
    }
}
