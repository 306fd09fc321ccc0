//! What a repair is called and why it is likely.

use std::fmt::Write;

use super::length::value_at;
use super::places::{Kind, Place};
use super::search::{Found, Search};
use super::{Edit, Repair, Splice};
use crate::codec::api;
use crate::codec::reading::ReadAs;
use crate::codec::tape::Shape;

/// A kind of change, with what its words need. Nodes are those of the reading as it is, offsets count
/// from the message's first byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    Size,
    Version { from: i16, to: i16 },
    Api { key: i16 },
    Truncated { missing: usize },
    TagsZero(usize),
    TagsMissing(usize),
    TagsTwice(usize),
    TagsUnknown(usize),
    Form { place: Place, to: [u8; 8], len: u8 },
    Length { place: Place, value: i64 },
    Value { place: Place, byte: u8, at: usize },
    Marker { node: usize, byte: u8 },
    Trailing { at: usize, count: usize },
    Byte { at: usize, node: usize },
    PutIn { at: usize, byte: u8, node: usize },
    Extra { from: usize, to: usize, node: usize },
    Lost { from: usize, to: usize, node: usize },
    Chain { count: usize },
}

/// Makes one of repairs that differ only in the version, or in which of several bytes is missing or
/// too many.
pub(super) fn merge(found: &mut Vec<Found>) {
    let mut merged: Vec<Found> = Vec::with_capacity(found.len());
    for next in found.drain(..) {
        let same = merged.iter_mut().find(|kept| match (kept.what, next.what) {
            (What::Version { .. }, What::Version { .. }) => true,
            (What::Extra { from, to, .. }, What::Extra { from: f, to: t, .. })
            | (What::Lost { from, to, .. }, What::Lost { from: f, to: t, .. }) => {
                f <= to + 4 && from <= t + 4
            }
            _ => false,
        });
        match same {
            None => merged.push(next),
            Some(kept) => match (&mut kept.what, next.what) {
                (What::Version { .. }, What::Version { to, .. }) => kept.others.push(to),
                (What::Extra { from, to, .. }, What::Extra { from: f, to: t, .. })
                | (What::Lost { from, to, .. }, What::Lost { from: f, to: t, .. }) => {
                    (*from, *to) = ((*from).min(f), (*to).max(t));
                }
                _ => {}
            },
        }
    }
    *found = merged;
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 3);
    for (i, byte) in bytes.iter().enumerate() {
        let _ = write!(text, "{}{byte:02x}", if i == 0 { "" } else { " " });
    }
    text
}

fn plural(count: usize, one: &str) -> String {
    format!("{count} {one}{}", if count == 1 { "" } else { "s" })
}

fn bytes_at(from: usize, to: usize) -> String {
    if to <= from + 1 { format!("byte {from}") } else { format!("bytes {from}-{}", to - 1) }
}

/// `4`, `4 or 5`, `4 to 7`, `4, 6 or 9`.
fn versions(of: &[i16]) -> String {
    let mut sorted = of.to_vec();
    sorted.sort_unstable();
    let run = sorted.windows(2).all(|pair| matches!(pair, [a, b] if *b == a.saturating_add(1)));
    match sorted.as_slice() {
        [first, .., last] if run && sorted.len() > 2 => format!("{first} to {last}"),
        [rest @ .., last] if !rest.is_empty() => {
            let rest: Vec<String> = rest.iter().map(i16::to_string).collect();
            format!("{} or {last}", rest.join(", "))
        }
        _ => sorted.iter().map(i16::to_string).collect(),
    }
}

