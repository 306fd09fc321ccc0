//! What the log directory around a partition says: whether the broker stopped in order, and from where
//! on it would recover.

use std::collections::HashMap;
use std::path::Path;

use crate::log::checkpoint;
use crate::log::source::Source;

/// The largest checkpoint that is read.
pub(super) const TEXT_BYTES_MAX: u64 = 64 << 20;

/// By topic and partition.
type Offsets = HashMap<(String, i32), i64>;

/// What the files of a log directory say of its partitions. Reading it once serves all of them.
#[derive(Debug, Default)]
pub struct Directory {
    /// It has a `meta.properties`, which makes it a log directory.
    pub formatted: bool,
    /// The broker wrote `.kafka_cleanshutdown`: it will not recover anything.
    pub clean: bool,
    pub(super) recovery: Offsets,
    pub(super) cleaner: Option<Offsets>,
}

impl Directory {
    /// Reads the small files of a log directory; what is missing or broken is as if it were empty.
    pub fn read(path: &Path) -> Self {
        Self {
            formatted: path.join("meta.properties").exists(),
            clean: path.join(".kafka_cleanshutdown").exists(),
            recovery: offsets(&path.join("recovery-point-offset-checkpoint")).unwrap_or_default(),
            cleaner: offsets(&path.join("cleaner-offset-checkpoint")),
        }
    }
}

fn offsets(path: &Path) -> Option<Offsets> {
    let content = Source::open(path).ok()?.read_all(TEXT_BYTES_MAX).ok()?;
    let checkpoint = checkpoint::offsets(&String::from_utf8_lossy(&content));
    let entries = checkpoint.entries.into_iter();
    Some(entries.map(|(_, entry)| ((entry.topic, entry.partition), entry.offset)).collect())
}

/// What a broker does with a segment when it starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AtStart {
    /// It reads it through, and cuts it at the first batch that is wrong.
    Recovers,
    /// It does not read it.
    Trusts,
    /// That depends on how the broker stopped, which is not known here.
    Unknown,
    /// It is a snapshot of metadata, which is read whole.
    Snapshot,
}

/// One segment, as the broker sees it at its start.
#[derive(Debug, Clone, Copy)]
pub(super) struct Standing {
    /// What a broker does with it.
    pub at_start: AtStart,
    /// It is the last segment, which is written to.
    pub active: bool,
}

impl Standing {
    /// What helps against damage.
    pub(super) fn remedy(self) -> &'static str {
        match self.at_start {
            AtStart::Snapshot => super::snapshot::REMEDY,
            _ => super::order::REFETCH,
        }
    }

    /// What becomes of damage in a batch at this offset.
    pub(super) fn of_damage(self, offset: Option<i64>) -> String {
        let at = offset
            .map_or_else(|| "here".to_owned(), |offset| format!("at offset {}", super::report::n(offset)));
        let behind = if self.active { "" } else { " and deletes all segments behind this one" };
        let recovers =
            format!("cuts the log {at}{behind}: what follows is lost unless another replica has it");
        let trusts = format!(
            "consumers and followers fail {at} and get no further; brokers do not notice by themselves"
        );
        match self.at_start {
            AtStart::Recovers => format!("A broker recovers this segment when it starts: it {recovers}."),
            AtStart::Trusts => format!("A broker does not read this segment when it starts: {trusts}."),
            AtStart::Snapshot => "A controller or broker that loads the snapshot stops with a CorruptRecordException or a fatal fault. It loads the newest one when it starts, and sends it to others that lag behind.".to_owned(),
            AtStart::Unknown => {
                format!("A broker that starts after a crash {recovers}. Otherwise {trusts}.")
            }
        }
    }
}
