//! `--image`: what the records of a log add up to, as of an offset or a time.

use std::cell::RefCell;
use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::overview;
use super::select::lookup::SegmentFiles;
use super::select::offsets::OffsetRange;
use super::select::plan::{self, Bounds, SegmentReader};
use super::state::{self as view, Context};
use crate::codec::record_types::Family;
use crate::codec::records::batches::AnyBatch;
use crate::log::data_dir::DataDir;
use crate::log::name::{DirFate, FileKind, FileName, PartitionName};
use crate::log::partition::{Partition, PartitionFile};
use crate::log::scan::{Piece, Scanner};
use crate::log::source::Source;
use crate::state::LogRecord;
use crate::state::cluster::{Cluster, Image};
use crate::state::groups::Groups;
use crate::state::producers::{Marker, Producers};
use crate::state::remote_log::RemoteLog;
use crate::state::share_partitions::SharePartitions;
use crate::state::transactions::Transactions;

/// Up to where records count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    /// All of them.
    End,
    /// Those up to this offset, with it.
    Offset(i64),
    /// Those whose timestamp is no later, in milliseconds since 1970.
    Time(i64),
}

impl At {
    fn includes(self, offset: i64, timestamp: i64) -> bool {
        match self {
            At::End => true,
            At::Offset(last) => offset <= last,
            At::Time(last) => timestamp <= last,
        }
    }
}

/// What the records come to, by whose they are.
#[derive(Debug)]
enum Machine {
    Cluster(Box<Cluster>),
    Groups(Groups),
    Transactions(Transactions),
    Shares(SharePartitions),
    RemoteLog(RemoteLog),
    /// Of a topic of an application there is nothing but its producers.
    Plain,
}

/// The state of one log.
#[derive(Debug)]
pub struct State {
    machine: Machine,
    producers: Producers,
    /// Offset of the last record that counts; -1 where there is none.
    last_offset: i64,
    /// What could not be used, in words.
    pub problems: Vec<String>,
}

impl State {
    fn new(family: Option<Family>) -> Self {
        let machine = match family {
            Some(Family::Metadata) => Machine::Cluster(Box::default()),
            Some(Family::Group) => Machine::Groups(Groups::new()),
            Some(Family::Transaction) => Machine::Transactions(Transactions::default()),
            Some(Family::Share) => Machine::Shares(SharePartitions::default()),
            Some(Family::RemoteLog) => Machine::RemoteLog(RemoteLog::default()),
            Some(Family::Control) | None => Machine::Plain,
        };
        Self { machine, producers: Producers::new(), last_offset: -1, problems: Vec::new() }
    }

    /// The state of a partition as of `at`. `unpacked_max` bytes are the most that a batch may unpack to.
    ///
    /// # Errors
    ///
    /// Where a file cannot be read.
    pub fn of_partition(
        partition: &Partition,
        family: Option<Family>,
        at: At,
        unpacked_max: usize,
    ) -> io::Result<Self> {
        let mut state = Self::new(family);
        let first = partition.segments.first().map_or(0, |segment| segment.base_offset);
        if first > 0 && matches!(state.machine, Machine::Cluster(_)) {
            // What is before the first segment is in a snapshot only.
            let usable = partition.snapshots.iter().rev().find(|file| {
                file.name.offset.is_some_and(|end| match at {
                    At::Offset(last) => end <= last + 1,
                    At::End | At::Time(_) => true,
                }) && is_whole(file)
            });
            match usable {
                Some(file) => state.file(&file.path, At::End, unpacked_max)?,
                None => state.problems.push(format!(
                    "the log begins at offset {first} and no whole snapshot stands for what was before it"
                )),
            }
        }
        if matches!(state.machine, Machine::Plain)
            && let Some(entries) =
                partition.producer_snapshots.iter().find(|file| file.name.offset == Some(first))
        {
            state.load_producers(entries);
        }
        for log in partition.logs() {
            state.file(&log.path, at, unpacked_max)?;
        }
        Ok(state)
    }

    /// The state of one file, with nothing known of what was before it.
    ///
    /// # Errors
    ///
    /// Where it cannot be read.
    pub fn of_file(path: &Path, family: Option<Family>, at: At, unpacked_max: usize) -> io::Result<Self> {
        let mut state = Self::new(family);
        state.file(path, at, unpacked_max)?;
        Ok(state)
    }

