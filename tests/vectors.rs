//! Kafka's own bytes against the codec: `testdata/vectors`, or the folder that `KAFKIT_VECTORS`
//! names (same file names and formats).
#![allow(clippy::unwrap_used, clippy::panic)] // A test that cannot go on has failed.

mod common;

use common::{hex, vectors};
use kafkit::codec::api;
use kafkit::codec::dissect::{self, Depth};
use kafkit::codec::finding::{FindingKind, Severity};
use kafkit::codec::frame::{self, HeaderChoice, Layout};
use kafkit::codec::internal;
use kafkit::codec::json::{self, Missing};
use kafkit::codec::messages::{self, MESSAGES, ROUND_TRIPS};
use kafkit::codec::record_types::Family;
use kafkit::codec::schema::{Message, RoundTripError, Struct, Type};
use kafkit::codec::tape::{Tape, synthetic};
use kafkit::codec::wire::{Error, Reader, Writer};
use serde_json::Value;

static BODY: kafkit::codec::schema::Field =
    synthetic("body", Type::Bytes, kafkit::codec::meaning::Meaning::Plain);

fn message_of(vector: &Value) -> (usize, &'static Message, i16) {
    let name = vector["message"].as_str().unwrap();
    let index = MESSAGES.iter().position(|m| m.name == name).unwrap_or_else(|| panic!("no message {name}"));
    (index, MESSAGES[index], vector["version"].as_i64().unwrap() as i16)
}

fn all_messages() -> Vec<Value> {
    let mut all = vectors("messages.ndjson");
    all.extend(vectors("messages-3.9.ndjson"));
    all
}

fn name(vector: &Value) -> String {
    format!("{} v{} {}", vector["message"], vector["version"], vector["case"])
}

/// Dissects a body; the error, the bytes left over.
fn dissect(tape: &mut Tape, bytes: &[u8], message: &'static Message, version: i16) -> Result<usize, Error> {
    tape.clear();
    let mut reader = Reader::new(bytes);
    dissect::message(tape, &mut reader, message, version, &BODY, Depth::FIELDS);
    let found = tape.findings().iter().find(|f| f.severity == Severity::Error);
    let result = reader.finish();
    // The tape's error is the reader's.
    match (found.map(|f| f.kind), result) {
        (Some(FindingKind::Wire(kind)), Err(error)) => assert_eq!(kind, error.kind),
        (None, Ok(_)) => {}
        other => panic!("{other:?}"),
    }
    result
}

#[test]
fn typed_decode_and_encode_give_the_same_bytes() {
    let all = all_messages();
    for vector in &all {
        let (index, _, version) = message_of(vector);
        let bytes = hex(&vector["hex"]);
        assert_eq!(ROUND_TRIPS[index](&bytes, version).as_deref(), Ok(&bytes[..]), "{}", name(vector));
    }
    println!("{} messages", all.len());
}

#[test]
fn bytes_to_json_is_what_kafka_prints() {
    let mut tape = Tape::default();
    let all = all_messages();
    for vector in &all {
        let (_, message, version) = message_of(vector);
        let bytes = hex(&vector["hex"]);
        assert_eq!(dissect(&mut tape, &bytes, message, version), Ok(0), "{}", name(vector));
        let mut text = Vec::new();
        json::message(&tape, &bytes, 0, message.shape, &mut text);
        let ours: Value = serde_json::from_slice(&text).unwrap();
        assert_eq!(ours, vector["json"], "{}", name(vector));
    }
    println!("{} messages", all.len());
}

