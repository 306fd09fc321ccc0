//! What messages carry inside of bytes fields: consumer and Connect protocol, SASL, requests in an
//! Envelope, addresses, principals.

use super::dissect::{self, Depth};
use super::finding::{FindingKind, InternalError};
use super::frame::{self, HeaderChoice, Layout, severity_of};
use super::internal;
use super::meaning::Meaning;
use super::messages::{connect, data};
use super::sasl;
use super::schema::{Field, Message, Type};
use super::tape::{NO_INDEX, Shape, Tape, synthetic};
use super::wire::{Body, Reader, Uuid};

/// The id of `__cluster_metadata`, which every cluster has (`Uuid.METADATA_TOPIC_ID`).
pub const METADATA_TOPIC_ID: Uuid = Uuid([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);

/// The version of the Connect protocol before its messages.
static CONNECT_VERSION: Field = synthetic("version", Type::Int16, Meaning::Plain);
/// A Connect worker's view of its connectors.
static CONNECT: Field = synthetic("connect", Type::Bytes, Meaning::Plain);

/// Adds what a bytes field holds, where its declaration says so. `protocol` is the group's
/// `protocol_type`, where the message has said it.
pub fn open(
    tape: &mut Tape,
    content: &[u8],
    at: usize,
    meaning: Meaning,
    protocol: Option<&[u8]>,
    depth: Depth,
) {
    let connect = protocol == Some(b"connect");
    let depth = depth.deeper();
    let prefixed = |tape: &mut Tape, message: &'static Message| {
        internal::version_prefixed(tape, content, at, message, true, depth);
    };
    match meaning {
        Meaning::Subscription | Meaning::Assignment if connect => {
            connect_message(tape, content, at, meaning == Meaning::Assignment, depth);
        }
        Meaning::ConnectAssignment => connect_message(tape, content, at, true, depth),
        // A group of another type may put there what it likes, and old versions do not tell the type.
        Meaning::Subscription | Meaning::Assignment
            if protocol
                .map_or_else(|| !is_consumer_protocol(content, meaning), |name| name != b"consumer") => {}
        Meaning::Subscription => prefixed(tape, &data::consumer_protocol_subscription::MESSAGE),
        Meaning::Assignment => prefixed(tape, &data::consumer_protocol_assignment::MESSAGE),
        Meaning::Principal => prefixed(tape, &data::default_principal_data::MESSAGE),
        Meaning::EnvelopedRequest => {
            let layout = Layout { size: false, header: HeaderChoice::Usual };
            frame::request(tape, content, at, layout, None, depth);
        }
        Meaning::Sasl => sasl::open(tape, content, at),
        _ => {}
    }
}

/// Whether the bytes read exactly as what a consumer of the classic protocol puts there.
fn is_consumer_protocol(content: &[u8], meaning: Meaning) -> bool {
    let mut reader = Reader::new(content);
    let version = i16::from_be_bytes(reader.array());
    let read = if meaning == Meaning::Assignment {
        let version = version.min(data::consumer_protocol_assignment::MESSAGE.versions.max);
        data::consumer_protocol_assignment::Root::decode(&mut reader, version).is_ok()
    } else {
        let version = version.min(data::consumer_protocol_subscription::MESSAGE.versions.max);
        data::consumer_protocol_subscription::Root::decode(&mut reader, version).is_ok()
    };
    read && reader.left() == 0
}

/// `ConnectProtocol` and `IncrementalCooperativeConnectProtocol`: an int16 version, then by it the
/// worker's state or its assignment.
fn connect_message(tape: &mut Tape, content: &[u8], at: usize, assignment: bool, depth: Depth) {
    let end = at + content.len();
    let mut reader = Reader::at_offset(content, at);
    let version = i16::from_be_bytes(reader.array());
    if !reader.ok() {
        return frame::unread(tape, end);
    }
    tape.leaf(&CONNECT_VERSION, NO_INDEX, Shape::Int, i64::from(version), [at, at, at + 2]);
    let message =
        if assignment { &connect::connect_assignment::MESSAGE } else { &connect::connect_metadata::MESSAGE };
    if !message.versions.contain(version) {
        let kind = FindingKind::Internal(InternalError::UnknownVersion { version: i64::from(version) });
        tape.find(severity_of(depth), at, kind);
        return frame::unread(tape, end);
    }
    if dissect::message(tape, &mut reader, message, version, &CONNECT, depth) {
        frame::trailing(tape, end, super::finding::Severity::Note);
    } else {
        frame::unread(tape, end);
    }
}
