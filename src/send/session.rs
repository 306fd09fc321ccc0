//! What is known of the cluster behind the address that was given: whom it consists of, who leads which
//! partition, who coordinates which group. Everything is asked for when it is first needed.

use std::time::{Duration, Instant};

use super::Failure;
use crate::client::error::Code;
use crate::client::{Address, Connection, Error, Offer, Options, Problem, Step, request};
use crate::codec::api::{self, Api};
use crate::codec::error_codes;
use crate::codec::messages::fetch::list_offsets_request::{
    ListOffsetsPartition, ListOffsetsRequest, ListOffsetsTopic,
};
use crate::codec::messages::fetch::list_offsets_response::ListOffsetsResponse;
use crate::codec::messages::groups::find_coordinator_request::FindCoordinatorRequest;
use crate::codec::messages::groups::find_coordinator_response::FindCoordinatorResponse;
use crate::codec::messages::metadata::metadata_request::{MetadataRequest, MetadataRequestTopic};
use crate::codec::messages::metadata::metadata_response::MetadataResponse;
use crate::codec::wire::{Body, Uuid};

/// How long a coordinator or a leader is waited for while the cluster still makes one.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long to wait before asking again.
const PAUSE: Duration = Duration::from_millis(200);
/// Metadata knows topic ids since this version, and takes them since.
const METADATA_WITH_IDS: i16 = 10;
/// FindCoordinator takes several keys since this version.
const FIND_COORDINATOR_BATCHED: i16 = 4;
const COORDINATOR_LOAD_IN_PROGRESS: i16 = 14;
const COORDINATOR_NOT_AVAILABLE: i16 = 15;
const UNKNOWN_TOPIC_OR_PARTITION: i16 = 3;
const LEADER_NOT_AVAILABLE: i16 = 5;

/// A topic as Metadata tells of it.
#[derive(Debug, Clone)]
pub struct Topic {
    /// Its name, where the response has it.
    pub name: Option<String>,
    /// Its id; zeros where the version has none.
    pub id: [u8; 16],
    /// What is wrong with it.
    pub error: i16,
    /// Partitions and their leaders.
    pub partitions: Vec<(i32, i32)>,
}

/// Whom a coordinator is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CoordinatorKind {
    /// A group.
    Group,
    /// A transactional id.
    Transaction,
}

/// The connections of one run, and what was learnt over them.
pub struct Session {
    options: Options,
    addresses: Vec<Address>,
    bootstrap: Connection,
    others: Vec<Connection>,
    /// What the peer offers; none where it was not asked.
    pub offer: Option<Offer>,
    brokers: Vec<(i32, Address)>,
    topics: Vec<Topic>,
}

impl Session {
    /// Connects to the first address that answers.
    ///
    /// # Errors
    /// Why none of them did.
    pub fn open(addresses: &[Address], options: &Options) -> Result<Self, Failure> {
        let bootstrap = Connection::open(addresses, options).map_err(Failure::Unreachable)?;
        Ok(Self {
            options: options.clone(),
            addresses: addresses.to_vec(),
            bootstrap,
            others: Vec::new(),
            offer: None,
            brokers: Vec::new(),
            topics: Vec::new(),
        })
    }

    /// Asks what the peer offers.
    ///
    /// # Errors
    /// Which step of it failed.
    pub fn negotiate(&mut self) -> Result<(), Error> {
        self.offer = Some(self.bootstrap.negotiate()?);
        Ok(())
    }

    /// The address that was given.
    pub fn address(&self) -> &Address {
        &self.bootstrap.address
    }

    /// The connection to a node; none stands for the one that was given.
    ///
    /// # Errors
    /// That it cannot be opened.
    pub fn connection(&mut self, address: Option<&Address>) -> Result<&mut Connection, Error> {
        let Some(address) = address.filter(|address| **address != self.bootstrap.address) else {
            return Ok(&mut self.bootstrap);
        };
        let at = match self.others.iter().position(|other| other.address == *address) {
            Some(at) => at,
            None => {
                self.others.push(Connection::open_one(address, &self.options)?);
                self.others.len() - 1
            }
        };
        Ok(self.others.get_mut(at).unwrap_or(&mut self.bootstrap))
    }

