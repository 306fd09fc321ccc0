//! Bytes and a schema in, a [`Tape`] out: every value with its range of bytes. Never fails: what
//! could not be read becomes a finding and a gap.
//!
//! It reads through the same [`Reader`] as the typed decoder, so that both stop at the same byte.

use super::embedded::{self, METADATA_TOPIC_ID};
use super::finding::{FindingKind, Severity};
use super::meaning::Meaning;
use super::record_types::Family;
use super::records;
use super::schema::{Field, Message, Struct, Type};
use super::tape::{NO_INDEX, Opened, Shape, Tape, synthetic, text};
use super::wire::{Context, ErrorKind, Reader};

/// The section behind a struct in flexible versions.
pub static TAGS: Field = synthetic("tagged_fields", Type::Bytes, Meaning::Plain);
/// One tagged field.
pub static TAG: Field = synthetic("tagged field", Type::Bytes, Meaning::Plain);
/// Its number.
pub static TAG_NUMBER: Field = synthetic("tag", Type::Uint32, Meaning::Plain);
/// Its size.
pub static TAG_SIZE: Field = synthetic("size", Type::Uint32, Meaning::Plain);
/// What an unknown tag holds.
pub static TAG_CONTENT: Field = synthetic("unknown content", Type::Bytes, Meaning::Plain);

/// What the dissector opens inside of a message's fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Depth {
    /// Open records and embedded messages.
    pub open: bool,
    /// How many messages are around this one.
    pub embedded: u8,
}

impl Depth {
    /// Everything that can be opened.
    pub const ALL: Self = Self { open: true, embedded: 0 };
    /// The message's own fields only.
    pub const FIELDS: Self = Self { open: false, embedded: 0 };

    /// Inside of a field: what is wrong there does not make Kafka refuse the message around it.
    pub const fn deeper(self) -> Self {
        Self { open: self.open && self.embedded < EMBEDDED_MAX, embedded: self.embedded.saturating_add(1) }
    }
}

/// How many messages may stand in one another (an Envelope may hold a Produce, whose records hold
/// an assignment): nothing real is deeper, and hostile bytes could nest without end.
pub const EMBEDDED_MAX: u8 = 6;

/// Reads one message from the reader's place on and adds it to the tape under `root`. True when it
/// could be read to its end; what follows it is the caller's.
pub fn message(
    tape: &mut Tape,
    reader: &mut Reader<'_>,
    message: &'static Message,
    version: i16,
    root: &'static Field,
    depth: Depth,
) -> bool {
    let context = Context::new(version, message.flexible.contain(version));
    let carries_records = ["FetchResponse", "ProduceRequest", "ShareFetchResponse", "FetchSnapshotResponse"];
    let tracks = depth.open && (carries_records.contains(&message.name) || message.name.contains("Group"));
    let mut walk = Walk { tape, message, depth, tracks, family: None, protocol: None };
    walk.structure(reader, root, NO_INDEX, message.shape, context);
    if let Some(error) = reader.error() {
        let severity = if depth.embedded == 0 { Severity::Error } else { Severity::Inner };
        walk.tape.find(severity, error.at, FindingKind::Wire(error.kind));
    }
    reader.ok()
}

struct Walk<'t, 'i> {
    tape: &'t mut Tape,
    message: &'static Message,
    depth: Depth,
    /// Some later field is opened by what an earlier one says.
    tracks: bool,
    /// Whose records the topic holds that was named last.
    family: Option<Family>,
    /// The `protocol_type` that was read last.
    protocol: Option<&'i [u8]>,
}

