//! One batch by itself: its header, its records, and what the one says of the other.

use super::decode::Decoder;
use super::order::REFETCH;
use super::report::{File, Report, Words, n};
use super::times::time;
use crate::codec::records::batch::{
    ATTRIBUTES_AT, Batch, COUNT_AT, LAST_OFFSET_DELTA_AT, MAX_TIMESTAMP_AT, TimestampType,
};
use crate::codec::records::error::Error;
use crate::codec::records::legacy::Message;
use crate::codec::records::record::Record;
use crate::codec::records::skim::Skimmed;
use crate::log::finding::Place;

/// Where a batch stands, and what checking it needs.
pub(super) struct Checker<'a> {
    pub report: &'a mut Report,
    pub file: &'a File,
    /// Its first byte.
    pub at: u64,
    pub decoder: &'a mut Decoder,
    /// Room for unpacking.
    pub scratch: &'a mut Vec<u8>,
    /// No batch unpacks to more.
    pub limit: usize,
}

/// What was seen of a batch's records.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub records: u64,
    /// Offsets of the batch have no record, which compaction does.
    pub thinned: bool,
}

const TAKEN: &str = "Brokers hand it out as it is: consumers fail on it or read it wrongly.";

impl Checker<'_> {
    /// Checks a batch whose checksum fits. `marker` gets the first record of a control batch.
    pub(super) fn batch(
        &mut self,
        batch: &Batch<'_>,
        mut marker: impl FnMut(&mut Report, &Record<'_>),
    ) -> Seen {
        self.header(batch);
        let mut seen = Seen::default();
        let mut scratch = std::mem::take(self.scratch);
        match batch.records(self.limit, &mut scratch) {
            Ok(records) => {
                let mut walk = Walk::new(batch);
                // Records that nobody has to look into are nearly always healthy.
                let opaque = !batch.attributes().is_control() && !self.decoder.is_internal();
                if let Some(skimmed) = opaque.then(|| records.skim(batch)).flatten() {
                    walk.skimmed(skimmed);
                    seen = walk.seen();
                    self.timestamps(batch, &walk);
                    *self.scratch = scratch;
                    return seen;
                }
                for record in records {
                    match record {
                        Ok(record) => {
                            if walk.count == 0 && batch.attributes().is_control() {
                                marker(self.report, &record);
                            }
                            if let Some(wrong) = walk.record(&record) {
                                self.record(batch, &record, wrong);
                            }
                            self.decode(batch, &record);
                        }
                        Err(error) => self.refused(batch, &error),
                    }
                }
                seen = walk.seen();
                self.timestamps(batch, &walk);
            }
            Err(error) => self.refused(batch, &error),
        }
        *self.scratch = scratch;
        seen
    }

    fn decode(&mut self, batch: &Batch<'_>, record: &Record<'_>) {
        let at = (batch.attributes().codec_id() == 0).then(|| self.at + record.at as u64);
        if batch.attributes().is_control() {
            self.decoder.control(self.report, self.file, at, record);
        } else if self.decoder.is_internal() {
            self.decoder.record(self.report, self.file, at, record);
        }
    }

    fn header(&mut self, batch: &Batch<'_>) {
        let (attributes, delta, count) = (batch.attributes(), batch.last_offset_delta(), batch.count());
        let producer = (batch.producer_id(), batch.producer_epoch(), batch.base_sequence());
        if i64::from(count) > i64::from(delta) + 1 || delta < 0 {
            self.field(
                batch,
                LAST_OFFSET_DELTA_AT,
                format!("last offset delta {delta} with {} records", n(count)),
                "a delta of at least the number of records less 1",
                "Records of this batch and the next have the same offsets.",
            );
        }
        let unknown = attributes.unknown_bits(2);
        if unknown != 0 {
            self.field(
                batch,
                ATTRIBUTES_AT,
                format!("attribute bits {unknown:#06x}"),
                "no bits but those that are known until Kafka 4.4",
                "Kafka ignores them.",
            );
        }
        if batch.partition_leader_epoch() < -1 {
            let found = format!("leader epoch {}", batch.partition_leader_epoch());
            self.field(
                batch,
                12,
                found,
                "-1 or more",
                "Kafka takes it as no epoch. The field is not under the checksum.",
            );
        }
        let wrong = match producer {
            // Coordinators and controllers write batches of no producer with any sequence number.
            (-1, ..) if attributes.is_transactional() => "a producer id, or no transaction",
            (id, epoch, sequence) if id < -1 || (id >= 0 && epoch < 0) || sequence < -1 => {
                "no numbers below 0 with a producer id"
            }
            _ => return,
        };
        let (id, epoch, sequence) = producer;
        let transactional = if attributes.is_transactional() { ", transactional" } else { "" };
        self.field(
            batch,
            43,
            format!("producer {id} epoch {epoch}, base sequence {sequence}{transactional}"),
            wrong,
            "A broker would not have taken it from a client.",
        );
    }

    fn field(&mut self, batch: &Batch<'_>, at: usize, found: String, expected: &str, meaning: &str) {
        self.report.warning(
            "batch-header",
            self.file,
            Place::byte(self.at + at as u64).with_offset(batch.base_offset()),
            Words {
                found,
                expected: expected.to_owned(),
                meaning: format!("{meaning} The checksum fits: the batch was written so."),
                remedy: "Find out which client or tool wrote it.".to_owned(),
            },
        );
    }

    fn refused(&mut self, batch: &Batch<'_>, error: &Error) {
        let byte = if error.unpacked { self.at } else { self.at + error.at as u64 };
        let inside = if error.unpacked {
            format!(" (byte {} of what it unpacks to)", n(error.at as u64))
        } else {
            String::new()
        };
        let place = Place::byte(byte).with_offset(batch.base_offset());
        if error.kind.is_note() {
            let words = Words {
                found: error.kind.to_string(),
                expected: format!("at most {} bytes", n(self.limit as u64)),
                meaning: "Its records were not checked.".to_owned(),
                remedy: String::new(),
            };
            return self.report.note("not-unpacked", self.file, place, words);
        }
        self.report.error(
            "records",
            self.file,
            place,
            Words {
                found: format!("{}{inside}", error.kind),
                expected: format!("{} records, as the header of the batch says", n(batch.count())),
                meaning: format!("{TAKEN} The checksum fits: the batch was written so. A broker that starts does not look inside."),
                remedy: REFETCH.to_owned(),
            },
        );
    }

    fn record(&mut self, batch: &Batch<'_>, record: &Record<'_>, wrong: Wrong) {
        let place =
            Place::byte(self.at + if batch.attributes().codec_id() == 0 { record.at as u64 } else { 0 })
                .with_offset(record.offset);
        let delta = n(record.offset_delta);
        let (code, found, expected) = match wrong {
            Wrong::Order(before) => (
                "record-order",
                format!("offset delta {delta} behind {before}"),
                "offsets that go up".to_owned(),
            ),
            Wrong::Range => {
                let last = n(batch.last_offset_delta());
                (
                    "record-order",
                    format!("offset delta {delta}"),
                    format!("0 to {last}, the last by the header"),
                )
            }
            Wrong::Attributes => {
                let found = format!("record attributes {:#04x}", record.attributes);
                let words = Words {
                    found,
                    expected: "0x00".to_owned(),
                    meaning: "Kafka ignores them; no version uses them.".to_owned(),
                    remedy: String::new(),
                };
                return self.report.note("record-attributes", self.file, place, words);
            }
        };
        let words = Words { found, expected, meaning: TAKEN.to_owned(), remedy: REFETCH.to_owned() };
        self.report.error(code, self.file, place, words);
    }

    fn timestamps(&mut self, batch: &Batch<'_>, walk: &Walk) {
        let stated = batch.max_timestamp();
        let append_time = batch.attributes().timestamp_type() == TimestampType::LogAppend;
        let Some(found) =
            walk.max_timestamp.filter(|&found| !append_time && found != stated && walk.whole(batch))
        else {
            return;
        };
        self.report.warning(
            "max-timestamp",
            self.file,
            Place::byte(self.at + MAX_TIMESTAMP_AT as u64).with_offset(batch.base_offset()),
            Words {
                found: format!("max timestamp {}", time(stated)),
                expected: format!("{}, the greatest of its records", time(found)),
                meaning: "Searches by time and retention go by the header: they miss records, or keep the segment too long or too short.".to_owned(),
                remedy: "Find out which client or tool wrote it.".to_owned(),
            },
        );
    }

    /// Checks a message of magic 0 or 1 whose checksum fits; returns its first and last offset.
    pub(super) fn message(&mut self, message: &Message<'_>) -> (Seen, Option<i64>, i64) {
        let mut seen = Seen::default();
        let (mut first, mut last): (Option<i64>, Option<i64>) = (None, None);
        let mut scratch = std::mem::take(self.scratch);
        let mut failure = None;
        match message.messages(self.limit, &mut scratch) {
            Ok(messages) => {
                for inner in messages {
                    match inner {
                        Ok(inner) => {
                            seen.records += 1;
                            seen.thinned |= last.is_some_and(|last| inner.offset != last.wrapping_add(1));
                            first = first.or(Some(inner.offset));
                            last = Some(inner.offset);
                        }
                        Err(error) => failure = Some(error),
                    }
                }
            }
            Err(error) => failure = Some(error),
        }
        *self.scratch = scratch;
        if let Some(error) = failure {
            let inside = if error.unpacked { "in what it unpacks to: " } else { "" };
            let words = Words {
                found: format!("{inside}{}", error.kind),
                expected: format!("a message of magic {} that can be read", message.magic()),
                meaning: TAKEN.to_owned(),
                remedy: REFETCH.to_owned(),
            };
            self.report.error(
                "records",
                self.file,
                Place::byte(self.at).with_offset(message.offset()),
                words,
            );
        }
        (seen, first, last.unwrap_or_else(|| message.offset()))
    }
}

