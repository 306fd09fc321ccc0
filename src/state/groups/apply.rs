//! Records of `__consumer_offsets`, one by one, into the groups (`GroupCoordinatorShard.replay`).
//!
//! A coordinator refuses to go on when it deletes a member that still has something; here it is deleted
//! all the same, because compaction removes records between a member's and its tombstone's.

use super::classic::ClassicGroup;
use super::consumer::{ConsumerGroup, ResolvedRegex};
use super::offsets::CommittedOffset;
use super::share::{ShareGroup, ShareGroupPartitions};
use super::streams::{StreamsGroup, Tasks, Topology};
use super::{Assignment, Epochs, Group, Groups};
use crate::codec::messages::group_records as records;
use crate::state::{LogRecord, StateError, StateErrorKind, decode};

/// `ControlRecordType.ABORT` and `COMMIT`.
const ABORT: i16 = 0;
const COMMIT: i16 = 1;
/// `RecordBatch.NO_PRODUCER_ID`.
const NO_PRODUCER: i64 = -1;

type Applied = Result<(), StateErrorKind>;

impl Groups {
    /// Takes the next record of a partition of `__consumer_offsets`, or the marker that ends a
    /// transaction there.
    pub fn apply(&mut self, record: &LogRecord<'_>) -> Result<(), StateError> {
        let result = if record.control { self.marker(record) } else { self.replay(record) };
        result.map_err(|kind| kind.at(record.offset))
    }

    fn marker(&mut self, record: &LogRecord<'_>) -> Applied {
        match decode::control_type(record.key)? {
            ABORT => self.offsets.end(record.producer_id, false),
            COMMIT => self.offsets.end(record.producer_id, true),
            // Others do not stand here.
            _ => {}
        }
        Ok(())
    }

    fn replay(&mut self, record: &LogRecord<'_>) -> Applied {
        match decode::key_type(record.key)? {
            0 | 1 => self.offset_commit(record),
            2 => self.classic_group(record),
            3 => self.consumer_group(record),
            // The metadata of topics that consumer groups were subscribed to, until Kafka 4.1 hashed it.
            4 => Ok(()),
            5..=8 | 16 => self.consumer_member(record),
            10 | 12..=14 => self.share_member(record),
            11 => self.share_group(record),
            15 => self.share_partitions(record),
            17 => self.streams_group(record),
            19..=22 => self.streams_member(record),
            23 => self.streams_topology(record),
            id => Err(StateErrorKind::UnknownType { id: i64::from(id) }),
        }
    }

    fn offset_commit(&mut self, record: &LogRecord<'_>) -> Applied {
        let (group, place, offset) = if decode::key_type(record.key)? == 0 {
            let key: records::legacy_offset_commit_key::Root<'_> = decode::key(record.key)?;
            let value = decode::value::<records::legacy_offset_commit_value::Root<'_>>(record.value)?;
            let offset = value.map(|value| CommittedOffset::from_legacy(&value, record.offset));
            (decode::owned(&key.group), (decode::owned(&key.topic), key.partition), offset)
        } else {
            let key: records::offset_commit_key::Root<'_> = decode::key(record.key)?;
            let value = decode::value::<records::offset_commit_value::Root<'_>>(record.value)?;
            let offset = value.map(|value| CommittedOffset::from_record(&value, record.offset));
            (decode::owned(&key.group), (decode::owned(&key.topic), key.partition), offset)
        };
        let Some(offset) = offset else {
            self.offsets.remove(&group, &place);
            return Ok(());
        };
        // Whoever commits without joining has a group, too: a simple one.
        if !self.groups.contains_key(&group) {
            let simple = ClassicGroup { state_timestamp: -1, ..ClassicGroup::default() };
            self.groups.insert(group.clone(), Group::Classic(simple));
        }
        if record.producer_id == NO_PRODUCER {
            self.offsets.commit(group, place, offset);
        } else {
            self.offsets.commit_pending(record.producer_id, group, place, offset);
        }
        Ok(())
    }

    fn classic_group(&mut self, record: &LogRecord<'_>) -> Applied {
        let key: records::group_metadata_key::Root<'_> = decode::key(record.key)?;
        let id = decode::owned(&key.group);
        match decode::value(record.value)? {
            Some(value) => self.groups.insert(id, Group::Classic(ClassicGroup::from_record(&value))),
            None => self.groups.remove(&id),
        };
        Ok(())
    }

