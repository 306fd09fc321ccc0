//! The fields of a message, and what changed between two of its versions.

use super::apis::{self, gone, place};
use super::object::{Object, lines};
use super::text::{Column, colored, entry, prose, table};
use crate::codec::api::{Api, Listener};
use crate::codec::changes::{self, Change, ChangeKind, struct_of};
use crate::codec::meaning::Meaning;
use crate::codec::schema::{Default, Field, Kind, Message, Struct, Type};
use crate::render::Style;
use crate::render::paint::Ink;

/// Where the values of an enumeration begin.
const VALUES_AT: usize = 24;

/// Appends what an API is, and the fields of its request and response in one version.
pub fn api(api: &Api, version: i16, style: &Style, out: &mut Vec<u8>) {
    api_headline(api, style, out);
    for message in [api.request, api.response] {
        out.push(b'\n');
        fields(message, version, style, out);
    }
    values(&[api.request, api.response], version, style, out);
}

fn api_headline(api: &Api, style: &Style, out: &mut Vec<u8>) {
    colored(style, Ink::Bold, api.name, out);
    let mut words = format!(" · key {}", api.key);
    if let Some(former) = api.former_name {
        words.push_str(&format!(" · formerly {former}"));
    }
    out.extend_from_slice(words.as_bytes());
    out.push(b'\n');
    let mut parts = Vec::new();
    let gone = gone(api);
    match api.removed {
        Some(release) => parts.push(format!("versions {}, removed by Kafka {release}", api.request.versions)),
        None if gone.is_empty() => parts.push(format!("versions {}", api.current())),
        None => parts.push(format!("versions {}; {gone} were removed by Kafka 4.0", api.current())),
    }
    if !api.request.unstable.is_empty() {
        parts.push(format!("{} not final yet", api.request.unstable));
    }
    let served: Vec<&str> = api
        .listeners
        .iter()
        .map(|listener| match listener {
            Listener::Broker => "brokers",
            Listener::Controller => "controllers",
            Listener::ZkBroker => "brokers with ZooKeeper",
        })
        .collect();
    parts.push(format!("served by {}", served.join(" and ")));
    if api.forwardable {
        parts.push("brokers pass it on to the controller".to_owned());
    }
    if api.cluster_action {
        parts.push("for brokers and controllers only (CLUSTER_ACTION)".to_owned());
    }
    prose(&parts.join(" · "), 0, style, out);
}

/// Appends what a message is that stands alone, and its fields in one version.
pub fn message(message: &'static Message, version: i16, style: &Style, out: &mut Vec<u8>) {
    if !matches!(message.kind, Kind::Request | Kind::Response) {
        colored(style, Ink::Bold, message.name, out);
        out.extend_from_slice(" · ".as_bytes());
        out.extend_from_slice(place(message).as_bytes());
        for record_type in apis::record_types(message).take(1) {
            out.extend_from_slice(format!(" ({})", record_type.name).as_bytes());
        }
        out.extend_from_slice(format!("\nversions {}\n\n", message.versions).as_bytes());
    }
    fields(message, version, style, out);
    values(&[message], version, style, out);
}

/// The header version that goes with a version of a request or response.
fn header_version(message: &Message, version: i16) -> Option<i16> {
    let api = crate::codec::api::by_key(message.key);
    match message.kind {
        Kind::Request => api.map(|api| api.request_header_version(version)),
        Kind::Response => api.map(|api| api.response_header_version(version)),
        _ => None,
    }
}

fn fields(message: &'static Message, version: i16, style: &Style, out: &mut Vec<u8>) {
    colored(style, Ink::Bold, &format!("{} v{version}", message.name), out);
    let mut words = String::new();
    if message.flexible.contain(version) {
        words.push_str(" · flexible");
    }
    if let Some(header) = header_version(message, version) {
        words.push_str(&format!(" · header v{header}"));
    }
    out.extend_from_slice(words.as_bytes());
    out.push(b'\n');
    let mut rows = Vec::new();
    collect(message.shape, version, 1, &mut rows);
    if rows.is_empty() {
        out.extend_from_slice(b"  no fields\n");
        return;
    }
    table(&HEAD, &rows, style, out);
}

const HEAD: [Column; 4] = [
    Column::new("  field").ink(Ink::Name),
    Column::new("type"),
    Column::new("since").ink(Ink::Dim),
    Column::new("notes").ink(Ink::Meaning),
];

fn collect(shape: &'static Struct, version: i16, depth: usize, rows: &mut Vec<[String; 4]>) {
    for field in shape.fields.iter().filter(|field| field.versions.contain(version)) {
        rows.push([
            format!("{:indent$}{}", "", field.name, indent = 2 * depth),
            field.ty.to_string(),
            field.versions.to_string(),
            notes(field, version),
        ]);
        if let Some(inner) = struct_of(&field.ty) {
            collect(inner, version, depth + 1, rows);
        }
    }
}

