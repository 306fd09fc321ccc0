//! Single steps of members of one group, as the cases take them.

use super::super::requests::{Answer, Commit, Join, Joined, Leaving, Offset, Speaker, Sync, Synced};
use super::kit::{Node, Ticket};
use crate::codec::error_codes::codes;
use crate::codec::wire::Uuid;

pub const GROUP: &str = "g";

pub fn join_of(member_id: &str, instance: Option<&str>, protocols: &[&str]) -> Join {
    Join {
        group_id: GROUP.to_owned(),
        member_id: member_id.to_owned(),
        group_instance_id: instance.map(str::to_owned),
        client_id: "c".to_owned(),
        client_host: "/10.0.0.1".to_owned(),
        rebalance_timeout_ms: 20_000,
        session_timeout_ms: 10_000,
        protocol_type: "consumer".to_owned(),
        protocols: protocols.iter().map(|name| ((*name).to_owned(), subscription())).collect(),
        requires_member_id: false,
        can_skip_assignment: true,
    }
}

/// Of a consumer that reads topic `t`.
fn subscription() -> Vec<u8> {
    b"\0\0\0\0\0\x01\0\x01t\xff\xff\xff\xff".to_vec()
}

impl Node {
    pub fn join(&mut self, join: Join) -> Ticket {
        self.ask(|coordinator, world, ticket| coordinator.join(world, ticket, join))
    }

    /// Joins, and is answered at once.
    pub fn joined(&mut self, join: Join) -> Joined {
        let ticket = self.join(join);
        match self.answer_of(ticket) {
            Answer::Join(joined) => joined,
            other => panic!("{other:?}"),
        }
    }

    pub fn answer_of(&mut self, ticket: Ticket) -> Answer {
        let answers = self.answers();
        let (_, answer) = answers.into_iter().find(|(of, _)| *of == ticket).expect("an answer");
        answer
    }

    pub fn sync_of(&mut self, joined: &Joined) -> Ticket {
        let all = joined.members.iter();
        let sync = Sync {
            group_id: GROUP.to_owned(),
            generation: joined.generation,
            member_id: joined.member_id.clone(),
            assignments: all.map(|one| (one.member_id.clone(), one.member_id.clone().into_bytes())).collect(),
            ..Sync::default()
        };
        self.ask(|coordinator, world, ticket| coordinator.sync(world, ticket, sync))
    }

    pub fn synced(&mut self, joined: &Joined) -> Synced {
        let ticket = self.sync_of(joined);
        match self.answer_of(ticket) {
            Answer::Sync(synced) => synced,
            other => panic!("{other:?}"),
        }
    }

    /// A group of one, stable.
    pub fn alone(&mut self, instance: Option<&str>) -> Joined {
        let joined = self.joined(join_of("", instance, &["range"]));
        assert_eq!(joined.error_code, codes::NONE);
        assert_eq!(self.synced(&joined).assignment, joined.member_id.as_bytes());
        joined
    }

    pub fn heartbeat(&mut self, joined: &Joined) -> Result<(), i16> {
        let speaker = speaker(joined, None);
        self.step(|coordinator, world| coordinator.heartbeat(world, &speaker))
    }

    pub fn commit(&mut self, speaker: Speaker, offsets: &[(&str, i64)]) -> Result<Vec<i16>, i16> {
        let offset = |&(metadata, offset): &(&str, i64)| Offset {
            topic: "t".to_owned(),
            topic_id: Uuid([7; 16]),
            offset,
            leader_epoch: 2,
            metadata: metadata.to_owned(),
            ..Offset::default()
        };
        self.commit_all(speaker, offsets.iter().map(offset))
    }

    /// Commits as clients of today do.
    pub fn commit_all(
        &mut self,
        speaker: Speaker,
        offsets: impl Iterator<Item = Offset>,
    ) -> Result<Vec<i16>, i16> {
        let commit = Commit {
            speaker,
            retention_time_ms: -1,
            knows_group_id_not_found: true,
            offsets: offsets.collect(),
        };
        self.step(|coordinator, world| coordinator.commit(world, &commit))
    }

    pub fn leave(&mut self, joined: &Joined) {
        let leaving = [Leaving { member_id: joined.member_id.clone(), group_instance_id: None }];
        let left = self.step(|coordinator, world| coordinator.leave(world, GROUP, &leaving));
        assert_eq!(left, [codes::NONE]);
    }

    pub fn state(&self) -> &'static str {
        self.coordinator.describe(GROUP).map_or("Dead", |group| group.state)
    }
}

pub fn speaker(joined: &Joined, instance: Option<&str>) -> Speaker {
    Speaker {
        group_id: GROUP.to_owned(),
        generation: joined.generation,
        member_id: joined.member_id.clone(),
        group_instance_id: instance.map(str::to_owned),
    }
}

pub fn nobody() -> Speaker {
    nobody_of(GROUP)
}

/// One who is no member of this group.
pub fn nobody_of(group: &str) -> Speaker {
    Speaker { group_id: group.to_owned(), generation: -1, ..Speaker::default() }
}
