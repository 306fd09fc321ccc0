//! What is different between two clusters, or between two offsets of one.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::page::Page;
use super::{cluster, cluster_json, words};
use crate::codec::meaning::Meaning;
use crate::codec::secrets;
use crate::render::Style;
use crate::render::paint::Ink;
use crate::state::cluster::Cluster;

/// What an entity goes by: the place of its kind, its name, its number where it is a partition.
type Key = (usize, String, i32);

/// The kinds in the order in which they are shown, by their names.
const KINDS: [&str; 13] = [
    "quorum",
    "voter",
    "broker",
    "controller",
    "feature",
    "topic",
    "partition",
    "config",
    "quota",
    "producerIds",
    "acl",
    "scram",
    "delegationToken",
];

/// Something in a cluster that comes, goes or changes.
#[derive(Default)]
struct Entity {
    fields: Map<String, Value>,
    /// Values that are compared and not shown.
    secrets: BTreeMap<String, Vec<u8>>,
}

/// One difference.
enum Change {
    Added(Map<String, Value>),
    Removed(Map<String, Value>),
    /// The fields before and after; of a secret, nothing of either.
    Changed(Vec<(String, Option<(Value, Value)>)>),
}

/// Appends what is different in `b`, a line each: `+` is there now, `-` no longer, `~` has changed.
pub fn render(a: &Cluster, b: &Cluster, style: Style, out: &mut Vec<u8>) {
    let mut page = Page::new(out, style);
    let (from, to) = (a.provenance().last_contained_offset, b.provenance().last_contained_offset);
    page.title(&format!("From offset {from} to offset {to}"));
    let changes = changes(a, b);
    if changes.is_empty() {
        page.line("Nothing is different.");
    }
    for (key, change) in &changes {
        let what = label(key);
        match change {
            Change::Added(fields) => page.inked(Ink::Good, &format!("+ {what}{}", listed(fields))),
            Change::Removed(fields) => page.inked(Ink::Error, &format!("- {what}{}", listed(fields))),
            Change::Changed(fields) => {
                let fields: Vec<String> = fields
                    .iter()
                    .map(|(name, values)| match values {
                        Some((before, after)) => {
                            format!("{}: {} -> {}", words::clean(name), shown(before), shown(after))
                        }
                        None => format!("{}: another value (redacted)", words::clean(name)),
                    })
                    .collect();
                page.inked(Ink::Note, &format!("~ {what}  {}", fields.join(", ")));
            }
        }
    }
}

/// The same as JSON: objects with `change`, `kind`, `name` and the values before and after.
pub fn json(a: &Cluster, b: &Cluster) -> Value {
    let mut all = Vec::new();
    for (key, change) in changes(a, b) {
        let name = name(&key);
        let kind = KINDS.get(key.0).copied().unwrap_or_default();
        all.push(match change {
            Change::Added(after) => json!({"change": "added", "kind": kind, "name": name, "after": after}),
            Change::Removed(before) => {
                json!({"change": "removed", "kind": kind, "name": name, "before": before})
            }
            Change::Changed(fields) => {
                let fields: Map<String, Value> = fields
                    .into_iter()
                    .map(|(name, values)| match values {
                        Some((before, after)) => (name, json!({"before": before, "after": after})),
                        None => (name, json!({"before": words::HIDDEN, "after": words::HIDDEN})),
                    })
                    .collect();
                json!({"change": "changed", "kind": kind, "name": name, "fields": fields})
            }
        });
    }
    json!({
        "fromOffset": a.provenance().last_contained_offset,
        "toOffset": b.provenance().last_contained_offset,
        "changes": all,
    })
}

fn changes(a: &Cluster, b: &Cluster) -> Vec<(Key, Change)> {
    let (mut before, after) = (entities(a), entities(b));
    let mut changes = Vec::new();
    for (key, new) in after {
        match before.remove(&key) {
            None => changes.push((key, Change::Added(new.fields))),
            Some(old) => {
                let fields = changed(&old, &new);
                if !fields.is_empty() {
                    changes.push((key, Change::Changed(fields)));
                }
            }
        }
    }
    changes.extend(before.into_iter().map(|(key, old)| (key, Change::Removed(old.fields))));
    changes.sort_by(|(a, _), (b, _)| a.cmp(b));
    changes
}

fn changed(old: &Entity, new: &Entity) -> Vec<(String, Option<(Value, Value)>)> {
    let mut fields = Vec::new();
    let names: std::collections::BTreeSet<&String> = old.fields.keys().chain(new.fields.keys()).collect();
    for name in names {
        let value = |entity: &Entity| entity.fields.get(name).cloned().unwrap_or(Value::Null);
        let (before, after) = (value(old), value(new));
        if before != after {
            fields.push((name.clone(), Some((before, after))));
        }
    }
    let names: std::collections::BTreeSet<&String> = old.secrets.keys().chain(new.secrets.keys()).collect();
    for name in names {
        if old.secrets.get(name) != new.secrets.get(name) {
            fields.push((name.clone(), None));
        }
    }
    fields
}

