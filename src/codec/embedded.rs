//! What Kafka's messages carry inside of bytes fields.
use super::dissect::Depth;
use super::records::Family;
use super::schema::Message;
use super::tape::Tape;

/// Whose records a field holds.
pub fn family_of_records(_tape: &Tape, _message: &'static Message, _node: usize) -> Family {
    Family::Data
}

/// Opens the content of a bytes field where it is known what it holds.
pub fn open(
    _tape: &mut Tape,
    _content: &[u8],
    _at: usize,
    _message: &'static Message,
    _node: usize,
    _depth: Depth,
) {
}
