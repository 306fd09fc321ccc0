//! OffsetCommit, OffsetFetch, OffsetDelete (`OffsetMetadataManager`).

use std::collections::HashSet;

use super::group::{CONSUMER, Group, State};
use super::requests::{Commit, Speaker};
use super::{Coordinator, World, append, append_in_parts, records, told_of_append};
use crate::codec::error_codes::codes;
use crate::state::groups;
use crate::state::groups::offsets::{CommittedOffset, GroupOffsets};

impl<T> Coordinator<T> {
    /// Keeps offsets: an error code for each. A member that commits is heard of.
    ///
    /// # Errors
    /// The error code for all of them; none is kept then.
    pub fn commit(&mut self, world: &mut World<'_>, commit: &Commit) -> Result<Vec<i16>, i16> {
        self.check_commit(world, commit)?;
        let expires_ms = (commit.retention_time_ms != -1)
            .then(|| world.now.wall_ms.saturating_add(commit.retention_time_ms));
        let mut codes = Vec::with_capacity(commit.offsets.len());
        let mut kept = Vec::with_capacity(commit.offsets.len());
        for offset in &commit.offsets {
            if self.is_too_long(&offset.metadata) {
                codes.push(codes::OFFSET_METADATA_TOO_LARGE);
                continue;
            }
            kept.push(records::offset(&commit.speaker.group_id, offset, world.now, expires_ms));
            codes.push(codes::NONE);
        }
        append(&mut self.logged, world, &kept).map_err(|code| match code {
            codes::MESSAGE_TOO_LARGE | codes::RECORD_LIST_TOO_LARGE | codes::INVALID_FETCH_SIZE => {
                codes::INVALID_COMMIT_OFFSET_SIZE
            }
            code => told_of_append(code),
        })?;
        Ok(codes)
    }

    fn is_too_long(&self, metadata: &str) -> bool {
        // Text has at most as many UTF-16 units as bytes.
        let max = self.config.offset_metadata_max;
        metadata.len() > max && metadata.encode_utf16().count() > max
    }

    fn check_commit(&mut self, world: &mut World<'_>, commit: &Commit) -> Result<(), i16> {
        let speaker = &commit.speaker;
        let id = &speaker.group_id;
        if let Some(checked) = self.with_live(world, id, |group, step| {
            group.check_commit(speaker)?;
            group.touch(&speaker.member_id, step.world.now);
            Ok(())
        }) {
            return checked;
        }
        match self.logged.by_id().get(id) {
            // They keep their offsets elsewhere.
            Some(groups::Group::Share(_)) => Err(codes::GROUP_ID_NOT_FOUND),
            // Nobody is in it: whoever says to be in no generation may commit.
            Some(group) if group.member_count() == 0 => {
                if speaker.generation < 0 {
                    Ok(())
                } else {
                    Err(codes::UNKNOWN_MEMBER_ID)
                }
            }
            // Members of the newer protocols, which are not served here.
            Some(_) => Err(codes::UNKNOWN_MEMBER_ID),
            None if speaker.generation < 0 => Ok(()),
            None if commit.knows_group_id_not_found => Err(codes::GROUP_ID_NOT_FOUND),
            None => Err(codes::ILLEGAL_GENERATION),
        }
    }

    /// What a group has committed, by topic and partition.
    pub fn committed(&self, group_id: &str) -> Option<&GroupOffsets> {
        self.logged.offsets().of_group(group_id)
    }

    /// What a group has committed for one partition.
    pub fn committed_of(&self, group_id: &str, place: &(String, i32)) -> Option<&CommittedOffset> {
        self.committed(group_id)?.get(place)
    }

    /// Whether a transaction that is still open has an offset for that place, so that what is committed may
    /// change (KIP-447).
    pub fn is_unstable(&self, group_id: &str, place: &(String, i32)) -> bool {
        let pending = self.logged.offsets().pending();
        pending.values().any(|groups| groups.get(group_id).is_some_and(|offsets| offsets.contains_key(place)))
    }

    /// Forgets offsets: an error code for each. Those of topics that members read stay.
    ///
    /// # Errors
    /// The error code for all of them.
    pub fn delete_offsets(
        &mut self,
        world: &mut World<'_>,
        group_id: &str,
        places: &[(String, i32)],
    ) -> Result<Vec<i16>, i16> {
        let live = self.live.get(group_id);
        let group = self.logged.by_id().get(group_id).ok_or(codes::GROUP_ID_NOT_FOUND)?;
        if matches!(group, groups::Group::Share(_)) {
            // Their offsets are of another kind.
            return Err(codes::GROUP_ID_NOT_FOUND);
        }
        if live.is_some_and(|live| live.state != State::Empty && !live.is_of_consumers()) {
            return Err(codes::NON_EMPTY_GROUP);
        }
        let mut codes = Vec::with_capacity(places.len());
        let (mut gone, mut seen) = (Vec::new(), HashSet::new());
        for place in places {
            let subscribed = match live {
                Some(live) => live.state != State::Empty && live.is_subscribed_to(&place.0),
                None => group.is_subscribed_to(&place.0),
            };
            if subscribed {
                codes.push(codes::GROUP_SUBSCRIBED_TO_TOPIC);
                continue;
            }
            let is_there = self.committed_of(group_id, place).is_some() || self.is_unstable(group_id, place);
            if is_there && seen.insert(place) {
                gone.push(records::offset_tombstone(group_id, &place.0, place.1));
            }
            codes.push(codes::NONE);
        }
        append_in_parts(&mut self.logged, world, &gone).map_err(told_of_append)?;
        Ok(codes)
    }
}

impl<T> Group<T> {
    fn is_of_consumers(&self) -> bool {
        self.protocol_type.as_deref() == Some(CONSUMER)
    }

    fn check_commit(&self, speaker: &Speaker) -> Result<(), i16> {
        if speaker.generation < 0 && self.state == State::Empty {
            return Ok(());
        }
        if speaker.generation < 0 && speaker.member_id.is_empty() && speaker.group_instance_id.is_none() {
            // Only members may, while there are some.
            return Err(codes::UNKNOWN_MEMBER_ID);
        }
        self.check_member(&speaker.member_id, speaker.group_instance_id.as_deref())?;
        if speaker.generation != self.generation {
            return Err(codes::ILLEGAL_GENERATION);
        }
        if self.state == State::CompletingRebalance {
            // What the member has is being given away.
            return Err(codes::REBALANCE_IN_PROGRESS);
        }
        Ok(())
    }
}
