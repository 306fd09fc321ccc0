//! Records of `__consumer_offsets`, one by one, into the groups (`GroupCoordinatorShard.replay`).
//!
//! A coordinator refuses to go on when it deletes a member that still has something; here it is deleted
//! all the same, because compaction removes records between a member's and its tombstone's.

mod consumer;
mod share;
mod streams;

use super::classic::ClassicGroup;
use super::offsets::CommittedOffset;
use super::{Epochs, Group, Groups};
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
}

fn other_type(group: String, is: &Group, wanted: &'static str) -> StateErrorKind {
    StateErrorKind::GroupType { group, is: is.type_name(), wanted }
}
