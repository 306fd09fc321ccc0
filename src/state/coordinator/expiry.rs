//! Offsets and groups whose time is over (`OffsetMetadataManager.cleanupExpiredOffsets`, KIP-211).

use super::group::{CONSUMER, Group, State};
use super::{Coordinator, World, append_in_parts, records};
use crate::state::groups::classic::ClassicGroup;
use crate::state::groups::offsets::CommittedOffset;

/// From when on the offsets of a group are to be kept for the retention time.
enum Since {
    /// From their commit on.
    Commit,
    /// From when the group lost its last member.
    Empty(i64),
}

impl<T> Coordinator<T> {
    /// Lets go of what nobody has needed for the retention time, and of groups that have nothing left; how many
    /// records that took. A group whose tombstones cannot be written stays until the next time.
    pub fn expire(&mut self, world: &mut World<'_>) -> usize {
        let ids: Vec<String> = self.logged.by_id().keys().cloned().collect();
        let mut count = 0;
        for id in ids {
            let gone = self.expired(&id, world.now.wall_ms);
            if append_in_parts(&mut self.logged, world, &gone).is_ok() {
                count += gone.len();
            }
        }
        count
    }

    fn expired(&self, id: &str, now_ms: i64) -> Vec<super::Record> {
        let Some(classic) = self.classic(id) else { return Vec::new() };
        let live = self.live.get(id);
        let mut gone = Vec::new();
        let mut all = true;
        if let Some(offsets) = self.committed(id) {
            let Some(since) = since(live, classic) else { return gone };
            for (place, offset) in offsets {
                let read = live.is_some_and(|group| group.is_subscribed_to(&place.0));
                if !read && self.is_over(offset, &since, now_ms) && !self.is_unstable(id, place) {
                    gone.push(records::offset_tombstone(id, &place.0, place.1));
                } else {
                    all = false;
                }
            }
        }
        let in_transaction =
            || self.logged.offsets().pending().values().any(|groups| groups.contains_key(id));
        if all && live.is_none_or(Group::may_rest) && classic.members.is_empty() && !in_transaction() {
            gone.push(records::group_tombstone(id));
        }
        gone
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

    /// Forgets the offsets of topics that were deleted.
    pub fn forget_topics(&mut self, world: &mut World<'_>, is_deleted: &dyn Fn(&str) -> bool) {
        let mut gone = Vec::new();
        for id in self.logged.by_id().keys() {
            let pending = self.logged.offsets().pending().values().filter_map(|groups| groups.get(id));
            for offsets in self.committed(id).into_iter().chain(pending) {
                let deleted = offsets.keys().filter(|(topic, _)| is_deleted(topic));
                gone.extend(
                    deleted.map(|(topic, partition)| records::offset_tombstone(id, topic, *partition)),
                );
            }
        }
        // Where it fails, they expire like those of a topic that nobody reads.
        let _ = append_in_parts(&mut self.logged, world, &gone);
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