    /// The producers of a partition as they are now: from its newest producer snapshot on, as a broker does it when
    /// it starts.
    ///
    /// # Errors
    ///
    /// Where a file cannot be read.
    pub fn producers_now(partition: &Partition, unpacked_max: usize) -> io::Result<Producers> {
        let mut state = Self::new(None);
        let newest = partition.producer_snapshots.iter().rev().find(|file| state.load_producers(file));
        let from = newest.and_then(|file| file.name.offset).unwrap_or(0);
        let files: Vec<SegmentFiles> = partition.segments.iter().filter_map(SegmentFiles::of).collect();
        let bounds = Bounds { offsets: OffsetRange { start: from, end: i64::MAX }, ..Bounds::NONE };
        let mut scratch = Vec::new();
        for files in files.get(plan::segments(&files, &bounds)).unwrap_or_default() {
            let Some(mut reader) = SegmentReader::open(files, &bounds, 0, Scanner::without_crc)? else {
                continue;
            };
            while let Some(piece) = reader.next_piece()? {
                let Piece::Batch(found) = piece else { continue };
                let Ok(AnyBatch::Batch(batch)) = found.view() else { continue };
                if batch.last_offset() < from {
                    continue;
                }
                state.producers.append_batch(&batch);
                if batch.attributes().is_control()
                    && let Ok(mut records) = batch.records(unpacked_max, &mut scratch)
                    && let Some(Ok(record)) = records.next()
                    && let Ok(Some(marker)) = Marker::from_record(&LogRecord::new(&batch, &record))
                {
                    state.producers.end(&batch, marker);
                }
            }
        }
        Ok(state.producers)
    }

    /// Takes the producers of a snapshot; false where it is damaged.
    fn load_producers(&mut self, file: &PartitionFile) -> bool {
        let content = Source::open(&file.path).and_then(|mut source| source.read_all(u64::from(u32::MAX)));
        let Ok(content) = content else { return false };
        let snapshot = crate::log::producer_snapshot::read(&content);
        if !snapshot.errors.is_empty() {
            return false;
        }
        for entry in &snapshot.entries {
            self.producers.load(entry);
        }
        true
    }

    fn file(&mut self, path: &Path, at: At, unpacked_max: usize) -> io::Result<()> {
        let name = FileName::of(path);
        let snapshot = name.kind == Some(FileKind::Snapshot);
        if let (true, Machine::Cluster(cluster)) = (snapshot, &mut self.machine) {
            cluster.begin_snapshot(name.offset.unwrap_or(0) - 1, name.epoch.unwrap_or(0));
        }
        let mut scanner = Scanner::new(super::open::source(path)?);
        let mut scratch = Vec::new();
        while let Some(piece) = scanner.next_piece()? {
            let found = match piece {
                Piece::Batch(found) => found,
                Piece::Gap(gap) => {
                    let bytes = gap.end - gap.at;
                    self.problems.push(format!(
                        "{}: {bytes} bytes from {} on are no batch",
                        path.display(),
                        gap.at
                    ));
                    continue;
                }
            };
            let Ok(AnyBatch::Batch(batch)) = found.view() else { continue };
            if !found.crc_fits {
                let at = batch.base_offset();
                self.problems.push(format!("{}: the batch at offset {at} is damaged", path.display()));
                continue;
            }
            // A snapshot stands for the records before it, which may be there too.
            if !snapshot && batch.last_offset() <= self.in_snapshot() {
                continue;
            }
            if !at.includes(batch.base_offset(), i64::MIN) {
                break;
            }
            let plain = matches!(self.machine, Machine::Plain) && !batch.attributes().is_control();
            if !snapshot && at.includes(batch.last_offset(), batch.max_timestamp()) {
                self.producers.append_batch(&batch);
                self.last_offset = self.last_offset.max(batch.last_offset());
                if plain {
                    continue;
                }
            }
            let Ok(records) = batch.records(unpacked_max, &mut scratch) else { continue };
            for record in
                records.map_while(Result::ok).filter(|record| at.includes(record.offset, record.timestamp))
            {
                let record = LogRecord::new(&batch, &record);
                if !snapshot {
                    self.last_offset = self.last_offset.max(record.offset);
                }
                if record.control
                    && !snapshot
                    && let Ok(Some(marker)) = Marker::from_record(&record)
                {
                    self.producers.end(&batch, marker);
                }
                let applied = match &mut self.machine {
                    Machine::Cluster(cluster) => cluster.apply(&record),
                    Machine::Groups(groups) => groups.apply(&record),
                    Machine::Transactions(transactions) => transactions.apply(&record),
                    Machine::Shares(shares) => shares.apply(&record),
                    Machine::RemoteLog(remote) => remote.apply(&record),
                    Machine::Plain => Ok(()),
                };
                if let Err(error) = applied {
                    self.problems.push(format!("{}: {error}", path.display()));
                }
            }
        }
        Ok(())
    }

    /// Offset of the last record that a snapshot stands for; -1 without one.
    fn in_snapshot(&self) -> i64 {
        match &self.machine {
            Machine::Cluster(cluster) if self.last_offset < 0 => cluster.provenance().last_contained_offset,
            _ => -1,
        }
    }

    /// The cluster, of the metadata log.
    pub fn cluster(&self) -> Option<&Cluster> {
        match &self.machine {
            Machine::Cluster(cluster) => Some(cluster),
            _ => None,
        }
    }

    /// Its producers and their transactions.
    pub fn producers(&self) -> &Producers {
        &self.producers
    }

