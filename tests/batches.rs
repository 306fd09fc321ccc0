//! Record batches and message sets against what Apache Kafka 4.4 said of the same bytes: the cases of
//! `batches.ndjson`, from the folder `KAFKIT_VECTORS` or from testdata.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::collections::BTreeMap;

use common::{hex, vectors};
use kafkit::codec::dissect::Depth;
use kafkit::codec::finding::{Finding, FindingKind, Severity};
use kafkit::codec::records::RecordsError;
use kafkit::codec::records::batch::{Batch, TimestampType};
use kafkit::codec::records::batches::{AnyBatch, Batches, RawBatch};
use kafkit::codec::records::compression::{
    Codec, CompressionError, DECOMPRESSED_BYTES_MAX, compress, decompress,
};
use kafkit::codec::records::dissect;
use kafkit::codec::records::record::Record;
use kafkit::codec::records::write::{BatchHeader, BatchWriter, NewRecord};
use kafkit::codec::tape::{Shape, Tape};
use serde_json::{Map, Value, json};

/// Cases in which this library deliberately judges otherwise than Kafka, with the reason.
const DIFFERENCES: &[(&str, &str)] = &[];

/// Where Kafka stopped first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Batches,
    Fields,
    EnsureValid,
    Records,
}

impl Stage {
    fn name(self) -> &'static str {
        match self {
            Self::Batches => "batches",
            Self::Fields => "fields",
            Self::EnsureValid => "ensureValid",
            Self::Records => "records",
        }
    }
}

/// What the typed readers make of the bytes, in the form of the vectors.
struct Judged {
    stage: Option<(Stage, String)>,
    left: usize,
    batches: Vec<Value>,
}

fn judge(bytes: &[u8], scratch: &mut Vec<u8>) -> Judged {
    let mut judged = Judged { stage: None, left: 0, batches: Vec::new() };
    let mut batches = Batches::new(bytes);
    for batch in batches.by_ref() {
        match batch {
            Ok(batch) => {
                let (value, stage) = judge_batch(&batch, scratch);
                judged.batches.push(value);
                judged.stage = judged.stage.take().or(stage);
            }
            Err(error) => {
                // Kafka's answers come from going over all batches first, and then over each.
                judged.stage = Some((Stage::Batches, format!("{error:?}")));
            }
        }
    }
    judged.left = batches.left();
    judged
}

fn judge_batch(raw: &RawBatch<'_>, scratch: &mut Vec<u8>) -> (Value, Option<(Stage, String)>) {
    let mut value = json!({ "magic": raw.magic, "sizeInBytes": raw.bytes.len() });
    let view = match raw.view() {
        Ok(view) => view,
        Err(error) => return (value, Some((Stage::Fields, format!("{error:?}")))),
    };
    let mut stage = None;
    let mut note = |at: Stage, error: &dyn std::fmt::Debug| {
        stage.get_or_insert((at, format!("{error:?}")));
    };
    let fields = value.as_object_mut().unwrap();
    match view {
        AnyBatch::Batch(batch) => {
            if let Err(error) = batch.codec() {
                note(Stage::Fields, &error);
            }
            batch_fields(&batch, fields);
            if let Err(error) = batch.check_crc() {
                note(Stage::EnsureValid, &error);
            }
            let mut records = Vec::new();
            match batch.records(DECOMPRESSED_BYTES_MAX, scratch) {
                Ok(all) => {
                    for record in all {
                        let judged = record.and_then(|record| {
                            let control = batch.check_control(&record)?;
                            records.push(record_value(&record));
                            if batch.attributes().is_control() {
                                let name = control.map(|key| {
                                    key.record_type().map_or("UNKNOWN", |record_type| record_type.name)
                                });
                                records.last_mut().unwrap()["controlType"] = json!(name);
                            }
                            Ok(())
                        });
                        if let Err(error) = judged {
                            note(Stage::Records, &error);
                            break;
                        }
                    }
                }
                Err(error) => note(Stage::Records, &error),
            }
            fields.insert("records".into(), Value::Array(records));
        }
        AnyBatch::Message(message) => {
            let time = message.timestamp_type();
            let crc_ok = message.check_crc();
            let mut scratch_inner = Vec::new();
            let messages = message.messages(DECOMPRESSED_BYTES_MAX, &mut scratch_inner);
            let mut set = |name: &str, value: Value| fields.insert(name.into(), value);
            set("lastOffset", json!(message.offset()));
            set("nextOffset", json!(message.offset().wrapping_add(1)));
            set("compression", json!(message.codec().map(Codec::name).ok()));
            set("timestampType", json!(time_name(time)));
            for (name, value) in [("producerId", -1), ("producerEpoch", -1), ("baseSequence", -1)] {
                set(name, json!(value));
            }
            set("lastSequence", json!(-1));
            set("partitionLeaderEpoch", json!(-1));
            set("isTransactional", json!(false));
            set("isControlBatch", json!(false));
            set("deleteHorizonMs", Value::Null);
            set("maxTimestamp", json!(message.timestamp()));
            set("crc", json!(message.stored_crc()));
            set("isValid", json!(crc_ok.is_ok()));
            set("count", Value::Null);
            let mut records = Vec::new();
            match messages {
                Ok(messages) => {
                    if let Err(error) = crc_ok {
                        note(Stage::EnsureValid, &error);
                    }
                    set("baseOffset", json!(messages.base_offset()));
                    for message in messages {
                        match message {
                            Ok(message) => {
                                records.push(json!({
                                    "offset": message.offset,
                                    "timestamp": message.timestamp,
                                    "keyHex": message.key.map(::hex::encode),
                                    "valueHex": message.value.map(::hex::encode),
                                    "headers": [],
                                }));
                            }
                            Err(error) => note(Stage::Records, &error),
                        }
                    }
                }
                Err(error) => note(Stage::Fields, &error),
            }
            set("records", Value::Array(records));
        }
    }
    (value, stage)
}

