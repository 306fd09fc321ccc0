//! Records of groups of Kafka Streams applications.

use super::{Applied, other_type};
use crate::codec::messages::group_records as records;
use crate::state::groups::streams::{StreamsGroup, Tasks, Topology};
use crate::state::groups::{Group, Groups};
use crate::state::{LogRecord, StateErrorKind, decode};

impl Groups {
    pub(super) fn streams_group(&mut self, record: &LogRecord<'_>) -> Applied {
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

    pub(super) fn streams_member(&mut self, record: &LogRecord<'_>) -> Applied {
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

    pub(super) fn streams_topology(&mut self, record: &LogRecord<'_>) -> Applied {
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

    fn streams(&mut self, id: String) -> Result<&mut StreamsGroup, StateErrorKind> {
        match self.group_or(id.clone(), || Group::Streams(StreamsGroup::default())) {
            Group::Streams(group) => Ok(group),
            other => Err(other_type(id, other, "Streams")),
        }
    }
}
