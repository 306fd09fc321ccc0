//! JSON to bytes.

use ::base64::Engine;
use serde_json::Value as Json;

use super::spelling;
use crate::codec::names;
use crate::codec::schema::{Default, Field, Message, Struct, Type};
use crate::codec::wire::{Context, STRING_BYTES_MAX, Uuid, Wire, WriteError, Writer};

/// Why JSON could not be encoded, and where in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}{}{problem}", if path.is_empty() { "" } else { ": " })]
pub struct JsonError {
    /// The place, as jq would name it: `.topics[1].name`. Empty for the whole.
    pub path: String,
    /// What was expected and what was found there.
    pub problem: String,
}

impl JsonError {
    pub(super) fn new(problem: impl Into<String>) -> Self {
        Self { path: String::new(), problem: problem.into() }
    }

    pub(super) fn inside(mut self, place: &str) -> Self {
        self.path.insert_str(0, place);
        self
    }
}

type Result<T> = std::result::Result<T, JsonError>;

/// What to do about a field that the JSON leaves out. Tagged fields may always be left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// An error, as for Kafka's JsonConverter.
    Refuse,
    /// The field's default.
    Default,
}

/// Tags that the version does not know: the struct's path, the tag, the content.
pub type UnknownTags<'j> = Vec<(String, u32, Vec<u8>)>;

/// Writes the message that `json` describes behind what the writer holds. Fields may be spelled as kafkit's tables
/// do too.
///
/// # Errors
/// The path and what is wrong there: a field that is missing, of another type, out of range, null
/// where the version does not allow it, unknown, or of another version only.
pub fn encode(
    json: &Json,
    message: &'static Message,
    version: i16,
    missing: Missing,
    unknown_tags: &UnknownTags<'_>,
    writer: &mut Writer,
) -> Result<()> {
    if !message.versions.contain(version) {
        let versions = message.versions;
        return Err(JsonError::new(format!("{} has versions {versions}, not {version}", message.name)));
    }
    let context = Context::new(version, message.flexible.contain(version));
    let mut encoder = Encoder { missing, unknown_tags, path: String::new() };
    let json = spelling::respell(json, message.shape)?;
    encoder.structure(&json, message.shape, context, writer)
}

struct Encoder<'j> {
    missing: Missing,
    unknown_tags: &'j UnknownTags<'j>,
    path: String,
}

