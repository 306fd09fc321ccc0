//! Works out what bytes are: tries the readings that their first bytes allow and ranks those that
//! explain every byte, the one with the least to wonder about first.

use std::borrow::Cow;

use super::api::{self, APIS, Api};
use super::dissect::Depth;
use super::finding::{FindingKind, Severity};
use super::frame::{HeaderChoice, Layout};
use super::messages::data;
use super::plausible;
use super::reading::{ReadAs, Reading, read};
use super::record_types::Family;
use super::schema::Message;
use super::tape::Tape;

/// The most bytes Kafka takes in one request unless told otherwise (`socket.request.max.bytes`).
pub const FRAME_BYTES_MAX: usize = 104_857_600;
/// The offset of a record batch's magic, which message sets have in the same place (KIP-98).
const MAGIC_AT: usize = 16;
/// How many other readings are named.
const OTHERS_MAX: usize = 4;
/// Above this a reading has too much to wonder about to be offered as a guess.
const DOUBTS_MAX: u32 = 200;
/// Up to this a response is likelier than a request with an error.
const LIKELY_DOUBTS_MAX: u32 = 60;
/// The same for keys of records, which are short and read as nearly anything.
const KEY_DOUBTS_MAX: u32 = 20;

/// What the user, or the request before a response, says about the bytes.
#[derive(Debug, Clone, Copy, Default)]
pub struct Hints {
    /// What it is.
    pub what: Option<What>,
    /// API key.
    pub api: Option<i16>,
    /// API version, or the version of a message that stands alone.
    pub version: Option<i16>,
    /// A size prefix stands before it, or none does.
    pub size: Option<bool>,
    /// Which header stands before it.
    pub header: Option<HeaderChoice>,
    /// Whose records these are.
    pub family: Option<Family>,
}

/// What the bytes are said to be.
#[derive(Debug, Clone, Copy)]
pub enum What {
    /// A request.
    Request,
    /// A response.
    Response,
    /// Record batches or message sets.
    Records,
    /// The key of a record that a coordinator wrote.
    RecordKey,
    /// The value of a record that Kafka itself wrote.
    RecordValue(Option<i16>),
    /// A message that stands alone, perhaps behind its version.
    Message(&'static Message),
}

/// A reading that was tried and how much speaks against it.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    read_as: ReadAs,
    doubts: u32,
}

/// Reads bytes with a reading that is right beyond doubt, or else returns none: a request whose
/// header makes sense, with every byte explained. Meant for streams, where it is nearly always so.
pub fn plain_request(
    tape: &mut Tape,
    input: &[u8],
    start: usize,
    hints: &Hints,
    depth: Depth,
) -> Option<Reading> {
    if hints.what.is_some() || hints.api.is_some() || hints.size == Some(false) || hints.header.is_some() {
        return None;
    }
    let rest = input.get(start..)?;
    let size = i32::from_be_bytes(*rest.first_chunk()?);
    (usize::try_from(size).ok()? + 4 == rest.len()).then_some(())?;
    head(rest.get(4..)?).api?;
    let layout = Layout { size: true, header: HeaderChoice::Usual };
    let mut reading = read(tape, input, start, ReadAs::Request { layout, api: None }, depth);
    if !is_whole(tape) || !plausible_client_id(rest.get(4..)?) {
        tape.clear();
        return None;
    }
    reading.reason = Cow::Borrowed(REQUEST_FITS);
    Some(reading)
}

const REQUEST_FITS: &str =
    "read as a request frame: its size prefix fits, the API has this version, every byte is explained";

/// Works out what `input` is from `start` on and reads it. The tape holds the reading that is
/// returned.
pub fn detect(tape: &mut Tape, input: &[u8], start: usize, hints: &Hints, depth: Depth) -> Reading {
    if let Some(reading) = plain_request(tape, input, start, hints, depth) {
        return reading;
    }
    let rest = input.get(start..).unwrap_or_default();
    let (read_as, reason) = choose(tape, rest, hints);
    tape.clear();
    let mut reading = read(tape, input, start, read_as, depth);
    reading.reason = reason;
    reading
}

