//! Selecting, counting, extracting: against a plain walk over the same real partitions, filtered record by
//! record. Indexes may make that faster and must not change it, whatever is in them.
//!
//! `KAFKIT_LOGS` names the folder with the partitions (see `common::logs`).

#![allow(clippy::unwrap_used, clippy::panic)] // A test that cannot go on has failed.

mod common;

use std::io;
use std::path::{Path, PathBuf};

use kafkit::codec::record_types::Family;
use kafkit::codec::records::error::Error;
use kafkit::dump::extract::segment::SegmentWriter;
use kafkit::dump::extract::{place, records as record_file};
use kafkit::dump::format::BytesFormat;
use kafkit::dump::records::{BatchInfo, RecordView, Unpacker};
use kafkit::dump::select::internal::{TopicFilter, TypeFilter};
use kafkit::dump::select::lookup::SegmentFiles;
use kafkit::dump::select::offsets::OffsetRange;
use kafkit::dump::select::pattern::{HeaderPattern, Pattern};
use kafkit::dump::select::plan::{self, Bounds, SegmentReader};
use kafkit::dump::select::times::TimeRange;
use kafkit::dump::select::{Matcher, Selection, Window, tail};
use kafkit::dump::stats::Stats;
use kafkit::dump::walk::{Sink, walk};
use kafkit::log::partition::Partition;
use kafkit::log::scan::Found;

const UNPACKED_MAX: usize = 64 << 20;

/// A record as far as it is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Seen {
    offset: i64,
    timestamp: i64,
    sequence: i32,
    key: Option<Vec<u8>>,
    value: Option<Vec<u8>>,
    headers: Vec<(Vec<u8>, Option<Vec<u8>>)>,
    producer: (i64, i16),
    flags: (bool, bool),
}

#[derive(Default)]
struct Collect {
    records: Vec<Seen>,
    batches: u64,
    batch_bytes: u64,
}

impl Sink for Collect {
    fn wants_records(&self) -> bool {
        true
    }
    fn batch(&mut self, _: &Found<'_>, batch: &BatchInfo) -> io::Result<()> {
        self.batches += 1;
        self.batch_bytes += batch.size as u64;
        Ok(())
    }
    fn record(&mut self, record: &RecordView<'_>) -> io::Result<()> {
        let owned = |part: Option<&[u8]>| part.map(<[u8]>::to_vec);
        self.records.push(Seen {
            offset: record.offset,
            timestamp: record.timestamp,
            sequence: record.sequence,
            key: owned(record.key),
            value: owned(record.value),
            headers: record.headers.map(|(key, value)| (key.to_vec(), owned(value))).collect(),
            producer: (record.batch.producer_id, record.batch.producer_epoch),
            flags: (record.batch.transactional, record.batch.control),
        });
        Ok(())
    }
    fn broken(&mut self, _: &BatchInfo, _: &Error) -> io::Result<()> {
        Ok(())
    }
}

struct Part {
    files: Vec<SegmentFiles>,
    path: PathBuf,
    topic: String,
    family: Option<Family>,
}

impl Part {
    fn list(path: &Path) -> Option<Self> {
        let partition = Partition::list(path).ok().filter(|partition| partition.logs().count() > 0)?;
        let topic = partition.name.as_ref().map_or_else(String::new, |name| name.topic.clone());
        Some(Self {
            files: partition.segments.iter().filter_map(SegmentFiles::of).collect(),
            path: path.to_owned(),
            family: Family::of_topic(&topic),
            topic,
        })
    }

    /// Gives the selected records to `sink`, as the command does.
    fn give(&self, selection: &Selection, sink: &mut impl Sink) {
        let mut unpacker = Unpacker::new(UNPACKED_MAX);
        let mut matcher = Matcher::new(selection, self.family, Some(&self.topic));
        let bounds = Bounds::of(selection);
        let (mut first, mut position, mut skip) = (0, 0, 0);
        if let Some(count) = selection.tail {
            let start =
                tail::start(&self.files, count, selection, self.family, Some(&self.topic), &mut unpacker)
                    .unwrap();
            (first, position, skip) = (start.segment, start.position, start.skip);
        }
        let mut window = Window::new(skip, selection.limit);
        for number in plan::segments(&self.files, &bounds).skip_while(|&number| number < first) {
            let from = if number == first { position } else { 0 };
            let reader = SegmentReader::open(&self.files[number], &bounds, from, |scanner| scanner).unwrap();
            if let Some(mut reader) = reader {
                walk(&mut reader, &mut matcher, &mut unpacker, &mut window, sink).unwrap();
            }
        }
    }