/// What is wrong with a record.
enum Wrong {
    /// Its offset is not above this delta.
    Order(i32),
    /// Its offset is not one of the batch's.
    Range,
    /// It has attributes.
    Attributes,
}

/// The records of a batch, one behind the other.
struct Walk {
    count: u64,
    last_delta: i32,
    last: i32,
    max_timestamp: Option<i64>,
}

impl Walk {
    fn new(batch: &Batch<'_>) -> Self {
        Self { count: 0, last_delta: batch.last_offset_delta(), last: -1, max_timestamp: None }
    }

    #[inline]
    fn record(&mut self, record: &Record<'_>) -> Option<Wrong> {
        self.count += 1;
        self.max_timestamp = self.max_timestamp.max(Some(record.timestamp));
        let before = self.last;
        self.last = record.offset_delta;
        if self.last <= before {
            return Some(if before < 0 { Wrong::Range } else { Wrong::Order(before) });
        }
        if self.last > self.last_delta {
            return Some(Wrong::Range);
        }
        (record.attributes != 0).then_some(Wrong::Attributes)
    }

    /// All of the records, which are healthy.
    fn skimmed(&mut self, skimmed: Skimmed) {
        (self.count, self.max_timestamp) = (skimmed.count.into(), skimmed.max_timestamp);
    }

    fn seen(&self) -> Seen {
        Seen { records: self.count, thinned: i64::try_from(self.count) != Ok(i64::from(self.last_delta) + 1) }
    }

    fn whole(&self, batch: &Batch<'_>) -> bool {
        u64::try_from(batch.count()) == Ok(self.count)
    }
}

/// The field that a byte of a batch's header is in.
pub(super) fn field_at(offset: usize) -> &'static str {
    match offset {
        0..8 => "base offset",
        8..12 => "batch length",
        12..16 => "partition leader epoch",
        16 => "magic byte",
        17..21 => "checksum",
        21..23 => "attributes",
        23..27 => "last offset delta",
        27..35 => "base timestamp",
        35..43 => "max timestamp",
        43..51 => "producer id",
        51..53 => "producer epoch",
        53..57 => "base sequence",
        COUNT_AT..61 => "number of records",
        _ => "records",
    }
}
