//! Groups as administrators see them: ListGroups, DescribeGroups, DeleteGroups.

use super::group::{Group, State};
use super::{Coordinator, World, append_in_parts, records, told_of_append};
use crate::codec::error_codes::codes;
use crate::state::groups;

/// A group in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its id.
    pub group_id: String,
    /// `consumer` and so on; empty for a group that has only committed offsets.
    pub protocol_type: String,
    /// `Stable` and so on.
    pub state: &'static str,
    /// `Classic` and so on.
    pub kind: &'static str,
}

/// A group of the classic protocol with its members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    /// `Stable` and so on.
    pub state: &'static str,
    /// `consumer` and so on.
    pub protocol_type: String,
    /// What the members agreed on; empty unless the group is stable.
    pub protocol: String,
    /// The members.
    pub members: Vec<DescribedMember>,
}

/// Why a group is not described.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undescribed {
    /// There is none.
    NotThere,
    /// It is one of a newer protocol, which other requests describe.
    OtherProtocol,
}

/// A member of a group. What it said is empty unless the group is stable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DescribedMember {
    /// Its id.
    pub member_id: String,
    /// The id of a static member.
    pub group_instance_id: Option<String>,
    /// The client's name for itself.
    pub client_id: String,
    /// Where it connected from: `/10.0.0.7`.
    pub client_host: String,
    /// What it said of itself.
    pub metadata: Vec<u8>,
    /// What the leader gave it last.
    pub assignment: Vec<u8>,
}

impl<T> Coordinator<T> {
    /// All groups.
    pub fn list(&self) -> Vec<Listed> {
        let all = self.logged.by_id().iter();
        all.map(|(id, group)| {
            let live = self.live.get(id.as_str());
            Listed {
                group_id: id.clone(),
                protocol_type: live.map_or_else(
                    || group.protocol_type().to_owned(),
                    |live| live.protocol_type.clone().unwrap_or_default(),
                ),
                state: live.map_or_else(|| group.state(), |live| live.state.name()),
                kind: group.type_name(),
            }
        })
        .collect()
    }

    /// A group of the classic protocol.
    ///
    /// # Errors
    /// Why there is none of that name.
    pub fn describe(&self, id: &str) -> Result<Described, Undescribed> {
        if let Some(live) = self.live.get(id) {
            return Ok(live.describe());
        }
        match self.logged.by_id().get(id) {
            // Whoever has members is alive.
            Some(groups::Group::Classic(classic)) => Ok(Described {
                state: State::Empty.name(),
                protocol_type: classic.protocol_type.clone(),
                protocol: String::new(),
                members: Vec::new(),
            }),
            Some(_) => Err(Undescribed::OtherProtocol),
            None => Err(Undescribed::NotThere),
        }
    }

    /// Forgets a group without members, and all that it has committed.
    ///
    /// # Errors
    /// The error code: it has members, or there is no such group.
    pub fn delete_group(&mut self, world: &mut World<'_>, id: &str) -> Result<(), i16> {
        let Some(group) = self.logged.by_id().get(id) else { return Err(codes::GROUP_ID_NOT_FOUND) };
        if self.live.get(id).map_or(group.member_count() > 0, |live| live.state != State::Empty) {
            return Err(codes::NON_EMPTY_GROUP);
        }
        let committed = self.committed(id).into_iter();
        let pending = self.logged.offsets().pending().values().filter_map(|groups| groups.get(id));
        let mut gone: Vec<_> = committed
            .chain(pending)
            .flat_map(|offsets| offsets.keys())
            .map(|(topic, partition)| records::offset_tombstone(id, topic, *partition))
            .collect();
        gone.extend(records::group_tombstones(id, group).ok_or(codes::GROUP_ID_NOT_FOUND)?);
        append_in_parts(&mut self.logged, world, &gone).map_err(told_of_append)?;
        if let Some((id, mut group)) = self.live.remove_entry(id) {
            self.timers.leave(&id, &mut group);
        }
        Ok(())
    }
}

impl<T> Group<T> {
    fn describe(&self) -> Described {
        let stable = self.state == State::Stable;
        let protocol = self.protocol.clone().filter(|_| stable).unwrap_or_default();
        let of = |(id, member): (&String, &super::member::Member<T>)| DescribedMember {
            member_id: id.clone(),
            group_instance_id: member.group_instance_id.clone(),
            client_id: member.client_id.clone(),
            client_host: member.client_host.clone(),
            metadata: member.metadata(&protocol).filter(|_| stable).unwrap_or_default().to_vec(),
            assignment: member.assignment.clone(),
        };
        Described {
            state: self.state.name(),
            protocol_type: self.protocol_type.clone().unwrap_or_default(),
            members: self.members.iter().map(of).collect(),
            protocol,
        }
    }
}
