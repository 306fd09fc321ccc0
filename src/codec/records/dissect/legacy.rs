//! Messages of magic 0 and 1 onto the tape.

use super::{Walk, fields};
use crate::codec::internal;
use crate::codec::records::batches::{LENGTH_AT, LENGTH_END};
use crate::codec::records::compression::Codec;
use crate::codec::records::error::{Part, RecordsError, RecordsNote};
use crate::codec::records::legacy::{ATTRIBUTES_AT, CRC_AT, Message, next_inner};
use crate::codec::schema::Field;
use crate::codec::tape::{NO_INDEX, Shape};

static HEADER: [&Field; 5] =
    [&fields::OFFSET, &fields::MESSAGE_SIZE, &fields::CRC, &fields::MAGIC, &fields::MESSAGE_ATTRIBUTES];

/// Places of fields among the children of a message's node.
const OFFSET: usize = 1;
const MESSAGE_SIZE: usize = 2;
const CRC: usize = 3;
const MAGIC: usize = 4;
const ATTRIBUTES: usize = 5;

/// What a message inside of a compressed one needs of that.
#[derive(Debug, Clone, Copy)]
pub(super) struct Inside {
    wrapper_magic: u8,
    base: i64,
    first: bool,
}

impl Walk<'_> {
    /// Adds a message, or the beginning of one that should have `length` bytes.
    pub(super) fn message(&mut self, bytes: &[u8], length: usize, index: u32, inside: Option<Inside>) {
        let opened = self.tape.open(&fields::MESSAGE, index, Shape::Struct, 0, self.offset, self.offset);
        self.fixed(bytes, &HEADER);
        let family = self.family;
        match Message::new(bytes) {
            Ok(message) => {
                let base = inside.map_or(0, |inside| inside.base);
                self.tape.set_value(opened, message.offset().wrapping_add(base));
                if message.magic() != 0 {
                    self.fixed(bytes, &[&fields::TIMESTAMP]);
                }
                let whole = bytes.len() == length;
                self.message_header(&message, opened.node, inside, whole);
                self.key_and_value(&message, opened.node, inside);
            }
            Err(error) => self.error_in(LENGTH_AT, error.kind, opened.node + MESSAGE_SIZE),
        }
        self.family = family;
        self.rest(bytes.len());
        self.tape.close(opened);
    }

    fn message_header(&mut self, message: &Message<'_>, node: usize, inside: Option<Inside>, whole: bool) {
        let magic = message.magic();
        if message.offset() < 0 {
            let offset = message.offset();
            self.note_in(0, RecordsNote::NegativeOffset { offset }, node + OFFSET);
        }
        if whole && !self.muted {
            let (stored, computed) = (message.stored_crc(), message.computed_crc());
            match inside {
                _ if stored == computed => {}
                None => self.error_in(CRC_AT, RecordsError::Crc { stored, computed }, node + CRC),
                Some(inside) if inside.first => {
                    self.note_in(CRC_AT, RecordsNote::InnerCrc { stored, computed }, node + CRC);
                }
                Some(_) => {}
            }
        }
        if let Some(Inside { wrapper_magic: wrapper, first: true, .. }) = inside
            && wrapper != magic
        {
            self.note_in(CRC_AT + 4, RecordsNote::InnerMagic { inner: magic, wrapper }, node + MAGIC);
        }
        let bits = message.attributes().unknown_bits(magic);
        if bits != 0 && inside.is_none_or(|inside| inside.first) {
            let magic = magic.min(1);
            self.note_in(ATTRIBUTES_AT, RecordsNote::AttributeBits { bits, magic }, node + ATTRIBUTES);
        }
    }

    fn key_and_value(&mut self, message: &Message<'_>, node: usize, inside: Option<Inside>) {
        let codec = match message.codec() {
            Ok(codec) => codec,
            Err(error) => {
                self.error_in(error.at, error.kind, node + ATTRIBUTES);
                Codec::None
            }
        };
        let bytes = message.bytes();
        let key = match self.message_part(bytes, message.key_at(), Part::Key, &fields::KEY) {
            Some(key) => key,
            None => return,
        };
        let field = if codec == Codec::None { &fields::VALUE } else { &fields::VALUE_COMPRESSED };
        let value_at = self.tape.reached() - self.offset;
        let Some(value) = self.message_part(bytes, value_at, Part::Value, field) else { return };
        let value_node = self.tape.nodes().len().saturating_sub(1);
        if codec != Codec::None {
            match inside {
                Some(_) => {
                    let kind = RecordsError::NestedWrapper { codec };
                    self.error_in(ATTRIBUTES_AT, kind, node + ATTRIBUTES);
                }
                None => self.compressed_messages(message, codec, value_node, node),
            }
        } else if let Some(family) = self.family.filter(|_| !self.muted)
            && let Some(content) = value
        {
            let at = self.offset + value_at + 4;
            let opened = self.tape.reopen(value_node);
            self.tape.set_reached(at);
            internal::value(self.tape, key, content, at, family, self.depth.deeper());
            self.tape.set_reached(at + content.len());
            self.tape.close(opened);
        }
        let used = self.tape.reached() - self.offset;
        if used < bytes.len() {
            self.rest(bytes.len());
            self.note(used, RecordsNote::MessageTrailing { bytes: bytes.len() - used });
        }
    }

    /// Adds a key or value with its length at `at`; `None` when it cannot be read.
    fn message_part<'a>(
        &mut self,
        bytes: &'a [u8],
        at: usize,
        part: Part,
        field: &'static Field,
    ) -> Option<Option<&'a [u8]>> {
        let start = self.offset + at;
        let rest = bytes.get(at..).unwrap_or_default();
        let Some((length, rest)) = rest.split_first_chunk() else {
            self.tape.leaf(field, NO_INDEX, Shape::Broken, 0, [start, start, start]);
            self.error(at, RecordsError::MessageShort { part, have: rest.len() });
            return None;
        };
        let length = i32::from_be_bytes(*length);
        let head = start + 4;
        let Ok(size) = usize::try_from(length) else {
            self.tape.leaf(field, NO_INDEX, Shape::Null, 0, [start, head, head]);
            if length != -1 {
                self.note(at, RecordsNote::NegativeLength { part, length });
            }
            return Some(None);
        };
        let Some(content) = rest.get(..size) else {
            self.tape.leaf(field, NO_INDEX, Shape::Broken, i64::from(length), [start, head, head]);
            self.error(at, RecordsError::PartPastEnd { part, length, have: rest.len() });
            return None;
        };
        let node =
            self.tape.leaf(field, NO_INDEX, Shape::Bytes, i64::from(length), [start, head, head + size]);
        if part == Part::Key
            && let Some(family) = self.family.filter(|_| !self.muted)
        {
            let opened = self.tape.reopen(node);
            self.tape.set_reached(head);
            internal::key(self.tape, content, head, family, self.depth.deeper());
            self.tape.set_reached(head + size);
            self.tape.close(opened);
        }
        Some(Some(content))
    }

    /// Adds the messages inside of a compressed one under its value's node.
    fn compressed_messages(&mut self, message: &Message<'_>, codec: Codec, value_node: usize, node: usize) {
        let end = self.tape.reached();
        let opened = self.tape.reopen(value_node);
        let mut unpacked = self.tape.spare_buffer();
        let result = message.unpack(codec, self.tape.decompressed_left, &mut unpacked);
        self.tape.decompressed_left -= unpacked.len().min(self.tape.decompressed_left);
        let failed = result.is_err();
        let value_at = message.located_value().map_or(0, |value| value.at + 4);
        match result {
            Ok(None) => {}
            Ok(Some((at, note))) => self.note(value_at + at, note),
            Err(error) => {
                let codec_refused = matches!(error.kind, RecordsError::CodecOfMagic { .. });
                let at_node = if codec_refused { node + ATTRIBUTES } else { value_node };
                self.error_in(error.at, error.kind, at_node);
            }
        }
        let base = match message.inner_base(&unpacked) {
            Ok(base) => base,
            Err(error) => {
                match error.kind {
                    _ if failed => {}
                    RecordsError::WrapperEmpty => self.error_in(value_at, error.kind, value_node),
                    RecordsError::WrapperOffset { .. } => self.error_in(0, error.kind, node + OFFSET),
                    // It is met again where the messages inside are shown.
                    _ => {}
                }
                0
            }
        };
        let inside = Inside { wrapper_magic: message.magic(), base, first: true };
        self.in_buffer(unpacked, |walk, unpacked| walk.inner_messages(unpacked, inside, failed));
        self.tape.set_reached(end);
        self.tape.close(opened);
    }

    fn inner_messages(&mut self, unpacked: &[u8], mut inside: Inside, partial: bool) {
        let mut at = 0;
        for index in 0.. {
            self.offset = at;
            match next_inner(unpacked, at) {
                Ok(Some(message)) => {
                    let bytes = message.bytes();
                    self.message(bytes, bytes.len(), index, Some(inside));
                    at += bytes.len();
                    inside.first = false;
                }
                Ok(None) => {
                    let rest = unpacked.get(at..).unwrap_or_default();
                    if !rest.is_empty() && !partial {
                        let need = super::claimed_size(rest).map_or(LENGTH_END, |size| size + LENGTH_END);
                        self.rest(rest.len());
                        self.note(0, RecordsNote::CutOff { need, have: rest.len() });
                    }
                    break;
                }
                Err(error) => {
                    self.rest(unpacked.len() - at);
                    self.error(error.at - at, error.kind);
                    break;
                }
            }
        }
        self.offset = 0;
    }
}
