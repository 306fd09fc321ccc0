//! Where one message of a stream ends and the next one begins.

use crate::codec::detect::{self, Hints, What};

/// How much is read at once. Records up to this size are one message, so that their batches are
/// numbered through; more of them are cut into batches.
pub(super) const CHUNK_BYTES: usize = 256 << 10;
/// How many size prefixes in a row make frames of bytes that are no requests.
const HOPS_TRIED: usize = 8;
/// The least that a frame holds: a response header.
const FRAME_BYTES_MIN: usize = 4;
/// Offset and length before a batch or a message.
const BATCH_PREFIX: usize = 12;

/// How a unit of the input is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Framing {
    /// Not known yet: the beginning of a unit must be read first.
    Unknown { frames: bool, whole: bool, ended: bool },
    /// Size-prefixed frames, back to back.
    Frames { ended: bool },
    /// Record batches, back to back, more of them than are taken in at once.
    Batches { ended: bool },
    /// One message, up to the end of the unit.
    Whole { ended: bool },
    /// The unit has ended.
    Done,
}

/// What the caller has to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// The message from its start to `end` is there.
    Message { end: usize },
    /// This many more bytes are needed, or the end of the unit.
    More { bytes: usize },
    /// Go on with the next unit.
    Unit,
}

impl Framing {
    pub(super) fn new(hints: &Hints, pair: bool) -> Self {
        let records = matches!(hints.what, Some(What::Records));
        let other = hints.what.is_some() && !matches!(hints.what, Some(What::Request | What::Response));
        let whole = hints.size == Some(false) || other && !records;
        Framing::Unknown { frames: hints.size == Some(true) || pair && !whole, whole, ended: false }
    }

    /// The unit has no more bytes.
    pub(super) fn end_of_unit(&mut self) {
        match self {
            Framing::Unknown { ended, .. }
            | Framing::Frames { ended }
            | Framing::Batches { ended }
            | Framing::Whole { ended } => *ended = true,
            Framing::Done => {}
        }
    }

    /// A message took less of the unit's end than it was given: what is behind it comes next.
    pub(super) fn go_on(&mut self) {
        *self = Framing::Whole { ended: true };
    }

    /// No byte of the unit is left to be read.
    pub(super) fn is_last(&self) -> bool {
        matches!(
            self,
            Framing::Frames { ended: true }
                | Framing::Batches { ended: true }
                | Framing::Whole { ended: true }
                | Framing::Done
        )
    }

    /// Finds the end of the message that begins at `start`.
    pub(super) fn next(&mut self, buffer: &[u8], start: usize, frame_bytes_max: usize) -> Next {
        let rest = buffer.get(start..).unwrap_or_default();
        match *self {
            Framing::Done => Next::Unit,
            Framing::Unknown { frames, whole, ended } => {
                if !ended && rest.len() < CHUNK_BYTES {
                    return Next::More { bytes: CHUNK_BYTES - rest.len() };
                }
                *self = if whole {
                    Framing::Whole { ended }
                } else if frames || are_frames(rest, ended, frame_bytes_max) {
                    Framing::Frames { ended }
                } else if detect::looks_like_records(rest) && !ended {
                    Framing::Batches { ended }
                } else {
                    Framing::Whole { ended }
                };
                self.next(buffer, start, frame_bytes_max)
            }
            Framing::Frames { ended } => {
                if rest.is_empty() && ended {
                    *self = Framing::Done;
                    return Next::Unit;
                }
                let size = rest.first_chunk().map(|size| i32::from_be_bytes(*size));
                match size.map(usize::try_from) {
                    Some(Ok(size)) if size <= frame_bytes_max && rest.len() >= size + 4 => {
                        Next::Message { end: start + size + 4 }
                    }
                    // A size that cannot be: the rest of the unit is one message, whose error says so.
                    Some(Ok(size)) if size > frame_bytes_max => self.rest_is_one(buffer),
                    Some(Err(_)) => self.rest_is_one(buffer),
                    _ if ended => self.rest_is_one(buffer),
                    Some(Ok(size)) => Next::More { bytes: size + 4 - rest.len() },
                    None => Next::More { bytes: 4 - rest.len() },
                }
            }
            Framing::Batches { ended } => {
                if rest.is_empty() && ended {
                    *self = Framing::Done;
                    return Next::Unit;
                }
                let length = rest.get(8..).and_then(|rest| rest.first_chunk());
                match length.map(|length| usize::try_from(i32::from_be_bytes(*length))) {
                    Some(Ok(length)) if length <= frame_bytes_max && rest.len() >= BATCH_PREFIX + length => {
                        Next::Message { end: start + BATCH_PREFIX + length }
                    }
                    // What cannot be cut further is judged as records too.
                    Some(Ok(length)) if length > frame_bytes_max => self.rest_is_one(buffer),
                    Some(Err(_)) => self.rest_is_one(buffer),
                    _ if ended => self.rest_is_one(buffer),
                    Some(Ok(length)) => Next::More { bytes: BATCH_PREFIX + length - rest.len() },
                    None => Next::More { bytes: BATCH_PREFIX },
                }
            }
            Framing::Whole { ended } => {
                // No more than a message may have is taken in at once; what is behind comes next.
                if !ended && rest.len() < frame_bytes_max {
                    return Next::More { bytes: CHUNK_BYTES };
                }
                if ended {
                    *self = Framing::Done;
                }
                if rest.is_empty() { Next::Unit } else { Next::Message { end: buffer.len() } }
            }
        }
    }

    fn rest_is_one(&mut self, buffer: &[u8]) -> Next {
        let ended = matches!(self, Framing::Frames { ended: true } | Framing::Batches { ended: true });
        *self = Framing::Whole { ended };
        Next::Message { end: buffer.len() }
    }
}

/// Whether bytes are size-prefixed frames: a request, or sizes that lead from one to the next.
fn are_frames(rest: &[u8], ended: bool, frame_bytes_max: usize) -> bool {
    let (mut at, mut hops) = (0, 0);
    while hops < HOPS_TRIED {
        let Some(size) = rest.get(at..).and_then(|rest| rest.first_chunk()) else { break };
        let size = usize::try_from(i32::from_be_bytes(*size)).unwrap_or(usize::MAX);
        if !(FRAME_BYTES_MIN..=frame_bytes_max).contains(&size) {
            // Behind a whole request it is that size that is wrong.
            return hops > 0 && detect::begins_with_request(rest);
        }
        hops += 1;
        at += 4 + size;
    }
    // One frame that fills the unit exactly, or several; a cut-off last one is told by its size.
    (ended && at == rest.len()) || hops > 1 || (hops == 1 && detect::begins_with_request(rest))
}

/// Whether several lines are a message each, rather than one message wrapped over them: the first
/// line is one by itself.
pub(super) fn lines_are_messages(preview: &[Vec<u8>], hints: &Hints) -> bool {
    let [first, second, ..] = preview else { return false };
    let whole = |line: &[u8]| {
        let size = line.split_first_chunk::<4>();
        let fits =
            size.is_some_and(|(size, behind)| usize::try_from(i32::from_be_bytes(*size)) == Ok(behind.len()));
        fits || detect::is_exact(line, hints)
    };
    // Lines of one dump have the same length, but for the last.
    whole(first) && (whole(second) || first.len() != second.len())
}
