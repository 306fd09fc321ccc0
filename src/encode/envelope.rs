//! The object around a message: what it is, and how it is framed.

use serde_json::{Map, Value as Json};

use super::{CLIENT_ID, Options, What, api_of, place, problem};
use crate::codec::api::{self, Api};
use crate::codec::frame::HeaderChoice;
use crate::codec::json::{JsonError, UnknownTags};
use crate::codec::messages;
use crate::codec::record_types::{Family, RecordType};
use crate::codec::schema::Message;
use crate::codec::wire::Writer;

type Result<T> = std::result::Result<T, JsonError>;

/// What a message is.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    Request(&'static Api),
    Response(&'static Api),
    /// The key of a coordinator's record.
    Key(&'static RecordType, &'static Message),
    /// The value of a record that Kafka itself writes.
    Value(&'static RecordType),
    /// A message without a header.
    Alone(&'static Message),
}

/// A JSON object, taken apart.
#[derive(Debug)]
pub struct Envelope<'j> {
    pub kind: Kind,
    /// Of the API, the message or the record's value.
    pub version: i16,
    pub header_choice: HeaderChoice,
    /// A size goes before it.
    pub size: bool,
    /// An int16 with the version goes before it.
    pub version_prefix: bool,
    pub given_header: Option<&'j Json>,
    pub body: Option<&'j Json>,
    /// The object is the body itself.
    pub is_bare: bool,
    /// Bytes that no field explains, from behind the message.
    pub behind: Vec<u8>,
    /// The version was given beside the JSON, so that the header's follows it.
    retargeted: bool,
    tags: Vec<Tag>,
}

/// A tagged field that its struct's version does not know.
#[derive(Debug)]
struct Tag {
    /// `header` or `body`.
    part: &'static str,
    /// The struct in it.
    path: String,
    tag: u32,
    content: Vec<u8>,
}

impl<'j> Envelope<'j> {
    pub fn of(json: &'j Json, options: &Options) -> Result<Self> {
        let Some(object) = json.as_object() else {
            return Err(problem(".", format!("expected an object, found {}", brief(json))));
        };
        match (object.get("kind"), options.what) {
            (None, Some(what)) => Self::bare(json, what, options),
            (Some(_), Some(_)) => {
                Err(problem(".kind", "the JSON says what it is, so --as and --message cannot"))
            }
            (Some(kind), None) => Self::enveloped(object, kind, options),
            (None, None) => Err(problem(
                ".kind",
                "missing; expected request, response, record-key, record-value or message, or, where the object is \
                 a body alone, --as or --message to say of what",
            )),
        }
    }

    /// A body that says nothing of itself.
    fn bare(json: &'j Json, what: What, options: &Options) -> Result<Self> {
        let api = || {
            let key =
                options.api.ok_or_else(|| problem(".", "a body does not say its API: name it with --api"))?;
            api::by_key(key).ok_or_else(|| problem(".", format!("no API has the key {key}")))
        };
        let version = options
            .version
            .ok_or_else(|| problem(".", "a body does not say its version: name it with --api-version"))?;
        let (kind, header) = match what {
            What::Request => (Kind::Request(api()?), HeaderChoice::Usual),
            What::Response => (Kind::Response(api()?), HeaderChoice::Usual),
            What::RequestBody => (Kind::Request(api()?), HeaderChoice::None),
            What::ResponseBody => (Kind::Response(api()?), HeaderChoice::None),
            What::Message(message) => (Kind::Alone(message), HeaderChoice::None),
        };
        Ok(Self {
            kind,
            version,
            header_choice: options.header.unwrap_or(header),
            size: false,
            version_prefix: false,
            given_header: None,
            body: Some(json),
            is_bare: true,
            behind: Vec::new(),
            retargeted: true,
            tags: Vec::new(),
        })
    }

    fn enveloped(object: &'j Map<String, Json>, kind: &Json, options: &Options) -> Result<Self> {
        let is_framed = matches!(kind.as_str(), Some("request" | "response"));
        let kind = match kind.as_str() {
            Some("request") => Kind::Request(api(object, options)?),
            Some("response") => Kind::Response(api(object, options)?),
            Some("record-key") => {
                let (record_type, message) = record_type(object, true)?;
                Kind::Key(record_type, message)
            }
            Some("record-value") => Kind::Value(record_type(object, false)?.0),
            Some("message") => Kind::Alone(message(object)?),
            Some("records") => {
                return Err(problem(
                    ".kind",
                    "records are shown unpacked, and cannot be packed again to the same bytes",
                ));
            }
            _ => {
                let found = brief(kind);
                return Err(problem(
                    ".kind",
                    format!("expected request, response, record-key, record-value or message, found {found}"),
                ));
            }
        };
        let version = match (options.version, kind) {
            (Some(version), _) => version,
            (None, Kind::Key(_, message)) => message.versions.min,
            (None, _) => version(object)?,
        };
        let (given_header, body) = (object.get("header"), object.get("body"));
        let retargeted = options.version.is_some() || options.api.is_some();
        let header_choice = match (options.header, object.get("headerVersion")) {
            (Some(choice), _) => choice,
            (None, Some(_)) if retargeted => HeaderChoice::Usual,
            (None, Some(Json::Null)) => HeaderChoice::None,
            (None, Some(version)) => HeaderChoice::Version(int(version, ".headerVersion")?),
            (None, None) if given_header.is_some() => HeaderChoice::Usual,
            (None, None) => HeaderChoice::None,
        };
        Ok(Self {
            kind,
            version,
            header_choice,
            size: is_framed && object.get("size").is_some_and(|size| !size.is_null()),
            version_prefix: object.get("versionPrefix").and_then(Json::as_bool).unwrap_or(false),
            given_header,
            body,
            is_bare: false,
            behind: behind(object)?,
            retargeted,
            tags: tags(object)?,
        })
    }

    /// The header, with what its JSON leaves out.
    pub fn header(&self, key: i16, header_version: i16, is_request: bool) -> Result<Json> {
        let mut header = match self.given_header {
            None => Map::new(),
            Some(Json::Object(header)) => header.clone(),
            Some(other) => {
                return Err(problem(".header", format!("expected an object, found {}", brief(other))));
            }
        };
        if is_request {
            for (name, is) in [("requestApiKey", key), ("requestApiVersion", self.version)] {
                match header.get(name) {
                    Some(given) if !self.retargeted && given.as_i64() != Some(is.into()) => {
                        let given = brief(given);
                        let place = format!(".header.{name}");
                        return Err(problem(
                            &place,
                            format!("{given} contradicts the {is} beside the header"),
                        ));
                    }
                    _ => drop(header.insert(name.to_owned(), is.into())),
                }
            }
            if header_version > 0 {
                header.entry("clientId").or_insert_with(|| CLIENT_ID.into());
            }
        }
        Ok(Json::Object(header))
    }

    /// The tags to be put into a part, by their paths in it.
    pub fn tags(&self, part: &str) -> UnknownTags<'_> {
        let here = self.tags.iter().filter(|tag| tag.part == part);
        here.map(|tag| (tag.path.clone(), tag.tag, tag.content.clone())).collect()
    }

    /// Writes what goes before the value of a record.
    pub fn frame_of_value(&self, record_type: &RecordType, writer: &mut Writer) {
        // Kafka writes both numbers as Java ints, so that a negative one is long.
        let numbers = [record_type.id, self.version].map(|number| i32::from(number) as u32);
        match record_type.family {
            // Before it stands the version of the frame itself, which is always 1.
            Family::Metadata | Family::RemoteLog => {
                writer.uvarint(1);
                numbers.into_iter().for_each(|number| writer.uvarint(number));
            }
            Family::Group | Family::Transaction | Family::Share | Family::Control => {
                writer.buffer.extend_from_slice(&self.version.to_be_bytes());
            }
        }
    }
}

