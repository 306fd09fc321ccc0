//! Damage of our own making, and garbage.

use std::path::{Path, PathBuf};

use kafkit::log::finding::{Finding, Severity};
use kafkit::log::name::FileKind;
use kafkit::log::scan::{Piece, Scanner};
use kafkit::log::source::Source;
use kafkit::log::verify::{self, Options};

use super::{bad, found, logs, told};

/// A copy of a partition that can be damaged.
pub struct Scratch(PathBuf);

impl Scratch {
    pub fn of(partition: &Path, label: &str) -> Self {
        // The name of the directory says which topic it is.
        let root = std::env::temp_dir().join(format!("kafkit-damage-{}-{label}", std::process::id()));
        let path = root.join(partition.file_name().unwrap());
        std::fs::create_dir_all(&path).unwrap();
        for file in std::fs::read_dir(partition).unwrap() {
            let file = file.unwrap();
            std::fs::write(path.join(file.file_name()), std::fs::read(file.path()).unwrap()).unwrap();
        }
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(self.0.parent().unwrap()));
    }
}

/// Numbers that look random and are the same each time.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }

    fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.below(256) as u8).collect()
    }
}

/// Where the batches of a healthy log begin and end.
fn batches(path: &Path) -> Vec<(u64, u64)> {
    let mut scanner = Scanner::new(Source::open(path).unwrap());
    let mut found = Vec::new();
    while let Some(piece) = scanner.next_piece().unwrap() {
        let Piece::Batch(batch) = piece else { panic!("{} is not healthy", path.display()) };
        found.push((batch.at, batch.at + batch.bytes.len() as u64));
    }
    found
}

fn first_log(partition: &Path) -> PathBuf {
    let mut logs: Vec<PathBuf> =
        std::fs::read_dir(partition).unwrap().map(|file| file.unwrap().path()).collect();
    logs.retain(|path| path.extension().is_some_and(|extension| extension == "log"));
    logs.sort();
    logs.swap_remove(0)
}

fn in_file<'a>(findings: &'a [Finding], path: &Path) -> Vec<&'a Finding> {
    findings.iter().filter(|finding| finding.severity == Severity::Error && **finding.file == *path).collect()
}

#[test]
fn a_flipped_bit_is_found_at_its_batch() {
    let mut random = Random(0x2545_f491_4f6c_dd1d);
    for partition in ["txn-2", "nulls-0", "idem-1", "comp-gzip-1", "__share_group_state-0", "logappend-0"] {
        let scratch = Scratch::of(&logs().join("clean/d1").join(partition), &format!("flip-{partition}"));
        let log = first_log(scratch.path());
        let healthy = std::fs::read(&log).unwrap();
        let batches = batches(&log);
        for round in 0..150 {
            // Each third one in a header.
            let (begin, end) = batches[random.below(batches.len() as u64) as usize];
            let end = if round % 3 == 0 { begin + 61 } else { end };
            let (at, bit) = (begin + random.below(end - begin), random.below(8));
            let mut bytes = healthy.clone();
            bytes[at as usize] ^= 1 << bit;
            std::fs::write(&log, bytes).unwrap();
            let findings = bad(&found(scratch.path()).0);
            let here = |finding: &&Finding| {
                **finding.file == log
                    && finding.place.byte.is_some_and(|byte| (begin..end.max(begin + 61)).contains(&byte))
            };
            let all = told(&findings);
            assert!(
                findings.iter().any(|finding| here(&finding)),
                "{partition}, byte {at} of the batch at {begin}, bit {bit}:\n{all}"
            );
            assert!(
                in_file(&findings, &log).iter().all(here),
                "{partition}, byte {at}, batch {begin}, bit {bit}:\n{all}"
            );
        }
    }
}

#[test]
fn a_log_that_is_cut_off_anywhere() {
    cut_off("timestamps-0", 1);
    cut_off("txn-2", 13);
}

fn cut_off(partition: &str, step: usize) {
    let scratch = Scratch::of(&logs().join("clean/d1").join(partition), &format!("cut-{partition}"));
    let log = first_log(scratch.path());
    let healthy = std::fs::read(&log).unwrap();
    let ends: Vec<u64> = batches(&log).into_iter().map(|(_, end)| end).collect();
    for length in (1..healthy.len()).step_by(step).chain(ends.iter().map(|end| *end as usize)) {
        if length == healthy.len() {
            continue;
        }
        std::fs::write(&log, &healthy[..length]).unwrap();
        let findings = bad(&found(scratch.path()).0);
        if ends.contains(&(length as u64)) {
            // Nothing of it is torn, but the snapshot of the shutdown knows more.
            assert!(
                findings.iter().any(|finding| finding.code == "snapshot-beyond"),
                "{length}:\n{}",
                told(&findings)
            );
            assert!(
                findings.iter().all(|finding| finding.code != "torn-tail"),
                "{length}:\n{}",
                told(&findings)
            );
            continue;
        }
        let begin = ends.iter().rev().find(|end| **end < length as u64).copied().unwrap_or(0);
        let torn = findings.iter().find(|finding| finding.code == "torn-tail");
        assert_eq!(
            torn.and_then(|finding| finding.place.byte),
            Some(begin),
            "{length}:\n{}",
            told(&findings)
        );
    }
}

