//! What people and programs see: golden outputs, and what holds for every vector in every format.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // A test that cannot go on has failed.

mod common;

use common::{hex, vectors};
use kafkit::codec::api;
use kafkit::codec::dissect::Depth;
use kafkit::codec::frame::{HeaderChoice, Layout};
use kafkit::codec::messages;
use kafkit::codec::reading::{self, ReadAs, Reading};
use kafkit::codec::schema::Kind;
use kafkit::codec::tape::Tape;
use kafkit::render::{Format, Shown, Style, render};
use serde_json::Value;

const FORMATS: [Format; 5] = [Format::Tree, Format::Hex, Format::Table, Format::Json, Format::Ndjson];

fn shown(format: Format, style: &Style, tape: &Tape, input: &[u8], reading: &Reading) -> String {
    let mut out = Vec::new();
    let shown = Shown { tape, input, reading, repairs: &[], origin: None, base: 0 };
    render(format, &shown, style, &mut out);
    String::from_utf8(out).expect("all that is shown is UTF-8")
}

fn read_as(vector: &Value) -> ReadAs {
    if vector["kind"] == "request-frame" {
        return ReadAs::Request { layout: Layout { size: false, header: HeaderChoice::Usual }, api: None };
    }
    let message = messages::by_name(vector["message"].as_str().unwrap()).unwrap();
    let version = vector["version"].as_i64().unwrap() as i16;
    let layout = Layout { size: false, header: HeaderChoice::None };
    let api = |key| api::by_key(key).unwrap().key;
    match message.kind {
        Kind::Request => ReadAs::Request { layout, api: Some((api(message.key), version)) },
        Kind::Response => ReadAs::Response { layout, api: (api(message.key), version) },
        _ => ReadAs::Message(message, version),
    }
}

/// What holds of anything that is shown; panics where it does not.
fn check(tape: &Tape, input: &[u8], reading: &Reading, name: &str) {
    for format in FORMATS {
        let plain = shown(format, &Style::default(), tape, input, reading);
        assert!(!plain.contains('\x1b'), "{name} {format:?}: escape codes without colour");
        assert!(plain.ends_with('\n'), "{name} {format:?}: no newline at the end");
        match format {
            Format::Json | Format::Ndjson => {
                let json: Value = serde_json::from_str(&plain)
                    .unwrap_or_else(|error| panic!("{name} {format:?}: {error}\n{plain}"));
                assert!(json["findings"].is_array(), "{name}: no findings");
                assert!(json["verdict"]["accepted"].is_boolean(), "{name}: no verdict");
                if format == Format::Ndjson {
                    assert_eq!(plain.matches('\n').count(), 1, "{name}: a line");
                }
            }
            Format::Tree | Format::Hex => {
                for width in [40, 80, 120] {
                    for color in [false, true] {
                        let style = Style { color, width: Some(width), show_secrets: false };
                        let text = shown(format, &style, tape, input, reading);
                        for line in text.lines() {
                            let columns = visible(line);
                            assert!(
                                columns <= width,
                                "{name} {format:?}: {columns} columns of {width}: {line}"
                            );
                        }
                        assert_eq!(color, text.contains('\x1b'), "{name} {format:?}");
                    }
                }
            }
            Format::Table => {
                shown(
                    format,
                    &Style { color: true, width: Some(80), show_secrets: true },
                    tape,
                    input,
                    reading,
                );
            }
        }
    }
}

fn visible(line: &str) -> usize {
    let mut escape = false;
    line.chars()
        .filter(|&c| {
            let shown = !escape && c != '\x1b';
            escape = c == '\x1b' || escape && c != 'm';
            shown
        })
        .count()
}

/// The bytes that the hex format shows, by the offsets beside them.
fn bytes_of_hex(text: &str, input: &[u8]) -> Vec<u8> {
    if input.is_empty() {
        return Vec::new();
    }
    let runs = text.split("\n\n").nth(1).unwrap_or_default();
    let mut bytes = Vec::new();
    for line in runs.lines() {
        let (offset, rest) = line.trim_start().split_once("  ").expect(line);
        let Ok(offset) = offset.parse::<usize>() else { continue };
        assert_eq!(offset, bytes.len(), "{line}");
        let cells: String = rest.chars().take(48).collect();
        bytes.extend(cells.split_whitespace().map(|cell| u8::from_str_radix(cell, 16).expect(line)));
    }
    bytes
}

