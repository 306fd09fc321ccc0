//! The records that Kafka itself writes: which message their keys and values are.
use super::dissect::Depth;
use super::records::Family;
use super::tape::Tape;

/// Adds what the key of a record in a log of `family` holds; `at` is its offset in the current buffer.
pub fn key(_tape: &mut Tape, _key: &[u8], _at: usize, _family: Family, _depth: Depth) {}

/// Adds what the value of a record in a log of `family` holds; its key says which message it is.
pub fn value(
    _tape: &mut Tape,
    _key: Option<&[u8]>,
    _value: &[u8],
    _at: usize,
    _family: Family,
    _depth: Depth,
) {
}
