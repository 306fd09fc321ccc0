//! Tagged fields (KIP-482): the section behind a struct in flexible versions.

use std::borrow::Cow;

use super::{Context, Reader, Wire, Writer};
use crate::codec::schema::Field;

/// Tagged fields that this version of the message does not know, in the order read.
pub type UnknownTags<'a> = Vec<UnknownTag<'a>>;

/// A tagged field that this version of the message does not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownTag<'a> {
    /// The tag.
    pub tag: u32,
    /// Its content.
    pub content: Cow<'a, [u8]>,
}

/// Reads the tagged fields of one struct: `known` reads the content of a tag that it knows.
#[inline(always)]
pub fn read_tags<'a>(
    reader: &mut Reader<'a>,
    unknown: &mut UnknownTags<'a>,
    mut known: impl FnMut(u32, &mut Reader<'a>) -> bool,
) {
    for _ in 0..reader.tag_count() {
        let tag = reader.uvarint();
        let size_at = reader.at();
        let size = reader.uvarint();
        if !known(tag, reader) {
            read_unknown(reader, unknown, tag, size, size_at);
        }
        if !reader.ok() {
            break;
        }
    }
}

#[cold]
fn read_unknown<'a>(
    reader: &mut Reader<'a>,
    unknown: &mut UnknownTags<'a>,
    tag: u32,
    size: u32,
    size_at: usize,
) {
    unknown.push(UnknownTag { tag, content: reader.unknown_tag(size, size_at).into() });
}

/// Writes the tagged fields of one struct: the count is patched in when all are written, and
/// unknown tags are put in their order among the known ones.
pub struct TagWriter<'w, 'u, 'a> {
    count_at: usize,
    count: u32,
    unknown: std::iter::Peekable<std::slice::Iter<'u, UnknownTag<'a>>>,
    writer: &'w mut Writer,
}

impl<'w, 'u, 'a> TagWriter<'w, 'u, 'a> {
    /// Begins a section of tagged fields.
    #[inline]
    pub fn new(writer: &'w mut Writer, unknown: &'u [UnknownTag<'a>]) -> Self {
        Self { count_at: writer.hole(), count: 0, unknown: unknown.iter().peekable(), writer }
    }

    /// Writes a known tagged field, unless it has its default; tags must come in rising order.
    #[inline(always)]
    pub fn field<'b, T: Wire<'b>>(&mut self, value: &T, context: Context, field: &Field) {
        let Some(tag) = field.tag else { return };
        if !value.is_worth_a_tag(context, field) {
            return;
        }
        self.unknown_below(u64::from(tag));
        self.writer.uvarint(tag);
        let size_at = self.writer.hole();
        value.write(self.writer, context.field(field, true));
        let size = self.writer.buffer.len() - size_at - 1;
        self.writer.fill_hole(size_at, size as u32);
        self.count += 1;
    }

    fn unknown_below(&mut self, tag: u64) {
        while let Some(unknown) = self.unknown.next_if(|unknown| u64::from(unknown.tag) < tag) {
            self.writer.uvarint(unknown.tag);
            self.writer.uvarint(unknown.content.len() as u32);
            self.writer.buffer.extend_from_slice(&unknown.content);
            self.count += 1;
        }
    }

    /// Ends the section.
    #[inline]
    pub fn finish(mut self) {
        if self.unknown.peek().is_some() {
            self.unknown_below(u64::MAX);
        }
        self.writer.fill_hole(self.count_at, self.count);
    }
}
