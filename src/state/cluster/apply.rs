//! Metadata records, one by one, into the image (`MetadataDelta`, `MetadataBatchLoader`).

use super::access::{Acl, DelegationToken, ScramCredential, ScramKey};
use super::kraft::Bracket;
use super::nodes::{Broker, Controller, sorted};
use super::settings::{ConfigResource, ProducerIds};
use super::{Cluster, Image, MetadataTransaction};
use crate::codec::messages::metadata_records as records;
use crate::codec::wire::Uuid;
use crate::state::decode::{self, Framed};
use crate::state::{LogRecord, StateError, StateErrorKind};

/// `BrokerRegistrationFencingChange.FENCE` and `UNFENCE`.
const FENCE: i8 = 1;
const UNFENCE: i8 = -1;
/// `BrokerRegistrationInControlledShutdownChange.IN_CONTROLLED_SHUTDOWN`.
const IN_CONTROLLED_SHUTDOWN: i8 = 1;
/// Nothing changes, in both.
const NO_CHANGE: i8 = 0;

impl Cluster {
    /// Takes the next record of the log or of a snapshot. One that cannot be used changes nothing but
    /// the [`provenance`](Self::provenance).
    pub fn apply(&mut self, record: &LogRecord<'_>) -> Result<(), StateError> {
        // Records of a snapshot have offsets of their own.
        if !self.in_snapshot {
            self.provenance.last_contained_offset = record.offset;
            self.provenance.last_contained_epoch = record.leader_epoch;
            self.provenance.last_contained_timestamp = record.timestamp;
        }
        let result = if record.control { self.control(record) } else { self.data(record) };
        result.map_err(|kind| kind.at(record.offset))
    }

    fn control(&mut self, record: &LogRecord<'_>) -> Result<(), StateErrorKind> {
        match self.quorum.apply(record)? {
            None => {}
            Some(Bracket::Header { last_contained_log_timestamp }) => {
                if !self.in_snapshot {
                    self.begin_snapshot(-1, -1);
                }
                self.provenance.last_contained_timestamp = last_contained_log_timestamp;
            }
            Some(Bracket::Footer) => self.in_snapshot = false,
        }
        Ok(())
    }

    fn data(&mut self, record: &LogRecord<'_>) -> Result<(), StateErrorKind> {
        let framed = Framed::new(record.value.ok_or(StateErrorKind::NoValue)?)?;
        match framed.id {
            23 => {
                let begin: records::begin_transaction_record::Root<'_> = framed.message()?;
                if self.transaction.is_some() {
                    return Err(StateErrorKind::TransactionOpen);
                }
                self.transaction = Some(Box::new(MetadataTransaction {
                    offset: record.offset,
                    name: decode::owned_option(&begin.name),
                    image: self.image.clone(),
                }));
                Ok(())
            }
            24 => {
                let transaction = self.transaction.take().ok_or(StateErrorKind::NoTransaction)?;
                self.image = transaction.image;
                Ok(())
            }
            25 => self.transaction.take().map(|_| ()).ok_or(StateErrorKind::NoTransaction),
            _ => match &mut self.transaction {
                Some(transaction) => transaction.image.replay(framed),
                None => self.image.replay(framed),
            },
        }
    }
}

