//! Findings in words. `decode`, `dump-log`, `send` and the broker's own log say the same things of the
//! same bytes.

use super::api::{self, Api};
use super::finding::{Finding, FindingKind, InternalError, Severity};
use super::frame::{BODY, HEADER};
use super::internal::{GROUP_TYPE, METADATA_TYPE, REMOTE_LOG_TYPE, SHARE_TYPE, TRANSACTION_TYPE};
use super::reading::{ReadAs, Reading};
use super::record_types::Family;
use super::schema::{Field, Kind, Versions};
use super::tape::{Node, Shape, Tape};
use super::wire::{ARRAY_ELEMENTS_MAX, ErrorKind, STRING_BYTES_MAX, TAGGED_FIELDS_MAX};

/// The longest request that a broker takes unless told otherwise (`socket.request.max.bytes`).
const REQUEST_BYTES_MAX: i32 = 104_857_600;
const API_VERSIONS: i16 = 18;
const PRODUCE: i16 = 0;

/// What is wrong or odd, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// What it is, without a capital or a full stop.
    pub title: String,
    /// What was expected there.
    pub want: Option<String>,
    /// What is there.
    pub have: Option<String>,
    /// What follows from it, a whole sentence.
    pub consequence: Option<String>,
}

/// What Apache Kafka 4.4 does with the bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// It reads them.
    pub accepted: bool,
    /// A whole sentence.
    pub sentence: String,
}

/// A number with commas between its thousands.
pub fn grouped(number: impl Into<i128>) -> String {
    let number: i128 = number.into();
    let digits = number.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if number < 0 {
        text.push('-');
    }
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number of things: `1 byte`, `1,024 bytes`.
pub fn counted(number: usize, thing: &str) -> String {
    format!("{} {thing}{}", grouped(number as i128), if number == 1 { "" } else { "s" })
}

/// The path of the node that a finding is about, `header.tagged_fields[0].size`.
pub fn path(tape: &Tape, finding: &Finding) -> String {
    let mut path = tape.path(finding.node as usize);
    if path.starts_with('.') {
        path.remove(0);
    }
    path
}

/// A finding in words.
pub fn explain(tape: &Tape, reading: &Reading, finding: &Finding) -> Explanation {
    let words = Words { tape, reading, finding, node: tape.nodes().get(finding.node as usize) };
    words.explain()
}

fn plain(title: impl Into<String>) -> Explanation {
    Explanation { title: title.into(), want: None, have: None, consequence: None }
}

impl Explanation {
    fn want(mut self, want: impl Into<String>) -> Self {
        self.want = Some(want.into());
        self
    }

    fn have(mut self, have: impl Into<String>) -> Self {
        self.have = Some(have.into());
        self
    }

    fn so(mut self, consequence: impl Into<String>) -> Self {
        self.consequence = Some(consequence.into());
        self
    }
}

struct Words<'a> {
    tape: &'a Tape,
    reading: &'a Reading,
    finding: &'a Finding,
    node: Option<&'a Node>,
}

