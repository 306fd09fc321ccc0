//! Where a message can be broken: lengths, counts, markers and tag buffers, and the values between.

use crate::codec::dissect::{TAG, TAG_NUMBER, TAG_SIZE, TAGS};
use crate::codec::messages::headers::{request_header, response_header};
use crate::codec::reading::{ReadAs, Reading};
use crate::codec::schema::Type;
use crate::codec::tape::{NO_INDEX, Node, Shape, Tape};

/// What stands at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The length of a string.
    Text,
    /// The length of bytes or records.
    Bytes,
    /// The count of an array.
    Array,
    /// The count of a section of tagged fields.
    Tags,
    /// The number of a tagged field.
    TagNumber,
    /// The size of a tagged field.
    TagSize,
    /// The marker of a struct that may be null.
    Marker,
}

/// A place that decides how what follows is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// Its node.
    pub node: usize,
    /// The first byte.
    pub at: usize,
    /// Behind the last byte of the length, count or marker.
    pub head: usize,
    /// Behind the last byte of the value, as far as it was read.
    pub end: usize,
    /// What stands there.
    pub kind: Kind,
    /// Lengths are compact here.
    pub flexible: bool,
    /// Null is allowed here.
    pub nullable: bool,
}

/// Of a long message, the nodes at its beginning and before its error whose places are tried: there
/// is no time for more.
const FIRST_NODES: usize = 2_000;
const LAST_NODES: usize = 40_000;

/// The places of a reading, in the order of the bytes. `bytes` is what it read.
pub(super) fn places(tape: &Tape, reading: &Reading, bytes: &[u8], found: &mut Vec<Place>) {
    found.clear();
    let nodes = tape.nodes();
    let header_end = reading.header.and_then(|header| nodes.get(header)).map_or(0, |node| node.next as usize);
    let (header_flexible, header_version) = match (reading.read_as, reading.frame) {
        (ReadAs::Request { .. }, Some(frame)) => {
            let version = frame.header_version.unwrap_or(-1);
            (request_header::MESSAGE.flexible.contain(version), version)
        }
        (_, Some(frame)) => {
            let version = frame.header_version.unwrap_or(-1);
            (response_header::MESSAGE.flexible.contain(version), version)
        }
        _ => (false, -1),
    };
    let (body_flexible, body_version) = reading
        .message
        .map_or((false, -1), |(message, version)| (message.flexible.contain(version), version));
    // The array that a node is an element of is the last array opened at a lesser depth.
    let mut elements_of: [Option<Shape>; 64] = [None; 64];
    for (i, node) in nodes.iter().enumerate() {
        if let Some(slot) = elements_of.get_mut(usize::from(node.depth)) {
            *slot = Some(node.shape);
        }
        let parent = usize::from(node.depth)
            .checked_sub(1)
            .and_then(|depth| elements_of.get(depth).copied().flatten());
        let element = node.index != NO_INDEX && parent == Some(Shape::Array);
        if (FIRST_NODES..nodes.len().saturating_sub(LAST_NODES)).contains(&i) {
            continue;
        }
        let (flexible, version) =
            if i < header_end { (header_flexible, header_version) } else { (body_flexible, body_version) };
        let Some((kind, flexible)) = kind_of(node, element, flexible) else { continue };
        let (at, mut head) = (node.start as usize, node.head as usize);
        if node.shape == Shape::Null {
            head = node.end as usize;
        }
        if head <= at {
            head = at + prefix_length(bytes, at, kind, flexible);
        }
        let nullable = !element && node.field.nullable.contain(version);
        if kind == Kind::Marker && (!nullable || node.field.tag.is_some()) {
            continue;
        }
        if head > bytes.len() {
            continue;
        }
        found.push(Place { node: i, at, head, end: (node.end as usize).max(head), kind, flexible, nullable });
    }
}

fn kind_of(node: &Node, element: bool, flexible: bool) -> Option<(Kind, bool)> {
    let field = node.field;
    let lengths_flexible = flexible && !field.inflexible;
    if std::ptr::eq(field, &TAGS) {
        return Some((Kind::Tags, true));
    } else if std::ptr::eq(field, &TAG_NUMBER) {
        return Some((Kind::TagNumber, true));
    } else if std::ptr::eq(field, &TAG_SIZE) {
        return Some((Kind::TagSize, true));
    } else if std::ptr::eq(field, &TAG) {
        return None;
    }
    let ty = match (&field.ty, element) {
        (Type::Array(element), true) => element,
        (ty, _) => ty,
    };
    match (node.shape, ty) {
        (Shape::Text, _) | (Shape::Null | Shape::Broken, Type::String) => {
            Some((Kind::Text, lengths_flexible))
        }
        (Shape::Array, _) | (Shape::Null | Shape::Broken, Type::Array(_)) => {
            Some((Kind::Array, lengths_flexible))
        }
        (Shape::Bytes | Shape::Null | Shape::Broken, Type::Bytes | Type::Records)
            if node.head > node.start || node.shape != Shape::Bytes =>
        {
            Some((Kind::Bytes, lengths_flexible))
        }
        (Shape::Struct | Shape::Null | Shape::Broken, Type::Struct(_)) => Some((Kind::Marker, false)),
        _ => None,
    }
}

/// How many bytes a length takes that could not be read.
fn prefix_length(bytes: &[u8], at: usize, kind: Kind, flexible: bool) -> usize {
    match kind {
        Kind::Marker => 1,
        _ if flexible => {
            let rest = bytes.get(at..).unwrap_or_default();
            rest.iter().take(5).position(|&byte| byte < 0x80).map_or(1, |last| last + 1)
        }
        Kind::Text => 2,
        _ => 4,
    }
}
