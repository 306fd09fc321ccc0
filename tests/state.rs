//! The state machines against what a living broker said of itself: `truth.json` of both lives.
//!
//! `KAFKIT_LOGS` names the folder with `clean`, `unclean` and their truths (see `common::logs`). The logs go on behind the truth (the shutdown, one more round of writes), so
//! each is replayed up to the offset that the truth names and has to come to the same then.

#![allow(clippy::unwrap_used, clippy::panic)] // A test that cannot go on has failed.

mod common;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use kafkit::codec::meaning::Meaning;
use kafkit::codec::meaning::uuid::push_uuid;
use kafkit::codec::messages::data::{aborted_txn, producer_snapshot};
use kafkit::codec::messages::{group_records, metadata_records};
use kafkit::codec::records::batch::Batch;
use kafkit::codec::records::batches::{AnyBatch, Batches};
use kafkit::codec::wire::{Body, Reader, Uuid, Writer};
use kafkit::dump::state::{self as view, Context, diff};
use kafkit::render::Style;
use kafkit::state::cluster::Cluster;
use kafkit::state::cluster::settings::ConfigResource;
use kafkit::state::groups::Groups;
use kafkit::state::producers::{
    CompletedTransaction, Marker, Outcome, ProducerAnomaly, Producers, SnapshotEntry,
};
use kafkit::state::remote_log::RemoteLog;
use kafkit::state::share_partitions::SharePartitions;
use kafkit::state::transactions::Transactions;
use kafkit::state::{LogRecord, StateError, StateErrorKind};
use serde_json::{Value, json};

/// The most that a batch of the test data unpacks to.
const UNPACKED_MAX: usize = 64 << 20;

fn logs() -> PathBuf {
    common::logs::folder().to_owned()
}

struct Life {
    data: PathBuf,
    truth: Value,
}

fn lives() -> Vec<Life> {
    let life = |name: &str| {
        let truth = std::fs::read(logs().join(format!("truth-{name}/truth.json"))).unwrap();
        Life { data: logs().join(name).join("d1"), truth: serde_json::from_slice(&truth).unwrap() }
    };
    vec![life("clean"), life("unclean")]
}

/// Files of a partition with that suffix, by name.
fn files(partition: &Path, suffix: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(partition)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_str().unwrap().ends_with(suffix))
        .collect();
    files.sort();
    files
}