fn api(object: &Map<String, Json>, options: &Options) -> Result<&'static Api> {
    if let Some(api) = options.api.and_then(api::by_key) {
        return Ok(api);
    }
    let by_name = object.get("api").map(|name| api_of(name, ".api")).transpose()?;
    let key = object.get("apiKey").map(|key| (key, ".apiKey"));
    let in_header = object.get("header").and_then(|header| header.get("requestApiKey"));
    let key = key.or(in_header.map(|key| (key, ".header.requestApiKey")));
    let by_key = key.map(|(key, path)| api_of(key, path)).transpose()?;
    match (by_name, by_key) {
        (Some(name), Some(key)) if name.key != key.key => {
            Err(problem(".api", format!("{} has the key {}, not {}", name.name, name.key, key.key)))
        }
        (Some(api), _) | (None, Some(api)) => Ok(api),
        (None, None) => Err(problem(".api", missing(object, "api", "the name of an API"))),
    }
}

fn version(object: &Map<String, Json>) -> Result<i16> {
    if let Some(version) = object.get("version") {
        return int(version, ".version");
    }
    match object.get("header").and_then(|header| header.get("requestApiVersion")) {
        Some(version) => int(version, ".header.requestApiVersion"),
        None => Err(problem(".version", missing(object, "version", "a number"))),
    }
}

