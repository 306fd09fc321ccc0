//! What the tests have in common: batches, logs, and what the verifier says of a directory.

use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

use crate::codec::records::batch::{Attributes, Batch};
use crate::codec::records::batches::{AnyBatch, Batches};
use crate::codec::records::write::{BatchHeader, BatchWriter, NewRecord};
use crate::log::finding::{Finding, Severity};
use crate::log::verify;
use crate::log::write::*;

/// A moment, in milliseconds since 1970.
pub const NOW: i64 = 1_795_225_396_292;

/// How a batch is to be.
#[derive(Debug, Clone, Copy)]
pub struct Make {
    pub records: i32,
    pub bytes: usize,
    pub base_offset: i64,
    pub timestamp: i64,
    pub producer: Option<(i64, i16, i32)>,
    pub transactional: bool,
}

impl Default for Make {
    fn default() -> Self {
        Self { records: 1, bytes: 10, base_offset: 0, timestamp: NOW, producer: None, transactional: false }
    }
}

impl Make {
    pub fn batch(self) -> Vec<u8> {
        let mut attributes = Attributes::default();
        if self.transactional {
            attributes = attributes.transactional();
        }
        self.write(attributes, |at| (None, Some(vec![b'a' + (at % 26) as u8; self.bytes])))
    }

    /// A COMMIT or ABORT of its producer.
    pub fn marker(self, commit: bool) -> Vec<u8> {
        let attributes = Attributes::default().transactional().control();
        let producer = self.producer.map(|(id, epoch, _)| (id, epoch, -1));
        Self { records: 1, producer, ..self }
            .write(attributes, |_| (Some(vec![0, 0, 0, u8::from(commit)]), Some(vec![0, 0, 0, 0, 0, 0])))
    }

    fn write(
        self,
        attributes: Attributes,
        content: impl Fn(i32) -> (Option<Vec<u8>>, Option<Vec<u8>>),
    ) -> Vec<u8> {
        let (producer_id, producer_epoch, base_sequence) = self.producer.unwrap_or((-1, -1, -1));
        let mut writer = BatchWriter::new(BatchHeader {
            base_offset: self.base_offset,
            attributes,
            base_timestamp: self.timestamp,
            producer_id,
            producer_epoch,
            base_sequence,
            ..BatchHeader::default()
        });
        for at in 0..self.records {
            let (key, value) = content(at);
            let (key, value) = (key.as_deref(), value.as_deref());
            writer.push(&NewRecord { offset_delta: at, key, value, ..NewRecord::default() });
        }
        let mut out = Vec::new();
        writer.finish(&mut out).unwrap();
        out
    }
}

pub const APPEND: Append = Append { leader_epoch: 0, origin: Origin::Client, now_ms: NOW, replicated: true };

pub fn opening(clean_shutdown: bool) -> Opening {
    Opening { clean_shutdown, now_ms: NOW, topic_id: Some([7; 16]), ..Opening::default() }
}

pub fn small() -> LogConfig {
    LogConfig { segment_bytes: 2000, index_interval_bytes: 200, ..LogConfig::default() }
}

pub fn open(directory: &Path, config: &LogConfig, opening: Opening) -> (PartitionLog, Recovery) {
    PartitionLog::open(directory, Arc::new(config.clone()), opening).unwrap()
}

/// Everything from `offset` on, read in slices of at most `max_bytes`: first and last offsets of the batches.
pub fn read_all(log: &PartitionLog, offset: i64, max_bytes: usize, up_to: UpTo) -> Vec<(i64, i64)> {
    let mut found = Vec::new();
    let mut next = offset;
    loop {
        let slice = log.read(next, max_bytes, up_to, true).unwrap();
        let Some(file) = slice.file else { return found };
        let mut bytes = vec![0; slice.len];
        file.read_exact_at(&mut bytes, slice.position).unwrap();
        let before = next;
        for raw in Batches::new(&bytes) {
            let (base, last) = match raw.unwrap().view().unwrap() {
                AnyBatch::Batch(batch) => {
                    batch.check_crc().unwrap();
                    (batch.base_offset(), batch.last_offset())
                }
                AnyBatch::Message(message) => (message.offset(), message.offset()),
            };
            assert!(last >= next, "{last} after {next}");
            found.push((base, last));
            next = last + 1;
        }
        assert!(next > before, "no whole batch at {before}");
    }
}

/// What the verifier finds that is worse than a note.
pub fn faults(directory: &Path) -> Vec<String> {
    let mut faults = Vec::new();
    let mut sink = |finding: Finding| {
        if finding.severity != Severity::Note {
            let Finding { code, file, place, expected, found, .. } = finding;
            faults.push(format!("{code} {} {place:?}: {expected} / {found}", file.display()));
        }
    };
    verify::partition(directory, &verify::Options::default(), &mut sink).unwrap();
    faults
}

/// A directory as a partition of a topic has it, in a folder of its own.
pub fn directory() -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("orders-0");
    (folder, path)
}

pub fn header(bytes: &[u8]) -> Batch<'_> {
    Batch::new(bytes).unwrap()
}
