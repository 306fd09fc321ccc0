//! LeaveGroup (`GroupMetadataManager.classicGroupLeave`).

use super::group::Group;
use super::requests::Leaving;
use super::{Coordinator, Step, World};
use crate::codec::error_codes::codes;

impl<T> Coordinator<T> {
    /// Members leave, or an administrator removes them: an error code for each.
    pub fn leave(&mut self, world: &mut World<'_>, group_id: &str, leaving: &[Leaving]) -> Vec<i16> {
        let left = self.with_live(world, group_id, |group, step| {
            let left: Vec<i16> = leaving.iter().map(|one| group.leave(one, step)).collect();
            if left.contains(&codes::NONE) {
                group.after_dismissal(step);
            }
            left
        });
        left.unwrap_or_else(|| vec![codes::UNKNOWN_MEMBER_ID; leaving.len()])
    }
}

impl<T> Group<T> {
    fn leave(&mut self, leaving: &Leaving, step: &mut Step<'_, '_, T>) -> i16 {
        let instance = leaving.group_instance_id.as_deref();
        let id = if leaving.member_id.is_empty() {
            // An administrator knows the instance only.
            match instance.and_then(|instance| self.static_members.get(instance)) {
                Some(id) => id.clone(),
                None => return codes::UNKNOWN_MEMBER_ID,
            }
        } else if self.pending.contains(&leaving.member_id) {
            leaving.member_id.clone()
        } else {
            match self.check_member(&leaving.member_id, instance) {
                Ok(()) => leaving.member_id.clone(),
                Err(code) => return code,
            }
        };
        self.pending.remove(&id);
        self.dismiss(&id, step);
        codes::NONE
    }
}
