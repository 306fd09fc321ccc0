//! A cluster as of an offset.

use serde_json::{Value, json};

use super::page::{Page, number, text};
use super::{cluster_json, words};
use crate::codec::meaning::Meaning;
use crate::codec::wire::Uuid;
use crate::render::Style;
use crate::state::cluster::nodes::{Broker, Endpoint};
use crate::state::cluster::settings::QuotaEntity;
use crate::state::cluster::topics::{Partition, Topic};
use crate::state::cluster::{Cluster, Image};

/// `LeaderRecoveryState.RECOVERED`, as nearly always.
const RECOVERED: i8 = 0;

/// Appends the cluster as text: quorum, nodes, features, topics with their partitions, configurations,
/// quotas, who may do what.
pub fn render(cluster: &Cluster, style: Style, out: &mut Vec<u8>) {
    let mut page = Page::new(out, style);
    let image = cluster.image();
    header(&mut page, cluster);
    quorum(&mut page, cluster);
    nodes(&mut page, image);
    features(&mut page, image);
    topics(&mut page, image);
    settings(&mut page, image);
    access(&mut page, image);
}

fn header(page: &mut Page<'_>, cluster: &Cluster) {
    let at = cluster.provenance();
    if at.last_contained_offset < 0 {
        page.title("Cluster before the first record");
    } else {
        page.title(&format!(
            "Cluster as of offset {} (epoch {}, {})",
            at.last_contained_offset,
            at.last_contained_epoch,
            words::time(at.last_contained_timestamp)
        ));
    }
    if let Some(open) = cluster.transaction() {
        let name = open.name.as_deref().map(|name| format!(" {:?}", words::clean(name))).unwrap_or_default();
        page.line(&format!(
            "The metadata transaction{name} is open since offset {}; its records do not show.",
            open.offset
        ));
    }
}

fn quorum(page: &mut Page<'_>, cluster: &Cluster) {
    let quorum = cluster.quorum();
    if quorum.leader.is_none() && quorum.voters.is_empty() {
        return;
    }
    page.section("Quorum");
    let leader = quorum.leader.map(|leader| {
        format!("controller {}, epoch {} since offset {}", leader.id, leader.epoch, leader.offset)
    });
    page.facts(&[
        ("leader", leader.unwrap_or_default()),
        ("kraft.version", quorum.kraft_version.map(|level| level.to_string()).unwrap_or_default()),
    ]);
    let rows: Vec<_> = quorum
        .voters
        .iter()
        .map(|voter| {
            let endpoints = voter.endpoints.iter();
            let directory = match voter.directory_id {
                Uuid(zero) if zero == [0; 16] => String::new(),
                id => words::uuid(id),
            };
            vec![
                voter.id.to_string(),
                directory,
                words::joined(
                    endpoints.map(|(name, host, port)| words::clean(&format!("{name}://{host}:{port}"))),
                ),
            ]
        })
        .collect();
    page.table(&[number("voter"), text("directory"), text("endpoints")], &rows);
}

fn listener(id: i32, (name, endpoint): (&String, &Endpoint)) -> Vec<String> {
    vec![
        id.to_string(),
        words::clean(name),
        words::clean(&format!("{}:{}", endpoint.host, endpoint.port)),
        words::word(Meaning::SecurityProtocol, endpoint.security_protocol.into()),
    ]
}

/// Where nodes listen.
fn listeners(page: &mut Page<'_>, rows: &[Vec<String>]) {
    page.table(&[number("id"), text("listener"), text("address"), text("security")], rows);
}

/// What a broker is up to.
fn state(broker: &Broker) -> &'static str {
    match (broker.fenced, broker.in_controlled_shutdown) {
        (true, true) => "fenced, shutting down",
        (true, false) => "fenced",
        (false, true) => "shutting down",
        (false, false) => "active",
    }
}

fn nodes(page: &mut Page<'_>, image: &Image) {
    page.section(&format!("Brokers ({})", image.brokers.len()));
    let rows: Vec<_> = image
        .brokers
        .iter()
        .map(|(id, broker)| {
            vec![
                id.to_string(),
                broker.epoch.to_string(),
                state(broker).to_string(),
                words::clean_option(&broker.rack),
                words::uuid(broker.incarnation_id),
            ]
        })
        .collect();
    page.table(&[number("id"), number("epoch"), text("state"), text("rack"), text("incarnation")], &rows);
    let rows: Vec<_> = image
        .brokers
        .iter()
        .flat_map(|(id, broker)| broker.endpoints.iter().map(|one| listener(*id, one)))
        .collect();
    listeners(page, &rows);
    let mut rows = Vec::new();
    for (id, broker) in &image.brokers {
        for directory in &broker.log_dirs {
            let cordoned = broker.cordoned_log_dirs.as_ref().is_some_and(|all| all.contains(directory));
            let state = if cordoned { "cordoned" } else { "" };
            rows.push(vec![id.to_string(), words::directory(*directory), state.to_string()]);
        }
    }
    page.table(&[number("id"), text("log directory"), text("state")], &rows);
    if !image.controllers.is_empty() {
        page.section(&format!("Controllers ({})", image.controllers.len()));
        let rows: Vec<_> = image
            .controllers
            .iter()
            .map(|(id, controller)| vec![id.to_string(), words::uuid(controller.incarnation_id)])
            .collect();
        page.table(&[number("id"), text("incarnation")], &rows);
        let rows: Vec<_> = image
            .controllers
            .iter()
            .flat_map(|(id, controller)| controller.endpoints.iter().map(|one| listener(*id, one)))
            .collect();
        listeners(page, &rows);
    }
}

