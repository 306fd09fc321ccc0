//! JSON objects whose members stay in the order in which they are said.

use crate::codec::json::string;
use crate::render::push;

/// An object that is being written.
pub struct Object<'o> {
    out: &'o mut Vec<u8>,
    comma: bool,
}

impl<'o> Object<'o> {
    pub fn new(out: &'o mut Vec<u8>) -> Self {
        out.push(b'{');
        Self { out, comma: false }
    }

    /// Writes a member's name; its value is written by who asked.
    pub fn member(&mut self, name: &str) -> &mut Vec<u8> {
        if std::mem::replace(&mut self.comma, true) {
            self.out.push(b',');
        }
        string(name.as_bytes(), self.out);
        self.out.push(b':');
        self.out
    }

    pub fn text(&mut self, name: &str, value: &str) {
        string(value.as_bytes(), self.member(name));
    }

    pub fn text_or_null(&mut self, name: &str, value: Option<&str>) {
        match value {
            Some(value) => self.text(name, value),
            None => self.member(name).extend_from_slice(b"null"),
        }
    }

    pub fn int(&mut self, name: &str, value: i64) {
        push::int(value, self.member(name));
    }

    pub fn flag(&mut self, name: &str, value: bool) {
        self.member(name).extend_from_slice(if value { b"true" } else { b"false" });
    }

    pub fn end(self) {
        self.out.push(b'}');
    }
}

/// Writes an array with each element on a line of its own, indented by `depth` steps.
pub fn lines<T>(
    elements: impl IntoIterator<Item = T>,
    depth: usize,
    out: &mut Vec<u8>,
    mut each: impl FnMut(T, &mut Vec<u8>),
) {
    out.push(b'[');
    let mut comma = false;
    for element in elements {
        if std::mem::replace(&mut comma, true) {
            out.push(b',');
        }
        out.push(b'\n');
        push::spaces(2 * depth, out);
        each(element, out);
    }
    if comma {
        out.push(b'\n');
        push::spaces(2 * depth.saturating_sub(1), out);
    }
    out.push(b']');
}

/// Writes an array in one line.
pub fn array<T>(
    elements: impl IntoIterator<Item = T>,
    out: &mut Vec<u8>,
    mut each: impl FnMut(T, &mut Vec<u8>),
) {
    out.push(b'[');
    let mut comma = false;
    for element in elements {
        if std::mem::replace(&mut comma, true) {
            out.push(b',');
        }
        each(element, out);
    }
    out.push(b']');
}
