//! The tables of APIs, error codes and record types against Kafka's own, row by row and in both
//! directions: `testdata/tables`, or the folder that `KAFKIT_TABLES` names. And samples of what
//! values are said to stand for.
#![allow(clippy::unwrap_used, clippy::panic)] // A test that cannot go on has failed.

use std::collections::BTreeMap;
use std::path::PathBuf;

use kafkit::codec::api::{self, APIS, Api, Listener};
use kafkit::codec::error_codes::{self, ERROR_CODES};
use kafkit::codec::meaning::Meaning;
use kafkit::codec::messages::MESSAGES;
use kafkit::codec::record_types::{Family, VERSION_PREFIXED};
use kafkit::codec::schema::{Field, Kind, Struct, Type, Versions};

type Row = BTreeMap<String, String>;

fn table(name: &str) -> Vec<Row> {
    let folder = std::env::var_os("KAFKIT_TABLES")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("testdata/tables"), PathBuf::from);
    let path = folder.join(name);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut lines = text.lines();
    let columns: Vec<&str> = lines.next().unwrap().split('\t').collect();
    let rows: Vec<Row> = lines
        .map(|line| {
            let cells: Vec<&str> = line.split('\t').collect();
            assert!(cells.len() <= columns.len(), "{name}: {line}");
            let cells = cells.into_iter().chain(std::iter::repeat(""));
            columns.iter().zip(cells).map(|(column, cell)| (column.to_string(), cell.to_string())).collect()
        })
        .collect();
    assert!(!rows.is_empty(), "{name} has no rows");
    rows
}

fn number(row: &Row, column: &str) -> i16 {
    row[column].parse().unwrap_or_else(|error| panic!("{column} {:?}: {error}", row[column]))
}

/// The versions from `0-8:1,9-13:2` or `0-4`, each with what stands behind the colon.
fn versions(cell: &str) -> Vec<(i16, i16)> {
    let mut all = Vec::new();
    for part in cell.split(',').filter(|part| !part.is_empty()) {
        let (range, value) = part.split_once(':').unwrap_or((part, "0"));
        let (min, max) = range.split_once('-').unwrap_or((range, range));
        let value = value.parse().unwrap();
        all.extend((min.parse().unwrap()..=max.parse().unwrap()).map(|version: i16| (version, value)));
    }
    all
}

fn listener_names(api: &Api) -> Vec<&'static str> {
    let name = |listener: &Listener| match listener {
        Listener::Broker => "broker",
        Listener::Controller => "controller",
        Listener::ZkBroker => "zk_broker",
    };
    api.listeners.iter().map(name).collect()
}

/// What both releases' tables agree on.
fn check_api(row: &Row) -> &'static Api {
    let (key, name) = (number(row, "key"), row["name"].as_str());
    let api = api::by_key(key).unwrap_or_else(|| panic!("no API {key} {name}"));
    assert_eq!((api.key, api.name), (key, name));
    let bodies = [(api.request, "Request", Kind::Request), (api.response, "Response", Kind::Response)];
    for (message, suffix, kind) in bodies {
        assert_eq!((message.key, message.kind), (key, kind), "{name}");
        assert_eq!(message.name, format!("{name}{suffix}"));
    }
    for (version, header) in versions(&row["request_header_versions"]) {
        assert!(api.request.versions.contain(version), "{name} v{version}");
        assert_eq!(api.request_header_version(version), header, "{name} v{version} request header");
    }
    for (version, header) in versions(&row["response_header_versions"]) {
        assert!(api.response.versions.contain(version), "{name} v{version}");
        assert_eq!(api.response_header_version(version), header, "{name} v{version} response header");
    }
    for (column, flexible) in
        [("request_flexible_from", api.request.flexible), ("response_flexible_from", api.response.flexible)]
    {
        for version in number(row, "min")..=number(row, "max") {
            let expected = row[column].parse().is_ok_and(|from: i16| version >= from);
            assert_eq!(flexible.contain(version), expected, "{name} v{version} {column}");
        }
    }
    assert_eq!(api.cluster_action.to_string(), row["cluster_action"], "{name} cluster_action");
    api
}

