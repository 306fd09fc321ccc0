//! What the dissector leaves behind: a flat list of nodes in the order of the bytes, and findings.
//!
//! A tree of boxed nodes costs an allocation for each; here a stream of frames runs through one
//! [`Tape`] whose vectors keep their room from frame to frame. A node knows where its subtree ends
//! ([`Node::next`]), so that children are walked and skipped without pointers.

use std::borrow::Cow;
use std::ops::Range;

use super::finding::{Finding, FindingKind, Severity};
use super::meaning::Meaning;
use super::schema::{Default, Field, Type, Versions};

/// The most nodes kept of one message; what is behind them is still judged, but not shown. A node
/// takes 48 bytes, and a hostile frame of 100 MB can hold as many values as it has bytes.
pub const NODES_MAX: usize = 4_000_000;

/// The most findings kept of one message, but for errors: what is behind them is counted. Each byte of
/// a hostile frame can be worth a note.
pub const FINDINGS_MAX: usize = 10_000;

/// [`Node::index`] of a node that is no element of an array, and [`Node::parent`] of one that has none.
pub const NO_INDEX: u32 = u32::MAX;

/// What a node is, and what its [`Node::value`] holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A null string, array, struct, ...
    Null,
    /// 0 or 1.
    Bool,
    /// An integer of any width.
    Int,
    /// The bits of a binary64.
    Float,
    /// Sixteen bytes.
    Uuid,
    /// Text from [`Node::head`] to [`Node::end`]; the value is its length in bytes.
    Text,
    /// Bytes from [`Node::head`] to [`Node::end`]; the value is their number. Children are what the
    /// bytes hold, where that is known.
    Bytes,
    /// The value is the number of elements; the children are those.
    Array,
    /// The children are fields.
    Struct,
    /// The section of tagged fields of a struct; the value is their number.
    Tags,
    /// One tagged field; the value is its tag. Children: tag, size, content.
    Tag,
    /// The value could not be read; its length or count is there where it could be read.
    Broken,
    /// Bytes that no field explains, or that were not reached.
    Gap,
}

/// One value and the bytes that it is.
#[derive(Debug, Clone, Copy)]
pub struct Node {
    /// Its declaration, or one of the synthetic ones in this module and in [`super::records`].
    pub field: &'static Field,
    /// See [`Shape`].
    pub value: i64,
    /// Offset of its first byte.
    pub start: u32,
    /// Offset behind its own prefix: length, count, marker.
    pub head: u32,
    /// Offset behind its last byte, children included.
    pub end: u32,
    /// Index of the node behind its subtree.
    pub next: u32,
    /// Index of the node around it, or [`NO_INDEX`].
    pub parent: u32,
    /// Its place in the array around it, or [`NO_INDEX`].
    pub index: u32,
    /// What it is.
    pub shape: Shape,
    /// How deep it is nested.
    pub depth: u8,
    /// Which bytes the offsets count in: 0 is the input, others are decompressed records.
    pub buffer: u8,
}

impl Node {
    /// The node around it.
    pub fn parent(&self) -> Option<usize> {
        (self.parent != NO_INDEX).then_some(self.parent as usize)
    }
}

/// A field that no schema declares.
pub const fn synthetic(name: &'static str, ty: Type, meaning: Meaning) -> Field {
    Field {
        name,
        ty,
        versions: Versions { min: 0, max: i16::MAX },
        nullable: Versions::NONE,
        tag: None,
        default: Default::Zero,
        ignorable: false,
        inflexible: false,
        meaning,
    }
}

/// Nodes, findings and decompressed bytes of one message.
#[derive(Debug)]
pub struct Tape {
    nodes: Vec<Node>,
    findings: Vec<Finding>,
    /// Buffer 1 and up; kept with their room.
    buffers: Vec<Vec<u8>>,
    buffers_used: usize,
    /// The node that was opened last and is not closed.
    parent: u32,
    depth: u8,
    buffer: u8,
    /// End of the last leaf that could be read, in the current buffer.
    reached: u32,
    /// Findings that were left out because there are more than [`FINDINGS_MAX`].
    pub findings_left_out: usize,
    /// Nodes were left out because there are more than `nodes_max`.
    pub truncated: bool,
    /// See [`NODES_MAX`].
    pub nodes_max: usize,
    /// See [`super::records::compression::DECOMPRESSED_BYTES_MAX`]; counts down over a message.
    pub decompressed_left: usize,
    decompressed_max: usize,
}

