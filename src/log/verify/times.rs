//! `.timeindex` against the log, read along with it.

use std::io;
use std::path::Path;

use super::context::Standing;
use super::report::{File, Report, Words, file_of, n};
use crate::codec::meaning::time;
use crate::log::entries::Entries;
use crate::log::finding::Place;
use crate::log::time_index::{self, ENTRY_BYTES, TimeEntry};

/// The entries of a time index, next to the batches of its log.
#[derive(Debug)]
pub(super) struct TimeCursor {
    file: File,
    base: i64,
    entries: Entries<ENTRY_BYTES>,
    used: u64,
    number: u64,
    current: Option<(u64, TimeEntry)>,
    last: Option<TimeEntry>,
    /// The greatest timestamp until now, and the offset of its batch.
    greatest: Option<(i64, i64)>,
    /// Batches were damaged, so that the greatest timestamp is not known for sure.
    unsure: bool,
}

const REBUILD: &str = "Delete this file and the .index beside it while the broker is stopped: it builds both again when it starts.";
const ORDER: &str = "timestamps and offsets that both go up";

impl TimeCursor {
    /// Opens the index, and tells what is wrong with it as a whole.
    pub(super) fn open(report: &mut Report, path: &Path, base: i64, standing: Standing) -> io::Result<Self> {
        let file = file_of(path);
        let mut entries = Entries::<ENTRY_BYTES>::open(path)?;
        let used = time_index::used(&mut entries)?;
        super::indexes::left_over(report, &file, &entries);
        super::indexes::padding(report, &file, &mut entries, used, standing)?;
        let mut cursor = Self {
            file,
            base,
            entries,
            used,
            number: 0,
            current: None,
            last: None,
            greatest: None,
            unsure: false,
        };
        cursor.advance(report)?;
        Ok(cursor)
    }

    fn read(&mut self, number: u64) -> io::Result<Option<TimeEntry>> {
        if number >= self.used {
            return Ok(None);
        }
        Ok(self.entries.get(number)?.map(|entry| TimeEntry::read(&entry)))
    }

    fn advance(&mut self, report: &mut Report) -> io::Result<()> {
        self.current = None;
        while let Some(entry) = self.read(self.number)? {
            let number = self.number;
            self.number += 1;
            let next = self.read(number + 1)?;
            let above = |a: TimeEntry, b: TimeEntry| {
                a.timestamp > b.timestamp && a.relative_offset >= b.relative_offset
            };
            let rises = self.last.is_none_or(|last| above(entry, last));
            let stands_out = next
                .is_some_and(|next| !above(next, entry) && self.last.is_none_or(|last| above(next, last)));
            let sane = entry.relative_offset >= 0;
            if rises && sane && !stands_out {
                self.last = Some(entry);
                self.current = Some((number, entry));
                return Ok(());
            }
            let shown = |entry: TimeEntry| {
                format!("{} at offset {}", time(entry.timestamp), n(entry.offset(self.base)))
            };
            let found = match (next, self.last) {
                (Some(next), _) if stands_out && sane => {
                    format!("{}, followed by {}", shown(entry), shown(next))
                }
                (_, Some(last)) if sane => format!("{}, which follows {}", shown(entry), shown(last)),
                _ => shown(entry),
            };
            let expected = if sane { ORDER.to_owned() } else { "an offset of the segment".to_owned() };
            let meaning = "A broker finds entries by halving, which goes astray where they are not in order: searches by time miss records or begin too early, and retention by time may keep the segment too long or too short.";
            let words = Words { found, expected, meaning: meaning.to_owned(), remedy: REBUILD.to_owned() };
            let place = Place::entry(number, ENTRY_BYTES).with_offset(entry.offset(self.base));
            report.error("timeindex-order", &self.file, place, words);
        }
        Ok(())
    }

