//! A log against a list, through crashes at every place where something is written.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use proptest::prelude::*;

use super::broken::Broken;
use super::kit::*;
use crate::codec::records::batch::Batch;
use crate::codec::records::batches::Batches;
use crate::log::write::*;

#[derive(Debug, Clone)]
enum Op {
    /// Records, bytes of each, and by which of the producers: none, or one of two.
    Append(i32, usize, Option<bool>),
    /// The producer sends its last batch again.
    Again(bool),
    /// The producer leaves out a sequence number.
    Gap(bool),
    Roll,
    Flush,
    /// To so much of 256 of what is there.
    Truncate(u8),
    DeleteRecords(u8),
    Retain(u8),
    Read(u8, usize),
    /// The first two closed segments become one, with those batches that their bit says.
    Compact(u8),
    Reopen,
}

fn ops() -> impl Strategy<Value = Vec<Op>> {
    let op = prop_oneof![
        10 => (1..4i32, 1..300usize, any::<Option<bool>>()).prop_map(|(n, bytes, producer)| Op::Append(n, bytes, producer)),
        2 => any::<bool>().prop_map(Op::Again),
        1 => any::<bool>().prop_map(Op::Gap),
        1 => Just(Op::Roll),
        2 => Just(Op::Flush),
        1 => (100..=255u8).prop_map(Op::Truncate),
        1 => any::<u8>().prop_map(Op::DeleteRecords),
        1 => any::<u8>().prop_map(Op::Retain),
        2 => (any::<u8>(), 1..2000usize).prop_map(|(from, max)| Op::Read(from, max)),
        2 => any::<u8>().prop_map(Op::Compact),
        1 => Just(Op::Reopen),
    ];
    prop::collection::vec(op, 1..60)
}

/// First and last offset of a batch, and whose it is with which base sequence.
type Appended = (i64, i64, Option<(bool, i32)>);

/// What ought to be in the log: batches as first and last offset, producer and base sequence.
#[derive(Debug, Clone, Default)]
struct Model {
    batches: Vec<Appended>,
    start: i64,
    end: i64,
    flushed: i64,
    clock: i64,
    /// What a compaction that has begun will leave of `batches`.
    compacting: Option<Vec<Appended>>,
    compacted: bool,
    /// Producers of which the log may know or not: their records were deleted, and the snapshot that knew them was
    /// not yet on the disk when the power failed, or went when the log was cut. Kafka loses them as well. They are
    /// heard of no more.
    uncertain: Vec<bool>,
    /// Offsets that were given and not flushed when the power failed, and whose records are gone, though later
    /// segments, or their names, are there. They are not given a second time, as in Kafka, and `dump-log` names them.
    holes: Vec<Range<i64>>,
}

impl Model {
    fn next_sequence(&self, producer: bool) -> i32 {
        self.last(producer).map_or(0, |(first, last, sequence)| sequence + (last - first) as i32 + 1)
    }

    fn last(&self, producer: bool) -> Option<(i64, i64, i32)> {
        let of = |batch: &(i64, i64, Option<(bool, i32)>)| match batch.2 {
            Some((id, sequence)) if id == producer => Some((batch.0, batch.1, sequence)),
            _ => None,
        };
        self.batches.iter().rev().find_map(of)
    }

    fn doubt(&mut self) {
        for producer in [false, true] {
            // Of a compacted log, that batch need not be the last that the producer had written.
            if self.compacted || self.last(producer).is_some_and(|(first, ..)| first < self.start) {
                self.uncertain.push(producer);
            }
        }
    }

    fn offset(&self, part: u8) -> i64 {
        self.start + (self.end - self.start) * i64::from(part) / 255
    }

    fn cut(&mut self, end: i64) {
        self.batches.retain(|batch| batch.1 < end);
        self.end = end;
        self.flushed = self.flushed.min(end);
        self.holes.iter_mut().for_each(|hole| hole.end = hole.end.min(end));
    }

