//! What the storage costs, without a network: `cargo run --release --example log_write -- DIR`.
//!
//! `DIR` is a new or empty directory on the disk that is measured; what is made there stays.
//!
//! First batches that are appended and fetched again, each time beside the write alone; then 10,000 partitions
//! that are made, opened after a clean stop and closed. Processor time and memory are Linux's (`/proc/self`).

use std::error::Error;
use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use kafkit::codec::records::write::{BatchHeader, BatchWriter, NewRecord};
use kafkit::log::write::{Append, Closing, LogConfig, Opening, Origin, PartitionLog, UpTo};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// A moment, in milliseconds since 1970.
const NOW: i64 = 1_795_225_396_292;
const APPEND: Append = Append { leader_epoch: 0, origin: Origin::Client, now_ms: NOW, replicated: true };
const FETCH_BYTES: usize = 1 << 20;
const FETCHES_AT_END: u32 = 100_000;
const PARTITIONS: usize = 10_000;
/// Where a batch of magic 2 has its first sequence number.
const BASE_SEQUENCE_AT: std::ops::Range<usize> = 53..57;

/// One series of appends.
struct Case {
    records: i32,
    value_bytes: usize,
    batches: u32,
    idempotent: bool,
}

fn main() -> Result<()> {
    let directory = std::env::args().nth(1).ok_or("name a directory to write to")?;
    let directory = Path::new(&directory);
    let cases = [
        Case { records: 1000, value_bytes: 1000, batches: 2000, idempotent: false },
        Case { records: 16, value_bytes: 1000, batches: 100_000, idempotent: false },
        Case { records: 1, value_bytes: 50, batches: 1_000_000, idempotent: false },
        Case { records: 1, value_bytes: 50, batches: 1_000_000, idempotent: true },
    ];
    for (at, case) in cases.iter().enumerate() {
        appends(&directory.join(format!("appends-{at}")), case)?;
    }
    many_partitions(&directory.join("many"))
}

fn appends(directory: &Path, case: &Case) -> Result<()> {
    let Case { records, value_bytes, batches, idempotent } = *case;
    let (log, _) = PartitionLog::open(directory, Arc::default(), opening(false))?;
    let mut batch = batch(records, value_bytes, idempotent)?;
    println!("{batches} batches of {} bytes, idempotent {idempotent}", batch.len());

    let path = directory.join("alone");
    let alone = File::create(&path)?;
    let spent = Spent::begin()?;
    for at in 0..batches {
        alone.write_all_at(&batch, u64::from(at) * batch.len() as u64)?;
    }
    spent.tell("   the write alone", batches, batch.len())?;
    fs::remove_file(path)?;
    drop(alone);

    let spent = Spent::begin()?;
    for sequence in 0..batches {
        if idempotent {
            // The checksum is not looked at here: whoever takes a batch from a client has done so.
            batch.get_mut(BASE_SEQUENCE_AT).ok_or("a short batch")?.copy_from_slice(&sequence.to_be_bytes());
        }
        log.append(&mut batch, APPEND)?;
    }
    spent.tell("   appended", batches, batch.len())?;

    let begun = Instant::now();
    let (mut offset, mut fetches) = (0, 0);
    while offset < log.log_end_offset() {
        let slice = log.read(offset, FETCH_BYTES, UpTo::HighWatermark, true)?;
        fetches += 1;
        offset += (slice.len.max(batch.len()) / batch.len()) as i64 * i64::from(records);
    }
    println!("   {fetches} fetches of 1 MiB: {:.2} us each", micros(begun.elapsed(), fetches));

    let begun = Instant::now();
    let last = log.log_end_offset() - i64::from(records);
    for _ in 0..FETCHES_AT_END {
        if log.read(last, FETCH_BYTES, UpTo::HighWatermark, true)?.len == 0 {
            return Err("nothing at the end".into());
        }
    }
    println!("   a fetch at the end: {:.2} us", micros(begun.elapsed(), FETCHES_AT_END));
    Ok(())
}

