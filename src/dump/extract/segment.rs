//! A new segment of selected records, with its indexes, as a broker would have written it (`LogSegment`).
//!
//! Batches that are selected whole are copied byte for byte, so that their checksum still proves them.
//! Of the others the records that are selected are written as compaction would leave them: the batch
//! keeps its first and last offset, its codec, its flags and its producer's fields, and gets a new
//! checksum. A compressed message of magic 0 or 1 becomes a batch of magic 2 then.
//!
//! Batches whose checksum does not fit are left out and counted: a new checksum would vouch for bytes that
//! nobody vouches for.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::ExtractError;
use super::place;
use super::transactions::Transactions;
use crate::codec::meaning::uuid::push_uuid;
use crate::codec::records::batch::{Attributes, TimestampType};
use crate::codec::records::error::Error;
use crate::codec::records::record::Header;
use crate::codec::records::write::{BatchHeader, BatchWriter, NewRecord};
use crate::dump::records::{BatchInfo, RecordView};
use crate::dump::walk::{Selected, Sink};
use crate::log::checkpoint::EpochEntry;
use crate::log::scan::Found;
use crate::log::write::new_segment::{NewFiles, NewSegment};
use crate::log::write::rule::INDEX_INTERVAL_BYTES;

/// `segment.bytes` unless somebody changes it: what is longer goes into several segments.
pub const SEGMENT_BYTES: u64 = 1 << 30;

/// What was written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Extracted {
    /// The `.log` files.
    pub logs: Vec<PathBuf>,
    /// Records.
    pub records: u64,
    /// Batches that were copied byte for byte.
    pub copied: u64,
    /// Batches that were written anew with some of their records.
    pub rewritten: u64,
    /// Damaged batches of which nothing, or not all that was selected, could be written.
    pub damaged: u64,
    /// Bytes of the logs.
    pub bytes: u64,
    /// Aborted transactions in the `.txnindex`.
    pub aborted: u64,
    /// Transactions that end outside of what was selected. They hold the last stable offset of the new log.
    pub open_transactions: usize,
    /// First and last offset.
    pub offsets: Option<(i64, i64)>,
}

/// Writes the selected records of one partition as segments. It is a [`Sink`]: give it to
/// [`walk`](crate::dump::walk::walk) for each segment, then [`SegmentWriter::finish`] it.
#[derive(Debug)]
pub struct SegmentWriter {
    directory: PathBuf,
    topic_id: Option<[u8; 16]>,
    segment_bytes: u64,
    segment: Option<NewSegment>,
    transactions: Transactions,
    epochs: Vec<EpochEntry>,
    pending: Option<BatchWriter>,
    /// The batch that is read is damaged.
    broken: bool,
    rewritten: Vec<u8>,
    extracted: Extracted,
}

impl SegmentWriter {
    /// Writes into `directory`, which [`place::directory`] has made. `topic_id` goes into `partition.metadata`.
    pub fn new(directory: &Path, topic_id: Option<[u8; 16]>) -> Self {
        Self {
            directory: directory.to_owned(),
            topic_id,
            segment_bytes: SEGMENT_BYTES,
            segment: None,
            transactions: Transactions::default(),
            epochs: Vec::new(),
            pending: None,
            broken: false,
            rewritten: Vec::new(),
            extracted: Extracted::default(),
        }
    }

    /// The same with segments of at most so many bytes, or one batch.
    pub fn with_segment_bytes(self, segment_bytes: u64) -> Self {
        Self { segment_bytes, ..self }
    }

    /// Completes the indexes and writes the small files beside them.
    ///
    /// # Errors
    ///
    /// Where a file cannot be written.
    pub fn finish(mut self) -> Result<Extracted, ExtractError> {
        if let Some(mut segment) = self.segment.take() {
            segment.complete().map_err(|error| self.failed(error))?;
        }
        self.extracted.open_transactions = self.transactions.open();
        if self.extracted.logs.is_empty() {
            return Ok(self.extracted);
        }
        if !self.epochs.is_empty() {
            let mut text = format!("0\n{}\n", self.epochs.len());
            for EpochEntry { epoch, start_offset } in &self.epochs {
                text.push_str(&format!("{epoch} {start_offset}\n"));
            }
            self.small("leader-epoch-checkpoint", text.as_bytes())?;
        }
        if let Some(id) = self.topic_id {
            let mut text = b"version: 0\ntopic_id: ".to_vec();
            push_uuid(&id, &mut text);
            self.small("partition.metadata", &text)?;
        }
        Ok(self.extracted)
    }

    fn small(&self, name: &str, content: &[u8]) -> Result<(), ExtractError> {
        place::create(&self.directory.join(name))?.write_all(content).map_err(|error| self.failed(error))
    }

    fn failed(&self, error: io::Error) -> ExtractError {
        ExtractError::Io { path: self.directory.clone(), error }
    }

