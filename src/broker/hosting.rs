//! From the image to the logs: opens what came, moves away what went, passes configurations on.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use super::clock;
use super::config::effective::{self, Effective};
use super::config::settings::Settings;
use super::data_dir::{DataDir, Offsets};
use super::metadata::registration::random_id;
use super::partitions::{Fsync, HostedTopic, Partitions, Replica, Replicas};
use crate::codec::records::batch::TimestampType;
use crate::codec::records::compression::Codec;
use crate::log::validate::{Rules, Target};
use crate::log::write::{Files, LogConfig, Opening, PartitionLog, RealFiles};
use crate::state::cluster::Image;
use crate::state::cluster::settings::ConfigResource;
use crate::state::cluster::topics::{Partition, Topic};

/// No batch of a client decompresses to more, where the broker has to look inside.
const UNPACKED_BYTES_MAX: usize = 256 << 20;

/// What opening and removing logs takes.
pub struct Hosting {
    /// Where they are.
    pub data: DataDir,
    fsync: Fsync,
    files: Arc<dyn Files>,
    node_id: i32,
    /// Directories of deleted topics, and when they go.
    leaving: Mutex<Vec<(PathBuf, i64)>>,
    /// Up to where compacted logs are clean.
    cleaned: Mutex<Offsets>,
}

impl Hosting {
    /// Over a data directory.
    pub fn new(data: DataDir, fsync: Fsync, node_id: i32) -> Self {
        let files = RealFiles { never_sync: fsync == Fsync::Never };
        let cleaned = Mutex::new(data.cleaned.clone());
        Self { data, fsync, files: Arc::new(files), node_id, leaving: Mutex::default(), cleaned }
    }

    /// Whether what is closed has to be on disk.
    pub fn syncs(&self) -> bool {
        self.fsync != Fsync::Never
    }

    /// How a log of this directory is opened.
    pub fn opening(&self, topic: &str, partition: i32) -> Opening {
        let key = (topic.to_owned(), partition);
        let data = &self.data;
        Opening {
            log_start_offset: data.log_starts.get(&key).copied().unwrap_or(0),
            recovery_point: data.recovery_points.get(&key).copied().unwrap_or(0),
            // One replica is all of them: what is in its log is committed.
            high_watermark: None,
            clean_shutdown: data.stopped_cleanly,
            leader_epoch: None,
            now_ms: clock::now_ms(),
            topic_id: None,
            files: self.files.clone(),
        }
    }

    /// Makes the partitions what `after` says, where `before` said something else.
    pub fn follow(&self, before: &Image, after: &Image, settings: &Settings, partitions: &Partitions) {
        for topic in before.topics.iter() {
            if after.topics.by_id(topic.id).is_none() {
                self.remove(topic, &Effective::new(settings, before, self.node_id), partitions);
            }
        }
        let configured = before.configs != after.configs;
        let effective = Effective::new(settings, after, self.node_id);
        for topic in after.topics.iter() {
            let known = before.topics.by_id(topic.id);
            if known != Some(topic) {
                self.host(topic, after, &effective, partitions);
            } else if configured {
                self.configure(topic, after, &effective, partitions);
            }
        }
    }

    fn host(&self, topic: &Topic, image: &Image, effective: &Effective<'_>, partitions: &Partitions) {
        let hosted = partitions.by_id(topic.id);
        let name: Arc<str> =
            hosted.as_ref().map_or_else(|| topic.name.as_str().into(), |topic| topic.name.clone());
        let (config, rules) = self.config_of(topic, image, effective);
        let mut replicas = Replicas::new();
        for (&number, partition) in &topic.partitions {
            let here = hosted.as_ref().and_then(|topic| topic.replicas.get(&number));
            let replica = match here {
                Some(replica) => replica.clone(),
                None if !partition.replicas.contains(&self.node_id) => continue,
                None => Arc::new(self.open(&name, topic, number, partition, &config, rules)),
            };
            replica.set_leader_epoch(partition.leader_epoch);
            replicas.insert(number, replica);
        }
        partitions.insert(HostedTopic { name, id: topic.id, replicas });
    }

