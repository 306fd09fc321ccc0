//! Changes around the message: its size prefix, its version, its API, an end that is missing.

use super::cut::Cut;
use super::search::{Found, HALF, ODD_EVERY, ONE, Search};
use super::weigh;
use super::words::What;
use crate::codec::api;
use crate::codec::detect::FRAME_BYTES_MAX;
use crate::codec::finding::{FindingKind, Severity};
use crate::codec::frame::HeaderChoice;
use crate::codec::reading::ReadAs;
use crate::codec::schema::Versions;
use crate::codec::tape::Shape;
use crate::codec::wire::ErrorKind;

impl Search<'_> {
    /// Another size prefix.
    pub(super) fn sizes(&mut self) {
        let Some(claimed) = self.claimed else { return };
        let whole = self.bytes.len() as i64 - 4;
        if self.whole && claimed != whole {
            self.attempt(&[Cut::new(0, 4, &(whole as i32).to_be_bytes())], What::Size, ONE, 0);
        }
        // In a stream of frames, one that counts itself or leaves a few bytes behind.
        for size in [claimed - 4, claimed + 4, claimed - 1, claimed + 1] {
            if size >= 4 && size < whole {
                self.attempt(&[Cut::new(0, 4, &(size as i32).to_be_bytes())], What::Size, ONE, 1);
            }
        }
    }

    /// Every other version of the message.
    pub(super) fn versions(&mut self) {
        let Some((message, version)) = self.reading.message else {
            return;
        };
        let Versions { min, max } = message.versions;
        for to in min..=max {
            if to == version {
                continue;
            }
            let unknown = !message.versions.contain(version);
            let what = What::Version { from: version, to };
            let prior = u32::from(!unknown);
            match self.read_as {
                ReadAs::Response { layout, api: (key, _) } => {
                    self.attempt_as(ReadAs::Response { layout, api: (key, to) }, &[], what, prior);
                }
                ReadAs::Message(message, _) => {
                    self.attempt_as(ReadAs::Message(message, to), &[], what, prior);
                }
                ReadAs::Request { layout, api: Some((key, _)) } if layout.header == HeaderChoice::None => {
                    self.attempt_as(ReadAs::Request { layout, api: Some((key, to)) }, &[], what, prior);
                }
                ReadAs::Request { .. } => {
                    let at = self.header_at() + 2;
                    self.attempt_as(self.read_as, &[Cut::new(at, 2, &to.to_be_bytes())], what, prior);
                }
                ReadAs::VersionPrefixed(_) | ReadAs::RecordValue(_, Some(_)) => {
                    self.attempt_as(self.read_as, &[Cut::new(0, 2, &to.to_be_bytes())], what, prior);
                }
                _ => {}
            }
        }
    }

    /// Another API key in a request.
    pub(super) fn keys(&mut self) {
        let ReadAs::Request { layout, api: None } = self.read_as else { return };
        if layout.header == HeaderChoice::None {
            return;
        }
        let (at, now, version) =
            (self.header_at(), self.reading.frame.map(|frame| frame.key), self.version());
        for api in api::APIS {
            if Some(api.key) != now && api.request.versions.contain(version) {
                let prior = if now.is_some_and(|now| api::by_key(now).is_some()) { 8 } else { 2 };
                let what = What::Api { key: api.key };
                self.attempt(&[Cut::new(at, 2, &api.key.to_be_bytes())], what, ONE, prior);
            }
        }
    }

    /// The end is missing: no change, but what the size prefix and the length that failed say.
    pub(super) fn truncated(&mut self) {
        let known = self.reading.message.is_some_and(|(message, version)| message.versions.contain(version));
        if self.reading.end != self.bytes.len() || !self.whole || !known {
            return;
        }
        let Some(finding) = self.base.findings().iter().rev().find(|finding| {
            matches!(finding.kind, FindingKind::Wire(_)) && finding.severity == Severity::Error
        }) else {
            return;
        };
        let FindingKind::Wire(kind) = finding.kind else { return };
        let short = match kind {
            ErrorKind::Short { need, have }
            | ErrorKind::LengthPastEnd { need, have }
            | ErrorKind::CountPastEnd { count: need, have } => need.saturating_sub(have),
            ErrorKind::TagCount { count, have } => {
                usize::try_from(count).unwrap_or(usize::MAX).saturating_sub(have)
            }
            _ => return,
        };
        let frame = self.bytes.len() as i64 - 4;
        let (missing, prior) = match self.claimed {
            // The size prefix knows it best, if it can be believed.
            Some(claimed)
                if claimed > frame
                    && short as i64 <= claimed - frame
                    && claimed <= FRAME_BYTES_MAX as i64 =>
            {
                (claimed - frame, 0)
            }
            Some(_) => return,
            None if short <= 1 << 20 => (short as i64, 10),
            None => return,
        };
        let read = weigh::weigh(self.base, self.bytes, &mut self.scratch);
        let unread = self.bytes.len().saturating_sub(self.base.nodes().last().map_or(0, |node| {
            if node.shape == Shape::Gap { node.start as usize } else { node.end as usize }
        }));
        if read.odd > 1 + (self.bytes.len() / ODD_EVERY) as u32 {
            return;
        }
        let found = Found {
            cuts: Vec::new(),
            size: None,
            what: What::Truncated { missing: missing as usize },
            halves: ONE,
            score: ONE * HALF + prior + read.told + 2 * unread as u32 + 4,
            odd: read.odd,
            hash: u64::MAX,
            name: self.name(self.reading),
            version: self.version(),
            others: Vec::new(),
        };
        self.found.push(found);
    }
}
