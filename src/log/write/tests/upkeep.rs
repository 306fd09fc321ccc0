//! Retention, cutting, cleaning, recovery.

use std::path::Path;

use super::kit::*;
use crate::log::write::*;

const DAY_MS: i64 = 86_400_000;

fn filled(path: &Path, config: &LogConfig, batches: i64) -> PartitionLog {
    let (log, _) = open(path, config, opening(false));
    for at in 0..batches {
        let make =
            Make { bytes: 100, timestamp: NOW + at, producer: Some((5, 0, at as i32)), ..Make::default() };
        log.append(&mut make.batch(), APPEND).unwrap();
    }
    log
}

fn names(path: &Path, suffix: &str) -> Vec<String> {
    let names =
        std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.filter(|name| name.ends_with(suffix)).collect();
    names.sort();
    names
}

#[test]
fn retention() {
    let (_folder, path) = directory();
    let log = filled(&path, &small(), 100);
    let segments = log.segments().len();
    assert_eq!(log.apply_retention(NOW).unwrap(), 0);
    log.set_config(LogConfig { retention_bytes: 5000, ..small() }.into());
    let deleted = log.apply_retention(NOW).unwrap();
    assert!(deleted > 2 && log.size() >= 5000 && log.size() < 8000);
    assert_eq!(
        (log.segments().len(), log.log_start_offset()),
        (segments - deleted, log.segments()[0].base_offset)
    );
    assert_eq!(log.read(0, 10, UpTo::LogEnd, true).unwrap_err().code(), 1);
    assert!(names(&path, ".log.deleted").len() == deleted && !names(&path, ".snapshot.deleted").is_empty());
    assert_eq!(log.delete_expired_files(NOW + 59_999), 0);
    assert!(log.delete_expired_files(NOW + 60_000) > deleted);
    assert_eq!(names(&path, ".deleted"), Vec::<String>::new());
    log.close(Closing { sync: false }).unwrap();
    assert_eq!(faults(&path), Vec::<String>::new());
    // All of it is too old: an empty segment is put in its place.
    let slice = log.read(log.log_start_offset(), 1 << 20, UpTo::LogEnd, true).unwrap();
    log.apply_retention(NOW + 8 * DAY_MS).unwrap();
    assert_eq!((log.segments().len(), log.size()), (1, 0));
    assert_eq!((log.log_start_offset(), log.log_end_offset(), log.high_watermark()), (100, 100, 100));
    let mut bytes = vec![0; slice.len];
    std::os::unix::fs::FileExt::read_exact_at(&*slice.file.unwrap(), &mut bytes, slice.position).unwrap();
    log.append(&mut Make { producer: Some((5, 0, 100)), ..Make::default() }.batch(), APPEND).unwrap();
    log.close(Closing { sync: false }).unwrap();
    let (log, _) = open(&path, &small(), opening(false));
    assert_eq!((log.log_start_offset(), log.log_end_offset(), names(&path, ".deleted").len()), (100, 101, 0));
    assert!(
        log.append(&mut Make { producer: Some((5, 0, 100)), ..Make::default() }.batch(), APPEND)
            .unwrap()
            .duplicate
    );
}

#[test]
fn closed_segments_are_flushed() {
    let (_folder, path) = directory();
    let log = filled(&path, &small(), 60);
    let segments = log.segments();
    let last = segments.last().unwrap().base_offset;
    assert_eq!((log.recovery_point(), log.flush_closed().unwrap()), (0, last));
    assert_eq!((log.recovery_point(), log.flush_closed().unwrap()), (last, last));
    drop(log);
    let point = Opening { recovery_point: last, ..opening(false) };
    let (log, recovery) = open(&path, &small(), point);
    assert_eq!((recovery.segments, log.log_end_offset()), (1, 60));
    // Who does not wait for the disk does not say that all is there.
    log.append(&mut Make::default().batch(), APPEND).unwrap();
    log.close(Closing { sync: false }).unwrap();
    assert_eq!(log.recovery_point(), last);
    log.close(Closing { sync: true }).unwrap();
    assert_eq!(log.recovery_point(), 61);
}

