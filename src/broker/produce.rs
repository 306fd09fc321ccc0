//! Produce, versions 3 to 13.
//!
//! The records of a request are checked and appended where they lie in the connection's buffer. Their header and
//! checksum are looked at, their insides only where the topic's configuration asks for it.
//!
//! - since 7: zstd; since 8: errors of single records; since 9: flexible; since 10: where the leader is;
//! - since 13: topics by id.

use std::ops::Range;
use std::sync::Arc;

use super::Broker;
use super::connection::Header;
use super::partitions::Replica;
use super::topic_name;
use crate::codec::error_codes::{self, codes};
use crate::codec::messages::produce::produce_request::ProduceRequest;
use crate::codec::messages::produce::produce_response::{
    BatchIndexAndErrorMessage, PartitionProduceResponse, ProduceResponse, TopicProduceResponse,
};
use crate::codec::records::batch::Batch;
use crate::codec::wire::{Body, Error, Reader, Uuid, Writer};
use crate::log::validate::{self, RecordError, Room, Rules};
use crate::log::write::{Append, Origin};

/// Since which version topics come by their ids.
const TOPIC_IDS_SINCE: i16 = 13;

/// Who may write to internal topics (`AdminUtils.ADMIN_CLIENT_ID`).
const ADMIN_CLIENT: &str = "__admin_client";
/// The records have their own timestamps.
const NO_TIME: i64 = -1;

/// Why a request has no response.
#[derive(Debug)]
pub enum Failed {
    /// It could not be read.
    Read(Error),
    /// It wanted no response, and failed.
    Unacknowledged(String),
}

/// Where a partition's records lie in the frame.
struct Part {
    topic: usize,
    partition: i32,
    records: Range<usize>,
}

/// How one partition went.
struct Outcome {
    code: i16,
    base_offset: i64,
    log_append_time_ms: i64,
    log_start_offset: i64,
    message: Option<String>,
    record_errors: Vec<RecordError>,
}

impl Outcome {
    fn error(code: i16) -> Self {
        Self {
            code,
            base_offset: -1,
            log_append_time_ms: -1,
            log_start_offset: -1,
            message: None,
            record_errors: Vec::new(),
        }
    }
}

/// Appends what a request holds and writes the body of the response. Returns whether there is one.
///
/// # Errors
/// The request cannot be read, or it failed and may not be answered.
pub fn answer(
    broker: &Broker,
    header: &Header,
    frame: &mut [u8],
    now_ms: i64,
    room: &mut Room,
    undurable: &mut Vec<Arc<Replica>>,
    writer: &mut Writer,
) -> Result<bool, Failed> {
    let version = header.version;
    let mut parts = Vec::new();
    let mut topics = Vec::new();
    let request = read(frame, header)?;
    let acks = request.acks;
    let invalid_acks = !(-1..=1).contains(&acks);
    let identified = request.transactional_id.is_some();
    let mut transactional = false;
    // As for Kafka, whose own tools may (`AuthHelper`, `ReplicaManager.appendRecords`).
    let internal_allowed = header.client_id(frame).is_some_and(|id| id == ADMIN_CLIENT);
    for topic in &request.topic_data {
        let hosted = if version >= TOPIC_IDS_SINCE {
            broker.partitions.by_id(topic.topic_id).ok_or(codes::UNKNOWN_TOPIC_ID)
        } else {
            broker.partitions.by_name(&topic.name.0).ok_or(codes::UNKNOWN_TOPIC_OR_PARTITION)
        };
        for partition in &topic.partition_data {
            let records = partition.records.as_ref().map(|records| &*records.bytes).unwrap_or_default();
            transactional |= is_transactional(records);
            parts.push(Part {
                topic: topics.len(),
                partition: partition.index,
                records: place(frame, records),
            });
        }
        topics.push(hosted);
    }
    drop(request);

    let mut outcomes = Vec::with_capacity(parts.len());
    for part in parts {
        let replica = match topics.get(part.topic) {
            Some(Ok(topic)) => topic.replicas.get(&part.partition).ok_or(codes::UNKNOWN_TOPIC_OR_PARTITION),
            Some(Err(code)) => Err(*code),
            None => Err(codes::UNKNOWN_SERVER_ERROR),
        };
        outcomes.push(match replica {
            // As Kafka refuses all of a request that has no right to its transaction. Those that have one are to
            // be verified with the transaction coordinator, which is not here: an open transaction that nobody
            // could end would hold back consumers for ever.
            _ if transactional && !identified => Outcome::error(codes::TRANSACTIONAL_ID_AUTHORIZATION_FAILED),
            Err(code) => Outcome::error(code),
            _ if invalid_acks => Outcome::error(codes::INVALID_REQUIRED_ACKS),
            Ok(replica) if !internal_allowed && topic_name::is_internal(&replica.topic) => Outcome {
                message: Some(format!("{} is written by the broker only.", replica.topic)),
                ..Outcome::error(codes::INVALID_TOPIC_EXCEPTION)
            },
            Ok(_) if transactional => Outcome {
                message: Some("Transactions are not served by this broker.".to_owned()),
                ..Outcome::error(codes::INVALID_TXN_STATE)
            },
            Ok(replica) => {
                let records = frame.get_mut(part.records).unwrap_or_default();
                let outcome = append(replica, version, records, now_ms, room);
                if outcome.code == codes::NONE && acks != 0 && replica.is_durable_late() {
                    undurable.push(replica.clone());
                }
                outcome
            }
        });
    }

    if acks == 0 {
        return match outcomes.iter().find(|outcome| outcome.code != codes::NONE) {
            None => Ok(false),
            Some(failed) => Err(Failed::Unacknowledged(format!(
                "{}{}",
                error_codes::by_code(failed.code).map_or("an unknown error", |error| error.name),
                failed.message.as_ref().map(|message| format!(": {message}")).unwrap_or_default()
            ))),
        };
    }
    respond(&read(frame, header)?, version, outcomes).encode(writer, version);
    Ok(true)
}