fn time_name(time: TimestampType) -> &'static str {
    match time {
        TimestampType::None => "NoTimestampType",
        TimestampType::Create => "CreateTime",
        TimestampType::LogAppend => "LogAppendTime",
    }
}

fn batch_fields(batch: &Batch<'_>, fields: &mut Map<String, Value>) {
    let attributes = batch.attributes();
    let mut set = |name: &str, value: Value| fields.insert(name.into(), value);
    set("baseOffset", json!(batch.base_offset()));
    set("lastOffset", json!(batch.last_offset()));
    set("nextOffset", json!(batch.next_offset()));
    set("compression", json!(attributes.codec().map(Codec::name).ok()));
    set("timestampType", json!(time_name(attributes.timestamp_type())));
    set("producerId", json!(batch.producer_id()));
    set("producerEpoch", json!(batch.producer_epoch()));
    set("baseSequence", json!(batch.base_sequence()));
    set("lastSequence", json!(batch.last_sequence()));
    set("isTransactional", json!(attributes.is_transactional()));
    set("isControlBatch", json!(attributes.is_control()));
    set("deleteHorizonMs", json!(batch.delete_horizon()));
    set("partitionLeaderEpoch", json!(batch.partition_leader_epoch()));
    set("baseTimestamp", json!(batch.base_timestamp()));
    set("maxTimestamp", json!(batch.max_timestamp()));
    set("crc", json!(batch.stored_crc()));
    set("isValid", json!(batch.check_crc().is_ok()));
    set("count", json!(batch.count()));
}

fn record_value(record: &Record<'_>) -> Value {
    let headers: Vec<Value> = record
        .headers
        .map(|(key, value)| json!([String::from_utf8_lossy(key), value.map(::hex::encode)]))
        .collect();
    json!({
        "offset": record.offset,
        "timestamp": record.timestamp,
        "keyHex": record.key.map(::hex::encode),
        "valueHex": record.value.map(::hex::encode),
        "headers": headers,
    })
}

fn is_deliberate(case: &str) -> bool {
    DIFFERENCES.iter().any(|(name, _)| *name == case)
}

fn report(failures: BTreeMap<String, String>) {
    for (case, failure) in failures.iter().take(20) {
        println!("{case}: {failure}");
    }
    assert!(failures.is_empty(), "{} cases differ", failures.len());
}