    /// That is what was lost, or a part of it.
    fn explains(&self, fault: &str) -> bool {
        let words =
            ["segment-empty", "segment-missing", "offset-gap"].iter().any(|code| fault.starts_with(code));
        let range = || {
            let (_, range) = fault.split_once("/ offsets ").or_else(|| fault.split_once(": the records "))?;
            let mut words = range.split(' ');
            Some((words.next()?.parse::<i64>().ok()?, words.nth(1)?.parse::<i64>().ok()?))
        };
        let lost = |(from, to)| self.holes.iter().any(|hole| hole.start <= from && to < hole.end);
        words && range().is_some_and(lost)
    }

    fn visible(&self) -> Vec<(i64, i64)> {
        self.seen(&self.batches)
    }

    fn seen(&self, batches: &[Appended]) -> Vec<(i64, i64)> {
        batches.iter().filter(|batch| batch.1 >= self.start).map(|batch| (batch.0, batch.1)).collect()
    }

    /// A compaction was under way: it is done, or nothing of it.
    fn settle(&mut self, read: &[(i64, i64)]) {
        let Some(after) = self.compacting.take() else { return };
        if !self.visible().starts_with(read) && self.seen(&after).starts_with(read) {
            self.batches = after;
        }
    }
}

fn bytes_of(model: &Model, records: i32, bytes: usize, producer: Option<(bool, i32)>) -> Vec<u8> {
    let producer = producer.map(|(id, sequence)| (i64::from(id), 0, sequence));
    Make { records, bytes, timestamp: NOW + model.clock, producer, ..Make::default() }.batch()
}

/// What the cleaner does, with other batches: the last one stays, and the last one of each producer.
fn compact(log: &PartitionLog, model: &mut Model, bits: u8) -> Result<(), AppendError> {
    let segments = log.segments();
    let [first, second, _, ..] = segments[..] else { return Ok(()) };
    let range = first.base_offset..second.end_offset;
    let last = model.batches.iter().rfind(|batch| range.contains(&batch.0)).map(|batch| batch.0);
    let lasts = [last, model.last(false).map(|last| last.0), model.last(true).map(|last| last.0)];
    let stays = |(at, batch): &(usize, &Appended)| {
        !range.contains(&batch.0) || bits >> (at % 8) & 1 == 1 || lasts.contains(&Some(batch.0))
    };
    let after: Vec<_> = model.batches.iter().enumerate().filter(stays).map(|(_, batch)| *batch).collect();
    let (_scratch, scratch) = directory();
    let at = Opening { log_start_offset: first.base_offset, ..opening(false) };
    let (cleaned, _) = super::kit::open(&scratch, &LogConfig { segment_bytes: 1 << 20, ..small() }, at);
    let directory = log.directory();
    for base_offset in [first.base_offset, second.base_offset] {
        let bytes = std::fs::read(directory.join(format!("{base_offset:020}.log"))).unwrap();
        for raw in Batches::new(&bytes).map(Result::unwrap) {
            let base = Batch::new(raw.bytes).unwrap().base_offset();
            if after.iter().any(|batch| batch.0 == base) {
                cleaned.append_given(raw.bytes, Append { origin: Origin::Replication, ..APPEND }).unwrap();
            }
        }
    }
    cleaned.close(Closing { sync: false }).unwrap();
    model.compacting = Some(after.clone());
    for extension in ["log", "index", "timeindex"] {
        let name = format!("{:020}.{extension}", first.base_offset);
        let content = std::fs::read(scratch.join(&name)).unwrap();
        let path = directory.join(format!("{name}.cleaned"));
        let files = &log.place.files;
        let write = || {
            let file = files.create(&path)?;
            files.write_at(&file, 0, &content)?;
            files.sync(&file)
        };
        write().map_err(LogError::io("write", &path))?;
    }
    log.replace_segments(&[first.base_offset, second.base_offset], &[first.base_offset], NOW)?;
    (model.batches, model.compacting, model.compacted) = (after, None, true);
    Ok(())
}