#[test]
fn apis() {
    let rows = table("apis.tsv");
    for row in &rows {
        let api = check_api(row);
        let name = api.name;
        assert_eq!(listener_names(api).join(","), row["listeners"], "{name} listeners");
        assert_eq!(api.forwardable.to_string(), row["forwardable"], "{name} forwardable");
        assert_eq!(api.removed, None, "{name}");
        for (message, min, max) in
            [(api.request, "request_min", "request_max"), (api.response, "response_min", "response_max")]
        {
            let expected = Versions { min: number(row, min), max: number(row, max) };
            assert_eq!(message.current, expected, "{}", message.name);
        }
        assert_eq!(api.current(), Versions { min: number(row, "min"), max: number(row, "max") }, "{name}");
        let unstable = api.request.unstable.contain(api.current().max);
        assert_eq!(unstable.to_string(), row["latest_unstable"], "{name}");
        let min = if name == "Produce" { 0 } else { api.current().min };
        let max = api.current().max - i16::from(unstable);
        assert_eq!(api.advertised(), Versions { min, max }, "{name}");
    }
    for api in APIS {
        let row = rows.iter().find(|row| row["name"] == api.name);
        assert_eq!(row.is_none(), api.removed.is_some(), "{} is in one table only", api.name);
    }
}

#[test]
fn apis_before_kafka_4() {
    let rows = table("apis-3.9.tsv");
    for row in &rows {
        let api = check_api(row);
        let listeners = &row["listeners"];
        if api.removed.is_some() {
            assert_eq!(&listener_names(api).join(","), listeners, "{}", api.name);
            assert_eq!(api.request.versions, Versions { min: number(row, "min"), max: number(row, "max") });
            assert!(api.advertised().is_empty(), "{}", api.name);
        } else {
            let left: Vec<&str> = listeners.split(',').filter(|listener| *listener != "zk_broker").collect();
            assert_eq!(listener_names(api), left, "{}", api.name);
        }
    }
    for api in APIS.iter().filter(|api| api.removed.is_some()) {
        assert!(rows.iter().any(|row| row["name"] == api.name), "{} was never there", api.name);
    }
}

#[test]
fn apis_by_name() {
    for (at, api) in APIS.iter().enumerate() {
        assert_eq!(usize::try_from(api.key), Ok(at), "the table has a gap");
        let kebab = api.kebab_name();
        for spelling in [
            api.name.to_string(),
            kebab.to_uppercase(),
            kebab.replace('-', "_"),
            kebab.replace('-', ""),
            format!("{}Request", api.name),
            format!("{kebab}-response"),
            kebab,
        ] {
            assert_eq!(api::by_name(&spelling).map(|found| found.key), Some(api.key), "{spelling}");
        }
    }
    assert_eq!(api::by_name("ListClientMetricsResources").map(|api| api.key), Some(74));
    assert!(api::by_name("").is_none() && api::by_name("request").is_none());
    assert!(api::by_key(-1).is_none() && api::by_key(95).is_none() && api::by_key(i16::MAX).is_none());
    assert_eq!(api::nearest("ApiVersion").first().map(|api| api.key), Some(18));
    assert_eq!(api::nearest("metdata").first().map(|api| api.key), Some(3));
    assert!(api::nearest("xyzzyxyzzy").is_empty());
    assert!(api::nearest(&"fetch".repeat(10_000)).is_empty());
}

