//! Changes after which broken bytes read exactly.
//!
//! A cause is only offered when it was tried. The search makes one small change after another to a
//! copy (a tag buffer's 00 put in or left out, a length corrected or written in its other form,
//! another version, another size prefix), reads the copy again and keeps the changes after which
//! nothing is wrong and nothing is left over. Of those it offers the ones with the fewest changes and
//! the least to wonder about. Knowledge of the format comes first, blind changes last, so that what
//! is likely has been tried when the time is up.
//!
//! ```text
//! search     -> envelope, tags, lengths, bytes, chain (what is tried; `cut` is one change)
//!            -> read the copy, `weigh` what it says -> offer the best -> `words`
//! ```

mod budget;
mod bytes;
mod chain;
mod cut;
mod edit;
mod envelope;
mod length;
mod lengths;
mod places;
mod search;
mod tags;
mod weigh;
mod words;

use super::dissect::Depth;
use super::finding::{FindingKind, Severity};
use super::reading::{ReadAs, Reading, read};
use super::tape::{NODES_MAX, Node, Shape, Tape};
pub use budget::{Budget, TIME_MAX, TRIES_MAX};
pub use edit::{Edit, Repair, Splice};
use search::Search;

/// How far behind the end of a frame the search looks.
const BEHIND_MAX: usize = 64 << 10;

/// The changes after which `input` reads exactly from `start` on, where `reading` of it, which is on
/// the tape, has an error or bytes left over. The likeliest come first, and several only where
/// they are equally likely.
pub fn search(
    input: &[u8],
    start: usize,
    reading: &Reading,
    tape: &Tape,
    budget: &mut Budget,
) -> Vec<Repair> {
    // Records say what is wrong with them themselves, and a repaired byte there breaks their CRC.
    if !faulty(tape) || matches!(reading.read_as, ReadAs::Records(_)) {
        return Vec::new();
    }
    let end = input.len().min(reading.end.saturating_add(BEHIND_MAX)).max(start);
    let whole = end == input.len();
    let Some(bytes) = input.get(start..end) else { return Vec::new() };
    // Only the message's own fields matter. A tape that has no others is the one that is needed.
    let mut own = Tape::new(NODES_MAX, 0);
    let own_reading;
    let opened = |(i, node): (usize, &Node)| node.shape == Shape::Bytes && node.next as usize > i + 1;
    let (base, reading) = if start == 0 && !tape.nodes().iter().enumerate().any(opened) {
        (tape, reading)
    } else {
        own_reading = read(&mut own, bytes, 0, reading.read_as, Depth::FIELDS);
        if !faulty(&own) {
            return Vec::new();
        }
        (&own, &own_reading)
    };
    let Some(mut search) = Search::new(bytes, whole, start, base, reading, budget) else {
        return Vec::new();
    };
    search.run();
    search.offer()
}

/// Whether the reading on the tape leaves something to repair.
pub fn faulty(tape: &Tape) -> bool {
    tape.findings().iter().any(|finding| {
        finding.buffer == 0
            && (finding.severity == Severity::Error || matches!(finding.kind, FindingKind::Trailing { .. }))
    })
}