#[test]
fn a_changed_index_is_found_at_its_entry() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for (extension, size) in [("index", 8), ("timeindex", 12), ("txnindex", 34)] {
        let scratch = Scratch::of(&logs().join("clean/d1/txn-0"), extension);
        let path = first_log(scratch.path()).with_extension(extension);
        let healthy = std::fs::read(&path).unwrap();
        for _ in 0..150 {
            let at = random.below(healthy.len() as u64);
            let mut bytes = healthy.clone();
            bytes[at as usize] ^= 1 << random.below(8);
            std::fs::write(&path, bytes).unwrap();
            let findings = bad(&found(scratch.path()).0);
            let entry = at / size;
            let here = |finding: &Finding| {
                **finding.file == path && finding.place.entry.is_some_and(|found| found.abs_diff(entry) <= 1)
            };
            assert!(
                findings.iter().any(here) || (extension == "index" && is_harmless(&healthy, &path, entry)),
                "{extension}, byte {at}, entry {entry}:\n{}",
                told(&findings)
            );
        }
        for length in 0..healthy.len() {
            std::fs::write(&path, &healthy[..length]).unwrap();
            let findings = bad(&found(scratch.path()).0);
            let whole = (length as u64).is_multiple_of(size);
            // Without the configured interval, nobody can tell that whole entries of an offset index are gone.
            assert!(!findings.is_empty() || (whole && extension == "index"), "{extension}, {length} bytes");
        }
    }
}

/// An entry whose offset is that of a batch further on, before the next entry: so Kafka itself writes them
/// when it appends several batches at once, and lookups find the same batches.
fn is_harmless(healthy: &[u8], path: &Path, entry: u64) -> bool {
    let changed = std::fs::read(path).unwrap();
    let read = |bytes: &[u8], entry: u64| {
        let (entries, _) = bytes.as_chunks::<8>();
        entries.get(entry as usize).map(kafkit::log::offset_index::OffsetEntry::read)
    };
    let (before, after) = (read(healthy, entry).unwrap(), read(&changed, entry).unwrap());
    let next = read(healthy, entry + 1).map_or(i32::MAX, |next| next.relative_offset);
    before.position == after.position && (before.relative_offset..next).contains(&after.relative_offset)
}

#[test]
fn a_changed_snapshot_is_found() {
    let mut random = Random(77);
    let scratch = Scratch::of(&logs().join("clean/d1/txn-0"), "snapshot");
    let path = scratch.path().join("00000000000000000261.snapshot");
    let healthy = std::fs::read(&path).unwrap();
    for _ in 0..100 {
        let at = random.below(healthy.len() as u64);
        let mut bytes = healthy.clone();
        bytes[at as usize] ^= 1 << random.below(8);
        // Half of them with a checksum that fits.
        if at >= 6 && random.below(2) == 0 {
            let crc = crc32c::crc32c(&bytes[6..]);
            bytes[2..6].copy_from_slice(&crc.to_be_bytes());
        }
        std::fs::write(&path, bytes).unwrap();
        let findings = bad(&found(scratch.path()).0);
        assert!(findings.iter().any(|finding| **finding.file == path), "byte {at}:\n{}", told(&findings));
    }
}

