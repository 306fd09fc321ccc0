//! What the offset index and the time index have in common.

use std::io;
use std::path::Path;

use super::context::{AtStart, Standing};
use super::index::{OffsetCursor, REBUILD};
use super::report::{File, Report, Words, count, file_of, n};
use super::times::TimeCursor;
use super::txns;
use crate::log::entries::Entries;
use crate::log::finding::{Place, Severity};
use crate::log::name::{FileKind, FileName};

/// Bytes behind the last whole entry.
pub(super) fn left_over<const N: usize>(report: &mut Report, file: &File, entries: &Entries<N>) {
    let left = entries.left_over();
    if left == 0 {
        return;
    }
    report.error(
        "index-length",
        file,
        Place::entry(entries.len(), N),
        Words {
            found: format!("{}: {} behind the last whole entry", count(entries.bytes(), "byte"), count(left, "byte")),
            expected: format!("a multiple of {N} bytes, which an entry takes"),
            meaning: "The index was cut inside of an entry; entries are missing behind it. A broker does not check this when it starts, unless it recovers the segment: it passes over the rest, and reads and searches by time scan further than they should.".to_owned(),
            remedy: REBUILD.to_owned(),
        },
    );
}

/// Zeros behind the entries that are in use.
pub(super) fn padding<const N: usize>(
    report: &mut Report,
    file: &File,
    entries: &mut Entries<N>,
    used: u64,
    standing: Standing,
) -> io::Result<()> {
    let len = entries.len();
    if used >= len {
        return Ok(());
    }
    let place = Place::entry(used, N);
    // Preallocation is zeros to the end; an entry there means that a page in between was lost.
    if entries.get(len - 1)?.is_some_and(|last| last != [0; N]) {
        report.error(
            "index-zeros",
            file,
            place,
            Words {
                found: "entries of zeros, and entries behind them".to_owned(),
                expected: "entries without a hole".to_owned(),
                meaning: "A page of the index was never written. A broker finds entries by halving, which goes astray there: reads begin at the wrong place.".to_owned(),
                remedy: REBUILD.to_owned(),
            },
        );
        return Ok(());
    }
    let found = format!("{} of zeros behind {} entries", count((len - used) * N as u64, "byte"), n(used));
    if standing.active && standing.at_start != AtStart::Trusts {
        let words = Words {
            found,
            expected: "room for more entries, while the broker writes to the segment".to_owned(),
            meaning: "The broker runs, or stopped without closing its files. When it starts it recovers the segment and writes the index anew.".to_owned(),
            remedy: String::new(),
        };
        report.add(Severity::Note, "index-preallocated", file, place, words);
        return Ok(());
    }
    let meaning = match standing.at_start {
        AtStart::Recovers => "A broker recovers this segment when it starts, and writes its indexes anew.",
        _ => {
            "A broker that does not recover the segment takes the zeros for entries: each read of it scans the log from its beginning. It finds the right records, but slowly."
        }
    };
    report.warning(
        "index-padding",
        file,
        place,
        Words {
            found,
            expected: "no more than the entries in use: the segment is closed".to_owned(),
            meaning: meaning.to_owned(),
            remedy: REBUILD.to_owned(),
        },
    );
    Ok(())
}

/// An index whose log is not there: only its order can be judged.
pub(super) fn alone(report: &mut Report, path: &Path, kind: FileKind) {
    report.summary.files += 1;
    let base = FileName::of(path).offset.unwrap_or(0);
    let standing = Standing { at_start: AtStart::Unknown, active: true };
    let checked = match kind {
        FileKind::OffsetIndex => OffsetCursor::open(report, path, base, standing)
            .and_then(|mut cursor| cursor.gap(report, u64::MAX)),
        FileKind::TimeIndex => {
            TimeCursor::open(report, path, base, standing).and_then(|mut cursor| cursor.drain(report))
        }
        _ => txns::check(report, &file_of(path), None),
    };
    if let Err(error) = checked {
        report.unreadable(&file_of(path), &error);
    }
}