/// What the first bytes of a request without its size prefix say.
struct Head {
    api: Option<&'static Api>,
    version_known: bool,
    version: i16,
}

fn head(bytes: &[u8]) -> Head {
    let word =
        |at: usize| bytes.get(at..).and_then(|rest| rest.first_chunk()).map(|word| i16::from_be_bytes(*word));
    let api = word(0).and_then(api::by_key);
    let version = word(2).unwrap_or(-1);
    Head { api, version, version_known: api.is_some_and(|api| api.request.versions.contain(version)) }
}

/// Whether a client id stands where a request's header has it: a length and printable text, or null.
fn plausible_client_id(bytes: &[u8]) -> bool {
    let Some(rest) = bytes.get(8..) else { return false };
    let Some((length, rest)) = rest.split_first_chunk::<2>() else { return false };
    match usize::try_from(i16::from_be_bytes(*length)) {
        Err(_) => length == &[0xff, 0xff],
        Ok(length) => rest.get(..length).is_some_and(|text| plausible::of_text(text) == 0),
    }
}

/// Whether that client id is there and has letters.
fn has_client_id(bytes: &[u8]) -> bool {
    bytes.get(8..10).is_some_and(|length| length != [0, 0] && length != [0xff, 0xff])
}

/// Whether the first four bytes are the size of what follows.
pub fn size_fits(rest: &[u8]) -> bool {
    rest.split_first_chunk::<4>()
        .is_some_and(|(size, behind)| usize::try_from(i32::from_be_bytes(*size)) == Ok(behind.len()))
}

/// Whether a record batch or message set begins here: its magic, and an offset, a length and
/// attributes that are not absurd.
pub fn looks_like_records(rest: &[u8]) -> bool {
    let Some(&magic) = rest.get(MAGIC_AT) else { return false };
    let length =
        rest.get(8..).and_then(|rest| rest.first_chunk()).map_or(-1, |length| i32::from_be_bytes(*length));
    let offset = rest.first_chunk().map_or(-1, |offset| i64::from_be_bytes(*offset));
    // A batch has 49 bytes behind its length and two of attributes, a message at least 14 and one.
    let (least, attributes) = if magic == 2 {
        (
            49,
            rest.get(21..)
                .and_then(|rest| rest.first_chunk())
                .map_or(0, |bits| i32::from(i16::from_be_bytes(*bits))),
        )
    } else {
        (14, rest.get(MAGIC_AT + 1).map_or(0, |&bits| i32::from(bits)))
    };
    let known_bits = attributes & !ATTRIBUTES_KNOWN == 0 && attributes & CODEC_MASK <= CODEC_MAX;
    magic <= 2
        && (0..OFFSET_LIKELY_MAX).contains(&offset)
        && (least..=i32::MAX / 2).contains(&length)
        && known_bits
}

/// The bits of a batch's attributes that Kafka has given a meaning: codec, timestamp type,
/// transactional, control, delete horizon (KIP-98, KIP-534).
const ATTRIBUTES_KNOWN: i32 = 0x7f;
/// Those of the codec, and the greatest one (zstd, KIP-110).
const CODEC_MASK: i32 = 7;
const CODEC_MAX: i32 = 4;
/// No log has so many records.
const OFFSET_LIKELY_MAX: i64 = 1 << 48;

