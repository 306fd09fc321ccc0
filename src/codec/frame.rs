//! Whole requests and responses: size prefix, header, body.

use super::api::{self, Api};
use super::dissect::{self, Depth};
use super::finding::{FindingKind, Severity};
use super::meaning::Meaning;
use super::messages::headers::{request_header, response_header};
use super::schema::{Field, Message, Type};
use super::tape::{NO_INDEX, Shape, Tape, synthetic};
use super::wire::{ErrorKind, Reader};

/// The four bytes before a request or response: how many follow.
pub static SIZE: Field = synthetic("size", Type::Int32, Meaning::Plain);
/// The header of a request or response.
pub static HEADER: Field = synthetic("header", Type::Bytes, Meaning::Plain);
/// Its body, or a message that stands alone.
pub static BODY: Field = synthetic("body", Type::Bytes, Meaning::Plain);
/// Bytes behind the end of a message.
pub static TRAILING: Field = synthetic("trailing bytes", Type::Bytes, Meaning::Plain);
/// What is behind the place where reading stopped.
pub static UNREAD: Field = synthetic("not read", Type::Bytes, Meaning::Plain);

/// How a request or response is laid out, where that is known better than by its own bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Layout {
    /// A size prefix stands before the header.
    pub size: bool,
    /// The header's version instead of the one that belongs to the API version; a body alone has none.
    pub header: HeaderChoice,
}

/// Which header stands before a body.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum HeaderChoice {
    /// The one that belongs to the API version.
    #[default]
    Usual,
    /// None: the body stands alone.
    None,
    /// This version of it.
    Version(i16),
}

/// What a request or response turned out to be.
#[derive(Debug, Clone, Copy)]
pub struct Frame {
    /// The API, where its key is known.
    pub api: Option<&'static Api>,
    /// The API's key; -1 where even that could not be read.
    pub key: i16,
    /// The API version.
    pub version: i16,
    /// The message that the body was read as.
    pub message: Option<&'static Message>,
    /// The header's version; none where there is no header.
    pub header_version: Option<i16>,
    /// The node of the header.
    pub header: Option<usize>,
    /// The node of the body, where there is one.
    pub body: Option<usize>,
    /// The correlation id.
    pub correlation_id: Option<i32>,
    /// How many bytes of the input the frame takes, if it is to be cut where its size says so.
    pub end: usize,
}

/// Reads a request whose first byte is at offset `start`. Its header says which API and version it is; `body` says so where there is no
/// header.
pub fn request(
    tape: &mut Tape,
    bytes: &[u8],
    start: usize,
    layout: Layout,
    body: Option<(i16, i16)>,
    depth: Depth,
) -> Frame {
    let (mut reader, end) = begin(tape, bytes, start, layout);
    let peeked = peek_key_and_version(&reader);
    let (key, version) = match layout.header {
        HeaderChoice::None => body.or(peeked),
        _ => peeked,
    }
    .unwrap_or((-1, -1));
    let api = api::by_key(key);
    let mut frame = Frame {
        api,
        key,
        version,
        message: api.map(|api| api.request),
        header_version: None,
        header: None,
        body: None,
        correlation_id: None,
        end,
    };
    let severity = severity_of(depth);
    let known = api.is_some_and(|api| api.request.versions.contain(version));
    // What Kafka objects to comes first, before the header that may not be one.
    let (at, header_node) = (reader.at(), tape.nodes().len());
    match api {
        // Bytes too few to name one: the header's own error says it.
        None if peeked.is_none() => {}
        None => tape.find_in(severity, at, FindingKind::UnknownApi { key }, header_node),
        Some(_) if !known => {
            tape.find_in(severity, at + 2, FindingKind::UnknownVersion { key, version }, header_node);
        }
        Some(_) => {}
    }
    if layout.header != HeaderChoice::None {
        let header_version = match (layout.header, api) {
            (HeaderChoice::Version(version), _) => version,
            (_, Some(api)) => api.request_header_version(version),
            (_, None) => 1,
        };
        if !header(tape, &mut reader, &request_header::MESSAGE, header_version, &mut frame, depth) {
            unread(tape, end);
            return frame;
        }
    }
    if let (Some(api), true) = (api, known) {
        removed(tape, api, version, header_start(tape, &frame));
        self::body(tape, &mut reader, api.request, version, &mut frame, end, depth);
    } else {
        unread(tape, end);
    }
    frame
}

/// Reads a response to a request of that API and version; its first byte is at offset `start`.
pub fn response(
    tape: &mut Tape,
    bytes: &[u8],
    start: usize,
    layout: Layout,
    (key, version): (i16, i16),
    depth: Depth,
) -> Frame {
    let (mut reader, end) = begin(tape, bytes, start, layout);
    let api = api::by_key(key);
    let mut frame = Frame {
        api,
        key,
        version,
        message: api.map(|api| api.response),
        header_version: None,
        header: None,
        body: None,
        correlation_id: None,
        end,
    };
    let Some(api) = api else {
        tape.find(severity_of(depth), start, FindingKind::UnknownApi { key });
        unread(tape, end);
        return frame;
    };
    if layout.header != HeaderChoice::None {
        let header_version = match layout.header {
            HeaderChoice::Version(version) => version,
            _ => api.response_header_version(version),
        };
        if !header(tape, &mut reader, &response_header::MESSAGE, header_version, &mut frame, depth) {
            unread(tape, end);
            return frame;
        }
    }
    if api.response.versions.contain(version) {
        removed(tape, api, version, start);
        self::body(tape, &mut reader, api.response, version, &mut frame, end, depth);
    } else {
        tape.find(severity_of(depth), start, FindingKind::UnknownVersion { key, version });
        unread(tape, end);
    }
    frame
}

