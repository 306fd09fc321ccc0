//! What bytes were read as: the question that comes before any field.

use std::borrow::Cow;

use super::dissect::Depth;
use super::finding::{FindingKind, InternalError};
use super::frame::{self, Frame, Layout};
use super::internal;
use super::record_types::Family;
use super::records;
use super::schema::Message;
use super::tape::Tape;

/// A way to read bytes, with everything that they do not say themselves.
#[derive(Debug, Clone, Copy)]
pub enum ReadAs {
    /// A request; without a header the API key and version must be given.
    Request {
        /// Size prefix and header.
        layout: Layout,
        /// API key and version of a body that stands alone.
        api: Option<(i16, i16)>,
    },
    /// A response to a request of this API key and version.
    Response {
        /// Size prefix and header.
        layout: Layout,
        /// API key and version.
        api: (i16, i16),
    },
    /// Record batches or message sets.
    Records(Option<Family>),
    /// The key of a coordinator's record.
    RecordKey(Family),
    /// The value of a record of this family; a coordinator's with its record type.
    RecordValue(Family, Option<i16>),
    /// A message behind an int16 with its version.
    VersionPrefixed(&'static Message),
    /// A message alone, in this version.
    Message(&'static Message, i16),
}

/// Bytes read in one way.
#[derive(Debug)]
pub struct Reading {
    /// In which.
    pub read_as: ReadAs,
    /// Of requests and responses, what they turned out to be.
    pub frame: Option<Frame>,
    /// The message of the body and its version, where there is one.
    pub message: Option<(&'static Message, i16)>,
    /// The node of the header.
    pub header: Option<usize>,
    /// The node of the body.
    pub body: Option<usize>,
    /// How that was recognised, a half-sentence for the second line of what is shown.
    pub reason: Cow<'static, str>,
    /// How many bytes of the input it takes.
    pub end: usize,
}

/// Reads `input` from `start` on in one way; what it is and what was found is on the tape.
pub fn read(tape: &mut Tape, input: &[u8], start: usize, read_as: ReadAs, depth: Depth) -> Reading {
    let mut reading = Reading {
        read_as,
        frame: None,
        message: None,
        header: None,
        body: None,
        reason: Cow::Borrowed(""),
        end: input.len(),
    };
    let rest = input.get(start..).unwrap_or_default();
    match read_as {
        ReadAs::Request { layout, api } => {
            reading.framed(frame::request(tape, rest, start, layout, api, depth));
        }
        ReadAs::Response { layout, api } => {
            reading.framed(frame::response(tape, rest, start, layout, api, depth));
        }
        ReadAs::Records(family) => records::dissect::batches(tape, rest, start, family, depth),
        ReadAs::RecordKey(family) => {
            let record_type = internal::key(tape, rest, start, family, depth);
            reading.message = record_type.and_then(|t| t.key).map(|key| (key, key.versions.min));
        }
        ReadAs::RecordValue(family, None) => {
            internal::value(tape, None, rest, start, family, depth);
            reading.message = internal::type_of_framed(rest, family).map(|(t, version)| (t.value, version));
        }
        ReadAs::RecordValue(family, Some(id)) => {
            if let Some(record_type) = family.record_type(id) {
                internal::coordinator_value(tape, rest, start, record_type, depth);
                reading.message =
                    rest.first_chunk().map(|version| (record_type.value, i16::from_be_bytes(*version)));
            }
        }
        ReadAs::VersionPrefixed(message) => {
            internal::version_prefixed(tape, rest, start, message, true, depth);
            reading.message = rest.first_chunk().map(|version| (message, i16::from_be_bytes(*version)));
        }
        ReadAs::Message(message, version) => {
            reading.body = frame::bare(tape, rest, start, message, version, depth);
            reading.message = Some((message, version));
        }
    }
    if !rest.is_empty() && tape.nodes().is_empty() {
        // A coordinator's value whose type nobody named.
        tape.set_reached(start);
        frame::unread(tape, input.len());
        tape.find(frame::severity_of(depth), start, FindingKind::Internal(InternalError::NoType));
    }
    if reading.frame.is_none() && reading.body.is_none() {
        reading.body = tape.nodes().iter().position(|node| std::ptr::eq(node.field, &frame::BODY));
    }
    reading
}

impl Reading {
    fn framed(&mut self, frame: Frame) {
        self.message = frame.message.map(|message| (message, frame.version));
        (self.header, self.body, self.end) = (frame.header, frame.body, frame.end);
        self.frame = Some(frame);
    }
}
