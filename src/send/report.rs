//! What is shown of a run: requests and answers in the words of decode, what did not come and why, and
//! in the end what it all came to.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::time::Duration;

use super::fetched::{self, Asked};
use super::flight::Expect;
use super::mutate::Mutation;
use super::summary::Latencies;
use super::{Failure, api_versions, hints};
use crate::client::error::{Error, Problem, Step, millis};
use crate::client::{Frame, negotiate};
use crate::codec::dissect::Depth;
use crate::codec::error_codes;
use crate::codec::explain::counted;
use crate::codec::finding::{Finding, FindingKind, Severity};
use crate::codec::frame::{HeaderChoice, Layout};
use crate::codec::meaning::Meaning;
use crate::codec::reading::{self, ReadAs, Reading};
use crate::codec::repair;
use crate::codec::tape::{NODES_MAX, Shape, Tape};
use crate::render::json::pretty;
use crate::render::reference::prose;
use crate::render::{self, Format, Shown, Style, headline};

/// Of many answers, so many get a line each where a person reads them.
const LINES_MAX: usize = 20;
/// How many bytes of what could not be read are shown.
const EVIDENCE_BYTES: usize = 64;
/// How long the cause of broken bytes is looked for.
const REPAIR_TIME: Duration = Duration::from_millis(50);
/// How many different error codes are explained.
const CODES_MAX: usize = 10;
/// How many frames of one shot are shown.
const FRAMES_MAX: usize = 10;

/// How answers are shown, and what counts as a failure.
#[derive(Debug, Clone, Copy)]
pub struct Show {
    /// As decode has them.
    pub format: Format,
    /// Colours, width, secrets.
    pub style: Style,
    /// Requests are shown too.
    pub request: bool,
    /// An error code in an answer is a failure.
    pub fail_on_error: bool,
    /// How much the records of one answer may decompress to.
    pub decompressed_bytes_max: usize,
}

/// Who answers.
#[derive(Debug, Clone)]
pub struct Peer {
    /// Its address.
    pub name: String,
    /// Why it is asked and not another: `leader of orders-0`.
    pub because: Option<String>,
    /// How long the connection took to open.
    pub connected_in: Duration,
}

/// Shows what happens and counts it.
pub struct Reporter<'w> {
    out: &'w mut dyn Write,
    err: &'w mut dyn Write,
    show: Show,
    tape: Tape,
    text: Vec<u8>,
    /// More than one answer will come of the same kind.
    several: bool,
    printed: bool,
    sent: u64,
    answered: usize,
    lines: usize,
    latencies: Latencies,
    /// By code, over all answers.
    codes: BTreeMap<i16, u64>,
    with_codes: u64,
    failed: bool,
    problem: bool,
    asked: Asked,
}

impl<'w> Reporter<'w> {
    /// Shows answers on `out`, and all that is wrong on `err`.
    pub fn new(out: &'w mut dyn Write, err: &'w mut dyn Write, show: Show, several: bool) -> Self {
        Self {
            out,
            err,
            show,
            tape: Tape::new(NODES_MAX, show.decompressed_bytes_max),
            text: Vec::new(),
            several,
            printed: false,
            sent: 0,
            answered: 0,
            lines: 0,
            latencies: Latencies::default(),
            codes: BTreeMap::new(),
            with_codes: 0,
            failed: false,
            problem: false,
            asked: Asked::default(),
        }
    }

    fn is_for_programs(&self) -> bool {
        matches!(self.show.format, Format::Json | Format::Ndjson)
    }

    /// What the next answers to Fetch answer.
    pub fn asks(&mut self, asked: Asked) {
        self.asked = asked;
    }

    /// Something did not come.
    pub fn has_failed(&self) -> bool {
        self.failed
    }

    /// Something is wrong with the data or the peer.
    pub fn has_problem(&self) -> bool {
        self.problem || self.failed
    }

