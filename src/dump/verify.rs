//! Findings, printed.

use std::path::Path;

use crate::codec::explain::grouped;
use crate::log::finding::{Finding, Place, Severity};
use crate::render::paint::{Ink, ink};

/// Where in a file, in words: `byte 61,180, offset 1,220`.
pub fn place(place: &Place) -> String {
    let mut parts = Vec::new();
    parts.extend(place.line.map(|line| format!("line {line}")));
    parts.extend(place.entry.map(|entry| format!("entry {}", grouped(entry))));
    parts.extend(place.byte.map(|byte| format!("byte {}", grouped(byte))));
    parts.extend(place.offset.map(|offset| format!("offset {}", grouped(offset))));
    parts.join(", ")
}

/// Appends a finding: a line with severity and place, then what was found and expected, what it means,
/// what one can do.
pub fn render(finding: &Finding, base: Option<&Path>, color: bool, width: Option<usize>, out: &mut Vec<u8>) {
    let _ = width;
    let kind = if finding.severity == Severity::Note { Ink::Note } else { Ink::Error };
    if color {
        ink::<true>(kind, finding.severity.name().as_bytes(), out);
    } else {
        out.extend_from_slice(finding.severity.name().as_bytes());
    }
    let path = base.and_then(|base| finding.file.strip_prefix(base).ok()).unwrap_or(&finding.file);
    out.extend_from_slice(format!("  {}  {}\n", path.display(), place(&finding.place)).as_bytes());
    for line in [&finding.found, &finding.meaning, &finding.remedy] {
        if !line.is_empty() {
            out.extend_from_slice(format!("       {line}\n").as_bytes());
        }
    }
}

/// A finding as JSON.
pub fn to_json(finding: &Finding) -> serde_json::Value {
    serde_json::json!({
        "severity": finding.severity.name(),
        "code": finding.code,
        "file": finding.file.to_string_lossy(),
        "byte": finding.place.byte,
        "entry": finding.place.entry,
        "line": finding.place.line,
        "offset": finding.place.offset,
        "expected": finding.expected,
        "found": finding.found,
        "meaning": finding.meaning,
        "remedy": finding.remedy,
    })
}
