//! What a broker leaves behind in the order of things is no finding: small partitions, made here.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::Path;

use base64::Engine;
use kafkit::codec::records::write::{BatchHeader, BatchWriter, NewRecord};
use kafkit::encode::{self, Options as Encoding};
use kafkit::log::finding::Finding;
use kafkit::log::producer_snapshot;
use kafkit::log::verify::{self, Options};

fn found(path: &Path) -> Vec<Finding> {
    let mut findings = Vec::new();
    verify::partition(path, &Options::default(), &mut |finding| findings.push(finding)).unwrap();
    findings
}

fn codes(path: &Path) -> Vec<&'static str> {
    found(path).iter().map(|finding| finding.code).collect()
}

/// A segment from this offset on, with indexes that have no entries yet. `greatest` is its greatest timestamp and the offset,
/// less that, of the first message that has it.
fn write(directory: &Path, base: i64, log: &[u8], greatest: (i64, i32)) {
    let mut entry = greatest.0.to_be_bytes().to_vec();
    entry.extend(greatest.1.to_be_bytes());
    for (extension, content) in [("log", log), ("index", &[]), ("timeindex", &entry)] {
        std::fs::write(directory.join(format!("{base:020}.{extension}")), content).unwrap();
    }
}

/// An entry of a message set of magic 1: a message without a key, whose value is `v`.
fn message(offset: i64) -> Vec<u8> {
    let mut body = vec![1, 0];
    body.extend(1_795_225_391_000_i64.to_be_bytes());
    body.extend((-1_i32).to_be_bytes());
    body.extend(1_i32.to_be_bytes());
    body.push(b'v');
    let mut entry = offset.to_be_bytes().to_vec();
    entry.extend(i32::try_from(4 + body.len()).unwrap().to_be_bytes());
    entry.extend(crc32fast::hash(&body).to_be_bytes());
    entry.extend(body);
    entry
}

/// A segment of messages from this offset on, and a snapshot.
fn segment(directory: &Path, base: i64, messages: i64) {
    let log: Vec<u8> = (base..base + messages).flat_map(message).collect();
    write(directory, base, &log, (1_795_225_391_000, 0));
    let snapshot = directory.join(format!("{base:020}.snapshot"));
    std::fs::write(snapshot, producer_snapshot::write(&[])).unwrap();
}

#[test]
fn snapshots_beside_messages_of_old_formats() {
    let root = tempfile::tempdir().unwrap();
    let partition = root.path().join("orders-0");
    std::fs::create_dir(&partition).unwrap();
    segment(&partition, 0, 3);
    segment(&partition, 3, 2);
    assert_eq!(found(&partition), []);
    // One behind the end is told as ever.
    std::fs::write(partition.join("00000000000000000009.snapshot"), producer_snapshot::write(&[])).unwrap();
    assert_eq!(codes(&partition), ["snapshot-beyond"]);
}

#[test]
fn an_empty_segment_has_no_indexes_yet() {
    let root = tempfile::tempdir().unwrap();
    let partition = root.path().join("orders-0");
    std::fs::create_dir(&partition).unwrap();
    segment(&partition, 0, 3);
    std::fs::write(partition.join("00000000000000000003.log"), []).unwrap();
    assert_eq!(found(&partition), []);
    std::fs::remove_file(partition.join("00000000000000000000.index")).unwrap();
    assert_eq!(codes(&partition), ["index-missing"]);
}

#[test]
fn timestamps_that_wrap_round() {
    let root = tempfile::tempdir().unwrap();
    let partition = root.path().join("orders-0");
    std::fs::create_dir(&partition).unwrap();
    // No time, and the last there is: their distance is beyond 64 bits.
    let mut writer = BatchWriter::new(BatchHeader { base_timestamp: -1, ..BatchHeader::default() });
    for (offset_delta, timestamp) in [(0, -1_i64), (1, i64::MAX), (2, 1_795_225_391_000)] {
        let timestamp_delta = timestamp.wrapping_add(1);
        writer.push(&NewRecord { offset_delta, timestamp_delta, ..NewRecord::default() });
    }
    let mut log = Vec::new();
    writer.finish(&mut log).unwrap();
    write(&partition, 0, &log, (i64::MAX, 2));
    assert_eq!(found(&partition), []);
}

/// The value of a group with one consumer, who has put these bytes into it.
fn group(subscription: &[u8], assignment: &[u8]) -> Vec<u8> {
    let base64 = |bytes: &[u8]| base64::engine::general_purpose::STANDARD.encode(bytes);
    let json = serde_json::json!({
        "kind": "record-value", "family": "group", "message": "GroupMetadataValue", "version": 3,
        "body": {
            "protocolType": "consumer", "generation": 1, "protocol": "range", "leader": "m",
            "currentStateTimestamp": 1_795_225_391_000_i64,
            "members": [{
                "memberId": "m", "groupInstanceId": null, "clientId": "c", "clientHost": "/127.0.0.1",
                "rebalanceTimeout": 60_000, "sessionTimeout": 10_000,
                "subscription": base64(subscription), "assignment": base64(assignment),
            }],
        },
    });
    let mut value = Vec::new();
    encode::encode(&json, &Encoding::default(), &mut value).unwrap();
    value
}

#[test]
fn what_clients_put_into_a_group_is_theirs() {
    let cut = group(b"\0\0\0\0\0\0\xff\xff\xff\xff", b"");
    for (value, expected) in [
        (group(&[0xff; 7], &[b'x'; 40]), &[] as &[&str]),
        // kafka-go: version 1 that ends where version 0 does.
        (group(b"\0\x01\0\0\0\x01\0\x01t\xff\xff\xff\xff", b""), &[]),
        // The record around them is the coordinator's.
        (cut[..cut.len() - 1].to_vec(), &["record-undecodable"]),
        (b"\0\x63".to_vec(), &["record-undecodable"]),
    ] {
        let root = tempfile::tempdir().unwrap();
        let partition = root.path().join("__consumer_offsets-0");
        std::fs::create_dir(&partition).unwrap();
        let base_timestamp = 1_795_225_391_000;
        let mut writer = BatchWriter::new(BatchHeader { base_timestamp, ..BatchHeader::default() });
        let (key, value) = (Some(&b"\0\x02\0\x01g"[..]), Some(value.as_slice()));
        writer.push(&NewRecord { key, value, ..NewRecord::default() });
        let mut log = Vec::new();
        writer.finish(&mut log).unwrap();
        write(&partition, 0, &log, (base_timestamp, 0));
        assert_eq!(codes(&partition), expected);
    }
}