    fn open(
        &self,
        name: &Arc<str>,
        topic: &Topic,
        number: i32,
        partition: &Partition,
        config: &Arc<LogConfig>,
        rules: Rules,
    ) -> Replica {
        let directory = self.directory(&topic.name, number);
        let opening = Opening {
            topic_id: Some(topic.id.0),
            leader_epoch: Some(partition.leader_epoch),
            ..self.opening(&topic.name, number)
        };
        let log = match PartitionLog::open(&directory, config.clone(), opening) {
            Ok((log, recovery)) => {
                for line in recovery.cuts.iter().map(ToString::to_string).chain(recovery.notes) {
                    tracing::warn!("{name}-{number}: {line}");
                }
                Some(Arc::new(log))
            }
            Err(error) => {
                tracing::error!("{name}-{number} is offline, its files are left as they are: {error}");
                None
            }
        };
        Replica::new(name.clone(), topic.id, number, log, rules, self.fsync)
    }

    fn configure(&self, topic: &Topic, image: &Image, effective: &Effective<'_>, partitions: &Partitions) {
        let (config, rules) = self.config_of(topic, image, effective);
        let Some(hosted) = partitions.by_id(topic.id) else { return };
        for replica in hosted.replicas.values() {
            replica.rules.store(Arc::new(rules));
            if let Some(log) = &replica.log {
                log.set_config(config.clone());
            }
        }
    }

    fn config_of(&self, topic: &Topic, image: &Image, effective: &Effective<'_>) -> (Arc<LogConfig>, Rules) {
        let overrides = effective::configs_of(image, ConfigResource::TOPIC, &topic.name);
        let config = effective.log_config(overrides);
        let rules = rules(&config);
        (Arc::new(config), rules)
    }

    fn directory(&self, topic: &str, partition: i32) -> PathBuf {
        self.data.path.join(format!("{topic}-{partition}"))
    }

    /// Renames the directories of a deleted topic; their files go later, since somebody may still read them.
    fn remove(&self, topic: &Topic, effective: &Effective<'_>, partitions: &Partitions) {
        let Some(hosted) = partitions.remove(topic.id) else { return };
        let delay_ms = effective.log_config(None).file_delete_delay_ms;
        for replica in hosted.replicas.values() {
            replica.changed();
            let from = self.directory(&topic.name, replica.partition);
            let to = self.data.path.join(leaving_name(&topic.name, replica.partition));
            if let Some(log) = &replica.log {
                log.release();
            }
            match fs::rename(&from, &to) {
                Ok(()) => {
                    if let Some(log) = &replica.log {
                        log.moved_to(&to);
                    }
                    let due = clock::now_ms().saturating_add(delay_ms);
                    self.leaving.lock().unwrap_or_else(PoisonError::into_inner).push((to, due));
                }
                Err(error) => tracing::error!("{}: cannot be moved away: {error}", from.display()),
            }
        }
    }

    /// Removes directories whose time has come.
    pub fn remove_left(&self, now_ms: i64) {
        let mut leaving = self.leaving.lock().unwrap_or_else(PoisonError::into_inner);
        leaving.retain(|(path, due_ms)| {
            if *due_ms > now_ms {
                return true;
            }
            if let Err(error) = fs::remove_dir_all(path) {
                tracing::warn!("{}: cannot be removed: {error}", path.display());
            }
            false
        });
    }

