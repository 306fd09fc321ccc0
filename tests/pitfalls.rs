//! What codec authors get wrong, one test for each: how Kafka's own classes behave where a
//! description of the protocol would let one expect something else.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::borrow::Cow;

use kafkit::codec::api;
use kafkit::codec::dissect::Depth;
use kafkit::codec::finding::{FindingKind, InternalError, Severity};
use kafkit::codec::frame::{self, HeaderChoice, Layout};
use kafkit::codec::internal;
use kafkit::codec::messages::*;
use kafkit::codec::record_types::Family;
use kafkit::codec::schema::Message;
use kafkit::codec::tape::Tape;
use kafkit::codec::wire::*;

fn decode<'a, T: Body<'a>>(bytes: &'a [u8], version: i16) -> Result<T, Error> {
    T::decode(&mut Reader::new(bytes), version)
}

fn encode<'a, T: Body<'a>>(message: &T, version: i16) -> Result<Vec<u8>, WriteError> {
    let mut writer = Writer::default();
    message.encode(&mut writer, version);
    writer.finish()
}

fn hex(text: &str) -> Vec<u8> {
    hex::decode(text.replace(' ', "")).unwrap()
}

/// Kafka's verdict on a body, and what is noted about it.
fn findings(message: &'static Message, version: i16, bytes: &[u8]) -> (bool, Vec<FindingKind>) {
    let mut tape = Tape::default();
    frame::bare(&mut tape, bytes, 0, message, version, Depth::ALL);
    let accepted = tape.first_error().is_none();
    (accepted, tape.findings().iter().map(|finding| finding.kind).collect())
}

fn is_nullable(message: &'static Message, path: &[&str], version: i16) -> bool {
    let mut shape = message.shape;
    let (last, parents) = path.split_last().unwrap();
    for name in parents {
        let field = shape.fields.iter().find(|field| field.name == *name).unwrap();
        shape = match field.ty {
            kafkit::codec::schema::Type::Array(kafkit::codec::schema::Type::Struct(shape)) => shape,
            _ => panic!("{name} is no array of structs"),
        };
    }
    shape.fields.iter().find(|field| field.name == *last).unwrap().nullable.contain(version)
}

// Nulls and defaults

#[test]
fn a_nullable_struct_has_an_int8_marker_and_any_negative_one_is_null() {
    // DescribeTopicPartitionsRequest: no topics, limit 0, cursor, tags.
    use metadata::describe_topic_partitions_request::{MESSAGE, Root};
    for (marker, present) in [("ff", false), ("80", false), ("01", true), ("00", true), ("7f", true)] {
        let rest = if present { "02 61 00000000 00 00" } else { "00" };
        let bytes = hex(&format!("01 00000000 {marker} {rest}"));
        let message: Root = decode(&bytes, 0).unwrap();
        assert_eq!(message.cursor.is_some(), present, "{marker}");
        assert!(findings(&MESSAGE, 0, &bytes).0, "{marker}");
    }
    let none = Root { cursor: None, ..Root::default() };
    assert_eq!(encode(&none, 0).unwrap(), hex("01 000007d0 ff 00"));
}

#[test]
fn a_nullable_struct_in_a_tagged_field_has_a_varint_marker() {
    use group_records::consumer_group_member_metadata_value::Root;
    let absent = Root::default();
    // Absent is not null: the default of this field is an empty struct.
    let bytes = encode(&absent, 0).unwrap();
    assert!(decode::<Root>(&bytes, 0).unwrap().classic_member_metadata.is_some());
    let null = Root { classic_member_metadata: None, ..Root::default() };
    let bytes = encode(&null, 0).unwrap();
    // One tag, 0, of one byte: 0 for null.
    assert!(bytes.ends_with(&[1, 0, 1, 0]), "{bytes:02x?}");
    assert!(decode::<Root>(&bytes, 0).unwrap().classic_member_metadata.is_none());
}

#[test]
fn a_nullable_field_without_a_default_is_empty_when_absent_and_null_is_written() {
    use group_records::consumer_group_member_metadata_value as value;
    let field = value::MESSAGE.shape.fields.iter().find(|f| f.name == "classic_member_metadata").unwrap();
    assert_eq!(field.default, kafkit::codec::schema::Default::Zero);
    use group_records::consumer_group_current_member_assignment_value as assignment;
    for shape_field in assignment::MESSAGE.shape.fields.iter().filter(|field| field.tag.is_some()) {
        assert!(!shape_field.versions.is_empty());
    }
}

