//! Topics and their partitions.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::codec::messages::metadata_records::{partition_change_record, partition_record};
use crate::codec::wire::{Array, Uuid};
use crate::state::{StateErrorKind, decode};

/// `LeaderConstants.NO_LEADER_CHANGE`.
const NO_LEADER_CHANGE: i32 = -2;
/// `LeaderRecoveryState.NO_CHANGE`.
const NO_RECOVERY_CHANGE: i8 = -1;
/// `DirectoryId.UNASSIGNED`: the broker has not said yet where the replica is.
const UNASSIGNED: Uuid = Uuid([0; 16]);
/// `DirectoryId.MIGRATING`: the record is from before directories were recorded.
const MIGRATING: Uuid = Uuid([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2]);

/// The topics, which can be asked for by id and by name (`TopicsImage`).
///
/// A copy shares what has not changed since: one is made for every change of a cluster that may have many topics.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Topics {
    by_id: BTreeMap<Uuid, Arc<Topic>>,
    by_name: BTreeMap<Arc<str>, Uuid>,
}

/// What is different from an earlier image.
#[derive(Debug, Default, PartialEq)]
pub struct Changes<'t> {
    /// Topics that are gone, as they were.
    pub gone: Vec<&'t Topic>,
    /// Topics that came or have changed.
    pub new: Vec<&'t Topic>,
}

/// A topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic {
    /// Its name.
    pub name: String,
    /// Its id (KIP-516).
    pub id: Uuid,
    /// Its partitions by number.
    pub partitions: BTreeMap<i32, Partition>,
}

/// A partition (`PartitionRegistration`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partition {
    /// The brokers that hold it, the preferred leader first.
    pub replicas: Vec<i32>,
    /// The log directory of each replica, in their order (KIP-858).
    pub directories: Vec<Uuid>,
    /// The replicas that are in sync.
    pub isr: Vec<i32>,
    /// Replicas that a reassignment will remove.
    pub removing_replicas: Vec<i32>,
    /// Replicas that a reassignment adds.
    pub adding_replicas: Vec<i32>,
    /// Replicas that are not in sync but have everything committed (KIP-966).
    pub eligible_leader_replicas: Vec<i32>,
    /// The replicas that were eligible last, when none was left (KIP-966).
    pub last_known_elr: Vec<i32>,
    /// The leader, or -1.
    pub leader: i32,
    /// Whether the leader was elected uncleanly and has not recovered (`LeaderRecoveryState`).
    pub leader_recovery_state: i8,
    /// Rises with each election.
    pub leader_epoch: i32,
    /// Rises with each change.
    pub partition_epoch: i32,
}

impl Topics {
    /// The topics by name.
    pub fn iter(&self) -> impl Iterator<Item = &Topic> {
        self.by_name.values().filter_map(|id| self.by_id(*id))
    }