/// All batches of a partition with an offset below `end`.
fn batches(partition: &Path, end: i64, mut visit: impl FnMut(&Batch<'_>)) {
    for file in files(partition, ".log") {
        each_batch(&std::fs::read(file).unwrap(), |batch| {
            if batch.base_offset() < end {
                visit(batch);
            }
        });
    }
}

fn each_batch(content: &[u8], mut visit: impl FnMut(&Batch<'_>)) {
    for raw in Batches::new(content) {
        // The tail of a segment that was preallocated is all zeros.
        let Ok(raw) = raw else { return };
        match raw.view().unwrap() {
            AnyBatch::Batch(batch) => visit(&batch),
            AnyBatch::Message(_) => panic!("old messages"),
        }
    }
}

fn each_record(batch: &Batch<'_>, mut visit: impl FnMut(&LogRecord<'_>)) {
    let mut scratch = Vec::new();
    for record in batch.records(UNPACKED_MAX, &mut scratch).unwrap() {
        visit(&LogRecord::new(batch, &record.unwrap()));
    }
}

/// All records of a partition with an offset below `end`.
fn records(partition: &Path, end: i64, mut visit: impl FnMut(&LogRecord<'_>)) {
    batches(partition, end, |batch| {
        each_record(batch, |record| {
            if record.offset < end {
                visit(record);
            }
        });
    });
}

/// The partitions of a topic in a data directory.
fn partitions(data: &Path, topic: &str) -> Vec<(PathBuf, i32)> {
    (0..)
        .map_while(|n| Some((data.join(format!("{topic}-{n}")), n)).filter(|(path, _)| path.is_dir()))
        .collect()
}

fn latest(life: &Life, topic: &str, partition: i32) -> i64 {
    let place = format!("{topic}-{partition}");
    life.truth["offsets"][&place]["latest"].as_i64().unwrap_or_else(|| panic!("{place}"))
}

fn cluster(life: &Life, end: i64) -> Cluster {
    let mut cluster = Cluster::new();
    records(&life.data.join("__cluster_metadata-0"), end, |record| cluster.apply(record).unwrap());
    cluster
}

/// The cluster when the truth was taken.
fn cluster_of_truth(life: &Life) -> Cluster {
    // The epoch of the finalized features is the offset of the image that the broker answered from.
    cluster(life, life.truth["features"]["epoch"].as_i64().unwrap() + 1)
}

fn groups(life: &Life) -> Groups {
    let mut groups = Groups::new();
    for (path, partition) in partitions(&life.data, "__consumer_offsets") {
        let end = latest(life, "__consumer_offsets", partition);
        records(&path, end, |record| groups.apply(record).unwrap());
    }
    groups
}

fn text(id: Uuid) -> String {
    let mut out = Vec::new();
    push_uuid(&id.0, &mut out);
    String::from_utf8(out).unwrap()
}

fn word(meaning: Meaning, value: i8) -> String {
    let mut out = Vec::new();
    assert!(meaning.describe(i64::from(value), &mut out));
    String::from_utf8(out).unwrap()
}

#[test]
fn topics_and_partitions() {
    for life in lives() {
        let cluster = cluster_of_truth(&life);
        let mut topics = serde_json::Map::new();
        for topic in cluster.image().topics.iter() {
            let partitions: Vec<Value> = topic
                .partitions
                .iter()
                .map(|(number, partition)| {
                    json!({
                        "partition": number, "leader": partition.leader, "replicas": partition.replicas,
                        "isr": partition.isr, "elr": partition.eligible_leader_replicas,
                    })
                })
                .collect();
            let internal = life.truth["topics"][&topic.name]["internal"].clone();
            let topic_truth = json!({
                "uuid": text(topic.id), "internal": internal, "partitions": partitions,
            });
            topics.insert(topic.name.clone(), topic_truth);
        }
        let mut truth = life.truth["topics"].clone();
        // The broker tells of a partition without a leader by null.
        for partition in truth.as_object_mut().unwrap().values_mut() {
            for partition in partition["partitions"].as_array_mut().unwrap() {
                if partition["leader"].is_null() {
                    partition["leader"] = json!(-1);
                }
            }
        }
        assert_eq!(Value::Object(topics), truth);
    }
}

#[test]
fn features_and_quorum() {
    for life in lives() {
        let cluster = cluster_of_truth(&life);
        let mut truth = life.truth["features"].as_object().unwrap().clone();
        truth.remove("epoch");
        let mut features = cluster.image().features.clone();
        features.insert("kraft.version".into(), cluster.quorum().kraft_version.unwrap());
        assert_eq!(json!(features), Value::Object(truth));
        let quorum = life.truth["quorum"].as_str().unwrap();
        let leader = cluster.quorum().leader.unwrap();
        assert!(
            quorum.contains(&format!("leaderId={}, leaderEpoch={},", leader.id, leader.epoch)),
            "{quorum}"
        );
        for voter in &cluster.quorum().voters {
            let directory = text(voter.directory_id);
            assert!(quorum.contains(&format!("replicaId={}, replicaDirectoryId={directory}", voter.id)));
        }
        assert_eq!(quorum.matches("ReplicaState").count(), cluster.quorum().voters.len());
        let brokers: Vec<i32> = cluster.image().brokers.keys().copied().collect();
        let nodes = life.truth["cluster"]["nodes"].as_array().unwrap();
        assert_eq!(json!(brokers), nodes.iter().map(|node| node["id"].clone()).collect::<Value>());
        for (broker, node) in cluster.image().brokers.values().zip(nodes) {
            assert_eq!(json!(broker.rack), node["rack"]);
        }
    }
}

#[test]
fn acls_scram_and_quotas() {
    for life in lives() {
        let cluster = cluster_of_truth(&life);
        let image = cluster.image();
        let mut acls: Vec<String> = image
            .acls
            .values()
            .map(|acl| {
                format!(
                    "(pattern=ResourcePattern(resourceType={}, name={}, patternType={}), \
                     entry=(principal={}, host={}, operation={}, permissionType={}))",
                    word(Meaning::AclResourceType, acl.resource_type),
                    acl.resource_name,
                    word(Meaning::PatternType, acl.pattern_type),
                    acl.principal,
                    acl.host,
                    word(Meaning::AclOperation, acl.operation),
                    word(Meaning::PermissionType, acl.permission_type),
                )
            })
            .collect();
        acls.sort();
        assert_eq!(json!(acls), life.truth["acls"]);

        let mut scram: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for (key, credential) in &image.scram {
            let mechanism = word(Meaning::ScramMechanism, key.mechanism).replace('-', "_");
            let iterations = credential.iterations;
            scram
                .entry(&key.user)
                .or_default()
                .push(format!("ScramCredentialInfo{{mechanism={mechanism}, iterations={iterations}}}"));
        }
        let mut truth: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for (user, credentials) in life.truth["scram"].as_object().unwrap() {
            let mut credentials: Vec<String> =
                credentials.as_array().unwrap().iter().map(|one| one.as_str().unwrap().to_string()).collect();
            credentials.sort();
            truth.insert(user, credentials);
        }
        assert_eq!(scram, truth);

        let mut quotas = serde_json::Map::new();
        for (entity, values) in &image.quotas {
            let parts: Vec<String> = entity
                .iter()
                .map(|(kind, name)| format!("{kind}={}", name.as_deref().unwrap_or("null")))
                .collect();
            quotas.insert(format!("{{{}}}", parts.join(", ")), json!(values));
        }
        assert_eq!(Value::Object(quotas), life.truth["quotas"]);
    }
}

#[test]
fn configurations() {
    for life in lives() {
        let cluster = cluster_of_truth(&life);
        let configs = &cluster.image().configs;
        let mut seen = 0;
        for (resource, values) in life.truth["dynamicConfigs"].as_object().unwrap() {
            let (kind, name) = resource.split_once(':').unwrap();
            let resource_type = i8::try_from(Meaning::ConfigResourceType.value_of(kind).unwrap()).unwrap();
            let key = ConfigResource { resource_type, name: name.to_string() };
            let mut own = BTreeMap::new();
            for (name, value) in values.as_object().unwrap() {
                let (value, source) = value.as_str().unwrap().rsplit_once(" (").unwrap();
                let inherited = resource_type != ConfigResource::BROKER || !key.name.is_empty();
                if inherited && source == "DYNAMIC_DEFAULT_BROKER_CONFIG)" {
                    let all = ConfigResource { resource_type: ConfigResource::BROKER, name: String::new() };
                    let known = Some(&value.to_string());
                    // A topic's configuration has another name than the broker's default for it.
                    let name = if name == "max.message.bytes" { "message.max.bytes" } else { name };
                    assert_eq!(configs[&all].get(name), known, "{resource} {name}");
                } else {
                    own.insert(name.clone(), value.to_string());
                }
            }
            assert_eq!(configs.get(&key).cloned().unwrap_or_default(), own, "{resource}");
            seen += usize::from(configs.contains_key(&key));
        }
        assert_eq!(seen, configs.len(), "{:?}", configs.keys());
    }
}

#[test]
fn delegation_tokens_and_producer_ids() {
    for life in lives() {
        let cluster = cluster_of_truth(&life);
        // One was renewed, one has expired; the broker lists them only to those who log in by SASL.
        assert!(cluster.image().tokens.values().all(|token| token.owner.starts_with("User:")));
        let ids = cluster.image().producer_ids.unwrap();
        let greatest = life.truth["producers"].as_object().unwrap().values();
        let greatest = greatest
            .flat_map(|all| all.as_array().unwrap())
            .map(|producer| producer["id"].as_i64().unwrap())
            .max();
        assert!(greatest.unwrap() < ids.next_producer_id, "{ids:?}");
    }
}

fn assert_same(a: &Cluster, b: &Cluster, name: &str) {
    let (a, b) = (a.clone().as_snapshot(), b.clone().as_snapshot());
    if a.image() != b.image() {
        let mut out = Vec::new();
        diff::render(&a, &b, Style::default(), &mut out);
        panic!("{name}: {}", String::from_utf8(out).unwrap());
    }
}

/// A snapshot has to come to what the log before it comes to, and the log behind it goes on from there.
#[test]
fn snapshots_of_metadata() {
    let mut count = 0;
    for life in lives() {
        let partition = life.data.join("__cluster_metadata-0");
        for file in files(&partition, ".checkpoint") {
            let name = file.file_stem().unwrap().to_str().unwrap().to_string();
            let (end, epoch) = name.split_once('-').unwrap();
            let (end, epoch): (i64, i32) = (end.parse().unwrap(), epoch.parse().unwrap());
            let mut cluster = Cluster::new();
            cluster.begin_snapshot(end - 1, epoch);
            each_batch(&std::fs::read(&file).unwrap(), |batch| {
                each_record(batch, |record| cluster.apply(record).unwrap());
            });
            let mut replayed = Cluster::new();
            records(&partition, end, |record| replayed.apply(record).unwrap());
            if end > 0 {
                assert_same(&replayed, &cluster, &name);
                assert_eq!(cluster.quorum().voters, replayed.quorum().voters, "{name}");
                assert_eq!(cluster.provenance().last_contained_offset, end - 1);
            }
            records(&partition, i64::MAX, |record| {
                if record.offset >= end {
                    cluster.apply(record).unwrap();
                }
            });
            let mut replayed = Cluster::new();
            records(&partition, i64::MAX, |record| replayed.apply(record).unwrap());
            assert_same(&replayed, &cluster, &name);
            assert_eq!(cluster.provenance(), replayed.provenance(), "{name}");
            count += 1;
        }
    }
    assert!(count >= 10, "{count}");
}

#[test]
fn groups_and_offsets() {
    for life in lives() {
        let groups = groups(&life);
        let mut shown = serde_json::Map::new();
        for (id, group) in groups.by_id() {
            let one =
                json!({"type": group.type_name(), "protocol": group.protocol_type(), "state": group.state()});
            shown.insert(id.clone(), one);
        }
        assert_eq!(Value::Object(shown), life.truth["groups"]);

        let mut offsets = serde_json::Map::new();
        for id in groups.by_id().keys() {
            let Some(of_group) = groups.offsets().of_group(id) else { continue };
            let mut places = serde_json::Map::new();
            for ((topic, partition), offset) in of_group {
                let one = json!({
                    "offset": offset.offset, "leaderEpoch": offset.leader_epoch, "metadata": offset.metadata,
                });
                places.insert(format!("{topic}-{partition}"), one);
            }
            offsets.insert(id.clone(), Value::Object(places));
        }
        assert_eq!(Value::Object(offsets), life.truth["groupOffsets"]);
        assert!(groups.offsets().pending().is_empty());
    }
}

#[test]
fn transactions() {
    for life in lives() {
        let mut transactions = Transactions::default();
        for (path, partition) in partitions(&life.data, "__transaction_state") {
            let end = latest(&life, "__transaction_state", partition);
            records(&path, end, |record| transactions.apply(record).unwrap());
        }
        let mut shown = serde_json::Map::new();
        for (id, transaction) in transactions.by_id() {
            let places: Vec<String> = transaction
                .partitions
                .iter()
                .flat_map(|(topic, partitions)| {
                    partitions.iter().map(move |number| format!("{topic}-{number}"))
                })
                .collect();
            let one = json!({
                "state": word(Meaning::TransactionState, transaction.status),
                "producerId": transaction.producer_id, "epoch": transaction.producer_epoch,
                "timeoutMs": transaction.timeout_ms, "startMs": transaction.start_timestamp,
                "partitions": places, "coordinator": 1,
            });
            shown.insert(id.clone(), one);
        }
        assert_eq!(Value::Object(shown), life.truth["transactions"]);
    }
}

#[test]
fn share_group_offsets() {
    for life in lives() {
        let image = cluster_of_truth(&life);
        let mut shares = SharePartitions::default();
        for (path, partition) in partitions(&life.data, "__share_group_state") {
            let end = latest(&life, "__share_group_state", partition);
            records(&path, end, |record| shares.apply(record).unwrap());
        }
        let mut shown = serde_json::Map::new();
        for (key, share) in shares.by_key() {
            let topic = &image.image().topics.by_id(key.topic_id).unwrap().name;
            let end = latest(&life, topic, key.partition);
            let info = if share.start_offset < 0 {
                "null".to_string()
            } else {
                let lag = end - share.start_offset - i64::from(share.delivery_complete_count);
                format!(
                    "SharePartitionOffsetInfo{{startOffset={}, leaderEpoch={}, lag={lag}}}",
                    share.start_offset, share.leader_epoch
                )
            };
            let group = shown.entry(key.group.clone()).or_insert_with(|| json!({}));
            group[format!("{topic}-{}", key.partition)] = json!(info);
        }
        assert_eq!(Value::Object(shown), life.truth["shareGroupOffsets"]);
    }
}

/// Reads a whole partition up to `end`; no batch may be odd.
fn producers(partition: &Path, end: i64, mut producers: Producers, from: i64) -> Producers {
    batches(partition, end, |batch| {
        if batch.base_offset() < from {
            return;
        }
        let name = partition.display();
        assert_eq!(producers.append_batch(batch), None, "{name} {}", batch.base_offset());
        if batch.attributes().is_control() {
            each_record(batch, |record| {
                if let Some(marker) = Marker::from_record(record).unwrap() {
                    assert_eq!(producers.end(batch, marker), None, "{name} {}", record.offset);
                }
            });
        }
    });
    producers
}

fn all_partitions(life: &Life) -> Vec<(String, PathBuf)> {
    let mut all: Vec<(String, PathBuf)> = std::fs::read_dir(&life.data)
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().is_dir())
        .map(|entry| (entry.file_name().to_str().unwrap().to_string(), entry.path()))
        .filter(|(name, _)| name != "__cluster_metadata-0")
        .collect();
    all.sort();
    all
}

#[test]
fn producers_and_last_stable_offsets() {
    for life in lives() {
        let mut shown = serde_json::Map::new();
        for (name, path) in all_partitions(&life) {
            let Some(offsets) = life.truth["offsets"].get(&name) else { continue };
            let end = offsets["latest"].as_i64().unwrap();
            let producers = producers(&path, end, Producers::new(), 0);
            let lso = producers.first_unstable_offset().unwrap_or(end);
            assert_eq!(lso, offsets["lso"].as_i64().unwrap(), "{name}");
            let all: Vec<Value> = producers
                .producers()
                .into_iter()
                .map(|(id, producer)| {
                    json!({
                        "id": id, "epoch": producer.epoch, "lastSequence": producer.last_sequence(),
                        "lastTimestamp": producer.last_timestamp,
                        "coordinatorEpoch": producer.coordinator_epoch,
                        "txnStartOffset": producer.transaction.map_or(-1, |open| open.first_offset),
                    })
                })
                .collect();
            if !all.is_empty() {
                shown.insert(name, Value::Array(all));
            }
        }
        let mut truth = life.truth["producers"].clone();
        for all in truth.as_object_mut().unwrap().values_mut() {
            all.as_array_mut().unwrap().sort_by_key(|producer| producer["id"].as_i64());
        }
        for (name, all) in truth.as_object().unwrap() {
            assert_eq!(shown.get(name), Some(all), "{name}");
        }
        for name in shown.keys() {
            assert!(truth.get(name).is_some(), "{name}");
        }
    }
}

/// What the broker wrote in its producer snapshots and indexes of aborted transactions.
#[test]
fn producer_snapshots_and_aborted_transactions() {
    let (mut snapshots, mut entries) = (0, 0);
    for life in lives() {
        for (name, path) in all_partitions(&life) {
            for file in files(&path, ".snapshot") {
                let end: i64 = file.file_stem().unwrap().to_str().unwrap().parse().unwrap();
                let content = std::fs::read(&file).unwrap();
                let mut reader = Reader::new(&content);
                assert_eq!(reader.array::<2>(), [0, 1]);
                let snapshot = producer_snapshot::Root::decode(&mut reader, 1).unwrap();
                let mut expected: Vec<SnapshotEntry> = snapshot
                    .producer_entries
                    .iter()
                    .map(|entry| SnapshotEntry {
                        producer_id: entry.producer_id,
                        epoch: entry.epoch,
                        last_sequence: entry.last_sequence,
                        last_offset: entry.last_offset,
                        offset_delta: entry.offset_delta,
                        timestamp: entry.timestamp,
                        coordinator_epoch: entry.coordinator_epoch,
                        current_txn_first_offset: entry.current_txn_first_offset,
                    })
                    .collect();
                expected.sort_by_key(|entry| entry.producer_id);
                let replayed = producers(&path, end, Producers::new(), 0);
                let found: Vec<SnapshotEntry> =
                    replayed.producers().into_iter().map(|(id, producer)| producer.to_entry(id)).collect();
                // Not every segment that a snapshot is of is still there, but what is known agrees.
                let first = files(&path, ".log")[0].file_stem().unwrap().to_str().unwrap().to_string();
                if first.parse() == Ok(0) {
                    assert_eq!(found, expected, "{name} {end}");
                    snapshots += 1;
                }
                // From a snapshot on it comes to the same as from the beginning.
                let mut loaded = Producers::new();
                expected.iter().for_each(|entry| loaded.load(entry));
                let loaded = producers(&path, i64::MAX, loaded, end);
                let whole = producers(&path, i64::MAX, Producers::new(), 0);
                let open = |producers: &Producers| producers.open_transactions().collect::<Vec<_>>();
                assert_eq!(open(&loaded), open(&whole), "{name} {end}");
            }
            let whole = producers(&path, i64::MAX, Producers::new(), 0);
            let mut aborted = Vec::new();
            for file in files(&path, ".txnindex") {
                let content = std::fs::read(file).unwrap();
                for entry in content.chunks(34) {
                    let mut reader = Reader::new(entry);
                    assert_eq!(reader.array::<2>(), [0, 0]);
                    let entry = aborted_txn::Root::decode(&mut reader, 0).unwrap();
                    aborted.push(CompletedTransaction {
                        producer_id: entry.producer_id,
                        first_offset: entry.first_offset,
                        last_offset: entry.last_offset,
                        last_stable_offset: entry.last_stable_offset,
                    });
                }
            }
            entries += aborted.len();
            if whole.aborted() != aborted {
                // The cleaner has removed the records of aborted transactions and left their markers.
                assert!(name.starts_with("compacted"), "{name}");
                aborted.retain(|entry| whole.aborted().contains(entry));
                assert_eq!(whole.aborted(), aborted, "{name}");
            }
        }
    }
    assert!(snapshots > 50 && entries > 20, "{snapshots} {entries}");
}

#[test]
fn tiered_storage() {
    for life in lives() {
        let mut remote = RemoteLog::default();
        for (path, partition) in partitions(&life.data, "__remote_log_metadata") {
            let end = latest(&life, "__remote_log_metadata", partition);
            records(&path, end, |record| remote.apply(record).unwrap());
        }
        for (key, partition) in remote.partitions() {
            let place = format!("{}-{}", key.topic, key.partition);
            let last = partition.segments.values().map(|segment| segment.end_offset).max();
            assert_eq!(json!(last), life.truth["offsets"][&place]["latestTiered"]);
            assert!(partition.segments.values().all(|segment| segment.state == 1), "{partition:?}");
        }
        assert!(!remote.partitions().is_empty());
    }
}

/// A metadata record in its frame, at an offset.
fn metadata<'a, T: Body<'a>>(
    cluster: &mut Cluster,
    offset: i64,
    version: i16,
    message: &T,
) -> Result<(), StateError> {
    let mut writer = Writer::default();
    for number in [1, T::MESSAGE.key as u32, version as u32] {
        writer.uvarint(number);
    }
    message.encode(&mut writer, version);
    let value = writer.finish().unwrap();
    cluster.apply(&record(offset, None, Some(&value)))
}

fn record<'a>(offset: i64, key: Option<&'a [u8]>, value: Option<&'a [u8]>) -> LogRecord<'a> {
    LogRecord {
        offset,
        timestamp: 0,
        key,
        value,
        leader_epoch: 1,
        producer_id: -1,
        transactional: false,
        control: false,
    }
}

fn config(name: &'static str, value: &'static str) -> metadata_records::config_record::Root<'static> {
    metadata_records::config_record::Root {
        resource_type: ConfigResource::BROKER,
        name: name.into(),
        value: Some(value.into()),
        ..Default::default()
    }
}