fn choose(tape: &mut Tape, rest: &[u8], hints: &Hints) -> (ReadAs, Cow<'static, str>) {
    match hints.what {
        Some(what) => said(tape, rest, what, hints),
        None if hints.family.is_some() => said(tape, rest, records_or_value(rest), hints),
        None if hints.api.is_some() => {
            // With an API named it can be either: a request says the same in its header.
            let bare = if size_fits(rest) { rest.get(4..).unwrap_or_default() } else { rest };
            let head = head(bare);
            let same = head.api.map(|api| api.key) == hints.api
                && hints.version.is_none_or(|version| version == head.version)
                && plausible_client_id(bare);
            said(tape, rest, if same { What::Request } else { What::Response }, hints)
        }
        None => guess(tape, rest, hints),
    }
}

fn records_or_value(rest: &[u8]) -> What {
    if looks_like_records(rest) { What::Records } else { What::RecordValue(None) }
}

fn layout(rest: &[u8], hints: &Hints) -> Layout {
    Layout { size: hints.size.unwrap_or_else(|| size_fits(rest)), header: hints.header.unwrap_or_default() }
}

/// The user says what it is; only what he leaves open is worked out.
fn said(tape: &mut Tape, rest: &[u8], what: What, hints: &Hints) -> (ReadAs, Cow<'static, str>) {
    let told = |read_as, reason: &'static str| (read_as, Cow::Borrowed(reason));
    match what {
        What::Request => {
            let mut layout = layout(rest, hints);
            if hints.size.is_none() && !layout.size {
                // A size that does not fit is still one when the header makes sense behind it.
                layout.size =
                    rest.get(4..).is_some_and(|bare| head(bare).version_known && plausible_client_id(bare))
                        && !(head(rest).version_known && plausible_client_id(rest));
            }
            let api = hints.api.zip(hints.version);
            told(ReadAs::Request { layout, api }, "read as a request, as you said")
        }
        What::Response => match (hints.api, hints.version) {
            (Some(key), Some(version)) => {
                let mut layout = layout(rest, hints);
                if hints.size.is_none() && !layout.size {
                    let at =
                        |size| ReadAs::Response { layout: Layout { size, ..layout }, api: (key, version) };
                    layout.size = !exact(tape, rest, at(false)) && exact(tape, rest, at(true));
                }
                told(
                    ReadAs::Response { layout, api: (key, version) },
                    "read as a response of the API and version that you named",
                )
            }
            _ => guess_response(tape, rest, hints).unwrap_or_else(|| {
                told(
                    fallback_response(rest, hints),
                    "no API and version explains every byte: name them with --api and --api-version",
                )
            }),
        },
        What::Records => of_records(tape, rest, hints, "read as record batches, as you said"),
        What::RecordKey => {
            let family = hints.family.unwrap_or(Family::Group);
            told(ReadAs::RecordKey(family), "read as the key of a coordinator's record, as you said")
        }
        What::RecordValue(id) => {
            let family = hints.family.unwrap_or(Family::Metadata);
            told(ReadAs::RecordValue(family, id), "read as the value of a record of that log, as you said")
        }
        What::Message(message) => match hints.version {
            Some(version) => {
                told(ReadAs::Message(message, version), "read as that message and version, as you said")
            }
            None => versions_of_message(tape, rest, message),
        },
    }
}

/// Record batches, and whose they are where their keys and values tell.
fn of_records(
    tape: &mut Tape,
    rest: &[u8],
    hints: &Hints,
    reason: &'static str,
) -> (ReadAs, Cow<'static, str>) {
    match hints.family.or_else(|| family_of_records(tape, rest)) {
        Some(family) if hints.family.is_none() => {
            let whose = family.topic().unwrap_or_else(|| family.name());
            (
                ReadAs::Records(Some(family)),
                Cow::Owned(format!("{reason}; their keys and values are those of {whose}")),
            )
        }
        family => (ReadAs::Records(family), Cow::Borrowed(reason)),
    }
}

