//! The leader epochs of a partition and where each began (`LeaderEpochFileCache`, KIP-101).

use crate::log::checkpoint::{EpochEntry, VERSION};

/// No epoch, no offset: what OffsetForLeaderEpoch answers where nothing is known.
pub const UNDEFINED: i64 = -1;

/// See the module.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Epochs {
    entries: Vec<EpochEntry>,
}

impl Epochs {
    pub fn entries(&self) -> &[EpochEntry] {
        &self.entries
    }

    /// The newest epoch.
    pub fn latest(&self) -> Option<i32> {
        self.entries.last().map(|entry| entry.epoch)
    }

    /// Whether [`assign`](Self::assign) would change anything, of an epoch whose batch follows the log.
    #[inline]
    pub fn is_new(&self, epoch: i32) -> bool {
        epoch >= 0 && self.latest().is_none_or(|latest| epoch > latest)
    }

    /// An epoch began at that offset; entries that contradict it are removed. Whether anything has changed.
    pub fn assign(&mut self, epoch: i32, start_offset: i64) -> bool {
        let news =
            self.entries.last().is_none_or(|last| epoch != last.epoch || start_offset < last.start_offset);
        if epoch < 0 || start_offset < 0 || !news {
            return false;
        }
        let before = |entry: &EpochEntry| entry.epoch < epoch && entry.start_offset < start_offset;
        while self.entries.last().is_some_and(|last| !before(last)) {
            self.entries.pop();
        }
        self.entries.push(EpochEntry { epoch, start_offset });
        true
    }

    /// The log begins with that epoch, though its first entry says that it begins later.
    pub fn begin(&mut self, epoch: i32, start_offset: i64) {
        match self.entries.first_mut() {
            _ if epoch < 0 => {}
            Some(first) if first.epoch == epoch => first.start_offset = start_offset,
            Some(first) if first.epoch < epoch => {}
            _ => self.entries.insert(0, EpochEntry { epoch, start_offset }),
        }
    }

    /// The epoch that the record of an offset was appended in.
    pub fn of_offset(&self, offset: i64) -> Option<i32> {
        self.entries.iter().rev().find(|entry| entry.start_offset <= offset).map(|entry| entry.epoch)
    }

    /// The greatest epoch that is not above `epoch`, and where it ends.
    pub fn end_of(&self, epoch: i32, log_end_offset: i64) -> (i32, i64) {
        let undefined = (UNDEFINED as i32, UNDEFINED);
        if epoch < 0 {
            return undefined;
        }
        if self.latest() == Some(epoch) {
            return (epoch, log_end_offset);
        }
        let behind = self.entries.partition_point(|entry| entry.epoch <= epoch);
        let Some(higher) = self.entries.get(behind) else { return undefined };
        let floor = behind.checked_sub(1).and_then(|floor| self.entries.get(floor));
        (floor.map_or(epoch, |floor| floor.epoch), higher.start_offset)
    }

    /// The log now ends at an offset. Whether anything has changed.
    pub fn cut_end(&mut self, end_offset: i64) -> bool {
        let before = self.entries.len();
        self.entries.retain(|entry| entry.start_offset < end_offset);
        before != self.entries.len()
    }

    /// The log now starts at an offset. Whether anything has changed.
    pub fn cut_start(&mut self, start_offset: i64) -> bool {
        let passed = self.entries.partition_point(|entry| entry.start_offset <= start_offset);
        let Some(first) = passed.checked_sub(1).and_then(|last| self.entries.get(last)).copied() else {
            return false;
        };
        if passed == 1 && first.start_offset == start_offset {
            return false;
        }
        self.entries.splice(..passed, [EpochEntry { start_offset, ..first }]);
        true
    }

    /// As a `leader-epoch-checkpoint`.
    pub fn text(&self) -> String {
        let mut text = format!("{VERSION}\n{}\n", self.entries.len());
        for EpochEntry { epoch, start_offset } in &self.entries {
            text.push_str(&format!("{epoch} {start_offset}\n"));
        }
        text
    }
}
