//! The first lines: what the bytes are, and how that was recognised.

use super::paint::{Ink, ink, off, on};
use super::value::push_attributes;
use super::{Shown, push};
use crate::codec::explain::kind_word;
use crate::codec::finding::Severity;
use crate::codec::meaning::Meaning;
use crate::codec::reading::ReadAs;
use crate::codec::record_types::Family;
use crate::codec::records::dissect::fields;
use crate::codec::schema::Field;
use crate::codec::tape::{NO_INDEX, Shape, Tape};

/// Between the facts of a headline.
const DOT: &[u8] = " · ".as_bytes();
/// The most characters of a client id in a headline.
const CLIENT_ID_MAX: usize = 60;
/// Among how many fields of a response its error code is looked for.
const ERROR_CODE_WITHIN: usize = 3;

/// Appends the headline and the line with the reason.
pub fn render<const COLOR: bool>(shown: &Shown<'_>, width: Option<usize>, out: &mut Vec<u8>) {
    line::<COLOR>(shown, width, out);
    if !shown.reading.reason.is_empty() {
        let start = out.len();
        ink::<COLOR>(Ink::Dim, shown.reading.reason.as_bytes(), out);
        out.push(b'\n');
        wrap_last_line(out, start, width);
    }
}

/// Appends the headline: what it is, whose, how long, and how much is wrong.
pub fn line<const COLOR: bool>(shown: &Shown<'_>, width: Option<usize>, out: &mut Vec<u8>) {
    let start = out.len();
    on::<COLOR>(Ink::Bold, out);
    if let Some(origin) = shown.origin {
        out.extend_from_slice(origin.as_bytes());
        out.extend_from_slice(DOT);
    }
    what(shown, out);
    off::<COLOR>(out);
    facts::<COLOR>(shown, out);
    out.push(b'\n');
    wrap_last_line(out, start, width);
}

/// Appends what it is: `ApiVersions v4 request`.
pub fn what(shown: &Shown<'_>, out: &mut Vec<u8>) {
    let reading = shown.reading;
    match (reading.read_as, reading.frame, reading.message) {
        (read_as @ (ReadAs::Request { .. } | ReadAs::Response { .. }), Some(frame), _) => {
            match frame.api {
                Some(api) => out.extend_from_slice(api.name.as_bytes()),
                // Not even the key could be read.
                None if frame.key < 0 && frame.version < 0 => out.extend_from_slice(b"unknown API"),
                None => {
                    out.extend_from_slice(b"API ");
                    push::int(i64::from(frame.key), out);
                }
            }
            if frame.version >= 0 || frame.api.is_some() {
                out.extend_from_slice(b" v");
                push::int(i64::from(frame.version), out);
            }
            let request = matches!(read_as, ReadAs::Request { .. });
            out.extend_from_slice(if request { b" request" } else { b" response" });
        }
        (ReadAs::Records(family), ..) => records(shown, family, out),
        (_, _, Some((message, version))) => {
            out.extend_from_slice(message.name.as_bytes());
            out.extend_from_slice(b" v");
            push::int(i64::from(version), out);
            out.push(b' ');
            out.extend_from_slice(kind_word(message.kind).as_bytes());
        }
        (ReadAs::RecordKey(family) | ReadAs::RecordValue(family, _), ..) => {
            out.extend_from_slice(family.name().as_bytes());
            let key = matches!(reading.read_as, ReadAs::RecordKey(_));
            out.extend_from_slice(if key { b" record key" } else { b" record value" });
        }
        _ => out.extend_from_slice(b"bytes"),
    }
}

