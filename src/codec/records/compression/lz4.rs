//! The LZ4 frame format as Kafka's `Lz4BlockInputStream` reads it (KIP-57).
//!
//! ```text
//!  04 22 4d 18   FLG BD   [content size:8]   header checksum
//!  size:4  block  [checksum:4]     as many times as there are blocks; the top bit of a size means
//!                                  that the block is not compressed
//!  00 00 00 00   [content checksum:4]
//! ```
//!
//! One frame with independent blocks; what follows it is left alone, and neither content size nor
//! content checksum are checked. Kafka before 0.10 computed the header checksum over the wrong bytes
//! (KAFKA-3160), so in magic 0 it is not checked.

use twox_hash::XxHash32;

use super::{Checksum, CompressionError, CompressionFailure, HeaderPart, Oddity, Sink};
use crate::codec::records::error::RecordsNote;

const MAGIC: u32 = 0x184d_2204;
const MAGIC_BYTES: usize = 4;
const DICTIONARY: u8 = 1 << 0;
const RESERVED: u8 = 1 << 1;
const CONTENT_CHECKSUM: u8 = 1 << 2;
const CONTENT_SIZE: u8 = 1 << 3;
const BLOCK_CHECKSUM: u8 = 1 << 4;
const INDEPENDENT: u8 = 1 << 5;
const NOT_COMPRESSED: u32 = 1 << 31;
/// The block size code that Kafka's producer writes: 64 KiB.
const BLOCK_SIZE_CODE: u8 = 4;
/// A match may not begin in the last twelve bytes of a block, and its last five are literals: the
/// reference decoder relies on it and refuses blocks that do otherwise.
const MATCH_LIMIT: usize = 12;
const LAST_LITERALS: usize = 5;
const MATCH_MIN: usize = 4;
/// Four bits of a length that goes on behind the token.
const LENGTH_GOES_ON: u8 = 15;
/// With more input than this behind its token, a short sequence is not held to the end conditions.
const SHORT_INPUT: usize = 16;
/// The same for the room in the output.
const SHORT_OUTPUT: usize = 32;

pub(super) fn begin(input: &[u8], lenient_header: bool) -> Result<(), CompressionFailure> {
    header(input, lenient_header).map(drop)
}

pub(super) fn decompress(
    input: &[u8],
    lenient_header: bool,
    sink: &mut Sink<'_>,
) -> Result<Oddity, CompressionFailure> {
    let (frame, mut oddity) = header(input, lenient_header)?;
    let mut at = frame.end;
    let begin = sink.out.len();
    loop {
        let size = le32(input, at)?;
        let compressed = size & NOT_COMPRESSED == 0;
        let length = (size & !NOT_COMPRESSED) as usize;
        if length == 0 {
            at += 4;
            break;
        }
        if length > frame.block_bytes_max {
            let (size, max) = (length as u32, frame.block_bytes_max as u32);
            return Err(CompressionFailure { at, error: CompressionError::BlockSize { size, max } });
        }
        let rest = input.get(at + 4..).unwrap_or_default();
        let Some(content) = rest.get(..length) else {
            let error = CompressionError::Short { need: length, have: rest.len() };
            return Err(CompressionFailure { at, error });
        };
        at += 4;
        if compressed {
            block(content, at, frame.block_bytes_max, sink)?;
        } else {
            sink.extend(content, at)?;
        }
        at += length;
        if frame.flags & BLOCK_CHECKSUM != 0 {
            check(Checksum::Block, le32(input, at)?, XxHash32::oneshot(0, content), at)?;
            at += 4;
        }
    }
    if frame.flags & CONTENT_CHECKSUM != 0 {
        let stored = le32(input, at)?;
        let computed = XxHash32::oneshot(0, sink.out.get(begin..).unwrap_or_default());
        if stored != computed {
            oddity.get_or_insert((at, RecordsNote::Lz4ContentChecksum { stored, computed }));
        }
        at += 4;
    }
    let bytes = input.len() - at;
    if bytes > 0 {
        oddity.get_or_insert((at, RecordsNote::BytesAfterStream { bytes }));
    }
    Ok(oddity)
}