#[test]
fn any_negative_length_is_null_and_is_refused_where_null_is_not_allowed() {
    use groups::find_coordinator_request::MESSAGE;
    // FindCoordinator v0: a key that must not be null.
    for length in ["ffff", "8000", "fffe"] {
        let (accepted, found) = findings(&MESSAGE, 0, &hex(length));
        assert!(!accepted);
        assert!(matches!(found[0], FindingKind::Wire(ErrorKind::Null { .. })), "{found:?}");
    }
    // Metadata v1: topics may be null, by any negative count.
    use metadata::metadata_request::Root;
    for count in ["ffffffff", "fffffffe", "80000000"] {
        let bytes = hex(count);
        assert!(decode::<Root>(&bytes, 1).unwrap().topics.is_none(), "{count}");
        let (accepted, found) = findings(&metadata::metadata_request::MESSAGE, 1, &bytes);
        assert!(accepted);
        assert_eq!(found.is_empty(), count == "ffffffff", "a note about {count}");
    }
}

#[test]
fn some_fields_are_nullable_in_later_versions_only() {
    /// Message, path, versions that refuse null, versions that take it.
    type Case = (&'static Message, &'static [&'static str], &'static [i16], &'static [i16]);
    let cases: &[Case] = &[
        (&topics::delete_topics_response::MESSAGE, &["responses", "name"], &[0, 5], &[6]),
        (&groups::join_group_response::MESSAGE, &["protocol_name"], &[0, 6], &[7, 9]),
        (&metadata::metadata_request::MESSAGE, &["topics"], &[0], &[1, 13]),
        (&metadata::metadata_request::MESSAGE, &["topics", "name"], &[0, 9], &[10, 13]),
        (&metadata::metadata_response::MESSAGE, &["topics", "name"], &[0, 11], &[12, 13]),
        (&groups::offset_fetch_request::MESSAGE, &["topics"], &[0, 1], &[2, 7]),
    ];
    for (message, path, not, yes) in cases {
        for version in *not {
            assert!(!is_nullable(message, path, *version), "{} {path:?} v{version}", message.name);
        }
        for version in *yes {
            assert!(is_nullable(message, path, *version), "{} {path:?} v{version}", message.name);
        }
    }
}

// Tags

#[test]
fn a_tag_of_other_versions_is_an_error_and_not_unknown() {
    // Fetch v12: partition tag 0 (replicaDirectoryId) belongs to versions 17 and later.
    use fetch::fetch_request::{FetchPartition, FetchTopic, MESSAGE, Root};
    let with_tag = |tag: u32| Root {
        topics: vec![FetchTopic {
            topic: "a".into(),
            partitions: vec![FetchPartition {
                unknown_tags: vec![UnknownTag { tag, content: Cow::Borrowed(&[0; 16]) }],
                ..FetchPartition::default()
            }],
            ..FetchTopic::default()
        }],
        ..Root::default()
    };
    let (accepted, found) = findings(&MESSAGE, 12, &encode(&with_tag(0), 12).unwrap());
    assert!(!accepted);
    assert!(
        matches!(found[0], FindingKind::Wire(ErrorKind::TagVersion { tag: 0, version: 12 })),
        "{found:?}"
    );
    let unknown = encode(&with_tag(77), 12).unwrap();
    assert!(findings(&MESSAGE, 12, &unknown).0);
    assert_eq!(decode::<Root>(&unknown, 12).unwrap().topics[0].partitions[0].unknown_tags[0].tag, 77);
}

#[test]
fn the_size_of_a_known_tag_is_not_checked_and_order_and_repetition_are_free() {
    use fetch::fetch_request::{MESSAGE, Root};
    // Fetch v12 up to its tags, then cluster id (tag 0) with a size of its own.
    let start = "ffffffff 00000000 00000000 00000000 00 00000000 ffffffff 01 01 01";
    let lying = hex(&format!("{start} 01 00 63 02 61"));
    assert_eq!(decode::<Root>(&lying, 12).unwrap().cluster_id.unwrap().to_text(), "a");
    let (accepted, found) = findings(&MESSAGE, 12, &lying);
    assert!(accepted && found.contains(&FindingKind::TagSize { claimed: 0x63, used: 2 }), "{found:?}");
    let twice = hex(&format!("{start} 02 00 02 02 61 00 02 02 62"));
    assert_eq!(decode::<Root>(&twice, 12).unwrap().cluster_id.unwrap().to_text(), "b");
    let (accepted, found) = findings(&MESSAGE, 12, &twice);
    assert!(accepted && found.contains(&FindingKind::TagRepeated { tag: 0 }), "{found:?}");
    let unordered = hex(&format!("{start} 02 09 00 00 02 02 61"));
    let (accepted, found) = findings(&MESSAGE, 12, &unordered);
    assert!(accepted && found.contains(&FindingKind::TagOrder { tag: 0 }), "{found:?}");
}

#[test]
fn limits_on_tags_arrays_and_strings() {
    use metadata::api_versions_request::MESSAGE;
    // ApiVersions v3: two empty strings, then tags: empty ones, numbers rising.
    let tags = |count: u32| {
        let mut writer = Writer::new(hex("01 01"));
        writer.uvarint(count);
        for tag in 0..count {
            writer.uvarint(tag + 100);
            writer.uvarint(0);
        }
        writer.finish().unwrap()
    };
    assert!(findings(&MESSAGE, 3, &tags(10_000)).0);
    assert!(!findings(&MESSAGE, 3, &tags(10_001)).0);
    // Metadata v0 would take a count; ElectLeaders v1 partitions are int32: 1,000,000 of them.
    let partitions = |count: usize| {
        let mut bytes = hex("00 00000001 0001 61");
        bytes.extend((count as u32).to_be_bytes());
        bytes.resize(bytes.len() + 4 * count, 0);
        bytes.extend([0; 4]);
        bytes
    };
    assert!(findings(&topics::elect_leaders_request::MESSAGE, 1, &partitions(1_000_000)).0);
    assert!(!findings(&topics::elect_leaders_request::MESSAGE, 1, &partitions(1_000_001)).0);
    let string = |length: u32| {
        let mut writer = Writer::default();
        writer.uvarint(length + 1);
        writer.buffer.resize(writer.buffer.len() + length as usize, b'a');
        writer.buffer.extend([1, 0]);
        writer.finish().unwrap()
    };
    assert!(findings(&MESSAGE, 3, &string(32_767)).0);
    assert!(!findings(&MESSAGE, 3, &string(32_768)).0);
}

// Leniency

#[test]
fn invalid_utf8_is_accepted_and_shown_as_replacement_characters() {
    use groups::find_coordinator_request::{MESSAGE, Root};
    let bytes = hex("0003 61 ff 62");
    assert_eq!(decode::<Root>(&bytes, 0).unwrap().key.to_text(), "a\u{fffd}b");
    assert_eq!(findings(&MESSAGE, 0, &bytes), (true, vec![FindingKind::InvalidUtf8]));
    // A surrogate in three bytes is one character to Java.
    assert_eq!(kafkit::codec::tape::text(&hex("61 eda080 62")), "a\u{fffd}b");
}

#[test]
fn any_nonzero_byte_is_true() {
    use metadata::metadata_request::{MESSAGE, Root};
    let bytes = hex("00000000 7f");
    assert!(decode::<Root>(&bytes, 4).unwrap().allow_auto_topic_creation);
    assert_eq!(findings(&MESSAGE, 4, &bytes), (true, vec![FindingKind::OddBool { byte: 0x7f }]));
}

#[test]
fn overlong_varints_pass_within_five_bytes() {
    use metadata::api_versions_request::MESSAGE;
    assert_eq!(findings(&MESSAGE, 3, &hex("8180808000 01 00")), (true, vec![FindingKind::OverlongVarint]));
    let (accepted, found) = findings(&MESSAGE, 3, &hex("818080808000 01 00"));
    assert!(!accepted);
    assert!(matches!(found[0], FindingKind::Wire(ErrorKind::VarintTooLong)), "{found:?}");
}

#[test]
fn trailing_bytes_are_ignored_but_not_in_metadata_records() {
    use groups::find_coordinator_request::MESSAGE;
    assert_eq!(findings(&MESSAGE, 0, &hex("0001 61 aabb")), (true, vec![FindingKind::Trailing { bytes: 2 }]));
    let mut tape = Tape::default();
    internal::value(&mut tape, None, &hex("01 14 00 00 aa"), 0, Family::Metadata, Depth::ALL);
    assert_eq!(tape.first_error().map(|finding| finding.kind), Some(FindingKind::Trailing { bytes: 1 }));
    tape.clear();
    let key = hex("0002 0001 67");
    internal::key(&mut tape, &[key, vec![0xaa]].concat(), 0, Family::Group, Depth::ALL);
    assert!(tape.first_error().is_none() && !tape.findings().is_empty());
}

#[test]
fn metadata_records_above_their_version_are_read_and_coordinator_values_are_not() {
    let mut tape = Tape::default();
    // NoOpRecord (20) v1, where only v0 is known.
    internal::value(&mut tape, None, &hex("01 14 01 00"), 0, Family::Metadata, Depth::ALL);
    let newer = FindingKind::Internal(InternalError::NewerVersion { version: 1 });
    assert_eq!(
        tape.findings().iter().map(|f| (f.severity, f.kind)).collect::<Vec<_>>(),
        [(Severity::Note, newer)]
    );
    tape.clear();
    let key = hex("0001 0001 67 0001 74 00000000");
    internal::value(&mut tape, Some(&key), &hex("0005 0000"), 0, Family::Group, Depth::ALL);
    let unknown = FindingKind::Internal(InternalError::UnknownVersion { version: 5 });
    assert_eq!(tape.first_error().map(|finding| finding.kind), Some(unknown));
}

// Headers and versions

#[test]
fn api_versions_responses_always_have_header_v0() {
    let api = api::by_name("ApiVersions").unwrap();
    for version in 0..=5 {
        assert_eq!(api.response_header_version(version), 0);
        assert_eq!(api.request_header_version(version), if version >= 3 { 2 } else { 1 });
    }
}

#[test]
fn the_client_id_keeps_its_int16_length_in_header_v2() {
    use headers::request_header::Root;
    let header = Root { client_id: Some("kafka-cli".into()), ..Root::default() };
    assert_eq!(encode(&header, 2).unwrap(), hex("0000 0000 00000000 0009 6b61666b612d636c69 00"));
}

#[test]
fn kafka_advertises_produce_from_version_0() {
    let produce = api::by_name("Produce").unwrap();
    assert_eq!((produce.advertised().min, produce.current().min), (0, 3));
}

#[test]
fn only_init_producer_id_v6_is_unstable() {
    let unstable: Vec<String> = MESSAGES
        .iter()
        .filter(|message| !message.unstable.is_empty())
        .map(|message| format!("{} {}", message.name, message.unstable.min))
        .collect();
    assert_eq!(unstable, ["InitProducerIdRequest 6", "InitProducerIdResponse 6"]);
}

#[test]
fn some_messages_are_never_flexible() {
    for message in MESSAGES {
        let never = [
            "SaslHandshake",
            "OffsetDelete",
            "ConsumerProtocol",
            "EndTxnMarker",
            "AbortedTxn",
            "ProducerSnapshot",
        ];
        let coordinator_key = message.kind == kafkit::codec::schema::Kind::CoordinatorKey;
        if coordinator_key || never.iter().any(|name| message.name.starts_with(name)) {
            assert!(message.flexible.is_empty(), "{}", message.name);
        }
    }
}

// Control records

#[test]
fn of_control_records_only_the_end_of_a_transaction_has_a_version_prefix() {
    for record_type in Family::Control.record_types() {
        let first = record_type.value.shape.fields[0].name;
        assert_eq!(first == "version", record_type.value.name != "EndTxnMarker", "{}", record_type.name);
    }
}

#[test]
fn leader_change_has_a_version_1_that_kafka_does_not_write() {
    assert_eq!(data::leader_change_message::MESSAGE.versions.max, 1);
}

// Ids

#[test]
fn record_ids_have_gaps() {
    let ids = |family: Family| family.record_types().iter().map(|t| t.id).collect::<Vec<i16>>();
    let with_gaps =
        |ranges: &[std::ops::RangeInclusive<i16>]| ranges.iter().cloned().flatten().collect::<Vec<i16>>();
    assert_eq!(ids(Family::Metadata), with_gaps(&[0..=5, 7..=12, 14..=15, 17..=29]));
    assert_eq!(ids(Family::Group), with_gaps(&[0..=8, 10..=17, 19..=23]));
    assert_eq!(ids(Family::Transaction), [0]);
    assert_eq!(ids(Family::Share), [0, 1]);
    assert_eq!(ids(Family::RemoteLog), [0, 1, 2, 3]);
    assert_eq!(ids(Family::Control), [0, 1, 2, 3, 4, 5, 6]);
}

#[test]
fn what_is_new_in_4_4() {
    for (name, version) in [
        ("ApiVersions", 5),
        ("TxnOffsetCommit", 6),
        ("DeleteGroups", 3),
        ("StreamsGroupHeartbeat", 1),
        ("StreamsGroupDescribe", 1),
        ("StreamsGroupTopologyDescriptionUpdate", 0),
        ("UnregisterController", 0),
    ] {
        assert_eq!(api::by_name(name).unwrap().request.versions.max, version, "{name}");
    }
    assert_eq!(api::by_name("UnregisterController").unwrap().key, 94);
    assert!(kafkit::codec::error_codes::by_code(136).is_some());
}

/// Frames: a size prefix that lies, and requests of APIs and versions that are not.
#[test]
fn frames_that_are_not_what_they_say() {
    let layout = Layout { size: true, header: HeaderChoice::Usual };
    let mut tape = Tape::default();
    let mut verdict = |text: &str| {
        tape.clear();
        frame::request(&mut tape, &hex(text), 0, layout, None, Depth::ALL);
        tape.first_error().map(|finding| finding.kind)
    };
    let short = verdict("00000030 0012 0000 00000001 ffff");
    assert_eq!(short, Some(FindingKind::FrameSize { claimed: 48, have: 10 }));
    assert_eq!(verdict("0000000a 00c8 0000 00000001 ffff"), Some(FindingKind::UnknownApi { key: 200 }));
    assert_eq!(
        verdict("0000000a 0012 0009 00000001 ffff"),
        Some(FindingKind::UnknownVersion { key: 18, version: 9 })
    );
}