/// What there is to say of a field besides its type: `tag 1, nullable, default -1; broker epoch`.
fn notes(field: &Field, version: i16) -> String {
    let mut notes = Vec::new();
    if let Some(tag) = field.tag {
        notes.push(format!("tag {tag}"));
    }
    if field.nullable.contain(version) {
        notes.push("nullable".to_owned());
    }
    match default(field) {
        Some(_) if field.default == Default::Null && !field.nullable.contain(version) => {}
        Some(default) => notes.push(format!("default {default}")),
        None => {}
    }
    let meaning = words(field.meaning);
    if !meaning.is_empty() && meaning != field.name.replace('_', " ") {
        notes.push(meaning);
    }
    notes.join(", ")
}

/// A default other than zero, false and empty, in JSON's words.
fn default(field: &Field) -> Option<String> {
    match (field.default, field.ty) {
        (Default::Zero, _) => None,
        (Default::Null, _) => Some("null".to_owned()),
        (Default::Int(value), Type::Bool) => Some((value != 0).to_string()),
        (Default::Int(value), _) => Some(value.to_string()),
    }
}

/// A meaning's name in words: `FetchSessionEpoch` is `fetch session epoch`.
fn words(meaning: Meaning) -> String {
    if meaning == Meaning::Plain {
        return String::new();
    }
    let mut words = String::new();
    for letter in format!("{meaning:?}").chars() {
        if letter.is_ascii_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.push(letter.to_ascii_lowercase());
    }
    words
}

/// What the numbers of some fields stand for.
fn values(messages: &[&'static Message], version: i16, style: &Style, out: &mut Vec<u8>) {
    let mut meanings: Vec<Meaning> = Vec::new();
    for message in messages {
        visit(message.shape, version, &mut |field| {
            if !meanings.contains(&field.meaning) {
                meanings.push(field.meaning);
            }
        });
    }
    let mut title = "\nvalues\n";
    for meaning in meanings {
        let senses: Vec<String> = meaning.senses().map(|(value, sense)| format!("{value} {sense}")).collect();
        let text = match meaning {
            Meaning::ErrorCode => "kafkit errors lists them".to_owned(),
            Meaning::ApiKey => "kafkit apis lists them".to_owned(),
            _ if senses.is_empty() => continue,
            _ => senses.join(" · "),
        };
        out.extend_from_slice(std::mem::take(&mut title).as_bytes());
        entry(&words(meaning), &text, VALUES_AT, style, out);
    }
}

fn visit(shape: &'static Struct, version: i16, each: &mut impl FnMut(&'static Field)) {
    for field in shape.fields.iter().filter(|field| field.versions.contain(version)) {
        each(field);
        if let Some(inner) = struct_of(&field.ty) {
            visit(inner, version, each);
        }
    }
}

