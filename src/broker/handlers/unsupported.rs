//! Answers to versions that are not offered, where there is an answer that the client can read.
//!
//! Of ApiVersions, it learns from the answer which version to ask in (KIP-511). Of Produce 0 to 2 and Fetch 0 to 3, which
//! Kafka 4 removed and clients from before 0.11 send unasked, each partition gets UNSUPPORTED_VERSION.

use crate::broker::apis;
use crate::broker::connection::Header;
use crate::codec::error_codes::codes;
use crate::codec::messages::fetch::{fetch_request, fetch_response};
use crate::codec::messages::metadata::api_versions_response::{ApiVersion, ApiVersionsResponse};
use crate::codec::messages::produce::{produce_request, produce_response};
use crate::codec::wire::{Body, Reader, Records, Writer};

const PRODUCE: i16 = 0;
const FETCH: i16 = 1;
const API_VERSIONS: i16 = 18;

/// Writes header and body. Returns false where there is nothing that could be said.
pub fn answer(header: &Header, body: &[u8], writer: &mut Writer) -> bool {
    header.begin_response(&mut writer.buffer);
    match header.key {
        API_VERSIONS => api_versions().encode(writer, 0),
        PRODUCE => match produce_request::Root::decode(&mut Reader::new(body), header.version) {
            // Nobody waits for an answer to a request without acknowledgement.
            Ok(request) if request.acks != 0 => produce(request).encode(writer, header.version),
            _ => return false,
        },
        FETCH => match fetch_request::Root::decode(&mut Reader::new(body), header.version) {
            Ok(request) => fetch(request).encode(writer, header.version),
            Err(_) => return false,
        },
        _ => return false,
    }
    true
}

fn api_versions() -> ApiVersionsResponse<'static> {
    let own = apis::all().filter(|served| served.key == API_VERSIONS).map(|served| ApiVersion {
        api_key: served.key,
        min_version: served.versions.min,
        max_version: served.versions.max,
        ..Default::default()
    });
    ApiVersionsResponse {
        error_code: codes::UNSUPPORTED_VERSION,
        api_keys: own.collect(),
        ..Default::default()
    }
}

fn produce(request: produce_request::Root<'_>) -> produce_response::Root<'_> {
    let topics = request.topic_data.into_iter().map(|topic| produce_response::TopicProduceResponse {
        name: topic.name,
        partition_responses: topic
            .partition_data
            .iter()
            .map(|partition| produce_response::PartitionProduceResponse {
                index: partition.index,
                error_code: codes::UNSUPPORTED_VERSION,
                base_offset: -1,
                ..Default::default()
            })
            .collect(),
        ..Default::default()
    });
    produce_response::Root { responses: topics.collect(), ..Default::default() }
}

fn fetch(request: fetch_request::Root<'_>) -> fetch_response::Root<'_> {
    let topics = request.topics.into_iter().map(|topic| fetch_response::FetchableTopicResponse {
        topic: topic.topic,
        partitions: topic
            .partitions
            .iter()
            .map(|partition| fetch_response::PartitionData {
                partition_index: partition.partition,
                error_code: codes::UNSUPPORTED_VERSION,
                high_watermark: -1,
                aborted_transactions: None,
                records: Some(Records::default()),
                ..Default::default()
            })
            .collect(),
        ..Default::default()
    });
    fetch_response::Root { responses: topics.collect(), ..Default::default() }
}
