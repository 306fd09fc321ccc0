//! Directories that a Kafka 4.3.1 broker has left, after a clean stop and after `kill -9`.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::kit::*;
use crate::codec::records::batches::AnyBatch;
use crate::log::data_dir::{self, DataDir};
use crate::log::name::DirFate;
use crate::log::scan::{Piece, Scanner};
use crate::log::source::Source;
use crate::log::write::*;

/// The folder with `clean` and `unclean`: `KAFKIT_LOGS`, or `testdata/logs.tar.zst` unpacked.
fn folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        if let Some(folder) = std::env::var_os("KAFKIT_LOGS") {
            return PathBuf::from(folder);
        }
        let archive = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/logs.tar.zst");
        let bytes = std::fs::read(archive).unwrap();
        let folder = std::env::temp_dir().join(format!("kafkit-logs-{:08x}", crc32c::crc32c(&bytes)));
        if !folder.exists() {
            let making = tempfile::tempdir().unwrap();
            tar::Archive::new(zstd::Decoder::new(bytes.as_slice()).unwrap()).unpack(making.path()).unwrap();
            // Who comes second finds the folder there, and drops its own.
            let _ = std::fs::rename(making.keep(), &folder);
        }
        folder
    })
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap().path();
        let name = entry.file_name().unwrap().to_str().unwrap();
        if entry.is_dir() {
            copy(&entry, &to.join(name));
        } else if let Some(plain) = name.strip_suffix(".gz") {
            let mut reader = flate2::read::GzDecoder::new(std::fs::File::open(&entry).unwrap());
            std::io::copy(&mut reader, &mut std::fs::File::create(to.join(plain)).unwrap()).unwrap();
        } else {
            std::fs::copy(&entry, to.join(name)).unwrap();
        }
    }
}

/// First and last offsets of all whole batches, as the reading side finds them.
fn batches(partition: &crate::log::partition::Partition) -> Vec<(i64, i64)> {
    let mut found = Vec::new();
    for log in partition.logs() {
        let mut scanner = Scanner::new(Source::open(&log.path).unwrap());
        while let Some(Piece::Batch(batch)) = scanner.next_piece().unwrap() {
            found.push(match batch.view().unwrap() {
                AnyBatch::Batch(batch) => (batch.base_offset(), batch.last_offset()),
                AnyBatch::Message(message) => (message.offset(), message.offset()),
            });
        }
    }
    found
}

fn takes_up(root: &str, clean: bool) {
    let copied = tempfile::tempdir().unwrap();
    copy(&folder().join(root), copied.path());
    let directory = copied.path().join("d1");
    let listed = DataDir::list(&directory).unwrap();
    assert_eq!(listed.stopped_cleanly, clean);
    let mut seen = 0;
    for partition in listed.partitions.iter().filter(|partition| partition.fate == DirFate::Live) {
        let Some(name) = &partition.name else { continue };
        let expected = batches(partition);
        let before = faults(&partition.path);
        let recovery_point = listed.recovery_points.get(name).copied().unwrap_or(0);
        let opening = Opening {
            topic_id: data_dir::topic_id(partition),
            log_start_offset: listed.log_starts.get(name).copied().unwrap_or(0),
            recovery_point,
            clean_shutdown: clean,
            now_ms: NOW,
            ..Opening::default()
        };
        // As these logs were configured.
        let config = LogConfig { index_interval_bytes: 512, segment_bytes: 65536, ..LogConfig::default() };
        let (log, recovery) = open(&partition.path, &config, opening.clone());
        assert_eq!(recovery.cuts, [], "{name:?}");
        assert!(!clean || recovery == Recovery::default(), "{name:?} {recovery:?}");
        let end = expected.last().map_or(log.log_start_offset(), |last| last.1 + 1);
        assert_eq!(log.log_end_offset(), end, "{name:?}");
        let start = log.log_start_offset();
        let visible: Vec<_> = expected.iter().filter(|batch| batch.1 >= start).copied().collect();
        assert_eq!(read_all(&log, start, 10_000, UpTo::LogEnd), visible, "{name:?}");
        // The epoch of the metadata log stands in `quorum-state`, too.
        let epoch = log.latest_epoch().unwrap_or(0) + i32::from(!name.topic.starts_with("__"));
        log.set_leader_epoch(epoch).unwrap();
        for round in 0..30 {
            let make = Make { records: 3, bytes: 1000, timestamp: NOW + round, ..Make::default() };
            log.append(&mut make.batch(), Append { leader_epoch: epoch, ..APPEND }).unwrap();
        }
        log.close(Closing { sync: false }).unwrap();
        let after = faults(&partition.path);
        // Our records are none of those that internal topics are made of.
        let ours =
            |fault: &&String| fault.starts_with("metadata-replay") || fault.starts_with("record-undecodable");
        let new: Vec<_> = after.iter().filter(|fault| !before.contains(fault) && !ours(fault)).collect();
        assert!(new.is_empty(), "{name:?} had {before:#?} and has {new:#?} now");
        drop(log);
        let (log, recovery) = open(&partition.path, &config, Opening { clean_shutdown: true, ..opening });
        assert_eq!((log.log_end_offset(), recovery), (end + 90, Recovery::default()), "{name:?}");
        seen += 1;
    }
    assert!(seen > 40, "{seen}");
}

#[test]
fn after_a_clean_stop() {
    takes_up("clean", true);
}

#[test]
fn after_kill_9() {
    takes_up("unclean", false);
}

/// What the living broker said of the producers and the last stable offset.
#[test]
fn open_transactions() {
    let copied = tempfile::tempdir().unwrap();
    let path = copied.path().join("txn-0");
    copy(&folder().join("unclean/d1/txn-0"), &path);
    let (log, _) = open(&path, &LogConfig::default(), Opening { now_ms: NOW, ..Opening::default() });
    let mut producers = crate::state::producers::Producers::new();
    for file in crate::log::partition::Partition::list(&path).unwrap().logs() {
        let mut scanner = Scanner::new(Source::open(&file.path).unwrap());
        while let Some(Piece::Batch(found)) = scanner.next_piece().unwrap() {
            let AnyBatch::Batch(batch) = found.view().unwrap() else { continue };
            producers.append_batch(&batch);
            if batch.attributes().is_control() {
                producers.end(&batch, super::super::append::read_marker(&batch).unwrap().unwrap());
            }
        }
    }
    assert_eq!(log.last_stable_offset(), producers.last_stable_offset().unwrap());
    let expected: Vec<_> =
        producers.producers().into_iter().map(|(id, producer)| producer.to_entry(id)).collect();
    assert_eq!(log.producers(), expected);
}
