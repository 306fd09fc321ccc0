//! The names of the ways in which bytes are written.

use std::fmt;

/// How the bytes of an input are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spelling {
    /// The bytes themselves.
    Raw,
    /// Pairs of hex digits, contiguous or with separators.
    Hex,
    /// An array of bytes in the syntax of a programming language, in hex or mixed.
    Array,
    /// A list of decimal numbers, signed or not.
    Decimal,
    /// A byte string with `\x` escapes.
    Escaped,
    /// Base64, standard or url-safe.
    Base64,
    /// `xxd`.
    Xxd,
    /// `tcpdump -x` or `-X`.
    Tcpdump,
    /// `hexdump -C`.
    HexdumpC,
    /// `hexdump` or `od -x`: words of a little-endian machine.
    HexdumpWords,
    /// `od` with one byte per cell.
    Od,
    /// `od` with octal or hex words of a little-endian machine and octal offsets.
    OdWords,
    /// Wireshark's and tshark's hex dump.
    Wireshark,
    /// Netty's `ByteBufUtil.prettyHexDump`, as its `LoggingHandler` writes it to logs.
    Netty,
}

impl fmt::Display for Spelling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Raw => "raw bytes",
            Self::Hex => "hex",
            Self::Array => "array of bytes",
            Self::Decimal => "decimal bytes",
            Self::Escaped => "escaped string",
            Self::Base64 => "base64",
            Self::Xxd => "xxd dump",
            Self::Tcpdump => "tcpdump dump",
            Self::HexdumpC => "hexdump -C dump",
            Self::HexdumpWords => "hexdump dump of 16-bit words",
            Self::Od => "od dump",
            Self::OdWords => "od dump of words",
            Self::Wireshark => "Wireshark dump",
            Self::Netty => "Netty dump",
        })
    }
}

/// What a user may say the input is, instead of letting it be judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// The bytes themselves.
    Raw,
    /// Anything made of digits: hex, dumps, arrays, escapes.
    Hex,
    /// Base64.
    Base64,
}
