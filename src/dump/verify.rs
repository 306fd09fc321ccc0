//! Findings, as text and JSON.

use std::path::Path;

use serde_json::Value;

use crate::codec::explain::{counted, grouped};
use crate::dump::table::csv_field;
use crate::log::finding::{Finding, Place, Severity};
use crate::log::verify::Summary;
use crate::render::headline;
use crate::render::paint::{Ink, ink};
use crate::render::push::harmless;

/// How far the lines below the first are indented: the longest severity and two spaces.
const INDENT: &str = "         ";
/// No line is wrapped to fewer columns.
const WIDTH_MIN: usize = 40;

/// Appends a finding: where and what in the first line, then what is there, what ought to be, and what
/// that means. Paths are shown from `base` on; lines are wrapped to `width` columns.
pub fn render(finding: &Finding, base: Option<&Path>, color: bool, width: Option<usize>, out: &mut Vec<u8>) {
    let look = Look { base, width };
    if color { painted::<true>(finding, look, out) } else { painted::<false>(finding, look, out) }
}

#[derive(Clone, Copy)]
struct Look<'a> {
    base: Option<&'a Path>,
    width: Option<usize>,
}

fn painted<const COLOR: bool>(finding: &Finding, look: Look<'_>, out: &mut Vec<u8>) {
    let colour = match finding.severity {
        Severity::Error => Ink::Error,
        Severity::Warning => Ink::Note,
        Severity::Note => Ink::Good,
    };
    let start = out.len();
    ink::<COLOR>(colour, finding.severity.name().as_bytes(), out);
    let gap = INDENT.len().saturating_sub(finding.severity.name().len());
    out.extend(std::iter::repeat_n(b' ', gap));
    ink::<COLOR>(Ink::Bold, path(finding, look.base).as_bytes(), out);
    let place = place(&finding.place);
    if !place.is_empty() {
        out.extend_from_slice(b"  ");
        out.extend_from_slice(place.as_bytes());
    }
    out.extend_from_slice(b"  ");
    ink::<COLOR>(Ink::Dim, finding.code.as_bytes(), out);
    out.push(b'\n');
    headline::hang_last_line(out, start, look.width, INDENT.len());
    for (label, text) in [("found     ", &finding.found), ("expected  ", &finding.expected)] {
        if !text.is_empty() {
            out.extend_from_slice(INDENT.as_bytes());
            ink::<COLOR>(Ink::Dim, label.as_bytes(), out);
            wrapped(text, INDENT.len() + label.len(), look.width, out);
        }
    }
    for text in [&finding.meaning, &finding.remedy] {
        if !text.is_empty() {
            out.extend_from_slice(INDENT.as_bytes());
            wrapped(text, INDENT.len(), look.width, out);
        }
    }
}

/// The path as it is shown.
fn path(finding: &Finding, base: Option<&Path>) -> String {
    let path = base.and_then(|base| finding.file.strip_prefix(base).ok()).unwrap_or(&finding.file);
    // A name can hold anything, and goes to a terminal.
    harmless(&path.to_string_lossy()).into_owned()
}

/// Where in a file, in words: `entry 17 (byte 136), offset 412`.
pub fn place(place: &Place) -> String {
    let mut parts = Vec::new();
    if let Some(line) = place.line {
        parts.push(format!("line {line}"));
    }
    match (place.entry, place.byte) {
        (Some(entry), Some(byte)) => parts.push(format!("entry {} (byte {})", grouped(entry), grouped(byte))),
        (Some(entry), None) => parts.push(format!("entry {}", grouped(entry))),
        (None, Some(byte)) => parts.push(format!("byte {}", grouped(byte))),
        (None, None) => {}
    }
    if let Some(offset) = place.offset {
        parts.push(format!("offset {}", grouped(offset)));
    }
    parts.join(", ")
}