#[test]
fn json_to_bytes_is_what_kafka_writes() {
    let mut tape = Tape::default();
    let all = all_messages();
    for vector in &all {
        let (_, message, version) = message_of(vector);
        let bytes = hex(&vector["hex"]);
        // Kafka's JSON leaves unknown tags out; they are given apart.
        dissect(&mut tape, &bytes, message, version).unwrap();
        let mut unknown = Vec::new();
        json::unknown_tags(&tape, 0, |node, tag, content| {
            let path = tape.json_path(node);
            unknown.push((
                path.strip_prefix(".body").unwrap().to_owned(),
                tag,
                tape.content(&bytes, &tape.nodes()[content]).to_vec(),
            ));
        });
        let mut writer = Writer::default();
        json::encode(&vector["json"], message, version, Missing::Refuse, &unknown, &mut writer)
            .unwrap_or_else(|error| panic!("{}: {error}", name(vector)));
        assert_eq!(writer.finish().map(::hex::encode), Ok(::hex::encode(&bytes)), "{}", name(vector));
    }
    println!("{} messages", all.len());
}

#[test]
fn every_truncation_fails_at_the_same_byte_in_both_decoders() {
    let mut tape = Tape::default();
    let (mut truncations, mut longest) = (0usize, 0);
    for vector in &all_messages() {
        let (index, message, version) = message_of(vector);
        let bytes = hex(&vector["hex"]);
        longest = longest.max(bytes.len());
        // Of the few long ones every byte near the ends and a sample of the middle.
        let step = |cut: usize| if cut < 300 || bytes.len() - cut < 100 { 1 } else { 1 + bytes.len() / 500 };
        let mut cut = 0;
        while cut < bytes.len() {
            let part = &bytes[..cut];
            let walked = dissect(&mut tape, part, message, version);
            match ROUND_TRIPS[index](part, version) {
                Err(RoundTripError::Read(error)) => {
                    assert_eq!(walked, Err(error), "{} cut at {cut}", name(vector))
                }
                other => panic!("{} cut at {cut}: {other:?}, dissector {walked:?}", name(vector)),
            }
            truncations += 1;
            cut += step(cut);
        }
    }
    println!("{truncations} truncations, the longest message has {longest} bytes");
}

/// Kafka 4.4's verdict on a dissected message: no error, and no version that 4.0 removed.
fn accepted(tape: &Tape) -> bool {
    !tape.findings().iter().any(|finding| {
        finding.severity == Severity::Error || matches!(finding.kind, FindingKind::RemovedVersion { .. })
    })
}

fn describe(tape: &Tape) -> String {
    tape.findings().iter().map(|f| format!("{:?} at {}: {:?}; ", f.severity, f.at, f.kind)).collect()
}

#[test]
fn mutants_get_kafkas_verdict() {
    let mut tape = Tape::default();
    let all = vectors("mutants.ndjson");
    let mut wrong = Vec::new();
    for vector in &all {
        let bytes = hex(&vector["hex"]);
        tape.clear();
        let (_, message, version) = message_of(vector);
        let body = if vector["kind"] == "request-frame" {
            let layout = Layout { size: false, header: HeaderChoice::Usual };
            frame::request(&mut tape, &bytes, 0, layout, None, Depth::FIELDS)
                .body
                .map(|body| (body, api::by_key(i16::from_be_bytes([bytes[0], bytes[1]])).unwrap().request))
        } else {
            frame::bare(&mut tape, &bytes, 0, message, version, Depth::FIELDS).map(|body| (body, message))
        };
        let expected = vector["accepted"].as_bool().unwrap();
        if accepted(&tape) != expected {
            wrong.push(format!(
                "{} {}: Kafka {expected} {}; we {}",
                name(vector),
                vector["kind"],
                vector["error"],
                describe(&tape)
            ));
            continue;
        }
        if let (true, Some((body, message)), Some(_)) = (expected, body, vector["json"].as_object()) {
            let mut text = Vec::new();
            json::message(&tape, &bytes, body, message.shape, &mut text);
            let ours: Value = serde_json::from_slice(&text).unwrap();
            if ours != vector["json"] {
                wrong.push(format!("{}: meaning differs\n  {ours}\n  {}", name(vector), vector["json"]));
            }
        }
        if expected {
            let trailing: usize = tape
                .findings()
                .iter()
                .map(|f| match f.kind {
                    FindingKind::Trailing { bytes } => bytes,
                    _ => 0,
                })
                .sum();
            assert_eq!(Some(trailing as u64), vector["remaining"].as_u64(), "{}", name(vector));
        }
    }
    println!("{} mutants, {} wrong", all.len(), wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.iter().take(30).cloned().collect::<Vec<_>>().join("\n"));
}

