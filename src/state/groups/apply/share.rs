//! Records of share groups.

use super::{Applied, other_type};
use crate::codec::messages::group_records as records;
use crate::state::groups::share::{ShareGroup, ShareGroupPartitions};
use crate::state::groups::{Assignment, Group, Groups};
use crate::state::{LogRecord, StateErrorKind, decode};

impl Groups {
    pub(super) fn share_group(&mut self, record: &LogRecord<'_>) -> Applied {
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

    pub(super) fn share_member(&mut self, record: &LogRecord<'_>) -> Applied {
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

    pub(super) fn share_partitions(&mut self, record: &LogRecord<'_>) -> Applied {
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

    fn share(&mut self, id: String) -> Result<&mut ShareGroup, StateErrorKind> {
        match self.group_or(id.clone(), || Group::Share(ShareGroup::default())) {
            Group::Share(group) => Ok(group),
            other => Err(other_type(id, other, "Share")),
        }
    }
}