/// Does an operation in both. An error is one of the files; then `model` is as it was before.
fn step(log: &PartitionLog, model: &mut Model, op: &Op) -> Result<(), AppendError> {
    model.clock += 1;
    match *op {
        Op::Append(records, bytes, producer) => {
            let producer = producer.filter(|id| !model.uncertain.contains(id));
            let producer = producer.map(|id| (id, model.next_sequence(id)));
            let appended = log.append(&mut bytes_of(model, records, bytes, producer), APPEND)?;
            let last = model.end + i64::from(records) - 1;
            assert_eq!((appended.first_offset, appended.last_offset), (model.end, last));
            model.batches.push((model.end, last, producer));
            model.end = last + 1;
        }
        Op::Again(producer) | Op::Gap(producer) if model.uncertain.contains(&producer) => {}
        Op::Again(producer) => {
            let Some((first, last, sequence)) = model.last(producer) else { return Ok(()) };
            let again = bytes_of(model, (last - first) as i32 + 1, 5, Some((producer, sequence)));
            let appended = log.append(&mut again.clone(), APPEND)?;
            assert_eq!((appended.first_offset, appended.duplicate), (first, true));
        }
        Op::Gap(producer) => {
            if model.last(producer).is_some() {
                let sequence = model.next_sequence(producer) + 1;
                let refused = log.append(&mut bytes_of(model, 1, 5, Some((producer, sequence))), APPEND);
                assert_eq!(refused.unwrap_err().code(), 45);
            }
        }
        Op::Roll => drop(log.roll(NOW + model.clock)?),
        Op::Flush => model.flushed = log.flush()?,
        Op::Truncate(part) => {
            let end = log.truncate_to(model.offset(part).max(model.start), NOW)?;
            model.cut(end);
            model.start = log.log_start_offset();
            model.doubt();
        }
        Op::DeleteRecords(part) => model.start = log.delete_records_before(model.offset(part / 2))?,
        Op::Retain(part) => {
            log.set_config(LogConfig { retention_bytes: i64::from(part) * 100, ..small() }.into());
            log.apply_retention(NOW + model.clock)?;
            log.delete_expired_files(i64::MAX);
            model.start = log.log_start_offset();
        }
        Op::Read(part, max_bytes) => {
            let from = model.offset(part);
            let read = read_all(log, from, max_bytes, UpTo::HighWatermark);
            let expected: Vec<_> = model.visible().into_iter().filter(|batch| batch.1 >= from).collect();
            assert_eq!(read, expected);
        }
        Op::Compact(bits) => compact(log, model, bits)?,
        Op::Reopen => {}
    }
    assert_eq!((log.log_start_offset(), log.log_end_offset()), (model.start, model.end));
    Ok(())
}

fn start(path: &Path, model: &Model, clean: bool, files: Arc<dyn Files>) -> Result<PartitionLog, LogError> {
    let opening =
        Opening { log_start_offset: model.start, recovery_point: model.flushed, files, ..opening(clean) };
    PartitionLog::open(path, small().into(), opening).map(|(log, _)| log)
}