/// Appends text in lines of `width` columns, of which those behind the first are indented.
fn wrapped(text: &str, indent: usize, width: Option<usize>, out: &mut Vec<u8>) {
    let room = width.map_or(usize::MAX, |width| width.max(WIDTH_MIN + indent) - indent);
    let mut column = 0;
    for word in text.split(' ') {
        let length = word.chars().count();
        if column > 0 && column + 1 + length > room {
            out.push(b'\n');
            out.extend(std::iter::repeat_n(b' ', indent));
            column = 0;
        } else if column > 0 {
            out.push(b' ');
            column += 1;
        }
        out.extend_from_slice(harmless(word).as_bytes());
        column += length;
    }
    out.push(b'\n');
}

/// A finding as JSON; what does not apply to its place is null.
pub fn to_json(finding: &Finding) -> Value {
    serde_json::json!({
        "severity": finding.severity.name(),
        "code": finding.code,
        "file": finding.file.to_string_lossy(),
        "byte": finding.place.byte,
        "entry": finding.place.entry,
        "line": finding.place.line,
        "offset": finding.place.offset,
        "found": finding.found,
        "expected": finding.expected,
        "meaning": finding.meaning,
        "remedy": finding.remedy,
    })
}

/// Appends what was checked, and how much was found: `2 errors, 0 warnings, 1 note in 75 partitions ...`.
pub fn render_summary(summary: &Summary, color: bool, out: &mut Vec<u8>) {
    let findings = [
        (summary.errors, "error", Ink::Error),
        (summary.warnings, "warning", Ink::Note),
        (summary.notes, "note", Ink::Good),
    ];
    for (number, name, colour) in findings {
        let text = counted(usize::try_from(number).unwrap_or(usize::MAX), name);
        if color && number > 0 {
            ink::<true>(colour, text.as_bytes(), out)
        } else {
            out.extend_from_slice(text.as_bytes())
        }
        out.extend_from_slice(if name == "note" { b" in " } else { b", " });
    }
    let count = |number: u64, thing: &str| counted(usize::try_from(number).unwrap_or(usize::MAX), thing);
    let mut parts = Vec::new();
    for (number, thing) in
        [(summary.partitions, "partition"), (summary.segments, "segment"), (summary.files, "file")]
    {
        if number > 0 {
            parts.push(count(number, thing));
        }
    }
    let batches = if summary.batches == 1 { "batch" } else { "batches" };
    parts.push(format!("{} {batches}", grouped(summary.batches)));
    parts.push(count(summary.records, "record"));
    parts.push(count(summary.bytes, "byte"));
    out.extend_from_slice(parts.join(", ").as_bytes());
    out.push(b'\n');
}

/// What was checked, and how much was found, as JSON.
pub fn summary_to_json(summary: &Summary) -> Value {
    serde_json::json!({
        "partitions": summary.partitions,
        "segments": summary.segments,
        "files": summary.files,
        "bytes": summary.bytes,
        "batches": summary.batches,
        "records": summary.records,
        "errors": summary.errors,
        "warnings": summary.warnings,
        "notes": summary.notes,
    })
}

/// The heading of [`csv`].
pub const CSV_HEADING: &str = "severity,code,file,byte,entry,line,offset,found,expected,meaning,remedy";

/// Appends a finding as a line of CSV.
pub fn csv(finding: &Finding, out: &mut Vec<u8>) {
    let number = |number: Option<u64>| number.map_or_else(String::new, |number| number.to_string());
    let place = &finding.place;
    let offset = place.offset.map_or_else(String::new, |offset| offset.to_string());
    let cells = [
        finding.severity.name(),
        finding.code,
        &finding.file.to_string_lossy(),
        &number(place.byte),
        &number(place.entry),
        &number(place.line),
        &offset,
        &finding.found,
        &finding.expected,
        &finding.meaning,
        &finding.remedy,
    ];
    for (at, cell) in cells.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        csv_field(cell.as_bytes(), out);
    }
    out.push(b'\n');
}