    /// Appends a batch to the segment that is open, or to the next.
    fn append(&mut self, bytes: &[u8], batch: &BatchInfo, first_offset: i64) -> io::Result<()> {
        let fits = |segment: &NewSegment| {
            segment.bytes() + bytes.len() as u64 <= self.segment_bytes && segment.reaches(batch.last_offset)
        };
        if let Some(mut segment) = self.segment.take_if(|segment| !fits(segment)) {
            segment.complete()?;
        }
        let segment = match &mut self.segment {
            Some(segment) => segment,
            none => {
                let create = |path: &Path| File::create_new(path);
                let directory = self.directory.clone();
                let files = NewFiles { directory, base_offset: first_offset, suffix: "", create };
                self.extracted.logs.push(files.path("log"));
                none.insert(NewSegment::create(files, INDEX_INTERVAL_BYTES)?)
            }
        };
        segment.append(bytes, batch.last_offset, batch.max_timestamp)?;
        if let Some(aborted) = self.transactions.add(bytes, batch) {
            segment.aborted(aborted)?;
            self.extracted.aborted += 1;
        }
        let known = self.epochs.last().map_or(-1, |entry| entry.epoch);
        if batch.leader_epoch > known {
            self.epochs.push(EpochEntry { epoch: batch.leader_epoch, start_offset: first_offset });
        }
        self.extracted.bytes += bytes.len() as u64;
        let first = self.extracted.offsets.map_or(first_offset, |(first, _)| first);
        self.extracted.offsets = Some((first, batch.last_offset));
        Ok(())
    }
}

impl Sink for SegmentWriter {
    fn wants_records(&self) -> bool {
        false
    }

    fn batch(&mut self, _: &Found<'_>, batch: &BatchInfo) -> io::Result<()> {
        (self.pending, self.broken) = (None, !batch.crc_fits);
        Ok(())
    }

    fn record(&mut self, record: &RecordView<'_>) -> io::Result<()> {
        let batch = record.batch;
        if !batch.crc_fits {
            return Ok(());
        }
        let base_offset = batch.base_offset.unwrap_or(record.offset);
        let writer = self.pending.get_or_insert_with(|| BatchWriter::new(header(batch, record)));
        let headers: Vec<Header<'_>> = record.headers.collect();
        // The first record of a message set gives the batch its base.
        let base = if batch.base_offset.is_some() { base_offset } else { writer.base_offset() };
        let create_time = batch.timestamp_type == TimestampType::Create;
        let timestamp_delta =
            if create_time { record.timestamp.wrapping_sub(writer.base_timestamp()) } else { 0 };
        let offset_delta = i32::try_from(record.offset.wrapping_sub(base)).map_err(io::Error::other)?;
        let (key, value) = (record.key, record.value);
        writer.push(&NewRecord {
            attributes: 0,
            timestamp_delta,
            offset_delta,
            key,
            value,
            headers: &headers,
        });
        Ok(())
    }

    fn broken(&mut self, _: &BatchInfo, _: &Error) -> io::Result<()> {
        self.broken = true;
        Ok(())
    }

    fn batch_end(&mut self, found: &Found<'_>, batch: &BatchInfo, selected: Selected) -> io::Result<()> {
        let pending = self.pending.take();
        self.extracted.damaged += u64::from(self.broken);
        if !batch.crc_fits {
            return Ok(());
        }
        self.extracted.records += selected.records;
        if selected.whole {
            self.extracted.copied += 1;
            // That of a compressed message set is known once it was unpacked.
            let first = batch.base_offset.or(pending.map(|pending| pending.base_offset()));
            return self.append(found.bytes, batch, first.unwrap_or(batch.last_offset));
        }
        let Some(pending) = pending.filter(|pending| !pending.is_empty()) else { return Ok(()) };
        self.extracted.rewritten += 1;
        let mut bytes = std::mem::take(&mut self.rewritten);
        bytes.clear();
        pending.finish(&mut bytes)?;
        let info = BatchInfo::of_header(&bytes, 0).map_err(|error| io::Error::other(error.kind))?;
        let result = self.append(&bytes, &info, info.base_offset.unwrap_or(info.last_offset));
        self.rewritten = bytes;
        result
    }
}

/// The header of a batch that some records of another are written to, of which `first` is the first.
fn header(batch: &BatchInfo, first: &RecordView<'_>) -> BatchHeader {
    let mut attributes = batch.codec.map(Attributes::of).unwrap_or_default();
    let log_append = batch.timestamp_type == TimestampType::LogAppend;
    if log_append {
        attributes = attributes.log_append_time();
    }
    if batch.transactional {
        attributes = attributes.transactional();
    }
    if batch.control {
        attributes = attributes.control();
    }
    if batch.delete_horizon.is_some() {
        attributes = attributes.delete_horizon();
    }
    let base_offset = batch.base_offset.unwrap_or(first.offset);
    // Base and timestamps of a message set say nothing of each other.
    let base_timestamp = if batch.magic < 2 { first.timestamp } else { batch.base_timestamp };
    BatchHeader {
        base_offset,
        partition_leader_epoch: batch.leader_epoch,
        attributes,
        base_timestamp,
        producer_id: batch.producer_id,
        producer_epoch: batch.producer_epoch,
        base_sequence: batch.base_sequence,
        last_offset_delta: i32::try_from(batch.last_offset.wrapping_sub(base_offset)).ok(),
        max_timestamp: log_append.then_some(batch.max_timestamp),
    }
}
