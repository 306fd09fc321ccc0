//! The tables against what Kafka's own classes say (`testdata/configs-4.3.1.tsv.zst`: table, name, type, default, internal; and the
//! update modes of `DynamicBrokerConfig`), and settings as people write them.

use std::collections::BTreeMap;

use super::definition::{Definition, Mode};
use super::effective::{Configs, Effective};
use super::settings::{Settings, Source};
use super::value::Type;
use super::{broker, group, keys, topic, validate};
use crate::codec::wire::Uuid;

#[test]
fn tables_are_those_of_kafka() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/configs-4.3.1.tsv.zst");
    let text = String::from_utf8(zstd::decode_all(std::fs::File::open(path).unwrap()).unwrap()).unwrap();
    let mut modes = BTreeMap::new();
    type Row = (String, String, Option<String>, bool);
    let mut rows: BTreeMap<&str, Vec<Row>> = BTreeMap::new();
    for line in text.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        match fields.as_slice() {
            ["mode", name, mode] => {
                modes.insert(*name, *mode);
            }
            [table, name, kind, default, internal] => {
                let default = default.strip_prefix('=').map(str::to_owned);
                let row = ((*name).to_owned(), (*kind).to_owned(), default, *internal == "true");
                rows.entry(table).or_default().push(row);
            }
            other => panic!("{other:?}"),
        }
    }
    let tables: [(&str, &[Definition]); 5] = [
        ("broker", broker::BROKER),
        ("brokerquota", broker::BROKER_QUOTA),
        ("topic", topic::TOPIC),
        ("group", group::GROUP),
        ("metrics", group::CLIENT_METRICS),
    ];
    for (table, definitions) in tables {
        assert!(definitions.is_sorted_by_key(|definition| definition.name), "{table} is searched by halves");
        let kind = |kind: Type| format!("{kind:?}").to_uppercase();
        let ours: Vec<_> = definitions
            .iter()
            .map(|one| (one.name.to_owned(), kind(one.kind), one.default.map(str::to_owned), one.internal))
            .collect();
        assert_eq!(ours, rows[table]);
        for definition in definitions {
            if let Some(default) = definition.default {
                assert!(definition.parse(default).is_ok(), "the default of {}", definition.name);
            }
        }
    }
    for definition in broker::BROKER {
        let mode = match definition.mode {
            Mode::ReadOnly => None,
            Mode::PerBroker => Some("per-broker"),
            Mode::ClusterWide => Some("cluster-wide"),
        };
        assert_eq!(mode, modes.get(definition.name).copied(), "{}", definition.name);
    }
    for definition in topic::TOPIC {
        for (name, _) in topic::broker_names(definition.name) {
            assert!(broker::find(name).is_some(), "{name}");
        }
    }
    for definition in group::GROUP {
        assert!(group::broker_name(definition.name).is_none_or(|name| broker::find(name).is_some()));
    }
}

fn read(text: &str) -> Result<Settings, String> {
    Settings::read(&[Source::Implied("node.id", "1"), Source::File("server.properties", text)])
        .map_err(|error| error.to_string())
}

#[test]
fn settings_of_a_file_and_of_arguments() {
    let file = "num.partitions=3\nlog.dirs=/a, /b\nlisteners=PLAINTEXT://:0,EXT://[::1]:9095,CONTROLLER://h:9093\n\
                listener.security.protocol.map=PLAINTEXT:PLAINTEXT,EXT:PLAINTEXT,CONTROLLER:PLAINTEXT\n\
                controller.listener.names=CONTROLLER\nadvertised.listeners=EXT://me:1\n\
                topic.a.b.id=00000000-0000-4000-8000-000000000091\ntopic.a.b.partitions=2\nnum.partition=4\nnum.io.threads=9\n";
    let sources =
        [Source::File("f", file), Source::Argument("num.partitions=5"), Source::Argument("broker.id=7")];
    let settings = Settings::read(&sources).unwrap();
    assert_eq!(settings.get(keys::NUM_PARTITIONS), 5);
    assert_eq!(settings.get(keys::NODE_ID), Some(7));
    assert_eq!(settings.log_dirs().unwrap(), ["/a", "/b"]);
    let addresses: Vec<_> =
        settings.listeners().unwrap().into_iter().map(|one| (one.name, one.host, one.port)).collect();
    assert_eq!(
        addresses,
        [("PLAINTEXT".to_owned(), String::new(), 0), ("EXT".to_owned(), "::1".to_owned(), 9095)]
    );
    assert_eq!(settings.advertised().unwrap().len(), 1);
    let [topic] = settings.topics() else { panic!() };
    assert_eq!((topic.name.as_str(), topic.partitions), ("a.b", Some(2)));
    assert_eq!(topic.id, Some(Uuid([0, 0, 0, 0, 0, 0, 0x40, 0, 0x80, 0, 0, 0, 0, 0, 0, 0x91])));
    let warning = settings.warnings().next().unwrap();
    assert!(warning.contains("num.partition (did you mean num.partitions?)"), "{warning}");
    assert!(warning.contains("without effect here: num.io.threads"), "{warning}");
    assert_eq!(read("num.partitions=2").unwrap().warnings().next(), None);
}