    /// The next batch of the log.
    pub(super) fn batch(
        &mut self,
        report: &mut Report,
        (first, last): (i64, i64),
        max_timestamp: i64,
    ) -> io::Result<()> {
        if self.greatest.is_none_or(|(greatest, _)| max_timestamp > greatest) {
            self.greatest = Some((max_timestamp, last));
        }
        while let Some((number, entry)) = self.current {
            let offset = entry.offset(self.base);
            if offset > last {
                break;
            }
            let greatest = self.greatest.map_or(-1, |(greatest, _)| greatest);
            if self.unsure && entry.timestamp >= greatest {
                // What the damaged batches had is told by the index.
                (self.greatest, self.unsure) = (Some((entry.timestamp, offset)), false);
            } else if !self.unsure && offset < first {
                self.no_batch(report, number, entry);
            } else if !self.unsure && entry.timestamp != greatest {
                self.wrong(report, number, entry, greatest);
            }
            self.advance(report)?;
        }
        Ok(())
    }

    fn wrong(&mut self, report: &mut Report, number: u64, entry: TimeEntry, greatest: i64) {
        let offset = entry.offset(self.base);
        let meaning = if entry.timestamp > greatest {
            "Records between the two times are found only by reading further back. The last entry of a segment also tells retention how old it is."
        } else {
            "A search for a time between the two begins behind the records that have it, and misses them."
        };
        report.error(
            "timeindex-timestamp",
            &self.file,
            Place::entry(number, ENTRY_BYTES).with_offset(offset),
            Words {
                found: format!("{} up to offset {}", time(entry.timestamp), n(offset)),
                expected: format!("{}, the greatest timestamp of the segment up to there", time(greatest)),
                meaning: meaning.to_owned(),
                remedy: REBUILD.to_owned(),
            },
        );
    }

    fn no_batch(&mut self, report: &mut Report, number: u64, entry: TimeEntry) {
        let offset = entry.offset(self.base);
        report.warning(
            "timeindex-offset",
            &self.file,
            Place::entry(number, ENTRY_BYTES).with_offset(offset),
            Words {
                found: format!("offset {}, which no batch of the log has", n(offset)),
                expected: "the offset of a record in the segment".to_owned(),
                meaning: "A search for its time begins at the next batch, which may be too far ahead."
                    .to_owned(),
                remedy: REBUILD.to_owned(),
            },
        );
    }

    /// Reads the rest of the entries for their order alone.
    pub(super) fn drain(&mut self, report: &mut Report) -> io::Result<()> {
        while self.current.is_some() {
            self.advance(report)?;
        }
        Ok(())
    }

    /// Bytes that no batch explains.
    pub(super) fn damage(&mut self) {
        self.unsure = true;
    }

    /// The log is over, before `next_offset`.
    pub(super) fn finish(
        &mut self,
        report: &mut Report,
        next_offset: i64,
        closed: bool,
        whole: bool,
    ) -> io::Result<()> {
        while let Some((number, entry)) = self.current.filter(|_| whole && !self.unsure) {
            let offset = entry.offset(self.base);
            report.error(
                "timeindex-beyond",
                &self.file,
                Place::entry(number, ENTRY_BYTES).with_offset(offset),
                Words {
                    found: format!("{} up to offset {}", time(entry.timestamp), n(offset)),
                    expected: format!("an offset below {}, where the segment ends", n(next_offset)),
                    meaning: "A search for a later time begins behind the end of the segment and finds nothing. Entries that are too late also keep the segment from being deleted in time.".to_owned(),
                    remedy: REBUILD.to_owned(),
                },
            );
            self.advance(report)?;
        }
        let last = self.last.map_or(-1, |entry| entry.timestamp);
        if let Some((greatest, offset)) = self.greatest.filter(|_| closed && whole && !self.unsure)
            && greatest > last
        {
            report.warning(
                "timeindex-coverage",
                &self.file,
                Place::byte(self.used * ENTRY_BYTES as u64).with_offset(offset),
                Words {
                    found: if self.last.is_some() { format!("the last entry has {}", time(last)) } else { "no entry".to_owned() },
                    expected: format!("a last entry with {}, the greatest timestamp of the closed segment, at offset {}", time(greatest), n(offset)),
                    meaning: "Retention by time takes the last entry for the age of the segment and may delete it too early; searches for later times scan its end.".to_owned(),
                    remedy: REBUILD.to_owned(),
                },
            );
        }
        Ok(())
    }
}

/// A timestamp as people read it, and as Kafka writes it.
pub(super) fn time(timestamp: i64) -> String {
    if timestamp == -1 {
        return "no timestamp".to_owned();
    }
    format!("{} ({timestamp})", time::timestamp(timestamp))
}
