//! From the image to the logs: opens what came, moves away what went, passes configurations on.

use std::collections::{BTreeSet, HashSet};
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::checkpoints::Written;
use super::cleaning::Cleaning;
use super::clock;
use super::config::effective::{self, Effective};
use super::config::settings::Settings;
use super::data_dir::DataDir;
use super::leaving::{self, Leaving};
use super::partitions::{Fsync, HostedTopic, Partitions, Replica, Replicas};
use crate::codec::records::batch::TimestampType;
use crate::codec::records::compression::Codec;
use crate::codec::wire::Uuid;
use crate::log::validate::{Rules, Target};
use crate::log::write::{Files, LogConfig, LogError, Opening, PartitionLog, RealFiles};
use crate::state::cluster::Image;
use crate::state::cluster::settings::ConfigResource;
use crate::state::cluster::topics::{Partition, Topic};

/// No batch of a client decompresses to more, where the broker has to look inside.
const UNPACKED_BYTES_MAX: usize = 256 << 20;

/// What opening and removing logs takes.
pub struct Hosting {
    /// Where they are.
    pub data: DataDir,
    /// How far they are, as far as that is written down.
    pub written: Written,
    /// Directories of deleted topics.
    pub leaving: Leaving,
    /// Who works on segments.
    pub cleaning: Cleaning,
    fsync: Fsync,
    files: Arc<dyn Files>,
    node_id: i32,
    /// Logs are opened that the broker's last run has left.
    starting: AtomicBool,
    /// Partitions that the system did not let us open.
    offline: Mutex<BTreeSet<(Uuid, i32)>>,
}

impl Hosting {
    /// Over a data directory.
    pub fn new(mut data: DataDir, fsync: Fsync, node_id: i32) -> Self {
        Self {
            written: Written::new(std::mem::take(&mut data.checkpoints)),
            data,
            leaving: Leaving::default(),
            cleaning: Cleaning::default(),
            fsync,
            files: Arc::new(RealFiles { lazy: fsync == Fsync::Never }),
            node_id,
            starting: AtomicBool::new(true),
            offline: Mutex::default(),
        }
    }

    /// How a log of this directory is opened.
    pub fn opening(&self, topic: &str, partition: i32) -> Opening {
        let known = self.written.of(topic, partition);
        Opening {
            log_start_offset: known.log_start,
            recovery_point: known.recovery_point,
            // One replica is all of them: what is in its log is committed.
            high_watermark: None,
            // Later there is a directory only where something went wrong.
            clean_shutdown: self.data.stopped_cleanly && self.starting.load(Ordering::Acquire),
            leader_epoch: None,
            now_ms: clock::now_ms(),
            topic_id: None,
            files: self.files.clone(),
        }
    }

    /// Opens the partitions that the last run has left, and puts aside what is none of them.
    pub fn start(&self, image: &Image, settings: &Settings, partitions: &Partitions) {
        self.leaving.find(&self.data.path);
        leaving::set_strays_aside(&self.data.path, image, self.node_id);
        // What is said of others would be believed of the next topics of their names.
        self.written.forget(&self.data, |topic, partition| !self.directory(topic, partition).is_dir());
        self.follow(&Image::default(), image, settings, partitions);
        self.starting.store(false, Ordering::Release);
    }