    fn consumer_group(&mut self, record: &LogRecord<'_>) -> Applied {
        let key: records::consumer_group_metadata_key::Root<'_> = decode::key(record.key)?;
        let id = decode::owned(&key.group_id);
        match decode::value::<records::consumer_group_metadata_value::Root<'_>>(record.value)? {
            Some(value) => {
                let group = self.consumer(id)?;
                group.epochs.group = value.epoch;
                group.epochs.metadata_hash = value.metadata_hash;
            }
            None => self.remove_if(&id, |group| matches!(group, Group::Consumer(_))),
        }
        Ok(())
    }

    fn consumer_member(&mut self, record: &LogRecord<'_>) -> Applied {
        use records::consumer_group_target_assignment_member_value::Root as Target;
        match decode::key_type(record.key)? {
            5 => {
                let key: records::consumer_group_member_metadata_key::Root<'_> = decode::key(record.key)?;
                let (group, member) = (decode::owned(&key.group_id), decode::owned(&key.member_id));
                match decode::value(record.value)? {
                    Some(value) => self.consumer(group)?.members.entry(member).or_default().describe(&value),
                    None => {
                        if let Some(Group::Consumer(group)) = self.groups.get_mut(&group) {
                            group.members.remove(&member);
                        }
                    }
                }
            }
            6 => {
                use records::consumer_group_target_assignment_metadata_value::Root;
                let key: records::consumer_group_target_assignment_metadata_key::Root<'_> =
                    decode::key(record.key)?;
                let group = decode::owned(&key.group_id);
                match decode::value::<Root<'_>>(record.value)? {
                    Some(value) => {
                        let epochs = &mut self.consumer(group)?.epochs;
                        epochs.assignment = value.assignment_epoch;
                        epochs.assignment_timestamp = value.assignment_timestamp;
                    }
                    None => self.unassign(&group),
                }
            }
            7 => {
                let key: records::consumer_group_target_assignment_member_key::Root<'_> =
                    decode::key(record.key)?;
                let (group, member) = (decode::owned(&key.group_id), decode::owned(&key.member_id));
                match decode::value::<Target<'_>>(record.value)? {
                    Some(value) => {
                        let topics = value.topic_partitions.iter();
                        let target: Assignment =
                            topics.map(|topic| (topic.topic_id, decode::list(&topic.partitions))).collect();
                        self.consumer(group)?.target.insert(member, target);
                    }
                    None => {
                        if let Some(Group::Consumer(group)) = self.groups.get_mut(&group) {
                            group.target.remove(&member);
                        }
                    }
                }
            }
            8 => {
                let key: records::consumer_group_current_member_assignment_key::Root<'_> =
                    decode::key(record.key)?;
                let (group, member) = (decode::owned(&key.group_id), decode::owned(&key.member_id));
                match decode::value(record.value)? {
                    Some(value) => self.consumer(group)?.members.entry(member).or_default().assign(&value),
                    None => {
                        if let Some(Group::Consumer(group)) = self.groups.get_mut(&group)
                            && let Some(member) = group.members.get_mut(&member)
                        {
                            member.unassign();
                        }
                    }
                }
            }
            _ => {
                use records::consumer_group_regular_expression_value::Root;
                let key: records::consumer_group_regular_expression_key::Root<'_> = decode::key(record.key)?;
                let (group, regex) = (decode::owned(&key.group_id), decode::owned(&key.regular_expression));
                match decode::value::<Root<'_>>(record.value)? {
                    Some(value) => {
                        let resolved = ResolvedRegex {
                            topics: value.topics.iter().map(decode::owned).collect(),
                            version: value.version,
                            timestamp: value.timestamp,
                        };
                        self.consumer(group)?.regular_expressions.insert(regex, resolved);
                    }
                    None => {
                        if let Some(Group::Consumer(group)) = self.groups.get_mut(&group) {
                            group.regular_expressions.remove(&regex);
                        }
                    }
                }
            }
        }
        Ok(())
    }

    fn share_group(&mut self, record: &LogRecord<'_>) -> Applied {
        let key: records::share_group_metadata_key::Root<'_> = decode::key(record.key)?;
        let id = decode::owned(&key.group_id);
        match decode::value::<records::share_group_metadata_value::Root<'_>>(record.value)? {
            Some(value) => {
                let group = self.share(id)?;
                group.epochs.group = value.epoch;
                group.epochs.metadata_hash = value.metadata_hash;
            }
            None => self.remove_if(&id, |group| matches!(group, Group::Share(_))),
        }
        Ok(())
    }

    fn share_member(&mut self, record: &LogRecord<'_>) -> Applied {
        use records::share_group_target_assignment_member_value::Root as Target;
        match decode::key_type(record.key)? {
            10 => {
                let key: records::share_group_member_metadata_key::Root<'_> = decode::key(record.key)?;
                let (group, member) = (decode::owned(&key.group_id), decode::owned(&key.member_id));
                match decode::value(record.value)? {
                    Some(value) => self.share(group)?.members.entry(member).or_default().describe(&value),
                    None => {
                        if let Some(Group::Share(group)) = self.groups.get_mut(&group) {
                            group.members.remove(&member);
                        }
                    }
                }
            }
            12 => {
                use records::share_group_target_assignment_metadata_value::Root;
                let key: records::share_group_target_assignment_metadata_key::Root<'_> =
                    decode::key(record.key)?;
                let group = decode::owned(&key.group_id);
                match decode::value::<Root<'_>>(record.value)? {
                    Some(value) => {
                        let epochs = &mut self.share(group)?.epochs;
                        epochs.assignment = value.assignment_epoch;
                        epochs.assignment_timestamp = value.assignment_timestamp;
                    }
                    None => self.unassign(&group),
                }
            }
            13 => {
                let key: records::share_group_target_assignment_member_key::Root<'_> =
                    decode::key(record.key)?;
                let (group, member) = (decode::owned(&key.group_id), decode::owned(&key.member_id));
                match decode::value::<Target<'_>>(record.value)? {
                    Some(value) => {
                        let topics = value.topic_partitions.iter();
                        let target: Assignment =
                            topics.map(|topic| (topic.topic_id, decode::list(&topic.partitions))).collect();
                        self.share(group)?.target.insert(member, target);
                    }
                    None => {
                        if let Some(Group::Share(group)) = self.groups.get_mut(&group) {
                            group.target.remove(&member);
                        }
                    }
                }
            }
            _ => {
                let key: records::share_group_current_member_assignment_key::Root<'_> =
                    decode::key(record.key)?;
                let (group, member) = (decode::owned(&key.group_id), decode::owned(&key.member_id));
                match decode::value(record.value)? {
                    Some(value) => self.share(group)?.members.entry(member).or_default().assign(&value),
                    None => {
                        if let Some(Group::Share(group)) = self.groups.get_mut(&group)
                            && let Some(member) = group.members.get_mut(&member)
                        {
                            member.unassign();
                        }
                    }
                }
            }
        }
        Ok(())
    }

    fn share_partitions(&mut self, record: &LogRecord<'_>) -> Applied {
        let key: records::share_group_state_partition_metadata_key::Root<'_> = decode::key(record.key)?;
        let group = decode::owned(&key.group_id);
        match decode::value(record.value)? {
            Some(value) => self.share(group)?.partitions = ShareGroupPartitions::from_record(&value),
            None => {
                if let Some(Group::Share(group)) = self.groups.get_mut(&group) {
                    group.partitions = ShareGroupPartitions::default();
                }
            }
        }
        Ok(())
    }

    fn streams_group(&mut self, record: &LogRecord<'_>) -> Applied {
        let key: records::streams_group_metadata_key::Root<'_> = decode::key(record.key)?;
        let id = decode::owned(&key.group_id);
        match decode::value::<records::streams_group_metadata_value::Root<'_>>(record.value)? {
            Some(value) => {
                let group = self.streams(id)?;
                group.epochs.group = value.epoch;
                group.epochs.metadata_hash = value.metadata_hash;
                group.validated_topology_epoch = value.validated_topology_epoch;
            }
            None => self.remove_if(&id, |group| matches!(group, Group::Streams(_))),
        }
        Ok(())
    }

    fn streams_member(&mut self, record: &LogRecord<'_>) -> Applied {
        match decode::key_type(record.key)? {
            19 => {
                let key: records::streams_group_member_metadata_key::Root<'_> = decode::key(record.key)?;
                let (group, member) = (decode::owned(&key.group_id), decode::owned(&key.member_id));
                match decode::value(record.value)? {
                    Some(value) => self.streams(group)?.members.entry(member).or_default().describe(&value),
                    None => {
                        if let Some(Group::Streams(group)) = self.groups.get_mut(&group) {
                            group.members.remove(&member);
                        }
                    }
                }
            }
            20 => {
                use records::streams_group_target_assignment_metadata_value::Root;
                let key: records::streams_group_target_assignment_metadata_key::Root<'_> =
                    decode::key(record.key)?;
                let group = decode::owned(&key.group_id);
                match decode::value::<Root<'_>>(record.value)? {
                    Some(value) => {
                        let epochs = &mut self.streams(group)?.epochs;
                        epochs.assignment = value.assignment_epoch;
                        epochs.assignment_timestamp = value.assignment_timestamp;
                    }
                    None => self.unassign(&group),
                }
            }
            21 => {
                let key: records::streams_group_target_assignment_member_key::Root<'_> =
                    decode::key(record.key)?;
                let (group, member) = (decode::owned(&key.group_id), decode::owned(&key.member_id));
                match decode::value(record.value)? {
                    Some(value) => {
                        let tasks = Tasks::from_record(&value);
                        self.streams(group)?.target.insert(member, tasks);
                    }
                    None => {
                        if let Some(Group::Streams(group)) = self.groups.get_mut(&group) {
                            group.target.remove(&member);
                        }
                    }
                }
            }
            _ => {
                let key: records::streams_group_current_member_assignment_key::Root<'_> =
                    decode::key(record.key)?;
                let (group, member) = (decode::owned(&key.group_id), decode::owned(&key.member_id));
                match decode::value(record.value)? {
                    Some(value) => self.streams(group)?.members.entry(member).or_default().assign(&value),
                    None => {
                        if let Some(Group::Streams(group)) = self.groups.get_mut(&group)
                            && let Some(member) = group.members.get_mut(&member)
                        {
                            member.unassign();
                        }
                    }
                }
            }
        }
        Ok(())
    }

    fn streams_topology(&mut self, record: &LogRecord<'_>) -> Applied {
        let key: records::streams_group_topology_key::Root<'_> = decode::key(record.key)?;
        let group = decode::owned(&key.group_id);
        match decode::value(record.value)? {
            Some(value) => self.streams(group)?.topology = Some(Topology::from_record(&value)),
            None => {
                if let Some(Group::Streams(group)) = self.groups.get_mut(&group) {
                    group.topology = None;
                }
            }
        }
        Ok(())
    }

    /// A target assignment is gone.
    fn unassign(&mut self, id: &str) {
        let epochs = match self.groups.get_mut(id) {
            Some(Group::Consumer(group)) => &mut group.epochs,
            Some(Group::Share(group)) => &mut group.epochs,
            Some(Group::Streams(group)) => &mut group.epochs,
            Some(Group::Classic(_)) | None => return,
        };
        let Epochs { assignment, assignment_timestamp, .. } = Epochs::default();
        (epochs.assignment, epochs.assignment_timestamp) = (assignment, assignment_timestamp);
    }

    /// A tombstone of a group holds for its type only: the group may have changed it since.
    fn remove_if(&mut self, id: &str, of_type: impl Fn(&Group) -> bool) {
        if self.groups.get(id).is_some_and(of_type) {
            self.groups.remove(id);
        }
    }

    /// The group of that id, made if it is not there. A simple group has no records of its own and gives
    /// way (`getOrMaybeCreatePersistedConsumerGroup`).
    fn group_or(&mut self, id: String, new: impl Fn() -> Group) -> &mut Group {
        let group = self.groups.entry(id).or_insert_with(&new);
        if matches!(group, Group::Classic(classic) if classic.is_simple()) {
            *group = new();
        }
        group
    }

    fn consumer(&mut self, id: String) -> Result<&mut ConsumerGroup, StateErrorKind> {
        match self.group_or(id.clone(), || Group::Consumer(ConsumerGroup::default())) {
            Group::Consumer(group) => Ok(group),
            other => Err(other_type(id, other, "Consumer")),
        }
    }

    fn share(&mut self, id: String) -> Result<&mut ShareGroup, StateErrorKind> {
        match self.group_or(id.clone(), || Group::Share(ShareGroup::default())) {
            Group::Share(group) => Ok(group),
            other => Err(other_type(id, other, "Share")),
        }
    }

    fn streams(&mut self, id: String) -> Result<&mut StreamsGroup, StateErrorKind> {
        match self.group_or(id.clone(), || Group::Streams(StreamsGroup::default())) {
            Group::Streams(group) => Ok(group),
            other => Err(other_type(id, other, "Streams")),
        }
    }
}

fn other_type(group: String, is: &Group, wanted: &'static str) -> StateErrorKind {
    StateErrorKind::GroupType { group, is: is.type_name(), wanted }
}