    fn records(&self, selection: &Selection) -> Vec<Seen> {
        let mut collect = Collect::default();
        self.give(selection, &mut collect);
        collect.records
    }

    fn without_indexes(&self) -> Self {
        let files = self.files.iter().map(|files| SegmentFiles {
            offset_index: None,
            time_index: None,
            ..files.clone()
        });
        Self {
            files: files.collect(),
            path: self.path.clone(),
            topic: self.topic.clone(),
            family: self.family,
        }
    }
}

fn partitions(roots: &[&str]) -> Vec<Part> {
    let mut parts = Vec::new();
    for root in roots {
        let mut paths: Vec<_> = std::fs::read_dir(common::logs::folder().join(root))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        paths.sort();
        parts.extend(paths.iter().filter(|path| path.is_dir()).filter_map(|path| Part::list(path)));
    }
    assert!(parts.len() > 30, "{}", parts.len());
    parts
}

/// Numbers that look like chance and are the same each time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % most.max(1) as u64) as usize
    }
}

/// Ranges of offsets and times between records picked by chance.
fn ranges(all: &[Seen], chance: &mut Chance) -> Vec<Selection> {
    let mut selections = Vec::new();
    for _ in 0..2 {
        let (a, b) = (&all[chance.below(all.len())], &all[chance.below(all.len())]);
        let (start, end) = (a.offset.min(b.offset), a.offset.max(b.offset) + 1);
        let (from, to) = (a.timestamp.min(b.timestamp), a.timestamp.max(b.timestamp).saturating_add(1));
        for offsets in [vec![], vec![OffsetRange { start, end }], vec![OffsetRange { start, end: i64::MAX }]]
        {
            for times in [vec![], vec![TimeRange { from, to }], vec![TimeRange { from, to: i64::MAX }]] {
                let invert = chance.below(4) == 0;
                selections.push(Selection {
                    offsets: offsets.clone(),
                    times,
                    invert,
                    ..Selection::default()
                });
            }
        }
    }
    selections
}

fn expected(all: &[Seen], selection: &Selection) -> Vec<Seen> {
    let wanted = |record: &&Seen| {
        let offset = selection.offsets.iter().all(|range| range.contains(record.offset));
        let time = selection.times.iter().all(|range| range.contains(record.timestamp));
        (offset && time) != selection.invert
    };
    all.iter().filter(wanted).cloned().collect()
}

/// Says little, for there are many records.
fn same(found: &[Seen], expected: &[Seen], what: &dyn std::fmt::Debug, part: &Path) {
    if found != expected {
        let at = found.iter().zip(expected).take_while(|(a, b)| a == b).count();
        let (found, expected) = (found.len(), expected.len());
        panic!("{}: {found} records, expected {expected}, alike to {at}: {what:?}", part.display());
    }
}

#[test]
fn ranges_with_and_without_indexes() {
    let mut chance = Chance(0x2545_f491_4f6c_dd1d);
    let (mut compared, mut nonempty) = (0, 0);
    for part in partitions(&["clean/d1", "unclean/d1"]) {
        let bare = part.without_indexes();
        let all = part.records(&Selection::default());
        if all.is_empty() {
            continue;
        }
        for selection in ranges(&all, &mut chance) {
            let expected = expected(&all, &selection);
            same(&part.records(&selection), &expected, &selection, &part.path);
            same(&bare.records(&selection), &expected, &selection, &part.path);
            compared += 1;
            nonempty += usize::from(!expected.is_empty());
        }
    }
    assert!(compared > 500 && nonempty > 250, "{compared} {nonempty}");
}

