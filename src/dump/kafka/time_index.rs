//! `.timeindex`: each entry, and whether the batch that ends with its offset has its timestamp.

use std::path::Path;

use super::index::sibling;
use super::out::labelled;
use super::segment::{Frame, Next, Segment};
use super::{Dump, Failure, java, read};
use crate::codec::records::batch::Batch;
use crate::codec::records::batches::MAGIC_MAX;
use crate::codec::records::compression::DECOMPRESSED_BYTES_MAX;
use crate::codec::records::legacy::Message;
use crate::log::entries::Entries;
use crate::log::offset_index::{self, OffsetEntry};
use crate::log::time_index::{ENTRY_BYTES, TimeEntry};

/// Of a batch without records.
const NO_TIMESTAMP: i64 = -1;

/// A segment and its offset index, and where the last search ended.
struct Lookup {
    log: Segment,
    index: Option<Entries<{ offset_index::ENTRY_BYTES }>>,
    base: i64,
    /// The last search was for this offset, and began here.
    last: Option<(i64, u64)>,
    /// The first search began here.
    first: Option<u64>,
    scratch: Vec<u8>,
}

impl Dump<'_> {
    /// Prints a time index.
    pub(super) fn time_index(&mut self, file: &str) -> Result<(), Failure> {
        let base = self.base_offset(file)?;
        let mut entries: Entries<ENTRY_BYTES> = read(Entries::open(Path::new(file)))?;
        let mut lookup = self.lookup(file, base)?;
        if self.options.index_sanity_check {
            return self.check_time_index(file, &mut entries, base);
        }
        let absolute = java::absolute(file);
        let mut before = NO_TIMESTAMP;
        let mut number = 0;
        while let Some(bytes) = read(entries.get(number))? {
            let entry = TimeEntry::read(&bytes);
            let (timestamp, offset) = (entry.timestamp, entry.offset(base));
            // A crash leaves zeros behind the last entry: the first of them ends the index.
            if entry.relative_offset == 0 && number > 0 {
                break;
            }
            if let Some(lookup) = &mut lookup {
                match lookup.find(offset)? {
                    Ok(Found::None) => self.mismatches.missing(&absolute, offset, -1),
                    Ok(Found::Other(last)) => self.mismatches.missing(&absolute, offset, last),
                    Ok(Found::Greatest(greatest)) => {
                        if greatest != timestamp {
                            self.mismatches.timestamp(&absolute, timestamp, greatest);
                        }
                        if before >= timestamp {
                            self.mismatches.order(&absolute, timestamp, before);
                        }
                    }
                    Err(what) => {
                        let at = number * ENTRY_BYTES as u64;
                        self.problem_at(
                            file,
                            at,
                            format_args!("entry {number} for offset {offset}: {what}"),
                        )?;
                    }
                }
            }
            if !self.options.verify_index_only {
                let out = &mut self.out.text;
                labelled(out, "timestamp: ", timestamp);
                labelled(out, " offset: ", offset);
                out.push(b'\n');
                self.out.drain()?;
            }
            before = timestamp;
            number += 1;
        }
        // Kafka's tool reads to the end of the segment for each entry; once is enough to find what it finds.
        if let Some(lookup) = &mut lookup
            && let Some(what) = lookup.walk()?
        {
            self.problem(file, what)?;
        }
        Ok(())
    }

    /// The segment and the offset index beside a time index.
    fn lookup(&mut self, file: &str, base: i64) -> Result<Option<Lookup>, Failure> {
        let (log_path, index_path) = (sibling(file, ".log"), sibling(file, ".index"));
        let log = match Segment::open(&log_path, u64::MAX) {
            Ok(log) => log,
            Err(error) => {
                self.problem(&log_path.to_string_lossy(), error)?;
                return Ok(None);
            }
        };
        let index = match Entries::open(&index_path) {
            Ok(index) => Some(index),
            Err(error) => {
                // Kafka's tool creates an empty one, and then throws.
                self.problem(&index_path.to_string_lossy(), error)?;
                None
            }
        };
        Ok(Some(Lookup { log, index, base, last: None, first: None, scratch: Vec::new() }))
    }

    /// What a broker checks of a time index when it starts (`TimeIndex.sanityCheck`).
    fn check_time_index(
        &mut self,
        file: &str,
        entries: &mut Entries<ENTRY_BYTES>,
        base: i64,
    ) -> Result<(), Failure> {
        let first = read(entries.get(0))?.map(|entry| TimeEntry::read(&entry));
        let last = match entries.len().checked_sub(1) {
            Some(last) => read(entries.get(last))?.map(|entry| TimeEntry::read(&entry)),
            None => None,
        };
        if let (Some(first), Some(last)) = (first, last) {
            if last.timestamp < first.timestamp {
                let zeros = if last == (TimeEntry { timestamp: 0, relative_offset: 0 }) {
                    "; zeros behind the last entry are what preallocation leaves after an unclean stop"
                } else {
                    ""
                };
                let what = format_args!(
                    "the last timestamp is {}, which is less than the first, {}{zeros}",
                    last.timestamp, first.timestamp
                );
                return Ok(self.problem(file, what)?);
            }
            let offset = last.offset(base);
            if offset < base {
                let what =
                    format_args!("the last offset is {offset}, which is less than the base offset {base}");
                return Ok(self.problem(file, what)?);
            }
        }
        if entries.left_over() > 0 {
            let what = format_args!("{} bytes are no multiple of {ENTRY_BYTES}", entries.bytes());
            return Ok(self.problem(file, what)?);
        }
        Ok(self.line(format_args!("{file} passed sanity check."))?)
    }
}

