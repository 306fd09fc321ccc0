//! Changes after which broken bytes read exactly.
//!
//! A cause is only offered when it was tried. The search makes one small change after another to a
//! copy (a tag buffer's 00 put in or left out, a length corrected or written in its other form,
//! another version, another size prefix), reads the copy again and keeps the changes after which
//! nothing is wrong and nothing is left over. Of those it offers the ones with the fewest changes and
//! the least to wonder about. Knowledge of the format comes first, blind changes last, so that what
//! is likely has been tried when the time is up.

mod places;
mod weigh;
mod words;

use std::hash::{Hash, Hasher};
use std::time::{Duration, Instant};

use super::api;
use super::dissect::Depth;
use super::finding::{FindingKind, Severity};
use super::reading::{ReadAs, Reading, read};
use super::schema::Versions;
use super::tape::{NODES_MAX, Node, Shape, Tape};
use super::wire::ErrorKind;
use places::{Kind, Place};
use words::What;

/// One change that was tried and found to make the whole message read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repair {
    /// Offset of the first byte that changes.
    pub at: usize,
    /// What is changed.
    pub edit: Edit,
    /// What the size prefix was and becomes, where it follows the change.
    pub size: Option<(i64, i64)>,
    /// The change in bytes; none where bytes are missing that nobody knows, or where another version
    /// is read from the same bytes.
    pub splices: Vec<Splice>,
    /// The change: `byte 23: 00 instead of 50`.
    pub what: String,
    /// Why it is likely, and what the message is then.
    pub why: String,
}

/// What a repair changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// One byte is another.
    Change {
        /// Its offset.
        at: usize,
        /// What it should be.
        to: u8,
    },
    /// Bytes are put in.
    Insert {
        /// Before the byte at this offset.
        at: usize,
        /// Which.
        bytes: Vec<u8>,
    },
    /// Bytes are left out.
    Remove {
        /// Offset of the first.
        at: usize,
        /// How many.
        count: usize,
    },
    /// A length or count is another, or in another form.
    Replace {
        /// Its offset.
        at: usize,
        /// How many bytes it takes now.
        count: usize,
        /// What it should be.
        with: Vec<u8>,
    },
    /// Changes of one kind in several places.
    Several {
        /// In how many.
        places: usize,
    },
    /// A byte is missing, which one cannot be told; the repair reads with 00 or `?` in its place.
    Lost {
        /// It stood at this offset or behind it.
        from: usize,
        /// It stood before this offset.
        to: usize,
    },
    /// There is a byte too many, which one cannot be told.
    Extra {
        /// It is at this offset or behind it.
        from: usize,
        /// It is before this offset.
        to: usize,
    },
    /// Another version.
    Version {
        /// The one that it was read as.
        from: i16,
        /// Those that read exactly, the likeliest first.
        to: Vec<i16>,
    },
    /// Another API.
    Api {
        /// Its key.
        key: i16,
    },
    /// Another size prefix.
    Size {
        /// What it says.
        from: i64,
        /// What it should say.
        to: i64,
    },
    /// The end is missing.
    Truncated {
        /// At least so many bytes.
        missing: usize,
    },
}

/// Bytes in place of others. Of several, each counts its offset behind the changes of those before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Splice {
    /// Offset of the first.
    pub at: usize,
    /// How many go.
    pub count: usize,
    /// What comes in their place.
    pub with: Vec<u8>,
}

impl Repair {
    /// The input with the change made.
    pub fn apply(&self, input: &[u8]) -> Vec<u8> {
        let mut bytes = input.to_vec();
        for splice in &self.splices {
            let at = splice.at.min(bytes.len());
            let end = (at + splice.count).min(bytes.len());
            bytes.splice(at..end, splice.with.iter().copied());
        }
        bytes
    }
}

/// How much a search may take.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    tries: u32,
    until: Option<Instant>,
    /// How many changes were tried.
    pub tried: u32,
}

/// The most changes that are tried unless told otherwise: some ten milliseconds of a usual message.
pub const TRIES_MAX: u32 = 20_000;
/// The time that a search may take unless told otherwise.
pub const TIME_MAX: Duration = Duration::from_millis(50);