/// What a transaction of metadata writes shows when it has ended, or never.
#[test]
fn metadata_transactions() {
    let mut cluster = Cluster::new();
    let configs = |cluster: &Cluster| cluster.image().configs.values().next().map_or(0, BTreeMap::len);
    let begin = metadata_records::begin_transaction_record::Root::default();
    metadata(&mut cluster, 0, 0, &config("a", "1")).unwrap();
    metadata(&mut cluster, 1, 0, &begin).unwrap();
    metadata(&mut cluster, 2, 0, &config("b", "2")).unwrap();
    assert_eq!((configs(&cluster), cluster.transaction().map(|open| open.offset)), (1, Some(1)));
    let again = metadata(&mut cluster, 3, 0, &begin).unwrap_err();
    assert_eq!(again, StateError { offset: 3, kind: StateErrorKind::TransactionOpen });
    metadata(&mut cluster, 4, 0, &metadata_records::abort_transaction_record::Root::default()).unwrap();
    assert_eq!((configs(&cluster), cluster.transaction().is_none()), (1, true));
    metadata(&mut cluster, 5, 0, &begin).unwrap();
    metadata(&mut cluster, 6, 0, &config("c", "3")).unwrap();
    metadata(&mut cluster, 7, 0, &metadata_records::end_transaction_record::Root::default()).unwrap();
    assert_eq!(configs(&cluster), 2);
    let end =
        metadata(&mut cluster, 8, 0, &metadata_records::end_transaction_record::Root::default()).unwrap_err();
    assert_eq!(end.kind, StateErrorKind::NoTransaction);
}

