//! Everything but segments: indexes, producer snapshots, checkpoints and the other small files.

use std::io::{self, Write};

use super::Format;
use super::open::{Target, source};
use super::table::{Cell, Column, Look, Rows, column, times};
use crate::log::entries::Entries;
use crate::log::finding::{Finding, Place, Severity};
use crate::log::name::FileKind;
use crate::log::offset_index::{self, OffsetEntry};
use crate::log::time_index::{self, TimeEntry};
use crate::log::txn_index::AbortedTxn;
use crate::log::{checkpoint, producer_snapshot, properties};

/// The largest text or snapshot that is read; a producer takes 46 bytes of a snapshot.
const HELD_BYTES_MAX: u64 = 64 << 20;

const OFFSET_INDEX: &[Column] =
    &[column("entry", "entry", 8), column("offset", "offset", 14), column("position", "position", 14)];
const TIME_INDEX: &[Column] =
    &[column("entry", "entry", 8), times("timestamp", "timestamp "), column("offset", "up to offset", 14)];
const TXN_INDEX: &[Column] = &[
    column("entry", "entry", 6),
    column("version", "version", 7),
    column("producerId", "producer id", 12),
    column("firstOffset", "first offset", 13),
    column("lastOffset", "last offset", 13),
    column("lastStableOffset", "last stable offset", 18),
];
const PRODUCERS: &[Column] = &[
    column("producerId", "producer id", 11),
    column("producerEpoch", "epoch", 5),
    column("lastSequence", "last seq", 9),
    column("lastOffset", "last offset", 12),
    column("offsetDelta", "delta", 6),
    times("timestamp", "time "),
    column("coordinatorEpoch", "coord", 5),
    column("currentTxnFirstOffset", "open since", 11),
];
const EPOCHS: &[Column] = &[column("epoch", "leader epoch", 12), column("startOffset", "start offset", 14)];
const OFFSETS: &[Column] =
    &[column("topic", "topic ", 32), column("partition", "partition", 9), column("offset", "offset", 14)];
const PROPERTIES: &[Column] = &[column("key", "key ", 28), column("value", "value ", 40)];

/// Prints the entries of a file that has no batches. What is wrong goes to `sink`. Returns how many
/// entries there were.
///
/// # Errors
///
/// Where the file cannot be read or `out` not written.
pub fn print(
    target: &Target,
    look: Look<'_>,
    out: &mut dyn Write,
    sink: &mut dyn FnMut(Finding),
) -> io::Result<u64> {
    let base_offset = target.name.offset.unwrap_or(0);
    match target.kind {
        FileKind::OffsetIndex => {
            let mut entries = Entries::new(source(&target.path)?)?;
            let used = offset_index::used(&mut entries)?;
            indexed(&mut entries, used, OFFSET_INDEX, look, out, |number, bytes| {
                let entry = OffsetEntry::read(bytes);
                let offset = entry.offset(base_offset);
                vec![Cell::Int(number), Cell::Int(offset), Cell::Int(i64::from(entry.position))]
            })
        }
        FileKind::TimeIndex => {
            let mut entries = Entries::new(source(&target.path)?)?;
            let used = time_index::used(&mut entries)?;
            indexed(&mut entries, used, TIME_INDEX, look, out, |number, bytes| {
                let entry = TimeEntry::read(bytes);
                vec![Cell::Int(number), Cell::Time(entry.timestamp), Cell::Int(entry.offset(base_offset))]
            })
        }
        FileKind::TxnIndex => {
            let mut entries = Entries::new(source(&target.path)?)?;
            let used = entries.len();
            indexed(&mut entries, used, TXN_INDEX, look, out, |number, bytes| {
                let txn = AbortedTxn::read(bytes);
                [number, i64::from(txn.version), txn.producer_id, txn.first_offset, txn.last_offset]
                    .into_iter()
                    .chain([txn.last_stable_offset])
                    .map(Cell::Int)
                    .collect()
            })
        }
        FileKind::ProducerSnapshot => producers(target, look, out, sink),
        _ => text(target, look, out, sink),
    }
}

fn indexed<'e, const N: usize>(
    entries: &mut Entries<N>,
    used: u64,
    columns: &'static [Column],
    look: Look<'_>,
    out: &mut dyn Write,
    cells: impl Fn(i64, &[u8; N]) -> Vec<Cell<'e>>,
) -> io::Result<u64> {
    let mut rows = Rows::begin(look, columns, out)?;
    for number in 0..used {
        let Some(entry) = entries.get(number)? else { break };
        rows.row(&cells(number as i64, &entry), out)?;
    }
    let unused = entries.len().saturating_sub(used);
    let count = rows.end(out)?;
    if unused > 0 && look.format == Format::Table {
        let what = if unused == 1 { "entry" } else { "entries" };
        writeln!(out, "  {unused} {what} of zeros behind them: preallocated")?;
    }
    Ok(count)
}