/// Appends `metadata records · 2 batches, 5 records, offsets 7 to 11`.
fn records(shown: &Shown<'_>, family: Option<Family>, out: &mut Vec<u8>) {
    if let Some(family) = family {
        out.extend_from_slice(family.name().as_bytes());
        out.push(b' ');
    }
    out.extend_from_slice(b"records");
    let (mut batches, mut messages, mut count) = (0u64, 0u64, 0u64);
    let mut at = 0;
    while let Some(node) = shown.tape.nodes().get(at) {
        if std::ptr::eq(node.field, &fields::BATCH) {
            batches += 1;
            let records = int(shown.tape, at, &fields::RECORDS_COUNT).unwrap_or(0);
            count = count.saturating_add(u64::try_from(records).unwrap_or(0));
        } else if std::ptr::eq(node.field, &fields::MESSAGE) {
            messages += 1;
        }
        at = node.next as usize;
    }
    out.extend_from_slice(DOT);
    if messages > 0 {
        push::counted(messages, b"message", out);
        if batches == 0 {
            return;
        }
        out.extend_from_slice(b", ");
    }
    push::grouped(batches, out);
    out.extend_from_slice(if batches == 1 { b" batch, " } else { b" batches, " });
    push::counted(count, b"record", out);
}

fn int(tape: &Tape, parent: usize, field: &'static Field) -> Option<i64> {
    let mut children = tape.children(parent).filter_map(|child| tape.nodes().get(child));
    children.find(|node| std::ptr::eq(node.field, field) && node.shape == Shape::Int).map(|node| node.value)
}

/// Appends what is in a batch or message, as far as its header could be read: `offsets 7 to 11,
/// 5 records, lz4`.
pub fn batch(tape: &Tape, at: usize, out: &mut Vec<u8>) {
    let Some(node) = tape.nodes().get(at) else { return };
    if std::ptr::eq(node.field, &fields::MESSAGE) {
        out.extend_from_slice(b"offset ");
        push::int(node.value, out);
    } else {
        let Some(count) = int(tape, at, &fields::RECORDS_COUNT) else { return };
        let delta = int(tape, at, &fields::LAST_OFFSET_DELTA).unwrap_or(0);
        if delta == 0 {
            out.extend_from_slice(b"offset ");
            push::int(node.value, out);
        } else {
            out.extend_from_slice(b"offsets ");
            push::int(node.value, out);
            out.extend_from_slice(b" to ");
            push::int(node.value.wrapping_add(delta), out);
        }
        out.extend_from_slice(b", ");
        push::int(count, out);
        out.extend_from_slice(if count == 1 { b" record" } else { b" records" });
    }
    let field = [&fields::ATTRIBUTES, &fields::MESSAGE_ATTRIBUTES];
    if let Some(attributes) = field.iter().find_map(|field| int(tape, at, field)) {
        out.extend_from_slice(b", ");
        push_attributes(attributes, out);
    }
}

fn facts<const COLOR: bool>(shown: &Shown<'_>, out: &mut Vec<u8>) {
    let tape = shown.tape;
    if let Some(id) = shown.reading.frame.and_then(|frame| frame.correlation_id) {
        out.extend_from_slice(DOT);
        out.extend_from_slice(b"correlation ");
        push::int(i64::from(id), out);
    }
    if let Some(header) = shown.reading.header
        && let Some(client) = tape.child(header, "client_id").and_then(|child| tape.nodes().get(child))
        && client.shape == Shape::Text
    {
        out.extend_from_slice(DOT);
        out.extend_from_slice(b"client ");
        push::quoted(tape.content(shown.input, client), CLIENT_ID_MAX, out);
    }
    out.extend_from_slice(DOT);
    push::counted(shown.end().saturating_sub(shown.start()) as u64, b"byte", out);
    error_code::<COLOR>(shown, out);
    let count = |severity| tape.findings().iter().filter(|finding| finding.severity == severity).count();
    for (severity, color, word) in [
        (Severity::Error, Ink::Error, &b"error"[..]),
        (Severity::Inner, Ink::Error, b"error inside"),
        (Severity::Note, Ink::Note, b"note"),
    ] {
        let found = if tape.findings().is_empty() { 0 } else { count(severity) };
        if found > 0 {
            out.extend_from_slice(DOT);
            on::<COLOR>(color, out);
            match severity {
                Severity::Inner => {
                    push::counted(found as u64, b"error", out);
                    out.extend_from_slice(b" inside");
                }
                _ => push::counted(found as u64, word, out),
            }
            off::<COLOR>(out);
        }
    }
}