/// `PartitionRegistration.merge`, ELR included, and records about what is not there.
#[test]
fn partition_changes() {
    let (id, mut cluster) = (Uuid([7; 16]), Cluster::new());
    let change = |change: metadata_records::partition_change_record::Root<'static>| {
        metadata_records::partition_change_record::Root { partition_id: 0, topic_id: id, ..change }
    };
    let error = metadata(&mut cluster, 0, 2, &change(Default::default())).unwrap_err();
    assert_eq!(error, StateError { offset: 0, kind: StateErrorKind::UnknownTopicId { id } });
    assert_eq!(error.to_string(), "offset 0: there is no topic with id BwcHBwcHBwcHBwcHBwcHBw");
    let topic = metadata_records::topic_record::Root { name: "t".into(), topic_id: id, ..Default::default() };
    metadata(&mut cluster, 1, 0, &topic).unwrap();
    let error = metadata(&mut cluster, 2, 2, &change(Default::default())).unwrap_err();
    assert_eq!(error.kind, StateErrorKind::UnknownPartition { topic: "t".into(), partition: 0 });
    let partition = metadata_records::partition_record::Root {
        partition_id: 0,
        topic_id: id,
        replicas: vec![1, 2].into(),
        isr: vec![1].into(),
        leader: 1,
        leader_epoch: 0,
        partition_epoch: 0,
        directories: vec![Uuid([8; 16]), Uuid([9; 16])].into(),
        eligible_leader_replicas: Some(vec![2].into()),
        ..Default::default()
    };
    metadata(&mut cluster, 3, 2, &partition).unwrap();
    let now = |cluster: &Cluster| cluster.image().topics.by_name("t").unwrap().partitions[&0].clone();
    // The same leader, elected anew.
    metadata(
        &mut cluster,
        4,
        2,
        &change(metadata_records::partition_change_record::Root { leader: 1, ..Default::default() }),
    )
    .unwrap();
    assert_eq!((now(&cluster).leader_epoch, now(&cluster).partition_epoch), (1, 1));
    // Other replicas: who stays keeps the directory.
    let replicas = metadata_records::partition_change_record::Root {
        replicas: Some(vec![2, 3].into()),
        ..Default::default()
    };
    metadata(&mut cluster, 5, 2, &change(replicas)).unwrap();
    assert_eq!(now(&cluster).directories, [Uuid([9; 16]), Uuid([0; 16])]);
    assert_eq!((now(&cluster).leader_epoch, now(&cluster).partition_epoch), (1, 2));
    let clear = metadata_records::clear_elr_record::Root { topic_name: "t".into(), ..Default::default() };
    metadata(&mut cluster, 6, 0, &clear).unwrap();
    metadata(&mut cluster, 7, 0, &clear).unwrap();
    assert!(now(&cluster).eligible_leader_replicas.is_empty());
    assert_eq!(now(&cluster).partition_epoch, 3);
}