impl Words<'_> {
    fn explain(&self) -> Explanation {
        match self.finding.kind {
            FindingKind::Wire(kind) => self.wire(kind),
            FindingKind::Trailing { bytes } => self.trailing(bytes),
            FindingKind::InvalidUtf8 => plain(format!("{} is not UTF-8", self.subject()))
                .so("Kafka reads what is wrong in it as U+FFFD."),
            FindingKind::OverlongVarint => plain(format!(
                "a varint in {} takes more bytes than its value needs, or has bits that its type has no room for",
                self.subject()
            ))
            .so("Kafka reads it, but writes it shorter."),
            FindingKind::TagOrder { tag } => plain(format!("tag {tag} stands behind a greater one"))
                .so("Kafka reads tags in any order, but writes them in rising order."),
            FindingKind::TagRepeated { tag } => {
                plain(format!("tag {tag} is there twice")).so("Kafka takes the last one.")
            }
            FindingKind::TagSize { claimed, used } => {
                plain(format!("the value of {} has another size than it claims", self.tag()))
                    .want(counted(claimed as usize, "byte"))
                    .have(grouped(used))
                    .so("Kafka does not check it, and goes on where the value ends.")
            }
            FindingKind::NegativeLength { length } => {
                plain(format!("{} is null by a length of {}", self.subject(), grouped(length)))
                    .so("Kafka reads any negative length as null, but writes -1.")
            }
            FindingKind::OddBool { byte } => plain(format!("{} is {byte:02x}", self.subject()))
                .so("Kafka reads anything but 00 as true, but writes 01."),
            FindingKind::OddMarker { marker } => {
                plain(format!("the marker that says whether {} is there is {marker}", self.subject()))
                    .so("Kafka reads it by its sign, but writes only 1 and its opposite.")
            }
            FindingKind::FrameSize { claimed, have } => self.frame_size(claimed, have),
            FindingKind::UnknownApi { key } => plain(format!("no API has key {}", grouped(key)))
                .want(format!("0 to {}", api::APIS.len().saturating_sub(1)))
                .have(grouped(key)),
            FindingKind::UnknownVersion { key, version } => self.unknown_version(key, version),
            FindingKind::RemovedVersion { key, version } => removed(key, version),
            FindingKind::Records(error) => plain(error.to_string()),
            FindingKind::Internal(error) => self.internal(error),
        }
    }

    fn wire(&self, kind: ErrorKind) -> Explanation {
        let end = self.end();
        match kind {
            ErrorKind::Short { need, have } => {
                let ends = if end == "the end of the bytes" { "end" } else { "ends" };
                plain(format!(
                    "{} {ends} inside of {}",
                    end.trim_start_matches("the end of "),
                    self.subject()
                ))
                .want(counted(need, "byte"))
                .have(grouped(have as i128))
            }
            ErrorKind::LengthPastEnd { need, have } => plain(format!("{} runs past {end}", self.subject()))
                .want(counted(need, "byte"))
                .have(grouped(have as i128)),
            ErrorKind::Null { length } => {
                let nullable = self.node.map_or(Versions::NONE, |node| node.field.nullable);
                let when = match self.version() {
                    Some(version) => format!("in version {version}"),
                    None => "here".to_string(),
                };
                let explanation = plain(format!("{} is null, which is not allowed {when}", self.subject()))
                    .want("a length of 0 or more")
                    .have(grouped(length));
                if nullable.is_empty() {
                    explanation
                } else {
                    explanation.so(format!("It may be null in versions {nullable}."))
                }
            }
            ErrorKind::StringTooLong { length } => {
                plain(format!("{} is too long for a string", self.subject()))
                    .want(format!("at most {} bytes", grouped(STRING_BYTES_MAX as i128)))
                    .have(grouped(length as i128))
            }
            ErrorKind::CountPastEnd { count, have } => plain(format!(
                "{} claims {}, but {} follow{}",
                self.subject(),
                counted(count, "element"),
                counted(have, "byte"),
                if have == 1 { "s" } else { "" }
            ))
            .want(format!("at most {}, as no element takes less than a byte", grouped(have as i128)))
            .have(grouped(count as i128)),
            ErrorKind::CountTooLarge { count } => plain(format!("{} has too many elements", self.subject()))
                .want(format!("at most {}", grouped(ARRAY_ELEMENTS_MAX as i128)))
                .have(grouped(count as i128)),
            ErrorKind::TagCount { count, have } => {
                let follow = if have == 1 { "follows" } else { "follow" };
                plain(format!(
                    "{} tagged fields are announced in {}, but {} {follow}",
                    grouped(count),
                    self.part(),
                    counted(have, "byte")
                ))
                .want(format!("at most {}", grouped(have.min(TAGGED_FIELDS_MAX) as i128)))
                .have(grouped(count))
            }
            ErrorKind::TagSize { size } => {
                plain(format!("the size of {} is negative", self.tag())).want("0 or more").have(grouped(size))
            }
            ErrorKind::TagVersion { tag, version } => {
                plain(format!("tag {tag} is not allowed in version {version} of {}", self.part()))
                    .so("A tag that the message has in another version is an error, not an unknown tag.")
            }
            ErrorKind::VarintTooLong => plain(format!("{} is a varint that does not end", self.subject()))
                .want("a last byte below 80 after at most 5 (of int64: 10) bytes"),
            ErrorKind::Version { version } => {
                plain(format!("{} has no version {}", self.part(), grouped(version)))
            }
        }
    }

    fn trailing(&self, bytes: usize) -> Explanation {
        let follow = if bytes == 1 { "follows" } else { "follow" };
        let title = format!("{} {follow} the end of {}", counted(bytes, "byte"), self.part());
        match self.finding.severity {
            Severity::Note => plain(title).so("Kafka does not read them."),
            _ => plain(title).want("no byte more").have(grouped(bytes as i128)),
        }
    }

    fn frame_size(&self, claimed: i32, have: usize) -> Explanation {
        let follow = if have == 1 { "follows" } else { "follow" };
        let title =
            format!("the size prefix says {}, but {} {follow}", grouped(claimed), counted(have, "byte"));
        let fits = u32::try_from(have).map(u32::to_be_bytes).unwrap_or_default();
        let fits = format!("{:02x} {:02x} {:02x} {:02x}", fits[0], fits[1], fits[2], fits[3]);
        let explanation = plain(title).have(grouped(have as i128));
        match usize::try_from(claimed) {
            Err(_) => explanation.want(format!("{}, which is {fits}", grouped(have as i128))),
            Ok(size) => explanation.want(counted(size, "byte")).so(format!(
                "{} missing at the end, or the prefix should be {fits}.",
                match size.saturating_sub(have) {
                    1 => "1 byte is".to_string(),
                    missing => format!("{} are", counted(missing, "byte")),
                }
            )),
        }
    }

    fn unknown_version(&self, key: i16, version: i16) -> Explanation {
        let Some(api) = api::by_key(key) else {
            return plain(format!("API {key} has no version {version}"));
        };
        plain(format!("{} has no version {}", api.name, grouped(version)))
            .want(known_versions(api))
            .have(grouped(version))
    }

    fn internal(&self, error: InternalError) -> Explanation {
        match error {
            InternalError::FrameVersion { version } => {
                plain("the frame of the record has another version than 1").want("1").have(grouped(version))
            }
            InternalError::UnknownType { id } => {
                let family = self.node.and_then(|node| family_of(node.field));
                let whose = family.map_or("", Family::name);
                let space = if whose.is_empty() { "" } else { " " };
                plain(format!("no {whose}{space}record has type {}", grouped(id)))
            }
            InternalError::NoType => {
                plain("its record's key says which type it is, and is not here".to_owned())
            }
            InternalError::UnknownVersion { version } => {
                let known = match self.reading.read_as {
                    ReadAs::Request { .. } | ReadAs::Response { .. } | ReadAs::Records(_) => None,
                    _ => self.reading.message.map(|(message, _)| message.versions),
                };
                let explanation =
                    plain(format!("version {} is not one that Kafka 4.4 knows", grouped(version)))
                        .have(grouped(version));
                match known {
                    Some(versions) => explanation.want(versions.to_string()),
                    None => explanation,
                }
            }
            InternalError::NewerVersion { version } => {
                plain(format!("version {version} is newer than Kafka 4.4"))
                    .so("It is read as if it were the last known version, as Kafka does.")
            }
        }
    }

    /// What the finding is about: `client_id`, `tag 10 of the request header`.
    fn subject(&self) -> String {
        let Some(node) = self.node else { return "the message".to_string() };
        match node.field.name {
            "tag" | "size" | "unknown content" | "tagged field" if self.in_tag() => {
                format!("{} of {}", self.tag(), self.part())
            }
            "tagged_fields" => format!("the number of tagged fields of {}", self.part()),
            _ if node.shape == Shape::Struct || node.shape == Shape::Gap => self.part(),
            name if node.index != super::tape::NO_INDEX => format!("{name}[{}]", node.index),
            name => name.to_string(),
        }
    }

    fn in_tag(&self) -> bool {
        self.tag_node().is_some()
    }

    fn tag_node(&self) -> Option<&Node> {
        let lineage = self.tape.lineage(self.finding.node as usize);
        lineage.iter().rev().filter_map(|&i| self.tape.nodes().get(i)).find(|node| node.shape == Shape::Tag)
    }

    fn tag(&self) -> String {
        self.tag_node().map_or_else(|| "the tag".to_string(), |node| format!("tag {}", node.value as u32))
    }

    /// The message that the finding is in: `the request header`, `the body`.
    fn part(&self) -> String {
        let lineage = self.tape.lineage(self.finding.node as usize);
        let mut around =
            lineage.iter().rev().filter_map(|&i| self.tape.nodes().get(i)).map(|node| node.field);
        let root = around.find(|field| std::ptr::eq(*field, &HEADER) || std::ptr::eq(*field, &BODY));
        let kind = match self.reading.read_as {
            ReadAs::Request { .. } => "request",
            ReadAs::Response { .. } => "response",
            _ => "message",
        };
        match root {
            Some(field) if std::ptr::eq(field, &HEADER) => format!("the {kind} header"),
            Some(_) if self.embedded() => "the message inside".to_string(),
            _ => format!("the {kind}"),
        }
    }

    fn embedded(&self) -> bool {
        self.finding.severity == Severity::Inner || self.node.is_some_and(|node| node.buffer > 0)
    }

    fn end(&self) -> &'static str {
        match self.reading.read_as {
            _ if self.embedded() => "the end of the field that it stands in",
            ReadAs::Request { layout, .. } | ReadAs::Response { layout, .. } if layout.size => {
                "the end of the frame"
            }
            _ => "the end of the bytes",
        }
    }

    fn version(&self) -> Option<i16> {
        self.reading.message.map(|(_, version)| version).filter(|_| !self.embedded())
    }
}

