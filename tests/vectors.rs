//! Kafka's own bytes against the codec: `testdata/vectors`, or the folder that `KAFKIT_VECTORS`
//! names (same file names and formats).

mod common;

use common::{hex, vectors};
use kafkit::codec::dissect::{self, Depth};
use kafkit::codec::finding::{FindingKind, Severity};
use kafkit::codec::json::{self, Missing};
use kafkit::codec::messages::{MESSAGES, ROUND_TRIPS};
use kafkit::codec::schema::{Message, RoundTripError, Type};
use kafkit::codec::tape::{Tape, synthetic};
use kafkit::codec::wire::{Error, Reader, Writer};
use serde_json::Value;

static BODY: kafkit::codec::schema::Field = synthetic("body", Type::Bytes, kafkit::codec::meaning::Meaning::Plain);

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
        json::unknown_tags(&tape, &bytes, 0, |node, tag, content| {
            let path = tape.json_path(node);
            unknown.push((path.strip_prefix(".body").unwrap().to_owned(), tag, content.to_vec()));
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
                Err(RoundTripError::Read(error)) => assert_eq!(walked, Err(error), "{} cut at {cut}", name(vector)),
                other => panic!("{} cut at {cut}: {other:?}, dissector {walked:?}", name(vector)),
            }
            truncations += 1;
            cut += step(cut);
        }
    }
    println!("{truncations} truncations, the longest message has {longest} bytes");
}