/// Records that are no records, and machines that go on behind them.
#[test]
fn unreadable_records() {
    let mut cluster = Cluster::new();
    for (value, expected) in [
        (None, StateErrorKind::NoValue),
        (Some(&[2, 0, 0][..]), StateErrorKind::FrameVersion { version: 2 }),
        (Some(&[1, 99, 0]), StateErrorKind::UnknownType { id: 99 }),
        (Some(&[1, 0x80, 0x80, 4, 0]), StateErrorKind::UnknownType { id: 65536 }),
    ] {
        assert_eq!(cluster.apply(&record(5, None, value)).unwrap_err().kind, expected);
    }
    assert_eq!(cluster.provenance().last_contained_offset, 5);
    for key in [None, Some(&[][..]), Some(&[0]), Some(&[0, 99, 1, 2]), Some(&[0, 1, 0, 9, 1])] {
        Groups::new().apply(&record(0, key, Some(&[0, 0]))).unwrap_err();
        Transactions::default().apply(&record(0, key, Some(&[0, 0]))).unwrap_err();
        SharePartitions::default().apply(&record(0, key, Some(&[0, 0]))).unwrap_err();
    }
    for value in [None, Some(&[][..]), Some(&[1, 0]), Some(&[1, 3, 0]), Some(&[1, 1, 0, 0])] {
        RemoteLog::default().apply(&record(0, None, value)).unwrap_err();
    }
}