fn every_byte(tape: &Tape, input: &[u8], reading: &Reading, name: &str) {
    let style = Style { show_secrets: true, ..Style::default() };
    let text = shown(Format::Hex, &style, tape, input, reading);
    assert!(!text.contains("(no field)"), "{name}: bytes without a node\n{text}");
    assert!(bytes_of_hex(&text, input) == input, "{name}: not all bytes are shown\n{text}");
}

#[test]
fn messages_in_every_format() {
    let mut tape = Tape::default();
    let mut all = vectors("messages.ndjson");
    all.extend(vectors("messages-3.9.ndjson"));
    for vector in &all {
        let bytes = hex(&vector["hex"]);
        let name = format!("{} v{} {}", vector["message"], vector["version"], vector["case"]);
        tape.clear();
        let reading = reading::read(&mut tape, &bytes, 0, read_as(vector), Depth::ALL);
        // The few long ones take longer than all others together.
        if bytes.len() < 20_000 {
            check(&tape, &bytes, &reading, &name);
        }
        every_byte(&tape, &bytes, &reading, &name);
    }
    println!("{} messages", all.len());
}

#[test]
fn mutants_in_every_format() {
    let mut tape = Tape::default();
    let all = vectors("mutants.ndjson");
    for (number, vector) in all.iter().enumerate() {
        let bytes = hex(&vector["hex"]);
        let name = format!("{} v{} {}", vector["message"], vector["version"], vector["case"]);
        tape.clear();
        let reading = reading::read(&mut tape, &bytes, 0, read_as(vector), Depth::ALL);
        // All formats take a minute without optimization; every mutant's bytes are accounted for all the same.
        if number % 5 == 0 || !cfg!(debug_assertions) {
            check(&tape, &bytes, &reading, &name);
        }
        every_byte(&tape, &bytes, &reading, &name);
    }
    println!("{} mutants", all.len());
}

#[test]
fn records_in_every_format() {
    let mut tape = Tape::default();
    let all = vectors("batches.ndjson");
    for vector in &all {
        let bytes = hex(&vector["hex"]);
        tape.clear();
        let reading = reading::read(&mut tape, &bytes, 0, ReadAs::Records(None), Depth::ALL);
        let name = vector["case"].to_string();
        if bytes.len() < 5_000 {
            check(&tape, &bytes, &reading, &name);
        }
        every_byte(&tape, &bytes, &reading, &name);
    }
    println!("{} cases of records", all.len());
}

/// One case of `testdata/render`: what it is called, how it is read, and its bytes.
struct Golden {
    name: String,
    read_as: ReadAs,
    bytes: Vec<u8>,
}

