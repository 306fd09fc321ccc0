//! Packing at a level (KIP-390).

use std::io::{self, Write};

use crate::codec::records::compression::{self, Codec};

/// A level in the codec's own counting; `None` is its default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Level(pub Option<i32>);

/// Appends `input`, packed, to `out`.
pub(super) fn compress(codec: Codec, level: Level, input: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
    match (codec, level.0) {
        // Kafka writes zlib's default as -1.
        (Codec::Gzip, Some(level)) if level >= 0 => {
            let level = flate2::Compression::new(level.unsigned_abs().min(9));
            let mut encoder = flate2::write::GzEncoder::new(out, level);
            encoder.write_all(input)?;
            encoder.finish().map(|_| ())
        }
        (Codec::Zstd, Some(level)) => {
            let mut encoder = zstd::Encoder::new(out, level)?;
            encoder.write_all(input)?;
            encoder.finish().map(|_| ())
        }
        _ => compression::compress(codec, 2, input, out),
    }
}