#[test]
fn error_codes_are_kafkas() {
    let rows = table("errors.tsv");
    for row in &rows {
        let code = number(row, "code");
        let error = error_codes::by_code(code).unwrap_or_else(|| panic!("no error {code}"));
        assert_eq!((error.code, error.name), (code, row["name"].as_str()));
        assert_eq!(error.is_retriable().to_string(), row["retriable"], "{}", error.name);
        assert_eq!(error.exception, row["exception"], "{}", error.name);
        assert_eq!(error.is_invalid_metadata().to_string(), row["invalid_metadata"], "{}", error.name);
    }
    assert_eq!(rows.len(), ERROR_CODES.len());
    let mut release = (0, 0, 0);
    for error in ERROR_CODES {
        assert!(error.help.ends_with('.') && error.help.len() > 10, "{}", error.name);
        let mut parts = error.since.split('.').map(|part| part.parse::<u32>().unwrap());
        let mut part = || parts.next().unwrap_or(0);
        let since = (part(), part(), part());
        assert!(since >= release, "{} is said to be older than the code before it", error.name);
        release = since;
        for spelling in [error.name.to_lowercase(), error.name.replace('_', "-")] {
            assert_eq!(error_codes::by_name(&spelling).map(|found| found.code), Some(error.code));
        }
    }
    assert!(error_codes::by_code(-2).is_none() && error_codes::by_code(137).is_none());
    assert!(error_codes::by_code(i16::MIN).is_none() && error_codes::by_code(i16::MAX).is_none());
    assert_eq!(error_codes::by_name("NotCoordinatorException").map(|error| error.code), Some(16));
    assert!(error_codes::by_name("").is_none());
    assert_eq!(error_codes::nearest("UNKNOWN_TOPIC").first().map(|error| error.code), Some(3));
    assert_eq!(error_codes::nearest("not_cordinator").first().map(|error| error.code), Some(16));
}

#[test]
fn record_types() {
    let rows = table("records.tsv");
    let mut count = 0;
    for row in &rows {
        let (family, id, name) = (row["family"].as_str(), number(row, "type_id"), row["name"].as_str());
        // Kafka's stand-in for control records that it does not know; it never writes one.
        if (family, id, name) == ("control", -1, "UNKNOWN") {
            continue;
        }
        count += 1;
        let family = Family::ALL.into_iter().find(|known| known.name() == family).unwrap();
        let record_type =
            family.record_type(id).unwrap_or_else(|| panic!("no {family:?} record {id} {name}"));
        assert_eq!((record_type.family, record_type.id, record_type.name), (family, id, name));
        assert_eq!(record_type.key.map_or("", |key| key.name), row["key"], "{name}");
        assert_eq!(record_type.value.name, row["value"], "{name}");
        let expected: Vec<i16> =
            versions(&row["value_versions"]).into_iter().map(|(version, _)| version).collect();
        let ours = record_type.value_versions();
        assert_eq!((ours.min..=ours.max).collect::<Vec<_>>(), expected, "{name}");
        if matches!(family, Family::Group | Family::Transaction | Family::Share) {
            assert_eq!(
                record_type.key.map(|key| (key.kind, key.key)),
                Some((Kind::CoordinatorKey, id)),
                "{name}"
            );
            assert_eq!(
                (record_type.value.kind, record_type.value.key),
                (Kind::CoordinatorValue, id),
                "{name}"
            );
        } else if family != Family::Control {
            assert_eq!((record_type.value.kind, record_type.value.key), (Kind::Metadata, id), "{name}");
        }
    }
    let ours: usize = Family::ALL.into_iter().map(|family| family.record_types().len()).sum();
    assert_eq!(ours, count, "we know a record type that Kafka does not");
    assert_eq!(Family::of_topic("__consumer_offsets"), Some(Family::Group));
    assert_eq!(Family::of_topic("orders"), None);
    assert!(Family::Metadata.record_type(6).is_none() && Family::Control.record_type(-1).is_none());
}

#[test]
fn every_message_has_a_place() {
    let reached = |name: &str| {
        APIS.iter().any(|api| api.request.name == name || api.response.name == name)
            || VERSION_PREFIXED.iter().any(|message| message.name == name)
            || Family::ALL.into_iter().flat_map(Family::record_types).any(|record_type| {
                record_type.value.name == name || record_type.key.is_some_and(|key| key.name == name)
            })
    };
    let files = ["ProducerSnapshot", "QuorumStateData"];
    let former = ["ListClientMetricsResourcesRequest", "ListClientMetricsResourcesResponse"];
    let connect = ["ConnectMetadata", "ConnectAssignment"];
    for message in MESSAGES.iter().filter(|message| message.kind != Kind::Header) {
        let apart = [&files[..], &former, &connect].concat().contains(&message.name);
        assert_ne!(reached(message.name), apart, "{}", message.name);
    }
}

fn described(meaning: Meaning, value: i64) -> Option<String> {
    let mut out = b"before ".to_vec();
    let said = meaning.describe(value, &mut out);
    let text = String::from_utf8(out).unwrap();
    let text = text.strip_prefix("before ").unwrap();
    assert_eq!(said, !text.is_empty(), "{meaning:?} {value}");
    said.then(|| text.to_string())
}