    /// Makes the partitions what `after` says, where `before` said something else.
    pub fn follow(&self, before: &Image, after: &Image, settings: &Settings, partitions: &Partitions) {
        let changes = after.topics.since(&before.topics);
        if !changes.gone.is_empty() {
            let effective = Effective::new(settings, before, self.node_id);
            changes.gone.iter().for_each(|topic| self.remove(topic, &effective, partitions));
            // Before a new topic of that name can be there.
            let gone: HashSet<&str> = changes.gone.iter().map(|topic| topic.name.as_str()).collect();
            self.written.forget(&self.data, |topic, _| gone.contains(topic));
        }
        let effective = Effective::new(settings, after, self.node_id);
        changes.new.iter().for_each(|topic| self.host(topic, after, &effective, partitions));
        for topic in configured(before, after) {
            self.configure(topic, after, &effective, partitions);
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
                None => Arc::new(self.open(&name, topic, number, partition, &config, rules, false)),
            };
            replica.set_leader_epoch(partition.leader_epoch);
            replicas.insert(number, replica);
        }
        partitions.insert(HostedTopic { name, id: topic.id, replicas });
    }

    #[allow(clippy::too_many_arguments)] // What a partition is made of.
    fn open(
        &self,
        name: &Arc<str>,
        topic: &Topic,
        number: i32,
        partition: &Partition,
        config: &Arc<LogConfig>,
        rules: Rules,
        again: bool,
    ) -> Replica {
        let directory = self.directory(&topic.name, number);
        let open = || {
            let opening = Opening {
                topic_id: Some(topic.id.0),
                leader_epoch: Some(partition.leader_epoch),
                ..self.opening(&topic.name, number)
            };
            PartitionLog::open(&directory, config.clone(), opening)
        };
        let opened = match open() {
            // Left by a topic of the same name that is gone.
            Err(LogError::OtherTopic { .. }) if leaving::set_aside(&directory) => open(),
            opened => opened,
        };
        let log = match opened {
            Ok((log, recovery)) => {
                for line in recovery.cuts.iter().map(ToString::to_string).chain(recovery.notes) {
                    tracing::warn!("{name}-{number}: {line}");
                }
                if again {
                    tracing::info!("{name}-{number} is online");
                }
                Some(Arc::new(log))
            }
            Err(error) => {
                let may_pass = error.may_pass();
                if may_pass {
                    self.offline().insert((topic.id, number));
                }
                match (may_pass, again) {
                    // Said once, not as often as it is tried.
                    (true, true) => {}
                    (true, false) => {
                        tracing::error!("{name}-{number} is offline until its log can be opened: {error}");
                    }
                    (false, _) => {
                        tracing::error!(
                            "{name}-{number} is offline, its files are left as they are: {error}"
                        );
                    }
                }
                None
            }
        };
        Replica::new(name.clone(), topic.id, number, log, rules, self.fsync)
    }

    fn offline(&self) -> MutexGuard<'_, BTreeSet<(Uuid, i32)>> {
        self.offline.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether there are partitions that may be opened by now.
    pub fn has_offline(&self) -> bool {
        !self.offline().is_empty()
    }

    /// Opens them, as far as the system lets us. The image must not change meanwhile.
    pub fn open_again(&self, image: &Image, settings: &Settings, partitions: &Partitions) {
        let due = std::mem::take(&mut *self.offline());
        let effective = Effective::new(settings, image, self.node_id);
        for (id, number) in due {
            let (Some(topic), Some(hosted)) = (image.topics.by_id(id), partitions.by_id(id)) else {
                continue;
            };
            let (Some(partition), Some(before)) =
                (topic.partitions.get(&number), hosted.replicas.get(&number))
            else {
                continue;
            };
            let (config, rules) = self.config_of(topic, image, &effective);
            let replica = self.open(&hosted.name, topic, number, partition, &config, rules, true);
            if replica.log.is_none() {
                continue;
            }
            replica.set_leader_epoch(partition.leader_epoch);
            let mut replicas = hosted.replicas.clone();
            replicas.insert(number, Arc::new(replica));
            partitions.insert(HostedTopic { name: hosted.name.clone(), id, replicas });
            before.changed();
        }
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
        // Or its files would appear in a new topic's directory.
        self.cleaning.call_off(topic.id);
        let due_ms = clock::now_ms().saturating_add(effective.log_config(None).file_delete_delay_ms);
        for replica in hosted.replicas.values() {
            replica.changed();
            if let Some(log) = &replica.log {
                log.release();
            }
            let from = self.directory(&topic.name, replica.partition);
            match self.leaving.rename(&from, due_ms) {
                Ok(to) => {
                    if let Some(log) = &replica.log {
                        log.moved_to(&to);
                    }
                }
                // It never was made.
                Err(error) if replica.log.is_none() && error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => tracing::error!("{}: cannot be moved away: {error}", from.display()),
            }
        }
    }
}

/// The topics whose logs have another configuration than before: all of them, where it is not only their own.
fn configured<'i>(before: &Image, after: &'i Image) -> Vec<&'i Topic> {
    let mut names = HashSet::new();
    for (one, other) in [(before, after), (after, before)] {
        for (resource, configs) in &one.configs {
            if other.configs.get(resource) == Some(configs) {
                continue;
            }
            if resource.resource_type != ConfigResource::TOPIC {
                return after.topics.iter().collect();
            }
            names.insert(resource.name.as_str());
        }
    }
    names.into_iter().filter_map(|name| after.topics.by_name(name)).collect()
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