#[test]
fn settings_that_are_refused_say_where_and_why() {
    for (text, parts) in [
        ("\nnum.partitions=many", ["server.properties:2", "num.partitions", "many"]),
        ("num.partitions=0", ["server.properties:1", "at least 1", "0"]),
        ("log.cleanup.policy=compress", ["log.cleanup.policy", "compact, delete", "compress"]),
        ("listeners=SSL://:9093", ["server.properties:1", "SSL", "only PLAINTEXT"]),
        ("listeners=PLAINTEXT://a:1,B://a:2", ["B", "no protocol", "listener.security.protocol.map"]),
        ("listeners=here", ["NAME://host:port", "here", ""]),
        ("advertised.listeners=PLAINTEXT://0.0.0.0:1", ["0.0.0.0", "advertised.listeners", ""]),
        (
            "offsets.topic.compression.codec=9",
            [
                "server.properties:1",
                "value 9 for configuration offsets.topic.compression.codec",
                "0 (none), 1 (gzip), 2 (snappy), 3 (lz4), 4 (zstd)",
            ],
        ),
        ("offsets.topic.compression.codec=-1", ["offsets.topic.compression.codec", "-1", "0 (none)"]),
        ("broker.id=4", ["broker.id", "node.id", "1"]),
        ("log.retention.ms=0", ["log.retention.ms", "-1", ""]),
        ("queued.max.request.bytes=5", ["queued.max.request.bytes", "socket.request.max.bytes", ""]),
        ("topic.x.partitions=none", ["topic.x.partitions", "none", ""]),
        ("ssl.key.password=a\nssl.client.auth=maybe", ["ssl.client.auth", "required, requested, none", ""]),
    ] {
        let error = read(text).unwrap_err();
        for part in parts {
            assert!(error.contains(part), "{part} in {error}");
        }
    }
    assert!(Settings::read(&[Source::Argument("num.partitions")]).is_err());
}

#[test]
fn settings_that_nobody_can_want_are_warned_of() {
    let warned = |text: &str| read(text).unwrap().warnings().collect::<Vec<_>>();
    let [told] = &warned("group.max.session.timeout.ms=5999")[..] else { panic!("not one warning") };
    for part in ["group.min.session.timeout.ms (6000)", "above group.max.session.timeout.ms (5999)"] {
        assert!(told.contains(part), "{part} in {told}");
    }
    assert_eq!(warned("group.max.session.timeout.ms=6000"), [""; 0]);
    assert_eq!(warned("group.max.session.timeout.ms=1\nnum.partition=4").len(), 2);
}

#[test]
fn a_topic_has_its_own_then_the_brokers_then_kafkas() {
    let settings = read(
        "log.retention.hours=2\nlog.roll.hours=3\nlog.flush.scheduler.interval.ms=9\ncompression.type=zstd",
    )
    .unwrap();
    let set = |pairs: &[(&str, &str)]| -> Configs {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    };
    let all = set(&[("message.max.bytes", "5000"), ("log.roll.ms", "70")]);
    let own = set(&[("message.max.bytes", "6000")]);
    let effective = Effective::with(&settings, Some(&own), Some(&all));
    let overrides = set(&[("cleanup.policy", "compact,delete"), ("internal.segment.bytes", "100")]);
    let config = effective.log_config(Some(&overrides));
    assert_eq!((config.retention_ms, config.segment_ms, config.flush_ms), (2 * 3_600_000, 70, 9));
    assert_eq!((config.max_message_bytes, config.segment_bytes), (6000, 100));
    assert!(config.compact && config.delete);
    assert_eq!(effective.get(keys::MESSAGE_MAX_BYTES), 6000);
    assert!(validate::topic(&overrides, &effective).is_ok());
    assert!(validate::topic(&set(&[("cleanup.policy", "compact,x")]), &effective).is_err());
    assert_eq!(
        Effective::with(&Settings::default(), None, None).log_config(None),
        crate::log::write::LogConfig::default()
    );
}

/// Who writes a setting is told when nothing comes of it, so the mark must be what the broker's source says.
#[test]
fn honoured_is_what_somebody_reads() {
    /// Read into the configuration of a log, where nothing asks for it.
    const WITHOUT_EFFECT: [&str; 5] =
        ["flush.messages", "flush.ms", "local.retention.bytes", "local.retention.ms", "preallocate"];
    /// Said of every broker here: it is `node.id`, broker and controller, and speaks to no other.
    const OF_ONE_NODE: [&str; 5] = [
        "broker.id",
        "controller.quorum.bootstrap.servers",
        "controller.quorum.voters",
        "inter.broker.listener.name",
        "process.roles",
    ];
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let declared = ["broker.rs", "keys.rs", "tests.rs", "check.rs", "validate.rs", "effective.rs"];
    let mut source = String::new();
    let mut folders = vec![root.join("broker"), root.join("cli/serve")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let declares = path.parent().is_some_and(|folder| folder.ends_with("config"))
                && declared.iter().any(|name| path.ends_with(name));
            if path.is_dir() {
                folders.push(path);
            } else if !declares {
                source.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }
    let of_topics: Vec<&str> = super::topic::TOPIC
        .iter()
        .filter(|topic| {
            source.contains(&format!("\"{}\"", topic.name)) && !WITHOUT_EFFECT.contains(&topic.name)
        })
        .flat_map(|topic| super::topic::broker_names(topic.name).iter().map(|(name, _)| *name))
        .collect();
    let mut wrong = Vec::new();
    for definition in super::broker::BROKER {
        let key = format!("keys::{}", definition.name.to_uppercase().replace('.', "_"));
        let ends =
            |at: usize| source[at + key.len()..].starts_with(|c: char| !c.is_alphanumeric() && c != '_');
        let read = source.match_indices(&key).any(|(at, _)| ends(at))
            || of_topics.contains(&definition.name)
            || OF_ONE_NODE.contains(&definition.name);
        if read != definition.honoured {
            wrong.push(format!("{} {}", if read { "+" } else { "-" }, definition.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
