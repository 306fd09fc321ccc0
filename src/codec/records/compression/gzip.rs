//! gzip (RFC 1952) as the JDK's `GZIPInputStream` reads it, with the 8 KiB input buffer that Kafka
//! gives it (`GzipCompression`).
//!
//! ```text
//! 1f 8b 08 flags  mtime:4  xfl os  [extra] [name] [comment] [crc16]   deflate ...   crc32:4 size:4
//! ```
//!
//! Behind a member another one may follow. The JDK looks for it only where more than 18 bytes follow
//! the trailer, or where its input buffer was used up; what then does not begin like a member is
//! left alone, and so is everything shorter.

use std::io::{self, Write};

use flate2::{Decompress, FlushDecompress, Status};

use super::{Checksum, CompressionError, CompressionFailure, HeaderPart, Oddity, Sink};
use crate::codec::records::error::RecordsNote;

const MAGIC: u16 = 0x8b1f;
const DEFLATE: u8 = 8;
const HAS_HEADER_CRC: u8 = 1 << 1;
const HAS_EXTRA: u8 = 1 << 2;
const HAS_NAME: u8 = 1 << 3;
const HAS_COMMENT: u8 = 1 << 4;
const TRAILER_BYTES: usize = 8;
/// The JDK's buffer; where it ends decides whether a short rest is looked at.
const BUFFER_BYTES: usize = 8 * 1024;
/// Trailer, the least header and the least trailer of another member, by the JDK's count.
const REST_BYTES_MIN: usize = 26;
/// Unpacked in steps, so that a bomb stops at the limit and a small batch clears little room.
const STEP_BYTES_MIN: usize = 4 * 1024;
/// See [`STEP_BYTES_MIN`].
const STEP_BYTES_MAX: usize = 64 * 1024;

pub(super) fn begin(input: &[u8]) -> Result<(), CompressionFailure> {
    header(input, 0).map(drop)
}

pub(super) fn decompress(input: &[u8], sink: &mut Sink<'_>) -> Result<Oddity, CompressionFailure> {
    let mut at = header(input, 0)?;
    // Where the JDK's buffer ends. It reads the header past the buffer and then fills it.
    let mut buffer_end = at;
    let mut inflate = Decompress::new(false);
    loop {
        let member = sink.len();
        at = member_data(input, at, &mut inflate, sink)?;
        while buffer_end < at {
            buffer_end = input.len().min(buffer_end + BUFFER_BYTES);
        }
        let buffered = buffer_end - at;
        check_trailer(input, at, sink, member)?;
        at += TRAILER_BYTES;
        let bytes = input.len() - at;
        if bytes == 0 {
            return Ok(None);
        }
        let behind_buffer = input.len() - buffer_end.max(at);
        let looked_at = behind_buffer > 0 || buffered > REST_BYTES_MIN;
        match header(input, at) {
            Ok(next) if looked_at => at = next,
            _ => return Ok(Some((at, RecordsNote::BytesAfterStream { bytes }))),
        }
        buffer_end = buffer_end.max(at);
        inflate.reset(false);
    }
}

/// Unpacks the deflate data at `at` and returns where it ends.
fn member_data(
    input: &[u8],
    mut at: usize,
    inflate: &mut Decompress,
    sink: &mut Sink<'_>,
) -> Result<usize, CompressionFailure> {
    let step_max = (input.len() * 4).clamp(STEP_BYTES_MIN, STEP_BYTES_MAX);
    loop {
        let source = input.get(at..).unwrap_or_default();
        // One byte more than there is room for tells a stream that just fits from one that does not.
        let step = step_max.min(sink.room().saturating_add(1));
        let (read_before, written_before) = (inflate.total_in(), inflate.total_out());
        let start = sink.out.len();
        sink.out.resize(start + step, 0);
        let space = sink.out.get_mut(start..).unwrap_or_default();
        let status = inflate.decompress(source, space, FlushDecompress::None);
        let read = (inflate.total_in() - read_before) as usize;
        let written = (inflate.total_out() - written_before) as usize;
        sink.out.truncate(start + written);
        at += read;
        if sink.len() > sink.limit {
            sink.out.truncate(sink.base + sink.limit);
            return Err(sink.too_large(at));
        }
        match status {
            Ok(Status::StreamEnd) => return Ok(at),
            Ok(_) if read == 0 && written == 0 => {
                return Err(CompressionFailure { at, error: CompressionError::Truncated });
            }
            Ok(_) => {}
            Err(error) => {
                let why = if error.needs_dictionary().is_some() {
                    "it asks for a dictionary"
                } else {
                    "not deflate data"
                };
                return Err(CompressionFailure { at, error: CompressionError::Data(why) });
            }
        }
    }
}

