//! Heartbeat (`GroupMetadataManager.classicGroupHeartbeat`).

use super::group::State;
use super::requests::Speaker;
use super::{Coordinator, World};
use crate::codec::error_codes::codes;

impl<T> Coordinator<T> {
    /// A member says that it is there.
    ///
    /// # Errors
    /// The error code: `REBALANCE_IN_PROGRESS` where it is to join again.
    pub fn heartbeat(&mut self, world: &mut World<'_>, speaker: &Speaker) -> Result<(), i16> {
        let heard = self.with_live(world, &speaker.group_id, |group, step| {
            group.check_member(&speaker.member_id, speaker.group_instance_id.as_deref())?;
            if speaker.generation != group.generation {
                return Err(codes::ILLEGAL_GENERATION);
            }
            group.touch(&speaker.member_id, step.world.now);
            match group.state {
                State::Empty => Err(codes::UNKNOWN_MEMBER_ID),
                State::PreparingRebalance => Err(codes::REBALANCE_IN_PROGRESS),
                State::CompletingRebalance | State::Stable => Ok(()),
            }
        });
        heard.unwrap_or(Err(codes::UNKNOWN_MEMBER_ID))
    }
}