#[test]
fn damaged_indexes_lose_nothing() {
    let mut chance = Chance(0x9e37_79b9_7f4a_7c15);
    let copy = common::logs::copy("unclean/d1");
    let mut paths: Vec<_> =
        std::fs::read_dir(copy.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths.iter().filter(|path| path.is_dir()) {
        let Some(part) = Part::list(path) else { continue };
        let all = part.records(&Selection::default());
        if all.is_empty() {
            continue;
        }
        for round in 0..3 {
            for files in &part.files {
                for index in [&files.offset_index, &files.time_index].into_iter().flatten() {
                    let mut bytes = std::fs::read(index).unwrap();
                    if bytes.is_empty() {
                        continue;
                    }
                    match round {
                        // A bit here and there; then everything shuffled; then cut in the middle of an entry.
                        0 => (0..8).for_each(|_| {
                            let at = chance.below(bytes.len().min(512));
                            bytes[at] ^= 1 << chance.below(8);
                        }),
                        1 => bytes.iter_mut().for_each(|byte| *byte = chance.below(256) as u8),
                        _ => bytes.truncate(chance.below(bytes.len())),
                    }
                    std::fs::write(index, bytes).unwrap();
                }
            }
            for selection in ranges(&all, &mut chance).into_iter().take(5) {
                same(&part.records(&selection), &expected(&all, &selection), &selection, &part.path);
            }
            let tail = Selection { tail: Some(7), ..Selection::default() };
            same(&part.records(&tail), &all[all.len().saturating_sub(7)..], &"tail", &part.path);
        }
    }
}

#[test]
fn tail_limit_and_content() {
    for part in partitions(&["clean/d1", "unclean/d1"]) {
        let all = part.records(&Selection::default());
        for count in [0, 1, 3, 50, 100_000] {
            let selection = Selection { tail: Some(count), ..Selection::default() };
            let skip = all.len().saturating_sub(count as usize);
            same(&part.records(&selection), &all[skip..], &selection, &part.path);
            let selection = Selection { limit: Some(count), ..Selection::default() };
            same(&part.records(&selection), &all[..all.len() - skip], &selection, &part.path);
        }
        let pattern = || vec![Pattern::parse("/[02468]$/").unwrap()];
        let even = |record: &&Seen| {
            record
                .key
                .as_ref()
                .and_then(|key| key.last())
                .is_some_and(|&last| matches!(last, b'0' | b'2' | b'4' | b'6' | b'8'))
        };
        let selection = Selection { keys: pattern(), ..Selection::default() };
        let expected: Vec<_> = all.iter().filter(even).cloned().collect();
        same(&part.records(&selection), &expected, &selection, &part.path);
        let selection = Selection { keys: pattern(), tail: Some(5), limit: Some(3), ..Selection::default() };
        let last: Vec<_> = expected[expected.len().saturating_sub(5)..].iter().take(3).cloned().collect();
        same(&part.records(&selection), &last, &selection, &part.path);
        let selection = Selection { keys: pattern(), invert: true, ..Selection::default() };
        let odd: Vec<_> = all.iter().filter(|record| !even(record)).cloned().collect();
        same(&part.records(&selection), &odd, &selection, &part.path);

        for (transactional, control) in [(true, false), (false, true), (true, true)] {
            let selection = Selection { transactional, control, ..Selection::default() };
            let wanted = |record: &&Seen| (!transactional || record.flags.0) && (!control || record.flags.1);
            let expected: Vec<_> = all.iter().filter(wanted).cloned().collect();
            same(&part.records(&selection), &expected, &selection, &part.path);
        }
        if let Some(header) = all.iter().find_map(|record| record.headers.first())
            && let Ok(name) = std::str::from_utf8(&header.0)
        {
            let selection =
                Selection { headers: vec![HeaderPattern::parse(name).unwrap()], ..Selection::default() };
            let has = |record: &&Seen| record.headers.iter().any(|(key, _)| *key == header.0);
            let expected: Vec<_> = all.iter().filter(has).cloned().collect();
            same(&part.records(&selection), &expected, &selection, &part.path);
        }
        if let Some(producer) = all.iter().map(|record| record.producer.0).find(|&id| id >= 0) {
            let selection = Selection { producer_ids: vec![producer], ..Selection::default() };
            let expected: Vec<_> =
                all.iter().filter(|record| record.producer.0 == producer).cloned().collect();
            same(&part.records(&selection), &expected, &selection, &part.path);
        }
    }
}

#[test]
fn internal_records() {
    let parts = partitions(&["clean/d1"]);
    let metadata = parts.iter().find(|part| part.topic == "__cluster_metadata").unwrap();
    let of_type = |part: &Part, names: &[&str]| {
        let types = names.iter().map(|name| TypeFilter::parse(name).unwrap()).collect();
        part.records(&Selection { types, ..Selection::default() })
    };
    // Type 2 behind the frame's version.
    let topics = of_type(metadata, &["TopicRecord"]);
    assert!(topics.len() > 20 && topics.iter().all(|record| record.value.as_ref().unwrap()[1] == 2));
    let partitions = of_type(metadata, &["PartitionRecord"]);
    assert_eq!(
        of_type(metadata, &["topic-record", "PARTITION_RECORD"]).len(),
        topics.len() + partitions.len()
    );
    assert!(of_type(metadata, &["LeaderChange"]).iter().all(|record| record.flags.1));
    assert!(!of_type(metadata, &["LeaderChange"]).is_empty());

    // A topic by its name: the ids of its partitions are known from its own record.
    let topic = |name: &str| {
        let selection = Selection { topics: vec![TopicFilter::parse(name).unwrap()], ..Selection::default() };
        metadata.records(&selection)
    };
    let many = topic("many");
    let kinds = |kind: u8| many.iter().filter(|record| record.value.as_ref().unwrap()[1] == kind).count();
    assert_eq!((kinds(2), kinds(3)), (1, 24));
    let id = many.iter().find(|record| record.value.as_ref().unwrap()[1] == 2).unwrap();
    let value = id.value.as_ref().unwrap();
    let id: String =
        value[value.len() - 17..value.len() - 1].iter().map(|byte| format!("{byte:02x}")).collect();
    let by_id = topic(&id);
    assert!(by_id.len() >= 25 && by_id.len() <= many.len(), "{} {}", by_id.len(), many.len());
    assert!(topic("no-such-topic").is_empty());

    // Groups: each record of one has its name in the key.
    let mut found = 0;
    for part in parts.iter().filter(|part| part.family == Some(Family::Group)) {
        let selection = Selection { groups: vec!["g-two".to_owned()], ..Selection::default() };
        let records = part.records(&selection);
        let all = part.records(&Selection::default());
        let has_name = |record: &&Seen| {
            !record.flags.1
                && record.key.as_ref().is_some_and(|key| key.windows(5).any(|part| part == b"g-two"))
        };
        assert_eq!(records.len(), all.iter().filter(has_name).count(), "{}", part.path.display());
        found += records.len();
        let both = Selection { topics: vec![TopicFilter::parse("comp-none").unwrap()], ..selection };
        assert!(part.records(&both).len() <= records.len());
    }
    assert!(found >= 3, "{found}");
}

#[test]
fn extracted_segments_read_alike() {
    let sandbox = tempfile::tempdir().unwrap();
    let mut chance = Chance(0x1234_5678_9abc_def1);
    for (number, part) in partitions(&["clean/d1", "unclean/d1"]).iter().enumerate() {
        let all = part.records(&Selection::default());
        if all.is_empty() {
            continue;
        }
        let mut selections = ranges(&all, &mut chance);
        selections.truncate(3);
        selections.insert(0, Selection::default());
        selections
            .push(Selection { values: vec![Pattern::parse("/[a-f]/").unwrap()], ..Selection::default() });
        for (round, selection) in selections.iter().enumerate() {
            let directory =
                sandbox.path().join(format!("{number}-{round}")).join(part.path.file_name().unwrap());
            place::directory(&directory, std::slice::from_ref(&part.path)).unwrap();
            let mut writer = SegmentWriter::new(&directory, Some([7; 16]));
            if round == 0 {
                writer = writer.with_segment_bytes(20_000);
            }
            part.give(selection, &mut writer);
            let extracted = writer.finish().unwrap();
            let expected = part.records(selection);
            assert_eq!(extracted.records, expected.len() as u64);
            assert_eq!(extracted.damaged, 0);
            let Some(copy) = Part::list(&directory) else {
                assert!(extracted.logs.is_empty());
                continue;
            };
            assert_eq!(copy.files.len(), extracted.logs.len());
            same(&copy.records(&Selection::default()), &expected, selection, &part.path);
            if round == 0 {
                assert_eq!(extracted.rewritten, 0);
            }
            // Its indexes are good for finding things.
            for selection in ranges(&all, &mut chance).into_iter().take(5) {
                let wanted = self::expected(&expected, &selection);
                same(&copy.records(&selection), &wanted, &selection, &part.path);
            }
        }
    }
}

#[test]
fn statistics_add_up() {
    for part in partitions(&["clean/d1"]) {
        let all = part.records(&Selection::default());
        let mut whole = Stats::default();
        part.give(&Selection::default(), &mut whole);
        let mut merged = Stats::default();
        for files in &part.files {
            let one = Part {
                files: vec![files.clone()],
                path: part.path.clone(),
                topic: part.topic.clone(),
                family: part.family,
            };
            let mut stats = Stats::default();
            one.give(&Selection::default(), &mut stats);
            merged.merge(&stats);
        }
        let (whole, mut merged) = (whole.to_json(BytesFormat::Auto), merged.to_json(BytesFormat::Auto));
        assert_eq!(whole["records"], all.len());
        let keys: std::collections::BTreeSet<_> =
            all.iter().filter(|record| !record.flags.1).filter_map(|record| record.key.as_ref()).collect();
        assert_eq!(whole["keys"]["distinct"], keys.len());
        let tombstones = all
            .iter()
            .filter(|record| !record.flags.1 && record.key.is_some() && record.value.is_none())
            .count();
        assert_eq!(whole["tombstones"], tombstones);
        // What is late at the beginning of a file is known only where files are counted in one go.
        merged["time"]["outOfOrder"] = whole["time"]["outOfOrder"].clone();
        merged["time"]["outOfOrderMost"] = whole["time"]["outOfOrderMost"].clone();
        // Pauses, too, where a file goes back in time.
        merged["time"]["pauses"] = whole["time"]["pauses"].clone();
        assert_eq!(whole, merged, "{}", part.path.display());
        let mut text = Vec::new();
        let mut stats = Stats::default();
        part.give(&Selection::default(), &mut stats);
        stats.push_text(BytesFormat::Auto, &mut text);
        for line in String::from_utf8(text).unwrap().lines() {
            assert!(line.chars().count() <= 80, "{line}");
        }
    }
}

#[test]
fn record_files() {
    let part = Part::list(&common::logs::folder().join("clean/d1/nulls-0")).unwrap();
    let all = part.records(&Selection::default());
    let mut values = Vec::new();
    let mut writer = record_file::RecordWriter::new(&mut values, record_file::Shape::Values);
    part.give(&Selection::default(), &mut writer);
    let written = writer.finish().unwrap();
    let expected: Vec<_> = all.iter().filter_map(|record| record.value.clone()).collect();
    assert_eq!(
        (written.records, written.without_value),
        (expected.len() as u64, (all.len() - expected.len()) as u64)
    );
    assert_eq!(
        values,
        expected.iter().flat_map(|value| [value.as_slice(), b"\n"].concat()).collect::<Vec<_>>()
    );

    let mut lines = Vec::new();
    let shape = record_file::Shape::Ndjson { key: BytesFormat::Hex, value: BytesFormat::Base64 };
    let mut writer = record_file::RecordWriter::new(&mut lines, shape);
    writer.partition("nulls-0");
    part.give(&Selection::default(), &mut writer);
    writer.finish().unwrap();
    let lines: Vec<serde_json::Value> = std::str::from_utf8(&lines)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), all.len());
    for (line, record) in lines.iter().zip(&all) {
        assert_eq!(
            (line["partition"].as_str(), line["offset"].as_i64()),
            (Some("nulls-0"), Some(record.offset))
        );
        assert_eq!(line["key"].as_str().map(|key| ::hex::decode(key).unwrap()), record.key);
    }
}