#[test]
fn deleted_records() {
    let (_folder, path) = directory();
    let log = filled(&path, &small(), 50);
    assert_eq!(log.delete_records_before(51).unwrap_err().code(), 1);
    assert_eq!(log.delete_records_before(17).unwrap(), 17);
    assert_eq!(log.delete_records_before(3).unwrap(), 17);
    assert!(log.apply_retention(NOW).unwrap() >= 1);
    assert_eq!(log.log_start_offset(), 17);
    assert_eq!(read_all(&log, 17, 1, UpTo::LogEnd).len(), 33);
    assert_eq!(log.epochs()[0].start_offset, 17);
    assert_eq!(log.delete_records_before(-1).unwrap(), 50);
    log.close(Closing { sync: false }).unwrap();
    let again = Opening { log_start_offset: 50, ..opening(true) };
    let (log, _) = open(&path, &small(), again);
    assert_eq!((log.log_start_offset(), log.log_end_offset()), (50, 50));
    // The end of the log was lost, and it was deleted anyway.
    let (log, _) = open(&path, &small(), Opening { log_start_offset: 60, ..opening(false) });
    assert_eq!((log.log_start_offset(), log.log_end_offset(), log.segments().len()), (60, 60, 1));
}

#[test]
fn truncation() {
    let (_folder, path) = directory();
    let log = filled(&path, &small(), 60);
    log.roll(NOW).unwrap();
    log.flush().unwrap();
    for end in [60, 59, 31, 30] {
        assert_eq!(log.truncate_to(end, NOW).unwrap(), end);
        assert_eq!((log.log_end_offset(), log.high_watermark(), log.recovery_point()), (end, end, end));
        assert_eq!(read_all(&log, 0, 1, UpTo::LogEnd).len() as i64, end);
        let sequence = end as i32;
        let mut next =
            Make { producer: Some((5, 0, sequence)), timestamp: NOW + end, ..Make::default() }.batch();
        assert_eq!(log.append(&mut next, APPEND).unwrap().first_offset, end);
        log.delete_expired_files(i64::MAX);
        log.close(Closing { sync: true }).unwrap();
        assert_eq!(faults(&path), Vec::<String>::new());
    }
    log.truncate_fully_and_start_at(500, NOW).unwrap();
    assert_eq!((log.log_start_offset(), log.log_end_offset(), log.producers().len()), (500, 500, 0));
    log.append(&mut Make::default().batch(), APPEND).unwrap();
    log.delete_expired_files(i64::MAX);
    log.close(Closing { sync: true }).unwrap();
    assert_eq!(faults(&path), Vec::<String>::new());
}

#[test]
fn torn_tail_and_lost_indexes() {
    for (lost, damage) in
        [("index", 0), ("timeindex", 0), ("", 5), ("", 150), ("index", 300), ("snapshot", 20)]
    {
        let (_folder, path) = directory();
        let log = filled(&path, &small(), 40);
        let producers = log.producers();
        log.close(Closing { sync: true }).unwrap();
        let (last, size) = log.segments().last().map(|last| (last.base_offset, last.bytes)).unwrap();
        let file = std::fs::File::options().write(true).open(path.join(format!("{last:020}.log"))).unwrap();
        file.set_len(size - damage).unwrap();
        for name in names(&path, &format!(".{lost}")).iter().filter(|_| !lost.is_empty()) {
            std::fs::remove_file(path.join(name)).unwrap();
        }
        let clean = damage == 0;
        let (log, recovery) = open(&path, &small(), opening(clean));
        let lost_batches = damage.div_ceil(size / (40 - last as u64)) as i64;
        assert_eq!(log.log_end_offset(), 40 - lost_batches);
        assert_eq!(recovery.cuts.len(), usize::from(damage > 0), "{recovery:?}");
        assert!(!clean || recovery.notes.iter().any(|note| note.contains("was not there")), "{recovery:?}");
        if clean {
            assert_eq!(log.producers(), producers);
        }
        if let Some(cut) = recovery.cuts.first() {
            let words = cut.to_string();
            assert!(words.contains(&format!("cut off at byte {}", cut.at)), "{words}");
        }
        let sequence = log.log_end_offset() as i32;
        let mut next =
            Make { producer: Some((5, 0, sequence)), timestamp: NOW + 99, ..Make::default() }.batch();
        assert_eq!(log.append(&mut next, APPEND).unwrap().first_offset, i64::from(sequence));
        log.close(Closing { sync: false }).unwrap();
        assert_eq!(faults(&path), Vec::<String>::new());
    }
}