fn features(page: &mut Page<'_>, image: &Image) {
    page.section(&format!("Features ({})", image.features.len()));
    let rows: Vec<_> =
        image.features.iter().map(|(name, level)| vec![words::clean(name), level.to_string()]).collect();
    page.table(&[text("name"), number("level")], &rows);
    if let Some(state) = image.zk_migration_state {
        let state = words::word(Meaning::ZkMigrationState, state.into());
        page.facts(&[("ZooKeeper migration", state)]);
    }
}

fn topics(page: &mut Page<'_>, image: &Image) {
    page.section(&format!("Topics ({})", image.topics.len()));
    let rows: Vec<_> = image
        .topics
        .iter()
        .map(|topic| {
            let partitions = topic.partitions.len().to_string();
            vec![words::clean(&topic.name), words::uuid(topic.id), partitions]
        })
        .collect();
    page.table(&[text("topic"), text("id"), number("partitions")], &rows);
    let rows: Vec<_> = image
        .topics
        .iter()
        .flat_map(|topic| topic.partitions.iter().map(|one| partition(&topic.name, one)))
        .collect();
    page.section(&format!("Partitions ({})", rows.len()));
    page.table(
        &[
            text("partition"),
            number("leader"),
            number("epoch"),
            text("replicas"),
            text("ISR"),
            text("directories"),
            text("note"),
        ],
        &rows,
    );
}

fn partition(topic: &str, (id, partition): (&i32, &Partition)) -> Vec<String> {
    vec![
        format!("{}-{id}", words::clean(topic)),
        words::word(Meaning::BrokerId, partition.leader.into()),
        partition.leader_epoch.to_string(),
        words::numbers(&partition.replicas),
        words::numbers(&partition.isr),
        words::joined(partition.directories.iter().map(|id| words::directory(*id))),
        note(partition),
    ]
}

/// What is not so with most partitions.
fn note(partition: &Partition) -> String {
    let mut notes: Vec<String> = [
        ("adding", &partition.adding_replicas),
        ("removing", &partition.removing_replicas),
        ("ELR", &partition.eligible_leader_replicas),
        ("last known ELR", &partition.last_known_elr),
    ]
    .into_iter()
    .filter(|(_, replicas)| !replicas.is_empty())
    .map(|(what, replicas)| format!("{what} {}", words::numbers(replicas)))
    .collect();
    if partition.leader_recovery_state != RECOVERED {
        notes.push(words::word(Meaning::LeaderRecoveryState, partition.leader_recovery_state.into()));
    }
    notes.join(", ")
}

/// Whom a quota is for: `user=bob client-id=(default)`.
pub(super) fn entity(entity: &QuotaEntity) -> String {
    let part = |(kind, name): (&String, &Option<String>)| {
        format!("{}={}", words::clean(kind), name.as_deref().map_or("(default)".into(), words::clean))
    };
    entity.iter().map(part).collect::<Vec<_>>().join(" ")
}

fn settings(page: &mut Page<'_>, image: &Image) {
    if !image.configs.is_empty() {
        page.section(&format!("Configurations ({})", image.configs.len()));
        for (resource, configs) in &image.configs {
            let kind = words::word(Meaning::ConfigResourceType, resource.resource_type.into());
            let name = if resource.name.is_empty() { "(all)".into() } else { words::clean(&resource.name) };
            page.part(&format!("{kind} {name}"));
            for (name, value) in configs {
                page.line(&format!("{}={}", words::clean(name), words::config(name, value)));
            }
        }
    }
    if !image.quotas.is_empty() {
        page.section(&format!("Quotas ({})", image.quotas.len()));
        let mut rows = Vec::new();
        for (whom, quotas) in &image.quotas {
            for (key, value) in quotas {
                rows.push(vec![entity(whom), words::clean(key), value.to_string()]);
            }
        }
        page.table(&[text("for"), text("key"), number("value")], &rows);
    }
    if let Some(ids) = image.producer_ids {
        page.section("Producer ids");
        let last = match ids.broker_id {
            -1 => String::new(),
            id => format!("The last block went to broker {id} (epoch {}). ", ids.broker_epoch),
        };
        page.line(&format!("{last}The next block begins at {}.", ids.next_producer_id));
    }
}

