//! The way back: from the JSON that `kafkit decode --format json` prints to the bytes that it was
//! printed from. Knows the envelope around a message (kind, API, header, size); what is inside of
//! `header` and `body` is [`crate::codec::json`]'s. Reads no input and prints nothing.

mod envelope;
mod place;

use serde_json::Value as Json;

use crate::codec::api::{self, Api};
use crate::codec::frame::HeaderChoice;
use crate::codec::json::{self, JsonError, Missing};
use crate::codec::messages::headers::{request_header, response_header};
use crate::codec::schema::Message;
use crate::codec::wire::Writer;

use envelope::{Envelope, Kind};

/// What a JSON object without an envelope is.
#[derive(Debug, Clone, Copy)]
pub enum What {
    /// A request's body, which gets a header.
    Request,
    /// A response's body, which gets a header.
    Response,
    /// A request's body, which stays alone.
    RequestBody,
    /// A response's body, which stays alone.
    ResponseBody,
    /// A message of its own.
    Message(&'static Message),
}

/// What is said beside the JSON, and goes before what it says itself.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// What an object is that does not say it.
    pub what: Option<What>,
    /// The API's key.
    pub api: Option<i16>,
    /// The version of the API or message.
    pub version: Option<i16>,
    /// The header's version.
    pub header: Option<HeaderChoice>,
    /// Whether a size goes before it.
    pub size: Option<bool>,
    /// What is done about fields that are not there.
    pub missing: Missing,
}

impl Default for Options {
    fn default() -> Self {
        Self { what: None, api: None, version: None, header: None, size: None, missing: Missing::Refuse }
    }
}

/// The client id of a request whose JSON names none.
pub const CLIENT_ID: &str = "kafkit";

/// Appends the bytes of the message that a JSON object describes.
///
/// # Errors
/// The place in the JSON, as jq would name it, and what is wrong there.
pub fn encode(json: &Json, options: &Options, out: &mut Vec<u8>) -> Result<(), JsonError> {
    let envelope = Envelope::of(json, options)?;
    place::nothing_is_hidden(&envelope)?;
    let mut writer = Writer::default();
    match envelope.kind {
        Kind::Request(api) => frame(&envelope, api, true, options, &mut writer)?,
        Kind::Response(api) => frame(&envelope, api, false, options, &mut writer)?,
        Kind::Alone(message) => {
            if envelope.version_prefix {
                let version = envelope.version.to_be_bytes();
                writer.buffer.extend_from_slice(&version);
            }
            // A version above the last that Kafka knows is read as that one, as its consumers do.
            let known = envelope.version.min(message.versions.max);
            let version = if envelope.version_prefix { known } else { envelope.version };
            part(&envelope, message, version, options, &mut writer)?;
        }
        Kind::Key(record_type, message) => {
            writer.buffer.extend_from_slice(&record_type.id.to_be_bytes());
            part(&envelope, message, message.versions.min, options, &mut writer)?;
        }
        Kind::Value(record_type) => {
            envelope.frame_of_value(record_type, &mut writer);
            part(&envelope, record_type.value, envelope.version, options, &mut writer)?;
        }
    }
    writer.buffer.extend_from_slice(&envelope.behind);
    let bytes = writer.finish().map_err(|error| problem(".body", error.to_string()))?;
    if options.size.unwrap_or(envelope.size) {
        let size = i32::try_from(bytes.len()).map_err(|_| problem("", "longer than a size can say"))?;
        out.extend_from_slice(&size.to_be_bytes());
    }
    out.extend_from_slice(&bytes);
    Ok(())
}

fn frame(
    envelope: &Envelope<'_>,
    api: &'static Api,
    is_request: bool,
    options: &Options,
    writer: &mut Writer,
) -> Result<(), JsonError> {
    let message = if is_request { api.request } else { api.response };
    if !message.versions.contain(envelope.version) {
        let (versions, version) = (message.versions, envelope.version);
        return Err(problem(".version", format!("{} has versions {versions}, not {version}", api.name)));
    }
    let version = match envelope.header_choice {
        HeaderChoice::None => None,
        HeaderChoice::Version(version) => Some(version),
        HeaderChoice::Usual if is_request => Some(api.request_header_version(envelope.version)),
        HeaderChoice::Usual => Some(api.response_header_version(envelope.version)),
    };
    if let Some(version) = version {
        let header = envelope.header(api.key, version, is_request)?;
        let shape = if is_request { &request_header::MESSAGE } else { &response_header::MESSAGE };
        let tags = envelope.tags("header");
        json::encode(&header, shape, version, Missing::Default, &tags, writer)
            .map_err(|error| inside(".header", error))?;
    }
    part(envelope, message, envelope.version, options, writer)
}

fn part(
    envelope: &Envelope<'_>,
    message: &'static Message,
    version: i16,
    options: &Options,
    writer: &mut Writer,
) -> Result<(), JsonError> {
    let path = if envelope.is_bare { "" } else { ".body" };
    let tags = envelope.tags("body");
    if !tags.is_empty() && !message.flexible.contain(version) {
        return Err(problem(".unknownTags", format!("version {version} has no tagged fields")));
    }
    let empty = Json::Object(serde_json::Map::new());
    let body = match envelope.body {
        Some(body) => body,
        None if options.missing == Missing::Default => &empty,
        None => {
            return Err(problem(".body", format!("missing; expected an object ({})", message.shape.name)));
        }
    };
    json::encode(body, message, version, options.missing, &tags, writer).map_err(|error| inside(path, error))
}

fn problem(path: &str, problem: impl Into<String>) -> JsonError {
    JsonError { path: path.to_owned(), problem: problem.into() }
}

fn inside(place: &str, mut error: JsonError) -> JsonError {
    error.path.insert_str(0, place);
    if error.path.is_empty() {
        error.path.push('.');
    }
    error
}

/// The API of a key or name that stands in JSON.
fn api_of(json: &Json, path: &str) -> Result<&'static Api, JsonError> {
    let found = match json {
        Json::String(name) => api::by_name(name),
        _ => json.as_i64().and_then(|key| i16::try_from(key).ok()).and_then(api::by_key),
    };
    found.ok_or_else(|| {
        let near = json.as_str().and_then(|name| api::nearest(name).into_iter().next());
        problem(
            path,
            match near {
                Some(api) => format!("no API is called {json}; did you mean {}?", api.name),
                None => format!("no API is {json}; kafkit apis lists them"),
            },
        )
    })
}

#[cfg(test)]
mod tests;