#[test]
fn damage_before_the_recovery_point() {
    let (_folder, path) = directory();
    let log = filled(&path, &LogConfig::default(), 40);
    log.close(Closing { sync: true }).unwrap();
    drop(log);
    let file = path.join("00000000000000000000.log");
    let mut bytes = std::fs::read(&file).unwrap();
    bytes[2000] ^= 1;
    std::fs::write(&file, &bytes).unwrap();
    let before: Vec<_> =
        names(&path, "").iter().map(|name| std::fs::read(path.join(name)).unwrap()).collect();
    let damaged = Opening { recovery_point: 40, ..opening(false) };
    let error = PartitionLog::open(&path, LogConfig::default().into(), damaged).unwrap_err();
    assert!(matches!(error, LogError::Damaged { .. }) && error.code() == 56, "{error}");
    let after: Vec<_> = names(&path, "").iter().map(|name| std::fs::read(path.join(name)).unwrap()).collect();
    assert!(before == after);
    let (log, recovery) = open(&path, &LogConfig::default(), Opening { recovery_point: 3, ..opening(false) });
    assert!(recovery.cuts[0].batches > 20 && log.log_end_offset() < 20, "{recovery:?}");
}

#[test]
fn cleaned_segments() {
    let (_folder, path) = directory();
    let log = filled(&path, &small(), 60);
    let segments = log.segments();
    let (first, second) = (segments[0], segments[1]);
    // Of the first two segments, every other batch stays, in one.
    let (_scratch, cleaned) = directory();
    let (other, _) = open(&cleaned, &LogConfig { segment_bytes: 1 << 20, ..small() }, opening(false));
    for at in (0..second.end_offset).filter(|at| at % 2 == 1) {
        let make = Make {
            base_offset: at,
            bytes: 100,
            timestamp: NOW + at,
            producer: Some((5, 0, at as i32)),
            ..Make::default()
        };
        other.append_given(&make.batch(), Append { origin: Origin::Replication, ..APPEND }).unwrap();
    }
    other.close(Closing { sync: true }).unwrap();
    for extension in ["log", "index", "timeindex"] {
        let name = format!("{:020}.{extension}", 0);
        std::fs::copy(cleaned.join(&name), path.join(format!("{name}.cleaned"))).unwrap();
    }
    let bases = [first.base_offset, second.base_offset];
    let slice = log.read(4, 200, UpTo::LogEnd, true).unwrap();
    log.replace_segments(&bases, &[0], NOW).unwrap();
    assert_eq!((log.segments().len(), log.segments()[0].end_offset), (segments.len() - 1, second.end_offset));
    let read = read_all(&log, 0, 300, UpTo::LogEnd);
    assert_eq!(read.len() as i64, 60 - second.end_offset + second.end_offset / 2);
    assert_eq!(read_all(&log, 4, 300, UpTo::LogEnd)[0], (5, 5));
    assert!(slice.file.unwrap().metadata().unwrap().len() == first.bytes);
    assert!(log.replace_segments(&[log.segments().last().unwrap().base_offset], &[], NOW).is_err());
    log.delete_expired_files(i64::MAX);
    log.close(Closing { sync: true }).unwrap();
    let known = |fault: &String| !fault.starts_with("offset-gap") && !fault.contains("sequence");
    assert_eq!(faults(&path).into_iter().filter(known).collect::<Vec<_>>(), Vec::<String>::new());
    let (log, recovery) = open(&path, &small(), opening(false));
    assert_eq!((recovery.cuts.len(), read_all(&log, 0, 300, UpTo::LogEnd)), (0, read));
}

