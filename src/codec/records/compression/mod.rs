//! The compression codecs of record batches and message sets: what Apache Kafka 4.4 accepts of each,
//! neither more nor less, and an encoder of the shape that Kafka's own producers write.
//!
//! Kafka reads gzip through the JDK's `GZIPInputStream`, snappy through xerial's
//! `SnappyInputStream`, lz4 through its own `Lz4BlockInputStream` and zstd through zstd-jni. Each has
//! habits of its own about what may stand behind the end of a stream; they are told in each file.

mod gzip;
mod lz4;
mod snappy;
mod zstd;

use super::error::RecordsNote;

/// The most bytes that the batches of one message may decompress to. Kafka has no such limit; a
/// batch of 1 MB, its default maximum, can unpack to a thousand times its size.
pub const DECOMPRESSED_BYTES_MAX: usize = 256 << 20;

/// A compression codec, by its number in the lowest three bits of the attributes
/// (`CompressionType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Codec {
    /// Not compressed.
    None = 0,
    /// RFC 1952.
    Gzip = 1,
    /// Snappy blocks in xerial's framing, or one raw block.
    Snappy = 2,
    /// The LZ4 frame format with independent blocks. Unknown to Kafka before 0.8.2.
    Lz4 = 3,
    /// Zstandard (KIP-110). In magic 2 only.
    Zstd = 4,
}

impl Codec {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 5] = [Self::None, Self::Gzip, Self::Snappy, Self::Lz4, Self::Zstd];

    /// The codec with a number; 5 to 7 are nobody's.
    pub fn from_id(id: u8) -> Option<Self> {
        Self::ALL.get(usize::from(id)).copied()
    }

    /// Its number.
    pub fn id(self) -> u8 {
        self as u8
    }

    /// Its name in Kafka's configuration (`compression.type`).
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Gzip => "gzip",
            Self::Snappy => "snappy",
            Self::Lz4 => "lz4",
            Self::Zstd => "zstd",
        }
    }
}

impl std::fmt::Display for Codec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// Where in the compressed bytes decompression stopped, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CompressionFailure {
    /// Offset in the compressed bytes.
    pub at: usize,
    /// Why.
    pub error: CompressionError,
}

/// Why compressed bytes are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CompressionError {
    /// There is nothing to decompress.
    #[error("nothing is there: even an empty stream has a header")]
    Empty,
    /// The stream ends too early.
    #[error("the stream ends in the middle: {need} more bytes were expected, {have} are left")]
    Short {
        /// Bytes that come next by the format.
        need: usize,
        /// Bytes that are left.
        have: usize,
    },
    /// The stream ends in the middle of compressed data whose length is not known.
    #[error("the stream ends in the middle of its data")]
    Truncated,
    /// It would unpack to more than the limit.
    #[error(
        "it unpacks to more than the {limit} bytes that are left of the limit of one message, and was not judged; --max-decompressed-bytes raises it"
    )]
    TooLarge {
        /// The limit that was passed.
        limit: usize,
    },
    /// The first bytes are not those of the format.
    #[error("it does not begin as the codec's streams do: {found:#010x} instead of {expected:#010x}")]
    Magic {
        /// The number that begins a stream.
        expected: u32,
        /// What is there.
        found: u32,
    },
    /// The header asks for something that the format or Kafka does not have.
    #[error("the {part} in its header is {found:#04x}, which {}", part.refusal())]
    Header {
        /// Which part of the header.
        part: HeaderPart,
        /// The byte or number there.
        found: u32,
    },
    /// A checksum does not match.
    #[error("the checksum of the {of} is {stored:#010x}, its bytes give {computed:#010x}: they were changed")]
    Checksum {
        /// What it covers.
        of: Checksum,
        /// The checksum in the stream.
        stored: u32,
        /// The checksum of the bytes.
        computed: u32,
    },
    /// A length in the stream does not match.
    #[error("the stream says that it unpacks to {stored} bytes, it gives {found}")]
    Length {
        /// The length in the stream.
        stored: u64,
        /// The length of what was unpacked.
        found: u64,
    },
    /// A block that claims more than may be.
    #[error("a block of {size} bytes, where at most {max} are allowed")]
    BlockSize {
        /// The claimed size.
        size: u32,
        /// The most there may be.
        max: u32,
    },
    /// A copy that reaches back behind the beginning of what was unpacked.
    #[error("a copy from {distance} bytes back, where only {have} were unpacked")]
    Distance {
        /// How far back.
        distance: usize,
        /// How much there is.
        have: usize,
    },
    /// The compressed data does not follow its format in another way.
    #[error("the compressed data is damaged: {0}")]
    Data(&'static str),
}

/// A part of a stream's header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeaderPart {
    /// gzip: the method.
    GzipMethod,
    /// lz4: the two version bits of FLG, shifted down.
    Lz4Version,
    /// lz4: the flag for independent blocks.
    Lz4Independence,
    /// lz4: bits of FLG that must be zero.
    Lz4FlagBits,
    /// lz4: the block size code of BD.
    Lz4BlockSize,
    /// lz4: bits of BD that must be zero.
    Lz4DescriptorBits,
    /// snappy: the version of xerial's framing.
    SnappyVersion,
}