#[test]
fn kafkas_verdict_and_fields() {
    let mut failures = BTreeMap::new();
    let mut scratch = Vec::new();
    for case in vectors("batches.ndjson") {
        let name = case["case"].as_str().unwrap();
        if is_deliberate(name) {
            continue;
        }
        let judged = judge(&hex(&case["hex"]), &mut scratch);
        let mut fail = |what: String| {
            failures.entry(name.to_owned()).or_insert(format!("{what}; Kafka: {}", case["error"]));
        };
        let stage = judged.stage.as_ref().map(|(stage, _)| stage.name());
        if stage != case["stage"].as_str() || stage.is_none() != case["accepted"].as_bool().unwrap() {
            fail(format!("{:?} instead of {}", judged.stage, case["stage"]));
        }
        if json!(judged.left) != case["bytesLeft"] {
            fail(format!("{} bytes left instead of {}", judged.left, case["bytesLeft"]));
        }
        let expected = case["batches"].as_array().unwrap();
        if expected.len() != judged.batches.len() {
            fail(format!("{} batches instead of {}", judged.batches.len(), expected.len()));
        }
        for (i, (expected, found)) in expected.iter().zip(&judged.batches).enumerate() {
            for (field, expected_value) in expected.as_object().unwrap() {
                let found_value = &found[field];
                let same = match field.as_str() {
                    // Kafka's words, and after them fewer records than here.
                    "fieldsError" | "ensureValidError" | "recordsError" => continue,
                    // Of a batch that is too short for its header, Kafka has read what there is.
                    _ if found_value.is_null() && expected.get("fieldsError").is_some() => continue,
                    "records" if expected.get("recordsError").is_some() => {
                        let found = found_value.as_array().map_or(&[][..], Vec::as_slice);
                        found.starts_with(expected_value.as_array().unwrap())
                    }
                    _ => found_value == expected_value,
                };
                if !same {
                    fail(format!("batch {i} {field}: {found_value} instead of {expected_value}"));
                }
            }
        }
    }
    report(failures);
}

fn dissected(tape: &mut Tape, bytes: &[u8]) {
    tape.clear();
    dissect::batches(tape, bytes, 0, None, Depth::ALL);
}

#[test]
fn dissector_agrees_and_covers_every_byte() {
    let mut failures = BTreeMap::new();
    let mut tape = Tape::default();
    for case in vectors("batches.ndjson") {
        let name = case["case"].as_str().unwrap();
        let bytes = hex(&case["hex"]);
        dissected(&mut tape, &bytes);
        let accepted = tape.first_error().is_none();
        let inner = tape.findings().iter().find(|finding| finding.severity == Severity::Inner);
        if !is_deliberate(name) && accepted != case["accepted"].as_bool().unwrap() {
            failures.insert(
                name.to_owned(),
                format!("{:?} instead of {} {}", tape.first_error(), case["stage"], case["error"]),
            );
        }
        if let (Some(inner), false) = (inner, case["corrupt"].as_bool().unwrap()) {
            failures.insert(name.to_owned(), format!("{inner:?}"));
        }
        if let Err(error) = covers_every_byte(&tape, &bytes) {
            failures.insert(name.to_owned(), error);
        }
    }
    report(failures);
}

/// Leaves and the prefixes of parents follow each other without a hole or an overlap, in each buffer.
fn covers_every_byte(tape: &Tape, input: &[u8]) -> Result<(), String> {
    let mut reached: BTreeMap<u8, u32> = BTreeMap::from([(0, 0)]);
    for (i, node) in tape.nodes().iter().enumerate() {
        let reached = reached.entry(node.buffer).or_insert(0);
        if node.start != *reached {
            return Err(format!("node {i} {} begins at {}, not {reached}", node.field.name, node.start));
        }
        let children_here =
            tape.children(i).next().is_some_and(|child| tape.nodes()[child].buffer == node.buffer);
        *reached = if children_here || node.shape == Shape::Struct { node.head } else { node.end };
        if let Some(parent) = tape.lineage(i).iter().rev().nth(1) {
            let parent = &tape.nodes()[*parent];
            if parent.buffer == node.buffer && node.end > parent.end {
                return Err(format!("node {i} {} ends behind its parent", node.field.name));
            }
        }
    }
    for (&buffer, &end) in &reached {
        let all = tape.buffer(input, buffer).len();
        if end as usize != all {
            return Err(format!("buffer {buffer}: {end} of {all} bytes have a node"));
        }
    }
    for Finding { at, buffer, node, .. } in tape.findings() {
        if *at as usize > tape.buffer(input, *buffer).len() || *node as usize >= tape.nodes().len() {
            return Err(format!("finding at {at} of buffer {buffer}, node {node}"));
        }
    }
    Ok(())
}

/// Whether typed readers and dissector say the same.
fn agree(tape: &mut Tape, bytes: &[u8], scratch: &mut Vec<u8>) -> Result<(), String> {
    dissected(tape, bytes);
    let mut batches = Batches::new(bytes);
    let typed = batches.try_for_each(|batch| {
        let batch = batch?;
        batch.check(DECOMPRESSED_BYTES_MAX, scratch)
    });
    match (typed, tape.first_error()) {
        (Err(_), Some(_)) | (Ok(()), None) => covers_every_byte(tape, bytes),
        (typed, dissected) => Err(format!("{typed:?} but {dissected:?}")),
    }
}