/// Whose records these are, when those of the first batch read exactly as Kafka's own; the tape is
/// scratch.
pub fn family_of_records(tape: &mut Tape, rest: &[u8]) -> Option<Family> {
    let length = rest.get(8..).and_then(|rest| rest.first_chunk()).map(|length| i32::from_be_bytes(*length));
    let end =
        length.and_then(|length| usize::try_from(length).ok()).map_or(0, |length| length.saturating_add(12));
    let first = rest.get(..end).unwrap_or(rest);
    [Family::Metadata, Family::Group, Family::Transaction, Family::Share].into_iter().find(|&family| {
        tape.clear();
        read(tape, first, 0, ReadAs::Records(Some(family)), Depth::ALL);
        let opened = tape.nodes().iter().any(|node| std::ptr::eq(node.field, &super::frame::BODY));
        opened
            && tape.findings().iter().all(|finding| match finding.kind {
                FindingKind::Trailing { .. } | FindingKind::Internal(_) | FindingKind::InvalidUtf8 => false,
                _ => finding.severity == Severity::Note,
            })
    })
}

fn fallback_response(rest: &[u8], hints: &Hints) -> ReadAs {
    let key = hints.api.unwrap_or(18);
    let version = hints.version.or_else(|| api::by_key(key).map(|api| api.current().max)).unwrap_or(0);
    ReadAs::Response { layout: layout(rest, hints), api: (key, version) }
}

/// A message without its version: behind an int16 that says it, or else the newest that reads exactly.
fn versions_of_message(
    tape: &mut Tape,
    rest: &[u8],
    message: &'static Message,
) -> (ReadAs, Cow<'static, str>) {
    if super::record_types::VERSION_PREFIXED.iter().any(|other| std::ptr::eq(*other, message))
        && exact(tape, rest, ReadAs::VersionPrefixed(message))
    {
        return (
            ReadAs::VersionPrefixed(message),
            Cow::Borrowed("read as that message behind its version, as you said"),
        );
    }
    let newest = (message.versions.min..=message.versions.max)
        .rev()
        .find(|&version| exact(tape, rest, ReadAs::Message(message, version)));
    match newest {
        Some(version) => (
            ReadAs::Message(message, version),
            Cow::Borrowed(
                "read as that message, in the newest version that explains every byte; --api-version names another",
            ),
        ),
        None => (
            ReadAs::Message(message, message.versions.max),
            Cow::Borrowed("read as that message; no version of it explains every byte"),
        ),
    }
}

/// Whether a reading explains every byte without an error; the tape is scratch.
pub fn exact(tape: &mut Tape, bytes: &[u8], read_as: ReadAs) -> bool {
    doubts(tape, bytes, read_as).is_some()
}

/// Whether bytes are a whole message, as far as hints let that be told.
pub fn is_exact(bytes: &[u8], hints: &Hints) -> bool {
    let mut tape = Tape::default();
    let (read_as, _) = choose(&mut tape, bytes, hints);
    exact(&mut tape, bytes, read_as)
}

/// Whether a size prefix and a request's header stand at the beginning of the bytes.
pub fn begins_with_request(bytes: &[u8]) -> bool {
    bytes.get(4..).is_some_and(|bare| head(bare).api.is_some() && plausible_client_id(bare))
}

/// Whether what is on the tape explains every byte, without an error.
pub fn is_whole(tape: &Tape) -> bool {
    tape.findings().iter().all(|finding| {
        finding.severity != Severity::Error && !matches!(finding.kind, FindingKind::Trailing { .. })
    })
}

/// How much speaks against a reading; none when it does not explain every byte.
fn doubts(tape: &mut Tape, rest: &[u8], read_as: ReadAs) -> Option<u32> {
    tape.clear();
    read(tape, rest, 0, read_as, Depth::FIELDS);
    is_whole(tape).then(|| plausible::doubts(tape, rest))
}

