//! How likely it is that bytes mean what they were read as: where several readings explain every
//! byte, the one with the least to wonder about is meant.

use super::finding::Severity;
use super::meaning::Meaning;
use super::tape::{Node, Shape, Tape};

/// What counts against a reading.
const UNKNOWN_TAG: u32 = 40;
const CONTROL_CHARACTER: u32 = 30;
const NOT_UTF8: u32 = 60;
const UNKNOWN_NAME: u32 = 25;
const ODD_NEGATIVE: u32 = 8;
const HUGE_NUMBER: u32 = 4;
const NOTE: u32 = 20;
const INNER_ERROR: u32 = 60;

/// What speaks against the reading on the tape: 0 for one with nothing odd. Errors are not counted;
/// those that have one are no reading of the whole.
pub fn doubts(tape: &Tape, input: &[u8]) -> u32 {
    let of_findings = tape.findings().iter().map(|finding| match finding.severity {
        Severity::Note => NOTE,
        Severity::Inner => INNER_ERROR,
        Severity::Error => 0,
    });
    let of_nodes = tape.nodes().iter().map(|node| of_node(tape, input, node));
    of_findings.chain(of_nodes).fold(0, u32::saturating_add)
}

fn of_node(tape: &Tape, input: &[u8], node: &Node) -> u32 {
    match node.shape {
        Shape::Tag if has_unknown_content(tape, node) => UNKNOWN_TAG,
        Shape::Text => of_text(tape.content(input, node)),
        Shape::Int => of_number(node),
        _ => 0,
    }
}

fn has_unknown_content(tape: &Tape, tag: &Node) -> bool {
    let last = (tag.next as usize).checked_sub(1).and_then(|last| tape.nodes().get(last));
    last.is_some_and(|last| std::ptr::eq(last.field, &super::dissect::TAG_CONTENT))
}

/// What speaks against a text.
pub fn of_text(content: &[u8]) -> u32 {
    match std::str::from_utf8(content) {
        Err(_) => NOT_UTF8,
        Ok(text) if text.chars().any(char::is_control) => CONTROL_CHARACTER,
        Ok(_) => 0,
    }
}

fn of_number(node: &Node) -> u32 {
    let mut scratch = Vec::new();
    match node.field.meaning {
        Meaning::Plain => {
            // Ids, counts and ports are small and not negative; -1 is the usual "none".
            if node.value < -1 {
                ODD_NEGATIVE
            } else if node.end - node.start == 4
                && node.value > 1 << 28
                && node.field.name != "correlation_id"
            {
                HUGE_NUMBER
            } else {
                0
            }
        }
        Meaning::Timestamp => {
            // Between 2001 and 2100, or one of the specials.
            if (-1..=0).contains(&node.value) || (1_000_000_000_000..4_102_444_800_000).contains(&node.value)
            {
                0
            } else {
                UNKNOWN_NAME
            }
        }
        Meaning::Millis if !(-1..=10_000_000_000).contains(&node.value) => ODD_NEGATIVE * 2,
        Meaning::Offset | Meaning::ProducerId | Meaning::BrokerId | Meaning::LeaderEpoch
            if node.value < -2 =>
        {
            ODD_NEGATIVE * 2
        }
        Meaning::Offset | Meaning::ProducerId if node.value > 1 << 48 => HUGE_NUMBER * 3,
        Meaning::BrokerId | Meaning::LeaderEpoch if node.value > 1 << 24 => HUGE_NUMBER * 2,
        Meaning::ErrorCode | Meaning::ApiKey => {
            if node.field.meaning.describe(node.value, &mut scratch) {
                0
            } else {
                UNKNOWN_NAME
            }
        }
        _ => {
            // Enumerations say what they do not know.
            if node.field.meaning.describe(node.value, &mut scratch) && scratch.starts_with(b"unknown") {
                UNKNOWN_NAME
            } else {
                0
            }
        }
    }
}