/// Frames of their own, and vectors: `message version case`.
fn goldens() -> Vec<Golden> {
    let framed = Layout { size: true, header: HeaderChoice::Usual };
    let request = |name: &str, hex: &str| Golden {
        name: name.to_owned(),
        read_as: ReadAs::Request { layout: framed, api: None },
        bytes: ::hex::decode(hex).unwrap(),
    };
    let mut all = vec![
        request(
            "api-versions",
            "00000023001200046f7fc66100096b61666b612d636c69000a6b61666b612d636c6904302e3100",
        ),
        request(
            "api-versions-broken",
            "00000023001200046f7fc66100096b61666b612d636c69500a6b61666b612d636c6904302e3100",
        ),
        request(
            "describe-topic-partitions",
            "00000031004b00002aa78ccf000c6b61666b612d746573746572000212756e6b6e6f776e2d746f7069632d717578\
             0000000001ff00",
        ),
        request("unknown-version", "0000000f00120063000000010001610000000000"),
        request("unknown-api", "0000000f00f00000000000010001610000000000"),
        request("too-short", "000000230012"),
        request(
            "sasl-plain",
            "0000002500240001000000010001610000001600616c69636500616c6963652d736563726574212121",
        ),
    ];
    let wanted = [
        ("MetadataResponse", 13, "random-1"),
        ("MetadataRequest", 1, "default"),
        ("ApiVersionsResponse", 4, "random-1"),
        ("FetchRequest", 17, "random-1"),
        ("FetchResponse", 17, "random-1"),
        ("ProduceResponse", 8, "random-1"),
        ("CreateTopicsRequest", 7, "random-1"),
        ("DescribeConfigsResponse", 4, "random-1"),
        ("IncrementalAlterConfigsRequest", 1, "random-1"),
        ("AlterUserScramCredentialsRequest", 0, "random-1"),
        ("CreateDelegationTokenResponse", 3, "random-1"),
        ("JoinGroupRequest", 9, "random-1"),
        ("ConsumerGroupHeartbeatRequest", 1, "random-1"),
        ("DescribeTopicPartitionsResponse", 0, "random-1"),
        ("PartitionRecord", 2, "random-1"),
        ("AbortTransactionRecord", 0, "unknown-tags"),
        ("BrokerRegistrationRequest", 4, "random-1"),
        ("LeaderChangeMessage", 1, "random-1"),
    ];
    for vector in vectors("messages.ndjson") {
        let is = |&(message, version, case): &(&str, i64, &str)| {
            vector["message"] == message && vector["version"] == version && vector["case"] == case
        };
        if let Some((message, version, case)) = wanted.iter().find(|wanted| is(wanted)) {
            all.push(Golden {
                name: format!("{message}-v{version}-{case}"),
                read_as: read_as(&vector),
                bytes: hex(&vector["hex"]),
            });
        }
    }
    for case in ["v2-lz4-CreateTime-1", "v2-none-CreateTime-2", "v1-gzip-CreateTime-1"] {
        for vector in vectors("batches.ndjson").iter().filter(|vector| vector["case"] == case) {
            all.push(Golden {
                name: case.to_owned(),
                read_as: ReadAs::Records(None),
                bytes: hex(&vector["hex"]),
            });
        }
    }
    all
}

/// `testdata/render/NAME.txt` holds what is shown; `KAFKIT_BLESS=1` writes it anew.
#[test]
fn golden_outputs() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/render");
    let write = common::golden::bless();
    let mut tape = Tape::default();
    let mut differ = Vec::new();
    let all = goldens();
    assert!(all.len() >= 25, "{} goldens", all.len());
    for Golden { name, read_as, bytes } in &all {
        tape.clear();
        let reading = reading::read(&mut tape, bytes, 0, *read_as, Depth::ALL);
        let mut text = String::new();
        for (label, format, width) in [
            ("tree", Format::Tree, None),
            ("tree, 80 columns", Format::Tree, Some(80)),
            ("hex", Format::Hex, None),
            ("table", Format::Table, Some(120)),
            ("json", Format::Json, None),
        ] {
            let style = Style { width, ..Style::default() };
            text += &format!("==== {label}\n{}", shown(format, &style, &tape, bytes, &reading));
        }
        let path = folder.join(format!("{name}.txt"));
        if write {
            std::fs::write(&path, &text).unwrap();
        } else if std::fs::read_to_string(&path).unwrap_or_default() != text {
            differ.push(name.clone());
        }
    }
    assert!(differ.is_empty(), "KAFKIT_BLESS=1 writes them anew; these differ: {differ:?}");
}

#[test]
fn secrets_are_told_to_nobody_who_did_not_ask() {
    let mut tape = Tape::default();
    let golden = goldens().into_iter().find(|golden| golden.name == "sasl-plain").unwrap();
    let reading = reading::read(&mut tape, &golden.bytes, 0, golden.read_as, Depth::ALL);
    let in_hex = ::hex::encode("alice-secret!!!");
    let spaced: String =
        in_hex.as_bytes().chunks(2).map(|pair| format!("{} ", str::from_utf8(pair).unwrap())).collect();
    for format in FORMATS {
        let text = shown(format, &Style::default(), &tape, &golden.bytes, &reading);
        assert!(!text.contains("alice-secret") && !text.contains(&in_hex), "{format:?}\n{text}");
        assert!(!text.contains(spaced.get(15..36).unwrap()), "{format:?}\n{text}");
        assert!(text.contains("redacted"), "{format:?}\n{text}");
        let style = Style { show_secrets: true, ..Style::default() };
        let text = shown(format, &style, &tape, &golden.bytes, &reading);
        assert!(text.contains("alice-secret"), "{format:?}\n{text}");
    }
}
