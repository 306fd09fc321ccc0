//! `.txnindex` against the markers in the log.

use std::io;

use super::order::REFETCH;
use super::report::{File, Report, Words, count, n};
use crate::log::entries::Entries;
use crate::log::finding::Place;
use crate::log::txn_index::{AbortedTxn, ENTRY_BYTES, VERSION};
use crate::state::producers::CompletedTransaction;

const REBUILD: &str = "Delete the .index of the segment while the broker is stopped: it then builds all its indexes again when it starts.";

/// What the log says of a segment's transactions.
#[derive(Debug)]
pub(super) struct Expected {
    /// Those whose ABORT marker is in the segment.
    pub aborted: Vec<CompletedTransaction>,
    /// These are all, exactly.
    pub sure: bool,
    /// The segment's offsets.
    pub base: i64,
    pub next: Option<i64>,
}

/// Checks the index of a segment; `log` is `None` where nothing is known of it.
pub(super) fn check(report: &mut Report, file: &File, log: Option<&Expected>) -> io::Result<()> {
    let mut entries = Entries::<ENTRY_BYTES>::open(file)?;
    if entries.left_over() > 0 {
        left_over(report, file, &entries);
    }
    let mut last: Option<AbortedTxn> = None;
    // Compaction removes records of transactions and, later, their markers.
    let sure = log.is_some_and(|log| log.sure);
    let mut expected = log.map(|log| log.aborted.as_slice()).unwrap_or_default();
    for number in 0..entries.len() {
        let Some(entry) = entries.get(number)? else { break };
        let entry = AbortedTxn::read(&entry);
        if alone(report, file, number, &entry, last, log) {
            last = Some(entry);
        }
        while let Some((first, rest)) =
            expected.split_first().filter(|(first, _)| first.last_offset < entry.last_offset)
        {
            if sure {
                missing(report, file, number, first);
            }
            expected = rest;
        }
        match expected.split_first() {
            Some((aborted, rest)) if aborted.last_offset == entry.last_offset => {
                if sure {
                    compare(report, file, number, &entry, aborted);
                }
                expected = rest;
            }
            _ if sure => no_marker(report, file, number, &entry),
            _ => {}
        }
    }
    if sure {
        for aborted in expected {
            missing(report, file, entries.len(), aborted);
        }
    }
    Ok(())
}

/// A segment with aborted transactions and no index of them.
pub(super) fn no_file(report: &mut Report, file: &File, log: &Expected) {
    let Some(first) = log.aborted.first().filter(|_| log.sure) else { return };
    report.error(
        "txnindex-missing",
        file,
        Place::WHOLE.with_offset(first.last_offset),
        Words {
            found: "no such file".to_owned(),
            expected: format!(
                "{} in the transaction index",
                count(log.aborted.len() as u64, "aborted transaction")
            ),
            meaning: COMMITTED.to_owned(),
            remedy: REBUILD.to_owned(),
        },
    );
}

const COMMITTED: &str = "Consumers that read committed data only get the records of aborted transactions as if they were committed. A broker does not notice.";

fn left_over(report: &mut Report, file: &File, entries: &Entries<ENTRY_BYTES>) {
    report.error(
        "index-length",
        file,
        Place::entry(entries.len(), ENTRY_BYTES),
        Words {
            found: format!(
                "{}: {} behind the last whole entry",
                count(entries.bytes(), "byte"),
                count(entries.left_over(), "byte")
            ),
            expected: format!("a multiple of {ENTRY_BYTES} bytes, which an entry takes"),
            meaning: format!(
                "The index was cut inside of an entry, or writing it did not finish. {COMMITTED}"
            ),
            remedy: REBUILD.to_owned(),
        },
    );
}