/// The first batch whose last offset is no less than one that is looked for.
enum Found {
    /// There is none.
    None,
    /// It ends with another offset.
    Other(i64),
    /// It ends with that offset; the greatest timestamp of its records.
    Greatest(i64),
}

impl Lookup {
    fn find(&mut self, offset: i64) -> Result<Result<Found, String>, Failure> {
        let position = match &mut self.index {
            Some(index) => read(index_lookup(index, self.base, offset))?,
            None => 0,
        };
        let Some(position) = u64::try_from(position).ok().filter(|&position| position <= self.log.length())
        else {
            let bytes = self.log.length();
            return Ok(Err(format!(
                "the offset index points at byte {position} of the segment, which has {bytes}"
            )));
        };
        // Entries go up, and so do batches: all before where the last search ended are behind us.
        let begin = match self.last {
            Some((before, begun)) if before <= offset && begun <= position => {
                position.max(self.log.position())
            }
            _ => position,
        };
        self.last = Some((offset, position));
        self.first.get_or_insert(position);
        read(self.log.go_to(begin))?;
        loop {
            match read(self.log.next())? {
                Next::Batch(frame) => {
                    let Some(last) = last_offset(&self.log, &frame) else {
                        return Ok(Err("the segment ends in a batch's header".to_owned()));
                    };
                    if last == offset {
                        return Ok(self.greatest(&frame).map(Found::Greatest));
                    }
                    if last > offset {
                        return Ok(Ok(Found::Other(last)));
                    }
                    self.log.pass(&frame);
                }
                Next::End => return Ok(Ok(Found::None)),
                next => return Ok(Err(self.end(next))),
            }
        }
    }

    /// What is there where no batch is.
    fn end(&self, next: Next) -> String {
        let at = self.log.position();
        match next {
            Next::Size(size) => {
                format!(
                    "at byte {at} of the segment the size is {size}, but no batch is smaller than 14 bytes"
                )
            }
            _ => "the segment became shorter while it was read".to_owned(),
        }
    }

    /// Passes over all batches from where the first search began; says what is there where they end too early.
    fn walk(&mut self) -> Result<Option<String>, Failure> {
        let Some(first) = self.first else { return Ok(None) };
        read(self.log.go_to(first))?;
        loop {
            match read(self.log.next())? {
                Next::Batch(frame) => self.log.pass(&frame),
                Next::End => return Ok(None),
                next => return Ok(Some(self.end(next))),
            }
        }
    }

    /// The greatest timestamp of a batch's records.
    fn greatest(&mut self, frame: &Frame) -> Result<i64, String> {
        let bytes = self.log.batch(frame);
        let mut greatest = NO_TIMESTAMP;
        if frame.magic < MAGIC_MAX {
            let message = Message::new(bytes).map_err(|error| error.kind.to_string())?;
            let messages = message.messages(DECOMPRESSED_BYTES_MAX, &mut self.scratch);
            for message in messages.map_err(|error| error.kind.to_string())? {
                greatest = greatest.max(message.map_err(|error| error.kind.to_string())?.timestamp);
            }
        } else {
            let batch = Batch::new(bytes).map_err(|error| error.kind.to_string())?;
            let records = batch.records(DECOMPRESSED_BYTES_MAX, &mut self.scratch);
            for record in records.map_err(|error| error.kind.to_string())? {
                greatest = greatest.max(record.map_err(|error| error.kind.to_string())?.timestamp);
            }
        }
        Ok(greatest)
    }
}

fn last_offset(log: &Segment, frame: &Frame) -> Option<i64> {
    if frame.magic < MAGIC_MAX {
        return log.batch(frame).first_chunk().map(|offset| i64::from_be_bytes(*offset));
    }
    Batch::new(log.header()).ok().map(|batch| batch.last_offset())
}

/// The position that an offset index has for an offset (`OffsetIndex.lookup`): zeros behind the last entry
/// count as entries, which its search does not mind as long as offsets are looked for that are above.
fn index_lookup(
    index: &mut Entries<{ offset_index::ENTRY_BYTES }>,
    base: i64,
    offset: i64,
) -> std::io::Result<i32> {
    let used = offset_index::used(index)?;
    let last = index.last_where(used, |entry| OffsetEntry::read(entry).offset(base) <= offset)?;
    let entry = last.map_or(Ok(None), |last| index.get(last))?;
    Ok(entry.map_or(0, |entry| OffsetEntry::read(&entry).position))
}