#[test]
fn descriptions() {
    use Meaning::*;
    let none = "";
    for (meaning, value, expected) in [
        (Plain, 3, none),
        (ErrorCode, 3, "UNKNOWN_TOPIC_OR_PARTITION"),
        (ErrorCode, 0, "NONE"),
        (ErrorCode, -1, "UNKNOWN_SERVER_ERROR"),
        (ErrorCode, 999, "not an error of Kafka 4.4 or before"),
        (ErrorCode, i64::MAX, "not an error of Kafka 4.4 or before"),
        (ApiKey, 18, "ApiVersions"),
        (ApiKey, 7, "ControlledShutdown"),
        (ApiKey, -1, "not an API of Kafka 4.4 or before"),
        (Acks, -1, "all in-sync replicas"),
        (Acks, 0, "no response"),
        (Acks, 1, "the leader"),
        (Acks, 2, "not allowed: -1, 0 or 1"),
        (AcknowledgeType, 0, "GAP"),
        (AcknowledgeType, 4, "RENEW"),
        (AclOperation, 15, "TWO_PHASE_COMMIT"),
        (AclOperation, 16, "not a value of Kafka 4.4 or before"),
        (AclOperations, i32::MIN.into(), "not asked for"),
        (AclOperations, 0, "none"),
        (AclOperations, 0b1_0001_1000, "READ, WRITE, DESCRIBE"),
        (AclOperations, 1 << 20 | 1 << 3, "READ, bit 20"),
        (AclResourceType, 2, "TOPIC"),
        (BrokerDefault, -1, "the broker's default, or as assigned"),
        (BrokerDefault, 3, none),
        (BrokerId, -1, "none"),
        (BrokerId, 1, none),
        (CommittedOffset, -1, "nothing committed"),
        (CompressionType, 4, "zstd"),
        (ConfigOperation, 1, "DELETE"),
        (ConfigResourceType, 16, "CLIENT_METRICS"),
        (ConfigResourceType, 1, "not a value of Kafka 4.4 or before"),
        (ConfigSource, 5, "DEFAULT_CONFIG"),
        (ConfigType, 9, "PASSWORD"),
        (ConsumerMemberState, 127, "UNKNOWN"),
        (ControlType, 1, "COMMIT"),
        (CoordinatorType, 2, "SHARE"),
        (DeliveryState, 4, "ARCHIVED"),
        (ElectionType, 1, "UNCLEAN"),
        (FetchSessionEpoch, 0, "begins a session"),
        (FetchSessionEpoch, -1, "without a session, or its end"),
        (FetchSessionEpoch, 1, none),
        (HeartbeatEpoch, -2, "a static member leaves for a while"),
        (HighWatermarkHint, i64::MAX, "not told"),
        (IsolationLevel, 1, "read_committed"),
        (LeaderChange, -2, "unchanged"),
        (LeaderEpoch, -1, "none"),
        (LeaderRecoveryState, 1, "RECOVERING"),
        (ListOffsetsTimestamp, -1, "latest"),
        (ListOffsetsTimestamp, -2, "earliest"),
        (ListOffsetsTimestamp, -6, "earliest pending upload"),
        (ListOffsetsTimestamp, -7, "not a special time of Kafka 4.4 or before"),
        (ListOffsetsTimestamp, 0, "1970-01-01 00:00:00.000Z"),
        (LogAppendTime, -1, "the producer's time stands"),
        (Millis, 999, none),
        (Millis, 30_000, "30 s"),
        (Millis, 300_000, "5 min"),
        (Millis, 86_400_000, "1 d"),
        (Millis, -5, none),
        (MillisOrUnchanged, -1, "unchanged"),
        (Offset, -1, "unknown or none"),
        (Offset, 12, none),
        (ReplicaId, -2, "a debugging consumer"),
        (ScramMechanism, 2, "SCRAM-SHA-512"),
        (SecurityProtocol, 3, "SASL_SSL"),
        (Size, 1_048_576, "1 MiB"),
        (Size, 2_147_483_647, "no limit"),
        (StreamsMemberState, 1, "STABLE"),
        (StreamsStatus, 5, "ASSIGNMENT_DELAYED"),
        (Timestamp, 1_795_168_800_123, "2026-11-20 10:00:00.123Z"),
        (Timestamp, -1, "none"),
        (Timestamp, -2, "1969-12-31 23:59:59.998Z"),
        (Timestamp, i64::MAX, none),
        (Timestamp, i64::MIN, none),
        (TransactionState, 7, "PrepareEpochFence"),
        (UpgradeType, 3, "UNSAFE_DOWNGRADE"),
        (ZkMigrationState, 1, "MIGRATION"),
        (ZkMigrationState, 2, "PRE_MIGRATION"),
    ] {
        assert_eq!(described(meaning, value).unwrap_or_default(), expected, "{meaning:?} {value}");
    }
}