/// What a broker that was killed in the middle of a swap has left.
#[test]
fn interrupted_swaps() {
    for (suffix, swapped) in [(".cleaned", false), (".swap", true)] {
        let (_folder, path) = directory();
        let log = filled(&path, &small(), 60);
        let segments = log.segments();
        log.close(Closing { sync: true }).unwrap();
        drop(log);
        let make = Make { base_offset: 1, bytes: 100, timestamp: NOW + 1, ..Make::default() };
        let bytes = [make.batch(), Make { base_offset: segments[1].end_offset - 1, ..make }.batch()].concat();
        for (extension, content) in [("log", bytes.as_slice()), ("index", &[]), ("timeindex", &[])] {
            std::fs::write(path.join(format!("{:020}.{extension}{suffix}", 0)), content).unwrap();
        }
        std::fs::write(path.join("00000000000000000007.log.deleted"), b"gone").unwrap();
        let (log, recovery) = open(&path, &small(), opening(true));
        let expected = if swapped { segments.len() - 1 } else { segments.len() };
        assert_eq!((log.segments().len(), log.log_end_offset()), (expected, 60), "{recovery:?}");
        assert_eq!((names(&path, suffix).len(), names(&path, ".deleted").len()), (0, 0));
    }
}

#[test]
fn rolls_by_time_index_and_offset() {
    let (_folder, path) = directory();
    let by_time = LogConfig { segment_ms: 1000, ..LogConfig::default() };
    let (log, _) = open(&path, &by_time, opening(false));
    for timestamp in [0, 1000, 1001, 1500, 2001, 2002] {
        log.append(&mut Make { timestamp: NOW + timestamp, ..Make::default() }.batch(), APPEND).unwrap();
    }
    let bases = |log: &PartitionLog| log.segments().iter().map(|s| s.base_offset).collect::<Vec<_>>();
    assert_eq!(bases(&log), [0, 2, 5]);
    let by_index = LogConfig { segment_index_bytes: 48, index_interval_bytes: 0, ..LogConfig::default() };
    log.set_config(by_index.into());
    for at in 0..20 {
        log.append(&mut Make { timestamp: NOW + 5000 + at, ..Make::default() }.batch(), APPEND).unwrap();
    }
    assert!(bases(&log).len() > 6, "{:?}", bases(&log));
    let base_offset = 26 + i64::from(i32::MAX);
    log.append_given(&Make { base_offset, timestamp: NOW + 9000, ..Make::default() }.batch(), APPEND)
        .unwrap();
    assert_eq!(bases(&log).last(), Some(&base_offset));
    log.close(Closing { sync: false }).unwrap();
}

/// Old message formats, records that count -1 headers, a preallocated and zero-filled index.
#[test]
fn old_and_odd_logs() {
    let (_folder, path) = directory();
    std::fs::create_dir_all(&path).unwrap();
    let mut log = Vec::new();
    for (offset, magic) in [(0i64, 0u8), (1, 1), (2, 1)] {
        let mut message = vec![magic, 0];
        if magic == 1 {
            message.extend_from_slice(&NOW.to_be_bytes());
        }
        message.extend_from_slice(&(-1i32).to_be_bytes());
        message.extend_from_slice(&[0, 0, 0, 2, b'h', b'i']);
        log.extend_from_slice(&offset.to_be_bytes());
        log.extend_from_slice(&(message.len() as i32 + 4).to_be_bytes());
        log.extend_from_slice(&crc32fast::hash(&message).to_be_bytes());
        log.extend_from_slice(&message);
    }
    let mut odd = Make { base_offset: 5, ..Make::default() }.batch();
    *odd.last_mut().unwrap() = 1;
    crate::codec::records::write::seal(&mut odd).unwrap();
    log.extend_from_slice(&odd);
    std::fs::write(path.join(format!("{:020}.log", 0)), &log).unwrap();
    for extension in ["index", "timeindex"] {
        std::fs::write(path.join(format!("{:020}.{extension}", 0)), vec![0; 10_485_760 / 24 * 24]).unwrap();
    }
    for clean in [true, false] {
        let (log, recovery) = open(&path, &LogConfig::default(), opening(clean));
        assert_eq!((log.log_end_offset(), recovery.cuts.len()), (6, 0), "{recovery:?}");
        assert_eq!(read_all(&log, 0, 1, UpTo::LogEnd), [(0, 0), (1, 1), (2, 2), (5, 5)]);
    }
    let (log, _) = open(&path, &LogConfig::default(), opening(true));
    assert_eq!(log.append(&mut Make::default().batch(), APPEND).unwrap().first_offset, 6);
    log.close(Closing { sync: true }).unwrap();
    assert!(std::fs::metadata(path.join(format!("{:020}.index", 0))).unwrap().len() == 0);
}