impl std::default::Default for Tape {
    fn default() -> Self {
        Self::new(NODES_MAX, super::records::compression::DECOMPRESSED_BYTES_MAX)
    }
}

impl Tape {
    /// An empty tape with its limits: nodes, and decompressed bytes, of one message.
    pub fn new(nodes_max: usize, decompressed_max: usize) -> Self {
        Self {
            nodes: Vec::new(),
            findings: Vec::new(),
            buffers: Vec::new(),
            buffers_used: 0,
            parent: NO_INDEX,
            depth: 0,
            buffer: 0,
            reached: 0,
            findings_left_out: 0,
            truncated: false,
            // One at least, so that what is opened is always there.
            nodes_max: nodes_max.max(1),
            decompressed_left: decompressed_max,
            decompressed_max,
        }
    }

    /// Forgets the last message and keeps the room.
    pub fn clear(&mut self) {
        self.nodes.clear();
        self.findings.clear();
        self.buffers_used = 0;
        (self.parent, self.findings_left_out) = (NO_INDEX, 0);
        (self.depth, self.buffer, self.reached, self.truncated) = (0, 0, 0, false);
        self.decompressed_left = self.decompressed_max;
    }

    /// All nodes, parents before children.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// What was found, in the order found.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// The first finding for which Apache Kafka refuses the message.
    pub fn first_error(&self) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.severity == Severity::Error)
    }

    /// The bytes that offsets of `buffer` count in.
    pub fn buffer<'b>(&'b self, input: &'b [u8], buffer: u8) -> &'b [u8] {
        match usize::from(buffer).checked_sub(1) {
            None => input,
            Some(i) => self.buffers.get(i).map_or(&[], Vec::as_slice),
        }
    }

    /// The bytes in a range of a node's buffer.
    pub fn bytes<'b>(&'b self, input: &'b [u8], buffer: u8, range: Range<u32>) -> &'b [u8] {
        self.buffer(input, buffer).get(range.start as usize..range.end as usize).unwrap_or_default()
    }

    /// A text or bytes node's content, without its length.
    #[inline]
    pub fn content<'b>(&'b self, input: &'b [u8], node: &Node) -> &'b [u8] {
        self.bytes(input, node.buffer, node.head..node.end)
    }

    /// The indices of a node's children.
    pub fn children(&self, parent: usize) -> Children<'_> {
        let end = self.nodes.get(parent).map_or(0, |node| node.next as usize);
        Children { nodes: &self.nodes, at: parent + 1, end }
    }

    /// The child of that name.
    pub fn child(&self, parent: usize, name: &str) -> Option<usize> {
        self.children(parent).find(|&i| self.nodes.get(i).is_some_and(|node| node.field.name == name))
    }

    /// A node's ancestors from the root down, itself last.
    pub fn lineage(&self, node: usize) -> Vec<usize> {
        let mut lineage = Vec::new();
        let mut at = Some(node);
        while let Some((index, here)) = at.and_then(|index| Some((index, self.nodes.get(index)?))) {
            lineage.push(index);
            at = here.parent();
        }
        lineage.reverse();
        lineage
    }

    /// A node's path as jq would write it: `.topics[1].partitions[0].records.batch[2]`.
    pub fn path(&self, node: usize) -> String {
        self.path_of(self.lineage(node), |field, path| path.push_str(field.name))
    }

    /// A node's path in the JSON that Kafka prints: `.topics[1].partitionIndexes`.
    pub fn json_path(&self, node: usize) -> String {
        self.path_of(self.lineage(node).into_iter().filter(|&i| !self.is_tag(i)), |field, path| {
            path.push_str(&field.json_name());
        })
    }

    fn is_tag(&self, node: usize) -> bool {
        self.nodes.get(node).is_some_and(|node| matches!(node.shape, Shape::Tags | Shape::Tag))
    }

    fn path_of(
        &self,
        lineage: impl IntoIterator<Item = usize>,
        mut push_name: impl FnMut(&Field, &mut String),
    ) -> String {
        let (mut path, mut parent) = (String::new(), Shape::Gap);
        for here in lineage.into_iter().filter_map(|i| self.nodes.get(i)) {
            // Elements share the name of their array.
            if here.index == NO_INDEX || !matches!(parent, Shape::Array | Shape::Tags) {
                path.push('.');
                push_name(here.field, &mut path);
            }
            if here.index != NO_INDEX {
                path.push_str(&format!("[{}]", here.index));
            }
            parent = here.shape;
        }
        path
    }

    // What follows is for those who fill the tape: the dissector and the record rooms.

    /// The buffer that nodes are added for now.
    pub fn current_buffer(&self) -> u8 {
        self.buffer
    }

    /// Offset behind the last leaf that could be read.
    pub fn reached(&self) -> usize {
        self.reached as usize
    }

    #[inline]
    fn push(&mut self, node: Node) -> usize {
        if self.nodes.len() < self.nodes_max {
            self.nodes.push(node);
        } else {
            self.truncated = true;
        }
        self.nodes.len().wrapping_sub(1)
    }

    /// Adds a value without children.
    #[inline]
    pub fn leaf(
        &mut self,
        field: &'static Field,
        index: u32,
        shape: Shape,
        value: i64,
        span: [usize; 3],
    ) -> usize {
        let next = self.nodes.len() as u32 + 1;
        let [start, head, end] = span.map(|offset| offset as u32);
        self.reached = end;
        self.push(Node {
            field,
            value,
            start,
            head,
            end,
            next,
            parent: self.parent,
            index,
            shape,
            depth: self.depth,
            buffer: self.buffer,
        })
    }

    /// Begins a value with children, to be ended by [`Tape::close`] with the key that this returns.
    #[inline]
    pub fn open(
        &mut self,
        field: &'static Field,
        index: u32,
        shape: Shape,
        value: i64,
        start: usize,
        head: usize,
    ) -> Opened {
        let full = self.nodes.len() >= self.nodes_max;
        let node = self.leaf(field, index, shape, value, [start, head, head]);
        self.begin(node, !full)
    }

    /// Ends a value where the last leaf ended.
    #[inline]
    pub fn close(&mut self, opened: Opened) {
        self.parent = opened.outer;
        self.depth = self.depth.saturating_sub(1);
        let (next, end) = (self.nodes.len() as u32, self.reached);
        if opened.kept
            && let Some(node) = self.nodes.get_mut(opened.node)
        {
            node.next = next;
            node.end = node.end.max(end);
        }
    }

    /// Makes a leaf that was just added the parent of what comes next; ended by [`Tape::close`].
    pub fn reopen(&mut self, node: usize) -> Opened {
        self.begin(node, node.wrapping_add(1) == self.nodes.len() && !self.truncated)
    }

    fn begin(&mut self, node: usize, kept: bool) -> Opened {
        self.depth = self.depth.saturating_add(1);
        let outer = std::mem::replace(&mut self.parent, node as u32);
        Opened { node, kept, outer }
    }

    /// Adds the bytes between what was reached and `end` as not explained; nothing where there are none.
    pub fn gap(&mut self, field: &'static Field, end: usize) {
        let start = self.reached();
        if start < end {
            self.leaf(field, NO_INDEX, Shape::Gap, (end - start) as i64, [start, start, end]);
        }
    }

    /// Sets the value of a node that was opened before it was known.
    pub fn set_value(&mut self, opened: Opened, value: i64) {
        if opened.kept
            && let Some(node) = self.nodes.get_mut(opened.node)
        {
            node.value = value;
        }
    }

    /// Sets where the next gap would begin: after a jump to another place.
    pub fn set_reached(&mut self, offset: usize) {
        self.reached = offset as u32;
    }

    /// Whether another buffer can be entered: a node's number of it has eight bits.
    pub fn has_spare_buffer(&self) -> bool {
        self.buffers_used < usize::from(u8::MAX)
    }

    /// Takes an empty buffer to decompress into; give it back with [`Tape::enter_buffer`].
    pub fn spare_buffer(&mut self) -> Vec<u8> {
        let mut spare = self.buffers.get_mut(self.buffers_used).map(std::mem::take).unwrap_or_default();
        spare.clear();
        spare
    }

    /// Lets the nodes that come next count their offsets in `bytes`; returns what
    /// [`Tape::leave_buffer`] needs. `None` when there are too many buffers for a node's number.
    pub fn enter_buffer(&mut self, bytes: Vec<u8>) -> Option<(u8, u32)> {
        let number = u8::try_from(self.buffers_used + 1).ok()?;
        match self.buffers.get_mut(self.buffers_used) {
            Some(slot) => *slot = bytes,
            None => self.buffers.push(bytes),
        }
        self.buffers_used += 1;
        let before = (self.buffer, self.reached);
        (self.buffer, self.reached) = (number, 0);
        Some(before)
    }

    /// Goes back to the bytes that were current before [`Tape::enter_buffer`].
    pub fn leave_buffer(&mut self, before: (u8, u32)) {
        (self.buffer, self.reached) = before;
    }

    /// Takes the bytes of a decompressed buffer out, to read them while nodes are added, and
    /// [`Tape::put_back`] returns them.
    pub fn take_out(&mut self, buffer: u8) -> Vec<u8> {
        usize::from(buffer)
            .checked_sub(1)
            .and_then(|i| self.buffers.get_mut(i))
            .map(std::mem::take)
            .unwrap_or_default()
    }

    /// See [`Tape::take_out`].
    pub fn put_back(&mut self, buffer: u8, bytes: Vec<u8>) {
        if let Some(slot) = usize::from(buffer).checked_sub(1).and_then(|i| self.buffers.get_mut(i)) {
            *slot = bytes;
        }
    }

    /// Notes a finding at an offset of the current buffer, in the node added last.
    #[cold]
    pub fn find(&mut self, severity: Severity, at: usize, kind: FindingKind) {
        let node = self.nodes.len().saturating_sub(1);
        self.find_in(severity, at, kind, node);
    }

    /// Notes a finding of a node.
    #[cold]
    pub fn find_in(&mut self, severity: Severity, at: usize, kind: FindingKind, node: usize) {
        // Of each severity one is always kept, and one of records, so that the verdict does not depend on the limit.
        let is_records = |kind: &FindingKind| matches!(kind, FindingKind::Records(_));
        let first = severity != Severity::Note
            && self.findings.iter().all(|finding| {
                finding.severity != severity || is_records(&finding.kind) != is_records(&kind)
            });
        if self.findings.len() >= FINDINGS_MAX && !first {
            self.findings_left_out += 1;
            return;
        }
        self.findings.push(Finding { severity, kind, at: at as u32, buffer: self.buffer, node: node as u32 });
    }
}