    /// What has changed since `before`.
    pub fn since<'t>(&'t self, before: &'t Self) -> Changes<'t> {
        let mut changes = Changes::default();
        let mut old = before.by_id.iter().peekable();
        for (id, topic) in &self.by_id {
            while let Some((_, gone)) = old.next_if(|(other, _)| *other < id) {
                changes.gone.push(gone);
            }
            let known = old.next_if(|(other, _)| *other == id);
            if !known.is_some_and(|(_, known)| Arc::ptr_eq(known, topic) || known == topic) {
                changes.new.push(topic);
            }
        }
        changes.gone.extend(old.map(|(_, gone)| &**gone));
        changes
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// There is none.
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// The topic of that id.
    pub fn by_id(&self, id: Uuid) -> Option<&Topic> {
        self.by_id.get(&id).map(|topic| &**topic)
    }

    /// The topic of that name.
    pub fn by_name(&self, name: &str) -> Option<&Topic> {
        self.by_name.get(name).and_then(|id| self.by_id(*id))
    }

    /// Adds a topic without partitions.
    pub(super) fn add(&mut self, name: String, id: Uuid) {
        self.by_name.insert(name.as_str().into(), id);
        self.by_id.insert(id, Arc::new(Topic { name, id, partitions: BTreeMap::new() }));
    }

    /// Removes a topic and tells its name.
    pub(super) fn remove(&mut self, id: Uuid) -> Result<String, StateErrorKind> {
        let topic = self.by_id.remove(&id).ok_or(StateErrorKind::UnknownTopicId { id })?;
        // The name may have gone to another topic by now.
        if self.by_name.get(topic.name.as_str()) == Some(&id) {
            self.by_name.remove(topic.name.as_str());
        }
        Ok(topic.name.clone())
    }

    fn topic_mut(&mut self, id: Uuid) -> Result<&mut Topic, StateErrorKind> {
        self.by_id.get_mut(&id).map(Arc::make_mut).ok_or(StateErrorKind::UnknownTopicId { id })
    }

    /// Sets a partition as a whole.
    pub(super) fn set(&mut self, record: &partition_record::Root<'_>) -> Result<(), StateErrorKind> {
        let topic = self.topic_mut(record.topic_id)?;
        topic.partitions.insert(record.partition_id, Partition::from_record(record)?);
        Ok(())
    }

    /// Changes some of a partition.
    pub(super) fn change(
        &mut self,
        record: &partition_change_record::Root<'_>,
    ) -> Result<(), StateErrorKind> {
        let topic = self.topic_mut(record.topic_id)?;
        match topic.partitions.get_mut(&record.partition_id) {
            Some(partition) => partition.merge(record),
            None => Err(StateErrorKind::UnknownPartition {
                topic: topic.name.clone(),
                partition: record.partition_id,
            }),
        }
    }

    /// Empties the eligible leader replicas of a topic's partitions, or of all where the name is empty
    /// (`ClearElrRecord`).
    pub(super) fn clear_elr(&mut self, name: &str) -> Result<(), StateErrorKind> {
        let only = match name {
            "" => None,
            name => match self.by_name.get(name) {
                Some(id) => Some(*id),
                None => return Err(StateErrorKind::UnknownTopic { name: name.to_string() }),
            },
        };
        let topics = self.by_id.values_mut().filter(|topic| only.is_none_or(|only| only == topic.id));
        for partition in topics.flat_map(|topic| Arc::make_mut(topic).partitions.values_mut()) {
            if !partition.eligible_leader_replicas.is_empty() || !partition.last_known_elr.is_empty() {
                partition.eligible_leader_replicas.clear();
                partition.last_known_elr.clear();
                partition.partition_epoch = partition.partition_epoch.wrapping_add(1);
            }
        }
        Ok(())
    }
}

impl Partition {
    fn from_record(record: &partition_record::Root<'_>) -> Result<Self, StateErrorKind> {
        let replicas = decode::list(&record.replicas);
        let directories = match decode::list(&record.directories) {
            none if none.is_empty() => vec![MIGRATING; replicas.len()],
            directories => check_directories(directories, replicas.len())?,
        };
        Ok(Self {
            replicas,
            directories,
            isr: decode::list(&record.isr),
            removing_replicas: decode::list(&record.removing_replicas),
            adding_replicas: decode::list(&record.adding_replicas),
            eligible_leader_replicas: record
                .eligible_leader_replicas
                .as_ref()
                .map(decode::list)
                .unwrap_or_default(),
            last_known_elr: record.last_known_elr.as_ref().map(decode::list).unwrap_or_default(),
            leader: record.leader,
            leader_recovery_state: record.leader_recovery_state,
            leader_epoch: record.leader_epoch,
            partition_epoch: record.partition_epoch,
        })
    }

    /// `PartitionRegistration.merge`.
    fn merge(&mut self, record: &partition_change_record::Root<'_>) -> Result<(), StateErrorKind> {
        let replicas = record.replicas.as_ref().map(decode::list);
        let new_directories = record.directories.as_ref().map(decode::list).unwrap_or_default();
        let directories = if !new_directories.is_empty() {
            let count = replicas.as_ref().unwrap_or(&self.replicas).len();
            Some(check_directories(new_directories, count)?)
        } else {
            replicas.as_ref().map(|replicas| self.directories_of(replicas))
        };
        if let Some(directories) = directories {
            self.directories = directories;
        }
        if let Some(replicas) = replicas {
            self.replicas = replicas;
        }
        set(&mut self.isr, &record.isr);
        set(&mut self.removing_replicas, &record.removing_replicas);
        set(&mut self.adding_replicas, &record.adding_replicas);
        set(&mut self.eligible_leader_replicas, &record.eligible_leader_replicas);
        set(&mut self.last_known_elr, &record.last_known_elr);
        // Even a leader that stays is elected anew, if the record names it.
        if record.leader != NO_LEADER_CHANGE {
            self.leader = record.leader;
            self.leader_epoch = self.leader_epoch.wrapping_add(1);
        }
        if record.leader_recovery_state != NO_RECOVERY_CHANGE {
            self.leader_recovery_state = record.leader_recovery_state;
        }
        self.partition_epoch = self.partition_epoch.wrapping_add(1);
        Ok(())
    }

    /// Replicas that stay keep their directories (`DirectoryId.createDirectoriesFrom`).
    fn directories_of(&self, replicas: &[i32]) -> Vec<Uuid> {
        let directory = |replica: &i32| {
            let at = self.replicas.iter().position(|here| here == replica);
            at.and_then(|at| self.directories.get(at)).copied().unwrap_or(UNASSIGNED)
        };
        replicas.iter().map(directory).collect()
    }
}

fn set(list: &mut Vec<i32>, change: &Option<Array<'_, i32>>) {
    if let Some(change) = change {
        *list = decode::list(change);
    }
}

fn check_directories(directories: Vec<Uuid>, replicas: usize) -> Result<Vec<Uuid>, StateErrorKind> {
    if directories.len() == replicas {
        return Ok(directories);
    }
    Err(StateErrorKind::Directories { directories: directories.len(), replicas })
}
