//! Bytes that are plainly not Kafka: one clear sentence instead of fields.

use std::io::Write;

use super::{Format, Shown};
use crate::codec::foreign::Foreign;

/// How many of the first bytes are quoted.
const QUOTED_BYTES: usize = 16;

/// Appends what the bytes are instead, in a format.
pub fn render(format: Format, foreign: &Foreign, shown: &Shown<'_>, out: &mut Vec<u8>) {
    let bytes = shown.input.len();
    let Foreign { what, hint } = foreign;
    let head: String = shown
        .input
        .iter()
        .take(QUOTED_BYTES)
        .map(|byte| format!("{byte:02x} "))
        .collect::<String>()
        .trim_end()
        .into();
    // Vec never refuses a write.
    let _ = match format {
        Format::Tree | Format::Hex | Format::Table => {
            let size = shown.input.first_chunk().map_or(0, |size| u32::from_be_bytes(*size));
            writeln!(
                out,
                "not Kafka: this is {what} ({bytes} bytes: {head}{})\n  As the size of a Kafka message its first four bytes would say {size}.\n  {hint}\n  To read it as Kafka all the same, say what it is: --as request, --as response, ...",
                if bytes > QUOTED_BYTES { " …" } else { "" },
            )
        }
        Format::Json | Format::Ndjson => {
            let object = serde_json::json!({
                "kind": "foreign", "what": what, "hint": hint, "size": bytes, "head": head.replace(' ', ""),
                "verdict": {"accepted": false, "reason": format!("this is {what}")}, "findings": [],
            });
            writeln!(out, "{object}")
        }
    };
}
