//! Where a log ends, found without reading it all.

use std::io;
use std::path::Path;

use super::entries::Entries;
use super::offset_index::{self, OffsetEntry};
use super::scan::{Gap, Piece, Scanner};
use super::source::Source;
use crate::codec::records::batches::AnyBatch;

/// The end of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogEnd {
    /// The offset behind the last record; the base offset of an empty segment.
    pub next_offset: i64,
    /// The greatest timestamp of the batches that were passed; -1 where there were none.
    pub timestamp: i64,
    /// The last bytes that no batch explains, where there were such.
    pub gap: Option<Gap>,
}

/// Finds the end of a segment: from the last entry of its index on, where that points to a batch.
///
/// # Errors
///
/// Where a file cannot be read.
pub fn of_segment(log: &Path, index: Option<&Path>, base_offset: i64) -> io::Result<LogEnd> {
    let mut scanner = Scanner::new(Source::open(log)?).without_crc();
    if let Some(position) = index.and_then(last_indexed)
        && scanner.seek(position)?
        && let Some(end) = walk(&mut scanner, base_offset, true)?
    {
        return Ok(end);
    }
    let mut scanner = Scanner::new(Source::open(log)?).without_crc();
    let end = walk(&mut scanner, base_offset, false)?;
    Ok(end.unwrap_or(LogEnd { next_offset: base_offset, timestamp: -1, gap: None }))
}

fn last_indexed(index: &Path) -> Option<u64> {
    let mut entries = Entries::open(index).ok()?;
    let last = offset_index::used(&mut entries).ok()?.checked_sub(1)?;
    let entry = OffsetEntry::read(&entries.get(last).ok()??);
    u64::try_from(entry.position).ok()
}

/// Passes over the batches to the end. `None` where `must_begin` and no batch begins here.
fn walk(scanner: &mut Scanner, base_offset: i64, must_begin: bool) -> io::Result<Option<LogEnd>> {
    let mut end = LogEnd { next_offset: base_offset, timestamp: -1, gap: None };
    let mut first = must_begin;
    while let Some(piece) = scanner.next_piece()? {
        match piece {
            Piece::Gap(_) if first => return Ok(None),
            Piece::Gap(gap) => end.gap = Some(gap),
            Piece::Batch(found) => {
                let (offset, timestamp) = match found.view() {
                    Ok(AnyBatch::Batch(batch)) => (batch.last_offset(), batch.max_timestamp()),
                    Ok(AnyBatch::Message(message)) => (message.offset(), message.timestamp()),
                    Err(_) => continue,
                };
                if first && offset < base_offset {
                    return Ok(None);
                }
                end.next_offset = end.next_offset.max(offset.saturating_add(1));
                end.timestamp = end.timestamp.max(timestamp);
            }
        }
        first = false;
    }
    Ok(if first { None } else { Some(end) })
}
