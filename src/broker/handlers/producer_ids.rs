//! InitProducerId, versions 0 to 5, for producers without transactions.
//!
//! A producer gets an id of this broker's block; when that is used up, the next block of 1,000 is written to
//! the metadata log first, so that no id is ever given twice.
//!
//! - since 2: flexible; since 3: a producer may name its id and epoch, to have the epoch raised.

use std::sync::{Mutex, PoisonError};

use crate::broker::exchange::Exchange;
use crate::codec::error_codes::codes;
use crate::codec::messages::metadata_records::producer_ids_record::ProducerIdsRecord;
use crate::codec::messages::transactions::init_producer_id_request::InitProducerIdRequest;
use crate::codec::messages::transactions::init_producer_id_response::InitProducerIdResponse;

/// Ids of a block (`ProducerIdsBlock.PRODUCER_ID_BLOCK_SIZE`).
const BLOCK_IDS: i64 = 1000;

/// The ids that this broker may give.
#[derive(Debug, Default)]
pub struct ProducerIds {
    block: Mutex<std::ops::Range<i64>>,
}

impl ProducerIds {
    /// The next id.
    ///
    /// # Errors
    /// The error code: the next block could not be written.
    pub fn next(&self, exchange: &Exchange<'_>) -> Result<i64, i16> {
        let mut block = self.block.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(id) = block.next() {
            return Ok(id);
        }
        let node = &exchange.broker.node;
        let begin = exchange.broker.metadata.change(|image, change| {
            let begin = image.producer_ids.as_ref().map_or(0, |ids| ids.next_producer_id);
            let record = ProducerIdsRecord {
                broker_id: node.id,
                broker_epoch: node.broker_epoch(),
                next_producer_id: begin.saturating_add(BLOCK_IDS),
                ..Default::default()
            };
            change.push(&record, 0);
            begin
        });
        let begin = begin.map_err(|error| error.code())?;
        *block = begin..begin.saturating_add(BLOCK_IDS);
        block.next().ok_or(codes::UNKNOWN_SERVER_ERROR)
    }
}

/// An id and its first epoch.
pub fn answer<'a>(exchange: &Exchange<'a>, request: InitProducerIdRequest<'a>) -> InitProducerIdResponse<'a> {
    let failed = |error_code| InitProducerIdResponse { error_code, producer_epoch: -1, ..Default::default() };
    // An id without an epoch, or the other way round, is nobody's; nor is there a transaction without a name.
    let half = (request.producer_id == -1) != (request.producer_epoch == -1);
    if half || request.transactional_id.as_ref().is_some_and(|id| id.0.is_empty()) {
        return failed(codes::INVALID_REQUEST);
    }
    if request.transactional_id.is_some() {
        // There are no transactions yet. With an error that may pass, clients try again for as long as they can, librdkafka with
        // any that it does not know; nobody may use a transactional id is what ends all of them.
        return failed(codes::TRANSACTIONAL_ID_AUTHORIZATION_FAILED);
    }
    match exchange.broker.producer_ids.next(exchange) {
        Ok(producer_id) => InitProducerIdResponse { producer_id, producer_epoch: 0, ..Default::default() },
        Err(error_code) => failed(error_code),
    }
}
