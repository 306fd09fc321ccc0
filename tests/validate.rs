//! What the broker makes of produced records against what Kafka's own log made of them: the cases of
//! `testdata/vectors/validate.ndjson.zst`, or of the file that `KAFKIT_VALIDATE` names. They were made by
//! `tests/interop/log-validator/run`, which makes more of them with any other seed.
#![allow(clippy::unwrap_used, clippy::panic)] // A test that cannot go on has failed.

mod common;

use common::hex;
use kafkit::codec::error_codes::{self, codes};
use kafkit::codec::records::batch::{ATTRIBUTES_AT, Attributes, Batch, HEADER_BYTES, TimestampType};
use kafkit::codec::records::compression::Codec;
use kafkit::codec::records::write::{BatchHeader, BatchWriter, NewRecord};
use kafkit::log::validate::{Reason, Refused, Room, Rules, Target, validate};
use serde_json::{Value, json};
use twox_hash::XxHash32;

/// The clock of the cases.
const NOW_MS: i64 = 1_795_225_391_000;
const UNPACKED_MAX: usize = 64 << 20;

fn cases() -> Vec<Value> {
    let text = match std::env::var_os("KAFKIT_VALIDATE") {
        Some(path) => std::fs::read_to_string(path).unwrap(),
        None => common::packed("vectors/validate.ndjson"),
    };
    let cases: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(!cases.is_empty());
    cases
}

fn rules(case: &Value) -> Rules {
    let rules = &case["rules"];
    let target = match rules["compression.type"].as_str().unwrap() {
        "producer" => Target::Producer,
        "uncompressed" => Target::To(Codec::None, None),
        name => Target::To(Codec::ALL.into_iter().find(|codec| codec.name() == name).unwrap(), None),
    };
    let log_append = rules["message.timestamp.type"] == "LogAppendTime";
    Rules {
        max_message_bytes: rules["max.message.bytes"].as_u64().unwrap() as usize,
        timestamp_type: if log_append { TimestampType::LogAppend } else { TimestampType::Create },
        timestamp_before_max_ms: rules["message.timestamp.before.max.ms"].as_i64().unwrap(),
        timestamp_after_max_ms: rules["message.timestamp.after.max.ms"].as_i64().unwrap(),
        target,
        compacted: rules["cleanup.policy"] == "compact",
        check_records: true,
        produce_version: case["version"].as_i64().unwrap() as i16,
        decompressed_bytes_max: UNPACKED_MAX,
    }
}

/// What was appended, as the cases tell it.
fn appended(bytes: &[u8]) -> Value {
    let batch = Batch::new(bytes).unwrap();
    batch.check_crc().unwrap();
    let mut digest = crc32fast::Hasher::new();
    let mut scratch = Vec::new();
    for record in batch.records(UNPACKED_MAX, &mut scratch).unwrap() {
        let record = record.unwrap();
        let hex = |bytes: Option<&[u8]>| bytes.map_or("-".to_owned(), ::hex::encode);
        let mut text = format!(
            "{}|{}|{}|{}",
            record.offset - batch.base_offset(),
            record.timestamp,
            hex(record.key),
            hex(record.value)
        );
        for (key, value) in record.headers {
            text.push_str(&format!("|{}={}", String::from_utf8_lossy(key), hex(value)));
        }
        text.push(';');
        digest.update(text.as_bytes());
    }
    json!({
        "bytes": bytes.len(), "crc": batch.stored_crc(), "attributes": batch.attributes().0,
        "max_timestamp": batch.max_timestamp(), "count": batch.count(),
        "last_offset_delta": batch.last_offset_delta(), "digest": digest.finalize(),
    })
}

/// Why this may refuse what Kafka takes, or what makes it answer with its unknown error.
fn is_stricter(refused: &Refused, case: &Value) -> bool {
    match refused.reason {
        // Of a batch shorter than its header Kafka goes by what bytes happen to follow.
        Reason::Offset { .. } | Reason::ProducerId { .. } | Reason::Short { .. } => true,
        // Kafka passes over keys and values of packed records: it takes some that cannot be read again, and of others it
        // names another fault.
        Reason::Records(_) => {
            let unreadable = case["appended"].is_object() && case["appended"]["digest"].is_null();
            unreadable || case["records"].is_array()
        }
        // Another encoder packs to a few bytes more.
        Reason::TooLarge { codec, .. } => codec.is_some(),
        _ => false,
    }
}

/// A client that claims log append time. Where Kafka packs its batch anew, it takes the claim for the records' own
/// timestamps; where it does not, they keep theirs, as always here.
fn claims_log_append(bytes: &[u8]) -> bool {
    Batch::new(bytes).is_ok_and(|batch| batch.attributes().timestamp_type() == TimestampType::LogAppend)
}