    /// Appends it for a person.
    pub fn render(&self, context: &Context<'_>, out: &mut Vec<u8>) {
        match &self.machine {
            Machine::Cluster(cluster) => return view::cluster::render(cluster, context.style, out),
            Machine::Groups(groups) => view::groups::render(groups, context, out),
            Machine::Transactions(transactions) => view::transactions::render(transactions, context, out),
            Machine::Shares(shares) => view::share_partitions::render(shares, context, out),
            Machine::RemoteLog(remote) => view::remote_log::render(remote, context.style, out),
            Machine::Plain => return view::producers::render(&self.producers, context, out),
        }
        // Of what Kafka's own coordinators write only open transactions are news.
        if self.producers.open_transactions().next().is_some() {
            out.push(b'\n');
            view::producers::render(&self.producers, context, out);
        }
    }

    /// It as JSON.
    pub fn to_json(&self, context: &Context<'_>) -> Value {
        let producers = view::producers::json(&self.producers);
        match &self.machine {
            Machine::Cluster(cluster) => json!({ "cluster": view::cluster::json(cluster) }),
            Machine::Groups(groups) => {
                json!({ "groups": view::groups::json(groups, context), "producers": producers })
            }
            Machine::Transactions(transactions) => {
                json!({ "transactions": view::transactions::json(transactions), "producers": producers })
            }
            Machine::Shares(shares) => {
                json!({ "sharePartitions": view::share_partitions::json(shares, context), "producers": producers })
            }
            Machine::RemoteLog(remote) => {
                json!({ "remoteLog": view::remote_log::json(remote), "producers": producers })
            }
            Machine::Plain => json!({ "producers": producers }),
        }
    }
}

/// Whether a snapshot has its last record: the footer (`SnapshotFooterRecord`).
fn is_whole(file: &PartitionFile) -> bool {
    let Ok(source) = Source::open(&file.path) else { return false };
    let mut scanner = Scanner::new(source);
    let mut whole = false;
    while let Ok(Some(piece)) = scanner.next_piece() {
        whole = match piece {
            Piece::Batch(found) if found.crc_fits => {
                matches!(found.view(), Ok(AnyBatch::Batch(batch)) if batch.attributes().is_control())
            }
            _ => return false,
        };
    }
    whole
}

/// What lies around a log that is shown: the cluster for names, the ends of logs for lags.
pub struct Surroundings {
    cluster: Option<Cluster>,
    data_dir: Option<PathBuf>,
    ends: RefCell<HashMap<(String, i32), Option<i64>>>,
}

impl Surroundings {
    /// Those of a partition's directory or a file in it. `metadata` is the directory of the metadata log, where it is
    /// not beside it.
    pub fn of(path: &Path, metadata: Option<&Path>, unpacked_max: usize) -> Self {
        let beside = || super::names::TopicNames::beside(path);
        let directory = metadata.map(Path::to_owned).or_else(beside);
        let cluster = directory.and_then(|directory| {
            let partition = Partition::list(&directory).ok()?;
            let state =
                State::of_partition(&partition, Some(Family::Metadata), At::End, unpacked_max).ok()?;
            state.cluster().cloned()
        });
        let absolute = std::fs::canonicalize(path).ok();
        let data_dir = absolute.and_then(|path| {
            let partition = path.ancestors().find(|dir| PartitionName::of(dir).is_some())?;
            partition.parent().map(Path::to_owned)
        });
        Self { cluster, data_dir, ends: RefCell::default() }
    }

    /// The cluster's image.
    pub fn image(&self) -> Option<&Image> {
        self.cluster.as_ref().map(Cluster::image)
    }

    /// The transactional id of a producer, where the log of the transactions is in the same data directory.
    pub fn transactional_id(&self, producer_id: i64, unpacked_max: usize) -> Option<String> {
        let topic = Family::Transaction.topic()?;
        let directory = DataDir::list(self.data_dir.as_ref()?).ok()?;
        let partitions = directory.partitions.iter().filter(|partition| {
            partition.fate == DirFate::Live && partition.name.as_ref().is_some_and(|name| name.topic == topic)
        });
        partitions
            .filter_map(|partition| {
                State::of_partition(partition, Some(Family::Transaction), At::End, unpacked_max).ok()
            })
            .find_map(|state| match state.machine {
                Machine::Transactions(transactions) => {
                    let found = transactions.by_id().iter().find(|(_, txn)| txn.producer_id == producer_id);
                    found.map(|(id, _)| id.clone())
                }
                _ => None,
            })
    }

    /// The offset behind the last record of a partition that lies in the same data directory.
    pub fn end_offset(&self, topic: &str, partition: i32) -> Option<i64> {
        let key = (topic.to_owned(), partition);
        if let Some(&known) = self.ends.borrow().get(&key) {
            return known;
        }
        let directory = self.data_dir.as_ref()?.join(format!("{topic}-{partition}"));
        let end = Partition::list(&directory).ok().and_then(|partition| overview::facts(&partition).end);
        let end = end.map(|end| end.next_offset);
        self.ends.borrow_mut().insert(key, end);
        end
    }
}