fn check_trailer(input: &[u8], at: usize, sink: &Sink<'_>, member: usize) -> Result<(), CompressionFailure> {
    let rest = input.get(at..).unwrap_or_default();
    let Some((crc, size)) = rest.first_chunk::<TRAILER_BYTES>().map(|&[a, b, c, d, e, f, g, h]| {
        (u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes([e, f, g, h]))
    }) else {
        let error = CompressionError::Short { need: TRAILER_BYTES, have: rest.len() };
        return Err(CompressionFailure { at, error });
    };
    let content = sink.out.get(sink.base + member..).unwrap_or_default();
    let computed = crc32fast::hash(content);
    if crc != computed {
        let error = CompressionError::Checksum { of: Checksum::Content, stored: crc, computed };
        return Err(CompressionFailure { at, error });
    }
    if size != content.len() as u32 {
        let error = CompressionError::Length { stored: u64::from(size), found: content.len() as u64 };
        return Err(CompressionFailure { at: at + 4, error });
    }
    Ok(())
}

/// Reads a member's header and returns where it ends.
fn header(input: &[u8], start: usize) -> Result<usize, CompressionFailure> {
    let mut reader = HeaderReader { input, at: start };
    if input.len() == start {
        return Err(CompressionFailure { at: start, error: CompressionError::Empty });
    }
    let found = reader.u16()?;
    if found != MAGIC {
        let error = CompressionError::Magic { expected: u32::from(MAGIC), found: u32::from(found) };
        return Err(CompressionFailure { at: start, error });
    }
    let [method, flags] = reader.bytes()?;
    if method != DEFLATE {
        let error = CompressionError::Header { part: HeaderPart::GzipMethod, found: u32::from(method) };
        return Err(CompressionFailure { at: start + 2, error });
    }
    reader.bytes::<6>()?;
    if flags & HAS_EXTRA != 0 {
        let length = reader.u16()?;
        reader.skip(usize::from(length))?;
    }
    for text in [HAS_NAME, HAS_COMMENT] {
        if flags & text != 0 {
            while reader.bytes()? != [0] {}
        }
    }
    if flags & HAS_HEADER_CRC != 0 {
        let computed = crc32fast::hash(input.get(start..reader.at).unwrap_or_default()) & 0xffff;
        let at = reader.at;
        let stored = u32::from(reader.u16()?);
        if stored != computed {
            let error = CompressionError::Checksum { of: Checksum::Header, stored, computed };
            return Err(CompressionFailure { at, error });
        }
    }
    Ok(reader.at)
}

struct HeaderReader<'a> {
    input: &'a [u8],
    at: usize,
}

impl HeaderReader<'_> {
    fn bytes<const N: usize>(&mut self) -> Result<[u8; N], CompressionFailure> {
        let rest = self.input.get(self.at..).unwrap_or_default();
        let bytes = rest.first_chunk::<N>().ok_or(CompressionFailure {
            at: self.at,
            error: CompressionError::Short { need: N, have: rest.len() },
        })?;
        self.at += N;
        Ok(*bytes)
    }

    fn u16(&mut self) -> Result<u16, CompressionFailure> {
        self.bytes().map(u16::from_le_bytes)
    }

    fn skip(&mut self, length: usize) -> Result<(), CompressionFailure> {
        let have = self.input.len() - self.at;
        if length > have {
            let error = CompressionError::Short { need: length, have };
            return Err(CompressionFailure { at: self.at, error });
        }
        self.at += length;
        Ok(())
    }
}

/// One member with an empty header, at zlib's default level.
pub(super) fn compress(input: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
    let mut encoder = flate2::write::GzEncoder::new(out, flate2::Compression::default());
    encoder.write_all(input)?;
    encoder.finish().map(|_| ())
}