impl Image {
    /// `MetadataDelta.replay`.
    fn replay(&mut self, framed: Framed<'_>) -> Result<(), StateErrorKind> {
        match framed.id {
            0 => {
                let record: records::register_broker_record::Root<'_> = framed.message()?;
                self.brokers.insert(record.broker_id, Broker::from_record(&record));
            }
            1 => {
                let record: records::unregister_broker_record::Root<'_> = framed.message()?;
                self.brokers.remove(&record.broker_id);
            }
            2 => {
                let record: records::topic_record::Root<'_> = framed.message()?;
                self.topics.add(decode::owned(&record.name), record.topic_id);
            }
            3 => return self.topics.set(&framed.message()?),
            4 => self.configure(&framed.message()?),
            5 => return self.topics.change(&framed.message()?),
            7 => {
                let record: records::fence_broker_record::Root<'_> = framed.message()?;
                self.broker(record.id, record.epoch)?.fenced = true;
            }
            8 => {
                let record: records::unfence_broker_record::Root<'_> = framed.message()?;
                self.broker(record.id, record.epoch)?.fenced = false;
            }
            9 => {
                let record: records::remove_topic_record::Root<'_> = framed.message()?;
                let name = self.topics.remove(record.topic_id)?;
                // The configurations of a topic go with it.
                self.configs.remove(&ConfigResource { resource_type: ConfigResource::TOPIC, name });
            }
            10 => {
                let record: records::delegation_token_record::Root<'_> = framed.message()?;
                let token = DelegationToken::from_record(&record);
                self.tokens.insert(decode::owned(&record.token_id), token);
            }
            11 => {
                let record: records::user_scram_credential_record::Root<'_> = framed.message()?;
                let key = ScramKey { user: decode::owned(&record.name), mechanism: record.mechanism };
                self.scram.insert(key, ScramCredential::from_record(&record));
            }
            12 => {
                let record: records::feature_level_record::Root<'_> = framed.message()?;
                let name = decode::owned(&record.name);
                match record.feature_level {
                    0 => self.features.remove(&name),
                    level => self.features.insert(name, level),
                };
            }
            14 => self.limit(&framed.message()?),
            15 => {
                let record: records::producer_ids_record::Root<'_> = framed.message()?;
                self.producer_ids = Some(ProducerIds {
                    broker_id: record.broker_id,
                    broker_epoch: record.broker_epoch,
                    next_producer_id: record.next_producer_id,
                });
            }
            17 => return self.change_broker(&framed.message()?),
            18 => {
                let record: records::access_control_entry_record::Root<'_> = framed.message()?;
                self.acls.insert(record.id, Acl::from_record(&record));
            }
            19 => {
                let record: records::remove_access_control_entry_record::Root<'_> = framed.message()?;
                return self.remove_acl(record.id);
            }
            20 => {}
            21 => {
                let record: records::zk_migration_state_record::Root<'_> = framed.message()?;
                self.zk_migration_state = Some(record.zk_migration_state);
            }
            22 => {
                let record: records::remove_user_scram_credential_record::Root<'_> = framed.message()?;
                let key = ScramKey { user: decode::owned(&record.name), mechanism: record.mechanism };
                self.scram.remove(&key);
            }
            26 => {
                let record: records::remove_delegation_token_record::Root<'_> = framed.message()?;
                self.tokens.remove(&decode::owned(&record.token_id));
            }
            27 => {
                let record: records::register_controller_record::Root<'_> = framed.message()?;
                self.controllers.insert(record.controller_id, Controller::from_record(&record));
            }
            28 => {
                let record: records::clear_elr_record::Root<'_> = framed.message()?;
                return self.topics.clear_elr(&record.topic_name.to_text());
            }
            29 => {
                let record: records::unregister_controller_record::Root<'_> = framed.message()?;
                self.controllers.remove(&record.controller_id);
            }
            id => return Err(StateErrorKind::UnknownType { id: i64::from(id) }),
        }
        Ok(())
    }

    /// The broker that a change is about, which has to be registered with that epoch.
    fn broker(&mut self, id: i32, epoch: i64) -> Result<&mut Broker, StateErrorKind> {
        let broker = self.brokers.get_mut(&id).ok_or(StateErrorKind::UnknownBroker { id })?;
        if broker.epoch != epoch {
            return Err(StateErrorKind::BrokerEpoch { id, expected: broker.epoch, found: epoch });
        }
        Ok(broker)
    }

    fn change_broker(
        &mut self,
        record: &records::broker_registration_change_record::Root<'_>,
    ) -> Result<(), StateErrorKind> {
        let broker = self.broker(record.broker_id, record.broker_epoch)?;
        let fenced = match record.fenced {
            FENCE => true,
            UNFENCE => false,
            NO_CHANGE => broker.fenced,
            value => return Err(StateErrorKind::UnknownValue { field: "fenced", value: i64::from(value) }),
        };
        let in_controlled_shutdown = match record.in_controlled_shutdown {
            IN_CONTROLLED_SHUTDOWN => true,
            NO_CHANGE => broker.in_controlled_shutdown,
            value => {
                let value = i64::from(value);
                return Err(StateErrorKind::UnknownValue { field: "inControlledShutdown", value });
            }
        };
        broker.fenced = fenced;
        broker.in_controlled_shutdown = in_controlled_shutdown;
        if !record.log_dirs.is_empty() {
            broker.log_dirs = sorted(decode::list(&record.log_dirs));
        }
        if let Some(cordoned) = &record.cordoned_log_dirs {
            broker.cordoned_log_dirs = Some(sorted(decode::list(cordoned)));
        }
        Ok(())
    }

    fn configure(&mut self, record: &records::config_record::Root<'_>) {
        let resource = ConfigResource {
            resource_type: record.resource_type,
            name: decode::owned(&record.resource_name),
        };
        let name = decode::owned(&record.name);
        match decode::owned_option(&record.value) {
            Some(value) => {
                self.configs.entry(resource).or_default().insert(name, value);
            }
            None => {
                if let Some(configs) = self.configs.get_mut(&resource) {
                    configs.remove(&name);
                    if configs.is_empty() {
                        self.configs.remove(&resource);
                    }
                }
            }
        }
    }

    fn limit(&mut self, record: &records::client_quota_record::Root<'_>) {
        let entity = record
            .entity
            .iter()
            .map(|part| (decode::owned(&part.entity_type), decode::owned_option(&part.entity_name)))
            .collect();
        let key = decode::owned(&record.key);
        if !record.remove {
            self.quotas.entry(entity).or_default().insert(key, record.value);
        } else if let Some(quotas) = self.quotas.get_mut(&entity) {
            quotas.remove(&key);
            if quotas.is_empty() {
                self.quotas.remove(&entity);
            }
        }
    }

    fn remove_acl(&mut self, id: Uuid) -> Result<(), StateErrorKind> {
        self.acls.remove(&id).map(|_| ()).ok_or(StateErrorKind::UnknownAcl { id })
    }
}