/// The log holds what it ought to, but for the operation that was under way.
fn compare(log: &PartitionLog, model: &mut Model, under_way: Option<&Op>, power_lost: bool) {
    let read = read_all(log, log.log_start_offset(), 700, UpTo::LogEnd);
    model.compacted |= matches!(under_way, Some(Op::Compact(_)));
    model.settle(&read);
    let expected = model.visible();
    let mut more = None;
    match under_way {
        Some(&Op::Append(records, _, producer)) if read.last().is_some_and(|last| last.1 >= model.end) => {
            let last = model.end + i64::from(records) - 1;
            more = Some((model.end, last, producer.map(|id| (id, model.next_sequence(id)))));
        }
        _ => {}
    }
    model.batches.extend(more);
    let all = model.visible();
    let shorter = power_lost || matches!(under_way, Some(Op::Truncate(_)));
    let begun = all.iter().position(|batch| Some(batch) == read.first()).unwrap_or(all.len());
    if read.is_empty() {
        let least = if shorter { model.flushed } else { model.end };
        let moved = matches!(under_way, Some(Op::Retain(_) | Op::Truncate(_) | Op::DeleteRecords(_)));
        assert!(moved || expected.is_empty() || (shorter && least <= model.start), "{model:?}");
    } else {
        // After a loss of power, there may be holes where nothing was flushed.
        let there = |batch: &&(i64, i64)| !power_lost || read.contains(batch);
        let kept: Vec<_> = all.iter().skip(begun).filter(there).take(read.len()).copied().collect();
        assert_eq!(read, kept, "{model:?}");
        let moved = matches!(under_way, Some(Op::Retain(_) | Op::DeleteRecords(_) | Op::Truncate(_)));
        assert!(begun == 0 || moved || power_lost);
        assert!(shorter || begun + read.len() == all.len(), "{read:?} of {all:?}");
    }
    let end = log.log_end_offset();
    assert!(end >= model.flushed || matches!(under_way, Some(Op::Truncate(_))), "{end} {model:?}");
    if end < model.end || more.is_some() || model.end < end {
        model.cut(end);
    }
    if power_lost {
        // What is no more read because it was deleted, and its segments with it, was there all the same.
        let start = log.log_start_offset();
        let flushed =
            |batch: &Appended| batch.1 < model.flushed && !matches!(under_way, Some(Op::Truncate(_)));
        model.batches.retain(|batch| {
            let kept = batch.1 < start || read.contains(&(batch.0, batch.1));
            assert!(kept || !flushed(batch), "{batch:?} of {all:?} was flushed to {}", model.flushed);
            kept
        });
        // The records of the first segment that were deleted may have gone with the others.
        let first = log.segments().first().map_or(start, |segment| segment.base_offset);
        let begin = if read.first().is_some_and(|batch| batch.0 <= start) { start } else { first };
        let ends = std::iter::once(begin).chain(read.iter().map(|batch| batch.1 + 1));
        let begins = read.iter().map(|batch| batch.0).chain([end]);
        model.holes =
            ends.zip(begins).filter(|(end, begin)| end < begin).map(|(end, begin)| end..begin).collect();
    }
    model.start = log.log_start_offset();
}

fn run(ops: &[Op], crash_after: i64, torn: u8, power: bool) {
    let (_folder, path) = directory();
    let mut model = Model::default();
    let broken = Arc::new(Broken::after(crash_after, torn));
    let mut files: Arc<dyn Files> = broken.clone();
    let mut crashed = false;
    let mut log = start(&path, &model, false, files.clone());
    for op in ops {
        let result = match &log {
            Ok(log) if matches!(op, Op::Reopen) => log.close(Closing { sync: true }).map_err(Into::into),
            Ok(log) => step(log, &mut model, op),
            Err(_) => {
                Err(AppendError::Storage(LogError::NoSegment { directory: path.clone(), base_offset: 0 }))
            }
        };
        let reopened = matches!(op, Op::Reopen) && result.is_ok();
        if reopened {
            model.flushed = model.end;
            log = start(&path, &model, true, files.clone());
        }
        if crashed || (!broken.has_crashed() && result.is_ok() && log.is_ok()) {
            // After the one crash, nothing may fail any more.
            result.unwrap();
            let log = log.as_ref().unwrap();
            assert_eq!(log.log_end_offset(), model.end);
            continue;
        }
        crashed = true;
        drop(log);
        if power && path.exists() {
            broken.lose_unsynced(&path);
        }
        files = Arc::new(RealFiles::default());
        let recovered = start(&path, &model, false, files.clone()).unwrap();
        compare(&recovered, &mut model, Some(op), power);
        if power || matches!(op, Op::Truncate(_)) {
            model.doubt();
        }
        // Else what is known of producers may be older than what was acknowledged, as that is lost, too.
        if !power && !matches!(op, Op::Truncate(_)) {
            for producer in [false, true] {
                if model.last(producer).is_some_and(|(first, ..)| first >= model.start) {
                    step(&recovered, &mut model, &Op::Again(producer)).unwrap();
                }
            }
        }
        log = Ok(recovered);
    }
    broken.disarm();
    let log = log.or_else(|_| start(&path, &model, false, Arc::new(RealFiles::default()))).unwrap();
    compare(&log, &mut model, None, false);
    log.delete_expired_files(i64::MAX);
    log.close(Closing { sync: false }).unwrap();
    // What is missing in a compacted log is missing by right.
    let known = |fault: &String| {
        (model.compacted && (fault.starts_with("offset-gap") || fault.contains("sequence")))
            // Where the log starts is not written here: with nothing behind that, it has no epochs, as in Kafka.
            || (model.start >= model.end && fault.starts_with("epoch-missing"))
            || model.explains(fault)
    };
    assert_eq!(
        faults(&path).into_iter().filter(|fault| !known(fault)).collect::<Vec<_>>(),
        Vec::<String>::new()
    );
}