#[test]
fn internal_records_get_kafkas_verdict_and_meaning() {
    let mut tape = Tape::default();
    let all = vectors("internal-records.ndjson");
    let mut wrong = Vec::new();
    for vector in &all {
        let key = vector["keyHex"].as_str().map(|key| ::hex::decode(key).unwrap());
        // A key alone has a tombstone's value: null.
        let value =
            vector["valueHex"].as_str().map(|value| ::hex::decode(value).unwrap()).unwrap_or_default();
        let expected = vector["accepted"].as_bool().unwrap_or(true);
        let label = format!("{} {} {}", vector["family"], vector["name"], vector["case"]);
        let (mut good, mut found) = (true, String::new());
        // Key and value are dissected one after the other; each is its own input.
        let mut check = |tape: &Tape, input: &[u8], shape: &'static Struct, json_field: &str| {
            good &= accepted(tape);
            found += &describe(tape);
            if !accepted(tape) || !expected || vector[json_field].is_null() {
                return;
            }
            let body = (0..tape.nodes().len()).find(|&i| tape.nodes()[i].field.name == "body").unwrap();
            let mut text = Vec::new();
            json::message(tape, input, body, shape, &mut text);
            let ours: Value = serde_json::from_slice(&text).unwrap();
            if ours != vector[json_field] {
                wrong.push(format!("{label}: {json_field} differs\n  {ours}\n  {}", vector[json_field]));
            }
        };
        let family = |family| match family {
            "group" => Some(Family::Group),
            "transaction" => Some(Family::Transaction),
            "share" => Some(Family::Share),
            "metadata" => Some(Family::Metadata),
            "remote-log" => Some(Family::RemoteLog),
            _ => None,
        };
        match (family(vector["family"].as_str().unwrap()), &key) {
            (Some(family), Some(key)) => {
                tape.clear();
                let record_type = internal::key(&mut tape, key, 0, family, Depth::ALL);
                check(&tape, key, record_type.and_then(|t| t.key).map_or(&EMPTY, |m| m.shape), "keyJson");
                if let (Some(record_type), false) = (record_type, vector["valueHex"].is_null()) {
                    tape.clear();
                    internal::value(&mut tape, Some(key), &value, 0, family, Depth::ALL);
                    check(&tape, &value, record_type.value.shape, "valueJson");
                }
            }
            (Some(family), None) => {
                tape.clear();
                internal::value(&mut tape, None, &value, 0, family, Depth::ALL);
                let shape = internal::type_of_framed(&value, family).map_or(&EMPTY, |(t, _)| t.value.shape);
                check(&tape, &value, shape, "valueJson");
            }
            (None, _) => {
                let message = messages::by_name(match vector["valueMessage"].as_str() {
                    Some(message) => message,
                    None => vector["name"].as_str().unwrap(),
                })
                .unwrap();
                tape.clear();
                if vector["versionPrefix"].as_bool() == Some(false) {
                    let version = i16::from_be_bytes([value[0], value[1]]);
                    frame::bare(&mut tape, &value, 0, message, version, Depth::ALL);
                } else if vector["family"] == "producer-snapshot" {
                    // The file's version is read apart from its message.
                    internal::version_prefixed(&mut tape, &value, 0, message, false, Depth::ALL);
                } else {
                    internal::version_prefixed(&mut tape, &value, 0, message, true, Depth::ALL);
                }
                check(&tape, &value, message.shape, "valueJson");
            }
        }
        if good != expected {
            wrong.push(format!("{label}: Kafka {expected} {}; we {found}", vector["error"]));
        }
    }
    println!("{} internal records, {} wrong", all.len(), wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.iter().take(30).cloned().collect::<Vec<_>>().join("\n"));
}

static EMPTY: Struct = Struct { name: "", fields: &[], tagged: false };
