//! Decode and encode of typical messages: kafkit's typed codec and the kafka-protocol crate, on the
//! same bytes. `cargo bench` in this folder; figures in `benches/README.md`.

use bytes::{Bytes, BytesMut};
use divan::counter::BytesCount;
use kafka_protocol::messages::{
    ApiVersionsResponse, FetchRequest, FetchResponse, JoinGroupResponse, MetadataResponse, ProduceRequest,
};
use kafka_protocol::protocol::{Decodable, Encodable};
use kafkit::codec::messages::{fetch, groups, metadata, produce};
use kafkit::codec::wire::{Body, Reader, Records, Uuid, Writer};

#[global_allocator]
static ALLOCATIONS: divan::AllocProfiler = divan::AllocProfiler::system();

fn main() {
    divan::main();
}

fn bytes<'a, T: Body<'a>>(message: &T, version: i16) -> Vec<u8> {
    let mut writer = Writer::default();
    message.encode(&mut writer, version);
    writer.finish().unwrap()
}

/// One topic, one partition, 16 KiB of records.
fn produce_request() -> Vec<u8> {
    use produce::produce_request::*;
    let partition = PartitionProduceData {
        records: Some(Records(vec![7; 16 << 10].into())),
        ..Default::default()
    };
    let topic = TopicProduceData { name: "orders".into(), partition_data: vec![partition], ..Default::default() };
    bytes(&ProduceRequest { acks: -1, timeout_ms: 30_000, topic_data: vec![topic], ..Default::default() }, 9)
}

/// Ten topics of ten partitions.
fn fetch_request() -> Vec<u8> {
    use fetch::fetch_request::*;
    let topics = (0..10)
        .map(|id| FetchTopic {
            topic_id: Uuid([id; 16]),
            partitions: (0..10)
                .map(|partition| FetchPartition { partition, fetch_offset: 1_000, partition_max_bytes: 1 << 20, ..Default::default() })
                .collect(),
            ..Default::default()
        })
        .collect();
    bytes(&FetchRequest { max_wait_ms: 500, min_bytes: 1, max_bytes: 50 << 20, topics, ..Default::default() }, 13)
}

/// Two topics of five partitions with 4 KiB of records each.
fn fetch_response() -> Vec<u8> {
    use fetch::fetch_response::*;
    let responses = (0..2)
        .map(|id| FetchableTopicResponse {
            topic_id: Uuid([id; 16]),
            partitions: (0..5)
                .map(|partition_index| PartitionData {
                    partition_index,
                    high_watermark: 5_000,
                    last_stable_offset: 5_000,
                    records: Some(Records(vec![7; 4 << 10].into())),
                    ..Default::default()
                })
                .collect(),
            ..Default::default()
        })
        .collect();
    bytes(&FetchResponse { session_id: 7, responses, ..Default::default() }, 13)
}

/// Three brokers, ten topics of twelve partitions with three replicas.
fn metadata_response() -> Vec<u8> {
    use metadata::metadata_response::*;
    let brokers = (1..4)
        .map(|node_id| MetadataResponseBroker { node_id, host: "broker.example.com".into(), port: 9092, ..Default::default() })
        .collect();
    let topics = (0..10)
        .map(|topic| MetadataResponseTopic {
            name: Some(format!("topic-{topic}").into()),
            topic_id: Uuid([topic as u8; 16]),
            partitions: (0..12)
                .map(|partition_index| MetadataResponsePartition {
                    partition_index,
                    leader_id: 1,
                    replica_nodes: vec![1, 2, 3].into(),
                    isr_nodes: vec![1, 2, 3].into(),
                    ..Default::default()
                })
                .collect(),
            ..Default::default()
        })
        .collect();
    let cluster_id = Some("4L6g3nShT-eMCtK--X86sw".into());
    bytes(&MetadataResponse { brokers, topics, cluster_id, controller_id: 1, ..Default::default() }, 12)
}

/// Sixty APIs.
fn api_versions_response() -> Vec<u8> {
    use metadata::api_versions_response::*;
    let api_keys = (0..60).map(|api_key| ApiVersion { api_key, max_version: 9, ..Default::default() }).collect();
    bytes(&ApiVersionsResponse { api_keys, ..Default::default() }, 3)
}

/// Twenty members with subscriptions.
fn join_group_response() -> Vec<u8> {
    use groups::join_group_response::*;
    let members = (0..20)
        .map(|member| JoinGroupResponseMember {
            member_id: format!("consumer-orders-{member}-0b2c7a8e-55f4-4d3a-9d5e-3e8b6f0f7b61").into(),
            metadata: kafkit::codec::wire::Bytes(vec![1; 60].into()),
            ..Default::default()
        })
        .collect();
    let message = JoinGroupResponse {
        generation_id: 5,
        protocol_type: Some("consumer".into()),
        protocol_name: Some("cooperative-sticky".into()),
        leader: "consumer-orders-1".into(),
        member_id: "consumer-orders-1".into(),
        members,
        ..Default::default()
    };
    bytes(&message, 9)
}

macro_rules! pair {
    ($name:ident, $version:literal, $ours:ty, $theirs:ty) => {
        #[divan::bench_group]
        mod $name {
            use super::*;

            #[divan::bench]
            fn kafkit(bencher: divan::Bencher) {
                let bytes = super::$name();
                let mut buffer = Vec::new();
                bencher.counter(BytesCount::of_slice(&bytes)).bench_local(|| {
                    let message = <$ours>::decode(&mut Reader::new(divan::black_box(&bytes)), $version).unwrap();
                    buffer.clear();
                    let mut writer = Writer::new(std::mem::take(&mut buffer));
                    message.encode(&mut writer, $version);
                    buffer = writer.finish().unwrap();
                    divan::black_box(buffer.len())
                });
                assert_eq!(buffer, bytes);
            }

            #[divan::bench]
            fn kafka_protocol(bencher: divan::Bencher) {
                let bytes = Bytes::from(super::$name());
                let mut buffer = BytesMut::new();
                bencher.counter(BytesCount::of_slice(&bytes)).bench_local(|| {
                    let message = <$theirs>::decode(&mut divan::black_box(bytes.clone()), $version).unwrap();
                    buffer.clear();
                    message.encode(&mut buffer, $version).unwrap();
                    divan::black_box(buffer.len())
                });
                assert_eq!(buffer, bytes);
            }
        }
    };
}

pair!(produce_request, 9, produce::produce_request::ProduceRequest, ProduceRequest);
pair!(fetch_request, 13, fetch::fetch_request::FetchRequest, FetchRequest);
pair!(fetch_response, 13, fetch::fetch_response::FetchResponse, FetchResponse);
pair!(metadata_response, 12, metadata::metadata_response::MetadataResponse, MetadataResponse);
pair!(api_versions_response, 3, metadata::api_versions_response::ApiVersionsResponse, ApiVersionsResponse);
pair!(join_group_response, 9, groups::join_group_response::JoinGroupResponse, JoinGroupResponse);
