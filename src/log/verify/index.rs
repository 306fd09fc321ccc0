//! `.index` against the log, read along with it.

use std::io;
use std::path::Path;

use super::context::{AtStart, Standing};
use super::report::{File, Report, Words, count, file_of, n};
use crate::log::entries::Entries;
use crate::log::finding::{Place, Severity};
use crate::log::offset_index::{self, ENTRY_BYTES, OffsetEntry};

/// An index whose entries end this much before the log does is incomplete, where the entries that are
/// there do not stand further apart: Kafka adds one each `index.interval.bytes` (4096), or for each append,
/// and replicas append 10 MiB at once at most.
const UNCOVERED_MAX: u64 = 12 << 20;

/// The entries of an offset index, next to the batches of its log.
#[derive(Debug)]
pub(super) struct OffsetCursor {
    file: File,
    base: i64,
    entries: Entries<ENTRY_BYTES>,
    used: u64,
    /// Number of the entry to read next.
    number: u64,
    /// The entry that comes next in the log.
    current: Option<(u64, OffsetEntry)>,
    /// The last entry that was in order.
    last: Option<OffsetEntry>,
    /// An entry whose batch was found, but whose offset is that of a batch further on.
    waiting: Option<(u64, OffsetEntry, i64)>,
    /// The greatest distance between two entries, and the position of the last.
    widest: u64,
    covered: u64,
    legacy: bool,
    /// Entries one behind the other that point into batches: the first and how many.
    astray: Option<Astray>,
}

/// Entries that point to where no batch begins.
#[derive(Debug, Clone, Copy)]
struct Astray {
    number: u64,
    entry: OffsetEntry,
    /// The batch that it points into, and its first offset.
    at: u64,
    first: i64,
    behind: u64,
}

pub(super) const REBUILD: &str =
    "Delete the file while the broker is stopped: it builds the index again from the log when it starts.";

