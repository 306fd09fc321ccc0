//! The checkpoints of the data directory as they were last written: offsets by topic and number.
//!
//! They know a partition by its name only, and another topic may get that name. So what is said of a topic goes with
//! it (`LogManager.asyncDelete`), and what is said of directories that are not there is not believed.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::data_dir::{Checkpoint, Checkpoints, DataDir, Offsets};
use super::partitions::{Partitions, Replica};

/// The topic whose only partition is the metadata log.
pub const METADATA_TOPIC: &str = "__cluster_metadata";

/// What is in the four files, or ought to be.
#[derive(Debug)]
pub struct Written {
    checkpoints: Mutex<Checkpoints>,
    /// One could not be written.
    due: AtomicBool,
}

/// What a start needs to know of a log.
#[derive(Debug, Clone, Copy, Default)]
pub struct Known {
    /// From where it is to be recovered.
    pub recovery_point: i64,
    /// Where it starts.
    pub log_start: i64,
}

impl Written {
    /// What was read.
    pub fn new(checkpoints: Checkpoints) -> Self {
        Self { checkpoints: Mutex::new(checkpoints), due: AtomicBool::new(false) }
    }

    fn lock(&self) -> MutexGuard<'_, Checkpoints> {
        self.checkpoints.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is known of a log.
    pub fn of(&self, topic: &str, partition: i32) -> Known {
        let key = (topic.to_owned(), partition);
        let checkpoints = self.lock();
        let in_map = |offsets: &Offsets| offsets.get(&key).copied().unwrap_or(0);
        Known {
            recovery_point: in_map(&checkpoints.recovery_points),
            log_start: in_map(&checkpoints.log_starts),
        }
    }

    /// Forgets partitions, on the disk too: after the next kill they might be there again.
    pub fn forget(&self, data: &DataDir, gone: impl Fn(&str, i32) -> bool) {
        let mut checkpoints = self.lock();
        for (name, offsets) in checkpoints.all() {
            let before = offsets.len();
            offsets.retain(|(topic, partition), _| !gone(topic, *partition));
            if offsets.len() != before {
                self.write(data, name, offsets);
            }
        }
    }

    /// Whether what should have been written was not.
    pub fn is_due(&self) -> bool {
        self.due.load(Ordering::Acquire)
    }

    /// Up to where a compacted log is clean, if it ever was compacted.
    pub fn cleaned_to(&self, replica: &Replica) -> Option<i64> {
        self.lock().cleaned.get(&key(replica)).copied()
    }

    /// Notes, on disk too, up to where a log is clean.
    pub fn set_cleaned_to(&self, data: &DataDir, replica: &Replica, offset: i64) {
        let mut checkpoints = self.lock();
        checkpoints.cleaned.insert(key(replica), offset);
        self.write(data, Checkpoint::Cleaned, &checkpoints.cleaned);
    }

    /// Writes how far all partitions are, and the metadata: its recovery point and its start.
    pub fn update(&self, data: &DataDir, partitions: &Partitions, metadata: (i64, i64)) {
        let mut checkpoints = self.lock();
        let mut new =
            Checkpoints { cleaned: std::mem::take(&mut checkpoints.cleaned), ..Checkpoints::default() };
        for replica in partitions.replicas() {
            let key = key(&replica);
            if let Some(log) = &replica.log {
                new.recovery_points.insert(key.clone(), log.recovery_point());
                new.high_watermarks.insert(key.clone(), log.high_watermark());
                // Kafka tells where a log starts only if that is not where its first segment does.
                if log.segments().first().is_some_and(|first| first.base_offset < log.log_start_offset()) {
                    new.log_starts.insert(key, log.log_start_offset());
                }
                continue;
            }
            // What is known of an offline partition stays known.
            for ((_, from), (_, to)) in checkpoints.all().into_iter().zip(new.all()) {
                from.get(&key).map(|offset| to.insert(key.clone(), *offset));
            }
        }
        new.recovery_points.insert((METADATA_TOPIC.to_owned(), 0), metadata.0);
        if metadata.1 > 0 {
            new.log_starts.insert((METADATA_TOPIC.to_owned(), 0), metadata.1);
        }
        *checkpoints = new;
        self.due.store(false, Ordering::Release);
        for (name, offsets) in checkpoints.all() {
            // Where nothing is compacted there is no such file.
            if name != Checkpoint::Cleaned || !offsets.is_empty() {
                self.write(data, name, offsets);
            }
        }
    }

    fn write(&self, data: &DataDir, name: Checkpoint, offsets: &Offsets) {
        if let Err(error) = data.write_checkpoint(name, offsets) {
            self.due.store(true, Ordering::Release);
            tracing::error!("{error}");
        }
    }
}

impl Checkpoints {
    fn all(&mut self) -> [(Checkpoint, &mut Offsets); 4] {
        [
            (Checkpoint::RecoveryPoints, &mut self.recovery_points),
            (Checkpoint::LogStarts, &mut self.log_starts),
            (Checkpoint::HighWatermarks, &mut self.high_watermarks),
            (Checkpoint::Cleaned, &mut self.cleaned),
        ]
    }
}

fn key(replica: &Replica) -> (String, i32) {
    (replica.topic.to_string(), replica.partition)
}
