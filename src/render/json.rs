//! One object a message, for programs and for `kafkit encode`. `header` and `body` are what Kafka's own
//! `JsonConverter` prints; what that leaves out or keeps packed stands beside them.

mod opened;
pub mod pretty;

use super::{Shown, Style, push};
use crate::codec::explain::{Explanation, explain, kind_word, path, verdict};
use crate::codec::finding::{Finding, Severity};
use crate::codec::frame::{SIZE, TRAILING};
use crate::codec::json::{self, message_hiding, string};
use crate::codec::messages::headers::{request_header, response_header};
use crate::codec::reading::ReadAs;
use crate::codec::schema::Struct;
use crate::codec::secrets::Secrets;
use crate::codec::tape::Shape;

/// Appends the object over many lines.
pub fn pretty(shown: &Shown<'_>, style: &Style, out: &mut Vec<u8>) {
    let mut compact = Vec::new();
    line(shown, style, &mut compact);
    pretty::indent(&compact, out);
}

/// Appends the object in one line.
pub fn line(shown: &Shown<'_>, style: &Style, out: &mut Vec<u8>) {
    let secrets = shown.secrets(style);
    let object = Object { shown, secrets: &secrets };
    out.push(b'{');
    object.what(out);
    object.parts(out);
    opened::records(shown, &secrets, out);
    opened::embedded(shown, &secrets, out);
    object.unknown_tags(out);
    object.not_read(out);
    object.verdict(out);
    object.findings(out);
    if shown.tape.truncated {
        out.extend_from_slice(b",\"truncated\":true");
    }
    out.extend_from_slice(b"}\n");
}

/// Appends `,"name":`.
fn key(name: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(b",\"");
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":");
}

/// Appends `,"name":"text"`.
fn text(name: &str, content: &[u8], out: &mut Vec<u8>) {
    key(name, out);
    string(content, out);
}

/// Appends `,"name":number`.
fn number(name: &str, value: i64, out: &mut Vec<u8>) {
    key(name, out);
    push::int(value, out);
}

struct Object<'a> {
    shown: &'a Shown<'a>,
    secrets: &'a Secrets,
}

