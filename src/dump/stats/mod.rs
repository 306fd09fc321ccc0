//! `--stats`: what a log is made of, in bounded memory whatever its size.
//!
//! [`Stats`] counts the batches and records of one file; those of several files are merged in the order of
//! their offsets. [`text`] shows them to a person, [`json`] to a program. Percentiles are less than a
//! sixteenth off ([`histogram`]); different keys are counted exactly up to
//! [`distinct::EXACT_MAX`] and estimated from there on; the most frequent keys are told with what
//! their counts may miss ([`frequent`]).

pub mod distinct;
pub mod frequent;
pub mod histogram;
pub mod json;
pub mod text;
pub mod timeline;

use std::collections::BTreeMap;
use std::hash::Hasher;
use std::io;

use super::records::{BatchInfo, RecordView};
use super::walk::Sink;
use crate::codec::records::batch::{HEADER_BYTES, TimestampType};
use crate::codec::records::error::Error;
use crate::log::scan::{Found, Gap};
use distinct::Distinct;
use frequent::Frequent;
use histogram::Histogram;
use timeline::Timeline;

/// Counters for keys, and for names of headers.
const KEY_COUNTERS: usize = 4096;
const HEADER_COUNTERS: usize = 256;
/// Producers and epochs are counted one by one up to this many.
const LISTED_MAX: usize = 10_000;
/// One for each codec, and one for numbers that no codec has.
const CODECS: usize = 6;

/// What was compressed by one codec.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CodecStats {
    /// Batches.
    pub batches: u64,
    /// Records.
    pub records: u64,
    /// Bytes in the file, headers included.
    pub stored: u64,
    /// Bytes they unpack to, headers included.
    pub unpacked: u64,
}

/// What one producer wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProducerStats {
    /// Its greatest epoch.
    pub epoch: i16,
    /// Batches.
    pub batches: u64,
    /// Records.
    pub records: u64,
    /// Its first and its last offset.
    pub offsets: (i64, i64),
    /// It wrote in transactions.
    pub transactional: bool,
}

/// Everything that is counted.
#[derive(Debug, Clone)]
pub struct Stats {
    files: u64,
    batches: u64,
    bytes: u64,
    magics: [u64; 3],
    codecs: [CodecStats; CODECS],
    batch_sizes: Histogram,
    batch_records: Histogram,
    record_sizes: Histogram,
    key_sizes: Histogram,
    value_sizes: Histogram,
    timeline: Timeline,
    without_timestamp: u64,
    log_append: u64,
    keys: Distinct,
    top_keys: Frequent,
    null_keys: u64,
    tombstones: u64,
    null_both: u64,
    empty_values: u64,
    with_headers: u64,
    headers: u64,
    header_bytes: u64,
    top_headers: Frequent,
    control: BTreeMap<i16, u64>,
    control_records: u64,
    transactional: u64,
    producers: BTreeMap<i64, ProducerStats>,
    producers_left_out: u64,
    epochs: BTreeMap<i32, (i64, u64)>,
    offsets: Option<(i64, i64)>,
    bad_crc: u64,
    broken: u64,
    gaps: u64,
    gap_bytes: u64,
    /// Records of the batch that is being counted.
    open: u64,
    /// What the batch that is being counted unpacks to.
    open_bytes: u64,
}

impl Default for Stats {
    fn default() -> Self {
        Self {
            files: 0,
            batches: 0,
            bytes: 0,
            magics: [0; 3],
            codecs: [CodecStats::default(); CODECS],
            batch_sizes: Histogram::default(),
            batch_records: Histogram::default(),
            record_sizes: Histogram::default(),
            key_sizes: Histogram::default(),
            value_sizes: Histogram::default(),
            timeline: Timeline::default(),
            without_timestamp: 0,
            log_append: 0,
            keys: Distinct::default(),
            top_keys: Frequent::new(KEY_COUNTERS),
            null_keys: 0,
            tombstones: 0,
            null_both: 0,
            empty_values: 0,
            with_headers: 0,
            headers: 0,
            header_bytes: 0,
            top_headers: Frequent::new(HEADER_COUNTERS),
            control: BTreeMap::new(),
            control_records: 0,
            transactional: 0,
            producers: BTreeMap::new(),
            producers_left_out: 0,
            epochs: BTreeMap::new(),
            offsets: None,
            bad_crc: 0,
            broken: 0,
            gaps: 0,
            gap_bytes: 0,
            open: 0,
            open_bytes: 0,
        }
    }
}