impl Encoder<'_> {
    fn at<T>(&mut self, place: &str, inner: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let length = self.path.len();
        self.path.push_str(place);
        let result = inner(self).map_err(|error| error.inside(place));
        self.path.truncate(length);
        result
    }

    fn structure(
        &mut self,
        json: &Json,
        shape: &'static Struct,
        context: Context,
        writer: &mut Writer,
    ) -> Result<()> {
        let Some(object) = json.as_object() else {
            return Err(expected(&format!("an object ({})", shape.name), json));
        };
        for key in object.keys() {
            self.at(&format!(".{key}"), |_| known_key(key, shape))?;
        }
        for field in shape.fields {
            let name = field.json_name();
            let value = object.get(&name);
            if !field.versions.contain(context.version) {
                if let Some(value) = value
                    && !field.ignorable
                    && !is_default(value, field)
                {
                    let (versions, version) = (field.versions, context.version);
                    return Err(JsonError::new(format!("only in versions {versions}, not in {version}"))
                        .inside(&format!(".{name}")));
                }
            } else if field.tag.is_none() {
                let context = context.field(field, false);
                self.at(&format!(".{name}"), |encoder| match value {
                    Some(value) => encoder.value(value, &field.ty, context, writer),
                    None if encoder.missing == Missing::Default => {
                        encoder.default(field, &field.ty, context, writer)
                    }
                    None => Err(JsonError::new(format!("missing; expected {}", wanted(&field.ty)))),
                })?;
            }
        }
        if context.flexible {
            self.tags(object, shape, context, writer)?;
        }
        Ok(())
    }

    fn tags(
        &mut self,
        object: &serde_json::Map<String, Json>,
        shape: &'static Struct,
        context: Context,
        writer: &mut Writer,
    ) -> Result<()> {
        let mut tags: Vec<(u32, Vec<u8>)> = Vec::new();
        for field in shape.fields.iter().filter(|field| field.versions.contain(context.version)) {
            let Some(tag) = field.tag else { continue };
            let name = field.json_name();
            let Some(value) = object.get(&name) else { continue };
            // Unknown tags further inside make it differ from its default too.
            let inside = format!("{}.{name}", self.path);
            let tagged_inside = || self.unknown_tags.iter().any(|(path, ..)| path.starts_with(&inside));
            if is_default(value, field) && !tagged_inside() {
                continue;
            }
            let mut content = Writer::default();
            let context = context.field(field, true);
            self.at(&format!(".{name}"), |encoder| encoder.value(value, &field.ty, context, &mut content))?;
            tags.push((tag, content.buffer));
        }
        let here = self.unknown_tags.iter().filter(|(path, ..)| *path == self.path);
        tags.extend(here.map(|(_, tag, content)| (*tag, content.clone())));
        tags.sort_by_key(|(tag, _)| *tag);
        writer.uvarint(tags.len() as u32);
        for (tag, content) in tags {
            writer.uvarint(tag);
            writer.uvarint(content.len() as u32);
            writer.buffer.extend_from_slice(&content);
        }
        Ok(())
    }

    fn value(&mut self, json: &Json, ty: &'static Type, context: Context, writer: &mut Writer) -> Result<()> {
        if json.is_null() {
            return null(ty, context, writer);
        }
        match ty {
            Type::Bool => {
                let value = json.as_bool().ok_or_else(|| expected(&wanted(ty), json))?;
                value.write(writer, context);
            }
            Type::Int8 => i8::write(&int(json, ty)?, writer, context),
            Type::Int16 => i16::write(&int(json, ty)?, writer, context),
            Type::Uint16 => u16::write(&int(json, ty)?, writer, context),
            Type::Int32 => i32::write(&int(json, ty)?, writer, context),
            Type::Uint32 => u32::write(&int(json, ty)?, writer, context),
            Type::Int64 => i64::write(&int(json, ty)?, writer, context),
            Type::Float64 => {
                let value = match json.as_str() {
                    Some("NaN") => f64::NAN,
                    Some("Infinity") => f64::INFINITY,
                    Some("-Infinity") => f64::NEG_INFINITY,
                    _ => json.as_f64().ok_or_else(|| expected(&wanted(ty), json))?,
                };
                value.write(writer, context);
            }
            Type::Uuid => {
                let id = json.as_str().and_then(uuid).ok_or_else(|| expected(&wanted(ty), json))?;
                id.write(writer, context);
            }
            Type::String => {
                let text = json.as_str().ok_or_else(|| expected(&wanted(ty), json))?;
                if text.len() > STRING_BYTES_MAX {
                    let length = text.len();
                    return Err(JsonError::new(format!(
                        "{length} bytes; a string holds at most {STRING_BYTES_MAX}"
                    )));
                }
                writer.length(Some(text.len()), context, true);
                writer.buffer.extend_from_slice(text.as_bytes());
            }
            Type::Bytes | Type::Records => {
                let content = json.as_str().and_then(base64).ok_or_else(|| expected(&wanted(ty), json))?;
                writer.length(Some(content.len()), context, false);
                writer.buffer.extend_from_slice(&content);
            }
            Type::Array(element) => {
                let elements = json.as_array().ok_or_else(|| expected(&wanted(ty), json))?;
                writer.length(Some(elements.len()), context, false);
                for (i, value) in elements.iter().enumerate() {
                    self.at(&format!("[{i}]"), |encoder| {
                        encoder.value(value, element, context.element(), writer)
                    })?;
                }
            }
            Type::Struct(shape) => {
                if context.nullable {
                    writer.present(true, context);
                }
                self.structure(json, shape, context, writer)?;
            }
        }
        Ok(())
    }

    fn default(
        &mut self,
        field: &'static Field,
        ty: &'static Type,
        context: Context,
        writer: &mut Writer,
    ) -> Result<()> {
        let json = match (field.default, ty) {
            (Default::Null, _) if context.nullable => Json::Null,
            (Default::Int(value), Type::Bool) => Json::Bool(value == 1),
            (Default::Int(value), _) => Json::from(value),
            (_, Type::Bool) => Json::Bool(false),
            (_, Type::String | Type::Bytes | Type::Records) => Json::from(""),
            (_, Type::Uuid) => Json::from("AAAAAAAAAAAAAAAAAAAAAA"),
            (_, Type::Array(_)) => Json::Array(Vec::new()),
            (_, Type::Struct(_)) => Json::Object(serde_json::Map::new()),
            (_, Type::Float64) => Json::from(0.0),
            _ => Json::from(0),
        };
        self.value(&json, ty, context, writer)
    }
}