impl Search<'_> {
    /// The name of a field as a sentence has it: `topics[0].name`, `header.client_id`.
    fn label(&self, node: usize) -> String {
        if self.base.nodes().get(node).is_some_and(|node| node.shape == Shape::Gap) {
            return "the bytes that were not read".to_owned();
        }
        let path = self.base.path(node);
        let path = path.strip_prefix('.').unwrap_or(&path);
        match path.strip_prefix("body") {
            Some("") => "the body".to_owned(),
            Some(inner) => inner.strip_prefix('.').unwrap_or(inner).to_owned(),
            None if path == "header" => "the header".to_owned(),
            None => path.to_owned(),
        }
    }

    /// What a struct is called at the start of a sentence.
    fn owner(&self, node: usize, name: &str, version: i16) -> String {
        if Some(node) == self.reading.header {
            let header = self.reading.frame.and_then(|frame| frame.header_version).unwrap_or(0);
            let response = if matches!(self.read_as, ReadAs::Response { .. }) { "response " } else { "" };
            format!("A version {header} {response}header")
        } else if Some(node) == self.reading.body {
            format!("The body of {name} v{version}")
        } else {
            self.label(node)
        }
    }

    fn owner_of(&self, tags: usize, found: &Found) -> String {
        let lineage = self.base.lineage(tags);
        let parent = lineage.iter().rev().nth(1).copied().unwrap_or(0);
        self.owner(parent, found.name, found.version)
    }

    /// What the length or count at a place is of, and what it counts.
    fn measure(place: &Place) -> (&'static str, &'static str) {
        match place.kind {
            Kind::Text | Kind::Bytes | Kind::TagSize => ("length", "byte"),
            Kind::Array => ("count", "element"),
            Kind::Tags => ("number of tagged fields", "tagged field"),
            Kind::TagNumber => ("tag", "tag"),
            Kind::Marker => ("marker", "marker"),
        }
    }

    pub(super) fn repair(&self, found: &Found) -> Repair {
        let start = self.start;
        let mut splices: Vec<Splice> = found
            .cuts
            .iter()
            .map(|cut| Splice { at: cut.at + start, count: cut.count, with: cut.with().to_vec() })
            .collect();
        if let Some((_, size)) = found.size {
            splices.push(Splice { at: start, count: 4, with: (size as i32).to_be_bytes().to_vec() });
        }
        let (at, edit, what, why) = self.told(found);
        let what = match found.size {
            Some((from, to)) => format!("{what}, and size {from} -> {to}"),
            None => what,
        };
        Repair { at: at + start, edit, size: found.size, splices, what, why }
    }

    /// Offset in the message, edit, what, why.
    fn told(&self, found: &Found) -> (usize, Edit, String, String) {
        let start = self.start;
        let as_is = format!("{} v{}", found.name, found.version);
        let exactly = format!("reads exactly as {as_is}");
        let cut = found.cuts.first();
        let cut_at = cut.map_or(0, |cut| cut.at);
        let place_at = cut_at + start;
        let before = |count: usize| hex(self.bytes.get(cut_at..cut_at + count).unwrap_or_default());
        let change = |to: u8| {
            (
                cut_at,
                Edit::Change { at: place_at, to },
                format!("byte {place_at}: {to:02x} instead of {}", before(1)),
            )
        };
        let insert = |bytes: &[u8]| {
            let edit = Edit::Insert { at: place_at, bytes: bytes.to_vec() };
            (cut_at, edit, format!("{} put in before byte {place_at}", hex(bytes)))
        };
        let remove = || {
            (
                cut_at,
                Edit::Remove { at: place_at, count: 1 },
                format!("byte {place_at} left out: {}", before(1)),
            )
        };
        let with = |(at, edit, what): (usize, Edit, String), why: String| (at, edit, what, why);
        match found.what {
            What::Size => {
                let from = self.claimed.unwrap_or(0);
                let to =
                    cut.and_then(|cut| cut.with().first_chunk()).map_or(0, |size| i32::from_be_bytes(*size));
                let to = i64::from(to);
                let follow = plural(to as usize, "byte");
                let because = if from == to + 4 {
                    format!("The size prefix counts itself; {follow} follow it")
                } else if from as i32 == (to as i32).swap_bytes() {
                    format!(
                        "The size prefix is little-endian; the {follow} that follow it are {to} in big-endian"
                    )
                } else {
                    format!("The size prefix says {from}, but {follow} follow it")
                };
                let edit = Edit::Size { from, to };
                let what = format!("size {to} instead of {from}");
                (0, edit, what, format!("{because}; with {to} the rest {exactly}."))
            }
            What::Version { from, to } => {
                let mut all = vec![to];
                all.extend(&found.others);
                let has = self.reading.message.map(|(message, _)| message.versions);
                let same = if all.len() > 1 { ", which read the same" } else { "" };
                let known = has.is_some_and(|has| has.contain(from));
                let because = match has {
                    Some(has) if !known => {
                        format!("{} has no version {from} (it has {has}). ", found.name)
                    }
                    _ => String::new(),
                };
                let what = format!("version {} instead of {from}", versions(&all));
                let why = format!(
                    "{because}The bytes are those of version {}{same}: all of it {exactly}.",
                    versions(&all)
                );
                (cut_at, Edit::Version { from, to: all }, what, why)
            }
            What::Api { key } => {
                let name = api::by_key(key).map_or("", |api| api.name);
                let what =
                    format!("api key {key} ({name}) instead of {}", self.reading.frame.map_or(-1, |f| f.key));
                (cut_at, Edit::Api { key }, what, format!("With it the rest {exactly}."))
            }
            What::Truncated { missing } => {
                let at = self.bytes.len();
                let more = plural(missing, "byte");
                let what = match self.claimed {
                    Some(_) => format!("{more} missing at the end"),
                    None => format!("{more} or more missing at the end"),
                };
                let why = match self.claimed {
                    Some(claimed) => format!(
                        "The size prefix says {claimed} and {} follow it; up to where they end the message reads as {as_is}.",
                        at.saturating_sub(4)
                    ),
                    None => format!("Up to where the bytes end the message reads as {as_is}."),
                };
                (at, Edit::Truncated { missing }, what, why)
            }
            What::TagsZero(tags) => {
                let owner = self.owner_of(tags, found);
                with(
                    change(0),
                    format!("{owner} ends in a tag buffer, 00 when it is empty; with 00 the rest {exactly}."),
                )
            }
            What::TagsMissing(tags) => {
                let owner = self.owner_of(tags, found);
                let why = format!(
                    "{owner} ends in a tag buffer, 00 when it is empty, and here it is missing; with 00 the rest {exactly}."
                );
                with(insert(&[0]), why)
            }
            What::TagsTwice(tags) => {
                let owner = self.owner_of(tags, found);
                let why = format!(
                    "{owner} ends in one tag buffer, 00 when it is empty, and here are two; without the second the rest {exactly}."
                );
                with(remove(), why)
            }
            What::TagsUnknown(node) => {
                let owner = self.owner(node, found.name, found.version);
                let why = format!(
                    "{owner} has no tag buffer in this version, and the 00 behind it is likely one; without it the rest {exactly}."
                );
                with(remove(), why)
            }
            What::Form { place, to, len } => {
                let to = to.get(..usize::from(len)).unwrap_or_default();
                let count = cut.map_or(0, |cut| cut.count);
                let (measure, _) = Self::measure(&place);
                let (bits, other) = match (place.kind, count) {
                    (Kind::Text, 4) | (Kind::Bytes | Kind::Array, 4) => ("int32", ""),
                    (_, 2) => ("int16", ""),
                    _ => ("compact", ""),
                };
                let right = match (place.flexible, place.kind) {
                    (true, _) => format!("a compact {measure} (a varint of one more)"),
                    (false, Kind::Text) => format!("an int16 {measure}"),
                    (false, _) => format!("an int32 {measure}"),
                };
                let wrong = if place.flexible || count == 2 || count == 4 {
                    format!("an {bits}{other}")
                } else {
                    "a compact one".to_owned()
                };
                let field = self.label(place.node);
                let edit = Edit::Replace { at: place_at, count, with: to.to_vec() };
                let what = format!(
                    "{}: {} instead of {}",
                    bytes_at(place_at, place_at + count),
                    hex(to),
                    before(count)
                );
                let why = format!(
                    "{field} takes {right} here, and this is {wrong}; with {} the rest {exactly}.",
                    hex(to)
                );
                (cut_at, edit, what, why)
            }
            What::Length { place, value } => {
                let now = value_at(self.bytes, &place).unwrap_or(0);
                let (measure, unit) = Self::measure(&place);
                let field = self.label(place.node);
                let count = place.head - place.at;
                let to = cut.map(|cut| cut.with().to_vec()).unwrap_or_default();
                let what = format!(
                    "{}: {} instead of {}",
                    bytes_at(place_at, place_at + count),
                    hex(&to),
                    before(count)
                );
                let units = |count: i64| format!("{count} {unit}{}", if count == 1 { "" } else { "s" });
                let because = if place.kind == Kind::Tags {
                    format!("The tag buffer claims {}, and {value} are there", units(now))
                } else if place.flexible && value == now + 1 && place.kind != Kind::TagSize {
                    format!(
                        "{field} claims {}, and {value} are there: a compact {measure} is written as one more than it is",
                        units(now)
                    )
                } else if now < 0 {
                    format!("{field} claims to be null, and {} are there", units(value))
                } else {
                    format!("{field} claims {}, and {value} are there", units(now))
                };
                let edit = match to.as_slice() {
                    [byte] if count == 1 => Edit::Change { at: place_at, to: *byte },
                    _ => Edit::Replace { at: place_at, count, with: to.clone() },
                };
                (cut_at, edit, what, format!("{because}; with {} the rest {exactly}.", hex(&to)))
            }
            What::Value { place, byte, .. } => {
                let (measure, _) = Self::measure(&place);
                let why = format!("With this {measure} of {} the rest {exactly}.", self.label(place.node));
                with(change(byte), why)
            }
            What::Marker { node, byte } => {
                let field = self.label(node);
                let meaning =
                    if byte == 1 { "01 says that it is there" } else { "ff says that it is not there" };
                let why = format!(
                    "{field} may be null, so a marker stands before it: {meaning}; with {byte:02x} the rest {exactly}."
                );
                match cut {
                    Some(cut) if cut.count == 1 => with(change(byte), why),
                    _ => with(insert(&[byte]), why),
                }
            }
            What::Trailing { at, count } => {
                let edit = Edit::Remove { at: at + start, count };
                let place = bytes_at(at + start, at + start + count);
                let why = format!(
                    "{as_is} ends before {}; without {} all of it {exactly}.",
                    if count == 1 { "it".to_owned() } else { "them".to_owned() },
                    if count == 1 { "it" } else { "them" }
                );
                (at, edit, format!("{place} left out"), why)
            }
            What::Byte { node, .. } => {
                let why = format!(
                    "It is one byte too many in {}; without it the rest {exactly}.",
                    self.label(node)
                );
                with(remove(), why)
            }
            What::PutIn { byte, node, .. } => {
                let why = format!(
                    "A byte is missing in or before {}; with {byte:02x} the rest {exactly}.",
                    self.label(node)
                );
                with(insert(&[byte]), why)
            }
            What::Extra { from, to, node } => {
                let edit = Edit::Extra { from: from + start, to: to + start };
                let what = format!("one byte too many in {}", bytes_at(from + start, to + start));
                let why = format!("With one byte less in or around {} the rest {exactly}.", self.label(node));
                (from, edit, what, why)
            }
            What::Lost { from, to, node } => {
                let edit = Edit::Lost { from: from + start, to: to + start };
                let what = format!("one byte missing in {}", bytes_at(from + start, to + start));
                let kind = match self.base.nodes().get(node).map(|node| node.shape) {
                    Some(Shape::Text) => "whatever it was",
                    _ => "though which one cannot be told",
                };
                let why = format!(
                    "With one byte more in or around {}, {kind}, the rest {exactly}.",
                    self.label(node)
                );
                (from, edit, what, why)
            }
            What::Chain { count } => self.chain_told(found, count, &exactly),
        }
    }

    fn chain_told(&self, found: &Found, count: usize, exactly: &str) -> (usize, Edit, String, String) {
        // Offsets of the cuts count behind the cuts before them; the reader's count in what is there.
        let mut done: Vec<(usize, i64)> = Vec::new();
        let (mut what, mut lengths, mut tags) = (String::new(), 0, 0);
        let mut first = usize::MAX;
        for (i, cut) in found.cuts.iter().enumerate() {
            let moved: i64 = done.iter().filter(|(at, _)| *at < cut.at).map(|(_, grows)| grows).sum();
            let at = usize::try_from(cut.at as i64 - moved).unwrap_or(0);
            done.push((cut.at, cut.grows()));
            first = first.min(at);
            if cut.count == 0 || cut.with().is_empty() {
                tags += 1;
            } else {
                lengths += 1;
            }
            if i >= 3 {
                continue;
            }
            let from = at + self.start;
            let separator = if i == 0 { "" } else { "; " };
            let _ = match (cut.count, cut.with()) {
                (0, with) => write!(what, "{separator}{} put in before byte {from}", hex(with)),
                (count, []) => write!(what, "{separator}{} left out", bytes_at(from, from + count)),
                (count, with) => {
                    let now = hex(self.bytes.get(at..at + count).unwrap_or_default());
                    write!(
                        what,
                        "{separator}{}: {} instead of {now}",
                        bytes_at(from, from + count),
                        hex(with)
                    )
                }
            };
        }
        if count > 3 {
            let _ = write!(what, "; and {} more of the kind", count - 3);
        }
        let flexible =
            self.reading.message.is_some_and(|(message, version)| message.flexible.contain(version));
        let because = match (lengths, tags, flexible) {
            (_, 0, true) => "This version has compact lengths, and these are written in the older form",
            (_, 0, false) => "This version has no compact lengths, and these are written so",
            (0, _, true) => "Every struct of this version ends in a tag buffer, 00 when it is empty",
            (0, _, false) => "This version has no tag buffers",
            (_, _, true) => "This version has compact lengths and tag buffers, and this is the older form",
            (_, _, false) => {
                "This version has neither compact lengths nor tag buffers, and this is the newer form"
            }
        };
        let edit = Edit::Several { places: count };
        (first.min(self.bytes.len()), edit, what, format!("{because}; with that the rest {exactly}."))
    }
}