/// Offsets that a transaction commits count when it does; a later one outside of it stays.
#[test]
fn transactional_offsets() {
    let commit = |group: &'static str, offset: i64| {
        let key = group_records::offset_commit_key::Root {
            group: group.into(),
            topic: "t".into(),
            partition: 0,
            ..Default::default()
        };
        let value = group_records::offset_commit_value::Root { offset, ..Default::default() };
        let (mut keys, mut values) = (Writer::new(vec![0, 1]), Writer::new(vec![0, 3]));
        key.encode(&mut keys, group_records::offset_commit_key::MESSAGE.versions.min);
        value.encode(&mut values, 3);
        (keys.finish().unwrap(), values.finish().unwrap())
    };
    let marker = |outcome: u8| ([0, 0, 0, outcome], [0, 0, 0, 0, 0, 5]);
    let mut groups = Groups::new();
    let apply = |groups: &mut Groups, offset, producer_id, group, value| {
        let (key, value) = commit(group, value);
        let record = LogRecord { producer_id, ..record(offset, Some(&key), Some(&value)) };
        groups.apply(&record).unwrap();
    };
    let end = |groups: &mut Groups, offset, producer_id, outcome| {
        let (key, value) = marker(outcome);
        let record = LogRecord { producer_id, control: true, ..record(offset, Some(&key), Some(&value)) };
        groups.apply(&record).unwrap();
    };
    let committed = |groups: &Groups, group: &str| {
        groups.offsets().of_group(group).map(|offsets| offsets[&("t".to_string(), 0)].offset)
    };
    apply(&mut groups, 0, 7, "g", 10);
    assert_eq!(committed(&groups, "g"), None);
    assert_eq!(groups.by_id()["g"].type_name(), "Classic");
    end(&mut groups, 1, 7, 0);
    assert_eq!((committed(&groups, "g"), groups.offsets().pending().len()), (None, 0));
    apply(&mut groups, 2, 7, "g", 20);
    end(&mut groups, 3, 8, 1);
    assert_eq!(committed(&groups, "g"), None);
    end(&mut groups, 4, 7, 1);
    assert_eq!(committed(&groups, "g"), Some(20));
    apply(&mut groups, 5, 7, "g", 30);
    apply(&mut groups, 6, -1, "g", 25);
    end(&mut groups, 7, 7, 1);
    assert_eq!(committed(&groups, "g"), Some(25));
    let (key, _) = commit("g", 0);
    groups.apply(&record(8, Some(&key), None)).unwrap();
    assert_eq!(committed(&groups, "g"), None);
}

