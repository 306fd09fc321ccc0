//! How long a reading takes to tell: the shorter, the likelier it is meant.
//!
//! Where bytes are read from a wrong place on, zeros of one number slide into the next, texts begin
//! with their own length and tags come up that nobody has: each makes the telling longer. So readings
//! of the same bytes can be compared without knowing what they should say.

use crate::codec::dissect::{TAG_CONTENT, TAG_NUMBER, TAG_SIZE};
use crate::codec::finding::{FindingKind, Severity};
use crate::codec::meaning::Meaning;
use crate::codec::tape::{Node, Shape, Tape};

/// What a reading weighs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Weight {
    /// How long it takes to tell, about two for a byte that could have any value.
    pub told: u32,
    /// How many things hardly any client or broker would write.
    pub odd: u32,
}

/// What an oddity adds to [`Weight::told`].
const ODD: u32 = 20;

/// Weighs the reading on the tape.
pub(super) fn weigh(tape: &Tape, input: &[u8], scratch: &mut Vec<u8>) -> Weight {
    let mut weight = Weight::default();
    for node in tape.nodes() {
        let (told, odd) = of_node(tape, input, node, scratch);
        weight.told = weight.told.saturating_add(told);
        weight.odd += u32::from(odd);
    }
    for finding in tape.findings() {
        if finding.severity == Severity::Note && !matches!(finding.kind, FindingKind::RemovedVersion { .. }) {
            weight.told = weight.told.saturating_add(ODD);
            weight.odd += 1;
        }
    }
    weight
}

fn of_node(tape: &Tape, input: &[u8], node: &Node, scratch: &mut Vec<u8>) -> (u32, bool) {
    match node.shape {
        Shape::Null | Shape::Bool => (1, false),
        Shape::Int => of_number(node, scratch),
        Shape::Float => (8, false),
        Shape::Uuid => {
            let zero = tape.content(input, node).iter().all(|&byte| byte == 0);
            (if zero { 2 } else { 24 }, false)
        }
        Shape::Text => of_text(tape.content(input, node)),
        Shape::Bytes if std::ptr::eq(node.field, &TAG_CONTENT) => (ODD + 4 * (node.end - node.start), true),
        Shape::Bytes => ((node.end - node.head).saturating_mul(2) + 1, false),
        Shape::Array | Shape::Tags => (1, false),
        Shape::Struct | Shape::Tag | Shape::Broken | Shape::Gap => (0, false),
    }
}

fn of_number(node: &Node, scratch: &mut Vec<u8>) -> (u32, bool) {
    if std::ptr::eq(node.field, &TAG_NUMBER) || std::ptr::eq(node.field, &TAG_SIZE) {
        return (1, false);
    }
    // A number takes as many bytes as are not filled up with its sign; no bytes for zero.
    let value = node.value;
    let bits = 64 - (if value < 0 { !value } else { value }).leading_zeros();
    let told = 2 * bits.div_ceil(8) + u32::from(value < 0);
    match node.field.meaning {
        Meaning::Plain => (told, false),
        Meaning::Timestamp if (1_000_000_000_000..4_102_444_800_000).contains(&value) => (4, false),
        meaning => {
            scratch.clear();
            let unknown = meaning.describe(value, scratch) && scratch.starts_with(b"not a");
            (told + if unknown { 8 } else { 0 }, false)
        }
    }
}

fn of_text(content: &[u8]) -> (u32, bool) {
    let Ok(text) = std::str::from_utf8(content) else {
        return (ODD + 4 * content.len() as u32, true);
    };
    let (mut told, mut control) = (1u32, false);
    for letter in text.chars() {
        let usual = letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.' | ' ' | ':' | '/');
        control |= letter.is_control() || letter == '\u{fffd}';
        told += match letter {
            _ if usual => 1,
            '!'..='~' => 3,
            _ => letter.len_utf8() as u32 + 1,
        };
    }
    (told + if control { ODD } else { 0 }, control)
}
