//! A batch of magic 2 with its records unpacked: the same header but for the codec, so that offsets and timestamps
//! still count from it. For those that go over records more than once, or pack them anew.

use super::batch::{ATTRIBUTES_AT, Batch, HEADER_BYTES};
use super::batches::MAGIC_MAX;
use super::compression::{self, Codec, CompressionFailure};
use super::error::{Error, RecordsError};

/// Replaces what is in `plain` by `batch` as one that is not compressed, with the old length and checksum. Its records
/// may take at most `limit` bytes.
///
/// # Errors
///
/// An unknown codec, or records that cannot be unpacked or are too many.
pub fn unpack(batch: &Batch<'_>, limit: usize, plain: &mut Vec<u8>) -> Result<(), Error> {
    let codec = batch.codec()?;
    plain.clear();
    plain.extend_from_slice(batch.bytes().get(..HEADER_BYTES).unwrap_or_default());
    let attributes = batch.attributes().with_codec(Codec::None);
    if let Some(place) = plain.get_mut(ATTRIBUTES_AT..).and_then(<[u8]>::first_chunk_mut) {
        *place = attributes.0.to_be_bytes();
    }
    if batch.count() == 0 {
        return Ok(());
    }
    let unpacked = compression::decompress(codec, MAGIC_MAX as u8, batch.payload(), limit, plain);
    unpacked.map(drop).map_err(|failure| unpackable(codec, failure))
}

/// Looks how the compressed records of a batch begin, without unpacking them.
///
/// # Errors
///
/// An unknown codec, or no stream of it.
pub fn begin(batch: &Batch<'_>) -> Result<(), Error> {
    let codec = batch.codec()?;
    if batch.count() == 0 {
        return Ok(());
    }
    compression::begin(codec, MAGIC_MAX as u8, batch.payload()).map_err(|failure| unpackable(codec, failure))
}

fn unpackable(codec: Codec, failure: CompressionFailure) -> Error {
    let kind = RecordsError::Compression { codec, error: failure.error };
    Error { at: HEADER_BYTES + failure.at, unpacked: false, kind }
}

/// An error in an unpacked batch, told of the bytes of its records.
pub fn place(error: Error) -> Error {
    Error { at: error.at.saturating_sub(HEADER_BYTES), unpacked: true, ..error }
}
