//! Fetch, versions 4 to 18.
//!
//! Records are not copied: a response names ranges of segments, which the kernel sends. A request that asks
//! for more than is there waits for appends, not for a timer.
//!
//! - since 7: sessions; since 9: fencing by leader epoch; since 12: flexible, diverging epochs; since 13: topics by id.

pub mod session;

use std::os::unix::fs::FileExt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use self::session::{Kind, Session, Told, Wanted};
use super::Broker;
use super::connection::Header;
use super::connection::output::{FileRange, Output};
use super::partitions::{Replica, Waiter};
use crate::codec::error_codes::codes;
use crate::codec::messages::fetch::fetch_request::FetchRequest;
use crate::codec::messages::fetch::fetch_response::{
    AbortedTransaction, EpochEndOffset, FetchResponse, FetchableTopicResponse, PartitionData,
};
use crate::codec::wire::{Body, Error, Reader, Records, Str, Uuid, WriteError, Writer};
use crate::log::write::{Slice, UpTo};

/// Since which version topics come by their ids.
const TOPIC_IDS_SINCE: i16 = 13;
/// `isolation_level` of a consumer that wants to see committed transactions only.
const READ_COMMITTED: i8 = 1;
/// No offset is known.
const NO_OFFSET: i64 = -1;
/// Up to so many bytes are copied into the response: cheaper than a call of their own.
const COPIED_BYTES_MAX: usize = 8 * 1024;

/// A request, read.
pub struct Fetch {
    header: Header,
    max_wait_ms: i32,
    min_bytes: usize,
    max_bytes: usize,
    up_to: UpTo,
    kind: Result<Kind, i16>,
    wanted: Vec<Wanted>,
}

/// What was found of one partition.
pub struct Found {
    code: i16,
    /// There is no such partition: that is told, and not a reason to answer at once while others may get records.
    unknown: bool,
    slice: Option<Slice>,
    diverging: Option<(i32, i64)>,
}