struct Frame {
    flags: u8,
    block_bytes_max: usize,
    end: usize,
}

fn header(input: &[u8], lenient: bool) -> Result<(Frame, Oddity), CompressionFailure> {
    let failure = |at, error| Err(CompressionFailure { at, error });
    let (Some(magic), Some(&[flags, descriptor])) =
        (input.first_chunk(), input.get(MAGIC_BYTES..).and_then(<[u8]>::first_chunk))
    else {
        return failure(0, CompressionError::Short { need: 6, have: input.len() });
    };
    let found = u32::from_le_bytes(*magic);
    if found != MAGIC {
        return failure(0, CompressionError::Magic { expected: MAGIC, found });
    }
    let refuse =
        |at, part, found: u8| failure(at, CompressionError::Header { part, found: u32::from(found) });
    if flags & (DICTIONARY | RESERVED) != 0 {
        return refuse(4, HeaderPart::Lz4FlagBits, flags);
    }
    if flags & INDEPENDENT == 0 {
        return refuse(4, HeaderPart::Lz4Independence, 0);
    }
    if flags >> 6 != 1 {
        return refuse(4, HeaderPart::Lz4Version, flags >> 6);
    }
    if descriptor & 0x8f != 0 {
        return refuse(5, HeaderPart::Lz4DescriptorBits, descriptor);
    }
    let code = descriptor >> 4;
    if !(4..=7).contains(&code) {
        return refuse(5, HeaderPart::Lz4BlockSize, code);
    }
    let block_bytes_max = 1usize << (8 + 2 * u32::from(code));
    let mut at = 6;
    if flags & CONTENT_SIZE != 0 {
        if input.len() < at + 8 {
            return failure(at, CompressionError::Short { need: 8, have: input.len() - at });
        }
        at += 8;
    }
    let Some(&stored) = input.get(at) else {
        return failure(at, CompressionError::Short { need: 1, have: 0 });
    };
    let computed = header_checksum(input.get(MAGIC_BYTES..at).unwrap_or_default());
    let mut oddity = None;
    if stored != computed {
        let (stored, computed) = (u32::from(stored), u32::from(computed));
        if !lenient {
            return failure(at, CompressionError::Checksum { of: Checksum::Header, stored, computed });
        }
        oddity = Some((at, RecordsNote::Lz4HeaderChecksum { stored, computed }));
    }
    Ok((Frame { flags, block_bytes_max, end: at + 1 }, oddity))
}

fn header_checksum(descriptor: &[u8]) -> u8 {
    (XxHash32::oneshot(0, descriptor) >> 8) as u8
}

fn le32(input: &[u8], at: usize) -> Result<u32, CompressionFailure> {
    let rest = input.get(at..).unwrap_or_default();
    rest.first_chunk()
        .map(|bytes| u32::from_le_bytes(*bytes))
        .ok_or(CompressionFailure { at, error: CompressionError::Short { need: 4, have: rest.len() } })
}

fn check(of: Checksum, stored: u32, computed: u32, at: usize) -> Result<(), CompressionFailure> {
    if stored == computed {
        return Ok(());
    }
    Err(CompressionFailure { at, error: CompressionError::Checksum { of, stored, computed } })
}