/// Appends what changed between two versions of some messages.
pub fn diff(messages: &[&'static Message], [from, to]: [i16; 2], style: &Style, out: &mut Vec<u8>) {
    for (number, message) in messages.iter().enumerate() {
        if number > 0 {
            out.push(b'\n');
        }
        colored(style, Ink::Bold, &format!("{} v{from} to v{to}", message.name), out);
        out.push(b'\n');
        let changes = changes::between(message, from, to);
        let mut frame = Vec::new();
        match (message.flexible.contain(from), message.flexible.contain(to)) {
            (false, true) => frame.push("becomes flexible: compact lengths and tagged fields".to_owned()),
            (true, false) => frame.push("is not flexible any more".to_owned()),
            _ => {}
        }
        match (header_version(message, from), header_version(message, to)) {
            (Some(before), Some(after)) if before != after => {
                frame.push(format!("header v{before} becomes v{after}"));
            }
            _ => {}
        }
        if changes.is_empty() && frame.is_empty() {
            out.extend_from_slice(b"  no field differs\n");
        }
        for words in frame {
            prose(&format!("* {words}"), 2, style, out);
        }
        let width = changes.iter().map(|change| path(change, |field| field.name.to_owned()).len()).max();
        for change in &changes {
            self::change(change, width.unwrap_or_default(), to, from, style, out);
        }
    }
}

fn change(change: &Change, width: usize, to: i16, from: i16, style: &Style, out: &mut Vec<u8>) {
    let Some(field) = change.field() else { return };
    let (sign, ink, words) = match change.kind {
        ChangeKind::Added => ("+", Ink::Good, described(field, to)),
        ChangeKind::Removed => ("-", Ink::Error, described(field, from)),
        ChangeKind::NowNullable => ("*", Ink::Note, "may be null".to_owned()),
        ChangeKind::NoLongerNullable => ("*", Ink::Note, "may not be null any more".to_owned()),
    };
    let path = path(change, |field| field.name.to_owned());
    out.extend_from_slice(b"  ");
    colored(style, ink, sign, out);
    out.extend_from_slice(format!(" {path:width$}  {words}\n").as_bytes());
}

fn described(field: &Field, version: i16) -> String {
    let notes = notes(field, version);
    if notes.is_empty() { field.ty.to_string() } else { format!("{}, {notes}", field.ty) }
}

/// `topics[].partitions[].leader_epoch`.
fn path(change: &Change, name: impl Fn(&Field) -> String) -> String {
    let mut path = String::new();
    for (number, field) in change.path.iter().enumerate() {
        if number > 0 {
            path.push('.');
        }
        path.push_str(&name(field));
        if number + 1 < change.path.len() && matches!(field.ty, Type::Array(_)) {
            path.push_str("[]");
        }
    }
    path
}

/// Appends an API as a JSON object.
pub fn api_json(api: &Api, version: i16, out: &mut Vec<u8>) {
    let mut object = Object::new(out);
    apis::head_json(api, &mut object);
    for (name, message) in [("request", api.request), ("response", api.response)] {
        message_object(message, version, object.member(name));
    }
    object.end();
    out.push(b'\n');
}

/// Appends a message as a JSON object.
pub fn message_json(message: &'static Message, version: i16, out: &mut Vec<u8>) {
    message_object(message, version, out);
    out.push(b'\n');
}

fn message_object(message: &'static Message, version: i16, out: &mut Vec<u8>) {
    let mut object = Object::new(out);
    head_json(message, &mut object);
    object.int("version", version.into());
    if let Some(header) = header_version(message, version) {
        object.int("headerVersion", header.into());
    }
    object.flag("flexible", message.flexible.contain(version));
    fields_json(message.shape, version, 1, object.member("fields"));
    object.end();
}

/// Writes what there is to say of a message besides its fields.
pub fn head_json(message: &'static Message, object: &mut Object<'_>) {
    object.text("name", message.name);
    let kind = match message.kind {
        Kind::Request => "request",
        Kind::Response => "response",
        Kind::Header => "header",
        Kind::Metadata => "metadata",
        Kind::CoordinatorKey => "coordinator-key",
        Kind::CoordinatorValue => "coordinator-value",
        Kind::Data => "data",
    };
    object.text("type", kind);
    for record_type in apis::record_types(message).take(1) {
        object.text("log", record_type.family.name());
        object.int("recordType", record_type.id.into());
        object.text("recordTypeName", record_type.name);
    }
    object.text("versions", &message.versions.to_string());
    let flexible = Some(message.flexible.to_string()).filter(|_| !message.flexible.is_empty());
    object.text_or_null("flexibleVersions", flexible.as_deref());
}

fn fields_json(shape: &'static Struct, version: i16, depth: usize, out: &mut Vec<u8>) {
    let fields = shape.fields.iter().filter(|field| field.versions.contain(version));
    lines(fields, depth, out, |field, out| {
        let mut object = Object::new(out);
        object.text("name", &field.json_name());
        object.text("type", &field.ty.to_string());
        object.text("versions", &field.versions.to_string());
        if !field.nullable.is_empty() {
            object.text("nullableVersions", &field.nullable.to_string());
        }
        if let Some(tag) = field.tag {
            object.int("tag", tag.into());
        }
        if let Some(default) = default(field) {
            object.member("default").extend_from_slice(default.as_bytes());
        }
        object.flag("ignorable", field.ignorable);
        if field.inflexible {
            object.text("flexibleVersions", "none");
        }
        if field.meaning != Meaning::Plain {
            object.text("meaning", &words(field.meaning));
        }
        if let Some(inner) = struct_of(&field.ty) {
            fields_json(inner, version, depth + 1, object.member("fields"));
        }
        object.end();
    });
}

/// Appends what changed between two versions of some messages as a JSON array, one message a line.
pub fn diff_json(messages: &[&'static Message], [from, to]: [i16; 2], out: &mut Vec<u8>) {
    lines(messages.iter().copied(), 1, out, |message, out| {
        let mut object = Object::new(out);
        object.text("name", message.name);
        object.int("from", from.into());
        object.int("to", to.into());
        for (name, version) in [("flexibleFrom", from), ("flexibleTo", to)] {
            object.flag(name, message.flexible.contain(version));
        }
        for (name, version) in [("headerVersionFrom", from), ("headerVersionTo", to)] {
            if let Some(header) = header_version(message, version) {
                object.int(name, header.into());
            }
        }
        lines(changes::between(message, from, to), 2, object.member("changes"), |change, out| {
            let mut object = Object::new(out);
            object.text("path", &format!(".{}", path(&change, Field::json_name)));
            let kind = match change.kind {
                ChangeKind::Added => "added",
                ChangeKind::Removed => "removed",
                ChangeKind::NowNullable => "now nullable",
                ChangeKind::NoLongerNullable => "no longer nullable",
            };
            object.text("change", kind);
            if let Some(field) = change.field() {
                object.text("type", &field.ty.to_string());
            }
            object.end();
        });
        object.end();
    });
    out.push(b'\n');
}