impl Fetch {
    /// Reads a request, and finds its session.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn read(broker: &Broker, header: &Header, frame: &[u8], now_ms: i64) -> Result<Self, Error> {
        let body = frame.get(header.body_at..).unwrap_or_default();
        let request = FetchRequest::decode(&mut Reader::new(body), header.version)?;
        let by_id = header.version >= TOPIC_IDS_SINCE;
        let mut wanted = Vec::new();
        for topic in &request.topics {
            let name: Arc<str> = topic.topic.to_text().into();
            wanted.extend(topic.partitions.iter().map(|partition| Wanted {
                topic: name.clone(),
                topic_id: topic.topic_id,
                partition: partition.partition,
                offset: partition.fetch_offset,
                max_bytes: partition.partition_max_bytes,
                current_leader_epoch: partition.current_leader_epoch,
                last_fetched_epoch: partition.last_fetched_epoch,
            }));
        }
        let mut forgotten = Vec::new();
        for topic in &request.forgotten_topics_data {
            let name: Arc<str> = topic.topic.to_text().into();
            forgotten.extend(topic.partitions.iter().map(|partition| Wanted {
                topic: name.clone(),
                topic_id: topic.topic_id,
                partition,
                offset: 0,
                max_bytes: 0,
                current_leader_epoch: -1,
                last_fetched_epoch: -1,
            }));
        }
        let session = (request.session_id, request.session_epoch);
        let kind = broker.sessions.begin(session, by_id, &mut wanted, &forgotten, now_ms);
        let bytes = |bytes: i32| usize::try_from(bytes).unwrap_or(0);
        let max_bytes = bytes(request.max_bytes).min(broker.limits.fetch_bytes_max);
        Ok(Self {
            header: header.clone(),
            max_wait_ms: request.max_wait_ms,
            min_bytes: bytes(request.min_bytes).min(max_bytes),
            max_bytes,
            up_to: if request.isolation_level == READ_COMMITTED {
                UpTo::LastStable
            } else {
                UpTo::HighWatermark
            },
            kind,
            wanted,
        })
    }

    /// What is there now.
    pub fn look(&self, broker: &Broker) -> (Vec<Result<Arc<Replica>, i16>>, Vec<Found>) {
        if self.kind.is_err() {
            return (Vec::new(), Vec::new());
        }
        let replicas: Vec<_> = self.wanted.iter().map(|wanted| self.find(broker, wanted)).collect();
        let found = self.look_at_all(&replicas);
        (replicas, found)
    }

    /// Whether the client is to wait for more than was found.
    pub fn must_wait(&self, found: &[Found]) -> bool {
        self.max_wait_ms > 0 && self.kind.is_ok() && !self.is_enough(found)
    }

    /// Waits for appends until there is enough, the time is over, the client is gone, or the broker stops.
    pub async fn wait(
        &self,
        replicas: &[Result<Arc<Replica>, i16>],
        found: Vec<Found>,
        stopping: &mut watch::Receiver<bool>,
        gone: impl Future<Output = ()>,
    ) -> Vec<Found> {
        let bytes: usize = found.iter().map(Found::bytes).sum();
        let waiter = Waiter::new(self.min_bytes.saturating_sub(bytes));
        let waited_for: Vec<&Arc<Replica>> = replicas.iter().flatten().collect();
        // Taken off also where the connection is ended meanwhile.
        let _waiting: Vec<_> = waited_for.iter().map(|replica| replica.wait(&waiter)).collect();
        // What came between looking and waiting would be waited for in vain.
        let mut found = self.look_at_all(replicas);
        if !self.is_enough(&found) && !*stopping.borrow() {
            let wait_ms = u64::try_from(self.max_wait_ms).unwrap_or(0);
            let deadline = tokio::time::sleep(Duration::from_millis(wait_ms));
            tokio::pin!(deadline, gone);
            loop {
                let ended = tokio::select! {
                    () = waiter.enough() => false,
                    () = &mut deadline => true,
                    _ = stopping.changed() => true,
                    () = &mut gone => true,
                };
                found = self.look_at_all(replicas);
                if ended || self.is_enough(&found) {
                    break;
                }
            }
        }
        found
    }

    fn find(&self, broker: &Broker, wanted: &Wanted) -> Result<Arc<Replica>, i16> {
        let topic = if self.header.version >= TOPIC_IDS_SINCE {
            broker.partitions.by_id(wanted.topic_id).ok_or(codes::UNKNOWN_TOPIC_ID)?
        } else {
            broker.partitions.by_name(wanted.topic.as_bytes()).ok_or(codes::UNKNOWN_TOPIC_OR_PARTITION)?
        };
        topic.replicas.get(&wanted.partition).cloned().ok_or(codes::UNKNOWN_TOPIC_OR_PARTITION)
    }

    fn look_at_all(&self, replicas: &[Result<Arc<Replica>, i16>]) -> Vec<Found> {
        let mut left = self.max_bytes;
        let mut any = false;
        let mut found = Vec::with_capacity(replicas.len());
        for (wanted, replica) in self.wanted.iter().zip(replicas) {
            let one = match replica {
                Err(code) => Found { unknown: true, ..Found::error(*code) },
                Ok(replica) => self.look_at(wanted, replica, left, !any),
            };
            left = left.saturating_sub(one.bytes());
            any |= one.bytes() > 0;
            found.push(one);
        }
        found
    }

    fn look_at(&self, wanted: &Wanted, replica: &Replica, left: usize, at_least_one: bool) -> Found {
        let Some(log) = &replica.log else { return Found::error(codes::KAFKA_STORAGE_ERROR) };
        let epoch = replica.leader_epoch();
        if wanted.current_leader_epoch >= 0 && wanted.current_leader_epoch != epoch {
            return Found::error(if wanted.current_leader_epoch < epoch {
                codes::FENCED_LEADER_EPOCH
            } else {
                codes::UNKNOWN_LEADER_EPOCH
            });
        }
        let diverging = if wanted.last_fetched_epoch < 0 {
            None
        } else {
            match log.end_offset_for_epoch(wanted.last_fetched_epoch) {
                (_, NO_OFFSET) => return Found::error(codes::OFFSET_OUT_OF_RANGE),
                (epoch, end) => {
                    (epoch < wanted.last_fetched_epoch || end < wanted.offset).then_some((epoch, end))
                }
            }
        };
        let max_bytes = usize::try_from(wanted.max_bytes).unwrap_or(0).min(left);
        let read = match diverging {
            // Where the log diverges there is nothing to read, wherever the offset lies.
            Some(_) => log.read(log.log_end_offset(), 0, self.up_to, false),
            None => log.read(wanted.offset, max_bytes, self.up_to, at_least_one),
        };
        match read {
            Ok(slice) => Found { code: codes::NONE, unknown: false, slice: Some(slice), diverging },
            Err(error) => Found::error(error.code()),
        }
    }

    /// Whether the response need not wait for more.
    fn is_enough(&self, found: &[Found]) -> bool {
        let bytes: usize = found.iter().map(Found::bytes).sum();
        bytes >= self.min_bytes
            || found.iter().all(|one| one.unknown)
            || found.iter().any(|one| !one.unknown && one.is_final())
    }

    /// Writes the body of the response.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn respond(&self, found: Vec<Found>, output: &mut Output) -> Result<(), WriteError> {
        if let Err(code) = self.kind {
            let response = FetchResponse { error_code: code, ..Default::default() };
            return self.write(&response, Vec::new(), output);
        }
        let session = match &self.kind {
            Ok(Kind::New(session)) => Some((session, true)),
            Ok(Kind::Incremental(session)) => Some((session, false)),
            _ => None,
        };
        let mut guard = session.map(|(session, new)| (lock(session), new));
        let mut response = FetchResponse {
            session_id: guard.as_ref().map_or(0, |(session, _)| session.id),
            ..Default::default()
        };
        let mut ranges = Vec::new();
        let mut last: Option<(&str, Uuid)> = None;
        for (wanted, one) in self.wanted.iter().zip(found) {
            let told = one.told();
            let (has_records, failed) = (one.bytes() > 0, one.code != codes::NONE || one.diverging.is_some());
            if let Some((session, new)) = &mut guard {
                let tell = session.tell(wanted, told, has_records, failed);
                if !tell && !*new {
                    continue;
                }
            }
            let data = one.data(wanted, self.up_to, &mut ranges);
            let place = (&*wanted.topic, wanted.topic_id);
            if last != Some(place) {
                last = Some(place);
                response.responses.push(FetchableTopicResponse {
                    topic: Str::from(&*wanted.topic),
                    topic_id: wanted.topic_id,
                    ..Default::default()
                });
            }
            if let Some(topic) = response.responses.last_mut() {
                topic.partitions.push(data);
            }
        }
        drop(guard);
        self.write(&response, ranges, output)
    }

    fn write(
        &self,
        response: &FetchResponse<'_>,
        ranges: Vec<FileRange>,
        output: &mut Output,
    ) -> Result<(), WriteError> {
        let mut writer = Writer::new(std::mem::take(&mut output.bytes));
        response.encode(&mut writer, self.header.version);
        let elsewhere = std::mem::take(&mut writer.elsewhere);
        output.bytes = writer.finish()?;
        for ((at, _), range) in elsewhere.into_iter().zip(ranges) {
            output.push_file(at, range);
        }
        Ok(())
    }
}