fn read<'f>(frame: &'f [u8], header: &Header) -> Result<ProduceRequest<'f>, Failed> {
    let body = frame.get(header.body_at..).unwrap_or_default();
    ProduceRequest::decode(&mut Reader::new(body), header.version).map_err(Failed::Read)
}

/// Whether a batch, which need not be a good one, says that it is part of a transaction.
fn is_transactional(records: &[u8]) -> bool {
    Batch::new(records).is_ok_and(|batch| batch.attributes().is_transactional())
}

/// Where a part of the frame lies in it.
fn place(frame: &[u8], part: &[u8]) -> Range<usize> {
    let begin = (part.as_ptr() as usize).saturating_sub(frame.as_ptr() as usize);
    if part.is_empty() { 0..0 } else { begin..begin + part.len() }
}

fn append(replica: &Replica, version: i16, records: &mut [u8], now_ms: i64, room: &mut Room) -> Outcome {
    let Some(log) = &replica.log else { return Outcome::error(codes::KAFKA_STORAGE_ERROR) };
    let rules = Rules { produce_version: version, ..**replica.rules.load() };
    let mut batch = match validate::validate(records, &rules, now_ms, room) {
        Ok(batch) => batch,
        Err(refused) => {
            return Outcome {
                message: Some(refused.to_string()),
                code: refused.code(),
                record_errors: refused.record_errors,
                ..Outcome::error(codes::NONE)
            };
        }
    };
    let log_append_time_ms = batch.log_append_time.unwrap_or(NO_TIME);
    let bytes = batch.bytes_mut();
    let size = bytes.len();
    match log.append(
        bytes,
        Append { leader_epoch: replica.leader_epoch(), origin: Origin::Client, now_ms, replicated: true },
    ) {
        Ok(appended) => {
            if !appended.duplicate {
                replica.appended(size);
            }
            Outcome {
                code: codes::NONE,
                base_offset: appended.first_offset,
                log_append_time_ms: if appended.duplicate {
                    appended.log_append_time
                } else {
                    log_append_time_ms
                },
                log_start_offset: appended.log_start_offset,
                message: None,
                record_errors: Vec::new(),
            }
        }
        Err(error) => Outcome { message: Some(error.to_string()), ..Outcome::error(error.code()) },
    }
}

fn respond<'f>(request: &ProduceRequest<'f>, version: i16, outcomes: Vec<Outcome>) -> ProduceResponse<'f> {
    let mut outcomes = outcomes.into_iter();
    let responses = request.topic_data.iter().map(|topic| TopicProduceResponse {
        name: if version < TOPIC_IDS_SINCE { topic.name.clone() } else { Default::default() },
        topic_id: if version < TOPIC_IDS_SINCE { Uuid::default() } else { topic.topic_id },
        partition_responses: topic
            .partition_data
            .iter()
            .zip(outcomes.by_ref())
            .map(|(partition, outcome)| PartitionProduceResponse {
                index: partition.index,
                error_code: outcome.code,
                base_offset: outcome.base_offset,
                log_append_time_ms: outcome.log_append_time_ms,
                log_start_offset: outcome.log_start_offset,
                record_errors: outcome
                    .record_errors
                    .into_iter()
                    .map(|error| BatchIndexAndErrorMessage {
                        batch_index: error.batch_index,
                        batch_index_error_message: Some(error.message.into()),
                        ..Default::default()
                    })
                    .collect(),
                error_message: outcome.message.map(Into::into),
                ..Default::default()
            })
            .collect(),
        ..Default::default()
    });
    ProduceResponse { responses: responses.collect(), ..Default::default() }
}
