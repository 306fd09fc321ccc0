//! What people and programs see: golden outputs, and what holds for every vector in every format.

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
                            assert!(columns <= width, "{name} {format:?}: {columns} columns of {width}: {line}");
                        }
                        assert_eq!(color, text.contains('\x1b'), "{name} {format:?}");
                    }
                }
            }
            Format::Table => {
                shown(format, &Style { color: true, width: Some(80), show_secrets: true }, tape, input, reading);
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
fn bytes_of_hex(text: &str) -> Vec<u8> {
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
    assert!(bytes_of_hex(&text) == input, "{name}: not all bytes are shown\n{text}");
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
    for vector in &all {
        let bytes = hex(&vector["hex"]);
        let name = format!("{} v{} {}", vector["message"], vector["version"], vector["case"]);
        tape.clear();
        let reading = reading::read(&mut tape, &bytes, 0, read_as(vector), Depth::ALL);
        check(&tape, &bytes, &reading, &name);
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