/// The header of a batch of a producer: base offset, records, epoch, first sequence number.
fn header(base: i64, records: i32, epoch: i16, sequence: i32, transactional: bool) -> Vec<u8> {
    let mut bytes = vec![0; 61];
    bytes[..8].copy_from_slice(&base.to_be_bytes());
    bytes[16] = 2;
    bytes[22] = u8::from(transactional) << 4;
    bytes[23..27].copy_from_slice(&(records - 1).to_be_bytes());
    bytes[35..43].copy_from_slice(&1000i64.to_be_bytes());
    bytes[43..51].copy_from_slice(&7i64.to_be_bytes());
    bytes[51..53].copy_from_slice(&epoch.to_be_bytes());
    bytes[53..57].copy_from_slice(&sequence.to_be_bytes());
    bytes[57..61].copy_from_slice(&records.to_be_bytes());
    bytes
}

/// Gaps count, but not where compaction, an expired producer or a new epoch explains them.
#[test]
fn sequences() {
    let producer_id = 7;
    let run = |batches: &[(i64, i32, i16, i32)]| {
        let mut producers = Producers::new();
        let mut anomalies = Vec::new();
        for &(base, records, epoch, sequence) in batches {
            let bytes = header(base, records, epoch, sequence, false);
            anomalies.extend(producers.append_batch(&Batch::new(&bytes).unwrap()));
        }
        anomalies
    };
    // The log begins anywhere; the next follows; sequence numbers go round.
    assert_eq!(run(&[(100, 5, 3, 40), (105, 5, 3, 45)]), []);
    assert_eq!(run(&[(0, 1, 0, i32::MAX), (1, 5, 0, 0), (6, 1, 0, 5)]), []);
    assert_eq!(run(&[(0, 5, 0, i32::MAX - 1), (5, 1, 0, 3)]), []);
    let gap = ProducerAnomaly::SequenceGap { producer_id, expected: 5, sequence: 8 };
    assert_eq!(run(&[(0, 5, 0, 0), (5, 5, 0, 8)]), [gap]);
    // Three records are missing in the log as well.
    assert_eq!(run(&[(0, 5, 0, 0), (8, 5, 0, 8)]), []);
    let back = ProducerAnomaly::SequenceBack { producer_id, expected: 5, sequence: 0 };
    assert_eq!(run(&[(0, 5, 0, 0), (5, 5, 0, 0)]), [back]);
    assert_eq!(run(&[(0, 5, 0, 0), (5, 5, 1, 0)]), []);
    let start = ProducerAnomaly::EpochStart { producer_id, epoch: 1, sequence: 2 };
    assert_eq!(run(&[(0, 5, 0, 0), (5, 5, 1, 2)]), [start]);
    let back = ProducerAnomaly::EpochBack { producer_id, last: 1, epoch: 0 };
    assert_eq!(run(&[(0, 5, 1, 0), (5, 5, 0, 5)]), [back]);
    // A snapshot that knows of no batch, as those before the log's beginning are gone.
    let mut producers = Producers::new();
    producers.load(&SnapshotEntry {
        producer_id,
        epoch: 0,
        last_sequence: -1,
        last_offset: -1,
        offset_delta: 0,
        timestamp: 1000,
        coordinator_epoch: 1,
        current_txn_first_offset: -1,
    });
    let mut after =
        |base, sequence| producers.append_batch(&Batch::new(&header(base, 5, 0, sequence, false)).unwrap());
    assert_eq!((after(0, 26), after(5, 31)), (None, None));
    assert!(matches!(after(10, 38), Some(ProducerAnomaly::SequenceGap { .. })));
}