/// The hash that keys are counted by.
#[inline]
pub(super) fn hash(bytes: &[u8]) -> u64 {
    // The keys of the hash are fixed, so that what was counted apart adds up.
    let mut hasher = std::hash::DefaultHasher::new();
    hasher.write(bytes);
    hasher.finish()
}

impl Stats {
    /// Counts a file.
    pub fn add_file(&mut self) {
        self.files += 1;
    }

    /// Counts a batch; its records follow, then [`Stats::end_batch`].
    pub fn add_batch(&mut self, batch: &BatchInfo) {
        let size = batch.size as u64;
        self.batches += 1;
        self.bytes += size;
        if let Some(count) = self.magics.get_mut(usize::from(batch.magic)) {
            *count += 1;
        }
        self.batch_sizes.add(size);
        self.bad_crc += u64::from(!batch.crc_fits);
        (self.open, self.open_bytes) = (0, 0);
        let first = batch.base_offset.unwrap_or(batch.last_offset);
        self.offsets = Some(match self.offsets {
            None => (first, batch.last_offset),
            Some((low, high)) => (low.min(first), high.max(batch.last_offset)),
        });
        if let Some((start, batches)) = self.epochs.get_mut(&batch.leader_epoch) {
            *start = (*start).min(first);
            *batches += 1;
        } else if self.epochs.len() < LISTED_MAX && batch.leader_epoch >= 0 {
            self.epochs.insert(batch.leader_epoch, (first, 1));
        }
        if batch.producer_id >= 0 {
            self.add_producer(batch, first);
        }
    }

    fn add_producer(&mut self, batch: &BatchInfo, first: i64) {
        let known = self.producers.len();
        match self.producers.get_mut(&batch.producer_id) {
            Some(producer) => {
                producer.epoch = producer.epoch.max(batch.producer_epoch);
                producer.batches += 1;
                producer.offsets = (producer.offsets.0.min(first), producer.offsets.1.max(batch.last_offset));
                producer.transactional |= batch.transactional;
            }
            None if known < LISTED_MAX => {
                let stats = ProducerStats {
                    epoch: batch.producer_epoch,
                    batches: 1,
                    records: 0,
                    offsets: (first, batch.last_offset),
                    transactional: batch.transactional,
                };
                self.producers.insert(batch.producer_id, stats);
            }
            None => self.producers_left_out += 1,
        }
    }

    /// Counts a record of the last batch.
    #[inline]
    pub fn add_record(&mut self, record: &RecordView<'_>) {
        let batch = record.batch;
        self.open += 1;
        self.open_bytes += record.size as u64;
        self.record_sizes.add(record.size as u64);
        if record.timestamp == -1 {
            self.without_timestamp += 1;
        } else {
            self.timeline.add(record.timestamp, record.offset);
        }
        if batch.control {
            self.control_records += 1;
            if let Some(key) = record.control() {
                *self.control.entry(key.id).or_default() += 1;
            }
            return;
        }
        match (record.key, record.value) {
            (None, None) => self.null_both += 1,
            (Some(_), None) => self.tombstones += 1,
            (_, Some(value)) => {
                self.empty_values += u64::from(value.is_empty());
                self.value_sizes.add(value.len() as u64);
            }
        }
        match record.key {
            None => self.null_keys += 1,
            Some(key) => {
                let hash = hash(key);
                self.key_sizes.add(key.len() as u64);
                self.keys.add(hash);
                self.top_keys.add(hash, key, record.size as u64);
            }
        }
        if !record.headers.is_empty() {
            self.add_headers(record);
        }
    }

    fn add_headers(&mut self, record: &RecordView<'_>) {
        self.with_headers += 1;
        for (name, value) in record.headers {
            let bytes = (name.len() + value.map_or(0, <[u8]>::len)) as u64;
            self.headers += 1;
            self.header_bytes += bytes;
            self.top_headers.add(hash(name), name, bytes);
        }
    }

    /// Counts what the records of the last batch came to.
    pub fn end_batch(&mut self, batch: &BatchInfo) {
        self.batch_records.add(self.open);
        let index = batch.codec.map_or(CODECS - 1, |codec| usize::from(codec.id()));
        if let Some(codec) = self.codecs.get_mut(index) {
            codec.batches += 1;
            codec.records += self.open;
            codec.stored += batch.size as u64;
            // The records of magic 0 and 1 have their headers with them.
            codec.unpacked += self.open_bytes + if batch.magic < 2 { 0 } else { HEADER_BYTES as u64 };
        }
        if let Some(producer) = self.producers.get_mut(&batch.producer_id) {
            producer.records += self.open;
        }
        self.transactional += if batch.transactional && !batch.control { self.open } else { 0 };
        self.log_append += if batch.timestamp_type == TimestampType::LogAppend { self.open } else { 0 };
    }

