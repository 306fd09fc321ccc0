//! Zstandard as zstd-jni's `ZstdInputStreamNoFinalizer` reads it (KIP-110).
//!
//! Any number of frames, skippable ones too, one after the other; no byte at all is an empty stream.
//! Input is handed over in pieces, and a stream that ends is in order when any frame ended since the
//! last piece was handed over: so a second frame may be cut off in silence, a first one may not.

use std::io;

use zstd::zstd_safe::{CompressionLevel, DCtx, InBuffer, OutBuffer, get_error_name};

use super::{CompressionError, CompressionFailure, Oddity, Sink};
use crate::codec::records::error::RecordsNote;

/// `ZSTD_MAGICNUMBER`.
const MAGIC: u32 = 0xfd2f_b528;
/// `ZSTD_MAGIC_SKIPPABLE_START`, whose last four bits are free.
const SKIPPABLE: u32 = 0x184d_2a50;
const SKIPPABLE_BITS: u32 = 0xf;
/// `ZSTD_DStreamInSize()`: the most a block takes, and its header.
const PIECE_BYTES: usize = 128 * 1024 + 3;
/// Unpacked in steps, so that a bomb stops at the limit and a small batch clears little room.
const STEP_BYTES_MIN: usize = 4 * 1024;
/// See [`STEP_BYTES_MIN`].
const STEP_BYTES_MAX: usize = 128 * 1024;
/// Kafka's default level.
const LEVEL: CompressionLevel = 3;

/// Four bytes that no frame begins with are no stream; fewer may be an empty or a cut one.
pub(super) fn begin(input: &[u8]) -> Result<(), CompressionFailure> {
    match input.first_chunk().map(|magic| u32::from_le_bytes(*magic)) {
        Some(found) if found != MAGIC && found & !SKIPPABLE_BITS != SKIPPABLE => {
            Err(CompressionFailure { at: 0, error: CompressionError::Magic { expected: MAGIC, found } })
        }
        _ => Ok(()),
    }
}

pub(super) fn decompress(input: &[u8], sink: &mut Sink<'_>) -> Result<Oddity, CompressionFailure> {
    let step_max = (input.len() * 4).clamp(STEP_BYTES_MIN, STEP_BYTES_MAX);
    let mut context = DCtx::create();
    let mut piece_begin = 0;
    let mut frame_finished = true;
    // Where the frame began that is being read, and how much had been unpacked before it.
    let mut frame_begin = 0;
    for piece in input.chunks(PIECE_BYTES) {
        frame_finished = false;
        let mut source = InBuffer::around(piece);
        loop {
            let at = piece_begin + source.pos;
            // One byte more than there is room for tells a stream that just fits from a larger one.
            let step = step_max.min(sink.room().saturating_add(1));
            let start = sink.out.len();
            sink.out.resize(start + step, 0);
            let mut target = OutBuffer::around(sink.out.get_mut(start..).unwrap_or_default());
            let result = context.decompress_stream(&mut target, &mut source);
            let written = target.pos();
            sink.out.truncate(start + written);
            if sink.len() > sink.limit {
                sink.out.truncate(sink.base + sink.limit);
                return Err(sink.too_large(at));
            }
            let missing = result.map_err(|code| CompressionFailure {
                at,
                error: CompressionError::Data(get_error_name(code)),
            })?;
            if missing == 0 {
                frame_finished = true;
                frame_begin = piece_begin + source.pos;
            }
            // Where the step is full, more may be waiting behind it.
            let piece_done = if missing == 0 { source.pos == piece.len() } else { written < step };
            if piece_done {
                break;
            }
        }
        piece_begin += piece.len();
    }
    if !frame_finished {
        return Err(CompressionFailure { at: input.len(), error: CompressionError::Truncated });
    }
    let cut = input.len() - frame_begin;
    Ok((cut > 0).then_some((frame_begin, RecordsNote::StreamCutOff { bytes: cut })))
}

/// One frame, as the stream that Kafka's producer writes: its content size is not known before.
pub(super) fn compress(input: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
    zstd::stream::copy_encode(input, out, LEVEL)
}
