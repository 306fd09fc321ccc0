//! Our message tables against Kafka's message schemas: every message, version and field, in both
//! directions. This is the tool for moving to a new release of Kafka: with `KAFKIT_SCHEMAS` naming
//! a folder of message JSON files, it compares with that folder instead of what is in `testdata`,
//! and lists all that differs.
//!
//! `testdata/schemas.ndjson.zst` holds Kafka 4.4's messages, one compact JSON object a line;
//! `schemas-3.9.ndjson.zst` those of 3.9 whose oldest versions 4.0 removed:
//! `jq -c . schemas/*.json | zstd --ultra -22 -o testdata/schemas.ndjson.zst`.
#![allow(clippy::unwrap_used, clippy::panic)] // A test that cannot go on has failed.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;

use kafkit::codec::messages::{self, MESSAGES};
use kafkit::codec::schema::{Default as FieldDefault, Field, Kind, Message, Struct, Type, Versions};
use serde_json::Value;

/// Kafka 4.4, or the folder that the environment names.
fn latest() -> BTreeMap<String, Value> {
    match std::env::var_os("KAFKIT_SCHEMAS") {
        Some(folder) => from_folder(Path::new(&folder)),
        None => from_lines(&common::packed("schemas.ndjson")),
    }
}

/// Kafka 3.9, as far as 4.0 removed its versions.
fn former() -> BTreeMap<String, Value> {
    from_lines(&common::packed("schemas-3.9.ndjson"))
}

fn from_lines(text: &str) -> BTreeMap<String, Value> {
    by_name(text.lines().filter(|line| !line.is_empty()).map(|line| serde_json::from_str(line).unwrap()))
}

fn from_folder(folder: &Path) -> BTreeMap<String, Value> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let paths = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "json"));
    by_name(paths.map(|path| {
        // Kafka's own files have comment lines; JSON has none.
        let text = std::fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        serde_json::from_str(&lines.join("\n")).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }))
}

fn by_name(schemas: impl Iterator<Item = Value>) -> BTreeMap<String, Value> {
    let all: BTreeMap<String, Value> =
        schemas.map(|schema| (schema["name"].as_str().unwrap().to_string(), schema)).collect();
    assert!(!all.is_empty(), "no schemas");
    all
}

/// A version range of a schema: `none`, `3`, `0-4`, `2+`.
fn range(text: &str) -> Versions {
    if text.is_empty() || text == "none" {
        return Versions::NONE;
    }
    let number = |text: &str| text.parse().unwrap_or_else(|error| panic!("versions {text:?}: {error}"));
    if let Some(min) = text.strip_suffix('+') {
        return Versions { min: number(min), max: i16::MAX };
    }
    let (min, max) = text.split_once('-').unwrap_or((text, text));
    Versions { min: number(min), max: number(max) }
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_default()
}

/// A field as one version has it. Structs stand before their fields, whose paths begin with theirs.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Flat {
    path: String,
    ty: String,
    nullable: bool,
    tag: Option<u32>,
    /// Kept compact lengths out of a flexible version.
    inflexible: bool,
    default: String,
    ignorable: bool,
}

impl fmt::Display for Flat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, ty, nullable, tag, inflexible, default, ignorable } = self;
        write!(f, "{path}: {ty}, default {default}")?;
        if let Some(tag) = tag {
            write!(f, ", tag {tag}")?;
        }
        for (set, word) in
            [(nullable, "nullable"), (inflexible, "old-style length"), (ignorable, "ignorable")]
        {
            if *set {
                write!(f, ", {word}")?;
            }
        }
        Ok(())
    }
}

/// Untagged fields in wire order, then tagged ones by tag: where those stand in a schema does not
/// matter.
fn ordered<T>(mut fields: Vec<(Option<u32>, T)>) -> impl Iterator<Item = T> {
    fields.sort_by_key(|(tag, _)| tag.map_or(0, |tag| u64::from(tag) + 1));
    fields.into_iter().map(|(_, field)| field)
}

/// Kafka spells fields in camel case; its own files begin them with a capital.
fn lower_first(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or(String::new(), |first| first.to_lowercase().chain(letters).collect())
}

fn default_text(default: FieldDefault) -> String {
    match default {
        FieldDefault::Zero | FieldDefault::Int(0) => "zero".to_string(),
        FieldDefault::Null => "null".to_string(),
        FieldDefault::Int(value) => value.to_string(),
    }
}