fn access(page: &mut Page<'_>, image: &Image) {
    if !image.acls.is_empty() {
        page.section(&format!("ACLs ({})", image.acls.len()));
        let mut rows: Vec<_> = image
            .acls
            .values()
            .map(|acl| {
                let kind = words::word(Meaning::AclResourceType, acl.resource_type.into());
                // A literal name needs no word.
                let pattern = match words::word(Meaning::PatternType, acl.pattern_type.into()) {
                    literal if literal == "LITERAL" => String::new(),
                    pattern => format!(" ({pattern})"),
                };
                vec![
                    words::word(Meaning::PermissionType, acl.permission_type.into()),
                    words::clean(&acl.principal),
                    words::clean(&acl.host),
                    words::word(Meaning::AclOperation, acl.operation.into()),
                    format!("{kind} {}{pattern}", words::clean(&acl.resource_name)),
                ]
            })
            .collect();
        rows.sort_by(|a, b| a.last().cmp(&b.last()).then_with(|| a.cmp(b)));
        let head = [text("permission"), text("principal"), text("from"), text("operation"), text("on")];
        page.table(&head, &rows);
    }
    if !image.scram.is_empty() {
        page.section(&format!("SCRAM credentials ({})", image.scram.len()));
        let rows: Vec<_> = image
            .scram
            .iter()
            .map(|(key, credential)| {
                let mechanism = words::word(Meaning::ScramMechanism, key.mechanism.into());
                let iterations = credential.iterations.to_string();
                vec![words::clean(&key.user), mechanism, iterations, words::HIDDEN.to_string()]
            })
            .collect();
        page.table(&[text("user"), text("mechanism"), number("iterations"), text("salt and keys")], &rows);
    }
    if !image.tokens.is_empty() {
        page.section(&format!("Delegation tokens ({})", image.tokens.len()));
        for (id, token) in &image.tokens {
            page.part(&words::clean(id));
            page.facts(&[
                ("owner", words::clean(&token.owner)),
                ("requester", words::clean(&token.requester)),
                ("renewers", words::joined(token.renewers.iter().map(|name| words::clean(name)))),
                ("issued", words::time(token.issue_timestamp)),
                ("expires", words::time(token.expiration_timestamp)),
                ("at the latest", words::time(token.max_timestamp)),
                ("HMAC", words::HIDDEN.to_string()),
            ]);
        }
    }
}

/// The cluster as JSON, with the names of Kafka's records.
pub fn json(cluster: &Cluster) -> Value {
    let (image, at) = (cluster.image(), cluster.provenance());
    let topic = |topic: &Topic| {
        let mut shown = cluster_json::topic(topic);
        let partitions = topic.partitions.iter().map(|(id, one)| cluster_json::partition(*id, one).into());
        shown.insert("partitions".into(), Value::Array(partitions.collect()));
        Value::Object(shown)
    };
    let configs = image.configs.iter().map(|(resource, configs)| {
        let shown: serde_json::Map<String, Value> = configs
            .iter()
            .map(|(name, value)| (name.clone(), json!(words::raw_config(name, value))))
            .collect();
        let kind = words::word(Meaning::ConfigResourceType, resource.resource_type.into());
        json!({"resourceType": kind, "resourceName": resource.name, "configs": shown})
    });
    let quotas = image
        .quotas
        .iter()
        .map(|(entity, values)| json!({"entity": cluster_json::entity(entity), "values": values}));
    let mut quorum = cluster_json::quorum(cluster.quorum());
    let voters = cluster.quorum().voters.iter().map(|voter| cluster_json::voter(voter).into());
    quorum.insert("voters".into(), Value::Array(voters.collect()));
    let features = image.features.iter().map(|(name, level)| json!({"name": name, "featureLevel": level}));
    json!({
        "lastContainedOffset": at.last_contained_offset,
        "lastContainedEpoch": at.last_contained_epoch,
        "lastContainedLogTimestamp": at.last_contained_timestamp,
        "openTransactionOffset": cluster.transaction().map(|open| open.offset),
        "quorum": quorum,
        "brokers": image.brokers.iter().map(|(id, one)| cluster_json::broker(*id, one)).collect::<Vec<_>>(),
        "controllers": image
            .controllers
            .iter()
            .map(|(id, one)| cluster_json::controller(*id, one))
            .collect::<Vec<_>>(),
        "features": features.collect::<Vec<_>>(),
        "zkMigrationState": image.zk_migration_state.map(|state| words::word(Meaning::ZkMigrationState, state.into())),
        "topics": image.topics.iter().map(topic).collect::<Vec<_>>(),
        "configs": configs.collect::<Vec<_>>(),
        "quotas": quotas.collect::<Vec<_>>(),
        "producerIds": image.producer_ids.as_ref().map(cluster_json::producer_ids),
        "acls": image.acls.iter().map(|(id, acl)| cluster_json::acl(*id, acl)).collect::<Vec<_>>(),
        "scramCredentials": image
            .scram
            .iter()
            .map(|(key, one)| cluster_json::scram(key, one))
            .collect::<Vec<_>>(),
        "delegationTokens": image
            .tokens
            .iter()
            .map(|(id, token)| cluster_json::token(id, token))
            .collect::<Vec<_>>(),
    })
}