    /// Finds what an earlier run left to be removed.
    pub fn find_left(&self) {
        let Ok(entries) = fs::read_dir(&self.data.path) else { return };
        let left = entries
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| {
                path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.ends_with("-delete"))
            })
            .filter(|path| path.is_dir())
            .map(|path| (path, 0));
        self.leaving.lock().unwrap_or_else(PoisonError::into_inner).extend(left);
    }

    /// Up to where a compacted log is clean, if it ever was compacted.
    pub fn cleaned_to(&self, replica: &Replica) -> Option<i64> {
        let cleaned = self.cleaned.lock().unwrap_or_else(PoisonError::into_inner);
        cleaned.get(&(replica.topic.to_string(), replica.partition)).copied()
    }

    /// Notes, on disk too, up to where a log is clean.
    pub fn set_cleaned_to(&self, replica: &Replica, offset: i64) {
        let mut cleaned = self.cleaned.lock().unwrap_or_else(PoisonError::into_inner);
        cleaned.insert((replica.topic.to_string(), replica.partition), offset);
        if let Err(error) = self.data.write_cleaned(&cleaned) {
            tracing::error!("{error}");
        }
    }

    /// Writes the checkpoints of all partitions, and the metadata's.
    pub fn checkpoint(&self, partitions: &Partitions, metadata: (i64, i64)) {
        let (mut recovery, mut starts, mut marks) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        for replica in partitions.replicas() {
            let key = (replica.topic.to_string(), replica.partition);
            match &replica.log {
                Some(log) => {
                    recovery.insert(key.clone(), log.recovery_point());
                    marks.insert(key.clone(), log.high_watermark());
                    if log.segments().first().is_some_and(|first| first.base_offset < log.log_start_offset())
                    {
                        starts.insert(key, log.log_start_offset());
                    }
                }
                // What is known of an offline partition stays known.
                None => {
                    for (from, to) in [
                        (&self.data.recovery_points, &mut recovery),
                        (&self.data.log_starts, &mut starts),
                        (&self.data.high_watermarks, &mut marks),
                    ] {
                        from.get(&key).map(|offset| to.insert(key.clone(), *offset));
                    }
                }
            }
        }
        recovery.insert((METADATA_TOPIC.to_owned(), 0), metadata.0);
        if metadata.1 > 0 {
            starts.insert((METADATA_TOPIC.to_owned(), 0), metadata.1);
        }
        if let Err(error) = self.data.write_checkpoints(&recovery, &starts, &marks) {
            tracing::error!("{error}");
        }
    }
}

const METADATA_TOPIC: &str = "__cluster_metadata";
/// The longest name of a directory of most file systems.
const NAME_BYTES_MAX: usize = 255;

/// What a deleted partition's directory is called: `name-partition.uuid-delete`, the name cut where it is too long.
fn leaving_name(topic: &str, partition: i32) -> String {
    let id = hex::encode(random_id().0);
    let suffix = format!("-{partition}.{id}-delete");
    let room = NAME_BYTES_MAX.saturating_sub(suffix.len());
    format!("{}{suffix}", topic.get(..room).unwrap_or(topic))
}

fn rules(config: &LogConfig) -> Rules {
    Rules {
        max_message_bytes: usize::try_from(config.max_message_bytes).unwrap_or(0),
        timestamp_type: if config.log_append_time { TimestampType::LogAppend } else { TimestampType::Create },
        timestamp_before_max_ms: config.message_timestamp_before_max_ms,
        timestamp_after_max_ms: config.message_timestamp_after_max_ms,
        target: match config.compression_type {
            None => Target::Producer,
            Some(codec) => Target::To(codec, level(config, codec)),
        },
        compacted: config.compact,
        check_records: false,
        produce_version: 0,
        decompressed_bytes_max: UNPACKED_BYTES_MAX,
    }
}

/// The level of a codec that has levels.
fn level(config: &LogConfig, codec: Codec) -> Option<i32> {
    match codec {
        Codec::Gzip => Some(config.compression_gzip_level),
        Codec::Lz4 => Some(config.compression_lz4_level),
        Codec::Zstd => Some(config.compression_zstd_level),
        Codec::None | Codec::Snappy => None,
    }
}
