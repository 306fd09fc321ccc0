//! The search: what it goes by, how a change is tried, judged and offered. What is tried is in `envelope`, `tags`,
//! `lengths`, `bytes` and `chain`, from what is known to what is blind.

use std::hash::{Hash, Hasher};

use super::cut::Cut;
use super::places::{self, Place};
use super::words::{self, What};
use super::{Budget, Repair, faulty, weigh};
use crate::codec::detect::FRAME_BYTES_MAX;
use crate::codec::dissect::Depth;
use crate::codec::reading::{ReadAs, Reading, read};
use crate::codec::tape::Tape;

/// What a change costs, in halves: two for a byte changed, put in or left out, or a length corrected.
pub(super) const ONE: u32 = 2;
/// How much a half change weighs against what is told (see [`weigh`]).
pub(super) const HALF: u32 = 6;
/// Repairs whose scores are no further apart than this are equal.
const EQUAL: u32 = 3;
/// How much a size prefix that follows another change weighs: whoever made the mistake counted it too.
pub(super) const FOLLOWS: u32 = 2;
/// One oddity is allowed, and another in so many bytes.
pub(super) const ODD_EVERY: usize = 64;
/// The most repairs offered.
const SHOWN_MAX: usize = 3;
/// Nodes kept of a try: whether it reads exactly does not need them, only how likely it is.
const TRIED_NODES_MAX: usize = 50_000;
/// Above so many bytes a single try takes too long for a search.
const FRAME_MAX: usize = 4 << 20;

/// A change that reads exactly.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub cuts: Vec<Cut>,
    pub size: Option<(i64, i64)>,
    pub what: What,
    pub halves: u32,
    pub score: u32,
    pub odd: u32,
    pub hash: u64,
    pub name: &'static str,
    pub version: i16,
    /// Other versions that read as well.
    pub others: Vec<i16>,
}

pub(super) struct Search<'a> {
    /// The bytes from the message's first on, with some of what is behind it.
    pub(super) bytes: &'a [u8],
    /// Nothing of the input is behind `bytes`.
    pub(super) whole: bool,
    /// Offset of the message in the input.
    pub(super) start: usize,
    pub(super) read_as: ReadAs,
    /// What the size prefix claims, where there is one.
    pub(super) claimed: Option<i64>,
    /// The size prefix fits: what is behind the frame is nothing, or looks like another frame.
    pub(super) fits: bool,
    /// The reading as it is.
    pub(super) base: &'a Tape,
    pub(super) reading: &'a Reading,
    pub(super) places: Vec<Place>,
    pub(super) tape: Tape,
    pub(super) buffer: Vec<u8>,
    pub(super) scratch: Vec<u8>,
    pub(super) found: Vec<Found>,
    pub(super) budget: &'a mut Budget,
}

impl<'a> Search<'a> {
    pub fn new(
        bytes: &'a [u8],
        whole: bool,
        start: usize,
        base: &'a Tape,
        reading: &'a Reading,
        budget: &'a mut Budget,
    ) -> Option<Self> {
        let read_as = reading.read_as;
        let sized = match read_as {
            ReadAs::Request { layout, .. } | ReadAs::Response { layout, .. } => layout.size,
            _ => false,
        };
        let claimed = match (sized, bytes.first_chunk()) {
            (true, Some(size)) => Some(i64::from(i32::from_be_bytes(*size))),
            (true, None) => return None,
            (false, _) => None,
        };
        let mut places = Vec::new();
        places::places(base, reading, bytes, &mut places);
        let behind = bytes.get(reading.end..).unwrap_or_default();
        let fits = claimed.is_none_or(|size| {
            size + 4 == reading.end as i64 && (behind.is_empty() || begins_frame(behind, whole))
        });
        Some(Self {
            bytes,
            whole,
            start,
            read_as,
            claimed,
            fits,
            base,
            reading,
            places,
            tape: Tape::new(TRIED_NODES_MAX, 0),
            buffer: Vec::with_capacity(bytes.len() + 16),
            scratch: Vec::new(),
            found: Vec::new(),
            budget,
        })
    }

    pub fn run(&mut self) {
        self.sizes();
        self.versions();
        self.truncated();
        if self.bytes.len() > FRAME_MAX {
            return;
        }
        self.tag_buffers();
        self.forms();
        self.lengths();
        self.too_many();
        self.missing();
        self.markers();
        self.keys();
        if self.found.iter().all(|found| found.halves > ONE + 1 || found.odd > 0) {
            self.chain();
        }
        self.any_value();
        self.any_length_put_in();
    }

    // How it is tried.

    pub(super) fn attempt_as(&mut self, read_as: ReadAs, cuts: &[Cut], what: What, prior: u32) {
        let before = std::mem::replace(&mut self.read_as, read_as);
        self.attempt(cuts, what, ONE, prior);
        self.read_as = before;
    }