    /// Counts bytes that no batch explains.
    pub fn add_gap(&mut self, gap: &Gap) {
        self.gaps += 1;
        self.gap_bytes += gap.end.saturating_sub(gap.at);
    }

    /// Counts a batch of which not all records could be read.
    pub fn add_broken(&mut self) {
        self.broken += 1;
    }

    /// Some batch or stretch of bytes is damaged.
    pub fn is_damaged(&self) -> bool {
        self.bad_crc + self.broken + self.gaps > 0
    }

    /// How many records were counted.
    pub fn records(&self) -> u64 {
        self.record_sizes.count()
    }

    /// Counts what was counted of files whose offsets come later.
    pub fn merge(&mut self, later: &Self) {
        self.files += later.files;
        self.batches += later.batches;
        self.bytes += later.bytes;
        self.magics.iter_mut().zip(later.magics).for_each(|(mine, other)| *mine += other);
        for (mine, other) in self.codecs.iter_mut().zip(later.codecs) {
            mine.batches += other.batches;
            mine.records += other.records;
            mine.stored += other.stored;
            mine.unpacked += other.unpacked;
        }
        self.batch_sizes.merge(&later.batch_sizes);
        self.batch_records.merge(&later.batch_records);
        self.record_sizes.merge(&later.record_sizes);
        self.key_sizes.merge(&later.key_sizes);
        self.value_sizes.merge(&later.value_sizes);
        self.timeline.merge(&later.timeline);
        self.keys.merge(&later.keys);
        self.top_keys.merge(&later.top_keys);
        self.top_headers.merge(&later.top_headers);
        for (mine, other) in [
            (&mut self.without_timestamp, later.without_timestamp),
            (&mut self.log_append, later.log_append),
            (&mut self.null_keys, later.null_keys),
            (&mut self.tombstones, later.tombstones),
            (&mut self.null_both, later.null_both),
            (&mut self.empty_values, later.empty_values),
            (&mut self.with_headers, later.with_headers),
            (&mut self.headers, later.headers),
            (&mut self.header_bytes, later.header_bytes),
            (&mut self.control_records, later.control_records),
            (&mut self.transactional, later.transactional),
            (&mut self.producers_left_out, later.producers_left_out),
            (&mut self.bad_crc, later.bad_crc),
            (&mut self.broken, later.broken),
            (&mut self.gaps, later.gaps),
            (&mut self.gap_bytes, later.gap_bytes),
        ] {
            *mine += other;
        }
        for (&id, count) in &later.control {
            *self.control.entry(id).or_default() += count;
        }
        self.merge_lists(later);
    }

    fn merge_lists(&mut self, later: &Self) {
        for (&id, other) in &later.producers {
            let known = self.producers.len();
            match self.producers.get_mut(&id) {
                Some(mine) => {
                    mine.epoch = mine.epoch.max(other.epoch);
                    mine.batches += other.batches;
                    mine.records += other.records;
                    mine.offsets = (mine.offsets.0.min(other.offsets.0), mine.offsets.1.max(other.offsets.1));
                    mine.transactional |= other.transactional;
                }
                None if known < LISTED_MAX => drop(self.producers.insert(id, *other)),
                None => self.producers_left_out += other.batches,
            }
        }
        for (&epoch, &(start, batches)) in &later.epochs {
            let mine = self.epochs.entry(epoch).or_insert((start, 0));
            *mine = (mine.0.min(start), mine.1 + batches);
        }
        self.offsets = match (self.offsets, later.offsets) {
            (Some((low, high)), Some((start, end))) => Some((low.min(start), high.max(end))),
            (mine, other) => mine.or(other),
        };
    }
}

impl Sink for Stats {
    fn wants_records(&self) -> bool {
        true
    }

    fn gap(&mut self, gap: &Gap) -> io::Result<()> {
        self.add_gap(gap);
        Ok(())
    }

    fn batch(&mut self, _: &Found<'_>, batch: &BatchInfo) -> io::Result<()> {
        self.add_batch(batch);
        Ok(())
    }

    fn record(&mut self, record: &RecordView<'_>) -> io::Result<()> {
        self.add_record(record);
        Ok(())
    }

    fn broken(&mut self, _: &BatchInfo, _: &Error) -> io::Result<()> {
        self.add_broken();
        Ok(())
    }

    fn batch_end(&mut self, _: &Found<'_>, batch: &BatchInfo, _: super::walk::Selected) -> io::Result<()> {
        self.end_batch(batch);
        Ok(())
    }
}
