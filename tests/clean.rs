//! What the cleaner leaves of logs against what Kafka's own left of them: the rounds of
//! `testdata/cleaned.tar.zst`, or of the directory that `KAFKIT_CLEANED` names. They were made by
//! `tests/interop/log-cleaner/run`, which makes more of them with any other seed.
#![allow(clippy::unwrap_used, clippy::panic)] // A test that cannot go on has failed.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use kafkit::codec::records::batch::Batch;
use kafkit::codec::records::batches::Batches;
use kafkit::codec::records::compression::Codec;
use kafkit::log::clean::group::Limits;
use kafkit::log::clean::{
    CLEANED, CleanError, CleanRules, CleanedSegment, Job, LastRecord, LogState, PlanRules, Planned,
    SegmentFiles, clean, clean_each, plan,
};
use serde_json::Value;

/// The rounds, which stay as long as the directory does.
fn rounds() -> (tempfile::TempDir, PathBuf, Vec<Value>) {
    let temp = tempfile::tempdir().unwrap();
    let root = std::env::var_os("KAFKIT_CLEANED").map_or_else(
        || {
            let packed = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/cleaned.tar.zst");
            let file = zstd::Decoder::new(fs::File::open(packed).unwrap()).unwrap();
            tar::Archive::new(file).unpack(temp.path()).unwrap();
            temp.path().to_owned()
        },
        PathBuf::from,
    );
    let text = fs::read_to_string(root.join("rounds.ndjson")).unwrap();
    let rounds: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(!rounds.is_empty());
    (temp, root, rounds)
}

fn segments(directory: &Path) -> Vec<SegmentFiles> {
    let names =
        fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut offsets: Vec<i64> = names.filter_map(|name| name.strip_suffix(".log")?.parse().ok()).collect();
    offsets.sort_unstable();
    offsets.into_iter().map(|offset| SegmentFiles::read(directory, offset).unwrap()).collect()
}

fn copy(from: &Path) -> tempfile::TempDir {
    let to = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.path().join(entry.file_name())).unwrap();
    }
    to
}

fn int(round: &Value, name: &str) -> i64 {
    round[name].as_i64().unwrap_or_else(|| panic!("{name} of {round}"))
}

fn rules(round: &Value) -> CleanRules {
    CleanRules {
        delete_retention_ms: int(round, "delete_retention_ms"),
        limits: Limits {
            segment_bytes: int(round, "segment_bytes") as u64,
            index_bytes: int(round, "index_bytes") as u64,
        },
        index_interval_bytes: int(round, "index_interval_bytes") as u32,
        map_bytes_max: int(round, "map_bytes") as usize,
        ..CleanRules::default()
    }
}

fn last_records(round: &Value) -> HashMap<i64, LastRecord> {
    let all = round["last_records"].as_array().unwrap().iter();
    all.map(|last| {
        let epoch = last[2].as_i64().unwrap() as i16;
        (last[0].as_i64().unwrap(), LastRecord { last_data_offset: last[1].as_i64(), epoch })
    })
    .collect()
}

/// The files of a directory by name, without the active segment's.
fn files(directory: &Path, active: i64) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let named = entries.map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), path));
    let ours =
        named.filter(|(name, _)| name.split('.').next().unwrap().parse().is_ok_and(|at: i64| at < active));
    ours.map(|(name, path)| (name, fs::read(path).unwrap())).collect()
}

/// The batches of a log: of what is not packed every byte, of the rest the header and each record.
fn told(log: &[u8]) -> Vec<String> {
    let mut scratch = Vec::new();
    let one = |batch: &Batch<'_>, scratch: &mut Vec<u8>| {
        if batch.codec().unwrap() == Codec::None {
            return hex::encode(batch.bytes());
        }
        let records: Vec<String> = batch
            .records(1 << 24, scratch)
            .unwrap()
            .map(|record| {
                let record = record.unwrap();
                let headers: Vec<_> = record.headers.collect();
                format!(
                    "{} {} {} {:?} {:?} {headers:?}",
                    record.attributes, record.offset, record.timestamp_delta, record.key, record.value
                )
            })
            .collect();
        // Without length, checksum and leader epoch, of which the first two follow from the packing.
        format!("{} {} {records:?}", hex::encode(&batch.bytes()[..8]), hex::encode(&batch.bytes()[21..61]))
    };
    Batches::new(log)
        .map(|batch| {
            let batch = Batch::new(batch.unwrap().bytes).unwrap();
            batch.check_crc().unwrap();
            one(&batch, &mut scratch)
        })
        .collect()
}

