//! Going through all groups and their offsets a piece at a time, so that whoever holds the coordinator can let others have
//! their turn in between: there may be a million offsets.

use std::ops::Bound;

use super::{Coordinator, Record, records};
use crate::state::groups::offsets::CommittedOffset;

/// So many offsets and groups are looked at in one step, which takes some milliseconds.
const STEP: usize = 1_000;

/// How far a sweep is; it begins with the default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sweep {
    /// The group to go on with.
    group: String,
    /// The last of its offsets that was looked at.
    behind: Option<(String, i32)>,
}

/// Whether an offset goes.
pub(super) type Rule<'r> = Box<dyn Fn(&(String, i32), &CommittedOffset) -> bool + 'r>;

/// What one step has found.
pub(super) struct Swept {
    /// Tombstones of the offsets that go.
    pub gone: Vec<Record>,
    /// The groups all of whose offsets were looked at.
    pub ended: Vec<String>,
    /// From where to go on; none at the end.
    pub next: Option<Sweep>,
}

impl<T> Coordinator<T> {
    /// The next step, with a rule for each group; where there is none, its offsets stay.
    pub(super) fn sweep<'r>(&'r self, from: &Sweep, rule_of: impl Fn(&'r str) -> Option<Rule<'r>>) -> Swept {
        let mut swept = Swept { gone: Vec::new(), ended: Vec::new(), next: None };
        let mut left = STEP;
        for id in self.logged.by_id().range(from.group.clone()..).map(|(id, _)| id) {
            let mut behind = from.behind.as_ref().filter(|_| *id == from.group);
            let begin = behind.map_or(Bound::Unbounded, Bound::Excluded);
            if left == 0 {
                swept.next = Some(Sweep { group: id.clone(), behind: None });
                return swept;
            }
            left -= 1;
            let offsets = self.committed(id).into_iter().flat_map(|all| all.range((begin, Bound::Unbounded)));
            let Some(rule) = rule_of(id) else { continue };
            for (place, offset) in offsets {
                if left == 0 {
                    swept.next = Some(Sweep { group: id.clone(), behind: behind.cloned() });
                    return swept;
                }
                left -= 1;
                if rule(place, offset) {
                    swept.gone.push(records::offset_tombstone(id, &place.0, place.1));
                }
                behind = Some(place);
            }
            swept.ended.push(id.clone());
        }
        swept
    }
}