/// What an entry must be by itself; returns whether it is.
fn alone(
    report: &mut Report,
    file: &File,
    number: u64,
    entry: &AbortedTxn,
    last: Option<AbortedTxn>,
    log: Option<&Expected>,
) -> bool {
    let place = Place::entry(number, ENTRY_BYTES).with_offset(entry.last_offset);
    if entry.version != VERSION {
        let newer = entry.version > VERSION;
        report.error(
            "txnindex-version",
            file,
            place,
            Words {
                found: format!("version {}", entry.version),
                expected: format!("version {VERSION}, the only one there is"),
                meaning: if newer {
                    "A broker does not start: loading the log fails with \"Unexpected aborted transaction version\". One that runs answers fetches of committed data with UNKNOWN_SERVER_ERROR.".to_owned()
                } else {
                    "A broker reads it as if it were version 0.".to_owned()
                },
                remedy: "Delete this file and the .index beside it while the broker is stopped: it builds both again when it starts.".to_owned(),
            },
        );
    }
    let shown = format!(
        "producer {}, offsets {} to {}, last stable offset {}",
        entry.producer_id,
        n(entry.first_offset),
        n(entry.last_offset),
        n(entry.last_stable_offset)
    );
    let below = log.is_some_and(|log| entry.last_offset < log.base);
    let expected = if entry.producer_id < 0 || entry.first_offset < 0 {
        "a producer id and offsets that are not negative".to_owned()
    } else if entry.first_offset > entry.last_offset {
        "a first offset that is not above the last".to_owned()
    } else if let Some(last) = last.filter(|last| last.last_offset >= entry.last_offset) {
        format!("a last offset above {}, that of the entry before", n(last.last_offset))
    } else if let Some(log) = log.filter(|_| below) {
        format!("a last offset of {} or more, where the segment begins", n(log.base))
    } else if let Some(next) = log.and_then(|log| log.next).filter(|next| entry.last_offset >= *next) {
        format!("a last offset below {}, where the segment ends", n(next))
    } else {
        return true;
    };
    let meaning = if below {
        "A broker takes the index for corrupt when it starts, and recovers the segment.".to_owned()
    } else {
        format!("{COMMITTED} Or records that were committed are withheld.")
    };
    report.error(
        "txnindex-entry",
        file,
        place,
        Words { found: shown, expected, meaning, remedy: REBUILD.to_owned() },
    );
    false
}

fn compare(
    report: &mut Report,
    file: &File,
    number: u64,
    entry: &AbortedTxn,
    aborted: &CompletedTransaction,
) {
    let found = [entry.producer_id, entry.first_offset, entry.last_stable_offset];
    let wanted = [aborted.producer_id, aborted.first_offset, aborted.last_stable_offset];
    let names = ["producer", "first offset", "last stable offset"];
    for ((found, wanted), name) in found.into_iter().zip(wanted).zip(names).filter(|((a, b), _)| a != b) {
        report.error(
            "txnindex-entry",
            file,
            Place::entry(number, ENTRY_BYTES).with_offset(entry.last_offset),
            Words {
                found: format!("{name} {}", n(found)),
                expected: format!(
                    "{name} {}, by the ABORT marker at offset {} and the batches before it",
                    n(wanted),
                    n(entry.last_offset)
                ),
                meaning: format!("{COMMITTED} Or records that were committed are withheld."),
                remedy: REBUILD.to_owned(),
            },
        );
    }
}

fn no_marker(report: &mut Report, file: &File, number: u64, entry: &AbortedTxn) {
    report.error(
        "txnindex-entry",
        file,
        Place::entry(number, ENTRY_BYTES).with_offset(entry.last_offset),
        Words {
            found: format!(
                "a transaction of producer {} that is aborted at offset {}",
                entry.producer_id,
                n(entry.last_offset)
            ),
            expected: "an ABORT marker at that offset of the log".to_owned(),
            meaning: "Consumers that read committed data only do not get records that were committed."
                .to_owned(),
            remedy: REBUILD.to_owned(),
        },
    );
}

fn missing(report: &mut Report, file: &File, number: u64, aborted: &CompletedTransaction) {
    report.error(
        "txnindex-missing",
        file,
        Place::entry(number, ENTRY_BYTES).with_offset(aborted.last_offset),
        Words {
            found: "no entry".to_owned(),
            expected: format!(
                "one for the transaction of producer {} from offset {} to {}, which was aborted",
                aborted.producer_id,
                n(aborted.first_offset),
                n(aborted.last_offset)
            ),
            meaning: COMMITTED.to_owned(),
            remedy: format!("{REBUILD} {REFETCH}"),
        },
    );
}