#[test]
fn what_skimming_passes_is_healthy() {
    use kafkit::codec::records::batch::Batch;
    let mut random = Random(99);
    let (mut passed, mut refused) = (0, 0);
    for partition in ["nulls-0", "headers-0", "exotic-0", "comp-zstd-1", "logappend-0"] {
        let log = first_log(&logs().join("clean/d1").join(partition));
        let healthy = std::fs::read(&log).unwrap();
        for (begin, end) in batches(&log) {
            for round in 0..400 {
                let mut bytes = healthy[begin as usize..end as usize].to_vec();
                if round > 0 {
                    let at = 23 + random.below(bytes.len() as u64 - 23) as usize;
                    bytes[at] = random.below(256) as u8;
                }
                let batch = Batch::new(&bytes).unwrap();
                let mut scratch = Vec::new();
                let Ok(records) = batch.records(1 << 20, &mut scratch) else { continue };
                let Some(skimmed) = records.skim(&batch) else {
                    assert!(round > 0, "{partition}, {begin}");
                    refused += 1;
                    continue;
                };
                passed += 1;
                let records: Vec<_> = records.map(|record| record.unwrap()).collect();
                assert_eq!(records.len(), skimmed.count as usize);
                assert_eq!(
                    records
                        .iter()
                        .map(|record| batch.base_timestamp().wrapping_add(record.timestamp_delta))
                        .max(),
                    skimmed.max_timestamp
                );
                assert!(
                    records
                        .iter()
                        .all(|record| record.attributes == 0
                            && record.offset_delta <= batch.last_offset_delta())
                );
                assert!(records.is_sorted_by(|a, b| a.offset_delta < b.offset_delta));
            }
        }
    }
    assert!(passed > 1000 && refused > 1000, "{passed} {refused}");
}

#[test]
fn pages_of_zeros() {
    let scratch = Scratch::of(&logs().join("clean/d1/comp-none-0"), "zeros");
    let log = first_log(scratch.path());
    let healthy = std::fs::read(&log).unwrap();
    let batches = batches(&log);
    for page in (0..healthy.len()).step_by(4096) {
        let end = (page + 4096).min(healthy.len());
        let mut bytes = healthy.clone();
        bytes[page..end].fill(0);
        std::fs::write(&log, bytes).unwrap();
        let (findings, summary) = found(scratch.path());
        let findings = bad(&findings);
        let begin = batches.iter().rev().find(|(at, _)| *at <= page as u64).unwrap().0;
        let here =
            |finding: &&Finding| finding.place.byte.is_some_and(|byte| byte >= begin && byte < end as u64);
        assert!(
            in_file(&findings, &log).iter().any(here) || findings.iter().any(|f| f.code == "zero-tail"),
            "{page}:\n{}",
            told(&findings)
        );
        assert!(findings.len() <= 5, "{page}:\n{}", told(&findings));
        let touched = batches.iter().filter(|(at, to)| *at < end as u64 && *to > page as u64).count() as u64;
        assert!(summary.batches + touched >= found(&logs().join("clean/d1/comp-none-0")).1.batches, "{page}");
    }
}

#[test]
fn garbage_is_told_and_never_trips() {
    let mut random = Random(4711);
    let scratch = Scratch::of(&logs().join("clean/d1/txn-0"), "garbage");
    let names = [
        "00000000000000000000.log",
        "00000000000000000000.index",
        "00000000000000000000.timeindex",
        "00000000000000000000.txnindex",
        "00000000000000000000.snapshot",
        "00000000000000000000-0000000000.checkpoint",
        "leader-epoch-checkpoint",
        "recovery-point-offset-checkpoint",
        "partition.metadata",
        "meta.properties",
        "quorum-state",
        ".kafka_cleanshutdown",
    ];
    for round in 0..60 {
        for name in names {
            let length = [0, 1, 7, 13, 61, 300, 5000][random.below(7) as usize];
            let mut bytes = random.bytes(length);
            if round % 2 == 0 {
                // So that more of it is taken for what it should be.
                bytes.iter_mut().step_by(3).for_each(|byte| *byte &= 3);
            }
            let path = scratch.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            for kind in FileKind::ALL {
                let options = Options { kind: Some(kind), ..Options::default() };
                drop(verify::file(&path, &options, &mut |_| {}));
            }
        }
        found(scratch.path());
        found(scratch.path().parent().unwrap());
        verify::data_dir(scratch.path().parent().unwrap(), &Options::default(), &mut |_| {}).unwrap();
    }
    // Changed bytes in everything, of every kind.
    for partition in ["txn-0", "__cluster_metadata-0", "__consumer_offsets-0", "compacted-0", "comp-zstd-0"] {
        let scratch = Scratch::of(&logs().join("clean/d1").join(partition), &format!("noise-{partition}"));
        let files: Vec<PathBuf> =
            std::fs::read_dir(scratch.path()).unwrap().map(|file| file.unwrap().path()).collect();
        for _ in 0..8 {
            for file in &files {
                let mut bytes = std::fs::read(file).unwrap();
                for _ in 0..=random.below(3) {
                    if !bytes.is_empty() {
                        let at = random.below(bytes.len() as u64) as usize;
                        bytes[at] = random.below(256) as u8;
                    }
                }
                std::fs::write(file, bytes).unwrap();
            }
            found(scratch.path());
        }
    }
}