fn many_partitions(directory: &Path) -> Result<()> {
    let paths: Vec<PathBuf> = (0..PARTITIONS).map(|at| directory.join(format!("orders-{at}"))).collect();
    let config = Arc::new(LogConfig::default());
    let one = batch(1, 1000, true)?;
    let begun = Instant::now();
    for (at, path) in paths.iter().enumerate() {
        let (log, _) = PartitionLog::open(path, config.clone(), opening(false))?;
        if at % 2 == 0 {
            log.append(&mut one.clone(), APPEND)?;
        }
        log.close(Closing { sync: false })?;
    }
    println!("made {PARTITIONS} partitions in {:?}", begun.elapsed());

    let (before, begun) = (resident()?, Instant::now());
    let mut logs = Vec::with_capacity(PARTITIONS);
    for path in &paths {
        logs.push(PartitionLog::open(path, config.clone(), opening(true))?.0);
    }
    println!(
        "opened in {:?}, {} bytes of memory each, {} files open",
        begun.elapsed(),
        resident()?.saturating_sub(before) / PARTITIONS as u64,
        fs::read_dir("/proc/self/fd")?.count()
    );

    let begun = Instant::now();
    logs.iter().try_for_each(|log| log.close(Closing { sync: true }))?;
    println!("closed in {:?}", begun.elapsed());
    Ok(())
}

fn opening(clean_shutdown: bool) -> Opening {
    Opening {
        clean_shutdown,
        now_ms: NOW,
        topic_id: Some([7; 16]),
        leader_epoch: Some(0),
        ..Opening::default()
    }
}

fn batch(records: i32, value_bytes: usize, idempotent: bool) -> Result<Vec<u8>> {
    let mut header = BatchHeader { base_timestamp: NOW, ..BatchHeader::default() };
    if idempotent {
        header = BatchHeader { producer_id: 7, producer_epoch: 0, base_sequence: 0, ..header };
    }
    let mut writer = BatchWriter::new(header);
    let value = vec![b'a'; value_bytes];
    for offset_delta in 0..records {
        writer.push(&NewRecord { offset_delta, value: Some(&value), ..NewRecord::default() });
    }
    let mut bytes = Vec::new();
    writer.finish(&mut bytes)?;
    Ok(bytes)
}

fn micros(elapsed: Duration, count: u32) -> f64 {
    elapsed.as_secs_f64() * 1e6 / f64::from(count)
}

/// Time from a moment on: the clock's, and the processor's in user and system mode.
struct Spent {
    begun: Instant,
    processor: (f64, f64),
}

impl Spent {
    fn begin() -> Result<Self> {
        Ok(Self { begun: Instant::now(), processor: processor()? })
    }

    fn tell(&self, what: &str, count: u32, bytes: usize) -> Result<()> {
        let elapsed = self.begun.elapsed();
        let (user, system) = processor()?;
        let gigabytes = f64::from(count) * bytes as f64 / 1e9;
        let (user, system) = ((user - self.processor.0) / gigabytes, (system - self.processor.1) / gigabytes);
        println!("{what}: {:.2} us each, {user:.3} user + {system:.3} system s/GB", micros(elapsed, count));
        Ok(())
    }
}

/// Processor seconds of this process, in user and system mode.
fn processor() -> Result<(f64, f64)> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    // Behind the name, which may have blanks in it; ticks are hundredths of a second.
    let behind = stat.rsplit(')').next().unwrap_or_default();
    let mut ticks = behind.split_whitespace().skip(11).map(str::parse::<f64>);
    let mut seconds = || Ok::<_, Box<dyn Error>>(ticks.next().ok_or("no times in /proc/self/stat")?? / 100.0);
    Ok((seconds()?, seconds()?))
}

/// Bytes of memory in use.
fn resident() -> Result<u64> {
    let statm = fs::read_to_string("/proc/self/statm")?;
    let pages: u64 = statm.split_whitespace().nth(1).ok_or("no pages in /proc/self/statm")?.parse()?;
    Ok(pages * 4096)
}