fn without(ops: Vec<Op>, left_out: impl Fn(&Op) -> bool) -> Vec<Op> {
    ops.into_iter().filter(|op| !left_out(op)).collect()
}

/// The power took all of three segments, of which the snapshots were on the disk.
#[test]
fn the_power_leaves_nothing_but_names() {
    let append = |records, bytes| Op::Append(records, bytes, None);
    let mut ops: Vec<Op> =
        [(2, 226), (1, 137), (1, 1), (3, 161), (2, 97), (1, 280)].map(|(n, bytes)| append(n, bytes)).into();
    ops.push(Op::Roll);
    ops.extend([(2, 237), (3, 206), (3, 218)].map(|(n, bytes)| append(n, bytes)));
    ops.push(Op::Reopen);
    for crash_after in 0..80 {
        run(&ops, crash_after, 0, true);
    }
}

/// The end of a closed segment was not yet on the disk, what is behind it was; and then the log is cut in the hole.
#[test]
fn the_power_leaves_a_hole() {
    let append = || Op::Append(2, 60, None);
    let ops = [
        append(),
        Op::Flush,
        append(),
        append(),
        Op::Roll,
        append(),
        Op::Truncate(200),
        append(),
        Op::Reopen,
    ];
    for crash_after in 0..60 {
        for torn in [0, 128, 255] {
            run(&ops, crash_after, torn, true);
        }
    }
}

fn config() -> ProptestConfig {
    let given = ProptestConfig::default();
    ProptestConfig { cases: given.cases / 4, failure_persistence: None, ..given }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn as_the_model(ops in ops()) {
        run(&ops, i64::MAX, 0, false);
    }

    #[test]
    fn a_crash_anywhere(ops in ops(), crash_after in 0..300i64, torn: u8) {
        run(&without(ops, |op| matches!(op, Op::Compact(_))), crash_after, torn, false);
    }

    /// Without what also moves the log's ends: what the log then knows of producers depends on snapshots that
    /// compaction removes.
    #[test]
    fn a_crash_anywhere_while_compacting(ops in ops(), crash_after in 0..300i64, torn: u8) {
        let ops = without(ops, |op| matches!(op, Op::Truncate(_) | Op::DeleteRecords(_) | Op::Retain(_)));
        run(&ops, crash_after, torn, false);
    }

    #[test]
    fn the_power_fails_anywhere(ops in ops(), crash_after in 0..300i64, torn: u8) {
        run(&without(ops, |op| matches!(op, Op::Compact(_))), crash_after, torn, true);
    }
}