impl std::default::Default for Budget {
    fn default() -> Self {
        Self::new(TRIES_MAX, Some(TIME_MAX))
    }
}

impl Budget {
    /// So many tries, and no longer than that from now on. Without a time the search is repeatable.
    pub fn new(tries: u32, time: Option<Duration>) -> Self {
        Self { tries, until: time.map(|time| Instant::now() + time), tried: 0 }
    }

    fn take(&mut self) -> bool {
        if self.spent() {
            return false;
        }
        self.tried += 1;
        true
    }

    fn spent(&self) -> bool {
        self.tried >= self.tries || self.until.is_some_and(|until| Instant::now() >= until)
    }
}

/// What a change costs, in halves: two for a byte changed, put in or left out, or a length corrected.
const ONE: u32 = 2;
/// How much a half change weighs against what is told (see [`weigh`]).
const HALF: u32 = 6;
/// Repairs whose scores are no further apart than this are equal.
const EQUAL: u32 = 3;
/// How much a size prefix that follows another change weighs: whoever made the mistake counted it too.
const FOLLOWS: u32 = 2;
/// One oddity is allowed, and another in so many bytes.
const ODD_EVERY: usize = 64;
/// The most repairs offered.
const SHOWN_MAX: usize = 3;
/// How far behind the end of a frame the search looks.
const BEHIND_MAX: usize = 64 << 10;
/// Nodes kept of a try: whether it reads exactly does not need them, only how likely it is.
const TRIED_NODES_MAX: usize = 50_000;
/// Above so many bytes a single try takes too long for a search.
const FRAME_MAX: usize = 4 << 20;
/// The most places with the same mistake that are corrected together.
const CHAIN_MAX: usize = 256;

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

/// A small splice without an allocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cut {
    at: usize,
    count: usize,
    with: [u8; 8],
    len: u8,
}

impl Cut {
    fn new(at: usize, count: usize, bytes: &[u8]) -> Self {
        let mut with = [0; 8];
        let len = bytes.len().min(with.len());
        for (to, from) in with.iter_mut().zip(bytes) {
            *to = *from;
        }
        Self { at, count, with, len: len as u8 }
    }

    fn with(&self) -> &[u8] {
        self.with.get(..usize::from(self.len)).unwrap_or_default()
    }

    fn grows(&self) -> i64 {
        i64::from(self.len) - self.count as i64
    }

    fn apply(&self, bytes: &mut Vec<u8>) {
        let at = self.at.min(bytes.len());
        let end = (at + self.count).min(bytes.len());
        if end - at == usize::from(self.len) {
            if let Some(to) = bytes.get_mut(at..end) {
                to.copy_from_slice(self.with());
            }
        } else {
            bytes.splice(at..end, self.with().iter().copied());
        }
    }
}

/// A change that reads exactly.
#[derive(Debug, Clone)]
struct Found {
    cuts: Vec<Cut>,
    size: Option<(i64, i64)>,
    what: What,
    halves: u32,
    score: u32,
    odd: u32,
    hash: u64,
    name: &'static str,
    version: i16,
    /// Other versions that read as well.
    others: Vec<i16>,
}

struct Search<'a> {
    /// The bytes from the message's first on, with some of what is behind it.
    bytes: &'a [u8],
    /// Nothing of the input is behind `bytes`.
    whole: bool,
    /// Offset of the message in the input.
    start: usize,
    read_as: ReadAs,
    /// What the size prefix claims, where there is one.
    claimed: Option<i64>,
    /// The size prefix fits: what is behind the frame is nothing, or looks like another frame.
    fits: bool,
    /// The reading as it is.
    base: &'a Tape,
    reading: &'a Reading,
    places: Vec<Place>,
    tape: Tape,
    buffer: Vec<u8>,
    scratch: Vec<u8>,
    found: Vec<Found>,
    budget: &'a mut Budget,
}