fn family_of(field: &'static Field) -> Option<Family> {
    [
        (&METADATA_TYPE, Family::Metadata),
        (&GROUP_TYPE, Family::Group),
        (&TRANSACTION_TYPE, Family::Transaction),
        (&SHARE_TYPE, Family::Share),
        (&REMOTE_LOG_TYPE, Family::RemoteLog),
    ]
    .into_iter()
    .find(|(of_type, _)| std::ptr::eq(*of_type, field))
    .map(|(_, family)| family)
}

/// The name of the record type that a `type` field holds.
pub fn record_type_name(field: &'static Field, value: i64) -> Option<&'static str> {
    let family = family_of(field)?;
    family.record_type(i16::try_from(value).ok()?).map(|record_type| record_type.name)
}

/// `0-4`, and which of them Kafka 4.4 still knows.
fn known_versions(api: &Api) -> String {
    let (all, current) = (api.request.versions, api.current());
    match api.removed {
        Some(release) => format!("{all}, until Kafka {release} removed it"),
        None if all == current => all.to_string(),
        None => format!("{all}; Kafka 4.0 removed those below {}", current.min),
    }
}

fn removed(key: i16, version: i16) -> Explanation {
    let Some(api) = api::by_key(key) else { return plain(format!("version {version} was removed")) };
    match api.removed {
        Some(release) => plain(format!("Kafka {release} removed {}", api.name))
            .so("Brokers of 3.9 and before, with ZooKeeper, accept it."),
        None => plain(format!("Kafka 4.0 removed version {version} of {} (KIP-896)", api.name))
            .want(api.current().to_string())
            .have(grouped(version))
            .so(format!("Brokers of 3.9 and before accept it; today's take versions {}.", api.current())),
    }
}

/// What Apache Kafka does with the bytes.
pub fn verdict(tape: &Tape, reading: &Reading) -> Verdict {
    let key = reading.frame.map_or(-1, |frame| frame.key);
    let refused = |sentence: &str| Verdict { accepted: false, sentence: sentence.to_string() };
    // An unknown version outranks what else is wrong: nothing behind the header is looked at.
    let all = tape.findings();
    let error = all
        .iter()
        .find(|finding| {
            matches!(finding.kind, FindingKind::UnknownVersion { .. } | FindingKind::UnknownApi { .. })
                && finding.severity == Severity::Error
        })
        .or_else(|| tape.first_error());
    if let Some(error) = error {
        return refused(match reading.read_as {
            ReadAs::Request { .. } => of_request(error, key),
            ReadAs::Response { .. } => "Apache Kafka's clients cannot read this response: the call fails.",
            ReadAs::Records(_) => of_records(),
            ReadAs::RecordKey(_) | ReadAs::RecordValue(..) => {
                "Apache Kafka cannot read this record back: the replay of its log fails here."
            }
            ReadAs::VersionPrefixed(_) | ReadAs::Message(..) => "Apache Kafka refuses these bytes.",
        });
    }
    let removed = all.iter().find_map(|finding| match finding.kind {
        FindingKind::RemovedVersion { key, version } if finding.severity != Severity::Inner => {
            Some((key, version))
        }
        _ => None,
    });
    if let (Some(_), true) = (removed, is_framed(reading)) {
        return refused(match (reading.read_as, key) {
            (ReadAs::Request { .. }, API_VERSIONS) => UNSUPPORTED_API_VERSIONS,
            (ReadAs::Request { .. }, _) => {
                "Apache Kafka 4.0 and later close the connection on this request; 3.9 and before answer it."
            }
            _ => "Apache Kafka's clients of 4.0 and later cannot read this version; those before can.",
        });
    }
    let inner = all.iter().find(|finding| finding.severity == Severity::Inner);
    let sentence = match (inner, reading.read_as) {
        (None, _) => "Apache Kafka accepts it.",
        (Some(Finding { kind: FindingKind::Records(_), .. }), ReadAs::Request { .. }) if key == PRODUCE => {
            "Apache Kafka reads the request, but refuses these records: it answers CORRUPT_MESSAGE (2) or \
             INVALID_RECORD (87) for the partition."
        }
        (Some(Finding { kind: FindingKind::Records(_), .. }), ReadAs::Response { .. }) => {
            "Apache Kafka's consumer reads the response, but fails on these records."
        }
        (Some(_), ReadAs::Records(_)) => "Apache Kafka reads the records, but not what is in them.",
        (Some(_), _) => {
            "Apache Kafka reads the message and passes on what is inside; whoever opens that fails."
        }
    };
    Verdict { accepted: true, sentence: sentence.to_string() }
}

const UNSUPPORTED_API_VERSIONS: &str = "Apache Kafka answers UNSUPPORTED_VERSION (35), in version 0, which every client can read, with the \
     versions that it has.";

fn is_framed(reading: &Reading) -> bool {
    matches!(reading.read_as, ReadAs::Request { .. } | ReadAs::Response { .. })
}

fn of_records() -> &'static str {
    "Apache Kafka refuses these records: a produce of them is answered CORRUPT_MESSAGE (2), a consumer that \
     fetches them fails."
}

fn of_request(error: &Finding, key: i16) -> &'static str {
    match error.kind {
        FindingKind::UnknownVersion { key: API_VERSIONS, .. } => UNSUPPORTED_API_VERSIONS,
        FindingKind::UnknownVersion { .. } => {
            "Apache Kafka closes the connection: it answers no version that it does not know."
        }
        FindingKind::FrameSize { claimed, .. } if (0..=REQUEST_BYTES_MAX).contains(&claimed) => {
            "Apache Kafka waits for the bytes that are missing."
        }
        FindingKind::FrameSize { claimed, .. } if claimed > REQUEST_BYTES_MAX => {
            "Apache Kafka closes the connection: no request is longer than 100 MiB unless \
             socket.request.max.bytes says so."
        }
        _ if key < 0 => "Apache Kafka closes the connection on these bytes.",
        _ => "Apache Kafka closes the connection on this request.",
    }
}

/// What a message is called: of a request or response by its API, else by its schema.
pub fn kind_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Request => "request",
        Kind::Response => "response",
        Kind::Header => "header",
        Kind::Metadata | Kind::CoordinatorValue => "record value",
        Kind::CoordinatorKey => "record key",
        Kind::Data => "message",
    }
}