    /// Makes the change in a copy and reads that; with the size prefix as it is, and with one that
    /// follows the change.
    pub(super) fn attempt(&mut self, cuts: &[Cut], what: What, halves: u32, prior: u32) {
        if !self.budget.take() {
            return;
        }
        let Some(claimed) = self.claimed else {
            self.edited(cuts);
            return self.judge(cuts, None, what, halves, prior);
        };
        let grows: i64 = cuts.iter().map(Cut::grows).sum();
        let edits_size = matches!(what, What::Size);
        let total = self.bytes.len() as i64 + grows - 4;
        let mut sizes = [None; 2];
        if edits_size {
            sizes = [Some((claimed, 0)), None];
        } else {
            let [as_it_is, following] = &mut sizes;
            *as_it_is = Some((claimed, 0));
            if self.fits && grows != 0 {
                *following = Some((claimed + grows, FOLLOWS));
            } else if !self.fits && claimed != total && self.whole {
                *following = Some((total, ONE * HALF + FOLLOWS));
            }
        }
        let mut edited = false;
        for (size, extra) in sizes.into_iter().flatten() {
            let size_now = if edits_size {
                cuts.first()
                    .and_then(|cut| cut.with().first_chunk())
                    .map_or(-1, |size| i64::from(i32::from_be_bytes(*size)))
            } else {
                size
            };
            if size_now < 4 || size_now > total {
                continue;
            }
            if !edited {
                self.edited(cuts);
                edited = true;
            }
            let behind = self.buffer.get(size_now as usize + 4..).unwrap_or_default();
            if !behind.is_empty() && !begins_frame(behind, self.whole) {
                continue;
            }
            if let Some(prefix) = self.buffer.first_chunk_mut::<4>() {
                *prefix = (size_now as i32).to_be_bytes();
            }
            let followed = (size_now != claimed && !edits_size).then_some((claimed, size_now));
            self.judge(cuts, followed, what, halves, prior + extra);
        }
    }

    fn edited(&mut self, cuts: &[Cut]) {
        self.buffer.clear();
        self.buffer.extend_from_slice(self.bytes);
        for cut in cuts {
            cut.apply(&mut self.buffer);
        }
    }

    /// Reads the changed copy and keeps the change if nothing is wrong then.
    fn judge(&mut self, cuts: &[Cut], size: Option<(i64, i64)>, what: What, halves: u32, prior: u32) {
        self.tape.clear();
        let reading = read(&mut self.tape, &self.buffer, 0, self.read_as, Depth::FIELDS);
        if faulty(&self.tape) {
            return;
        }
        let weight = weigh::weigh(&self.tape, &self.buffer, &mut self.scratch);
        if weight.odd > 1 + (self.buffer.len() / ODD_EVERY) as u32 {
            return;
        }
        let mut hasher = std::hash::DefaultHasher::new();
        self.buffer.hash(&mut hasher);
        let version = reading.message.map_or(-1, |(_, version)| version);
        version.hash(&mut hasher);
        let hash = hasher.finish();
        let score = halves * HALF + prior + weight.told;
        let found = Found {
            cuts: cuts.to_vec(),
            size,
            what,
            halves,
            score,
            odd: weight.odd,
            hash,
            name: self.name(&reading),
            version,
            others: Vec::new(),
        };
        match self.found.iter_mut().find(|other| other.hash == hash) {
            Some(other) if other.score > score => *other = found,
            Some(_) => {}
            None => self.found.push(found),
        }
    }

    pub(super) fn name(&self, reading: &Reading) -> &'static str {
        match reading.frame.and_then(|frame| frame.api) {
            Some(api) => api.name,
            None => reading.message.map_or("", |(message, _)| message.name),
        }
    }

    pub(super) fn version(&self) -> i16 {
        self.reading.message.map_or_else(|| self.reading.frame.map_or(-1, |frame| frame.version), |(_, v)| v)
    }

    pub(super) fn header_at(&self) -> usize {
        if self.claimed.is_some() { 4 } else { 0 }
    }

    pub(super) fn byte(&self, at: usize) -> Option<u8> {
        self.bytes.get(at).copied()
    }

    // What is offered.

    /// The best of what was found, and what is as good.
    pub fn offer(&mut self) -> Vec<Repair> {
        let mut found = std::mem::take(&mut self.found);
        found.sort_by_key(|found| (found.score, found.halves));
        let Some(score) = found.first().map(|best| best.score) else { return Vec::new() };
        found.retain(|found| found.score <= score + EQUAL);
        words::merge(&mut found);
        found.truncate(SHOWN_MAX);
        found.iter().map(|found| self.repair(found)).collect()
    }
}

/// Whether what is behind a frame looks like the next one.
fn begins_frame(bytes: &[u8], whole: bool) -> bool {
    let Some((size, rest)) = bytes.split_first_chunk::<4>() else { return false };
    let size = i32::from_be_bytes(*size);
    usize::try_from(size)
        .is_ok_and(|size| size >= 4 && (size <= rest.len() || (!whole && size <= FRAME_BYTES_MAX)))
}