#[test]
fn descriptions_of_ids() {
    let said = |meaning: Meaning, bits: u128| {
        let mut out = Vec::new();
        meaning.describe_uuid(&bits.to_be_bytes(), &mut out);
        String::from_utf8(out).unwrap()
    };
    assert_eq!(said(Meaning::TopicId, 0), "none");
    assert_eq!(said(Meaning::TopicId, 1), "__cluster_metadata");
    assert_eq!(said(Meaning::TopicId, 2), "");
    assert_eq!(said(Meaning::Plain, 0), "none");
    assert_eq!(said(Meaning::Plain, 1), "");
    let directories: Vec<String> = [0, 1, 2, 3, 99, 100].map(|bits| said(Meaning::DirectoryId, bits)).into();
    assert_eq!(directories, ["unassigned", "lost", "migrating", "reserved", "reserved", ""]);
}

#[test]
fn names_lead_back_to_values() {
    for error in ERROR_CODES {
        assert_eq!(Meaning::ErrorCode.value_of(error.name), Some(error.code.into()));
    }
    for api in APIS {
        assert_eq!(Meaning::ApiKey.value_of(&api.kebab_name()), Some(api.key.into()));
    }
    assert_eq!(Meaning::ConfigResourceType.value_of("group"), Some(32));
    assert_eq!(Meaning::ScramMechanism.value_of("scram_sha_256"), Some(1));
    assert_eq!(Meaning::TransactionState.value_of("PREPARE_COMMIT"), Some(2));
    assert_eq!(Meaning::ListOffsetsTimestamp.value_of("earliest"), Some(-2));
    assert_eq!(Meaning::IsolationLevel.value_of("not a value of Kafka 4.4 or before"), None);
    assert_eq!(Meaning::Plain.value_of("x"), None);
}

/// Every field's meaning must suit the field's type: a wrong `means` would say nonsense.
#[test]
fn meanings_suit_their_types() {
    use Meaning::*;
    fn fields(shape: &'static Struct, visit: &mut impl FnMut(&'static Struct, &'static Field, Type)) {
        for field in shape.fields {
            let element = if let Type::Array(element) = field.ty { *element } else { field.ty };
            visit(shape, field, element);
            if let Type::Struct(inner) = element {
                fields(inner, visit);
            }
        }
    }
    for message in MESSAGES {
        fields(message.shape, &mut |shape, field, ty| {
            let place =
                || format!("{} {} {} means {:?}", message.name, shape.name, field.name, field.meaning);
            match field.meaning {
                Plain => {
                    assert!(!field.name.ends_with("error_code"), "{}", place());
                    assert!(!matches!(ty, Type::Int64) || !field.name.contains("timestamp"), "{}", place());
                }
                TopicId | DirectoryId | VoterDirectoryId => assert!(matches!(ty, Type::Uuid), "{}", place()),
                Assignment | ConnectAssignment | EnvelopedRequest | EnvelopedResponse | HostAddress
                | Principal | Sasl | Secret | Subscription => {
                    assert!(matches!(ty, Type::Bytes), "{}", place())
                }
                ConfigValue => assert!(matches!(ty, Type::String), "{}", place()),
                _ => assert!(
                    matches!(ty, Type::Int8 | Type::Int16 | Type::Int32 | Type::Int64),
                    "{}: {ty} is not a number",
                    place()
                ),
            }
            if let Type::Int8 = ty {
                assert_ne!(field.meaning, Plain, "{}: what do its values stand for?", place());
            }
        });
    }
}