impl<'a> Search<'a> {
    fn new(
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

    fn run(&mut self) {
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

    // What is tried.

    /// Another size prefix.
    fn sizes(&mut self) {
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
    fn versions(&mut self) {
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
                ReadAs::Request { layout, api: Some((key, _)) }
                    if layout.header == super::frame::HeaderChoice::None =>
                {
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
    fn keys(&mut self) {
        let ReadAs::Request { layout, api: None } = self.read_as else { return };
        if layout.header == super::frame::HeaderChoice::None {
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
    fn truncated(&mut self) {
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
                    && claimed <= super::detect::FRAME_BYTES_MAX as i64 =>
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

    /// A tag buffer's 00 put in, put in the place of another byte, or left out.
    fn tag_buffers(&mut self) {
        for i in (0..self.places.len()).rev() {
            let Some(place) = self.places.get(i).copied().filter(|place| place.kind == Kind::Tags) else {
                continue;
            };
            let now = self.byte(place.at);
            if now != Some(0) {
                self.attempt(&[Cut::new(place.at, 1, &[0])], What::TagsZero(place.node), ONE, 0);
            }
            self.attempt(&[Cut::new(place.at, 0, &[0])], What::TagsMissing(place.node), ONE, 0);
            if now == Some(0) && self.byte(place.head) == Some(0) {
                self.attempt(&[Cut::new(place.head, 1, &[])], What::TagsTwice(place.node), ONE, 0);
            }
        }
        // A 00 behind a struct that has no tag buffer in this version.
        let flexible = self.places.iter().any(|place| place.kind == Kind::Tags);
        for i in (0..self.base.nodes().len()).rev() {
            let Some(node) = self.base.nodes().get(i).filter(|node| node.shape == Shape::Struct) else {
                continue;
            };
            let end = node.end as usize;
            let own = flexible
                && self
                    .base
                    .children(i)
                    .last()
                    .and_then(|last| self.base.nodes().get(last))
                    .is_some_and(|last| last.shape == Shape::Tags);
            if !own && self.byte(end) == Some(0) {
                self.attempt(&[Cut::new(end, 1, &[])], What::TagsUnknown(i), ONE, 0);
            }
            if self.budget.spent() {
                return;
            }
        }
    }

    /// A length in its other form: compact where it is not, and the reverse.
    fn forms(&mut self) {
        for i in (0..self.places.len()).rev() {
            let Some(place) = self.places.get(i).copied() else { continue };
            for wide in [false, true] {
                if let Some(cut) = other_form(self.bytes, &place, wide) {
                    self.attempt(&[cut], What::Form { place, to: cut.with, len: cut.len }, ONE, FOLLOWS);
                }
            }
        }
    }

    /// Lengths and counts near to what stands there, or as their bytes suggest.
    fn lengths(&mut self) {
        for i in (0..self.places.len()).rev() {
            let Some(place) = self.places.get(i).copied() else { continue };
            if matches!(place.kind, Kind::Marker | Kind::TagNumber) || self.budget.spent() {
                continue;
            }
            let Some(now) = value_at(self.bytes, &place) else { continue };
            let rest = self.bytes.get(place.head..).unwrap_or_default();
            let text = rest.iter().take(256).take_while(|&&byte| (b' '..0x7f).contains(&byte)).count() as i64;
            let swapped =
                i64::from((now as i32).swap_bytes() >> if place.kind == Kind::Text { 16 } else { 0 });
            let mut tried = [i64::MIN; 8];
            let likely = [
                now - 1,
                now + 1,
                now - 2,
                now + 2,
                text,
                text - 1,
                if place.flexible { now } else { swapped },
                0,
            ];
            for (slot, value) in likely.into_iter().enumerate() {
                if value == now || value < 0 || tried.contains(&value) {
                    continue;
                }
                if let Some(slot) = tried.get_mut(slot) {
                    *slot = value;
                }
                let near = (value - now).abs() == 1;
                self.length(place, value, if near { 0 } else { 3 });
            }
        }
    }

    fn length(&mut self, place: Place, value: i64, prior: u32) {
        let cut = match length_bytes(&place, value) {
            Some((with, len)) => Cut { at: place.at, count: place.head - place.at, with, len },
            None => return,
        };
        // A mistaken length is nearly always wrong in its last byte only, or the other way round.
        let now = self.bytes.get(cut.at..place.head).unwrap_or_default();
        let differ = now.iter().zip(cut.with()).filter(|(now, with)| now != with).count();
        let reversed = now.iter().rev().eq(cut.with());
        let prior = prior + if differ > 1 && !reversed && now.len() == cut.with().len() { 6 } else { 0 };
        self.attempt(&[cut], What::Length { place, value }, ONE, prior);
    }

    /// One byte left out.
    fn too_many(&mut self) {
        let trailing = self.base.findings().iter().find_map(|finding| match finding.kind {
            FindingKind::Trailing { bytes } => Some((finding.at as usize, bytes)),
            _ => None,
        });
        if let Some((at, count)) = trailing {
            // What is left out is not told, and that must not speak for it.
            let prior = (count as u32).saturating_sub(1).saturating_mul(4);
            self.attempt(&[Cut::new(at, count, &[])], What::Trailing { at, count }, ONE, prior);
        }
        let mut last = None;
        for i in (0..self.base.nodes().len()).rev() {
            let Some(node) = self.base.nodes().get(i).copied() else { continue };
            if self.budget.spent() {
                return;
            }
            let (start, head, end) = (node.start as usize, node.head as usize, node.end as usize);
            let prefix_end = match node.shape {
                Shape::Null => end,
                Shape::Broken if head == start => start + 1,
                _ => head,
            };
            for at in (start..prefix_end).rev() {
                // Of equal neighbours either can go.
                if last != Some(at) && self.byte(at) != self.byte(at + 1) {
                    self.attempt(&[Cut::new(at, 1, &[])], What::Byte { at, node: i }, ONE, 2);
                }
                last = Some(at);
            }
            let leaf = node.next as usize == i + 1;
            if !leaf || head >= self.bytes.len() || prefix_end > head {
                continue;
            }
            let content = self.bytes.get(head..end.max(head + 1).min(self.bytes.len())).unwrap_or_default();
            let at = match node.shape {
                // In a text, the byte that does not belong there.
                Shape::Text | Shape::Broken | Shape::Bytes if end > head || node.shape == Shape::Broken => {
                    head + content.iter().position(|byte| byte.is_ascii_control()).unwrap_or(0)
                }
                Shape::Int | Shape::Float | Shape::Uuid | Shape::Bool => head,
                _ => continue,
            };
            let what = What::Extra { from: head, to: end.max(head + 1), node: i };
            self.attempt(&[Cut::new(at, 1, &[])], what, ONE, 2);
            if let (Shape::Text | Shape::Broken, Err(error)) = (node.shape, std::str::from_utf8(content)) {
                for more in 0..4 {
                    let at = head + error.valid_up_to() + more;
                    self.attempt(&[Cut::new(at, 1, &[])], what, ONE, 2);
                }
            }
            if node.shape == Shape::Int && end > head + 1 {
                let what = What::Extra { from: head, to: end, node: i };
                self.attempt(&[Cut::new(end - 1, 1, &[])], what, ONE, 2);
            }
        }
    }

    /// One byte put in.
    fn missing(&mut self) {
        for i in (0..self.base.nodes().len()).rev() {
            let Some(node) = self.base.nodes().get(i).copied() else { continue };
            if self.budget.spent() {
                return;
            }
            let (start, head, end) = (node.start as usize, node.head as usize, node.end as usize);
            if node.next as usize != i + 1 && node.shape != Shape::Array {
                continue;
            }
            match node.shape {
                Shape::Int | Shape::Float | Shape::Uuid | Shape::Bool => {
                    let what = What::Lost { from: start, to: end, node: i };
                    self.attempt(&[Cut::new(start, 0, &[0])], what, ONE, 2);
                }
                Shape::Text | Shape::Bytes | Shape::Broken if end > head || node.shape == Shape::Broken => {
                    let to = if node.shape == Shape::Broken { self.bytes.len() } else { end };
                    let what = What::Lost { from: head, to, node: i };
                    let filler = if node.shape == Shape::Bytes { 0 } else { b'?' };
                    self.attempt(&[Cut::new(head, 0, &[filler])], what, ONE, 2);
                    self.attempt(
                        &[Cut::new(head, 0, &[0])],
                        What::PutIn { at: head, byte: 0, node: i },
                        ONE,
                        3,
                    );
                }
                _ => {}
            }
            if !matches!(node.shape, Shape::Int | Shape::Float | Shape::Uuid | Shape::Bool | Shape::Tags) {
                self.attempt(
                    &[Cut::new(start, 0, &[0])],
                    What::PutIn { at: start, byte: 0, node: i },
                    ONE,
                    2,
                );
            }
        }
    }

    /// The marker before a struct that may be null.
    fn markers(&mut self) {
        for i in (0..self.places.len()).rev() {
            let Some(place) = self.places.get(i).copied().filter(|place| place.kind == Kind::Marker) else {
                continue;
            };
            for byte in [1, 0xff] {
                let what = What::Marker { node: place.node, byte };
                self.attempt(&[Cut::new(place.at, 0, &[byte])], what, ONE, 0);
                if self.byte(place.at) != Some(byte) {
                    self.attempt(&[Cut::new(place.at, 1, &[byte])], what, ONE, 0);
                }
            }
        }
    }

    /// Every value of the first or last byte of a length, count, marker, tag or size.
    fn any_value(&mut self) {
        for i in (0..self.places.len()).rev() {
            let Some(place) = self.places.get(i).copied() else { continue };
            if self.budget.spent() {
                return;
            }
            let left = self.bytes.len().saturating_sub(place.head);
            let last = place.head.saturating_sub(1).max(place.at);
            let prior = if place.kind == Kind::TagNumber { 10 } else { 5 };
            let values = if place.kind == Kind::TagNumber { 127 } else { left.min(254) as u8 + 1 };
            for byte in (0..=values).chain([0xff]) {
                if place.flexible && byte >= 0x80 {
                    continue;
                }
                if self.byte(last) != Some(byte) {
                    self.attempt(
                        &[Cut::new(last, 1, &[byte])],
                        What::Value { place, byte, at: last },
                        ONE,
                        prior,
                    );
                }
            }
            // The other bytes of a wide length are nearly always 00.
            for at in place.at..last {
                if self.byte(at) != Some(0) {
                    self.attempt(&[Cut::new(at, 1, &[0])], What::Value { place, byte: 0, at }, ONE, 2);
                }
            }
            if place.flexible && last > place.at {
                // A varint of two bytes of which the first has one bit too many.
                let byte = self.byte(place.at).unwrap_or(0) & 0x7f;
                self.attempt(
                    &[Cut::new(place.at, 1, &[byte])],
                    What::Value { place, byte, at: place.at },
                    ONE,
                    3,
                );
            }
        }
    }

    /// The last byte of a length or count that is not there.
    fn any_length_put_in(&mut self) {
        for i in (0..self.places.len()).rev() {
            let Some(place) = self.places.get(i).copied() else { continue };
            if self.budget.spent() {
                return;
            }
            if matches!(place.kind, Kind::Marker | Kind::TagNumber | Kind::TagSize) {
                continue;
            }
            let left = self.bytes.len().saturating_sub(place.at);
            let at = match (place.flexible, place.kind) {
                (true, _) => place.at,
                (false, Kind::Text) => place.at + 1,
                (false, _) => place.at + 3,
            };
            for byte in 1..=left.min(126) as u8 + 1 {
                let what = What::PutIn { at, byte, node: place.node };
                self.attempt(&[Cut::new(at, 0, &[byte])], what, ONE, 5);
            }
        }
    }

    /// The same mistake in several places: lengths in the wrong form, tag buffers left out or put in.
    /// Each step takes the change that gets furthest.
    fn chain(&mut self) {
        let mut tape = Tape::new(NODES_MAX, 0);
        let mut bytes = self.bytes.to_vec();
        let mut cuts: Vec<Cut> = Vec::new();
        let mut places = Vec::new();
        if !self.fits {
            return;
        }
        while cuts.len() < CHAIN_MAX {
            tape.clear();
            let reading = read(&mut tape, &bytes, 0, self.read_as, Depth::FIELDS);
            if !faulty(&tape) {
                break;
            }
            let reached = progress(&tape, bytes.len());
            places::places(&tape, &reading, &bytes, &mut places);
            let mut best: Option<(usize, Cut)> = None;
            for place in places.iter().rev().take(16).rev() {
                let mut options = [None; 4];
                let [form, wide, put_in, left_out] = &mut options;
                *form = other_form(&bytes, place, false);
                *wide = other_form(&bytes, place, true);
                if place.kind == Kind::Tags {
                    *put_in = Some(Cut::new(place.at, 0, &[0]));
                } else if !place.flexible && bytes.get(place.at) == Some(&0) {
                    *left_out = Some(Cut::new(place.at, 1, &[]));
                }
                for cut in options.into_iter().flatten() {
                    if !self.budget.take() {
                        return;
                    }
                    self.buffer.clear();
                    self.buffer.extend_from_slice(&bytes);
                    cut.apply(&mut self.buffer);
                    self.follow_size(cut.grows());
                    self.tape.clear();
                    read(&mut self.tape, &self.buffer, 0, self.read_as, Depth::FIELDS);
                    // Compared as distance from the end, which an edit does not move.
                    let reached = progress(&self.tape, self.buffer.len()) as i64 - cut.grows();
                    let reached = usize::try_from(reached).unwrap_or(0);
                    if best.is_none_or(|(before, _)| reached > before) {
                        best = Some((reached, cut));
                    }
                }
            }
            let Some((_, cut)) = best.filter(|(best, _)| *best > reached) else { return };
            cut.apply(&mut bytes);
            std::mem::swap(&mut self.buffer, &mut bytes);
            self.follow_size(cut.grows());
            std::mem::swap(&mut self.buffer, &mut bytes);
            cuts.push(cut);
        }
        if cuts.len() > 1 {
            let halves = ONE + 1 + cuts.len() as u32;
            let what = What::Chain { count: cuts.len() };
            // However many places, it is one mistake.
            self.attempt(&cuts, what, halves.min(ONE * 3), 0);
        }
    }

    /// Corrects the size prefix of the buffer by what an edit has added.
    fn follow_size(&mut self, grows: i64) {
        if self.claimed.is_none() {
            return;
        }
        if let Some(size) = self.buffer.first_chunk_mut::<4>() {
            let now = i64::from(i32::from_be_bytes(*size));
            *size = ((now + grows) as i32).to_be_bytes();
        }
    }

    // How it is tried.

    fn attempt_as(&mut self, read_as: ReadAs, cuts: &[Cut], what: What, prior: u32) {
        let before = std::mem::replace(&mut self.read_as, read_as);
        self.attempt(cuts, what, ONE, prior);
        self.read_as = before;
    }

    /// Makes the change in a copy and reads that; with the size prefix as it is, and with one that
    /// follows the change.
    fn attempt(&mut self, cuts: &[Cut], what: What, halves: u32, prior: u32) {
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

    fn name(&self, reading: &Reading) -> &'static str {
        match reading.frame.and_then(|frame| frame.api) {
            Some(api) => api.name,
            None => reading.message.map_or("", |(message, _)| message.name),
        }
    }

    fn version(&self) -> i16 {
        self.reading.message.map_or_else(|| self.reading.frame.map_or(-1, |frame| frame.version), |(_, v)| v)
    }

    fn header_at(&self) -> usize {
        if self.claimed.is_some() { 4 } else { 0 }
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.bytes.get(at).copied()
    }

    // What is offered.

    /// The best of what was found, and what is as good.
    fn offer(&mut self) -> Vec<Repair> {
        let mut found = std::mem::take(&mut self.found);
        found.sort_by_key(|found| (found.score, found.halves));
        let Some(score) = found.first().map(|best| best.score) else { return Vec::new() };
        found.retain(|found| found.score <= score + EQUAL);
        words::merge(&mut found);
        found.truncate(SHOWN_MAX);
        found.iter().map(|found| self.repair(found)).collect()
    }
}

/// How far a reading got; the whole length and more if nothing is wrong.
fn progress(tape: &Tape, length: usize) -> usize {
    tape.findings()
        .iter()
        .filter(|finding| {
            finding.severity == Severity::Error || matches!(finding.kind, FindingKind::Trailing { .. })
        })
        .map(|finding| finding.at as usize)
        .min()
        .unwrap_or(length + 1)
}

/// Whether what is behind a frame looks like the next one.
fn begins_frame(bytes: &[u8], whole: bool) -> bool {
    let Some((size, rest)) = bytes.split_first_chunk::<4>() else { return false };
    let size = i32::from_be_bytes(*size);
    usize::try_from(size).is_ok_and(|size| {
        size >= 4 && (size <= rest.len() || (!whole && size <= super::detect::FRAME_BYTES_MAX))
    })
}

/// The length or count at a place: of compact ones, less one.
fn value_at(bytes: &[u8], place: &Place) -> Option<i64> {
    let raw = bytes.get(place.at..place.head)?;
    Some(match (place.flexible, place.kind) {
        (true, kind) => {
            let mut value = 0i64;
            for (i, byte) in raw.iter().enumerate() {
                value |= i64::from(byte & 0x7f) << (7 * i.min(5));
            }
            value - i64::from(matches!(kind, Kind::Text | Kind::Bytes | Kind::Array))
        }
        (false, Kind::Text) => i64::from(i16::from_be_bytes(*raw.first_chunk()?)),
        (false, _) => i64::from(i32::from_be_bytes(*raw.first_chunk()?)),
    })
}

/// The bytes of a length or count at a place.
fn length_bytes(place: &Place, value: i64) -> Option<([u8; 8], u8)> {
    let mut with = [0; 8];
    if place.flexible {
        let raw = value + i64::from(matches!(place.kind, Kind::Text | Kind::Bytes | Kind::Array));
        return uvarint(u32::try_from(raw).ok()?);
    }
    let len = match place.kind {
        Kind::Text => {
            *with.first_chunk_mut()? = i16::try_from(value).ok()?.to_be_bytes();
            2
        }
        _ => {
            *with.first_chunk_mut()? = i32::try_from(value).ok()?.to_be_bytes();
            4
        }
    };
    Some((with, len))
}

fn uvarint(mut value: u32) -> Option<([u8; 8], u8)> {
    let mut with = [0; 8];
    let mut len = 0u8;
    for to in &mut with {
        len += 1;
        if value < 0x80 {
            *to = value as u8;
            break;
        }
        *to = value as u8 | 0x80;
        value >>= 7;
    }
    Some((with, len))
}

/// The length at a place taken for the other form and written in the right one. `wide` takes the
/// other of the old widths: int32 before a string, int16 before bytes and arrays.
fn other_form(bytes: &[u8], place: &Place, wide: bool) -> Option<Cut> {
    let rest = bytes.get(place.at..)?;
    let text = place.kind == Kind::Text;
    if !matches!(place.kind, Kind::Text | Kind::Bytes | Kind::Array) {
        return None;
    }
    let (value, count) = match (place.flexible, text != wide) {
        (true, true) | (false, true) if place.flexible => {
            (i64::from(i16::from_be_bytes(*rest.first_chunk()?)), 2)
        }
        (true, _) => (i64::from(i32::from_be_bytes(*rest.first_chunk()?)), 4),
        (false, _) if wide && text => (i64::from(i32::from_be_bytes(*rest.first_chunk()?)), 4),
        (false, _) if wide => (i64::from(i16::from_be_bytes(*rest.first_chunk()?)), 2),
        (false, _) => {
            let count = rest.iter().take(5).position(|&byte| byte < 0x80)? + 1;
            let mut value = 0i64;
            for (i, byte) in rest.iter().take(count).enumerate() {
                value |= i64::from(byte & 0x7f) << (7 * i);
            }
            (value - 1, count)
        }
    };
    let content = rest.get(count..)?;
    match usize::try_from(value) {
        Ok(length) => {
            if length > content.len() {
                return None;
            }
            // A text that was found by a wrong length has something in it that texts have not.
            if text && content.get(..length)?.iter().any(u8::is_ascii_control) {
                return None;
            }
        }
        Err(_) if value == -1 && place.nullable => {}
        Err(_) => return None,
    }
    let (with, len) = length_bytes(place, value)?;
    Some(Cut { at: place.at, count, with, len })
}