/// Cleans and swaps; the directory is as the log would leave it.
fn cleaned(round: &Value, directory: &Path) -> (i64, bool) {
    let segments = segments(directory);
    let job = Job {
        segments: &segments,
        first_dirty: int(round, "first_dirty"),
        first_uncleanable: int(round, "first_uncleanable"),
        last_records: &last_records(round),
        rules: rules(round),
        now_ms: int(round, "now"),
    };
    let done = clean(&job, &|| true).unwrap_or_else(|error| panic!("{error}: {round}"));
    for segment in &done.segments {
        for offset in &segment.replaces {
            for extension in ["log", "index", "timeindex", "txnindex"] {
                let _ = fs::remove_file(directory.join(format!("{offset:020}.{extension}")));
            }
        }
        for path in &segment.paths {
            fs::rename(path, path.to_str().unwrap().strip_suffix(CLEANED).unwrap()).unwrap();
        }
    }
    (done.end_offset, done.stats.map_full)
}

#[test]
fn rounds_leave_what_kafkas_leave() {
    let (_temp, root, rounds) = rounds();
    let (mut batches, mut full, mut exact, mut packed) = (0, 0, 0, 0);
    for round in &rounds {
        let name = round["round"].as_str().unwrap();
        let directory = copy(&root.join(name).join("before"));
        let (end_offset, map_full) = cleaned(round, directory.path());
        assert_eq!(end_offset, int(round, "end_offset"), "{round}");
        full += u32::from(map_full);
        let active = int(round, "active");
        let (ours, kafkas) = (files(directory.path(), active), files(&root.join(name).join("after"), active));
        assert_eq!(ours.keys().collect::<Vec<_>>(), kafkas.keys().collect::<Vec<_>>(), "{round}");
        for (file, bytes) in &ours {
            let same_bytes = bytes == &kafkas[file];
            let log = file.replace(".index", ".log").replace(".timeindex", ".log");
            if file.ends_with(".log") {
                let (told, expected) = (told(bytes), told(&kafkas[file]));
                batches += told.len();
                assert_eq!(told.len(), expected.len(), "{file} of {round}");
                for (told, expected) in told.iter().zip(&expected) {
                    assert_eq!(told, expected, "{file} of {round}");
                }
                if same_bytes { exact += 1 } else { packed += 1 }
            } else if ours[&log].len() == kafkas[&log].len() || file.ends_with(".txnindex") {
                // Where packed batches have other sizes, entries stand elsewhere.
                let same_sizes = file.ends_with(".txnindex") || ours[&log] == kafkas[&log];
                assert!(same_bytes || !same_sizes, "{file} of {round}");
            }
        }
    }
    println!(
        "{} rounds, {full} with a full map, {batches} batches; {exact} logs to the byte, {packed} packed otherwise",
        rounds.len()
    );
}

#[test]
fn what_is_left_verifies_as_kafkas_does() {
    let (_temp, root, rounds) = rounds();
    for round in &rounds {
        let of_round = root.join(round["round"].as_str().unwrap());
        let directory = copy(&of_round.join("before"));
        cleaned(round, directory.path());
        let active = int(round, "active");
        let ours = verify(&files(directory.path(), active));
        assert_eq!(ours, verify(&files(&of_round.join("after"), active)), "{round}");
        assert_eq!(ours, Vec::<String>::new(), "{round}");
    }
}

/// What `dump-log --verify` finds in these files.
fn verify(files: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
    // A partition by its name, so that it is one to --verify.
    let temp = tempfile::tempdir().unwrap();
    let partition = temp.path().join("t-0");
    // A broker writes down what it has cleaned.
    fs::write(temp.path().join("cleaner-offset-checkpoint"), "0\n1\nt 0 0\n").unwrap();
    fs::create_dir(&partition).unwrap();
    for (name, bytes) in files {
        fs::write(partition.join(name), bytes).unwrap();
    }
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_kafkit"));
    let output = command.args(["dump-log", "--verify"]).arg(&partition).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let findings = text.lines().filter(|line| line.starts_with("error ") || line.starts_with("warning "));
    findings.map(|line| line.split_whitespace().last().unwrap().to_owned()).collect()
}

