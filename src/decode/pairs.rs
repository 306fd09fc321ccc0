//! Which request a response answers: responses carry nothing but the correlation id.

use std::collections::VecDeque;

use crate::codec::detect::{self, Hints};
use crate::codec::frame::{Frame, Layout};
use crate::codec::reading::ReadAs;
use crate::codec::tape::Tape;

/// How many requests without an answer are remembered; a client has at most a few under way, and
/// those with acks=0 are never answered.
const REMEMBERED_MAX: usize = 1_024;

/// Requests whose responses may still come.
#[derive(Debug, Default)]
pub struct Pairs {
    asked: VecDeque<Asked>,
    /// The message before was a request.
    last_was_request: bool,
}

#[derive(Debug, Clone, Copy)]
struct Asked {
    correlation_id: i32,
    api: (i16, i16),
}

impl Pairs {
    /// A request was read.
    pub(super) fn remember(&mut self, frame: &Frame) {
        self.last_was_request = true;
        let Some(correlation_id) = frame.correlation_id else { return };
        if self.asked.len() == REMEMBERED_MAX {
            self.asked.pop_front();
        }
        self.asked.push_back(Asked { correlation_id, api: (frame.key, frame.version) });
    }

    /// How to read bytes that answer a request that was seen; `in_turn` when every second message is
    /// an answer to the one before.
    pub(super) fn answer(
        &mut self,
        tape: &mut Tape,
        bytes: &[u8],
        hints: &Hints,
        in_turn: bool,
    ) -> Option<(ReadAs, &'static str)> {
        let after_request = std::mem::replace(&mut self.last_was_request, false);
        if self.asked.is_empty() || hints.what.is_some() || hints.api.is_some() {
            return None;
        }
        let size = hints.size.unwrap_or_else(|| detect::size_fits(bytes));
        let at = if size { 4 } else { 0 };
        let correlation_id = i32::from_be_bytes(*bytes.get(at..)?.first_chunk()?);
        let found = self.asked.iter().rposition(|asked| asked.correlation_id == correlation_id);
        let turn = (in_turn && after_request).then(|| self.asked.len() - 1);
        let asked = *self.asked.get(found.or(turn)?)?;
        let read_as = ReadAs::Response {
            layout: Layout { size, header: hints.header.unwrap_or_default() },
            api: asked.api,
        };
        // A request can begin with the bytes of a correlation id; then it does not read as an answer.
        let answers = in_turn && after_request || detect::exact(tape, bytes, read_as);
        if !answers {
            self.last_was_request = after_request;
            return None;
        }
        if let Some(found) = found.or(turn) {
            self.asked.remove(found);
        }
        Some((read_as, "read as the response to the request before it with this correlation id"))
    }
}