#[test]
fn every_truncation() {
    let (mut tape, mut scratch) = (Tape::default(), Vec::new());
    for case in vectors("batches.ndjson") {
        let bytes = hex(&case["hex"]);
        if case["corrupt"].as_bool().unwrap() {
            continue;
        }
        let step = if bytes.len() > 1_500 { 97 } else { 1 };
        for cut in (0..bytes.len()).step_by(step) {
            let cut = &bytes[..cut];
            // A cut-off batch ends iteration in silence.
            agree(&mut tape, cut, &mut scratch)
                .unwrap_or_else(|error| panic!("{} cut to {}: {error}", case["case"], cut.len()));
            assert!(tape.first_error().is_none(), "{} cut to {}", case["case"], cut.len());
        }
    }
}

#[test]
fn mutants() {
    let rounds = std::env::var("KAFKIT_MUTANTS").ok().and_then(|rounds| rounds.parse().ok());
    let seeds: Vec<Vec<u8>> =
        vectors("batches.ndjson").iter().map(|case| hex(&case["hex"])).filter(|b| b.len() < 4_000).collect();
    let (mut tape, mut scratch) = (Tape::default(), Vec::new());
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for round in 0..rounds.unwrap_or(4_000u32) {
        let mut bytes = seeds[random.below(seeds.len())].clone();
        for _ in 0..=random.below(3) {
            let at = random.below(bytes.len().max(1));
            match random.below(5) {
                0 | 1 if !bytes.is_empty() => bytes[at] ^= 1 << random.below(8),
                2 if !bytes.is_empty() => bytes[at] = random.below(256) as u8,
                3 if !bytes.is_empty() => drop(bytes.remove(at)),
                _ => bytes.insert(at, random.below(256) as u8),
            }
        }
        if random.below(2) == 0 {
            mend(&mut bytes);
        }
        agree(&mut tape, &bytes, &mut scratch)
            .unwrap_or_else(|error| panic!("round {round}: {error}\n{}", ::hex::encode(&bytes)));
    }
}

/// Puts the right checksum into the first batch, so that more of it is reached.
fn mend(bytes: &mut [u8]) {
    let Some(Ok(first)) = Batches::new(bytes).next() else { return };
    let (at, crc) = match first.view() {
        Ok(AnyBatch::Batch(batch)) => (17, batch.computed_crc()),
        Ok(AnyBatch::Message(message)) => (12, message.computed_crc()),
        Err(_) => return,
    };
    bytes[at..at + 4].copy_from_slice(&crc.to_be_bytes());
}

/// A xorshift generator: the same numbers in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % end
    }
}

#[test]
fn written_again() {
    let (mut uncompressed, mut compressed) = (0, 0);
    for case in vectors("batches.ndjson") {
        if !case["accepted"].as_bool().unwrap() {
            continue;
        }
        let bytes = hex(&case["hex"]);
        for raw in Batches::new(&bytes) {
            let raw = raw.unwrap();
            let Ok(AnyBatch::Batch(batch)) = raw.view() else { continue };
            let written = write_again(&batch);
            if batch.codec().unwrap() == Codec::None {
                // Odd ones (overlong varints, count 0, other nulls) do not come back byte for byte.
                if !case["corrupt"].as_bool().unwrap() {
                    assert_eq!(::hex::encode(&written), ::hex::encode(raw.bytes), "{}", case["case"]);
                    uncompressed += 1;
                }
            } else {
                let again = Batch::new(&written).unwrap();
                again.check_crc().unwrap();
                let (mut one, mut other) = (Vec::new(), Vec::new());
                let records = |batch: &Batch<'_>, scratch: &mut Vec<u8>| -> Vec<Value> {
                    batch
                        .records(DECOMPRESSED_BYTES_MAX, scratch)
                        .unwrap()
                        .map(|record| record_value(&record.unwrap()))
                        .collect()
                };
                assert_eq!(records(&batch, &mut one), records(&again, &mut other), "{}", case["case"]);
                compressed += 1;
            }
        }
    }
    assert!(uncompressed > 10 && compressed > 30, "{uncompressed} and {compressed}");
}