impl OffsetCursor {
    /// Opens the index, and tells what is wrong with it as a whole.
    pub(super) fn open(report: &mut Report, path: &Path, base: i64, standing: Standing) -> io::Result<Self> {
        let file = file_of(path);
        let mut entries = Entries::<ENTRY_BYTES>::open(path)?;
        let used = offset_index::used(&mut entries)?;
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
            waiting: None,
            widest: 0,
            covered: 0,
            legacy: false,
            astray: None,
        };
        cursor.advance(report)?;
        Ok(cursor)
    }

    fn read(&mut self, number: u64) -> io::Result<Option<OffsetEntry>> {
        if number >= self.used {
            return Ok(None);
        }
        Ok(self.entries.get(number)?.map(|entry| OffsetEntry::read(&entry)))
    }

    /// Goes to the next entry that is in order.
    fn advance(&mut self, report: &mut Report) -> io::Result<()> {
        self.current = None;
        while let Some(entry) = self.read(self.number)? {
            let number = self.number;
            self.number += 1;
            let next = self.read(number + 1)?;
            let above = |a: OffsetEntry, b: OffsetEntry| {
                a.relative_offset > b.relative_offset && a.position > b.position
            };
            let rises = self.last.is_none_or(|last| above(entry, last));
            // The one that stands out is wrong, and not the one behind it.
            let stands_out = next
                .is_some_and(|next| !above(next, entry) && self.last.is_none_or(|last| above(next, last)));
            let sane = entry.relative_offset >= 0 && entry.position >= 0;
            if rises && sane && !stands_out {
                self.last = Some(entry);
                self.current = Some((number, entry));
                return Ok(());
            }
            let shown = |entry: OffsetEntry| {
                format!("offset {} at byte {}", n(entry.offset(self.base)), n(entry.position))
            };
            let (found, expected) = match (next, self.last) {
                _ if !sane => {
                    (shown(entry), "an offset of the segment and a position, neither negative".to_owned())
                }
                (Some(next), _) if stands_out => {
                    (format!("{}, followed by {}", shown(entry), shown(next)), ORDER.to_owned())
                }
                (_, Some(last)) => {
                    (format!("{}, which follows {}", shown(entry), shown(last)), ORDER.to_owned())
                }
                (_, None) => (shown(entry), ORDER.to_owned()),
            };
            let meaning = "A broker finds entries by halving, which goes astray where they are not in order: reads begin at the wrong place, and records may not be found.";
            let words = Words { found, expected, meaning: meaning.to_owned(), remedy: REBUILD.to_owned() };
            let place = Place::entry(number, ENTRY_BYTES).with_offset(entry.offset(self.base));
            report.error("index-order", &self.file, place, words);
        }
        Ok(())
    }

    /// The next batch of the log, from `at` to `end`.
    pub(super) fn batch(
        &mut self,
        report: &mut Report,
        (at, end): (u64, u64),
        (first, last): (i64, i64),
        sound: bool,
    ) -> io::Result<()> {
        self.settle(report, at, last, sound);
        while let Some((number, entry)) = self.current {
            let position = u64::try_from(entry.position).unwrap_or(0);
            if position >= end {
                break;
            }
            self.widest = self.widest.max(position.saturating_sub(self.covered));
            self.covered = position;
            let offset = entry.offset(self.base);
            if position > at {
                match &mut self.astray {
                    Some(astray) => astray.behind += 1,
                    None => self.astray = Some(Astray { number, entry, at, first, behind: 0 }),
                }
            } else {
                self.tell_astray(report);
            }
            if position == at && sound && offset != last {
                if offset > last {
                    // Several batches that were appended at once have one entry, with the last one's offset.
                    self.waiting = Some((number, entry, last));
                } else if !(self.legacy && offset == first) {
                    self.wrong_offset(
                        report,
                        number,
                        entry,
                        at,
                        format!("{}, that of the batch's last record", n(last)),
                    );
                }
            }
            self.advance(report)?;
        }
        Ok(())
    }

    /// The entry that waits for a batch with its offset gets none once an offset is passed.
    fn settle(&mut self, report: &mut Report, at: u64, last: i64, sound: bool) {
        let Some((number, entry, own)) = self.waiting else { return };
        let offset = entry.offset(self.base);
        let over =
            self.current.is_some_and(|(_, next)| u64::try_from(next.position).is_ok_and(|next| at >= next));
        if !sound || last == offset {
            self.waiting = None;
        } else if last > offset || over {
            self.waiting = None;
            let position = u64::try_from(entry.position).unwrap_or(0);
            self.wrong_offset(
                report,
                number,
                entry,
                position,
                format!("{}, that of the batch's last record", n(own)),
            );
        }
    }

    fn wrong_offset(
        &mut self,
        report: &mut Report,
        number: u64,
        entry: OffsetEntry,
        at: u64,
        expected: String,
    ) {
        let offset = entry.offset(self.base);
        report.error(
            "index-offset",
            &self.file,
            Place::entry(number, ENTRY_BYTES).with_offset(offset),
            Words {
                found: format!("offset {} for the batch at byte {}", n(offset), n(at)),
                expected: format!("offset {expected}"),
                meaning: "A search for an offset near it begins too far ahead and misses records, or reads more than it must.".to_owned(),
                remedy: REBUILD.to_owned(),
            },
        );
    }

    fn tell_astray(&mut self, report: &mut Report) {
        let Some(Astray { number, entry, at, first, behind }) = self.astray.take() else { return };
        let more = match behind {
            0 => String::new(),
            1 => ", as does the entry behind it".to_owned(),
            _ => format!(", as do the {} entries behind it", n(behind)),
        };
        report.error(
            "index-position",
            &self.file,
            Place::entry(number, ENTRY_BYTES).with_offset(entry.offset(self.base)),
            Words {
                found: format!(
                    "offset {} points to byte {}, where no batch begins{more}",
                    n(entry.offset(self.base)),
                    n(entry.position)
                ),
                expected: format!("byte {}, where the batch from offset {} on begins, or another beginning", n(at), n(first)),
                meaning: "A broker that looks for an offset from here on reads from the middle of a batch: fetches fail or find nothing.".to_owned(),
                remedy: REBUILD.to_owned(),
            },
        );
    }

    /// Bytes that no batch explains: entries that point there cannot be judged.
    pub(super) fn gap(&mut self, report: &mut Report, end: u64) -> io::Result<()> {
        self.waiting = None;
        self.tell_astray(report);
        while self.current.is_some_and(|(_, entry)| u64::try_from(entry.position).is_ok_and(|at| at < end)) {
            self.advance(report)?;
        }
        Ok(())
    }

    pub(super) fn legacy(&mut self) {
        self.legacy = true;
    }

    /// The log is over, at `end`.
    pub(super) fn finish(
        &mut self,
        report: &mut Report,
        end: u64,
        next_offset: i64,
        whole: bool,
    ) -> io::Result<()> {
        self.tell_astray(report);
        if whole {
            self.settle(report, end, i64::MAX, true);
        }
        while let Some((number, entry)) = self.current.filter(|_| whole) {
            report.error(
                "index-beyond",
                &self.file,
                Place::entry(number, ENTRY_BYTES).with_offset(entry.offset(self.base)),
                Words {
                    found: format!("offset {} at byte {}", n(entry.offset(self.base)), n(entry.position)),
                    expected: format!("a byte before the log's end at {}", n(end)),
                    meaning: "Reads of offsets from here on find nothing. If this is the last segment and the broker stopped in order, it takes the first offset of the segment for the end of the log when it starts, and gives its offsets out a second time.".to_owned(),
                    remedy: REBUILD.to_owned(),
                },
            );
            self.advance(report)?;
        }
        let bare = end.saturating_sub(self.covered);
        let spacing =
            if self.used < 2 { UNCOVERED_MAX } else { (self.widest * 4).clamp(1 << 20, UNCOVERED_MAX) };
        if whole && bare > spacing {
            report.warning(
                "index-coverage",
                &self.file,
                Place::byte(self.used * ENTRY_BYTES as u64).with_offset(next_offset),
                Words {
                    found: format!(
                        "no entry for the last {} of the log, {} before that",
                        count(bare, "byte"),
                        n(self.used)
                    ),
                    expected: "entries up to the end of the log: one each index.interval.bytes".to_owned(),
                    meaning: "Each read of what is not covered scans the log from the last entry on."
                        .to_owned(),
                    remedy: REBUILD.to_owned(),
                },
            );
        }
        Ok(())
    }
}