#[test]
fn every_record_read_gives_kafkas_verdict() {
    let (mut room, mut taken, mut refusals, mut stricter, mut unknown) = (Room::default(), 0, 0, 0, 0);
    for case in cases() {
        let mut bytes = hex(&case["hex"]);
        let source = bytes.get(22).map(|low| low & 7);
        let claims = claims_log_append(&bytes);
        let result = validate(&mut bytes, &rules(&case), NOW_MS, &mut room);
        match (&case["error"], result) {
            (Value::Null, Ok(batch)) => {
                let mut expected = case["appended"].clone();
                let in_place = source == Some(batch.codec.id());
                assert_eq!(batch.rewritten, !in_place, "{case}");
                let mut found = appended(batch.place(4711, 7));
                if !in_place {
                    // Another encoder has packed it.
                    for member in ["bytes", "crc", "digest"].into_iter().take(if claims { 3 } else { 2 }) {
                        found[member] = Value::Null;
                        expected[member] = Value::Null;
                    }
                }
                assert_eq!(found, expected, "{case}");
                taken += 1;
            }
            (Value::Null, Err(refused)) => {
                assert!(is_stricter(&refused, &case), "{refused:?}: {case}");
                stricter += 1;
            }
            // This encoder packs to a few bytes less.
            (error, Ok(batch)) if error == "MESSAGE_TOO_LARGE" && batch.rewritten => {}
            // What its validator lets pass (timestamps below -1) its encoder trips over.
            (error, Ok(batch)) if error == "UNKNOWN_SERVER_ERROR" && batch.rewritten => unknown += 1,
            (error, Ok(_)) => panic!("Kafka says {error}: {case}"),
            (error, Err(_)) if error == "UNKNOWN_SERVER_ERROR" => unknown += 1,
            (error, Err(refused)) => {
                let name = error_codes::by_code(refused.code()).unwrap().name;
                if is_stricter(&refused, &case) {
                    stricter += 1;
                    continue;
                }
                assert_eq!(name, error, "{refused}: {case}");
                let named: Vec<i32> = refused.record_errors.iter().map(|error| error.batch_index).collect();
                let expected = case.get("records").cloned().unwrap_or(json!([]));
                assert_eq!(json!(named), expected, "{refused}: {case}");
                assert!(!refused.to_string().is_empty());
                refusals += 1;
            }
        }
    }
    println!("{taken} taken, {refusals} refused, {stricter} stricter, {unknown} of Kafka's unknown errors");
}

#[test]
fn the_header_alone_refuses_nothing_that_kafka_takes() {
    let (mut room, mut same, mut unread) = (Room::default(), 0, 0);
    for case in cases() {
        let mut bytes = hex(&case["hex"]);
        let rules = Rules { check_records: false, ..rules(&case) };
        let result = validate(&mut bytes, &rules, NOW_MS, &mut room);
        match (&case["error"], result) {
            (Value::Null, Ok(batch)) if !batch.rewritten => {
                let bytes = batch.place(4711, 7);
                // But for a greatest timestamp that is not looked for.
                let found = json!([Batch::new(bytes).unwrap().stored_crc(), bytes.len()]);
                let expected = json!([case["appended"]["crc"], case["appended"]["bytes"]]);
                if found == expected { same += 1 } else { unread += 1 }
            }
            (Value::Null, Ok(_)) => same += 1,
            (Value::Null, Err(refused)) => assert!(is_stricter(&refused, &case), "{refused:?}: {case}"),
            (_, Ok(_)) => unread += 1,
            (_, Err(_)) => same += 1,
        }
    }
    println!("{same} the same, {unread} otherwise since records were not read");
    assert!(unread * 20 < same);
}

/// Some clients' libraries write streams that Kafka does not read: kafkajs with lz4js makes blocks that depend on each other.
#[test]
fn a_stream_that_kafka_cannot_begin_is_refused_unread() {
    let batch_of = |codec| {
        let mut writer =
            BatchWriter::new(BatchHeader { attributes: Attributes::of(codec), ..BatchHeader::default() });
        writer.push(&NewRecord { value: Some(&b"x".repeat(2000)), ..NewRecord::default() });
        let mut bytes = Vec::new();
        writer.finish(&mut bytes).unwrap();
        bytes
    };
    let sealed = |mut bytes: Vec<u8>| {
        let crc = crc32c::crc32c(&bytes[ATTRIBUTES_AT..]);
        bytes[ATTRIBUTES_AT - 4..ATTRIBUTES_AT].copy_from_slice(&crc.to_be_bytes());
        bytes
    };
    let judged = |mut bytes: Vec<u8>| {
        validate(&mut bytes, &Rules::default(), NOW_MS, &mut Room::default())
            .map(drop)
            .map_err(|refused| refused.code())
    };
    for codec in Codec::ALL {
        assert_eq!(judged(batch_of(codec)), Ok(()), "{}", codec.name());
    }
    let mut dependent = batch_of(Codec::Lz4);
    dependent[HEADER_BYTES + 4] &= !(1 << 5);
    // The frame's own checksum is right, too.
    dependent[HEADER_BYTES + 6] =
        (XxHash32::oneshot(0, &dependent[HEADER_BYTES + 4..HEADER_BYTES + 6]) >> 8) as u8;
    assert_eq!(judged(sealed(dependent)), Err(codes::INVALID_RECORD));
    for codec in [Codec::Gzip, Codec::Lz4, Codec::Zstd] {
        let mut other = batch_of(codec);
        other[HEADER_BYTES..HEADER_BYTES + 4].copy_from_slice(b"nope");
        assert_eq!(judged(sealed(other)), Err(codes::INVALID_RECORD), "{}", codec.name());
    }
}
