//! Records of groups of the consumer protocol.

use super::{Applied, other_type};
use crate::codec::messages::group_records as records;
use crate::state::groups::consumer::{ConsumerGroup, ResolvedRegex};
use crate::state::groups::{Assignment, Group, Groups};
use crate::state::{LogRecord, StateErrorKind, decode};

impl Groups {
    pub(super) fn consumer_group(&mut self, record: &LogRecord<'_>) -> Applied {
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

    pub(super) fn consumer_member(&mut self, record: &LogRecord<'_>) -> Applied {
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

    fn consumer(&mut self, id: String) -> Result<&mut ConsumerGroup, StateErrorKind> {
        match self.group_or(id.clone(), || Group::Consumer(ConsumerGroup::default())) {
            Group::Consumer(group) => Ok(group),
            other => Err(other_type(id, other, "Consumer")),
        }
    }
}
