//! What the targets share: limits that keep each run short, and what must hold of whatever was read.

use kafkit::codec::dissect::Depth;
use kafkit::codec::explain;
use kafkit::codec::reading::{ReadAs, Reading, read};
use kafkit::codec::record_types::Family;
use kafkit::codec::tape::{Shape, Tape};
use kafkit::render::{Format, Shown, Style, render};

/// Large enough for anything a fuzzer builds up, small enough that a bomb ends soon.
const NODES_MAX: usize = 5_000;
/// Large enough for a few full blocks of every codec.
const DECOMPRESSED_BYTES_MAX: usize = 512 << 10;
/// Every way to show a message.
const FORMATS: [Format; 5] = [Format::Tree, Format::Hex, Format::Table, Format::Json, Format::Ndjson];

/// A tape with small limits.
pub fn tape() -> Tape {
    Tape::new(NODES_MAX, DECOMPRESSED_BYTES_MAX)
}

/// The family that a byte chooses.
pub fn family(choice: u8) -> Option<Family> {
    Family::ALL.get(usize::from(choice)).copied()
}

/// Reads bytes in one way and checks what came of it.
pub fn read_and_check(input: &[u8], read_as: ReadAs) {
    let mut tape = tape();
    let reading = read(&mut tape, input, 0, read_as, Depth::ALL);
    check(&tape, input, &reading);
}

/// Checks that every byte is explained by one leaf, that all findings can be put into words, and that
/// the message can be shown in every format.
pub fn check(tape: &Tape, input: &[u8], reading: &Reading) {
    every_byte_has_one_leaf(tape, input, reading);
    for finding in tape.findings() {
        assert!(!explain::explain(tape, reading, finding).title.is_empty());
    }
    let shown = Shown { tape, input, reading, repairs: &[], origin: None, base: 0 };
    let mut out = Vec::new();
    for format in FORMATS {
        for color in [false, true] {
            let style = Style { color, width: color.then_some(80), show_secrets: color };
            out.clear();
            render(format, &shown, &style, &mut out);
            if matches!(format, Format::Json | Format::Ndjson) {
                serde_json::from_slice::<serde_json::Value>(&out).expect("JSON");
            }
        }
    }
}

fn every_byte_has_one_leaf(tape: &Tape, input: &[u8], reading: &Reading) {
    if tape.truncated {
        return;
    }
    let mut at = 0;
    for (i, node) in tape.nodes().iter().enumerate().filter(|(_, node)| node.buffer == 0) {
        assert!(node.start <= node.head && node.head <= node.end, "node {i} {node:?}");
        // What stands before the parts of a node is its own; without parts, so is the rest.
        let has_parts =
            tape.nodes().get(i + 1).is_some_and(|inner| inner.depth > node.depth && inner.buffer == 0);
        assert_eq!(node.start as usize, at, "node {i} {node:?} begins elsewhere");
        at = if has_parts { node.head as usize } else { node.end as usize };
        if node.shape == Shape::Broken {
            at = node.head.max(node.start) as usize;
        }
    }
    assert_eq!(at, reading.end.min(input.len()), "bytes without a node");
}
