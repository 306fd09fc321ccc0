//! Offsets and groups whose time is over (`OffsetMetadataManager.cleanupExpiredOffsets`, KIP-211).

use super::group::{CONSUMER, Group, State};
use super::sweep::{Rule, Sweep};
use super::{Coordinator, Record, World, append_in_parts, is_too_large, records};
use crate::codec::wire::Uuid;
use crate::state::groups;
use crate::state::groups::classic::ClassicGroup;
use crate::state::groups::offsets::CommittedOffset;

const NO_ID: Uuid = Uuid([0; 16]);

/// From when on the offsets of a group are to be kept for the retention time.
enum Since {
    /// From their commit on.
    Commit,
    /// From when the group lost its last member.
    Empty(i64),
}

impl<T> Coordinator<T> {
    /// Goes a step on in letting go of what nobody has needed for the retention time, and of groups that have nothing left:
    /// how many records that took, and from where to go on. What cannot be written stays until the next time.
    pub fn expire(&mut self, world: &mut World<'_>, from: &Sweep) -> (usize, Option<Sweep>) {
        let now_ms = world.now.wall_ms;
        let swept = self.sweep(from, |id| self.expiry(id, now_ms));
        let Some(count) = self.let_go(world, &swept.gone) else { return (0, None) };
        let gone: Vec<Record> = swept.ended.iter().flat_map(|id| self.group_expires(id)).collect();
        match self.let_go(world, &gone) {
            Some(groups) => (count + groups, swept.next),
            None => (count, None),
        }
    }

    /// Writes tombstones, and says how many; none where the log takes nothing. What is too large for it stays, and keeps
    /// nothing else from going.
    fn let_go(&mut self, world: &mut World<'_>, gone: &[Record]) -> Option<usize> {
        match append_in_parts(&mut self.logged, world, gone) {
            Ok(()) => Some(gone.len()),
            Err(code) if is_too_large(code) => Some(0),
            Err(_) => None,
        }
    }

    /// Which of a group's offsets expire; none where it is not the time for that.
    fn expiry<'r>(&'r self, id: &'r str, now_ms: i64) -> Option<Rule<'r>> {
        let group = self.logged.by_id().get(id)?;
        let live = self.live.get(id);
        let since = match group {
            groups::Group::Classic(classic) => since(live, classic)?,
            groups::Group::Consumer(_) | groups::Group::Streams(_) => Since::Commit,
            // They have no offsets of this kind, and do not expire (`ShareGroup.shouldExpire`).
            groups::Group::Share(_) => return None,
        };
        let read = move |topic: &str| {
            live.map_or_else(|| group.is_subscribed_to(topic), |live| live.is_subscribed_to(topic))
        };
        Some(Box::new(move |place, offset| {
            self.is_over(offset, &since, now_ms) && !read(&place.0) && !self.is_unstable(id, place)
        }))
    }

    /// The records that end a group, if it has come to its end.
    fn group_expires(&self, id: &str) -> Vec<Record> {
        let Some(group) = self.logged.by_id().get(id) else { return Vec::new() };
        let mut pending = self.logged.offsets().pending().values();
        let is_needed = self.committed(id).is_some()
            || group.member_count() > 0
            || !self.live.get(id).is_none_or(Group::may_rest)
            || pending.any(|groups| groups.contains_key(id));
        if is_needed { Vec::new() } else { records::group_tombstones(id, group).unwrap_or_default() }
    }

    fn is_over(&self, offset: &CommittedOffset, since: &Since, now_ms: i64) -> bool {
        if offset.expire_timestamp != -1 {
            return now_ms >= offset.expire_timestamp;
        }
        let since_ms = match since {
            Since::Commit => offset.commit_timestamp,
            Since::Empty(since_ms) => *since_ms,
        };
        now_ms.saturating_sub(since_ms) >= self.config.offsets_retention_ms
    }

    /// Goes a step on in forgetting the offsets of topics that were deleted, whose ids are asked for by their names: from where
    /// to go on. Who has the name by now may have commits of its own, which are told by the id.
    pub fn forget_topics(
        &mut self,
        world: &mut World<'_>,
        from: &Sweep,
        deleted: &dyn Fn(&str) -> Option<Uuid>,
    ) -> Option<Sweep> {
        let is_deleted = |place: &(String, i32), offset: &CommittedOffset| {
            deleted(&place.0).is_some_and(|id| offset.topic_id == NO_ID || offset.topic_id == id)
        };
        let mut swept = self.sweep(from, |_| Some(Box::new(is_deleted)));
        for id in &swept.ended {
            let pending = self.logged.offsets().pending().values().filter_map(|groups| groups.get(id));
            let pending = pending.flatten().filter(|(place, offset)| is_deleted(place, offset));
            swept.gone.extend(pending.map(|(place, _)| records::offset_tombstone(id, &place.0, place.1)));
        }
        // Where it fails, they expire like those of a topic that nobody reads.
        append_in_parts(&mut self.logged, world, &swept.gone).ok().and(swept.next)
    }
}

fn since<T>(live: Option<&Group<T>>, classic: &ClassicGroup) -> Option<Since> {
    let Some(group) = live else {
        let began = classic.state_timestamp;
        return Some(match classic.protocol_type.is_empty() || began < 0 {
            // Without members there never was a group, or its record is from before it told the time.
            true => Since::Commit,
            false => Since::Empty(began),
        });
    };
    match (group.protocol_type.as_deref(), group.state) {
        (None, _) => Some(Since::Commit),
        (Some(_), State::Empty) if group.state_since_ms >= 0 => Some(Since::Empty(group.state_since_ms)),
        (Some(_), State::Empty) => Some(Since::Commit),
        (Some(CONSUMER), State::Stable) if group.subscribed.is_some() => Some(Since::Commit),
        _ => None,
    }
}