fn lock(session: &Mutex<Session>) -> std::sync::MutexGuard<'_, Session> {
    session.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Found {
    fn error(code: i16) -> Self {
        Self { code, unknown: false, slice: None, diverging: None }
    }

    /// Appends would not change it.
    fn is_final(&self) -> bool {
        self.code != codes::NONE
            || self.diverging.is_some()
            || self.slice.as_ref().is_some_and(|slice| slice.sealed && slice.len > 0)
    }

    fn bytes(&self) -> usize {
        self.slice.as_ref().map_or(0, |slice| slice.len)
    }

    fn told(&self) -> Told {
        Told {
            high_watermark: self.slice.as_ref().map_or(-1, |slice| slice.high_watermark),
            log_start_offset: self.slice.as_ref().map_or(-1, |slice| slice.log_start_offset),
        }
    }

    fn data(self, wanted: &Wanted, up_to: UpTo, ranges: &mut Vec<FileRange>) -> PartitionData<'static> {
        let mut data = PartitionData {
            partition_index: wanted.partition,
            error_code: self.code,
            high_watermark: -1,
            records: Some(Records::default()),
            ..Default::default()
        };
        if let Some((epoch, end_offset)) = self.diverging {
            data.diverging_epoch = EpochEndOffset { epoch, end_offset, ..Default::default() };
        }
        let Some(slice) = self.slice else { return data };
        data.aborted_transactions = None;
        data.high_watermark = slice.high_watermark;
        data.last_stable_offset = slice.last_stable_offset;
        data.log_start_offset = slice.log_start_offset;
        if up_to == UpTo::LastStable {
            let aborted = slice.aborted.iter().map(|txn| AbortedTransaction {
                producer_id: txn.producer_id,
                first_offset: txn.first_offset,
                ..Default::default()
            });
            data.aborted_transactions = Some(aborted.collect());
        }
        let Some(file) = slice.file.filter(|_| slice.len > 0) else { return data };
        if slice.len <= COPIED_BYTES_MAX {
            let mut bytes = vec![0; slice.len];
            match file.read_exact_at(&mut bytes, slice.position) {
                Ok(()) => data.records = Some(Records { bytes: bytes.into(), elsewhere: 0 }),
                Err(_) => data.error_code = codes::KAFKA_STORAGE_ERROR,
            }
        } else {
            data.records = Some(Records { bytes: Default::default(), elsewhere: slice.len });
            ranges.push(FileRange { file, position: slice.position, len: slice.len });
        }
        data
    }
}
