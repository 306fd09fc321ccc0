//! Appends, reads and producers, by hand.

use super::kit::*;
use crate::log::write::*;

fn code(result: Result<Appended, AppendError>) -> i16 {
    result.map_or_else(|error| error.code(), |_| 0)
}

#[test]
fn offsets_rolls_and_a_restart() {
    let (_folder, path) = directory();
    let (log, recovery) = open(&path, &small(), opening(false));
    assert_eq!((recovery, log.log_end_offset()), (Recovery::default(), 0));
    let mut next = 0;
    for round in 0..100 {
        let records = 1 + round % 5;
        let mut bytes = Make { records, timestamp: NOW + i64::from(round), ..Make::default() }.batch();
        let appended = log.append(&mut bytes, Append { leader_epoch: 3, ..APPEND }).unwrap();
        assert_eq!((appended.first_offset, appended.last_offset), (next, next + i64::from(records) - 1));
        assert_eq!((header(&bytes).base_offset(), header(&bytes).partition_leader_epoch()), (next, 3));
        next = appended.last_offset + 1;
        assert_eq!(log.high_watermark(), next);
    }
    assert!(log.segments().len() > 3);
    for max_bytes in [1, 100, 700, 1 << 20] {
        for from in [0, 1, 17, next - 1, next] {
            let all = read_all(&log, from, max_bytes, UpTo::HighWatermark);
            assert_eq!(all.last().map_or(from, |last| last.1 + 1), next);
        }
    }
    assert_eq!(log.read(next + 1, 1, UpTo::LogEnd, true).unwrap_err().code(), 1);
    assert_eq!(log.read(-1, 1, UpTo::LogEnd, true).unwrap_err().code(), 1);
    let middle = log.offset_for_timestamp(NOW + 50).unwrap().unwrap();
    assert_eq!((middle.timestamp, middle.leader_epoch), (NOW + 50, Some(3)));
    assert_eq!(log.offset_for_timestamp(NOW + 100).unwrap(), None);
    assert_eq!(log.latest_by_max_timestamp().unwrap().unwrap().timestamp, NOW + 99);
    log.close(Closing { sync: true }).unwrap();
    assert_eq!((log.recovery_point(), faults(&path)), (next, vec![]));
    let before = read_all(&log, 0, 500, UpTo::LogEnd);
    drop(log);
    for clean in [true, false] {
        let (log, recovery) = open(&path, &small(), opening(clean));
        assert_eq!((log.log_end_offset(), recovery.cuts.len()), (next, 0));
        assert_eq!(recovery.segments > 0, !clean);
        assert_eq!(read_all(&log, 0, 500, UpTo::LogEnd), before);
        assert_eq!(log.offset_for_timestamp(NOW + 50).unwrap().unwrap(), middle);
        assert_eq!(log.epochs().len(), 1);
        log.close(Closing { sync: false }).unwrap();
        assert_eq!(faults(&path), Vec::<String>::new());
    }
    let (log, _) = open(&path, &small(), opening(true));
    log.append(&mut Make::default().batch(), Append { leader_epoch: 4, ..APPEND }).unwrap();
    assert_eq!(
        (log.epochs().len(), log.end_offset_for_epoch(3), log.end_offset_for_epoch(9)),
        (2, (3, next), (-1, -1))
    );
    assert_eq!(read_all(&log, 0, 5000, UpTo::LogEnd).len(), before.len() + 1);
    log.close(Closing { sync: true }).unwrap();
    assert_eq!(faults(&path), Vec::<String>::new());
}

#[test]
fn idempotent_producers() {
    let (_folder, path) = directory();
    let (log, _) = open(&path, &small(), opening(false));
    let send = |id, epoch, sequence, records| {
        let producer = Some((id, epoch, sequence));
        log.append(&mut Make { records, producer, ..Make::default() }.batch(), APPEND)
    };
    // Producer 0 of epoch 0 is one like any other.
    assert_eq!(send(0, 0, 0, 3).unwrap().first_offset, 0);
    assert_eq!(send(0, 0, 3, 2).unwrap().first_offset, 3);
    let again = send(0, 0, 0, 3).unwrap();
    assert_eq!((again.first_offset, again.last_offset, again.duplicate), (0, 2, true));
    assert_eq!(code(send(0, 0, 6, 1)), 45);
    assert_eq!(code(send(0, 0, 4, 1)), 45);
    for sequence in 5..10 {
        assert!(!send(0, 0, sequence, 1).unwrap().duplicate);
    }
    // The first batch is not among the last five any more.
    assert_eq!(code(send(0, 0, 0, 3)), 45);
    assert_eq!(code(send(0, 1, 1, 1)), 45);
    assert_eq!(code(send(0, 1, 0, 1)), 0);
    assert_eq!(code(send(0, 0, 10, 1)), 47);
    // Nobody knows it, so it may begin anywhere; and numbers go round.
    assert_eq!(code(send(9, 4, i32::MAX - 1, 2)), 0);
    assert_eq!(code(send(9, 4, 0, 2)), 0);
    assert!(send(9, 4, i32::MAX - 1, 2).unwrap().duplicate);
    assert_eq!(code(send(10, 0, i32::MAX, 3)), 0);
    assert!(send(10, 0, i32::MAX, 3).unwrap().duplicate);
    assert_eq!(code(send(10, 0, 2, 1)), 0);
    let (end, producers) = (log.log_end_offset(), log.producers());
    log.close(Closing { sync: true }).unwrap();
    for clean in [true, false] {
        let (log, _) = open(&path, &small(), opening(clean));
        assert_eq!((log.log_end_offset(), log.producers()), (end, producers.clone()));
        let mut last = Make { producer: Some((10, 0, 2)), ..Make::default() }.batch();
        assert!(log.append(&mut last, APPEND).unwrap().duplicate);
    }
    assert_eq!(faults(&path), Vec::<String>::new());
}

