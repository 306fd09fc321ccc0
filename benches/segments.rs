//! Makes the segments that dump-log is measured on: `cargo run --release --example segments -- DIR`.
//!
//! Three directories: `kb-0` (records of 1 KB), `tiny-0` (of 100 bytes), `snappy-0` (of 100 bytes,
//! compressed), each about 1 GB in batches of 16 KB with the indexes that Kafka would have written
//! (`index.interval.bytes` 4096: each batch but the first).

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use kafkit::codec::records::batch::Attributes;
use kafkit::codec::records::compression::Codec;
use kafkit::codec::records::write::{BatchHeader, BatchWriter, NewRecord};

const SEGMENT_BYTES: u64 = 1 << 30;
const BATCH_BYTES: usize = 16 << 10;
/// Different batches, which take turns; the base offset is not under the checksum.
const VARIETIES: u64 = 64;
const FIRST_TIMESTAMP: i64 = 1_795_225_391_000;

fn main() -> io::Result<()> {
    let Some(dir) = std::env::args().nth(1) else {
        return Err(io::Error::other("name a directory to write to"));
    };
    for (name, value_bytes, codec) in
        [("kb-0", 1000, Codec::None), ("tiny-0", 92, Codec::None), ("snappy-0", 92, Codec::Snappy)]
    {
        segment(&Path::new(&dir).join(name), value_bytes, codec)?;
    }
    Ok(())
}

fn segment(dir: &Path, value_bytes: usize, codec: Codec) -> io::Result<()> {
    std::fs::create_dir_all(dir)?;
    let batches: Vec<(Vec<u8>, i64)> =
        (0..VARIETIES).map(|variety| batch(variety, value_bytes, codec)).collect::<io::Result<_>>()?;
    let file = |kind: &str| File::create(dir.join(format!("{:020}.{kind}", 0))).map(BufWriter::new);
    let (mut log, mut index, mut time_index) = (file("log")?, file("index")?, file("timeindex")?);
    let (mut position, mut offset, mut timestamp) = (0u64, 0i64, FIRST_TIMESTAMP);
    for (bytes, count) in batches.iter().cycle() {
        if position + bytes.len() as u64 > SEGMENT_BYTES {
            break;
        }
        let last = offset + count - 1;
        log.write_all(&offset.to_be_bytes())?;
        log.write_all(bytes.get(8..).unwrap_or_default())?;
        if position > 0 {
            index.write_all(&(last as i32).to_be_bytes())?;
            index.write_all(&(position as i32).to_be_bytes())?;
        }
        (position, offset) = (position + bytes.len() as u64, offset + count);
        timestamp += 1;
    }
    // Timestamps come round with the varieties, so that one entry has the greatest.
    time_index.write_all(&(timestamp.min(FIRST_TIMESTAMP + VARIETIES as i64 - 1)).to_be_bytes())?;
    let greatest: i64 = batches.iter().map(|(_, count)| count).sum::<i64>() - 1;
    time_index.write_all(&(greatest as i32).to_be_bytes())?;
    log.flush()?;
    index.flush()?;
    time_index.flush()
}

fn batch(variety: u64, value_bytes: usize, codec: Codec) -> io::Result<(Vec<u8>, i64)> {
    let header = BatchHeader {
        partition_leader_epoch: 0,
        attributes: Attributes::of(codec),
        base_timestamp: FIRST_TIMESTAMP + variety as i64,
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