/// A value that [`Tape::open`] began.
#[derive(Debug, Clone, Copy)]
#[must_use]
pub struct Opened {
    /// Its index.
    pub node: usize,
    kept: bool,
    /// The node that was open before.
    outer: u32,
}

/// See [`Tape::children`].
#[derive(Debug, Clone)]
pub struct Children<'t> {
    nodes: &'t [Node],
    at: usize,
    end: usize,
}

impl Iterator for Children<'_> {
    type Item = usize;
    fn next(&mut self) -> Option<usize> {
        let here = (self.at < self.end).then_some(self.at)?;
        self.at = self.nodes.get(here)?.next as usize;
        Some(here)
    }
}

/// Text for a reader: what is not UTF-8 becomes U+FFFD, as Kafka reads it. Java and Rust agree on
/// how many of them, but for surrogates written as three bytes, which Java takes for one.
pub fn text(bytes: &[u8]) -> Cow<'_, str> {
    let mut rest = bytes;
    let mut replaced = String::new();
    loop {
        match std::str::from_utf8(rest) {
            Ok(valid) if replaced.is_empty() => return Cow::Borrowed(valid),
            Ok(valid) => {
                replaced.push_str(valid);
                return Cow::Owned(replaced);
            }
            Err(error) => {
                let (valid, invalid) = rest.split_at_checked(error.valid_up_to()).unwrap_or((rest, &[]));
                replaced.push_str(std::str::from_utf8(valid).unwrap_or_default());
                replaced.push(char::REPLACEMENT_CHARACTER);
                let length = match invalid {
                    [0xed, 0xa0..=0xbf, 0x80..=0xbf, ..] => 3,
                    [0xed, 0xa0..=0xbf, ..] => 2,
                    _ => error.error_len().unwrap_or(invalid.len()),
                };
                rest = invalid.get(length..).unwrap_or_default();
            }
        }
    }
}