fn null(ty: &'static Type, context: Context, writer: &mut Writer) -> Result<()> {
    if !context.nullable {
        let version = context.version;
        return Err(JsonError::new(format!(
            "expected {}, found null, which version {version} does not allow",
            wanted(ty)
        )));
    }
    match ty {
        Type::String => writer.length(None, context, true),
        Type::Bytes | Type::Records | Type::Array(_) => writer.length(None, context, false),
        Type::Struct(_) => writer.present(false, context),
        _ => return Err(JsonError::new(WriteError::Null.to_string())),
    }
    Ok(())
}

fn known_key(key: &str, shape: &'static Struct) -> Result<()> {
    if shape.fields.iter().any(|field| field.json_name() == key) {
        return Ok(());
    }
    let names: Vec<String> = shape.fields.iter().map(Field::json_name).collect();
    Err(JsonError::new(match names::nearest(&names, key, String::as_str).first() {
        Some(name) => format!("no such field in {}; did you mean {name}?", shape.name),
        None => format!("no such field in {}, which has {}", shape.name, names.join(", ")),
    }))
}

/// Whether a field given in the JSON has the value that it has when it is not there.
fn is_default(json: &Json, field: &Field) -> bool {
    match field.default {
        Default::Null => json.is_null(),
        Default::Int(value) => json.as_i64() == Some(value) || json.as_bool() == Some(value == 1),
        Default::Zero => match (json, field.ty) {
            (Json::Object(members), Type::Struct(shape)) => members.iter().all(|(key, value)| {
                shape
                    .fields
                    .iter()
                    .find(|field| field.json_name() == *key)
                    .is_some_and(|field| is_default(value, field))
            }),
            (Json::String(text), Type::Uuid) => uuid(text).is_some_and(|id| id.0 == [0; 16]),
            (Json::String(text), _) => text.is_empty(),
            (Json::Array(elements), _) => elements.is_empty(),
            (Json::Number(number), _) => number.as_f64() == Some(0.0),
            (Json::Bool(value), _) => !value,
            _ => false,
        },
    }
}

fn int<T: TryFrom<i64>>(json: &Json, ty: &'static Type) -> Result<T> {
    json.as_i64().and_then(|value| T::try_from(value).ok()).ok_or_else(|| expected(&wanted(ty), json))
}

fn wanted(ty: &Type) -> String {
    match ty {
        Type::Bool => "true or false".into(),
        Type::Int8 => "a number from -128 to 127".into(),
        Type::Int16 => "a number from -32768 to 32767".into(),
        Type::Uint16 => "a number from 0 to 65535".into(),
        Type::Int32 => "a number of 32 bits".into(),
        Type::Uint32 => "a number from 0 to 4294967295".into(),
        Type::Int64 => "a number of 64 bits".into(),
        Type::Float64 => "a number".into(),
        Type::Uuid => "an id of 22 base64 characters or 32 hex digits".into(),
        Type::String => "a string".into(),
        Type::Bytes | Type::Records => "base64".into(),
        Type::Array(element) => format!("an array of {element}"),
        Type::Struct(shape) => format!("an object ({})", shape.name),
    }
}

fn expected(what: &str, found: &Json) -> JsonError {
    let mut found = found.to_string();
    if let Some((end, _)) = found.char_indices().nth(60) {
        found.truncate(end);
        found.push('…');
    }
    JsonError::new(format!("expected {what}, found {found}"))
}

fn base64(text: &str) -> Option<Vec<u8>> {
    ::base64::engine::general_purpose::STANDARD.decode(text).ok()
}

fn uuid(text: &str) -> Option<Uuid> {
    let bytes = match text.len() {
        22 => ::base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).ok()?,
        _ => hex::decode(text.replace('-', "")).ok()?,
    };
    bytes.try_into().ok().map(Uuid)
}