fn guess(tape: &mut Tape, rest: &[u8], hints: &Hints) -> (ReadAs, Cow<'static, str>) {
    // The first bytes of a batch, its offset and length, can pass for a request's header; the reverse
    // takes a size prefix of 0.
    let records = looks_like_records(rest) && !size_fits(rest);
    if !records && let Some(request) = guess_request(tape, rest, hints) {
        return request;
    }
    if records {
        return of_records(
            tape,
            rest,
            hints,
            "read as record batches: magic and length stand where a batch has them",
        );
    }
    let mut candidates = Vec::new();
    for message in
        [&data::consumer_protocol_subscription::MESSAGE, &data::consumer_protocol_assignment::MESSAGE]
    {
        let read_as = ReadAs::VersionPrefixed(message);
        candidates
            .extend(doubts(tape, rest, read_as).map(|doubts| Candidate { read_as, doubts: doubts + 10 }));
    }
    let record = ReadAs::RecordValue(Family::Metadata, None);
    candidates.extend(doubts(tape, rest, record).map(|doubts| Candidate { read_as: record, doubts }));
    for family in [Family::Group, Family::Transaction, Family::Share] {
        let read_as = ReadAs::RecordKey(family);
        let likely = doubts(tape, rest, read_as).filter(|&doubts| doubts <= KEY_DOUBTS_MAX);
        candidates.extend(likely.map(|doubts| Candidate { read_as, doubts: doubts + 15 }));
    }
    responses(tape, rest, hints, &mut candidates);
    if let Some(best) = ranked(candidates) {
        return best;
    }
    // Nothing explains every byte: the reading that gets furthest is shown with its error.
    let bare = if size_fits(rest) { rest.get(4..).unwrap_or_default() } else { rest };
    let behind_size = rest.get(4..).unwrap_or_default();
    let sized = hints
        .size
        .unwrap_or_else(|| size_fits(rest) || head(behind_size).version_known && !head(rest).version_known);
    let reason = if head(bare).api.is_some() || sized {
        "read as a request: nothing explains every byte, and this gets furthest; name it with --as, --api or --api-version"
    } else {
        "not recognised; read as a request. Name it with --as, --api or --api-version"
    };
    let layout = Layout { size: sized, header: hints.header.unwrap_or_default() };
    (ReadAs::Request { layout, api: None }, Cow::Borrowed(reason))
}

/// A request says what it is; so it is one when API, version and client id make sense, even where
/// its body does not.
fn guess_request(tape: &mut Tape, rest: &[u8], hints: &Hints) -> Option<(ReadAs, Cow<'static, str>)> {
    let header = hints.header.unwrap_or_default();
    let with = |size| ReadAs::Request { layout: Layout { size, header }, api: None };
    let sized = hints.size != Some(false);
    let behind_size = rest.get(4..).unwrap_or_default();
    let fits = size_fits(rest);
    let (ahead, behind) = (head(rest), head(behind_size));
    if sized && fits && behind.version_known && plausible_client_id(behind_size) {
        if exact(tape, rest, with(true)) {
            return Some((with(true), Cow::Borrowed(REQUEST_FITS)));
        }
        // A response's correlation id can pass for an API and a version, and what follows for a client
        // id that is not there.
        let mut answers = Vec::new();
        if !has_client_id(behind_size) || behind.api.is_some_and(|api| !api.current().contain(behind.version))
        {
            responses(tape, rest, hints, &mut answers);
        }
        if answers.iter().all(|answer| answer.doubts > LIKELY_DOUBTS_MAX) {
            let reason = "read as a request frame: its size prefix fits, the API has this version, and the client id is text";
            return Some((with(true), Cow::Borrowed(reason)));
        }
        return ranked(answers);
    }
    if hints.size != Some(true) && ahead.version_known && plausible_client_id(rest) {
        let read_as = with(false);
        if doubts(tape, rest, read_as).is_some_and(|doubts| doubts <= DOUBTS_MAX) {
            return Some((
                read_as,
                Cow::Borrowed(
                    "read as a request without its size prefix: the API has this version, every byte is explained",
                ),
            ));
        }
    }
    // A size that does not fit: the frame was cut, or something stands behind it.
    if sized && behind.version_known && plausible_client_id(behind_size) && has_client_id(behind_size) {
        let reason = "read as a request frame whose size prefix does not fit: the API has this version, and the client id is text";
        return Some((with(true), Cow::Borrowed(reason)));
    }
    if hints.size != Some(true) && ahead.version_known && plausible_client_id(rest) {
        return has_client_id(rest).then_some((
            with(false),
            Cow::Borrowed("read as a request without its size prefix: the API has this version, and the client id is text"),
        ));
    }
    // An API version that does not exist, behind a size that fits, with a client id: a newer client,
    // or a wrong byte.
    if sized && fits && behind.api.is_some() && plausible_client_id(behind_size) {
        return has_client_id(behind_size).then_some((
            with(true),
            Cow::Borrowed("read as a request frame: its size prefix fits, and the client id is text"),
        ));
    }
    None
}