/// No index beside a log.
pub(super) fn missing(report: &mut Report, log: &File, offset: bool, standing: Standing) {
    let extension = if offset { "index" } else { "timeindex" };
    let file = file_of(&log.with_extension(extension));
    let meaning = match (offset, standing.at_start) {
        (true, AtStart::Recovers) => {
            "A broker reads the segment through and builds its indexes again when it starts."
        }
        (true, _) => {
            "A broker reads the segment through and builds its indexes again when it starts, and cuts it at the first batch that is wrong."
        }
        (false, _) => {
            "A broker begins with an empty one when it starts, unless it recovers the segment: searches by time read it from its beginning, and retention goes by the time of the file."
        }
    };
    let remedy = if offset {
        "Start the broker; nothing else is needed."
    } else {
        "Delete the .index beside it too while the broker is stopped: then it builds both again."
    };
    report.add(
        Severity::Warning,
        if offset { "index-missing" } else { "timeindex-missing" },
        &file,
        Place::WHOLE,
        Words {
            found: "no such file".to_owned(),
            expected: format!("the {} index of the segment", if offset { "offset" } else { "time" }),
            meaning: meaning.to_owned(),
            remedy: remedy.to_owned(),
        },
    );
}

const ORDER: &str = "offsets and positions that both go up";