/// Reads a message that stands alone, its first byte at offset `start`: a header, or a record's
/// message without its frame. Returns its node.
pub fn bare(
    tape: &mut Tape,
    bytes: &[u8],
    start: usize,
    message: &'static Message,
    version: i16,
    depth: Depth,
) -> Option<usize> {
    let mut reader = Reader::at_offset(bytes, start);
    let node = tape.nodes().len();
    tape.set_reached(start);
    if dissect::message(tape, &mut reader, message, version, &BODY, depth) {
        trailing(tape, start + bytes.len(), Severity::Note);
    } else {
        unread(tape, start + bytes.len());
    }
    (tape.nodes().len() > node).then_some(node)
}

/// How bad an error is: inside of another message it does not make Kafka refuse that one.
pub fn severity_of(depth: Depth) -> Severity {
    if depth.embedded == 0 { Severity::Error } else { Severity::Inner }
}

/// Notes bytes between what was read and `end`, and adds them.
pub fn trailing(tape: &mut Tape, end: usize, severity: Severity) {
    let at = tape.reached();
    if at < end {
        tape.gap(&TRAILING, end);
        tape.find(severity, at, FindingKind::Trailing { bytes: end - at });
    }
}

/// Adds the bytes behind the place where reading stopped.
pub fn unread(tape: &mut Tape, end: usize) {
    tape.gap(&UNREAD, end);
}

/// Reads the size prefix, if there is one; the reader goes to the end of the frame.
fn begin<'i>(tape: &mut Tape, rest: &'i [u8], start: usize, layout: Layout) -> (Reader<'i>, usize) {
    let all = start + rest.len();
    tape.set_reached(start);
    if !layout.size {
        return (Reader::at_offset(rest, start), all);
    }
    let Some((size, behind)) = rest.split_first_chunk::<4>() else {
        let (need, have) = (4, rest.len());
        tape.find(Severity::Error, start, FindingKind::Wire(ErrorKind::Short { need, have }));
        return (Reader::at_offset(&[], all), all);
    };
    let claimed = i32::from_be_bytes(*size);
    let node = tape.leaf(&SIZE, NO_INDEX, Shape::Int, i64::from(claimed), [start, start, start + 4]);
    let body = usize::try_from(claimed).ok().and_then(|size| behind.get(..size));
    if body.is_none() {
        let kind = FindingKind::FrameSize { claimed, have: behind.len() };
        tape.find_in(Severity::Error, start, kind, node);
    }
    let body = body.unwrap_or(behind);
    (Reader::at_offset(body, start + 4), start + 4 + body.len())
}

fn peek_key_and_version(reader: &Reader<'_>) -> Option<(i16, i16)> {
    let mut reader = reader.clone();
    let key = i16::from_be_bytes(reader.array());
    let version = i16::from_be_bytes(reader.array());
    reader.ok().then_some((key, version))
}

fn header_start(tape: &Tape, frame: &Frame) -> usize {
    frame.header.and_then(|node| tape.nodes().get(node)).map_or(0, |node| node.start as usize)
}

fn header(
    tape: &mut Tape,
    reader: &mut Reader<'_>,
    message: &'static Message,
    version: i16,
    frame: &mut Frame,
    depth: Depth,
) -> bool {
    let node = tape.nodes().len();
    frame.header_version = Some(version);
    let whole = dissect::message(tape, reader, message, version, &HEADER, depth);
    frame.header = (tape.nodes().len() > node).then_some(node);
    frame.correlation_id = tape
        .child(node, "correlation_id")
        .and_then(|child| tape.nodes().get(child))
        .filter(|child| child.shape == Shape::Int)
        .map(|child| child.value as i32);
    whole
}

/// Kafka 4.0 removed the versions that older clients spoke (KIP-896): today's brokers refuse them.
fn removed(tape: &mut Tape, api: &Api, version: i16, at: usize) {
    if !api.request.current.contain(version) || api.removed.is_some() {
        tape.find(Severity::Note, at, FindingKind::RemovedVersion { key: api.key, version });
    }
}

fn body(
    tape: &mut Tape,
    reader: &mut Reader<'_>,
    message: &'static Message,
    version: i16,
    frame: &mut Frame,
    end: usize,
    depth: Depth,
) {
    let node = tape.nodes().len();
    let whole = dissect::message(tape, reader, message, version, &BODY, depth);
    frame.body = (tape.nodes().len() > node).then_some(node);
    if whole {
        trailing(tape, end, Severity::Note);
    } else {
        unread(tape, end);
    }
}