/// Unpacks one block, whose first byte stands at `offset`, into at most `max` bytes; refuses what
/// `LZ4_decompress_safe` (through which Kafka reads) refuses, and nothing else. That decoder holds
/// blocks to their end conditions only near the end: sequences that are short and far enough from
/// it ([`SHORT_INPUT`], [`SHORT_OUTPUT`]) are not looked at.
fn block(input: &[u8], offset: usize, max: usize, sink: &mut Sink<'_>) -> Result<(), CompressionFailure> {
    let failure = |at: usize, error| CompressionFailure { at: offset + at, error };
    let short =
        |at: usize, need| failure(at, CompressionError::Short { need, have: input.len().saturating_sub(at) });
    let too_much = |at: usize, size: usize| {
        failure(at, CompressionError::BlockSize { size: size as u32, max: max as u32 })
    };
    let begin = sink.out.len();
    let mut at = 0;
    loop {
        let (sequence, unpacked) = (at, sink.out.len() - begin);
        let &token = input.get(at).ok_or_else(|| short(at, 1))?;
        at += 1;
        let near_end =
            token >> 4 == LENGTH_GOES_ON || at + SHORT_INPUT >= input.len() || unpacked + SHORT_OUTPUT > max;
        let literals = long_length(input, &mut at, token >> 4).ok_or_else(|| short(at, 1))?;
        let literal = input.get(at..at.saturating_add(literals)).ok_or_else(|| short(at, literals))?;
        let unpacked = unpacked + literals;
        if unpacked > max {
            return Err(too_much(sequence, unpacked));
        }
        sink.extend(literal, offset + sequence)?;
        at += literals;
        if at == input.len() {
            return Ok(());
        }
        if near_end && unpacked + MATCH_LIMIT > max {
            return Err(too_much(sequence, unpacked + MATCH_LIMIT));
        }
        if near_end && at + 2 + 1 + LAST_LITERALS > input.len() {
            return Err(failure(
                at,
                CompressionError::Data("a block ends in at least five literals, here not"),
            ));
        }
        let distance_at = at;
        let distance = match input.get(at..).and_then(<[u8]>::first_chunk) {
            Some(bytes) => usize::from(u16::from_le_bytes(*bytes)),
            None => return Err(short(at, 2)),
        };
        at += 2;
        let goes_on = token & 15 == LENGTH_GOES_ON;
        let length = MATCH_MIN + long_length(input, &mut at, token & 15).ok_or_else(|| short(at, 1))?;
        if goes_on && at + LAST_LITERALS > input.len() {
            return Err(short(at, LAST_LITERALS));
        }
        let checked = near_end || goes_on || distance < 8;
        if checked && unpacked + length + LAST_LITERALS > max {
            return Err(too_much(sequence, unpacked + length + LAST_LITERALS));
        }
        if distance == 0 {
            // Not in the format; the reference decoder writes zeros.
            let zeros = length.min(sink.room());
            sink.out.resize(sink.out.len() + zeros, 0);
            if zeros < length {
                return Err(sink.too_large(offset + sequence));
            }
        } else {
            sink.copy(distance, length, begin, offset + distance_at)?;
        }
    }
}

/// A length of 15 goes on in bytes that are added up, until one is below 255.
fn long_length(input: &[u8], at: &mut usize, first: u8) -> Option<usize> {
    let mut length = usize::from(first);
    if first == LENGTH_GOES_ON {
        loop {
            let &byte = input.get(*at)?;
            *at += 1;
            length += usize::from(byte);
            if byte != 255 {
                break;
            }
        }
    }
    Some(length)
}

/// One frame of 64 KiB blocks without content size or checksums.
pub(super) fn compress(input: &[u8], broken_header: bool, out: &mut Vec<u8>) {
    let descriptor = [1 << 6 | INDEPENDENT, BLOCK_SIZE_CODE << 4];
    let begin = out.len();
    out.extend_from_slice(&MAGIC.to_le_bytes());
    out.extend_from_slice(&descriptor);
    // The old mistake was to let the checksum cover the magic number too.
    let covered = if broken_header { begin } else { begin + MAGIC_BYTES };
    out.push(header_checksum(out.get(covered..).unwrap_or_default()));
    for chunk in input.chunks(1 << (8 + 2 * BLOCK_SIZE_CODE)) {
        let block = lz4_flex::block::compress(chunk);
        let (size, content) = if block.len() < chunk.len() {
            (block.len() as u32, block.as_slice())
        } else {
            (chunk.len() as u32 | NOT_COMPRESSED, chunk)
        };
        out.extend_from_slice(&size.to_le_bytes());
        out.extend_from_slice(content);
    }
    out.extend_from_slice(&[0; 4]);
}