fn producers(
    target: &Target,
    look: Look<'_>,
    out: &mut dyn Write,
    sink: &mut dyn FnMut(Finding),
) -> io::Result<u64> {
    let content = source(&target.path)?.read_all(HELD_BYTES_MAX)?;
    let snapshot = producer_snapshot::read(&content);
    let mut rows = Rows::begin(look, PRODUCERS, out)?;
    for entry in &snapshot.entries {
        rows.row(
            &[
                Cell::Int(entry.producer_id),
                Cell::Int(i64::from(entry.epoch)),
                Cell::OrNone(i64::from(entry.last_sequence)),
                Cell::OrNone(entry.last_offset),
                Cell::Int(i64::from(entry.offset_delta)),
                Cell::Time(entry.timestamp),
                Cell::OrNone(i64::from(entry.coordinator_epoch)),
                Cell::OrNone(entry.current_txn_first_offset),
            ],
            out,
        )?;
    }
    for error in &snapshot.errors {
        sink(Finding {
            severity: Severity::Error,
            code: "producer-snapshot",
            file: target.path.clone().into(),
            place: Place::byte(error.at()),
            expected: "a snapshot whose version, length and checksum fit".to_owned(),
            found: error.to_string(),
            meaning: "A broker that starts deletes the file and rebuilds the producers' state from the log."
                .to_owned(),
            remedy: "Nothing needs to be done while the log itself is whole.".to_owned(),
        });
    }
    rows.end(out)
}

fn text(
    target: &Target,
    look: Look<'_>,
    out: &mut dyn Write,
    sink: &mut dyn FnMut(Finding),
) -> io::Result<u64> {
    let content = source(&target.path)?.read_all(HELD_BYTES_MAX)?;
    let content = String::from_utf8_lossy(&content);
    let mut problem = |line: usize, expected: String, found: String| {
        sink(Finding {
            severity: Severity::Error,
            code: "malformed-text",
            file: target.path.clone().into(),
            place: Place::line(line),
            expected,
            found,
            meaning: "A broker refuses the file when it starts.".to_owned(),
            remedy: "Compare it with a replica's, or with a copy of before; kafkit dump-log --verify on the directory says more."
                .to_owned(),
        });
    };
    match target.kind {
        FileKind::LeaderEpochs => {
            let epochs = checkpoint::epochs(&content);
            let mut rows = Rows::begin(look, EPOCHS, out)?;
            for (_, entry) in &epochs.entries {
                rows.row(&[Cell::Int(i64::from(entry.epoch)), Cell::Int(entry.start_offset)], out)?;
            }
            epochs.errors.into_iter().for_each(|error| problem(error.line, error.expected, error.found));
            rows.end(out)
        }
        FileKind::OffsetCheckpoint => {
            let offsets = checkpoint::offsets(&content);
            let mut rows = Rows::begin(look, OFFSETS, out)?;
            for (_, entry) in &offsets.entries {
                let partition = i64::from(entry.partition);
                rows.row(&[Cell::Text(&entry.topic), Cell::Int(partition), Cell::Int(entry.offset)], out)?;
            }
            offsets.errors.into_iter().for_each(|error| problem(error.line, error.expected, error.found));
            rows.end(out)
        }
        FileKind::PartitionMetadata => {
            let mut rows = Rows::begin(look, PROPERTIES, out)?;
            match properties::partition_metadata(&content) {
                Ok(metadata) => rows.row(&[Cell::Text("topic_id"), Cell::Uuid(&metadata.topic_id)], out)?,
                Err((line, expected, found)) => problem(line, expected.to_owned(), format!("`{found}`")),
            }
            rows.end(out)
        }
        FileKind::QuorumState | FileKind::CleanShutdown => {
            let mut rows = Rows::begin(look, PROPERTIES, out)?;
            match serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(&content) {
                Ok(object) => {
                    for (key, value) in &object {
                        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                        rows.row(&[Cell::Text(key), Cell::Text(&value)], out)?;
                    }
                }
                Err(error) => problem(error.line(), "a JSON object".to_owned(), error.to_string()),
            }
            rows.end(out)
        }
        _ => {
            let mut rows = Rows::begin(look, PROPERTIES, out)?;
            for (key, value) in properties::properties(&content) {
                rows.row(&[Cell::Text(&key), Cell::Text(&value)], out)?;
            }
            rows.end(out)
        }
    }
}