    /// Says something that is no result.
    ///
    /// # Errors
    /// That it cannot be written.
    pub fn note(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.err, "note: {}", render::push::harmless(text))
    }

    /// A request went out.
    pub fn sent(&mut self) {
        self.sent += 1;
    }

    /// Shows a request before it goes out, if requests are to be shown.
    ///
    /// # Errors
    /// That it cannot be written.
    pub fn request(&mut self, peer: &Peer, bytes: &[u8], mutations: &[Mutation]) -> Result<(), Failure> {
        if !self.show.request {
            return Ok(());
        }
        let mut bytes = bytes.to_vec();
        for mutation in mutations {
            mutation.apply(&mut bytes).map_err(Failure::Usage)?;
        }
        let origin = format!("to {}", peer.name);
        let mut start = 0;
        for _ in 0..FRAMES_MAX {
            let Some(rest) = bytes.get(start..).filter(|rest| !rest.is_empty()) else { break };
            let layout = Layout { size: true, header: HeaderChoice::Usual };
            self.tape.clear();
            let read_as = ReadAs::Request { layout, api: None };
            let reading = reading::read(&mut self.tape, rest, 0, read_as, Depth::ALL);
            start += reading.end.max(1);
            self.text.clear();
            self.render(rest, &reading, &origin, &[("peer", Field::Text(&peer.name))]);
            self.print()?;
        }
        Ok(())
    }

    /// Shows an answer.
    ///
    /// # Errors
    /// That it cannot be written.
    pub fn answer(&mut self, peer: &Peer, expect: &Expect, frame: &Frame) -> Result<(), Failure> {
        self.answered += 1;
        self.latencies.add(frame.waited);
        let (key, version) = expect.api.map_or((-1, -1), |(api, version)| (api.key, version));
        let refused = key == negotiate::API_VERSIONS && version > 0 && negotiate::is_refusal(&frame.bytes);
        // A peer that does not know the version of ApiVersions answers in version 0 (KIP-511).
        let version = if refused { 0 } else { version };
        let layout = Layout { size: true, header: HeaderChoice::Usual };
        self.tape.clear();
        let read_as = ReadAs::Response { layout, api: (key, version) };
        let reading = reading::read(&mut self.tape, &frame.bytes, 0, read_as, Depth::ALL);
        let codes = error_codes_of(&self.tape);
        for (code, ..) in &codes {
            *self.codes.entry(*code).or_default() += 1;
        }
        self.with_codes += u64::from(!codes.is_empty());
        let fault = Fault::of(&self.tape);
        let found = frame.correlation_id();
        let strange = expect.id.filter(|wanted| found.is_some_and(|found| found != *wanted));
        self.text.clear();
        // Of many answers a person gets the first, then a line each of some more, then the sum.
        let full = !self.several || self.show.format != Format::Table || self.printed_answers() == 0;
        if full || fault.is_some() || strange.is_some() {
            let origin = self.origin(peer, frame);
            let connect = Field::Millis(peer.connected_in);
            let mut fields = vec![("peer", Field::Text(&peer.name))];
            if let Some(because) = &peer.because {
                fields.push(("because", Field::Text(because)));
            }
            fields.extend([("connectMs", connect), ("requestMs", Field::Millis(frame.waited))]);
            self.render(&frame.bytes, &reading, &origin, &fields);
            if !self.is_for_programs() {
                self.explain(&codes);
            }
            self.print()?;
        } else if self.lines < LINES_MAX {
            self.line(peer, frame, &reading, &codes);
            if self.lines == 1 {
                self.out.write_all(b"\n")?;
            }
            self.out.write_all(&self.text)?;
        } else if self.lines == LINES_MAX {
            writeln!(self.out, "...")?;
        }
        self.lines += 1;
        if let Some(fault) = fault {
            self.problem = true;
            self.evidence(peer, expect, frame, fault)?;
        }
        if let (Some(wanted), Some(found)) = (strange, found) {
            self.problem = true;
            let error = Error::new(Step::Receive, peer.name.as_str(), Problem::Correlation { wanted, found });
            writeln!(self.err, "error: {error}")?;
        }
        if self.show.fail_on_error && !codes.is_empty() {
            self.problem = true;
            let (code, path, times) = codes.first().cloned().unwrap_or_default();
            let more = if codes.len() > 1 || times > 1 { ", and more" } else { "" };
            writeln!(
                self.err,
                "error: {}: the answer has the error code {} at {path}{more}",
                peer.name,
                named(code)
            )?;
        }
        Ok(())
    }

    fn printed_answers(&self) -> usize {
        self.answered.saturating_sub(1)
    }

    fn origin(&self, peer: &Peer, frame: &Frame) -> String {
        let number = if self.several { format!("#{} ", self.answered) } else { String::new() };
        let because = peer.because.as_ref().map(|because| format!(" ({because})")).unwrap_or_default();
        let connected = match self.answered {
            1 => format!(", connected in {}", millis(peer.connected_in)),
            _ => String::new(),
        };
        format!("{number}{}{because} answered in {}{connected}", peer.name, millis(frame.waited))
    }

    /// Appends a message in the format that is asked for, with fields of its own before decode's.
    fn render(&mut self, bytes: &[u8], reading: &Reading, origin: &str, fields: &[(&str, Field<'_>)]) {
        let mut repairs = Vec::new();
        if repair::faulty(&self.tape) {
            let mut budget = repair::Budget::new(repair::TRIES_MAX, Some(REPAIR_TIME));
            repairs = repair::search(bytes, 0, reading, &self.tape, &mut budget);
        }
        let programs = self.is_for_programs();
        let shown = Shown {
            tape: &self.tape,
            input: bytes,
            reading,
            repairs: &repairs,
            origin: (!programs).then_some(origin),
            base: 0,
        };
        let style = &self.show.style;
        match self.show.format {
            Format::Json | Format::Ndjson => {
                let mut line = Vec::new();
                render::render(Format::Ndjson, &shown, style, &mut line);
                let mut with = Vec::from(&b"{"[..]);
                for (name, field) in fields {
                    field.push(name, &mut with);
                }
                with.extend_from_slice(line.get(1..).unwrap_or_default());
                if self.show.format == Format::Json {
                    pretty::indent(&with, &mut self.text);
                } else {
                    self.text.extend_from_slice(&with);
                }
            }
            Format::Table if api_versions::is_one(&shown) => {
                api_versions::render(&shown, style, &mut self.text);
            }
            Format::Table => {
                let limit = self.show.decompressed_bytes_max;
                if !fetched::render(&shown, &self.asked, limit, style, &mut self.text) {
                    render::render(Format::Table, &shown, style, &mut self.text);
                }
            }
            format => render::render(format, &shown, style, &mut self.text),
        }
    }

    /// Appends a line about an answer of many.
    fn line(&mut self, peer: &Peer, frame: &Frame, reading: &Reading, codes: &[(i16, String, u64)]) {
        let origin = self.origin(peer, frame);
        let shown = Shown {
            tape: &self.tape,
            input: &frame.bytes,
            reading,
            repairs: &[],
            origin: Some(&origin),
            base: 0,
        };
        if self.show.style.color {
            render::headline::render::<true>(&shown, self.show.style.width, &mut self.text);
        } else {
            render::headline::render::<false>(&shown, self.show.style.width, &mut self.text);
        }
        if let Some((code, path, _)) = codes.first() {
            self.text.pop();
            self.text.extend_from_slice(format!(" · {} at {path}\n", named(*code)).as_bytes());
        }
    }

    /// Appends what the error codes of an answer mean.
    fn explain(&mut self, codes: &[(i16, String, u64)]) {
        if !codes.is_empty() {
            self.text.push(b'\n');
        }
        for (code, path, times) in codes.iter().take(CODES_MAX) {
            let more = if *times > 1 { format!(" and {} more", times - 1) } else { String::new() };
            let help =
                error_codes::by_code(*code).map_or("No release of Kafka has this code.", |error| error.help);
            let style = &self.show.style;
            let start = self.text.len();
            self.text.extend_from_slice(format!("error code {} at {path}{more}\n", named(*code)).as_bytes());
            if let Some(width) = style.width {
                headline::wrap(&mut self.text, start, width, b"  ");
            }
            prose(help, 2, style, &mut self.text);
        }
        if codes.len() > CODES_MAX {
            let left = counted(codes.len() - CODES_MAX, "more error code");
            self.text.extend_from_slice(format!("and {left}\n").as_bytes());
        }
    }

    /// Writes what was appended, apart from what was printed before where a person reads it.
    fn print(&mut self) -> io::Result<()> {
        if std::mem::replace(&mut self.printed, true) && !self.is_for_programs() {
            self.out.write_all(b"\n")?;
        }
        self.out.write_all(&self.text)?;
        self.out.flush()
    }

    /// Keeps the bytes of an answer that could not be read whole.
    fn evidence(&mut self, peer: &Peer, expect: &Expect, frame: &Frame, fault: Fault) -> io::Result<()> {
        let step = Step::Decode.name();
        let name = expect.name();
        let what = match fault {
            Fault::Answer => format!("the answer does not read as {name}"),
            Fault::Records => format!("the answer reads as {name}, but not all records in it do"),
        };
        writeln!(self.err, "error: {step}: {}: {what}", peer.name)?;
        write_evidence(self.err, &frame.bytes)
    }

    /// Explains an answer on the way to the request, such as one to ApiVersions, that could not be read.
    ///
    /// # Errors
    /// That it cannot be written.
    pub fn unreadable(&mut self, error: &mut Error) -> io::Result<()> {
        let Problem::Malformed { key, version, .. } = error.problem else { return Ok(()) };
        // What is shown in full is not shown again as evidence.
        let bytes = std::mem::take(&mut error.bytes);
        self.tape.clear();
        let layout = Layout { size: true, header: HeaderChoice::Usual };
        let read_as = ReadAs::Response { layout, api: (key, version) };
        let reading = reading::read(&mut self.tape, &bytes, 0, read_as, Depth::ALL);
        self.text.clear();
        self.render(
            &bytes,
            &reading,
            &format!("{} answered", error.peer),
            &[("peer", Field::Text(&error.peer))],
        );
        self.print()
    }

    /// An answer did not come.
    ///
    /// # Errors
    /// That it cannot be written.
    pub fn failure(&mut self, peer: &Peer, error: Error, expect: Option<&Expect>) -> Result<(), Failure> {
        self.failed = true;
        let error = match expect {
            Some(expect) => error.asking(expect.name()),
            None => error,
        };
        if self.is_for_programs() {
            let mut line = Vec::from(&b"{"[..]);
            Field::Text("failure").push("kind", &mut line);
            Field::Text(&peer.name).push("peer", &mut line);
            Field::Text(error.step.name()).push("step", &mut line);
            Field::Text(&error.problem.to_string()).push("problem", &mut line);
            if let Some(asked) = &error.asked {
                Field::Text(asked).push("asked", &mut line);
            }
            if let Some(after) = error.after {
                Field::Millis(after).push("afterMs", &mut line);
            }
            Field::Text(&hex::encode(&error.bytes)).push("hex", &mut line);
            line.pop();
            line.extend_from_slice(b"}\n");
            self.text.clear();
            if self.show.format == Format::Json {
                pretty::indent(&line, &mut self.text);
            } else {
                self.text.append(&mut line);
            }
            self.out.write_all(&self.text)?;
        }
        // What was printed comes before what is said of it.
        self.out.flush()?;
        write_failure(self.err, &error)?;
        Ok(())
    }

    /// Nothing was to answer, and nothing did.
    ///
    /// # Errors
    /// That it cannot be written.
    pub fn unanswered(&mut self, peer: &Peer, closed: bool, within: Duration) -> io::Result<()> {
        self.problem |= closed;
        let happened = if closed {
            "the peer closed the connection, which is how Kafka tells of an error then"
        } else {
            "the peer has not closed the connection, so it has found no error so far"
        };
        if self.is_for_programs() {
            let mut line = Vec::from(&b"{"[..]);
            Field::Text("unanswered").push("kind", &mut line);
            Field::Text(&peer.name).push("peer", &mut line);
            line.extend_from_slice(format!("\"closed\":{closed}}}\n").as_bytes());
            return self.out.write_all(&line);
        }
        let sent = counted(usize::try_from(self.sent).unwrap_or(usize::MAX), "request");
        self.told(&format!(
            "{sent} sent to {} with acks=0, which gets no response; within {} {happened}",
            peer.name,
            millis(within)
        ))
    }

    /// Prints a line for a person, wrapped to the terminal.
    fn told(&mut self, text: &str) -> io::Result<()> {
        let mut line = format!("{text}\n").into_bytes();
        headline::hang_last_line(&mut line, 0, self.show.style.width, 2);
        self.out.write_all(&line)
    }

    /// Says what it all came to, where there was more than one answer.
    ///
    /// # Errors
    /// That it cannot be written.
    pub fn finish(&mut self, took: Duration) -> io::Result<()> {
        if self.several {
            let codes: Vec<String> =
                self.codes.iter().map(|(code, times)| format!("{} × {times}", named(*code))).collect();
            let errors = match self.with_codes {
                0 => "no error code".to_owned(),
                with => format!("{with} with error codes: {}", codes.join(", ")),
            };
            let summary = format!(
                "{} to {} in {}{} · {errors}",
                counted(self.answered, "answer"),
                counted(usize::try_from(self.sent).unwrap_or(usize::MAX), "request"),
                millis(took),
                self.latencies.words(took),
            );
            if self.is_for_programs() {
                writeln!(self.err, "{summary}")?;
            } else {
                self.out.write_all(b"\n")?;
                self.told(&summary)?;
            }
        }
        self.out.flush()
    }
}

/// What makes an answer a failure of whoever answered. Bytes of clients that it only passes on are none.
#[derive(Debug, Clone, Copy)]
enum Fault {
    /// The answer itself does not read.
    Answer,
    /// A record batch in it is damaged.
    Records,
}

impl Fault {
    fn of(tape: &Tape) -> Option<Self> {
        let records = |finding: &Finding| {
            finding.severity == Severity::Inner && matches!(finding.kind, FindingKind::Records(_))
        };
        match tape.first_error() {
            Some(_) => Some(Fault::Answer),
            None => tape.findings().iter().any(records).then_some(Fault::Records),
        }
    }
}

/// A field that stands beside what decode says of a message.
enum Field<'t> {
    Text(&'t str),
    Millis(Duration),
}

impl Field<'_> {
    /// Appends `"name":value,`.
    fn push(&self, name: &str, out: &mut Vec<u8>) {
        out.extend_from_slice(format!("\"{name}\":").as_bytes());
        match self {
            Field::Text(text) => crate::codec::json::string(text.as_bytes(), out),
            Field::Millis(time) => {
                out.extend_from_slice(format!("{:.3}", time.as_secs_f64() * 1000.0).as_bytes());
            }
        }
        out.push(b',');
    }
}

