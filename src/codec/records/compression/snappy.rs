//! Snappy as xerial's `SnappyInputStream` reads it: blocks in a framing of its own, or one raw block.
//!
//! ```text
//!  82 53 4e 41 50 50 59 00   version:4 (1)   compatible:4 (1)      0x82 "SNAPPY" 0
//!  size:4  block              as many times as there are blocks; sizes big-endian
//! ```
//!
//! A block is a varint, the size that it unpacks to, then literals and copies. The header may come
//! again between blocks, where streams were put one behind the other. Fewer than four bytes at the
//! end are left alone, and so is everything behind four bytes that begin a header which then is none.

use std::io;

use super::{CompressionError, CompressionFailure, HeaderPart, Oddity, Sink};
use crate::codec::records::error::RecordsNote;

const HEADER: [u8; 8] = *b"\x82SNAPPY\0";
const HEADER_BYTES: usize = 16;
const VERSION: u32 = 1;
/// The most that xerial's reader takes for one block.
const BLOCK_BYTES_MAX: u32 = 512 << 20;
/// What Kafka's producer puts into one block.
const BLOCK_BYTES: usize = 32 * 1024;
/// No element unpacks to more than 64 bytes, and none of that size takes fewer than three.
const RATIO_MAX: usize = 22;

/// Behind a header of its framing anything may come, and without one a block that must be read to be known.
pub(super) fn begin(input: &[u8]) -> Result<(), CompressionFailure> {
    if input.is_empty() {
        return Err(CompressionFailure { at: 0, error: CompressionError::Empty });
    }
    Ok(())
}

pub(super) fn decompress(input: &[u8], sink: &mut Sink<'_>) -> Result<Oddity, CompressionFailure> {
    begin(input)?;
    if input.len() < HEADER_BYTES || !input.starts_with(&HEADER) {
        block(input, 0, sink)?;
        return Ok(Some((0, RecordsNote::SnappyRaw)));
    }
    // Of the first header the version is not looked at (snappy-java 1.1.10.7), only of those that follow.
    let mut at = HEADER_BYTES;
    loop {
        let rest = input.get(at..).unwrap_or_default();
        let Some((size, rest)) = rest.split_first_chunk() else {
            let bytes = rest.len();
            return Ok((bytes > 0).then_some((at, RecordsNote::BytesAfterStream { bytes })));
        };
        if HEADER.first_chunk() == Some(size) {
            let have = rest.len() + size.len();
            if have < HEADER_BYTES {
                let error = CompressionError::Short { need: HEADER_BYTES, have };
                return Err(CompressionFailure { at, error });
            }
            if !input.get(at..).unwrap_or_default().starts_with(&HEADER) {
                return Ok(Some((at, RecordsNote::BytesAfterStream { bytes: have })));
            }
            check_version(input, at)?;
            at += HEADER_BYTES;
            continue;
        }
        let size = u32::from_be_bytes(*size);
        if size > BLOCK_BYTES_MAX {
            let error = CompressionError::BlockSize { size, max: BLOCK_BYTES_MAX };
            return Err(CompressionFailure { at, error });
        }
        let Some(content) = rest.get(..size as usize) else {
            let error = CompressionError::Short { need: size as usize, have: rest.len() };
            return Err(CompressionFailure { at, error });
        };
        at += 4;
        block(content, at, sink)?;
        at += content.len();
    }
}

fn check_version(input: &[u8], at: usize) -> Result<(), CompressionFailure> {
    let at = at + HEADER.len();
    let version = input.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |bytes| i32::from_be_bytes(*bytes));
    if version < VERSION as i32 {
        let error = CompressionError::Header { part: HeaderPart::SnappyVersion, found: version as u32 };
        return Err(CompressionFailure { at, error });
    }
    Ok(())
}

/// Unpacks one raw block, whose first byte stands at `offset`.
fn block(input: &[u8], offset: usize, sink: &mut Sink<'_>) -> Result<(), CompressionFailure> {
    let failure = |at: usize, error| CompressionFailure { at: offset + at, error };
    let (length, mut at) = claimed_length(input).map_err(|error| failure(0, error))?;
    let begin = sink.out.len();
    sink.out.reserve(length.min(sink.room()).min(input.len() * RATIO_MAX));
    let short = |at, need| failure(at, CompressionError::Short { need, have: input.len() - at });
    while let Some(&tag) = input.get(at) {
        let element = at;
        at += 1;
        let (distance, count) = match tag & 3 {
            0 => {
                let mut count = usize::from(tag >> 2) + 1;
                if count > 60 {
                    let width = count - 60;
                    let bytes = input.get(at..at + width).ok_or_else(|| short(at, width))?;
                    count = bytes.iter().rev().fold(0usize, |sum, &byte| sum << 8 | usize::from(byte)) + 1;
                    at += width;
                }
                let literal = at.checked_add(count).and_then(|end| input.get(at..end));
                let literal = literal.ok_or_else(|| short(at, count))?;
                if sink.out.len() - begin + count > length {
                    let found = (sink.out.len() - begin + count) as u64;
                    return Err(failure(element, CompressionError::Length { stored: length as u64, found }));
                }
                sink.extend(literal, offset + element)?;
                at += count;
                continue;
            }
            1 => {
                let &low = input.get(at).ok_or_else(|| short(at, 1))?;
                at += 1;
                (usize::from(tag >> 5) << 8 | usize::from(low), usize::from(tag >> 2 & 7) + 4)
            }
            2 => {
                let bytes = input.get(at..).and_then(<[u8]>::first_chunk).ok_or_else(|| short(at, 2))?;
                at += 2;
                (usize::from(u16::from_le_bytes(*bytes)), usize::from(tag >> 2) + 1)
            }
            _ => {
                let bytes = input.get(at..).and_then(<[u8]>::first_chunk).ok_or_else(|| short(at, 4))?;
                at += 4;
                (u32::from_le_bytes(*bytes) as usize, usize::from(tag >> 2) + 1)
            }
        };
        if sink.out.len() - begin + count > length {
            let found = (sink.out.len() - begin + count) as u64;
            return Err(failure(element, CompressionError::Length { stored: length as u64, found }));
        }
        sink.copy(distance, count, begin, offset + element)?;
    }
    let found = sink.out.len() - begin;
    if found != length {
        let error = CompressionError::Length { stored: length as u64, found: found as u64 };
        return Err(failure(0, error));
    }
    Ok(())
}

/// The varint before a block, which snappy takes in five bytes and 32 bits only.
fn claimed_length(input: &[u8]) -> Result<(usize, usize), CompressionError> {
    let mut value = 0u64;
    for i in 0..5 {
        let Some(&byte) = input.get(i) else {
            return Err(CompressionError::Short { need: i + 1, have: input.len() });
        };
        value |= u64::from(byte & 0x7f) << (7 * i);
        if byte < 0x80 {
            let length =
                u32::try_from(value).map_err(|_| CompressionError::Data("its length is over 32 bits"))?;
            return Ok((length as usize, i + 1));
        }
    }
    Err(CompressionError::Data("its length is a varint of more than five bytes"))
}

/// xerial's framing with the producer's block size.
pub(super) fn compress(input: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
    let mut encoder = snap::raw::Encoder::new();
    out.extend_from_slice(&HEADER);
    out.extend_from_slice(&VERSION.to_be_bytes());
    out.extend_from_slice(&VERSION.to_be_bytes());
    for chunk in input.chunks(BLOCK_BYTES) {
        let block = encoder.compress_vec(chunk)?;
        out.extend_from_slice(&(block.len() as u32).to_be_bytes());
        out.extend_from_slice(&block);
    }
    Ok(())
}