impl Object<'_> {
    fn what(&self, out: &mut Vec<u8>) {
        let reading = self.shown.reading;
        let kind = match reading.read_as {
            ReadAs::Request { .. } => "request",
            ReadAs::Response { .. } => "response",
            ReadAs::Records(_) => "records",
            ReadAs::RecordKey(_) => "record-key",
            ReadAs::RecordValue(..) => "record-value",
            ReadAs::VersionPrefixed(_) | ReadAs::Message(..) => "message",
        };
        out.extend_from_slice(b"\"kind\":");
        string(kind.as_bytes(), out);
        match (reading.frame, reading.read_as) {
            (Some(frame), _) => {
                if let Some(api) = frame.api {
                    text("api", api.name.as_bytes(), out);
                }
                number("apiKey", frame.key.into(), out);
                number("version", frame.version.into(), out);
                if let Some(version) = frame.header_version {
                    number("headerVersion", version.into(), out);
                }
            }
            (
                None,
                ReadAs::Records(Some(family)) | ReadAs::RecordKey(family) | ReadAs::RecordValue(family, _),
            ) => {
                text("family", family.name().as_bytes(), out);
                self.message(out);
            }
            (None, _) => self.message(out),
        }
        if let Some(origin) = self.shown.origin {
            text("origin", origin.as_bytes(), out);
        }
        let (start, end) = (self.shown.start(), self.shown.end());
        number("offset", (self.shown.base + start as u64) as i64, out);
        number("bytes", end.saturating_sub(start) as i64, out);
        // Its presence tells `kafkit encode` that the message has one.
        if let Some(size) = self.shown.tape.nodes().first().filter(|node| std::ptr::eq(node.field, &SIZE)) {
            number("size", size.value, out);
        }
        if matches!(reading.read_as, ReadAs::VersionPrefixed(_)) {
            out.extend_from_slice(b",\"versionPrefix\":true");
        }
    }

    fn message(&self, out: &mut Vec<u8>) {
        if let Some((message, version)) = self.shown.reading.message {
            text("message", message.name.as_bytes(), out);
            if message.kind != crate::codec::schema::Kind::Data {
                text("of", kind_word(message.kind).as_bytes(), out);
            }
            number("version", version.into(), out);
        }
    }

    fn parts(&self, out: &mut Vec<u8>) {
        let reading = self.shown.reading;
        let header = match reading.read_as {
            ReadAs::Request { .. } => request_header::MESSAGE.shape,
            _ => response_header::MESSAGE.shape,
        };
        self.part("header", reading.header, header, out);
        if let Some((message, _)) = reading.message {
            self.part("body", reading.body, message.shape, out);
        }
    }

    fn part(&self, name: &str, node: Option<usize>, shape: &'static Struct, out: &mut Vec<u8>) {
        let Shown { tape, input, .. } = *self.shown;
        let Some(root) = node.filter(|&i| tape.nodes().get(i).is_some_and(|n| n.shape == Shape::Struct))
        else {
            return;
        };
        key(name, out);
        message_hiding(tape, input, root, shape, self.secrets.nodes(), out);
    }

    fn unknown_tags(&self, out: &mut Vec<u8>) {
        let Shown { tape, input, reading, .. } = *self.shown;
        let mut comma = false;
        for root in [reading.header, reading.body].into_iter().flatten() {
            json::unknown_tags(tape, root, |node, tag, content| {
                if std::mem::replace(&mut comma, true) {
                    out.push(b',');
                } else {
                    out.extend_from_slice(b",\"unknownTags\":[");
                }
                out.extend_from_slice(b"{\"path\":");
                string(tape.json_path(node).trim_start_matches('.').as_bytes(), out);
                number("tag", tag.into(), out);
                match tape.nodes().get(content).filter(|_| !self.secrets.hide(content)) {
                    Some(content) => hex("hex", tape.content(input, content), out),
                    None => text("hex", REDACTED, out),
                }
                out.push(b'}');
            });
        }
        if comma {
            out.push(b']');
        }
    }

    /// Bytes that no field explains.
    fn not_read(&self, out: &mut Vec<u8>) {
        let Shown { tape, input, .. } = *self.shown;
        if tape.findings().is_empty() {
            return;
        }
        let mut comma = false;
        // Behind the message itself, not inside of one of its fields: `kafkit encode` puts it back.
        let behind =
            tape.nodes().last().filter(|node| node.depth == 0 && std::ptr::eq(node.field, &TRAILING));
        match behind {
            Some(_) if self.secrets.hide(tape.nodes().len() - 1) => text("trailing", REDACTED, out),
            Some(node) => hex("trailing", tape.content(input, node), out),
            None => {}
        }
        for (i, node) in tape.nodes().iter().enumerate().filter(|(_, node)| node.shape == Shape::Gap) {
            if std::mem::replace(&mut comma, true) {
                out.push(b',');
            } else {
                out.extend_from_slice(b",\"notRead\":[");
            }
            out.extend_from_slice(b"{\"at\":");
            self.offset(node.buffer, node.start, out);
            if self.secrets.hide(i) {
                text("hex", REDACTED, out);
            } else {
                hex("hex", tape.content(input, node), out);
            }
            out.push(b'}');
        }
        if comma {
            out.push(b']');
        }
    }

    fn offset(&self, buffer: u8, at: u32, out: &mut Vec<u8>) {
        let base = if buffer == 0 { self.shown.base } else { 0 };
        push::int((base + u64::from(at)) as i64, out);
        if buffer > 0 {
            number("unpacked", buffer.into(), out);
        }
    }

    fn verdict(&self, out: &mut Vec<u8>) {
        if self.shown.tape.findings().is_empty() {
            return out.extend_from_slice(b",\"verdict\":{\"accepted\":true}");
        }
        let verdict = verdict(self.shown.tape, self.shown.reading);
        let inner = self.shown.tape.findings().iter().any(|finding| finding.severity == Severity::Inner);
        out.extend_from_slice(b",\"verdict\":{\"accepted\":");
        out.extend_from_slice(if verdict.accepted { b"true" } else { b"false" });
        if !verdict.accepted || inner {
            text("reason", verdict.sentence.as_bytes(), out);
        }
        out.push(b'}');
    }

    fn findings(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b",\"findings\":[");
        let mut repairs = Some(self.shown.repairs).filter(|repairs| !repairs.is_empty());
        for (i, finding) in self.shown.tape.findings().iter().enumerate() {
            if i > 0 {
                out.push(b',');
            }
            let repairs = if finding.severity == Severity::Note { None } else { repairs.take() };
            self.finding(finding, repairs.unwrap_or_default(), out);
        }
        out.push(b']');
    }

    fn finding(&self, finding: &Finding, repairs: &[crate::codec::repair::Repair], out: &mut Vec<u8>) {
        let Explanation { title, want, have, consequence } =
            explain(self.shown.tape, self.shown.reading, finding);
        out.extend_from_slice(b"{\"severity\":");
        let severity: &[u8] = match finding.severity {
            Severity::Error => b"error",
            Severity::Inner => b"inner",
            Severity::Note => b"note",
        };
        string(severity, out);
        key("at", out);
        self.offset(finding.buffer, finding.at, out);
        text("path", path(self.shown.tape, finding).as_bytes(), out);
        text("message", title.as_bytes(), out);
        for (name, words) in [("expected", want), ("found", have), ("consequence", consequence)] {
            if let Some(words) = words {
                text(name, words.as_bytes(), out);
            }
        }
        if !repairs.is_empty() {
            key("try", out);
            out.push(b'[');
            for (i, repair) in repairs.iter().enumerate() {
                if i > 0 {
                    out.push(b',');
                }
                out.extend_from_slice(b"{\"at\":");
                push::int((self.shown.base + repair.at as u64) as i64, out);
                text("what", repair.what.as_bytes(), out);
                text("why", repair.why.as_bytes(), out);
                out.push(b'}');
            }
            out.push(b']');
        }
        out.push(b'}');
    }
}

/// What stands for a secret.
const REDACTED: &[u8] = b"(redacted)";

/// Appends `,"name":"0a0b"`.
fn hex(name: &str, content: &[u8], out: &mut Vec<u8>) {
    key(name, out);
    out.push(b'"');
    push::hex(content, out);
    out.push(b'"');
}
