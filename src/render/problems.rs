//! What was found, behind the fields: where, what was expected, what was there, what to try, and what
//! Apache Kafka does.

use super::headline::wrap;
use super::paint::{Ink, clip, ink, off, on};
use super::{Shown, Style, push};
use crate::codec::explain::{Explanation, explain, grouped, path, verdict};
use crate::codec::finding::{Finding, Severity};
use crate::codec::secrets::Secrets;

/// Bytes before and behind the one that a finding is about.
const WINDOW_BEFORE: usize = 8;
const WINDOW_BEHIND: usize = 7;
/// The most findings that are written out; a hostile message has one for each of its bytes.
const FINDINGS_MAX: usize = 50;
/// Where `want` ends and `have` begins.
const HAVE_COLUMN: usize = 24;

/// Appends errors with all that is known of them, notes in a line each, and the verdict.
pub fn render<const COLOR: bool>(shown: &Shown<'_>, style: &Style, secrets: &Secrets, out: &mut Vec<u8>) {
    let findings = shown.tape.findings();
    if findings.is_empty() {
        return;
    }
    let problems = Problems::<COLOR> { shown, width: style.width, secrets };
    let (notes, errors): (Vec<&Finding>, Vec<&Finding>) =
        findings.iter().partition(|finding| finding.severity == Severity::Note);
    let mut repairs = true;
    for error in errors.iter().take(FINDINGS_MAX) {
        out.push(b'\n');
        problems.error(error, std::mem::take(&mut repairs), out);
    }
    problems.left_out(errors.len(), b"error", out);
    if !notes.is_empty() {
        out.push(b'\n');
    }
    for note in notes.iter().take(FINDINGS_MAX) {
        problems.note(note, out);
    }
    problems.left_out(notes.len(), b"note", out);
    let verdict = verdict(shown.tape, shown.reading);
    if !verdict.accepted || !errors.is_empty() {
        let write = |out: &mut Vec<u8>| {
            out.extend_from_slice(b"  ");
            out.extend_from_slice(verdict.sentence.as_bytes());
        };
        problems.prose(&[], b"  ", write, out);
    }
}

struct Problems<'a, const COLOR: bool> {
    shown: &'a Shown<'a>,
    width: Option<usize>,
    secrets: &'a Secrets,
}