fn flatten_ours(shape: &'static Struct, version: i16, prefix: &str, flat: &mut Vec<Flat>) {
    let fields = shape.fields.iter().filter(|field| field.versions.contain(version));
    for field in ordered(fields.map(|field: &'static Field| (field.tag, field)).collect()) {
        let path = format!("{prefix}{}", field.json_name());
        flat.push(Flat {
            path: path.clone(),
            ty: field.ty.to_string(),
            nullable: field.nullable.contain(version),
            tag: field.tag,
            inflexible: field.inflexible,
            default: default_text(field.default),
            ignorable: field.ignorable,
        });
        let element = if let Type::Array(element) = field.ty { *element } else { field.ty };
        if let Type::Struct(inner) = element {
            flatten_ours(inner, version, &format!("{path}."), flat);
        }
    }
}

fn flatten_kafkas(schema: &Value, fields: &Value, version: i16, prefix: &str, flat: &mut Vec<Flat>) {
    let fields = fields.as_array().into_iter().flatten();
    let fields = fields.filter(|field| range(text(field, "versions")).contain(version)).map(|field| {
        let tagged = range(text(field, "taggedVersions")).contain(version);
        (tagged.then(|| u32::try_from(field["tag"].as_u64().unwrap()).unwrap()), field)
    });
    let fields: Vec<_> = fields.collect();
    for (tag, field) in ordered(fields.into_iter().map(|(tag, field)| (tag, (tag, field))).collect()) {
        let path = format!("{prefix}{}", lower_first(text(field, "name")));
        let ty = text(field, "type");
        let null_default = field["default"].as_str() == Some("null");
        let nullable = match field["nullableVersions"].as_str() {
            Some(versions) => range(versions).contain(version),
            None => null_default,
        };
        flat.push(Flat {
            path: path.clone(),
            ty: ty.to_string(),
            nullable,
            tag,
            inflexible: text(field, "flexibleVersions") == "none",
            default: kafkas_default(&field["default"]),
            ignorable: field["ignorable"].as_bool().unwrap_or(false),
        });
        let element = ty.trim_start_matches("[]");
        if element.starts_with(|first: char| first.is_ascii_uppercase()) {
            let own = &field["fields"];
            let common = schema["commonStructs"].as_array().into_iter().flatten();
            let inner = common.into_iter().find(|common| own.is_null() && text(common, "name") == element);
            let inner = inner.map_or(own, |common| &common["fields"]);
            assert!(inner.is_array(), "{} {path}: no struct {element}", schema["name"]);
            flatten_kafkas(schema, inner, version, &format!("{path}."), flat);
        }
    }
}

fn kafkas_default(default: &Value) -> String {
    let value = match default {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match value.as_str() {
        // Records that are not set are null in Kafka's code and empty in ours. Every version has its
        // records, so what they are without never goes over the wire.
        "" | "0" | "false" => "zero".to_string(),
        "true" => "1".to_string(),
        "null" => "null".to_string(),
        hex if hex.starts_with("0x") => i64::from_str_radix(&hex[2..], 16).unwrap().to_string(),
        number => number.to_string(),
    }
}

/// What differs, by message and words, and the versions in which it does.
#[derive(Default)]
struct Differences(BTreeMap<(String, String), BTreeSet<i16>>);

impl Differences {
    /// A difference of the message as a whole.
    fn whole(&mut self, name: &str, what: String) {
        self.0.entry((name.to_string(), what)).or_default();
    }

    fn version(&mut self, name: &str, version: i16, what: String) {
        self.0.entry((name.to_string(), what)).or_default().insert(version);
    }

    fn report(&self) {
        let line = |((name, what), versions): (&(String, String), &BTreeSet<i16>)| match (
            versions.first(),
            versions.last(),
        ) {
            (Some(min), Some(max)) if min == max => format!("{name} v{min}: {what}"),
            (Some(min), Some(max)) => format!("{name} v{min} to v{max}: {what}"),
            _ => format!("{name}: {what}"),
        };
        let lines: Vec<String> = self.0.iter().map(line).collect();
        assert!(lines.is_empty(), "{} differences:\n{}", lines.len(), lines.join("\n"));
    }
}

/// All that differs between one version of a message here and there. `values` says whether defaults
/// and ignorable are compared as well.
fn compare(message: &'static Message, schema: &Value, version: i16, values: bool, found: &mut Differences) {
    let (mut ours, mut kafkas) = (Vec::new(), Vec::new());
    flatten_ours(message.shape, version, "", &mut ours);
    flatten_kafkas(schema, &schema["fields"], version, "", &mut kafkas);
    let mut differ = |what: String| found.version(message.name, version, what);
    for flat in &kafkas {
        match ours.iter().find(|own| own.path == flat.path) {
            None => differ(format!("we lack {flat}")),
            Some(own) => {
                let mut own = own.clone();
                if !values {
                    (own.default, own.ignorable) = (flat.default.clone(), flat.ignorable);
                }
                if own != *flat {
                    differ(format!("Kafka has {flat}; we have {own}"));
                }
            }
        }
    }
    for own in &ours {
        if !kafkas.iter().any(|flat| flat.path == own.path) {
            differ(format!("Kafka lacks {own}"));
        }
    }
    let order = |flat: &[Flat]| flat.iter().map(|field| field.path.clone()).collect::<Vec<_>>();
    let (own_order, order) = (order(&ours), order(&kafkas));
    if own_order.len() == order.len()
        && let Some((own, path)) = own_order.iter().zip(&order).find(|(own, path)| own != path)
    {
        differ(format!("Kafka has {path} where we have {own}"));
    }
    let flexible = range(text(schema, "flexibleVersions")).contain(version);
    if message.flexible.contain(version) != flexible {
        differ(format!("Kafka says flexible: {flexible}"));
    }
}

fn kind_of(schema: &Value) -> Kind {
    match text(schema, "type") {
        "request" => Kind::Request,
        "response" => Kind::Response,
        "header" => Kind::Header,
        "metadata" => Kind::Metadata,
        "coordinator-key" => Kind::CoordinatorKey,
        "coordinator-value" => Kind::CoordinatorValue,
        "data" => Kind::Data,
        other => panic!("{}: type {other}", schema["name"]),
    }
}

#[test]
fn the_latest_release() {
    let mut found = Differences::default();
    let mut compared = 0;
    for (name, schema) in &latest() {
        let valid = range(text(schema, "validVersions"));
        // A release that has removed a message keeps its file, without versions.
        if valid.is_empty() {
            continue;
        }
        let Some(message) = messages::by_name(name) else {
            found.whole(name, format!("we lack this message, versions {valid}"));
            continue;
        };
        let mut differ = |what: String| found.whole(name, what);
        if message.current != valid {
            differ(format!("Kafka knows versions {valid}; we say {}", message.current));
        }
        if !message.versions.contain(valid.min) || !message.versions.contain(valid.max) {
            differ(format!("Kafka knows versions {valid}; we know {} at all", message.versions));
        }
        if message.kind != kind_of(schema) {
            differ(format!("Kafka says it is a {}; we say {:?}", schema["type"], message.kind));
        }
        let key = schema["apiKey"].as_i64().unwrap_or(-1);
        if i64::from(message.key) != key {
            differ(format!("Kafka says key {key}; we say {}", message.key));
        }
        let unstable = schema["latestVersionUnstable"].as_bool().unwrap_or(false);
        for version in valid.min..=valid.max {
            let expected = unstable && version == valid.max;
            if message.unstable.contain(version) != expected {
                found.version(name, version, format!("Kafka says unstable: {expected}"));
            }
        }
        for version in valid.min..=valid.max {
            compare(message, schema, version, true, &mut found);
            compared += 1;
        }
    }
    found.report();
    assert!(compared > 700, "only {compared} versions were compared");
}

#[test]
fn what_kafka_4_removed() {
    let (latest, former) = (latest(), former());
    let mut found = Differences::default();
    for (name, schema) in &former {
        let Some(message) = messages::by_name(name) else {
            found.whole(name, "we lack this message".to_string());
            continue;
        };
        let later = latest.get(name).map(|schema| range(text(schema, "validVersions")));
        let valid = range(text(schema, "validVersions"));
        for version in valid.min..=valid.max {
            if !later.is_some_and(|later| later.contain(version)) {
                compare(message, schema, version, later.is_none(), &mut found);
            }
        }
    }
    found.report();
}

#[test]
fn nothing_of_our_own() {
    // Kafka writes these without schema files, in the code of Connect.
    const WITHOUT_SCHEMA: [&str; 2] = ["ConnectMetadata", "ConnectAssignment"];
    let (latest, former) = (latest(), former());
    let mut found = Differences::default();
    for message in MESSAGES.iter().filter(|message| !WITHOUT_SCHEMA.contains(&message.name)) {
        let known: Vec<Versions> = [&latest, &former]
            .into_iter()
            .filter_map(|schemas| schemas.get(message.name))
            .map(|schema| range(text(schema, "validVersions")))
            .collect();
        for version in message.versions.min..=message.versions.max {
            if !known.iter().any(|known| known.contain(version)) {
                found.version(message.name, version, "Kafka has no such version".to_string());
            }
        }
    }
    found.report();
}