impl<'i> Walk<'_, 'i> {
    fn structure(
        &mut self,
        reader: &mut Reader<'i>,
        field: &'static Field,
        index: u32,
        shape: &'static Struct,
        context: Context,
    ) {
        let start = reader.at();
        if context.nullable && !self.present(reader, field, index, context) {
            return;
        }
        // Only the outermost struct of a metadata record passes with a version above its last.
        if context.version > self.message.versions.max && !std::ptr::eq(shape, self.message.shape) {
            reader.fail(start, ErrorKind::Version { version: context.version });
            return self.broken(field, index, start, reader.at().min(start));
        }
        let opened = self.tape.open(field, index, Shape::Struct, 0, start, reader.at());
        for field in shape.fields {
            if field.tag.is_none() && field.versions.contain(context.version) {
                self.value(reader, field, NO_INDEX, &field.ty, context.field(field, false));
                if !reader.ok() {
                    break;
                }
            }
        }
        if context.flexible && reader.ok() {
            self.tags(reader, shape, context);
        }
        self.tape.close(opened);
    }

    /// The marker of a nullable struct; a null one becomes a node here.
    fn present(
        &mut self,
        reader: &mut Reader<'i>,
        field: &'static Field,
        index: u32,
        context: Context,
    ) -> bool {
        let start = reader.at();
        let mut marker_reader = reader.clone();
        let marker = if context.tagged {
            marker_reader.uvarint() as i32
        } else {
            i32::from(i8::from_be_bytes(marker_reader.array()))
        };
        let present = reader.present(context);
        if !reader.ok() {
            self.broken(field, index, start, start);
        } else if !present {
            self.tape.leaf(field, index, Shape::Null, 0, [start, reader.at(), reader.at()]);
        }
        let usual = if context.tagged { [0, 1] } else { [-1, 1] };
        if reader.ok() && !usual.contains(&marker) {
            self.tape.find(Severity::Note, start, FindingKind::OddMarker { marker });
        }
        present
    }

    fn broken(&mut self, field: &'static Field, index: u32, start: usize, head: usize) {
        self.tape.leaf(field, index, Shape::Broken, 0, [start, head, head]);
    }

    /// A value that failed behind its length or count, which is shown where it could be read.
    #[cold]
    fn broken_behind_length(
        &mut self,
        before: &Reader<'i>,
        field: &'static Field,
        index: u32,
        context: Context,
        short: bool,
    ) {
        let mut reader = before.clone();
        let start = reader.at();
        reader.length(Context { nullable: true, ..context }, short);
        let head = if reader.ok() { reader.at() } else { start };
        self.broken(field, index, start, head);
    }

    fn null(
        &mut self,
        before: &Reader<'i>,
        reader: &Reader<'i>,
        field: &'static Field,
        index: u32,
        context: Context,
        short: bool,
    ) {
        let (start, end) = (before.at(), reader.at());
        self.tape.leaf(field, index, Shape::Null, 0, [start, end, end]);
        let mut length = before.clone();
        let raw = if context.flexible {
            (length.uvarint() as i32).wrapping_sub(1)
        } else if short {
            i32::from(i16::from_be_bytes(length.array()))
        } else {
            i32::from_be_bytes(length.array())
        };
        if raw != -1 {
            self.tape.find(Severity::Note, start, FindingKind::NegativeLength { length: raw });
        }
    }

    #[inline]
    fn overlong(&mut self, reader: &Reader<'i>, start: usize, value: u32) {
        let minimal = (32 - (value | 1).leading_zeros()).div_ceil(7) as usize;
        if reader.at() - start > minimal {
            self.tape.find(Severity::Note, start, FindingKind::OverlongVarint);
        }
    }

    fn value(
        &mut self,
        reader: &mut Reader<'i>,
        field: &'static Field,
        index: u32,
        ty: &'static Type,
        context: Context,
    ) {
        let start = reader.at();
        macro_rules! int {
            ($type:ty) => {{
                let value = i64::from(<$type>::from_be_bytes(reader.array()));
                self.fixed(reader, field, index, Shape::Int, value, start);
            }};
        }
        match ty {
            Type::Bool => {
                let [byte] = reader.array();
                self.fixed(reader, field, index, Shape::Bool, i64::from(byte != 0), start);
                if byte > 1 && reader.ok() {
                    self.tape.find(Severity::Note, start, FindingKind::OddBool { byte });
                }
            }
            Type::Int8 => int!(i8),
            Type::Int16 => int!(i16),
            Type::Uint16 => int!(u16),
            Type::Int32 => int!(i32),
            Type::Uint32 => int!(u32),
            Type::Int64 => int!(i64),
            Type::Float64 => {
                let bits = i64::from_be_bytes(reader.array());
                self.fixed(reader, field, index, Shape::Float, bits, start);
            }
            Type::Uuid => {
                let id = reader.array();
                self.fixed(reader, field, index, Shape::Uuid, 0, start);
                if self.tracks && field.name == "topic_id" {
                    self.family = (id == METADATA_TOPIC_ID.0).then_some(Family::Metadata);
                }
            }
            Type::String => self.string(reader, field, index, context),
            Type::Bytes | Type::Records => self.bytes(reader, field, index, ty, context),
            Type::Array(element) => self.array(reader, field, index, element, context),
            Type::Struct(shape) => self.structure(reader, field, index, shape, context),
        }
    }

    #[inline]
    fn fixed(
        &mut self,
        reader: &Reader<'i>,
        field: &'static Field,
        index: u32,
        shape: Shape,
        value: i64,
        start: usize,
    ) {
        if reader.ok() {
            self.tape.leaf(field, index, shape, value, [start, start, reader.at()]);
        } else {
            self.broken(field, index, start, start);
        }
    }

    fn string(&mut self, reader: &mut Reader<'i>, field: &'static Field, index: u32, context: Context) {
        let before = reader.clone();
        let start = before.at();
        let length = reader.string_length(context);
        let head = reader.at();
        let content = length.map(|length| reader.content(length, start));
        if !reader.ok() {
            return self.broken_behind_length(&before, field, index, context, true);
        }
        let Some(content) = content else {
            return self.null(&before, reader, field, index, context, true);
        };
        self.tape.leaf(field, index, Shape::Text, content.len() as i64, [start, head, reader.at()]);
        if context.flexible {
            self.overlong_length(&before, head, content.len());
        }
        if self.tracks {
            match field.name {
                "protocol_type" => self.protocol = Some(content),
                "topic" | "name" => self.family = Family::of_topic(&text(content)),
                _ => {}
            }
        }
        if std::str::from_utf8(content).is_err() {
            self.tape.find(Severity::Note, head, FindingKind::InvalidUtf8);
        }
    }

    #[inline]
    fn overlong_length(&mut self, before: &Reader<'i>, head: usize, length: usize) {
        let value = (length as u32).wrapping_add(1);
        let minimal = (32 - (value | 1).leading_zeros()).div_ceil(7) as usize;
        if head - before.at() > minimal {
            self.tape.find(Severity::Note, before.at(), FindingKind::OverlongVarint);
        }
    }

    fn bytes(
        &mut self,
        reader: &mut Reader<'i>,
        field: &'static Field,
        index: u32,
        ty: &'static Type,
        context: Context,
    ) {
        let before = reader.clone();
        let start = before.at();
        let length = reader.length(context, false);
        let head = reader.at();
        let content = length.map(|length| reader.content(length, start));
        if !reader.ok() {
            return self.broken_behind_length(&before, field, index, context, false);
        }
        let Some(content) = content else {
            return self.null(&before, reader, field, index, context, false);
        };
        let end = reader.at();
        let node = self.tape.leaf(field, index, Shape::Bytes, content.len() as i64, [start, head, end]);
        if context.flexible {
            self.overlong_length(&before, head, content.len());
        }
        if !self.depth.open || content.is_empty() {
            return;
        }
        let opened = self.tape.reopen(node);
        self.tape.set_reached(head);
        match ty {
            Type::Records => {
                records::dissect::batches(self.tape, content, head, self.family, self.depth.deeper())
            }
            _ => embedded::open(self.tape, content, head, field.meaning, self.protocol, self.depth),
        }
        self.tape.set_reached(end);
        self.tape.close(opened);
    }

    fn array(
        &mut self,
        reader: &mut Reader<'i>,
        field: &'static Field,
        index: u32,
        element: &'static Type,
        context: Context,
    ) {
        let before = reader.clone();
        let start = before.at();
        let count = reader.count(context);
        if !reader.ok() {
            return self.broken_behind_length(&before, field, index, context, false);
        }
        let Some(count) = count else {
            return self.null(&before, reader, field, index, context, false);
        };
        let opened = self.tape.open(field, index, Shape::Array, count as i64, start, reader.at());
        if context.flexible {
            self.overlong_length(&before, reader.at(), count);
        }
        for i in 0..count {
            self.value(reader, field, i as u32, element, context.element());
            if !reader.ok() {
                break;
            }
        }
        self.tape.close(opened);
    }

    fn tags(&mut self, reader: &mut Reader<'i>, shape: &'static Struct, context: Context) {
        let before = reader.clone();
        let start = before.at();
        let count = reader.tag_count();
        if !reader.ok() {
            let mut count = before;
            count.uvarint();
            let head = if count.ok() { count.at() } else { start };
            return self.broken(&TAGS, NO_INDEX, start, head);
        }
        let section = self.tape.open(&TAGS, NO_INDEX, Shape::Tags, count as i64, start, reader.at());
        self.overlong(reader, start, count as u32);
        let mut seen: Option<u32> = None;
        for i in 0..count {
            let opened = self.tape.open(&TAG, i as u32, Shape::Tag, 0, reader.at(), reader.at());
            self.tagged_field(reader, shape, context, &mut seen, opened);
            self.tape.close(opened);
            if !reader.ok() {
                break;
            }
        }
        self.tape.close(section);
    }

    fn tagged_field(
        &mut self,
        reader: &mut Reader<'i>,
        shape: &'static Struct,
        context: Context,
        seen: &mut Option<u32>,
        opened: Opened,
    ) {
        let node = opened.node;
        let start = reader.at();
        let tag = reader.uvarint();
        self.fixed(reader, &TAG_NUMBER, NO_INDEX, Shape::Int, i64::from(tag), start);
        if !reader.ok() {
            return;
        }
        self.tape.set_value(opened, i64::from(tag));
        self.overlong(reader, start, tag);
        match *seen {
            Some(before) if before == tag => {
                self.tape.find_in(Severity::Note, start, FindingKind::TagRepeated { tag }, node)
            }
            Some(before) if before > tag => {
                self.tape.find_in(Severity::Note, start, FindingKind::TagOrder { tag }, node)
            }
            _ => {}
        }
        *seen = Some(tag);
        let size_at = reader.at();
        let size = reader.uvarint();
        self.fixed(reader, &TAG_SIZE, NO_INDEX, Shape::Int, i64::from(size), size_at);
        if !reader.ok() {
            return;
        }
        self.overlong(reader, size_at, size);
        let at = reader.at();
        match shape.fields.iter().find(|field| field.tag == Some(tag)) {
            Some(field) => {
                if reader.check_tag_version(field, context) {
                    self.value(reader, field, NO_INDEX, &field.ty, context.field(field, true));
                }
                let used = reader.at() - at;
                if reader.ok() && used != size as usize {
                    self.tape.find_in(
                        Severity::Note,
                        size_at,
                        FindingKind::TagSize { claimed: size, used: used as u32 },
                        node,
                    );
                }
            }
            None => {
                let content = reader.unknown_tag(size, size_at);
                if reader.ok() {
                    self.tape.leaf(
                        &TAG_CONTENT,
                        NO_INDEX,
                        Shape::Bytes,
                        content.len() as i64,
                        [at, at, reader.at()],
                    );
                }
            }
        }
    }
}