impl<const COLOR: bool> Problems<'_, COLOR> {
    fn error(&self, finding: &Finding, repairs: bool, out: &mut Vec<u8>) {
        let Explanation { title, want, have, consequence } =
            explain(self.shown.tape, self.shown.reading, finding);
        let inner = finding.severity == Severity::Inner;
        self.prose(
            &[],
            b"  ",
            |out| {
                ink::<COLOR>(Ink::Error, if inner { b"error inside: " } else { b"error: " }, out);
                ink::<COLOR>(Ink::Bold, title.as_bytes(), out);
            },
            out,
        );
        self.prose(b"at", b"", |out| self.place(finding, out), out);
        self.window(finding, if repairs { self.shown.repairs } else { &[] }, out);
        if want.is_some() || have.is_some() {
            self.prose(
                if want.is_some() { b"want" } else { b"have" },
                b"",
                |out| {
                    let start = out.len();
                    if let Some(want) = &want {
                        out.extend_from_slice(want.as_bytes());
                        if have.is_some() {
                            push::spaces((start + HAVE_COLUMN).saturating_sub(out.len()).max(4), out);
                            ink::<COLOR>(Ink::Dim, b"have ", out);
                        }
                    }
                    if let Some(have) = &have {
                        out.extend_from_slice(have.as_bytes());
                    }
                },
                out,
            );
        }
        if let Some(consequence) = consequence {
            self.prose(b"so", b"", |out| out.extend_from_slice(consequence.as_bytes()), out);
        }
        if repairs {
            for repair in self.shown.repairs {
                self.prose(
                    b"try",
                    b"",
                    |out| {
                        ink::<COLOR>(Ink::Good, repair.what.as_bytes(), out);
                        out.extend_from_slice(b". ");
                        out.extend_from_slice(repair.why.as_bytes());
                    },
                    out,
                );
            }
        }
    }

    /// `byte 25, header.tagged_fields[0].size`
    fn place(&self, finding: &Finding, out: &mut Vec<u8>) {
        if finding.buffer == 0 {
            out.extend_from_slice(b"byte ");
            push::grouped(self.shown.base + u64::from(finding.at), out);
        } else {
            out.extend_from_slice(b"byte z");
            push::int(i64::from(finding.buffer), out);
            out.push(b'+');
            push::int(i64::from(finding.at), out);
            out.extend_from_slice(b" of what was unpacked");
        }
        let path = path(self.shown.tape, finding);
        if !path.is_empty() {
            out.extend_from_slice(b", ");
            out.extend_from_slice(path.as_bytes());
        }
    }

    /// The bytes around, the one in question as `>6b<`, those that a repair changes as `[50]`.
    fn window(&self, finding: &Finding, repairs: &[crate::codec::repair::Repair], out: &mut Vec<u8>) {
        let all = self.shown.tape.buffer(self.shown.input, finding.buffer);
        let limit = if finding.buffer == 0 { self.shown.end() } else { all.len() };
        let at = finding.at as usize;
        let first = if finding.buffer == 0 { self.shown.start() } else { 0 };
        let start = at.saturating_sub(WINDOW_BEFORE).max(first.min(at));
        let end = (at + WINDOW_BEHIND + 1).min(limit);
        let bytes = all.get(start..end.max(start)).unwrap_or_default();
        let line = out.len();
        out.extend_from_slice(b"       ");
        on::<COLOR>(Ink::Dim, out);
        push::int((if finding.buffer == 0 { self.shown.base } else { 0 } + start as u64) as i64, out);
        off::<COLOR>(out);
        out.extend_from_slice(b"  ");
        let mut letters = Vec::new();
        for (i, &byte) in bytes.iter().enumerate() {
            let here = start + i;
            let hidden = self.secrets.cover(self.shown.tape, finding.buffer, here as u32);
            let [high, low, _] = push::hex_cell(byte);
            let digits: &[u8] = if hidden { "··".as_bytes() } else { &[high, low] };
            let letter = match byte {
                _ if hidden => "·".as_bytes(),
                b' '..=b'~' => &[byte],
                _ => b".",
            };
            let repaired = repairs.iter().any(|repair| finding.buffer == 0 && repair.at == here);
            let marks: Option<(&[u8], &[u8], Ink)> = match (here == at, repaired) {
                (true, _) => Some((b">", b"<", Ink::Error)),
                (_, true) => Some((b"[", b"]", Ink::Good)),
                _ => None,
            };
            for (target, text) in [(&mut *out, digits), (&mut letters, letter)] {
                match marks {
                    Some((open, close, color)) => {
                        on::<COLOR>(color, target);
                        target.extend_from_slice(open);
                        target.extend_from_slice(text);
                        target.extend_from_slice(close);
                        off::<COLOR>(target);
                    }
                    None => target.extend_from_slice(text),
                }
            }
            out.push(b' ');
        }
        if at >= limit {
            ink::<COLOR>(Ink::Error, b">the end<", out);
            out.push(b' ');
        }
        out.extend_from_slice(b"   ");
        out.extend_from_slice(&letters);
        if let Some(width) = self.width {
            clip(out, line, width);
        }
        out.push(b'\n');
    }

    fn note(&self, finding: &Finding, out: &mut Vec<u8>) {
        let Explanation { title, want, have, consequence } =
            explain(self.shown.tape, self.shown.reading, finding);
        self.prose(
            &[],
            b"  ",
            |out| {
                ink::<COLOR>(Ink::Note, b"note: ", out);
                out.extend_from_slice(title.as_bytes());
                if let (Some(want), Some(have)) = (want, have) {
                    out.extend_from_slice(format!(" ({want} expected, {have} found)").as_bytes());
                }
                out.extend_from_slice(b" at ");
                self.place(finding, out);
                if let Some(consequence) = consequence {
                    out.extend_from_slice(b". ");
                    out.extend_from_slice(consequence.as_bytes());
                }
            },
            out,
        );
    }

    fn left_out(&self, found: usize, what: &[u8], out: &mut Vec<u8>) {
        if found > FINDINGS_MAX {
            out.extend_from_slice(
                format!("… and {} more ", grouped((found - FINDINGS_MAX) as i128)).as_bytes(),
            );
            out.extend_from_slice(what);
            out.extend_from_slice(b"s\n");
        }
    }

    /// Lines of words behind a label, broken where a terminal ends.
    fn prose(&self, label: &[u8], indent: &[u8], write: impl FnOnce(&mut Vec<u8>), out: &mut Vec<u8>) {
        const LABELLED: &[u8] = b"       ";
        let start = out.len();
        let mut behind = indent;
        if !label.is_empty() {
            out.extend_from_slice(b"  ");
            ink::<COLOR>(Ink::Dim, label, out);
            push::spaces(LABELLED.len() - 2 - label.len(), out);
            behind = LABELLED;
        }
        write(out);
        out.push(b'\n');
        if let Some(width) = self.width {
            wrap(out, start, width, behind);
        }
    }
}