fn write_again(batch: &Batch<'_>) -> Vec<u8> {
    let mut writer = BatchWriter::new(BatchHeader {
        base_offset: batch.base_offset(),
        partition_leader_epoch: batch.partition_leader_epoch(),
        attributes: batch.attributes(),
        base_timestamp: batch.base_timestamp(),
        producer_id: batch.producer_id(),
        producer_epoch: batch.producer_epoch(),
        base_sequence: batch.base_sequence(),
        last_offset_delta: Some(batch.last_offset_delta()),
        max_timestamp: Some(batch.max_timestamp()),
    });
    let mut scratch = Vec::new();
    for record in batch.records(DECOMPRESSED_BYTES_MAX, &mut scratch).unwrap() {
        let record = record.unwrap();
        let headers: Vec<_> = record.headers.collect();
        writer.push(&NewRecord {
            attributes: record.attributes,
            timestamp_delta: record.timestamp_delta,
            offset_delta: record.offset_delta,
            key: record.key,
            value: record.value,
            headers: &headers,
        });
    }
    let mut written = Vec::new();
    writer.finish(&mut written).unwrap();
    written
}

#[test]
fn compressed_and_back() {
    let mut random = Random(42);
    for size in [0, 1, 5, 12, 100, 5_000, 32 << 10, 64 << 10, 65_537, 300_000] {
        let noise: Vec<u8> = (0..size).map(|_| random.below(256) as u8).collect();
        let text: Vec<u8> = (0..size).map(|i| b"kafka records"[(i * i / 7) % 13]).collect();
        let zeros = vec![0; size];
        for input in [noise, text, zeros] {
            for (codec, magic) in Codec::ALL.into_iter().flat_map(|codec| [(codec, 0), (codec, 2)]) {
                let (mut packed, mut unpacked) = (b"before".to_vec(), b"before".to_vec());
                compress(codec, magic, &input, &mut packed).unwrap();
                let result = decompress(codec, magic, &packed[6..], size, &mut unpacked);
                assert!(result.is_ok(), "{codec} {size}: {result:?}");
                assert_eq!(unpacked[6..], input, "{codec} {size}");
                if size > 0 {
                    // One byte of room less is one too few.
                    unpacked.clear();
                    let failure =
                        decompress(codec, magic, &packed[6..], size - 1, &mut unpacked).unwrap_err();
                    assert_eq!(
                        failure.error,
                        CompressionError::TooLarge { limit: size - 1 },
                        "{codec} {size}"
                    );
                    assert!(unpacked.len() < size && input.starts_with(&unpacked), "{codec} {size}");
                }
            }
        }
    }
}

#[test]
fn bombs_stop_at_the_limit() {
    let zeros = vec![0u8; 64 << 20];
    for codec in [Codec::Gzip, Codec::Snappy, Codec::Lz4, Codec::Zstd] {
        let mut packed = Vec::new();
        compress(codec, 2, &zeros, &mut packed).unwrap();
        let mut batch = BatchWriter::new(BatchHeader {
            attributes: kafkit::codec::records::batch::Attributes::of(codec),
            ..BatchHeader::default()
        });
        batch.push(&NewRecord { value: Some(&zeros), ..NewRecord::default() });
        let mut bytes = Vec::new();
        batch.finish(&mut bytes).unwrap();

        let limit = 1 << 20;
        let mut tape = Tape::new(1_000, limit);
        dissected(&mut tape, &bytes);
        // The limit is ours: it is told, but no verdict of Kafka's.
        assert!(tape.first_error().is_none());
        let told = tape.findings().iter().find_map(|finding| match finding.kind {
            FindingKind::Records(RecordsError::Compression { error, .. }) => Some(error),
            _ => None,
        });
        let error = told.unwrap();
        assert_eq!(error, CompressionError::TooLarge { limit });
        assert!(tape.buffer(&bytes, 1).len() <= limit);
        assert_eq!(tape.decompressed_left, 0);

        let mut unpacked = Vec::new();
        let failure = decompress(codec, 2, &packed, limit, &mut unpacked).unwrap_err();
        assert_eq!(failure.error, CompressionError::TooLarge { limit });
        assert!(unpacked.len() <= limit && unpacked.capacity() <= 4 * limit, "{codec}");
    }
}

#[test]
fn more_compressed_batches_than_buffers() {
    let mut bytes = Vec::new();
    for i in 0..300 {
        let mut batch = BatchWriter::new(BatchHeader {
            base_offset: i,
            attributes: kafkit::codec::records::batch::Attributes::of(Codec::Gzip),
            ..BatchHeader::default()
        });
        batch.push(&NewRecord { value: Some(b"value"), ..NewRecord::default() });
        batch.finish(&mut bytes).unwrap();
    }
    let (mut tape, mut scratch) = (Tape::default(), Vec::new());
    agree(&mut tape, &bytes, &mut scratch).unwrap();
    // The last one is damaged where only unpacking shows it.
    let at = bytes.len() - 5;
    bytes[at] ^= 1;
    agree(&mut tape, &bytes, &mut scratch).unwrap();
    assert!(tape.first_error().is_some());
}
