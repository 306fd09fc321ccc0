//! The records of the vectors, which Kafka's own classes wrote, read back through segments made of them by
//! the program itself.
#![allow(clippy::unwrap_used, clippy::panic)] // A test that cannot go on has failed.

mod common;

use std::path::Path;
use std::process::Command;

use common::{hex, vectors};
use kafkit::codec::records::batch::Attributes;
use kafkit::codec::records::write::{BatchHeader, BatchWriter, NewRecord};
use serde_json::{Value, json};

fn dump(file: &Path, arguments: &[&str]) -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_kafkit"))
        .args(["dump-log", "--records", "--format", "json", "--show-secrets"])
        .args(arguments)
        .arg(file)
        .output()
        .unwrap();
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)))
}

fn hex_of(value: &Value) -> Value {
    value.as_str().map_or(Value::Null, |text| json!(text))
}

#[test]
fn batches_of_every_kind_one_behind_the_other() {
    let accepted: Vec<Value> = vectors("batches.ndjson")
        .into_iter()
        .filter(|vector| vector["accepted"] == true && vector["bytesLeft"] == 0 && vector["corrupt"] == false)
        .collect();
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("00000000000000000000.log");
    let bytes: Vec<u8> = accepted.iter().flat_map(|vector| hex(&vector["hex"])).collect();
    std::fs::write(&file, bytes).unwrap();
    let dumped = dump(&file, &["--key-format", "hex", "--value-format", "hex"]);
    let ours = dumped["batches"].as_array().unwrap();
    let theirs: Vec<&Value> =
        accepted.iter().flat_map(|vector| vector["batches"].as_array().unwrap()).collect();
    assert_eq!(ours.len(), theirs.len());
    assert!(theirs.len() > 400, "{}", theirs.len());
    for (ours, theirs) in ours.iter().zip(theirs) {
        for name in [
            "magic",
            "lastOffset",
            "compression",
            "producerId",
            "producerEpoch",
            "baseSequence",
            "lastSequence",
            "isTransactional",
            "partitionLeaderEpoch",
            "maxTimestamp",
            "crc",
            "isValid",
            "deleteHorizonMs",
            "timestampType",
        ] {
            assert_eq!(ours[name], theirs[name], "{name} of {theirs}");
        }
        let records = (ours["records"].as_array().unwrap(), theirs["records"].as_array().unwrap());
        assert_eq!(records.0.len(), records.1.len(), "{theirs}");
        for (ours, theirs) in records.0.iter().zip(records.1) {
            assert_eq!(ours["offset"], theirs["offset"]);
            assert_eq!(ours["timestamp"], theirs["timestamp"]);
            if ours.get("type").is_none() {
                assert_eq!(ours["key"], hex_of(&theirs["keyHex"]), "{theirs}");
                assert_eq!(ours["value"], hex_of(&theirs["valueHex"]), "{theirs}");
            }
            let headers = theirs["headers"].as_array().unwrap().len();
            assert_eq!(ours["headers"].as_array().map_or(0, Vec::len), headers, "{theirs}");
        }
    }
}

#[test]
fn internal_records_of_every_type_and_version() {
    let all = vectors("internal-records.ndjson");
    let mut compared = 0;
    for (family, log) in [
        ("group", "group"),
        ("transaction", "transaction"),
        ("share", "share"),
        ("metadata", "metadata"),
        ("remote-log", "remote-log"),
    ] {
        let cases: Vec<&Value> =
            all.iter().filter(|vector| vector["family"] == family && vector["accepted"] != false).collect();
        let mut writer =
            BatchWriter::new(BatchHeader { attributes: Attributes::default(), ..BatchHeader::default() });
        for (number, vector) in cases.iter().enumerate() {
            let part = |name: &str| vector[name].as_str().map(|text| ::hex::decode(text).unwrap());
            let (key, value) = (part("keyHex"), part("valueHex"));
            writer.push(&NewRecord {
                offset_delta: number as i32,
                key: key.as_deref(),
                value: value.as_deref(),
                ..NewRecord::default()
            });
        }
        let mut bytes = Vec::new();
        writer.finish(&mut bytes).unwrap();
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("00000000000000000000.log");
        std::fs::write(&file, bytes).unwrap();
        let dumped = dump(&file, &["--log", log]);
        let records = dumped["batches"][0]["records"].as_array().unwrap();
        assert_eq!(records.len(), cases.len());
        for (record, vector) in records.iter().zip(cases) {
            // Of a few mutants only whether Kafka takes them is known, not what it reads.
            if vector["corrupt"] == true {
                continue;
            }
            for (name, theirs) in [("key", "keyJson"), ("value", "valueJson")] {
                if !vector[theirs].is_null() {
                    assert_eq!(record[name], vector[theirs], "{vector}");
                    compared += 1;
                }
            }
            assert_eq!(record.get("problem"), None, "{vector}");
        }
    }
    assert!(compared > 1000, "{compared}");
}