fn message(object: &Map<String, Json>) -> Result<&'static Message> {
    let name = object
        .get("message")
        .ok_or_else(|| problem(".message", missing(object, "message", "the name of a message")))?;
    name.as_str().and_then(messages::find).ok_or_else(|| {
        let near = name.as_str().and_then(|name| messages::nearest(name).into_iter().next());
        let found = brief(name);
        problem(
            ".message",
            match near {
                Some(near) => format!("no message is called {found}; did you mean {}?", near.name),
                None => format!("no message is called {found}; kafkit apis --messages lists them"),
            },
        )
    })
}

/// The type of the record whose key or value a message is.
fn record_type(object: &Map<String, Json>, is_key: bool) -> Result<(&'static RecordType, &'static Message)> {
    let message = message(object)?;
    let found = Family::ALL.into_iter().flat_map(Family::record_types).find(|record_type| {
        let of_type = if is_key { record_type.key } else { Some(record_type.value) };
        of_type.is_some_and(|of_type| std::ptr::eq(of_type, message))
    });
    match found {
        Some(record_type) if record_type.family != Family::Control => Ok((record_type, message)),
        _ => {
            let part = if is_key { "key" } else { "value" };
            Err(problem(".message", format!("{} is the {part} of no record", message.name)))
        }
    }
}

/// What follows the message.
fn behind(object: &Map<String, Json>) -> Result<Vec<u8>> {
    let Some(bytes) = object.get("trailing") else { return Ok(Vec::new()) };
    let bytes = bytes.as_str().and_then(|digits| hex::decode(digits).ok());
    bytes.ok_or_else(|| problem(".trailing", "expected hex digits"))
}

fn tags(object: &Map<String, Json>) -> Result<Vec<Tag>> {
    let Some(list) = object.get("unknownTags") else { return Ok(Vec::new()) };
    let Some(list) = list.as_array() else {
        return Err(problem(".unknownTags", format!("expected an array, found {}", brief(list))));
    };
    let mut tags = Vec::with_capacity(list.len());
    for (i, entry) in list.iter().enumerate() {
        let at = |name: &str| format!(".unknownTags[{i}].{name}");
        let path = entry.get("path").and_then(Json::as_str).map(|path| path.trim_start_matches('.'));
        let part = path.and_then(|path| {
            let part = ["header", "body"].into_iter().find(|part| path.starts_with(part))?;
            let rest = path.strip_prefix(part).filter(|rest| rest.is_empty() || rest.starts_with('.'))?;
            // An optional header that is not in the JSON has tags all the same.
            let there = rest.is_empty() || place::at(object.get(part)?, rest)?.is_object();
            there.then_some((part, rest))
        });
        let (part, rest) = part.ok_or_else(|| {
            problem(&at("path"), "expected the place of an object in the header or body, as body.topics[0]")
        })?;
        let tag = entry.get("tag").and_then(Json::as_u64).and_then(|tag| u32::try_from(tag).ok());
        let tag = tag.ok_or_else(|| problem(&at("tag"), "expected a number from 0 to 4294967295"))?;
        let content = entry.get("hex").and_then(Json::as_str).and_then(|digits| hex::decode(digits).ok());
        let content = content.ok_or_else(|| problem(&at("hex"), "expected hex digits"))?;
        tags.push(Tag { part, path: rest.to_owned(), tag, content });
    }
    Ok(tags)
}

fn int(json: &Json, path: &str) -> Result<i16> {
    json.as_i64().and_then(|number| i16::try_from(number).ok()).ok_or_else(|| {
        problem(path, format!("expected a number from -32768 to 32767, found {}", brief(json)))
    })
}

/// What to say of a member that is not there, but perhaps under another spelling.
fn missing(object: &Map<String, Json>, name: &str, wanted: &str) -> String {
    let letters = |text: &str| text.to_ascii_lowercase().replace(['_', '-', ' '], "");
    let near = object.keys().find(|key| letters(key).contains(name) || name.contains(&letters(key)));
    match near {
        Some(near) => format!("missing; expected {wanted} under this name, not under {near:?}"),
        None => format!("missing; expected {wanted}"),
    }
}

/// A value, short enough for an error message.
fn brief(json: &Json) -> String {
    const CHARACTERS_MAX: usize = 60;
    let mut text = json.to_string();
    if let Some((end, _)) = text.char_indices().nth(CHARACTERS_MAX) {
        text.truncate(end);
        text.push('…');
    }
    text
}