    /// The address of a node. The only node of a cluster is the one that was given, whatever it calls itself.
    pub fn node(&self, id: i32) -> Option<&Address> {
        let alone = self.brokers.len() == 1 && self.addresses.len() == 1;
        self.brokers.iter().find(|(node, _)| *node == id && !alone).map(|(_, address)| address)
    }

    /// The best version of an API that the peer offers; none where it does not, or was not asked.
    fn version_of<'a, T: Body<'a>>(&self) -> Option<i16> {
        let api: &Api = api::by_key(T::MESSAGE.key)?;
        self.offer.as_ref()?.best(api)
    }

    /// Learns of topics, by their names and ids. Where the peer cannot be asked, nothing is learnt.
    ///
    /// # Errors
    /// That asking failed.
    pub fn learn(&mut self, names: &[&str], ids: &[[u8; 16]], create: bool) -> Result<(), Error> {
        let names: Vec<&str> = names.iter().copied().filter(|name| self.topic(name).is_none()).collect();
        let ids: Vec<[u8; 16]> = ids.iter().copied().filter(|id| self.topic_of(id).is_none()).collect();
        let Some(version) = self.version_of::<MetadataRequest<'_>>() else { return Ok(()) };
        let ids = if version < METADATA_WITH_IDS { Vec::new() } else { ids };
        // Names and ids must not be mixed in one request.
        if !names.is_empty() {
            let topics = names.iter().map(|name| MetadataRequestTopic {
                name: Some((*name).into()),
                ..MetadataRequestTopic::default()
            });
            self.ask_metadata(topics.collect(), version, create)?;
        }
        if !ids.is_empty() {
            let topics = ids.iter().map(|id| MetadataRequestTopic {
                topic_id: Uuid(*id),
                name: None,
                unknown_tags: Vec::new(),
            });
            self.ask_metadata(topics.collect(), version, false)?;
        }
        Ok(())
    }

    fn ask_metadata(
        &mut self,
        topics: Vec<MetadataRequestTopic<'_>>,
        version: i16,
        create: bool,
    ) -> Result<(), Error> {
        let wanted = topics.len();
        let request = MetadataRequest {
            topics: Some(topics),
            allow_auto_topic_creation: create,
            ..MetadataRequest::default()
        };
        let begin = Instant::now();
        loop {
            let frame = self.bootstrap.ask(&request, version)?;
            let peer = self.bootstrap.address.to_string();
            let response: MetadataResponse<'_> = request::message(&frame.bytes, version, &peer)?;
            self.brokers = response
                .brokers
                .iter()
                .filter_map(|broker| {
                    let port = u16::try_from(broker.port).ok()?;
                    Some((broker.node_id, Address { host: broker.host.to_text().into_owned(), port }))
                })
                .collect();
            let learnt: Vec<Topic> = response.topics.iter().map(topic).collect();
            // A topic that is only just made has no leaders yet.
            let is_new = |topic: &Topic| {
                matches!(topic.error, LEADER_NOT_AVAILABLE | UNKNOWN_TOPIC_OR_PARTITION)
                    || topic.partitions.iter().any(|(_, leader)| *leader < 0)
            };
            if create && learnt.iter().any(is_new) && begin.elapsed() < PATIENCE.min(self.options.timeout) {
                std::thread::sleep(PAUSE);
                continue;
            }
            self.topics.extend(learnt.into_iter().take(wanted));
            return Ok(());
        }
    }

    /// What was learnt of a topic.
    pub fn topic(&self, name: &str) -> Option<&Topic> {
        self.topics.iter().find(|topic| topic.name.as_deref() == Some(name))
    }

    /// The same by its id.
    pub fn topic_of(&self, id: &[u8; 16]) -> Option<&Topic> {
        self.topics.iter().find(|topic| topic.id == *id && *id != [0; 16])
    }