fn entities(cluster: &Cluster) -> BTreeMap<Key, Entity> {
    let mut all = BTreeMap::new();
    let mut add = |kind: &str, name: String, number: i32, fields: Map<String, Value>| {
        let kind = KINDS.iter().position(|known| *known == kind).unwrap_or(KINDS.len());
        all.insert((kind, name, number), Entity { fields, secrets: BTreeMap::new() });
    };
    let image = cluster.image();
    add("quorum", String::new(), 0, cluster_json::quorum(cluster.quorum()));
    for voter in &cluster.quorum().voters {
        add("voter", String::new(), voter.id, cluster_json::voter(voter));
    }
    for (id, broker) in &image.brokers {
        add("broker", String::new(), *id, cluster_json::broker(*id, broker));
    }
    for (id, controller) in &image.controllers {
        add("controller", String::new(), *id, cluster_json::controller(*id, controller));
    }
    for (name, level) in &image.features {
        add("feature", name.clone(), 0, Map::from_iter([("featureLevel".to_string(), json!(level))]));
    }
    for topic in image.topics.iter() {
        add("topic", topic.name.clone(), 0, cluster_json::topic(topic));
        for (id, partition) in &topic.partitions {
            add("partition", topic.name.clone(), *id, cluster_json::partition(*id, partition));
        }
    }
    for (whom, values) in &image.quotas {
        let fields = values.iter().map(|(key, value)| (key.clone(), json!(value))).collect();
        add("quota", cluster::entity(whom), 0, fields);
    }
    if let Some(ids) = &image.producer_ids {
        add("producerIds", String::new(), 0, cluster_json::producer_ids(ids));
    }
    for (id, acl) in &image.acls {
        add("acl", words::uuid(*id), 0, cluster_json::acl(*id, acl));
    }
    for (id, token) in &image.tokens {
        add("delegationToken", id.clone(), 0, cluster_json::token(id, token));
    }
    add_secrets(cluster, &mut all);
    all
}

/// Configurations and credentials, of which some must not be shown but may have changed.
fn add_secrets(cluster: &Cluster, all: &mut BTreeMap<Key, Entity>) {
    let place = |kind: &str| KINDS.iter().position(|known| *known == kind).unwrap_or(KINDS.len());
    for (resource, configs) in &cluster.image().configs {
        let kind = words::word(Meaning::ConfigResourceType, resource.resource_type.into());
        let mut entity = Entity::default();
        for (name, value) in configs {
            if secrets::is_secret_name(name.as_bytes()) {
                entity.secrets.insert(name.clone(), value.clone().into_bytes());
            } else {
                entity.fields.insert(name.clone(), json!(value));
            }
        }
        let name = if resource.name.is_empty() { "(all)" } else { &resource.name };
        all.insert((place("config"), format!("{kind} {name}"), 0), entity);
    }
    for (key, credential) in &cluster.image().scram {
        let mechanism = words::word(Meaning::ScramMechanism, key.mechanism.into());
        let secrets = BTreeMap::from([
            ("salt".to_string(), credential.salt.clone()),
            ("serverKey".to_string(), credential.server_key.clone()),
            ("storedKey".to_string(), credential.stored_key.clone()),
        ]);
        let entity = Entity { fields: cluster_json::scram(key, credential), secrets };
        all.insert((place("scram"), format!("{} {mechanism}", key.user), 0), entity);
    }
}

fn name((kind, name, number): &Key) -> String {
    match KINDS.get(*kind).copied().unwrap_or_default() {
        "partition" => format!("{name}-{number}"),
        "voter" | "broker" | "controller" => number.to_string(),
        _ => name.clone(),
    }
}

fn label(key: &Key) -> String {
    let kind = KINDS.get(key.0).copied().unwrap_or_default();
    let name = words::clean(&name(key));
    if name.is_empty() { kind.to_string() } else { format!("{kind} {name}") }
}

/// The fields that say something.
fn listed(fields: &Map<String, Value>) -> String {
    let said = fields.iter().filter(|(_, value)| match value {
        Value::Null => false,
        Value::Array(values) => !values.is_empty(),
        Value::String(text) => !text.is_empty(),
        _ => true,
    });
    let parts: Vec<String> =
        said.map(|(name, value)| format!("{}={}", words::clean(name), shown(value))).collect();
    if parts.is_empty() { String::new() } else { format!("  {}", parts.join(" ")) }
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => words::clean(text),
        Value::Null => "none".to_string(),
        other => words::clean(&other.to_string()),
    }
}