/// Transactions, with a snapshot to begin from, and a marker before anything else is known.
#[test]
fn open_transactions() {
    let mut producers = Producers::new();
    let marker = |outcome| Marker { outcome, coordinator_epoch: 4, timestamp: 2000 };
    let append =
        |producers: &mut Producers, bytes: &[u8]| producers.append_batch(&Batch::new(bytes).unwrap());
    let end = |producers: &mut Producers, base, epoch, outcome| {
        let mut bytes = header(base, 1, epoch, -1, true);
        bytes[22] |= 1 << 5;
        let batch = Batch::new(&bytes).unwrap();
        assert_eq!(producers.append_batch(&batch), None);
        producers.end(&batch, marker(outcome))
    };
    assert_eq!(end(&mut producers, 9, 3, Outcome::Commit), None);
    assert_eq!(append(&mut producers, &header(10, 5, 3, 77, true)), None);
    assert_eq!(producers.last_stable_offset(), Some(10));
    let outside = ProducerAnomaly::OutsideTransaction { producer_id: 7, first_offset: 10 };
    assert_eq!(append(&mut producers, &header(15, 1, 3, 82, false)), Some(outside));
    let entry = producers.producer(7).unwrap().to_entry(7);
    assert_eq!(end(&mut producers, 16, 4, Outcome::Abort), None);
    let aborted =
        CompletedTransaction { producer_id: 7, first_offset: 10, last_offset: 16, last_stable_offset: 17 };
    assert_eq!(producers.aborted(), [aborted]);
    assert_eq!(producers.last_stable_offset(), Some(17));
    let mut loaded = Producers::new();
    loaded.load(&entry);
    assert_eq!(loaded.first_unstable_offset(), Some(10));
    assert_eq!(end(&mut loaded, 16, 4, Outcome::Abort), None);
    assert_eq!(loaded.aborted(), [aborted]);
    let back = ProducerAnomaly::EpochBack { producer_id: 7, last: 4, epoch: 3 };
    assert_eq!(end(&mut loaded, 17, 3, Outcome::Abort), Some(back));
}

/// The views show what there is, nothing that a terminal would obey, and no secret.
#[test]
fn views() {
    for life in lives() {
        let cluster = cluster_of_truth(&life);
        let earlier = self::cluster(&life, 600);
        let end = |topic: &str, partition: i32| {
            life.truth["offsets"][format!("{topic}-{partition}")]["latest"].as_i64()
        };
        let context = Context {
            image: Some(cluster.image()),
            end_offset: &end,
            now_ms: 1_795_225_500_000,
            style: Style::default(),
        };
        let groups = groups(&life);
        let mut texts = vec![Vec::new(); 3];
        view::cluster::render(&cluster, Style::default(), &mut texts[0]);
        view::diff::render(&earlier, &cluster, Style::default(), &mut texts[1]);
        view::groups::render(&groups, &context, &mut texts[2]);
        for text in &texts {
            let text = std::str::from_utf8(text).unwrap();
            assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{text}");
            assert!(text.lines().all(|line| line.trim_end() == line));
        }
        let text = String::from_utf8(texts.remove(0)).unwrap();
        for topic in cluster.image().topics.iter() {
            assert!(text.contains(&self::text(topic.id)));
        }
        let json = view::cluster::json(&cluster);
        assert_eq!(json["topics"].as_array().unwrap().len(), cluster.image().topics.len());
        // Names and notes can be of any length, but what goes beyond 80 columns is the exception.
        let wide = text.lines().filter(|line| line.chars().count() > 80).count();
        assert!(wide * 20 < text.lines().count(), "{text}");
        // The same lag as kafka-consumer-groups has it.
        let lags = view::groups::json(&groups, &context);
        let busy =
            lags["groups"].as_array().unwrap().iter().find(|group| group["groupId"] == "g-busy").unwrap();
        assert_eq!(
            busy["offsets"][0]["lag"],
            json!(end("comp-gzip", 0).unwrap() - busy["offsets"][0]["offset"].as_i64().unwrap())
        );
        // An offset beyond the end is shown as one.
        let emptied = Context { end_offset: &|_, _| Some(0), ..context };
        let lags = view::groups::json(&groups, &emptied);
        let busy =
            lags["groups"].as_array().unwrap().iter().find(|group| group["groupId"] == "g-busy").unwrap();
        assert_eq!(busy["offsets"][0]["lag"], json!(-busy["offsets"][0]["offset"].as_i64().unwrap()));
        assert_eq!(view::diff::json(&cluster, &cluster)["changes"], json!([]));
    }
    let mut cluster = Cluster::new();
    metadata(&mut cluster, 0, 0, &config("listener.name.a.ssl.keystore.password", "hush")).unwrap();
    let mut other = Cluster::new();
    metadata(&mut other, 0, 0, &config("listener.name.a.ssl.keystore.password", "hush2")).unwrap();
    let mut text = Vec::new();
    view::cluster::render(&cluster, Style { color: true, ..Style::default() }, &mut text);
    view::diff::render(&cluster, &other, Style { color: true, ..Style::default() }, &mut text);
    let mut text = String::from_utf8(text).unwrap();
    assert!(text.contains("another value (redacted)"), "{text}");
    text.push_str(&view::cluster::json(&cluster).to_string());
    text.push_str(&view::diff::json(&cluster, &other).to_string());
    assert!(!text.contains("hush"), "{text}");
}