    /// Who coordinates a group or transactional id. None where the peer cannot be asked.
    ///
    /// # Errors
    /// That asking failed, or that there is no coordinator.
    pub fn coordinator(&mut self, kind: CoordinatorKind, key: &str) -> Result<Option<Address>, Error> {
        let Some(version) = self.version_of::<FindCoordinatorRequest<'_>>() else { return Ok(None) };
        let mut request = FindCoordinatorRequest {
            key_type: i8::from(kind == CoordinatorKind::Transaction),
            ..FindCoordinatorRequest::default()
        };
        if version < FIND_COORDINATOR_BATCHED {
            request.key = key.into();
        } else {
            request.coordinator_keys = vec![key.into()];
        }
        let begin = Instant::now();
        loop {
            let frame = self.bootstrap.ask(&request, version)?;
            let peer = self.bootstrap.address.to_string();
            let response: FindCoordinatorResponse<'_> = request::message(&frame.bytes, version, &peer)?;
            let (code, host, port) = match response.coordinators.first() {
                Some(first) => (first.error_code, &first.host, first.port),
                None => (response.error_code, &response.host, response.port),
            };
            let port = u16::try_from(port).ok();
            match (code, port) {
                (error_codes::NONE, Some(port)) => {
                    // The only node of a cluster is the one that was given.
                    self.learn_brokers()?;
                    let alone = self.brokers.len() == 1 && self.addresses.len() == 1;
                    let address = Address { host: host.to_text().into_owned(), port };
                    return Ok((!alone).then_some(address));
                }
                // The first group of a cluster has the topic for its offsets made.
                (COORDINATOR_NOT_AVAILABLE | COORDINATOR_LOAD_IN_PROGRESS, _)
                    if begin.elapsed() < PATIENCE.min(self.options.timeout) =>
                {
                    std::thread::sleep(PAUSE);
                }
                (code, _) => {
                    let error = Error::new(Step::Receive, peer, Problem::Code(Code(code)));
                    return Err(error.with_bytes(&frame.bytes).asking(format!("FindCoordinator v{version}")));
                }
            }
        }
    }

    fn learn_brokers(&mut self) -> Result<(), Error> {
        match self.version_of::<MetadataRequest<'_>>() {
            // In version 0 no topics stand for all of them.
            Some(version @ 1..) if self.brokers.is_empty() => self.ask_metadata(Vec::new(), version, false),
            _ => Ok(()),
        }
    }

    /// The offset that a partition has for a timestamp or one of the special ones. None where it cannot be
    /// asked or has none.
    ///
    /// # Errors
    /// That asking failed.
    pub fn offset(&mut self, topic: &str, partition: i32, timestamp: i64) -> Result<Option<i64>, Error> {
        let Some(version) = self.version_of::<ListOffsetsRequest<'_>>() else { return Ok(None) };
        let asked =
            ListOffsetsPartition { partition_index: partition, timestamp, ..ListOffsetsPartition::default() };
        let topics =
            vec![ListOffsetsTopic { name: topic.into(), partitions: vec![asked], unknown_tags: Vec::new() }];
        let request = ListOffsetsRequest { replica_id: -1, topics, ..ListOffsetsRequest::default() };
        let leader = self.leader(topic, partition).cloned();
        let connection = self.connection(leader.as_ref())?;
        let frame = connection.ask(&request, version)?;
        let peer = connection.address.to_string();
        let response: ListOffsetsResponse<'_> = request::message(&frame.bytes, version, &peer)?;
        let answer = response.topics.first().and_then(|topic| topic.partitions.first());
        Ok(answer.and_then(|answer| match answer.error_code {
            error_codes::NONE if version == 0 => answer.old_style_offsets.get(0),
            error_codes::NONE => Some(answer.offset),
            _ => None,
        }))
    }

    /// Where the leader of a partition is; none where it is not known or is the one that was given.
    pub fn leader(&self, topic: &str, partition: i32) -> Option<&Address> {
        let partitions = &self.topic(topic)?.partitions;
        let (_, leader) = partitions.iter().find(|(index, _)| *index == partition)?;
        self.node(*leader)
    }
}

fn topic(topic: &crate::codec::messages::metadata::metadata_response::MetadataResponseTopic<'_>) -> Topic {
    Topic {
        name: topic.name.as_ref().map(|name| name.to_text().into_owned()),
        id: topic.topic_id.0,
        error: topic.error_code,
        partitions: topic.partitions.iter().map(|one| (one.partition_index, one.leader_id)).collect(),
    }
}