/// The error codes of an answer other than 0: the code, the first place, how often.
fn error_codes_of(tape: &Tape) -> Vec<(i16, String, u64)> {
    let mut found: Vec<(i16, usize, u64)> = Vec::new();
    for (at, node) in tape.nodes().iter().enumerate() {
        if node.field.meaning != Meaning::ErrorCode || node.shape != Shape::Int || node.value == 0 {
            continue;
        }
        let Ok(code) = i16::try_from(node.value) else { continue };
        match found.iter_mut().find(|(other, ..)| *other == code) {
            Some((.., times)) => *times += 1,
            None => found.push((code, at, 1)),
        }
    }
    found
        .into_iter()
        .map(|(code, at, times)| (code, tape.path(at).trim_start_matches('.').to_owned(), times))
        .collect()
}

/// `3 (UNKNOWN_TOPIC_OR_PARTITION)`
fn named(code: i16) -> String {
    error_codes::by_code(code).map_or_else(|| code.to_string(), |error| format!("{code} ({})", error.name))
}

/// Says what failed, what it may be, and what had come.
///
/// # Errors
/// That it cannot be written.
pub fn write_failure(err: &mut dyn Write, error: &Error) -> io::Result<()> {
    writeln!(err, "error: {}", render::push::harmless(&error.to_string()))?;
    if let Some(hint) = hints::of(error) {
        writeln!(err, "  {hint}")?;
    }
    write_evidence(err, &error.bytes)
}

/// Says what came, as far as there is room.
fn write_evidence(err: &mut dyn Write, bytes: &[u8]) -> io::Result<()> {
    if bytes.is_empty() {
        return Ok(());
    }
    let shown = bytes.get(..EVIDENCE_BYTES).unwrap_or(bytes);
    let more = if shown.len() < bytes.len() { "… (--hex-out FILE keeps them all)" } else { "" };
    writeln!(err, "  what came, {}: {}{more}", counted(bytes.len(), "byte"), hex::encode(shown))
}