/// A response's own error is what one looks for first.
fn error_code<const COLOR: bool>(shown: &Shown<'_>, out: &mut Vec<u8>) {
    let (ReadAs::Response { .. }, Some(body)) = (shown.reading.read_as, shown.reading.body) else { return };
    let nodes = shown.tape.children(body).take(ERROR_CODE_WITHIN).filter_map(|i| shown.tape.nodes().get(i));
    for node in nodes {
        if node.field.meaning == Meaning::ErrorCode
            && node.shape == Shape::Int
            && node.index == NO_INDEX
            && node.value != 0
        {
            out.extend_from_slice(DOT);
            on::<COLOR>(Ink::Error, out);
            node.field.meaning.describe(node.value, out);
            off::<COLOR>(out);
        }
    }
}

/// The least columns of what goes on below.
const HUNG_COLUMNS_MIN: usize = 20;

/// Breaks the line that began at `start` between words where a terminal is too narrow for it.
pub fn wrap_last_line(out: &mut Vec<u8>, start: usize, width: Option<usize>) {
    hang_last_line(out, start, width, 0);
}

/// The same; what goes on below stands behind `indent` blanks, or as many as leave room for a few words.
pub fn hang_last_line(out: &mut Vec<u8>, start: usize, width: Option<usize>, indent: usize) {
    if let Some(width) = width
        && out.len() - start > width
    {
        wrap(out, start, width, &vec![b' '; indent.min(width.saturating_sub(HUNG_COLUMNS_MIN))]);
    }
}

/// Breaks the lines from `start` on between words, so that none has more than `width` characters; what
/// is broken goes on behind `indent`.
pub fn wrap(out: &mut Vec<u8>, start: usize, width: usize, indent: &[u8]) {
    let text = out.split_off(start);
    let mut columns = 0;
    let mut fresh = true;
    for word in text.split_inclusive(|&byte| matches!(byte, b' ' | b'\n')) {
        let ends_line = word.ends_with(b"\n");
        let letters = columns_of(word.trim_ascii_end());
        if !fresh && columns + letters > width {
            while out.last() == Some(&b' ') {
                out.pop();
            }
            out.push(b'\n');
            out.extend_from_slice(indent);
            columns = indent.len();
        }
        // A single word that is longer than the line is cut into lines of its own.
        let mut rest = word;
        while columns + columns_of(rest.trim_ascii_end()) > width {
            let room = width.saturating_sub(columns).max(1);
            let at = split_at_column(rest, room);
            let (head, tail) = rest.split_at_checked(at).unwrap_or((rest, &[]));
            if head.is_empty() || tail.is_empty() {
                break;
            }
            out.extend_from_slice(head);
            out.push(b'\n');
            out.extend_from_slice(indent);
            columns = indent.len().min(width.saturating_sub(1));
            rest = tail;
        }
        out.extend_from_slice(rest);
        columns += columns_of(rest.trim_ascii_end()) + usize::from(rest.ends_with(b" "));
        fresh = false;
        if ends_line {
            (columns, fresh) = (0, true);
        }
    }
}

/// Characters that a terminal shows; colours are none.
pub fn columns_of(text: &[u8]) -> usize {
    let mut escape = false;
    text.iter()
        .filter(|&&byte| {
            let shown = !escape && byte != 0x1b && byte & 0xc0 != 0x80;
            escape = byte == 0x1b || escape && byte != b'm';
            shown
        })
        .count()
}

fn split_at_column(text: &[u8], column: usize) -> usize {
    let (mut columns, mut escape) = (0, false);
    for (at, &byte) in text.iter().enumerate() {
        if escape {
            escape = byte != b'm';
        } else if byte == 0x1b {
            escape = true;
        } else if byte & 0xc0 != 0x80 {
            if columns == column {
                return at;
            }
            columns += 1;
        }
    }
    text.len()
}