impl HeaderPart {
    fn refusal(self) -> &'static str {
        match self {
            Self::GzipMethod => "is not 8 (deflate), the only method there is",
            Self::Lz4Version => "is not 1, the only version there is",
            Self::Lz4Independence => "asks for blocks that depend on each other, which Kafka does not read",
            Self::Lz4FlagBits => "has bits set that must be zero (a dictionary, which Kafka does not read)",
            Self::Lz4BlockSize => "is not between 4 (64 KiB) and 7 (4 MiB)",
            Self::Lz4DescriptorBits => "has bits set that must be zero",
            Self::SnappyVersion => "is not 1 or above",
        }
    }
}

impl std::fmt::Display for HeaderPart {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::GzipMethod => "compression method",
            Self::Lz4Version => "version",
            Self::Lz4Independence => "block independence flag",
            Self::Lz4FlagBits => "flag byte",
            Self::Lz4BlockSize => "block size code",
            Self::Lz4DescriptorBits => "block descriptor",
            Self::SnappyVersion => "framing version",
        })
    }
}

/// What a checksum covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checksum {
    /// The stream's header.
    Header,
    /// One compressed block.
    Block,
    /// Everything unpacked.
    Content,
}

impl std::fmt::Display for Checksum {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Header => "header",
            Self::Block => "block",
            Self::Content => "content",
        })
    }
}

/// Something odd that Kafka lets pass, and where in the compressed bytes.
pub type Oddity = Option<(usize, RecordsNote)>;

/// Appends what `input` unpacks to, at most `limit` bytes of it, to `out`. `magic` is that of the
/// batch around it. What was unpacked before a failure stays in `out`.
pub fn decompress(
    codec: Codec,
    magic: u8,
    input: &[u8],
    limit: usize,
    out: &mut Vec<u8>,
) -> Result<Oddity, CompressionFailure> {
    let mut sink = Sink { base: out.len(), limit, out };
    match codec {
        Codec::None => sink.extend(input, 0).map(|()| None),
        Codec::Gzip => gzip::decompress(input, &mut sink),
        Codec::Snappy => snappy::decompress(input, &mut sink),
        Codec::Lz4 => lz4::decompress(input, magic == 0, &mut sink),
        Codec::Zstd => zstd::decompress(input, &mut sink),
    }
}

/// Reads how a stream begins, and nothing of what it holds: its magic number and header.
///
/// # Errors
/// It does not begin as a stream of that codec which Kafka reads.
pub fn begin(codec: Codec, magic: u8, input: &[u8]) -> Result<(), CompressionFailure> {
    match codec {
        Codec::None => Ok(()),
        Codec::Gzip => gzip::begin(input),
        Codec::Snappy => snappy::begin(input),
        Codec::Lz4 => lz4::begin(input, magic == 0),
        Codec::Zstd => zstd::begin(input),
    }
}

/// Appends `input` compressed, framed as Kafka's own producer does, to `out`.
pub fn compress(codec: Codec, magic: u8, input: &[u8], out: &mut Vec<u8>) -> std::io::Result<()> {
    match codec {
        Codec::None => out.extend_from_slice(input),
        Codec::Gzip => gzip::compress(input, out)?,
        Codec::Snappy => snappy::compress(input, out)?,
        Codec::Lz4 => lz4::compress(input, magic == 0, out),
        Codec::Zstd => zstd::compress(input, out)?,
    }
    Ok(())
}

/// Where unpacked bytes go: the end of a vector, with a limit.
struct Sink<'o> {
    out: &'o mut Vec<u8>,
    base: usize,
    limit: usize,
}

impl Sink<'_> {
    /// Bytes unpacked so far.
    fn len(&self) -> usize {
        self.out.len() - self.base
    }

    /// Bytes that may still come.
    fn room(&self) -> usize {
        self.limit.saturating_sub(self.len())
    }

    fn too_large(&self, at: usize) -> CompressionFailure {
        CompressionFailure { at, error: CompressionError::TooLarge { limit: self.limit } }
    }

    /// Appends bytes that stand at `at` of the input.
    #[inline]
    fn extend(&mut self, bytes: &[u8], at: usize) -> Result<(), CompressionFailure> {
        if bytes.len() > self.room() {
            self.out.extend_from_slice(bytes.get(..self.room()).unwrap_or_default());
            return Err(self.too_large(at));
        }
        self.out.extend_from_slice(bytes);
        Ok(())
    }

    /// Appends `length` bytes from `distance` bytes back; they may overlap, and then repeat. `begin`
    /// is where the block begins that the distance may not reach behind.
    #[inline]
    fn copy(
        &mut self,
        distance: usize,
        length: usize,
        begin: usize,
        at: usize,
    ) -> Result<(), CompressionFailure> {
        let have = self.out.len() - begin;
        if distance == 0 || distance > have {
            return Err(CompressionFailure { at, error: CompressionError::Distance { distance, have } });
        }
        if length > self.room() {
            return Err(self.too_large(at));
        }
        let (from, mut left) = (self.out.len() - distance, length);
        // Each round doubles what can be copied at once: it repeats with a period of `distance`.
        while left > 0 {
            let now = left.min(self.out.len() - from);
            self.out.extend_from_within(from..from + now);
            left -= now;
        }
        Ok(())
    }
}
