//! Makes the segments that dump-log is measured on: `cargo run --release --example segments -- DIR`.
//!
//! Three directories: `kb-0` (records of 1 KB), `tiny-0` (of 100 bytes), `snappy-0` (of 100 bytes,
//! compressed), each about 1 GB in batches of 16 KB with the indexes that Kafka would have written
//! (`index.interval.bytes` 4096: each batch but the first). Timestamps rise by the batch, so that
//! a selection by time has something to skip.
//!
//! A fourth, `__cluster_metadata-0`, is the log of a real cluster (`testdata/logs.tar.zst`), its batches
//! repeated to about 3 MB with offsets that go on.

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use kafkit::codec::records::batch::Attributes;
use kafkit::codec::records::compression::Codec;
use kafkit::codec::records::write::{BatchHeader, BatchWriter, NewRecord, seal};

const SEGMENT_BYTES: u64 = 1 << 30;
const BATCH_BYTES: usize = 16 << 10;
/// Different batches, which take turns.
const VARIETIES: u64 = 64;
const FIRST_TIMESTAMP: i64 = 1_795_225_391_000;
/// Between one batch and the next. `dump_log.py` counts on it when it selects by time.
const MILLIS_BETWEEN_BATCHES: i64 = 100;
/// Where a batch of magic 2 has its first and its greatest timestamp.
const TIMESTAMPS_AT: std::ops::Range<usize> = 27..43;
/// Where it has its offset and its length, and what follows from them.
const LAST_OFFSET_DELTA_AT: std::ops::Range<usize> = 23..27;
const LENGTH_AT: std::ops::Range<usize> = 8..12;

const METADATA_BYTES: usize = 3_100_000;

fn main() -> io::Result<()> {
    let Some(dir) = std::env::args().nth(1) else {
        return Err(io::Error::other("name a directory to write to"));
    };
    let dir = Path::new(&dir);
    for (name, value_bytes, codec) in
        [("kb-0", 1000, Codec::None), ("tiny-0", 92, Codec::None), ("snappy-0", 92, Codec::Snappy)]
    {
        segment(&dir.join(name), value_bytes, codec)?;
    }
    metadata(&dir.join("__cluster_metadata-0"))
}

fn create(dir: &Path, kind: &str) -> io::Result<BufWriter<File>> {
    File::create(dir.join(format!("{:020}.{kind}", 0))).map(BufWriter::new)
}

fn segment(dir: &Path, value_bytes: usize, codec: Codec) -> io::Result<()> {
    std::fs::create_dir_all(dir)?;
    let mut batches: Vec<(Vec<u8>, i64)> =
        (0..VARIETIES).map(|variety| batch(variety, value_bytes, codec)).collect::<io::Result<_>>()?;
    let (mut log, mut index, mut time_index) =
        (create(dir, "log")?, create(dir, "index")?, create(dir, "timeindex")?);
    let (mut position, mut offset, mut timestamp) = (0u64, 0i64, FIRST_TIMESTAMP);
    'segment: loop {
        for (bytes, count) in &mut batches {
            if position + bytes.len() as u64 > SEGMENT_BYTES {
                break 'segment;
            }
            let last = offset + *count - 1;
            part(bytes, 0..8)?.copy_from_slice(&offset.to_be_bytes());
            // All records of a batch are of one instant; the checksum is over both.
            for at in [TIMESTAMPS_AT.start, TIMESTAMPS_AT.start + 8] {
                part(bytes, at..at + 8)?.copy_from_slice(&timestamp.to_be_bytes());
            }
            seal(bytes)?;
            log.write_all(bytes)?;
            if position > 0 {
                index.write_all(&(last as i32).to_be_bytes())?;
                index.write_all(&(position as i32).to_be_bytes())?;
                time_index.write_all(&timestamp.to_be_bytes())?;
                time_index.write_all(&(last as i32).to_be_bytes())?;
            }
            position += bytes.len() as u64;
            offset += *count;
            timestamp += MILLIS_BETWEEN_BATCHES;
        }
    }
    log.flush()?;
    index.flush()?;
    time_index.flush()
}

fn part(bytes: &mut [u8], range: std::ops::Range<usize>) -> io::Result<&mut [u8]> {
    bytes.get_mut(range).ok_or_else(|| io::Error::other("a batch that ends in its header"))
}

/// The batches of a real cluster's metadata, over and over.
fn metadata(dir: &Path) -> io::Result<()> {
    std::fs::create_dir_all(dir)?;
    let mut batches = real_metadata()?;
    let mut log = create(dir, "log")?;
    let (mut written, mut offset) = (0, 0i64);
    while written < METADATA_BYTES {
        for bytes in &mut batches {
            let last: [u8; 4] =
                part(bytes, LAST_OFFSET_DELTA_AT)?.as_ref().try_into().map_err(io::Error::other)?;
            // The offset is not under the checksum.
            part(bytes, 0..8)?.copy_from_slice(&offset.to_be_bytes());
            log.write_all(bytes)?;
            written += bytes.len();
            offset += i64::from(i32::from_be_bytes(last)) + 1;
        }
    }
    log.flush()
}

fn real_metadata() -> io::Result<Vec<Vec<u8>>> {
    let packed = File::open(Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/logs.tar.zst"))?;
    let mut archive = tar::Archive::new(zstd::Decoder::new(packed)?);
    let mut segments: Vec<(PathBuf, Vec<u8>)> = Vec::new();
    for entry in archive.entries()? {
        let mut entry = entry?;
        let path = entry.path()?.into_owned();
        let path = path.strip_prefix(".").map(Path::to_owned).unwrap_or(path);
        if path.starts_with("clean/d1/__cluster_metadata-0")
            && path.extension().is_some_and(|kind| kind == "log")
        {
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes)?;
            segments.push((path, bytes));
        }
    }
    // Names are offsets, of one width.
    segments.sort();
    let mut batches = Vec::new();
    for (_, mut rest) in segments {
        while rest.len() > LENGTH_AT.end {
            let length: [u8; 4] =
                part(&mut rest, LENGTH_AT)?.as_ref().try_into().map_err(io::Error::other)?;
            let behind = LENGTH_AT.end + u32::from_be_bytes(length) as usize;
            if behind > rest.len() {
                break;
            }
            let next = rest.split_off(behind);
            batches.push(std::mem::replace(&mut rest, next));
        }
    }
    if batches.is_empty() {
        return Err(io::Error::other("no metadata in testdata/logs.tar.zst"));
    }
    Ok(batches)
}

fn batch(variety: u64, value_bytes: usize, codec: Codec) -> io::Result<(Vec<u8>, i64)> {
    let header = BatchHeader {
        partition_leader_epoch: 0,
        attributes: Attributes::of(codec),
        base_timestamp: FIRST_TIMESTAMP,
        ..BatchHeader::default()
    };
    let mut writer = BatchWriter::new(header);
    let mut state = variety.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut count = 0;
    while writer.len() + value_bytes < BATCH_BYTES {
        // Half letters that repeat, half at random, so that snappy has something to do.
        let value: Vec<u8> = (0..value_bytes)
            .map(|at| {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                if at % 16 < 8 { b'a' + (at % 8) as u8 } else { b'a' + (state % 26) as u8 }
            })
            .collect();
        writer.push(&NewRecord { offset_delta: count, value: Some(&value), ..NewRecord::default() });
        count += 1;
    }
    let mut bytes = Vec::new();
    writer.finish(&mut bytes)?;
    Ok((bytes, i64::from(count)))
}