/// Whatever is wrong with a partition: what a plain walk finds is found with filters too.
#[test]
fn damaged_partitions() {
    let mut chance = Chance(0xdead_beef_cafe_f00d);
    for directory in std::fs::read_dir(common::logs::folder().join("damaged")).unwrap() {
        let directory = directory.unwrap().path();
        let Ok(entries) = std::fs::read_dir(&directory) else { continue };
        for path in entries.map(|entry| entry.unwrap().path()).chain([directory.clone()]) {
            let Some(part) = Part::list(&path) else { continue };
            let all = part.records(&Selection::default());
            if all.is_empty() {
                continue;
            }
            for selection in ranges(&all, &mut chance) {
                let wanted = expected(&all, &selection);
                let found = part.records(&selection);
                if all.is_sorted_by_key(|record| record.offset) {
                    same(&found, &wanted, &selection, &path);
                    continue;
                }
                // A changed base offset makes records seem to be where they are not, and an index that knows better
                // passes over them. The others must be there.
                let true_offsets = all[0].offset..=all[all.len() - 1].offset;
                let there = |record: &&Seen| true_offsets.contains(&record.offset);
                let (found, wanted): (Vec<_>, Vec<_>) = (
                    found.iter().filter(there).cloned().collect(),
                    wanted.iter().filter(there).cloned().collect(),
                );
                same(&found, &wanted, &selection, &path);
            }
            for count in [1, 10] {
                let tail = Selection { tail: Some(count as u64), ..Selection::default() };
                same(&part.records(&tail), &all[all.len().saturating_sub(count)..], &"tail", &path);
            }
        }
    }
}
