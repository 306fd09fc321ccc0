//! The list of APIs, and that of the messages that are not part of one.

use super::object::{Object, array, lines};
use super::text::{Column, prose, table};
use crate::codec::api::{Api, Listener};
use crate::codec::json::string;
use crate::codec::record_types::{Family, RecordType, VERSION_PREFIXED};
use crate::codec::schema::{Kind, Message, Versions};
use crate::render::Style;
use crate::render::paint::Ink;

/// Appends the APIs as a table that fits 80 columns.
pub fn list(apis: &[Api], style: &Style, out: &mut Vec<u8>) {
    let head = [
        Column::new("key").right(),
        Column::new("api").ink(Ink::Name),
        Column::new("versions"),
        Column::new("gone"),
        Column::new("flex"),
        Column::new("hdr"),
        Column::new("on"),
    ];
    let rows: Vec<[String; 7]> = apis
        .iter()
        .map(|api| {
            let current = api.current();
            let (offered, unstable) = stable(api.request);
            let listeners = api.listeners.iter().map(|listener| match listener {
                Listener::Broker => "B",
                Listener::Controller => "C",
                Listener::ZkBroker => "Z",
            });
            [
                api.key.to_string(),
                api.name.to_owned(),
                match (api.removed, unstable) {
                    (Some(_), _) => "-".to_owned(),
                    (None, false) => offered.to_string(),
                    (None, true) => format!("{offered} *"),
                },
                gone(api).to_string().replace("none", "-"),
                api.request.flexible.to_string().replace("none", "-"),
                format!(
                    "{}/{}",
                    api.request_header_version(current.max),
                    api.response_header_version(current.max)
                ),
                listeners.collect::<Vec<_>>().join(" "),
            ]
        })
        .collect();
    table(&head, &rows, style, out);
    out.push(b'\n');
    prose(LEGEND, 0, style, out);
}

const LEGEND: &str = "versions: of Kafka 4.4 (* the next one is not final yet, and not offered by default). gone: \
removed by Kafka 4.0, read all the same. flex: those with compact lengths and tagged fields. hdr: versions of the \
request's and the response's header in the newest one. on: B brokers, C controllers, Z brokers with ZooKeeper.";

/// The versions that are final, and whether there are others.
fn stable(message: &Message) -> (Versions, bool) {
    let Versions { min, mut max } = message.current;
    while max > min && message.unstable.contain(max) {
        max -= 1;
    }
    (Versions { min, max }, max < message.current.max)
}

/// The versions that Kafka 4.0 removed.
pub fn gone(api: &Api) -> Versions {
    let (all, current) = (api.request.versions, api.current());
    match api.removed {
        Some(_) => all,
        None if all.min < current.min => Versions { min: all.min, max: current.min - 1 },
        None => Versions::NONE,
    }
}

/// Appends the APIs as a JSON array, one object a line.
pub fn list_json(apis: &[Api], out: &mut Vec<u8>) {
    lines(apis, 1, out, |api, out| {
        let mut object = Object::new(out);
        head_json(api, &mut object);
        object.end();
    });
    out.push(b'\n');
}

/// Writes what there is to say of an API besides its fields.
pub fn head_json(api: &Api, object: &mut Object<'_>) {
    let optional = |versions: Versions| Some(versions.to_string()).filter(|_| !versions.is_empty());
    let current = api.current();
    object.int("key", api.key.into());
    object.text("name", api.name);
    object.text_or_null("formerName", api.former_name);
    object.text("versions", &api.request.versions.to_string());
    object.text_or_null("validVersions", optional(current).filter(|_| api.removed.is_none()).as_deref());
    object.text_or_null("removedVersions", optional(gone(api)).as_deref());
    object.text_or_null("unstableVersions", optional(api.request.unstable).as_deref());
    object.text_or_null("flexibleVersions", optional(api.request.flexible).as_deref());
    object.int("requestHeaderVersion", api.request_header_version(current.max).into());
    object.int("responseHeaderVersion", api.response_header_version(current.max).into());
    array(api.listeners, object.member("listeners"), |listener, out| {
        string(listener_name(*listener).as_bytes(), out);
    });
    object.flag("forwardable", api.forwardable);
    object.flag("clusterAction", api.cluster_action);
    object.text_or_null("removedIn", api.removed);
}

/// As Kafka's schemas spell it.
fn listener_name(listener: Listener) -> &'static str {
    match listener {
        Listener::Broker => "broker",
        Listener::Controller => "controller",
        Listener::ZkBroker => "zkBroker",
    }
}

/// Appends every message that is not an API's request or response.
pub fn messages(messages: &[&'static Message], style: &Style, out: &mut Vec<u8>) {
    let head = [
        Column::new("message").ink(Ink::Name),
        Column::new("versions"),
        Column::new("flex"),
        Column::new("stands in"),
    ];
    let rows: Vec<[String; 4]> = others(messages)
        .map(|message| {
            [
                message.name.to_owned(),
                message.versions.to_string(),
                message.flexible.to_string().replace("none", "-"),
                short_place(message),
            ]
        })
        .collect();
    table(&head, &rows, style, out);
}

/// Appends the same as a JSON array, one object a line.
pub fn messages_json(messages: &[&'static Message], out: &mut Vec<u8>) {
    lines(others(messages), 1, out, |message, out| {
        let mut object = Object::new(out);
        super::fields::head_json(message, &mut object);
        object.end();
    });
    out.push(b'\n');
}

fn others<'m>(messages: &'m [&'static Message]) -> impl Iterator<Item = &'static Message> + 'm {
    messages.iter().copied().filter(|message| !matches!(message.kind, Kind::Request | Kind::Response))
}

/// The record types that a message is key or value of.
pub fn record_types(message: &'static Message) -> impl Iterator<Item = &'static RecordType> {
    Family::ALL.into_iter().flat_map(Family::record_types).filter(move |record_type| {
        std::ptr::eq(record_type.value, message)
            || record_type.key.is_some_and(|key| std::ptr::eq(key, message))
    })
}

/// The same in few letters, for the list: `group 2 key`.
fn short_place(message: &'static Message) -> String {
    let Some(record_type) = record_types(message).next() else { return place(message) };
    let (log, id) = (record_type.family.name(), record_type.id);
    let all = record_types(message).count() > 1;
    match (message.kind, all) {
        (Kind::CoordinatorKey, _) => format!("{log} {id} key"),
        (Kind::CoordinatorValue, _) => format!("{log} {id} value"),
        (_, true) => format!("{log} records"),
        (_, false) => format!("{log} {id}"),
    }
}

/// Where a message is found that is not an API's: `__consumer_offsets, key of type 2`.
pub fn place(message: &'static Message) -> String {
    let types: Vec<&RecordType> = record_types(message).collect();
    if let [first, rest @ ..] = types.as_slice() {
        let part = if std::ptr::eq(first.value, message) { "value" } else { "key" };
        let log = first.family.topic().unwrap_or("control batches");
        return match rest.last() {
            None => format!("{log}, {part} of type {}", first.id),
            Some(last) => format!("{log}, {part} of types {}-{}", first.id, last.id),
        };
    }
    let words = match message.kind {
        Kind::Header if message.name.starts_with("Request") => "before a request",
        Kind::Header => "before a response",
        _ if VERSION_PREFIXED.iter().any(|other| std::ptr::eq(*other, message)) => "behind its version",
        _ => "by itself",
    };
    words.to_owned()
}
