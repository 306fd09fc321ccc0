//! Values as text.

use std::collections::BTreeMap;

use crate::codec::meaning::{Meaning, time, uuid};
use crate::codec::secrets;
use crate::codec::wire::Uuid;

/// What stands for a secret.
pub(super) const HIDDEN: &str = "(redacted)";

/// Text from outside: what a terminal would obey is escaped.
pub(super) fn clean(text: &str) -> String {
    if !text.chars().any(obeyed) {
        return text.to_string();
    }
    let mut clean = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if obeyed(c) { clean.extend(c.escape_default()) } else { clean.push(c) }
    }
    clean
}

/// Control characters, and those that turn the direction of writing.
fn obeyed(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The same, where it may be missing.
pub(super) fn clean_option(text: &Option<String>) -> String {
    text.as_deref().map(clean).unwrap_or_default()
}

/// An id as Kafka writes it.
pub(super) fn uuid(id: Uuid) -> String {
    uuid::uuid(&id.0)
}

/// The id of a log directory, or the word for one that is none.
pub(super) fn directory(id: Uuid) -> String {
    let mut out = Vec::new();
    if Meaning::DirectoryId.describe_uuid(&id.0, &mut out) {
        return String::from_utf8(out).unwrap_or_default();
    }
    uuid(id)
}

/// What a number stands for, or else the number.
pub(super) fn word(meaning: Meaning, value: i64) -> String {
    let mut out = Vec::new();
    if meaning.describe(value, &mut out) {
        return String::from_utf8(out).unwrap_or_default();
    }
    value.to_string()
}

/// A point in time from milliseconds since 1970; `none` for -1.
pub(super) fn time(millis: i64) -> String {
    word(Meaning::Timestamp, millis)
}

/// A length of time.
pub(super) fn duration(millis: i64) -> String {
    match u64::try_from(millis) {
        Ok(millis) => time::duration(millis),
        Err(_) => "none".to_string(),
    }
}

/// How long ago something was.
pub(super) fn age(since: i64, now_ms: i64) -> String {
    match now_ms.checked_sub(since) {
        // To the second, from a second on: nobody asks for more.
        Some(millis @ 1000..) => duration(millis - millis % 1000),
        Some(millis @ 0..) => duration(millis),
        _ => "in the future".to_string(),
    }
}

/// The same as part of a sentence.
pub(super) fn ago(since: i64, now_ms: i64) -> String {
    if since > now_ms { "in the future".to_string() } else { format!("{} ago", age(since, now_ms)) }
}

/// A number of bytes.
pub(super) fn size(bytes: i64) -> String {
    time::size(u64::try_from(bytes).unwrap_or(0))
}

/// Numbers with commas; `none` where there are none.
pub(super) fn numbers(numbers: &[i32]) -> String {
    if numbers.is_empty() {
        return "none".to_string();
    }
    joined(numbers.iter().map(i32::to_string))
}

/// Texts with commas.
pub(super) fn joined(texts: impl Iterator<Item = String>) -> String {
    texts.collect::<Vec<_>>().join(",")
}

/// Partitions by topic: `orders:0,1 payments:3`.
pub(super) fn places(topics: &BTreeMap<String, Vec<i32>>) -> String {
    let topic = |(name, partitions): (&String, &Vec<i32>)| {
        let partitions = joined(partitions.iter().map(i32::to_string));
        format!("{}:{partitions}", clean(name))
    };
    topics.iter().map(topic).collect::<Vec<_>>().join(" ")
}

/// A configuration's value, unless its name says that it is a secret; for JSON, which escapes by itself.
pub(super) fn raw_config<'a>(name: &str, value: &'a str) -> &'a str {
    if secrets::is_secret_name(name.as_bytes()) { HIDDEN } else { value }
}

/// The same for a terminal.
pub(super) fn config(name: &str, value: &str) -> String {
    clean(raw_config(name, value))
}

/// A number of things: `1 topic`, `3 topics`.
pub(super) fn counted(count: usize, thing: &str) -> String {
    crate::codec::explain::counted(count, thing)
}