fn guess_response(tape: &mut Tape, rest: &[u8], hints: &Hints) -> Option<(ReadAs, Cow<'static, str>)> {
    let mut candidates = Vec::new();
    responses(tape, rest, hints, &mut candidates);
    ranked(candidates)
}

/// The APIs and versions whose response explains every byte.
fn responses(tape: &mut Tape, rest: &[u8], hints: &Hints, candidates: &mut Vec<Candidate>) {
    let layout = layout(rest, hints);
    let apis = APIS.iter().filter(|api| hints.api.is_none_or(|key| key == api.key));
    for api in apis {
        // The newest version first: of versions that look alike it is what is met today.
        for version in (api.response.versions.min..=api.response.versions.max).rev() {
            if hints.version.is_some_and(|wanted| wanted != version) {
                continue;
            }
            let read_as = ReadAs::Response { layout, api: (api.key, version) };
            let Some(doubts) = doubts(tape, rest, read_as).filter(|&doubts| doubts <= DOUBTS_MAX) else {
                continue;
            };
            // Few fields explain little, and what Kafka removed is rarely met.
            let sparse = if tape.nodes().len() < 10 { 12 } else { 0 };
            let internal = if api.cluster_action || api.removed.is_some() { 10 } else { 0 };
            candidates.push(Candidate { read_as, doubts: doubts + sparse + internal });
        }
    }
}

/// The best candidate, and the others in its reason.
fn ranked(mut candidates: Vec<Candidate>) -> Option<(ReadAs, Cow<'static, str>)> {
    candidates.sort_by_key(|candidate| candidate.doubts);
    let (best, others) = candidates.split_first()?;
    let reason = if others.is_empty() {
        format!("read as {}: nothing else explains every byte", name(best.read_as))
    } else {
        let shown: Vec<String> = others.iter().take(OTHERS_MAX).map(|other| name(other.read_as)).collect();
        let more = others.len().saturating_sub(shown.len());
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        format!(
            "a guess: {} explains every byte, but so do {}{more}; --api and --api-version name the right one",
            name(best.read_as),
            shown.join(", "),
        )
    };
    Some((best.read_as, Cow::Owned(reason)))
}

/// The words for a reading: `Metadata v12 response`.
pub fn name(read_as: ReadAs) -> String {
    let api_name =
        |key: i16| api::by_key(key).map_or_else(|| format!("API {key}"), |api| api.name.to_owned());
    match read_as {
        ReadAs::Request { .. } => "a request".to_owned(),
        ReadAs::Response { api: (key, version), .. } => format!("{} v{version} response", api_name(key)),
        ReadAs::Records(_) => "record batches".to_owned(),
        ReadAs::RecordKey(family) => format!("{} record key", family.name()),
        ReadAs::RecordValue(family, _) => format!("{} record value", family.name()),
        ReadAs::VersionPrefixed(message) => message.name.to_owned(),
        ReadAs::Message(message, version) => format!("{} v{version}", message.name),
    }
}
