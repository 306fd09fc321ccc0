//! Which request a response answers: responses carry nothing but the correlation id.

use crate::codec::detect::{self, Hints};
use crate::codec::frame::{Frame, Layout};
use crate::codec::reading::ReadAs;

/// How many requests without an answer are remembered. Clients count correlation ids up and have at
/// most a few requests under way, so that an id's last bits find its request.
const REMEMBERED: usize = 1 << 12;

/// Requests whose responses may still come.
#[derive(Debug, Default)]
pub struct Pairs {
    /// By the last bits of the correlation id; empty before the first request.
    asked: Vec<Option<Asked>>,
    /// The message before, if it was a request.
    last: Option<Asked>,
}

#[derive(Debug, Clone, Copy)]
struct Asked {
    correlation_id: i32,
    api: (i16, i16),
}

fn slot(correlation_id: i32) -> usize {
    correlation_id as usize % REMEMBERED
}

impl Pairs {
    /// A request was read.
    pub(super) fn remember(&mut self, frame: &Frame) {
        let Some(correlation_id) = frame.correlation_id else { return };
        let asked = Asked { correlation_id, api: (frame.key, frame.version) };
        if self.asked.is_empty() {
            self.asked = vec![None; REMEMBERED];
        }
        if let Some(place) = self.asked.get_mut(slot(correlation_id)) {
            *place = Some(asked);
        }
        self.last = Some(asked);
    }

    /// How to read bytes that may answer a request that was seen, and whether they must: `in_turn` says
    /// that every second message answers the one before.
    pub(super) fn answer(&mut self, bytes: &[u8], hints: &Hints, in_turn: bool) -> Option<(ReadAs, bool)> {
        let last = self.last.take();
        if self.asked.is_empty() || hints.what.is_some() || hints.api.is_some() {
            return None;
        }
        let size = hints.size.unwrap_or_else(|| detect::size_fits(bytes));
        let at = if size { 4 } else { 0 };
        let correlation_id = i32::from_be_bytes(*bytes.get(at..)?.first_chunk()?);
        let asked = self.asked.get(slot(correlation_id)).copied().flatten();
        let same_id = asked.filter(|asked| asked.correlation_id == correlation_id);
        let in_turn = last.filter(|_| in_turn);
        let asked = in_turn.or(same_id)?;
        let layout = Layout { size, header: hints.header.unwrap_or_default() };
        Some((ReadAs::Response { layout, api: asked.api }, in_turn.is_some()))
    }

    /// The response to a request was read.
    pub(super) fn answered(&mut self, correlation_id: Option<i32>) {
        if let Some(place) = correlation_id.and_then(|id| self.asked.get_mut(slot(id))) {
            *place = None;
        }
    }
}
