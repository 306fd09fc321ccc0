//! Topics come, lose their first records, and go.

use kafkit::codec::messages::topics::create_topics_request::{
    CreatableTopic, CreatableTopicConfig, CreateTopicsRequest,
};
use kafkit::codec::messages::topics::create_topics_response::CreateTopicsResponse;
use kafkit::codec::messages::topics::delete_records_request::{
    DeleteRecordsPartition, DeleteRecordsRequest, DeleteRecordsTopic,
};
use kafkit::codec::messages::topics::delete_records_response::DeleteRecordsResponse;
use kafkit::codec::messages::topics::delete_topics_request::DeleteTopicsRequest;
use kafkit::codec::messages::topics::delete_topics_response::DeleteTopicsResponse;
use kafkit::codec::wire::Str;

use super::broker::{Client, read};

/// Versions whose headers are the simple ones.
const CREATE_VERSION: i16 = 4;
const DELETE_VERSION: i16 = 3;
const RECORDS_VERSION: i16 = 1;

/// The error code.
pub fn create(
    client: &mut Client,
    topic: &str,
    partitions: i32,
    configs: &[(&str, &str)],
) -> std::io::Result<i16> {
    let configs = configs.iter().map(|(name, value)| CreatableTopicConfig {
        name: Str::from(*name),
        value: Some(Str::from(*value)),
        ..Default::default()
    });
    let topic = CreatableTopic {
        name: Str::from(topic),
        num_partitions: partitions,
        replication_factor: 1,
        configs: configs.collect(),
        ..Default::default()
    };
    let body = CreateTopicsRequest { topics: vec![topic], ..Default::default() };
    let answer = client.ask(CREATE_VERSION, &body)?;
    let response: CreateTopicsResponse<'_> = read(&answer, CREATE_VERSION);
    Ok(response.topics[0].error_code)
}

/// The error code.
pub fn delete(client: &mut Client, topic: &str) -> std::io::Result<i16> {
    let body = DeleteTopicsRequest { topic_names: vec![Str::from(topic)], ..Default::default() };
    let answer = client.ask(DELETE_VERSION, &body)?;
    let response: DeleteTopicsResponse<'_> = read(&answer, DELETE_VERSION);
    Ok(response.responses[0].error_code)
}

/// The error code.
pub fn delete_records(client: &mut Client, topic: &str, partition: i32, offset: i64) -> std::io::Result<i16> {
    let partitions =
        vec![DeleteRecordsPartition { partition_index: partition, offset, ..Default::default() }];
    let topics = vec![DeleteRecordsTopic { name: Str::from(topic), partitions, ..Default::default() }];
    let body = DeleteRecordsRequest { topics, ..Default::default() };
    let answer = client.ask(RECORDS_VERSION, &body)?;
    let response: DeleteRecordsResponse<'_> = read(&answer, RECORDS_VERSION);
    Ok(response.topics[0].partitions[0].error_code)
}