/// Who reads sees whole batches in their order, whoever appends, rolls and deletes meanwhile.
#[test]
fn reads_beside_appends() {
    let (_folder, path) = directory();
    let config = LogConfig { retention_bytes: 20_000, file_delete_delay_ms: 0, ..small() };
    let (log, _) = open(&path, &config, opening(false));
    let done = std::sync::atomic::AtomicBool::new(false);
    let ended = &|| done.load(std::sync::atomic::Ordering::SeqCst);
    std::thread::scope(|scope| {
        for max_bytes in [1, 5000] {
            let log = &log;
            scope.spawn(move || {
                let mut next = 0;
                while !ended() || next < log.log_end_offset() {
                    let slice = match log.read(next, max_bytes, UpTo::HighWatermark, true) {
                        Err(ReadError::OffsetOutOfRange { log_start_offset, .. })
                            if log_start_offset > next =>
                        {
                            next = log_start_offset;
                            continue;
                        }
                        slice => slice.unwrap(),
                    };
                    let Some(file) = slice.file else { continue };
                    let mut bytes = vec![0; slice.len];
                    std::os::unix::fs::FileExt::read_exact_at(&*file, &mut bytes, slice.position).unwrap();
                    for raw in crate::codec::records::batches::Batches::new(&bytes) {
                        let batch = crate::codec::records::batch::Batch::new(raw.unwrap().bytes).unwrap();
                        batch.check_crc().unwrap();
                        assert_eq!(batch.base_offset(), next);
                        next = batch.next_offset();
                    }
                }
            });
        }
        for at in 0..3000 {
            log.append(&mut Make { bytes: 100, timestamp: NOW + at, ..Make::default() }.batch(), APPEND)
                .unwrap();
            if at % 50 == 0 {
                log.apply_retention(NOW + at).unwrap();
                log.delete_expired_files(i64::MAX);
                log.flush().unwrap();
            }
        }
        done.store(true, std::sync::atomic::Ordering::SeqCst);
    });
}

/// A later segment had reached the disk, the end of the one before had not. What is left is kept, and the hole said;
/// who cuts the log inside of it finds the same end as the next start.
#[test]
fn a_hole() {
    let (_folder, path) = directory();
    let log = filled(&path, &small(), 6);
    log.roll(NOW).unwrap();
    log.append(&mut Make::default().batch(), APPEND).unwrap();
    log.close(Closing { sync: false }).unwrap();
    let fourth = log.segments()[0].bytes / 6 * 4;
    drop(log);
    let first = path.join("00000000000000000000.log");
    std::fs::File::options().write(true).open(&first).unwrap().set_len(fourth).unwrap();
    let (log, recovery) = open(&path, &small(), opening(false));
    let [note] = &recovery.notes[..] else { panic!("{recovery:?}") };
    assert!(
        note.starts_with("offsets 4 to 5, before ") && note.contains("00000000000000000006.log"),
        "{note}"
    );
    assert_eq!((recovery.cuts.len(), log.log_end_offset()), (0, 7));
    assert_eq!(log.truncate_to(6, NOW).unwrap(), 4);
    log.close(Closing { sync: false }).unwrap();
    let (log, _) = open(&path, &small(), opening(true));
    assert_eq!(log.log_end_offset(), 4);
    assert_eq!(faults(&path), Vec::<String>::new());
}
