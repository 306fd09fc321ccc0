//! Compression.
/// The most bytes that the batches of one message may decompress to.
pub const DECOMPRESSED_BYTES_MAX: usize = 256 << 20;