#[test]
fn plans_are_kafkas() {
    let (_temp, root, rounds) = rounds();
    for round in &rounds {
        let segments = segments(&root.join(round["round"].as_str().unwrap()).join("before"));
        let planned: Vec<Planned> = segments
            .iter()
            .map(|segment| Planned {
                base_offset: segment.base_offset,
                bytes: segment.bytes,
                first_timestamp: -1,
                largest_timestamp: 0,
            })
            .collect();
        let state = LogState {
            segments: &planned,
            start_offset: 0,
            end_offset: int(round, "end_of_log"),
            last_stable_offset: int(round, "limit"),
            checkpoint: Some(int(round, "first_dirty")),
        };
        let plan = plan(&state, &PlanRules::default(), int(round, "now")).unwrap();
        let found = (plan.first_dirty, plan.first_uncleanable, plan.reset_checkpoint);
        assert_eq!(found, (int(round, "first_dirty"), int(round, "first_uncleanable"), false), "{round}");
        assert_eq!(plan.dirty_ratio(), round["ratio"].as_f64().unwrap(), "{round}");
    }
}

#[test]
fn damage_stops_a_round_and_leaves_no_file() {
    let (_temp, root, rounds) = rounds();
    let round = rounds.last().unwrap();
    let directory = copy(&root.join(round["round"].as_str().unwrap()).join("before"));
    let segments = segments(directory.path());
    let cleanable = segments.iter().filter(|segment| segment.base_offset < int(round, "first_uncleanable"));
    let last = cleanable.clone().rfind(|segment| segment.bytes > 0).unwrap();
    let before = fs::read_dir(directory.path()).unwrap().count();
    let log = last.path("log");
    let whole = fs::read(&log).unwrap();
    let nobody = HashMap::new();
    let job = |segments| Job {
        segments,
        first_dirty: int(round, "first_dirty"),
        first_uncleanable: int(round, "first_uncleanable"),
        last_records: &nobody,
        rules: rules(round),
        now_ms: int(round, "now"),
    };
    let mut flipped = whole.clone();
    *flipped.last_mut().unwrap() ^= 1;
    fs::write(&log, &flipped).unwrap();
    let error = clean(&job(&segments), &|| true).unwrap_err();
    assert!(matches!(error, CleanError::Damaged { .. }), "{error}");
    fs::write(&log, &whole[..whole.len() - 1]).unwrap();
    let shorter = self::segments(directory.path());
    let error = clean(&job(&shorter), &|| true).unwrap_err();
    assert!(matches!(error, CleanError::Torn { .. }), "{error}");
    fs::write(&log, &whole).unwrap();
    assert!(matches!(clean(&job(&segments), &|| false), Err(CleanError::CalledOff)));
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), before);
}

/// One cleaned segment at a time is on the disk, and each is as old as what it stands for.
#[test]
fn segments_are_handed_over_one_by_one() {
    let (_temp, root, rounds) = rounds();
    let mut several = 0;
    for round in &rounds {
        let directory = copy(&root.join(round["round"].as_str().unwrap()).join("before"));
        let segments = segments(directory.path());
        for (at, segment) in segments.iter().enumerate() {
            let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_700_000_000 + at as u64);
            fs::File::open(segment.path("log")).unwrap().set_modified(time).unwrap();
        }
        let segments: Vec<_> = segments
            .iter()
            .map(|segment| SegmentFiles::read(directory.path(), segment.base_offset).unwrap())
            .collect();
        let last_records = last_records(round);
        let job = Job {
            segments: &segments,
            first_dirty: int(round, "first_dirty"),
            first_uncleanable: int(round, "first_uncleanable"),
            last_records: &last_records,
            rules: rules(round),
            now_ms: int(round, "now"),
        };
        let mut handed = 0;
        let mut swap = |segment: CleanedSegment| -> Result<(), CleanError> {
            let there = fs::read_dir(directory.path()).unwrap().map(|entry| entry.unwrap().path());
            assert_eq!(there.filter(|path| path.to_string_lossy().ends_with(".log.cleaned")).count(), 1);
            let modified = fs::metadata(&segment.paths[0]).unwrap().modified().unwrap();
            let since = modified.duration_since(std::time::UNIX_EPOCH).unwrap().as_millis() as i64;
            assert_eq!(since, segment.modified_ms);
            segment.remove();
            handed += 1;
            Ok(())
        };
        clean_each(&job, &|| true, &mut swap).unwrap();
        several += usize::from(handed > 1);
    }
    assert!(several > 0);
}