#[test]
fn transactions() {
    let (_folder, path) = directory();
    let (log, _) = open(&path, &small(), opening(false));
    let data = |id, sequence| {
        let mut bytes =
            Make { producer: Some((id, 0, sequence)), transactional: true, ..Make::default() }.batch();
        log.append(&mut bytes, APPEND)
    };
    let end = |id, epoch, commit| {
        let mut bytes = Make { producer: Some((id, epoch, -1)), ..Make::default() }.marker(commit);
        log.append(&mut bytes, Append { origin: Origin::Coordinator, ..APPEND })
    };
    assert_eq!((data(1, 0).unwrap().first_offset, data(2, 0).unwrap().first_offset), (0, 1));
    assert_eq!((log.last_stable_offset(), log.high_watermark()), (0, 2));
    let mut outside = Make { producer: Some((1, 0, 1)), ..Make::default() }.batch();
    assert_eq!(code(log.append(&mut outside, APPEND)), 48);
    assert_eq!(end(1, 0, false).unwrap().first_offset, 2);
    assert_eq!(log.last_stable_offset(), 1);
    assert_eq!(data(1, 1).unwrap().first_offset, 3);
    assert_eq!(end(2, 0, true).unwrap().first_offset, 4);
    assert_eq!(log.last_stable_offset(), 3);
    let committed = log.read(0, 1 << 20, UpTo::LastStable, true).unwrap();
    assert_eq!(committed.aborted.len(), 1);
    let aborted = committed.aborted.first().unwrap();
    assert_eq!((aborted.producer_id, aborted.first_offset, aborted.last_offset), (1, 0, 2));
    assert_eq!(aborted.last_stable_offset, 1);
    assert_eq!(read_all(&log, 0, 1 << 20, UpTo::LastStable).last(), Some(&(2, 2)));
    assert_eq!(code(end(1, -1, true)), 47);
    log.close(Closing { sync: true }).unwrap();
    assert_eq!(faults(&path), Vec::<String>::new());
    for clean in [true, false] {
        let (log, _) = open(&path, &small(), opening(clean));
        assert_eq!((log.last_stable_offset(), log.high_watermark()), (3, 5));
        assert_eq!(log.read(0, 1 << 20, UpTo::LastStable, true).unwrap().aborted, committed.aborted);
    }
}

#[test]
fn given_offsets() {
    let (_folder, path) = directory();
    let (log, _) = open(&path, &small(), opening(false));
    for base_offset in [1, 2, 7] {
        log.append_given(&Make { base_offset, ..Make::default() }.batch(), APPEND).unwrap();
    }
    assert_eq!(code(log.append_given(&Make { base_offset: 7, ..Make::default() }.batch(), APPEND)), 87);
    assert_eq!(read_all(&log, 0, 1, UpTo::LogEnd), [(1, 1), (2, 2), (7, 7)]);
    log.close(Closing { sync: false }).unwrap();
    for clean in [true, false] {
        let (log, recovery) = open(&path, &small(), opening(clean));
        assert_eq!((log.log_end_offset(), recovery.cuts.len()), (8, 0));
    }
}

#[test]
fn what_is_no_batch() {
    let (_folder, path) = directory();
    let (log, _) = open(&path, &small(), opening(false));
    let whole = Make::default().batch();
    for bytes in [&[][..], &[1, 2, 3], whole.get(..40).unwrap(), whole.get(..whole.len() - 1).unwrap()] {
        assert_eq!(code(log.append(&mut bytes.to_vec(), APPEND)), 2);
    }
    assert_eq!(code(log.append(&mut Make { bytes: 2000, ..Make::default() }.batch(), APPEND)), 18);
    assert_eq!(log.log_end_offset(), 0);
}
