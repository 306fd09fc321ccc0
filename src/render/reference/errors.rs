//! The error codes.

use super::object::{Object, lines};
use super::text::{colored, entry, prose};
use crate::codec::error_codes::{ErrorCode, NONE, Retry};
use crate::render::Style;
use crate::render::paint::Ink;
use crate::render::push;

/// Columns of a code and the blanks behind it.
const NAME_AT: usize = 5;
/// Where the words begin that are said of one error.
const DETAIL_AT: usize = 18;

/// Appends every error: code, name and what a client does, and below what it means.
pub fn list(errors: &[ErrorCode], style: &Style, out: &mut Vec<u8>) {
    for error in errors {
        headline(error, NAME_AT - 2, style, out);
        prose(error.help, NAME_AT, style, out);
    }
}

/// Appends all that is known of one error.
pub fn one(error: &ErrorCode, style: &Style, out: &mut Vec<u8>) {
    headline(error, 0, style, out);
    prose(error.help, 0, style, out);
    out.push(b'\n');
    if error.code != NONE {
        let retry = match error.retry {
            Retry::Never => "no: the same request would fail again",
            Retry::Later => "yes: the same request may succeed later",
            Retry::AfterMetadata => "yes, once the client has fetched fresh metadata",
        };
        entry("retriable", retry, DETAIL_AT, style, out);
        entry("exception", error.exception, DETAIL_AT, style, out);
    }
    let since = match error.since {
        "0.8" => "Kafka 0.8 or before".to_owned(),
        release => format!("Kafka {release}"),
    };
    entry("since", &since, DETAIL_AT, style, out);
}

fn headline(error: &ErrorCode, code_columns: usize, style: &Style, out: &mut Vec<u8>) {
    let code = error.code.to_string();
    push::spaces(code_columns.saturating_sub(code.len()), out);
    out.extend_from_slice(code.as_bytes());
    push::spaces(if code_columns == 0 { 1 } else { 2 }, out);
    colored(style, if error.code == NONE { Ink::Good } else { Ink::Bold }, error.name, out);
    if error.is_retriable() {
        let words = if error.is_invalid_metadata() { "retriable, with fresh metadata" } else { "retriable" };
        out.extend_from_slice(b"  ");
        colored(style, Ink::Meaning, words, out);
    }
    out.push(b'\n');
}

/// Appends every error as a JSON array, one object a line.
pub fn list_json(errors: &[ErrorCode], out: &mut Vec<u8>) {
    lines(errors, 1, out, object);
    out.push(b'\n');
}

/// Appends one error as a JSON object.
pub fn one_json(error: &ErrorCode, out: &mut Vec<u8>) {
    object(error, out);
    out.push(b'\n');
}

fn object(error: &ErrorCode, out: &mut Vec<u8>) {
    let mut object = Object::new(out);
    object.int("code", error.code.into());
    object.text("name", error.name);
    object.flag("retriable", error.is_retriable());
    object.flag("invalidMetadata", error.is_invalid_metadata());
    object.text_or_null("exception", Some(error.exception).filter(|name| !name.is_empty()));
    object.text("since", error.since);
    object.text("meaning", error.help);
    object.end();
}
