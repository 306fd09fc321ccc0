//! `.txnindex` and `.snapshot`, a line for each entry.

use std::path::Path;

use super::out::{labelled, optional_long};
use super::{Dump, Failure, read};
use crate::log::entries::Entries;
use crate::log::producer_snapshot;
use crate::log::source::Source;
use crate::log::txn_index::{self, AbortedTxn, ENTRY_BYTES};
use crate::state::producers::SnapshotEntry;

/// The largest snapshot that is read: that of 1.4 million producers.
const SNAPSHOT_BYTES_MAX: u64 = 64 << 20;

impl Dump<'_> {
    /// Prints an index of aborted transactions.
    pub(super) fn txn_index(&mut self, file: &str) -> Result<(), Failure> {
        self.base_offset(file)?;
        let mut entries: Entries<ENTRY_BYTES> = match Entries::open(Path::new(file)) {
            // To Kafka a missing one is an empty one.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(self.remark(file, error)?);
            }
            entries => read(entries)?,
        };
        let mut number = 0;
        while let Some(bytes) = read(entries.get(number))? {
            let entry = AbortedTxn::read(&bytes);
            // Kafka's tool looks at nothing but the upper byte of it.
            let [version, ..] = bytes;
            if i16::from(version as i8) > txn_index::VERSION {
                let what = format_args!("entry {number} has version {}, where 0 is expected", entry.version);
                self.problem_at(file, number * ENTRY_BYTES as u64, what)?;
            }
            let out = &mut self.out.text;
            labelled(out, "version: ", version as i8);
            labelled(out, " producerId: ", entry.producer_id);
            labelled(out, " firstOffset: ", entry.first_offset);
            labelled(out, " lastOffset: ", entry.last_offset);
            labelled(out, " lastStableOffset: ", entry.last_stable_offset);
            out.push(b'\n');
            self.out.drain()?;
            number += 1;
        }
        if entries.left_over() > 0 {
            let what = format_args!("{} bytes behind the last whole entry", entries.left_over());
            self.remark(file, what)?;
        }
        Ok(())
    }

    /// Prints what is known of producers.
    pub(super) fn producer_snapshot(&mut self, file: &str) -> Result<(), Failure> {
        let mut source = read(Source::open(Path::new(file)))?;
        let content = read(source.read_all(SNAPSHOT_BYTES_MAX))?;
        let snapshot = producer_snapshot::read(&content);
        for error in &snapshot.errors {
            // Bytes behind the last entry are nothing to Kafka, but that the checksum covers them.
            match error {
                producer_snapshot::SnapshotError::Length { need, have, .. } if have > need => {
                    self.remark(file, format_args!("at byte {}: {error}", error.at()))?;
                }
                _ => self.problem_at(file, error.at(), error)?,
            }
        }
        for entry in &snapshot.entries {
            push_producer(&mut self.out.text, entry);
            self.out.drain()?;
        }
        Ok(())
    }
}

fn push_producer(out: &mut Vec<u8>, entry: &SnapshotEntry) {
    labelled(out, "producerId: ", entry.producer_id);
    labelled(out, " producerEpoch: ", entry.epoch);
    labelled(out, " coordinatorEpoch: ", entry.coordinator_epoch);
    out.extend_from_slice(b" currentTxnFirstOffset: ");
    optional_long(out, Some(entry.current_txn_first_offset).filter(|&offset| offset >= 0));
    labelled(out, " lastTimestamp: ", entry.timestamp);
    if entry.last_offset >= 0 {
        labelled(out, " firstSequence: ", sequence_before(entry.last_sequence, entry.offset_delta));
        labelled(out, " lastSequence: ", entry.last_sequence);
        labelled(out, " lastOffset: ", entry.last_offset);
        labelled(out, " offsetDelta: ", entry.offset_delta);
        labelled(out, " timestamp: ", entry.timestamp);
    }
    out.push(b'\n');
}

/// The sequence number `decrement` before another (`DefaultRecordBatch.decrementSequence`).
fn sequence_before(sequence: i32, decrement: i32) -> i32 {
    if sequence < decrement {
        i32::MAX.wrapping_sub(decrement.wrapping_sub(sequence)).wrapping_add(1)
    } else {
        sequence.wrapping_sub(decrement)
    }
}
